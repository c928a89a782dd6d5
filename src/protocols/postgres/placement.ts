import { type Catalog, type CatalogRelation, classOf } from './catalog.ts'
import { type FunctionClass, namedClass } from './functions.ts'
import type { RawFunction, RawName, RawRelation } from './raw.ts'

/** Session state that gives names their meaning. */
export interface NameState {
  /** As SHOW search_path lists it, unquoted; null: not known. */
  readonly searchPath: readonly string[] | null
  readonly role: string
  readonly database: string
  /** The session may own temporary objects: they hide others of the same name. */
  readonly temporaryTablesPossible: boolean
}

/** NameState with what follows from it, so that a statement looks its path up once. */
export interface Names extends NameState {
  /** See lookupPath. */
  readonly path: readonly string[] | null
}

export interface Placed {
  readonly raw: RawRelation
  /** What a rule matches where there is no relation (yet). */
  readonly name: string
  /** More than one only while the path is unknown. */
  readonly relations: readonly CatalogRelation[]
  readonly unknown: readonly string[]
}

const PLACED_KINDS: ReadonlySet<string> = new Set(['r', 'p', 'S'])
const KIND_WORDS: Readonly<Record<string, string>> = {
  v: 'a view; what it reads is not resolved yet',
  m: 'a materialised view; what it was made from is not resolved yet',
  f: 'a foreign table; what it reaches is not known',
  c: 'a composite type, not a table',
  i: 'an index, not a table',
  I: 'an index, not a table',
}

/**
 * Schemas in the order names are looked up, pg_catalog first unless the path lists it; null when the path is unknown.
 * Schemas that do not exist are skipped, as the server does. Source: "Schema Search Path" of the PostgreSQL manual.
 */
export function lookupPath(catalog: Catalog, state: NameState): readonly string[] | null {
  if (state.searchPath === null) return null
  const path = state.searchPath.map((schema) => (schema === '$user' ? state.role : schema))
  const explicit = path.includes('pg_catalog') ? path : ['pg_catalog', ...path]
  return explicit.filter((schema) => catalog.schemas.has(schema))
}

/** Without the reason that it is a materialised view: for who names what that was made from. */
export function materialisedKnown(placed: Placed): Placed {
  return { ...placed, unknown: placed.unknown.filter((reason) => !reason.endsWith(KIND_WORDS['m'] as string)) }
}

/** Where a relation name leads, and every reason why that is not certain. */
export function placeRelation(raw: RawRelation, catalog: Catalog, names: Names): Placed {
  const shown = displayName(raw)
  const unplaced = (reason: string, relations: readonly CatalogRelation[] = []): Placed => ({ raw, name: shown, relations, unknown: [reason] })
  if (raw.catalog !== undefined && raw.catalog !== names.database) return unplaced(`relation "${shown}" is in another database`)
  if (raw.schema !== undefined) {
    const found = catalog.relation(raw.schema, raw.name)
    if (found !== undefined) return judged(raw, found, [])
    return raw.creates ? { raw, name: shown, relations: [], unknown: [] } : unplaced(`relation "${shown}" is not in the catalogue`)
  }
  const { path } = names
  if (raw.creates) {
    // New objects go into the first schema of the path that was asked for; pg_catalog in front is only implied.
    const schema = raw.temporary ? 'pg_temp' : path?.find((one) => one !== 'pg_catalog' || names.searchPath?.includes('pg_catalog') === true)
    return { raw, name: displayName({ schema, name: raw.name }), relations: [], unknown: [] }
  }
  // Searched first, unless the path says where. A catalogue has this schema only as one session sees it.
  const temporary = path?.includes('pg_temp') === true ? undefined : catalog.relation('pg_temp', raw.name)
  if (temporary !== undefined) return judged(raw, temporary, [])
  if (path === null) return unplaced(`relation "${shown}" cannot be placed: the search_path is not known`, catalog.relationsNamed(raw.name))
  for (const schema of path) {
    const found = catalog.relation(schema, raw.name)
    if (found === undefined) continue
    // pg_temp is searched before everything else for relations, whatever the path says.
    return judged(raw, found, names.temporaryTablesPossible ? [`relation "${shown}" may be a temporary table of this session`] : [])
  }
  return unplaced(`relation "${shown}" is not in the catalogue on this search_path`)
}

function judged(raw: RawRelation, found: CatalogRelation, reasons: readonly string[]): Placed {
  const unknown = [...reasons]
  const name = displayName(found)
  if (!isSystem(found)) {
    if (!PLACED_KINDS.has(found.kind) && raw.access !== 'ddl') unknown.push(`relation "${name}" is ${KIND_WORDS[found.kind] ?? 'of a kind that is not understood'}`)
    if (found.hasOpaquePolicies && raw.access !== 'ddl') unknown.push(`relation "${name}" has row security that runs what is not built in; what that does is not resolved yet`)
    if (found.hasRules && raw.access !== 'ddl') unknown.push(`relation "${name}" has rules; what they rewrite it to is not resolved yet`)
  }
  return { raw, name, relations: [found], unknown }
}

/** What initdb made: views there are known by name, and policies judge them by it. */
export function isSystem(relation: CatalogRelation): boolean {
  return relation.builtin && (relation.schema === 'pg_catalog' || relation.schema === 'information_schema')
}

