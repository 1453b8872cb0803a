-- Who is told of a session what AWS has no member for: where it was asked for from, where it leads, what passed.
ALTER TABLE sessions ADD COLUMN source_address TEXT;
ALTER TABLE sessions ADD COLUMN remote_host TEXT;
ALTER TABLE sessions ADD COLUMN remote_port BIGINT;
ALTER TABLE sessions ADD COLUMN bytes_to_node BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN bytes_to_client BIGINT NOT NULL DEFAULT 0;
CREATE INDEX sessions_by_end ON sessions (ended_at);
