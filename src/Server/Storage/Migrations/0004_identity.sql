-- Users, groups, roles, and the policies that say what they may. Times are milliseconds since 1970 (UTC).
-- Names are told apart without their case, ids begin with the prefix of their kind (AIDA, AGPA, AROA, ANPA, AIPA), so one table serves all kinds.

ALTER TABLE users ADD COLUMN path TEXT NOT NULL DEFAULT '/';
ALTER TABLE users ADD COLUMN boundary_arn TEXT;
CREATE UNIQUE INDEX users_by_name ON users (lower(name));

ALTER TABLE access_keys ADD COLUMN status TEXT NOT NULL DEFAULT 'Active' CHECK (status IN ('Active', 'Inactive'));
ALTER TABLE access_keys ADD COLUMN last_used_at BIGINT;
ALTER TABLE access_keys ADD COLUMN last_used_service TEXT;
ALTER TABLE access_keys ADD COLUMN last_used_region TEXT;

CREATE TABLE iam_groups (
  group_id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX iam_groups_by_name ON iam_groups (lower(name));

CREATE TABLE group_members (
  group_id TEXT NOT NULL REFERENCES iam_groups (group_id),
  user_id TEXT NOT NULL REFERENCES users (user_id),
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_by_user ON group_members (user_id);

CREATE TABLE roles (
  role_id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  description TEXT,
  max_session_duration BIGINT NOT NULL,
  trust_policy TEXT NOT NULL,
  boundary_arn TEXT,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  last_used_region TEXT
);
CREATE UNIQUE INDEX roles_by_name ON roles (lower(name));

CREATE TABLE inline_policies (
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (owner_id, name)
);

-- Of this account; those that AWS owns, and ours, are part of the program.
CREATE TABLE managed_policies (
  policy_id TEXT NOT NULL PRIMARY KEY,
  arn TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  description TEXT,
  default_version BIGINT NOT NULL,
  last_version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX managed_policies_by_name ON managed_policies (lower(name));

CREATE TABLE policy_versions (
  policy_id TEXT NOT NULL REFERENCES managed_policies (policy_id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  document TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (policy_id, version)
);

CREATE TABLE policy_attachments (
  owner_id TEXT NOT NULL,
  policy_arn TEXT NOT NULL,
  attached_at BIGINT NOT NULL,
  PRIMARY KEY (owner_id, policy_arn)
);
CREATE INDEX policy_attachments_by_policy ON policy_attachments (policy_arn);

CREATE TABLE instance_profiles (
  profile_id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  role_id TEXT REFERENCES roles (role_id)
);
CREATE UNIQUE INDEX instance_profiles_by_name ON instance_profiles (lower(name));
CREATE INDEX instance_profiles_by_role ON instance_profiles (role_id);

CREATE TABLE identity_tags (
  owner_id TEXT NOT NULL,
  tag_key TEXT NOT NULL,
  tag_value TEXT NOT NULL,
  PRIMARY KEY (owner_id, tag_key)
);

-- One row. The version counts every change above: who keeps principals in memory compares it. seeded: the roles of nodes were made.
CREATE TABLE identity_state (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  version BIGINT NOT NULL,
  seeded BIGINT NOT NULL
);
INSERT INTO identity_state (id, version, seeded) VALUES (1, 1, 0);

-- Whoever had a key until now could do everything.
INSERT INTO policy_attachments (owner_id, policy_arn, attached_at)
SELECT user_id, 'arn:aws:iam::aws:policy/AdministratorAccess', created_at FROM users;