export interface PlacedFunction {
  readonly name: string
  readonly class: FunctionClass
  readonly unknown: string | null
  /** Listed among the resources even where its class is an ordinary one. */
  readonly named?: true
}

/**
 * Which function a call means, as far as its name tells: overloads are not resolved, so the worst of them counts, and any
 * user function of that name on the path makes it uncertain (a better match wins even behind pg_catalog).
 */
export function placeFunction(raw: RawFunction, catalog: Catalog, names: Names): PlacedFunction {
  const all = catalog.functionsNamed(raw.name)
  const { path } = names
  const inSight = raw.schema !== undefined ? all.filter((one) => one.schema === raw.schema) : path === null ? all : all.filter((one) => path.includes(one.schema))
  const name = displayName({ schema: raw.schema ?? inSight.find((one) => !one.builtin)?.schema ?? inSight[0]?.schema, name: raw.name })
  const own = inSight.filter((one) => !one.builtin)
  if (own.length > 0) {
    const how = own.length < inSight.length ? 'has a version that is not built in; which one is called is not resolved yet' : 'is not built in; what it does is not resolved yet'
    const named = namedClass(raw.name)
    return { name, class: named ?? 'opaque', unknown: `function "${name}" ${how}` }
  }
  if (inSight.length === 0) return { name, class: namedClass(raw.name) ?? 'opaque', unknown: `function "${name}" is not in the catalogue on this search_path` }
  // The arguments a text names are all there are for these two shapes; everything else keeps the worst overload.
  const fitting = raw.name === 'ts_rewrite' ? inSight.filter((one) => one.arguments === raw.arguments) : inSight
  const functionClass = classOf(fitting.length > 0 ? fitting : inSight)
  return { name, class: functionClass, unknown: functionClass === 'dynamic_sql' ? `function "${name}" runs SQL or reads tables by name; which ones is not resolved` : null }
}

/** Whether `name` in attribute notation (`u.name`, `(x).name`) could call a function; null when none has that name. */
export function placeAttributeCall(name: string, catalog: Catalog, names: Names): PlacedFunction | null {
  const { path } = names
  const inSight = catalog.functionsNamed(name).filter((one) => path === null || path.includes(one.schema))
  return inSight.length === 0 ? null : placeFunction({ name, arguments: 1 }, catalog, names)
}

/** A reason when a user's operator could be meant. Those over user types count only where such a type is in sight. */
export function operatorReason(raw: RawName, catalog: Catalog, names: Names, typesInSight: ReadonlySet<number>): string | null {
  if (raw.schema !== undefined && raw.schema !== 'pg_catalog') return `operator "${raw.schema}.${raw.name}" is not built in`
  const { path } = names
  for (const operator of catalog.userOperatorsNamed(raw.name)) {
    if (raw.schema !== undefined ? operator.schema !== raw.schema : path !== null && !path.includes(operator.schema)) continue
    const own = [operator.left, operator.right].filter((type) => catalog.types.get(type)?.builtin === false)
    if (own.length === 0 || own.some((type) => typesInSight.has(type))) return `operator "${raw.name}" has a version in "${operator.schema}" that is not built in; which one is used is not resolved yet`
  }
  return null
}

/** A reason when a type named in a cast or definition is a user's (enums are plain labels), and its oid where placed. */
export function placeType(raw: RawName, catalog: Catalog, names: Names): { readonly oid: number | null; readonly unknown: string | null } {
  const all = catalog.typesNamed(raw.name)
  const { path } = names
  const found =
    raw.schema !== undefined
      ? all.filter((type) => type.schema === raw.schema)
      : path === null
        ? all
        : path.map((schema) => all.find((type) => type.schema === schema)).filter((type) => type !== undefined).slice(0, 1)
  if (found.length === 0) {
    // serial is spelt like a type but is none.
    const isSerial = raw.schema === undefined && /^((small|big)?serial|serial[248])$/.test(raw.name)
    return { oid: null, unknown: isSerial ? null : `type "${displayName(raw)}" is not in the catalogue on this search_path` }
  }
  const foreign = found.find((type) => !type.builtin && (type.element === 0 ? type.kind : catalog.types.get(type.element)?.kind) !== 'e')
  const oid = found[0]?.oid ?? null
  const cast = found.find((type) => catalog.castByUser.has(type.oid))
  if (foreign === undefined && cast !== undefined) return { oid, unknown: `type "${displayName(cast)}" has a cast that is not built in; whether it is used is not resolved yet` }
  return { oid, unknown: foreign === undefined ? null : `type "${displayName(foreign)}" is not built in; what its input and casts run is not resolved yet` }
}

/** `schema.name`; a part that has a dot, a quote or a pattern character of its own is quoted, so no two names read alike. */
export function displayName(name: { readonly schema?: string | undefined; readonly name: string }): string {
  return name.schema === undefined ? displayPart(name.name) : `${displayPart(name.schema)}.${displayPart(name.name)}`
}

function displayPart(part: string): string {
  return /[."*?!\s]/.test(part) || part === '' ? `"${part.replaceAll('"', '""')}"` : part
}
