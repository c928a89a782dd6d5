// The states of a hold are also fenced here, so that a wrong UPDATE fails in the database and not at the target:
// a settled decision never changes, nothing is executed unless it is approved, and a hold has one live permit.
export const HOLDS_0001 = `
CREATE TABLE gateways (
  id TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL,
  seen_at REAL NOT NULL
) STRICT;

CREATE TABLE holds (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  code TEXT NOT NULL,
  created_at REAL NOT NULL,
  expires_at REAL NOT NULL,
  term_ms REAL NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('pending','approved','rejected','expired','withdrawn','invalidated','revoked','lapsed')),
  attachment TEXT NOT NULL CHECK (attachment IN ('attached','detached','none')),
  execution TEXT NOT NULL CHECK (execution IN ('none','claimed','forwarded','succeeded','failed','unknown')),
  round INTEGER NOT NULL,
  gateway TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  command_id TEXT NOT NULL,
  principal_id TEXT NOT NULL,
  principal_json TEXT NOT NULL,
  target TEXT NOT NULL,
  protocol TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  digest TEXT NOT NULL,
  action TEXT NOT NULL,
  rule TEXT NOT NULL,
  reason TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('wait','poll')),
  survives_disconnect INTEGER NOT NULL,
  slots_json TEXT NOT NULL,
  policy_version TEXT NOT NULL,
  briefing_json TEXT NOT NULL,
  briefing_digest TEXT NOT NULL,
  briefing_substance TEXT NOT NULL,
  settled_at REAL,
  cause TEXT,
  claimed_at REAL,
  forwarded_at REAL,
  finished_at REAL,
  outcome_json TEXT,
  CHECK (execution = 'none' OR decision = 'approved')
) STRICT;
CREATE INDEX holds_by_state ON holds (decision, seq);
CREATE INDEX holds_by_principal ON holds (principal_id, decision, seq);
CREATE INDEX holds_by_meaning ON holds (principal_id, target, fingerprint, decision);
CREATE INDEX holds_due ON holds (expires_at) WHERE decision = 'pending';
CREATE INDEX holds_open ON holds (gateway, epoch) WHERE decision IN ('pending','approved') AND execution IN ('none','claimed','forwarded');

CREATE TRIGGER holds_decision_is_final BEFORE UPDATE OF decision ON holds
WHEN NEW.decision <> OLD.decision AND NOT (
  OLD.decision = 'pending' AND NEW.decision IN ('approved','rejected','expired','withdrawn','invalidated')
  OR OLD.decision = 'approved' AND NEW.decision IN ('revoked','lapsed'))
BEGIN SELECT RAISE(ABORT, 'a settled decision does not change'); END;

CREATE TRIGGER holds_execution_moves_forward BEFORE UPDATE OF execution ON holds
WHEN NEW.execution <> OLD.execution AND NOT (
  OLD.execution = 'none' AND NEW.execution = 'claimed'
  OR OLD.execution = 'claimed' AND NEW.execution IN ('none','forwarded')
  OR OLD.execution = 'forwarded' AND NEW.execution IN ('succeeded','failed','unknown'))
BEGIN SELECT RAISE(ABORT, 'an execution does not go back'); END;

CREATE TRIGGER holds_are_kept BEFORE DELETE ON holds WHEN OLD.execution IN ('claimed','forwarded') OR OLD.decision = 'pending'
BEGIN SELECT RAISE(ABORT, 'an open hold is not deleted'); END;

CREATE TABLE permits (
  id TEXT PRIMARY KEY,
  hold_id TEXT NOT NULL REFERENCES holds (id) ON DELETE CASCADE,
  fingerprint TEXT NOT NULL,
  not_after REAL NOT NULL,
  made_at REAL NOT NULL,
  consumed_at REAL,
  consumed_by TEXT,
  voided_at REAL
) STRICT;
CREATE UNIQUE INDEX permits_one_live ON permits (hold_id) WHERE voided_at IS NULL;
CREATE INDEX permits_due ON permits (not_after) WHERE voided_at IS NULL AND consumed_at IS NULL;

CREATE TABLE reviews (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  hold_id TEXT NOT NULL REFERENCES holds (id) ON DELETE CASCADE,
  round INTEGER NOT NULL,
  reviewer_id TEXT NOT NULL,
  reviewer_json TEXT NOT NULL,
  choice TEXT NOT NULL CHECK (choice IN ('approve','reject')),
  briefing_digest TEXT NOT NULL,
  at REAL NOT NULL,
  note TEXT,
  UNIQUE (hold_id, round, reviewer_id, choice)
) STRICT;

CREATE TABLE views (
  hold_id TEXT NOT NULL REFERENCES holds (id) ON DELETE CASCADE,
  reviewer_id TEXT NOT NULL,
  reviewer_name TEXT NOT NULL,
  briefing_digest TEXT NOT NULL,
  first_at REAL NOT NULL,
  last_at REAL NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (hold_id, reviewer_id, briefing_digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  hold_id TEXT NOT NULL,
  what TEXT NOT NULL,
  at REAL NOT NULL
) STRICT;

CREATE TABLE sessions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  principal_id TEXT NOT NULL,
  principal_name TEXT NOT NULL,
  target TEXT NOT NULL,
  protocol TEXT NOT NULL,
  peer TEXT NOT NULL,
  claimed_json TEXT NOT NULL,
  opened_at REAL NOT NULL,
  closed_at REAL,
  commands INTEGER NOT NULL DEFAULT 0,
  holds INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  principal_id TEXT NOT NULL,
  principal_json TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at REAL NOT NULL,
  expires_at REAL NOT NULL,
  disabled_at REAL
) STRICT;
CREATE INDEX tokens_by_principal ON tokens (principal_id);

CREATE TABLE disabled_principals (
  principal_id TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  disabled_by TEXT NOT NULL,
  at REAL NOT NULL
) STRICT;

CREATE TABLE idempotency_keys (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  request_digest TEXT NOT NULL,
  response_json TEXT NOT NULL,
  expires_at REAL NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_due ON idempotency_keys (expires_at);

CREATE TABLE probe (id INTEGER PRIMARY KEY CHECK (id = 1), writes INTEGER NOT NULL) STRICT;
INSERT INTO probe VALUES (1, 0);
`
