import type { ColumnMask } from '../../policy/verdict.ts'
import type { Catalog } from './catalog.ts'
import { ORDINARY_CLASSES } from './functions.ts'
import { columnPlan, holdsMasked, stricter, VALUE_HOLDERS } from './mask-columns.ts'
import type { ColumnPlan, Field } from './masking.ts'
import type { BaseColumn, OutputColumn, Resolution, Resolved, ResolvedQuery } from './resolve/resolution.ts'

// Masks by where values come from, as the target itself resolved the statement.

/**
 * How the columns of the statement's answer are shown, in their order, or null where the resolution does not say:
 * a utility statement, or one that the target was not asked about.
 * One 'whole' for all: what comes back is not what was read.
 */
export function outputPlans(resolution: Resolution | undefined, masks: readonly ColumnMask[], catalog: Catalog): readonly PlannedColumn[] | 'whole' | null {
  if (resolution?.kind !== 'resolved' || resolution.queries.length === 0) return null
  const [query] = resolution.queries
  if (query === undefined || query.output === null || !isWhollyRead(resolution, catalog)) return 'whole'
  return query.output.map((column) => ({ column, plan: planOf(column, masks, catalog) }))
}

export interface PlannedColumn {
  readonly column: OutputColumn
  readonly plan: ColumnPlan
}

/** Nobody but the statement's own query may send rows, and nothing in it may be left unread. */
function isWhollyRead({ queries, by }: Resolved, catalog: Catalog): boolean {
  return queries.every(({ unknown, origin, output, relations }) => {
    // A rule's SELECT sends its rows to a client of the simple protocol.
    if (unknown.length > 0 || (origin === 'rule' && output !== null)) return false
    // Only the rewriter applies rules, and this tree is of the time before it.
    return by === 'print' || relations.every(({ oid, access }) => access === 'read' || catalog.relations.get(oid)?.hasRules === false)
  })
}

/**
 * A base column as it is has its own mask. Whatever is made of one shows nothing: a pseudonym, hash or piece of `left(name, 1)`
 * would spell the name out, one question at a time, since the agent can have the same made of values it knows.
 */
function planOf(column: OutputColumn, masks: readonly ColumnMask[], catalog: Catalog): ColumnPlan {
  if (column.opaque !== null) return 'whole'
  const { plain, from } = column
  const [only] = from
  if (plain && from.length === 1 && only?.relation === plain.relation && only.attribute === plain.attribute) return basePlan(plain, masks, catalog)
  let strictest: ColumnPlan = 'pass'
  for (const one of from) strictest = stricter(strictest, basePlan(one, masks, catalog))
  return strictest === 'pass' || strictest === 'whole' || strictest.style === 'null' ? strictest : { style: 'redact', domain: strictest.domain }
}

/** How the values of one column of a relation are shown. */
export function basePlan({ relation: oid, attribute }: BaseColumn, masks: readonly ColumnMask[], catalog: Catalog): ColumnPlan {
  // A system column (ctid) shows nothing of a row's values.
  if (attribute < 0) return 'pass'
  const relation = catalog.relations.get(oid)
  if (relation === undefined || VALUE_HOLDERS.has(oid)) return 'whole'
  // What a materialised view or a foreign table holds came from somewhere, and so may the rows of a view that was not looked into.
  const isTable = relation.builtin ? relation.kind !== 'v' : 'rpS'.includes(relation.kind) || (relation.kind === 'm' && !holdsMasked(catalog, relation, masks))
  if (attribute === 0) return isTable && relation.columns.every(({ name }) => columnPlan(catalog, relation, name, masks) === 'pass') ? 'pass' : 'whole'
  const column = relation.columnByNumber.get(attribute)
  if (column === undefined) return 'whole'
  const plan = columnPlan(catalog, relation, column.name, masks)
  return plan === 'pass' && !isTable ? 'whole' : plan
}

/**
 * The plan of a described column. RowDescription names the table a column is taken from, if any: what that says must fit,
 * and a mask that names the view it is read from counts as well.
 */
export function describedPlan({ column, plan }: PlannedColumn, field: Field, masks: readonly ColumnMask[], catalog: Catalog): ColumnPlan {
  if (field.tableOid === 0 || field.attnum < 0) return plan
  const relation = catalog.relations.get(field.tableOid)
  const named = relation?.columnByNumber.get(field.attnum)
  if (relation === undefined || named === undefined) return 'whole'
  if (relation.kind !== 'v' && !column.from.some(({ relation: oid, attribute }) => oid === field.tableOid && attribute === field.attnum)) return 'whole'
  return stricter(plan, columnPlan(catalog, relation, named.name, masks))
}

/** What the target may speak of in errors and notices while it runs a statement. */
export interface Speech {
  /** Values of masked columns. */
  readonly masked: boolean
  /** Nothing but the server's own code runs, so that nobody else chooses codes and texts. */
  readonly builtinOnly: boolean
}

/** By the columns that are read and the code that runs; null where the resolution does not tell. */
export function speechOf(resolution: Resolution | undefined, masks: readonly ColumnMask[], catalog: Catalog): Speech | null {
  if (resolution?.kind !== 'resolved' || resolution.queries.length === 0) return null
  const queries = [...resolution.queries, ...[...resolution.functions.values()].flatMap((body) => body.queries)]
  const isOpaque = queries.some((query) => query.unknown.length > 0 || hasOpaqueOrigin(query) || query.calls.some((call) => !resolution.functions.has(call.function) && !ORDINARY_CLASSES.has(catalog.functions.get(call.function)?.class ?? 'opaque')))
  return {
    masked: isOpaque || queries.some((query) => columnsRead(query).some((column) => basePlan(column, masks, catalog) !== 'pass') || writesMasked(query, masks, catalog)),
    builtinOnly: !isOpaque && resolution.functions.size === 0 && queries.every(({ calls }) => calls.every((call) => catalog.functions.get(call.function)?.builtin === true)),
  }
}

function columnsRead({ relations, output, influence }: ResolvedQuery): readonly BaseColumn[] {
  const read = relations.filter(({ kind }) => kind !== 'v').flatMap(({ oid, read: attributes }) => attributes.map((attribute) => ({ relation: oid, attribute })))
  return [...read, ...(output ?? []).flatMap(({ from }) => from), ...influence]
}

/** A constraint's error shows the whole row that is written, whichever columns were named, and a trigger says what it likes. */
function writesMasked({ relations }: ResolvedQuery, masks: readonly ColumnMask[], catalog: Catalog): boolean {
  return relations.some(({ oid, access }) => {
    if (access === 'read' || access === 'lock') return false
    return catalog.relations.get(oid)?.hasTriggers !== false || basePlan({ relation: oid, attribute: WHOLE_ROW }, masks, catalog) !== 'pass'
  })
}

const WHOLE_ROW = 0

function hasOpaqueOrigin({ output, influenceOpaque, callFlows, flows }: ResolvedQuery): boolean {
  return influenceOpaque !== null || [...callFlows, ...flows, ...(output ?? [])].some(({ opaque }) => opaque !== null)
}
