import type { Facts } from '../../gateway/command.ts'
import { relationsCascadedTo } from './cascade.ts'
import type { Catalog } from './catalog.ts'
import { lineageAttributes, lineageOfText } from './lineage-facts.ts'
import {
  displayName, lookupPath, materialisedKnown, type Names, type NameState, operatorReason, type Placed, placeAttributeCall, type PlacedFunction, placeFunction, placeRelation, placeType,
} from './placement.ts'
import type { Depth, RawStatement } from './raw.ts'
import { type ResolvedStatement, readingOf, type Use, withRelatives, WRITES } from './reading.ts'
import type { Resolution } from './resolve/resolution.ts'
import { type Expectation, resolvedStatements, sourcesOf } from './resolved-facts.ts'
import { tableCode } from './table-code.ts'

/** What a session is like when a statement is judged. */
export interface FactsState extends NameState {
  /** The statement behind a prepared name (SQL PREPARE or protocol Parse); null when there is none. */
  prepared(name: string): RawStatement | null
  /** The statement behind a cursor (DECLARE) or portal; null when there is none. */
  cursor(name: string): RawStatement | null
  /** What the target made of a statement; undefined: it was not asked, and the text and the catalogue are all there is. Absent: it is never asked. */
  readonly resolution?: (raw: RawStatement) => Resolution | undefined
}

export interface ResolvedFacts {
  /** Every statement, each followed by those inside it. Never empty. */
  readonly readings: readonly Facts[]
  /** Oids of all relations the statements may touch, for masks. */
  readonly touchesMaskable: { readonly relations: readonly number[] }
}

const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'])
// EXECUTE of a FETCH of an EXECUTE does not exist; this only stops a caller that hands out circles.
const MAX_REFERENCES = 8

/**
 * The readings a policy judges. Where the target itself said what a statement means, by that: objects by oid, views, rules and
 * bodies of SQL functions as what they do. Elsewhere the names of the text are placed in the catalogue, and what does more
 * than its text shows (views, rules, functions, operators and types that are not built in) is a reason in `unknown`.
 * Pure: the same arguments give the same readings.
 */
export function resolveFacts(raw: readonly RawStatement[], catalog: Catalog, state: FactsState): ResolvedFacts {
  if (raw.length === 0) return { readings: [EMPTY], touchesMaskable: { relations: [] } }
  return resolveAll(raw, catalog, state).facts
}

/**
 * The last resolution of each text, by the identity the parser's cache gives it. It holds only while everything a name
 * depends on is the same; what stands behind a prepared name or cursor may change, so such texts are not kept.
 */
const LAST = new WeakMap<readonly RawStatement[], Laid>()

interface Laid {
  readonly catalog: Catalog
  readonly names: string
  readonly resolutions: readonly (Resolution | undefined)[]
  readonly statements: readonly ResolvedStatement[]
  readonly facts: ResolvedFacts
}

function resolveAll(raw: readonly RawStatement[], catalog: Catalog, state: FactsState): Laid {
  const names = JSON.stringify([state.searchPath, state.role, state.database, state.temporaryTablesPossible])
  const last = LAST.get(raw)
  const resolutions = state.resolution === undefined ? [] : raw.flatMap((statement) => resolutionsOf(statement, state.resolution as NonNullable<FactsState['resolution']>))
  if (last?.catalog === catalog && last.names === names && last.resolutions.length === resolutions.length && resolutions.every((one, at) => one === last.resolutions[at])) return last
  const session: Session = {
    searchPath: state.searchPath,
    role: state.role,
    database: state.database,
    temporaryTablesPossible: state.temporaryTablesPossible,
    path: lookupPath(catalog, state),
    prepared: (name) => state.prepared(name),
    cursor: (name) => state.cursor(name),
    ...(state.resolution === undefined ? {} : { resolution: state.resolution }),
  }
  // The body of an SQL PREPARE by itself: Bind and Execute of its name run it, and it is no longer only named.
  const statements = raw.flatMap((statement) => resolveStatement(statement, statement.depth === 'prepare' ? 'execute' : statement.depth, catalog, session, NOTHING_EXPECTED))
  const laid: Laid = {
    catalog,
    names,
    resolutions,
    statements,
    facts: {
      readings: statements.map((one) => one.facts),
      touchesMaskable: { relations: [...new Set(statements.flatMap((one) => one.uses.map((use) => use.relation.oid)))] },
    },
  }
  if (!raw.some(hasReference)) LAST.set(raw, laid)
  return laid
}

