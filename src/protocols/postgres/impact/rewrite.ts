import { isOn, listOf, nodeName, optionsOf, treeOf, type Tree } from '../tree.ts'

// From a statement that changes rows to statements that only count them, made of the grammar's tree in the parser's
// thread. What is counted is what the statement's own FROM and WHERE select; SET, RETURNING and triggers are not run.

/** One relation as a text names it. */
export interface NamedRelation {
  readonly schema: string | null
  readonly name: string
  /** ONLY: inheritance children are not meant. */
  readonly only: boolean
}

/** A generated query as text, with the parameters of the original it uses: its $1 is the original's `parameters[0]`. */
export interface Generated {
  readonly sql: string
  readonly parameters: readonly number[]
}

/** How many rows one part of a statement changes, as queries to ask. */
export interface RowsQuestion {
  readonly action: 'update' | 'delete' | 'insert' | 'merge' | 'truncate' | 'copy_out' | 'create'
  /** Of the relation whose rows these are; null for a query's result. */
  readonly target: NamedRelation | null
  /** One row, one column: the number. Null: nothing needs to be asked (`known`), or it cannot be (`why`). */
  readonly count: Generated | null
  /** The rows themselves, as (hp_table oid, hp_row tid); null where they do not exist yet or cannot be told apart. */
  readonly rows: Generated | null
  /** Columns that UPDATE sets; null: not an update, or it sets what is not a plain column. */
  readonly sets: readonly string[] | null
  /** The text itself says how many. */
  readonly known: number | null
  /** The number is an upper bound, or depends on what others do meanwhile: ON CONFLICT, SKIP LOCKED. */
  readonly inexact: string | null
  readonly why: string | null
}

/** Writes a tree as text and makes sure it reads back the same; null where it does not. */
export type Write = (wrapped: unknown) => string | null

/**
 * The questions of one top statement, in the order its parts are written; none where it changes no rows that can be
 * counted. Pure but for `write`. Never throws for a shape it does not know: that is a `why`.
 */
export function questionsOf(wrapped: unknown, write: Write): readonly RowsQuestion[] {
  const node = nodeName(wrapped)
  const value = treeOf(treeOf(wrapped)[node ?? ''])
  if (node === 'ExplainStmt') return isOn(optionsOf(value['options']).get('analyze')) ? questionsOf(value['query'], write) : []
  if (node === 'CreateTableAsStmt') return [resultOf('create', value['query'], write)]
  if (node === 'CopyStmt') return copyQuestions(value, write)
  if (node === 'TruncateStmt') return listOf(value['relations']).map((item) => truncateQuestion(treeOf(treeOf(item)['RangeVar']), write))
  if (node === 'SelectStmt' && leftmost(value)['intoClause'] !== undefined) return [resultOf('create', { SelectStmt: withoutInto(value) }, write)]
  const ctes = listOf(treeOf(value['withClause'])['ctes']).map((item) => treeOf(treeOf(item)['CommonTableExpr']))
  const changing = ctes.filter((cte) => CHANGES.has(nodeName(cte['ctequery']) ?? ''))
  const changed = new Set(changing.map((cte) => String(cte['ctename'] ?? '')))
  const questions = changing.map((cte) => {
    const before = ctes.slice(0, ctes.indexOf(cte))
    return dataQuestion(cte['ctequery'], treeOf(value['withClause']), before, changed, write)
  })
  if (node !== undefined && CHANGES.has(node)) questions.push(dataQuestion({ [node]: value }, treeOf(value['withClause']), ctes, changed, write))
  return questions
}

const CHANGES: ReadonlySet<string> = new Set(['UpdateStmt', 'DeleteStmt', 'InsertStmt', 'MergeStmt'])

/** One changing statement, with the WITH queries in sight that change nothing themselves. */
function dataQuestion(wrapped: unknown, clause: Tree, ctes: readonly Tree[], changed: ReadonlySet<string>, write: Write): RowsQuestion {
  const node = nodeName(wrapped) as 'UpdateStmt' | 'DeleteStmt' | 'InsertStmt' | 'MergeStmt'
  const value = treeOf(treeOf(wrapped)[node])
  const plain = ctes.filter((cte) => !changed.has(String(cte['ctename'] ?? '')))
  const withClause = plain.length === 0 ? undefined : { ...clause, ctes: plain.map((cte) => ({ CommonTableExpr: cte })) }
  const target = named(value['relation'])
  const base = { action: ACTIONS[node], target, sets: node === 'UpdateStmt' ? setColumns(value['targetList']) : null }
  // A name that another part of this statement makes would be looked for among the tables.
  if (names(wrapped, changed) || plain.some((cte) => names(cte, changed))) return refused(base, 'it uses rows that another part of the same statement changes')
  if (value['withClause'] !== undefined && value['withClause'] !== clause) return refused(base, 'WITH inside WITH is not followed')
  const inexact = skipsLocked(wrapped) ? 'SKIP LOCKED leaves out rows that others hold at that moment' : null
  switch (node) {
    case 'DeleteStmt': return selected(base, value, listOf(value['usingClause']), withClause, inexact, write)
    case 'UpdateStmt': return selected(base, value, listOf(value['fromClause']), withClause, inexact, write)
    case 'InsertStmt': return inserted(base, value, withClause, inexact, write)
    case 'MergeStmt': return merged(base, value, withClause, inexact, write)
  }
}

