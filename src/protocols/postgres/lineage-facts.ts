import type { FactValue } from '../../gateway/command.ts'
import type { Catalog, CatalogRelation } from './catalog.ts'
import { describeFunction } from './function-code.ts'
import { ORDINARY_CLASSES } from './functions.ts'
import { displayName, type PlacedFunction } from './placement.ts'
import type { RawStatement } from './raw.ts'
import type { Use } from './reading.ts'
import type { BaseColumn, Origin, ResolvedQuery } from './resolve/resolution.ts'

// `influence` (columns that decide what a statement does, without being shown) and `write_lineage` (columns whose values it
// puts somewhere, and where), as facts spell them.

/** A column by name; `*` where it may be any. */
export type NamedColumn = '*' | { readonly relation: CatalogRelation; readonly column: string }

export interface LineageFacts {
  readonly influence: readonly NamedColumn[]
  /** `into`: a column, or a place that is none, as a rule names it. */
  readonly flows: readonly { readonly from: NamedColumn; readonly into: NamedColumn | string }[]
  /** Why a source is `*`. */
  readonly opaque: readonly string[]
}

/** More of them say no more; the rest is `*`. */
const MOST = 2_000
/** As many reasons say enough. */
const MOST_REASONS = 10

/** `into`: the relation that is made of what the query returns. `isDefault`: nobody names this column, so what it gets is the table's own default. */
export function lineageOfQuery(query: ResolvedQuery, into: string | null, catalog: Catalog, isDefault: (column: BaseColumn) => boolean): LineageFacts {
  const columns = (list: readonly BaseColumn[]): NamedColumn[] => list.flatMap((one) => namedColumns(one, catalog))
  const origins = ({ from, opaque }: Origin): NamedColumn[] => [...columns(from), ...(opaque === null ? [] : ['*' as const])]
  const flows: LineageFacts['flows'][number][] = []
  const flow = (origin: Origin, target: NamedColumn | string): void => {
    for (const from of origins(origin)) flows.push({ from, into: target })
  }
  for (const one of query.flows) if (one.from.length > 0 || !isDefault(one.into)) for (const target of namedColumns(one.into, catalog)) flow(one, target)
  for (const one of query.callFlows) flow(one, placeKeptBy(one.function, catalog))
  if (into !== null) for (const column of query.output ?? []) flow(column, newRelation(into))
  // What decides whether it fails is seen as well by whoever asks.
  const deciding = origins({ from: [...query.influence, ...(query.fails?.from ?? [])], opaque: query.influenceOpaque ?? query.fails?.opaque ?? null })
  const reasons = [query.influenceOpaque, query.fails?.opaque ?? null, ...[...query.flows, ...query.callFlows, ...(into === null ? [] : (query.output ?? []))].map(({ opaque }) => opaque)]
  return { influence: deciding, flows, opaque: [...new Set(reasons.filter((reason) => reason !== null).map((reason) => withNames(reason, catalog)))] }
}

/** Lineage knows functions by oid only. */
function withNames(reason: string, catalog: Catalog): string {
  return reason.replace(/\bfunction (\d+)/, (words, oid: string) => {
    const found = catalog.functions.get(Number(oid))
    return found === undefined ? words : `function ${found.builtin ? displayName(found) : describeFunction(found)}`
  })
}

/**
 * The same from the text alone, on the safe side: every column that stands in a condition decides, and every column whose value
 * is used flows into every column that is written.
 */
export function lineageOfText(raw: RawStatement, uses: readonly Use[], into: string | null, functions: readonly PlacedFunction[]): LineageFacts {
  const deciding: NamedColumn[] = []
  const flowing: NamedColumn[] = []
  for (const use of uses) {
    const { relation } = use
    const alias = use.raw.alias ?? relation.name
    const all = relation.columns.map(({ name }) => name)
    for (const { qualifier, name, places } of raw.columns) {
      const owner = qualifier.at(-1)
      if (owner !== undefined && owner !== alias && !(use.written !== null && (owner === 'old' || owner === 'new' || raw.derived.includes(owner)))) continue
      const meant = name === '*' || (owner === undefined && name === alias) ? all : relation.columnByName.has(name) ? [name] : owner === undefined ? [] : all
      for (const column of meant) {
        if (places.includes('decides')) deciding.push({ relation, column })
        if (places.includes('shown')) flowing.push({ relation, column })
      }
    }
    if (use.raw.star) for (const column of all) {
      flowing.push({ relation, column })
      if (raw.starDecides) deciding.push({ relation, column })
    }
    for (const column of raw.fieldSelections) if (relation.columnByName.has(column)) flowing.push({ relation, column })
  }
  const targets: (NamedColumn | string)[] = []
  const readsRows = raw.action === 'insert' || raw.action === 'update' || raw.action === 'merge'
  if (readsRows) for (const { relation, written } of uses) for (const column of written ?? []) targets.push({ relation, column })
  if (into !== null && (raw.action === 'select' || raw.action === 'execute')) targets.push(newRelation(into))
  for (const one of functions) if (KEEPING[one.class] !== undefined) targets.push(KEEPING[one.class] as string)
  return { influence: deciding, flows: targets.flatMap((target) => flowing.map((from) => ({ from, into: target }))), opaque: [] }
}

