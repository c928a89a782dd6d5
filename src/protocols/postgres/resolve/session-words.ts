import { serialize } from 'pg-protocol'
import { CATALOG_QUERIES } from '../catalog.ts'

// What the gateway says of its own accord in an agent's session, around the Parse of a text that only this session can
// place: constant words, in the extended protocol because a Query would take the client's unnamed statement away.

export const SESSION_BEGIN = 'postgres/session/begin'
export const SESSION_ROLLBACK = 'postgres/session/rollback'
export const SESSION_SAVEPOINT = 'postgres/session/savepoint'
export const SESSION_BACK = 'postgres/session/back'
/** Where names of this session lead now: its path and its role. */
export const SESSION_PLACE = 'postgres/session/place'
/** What only this session sees, outside and inside a transaction block. */
export const SESSION_OBJECTS = 'postgres/session/objects'
export const SESSION_OBJECTS_INSIDE = 'postgres/session/objects-inside'

/** Statement and portal of these words; no client can have the name. */
const WORD = 'holdpoint/word'
const SAVEPOINT = '"holdpoint/analysis"'

// In this order: from the last one on the target tells the tree of what it is shown. All of them end with the block or savepoint.
const SETTINGS = [
  `SET LOCAL lock_timeout = '3s'`, `SET LOCAL statement_timeout = '10s'`, 'SET LOCAL transaction_read_only = on',
  'SET LOCAL debug_print_parse = off', 'SET LOCAL debug_print_plan = off', 'SET LOCAL debug_pretty_print = off',
  'SET LOCAL client_min_messages = log', 'SET LOCAL debug_print_rewritten = on',
]

/** A relation that this session alone sees: temporary, or written by its open transaction. */
const OWN_XID = 'pg_catalog.age(pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.xid)'
const isNew = (xmin: string): string => `pg_catalog.age(${xmin}) OPERATOR(pg_catalog.<=) ${OWN_XID}`
const OWN_RELATIONS = `(SELECT oid FROM pg_catalog.pg_class WHERE relnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema() OR ${isNew('xmin')}
  UNION SELECT attrelid FROM pg_catalog.pg_attribute WHERE ${isNew('xmin')}
  UNION SELECT adrelid FROM pg_catalog.pg_attrdef WHERE ${isNew('xmin')}
  UNION SELECT tgrelid FROM pg_catalog.pg_trigger WHERE ${isNew('xmin')}
  UNION SELECT ev_class FROM pg_catalog.pg_rewrite WHERE ${isNew('xmin')}
  UNION SELECT polrelid FROM pg_catalog.pg_policy WHERE ${isNew('xmin')}
  UNION SELECT conrelid FROM pg_catalog.pg_constraint WHERE ${isNew('xmin')}
  UNION SELECT inhrelid FROM pg_catalog.pg_inherits WHERE ${isNew('xmin')}
  UNION SELECT inhparent FROM pg_catalog.pg_inherits WHERE ${isNew('xmin')})`
const OWN_FUNCTIONS = `(SELECT oid FROM pg_catalog.pg_proc WHERE pronamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema() OR ${isNew('xmin')})`
const OWN_TYPES = `(SELECT oid FROM pg_catalog.pg_type WHERE typnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema() OR ${isNew('xmin')})`

/** Which rows of each query of the catalogue are this session's own; the others are taken from the database's catalogue. */
const OWN_ROWS: ReadonlyMap<string, string> = new Map([
  ['relations', `own.oid IN ${OWN_RELATIONS}`],
  ['columns', `own.relation IN ${OWN_RELATIONS}`],
  ['inheritance', `own.child IN ${OWN_RELATIONS} OR own.parent IN ${OWN_RELATIONS}`],
  ['foreign_keys', `own.child IN ${OWN_RELATIONS} OR own.parent IN ${OWN_RELATIONS}`],
  ['policies', `own.relation IN ${OWN_RELATIONS}`],
  ['relation_details', `own.oid IN ${OWN_RELATIONS}`],
  ['column_details', `own.relation IN ${OWN_RELATIONS}`],
  ['triggers', `own.relation IN ${OWN_RELATIONS}`],
  ['rules', `own.relation IN ${OWN_RELATIONS}`],
  ['row_calls', `own.relation IN ${OWN_RELATIONS}`],
  ['policy_calls', `own.relation IN ${OWN_RELATIONS}`],
  ['view_sources', `own.relation IN ${OWN_RELATIONS}`],
  ['view_calls', `own.relation IN ${OWN_RELATIONS}`],
  ['sequences', `own.sequence IN ${OWN_RELATIONS}`],
  ['functions', `own.oid IN ${OWN_FUNCTIONS}`],
  ['function_details', `own.oid IN ${OWN_FUNCTIONS}`],
  ['sql_functions', `own.oid IN ${OWN_FUNCTIONS}`],
  ['types', `own.oid IN ${OWN_TYPES}`],
  ['type_details', `own.oid IN ${OWN_TYPES}`],
])

