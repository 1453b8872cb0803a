-- The gateways that share this database, so that each can reach the others. Times are milliseconds since 1970 (UTC).

CREATE TABLE gateways (
  name TEXT PRIMARY KEY,
  -- Of the process, to notice two with one name.
  run TEXT NOT NULL,
  -- Where the others reach it.
  url TEXT NOT NULL,
  -- SHA-256 of its certificate, hexadecimal: the others accept this one and no other.
  certificate TEXT NOT NULL,
  seen_at BIGINT NOT NULL
);
