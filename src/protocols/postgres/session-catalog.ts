import type { AnswerRow } from './answers.ts'
import { buildCatalog, type Catalog, CATALOG_QUERIES, type CatalogRelation } from './catalog.ts'
import { OWN_QUERIES, OWN_ROWS_AT } from './resolve/session-words.ts'

// What one session sees that others do not (temporary objects, what its open transaction changed), laid over the catalogue
// that all of them share.

/** How one session sees its database, as it last told. */
export interface SessionView {
  /** Schemas in which names are looked up, as written: without the implicit ones; those that do not exist or that its role may not use are left out. */
  readonly path: readonly string[]
  readonly role: string
  /** Everything it sees, on this reading of the database's catalogue. Temporary relations are in the schema `pg_temp`. */
  over(shared: Catalog): Catalog
  /** Oids of its temporary relations. */
  readonly temporary: ReadonlySet<number>
}

/** Where a session stands, by its own word. */
export interface SessionPlace {
  readonly path: readonly string[]
  /** As SHOW search_path gives it. */
  readonly setting: string
  readonly role: string
  readonly login: string
  /** Rules and triggers apply, and `= NULL` is never true. */
  readonly readsAsUsual: boolean
  /** DateStyle, by which the dates in a text are read. */
  readonly dates: string | null
  /** Its transaction has changed something. */
  readonly wrote: boolean
  /** It has temporary objects, or its transaction may have changed the catalogue's rows that are there now. */
  readonly hasObjects: boolean
}

/** The answer to SESSION_PLACE; null: it is not complete. */
export function readSessionPlace(results: readonly (readonly AnswerRow[])[]): SessionPlace | null {
  const row = results[0]?.[0]
  const path: unknown = JSON.parse(row?.['path'] ?? 'null')
  const { setting, role, login } = row ?? {}
  if (!Array.isArray(path) || typeof setting !== 'string' || typeof role !== 'string' || typeof login !== 'string') return null
  return { path: path.map((schema) => commonName(String(schema))), setting, role, login, readsAsUsual: row?.['replication'] === 'origin' && row['null_equals'] === 'off', dates: row?.['dates'] ?? null, wrote: row?.['wrote'] !== 'f', hasObjects: row?.['temporary'] !== 'f' || row['changed'] !== 'f' }
}

/** `objects`: the answer to SESSION_OBJECTS, null where there are none of its own. Null: the answer is not complete. */
export function readSessionView({ path, role }: SessionPlace, objects: readonly (readonly AnswerRow[])[] | null): SessionView | null {
  if (objects === null) return { path, role, over: (shared) => shared, temporary: new Set() }
  if (objects.length < OWN_ROWS_AT + OWN_QUERIES.length) return null
  const rows = new Map<string, readonly AnswerRow[]>([...CATALOG_QUERIES.keys()].map((name) => [name, []]))
  for (const [i, name] of OWN_QUERIES.entries()) rows.set(name, (objects[OWN_ROWS_AT + i] as readonly AnswerRow[]).map(withCommonSchema))
  const own = buildCatalog(rows)
  const temporary = new Set<number>()
  for (const relation of own.relations.values()) if (relation.schema === 'pg_temp') temporary.add(relation.oid)
  const layers = new WeakMap<Catalog, Catalog>()
  return {
    path,
    role,
    temporary,
    over(shared) {
      let layer = layers.get(shared)
      if (layer === undefined) layers.set(shared, (layer = layered(own, shared)))
      return layer
    },
  }
}

/** The number in pg_temp_3 is the connection's; a rule names them all as pg_temp. */
const commonName = (schema: string): string => (/^pg_temp(_\d+)?$/.test(schema) ? 'pg_temp' : schema)

function withCommonSchema(row: AnswerRow): AnswerRow {
  const schema = row['schema']
  return typeof schema === 'string' ? { ...row, schema: commonName(schema) } : row
}

function layered(own: Catalog, shared: Catalog): Catalog {
  const relations = join(own.relations, shared.relations)
  const functions = join(own.functions, shared.functions)
  const types = join(own.types, shared.types)
  /** What the session sees under another name or in another schema now is not found under the old one. */
  const current = <T extends { readonly oid: number }>(list: readonly T[], of: ReadonlyMap<number, T>): T[] => list.filter((one) => !of.has(one.oid))
  const relationsNamed = (name: string): CatalogRelation[] => [...own.relationsNamed(name), ...current(shared.relationsNamed(name), own.relations)]
  return {
    ...shared,
    relations,
    relationsNamed,
    relation: (schema, name) => relationsNamed(name).find((relation) => relation.schema === schema),
    functions,
    functionsNamed: (name) => [...own.functionsNamed(name), ...current(shared.functionsNamed(name), own.functions)],
    types,
    typesNamed: (name) => [...own.typesNamed(name), ...current(shared.typesNamed(name), own.types)],
    foreignKeys: joinKeys(own, shared),
    schemas: new Set([...shared.schemas, 'pg_temp', ...[...own.relations.values()].map((relation) => relation.schema)]),
  }
}

function join<T>(own: ReadonlyMap<number, T>, shared: ReadonlyMap<number, T>): ReadonlyMap<number, T> {
  if (own.size === 0) return shared
  const both = new Map(shared)
  for (const [oid, one] of own) both.set(oid, one)
  return both
}

function joinKeys(own: Catalog, shared: Catalog): Catalog['foreignKeys'] {
  if (own.foreignKeys.size === 0) return shared.foreignKeys
  const both = new Map(shared.foreignKeys)
  for (const [parent, keys] of own.foreignKeys) both.set(parent, [...keys, ...(shared.foreignKeys.get(parent) ?? []).filter((key) => !own.relations.has(key.child))])
  return both
}
