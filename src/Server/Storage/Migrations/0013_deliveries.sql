-- Where logs of sessions go besides the gateway's folder, and how far each has come. Times are milliseconds since 1970 (UTC).

-- JSON object; null: nowhere.
ALTER TABLE sessions ADD COLUMN delivery TEXT;

CREATE TABLE recording_deliveries (
  session_id TEXT NOT NULL,
  -- s3 or logs.
  kind TEXT NOT NULL,
  gateway TEXT NOT NULL,
  -- JSON object, as the session's row had it.
  delivery TEXT NOT NULL,
  -- Events of the recording that were looked at.
  position BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  error TEXT,
  done_at BIGINT,
  PRIMARY KEY (session_id, kind)
);
CREATE INDEX recording_deliveries_due ON recording_deliveries (gateway, done_at, next_at);
