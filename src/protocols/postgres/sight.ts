import type { Detectors } from '../../masking/detectors.ts'
import type { ColumnMask, Obligation } from '../../policy/verdict.ts'
import type { Catalog, CatalogRelation } from './catalog.ts'
import { type CopyOutMasker, type CopyOutOptions, createCopyOutMasker } from './copy-masking.ts'
import type { NameLookup } from './exchange.ts'
import { basePlan, describedPlan, outputPlans, type PlannedColumn, speechOf } from './lineage-plans.ts'
import { columnMasks, columnPlan } from './mask-columns.ts'
import { type ColumnPlan, createRowMasker, type Field, maskNotification, maskParameterStatus, maskRowDescription, type MessageMasking, type RowMasker } from './masking.ts'
import type { RawStatement } from './raw.ts'
import type { Resolution } from './resolve/resolution.ts'

// What the client may see of the answer to one command: the masks of its verdict, laid over the target's catalogue.

export { columnMasks, maskedColumns } from './mask-columns.ts'

export interface Sight {
  /** `statement` is the one whose rows these are; undefined: nobody knows. */
  rows(fields: readonly Field[], formats: readonly number[] | undefined, statement: RawStatement | undefined): RowMasker
  description(message: Buffer): Buffer
  /** `response` is the CopyOutResponse, which says text or binary. */
  copyOut(statement: RawStatement, response: Buffer): CopyOutMasker
  readonly messages: MessageMasking
  /** A notification, which says nothing about where its text comes from. */
  notification(message: Buffer): Buffer
  /** A ParameterStatus: a setting can hold what a statement put there. `touchedMasked`: one before it did touch masked columns. */
  parameterStatus(message: Buffer, touchedMasked: boolean): Buffer
  readonly limit: { readonly rows?: number; readonly bytes?: number } | undefined
  readonly recordsOutput: boolean
}

export interface SightParts {
  readonly obligations: readonly Obligation[]
  readonly catalog: Catalog
  /** Of the command; empty for what belongs to none. */
  readonly statements: readonly RawStatement[]
  /** What the target made of a statement, as it was judged; undefined, or absent, where it was not asked. */
  readonly resolution?: (statement: RawStatement) => Resolution | undefined
  readonly names: NameLookup
  /** What the command touches of the columns that are masked, by its text. */
  readonly touched: { readonly maskedTable: boolean; readonly maskedColumn: boolean }
  /** See MessageMasking. */
  readonly builtinOnly: boolean
  readonly detectors: Detectors
  readonly key: Buffer
  /** Schemas in which an unqualified name of COPY is looked up; null: the session has others, which nobody knows. */
  readonly searchPath: readonly string[] | null
}

export function createSight(parts: SightParts): Sight {
  const { detectors, key } = parts
  const masks = columnMasks(parts.obligations)
  const limits = parts.obligations.flatMap((obligation) => ('limit' in obligation ? [obligation.limit] : []))
  const behind = (statement: RawStatement): RawStatement => standsFor(statement, parts.names)
  const messages = messagesOf(parts, behind, masks)
  // A statement that runs again is described by the same fields, and mostly asked for in the same formats.
  const maskers = new WeakMap<readonly Field[], { readonly asked: string; readonly statement: RawStatement | undefined; readonly masker: RowMasker }>()
  return {
    rows(fields, formats, statement) {
      const asked = formats === undefined ? 'described' : formats.join()
      const known = maskers.get(fields)
      if (known?.asked === asked && known.statement === statement) return known.masker
      const plans = rowPlans(fields, statement && behind(statement), masks, parts)
      const masker = createRowMasker({ fields, ...(formats === undefined ? {} : { formats }), plan: (_, index) => plans[index] ?? 'whole', key, detectors, detect: true })
      maskers.set(fields, { asked, statement, masker })
      return masker
    },
    description: (message) => maskRowDescription(message, detectors),
    copyOut: (statement, response) => createCopyOutMasker({ ...copySyntax(statement, response), ...copyColumns(statement, response.readUInt16BE(6), masks, parts), detectors, key }),
    messages,
    notification: (message) => maskNotification(message, detectors, masks.length > 0),
    parameterStatus: (message, touchedMasked) => maskParameterStatus(message, detectors, touchedMasked || messages.maskedTable),
    limit: limits.length === 0 ? undefined : { rows: Math.min(...limits.map((limit) => limit.rows ?? Infinity)), bytes: Math.min(...limits.map((limit) => limit.bytes ?? Infinity)) },
    recordsOutput: !parts.obligations.some((obligation) => 'record' in obligation && obligation.record === 'metadata'),
  }
}

