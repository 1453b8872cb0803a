-- What happened, in order, for rules and for whoever follows it. Times are milliseconds since 1970 (UTC).
CREATE TABLE events (
  position BIGINT NOT NULL PRIMARY KEY,
  time BIGINT NOT NULL,
  id TEXT NOT NULL,
  source TEXT NOT NULL,
  detail_type TEXT NOT NULL,
  subject TEXT NOT NULL,
  event TEXT NOT NULL
);
CREATE INDEX events_by_time ON events (time);
CREATE INDEX events_by_subject ON events (subject, position);

-- outbox: the last event; routed: the last one that went to the rules; audit: the last entry of the audit log that was looked at; rules: counts their changes.
CREATE TABLE event_marks (
  name TEXT NOT NULL PRIMARY KEY,
  position BIGINT NOT NULL
);
INSERT INTO event_marks (name, position) VALUES ('outbox', 0), ('routed', 0), ('rules', 0);
INSERT INTO event_marks (name, position) SELECT 'audit', sequence FROM audit_marks WHERE name = 'head';

CREATE TABLE event_rules (
  name TEXT NOT NULL PRIMARY KEY,
  pattern TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ENABLED', 'DISABLED')),
  description TEXT,
  role_arn TEXT
);
CREATE TABLE event_targets (
  rule_name TEXT NOT NULL REFERENCES event_rules (name),
  target_id TEXT NOT NULL,
  lane TEXT NOT NULL UNIQUE,
  arn TEXT NOT NULL,
  target TEXT NOT NULL,
  PRIMARY KEY (rule_name, target_id)
);
CREATE INDEX event_targets_by_arn ON event_targets (arn, rule_name);

-- What a target has still to be given. A lane is a target of a rule.
CREATE TABLE event_deliveries (
  lane TEXT NOT NULL,
  position BIGINT NOT NULL,
  subject TEXT NOT NULL,
  queued_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  PRIMARY KEY (lane, position)
);
CREATE INDEX event_deliveries_by_subject ON event_deliveries (lane, subject, position);
-- Which of several gateways works for a lane.
CREATE TABLE event_lanes (
  lane TEXT NOT NULL PRIMARY KEY,
  gateway TEXT NOT NULL,
  held_until BIGINT NOT NULL
);
CREATE TABLE event_dead_letters (
  id TEXT NOT NULL PRIMARY KEY,
  lane TEXT NOT NULL,
  rule_name TEXT NOT NULL,
  target_id TEXT NOT NULL,
  target_arn TEXT NOT NULL,
  position BIGINT NOT NULL,
  subject TEXT NOT NULL,
  event TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  error TEXT NOT NULL,
  died_at BIGINT NOT NULL
);
CREATE INDEX event_dead_letters_by_lane ON event_dead_letters (lane, died_at);

-- How endpoints are told who calls; the secrets are sealed.
CREATE TABLE event_connections (
  name TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  description TEXT,
  authorization_type TEXT NOT NULL,
  parameters TEXT NOT NULL,
  sealed_secrets {{bytes}} NOT NULL,
  authorized BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  modified_at BIGINT NOT NULL
);
CREATE TABLE event_api_destinations (
  name TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  description TEXT,
  connection_name TEXT NOT NULL REFERENCES event_connections (name),
  endpoint TEXT NOT NULL,
  method TEXT NOT NULL,
  rate BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  modified_at BIGINT NOT NULL
);

-- Whether it was last said of a node that it is online.
ALTER TABLE nodes ADD COLUMN announced BIGINT NOT NULL DEFAULT 0;
UPDATE nodes SET announced = 1 WHERE gateway IS NOT NULL;
CREATE INDEX nodes_to_announce ON nodes (id) WHERE (announced = 0 AND gateway IS NOT NULL) OR (announced = 1 AND gateway IS NULL);
