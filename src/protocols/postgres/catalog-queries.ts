// Temporary and TOAST schemas are left out: temporary objects belong to one session, and names never mean TOAST tables.
const USUAL_SCHEMAS = `n.nspname !~ '^pg_(toast|temp)'`

/** A body that is longer is not read: its function stays opaque. In characters. */
const LONGEST_BODY = 65_536

/** Oids, joined by commas, of the functions an expression calls, from its stored tree. A name in it cannot look like a field: its blanks are escaped. */
const callsIn = (tree: string): string =>
  `(SELECT string_agg(DISTINCT m[1], ',') FROM regexp_matches(${tree}::text, ':(?:opfuncid|funcid|aggfnoid|winfnoid|hashfuncid|negfuncid) ([1-9][0-9]*)', 'g') AS m)`

// What hangs on objects that did not come with the server. What initdb made is the same everywhere and is known by name.
const DETAIL_QUERIES: readonly (readonly [string, string])[] = [
  ['roles', 'SELECT oid, rolname AS name FROM pg_catalog.pg_roles'],
  [
    'relation_details',
    `SELECT c.oid, c.relowner AS owner, c.relpersistence AS persistence, c.reltuples::bigint AS estimated_rows, c.relispartition AS is_partition,
      c.relforcerowsecurity AS forces_row_security, array_to_string(c.reloptions, ' ') AS options, c.reltype AS row_type,
      (SELECT s.srvname FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid) AS server
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND c.relkind IN ('r','p','v','m','f','S') AND ${USUAL_SCHEMAS}`,
  ],
  [
    'column_details',
    `SELECT a.attrelid AS relation, a.attnum AS number, a.attnotnull AS not_null, a.attgenerated::text AS generated, a.attidentity::text AS identity,
      d.oid IS NOT NULL AS has_default, ${callsIn('d.adbin')} AS calls,
      (SELECT string_agg(DISTINCT m[1], ',') FROM regexp_matches(d.adbin::text, ':varattno (-?[0-9]+)', 'g') AS m) AS reads
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r','p','f','v')
      AND (d.oid IS NOT NULL OR a.attnotnull OR a.attidentity <> '')`,
  ],
  // Only row triggers of a partitioned table's clones are internal to some versions; their function tells them from those of foreign keys.
  [
    'triggers',
    `SELECT t.tgrelid AS relation, t.tgname AS name, t.tgfoid::oid AS function, t.tgtype AS type, t.tgenabled AS enabled,
      t.tgattr::text AS columns, t.tgdeferrable AS is_deferrable, ${callsIn('t.tgqual')} AS calls
    FROM pg_catalog.pg_trigger t WHERE t.tgrelid >= 16384 AND (NOT t.tgisinternal OR t.tgfoid >= 16384) ORDER BY 1, 2`,
  ],
  ['event_triggers', 'SELECT evtname AS name, evtevent AS event, evtfoid::oid AS function FROM pg_catalog.pg_event_trigger WHERE evtenabled <> \'D\''],
  [
    'rules',
    `SELECT ev_class AS relation, rulename AS name, ev_type AS event, is_instead, ev_enabled AS enabled
    FROM pg_catalog.pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN' ORDER BY 1, 2`,
  ],
  // What every new row runs through, whatever the statement: checks, indexes over expressions, partition keys.
  [
    'row_calls',
    `SELECT relation, string_agg(calls, ',') AS calls FROM (
      SELECT conrelid AS relation, ${callsIn('conbin')} AS calls FROM pg_catalog.pg_constraint WHERE contype = 'c' AND conrelid >= 16384
      UNION ALL SELECT indrelid, ${callsIn("concat_ws(' ', indexprs::text, indpred::text)")} FROM pg_catalog.pg_index WHERE indrelid >= 16384 AND (indexprs IS NOT NULL OR indpred IS NOT NULL)
      UNION ALL SELECT partrelid, ${callsIn('partexprs')} FROM pg_catalog.pg_partitioned_table WHERE partexprs IS NOT NULL) AS found
    WHERE calls IS NOT NULL GROUP BY relation`,
  ],
  ['policy_calls', `SELECT polrelid AS relation, polname AS name, ${callsIn("concat_ws(' ', polqual::text, polwithcheck::text)")} AS calls FROM pg_catalog.pg_policy ORDER BY 1, 2`],
  // What a view reads, as far as its definition names it. Of a materialised one it is where the stored rows came from. A whole
  // row leaves no trace of its columns in pg_depend, so a definition that has one anywhere counts for all columns.
  [
    'view_sources',
    `SELECT r.ev_class AS relation, d.refobjid AS source, string_agg(DISTINCT d.refobjsubid::text, ',') AS columns, r.ev_action::text ~ ':varattno 0 ' AS has_rows
    FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    WHERE c.relkind IN ('m','v') AND c.oid >= 16384 AND d.refobjid <> r.ev_class GROUP BY 1, 2, r.oid`,
  ],
  // Of views what is not built in, of materialised ones everything: their rows were made by it.
  [
    'view_calls',
    `SELECT r.ev_class AS relation, CASE WHEN c.relkind = 'm' THEN ${callsIn('r.ev_action')} ELSE
      (SELECT string_agg(DISTINCT d.refobjid::text, ',') FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
        AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.refobjid >= 16384) END AS calls
    FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class WHERE c.relkind IN ('m','v') AND c.oid >= 16384 AND r.rulename = '_RETURN'`,
  ],
  [
    'sequences',
    `SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS number
    FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.objid
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a','i') AND d.refobjsubid > 0`,
  ],
  [
    'function_details',
    `SELECT p.oid, p.xmin::text AS version, p.proowner AS owner, p.proargtypes::text AS argument_types, p.prorettype AS returns, p.proretset AS returns_set, p.proisstrict AS is_strict,
      p.proparallel AS parallel, p.proleakproof AS leakproof, p.prosupport::oid AS support, array_to_string(p.proconfig, E'\\n') AS config,
      pg_catalog.oidvectortypes(p.proargtypes) AS argument_names, CASE WHEN l.lanname = 'internal' THEN p.prosrc END AS internal_name,
      (SELECT e.extname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e' LIMIT 1) AS extension
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE p.oid >= 16384 AND ${USUAL_SCHEMAS}`,
  ],
  [
    'sql_functions',
    `SELECT p.oid, CASE WHEN p.prosqlbody IS NULL AND length(p.prosrc) <= ${LONGEST_BODY} THEN p.prosrc END AS source,
      CASE WHEN length(p.prosqlbody::text) <= ${LONGEST_BODY * 16} THEN p.prosqlbody::text END AS body,
      array_to_string(p.proargnames, chr(31), '') AS argument_names, array_to_string(p.proargmodes, ',') AS argument_modes, array_to_string(p.proallargtypes, ',') AS all_argument_types
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE p.oid >= 16384 AND l.lanname = 'sql'`,
  ],
  [
    'aggregates',
    `SELECT a.aggfnoid::oid AS function, concat_ws(',', a.aggtransfn::oid, a.aggfinalfn::oid, a.aggcombinefn::oid, a.aggserialfn::oid, a.aggdeserialfn::oid, a.aggmtransfn::oid, a.aggminvtransfn::oid, a.aggmfinalfn::oid) AS calls
    FROM pg_catalog.pg_aggregate a WHERE a.aggfnoid >= 16384`,
  ],
  [
    'type_details',
    `SELECT t.oid, t.typowner AS owner, t.typbasetype AS base, t.typrelid AS relation, t.typarray AS array,
      concat_ws(',', t.typinput::oid, t.typoutput::oid, t.typreceive::oid, t.typsend::oid, t.typmodin::oid, t.typmodout::oid, t.typsubscript::oid) AS calls,
      (SELECT string_agg(${callsIn('k.conbin')}, ',') FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid) AS checks,
      (SELECT concat_ws(',', r.rngcanonical::oid, r.rngsubdiff::oid) FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid OR r.rngmultitypid = t.oid) AS range_calls,
      (SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid OR r.rngmultitypid = t.oid) AS range_of
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.oid >= 16384 AND ${USUAL_SCHEMAS}`,
  ],
]

