-- The audit log: entries that are only ever added, each with the hash of the one before, and the signed places of its end and beginning.
CREATE TABLE audit_log (
  sequence BIGINT NOT NULL PRIMARY KEY,
  time BIGINT NOT NULL,
  event_id TEXT NOT NULL,
  event_name TEXT NOT NULL,
  event_source TEXT NOT NULL,
  user_name TEXT NOT NULL,
  access_key_id TEXT NOT NULL,
  resources TEXT NOT NULL,
  read_only BIGINT NOT NULL,
  error_code TEXT NOT NULL,
  record TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_log_by_time ON audit_log (time, sequence);
CREATE INDEX audit_log_by_user ON audit_log (user_name, sequence);
CREATE INDEX audit_log_by_event_name ON audit_log (event_name, sequence);
CREATE INDEX audit_log_by_event_id ON audit_log (event_id);

CREATE TABLE audit_marks (
  name TEXT NOT NULL PRIMARY KEY,
  sequence BIGINT NOT NULL,
  hash TEXT NOT NULL,
  signature TEXT NOT NULL
);
INSERT INTO audit_marks (name, sequence, hash, signature) VALUES ('head', 0, '0000000000000000000000000000000000000000000000000000000000000000', '');

-- The key that started a session: a session ends when it is disabled.
ALTER TABLE sessions ADD COLUMN owner_key_id TEXT;
