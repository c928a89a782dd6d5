import { GatewayError } from '../../errors.ts'
import { builtinClass, type FunctionClass, type Volatility, worstClass } from './functions.ts'

// Temporary and TOAST schemas are left out: temporary objects belong to one session, and names never mean TOAST tables.
const USUAL_SCHEMAS = `n.nspname !~ '^pg_(toast|temp)'`

/**
 * What the gateway reads of a target database on its own connection, by name: constant texts for the simple protocol, no
 * privilege beyond CONNECT, PostgreSQL 14 to 18. `generation` is one short text that changes with every committed DDL;
 * read the rest again when it differs. Run them with search_path empty, so that no user object can stand in for a built-in one.
 */
export const CATALOG_QUERIES: ReadonlyMap<string, string> = new Map([
  // xmin of a catalogue row is the transaction that wrote this version of it: a sum over them and a count change with
  // any insert, update or delete. ANALYZE and VACUUM update in place and leave it alone.
  [
    'generation',
    `SELECT concat_ws('.',
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_class WHERE relpersistence <> 't' AND relkind <> 't'),
      (SELECT count(*) || ':' || coalesce(sum(a.xmin::text::bigint), 0) FROM pg_catalog.pg_attribute a WHERE a.attrelid >= 16384),
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_proc),
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_type),
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_operator WHERE oid >= 16384),
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_cast WHERE oid >= 16384),
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_rewrite),
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_trigger),
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_policy),
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_constraint),
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_inherits),
      (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.pg_namespace)) AS generation`,
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
    `SELECT o.oid, n.nspname AS schema, o.oprname AS name, o.oprleft AS left_type, o.oprright AS right_type
    FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid >= 16384`,
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
  ['casts', `SELECT castsource AS source, casttarget AS target, castcontext <> 'e' AS unasked FROM pg_catalog.pg_cast WHERE castfunc >= 16384`],
  ['schemas', 'SELECT oid, nspname AS name FROM pg_catalog.pg_namespace'],
  [
    'settings',
    `SELECT name, setting AS value FROM pg_catalog.pg_settings
    WHERE name IN ('server_version_num', 'search_path', 'standard_conforming_strings', 'server_encoding', 'client_encoding')
    UNION ALL SELECT 'current_database', current_database()::text UNION ALL SELECT 'current_user', current_user::text`,
  ],
])

/** First object id of a user: everything below came with initdb. */
export const FIRST_USER_OID = 16_384

export interface CatalogColumn {
  readonly number: number
  readonly name: string
  readonly type: number
}

export interface CatalogRelation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** pg_class.relkind: r table, p partitioned, v view, m materialised view, f foreign table, S sequence, i and I index, c composite type. */
  readonly kind: string
  readonly builtin: boolean
  readonly hasRules: boolean
  readonly hasTriggers: boolean
  readonly rowSecurity: boolean
  /** Its row security calls functions or operators, or reads views, that did not come with the server. */
  readonly hasOpaquePolicies: boolean
  readonly parents: readonly number[]
  readonly children: readonly number[]
  /** In order of attnum, dropped ones left out. */
  readonly columns: readonly CatalogColumn[]
  readonly columnByName: ReadonlyMap<string, CatalogColumn>
  readonly columnByNumber: ReadonlyMap<number, CatalogColumn>
}

export interface CatalogFunction {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly arguments: number
  readonly kind: string
  readonly language: string
  readonly securityDefiner: boolean
  readonly builtin: boolean
  readonly class: FunctionClass
}

/** Left and right are type oids; 0 for none. */
export interface CatalogOperator {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly left: number
  readonly right: number
}

export interface CatalogType {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly builtin: boolean
  /** pg_type.typtype: b base, c composite, d domain, e enum, p pseudo, r range, m multirange. */
  readonly kind: string
  readonly element: number
}

export interface CatalogForeignKey {
  readonly child: number
  readonly parent: number
  /** a no action, r restrict, c cascade, n set null, d set default. */
  readonly onDelete: string
  readonly onUpdate: string
  readonly parentColumns: readonly number[]
}

export interface Catalog {
  readonly relations: ReadonlyMap<number, CatalogRelation>
  relation(schema: string, name: string): CatalogRelation | undefined
  /** All of that name, in any schema. */
  relationsNamed(name: string): readonly CatalogRelation[]
  functionsNamed(name: string): readonly CatalogFunction[]
  /** Operators that did not come with the server. */
  userOperatorsNamed(name: string): readonly CatalogOperator[]
  typesNamed(name: string): readonly CatalogType[]
  readonly types: ReadonlyMap<number, CatalogType>
  /** Types (by oid) that something is cast to by a function that did not come with the server. */
  readonly castByUser: ReadonlySet<number>
  /** Those of them that are applied without being written: for each, the types in it that did not come with the server. */
  readonly unaskedCasts: readonly (readonly number[])[]
  /** By the referenced relation. */
  readonly foreignKeys: ReadonlyMap<number, readonly CatalogForeignKey[]>
  readonly schemas: ReadonlySet<string>
  readonly settings: ReadonlyMap<string, string>
}

/** One result row as the simple protocol gives it: text by column name, null for NULL. */
export type CatalogRow = Readonly<Record<string, string | null>>

/**
 * The catalogue from the rows of every query of CATALOG_QUERIES but `generation`, by query name. Throws GatewayError
 * `target_failed` when a query's rows are missing or malformed: half a catalogue would place names wrongly.
 */
