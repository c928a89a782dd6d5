import type { Generated, RowsQuestion } from './rewrite.ts'

// Rows that change because a foreign key says so, several levels down, as one query. What triggers do besides is not here.

/** A foreign key, as FOREIGN_KEYS gives it. */
export interface Key {
  readonly parent: number
  readonly child: number
  readonly childName: string
  readonly childQualified: string
  readonly parentQualified: string
  readonly childKind: string
  readonly rowSecurity: boolean
  /** a no action, r restrict, c cascade, n set null, d set default. */
  readonly onDelete: string
  readonly onUpdate: string
  readonly childColumns: readonly string[]
  readonly parentColumns: readonly string[]
  /** Its comparison came with the server. */
  readonly builtin: boolean
}

export interface Closure {
  /** Null: no foreign key acts on anything. */
  readonly question: Generated | null
  /** One for each column of the answer, in its order: the rows of this table. */
  readonly tables: readonly { readonly oid: number; readonly name: string; readonly what: 'deleted' | 'updated' | 'emptied' }[]
  /** How many of the last columns of the answer must be 0 for the others to be all there is. */
  readonly beyond: number
  /** A key that does not really change takes nothing along. */
  readonly atMost: boolean
  /** Why it cannot be counted. */
  readonly why: string | null
}

const MAX_LEVELS = 6
const MAX_STEPS = 24

interface Step {
  readonly name: string
  readonly from: string
  readonly key: Key
  readonly what: 'deleted' | 'updated'
  readonly level: number
}

const NOTHING: Closure = { question: null, tables: [], beyond: 0, atMost: false, why: null }

/** `start`: oids of the question's target, its partitions and children. Pure. */
export function closureOf(question: RowsQuestion, start: readonly number[], keys: readonly Key[], cascades: boolean): Closure {
  switch (question.action) {
    case 'delete': return followed(question, start, keys, 'deleted')
    case 'update': return followed(question, start, keys, 'updated')
    case 'truncate': return cascades ? emptied(start, keys) : NOTHING
    case 'merge': return keys.some((key) => start.includes(key.parent) && (acts(key.onDelete) || acts(key.onUpdate))) ? { ...NOTHING, why: 'what foreign keys do behind a MERGE is not counted' } : NOTHING
    default: return NOTHING
  }
}

function acts(code: string): boolean {
  return code === 'c' || code === 'n' || code === 'd'
}

/** Keys that act on a row of one of `tables` that is deleted, or one of whose `columns` (null: any) is updated. */
function acting(tables: readonly number[], what: 'deleted' | 'updated', columns: readonly string[] | null, keys: readonly Key[]): readonly { readonly key: Key; readonly what: 'deleted' | 'updated' }[] {
  return keys.flatMap((key) => {
    if (!tables.includes(key.parent)) return []
    if (what === 'deleted') return acts(key.onDelete) ? [{ key, what: key.onDelete === 'c' ? 'deleted' as const : 'updated' as const }] : []
    return acts(key.onUpdate) && (columns === null || key.parentColumns.some((column) => columns.includes(column))) ? [{ key, what: 'updated' as const }] : []
  })
}

