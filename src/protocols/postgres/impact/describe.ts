import type { Impact, ImpactValue, Measured } from '../../../gateway/command.ts'
import type { Catalog, CatalogRelation, CatalogTrigger } from '../catalog.ts'
import type { RawStatement } from '../raw.ts'
import type { RowsQuestion } from './rewrite.ts'

// What a measure found, as sentences and numbers for the people who decide.

export interface TableFound {
  readonly question: RowsQuestion
  /** Null: the result of a query, or not in the catalogue. */
  readonly relation: CatalogRelation | null
  readonly rows: Measured
  readonly others: Measured
  readonly cascades: readonly { readonly table: string; readonly what: 'deleted' | 'updated' | 'emptied'; readonly rows: number }[]
  readonly partitions: readonly { readonly table: string; readonly rows: number }[]
  /** As the agent would see them. */
  readonly sample: readonly Readonly<Record<string, string | null>>[] | undefined
}

type Cells = readonly (string | null)[]

/** The rows of looks.ts, and what goes with them. */
export interface Found {
  readonly tables: readonly TableFound[]
  readonly sizes: readonly Cells[]
  readonly locks: readonly Cells[]
  readonly held: readonly Cells[]
  readonly blocked: readonly Cells[]
  readonly dependents: readonly Cells[]
  /** False: the target does not count what transactions change. */
  readonly counted: boolean
  /** The time was up before everything was asked. */
  readonly isLate: boolean
  readonly unenforceable: string | null
  /** Why nothing was asked at all. */
  readonly why: string | null
  readonly catalog: Catalog | null
}

export interface Described {
  readonly statements: readonly RawStatement[]
  readonly inTransaction: boolean
}

export function describe(command: Described, found: Found, at: Date): Impact {
  const { tables, catalog } = found
  const details: { name: string; label: string; value: ImpactValue; lasting: boolean }[] = []
  const warnings: string[] = []
  const add = (name: string, label: string, value: ImpactValue, lasting = true): void => void details.push({ name, label, value, lasting })

  const missing: Measured = { kind: 'unknown', why: found.why ?? (command.statements.some((one) => one.class === 'ddl') ? 'it changes definitions, not single rows' : 'what it does is not a number of rows') }
  const rows = tables.length === 0 ? missing : sum(tables.map((one) => one.rows))
  const triggers = catalog === null ? [] : triggersOf(tables, catalog)
  const counted = tables.length === 0 ? missing : sum(tables.map((one) => one.others))
  const others: Measured = triggers.length > 0 ? { kind: 'unknown', why: `triggers run: ${triggers.map((one) => one.name).join(', ')}` }
    : !found.counted && counted.kind !== 'unknown' ? { kind: 'estimate', count: counted.count, why: 'the target does not count what transactions change (track_counts is off), so a run cannot be checked' } : counted

  if (tables.length > 0) add('tables', 'By table', tables.map((one) => tableValue(one, found)))
  const cascades = tables.flatMap((one) => one.cascades).filter((one) => one.rows > 0)
  if (cascades.length > 0) {
    add('cascades', 'Along with them, by foreign keys', cascades.map((one) => `${one.table}: ${one.rows} ${one.what}`))
    const names = new Set(cascades.map((one) => one.table))
    warnings.push(`cascades to ${names.size} other ${names.size === 1 ? 'table' : 'tables'}: ${[...names].join(', ')}`)
  }
  if (triggers.length > 0) {
    add('triggers', 'Triggers that run', triggers.map((one) => `${one.name} calls ${one.calls}`))
    warnings.push('triggers run, and what they change is not counted')
  }
  const rules = tables.flatMap(({ relation }) => relation?.rules.filter((rule) => rule.event !== 'select').map((rule) => `${relation.schema}.${relation.name}: ${rule.name}`) ?? [])
  if (rules.length > 0) add('rules', 'Rules that make other statements of it', rules)
  add('locks', 'Locks it takes', [...new Set(command.statements.map(lockOf).filter((lock) => lock !== null))])
  for (const one of tables) if (isAll(one, found)) warnings.push(`all rows of ${one.relation === null ? 'its table' : `${one.relation.schema}.${one.relation.name}`}`)
  if (tables.length === 0 && found.sizes.length > 0) add('sizes', 'Tables it names', found.sizes.map((cells) => sizeText(cells, found)))
  if (found.dependents.length > 0) add('dependents', 'What depends on them', found.dependents.map(([kind, count]) => `${count} ${kind}`))
  if (command.statements.some((one) => one.class === 'ddl' && one.effect === 'destroy')) warnings.push('what it drops cannot be brought back from here')
  if (command.statements.some((one) => one.node === 'AlterTableStmt')) add('rewrite', 'May write the whole table anew', 'changing the type of a column, or adding one with a default that is not constant, does; the table is locked against everybody meanwhile')
  if (command.statements.length > 1 && tables.length > 0) warnings.push('several statements: each was counted as if those before it had not run')
  if (command.inTransaction) {
    add('seen_from', 'Seen from', 'outside the open transaction: what it changed so far is not counted')
    if (found.held.length > 0) {
      add('held_locks', 'Locks its transaction holds while it waits', found.held.map(([relation, mode]) => `${relation}: ${lockName(mode)}`), false)
      warnings.push('locks are held while it waits')
    }
    if (found.blocked.length > 0) {
      add('blocked', 'Sessions that wait for it already', found.blocked.map(([pid, user, program]) => `${user ?? 'somebody'} (${program === null || program === '' ? `process ${pid}` : program})`), false)
      warnings.push(`${found.blocked.length} other ${found.blocked.length === 1 ? 'session waits' : 'sessions wait'} for its transaction already`)
    }
  }
  if (found.locks.length > 0) add('others_locks', 'Others that hold or await locks there', found.locks.map(lockText), false)
  for (const one of tables) if (one.sample !== undefined && one.sample.length > 0) add('sample', `Some of the rows of ${one.relation?.schema}.${one.relation?.name}, masked as for the agent`, one.sample, false)
  if (found.isLate) warnings.push('measuring ran out of time: what is missing here was not asked')
  return { at, rows, others, details, warnings, unenforceable: found.unenforceable }
}