// EXECUTE of a FETCH of an EXECUTE does not exist; this only stops a circle.
const MAX_REFERENCES = 8

/** The statement whose rows come back: what EXECUTE or FETCH names. */
function standsFor(statement: RawStatement, names: NameLookup): RawStatement {
  let found = statement
  for (let i = 0; i < MAX_REFERENCES; i++) {
    const name = found.reference?.name
    const next = typeof name !== 'string' ? null : found.action === 'execute' ? names.prepared(name) : found.action === 'fetch' ? names.cursor(name) : null
    if (next === null) break
    found = next
  }
  return found
}

function rowPlans(fields: readonly Field[], statement: RawStatement | undefined, masks: readonly ColumnMask[], parts: SightParts): readonly ColumnPlan[] {
  if (masks.length === 0) return fields.map(() => 'pass')
  const { catalog } = parts
  if (statement?.action === 'explain' && showsPlanOnly(statement, parts)) return fields.map(() => 'pass')
  const planned = statement === undefined ? null : outputPlans(parts.resolution?.(statement), masks, catalog)
  if (planned === null) return fields.map((field) => planByDescription(field, statement, masks, parts))
  if (planned === 'whole' || planned.length !== fields.length) return fields.map(() => 'whole')
  return fields.map((field, index) => describedPlan(planned[index] as PlannedColumn, field, masks, catalog))
}

/**
 * A plan shows what the agent wrote, names, and estimates or counts of rows: what those tell of masked columns is influence,
 * and judged as such. Code of somebody's own may have been run by the planner, and its result be a constant in it.
 */
function showsPlanOnly(statement: RawStatement, parts: SightParts): boolean {
  const [inner] = statement.nested
  if (inner === undefined || !parts.builtinOnly) return false
  const resolution = parts.resolution?.(inner)
  if (resolution?.kind !== 'resolved' || resolution.queries.length === 0) return false
  return resolution.functions.size === 0 && resolution.queries.every(({ unknown, output, influenceOpaque }) => unknown.length === 0 && influenceOpaque === null && (output ?? []).every(({ opaque }) => opaque === null))
}

/** Where the target did not say what it made of the statement: by the table a described column is taken from, and everything that is from none by what the text touches. */
function planByDescription(field: Field, statement: RawStatement | undefined, masks: readonly ColumnMask[], { catalog, touched }: SightParts): ColumnPlan {
  const mayDerive = touched.maskedColumn || statement === undefined || some(statement, namesValueHolder)
  // What is written into a column comes back as that column, whatever it was made of.
  if (field.tableOid === 0 || (touched.maskedColumn && (statement === undefined || some(statement, writesValues)))) return mayDerive ? 'whole' : 'pass'
  const relation = catalog.relations.get(field.tableOid)
  const column = relation?.columnByNumber.get(field.attnum)
  // A system column (ctid) has a negative number and shows nothing of a row's values.
  if (relation !== undefined && field.attnum < 0) return 'pass'
  if (relation === undefined) return 'whole'
  // A view's columns may derive from anything.
  if (column === undefined || (!relation.builtin && !'rp'.includes(relation.kind)) || (relation.builtin && VALUE_HOLDER.test(relation.name))) return mayDerive ? 'whole' : 'pass'
  return columnPlan(catalog, relation, column.name, masks)
}

/** Tables and views of the server with samples of other tables' values. */
const VALUE_HOLDER = /^pg_(?:stats|statistic|largeobject)/

function namesValueHolder({ relations }: RawStatement): boolean {
  return relations.some(({ name }) => VALUE_HOLDER.test(name))
}

function writesValues({ action }: RawStatement): boolean {
  return action === 'insert' || action === 'update' || action === 'merge'
}

