-- Activations, the nodes registered with them, and tags. Times are milliseconds since 1970 (UTC).

CREATE TABLE activations (
  id TEXT NOT NULL PRIMARY KEY,
  code_hash TEXT NOT NULL,
  description TEXT,
  default_instance_name TEXT,
  iam_role TEXT NOT NULL,
  registration_limit BIGINT NOT NULL,
  registrations_count BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  CHECK (registrations_count >= 0 AND registrations_count <= registration_limit)
);

-- A deregistered node keeps its row: sessions and audit refer to it, and its id is never given out again.
CREATE TABLE nodes (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT,
  activation_id TEXT NOT NULL,
  iam_role TEXT NOT NULL,
  public_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  agent_name TEXT,
  agent_version TEXT,
  platform_type TEXT,
  platform_name TEXT,
  platform_version TEXT,
  computer_name TEXT,
  ip_address TEXT,
  registered_at BIGINT NOT NULL,
  pinged_at BIGINT,
  connected_at BIGINT,
  disconnected_at BIGINT,
  gateway TEXT,
  state TEXT NOT NULL CHECK (state IN ('Registered', 'Deregistered'))
);
CREATE INDEX nodes_by_activation ON nodes (activation_id);
CREATE INDEX nodes_by_gateway ON nodes (gateway);

CREATE TABLE resource_tags (
  resource_type TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  tag_key TEXT NOT NULL,
  tag_value TEXT NOT NULL,
  PRIMARY KEY (resource_type, resource_id, tag_key)
);
CREATE INDEX resource_tags_by_key ON resource_tags (resource_type, tag_key, tag_value);