/** The worth of a sum is that of its worst part. */
function sum(parts: readonly Measured[]): Measured {
  const bad = parts.find((one) => one.kind === 'unknown')
  if (bad !== undefined) return parts.length === 1 ? bad : { kind: 'unknown', why: `of ${parts.length} parts one could not be counted: ${bad.kind === 'unknown' ? bad.why : ''}` }
  let count = 0
  let worst: Measured | undefined
  for (const one of parts) {
    if (one.kind === 'unknown') continue
    count += one.count
    if (worst === undefined || ORDER.indexOf(one.kind) > ORDER.indexOf(worst.kind)) worst = one
  }
  return worst === undefined || worst.kind === 'unknown' ? { kind: 'exact', count } : { ...worst, count }
}

const ORDER = ['exact', 'at_most', 'estimate', 'unknown']

function tableValue(one: TableFound, found: Found): ImpactValue {
  const { relation, question, rows } = one
  const size = relation === null ? undefined : sizeOf(relation, found)
  const share = size === undefined || rows.kind === 'unknown' || size.rows < 1 ? undefined : `${Math.min(100, Math.round((1000 * rows.count) / size.rows) / 10)} %`
  return {
    table: relation === null ? (question.target?.name ?? 'a query') : `${relation.schema}.${relation.name}`,
    action: question.action,
    rows: rows.kind === 'unknown' ? `not measurable: ${rows.why}` : rows.kind === 'exact' ? rows.count : `${rows.kind === 'at_most' ? 'at most' : 'about'} ${rows.count} (${rows.why})`,
    ...(size === undefined ? {} : { table_rows: size.rows < 0 ? 'never counted by the target' : `about ${size.rows}`, table_size: bytesText(size.bytes) }),
    ...(share === undefined ? {} : { share }),
    ...(one.partitions.length === 0 ? {} : { partitions: one.partitions.slice(0, 20).map((part) => `${part.table}: ${part.rows}`), ...(one.partitions.length > 20 ? { more_partitions: one.partitions.length > 100 ? 'more than 80' : String(one.partitions.length - 20) } : {}) }),
  }
}

function isAll(one: TableFound, found: Found): boolean {
  if (one.question.action === 'truncate') return true
  if (one.relation === null || one.rows.kind === 'unknown' || one.rows.count === 0 || !['update', 'delete'].includes(one.question.action)) return false
  const size = sizeOf(one.relation, found)
  return size !== undefined && size.rows > 0 && one.rows.count >= size.rows
}

/** Of the relation with its children and partitions. */
function sizeOf(relation: CatalogRelation, { sizes, catalog }: Found): { readonly rows: number; readonly bytes: number } | undefined {
  const members = new Set([relation.oid])
  for (const oid of members) for (const child of catalog?.relations.get(oid)?.children ?? []) members.add(child)
  let rows = -1
  let bytes = 0
  for (const cells of sizes) {
    const [oid, count, size] = cells.map(Number)
    if (!members.has(oid ?? 0)) continue
    // Of a partitioned table the target counts all its partitions too.
    if (count !== undefined && count >= 0 && catalog?.relations.get(oid ?? 0)?.kind !== 'p') rows = Math.max(0, rows) + count
    bytes += size ?? 0
  }
  return sizes.length === 0 ? undefined : { rows, bytes }
}

