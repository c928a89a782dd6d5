import type { ColumnMask, MaskStyle, Obligation } from '../../policy/verdict.ts'
import type { Catalog, CatalogRelation } from './catalog.ts'
import type { ColumnPlan } from './masking.ts'

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
      if (columnPlan(catalog, relation, column.name, masks) !== 'pass') found.add(`${relation.schema}.${relation.name}.${column.name}`)
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

/** The mask of one column; where several fit, the one that shows least. */
export function columnPlan(catalog: Catalog, relation: CatalogRelation, column: string, masks: readonly ColumnMask[]): ColumnPlan {
  let best: ColumnPlan = 'pass'
  for (const family of relatives(catalog, relation)) {
    for (const mask of masks) if (covers(mask.column, [family.schema, family.name, column])) best = stricter(best, { style: mask.style, domain: mask.column })
  }
  return best
}

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

function covers(pattern: string, name: readonly string[]): boolean {
  const segments = pattern.split('.')
  return segments.length === name.length && segments.every((segment, i) => matches(segment, name[i] as string))
}

function matches(glob: string, text: string): boolean {
  if (!glob.includes('*')) return glob === text
  const [first = '', ...rest] = glob.split('*')
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const [i, part] of rest.entries()) {
    if (i === rest.length - 1) return text.length - part.length >= at && text.endsWith(part)
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return true
}
