import { coversColumn } from '../../gateway/command.ts'
import type { ColumnMask, MaskStyle, Obligation } from '../../policy/verdict.ts'
import type { Catalog, CatalogRelation } from './catalog.ts'
import { ORDINARY_CLASSES } from './functions.ts'
import type { ColumnPlan } from './masking.ts'
import { displayName } from './placement.ts'

// Which columns of a target's catalogue the masks of a verdict cover.

export function columnMasks(obligations: readonly Obligation[]): readonly ColumnMask[] {
  return obligations.flatMap((obligation) => ('mask' in obligation ? obligation.mask : []))
}

// Every column of the catalogue against every mask: once for each reading of it, not for each text.
const maskedSets = new WeakMap<Catalog, Map<string, ReadonlySet<string>>>()
const MAX_MASKED_SETS = 64

/** Every `schema.table.column` of the catalogue that a mask covers, with those of inheritance children and parents. */
export function maskedColumns(catalog: Catalog, masks: readonly ColumnMask[]): ReadonlySet<string> {
  const found = new Set<string>()
  if (masks.length === 0) return found
  const of = masks.map(({ column, style }) => `${style} ${column}`).join('\n')
  let known = maskedSets.get(catalog)
  if (known === undefined) maskedSets.set(catalog, (known = new Map()))
  const before = known.get(of)
  if (before !== undefined) return before
  if (known.size >= MAX_MASKED_SETS) known.clear()
  known.set(of, found)
  for (const relation of catalog.relations.values()) {
    for (const column of relation.columns) {
      if (columnPlan(catalog, relation, column.name, masks) !== 'pass') found.add(`${displayName(relation)}.${column.name}`)
    }
  }
  return found
}

/** From what shows most to what shows least. */
const LESS_SHOWN: readonly MaskStyle[] = ['partial', 'last4', 'pseudonym', 'hash', 'redact', 'null']

/** The plan that shows less; of two that show the same, always the same one. */
export function stricter(one: ColumnPlan, other: ColumnPlan): ColumnPlan {
  if (one === 'whole' || other === 'pass') return one
  if (other === 'whole' || one === 'pass') return other
  const difference = LESS_SHOWN.indexOf(one.style) - LESS_SHOWN.indexOf(other.style)
  return difference > 0 || (difference === 0 && one.domain <= other.domain) ? one : other
}

/**
 * The mask of one column; where several fit, the one that shows least. What is computed from a masked column when it is
 * stored (a generated column) shows nothing, as a piece of it could be a piece of anything.
 */
export function columnPlan(catalog: Catalog, relation: CatalogRelation, column: string, masks: readonly ColumnMask[]): ColumnPlan {
  let best: ColumnPlan = 'pass'
  for (const family of relatives(catalog, relation)) {
    for (const mask of masks) if (coversColumn(mask.column, [family.schema, family.name, column])) best = stricter(best, { style: mask.style, domain: mask.column })
  }
  for (const number of relation.columnByName.get(column)?.derivedFrom ?? []) {
    // A generated column is not computed from another one, so this ends.
    for (const source of number === 0 ? relation.columns : [relation.columnByNumber.get(number)]) {
      if (source === undefined || source.name === column) continue
      const plan = columnPlan(catalog, relation, source.name, masks)
      best = stricter(best, plan === 'pass' || plan === 'whole' || plan.style === 'null' ? plan : { style: 'redact', domain: plan.domain })
    }
  }
  return best
}

/** Whether the rows that a materialised view holds were made of masked columns, or of what nobody can follow. */
export function holdsMasked(catalog: Catalog, view: CatalogRelation, masks: readonly ColumnMask[], seen: Set<number> = new Set()): boolean {
  if (seen.has(view.oid)) return false
  seen.add(view.oid)
  if (view.definitionCalls.some((oid) => !ORDINARY_CLASSES.has(catalog.functions.get(oid)?.class ?? 'opaque'))) return true
  return view.sources.some(({ relation: oid, columns }) => {
    const source = catalog.relations.get(oid)
    if (source === undefined || source.kind === 'f') return true
    if (source.kind === 'v' || source.kind === 'm') return source.builtin || holdsMasked(catalog, source, masks, seen)
    if (source.builtin) return VALUE_HOLDERS.has(oid)
    return source.columns.some((column) => (columns === null || columns.includes(column.number)) && columnPlan(catalog, source, column.name, masks) !== 'pass')
  })
}

/** Tables of the server that hold samples of other tables' values: pg_statistic, pg_largeobject, pg_statistic_ext_data. */
export const VALUE_HOLDERS: ReadonlySet<number> = new Set([2619, 2613, 3429])

/** A mask on a parent covers its children, where the same rows are stored; one on a child covers what the parent shows of it. */
function relatives(catalog: Catalog, relation: CatalogRelation): ReadonlySet<CatalogRelation> {
  const found = new Set([relation])
  for (const one of found) {
    for (const oid of [...one.parents, ...one.children]) {
      const relative = catalog.relations.get(oid)
      if (relative) found.add(relative)
    }
  }
  return found
}