const ACTIONS = { UpdateStmt: 'update', DeleteStmt: 'delete', InsertStmt: 'insert', MergeStmt: 'merge' } as const

type Base = Pick<RowsQuestion, 'action' | 'target' | 'sets'>

/** UPDATE and DELETE: a row that joins several times is changed once. */
function selected(base: Base, value: Tree, others: readonly unknown[], withClause: Tree | undefined, inexact: string | null, write: Write): RowsQuestion {
  if (contains(value['whereClause'], 'CurrentOfExpr')) return refused(base, 'WHERE CURRENT OF names the row of a cursor, which only its own session can see')
  const relation = treeOf(value['relation'])
  const from = [{ RangeVar: relation }, ...others]
  const row = [systemColumn(relation, 'tableoid'), systemColumn(relation, 'ctid')]
  const query = (targetList: readonly unknown[]): Tree => select(targetList, from, value['whereClause'], withClause)
  const what = others.length === 0 ? COUNT : countDistinct(row)
  return generated(base, query([target(what)]), query([target(row[0], 'hp_table'), target(row[1], 'hp_row')]), inexact, write)
}

function inserted(base: Base, value: Tree, withClause: Tree | undefined, inexact: string | null, write: Write): RowsQuestion {
  const conflict = value['onConflictClause'] === undefined ? inexact : 'ON CONFLICT: rows that are there already may be left alone'
  const query = value['selectStmt']
  if (query === undefined) return { ...base, count: null, rows: null, known: 1, inexact: conflict, why: null }
  const source = treeOf(treeOf(query)['SelectStmt'])
  if (source['valuesLists'] !== undefined && source['op'] === 'SETOP_NONE') {
    return { ...base, count: null, rows: null, known: listOf(source['valuesLists']).length, inexact: conflict, why: null }
  }
  return generated(base, select([target(COUNT)], [subquery(query)], undefined, withClause), null, conflict, write)
}