const rowsOf = (catalog: string, which: string): string => `(SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.${catalog} WHERE ${which})`
const notTemporary = (relation: string): string => `${relation} NOT IN (SELECT oid FROM pg_catalog.pg_class WHERE relpersistence = 't')`
const usualSchema = (schema: string): string => `${schema} NOT IN (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE NOT (${USUAL_SCHEMAS}))`

/**
 * What the gateway reads of a target database on its own connection, by name: constant texts for the simple protocol, no
 * privilege beyond CONNECT, PostgreSQL 14 to 18. `generation` is one short text that changes with every committed DDL;
 * read the rest again when it differs. Run them with search_path empty, so that no user object can stand in for a built-in one.
 */
export const CATALOG_QUERIES: ReadonlyMap<string, string> = new Map([
  // xmin of a catalogue row is the transaction that wrote this version of it: a sum over them and a count change with
  // any insert, update or delete. ANALYZE and VACUUM update in place and leave it alone. TRUNCATE and REINDEX write a new row of
  // pg_class, so there what counts is told from where it is stored. What is temporary is one session's own affair, and comes and goes.
  [
    'generation',
    `SELECT concat_ws('.',
      (SELECT count(*) || ':' || coalesce(sum(hashtextextended(concat_ws(' ', oid, relname, relnamespace, reltype, relowner, relkind, relpersistence, relnatts,
        relhasrules, relhastriggers, relrowsecurity, relforcerowsecurity, relispartition, reloptions), 0)), 0) FROM pg_catalog.pg_class WHERE relpersistence <> 't' AND relkind <> 't'),
      ${rowsOf('pg_attribute', `attrelid >= 16384 AND ${notTemporary('attrelid')}`)},
      ${rowsOf('pg_proc', usualSchema('pronamespace'))},
      ${rowsOf('pg_type', usualSchema('typnamespace'))},
      ${rowsOf('pg_operator', 'oid >= 16384')},
      ${rowsOf('pg_cast', 'oid >= 16384')},
      ${rowsOf('pg_rewrite', notTemporary('ev_class'))},
      ${rowsOf('pg_trigger', notTemporary('tgrelid'))},
      ${rowsOf('pg_policy', notTemporary('polrelid'))},
      ${rowsOf('pg_constraint', usualSchema('connamespace'))},
      ${rowsOf('pg_inherits', notTemporary('inhrelid'))},
      ${rowsOf('pg_namespace', USUAL_SCHEMAS.replace('n.nspname', 'nspname'))},
      ${rowsOf('pg_attrdef', notTemporary('adrelid'))},
      ${rowsOf('pg_foreign_table', 'true')},
      ${rowsOf('pg_foreign_server', 'true')},
      ${rowsOf('pg_event_trigger', 'true')},
      ${rowsOf('pg_extension', 'true')},
      (SELECT count(*) || ':' || coalesce(sum(hashtext(oid || rolname)::bigint), 0) FROM pg_catalog.pg_roles)) AS generation`,
  ],
  [
    'relations',
    `SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
      EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN') AS has_rules,
      EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS has_triggers,
      c.relrowsecurity AS row_security
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r','p','v','m','f','S','i','I','c') AND ${USUAL_SCHEMAS}`,
  ],
  [
    'columns',
    `SELECT a.attrelid AS relation, a.attnum AS number, a.attname AS name, a.atttypid AS type
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r','p','v','m','f','S') AND ${USUAL_SCHEMAS} ORDER BY 1, 2`,
  ],
  ['inheritance', 'SELECT inhrelid AS child, inhparent AS parent FROM pg_catalog.pg_inherits'],
  [
    'foreign_keys',
    `SELECT conrelid AS child, confrelid AS parent, confdeltype AS on_delete, confupdtype AS on_update, array_to_string(confkey, ',') AS parent_columns
    FROM pg_catalog.pg_constraint WHERE contype = 'f'`,
  ],
  [
    'functions',
    `SELECT p.oid, n.nspname AS schema, p.proname AS name, p.provolatile AS volatility, p.prokind AS kind, p.pronargs AS arguments,
      l.lanname AS language, p.prosecdef AS security_definer
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE ${USUAL_SCHEMAS}`,
  ],
  [
    'operators',
    `SELECT o.oid, n.nspname AS schema, o.oprname AS name, o.oprleft AS left_type, o.oprright AS right_type, o.oprcode::oid AS function
    FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace`,
  ],
  [
    'types',
    `SELECT t.oid, n.nspname AS schema, t.typname AS name, t.typtype AS kind, t.typelem AS element
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE ${USUAL_SCHEMAS}`,
  ],
  // Row security runs its conditions in whatever touches the table. What came with the server leaves no trace in pg_depend.
  [
    'policies',
    `SELECT DISTINCT p.polrelid AS relation FROM pg_catalog.pg_policy p
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND d.objid = p.oid
    LEFT JOIN pg_catalog.pg_class c ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.refobjid
    WHERE d.refobjid >= 16384
      AND (d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass) OR c.relkind IN ('v','m','f'))`,
  ],
  ['casts', `SELECT castsource AS source, casttarget AS target, castcontext <> 'e' AS unasked, castfunc AS function FROM pg_catalog.pg_cast WHERE castfunc >= 16384`],
  ...DETAIL_QUERIES,
  ['schemas', 'SELECT oid, nspname AS name FROM pg_catalog.pg_namespace'],
  [
    'settings',
    `SELECT name, setting AS value FROM pg_catalog.pg_settings
    WHERE name IN ('server_version_num', 'search_path', 'standard_conforming_strings', 'server_encoding', 'client_encoding')
    UNION ALL SELECT 'current_database', current_database()::text UNION ALL SELECT 'current_user', current_user::text`,
  ],
])
