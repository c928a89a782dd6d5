import type { Catalog, CatalogFunction } from './catalog.ts'
import { type FunctionClass, namedClass, ORDINARY_CLASSES } from './functions.ts'
import { displayName, isSystem, type PlacedFunction } from './placement.ts'
import type { RawStatement } from './raw.ts'
import type { Use } from './reading.ts'
import type { Resolved, ResolvedQuery } from './resolve/resolution.ts'

// Code that a query runs, by oid: functions, operators, aggregates, casts, and what values of a user's type run through.

export interface CodeOfCalls {
  readonly functions: readonly PlacedFunction[]
  readonly unknown: readonly string[]
  /** Functions (oids) that stand in the tree because of a column's default; tableCode speaks of them. */
  readonly ofTables: readonly number[]
  readonly volatile: boolean
  readonly securityDefiner: boolean
}

/** `raw`: the text of the query; what stands for none names no function. */
export function codeOfCalls(raw: RawStatement, query: ResolvedQuery, resolution: Resolved, catalog: Catalog, uses: readonly Use[]): CodeOfCalls {
  const isDefault = ofDefaults(raw, query, catalog, uses)
  const functions = new Map<number, PlacedFunction>()
  const unknown: string[] = []
  const ofTables: number[] = []
  const about = { volatile: false, securityDefiner: false }
  const call = (oid: number): void => {
    if (functions.has(oid)) return
    const found = catalog.functions.get(oid)
    if (found === undefined) {
      unknown.push(`the function with oid ${oid} is not in the catalogue: it is new, or belongs to another session`)
      return
    }
    if (!found.builtin && !resolution.functions.has(oid) && isDefault(oid)) {
      ofTables.push(oid)
      return
    }
    about.volatile ||= found.volatility === 'v'
    about.securityDefiner ||= found.securityDefiner
    functions.set(oid, placeByOid(found, resolution, catalog))
    for (const inner of found.calls) call(inner)
  }
  const isOfSystemViews = ofSystemViews(raw, query, catalog)
  for (const { function: oid } of query.calls) if (!isOfSystemViews(oid)) call(oid)
  for (const oid of functionsOfTypes(query.userTypes, catalog, unknown)) if (!isOrdinary(oid, catalog)) call(oid)
  // As analysed only, the conditions of row security are not in the tree.
  if (resolution.by === 'function') for (const { relation } of uses) if (relation.rowSecurity) for (const policy of relation.policies) for (const oid of policy.calls) call(oid)
  return { functions: [...functions.values()], unknown, ofTables, ...about }
}

/**
 * The rewriter puts the defaults of an INSERT into its tree: the table's owner wrote them, not the statement's author. Only where
 * nothing else could have brought the function there: no view, no condition of row security, and no word of the text.
 */
function ofDefaults(raw: RawStatement, query: ResolvedQuery, catalog: Catalog, uses: readonly Use[]): (oid: number) => boolean {
  const mayBringOthers = query.relations.some(({ kind, rowSecurity }) => kind === 'v' || rowSecurity)
  if (raw.action !== 'insert' || raw.node === 'Query' || mayBringOthers) return () => false
  const defaults = new Set(uses.flatMap((use) => (use.written === null ? [] : use.relation.columns.flatMap((column) => column.calls))))
  const named = namesIn(raw)
  return (oid) => defaults.has(oid) && !named.has(catalog.functions.get(oid)?.name ?? '') && query.calls.every((call) => call.function !== oid || call.via === 'call')
}

/** Every name of the text that could call a function; `x.f` and `(x).f` can. */
function namesIn(raw: RawStatement): ReadonlySet<string> {
  return new Set([...raw.functions.map(({ name }) => name), ...raw.columns.map(({ name }) => name), ...raw.fieldSelections])
}

/**
 * Views of the server's own are known by name, and so is what they call: pg_settings is judged as that, not by the function
 * behind it. A function that the text names too, or that a view of somebody else may bring, is judged by itself.
 */