/** Each pair of source and target row is dealt with by the first WHEN that fits it. */
function merged(base: Base, value: Tree, withClause: Tree | undefined, inexact: string | null, write: Write): RowsQuestion {
  const clauses = listOf(value['mergeWhenClauses']).map((item) => treeOf(treeOf(item)['MergeWhenClause']))
  if (clauses.some((clause) => clause['matchKind'] === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE')) return refused(base, 'MERGE with WHEN NOT MATCHED BY SOURCE is not counted')
  const relation = treeOf(value['relation'])
  const whens = clauses.map((clause) => {
    const isMatched = { NullTest: { arg: systemColumn(relation, 'ctid'), nulltesttype: clause['matchKind'] === 'MERGE_WHEN_MATCHED' ? 'IS_NOT_NULL' : 'IS_NULL' } }
    const expr = clause['condition'] === undefined ? isMatched : { BoolExpr: { boolop: 'AND_EXPR', args: [isMatched, clause['condition']] } }
    return { CaseWhen: { expr, result: constant(clause['commandType'] !== 'CMD_NOTHING') } }
  })
  const join = { JoinExpr: { jointype: 'JOIN_LEFT', larg: value['sourceRelation'], rarg: { RangeVar: relation }, quals: value['joinCondition'] } }
  return generated(base, select([target(COUNT)], [join], { CaseExpr: { args: whens, defresult: constant(false) } }, withClause), null, inexact, write)
}

function truncateQuestion(relation: Tree, write: Write): RowsQuestion {
  const base: Base = { action: 'truncate', target: named(relation), sets: null }
  const from = [{ RangeVar: relation }]
  const rows = select([target(systemColumn(relation, 'tableoid'), 'hp_table'), target(systemColumn(relation, 'ctid'), 'hp_row')], from, undefined, undefined)
  return generated(base, select([target(COUNT)], from, undefined, undefined), rows, null, write)
}

function copyQuestions(value: Tree, write: Write): readonly RowsQuestion[] {
  if (value['is_from'] === true) {
    return [refused({ action: 'insert', target: named(value['relation']), sets: null }, 'the rows are sent behind the command, and nobody has seen them yet')]
  }
  const query = value['query']
  const inner = nodeName(query)
  if (inner !== undefined && inner !== 'SelectStmt') return questionsOf(query, write)
  if (query !== undefined) return [resultOf('copy_out', query, write)]
  const relation = treeOf(value['relation'])
  return [generated({ action: 'copy_out', target: named(relation), sets: null }, select([target(COUNT)], [{ RangeVar: relation }], undefined, undefined), null, null, write)]
}

/** How many rows a query returns. */
function resultOf(action: 'copy_out' | 'create', query: unknown, write: Write): RowsQuestion {
  const base: Base = { action, target: null, sets: null }
  if (nodeName(query) !== 'SelectStmt') return refused(base, 'what it runs is not a plain query')
  return generated(base, select([target(COUNT)], [subquery(query)], undefined, undefined), null, skipsLocked(query) ? 'SKIP LOCKED leaves out rows that others hold at that moment' : null, write)
}

function generated(base: Base, count: Tree, rows: Tree | null, inexact: string | null, write: Write): RowsQuestion {
  if (contains(count, 'IntoClause')) return refused(base, 'it makes a table')
  const text = generate(count, write)
  if (text === null) return refused(base, 'its condition could not be written out as a query of its own')
  return { ...base, count: text, rows: rows === null ? null : generate(rows, write), known: null, inexact, why: null }
}

function refused(base: Base, why: string): RowsQuestion {
  return { ...base, count: null, rows: null, known: null, inexact: null, why }
}

/** Locks are left out (a count takes none), parameters numbered anew without gaps. */
function generate(query: Tree, write: Write): Generated | null {
  const parameters: number[] = []
  const renumber = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(renumber)
    if (typeof value !== 'object' || value === null) return value
    if (nodeName(value) === 'ParamRef') {
      const number = Number(treeOf(treeOf(value)['ParamRef'])['number'] ?? 0)
      if (!parameters.includes(number)) parameters.push(number)
      return { ParamRef: { number: parameters.indexOf(number) + 1 } }
    }
    return Object.fromEntries(Object.entries(value).flatMap(([name, part]) => (name === 'lockingClause' ? [] : [[name, renumber(part)]])))
  }
  const sql = write({ SelectStmt: renumber(query) })
  return sql === null ? null : { sql, parameters }
}

function select(targetList: readonly unknown[], fromClause: readonly unknown[], where: unknown, withClause: Tree | undefined): Tree {
  return {
    targetList, fromClause,
    ...(where === undefined ? {} : { whereClause: where }),
    limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE',
    ...(withClause === undefined ? {} : { withClause }),
  }
}

const COUNT = { FuncCall: { funcname: [text('pg_catalog'), text('count')], agg_star: true, funcformat: 'COERCE_EXPLICIT_CALL' } }

function countDistinct(columns: readonly unknown[]): unknown {
  const row = { RowExpr: { args: columns, row_format: 'COERCE_IMPLICIT_CAST' } }
  return { FuncCall: { funcname: [text('pg_catalog'), text('count')], args: [row], agg_distinct: true, funcformat: 'COERCE_EXPLICIT_CALL' } }
}

function target(val: unknown, name?: string): unknown {
  return { ResTarget: { ...(name === undefined ? {} : { name }), val } }
}

function subquery(query: unknown): unknown {
  return { RangeSubselect: { subquery: query, alias: { aliasname: 'hp_result' } } }
}

/** `alias.ctid`: by the name that the rest of the statement knows the relation by. */
function systemColumn(relation: Tree, column: string): unknown {
  const alias = treeOf(relation['alias'])['aliasname']
  const path = typeof alias === 'string' ? [alias] : [relation['schemaname'], relation['relname']].filter((one): one is string => typeof one === 'string')
  return { ColumnRef: { fields: [...path, column].map(text) } }
}

function text(sval: string): unknown {
  return { String: { sval } }
}

function constant(value: boolean): unknown {
  // As the grammar writes it: false is the field left out.
  return { A_Const: { boolval: value ? { boolval: true } : {} } }
}

function named(relation: unknown): NamedRelation | null {
  const { schemaname, relname, inh } = treeOf(relation)
  return typeof relname === 'string' ? { schema: typeof schemaname === 'string' ? schemaname : null, name: relname, only: inh !== true } : null
}

function setColumns(list: unknown): readonly string[] | null {
  const out: string[] = []
  for (const item of listOf(list)) {
    const name = treeOf(treeOf(item)['ResTarget'])['name']
    if (typeof name !== 'string') return null
    out.push(name)
  }
  return out
}

function leftmost(select: Tree): Tree {
  let at = select
  while (at['larg'] !== undefined) at = treeOf(at['larg'])
  return at
}

function withoutInto(select: Tree): Tree {
  if (select['larg'] !== undefined) return { ...select, larg: withoutInto(treeOf(select['larg'])) }
  const { intoClause: _, ...rest } = select
  return rest
}

/** Whether a relation without a schema has one of these names anywhere in it. */
function names(value: unknown, wanted: ReadonlySet<string>): boolean {
  if (wanted.size === 0) return false
  return some(value, (node, inner) => node === 'RangeVar' && inner['schemaname'] === undefined && wanted.has(String(inner['relname'] ?? '')))
}

function contains(value: unknown, wanted: string): boolean {
  return some(value, (node) => node === wanted)
}

function skipsLocked(value: unknown): boolean {
  return some(value, (node, inner) => node === 'LockingClause' && inner['waitPolicy'] === 'LockWaitSkip')
}

function some(value: unknown, fits: (node: string, inner: Tree) => boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => some(item, fits))
  if (typeof value !== 'object' || value === null) return false
  const node = nodeName(value)
  if (node !== undefined && fits(node, treeOf((value as Tree)[node]))) return true
  return Object.values(value).some((part) => some(part, fits))
}

