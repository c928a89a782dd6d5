// What a measure asks of the target's own catalogues: constant texts, values as parameters. Relations are given as a text of
// oids, `{1,2}`. Everything is written out with its schema, so that nobody's operator stands in for a built-in one.

/** Sizes and the target's own row counts: oid, rows (-1: never counted), bytes. $1: relations. */
export const SIZES = `SELECT c.oid, c.reltuples::pg_catalog.int8, pg_catalog.pg_total_relation_size(c.oid)
  FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])`

/** Every foreign key that leads to one of the relations, or to one that it reaches: what referencing tables there are, several levels down. $1: relations. */
export const FOREIGN_KEYS = `WITH RECURSIVE reached (oid) AS (
    SELECT pg_catalog.unnest($1::pg_catalog.oid[])
    UNION SELECT k.conrelid FROM pg_catalog.pg_constraint k JOIN reached r ON k.confrelid OPERATOR(pg_catalog.=) r.oid WHERE k.contype OPERATOR(pg_catalog.=) 'f'
  )
  SELECT k.confrelid, k.conrelid, n.nspname, c.relname, c.relkind, c.relrowsecurity, k.confdeltype, k.confupdtype,
    (SELECT pg_catalog.json_agg(a.attname ORDER BY u.place) FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u (number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) u.number),
    (SELECT pg_catalog.json_agg(a.attname ORDER BY u.place) FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY u (number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) k.confrelid AND a.attnum OPERATOR(pg_catalog.=) u.number),
    (SELECT pg_catalog.bool_and(o.number OPERATOR(pg_catalog.<) 16384) FROM pg_catalog.unnest(k.conpfeqop) o (number)),
    pn.nspname, p.relname
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  JOIN pg_catalog.pg_class p ON p.oid OPERATOR(pg_catalog.=) k.confrelid JOIN pg_catalog.pg_namespace pn ON pn.oid OPERATOR(pg_catalog.=) p.relnamespace
  WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND k.confrelid OPERATOR(pg_catalog.=) ANY (SELECT oid FROM reached)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint w WHERE w.oid OPERATOR(pg_catalog.=) k.conparentid AND w.confrelid OPERATOR(pg_catalog.=) ANY (SELECT oid FROM reached))
  ORDER BY k.oid LIMIT 200`

/** Who holds or waits for a lock on one of the relations now: pid, mode, granted, who, program, seconds in its transaction. The agent's own backend is among them. $1: relations. */
export const LOCKS = `SELECT l.pid, l.mode, l.granted, a.usename, a.application_name, pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.xact_start)::pg_catalog.int8
  FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) l.pid
  WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.relation OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
    AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
    AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
    AND l.mode OPERATOR(pg_catalog.<>) 'AccessShareLock'
  ORDER BY l.granted, l.pid LIMIT 60`

/** What the agent's own backend holds: relation, mode. $1: its process id. */
export const HELD_LOCKS = `SELECT l.relation::pg_catalog.regclass::pg_catalog.text, l.mode FROM pg_catalog.pg_locks l
  WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted AND l.pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4 AND l.relation OPERATOR(pg_catalog.>=) 16384
  ORDER BY 1, 2 LIMIT 50`

/** Sessions that wait for the agent's own backend: pid, who, program. $1: its process id. */
export const BLOCKED = `SELECT a.pid, a.usename, a.application_name FROM pg_catalog.pg_stat_activity a
  WHERE $1::pg_catalog.int4 OPERATOR(pg_catalog.=) ANY (pg_catalog.pg_blocking_pids(a.pid)) ORDER BY a.pid LIMIT 20`

/** What stands or falls with the relations, by kind: views, constraints, functions. $1: relations. */
export const DEPENDENTS = `WITH RECURSIVE hanging (classid, objid, level) AS (
    SELECT 1259::pg_catalog.oid, pg_catalog.unnest($1::pg_catalog.oid[]), 0
    UNION SELECT CASE WHEN d.classid OPERATOR(pg_catalog.=) 2618::pg_catalog.oid THEN 1259::pg_catalog.oid ELSE d.classid END,
      CASE WHEN d.classid OPERATOR(pg_catalog.=) 2618::pg_catalog.oid THEN (SELECT r.ev_class FROM pg_catalog.pg_rewrite r WHERE r.oid OPERATOR(pg_catalog.=) d.objid) ELSE d.objid END,
      h.level OPERATOR(pg_catalog.+) 1
    FROM pg_catalog.pg_depend d JOIN hanging h ON d.refclassid OPERATOR(pg_catalog.=) h.classid AND d.refobjid OPERATOR(pg_catalog.=) h.objid
    WHERE d.deptype OPERATOR(pg_catalog.=) 'n' AND h.level OPERATOR(pg_catalog.<) 8
  )
  SELECT x.kind, pg_catalog.count(*) FROM (
    SELECT DISTINCT h.classid, h.objid, CASE h.classid WHEN 1259::pg_catalog.oid THEN COALESCE((SELECT CASE c.relkind WHEN 'v' THEN 'views' WHEN 'm' THEN 'materialised views' WHEN 'S' THEN 'sequences' WHEN 'i' THEN 'indexes' ELSE 'tables' END FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) h.objid), 'other objects')
      WHEN 1255::pg_catalog.oid THEN 'functions' WHEN 2606::pg_catalog.oid THEN 'constraints' WHEN 2620::pg_catalog.oid THEN 'triggers' WHEN 3256::pg_catalog.oid THEN 'policies' ELSE 'other objects' END AS kind
    FROM hanging h WHERE h.level OPERATOR(pg_catalog.>) 0
  ) x GROUP BY x.kind ORDER BY x.kind`

/** Whether the target counts what transactions change: the guard of a ceiling reads those counts. */
export const COUNTS = `SELECT pg_catalog.current_setting('track_counts')`
