-- Logs that are kept here: groups, their streams, their events. Times are milliseconds since 1970 (UTC).

CREATE TABLE log_groups (
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  class TEXT NOT NULL,
  kms_key TEXT,
  retention_days BIGINT,
  -- JSON object.
  tags TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE log_streams (
  id BIGINT NOT NULL PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES log_groups (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  first_at BIGINT,
  last_at BIGINT,
  ingested_at BIGINT,
  bytes BIGINT NOT NULL,
  UNIQUE (group_id, name)
);

CREATE TABLE log_events (
  id BIGINT NOT NULL PRIMARY KEY,
  group_id BIGINT NOT NULL,
  stream_id BIGINT NOT NULL,
  time BIGINT NOT NULL,
  ingested_at BIGINT NOT NULL,
  message TEXT NOT NULL
);
CREATE INDEX log_events_by_stream ON log_events (stream_id, time, id);
CREATE INDEX log_events_by_group ON log_events (group_id, time, id);

-- Streams that were deleted and whose events are still to be: millions of rows in one transaction would make everybody wait.
CREATE TABLE log_streams_gone (
  stream_id BIGINT NOT NULL PRIMARY KEY
);

-- One row: the last number given to a group, a stream or an event.
CREATE TABLE log_numbers (
  last BIGINT NOT NULL
);
INSERT INTO log_numbers (last) VALUES (0);
