import { listOf, nodeName, type Tree, treeOf } from './tree.ts'

// Which literals of a statement may be others without changing anything that is read off its tree, or off the target's
// analysis of it. Everything that is not named here is not free: what is new in a grammar changes nothing by itself.

/** A literal at that UTF-8 byte of the text; `value` as the grammar understood it. */
export interface FreeLiteral {
  readonly at: number
  readonly value: number | string
}

/**
 * The free literals of a parse result (see walkParseResult); none unless it is one SELECT, INSERT, UPDATE or DELETE. Free is:
 *
 * - an operand of a built-in-looking operator (below), of IN or of BETWEEN, in WHERE, HAVING or ON, where that condition
 *   names a column and its two sides stay different whatever the literals are (`id + 1 = id + 2` picks rows or not by them);
 * - a value of INSERT's VALUES, or of SET, by itself or as such an operand beside a column;
 * - the count of LIMIT and OFFSET.
 *
 * Not free: what stands under a cast or in a function's arguments (`'users'::regclass`, `nextval('s')` are names), in a
 * select list, GROUP BY or ORDER BY (a number is a position there, and equal expressions are one), in a constant condition.
 * The server chooses operators and types by a literal's kind, never by its value, so another one of the same kind means
 * the same; it may be refused for its value, and then is by itself.
 */
export function freeLiterals(result: unknown): readonly FreeLiteral[] {
  const statements = listOf(treeOf(result)['stmts'])
  if (statements.length !== 1) return []
  const found: FreeLiteral[] = []
  statement(treeOf(statements[0])['stmt'], found)
  return found
}

function statement(wrapped: unknown, found: FreeLiteral[]): void {
  const name = nodeName(wrapped)
  if (name === undefined) return
  const value = treeOf(treeOf(wrapped)[name])
  if (name === 'SelectStmt') select(value, found)
  else if (name === 'InsertStmt' || name === 'UpdateStmt' || name === 'DeleteStmt') {
    withClause(value, found)
    if (name === 'InsertStmt') {
      source(value['selectStmt'], found)
      assignments(treeOf(value['onConflictClause'])['targetList'], found)
      condition(treeOf(value['onConflictClause'])['whereClause'], found)
      return
    }
    if (name === 'UpdateStmt') assignments(value['targetList'], found)
    from(value['fromClause'], found)
    from(value['usingClause'], found)
    condition(value['whereClause'], found)
  }
}

function select(value: Tree, found: FreeLiteral[]): void {
  // SELECT INTO makes a table; it is not looked at.
  if (value['intoClause'] !== undefined) return
  withClause(value, found)
  if (value['larg'] !== undefined) select(treeOf(value['larg']), found)
  if (value['rarg'] !== undefined) select(treeOf(value['rarg']), found)
  from(value['fromClause'], found)
  condition(value['whereClause'], found)
  condition(value['havingClause'], found)
  literal(value['limitCount'], found)
  literal(value['limitOffset'], found)
}

/** INSERT's rows: a VALUES list of its own, or a query. */
function source(wrapped: unknown, found: FreeLiteral[]): void {
  const value = treeOf(treeOf(wrapped)['SelectStmt'])
  for (const row of listOf(value['valuesLists'])) for (const item of listOf(treeOf(treeOf(row)['List'])['items'])) assigned(item, found)
  select(value, found)
}

function withClause(value: Tree, found: FreeLiteral[]): void {
  for (const item of listOf(treeOf(value['withClause'])['ctes'])) statement(treeOf(treeOf(item)['CommonTableExpr'])['ctequery'], found)
}

function from(list: unknown, found: FreeLiteral[]): void {
  for (const item of listOf(list)) fromItem(item, found)
}

function fromItem(item: unknown, found: FreeLiteral[]): void {
  const name = nodeName(item)
  if (name === 'JoinExpr') {
    const { larg, rarg, quals } = treeOf(treeOf(item)[name])
    fromItem(larg, found)
    fromItem(rarg, found)
    condition(quals, found)
  } else if (name === 'RangeSubselect') statement(treeOf(treeOf(item)[name])['subquery'], found)
}

function assignments(list: unknown, found: FreeLiteral[]): void {
  for (const item of listOf(list)) assigned(treeOf(treeOf(item)['ResTarget'])['val'], found)
}

function assigned(value: unknown, found: FreeLiteral[]): void {
  literal(value, found)
  if (nodeName(value) === 'A_Expr' && mentionsColumn(value)) operands(value, found)
}

function condition(value: unknown, found: FreeLiteral[]): void {
  const name = nodeName(value)
  if (name === 'BoolExpr') {
    for (const arm of listOf(treeOf(treeOf(value)[name])['args'])) condition(arm, found)
  } else if (name === 'SubLink') statement(treeOf(treeOf(value)[name])['subselect'], found)
  else if (name === 'A_Expr') {
    const { lexpr, rexpr } = treeOf(treeOf(value)[name])
    if (mentionsColumn(value) && withoutLiterals(lexpr) !== withoutLiterals(rexpr)) operands(value, found)
  }
}

/** Unqualified, and of those that every type has or none: whose meaning a literal could not change even by its kind alone. */
const OPERATORS: ReadonlySet<string> = new Set(['=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '%', '||', '~~', '~~*', '!~~', '!~~*', 'BETWEEN', 'NOT BETWEEN', 'BETWEEN SYMMETRIC', 'NOT BETWEEN SYMMETRIC'])

function operands(value: unknown, found: FreeLiteral[]): void {
  const expression = treeOf(treeOf(value)['A_Expr'])
  const name = listOf(expression['name'])
  const operator = treeOf(treeOf(name[0])['String'])['sval']
  if (name.length !== 1 || typeof operator !== 'string' || !OPERATORS.has(operator)) return
  for (const side of [expression['lexpr'], expression['rexpr']]) operand(side, found)
}

function operand(value: unknown, found: FreeLiteral[]): void {
  switch (nodeName(value)) {
    case 'A_Const': return literal(value, found)
    case 'A_Expr': return operands(value, found)
    case 'SubLink': return statement(treeOf(treeOf(value)['SubLink'])['subselect'], found)
    case 'List': for (const item of listOf(treeOf(treeOf(value)['List'])['items'])) literal(item, found)
  }
}

function literal(value: unknown, found: FreeLiteral[]): void {
  if (nodeName(value) !== 'A_Const') return
  const { ival, sval, location } = treeOf(treeOf(value)['A_Const'])
  if (typeof location !== 'number') return
  // A zero and an empty string are written without their field.
  if (ival !== undefined) found.push({ at: location, value: Number(treeOf(ival)['ival'] ?? 0) })
  else if (sval !== undefined) found.push({ at: location, value: String(treeOf(sval)['sval'] ?? '') })
}

function mentionsColumn(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(mentionsColumn)
  for (const key in value) if (key === 'ColumnRef' || mentionsColumn((value as Tree)[key])) return true
  return false
}

/** The tree without places and without what its literals say. */
function withoutLiterals(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => (PLACES_AND_VALUES.has(key) ? undefined : key === 'A_Const' ? Object.keys(treeOf(inner)) : inner)) ?? ''
}

const PLACES_AND_VALUES: ReadonlySet<string> = new Set(['location', 'rexpr_list_start', 'rexpr_list_end', 'list_start', 'list_end'])
