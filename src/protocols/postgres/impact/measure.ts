import type { Impact, Measured, Session } from '../../../gateway/command.ts'
import type { CatalogRelation } from '../catalog.ts'
import type { BindMessage } from '../codec.ts'
import type { Field, RowMasker } from '../masking.ts'
import type { ParserPool } from '../parser.ts'
import type { RawStatement } from '../raw.ts'
import type { Resolution } from '../resolve/resolution.ts'
import type { UpstreamTarget } from '../upstream.ts'
import { type Asked, cellsOf } from './asking.ts'
import { type Asking, type AskingPool, MOST_AT_ONCE } from './asking-pool.ts'
import { closureOf, type Key, quoted } from './closure.ts'
import { describe, type Found, type TableFound } from './describe.ts'
import { whyUnenforceable } from './enforceable.ts'
import { judge, type JudgeParts } from './judge.ts'
import { BLOCKED, COUNTS, DEPENDENTS, FOREIGN_KEYS, HELD_LOCKS, LOCKS, SIZES } from './looks.ts'
import type { Generated, NamedRelation, RowsQuestion } from './rewrite.ts'

// What a held command would do, asked of its target before people are: counts of the rows its own conditions select, what
// foreign keys take along, who waits. Everything asked is a query that runs nothing of the command and nothing of anybody's
// own, in a session that can only read, within a time box. What does not answer in time is said, never guessed.

export interface MeasureInput {
  readonly session: Session
  readonly text: string
  readonly statements: readonly RawStatement[]
  readonly bound: BindMessage | undefined
  /** Of the parameters, by the client or the target; 0: not known. */
  readonly types: readonly number[]
  /** The session no longer is as it began: another role, path or temporary tables. Only it knows what its names mean. */
  readonly moved: boolean
  readonly inTransaction: boolean
  /** Process id of the agent's own backend. */
  readonly backend: number
}

export interface MeasureParts extends Omit<JudgeParts, 'until'> {
  readonly target: UpstreamTarget
  readonly pool: Pick<AskingPool, 'take'>
  /** For everything together. */
  readonly boxMs: number
  readonly parser: Pick<ParserPool, 'parse' | 'exact' | 'questions'>
  readonly searchPath: readonly string[]
  /** Masks of what this agent may see of a query's rows. */
  readonly masker: (session: Session, statement: RawStatement, resolution: Resolution | undefined, fields: readonly Field[]) => RowMasker
}

/** Null: there is nothing to measure. Never rejects for what the target does; that is in the answer. */
export async function measure(input: MeasureInput, parts: MeasureParts): Promise<Impact | null> {
  if (input.statements.every((statement) => statement.effect === 'read' && !statement.nested.some((inner) => inner.effect !== 'read') && statement.action !== 'copy_out')) return null
  const until = performance.now() + parts.boxMs
  const at = new Date()
  const found = emptyFound(whyUnenforceable(input.statements))
  if (input.moved) return describe(input, withWhy(found, 'the session has another role, path or temporary tables than a new one, so its names cannot be asked about from outside'), at)
  const questions = await parts.parser.questions(Buffer.from(input.text))
  let asking: Asking | null
  try {
    asking = await parts.pool.take(input.session, until)
  } catch {
    return describe(input, withWhy(found, 'no connection for measuring could be opened in time'), at)
  }
  if (asking === null) return describe(input, withWhy(found, `too many at once: ${MOST_AT_ONCE} other commands were being measured all the time there was`), at)
  try {
    return describe(input, await lookAt(input, questions, found, asking, { ...parts, until }), at)
  } finally {
    asking.end()
  }
}

/** With the end of its time. */
type Parts = MeasureParts & Pick<JudgeParts, 'until'>

async function lookAt(input: MeasureInput, questions: readonly (readonly RowsQuestion[])[], found: Found, asking: Asking, parts: Parts): Promise<Found> {
  const tables: TableFound[] = []
  for (const [index, statement] of input.statements.entries()) {
    for (const question of questions[index] ?? []) tables.push(await countOf(question, statement, input, asking, parts))
  }
  const oids = [...new Set([...tables.flatMap((one) => (one.relation === null ? [] : family(one.relation, parts))), ...(tables.length > 0 ? [] : namedIn(input.statements, parts))])]
  const counts = await looked(asking, COUNTS, [])
  const sizes = oids.length === 0 ? [] : await looked(asking, SIZES, [list(oids)])
  const locks = oids.length === 0 ? [] : (await looked(asking, LOCKS, [list(oids)])).filter(([pid]) => Number(pid) !== input.backend).slice(0, 20)
  const held = input.inTransaction ? await looked(asking, HELD_LOCKS, [String(input.backend)]) : []
  const blocked = input.inTransaction ? await looked(asking, BLOCKED, [String(input.backend)]) : []
  const dependents = tables.length > 0 || oids.length === 0 ? [] : await looked(asking, DEPENDENTS, [list(oids)])
  for (const table of tables) if (table.sample === undefined) Object.assign(table, { sample: await sampleOf(table, input, asking, parts) })
  return { ...found, tables, sizes, locks, held, blocked, dependents, counted: counts[0]?.[0] !== 'off', isLate: asking.over, catalog: parts.catalog() }
}