export function buildCatalog(rows: ReadonlyMap<string, readonly CatalogRow[]>): Catalog {
  const read = <T>(query: string, take: (row: Reader) => T): T[] => {
    const list = rows.get(query)
    if (list === undefined) throw new GatewayError('target_failed', `the target's catalogue was read without its ${query}`)
    return list.map((row) => take(readerOf(query, row)))
  }
  const parents = new Map<number, number[]>()
  const children = new Map<number, number[]>()
  for (const { child, parent } of read('inheritance', (row) => ({ child: row.number('child'), parent: row.number('parent') }))) {
    push(parents, child, parent)
    push(children, parent, child)
  }
  const columns = new Map<number, CatalogColumn[]>()
  for (const { relation, column } of read('columns', (row) => ({
    relation: row.number('relation'),
    column: { number: row.number('number'), name: row.text('name'), type: row.number('type') },
  }))) push(columns, relation, column)

  const policies = new Set(read('policies', (row) => row.number('relation')))
  const relations = read('relations', (row): CatalogRelation => {
    const oid = row.number('oid')
    const own = columns.get(oid) ?? []
    return {
      oid,
      schema: row.text('schema'),
      name: row.text('name'),
      kind: row.text('kind'),
      builtin: oid < FIRST_USER_OID,
      hasRules: row.flag('has_rules'),
      hasTriggers: row.flag('has_triggers'),
      rowSecurity: row.flag('row_security'),
      hasOpaquePolicies: row.flag('row_security') && policies.has(oid),
      parents: parents.get(oid) ?? [],
      children: children.get(oid) ?? [],
      columns: own,
      columnByName: new Map(own.map((column) => [column.name, column])),
      columnByNumber: new Map(own.map((column) => [column.number, column])),
    }
  })
  const functions = read('functions', (row): CatalogFunction => {
    const oid = row.number('oid')
    const name = row.text('name')
    const builtin = oid < FIRST_USER_OID
    return {
      oid, name, builtin,
      schema: row.text('schema'),
      arguments: row.number('arguments'),
      kind: row.text('kind'),
      language: row.text('language'),
      securityDefiner: row.flag('security_definer'),
      class: builtin ? builtinClass(name, row.text('volatility') as Volatility, row.number('arguments')) : 'opaque',
    }
  })
  const operators = read('operators', (row): CatalogOperator => ({
    oid: row.number('oid'), schema: row.text('schema'), name: row.text('name'), left: row.number('left_type'), right: row.number('right_type'),
  }))
  const types = read('types', (row): CatalogType => {
    const oid = row.number('oid')
    return { oid, schema: row.text('schema'), name: row.text('name'), builtin: oid < FIRST_USER_OID, kind: row.text('kind'), element: row.number('element') }
  })
  const foreignKeys = new Map<number, CatalogForeignKey[]>()
  for (const key of read('foreign_keys', (row): CatalogForeignKey => ({
    child: row.number('child'),
    parent: row.number('parent'),
    onDelete: row.text('on_delete'),
    onUpdate: row.text('on_update'),
    parentColumns: row.text('parent_columns').split(',').map(Number),
  }))) push(foreignKeys, key.parent, key)

  const casts = read('casts', (row) => ({ source: row.number('source'), target: row.number('target'), unasked: row.flag('unasked') }))
  const byName = groupByName(relations)
  const functionNames = groupByName(functions)
  const operatorNames = groupByName(operators)
  const typeNames = groupByName(types)
  return {
    relations: new Map(relations.map((relation) => [relation.oid, relation])),
    relation: (schema, name) => byName.get(name)?.find((relation) => relation.schema === schema),
    relationsNamed: (name) => byName.get(name) ?? [],
    functionsNamed: (name) => functionNames.get(name) ?? [],
    userOperatorsNamed: (name) => operatorNames.get(name) ?? [],
    typesNamed: (name) => typeNames.get(name) ?? [],
    types: new Map(types.map((type) => [type.oid, type])),
    castByUser: new Set(casts.map((cast) => cast.target)),
    unaskedCasts: casts.filter((cast) => cast.unasked).map(({ source, target }) => [source, target].filter((oid) => oid >= FIRST_USER_OID)),
    foreignKeys,
    schemas: new Set(read('schemas', (row) => row.text('name'))),
    settings: new Map(read('settings', (row) => [row.text('name'), row.text('value')] as const)),
  }
}

/** The worst class of several overloads. */
export function classOf(functions: readonly CatalogFunction[]): FunctionClass {
  return worstClass(functions.map((one) => one.class))
}

interface Reader {
  text(column: string): string
  number(column: string): number
  flag(column: string): boolean
}

function readerOf(query: string, row: CatalogRow): Reader {
  const text = (column: string): string => {
    const value = row[column]
    if (typeof value !== 'string') throw new GatewayError('target_failed', `the target's catalogue query ${query} came back without its column ${column}`)
    return value
  }
  return {
    text,
    number(column) {
      const value = Number(text(column))
      if (!Number.isInteger(value)) throw new GatewayError('target_failed', `the target's catalogue query ${query} has no number in its column ${column}`)
      return value
    },
    flag: (column) => text(column) === 't',
  }
}

function groupByName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T[]> {
  const out = new Map<string, T[]>()
  for (const item of items) push(out, item.name, item)
  return out
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
