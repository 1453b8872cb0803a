-- How the content of a version is written: JSON or YAML.
ALTER TABLE document_versions ADD COLUMN format TEXT NOT NULL DEFAULT 'JSON';