/** One question: the number itself, then what goes along with it. */
async function countOf(question: RowsQuestion, statement: RawStatement, input: MeasureInput, asking: Asking, parts: Parts): Promise<TableFound> {
  const relation = question.target === null ? null : place(question.target, parts)
  const table = { question, relation, cascades: [] as TableFound['cascades'], rowsJudged: undefined, partitions: [] as TableFound['partitions'], sample: undefined }
  if (question.target !== null && relation === null) return { ...table, rows: unknown('its table is not in the catalogue yet'), others: unknown('its table is not in the catalogue yet') }
  const rows = await rowsOf(question, relation, input, asking, parts)
  const others = relation === null ? { measured: exact(0), cascades: [] } : await othersOf(question, relation, statement, rows, input, asking, parts)
  const partitions = relation === null || relation.children.length === 0 || question.rows === null || rows.kind === 'unknown' ? [] : await partitionsOf(question.rows, input, asking, parts)
  return { ...table, rows, others: others.measured, cascades: others.cascades, partitions }
}

async function rowsOf(question: RowsQuestion, relation: CatalogRelation | null, input: MeasureInput, asking: Asking, parts: Parts): Promise<Measured> {
  if (question.why !== null) return unknown(question.why)
  if (question.known !== null) return question.inexact === null ? exact(question.known) : { kind: 'at_most', count: question.known, why: question.inexact }
  if (question.count === null) return unknown('it could not be counted')
  if (relation?.rules.some((rule) => rule.event !== 'select') && relation.kind !== 'v') return unknown(`rules of ${shown(relation)} make other statements of it`)
  const judged = await judge(question.count.sql, typesOf(question.count, input), parts)
  if (judged.kind === 'refused') return unknown(judged.why)
  if (judged.kind === 'volatile') return estimateOf(question, 'its condition is different at each run', input, asking, parts)
  const asked = await put(question.count, input, asking)
  if (asked.kind !== 'rows') {
    const why = whyNot(asked, parts)
    // The plan of a pure query says how many at least roughly, and runs nothing of it.
    return asked.kind === 'refused' && asked.code === '57014' ? estimateOf(question, why, input, asking, parts) : unknown(why)
  }
  const count = Number(asked.rows[0] === undefined ? Number.NaN : cellsOf(asked.rows[0])[0])
  if (!Number.isSafeInteger(count)) return unknown('the target did not answer with a number')
  if (question.inexact !== null) return { kind: 'at_most', count, why: question.inexact }
  return relation?.rowSecurity === true ? { kind: 'at_most', count, why: 'row security may keep it from some of them' } : exact(count)
}

/** What the planner expects. Only of what was judged harmless: planning runs immutable functions. */
async function estimateOf(question: RowsQuestion, why: string, input: MeasureInput, asking: Asking, parts: Parts): Promise<Measured> {
  const query = question.rows ?? question.count
  if (query === null) return unknown(why)
  const judged = await judge(query.sql, typesOf(query, input), parts)
  if (judged.kind === 'refused') return unknown(judged.why)
  const asked = await put({ ...query, sql: `EXPLAIN (FORMAT JSON) ${query.sql}` }, input, asking)
  if (asked.kind !== 'rows') return unknown(`${why}, and ${whyNot(asked, parts)}`)
  try {
    const plan = JSON.parse(asked.rows.map((row) => cellsOf(row)[0] ?? '').join('')) as readonly { readonly Plan: PlanNode }[]
    let node = plan[0]?.Plan
    while (query === question.count && node?.['Node Type'] === 'Aggregate' && node.Plans?.[0] !== undefined) node = node.Plans[0]
    const count = node?.['Plan Rows']
    return typeof count === 'number' ? { kind: 'estimate', count: Math.round(count), why } : unknown(why)
  } catch {
    return unknown(why)
  }
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Plan Rows': number
  readonly Plans?: readonly PlanNode[]
}