function resolutionsOf(raw: RawStatement, resolution: NonNullable<FactsState['resolution']>): (Resolution | undefined)[] {
  return [resolution(raw), ...raw.nested.flatMap((inner) => resolutionsOf(inner, resolution))]
}

function hasReference(raw: RawStatement): boolean {
  return raw.reference !== undefined || raw.nested.some(hasReference)
}

/**
 * Whether a result without a traceable origin could carry masked values. Errs towards yes: `maskedTable` when a relation
 * with masked columns is read or written anywhere in the statements (or something unknown might reach one),
 * `maskedColumn` when such a column is named, or covered by `*`, a whole row, or anything unknown.
 * `maskedColumns` holds `schema.table.column`, spelt as Resource names are.
 */
export function touches(
  raw: readonly RawStatement[], catalog: Catalog, state: FactsState, maskedColumns: ReadonlySet<string>,
): { readonly maskedTable: boolean; readonly maskedColumn: boolean } {
  if (maskedColumns.size === 0) return { maskedTable: false, maskedColumn: false }
  let maskedTable = false
  let maskedColumn = false
  for (const { facts, uses } of resolveAll(raw, catalog, state).statements) {
    if (facts.unknown.length > 0) return { maskedTable: true, maskedColumn: true }
    for (const use of uses) {
      const prefix = displayName(use.relation)
      const masked = use.relation.columns.filter((column) => maskedColumns.has(`${prefix}.${column.name}`))
      if (masked.length === 0) continue
      maskedTable = true
      if (masked.some((column) => use.read.has(column.name) || use.written?.has(column.name) === true)) maskedColumn = true
    }
  }
  return { maskedTable, maskedColumn }
}

const EMPTY: Facts = { action: 'empty', effect: 'read', resources: [], unknown: [], attributes: { class: 'session', node: 'none', depth: 'top', nested: false, function_classes: [] } }

interface Session extends Names {
  prepared(name: string): RawStatement | null
  cursor(name: string): RawStatement | null
  readonly resolution?: (raw: RawStatement) => Resolution | undefined
}

const NOTHING_EXPECTED: Expectation = { references: 0, into: null }

