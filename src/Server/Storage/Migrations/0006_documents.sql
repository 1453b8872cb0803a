-- Documents of the account, their versions, whom they are shared with, and the settings of the service. Times are milliseconds since 1970 (UTC).

CREATE TABLE documents (
  name TEXT NOT NULL PRIMARY KEY,
  latest_version BIGINT NOT NULL,
  default_version BIGINT NOT NULL,
  -- The highest number ever given: the number of a deleted version is not used again.
  last_number BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE document_versions (
  document_name TEXT NOT NULL REFERENCES documents (name) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  version_name TEXT,
  display_name TEXT,
  target_type TEXT,
  content TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (document_name, version),
  UNIQUE (document_name, version_name)
);

CREATE TABLE document_shares (
  document_name TEXT NOT NULL REFERENCES documents (name) ON DELETE CASCADE,
  account_id TEXT NOT NULL,
  shared_version TEXT,
  PRIMARY KEY (document_name, account_id)
);

CREATE TABLE service_settings (
  id TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);

-- One row, counted up with every change of a document or a setting, so that gateways know when what they remember is out of date.
CREATE TABLE documents_revision (
  revision BIGINT NOT NULL
);
INSERT INTO documents_revision (revision) VALUES (0);

ALTER TABLE sessions ADD COLUMN document_version TEXT;