async function othersOf(question: RowsQuestion, relation: CatalogRelation, statement: RawStatement, rows: Measured, input: MeasureInput, asking: Asking, parts: Parts): Promise<{ readonly measured: Measured; readonly cascades: TableFound['cascades'] }> {
  const without = (measured: Measured) => ({ measured, cascades: [] })
  if (question.action === 'insert' || question.action === 'copy_out' || question.action === 'create') return without(exact(0))
  if (relation.kind === 'v') return without(unknown(`${shown(relation)} is a view: what hangs on the tables behind it is not followed`))
  const answer = await asking.look(FOREIGN_KEYS, [list(family(relation, parts))])
  if (answer.kind !== 'rows') return without(unknown(whyNot(answer, parts)))
  const keys = answer.rows.map((row) => keyOf(cellsOf(row)))
  const closure = closureOf(question, family(relation, parts), keys, statement.object.cascade)
  if (closure.why !== null) return without(unknown(closure.why))
  if (closure.question === null) return without(exact(0))
  if (rows.kind === 'unknown') return without(unknown('what it changes itself could not be counted'))
  const judged = await judge(closure.question.sql, typesOf(closure.question, input), parts)
  if (judged.kind === 'refused') return without(unknown(judged.why))
  if (judged.kind === 'volatile') return without(unknown('its condition is different at each run'))
  const counted = await put(closure.question, input, asking)
  if (counted.kind !== 'rows' || counted.rows[0] === undefined) return without(unknown(counted.kind === 'rows' ? 'the target did not answer with a number' : whyNot(counted, parts)))
  const numbers = cellsOf(counted.rows[0]).map(Number)
  const cascades = closure.tables.map(({ name, what }, index) => ({ table: name, what, rows: numbers[index] ?? Number.NaN }))
  const total = cascades.reduce((sum, one) => sum + one.rows, 0)
  if (!Number.isSafeInteger(total)) return without(unknown('the target did not answer with a number'))
  if (numbers.slice(closure.tables.length).some((count) => count > 0)) return { measured: { kind: 'estimate', count: total, why: 'it goes on behind the sixth table, which is not counted' }, cascades }
  return { measured: closure.atMost ? { kind: 'at_most', count: total, why: 'where a key keeps its value nothing goes along' } : exact(total), cascades }
}

async function partitionsOf(rows: Generated, input: MeasureInput, asking: Asking, parts: Parts): Promise<TableFound['partitions']> {
  const query = { sql: `SELECT hp_table, count(*) FROM (${rows.sql}) hp_q GROUP BY hp_table ORDER BY hp_table LIMIT 101`, parameters: rows.parameters }
  const judged = await judge(query.sql, typesOf(query, input), parts)
  if (judged.kind !== 'pure') return []
  const answer = await put(query, input, asking)
  if (answer.kind !== 'rows') return []
  return answer.rows.map((row) => {
    const [oid, count] = cellsOf(row)
    const relation = parts.catalog().relations.get(Number(oid))
    return { table: relation === undefined ? String(oid) : shown(relation), rows: Number(count) }
  })
}

const SAMPLE_ROWS = 5
const SAMPLE_COLUMNS = 40

/** A few of the rows, as this agent would see them. */
async function sampleOf(table: TableFound, input: MeasureInput, asking: Asking, parts: Parts): Promise<TableFound['sample']> {
  const { question: { rows }, relation } = table
  if (rows === null || relation === null || (relation.kind !== 'r' && relation.kind !== 'p') || table.rows.kind === 'unknown' || (table.rows.kind === 'exact' && table.rows.count === 0)) return undefined
  const query = {
    sql: `SELECT hp_t.* FROM ${qualified(relation)} hp_t JOIN (SELECT DISTINCT hp_table, hp_row FROM (SELECT hp_table, hp_row FROM (${rows.sql}) hp_q LIMIT ${4 * SAMPLE_ROWS}) hp_l LIMIT ${SAMPLE_ROWS}) hp_s ON hp_t.ctid OPERATOR(pg_catalog.=) hp_s.hp_row AND hp_t.tableoid OPERATOR(pg_catalog.=) hp_s.hp_table`,
    parameters: rows.parameters,
  }
  const judged = await judge(query.sql, typesOf(query, input), parts)
  if (judged.kind !== 'pure') return undefined
  const answer = await put(query, input, asking)
  if (answer.kind !== 'rows') return undefined
  const masker = parts.masker(input.session, judged.statement, judged.resolution, answer.fields)
  return answer.rows.map((row) => {
    const cells = cellsOf(masker.passThrough ? row : masker.row(row))
    const shown = answer.fields.slice(0, SAMPLE_COLUMNS).map((field, index): [string, string | null] => [field.name, shortened(cells[index] ?? null)])
    return Object.fromEntries(answer.fields.length > SAMPLE_COLUMNS ? [...shown, ['(and more)', `${answer.fields.length - SAMPLE_COLUMNS} columns`]] : shown)
  })
}