function resolveStatement(raw: RawStatement, depth: Depth, catalog: Catalog, session: Session, expected: Expectation): ResolvedStatement[] {
  const resolution = session.resolution?.(raw)
  // A text of its own and no query: a rule has made nothing of it.
  if (resolution?.kind === 'resolved' && (resolution.queries.length > 0 || (raw.sql !== null && session.resolution !== undefined))) {
    const rest = raw.nested.filter((inner) => inner.depth !== 'cte')
    return [
      ...resolvedStatements(raw, depth, resolution, { catalog, names: session, expected }),
      ...rest.flatMap((inner) => resolveStatement(inner, inner.depth, catalog, session, expected)),
    ]
  }
  const unknown = new Set(raw.unknown)
  if (resolution?.kind === 'unresolved') unknown.add(resolution.reason)
  if (resolution?.kind === 'rejected') unknown.add(`the target does not take this: ${resolution.fields.get('M') ?? 'it gave no reason'}`)
  // COPY of a materialised view copies its rows, which are what its query once read.
  const copiesRows = raw.action === 'copy_out' && session.resolution !== undefined
  const placed = raw.relations.map((relation) => placeRelation(relation, catalog, session)).map((one) => (copiesRows ? materialisedKnown(one) : one))
  for (const one of placed) for (const reason of one.unknown) unknown.add(reason)
  const uses = usesOf(placed)
  const functions = raw.functions.map((one) => placeFunction(one, catalog, session))
  functions.push(...readColumns(raw, uses, catalog, session, unknown))
  for (const one of functions) if (one.unknown !== null) unknown.add(one.unknown)
  if (copiesRows) for (const use of uses.filter(({ relation }) => relation.kind === 'm')) uses.push(...sourcesOf(use, catalog))
  checkTypesAndOperators(raw, uses, catalog, session, unknown)
  const created = raw.relations.find((relation) => relation.creates)
  const inside: Expectation = { ...expected, into: created === undefined ? expected.into : (placed.find((one) => one.raw === created)?.name ?? displayName(created)) }
  const behind = behindReference(raw, catalog, session, inside, unknown)
  const everyUse = withRelatives(uses, catalog)
  for (const { relation } of everyUse.slice(uses.length)) if (relation.kind === 'f') unknown.add(`relation "${displayName(relation)}" is a foreign table; what it reaches is not known`)
  const cascades = relationsCascadedTo(raw, uses, catalog)
  const reading = readingOf({
    raw, depth, placed, uses: everyUse, cascades, functions, unknown,
    code: session.resolution === undefined ? null : tableCode(raw, everyUse, cascades, catalog),
    attributes: lineageAttributes(lineageOfText(raw, uses, expected.into, functions), catalog),
  })
  const nested = raw.nested.flatMap((inner) => resolveStatement(inner, inner.depth, catalog, session, inner.depth === 'ctas' ? inside : NOTHING_EXPECTED))
  return [raw.copy?.query === true ? ofQuery(reading, nested) : reading, ...(raw.action === 'prepare' ? nested.map(onlyNamed) : nested), ...behind]
}

/** COPY of a query that only reads takes out what that reads. */
function ofQuery(reading: ResolvedStatement, nested: readonly ResolvedStatement[]): ResolvedStatement {
  const { facts } = reading
  if (facts.unknown.length > 0 || nested.some((one) => one.facts.effect !== 'read' || one.facts.unknown.length > 0)) return reading
  const seen = new Set(facts.resources.map(({ kind, name }) => `${kind} ${name}`))
  const taken = nested.flatMap((one) => one.facts.resources).filter(({ kind, name }) => kind === 'relation' && !seen.has(`${kind} ${name}`) && seen.add(`${kind} ${name}`))
  return { ...reading, facts: { ...facts, resources: [...facts.resources, ...taken] } }
}

/** What PREPARE names does not run, nor does any part of it. */
function onlyNamed(one: ResolvedStatement): ResolvedStatement {
  return one.facts.attributes['depth'] === 'prepare' ? one : { ...one, facts: { ...one.facts, attributes: { ...one.facts.attributes, depth: 'prepare' } } }
}

function usesOf(placed: readonly Placed[]): Use[] {
  return placed.flatMap((one) =>
    one.relations.map((relation) => {
      const every = (): Set<string> => new Set(relation.columns.map((column) => column.name))
      const isWrite = WRITES.has(one.raw.access)
      // Definitions and TRUNCATE have no columns of their own; INSERT without a list writes all.
      const written = !isWrite ? null : one.raw.written === null ? every() : new Set(one.raw.written)
      return { relation, raw: one.raw, read: one.raw.star ? every() : new Set<string>(), written }
    }),
  )
}

