-- Recordings of sessions: where they are and what they hold; the files prove themselves. Times are milliseconds since 1970 (UTC).

ALTER TABLE sessions ADD COLUMN recording TEXT;

CREATE TABLE recording_keys (
  name TEXT NOT NULL PRIMARY KEY,
  sealed_key {{bytes}} NOT NULL,
  created_at BIGINT NOT NULL
);

-- Owner, node and document are kept here too: a recording may be kept for longer than the history of sessions, and who may see it is decided by them.
CREATE TABLE recordings (
  session_id TEXT NOT NULL PRIMARY KEY,
  gateway TEXT NOT NULL,
  path TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('Open', 'Complete', 'Unfinished')),
  kind TEXT NOT NULL,
  mode TEXT NOT NULL,
  owner_arn TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  document_name TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  end_reason TEXT,
  bytes BIGINT NOT NULL DEFAULT 0,
  events BIGINT NOT NULL DEFAULT 0,
  input_bytes BIGINT NOT NULL DEFAULT 0,
  output_bytes BIGINT NOT NULL DEFAULT 0,
  gaps BIGINT NOT NULL DEFAULT 0,
  hash TEXT,
  legal_hold TEXT,
  legal_hold_by TEXT,
  CHECK ((ended_at IS NOT NULL) = (state <> 'Open'))
);
CREATE INDEX recordings_by_start ON recordings (started_at, session_id);
CREATE INDEX recordings_by_state ON recordings (state, ended_at);
