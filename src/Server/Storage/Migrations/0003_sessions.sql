-- Sessions and the tokens that open channels. Times are milliseconds since 1970 (UTC); of tokens only the SHA-256 (hexadecimal) is kept.

CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  node_id TEXT NOT NULL,
  gateway TEXT NOT NULL,
  owner_arn TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  document_name TEXT NOT NULL,
  session_type TEXT NOT NULL,
  port_type TEXT NOT NULL,
  parameters TEXT NOT NULL,
  reason TEXT,
  access_type TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('Connecting', 'Connected', 'Disconnected', 'Terminating', 'Terminated', 'Failed')),
  details TEXT,
  output TEXT,
  s3_url TEXT,
  cloudwatch_url TEXT,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  idle_timeout BIGINT,
  max_duration BIGINT,
  agent_done BIGINT NOT NULL,
  client_token TEXT,
  client_token_expires_at BIGINT,
  agent_token TEXT,
  agent_token_expires_at BIGINT,
  CHECK ((ended_at IS NOT NULL) = (state IN ('Terminated', 'Failed')))
);
CREATE INDEX sessions_by_start ON sessions (started_at, id);
CREATE INDEX sessions_by_state ON sessions (state, started_at);
CREATE INDEX sessions_by_node ON sessions (node_id, state);

CREATE TABLE control_tokens (
  node_id TEXT NOT NULL PRIMARY KEY,
  token TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