function ofSystemViews(raw: RawStatement, query: ResolvedQuery, catalog: Catalog): (oid: number) => boolean {
  const views = query.relations.flatMap(({ oid }) => catalog.relations.get(oid) ?? []).filter((relation) => relation.kind === 'v')
  if (views.length === 0 || !views.every(isSystem) || raw.node === 'Query') return () => false
  const named = namesIn(raw)
  return (oid) => {
    const found = catalog.functions.get(oid)
    return found?.builtin === true && !named.has(found.name)
  }
}

function placeByOid(found: CatalogFunction, resolution: Resolved, catalog: Catalog): PlacedFunction {
  const name = displayName(found)
  if (found.builtin) {
    return { name, class: found.class, unknown: found.class === 'dynamic_sql' ? `function "${name}" runs SQL or reads tables by name; which ones is not resolved` : null }
  }
  // Its body is read beside this, query by query.
  if (resolution.functions.has(found.oid)) return { name, class: 'pure', unknown: null, named: true }
  // Its steps are looked at one by one.
  if (found.kind === 'a' && found.calls.length > 0) return { name, class: 'pure', unknown: null, named: true }
  if (found.class !== 'opaque') return { name, class: found.class, unknown: null }
  return { name, class: namedClass(found.name) ?? 'opaque', unknown: opaqueReason(found, catalog) }
}

/** `function app.f(integer) is plpgsql (security definer, owner joe): what it does cannot be read`. */
export function opaqueReason(found: CatalogFunction, catalog: Catalog): string {
  const language = found.kind === 'a' ? 'an aggregate' : found.kind === 'p' ? `a procedure in ${found.language}` : found.language
  const owner = catalog.roles.get(found.owner)
  const about = [...(found.securityDefiner ? ['security definer'] : []), ...(owner === undefined ? [] : [`owner ${owner}`]), ...(found.extension === null ? [] : [`extension ${found.extension}`])]
  return `function ${describeFunction(found)} is ${language}${about.length === 0 ? '' : ` (${about.join(', ')})`}: what it does cannot be read`
}

export function describeFunction(found: CatalogFunction): string {
  return `${displayName(found)}(${found.argumentList})`
}

function isOrdinary(oid: number, catalog: Catalog): boolean {
  const found = catalog.functions.get(oid)
  return found?.builtin === true && ORDINARY_CLASSES.has(found.class)
}

/**
 * What values of these types run through: checks of domains, canonical forms of ranges; of their parts too. Input and output are in C, as
 * only a superuser makes such types, and belong to them like the representation itself.
 */
function functionsOfTypes(types: readonly number[], catalog: Catalog, unknown: string[]): number[] {
  const out = new Set<number>()
  const seen = new Set<number>()
  const follow = (oid: number): void => {
    if (oid === 0 || seen.has(oid)) return
    seen.add(oid)
    const type = catalog.types.get(oid)
    if (type === undefined) {
      unknown.push(`the type with oid ${oid} is not in the catalogue: it is new, or belongs to another session`)
      return
    }
    for (const one of type.calls) if (!['c', 'internal'].includes(catalog.functions.get(one)?.language ?? '')) out.add(one)
    for (const part of [type.base, type.element, type.rangeOf]) if (part !== 0 && catalog.types.get(part)?.builtin !== true) follow(part)
    // A row type: values of all its columns.
    for (const column of catalog.relations.get(type.relation)?.columns ?? []) if (catalog.types.get(column.type)?.builtin === false) follow(column.type)
  }
  for (const oid of types) follow(oid)
  return [...out]
}

/** The class of a function that a table runs; what somebody wrote and nobody read is opaque. */
export function classByOid(oid: number, catalog: Catalog): FunctionClass {
  const found = catalog.functions.get(oid)
  if (found === undefined) return 'opaque'
  return found.class === 'opaque' ? (namedClass(found.name) ?? 'opaque') : found.class
}