function followed(question: RowsQuestion, start: readonly number[], keys: readonly Key[], what: 'deleted' | 'updated'): Closure {
  const first = acting(start, what, question.sets, keys)
  if (first.length === 0) return NOTHING
  if (question.rows === null) return { ...NOTHING, why: 'foreign keys act on what it changes, and its rows cannot be told apart beforehand' }
  const steps: Step[] = []
  let atMost = what === 'updated'
  let frontier = first.map((next) => ({ from: 'hp_0', next }))
  for (let level = 1; level <= MAX_LEVELS && frontier.length > 0; level++) {
    const begun = steps.length
    for (const { from, next } of frontier) {
      if (!next.key.builtin) return { ...NOTHING, why: `the foreign key of ${next.key.childName} is compared by an operator that did not come with the server` }
      if (next.key.rowSecurity) return { ...NOTHING, why: `row security hides rows of ${next.key.childName} from the role that counts` }
      if (next.key.childKind === 'f') return { ...NOTHING, why: `${next.key.childName} is a foreign table` }
      if (steps.length === MAX_STEPS) return { ...NOTHING, why: `more than ${MAX_STEPS} foreign keys act, one behind the other` }
      steps.push({ name: `hp_${steps.length + 1}`, from, key: next.key, what: next.what, level })
      atMost ||= next.what === 'updated' && next.key.onDelete !== 'n' && next.key.onDelete !== 'd'
    }
    frontier = steps.slice(begun).flatMap((step) => acting([step.key.child], step.what, step.what === 'updated' ? step.key.childColumns : null, keys).map((next) => ({ from: step.name, next })))
  }
  // A circle of tables goes on for as long as there are rows: one level more tells whether it ended.
  const beyond = frontier.slice(0, MAX_STEPS).map(({ from, next }, index): Step => ({ name: `hp_b${index}`, from, key: next.key, what: next.what, level: MAX_LEVELS + 1 }))
  const tables = new Map<string, { readonly oid: number; readonly name: string; readonly what: 'deleted' | 'updated'; readonly steps: string[] }>()
  for (const step of steps) {
    const id = `${step.key.child} ${step.what}`
    const known = tables.get(id)
    if (known === undefined) tables.set(id, { oid: step.key.child, name: step.key.childName, what: step.what, steps: [step.name] })
    else known.steps.push(step.name)
  }
  const parts = [`hp_0 AS MATERIALIZED (SELECT DISTINCT hp_table, hp_row FROM (${question.rows.sql}) hp_q)`, ...[...steps, ...beyond].map(stepSql)]
  const counts = [...tables.values()].map((table) => `(SELECT count(*) FROM (${table.steps.map((name) => `SELECT hp_table, hp_row FROM ${name}`).join(' UNION ')}${start.includes(table.oid) ? ' EXCEPT SELECT hp_table, hp_row FROM hp_0' : ''}) hp_u)`)
  const after = beyond.map((step) => `(SELECT count(*) FROM ${step.name})`)
  return {
    question: { sql: `WITH ${parts.join(', ')} SELECT ${[...counts, ...after].join(', ')}`, parameters: question.rows.parameters },
    tables: [...tables.values()].map(({ oid, name, what: how }) => ({ oid, name, what: how })),
    beyond: beyond.length,
    atMost,
    why: null,
  }
}

function stepSql({ name, from, key }: Step): string {
  const match = key.childColumns.map((column, index) => `hp_p.${quoted(key.parentColumns[index] as string)} OPERATOR(pg_catalog.=) hp_c.${quoted(column)}`)
  return `${name} AS MATERIALIZED (SELECT DISTINCT hp_c.tableoid AS hp_table, hp_c.ctid AS hp_row FROM ${from} hp_f`
    + ` JOIN ${key.parentQualified} hp_p ON hp_p.ctid OPERATOR(pg_catalog.=) hp_f.hp_row AND hp_p.tableoid OPERATOR(pg_catalog.=) hp_f.hp_table`
    + ` JOIN ${key.childQualified} hp_c ON ${match.join(' AND ')})`
}

/** TRUNCATE .. CASCADE empties every table that refers to it, whatever its keys say of single rows. */
function emptied(start: readonly number[], keys: readonly Key[]): Closure {
  const reached = new Map<number, Key>()
  const queue = [...start]
  for (let oid = queue.shift(); oid !== undefined; oid = queue.shift()) {
    for (const key of keys) {
      if (key.parent !== oid || start.includes(key.child) || reached.has(key.child)) continue
      reached.set(key.child, key)
      queue.push(key.child)
    }
  }
  if (reached.size === 0) return NOTHING
  const tables = [...reached.values()]
  if (tables.length > MAX_STEPS) return { ...NOTHING, why: `more than ${MAX_STEPS} tables refer to it, one behind the other` }
  return {
    question: { sql: `SELECT ${tables.map((key) => `(SELECT count(*) FROM ${key.childQualified})`).join(', ')}`, parameters: [] },
    tables: tables.map((key) => ({ oid: key.child, name: key.childName, what: 'emptied' })),
    beyond: 0,
    atMost: tables.some((key) => key.rowSecurity),
    why: tables.some((key) => key.rowSecurity) ? 'row security hides rows of a table that refers to it from the role that counts' : null,
  }
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