export function lineageAttributes({ influence, flows, opaque }: LineageFacts, catalog: Catalog): Record<string, FactValue> {
  const covered = new Map<string, NamedColumn>()
  const shown = (column: NamedColumn): string => {
    const name = column === '*' ? '*' : columnName(column)
    covered.set(name, column)
    return name
  }
  const out: Record<string, FactValue> = {}
  const deciding = atMost(new Set(influence.map(shown)), '*')
  const flowing = atMost(new Set(flows.map(({ from, into }) => `${shown(from)} > ${typeof into === 'string' && into !== '*' ? into : shown(into as NamedColumn)}`)), '* > *')
  if (deciding.length > 0) out['influence'] = deciding
  if (flowing.length > 0) out['write_lineage'] = flowing
  if (opaque.length > 0) out['opaque_lineage'] = opaque.slice(0, MOST_REASONS)
  const pairs = [...covered].flatMap(([name, column]) => (column === '*' ? [] : coveredAs(column, catalog).map((other) => `${name} = ${other}`)))
  if (pairs.length === 0) return out
  out['covered_as'] = pairs.slice(0, MOST)
  if (pairs.length < MOST) return out
  // More names than are told: any of them could be one that a mask covers.
  if (deciding.length > 0) out['influence'] = [...new Set([...deciding, '*'])]
  if (flowing.length > 0) out['write_lineage'] = [...new Set([...flowing, '* > *'])]
  return out
}

function atMost(names: ReadonlySet<string>, any: string): readonly string[] {
  return names.size <= MOST ? [...names].sort() : [any]
}

function columnName({ relation, column }: Exclude<NamedColumn, '*'>): string {
  return `${displayName(relation)}.${displayName({ name: column })}`
}

function newRelation(name: string): string {
  return name.startsWith('pg_temp.') ? name : `new:${name}`
}

/** Attnum 0 is the whole row; negative ones (ctid) tell nothing of the values. */
function namedColumns({ relation: oid, attribute }: BaseColumn, catalog: Catalog): NamedColumn[] {
  if (attribute < 0) return []
  const relation = catalog.relations.get(oid)
  if (relation === undefined) return ['*']
  if (attribute === 0) return relation.columns.map(({ name }) => ({ relation, column: name }))
  const column = relation.columnByNumber.get(attribute)
  // Rows that code has made may hold anything.
  const isMadeByCode = relation.kind === 'm' && relation.definitionCalls.some((called) => !ORDINARY_CLASSES.has(catalog.functions.get(called)?.class ?? 'opaque'))
  return column === undefined ? ['*'] : [{ relation, column: column.name }, ...(isMadeByCode ? ['*' as const] : [])]
}

/**
 * Other names by which a mask covers this column: parents and children of its table, where the same rows are stored; what a
 * generated column is computed from; and, of a materialised view, every column it may have been made of.
 */
export function coveredAs({ relation, column }: Exclude<NamedColumn, '*'>, catalog: Catalog): readonly string[] {
  const own = columnName({ relation, column })
  const found = new Set<string>()
  const seen = new Set<string>()
  const add = (from: CatalogRelation, name: string): void => {
    const key = `${from.oid}.${name}`
    if (seen.has(key) || seen.size > MOST + 1) return
    seen.add(key)
    found.add(columnName({ relation: from, column: name }))
    const about = from.columnByName.get(name)
    for (const number of about?.derivedFrom ?? []) {
      for (const source of number === 0 ? from.columns : [from.columnByNumber.get(number)]) if (source !== undefined) add(from, source.name)
    }
    for (const oid of [...from.parents, ...from.children]) {
      const relative = catalog.relations.get(oid)
      if (relative?.columnByName.has(name) === true) add(relative, name)
    }
    if (from.kind !== 'm' && !(from.kind === 'v' && from.oid !== relation.oid)) return
    for (const { relation: oid, columns } of from.sources) {
      const source = catalog.relations.get(oid)
      for (const other of source?.columns ?? []) if (columns === null || columns.includes(other.number)) add(source as CatalogRelation, other.name)
    }
  }
  add(relation, column)
  found.delete(own)
  return [...found]
}

/** Where a function leaves what it is given, by its class. */
const KEEPING: Readonly<Partial<Record<string, string>>> = { guc: 'setting:*', notify: 'channel:*', lo: 'large_object', net: 'network', file: 'file' }

function placeKeptBy(oid: number, catalog: Catalog): string {
  const found = catalog.functions.get(oid)
  return found === undefined ? `function:${oid}` : (KEEPING[found.class] ?? `function:${displayName(found)}`)
}