const hasTemporary = (catalog: string, schema: string): string => `EXISTS (SELECT FROM pg_catalog.${catalog} WHERE ${schema} OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())`
const hasNew = (catalog: string): string => `EXISTS (SELECT FROM pg_catalog.${catalog} WHERE ${isNew('xmin')})`
const PLACE = `SELECT pg_catalog.array_to_json(pg_catalog.current_schemas(false)) AS path, pg_catalog.current_setting('search_path') AS setting,
  pg_catalog.current_setting('session_replication_role') AS replication, pg_catalog.current_setting('transform_null_equals') AS null_equals, pg_catalog.current_setting('datestyle') AS dates,
  current_user AS role, session_user AS login, pg_catalog.pg_current_xact_id_if_assigned() IS NOT NULL AS wrote,
  pg_catalog.pg_my_temp_schema() OPERATOR(pg_catalog.<>) '0'::pg_catalog.oid
    AND (${hasTemporary('pg_class', 'relnamespace')} OR ${hasTemporary('pg_type', 'typnamespace')} OR ${hasTemporary('pg_proc', 'pronamespace')}) AS temporary,
  CASE WHEN pg_catalog.pg_current_xact_id_if_assigned() IS NULL THEN false
    ELSE ${['pg_class', 'pg_attribute', 'pg_type', 'pg_proc', 'pg_trigger', 'pg_rewrite', 'pg_policy', 'pg_constraint', 'pg_inherits', 'pg_attrdef'].map(hasNew).join(' OR ')} END AS changed`

/** The catalogue's queries that are asked of a session, in the order of their answers. */
export const OWN_QUERIES: readonly string[] = [...OWN_ROWS.keys()]

/** How many answers of SESSION_OBJECTS stand before those. */
export const OWN_ROWS_AT = 3

/** By name, for the adapter's closed list of words. */
export function sessionWords(): ReadonlyMap<string, Buffer> {
  const objects = [`SET LOCAL search_path = ''`, `SET LOCAL statement_timeout = '30s'`, ...OWN_QUERIES.map(ownQuery)]
  return new Map([
    // Its isolation is not the session's default: SERIALIZABLE DEFERRABLE would wait.
    [SESSION_BEGIN, script(['BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY', ...SETTINGS])],
    [SESSION_ROLLBACK, script(['ROLLBACK'])],
    [SESSION_SAVEPOINT, script([`SAVEPOINT ${SAVEPOINT}`, ...SETTINGS])],
    [SESSION_BACK, script([`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`, `RELEASE SAVEPOINT ${SAVEPOINT}`])],
    [SESSION_PLACE, script([PLACE])],
    [SESSION_OBJECTS, script(['BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY', ...objects, 'ROLLBACK'])],
    [SESSION_OBJECTS_INSIDE, script([`SAVEPOINT ${SAVEPOINT}`, ...objects, `ROLLBACK TO SAVEPOINT ${SAVEPOINT}`, `RELEASE SAVEPOINT ${SAVEPOINT}`])],
  ])
}

function ownQuery(name: string): string {
  const all = (CATALOG_QUERIES.get(name) as string).replaceAll(`n.nspname !~ '^pg_(toast|temp)'`, `(n.nspname !~ '^pg_(toast|temp)' OR n.oid = pg_catalog.pg_my_temp_schema())`)
  return `SELECT own.* FROM (${all}) AS own WHERE ${OWN_ROWS.get(name) as string}`
}

/** Statements one after the other, in one batch. `close`: what ends it, Sync where nothing else is given. */
export function script(statements: readonly string[], close: Buffer = serialize.sync()): Buffer {
  return Buffer.concat([
    ...statements.flatMap((text) => [
      serialize.close({ type: 'S', name: WORD }),
      serialize.parse({ name: WORD, text, types: [] }),
      serialize.bind({ portal: WORD, statement: WORD }),
      serialize.describe({ type: 'P', name: WORD }),
      serialize.execute({ portal: WORD }),
      serialize.close({ type: 'P', name: WORD }),
    ]),
    serialize.close({ type: 'S', name: WORD }),
    close,
  ])
}
