-- Users and their long-lived access keys. Secrets are sealed with the master key.
CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE access_keys (
    access_key_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    sealed_secret {{bytes}} NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX access_keys_by_user ON access_keys (user_id);