/** A sample shows what kind of rows these are; that it is cut is said in it. */
function shortened(cell: string | null): string | null {
  return cell === null || cell.length <= 200 ? cell : `${cell.slice(0, 200)} (and ${cell.length - 200} more characters)`
}

// ---- asking

async function looked(asking: Asking, text: string, values: readonly string[]): Promise<readonly (readonly (string | null)[])[]> {
  const answer = await asking.look(text, values)
  return answer.kind === 'rows' ? answer.rows.map(cellsOf) : []
}

function put(query: Generated, { bound, types }: MeasureInput, asking: Asking): Promise<Asked> {
  const formatOf = (number: number): number => (bound === undefined || bound.parameterFormats.length === 0 ? 0 : (bound.parameterFormats[number - 1] ?? bound.parameterFormats[0] ?? 0))
  const formats = query.parameters.map(formatOf)
  // Bytes whose type nobody knows could be read as another one's.
  if (query.parameters.some((number, index) => formats[index] === 1 && (types[number - 1] ?? 0) === 0)) return Promise.resolve({ kind: 'refused', code: '42P18' })
  return asking.ask({
    text: query.sql,
    types: query.parameters.map((number) => types[number - 1] ?? 0),
    formats,
    values: query.parameters.map((number) => bound?.parameters[number - 1] ?? null),
  })
}

function typesOf(query: Generated, input: MeasureInput): readonly number[] {
  return query.parameters.map((number) => input.types[number - 1] ?? 0)
}

function whyNot(answer: Exclude<Asked, { kind: 'rows' }>, parts: Parts): string {
  if (answer.kind === 'late') return `measuring took longer than ${parts.boxMs} ms`
  // Never the target's own words: they may hold values of rows.
  return WHY[answer.code] ?? `the target refused to count it (SQLSTATE ${answer.code})`
}

const WHY: Readonly<Record<string, string>> = {
  '57014': 'counting took too long',
  '55P03': 'somebody holds a lock that keeps readers out',
  '42501': 'the role of the agents may change these rows and not read them',
  '42P18': 'the type of a parameter is not known',
}

// ---- small things

function place(named: NamedRelation, { catalog, searchPath, target }: Parts): CatalogRelation | null {
  const all = catalog()
  if (named.schema !== null) return all.relation(named.schema, named.name) ?? null
  const path = searchPath.map((schema) => (schema === '$user' ? target.user : schema))
  for (const schema of path.includes('pg_catalog') ? path : ['pg_catalog', ...path]) {
    const found = all.relation(schema, named.name)
    if (found !== undefined) return found
  }
  return null
}

/** A relation with its children and partitions. */
export function family(relation: CatalogRelation, { catalog }: Pick<Parts, 'catalog'>): readonly number[] {
  const all = catalog().relations
  const seen = new Set([relation.oid])
  for (const oid of seen) for (const child of all.get(oid)?.children ?? []) seen.add(child)
  return [...seen].slice(0, 1_000)
}

function namedIn(statements: readonly RawStatement[], parts: Parts): readonly number[] {
  return statements.flatMap((statement) => statement.relations.flatMap((relation) => {
    const found = relation.creates ? null : place({ schema: relation.schema ?? null, name: relation.name, only: relation.only }, parts)
    return found === null || found.builtin ? [] : family(found, parts)
  }))
}

function keyOf(cells: readonly (string | null)[]): Key {
  const text = (index: number): string => cells[index] ?? ''
  const names = (index: number): readonly string[] => JSON.parse(cells[index] ?? '[]') as readonly string[]
  return {
    parent: Number(text(0)), child: Number(text(1)), childName: `${text(2)}.${text(3)}`, childQualified: `${quoted(text(2))}.${quoted(text(3))}`,
    childKind: text(4), rowSecurity: text(5) === 't', onDelete: text(6), onUpdate: text(7), childColumns: names(8), parentColumns: names(9), builtin: text(10) === 't',
    parentQualified: `${quoted(text(11))}.${quoted(text(12))}`,
  }
}

function list(oids: readonly number[]): string {
  return `{${oids.join(',')}}`
}

function qualified(relation: CatalogRelation): string {
  return `${quoted(relation.schema)}.${quoted(relation.name)}`
}

export function shown(relation: CatalogRelation): string {
  return `${relation.schema}.${relation.name}`
}

function exact(count: number): Measured {
  return { kind: 'exact', count }
}

function unknown(why: string): Measured {
  return { kind: 'unknown', why }
}

function emptyFound(unenforceable: string | null): Found {
  return { tables: [], sizes: [], locks: [], held: [], blocked: [], dependents: [], counted: true, isLate: false, unenforceable, why: null, catalog: null }
}

function withWhy(found: Found, why: string): Found {
  return { ...found, why }
}