/** Gives every column reference to the relations it may mean; returns the functions that attribute notation may call. */
function readColumns(raw: RawStatement, uses: readonly Use[], catalog: Catalog, session: Session, unknown: Set<string>): PlacedFunction[] {
  const calls: PlacedFunction[] = []
  const derived = new Set(raw.derived)
  const readAll = (list: readonly Use[]): void => {
    for (const use of list) for (const column of use.relation.columns) use.read.add(column.name)
  }
  const callOf = (name: string, fallback: string | null): void => {
    const call = placeAttributeCall(name, catalog, session)
    if (call !== null) calls.push(call)
    else if (fallback !== null) unknown.add(fallback)
  }
  for (const { qualifier, name } of raw.columns) {
    if (qualifier.length === 0) {
      for (const use of uses) if (use.relation.columnByName.has(name)) use.read.add(name)
      // `SELECT u FROM users u` is the whole row.
      readAll(uses.filter((use) => (use.raw.alias ?? use.raw.name) === name))
      continue
    }
    const meant = usesMeantBy(qualifier, uses, raw)
    if (name === '*') readAll(meant)
    else {
      const having = meant.filter((use) => use.relation.columnByName.has(name))
      for (const use of having) use.read.add(name)
      if (having.length < meant.length && !SYSTEM_COLUMNS.has(name)) {
        // Not a column there, so `u.name` may call a function with the whole row.
        readAll(meant)
        callOf(name, having.length > 0 ? null : `"${[...qualifier, name].join('.')}" is neither a column nor a function in the catalogue`)
      }
    }
    if (meant.length === 0) {
      if (!derived.has(qualifier.at(-1) ?? '')) unknown.add(`"${[...qualifier, name].join('.')}" names no relation of the statement that could be placed`)
      // A subquery's row can be the argument of a user's function too.
      else if (catalog.functionsNamed(name).some((one) => !one.builtin)) callOf(name, null)
    }
  }
  for (const name of raw.fieldSelections) {
    const having = uses.filter((use) => use.relation.columnByName.has(name))
    for (const use of having) use.read.add(name)
    if (having.length === 0) callOf(name, null)
  }
  return calls
}

function usesMeantBy(qualifier: readonly string[], uses: readonly Use[], raw: RawStatement): Use[] {
  const name = qualifier.at(-1)
  const schema = qualifier.at(-2)
  const direct = uses.filter((use) => (schema === undefined ? (use.raw.alias ?? use.raw.name) === name : use.relation.schema === schema && use.raw.name === name))
  if (direct.length > 0) return direct
  // OLD, NEW, EXCLUDED and their aliases stand for the row that is written.
  const isRowName = schema === undefined && (name === 'excluded' || name === 'old' || name === 'new' || (raw.returning && raw.derived.includes(name ?? '')))
  return isRowName ? uses.filter((use) => use.written !== null) : []
}

function checkTypesAndOperators(raw: RawStatement, uses: readonly Use[], catalog: Catalog, session: Session, unknown: Set<string>): void {
  const inSight = new Set(uses.flatMap((use) => use.relation.columns.map((column) => column.type)))
  for (const type of raw.types) {
    const { oid, unknown: reason } = placeType(type, catalog, session)
    if (oid !== null) inSight.add(oid)
    if (reason !== null) unknown.add(reason)
  }
  for (const types of catalog.unaskedCasts) {
    if (types.length === 0 || types.some((oid) => inSight.has(oid))) unknown.add('a cast that is not built in may be applied without being written; whether it is used is not resolved yet')
  }
  for (const operator of raw.operators) {
    const reason = operatorReason(operator, catalog, session, inSight)
    if (reason !== null) unknown.add(reason)
  }
}

/** What EXECUTE, FETCH and MOVE run: the statement behind the name. */
function behindReference(raw: RawStatement, catalog: Catalog, session: Session, expected: Expectation, unknown: Set<string>): ResolvedStatement[] {
  const name = raw.reference?.name
  const isExecute = raw.action === 'execute'
  if (!isExecute && raw.action !== 'fetch' && raw.action !== 'move') return []
  const what = isExecute ? 'prepared statement' : 'cursor'
  const found = name === undefined || name === null ? null : isExecute ? session.prepared(name) : session.cursor(name)
  if (found === null || expected.references >= MAX_REFERENCES) {
    unknown.add(`the ${what} "${name ?? ''}" is not known to the gateway`)
    return []
  }
  // Callers may keep the PREPARE or DECLARE itself: its query is what runs.
  const runs = found.action === 'prepare' || found.action === 'declare' ? found.nested : [found]
  return runs.flatMap((inner) => resolveStatement(inner, isExecute ? 'execute' : 'fetch', catalog, session, { ...expected, references: expected.references + 1 }))
}
