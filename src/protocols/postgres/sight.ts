import type { Detectors } from '../../masking/detectors.ts'
import type { ColumnMask, MaskStyle, Obligation } from '../../policy/verdict.ts'
import type { Catalog, CatalogRelation } from './catalog.ts'
import { createCopyOutMasker, type CopyOutMasker } from './copy-masking.ts'
import { type ColumnPlan, createRowMasker, type Field, maskRowDescription, type MessageMasking, type RowMasker } from './masking.ts'
import type { RawStatement } from './raw.ts'

// What the client may see of the answer to one command: the masks of its verdict, laid over the target's catalogue.

export interface Sight {
  rows(fields: readonly Field[], formats: readonly number[] | undefined): RowMasker
  description(message: Buffer): Buffer
  /** `response` is the CopyOutResponse, which says text or binary. */
  copyOut(statement: RawStatement, response: Buffer): CopyOutMasker
  readonly messages: MessageMasking
  readonly limit: { readonly rows?: number; readonly bytes?: number } | undefined
  readonly recordsOutput: boolean
}

export interface SightParts {
  readonly obligations: readonly Obligation[]
  readonly catalog: Catalog
  /** What the command touches of the columns that are masked. */
  readonly touched: { readonly maskedTable: boolean; readonly maskedColumn: boolean }
  /** See MessageMasking. */
  readonly builtinOnly: boolean
  readonly detectors: Detectors
  readonly key: Buffer
  /** Schemas in which an unqualified name of COPY is looked up. */
  readonly searchPath: readonly string[]
}

export function createSight(parts: SightParts): Sight {
  const { catalog, touched, detectors, key } = parts
  const masks = columnMasks(parts.obligations)
  const limits = parts.obligations.flatMap((obligation) => ('limit' in obligation ? [obligation.limit] : []))
  const plan = (field: Field): ColumnPlan => {
    if (masks.length === 0) return 'pass'
    if (field.tableOid === 0) return touched.maskedColumn ? 'whole' : 'pass'
    const relation = catalog.relations.get(field.tableOid)
    const column = relation?.columnByNumber.get(field.attnum)
    // A system column (ctid) has a negative number and shows nothing of a row's values.
    if (relation !== undefined && field.attnum < 0) return 'pass'
    // A view's columns may derive from anything, and a table the catalogue does not know may be anything.
    if (relation === undefined || column === undefined || (!relation.builtin && !'rp'.includes(relation.kind))) return touched.maskedColumn || relation === undefined ? 'whole' : 'pass'
    return columnPlan(catalog, relation, column.name, masks)
  }
  // A statement that runs again is described by the same fields, and mostly asked for in the same formats.
  const maskers = new WeakMap<readonly Field[], { readonly formats: string; readonly masker: RowMasker }>()
  return {
    rows(fields, formats) {
      const asked = formats === undefined ? 'described' : formats.join()
      const known = maskers.get(fields)
      if (known?.formats === asked) return known.masker
      const masker = createRowMasker({ fields, ...(formats === undefined ? {} : { formats }), plan, key, detectors, detect: true })
      maskers.set(fields, { formats: asked, masker })
      return masker
    },
    description: (message) => maskRowDescription(message, detectors),
    copyOut(statement, response) {
      const copy = statement.copy
      const relation = copy?.query === false ? placed(statement, catalog, parts.searchPath) : undefined
      const isEveryColumn = statement.relations[0]?.star === true
      const columns = relation === undefined ? undefined : isEveryColumn ? relation.columns : statement.columns.map(({ name }) => relation.columnByName.get(name))
      const known = columns?.every((column) => column !== undefined) === true
      const count = response.readUInt16BE(6)
      const options = copy?.options ?? {}
      const csv = copy?.format === 'csv'
      return createCopyOutMasker({
        format: response[5] === 1 ? 'binary' : csv ? 'csv' : 'text',
        delimiter: options['delimiter'] ?? (csv ? ',' : '\t'),
        nullString: options['null'] ?? (csv ? '' : '\\N'),
        quote: options['quote'] ?? '"',
        escape: options['escape'] ?? options['quote'] ?? '"',
        header: 'header' in options && !/^(false|off|0)$/i.test(options['header'] as string),
        columns: masks.length === 0 ? Array.from({ length: count }, () => 'pass' as const)
          : known && relation && columns ? columns.map((column) => columnPlan(catalog, relation, (column as { readonly name: string }).name, masks))
          : touched.maskedColumn || (copy?.query === false && relation === undefined) ? 'whole-row'
          : Array.from({ length: count }, () => 'pass' as const),
        ...(known && columns ? { typeOids: columns.map((column) => (column as { readonly type: number }).type) } : {}),
        detectors,
        key,
      })
    },
    messages: { detectors, maskedTable: masks.length > 0 && touched.maskedTable, builtinOnly: parts.builtinOnly },
    limit: limits.length === 0 ? undefined : { rows: Math.min(...limits.map((limit) => limit.rows ?? Infinity)), bytes: Math.min(...limits.map((limit) => limit.bytes ?? Infinity)) },
    recordsOutput: !parts.obligations.some((obligation) => 'record' in obligation && obligation.record === 'metadata'),
  }
}

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

const LESS_SHOWN: readonly MaskStyle[] = ['partial', 'last4', 'pseudonym', 'hash', 'redact', 'null']

/** The mask of one column; where several fit, the one that shows least. */
function columnPlan(catalog: Catalog, relation: CatalogRelation, column: string, masks: readonly ColumnMask[]): ColumnPlan {
  let best: { readonly style: MaskStyle; readonly domain: string } | undefined
  for (const family of relatives(catalog, relation)) {
    for (const mask of masks) {
      if (!covers(mask.column, [family.schema, family.name, column])) continue
      if (best === undefined || LESS_SHOWN.indexOf(mask.style) > LESS_SHOWN.indexOf(best.style)) best = { style: mask.style, domain: mask.column }
    }
  }
  return best ?? 'pass'
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

function placed(statement: RawStatement, catalog: Catalog, searchPath: readonly string[]): CatalogRelation | undefined {
  const named = statement.relations[0]
  if (named === undefined) return undefined
  if (named.schema !== undefined) return catalog.relation(named.schema, named.name)
  for (const schema of searchPath) {
    const found = catalog.relation(schema, named.name)
    if (found) return found
  }
  return undefined
}