function sizeText(cells: Cells, { catalog }: Found): string {
  const relation = catalog?.relations.get(Number(cells[0]))
  return `${relation === undefined ? cells[0] : `${relation.schema}.${relation.name}`}: ${Number(cells[1]) < 0 ? 'never counted' : `about ${cells[1]} rows`}, ${bytesText(Number(cells[2]))}`
}

function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

type Event = CatalogTrigger['events'][number]
const EVENTS: Readonly<Record<RowsQuestion['action'], readonly Event[]>> = {
  update: ['update'], delete: ['delete'], insert: ['insert'], merge: ['insert', 'update', 'delete'], truncate: ['truncate'], copy_out: [], create: [],
}
const CASCADED: Readonly<Record<'deleted' | 'updated' | 'emptied', Event>> = { deleted: 'delete', updated: 'update', emptied: 'truncate' }

/** Triggers that somebody defined, on what is changed and on what goes along. */
function triggersOf(tables: readonly TableFound[], catalog: Catalog): readonly { readonly name: string; readonly calls: string }[] {
  const found = new Map<string, { readonly name: string; readonly calls: string }>()
  const look = (relation: CatalogRelation, events: readonly Event[], columns: readonly string[] | null): void => {
    for (const trigger of relation.triggers) {
      if (trigger.enabled === 'D' || trigger.enabled === 'R' || !trigger.events.some((event) => events.includes(event))) continue
      const only = trigger.columns.map((number) => relation.columnByNumber.get(number)?.name)
      if (only.length > 0 && columns !== null && events.every((event) => event === 'update') && !only.some((name) => name === undefined || columns.includes(name))) continue
      const called = catalog.functions.get(trigger.function)
      const name = `${trigger.name} on ${relation.schema}.${relation.name}`
      found.set(name, { name, calls: called === undefined ? 'an unknown function' : `${called.schema}.${called.name} (${called.language}${called.securityDefiner ? ', with the rights of its owner' : ''})` })
    }
  }
  const withChildren = (relation: CatalogRelation): readonly CatalogRelation[] => {
    const members = new Set([relation])
    for (const one of members) for (const oid of one.children) {
      const child = catalog.relations.get(oid)
      if (child !== undefined) members.add(child)
    }
    return [...members]
  }
  for (const { relation, question, cascades } of tables) {
    if (relation !== null) for (const one of withChildren(relation)) look(one, question.inexact?.startsWith('ON CONFLICT') ? ['insert', 'update'] : EVENTS[question.action], question.sets)
    for (const { table, what } of cascades) {
      const dot = table.indexOf('.')
      const child = catalog.relation(table.slice(0, dot), table.slice(dot + 1))
      if (child !== undefined) for (const one of withChildren(child)) look(one, [CASCADED[what]], null)
    }
  }
  return [...found.values()]
}

const LOCK_BY_ACTION: Readonly<Record<string, string>> = {
  insert: 'ROW EXCLUSIVE on the table (others go on reading and writing)',
  update: 'ROW EXCLUSIVE on the table, and every row it changes until its transaction ends',
  delete: 'ROW EXCLUSIVE on the table, and every row it changes until its transaction ends',
  merge: 'ROW EXCLUSIVE on the table, and every row it changes until its transaction ends',
  copy_in: 'ROW EXCLUSIVE on the table (others go on reading and writing)',
  truncate: 'ACCESS EXCLUSIVE on the table: nobody reads or writes it meanwhile',
  drop: 'ACCESS EXCLUSIVE on what it drops: nobody reads or writes it meanwhile',
  alter: 'up to ACCESS EXCLUSIVE on the table: then nobody reads or writes it meanwhile',
  vacuum: 'SHARE UPDATE EXCLUSIVE, or ACCESS EXCLUSIVE for FULL',
  cluster: 'ACCESS EXCLUSIVE on the table: nobody reads or writes it meanwhile',
  reindex: 'up to ACCESS EXCLUSIVE on the index, SHARE on its table: nobody writes it meanwhile',
}

function lockOf(statement: RawStatement): string | null {
  if (statement.node === 'IndexStmt') return 'SHARE on the table: nobody writes it meanwhile (SHARE UPDATE EXCLUSIVE for CONCURRENTLY)'
  return LOCK_BY_ACTION[statement.action] ?? (statement.explainAnalyze && statement.nested[0] !== undefined ? lockOf(statement.nested[0]) : null)
}

function lockText([pid, mode, granted, user, program, seconds]: Cells): string {
  const who = `${user ?? 'somebody'} (${program === null || program === '' ? `process ${pid}` : program})`
  return `${who} ${granted === 't' ? 'holds' : 'waits for'} ${lockName(mode)}${seconds === null ? '' : `, ${seconds} s into its transaction`}`
}

/** `RowExclusiveLock` as the manual spells it: ROW EXCLUSIVE. */
function lockName(mode: string | null | undefined): string {
  return (mode ?? '').replace(/Lock$/, '').replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase()
}