function some(statement: RawStatement, test: (statement: RawStatement) => boolean): boolean {
  return test(statement) || statement.nested.some((inner) => some(inner, test))
}

/** Errors and notices: by what is read and run where the target said that, else by the tables that are touched. */
function messagesOf(parts: SightParts, behind: (statement: RawStatement) => RawStatement, masks: readonly ColumnMask[]): MessageMasking {
  const { detectors, touched, statements, catalog } = parts
  const speeches = statements.map((statement) => speechOf(parts.resolution?.(behind(statement)), masks, catalog) ?? { masked: touched.maskedTable || !parts.builtinOnly, builtinOnly: parts.builtinOnly })
  return {
    detectors,
    maskedTable: masks.length > 0 && (statements.length === 0 ? touched.maskedTable : speeches.some(({ masked }) => masked)),
    builtinOnly: parts.builtinOnly && speeches.every(({ builtinOnly }) => builtinOnly),
  }
}

function copySyntax(statement: RawStatement, response: Buffer): Pick<CopyOutOptions, 'format' | 'delimiter' | 'nullString' | 'quote' | 'escape' | 'header'> {
  const options = statement.copy?.options ?? {}
  const csv = statement.copy?.format === 'csv'
  return {
    format: response[5] === 1 ? 'binary' : csv ? 'csv' : 'text',
    delimiter: options['delimiter'] ?? (csv ? ',' : '\t'),
    nullString: options['null'] ?? (csv ? '' : '\\N'),
    quote: options['quote'] ?? '"',
    escape: options['escape'] ?? options['quote'] ?? '"',
    header: 'header' in options && !/^(false|off|0)$/i.test(options['header'] as string),
  }
}

function copyColumns(statement: RawStatement, count: number, masks: readonly ColumnMask[], parts: SightParts): Pick<CopyOutOptions, 'columns' | 'typeOids'> {
  const { touched } = parts
  const everything = { columns: Array.from({ length: count }, () => 'pass' as const) }
  const copy = statement.copy
  const columns = copy?.query === true ? queryColumns(statement, masks, parts) : tableColumns(statement, masks, parts)
  // Types are known either way: they say what a detector may look for and how a mask is written.
  const typeOids = columns === null || columns === 'whole' || columns.length !== count ? {} : { typeOids: columns.map(({ type }) => type) }
  if (masks.length === 0) return { ...everything, ...typeOids }
  const { format = 'text', options = {} } = copy ?? {}
  // Rows in another encoding or in a form that later servers may know are not read the way they are written.
  const isReadable = ['text', 'csv', 'binary'].includes(format) && /^utf-?8$/i.test(options['encoding'] ?? 'utf8')
  if (columns === null) return touched.maskedColumn || copy?.query !== true || some(statement, namesValueHolder) ? { columns: 'whole-row' } : everything
  if (columns === 'whole' || !isReadable) return { columns: 'whole-row' }
  return { columns: columns.map(({ plan }) => plan), ...typeOids }
}

interface CopiedColumn {
  readonly plan: ColumnPlan
  readonly type: number
}

function queryColumns(statement: RawStatement, masks: readonly ColumnMask[], { resolution, catalog }: SightParts): readonly CopiedColumn[] | 'whole' | null {
  const [inner] = statement.nested
  const planned = inner === undefined ? null : outputPlans(resolution?.(inner), masks, catalog)
  return planned === null || planned === 'whole' ? planned : planned.map(({ column, plan }) => ({ plan, type: column.type }))
}

function tableColumns(statement: RawStatement, masks: readonly ColumnMask[], { catalog, searchPath }: SightParts): readonly CopiedColumn[] | null {
  const relation = searchPath === null ? undefined : placed(statement, catalog, searchPath)
  if (relation === undefined) return null
  const isEveryColumn = statement.relations[0]?.star === true
  // COPY leaves generated columns out, unless they are named: that is an error.
  const columns = isEveryColumn ? relation.columns.filter(({ generated }) => generated === '') : statement.columns.map(({ name }) => relation.columnByName.get(name))
  if (!columns.every((column) => column !== undefined)) return null
  return columns.map(({ number, type }) => ({ plan: basePlan({ relation: relation.oid, attribute: number }, masks, catalog), type }))
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
