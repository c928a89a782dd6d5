import { failingOf, nodeMayFail, STEPWISE_NODES } from './lineage-failures.ts'
import { listOf, nodeAt, nodesOf, numberOf } from './lineage-fields.ts'
import { callMeaning, readBy } from './lineage-functions.ts'
import { OLD_ROW, type Scope } from './lineage-scope.ts'
import { Taint } from './lineage-taint.ts'
import { typeOf } from './lineage-types.ts'
import { isNode, type Node, type Value } from './node-tree.ts'

/**
 * Adds what an expression is made of. A node that has no rule of its own is made of all that stands in it, so what a later
 * version brings can only be said to come from too much.
 *
 * What an expression asks on the way goes into the influence of its query: conditions of CASE and FILTER, the rows that a
 * sublink looks for, the order of a window. All these are in the value too, for `CASE WHEN ssn LIKE '1%' THEN 1 END` tells of it.
 */
export function addValue(node: Node, scope: Scope, into: Taint): void {
  scope.run.step()
  switch (node.type) {
    case 'VAR':
      return addVariable(node, numberOf(node, 'varattno'), scope, into)
    case 'PARAM':
      return addParameter(node, scope, into)
    case 'FIELDSELECT':
      return addField(node, scope, into)
    case 'FUNCEXPR':
      return addCall(node, numberOf(node, 'funcid'), scope, into)
    case 'OPEXPR':
    case 'DISTINCTEXPR':
    case 'NULLIFEXPR':
    case 'SCALARARRAYOPEXPR':
      return addOperator(node, scope, into)
    case 'AGGREF':
      return addAggregate(node, scope, into)
    case 'WINDOWFUNC':
      return addWindow(node, scope, into)
    case 'CASE':
    case 'CASEEXPR':
      return addCase(node, scope, into)
    case 'SUBLINK':
      return addSublink(node, scope, into)
    case 'QUERY':
      return addQuery(node, true, scope, into)
    case 'GROUPINGFUNC':
      // Which grouping set made the row: no value of it.
      return
    case 'MERGESUPPORTFUNC':
      // merge_action() says which condition held.
      return into.add(scope.influence)
    case 'CURRENTOFEXPR':
      return into.unknown('the row a cursor stands on')
    default:
      return addParts(node, scope, into)
  }
}

function addParts(node: Node, scope: Scope, into: Taint): void {
  const parts = new Taint()
  addAll([...node.fields.values()], scope, parts)
  const isFailing = nodeMayFail(node)
  if (isFailing || (parts.mayFail && STEPWISE_NODES.has(node.type))) scope.fail(parts)
  if (isFailing) parts.mayFail = true
  scope.run.carry(parts)
  into.add(parts)
}

/** Adds every expression in a field's value. */
export function addAll(value: Value | undefined, scope: Scope, into: Taint): void {
  if (isNode(value)) addValue(value, scope, into)
  else if (Array.isArray(value)) for (const one of value) addAll(one, scope, into)
}

function addVariable(node: Node, attribute: number, scope: Scope, into: Taint): void {
  const owner = scope.up(numberOf(node, 'varlevelsup'))
  if (owner === null) return into.unknown('a column of a query that the tree does not have')
  owner.column(numberOf(node, 'varno'), attribute, node.fields.get('varreturningtype') === OLD_ROW, into)
}

/** `(u).ssn` of a whole row is that column alone. */
function addField(node: Node, scope: Scope, into: Taint): void {
  const row = nodeAt(node, 'arg')
  const field = numberOf(node, 'fieldnum')
  if (row?.type === 'VAR' && numberOf(row, 'varattno') === 0) return addVariable(row, field, scope, into)
  const parts = row?.type === 'ROW' || row?.type === 'ROWEXPR' ? listOf(row, 'args') : []
  addAll(parts[field - 1] ?? row, scope, into)
}

/** ParamKind MULTIEXPR: a column of `SET (a, b) = (SELECT ..)`, whose query stands in a junk entry of the same list. */
const MULTI_PARAMETER = '3'

function addParameter(node: Node, scope: Scope, into: Taint): void {
  if (node.fields.get('paramkind') !== MULTI_PARAMETER) return
  const id = numberOf(node, 'paramid')
  const lists = [listOf(scope.query, 'targetList'), listOf(nodeAt(scope.query, 'onConflict'), 'onConflictSet'), ...nodesOf(scope.query, 'mergeActionList').map((action) => listOf(action, 'targetList'))]
  let isFound = false
  for (const entry of lists.flat()) {
    const sublink = isNode(entry) ? nodeAt(entry, 'expr') : null
    if (sublink?.type !== 'SUBLINK' || numberOf(sublink, 'subLinkId') !== id >> 16) continue
    isFound = true
    const query = nodeAt(sublink, 'subselect')
    if (query === null) continue
    const reading = scope.run.read(query, scope, scope.gathered)
    const column = reading.columns[(id & 0xffff) - 1]
    if (column === undefined) return into.unknown('a column that the tree does not have')
    into.add(column)
    into.add(reading.influence)
    scope.influence.add(reading.influence)
  }
  if (!isFound) into.unknown('a value whose query the tree does not have')
}

function addCall(node: Node, functionOid: number, scope: Scope, into: Taint): void {
  const args = new Taint()
  addArguments(node, functionOid, scope, args)
  addResult(node, functionOid, args, scope, into)
  // In a select list too, a set decides how many rows there are.
  if (node.fields.get('funcretset') === 'true' || node.fields.get('opretset') === 'true') scope.influence.add(args)
}

/** First oid that no built-in object has. */
const FIRST_OWN = 16384

function addOperator(node: Node, scope: Scope, into: Taint): void {
  const operator = numberOf(node, 'opno')
  const functionOid = numberOf(node, 'opfuncid') || (scope.run.knowledge.functionOfOperator?.(operator) ?? 0)
  // Those that came with the server give what follows from their arguments.
  if (functionOid === 0 && operator !== 0 && operator < FIRST_OWN) return addArguments(node, functionOid, scope, into)
  addCall(node, functionOid, scope, into)
}

/** A text that is made of more pieces than these may be made to be too long. */
const MOST_PIECES = 256

/** Adds the arguments of a call, and what of them may make it fail. */
function addArguments(node: Node, functionOid: number, scope: Scope, into: Taint): void {
  const list = listOf(node, 'args').filter((one) => isNode(one) || Array.isArray(one))
  const failing = failingOf(functionOid, list, (argument) => isNode(argument) && scope.plain(argument.type === 'TARGETENTRY' ? nodeAt(argument, 'expr') ?? argument : argument) !== null)
  const parts = list.map((one) => {
    const part = new Taint()
    addAll(one, scope, part)
    return part
  })
  const weight = parts.reduce((sum, part) => sum + part.weight, 0)
  const mayFail = (failing.mayFail && !isTotalBody(node, functionOid, scope)) || weight > MOST_PIECES
  if (mayFail) scope.fail(new Taint())
  for (const [at, part] of parts.entries()) {
    if (mayFail && (failing.byArgument(at) || weight > MOST_PIECES)) scope.fail(part)
    scope.run.carry(part)
    into.add(part)
  }
  if (mayFail) into.mayFail = true
  into.weight = Math.max(into.weight, failing.grows ? Infinity : weight)
}

/** A user's function in SQL of which nothing fails, nor is its value cast to what it returns (by a cast that stands in no tree). */
function isTotalBody(node: Node, functionOid: number, { run: { knowledge } }: Scope): boolean {
  if (functionOid < FIRST_OWN || node.type === 'AGGREF' || node.type === 'WINDOWFUNC' || knowledge.isBuiltin(functionOid) || knowledge.classOf(functionOid) !== 'opaque') return false
  const queries = knowledge.expanded(functionOid)?.queries ?? []
  const given = queries.at(-1)?.output ?? []
  return given.length === 1 && given[0]?.type === typeOf(node) && queries.every(({ fails, unknown }) => fails === undefined && unknown.length === 0)
}

function addResult(node: Node, functionOid: number, args: Taint, scope: Scope, into: Taint): void {
  scope.run.carry(args)
  into.add(args)
  const { opaque, keeps, body } = callMeaning(scope.run.knowledge, functionOid, node.fields.get('args'))
  if (opaque !== null) into.unknown(opaque)
  if (keeps && !args.isEmpty) scope.gathered.calls.set(node, { function: functionOid, value: args })
  if (body === null) return
  readBy(body, into)
  for (const { fails } of body.queries) if (fails !== undefined) scope.fail(Taint.of(fails))
  const { bodyWrites, bodyCalls } = scope.gathered
  for (const query of body.queries) {
    for (const flow of query.flows) {
      const { value } = at(bodyWrites, flow, () => ({ into: flow.into, value: Taint.of(flow) }))
      value.add(args)
    }
    for (const flow of query.callFlows) {
      const { value } = at(bodyCalls, flow, () => ({ function: flow.function, value: Taint.of(flow) }))
      value.add(args)
    }
  }
}

function at<Key, Item>(map: Map<Key, Item>, key: Key, create: () => Item): Item {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = create()
  map.set(key, made)
  return made
}

function addAggregate(node: Node, scope: Scope, into: Taint): void {
  const args = new Taint()
  const direct = new Taint()
  addAll(node.fields.get('aggdirectargs'), scope, direct)
  // A share that is none, a place below 1.
  if (listOf(node, 'aggdirectargs').length > 0) scope.fail(direct)
  args.add(direct)
  // What only orders the input is in this list as well.
  addArguments(node, numberOf(node, 'aggfnoid'), scope, args)
  addFilter(node, scope, args)
  addResult(node, numberOf(node, 'aggfnoid'), args, scope, into)
}

function addFilter(node: Node, scope: Scope, into: Taint): void {
  const filter = new Taint()
  addAll(node.fields.get('aggfilter'), scope, filter)
  scope.influence.add(filter)
  into.add(filter)
}

function addWindow(node: Node, scope: Scope, into: Taint): void {
  const args = new Taint()
  addArguments(node, numberOf(node, 'winfnoid'), scope, args)
  addFilter(node, scope, args)
  for (const clause of nodesOf(scope.query, 'windowClause')) {
    if (numberOf(clause, 'winref') === numberOf(node, 'winref')) addWindowClause(clause, scope, args)
  }
  addResult(node, numberOf(node, 'winfnoid'), args, scope, into)
}

export function addWindowClause(clause: Node, scope: Scope, into: Taint): void {
  addReferred([...listOf(clause, 'partitionClause'), ...listOf(clause, 'orderClause')], scope, into)
  addAll(clause.fields.get('startOffset'), scope, into)
  addAll(clause.fields.get('endOffset'), scope, into)
}

/** The entries of a target list that sort, group or window clauses point at. */
function addReferred(clauses: readonly Value[], scope: Scope, into: Taint): void {
  for (const clause of clauses) {
    if (!isNode(clause)) continue
    const reference = numberOf(clause, 'tleSortGroupRef')
    for (const entry of nodesOf(scope.query, 'targetList')) {
      if (reference !== 0 && numberOf(entry, 'ressortgroupref') === reference) addAll(entry.fields.get('expr'), scope, into)
    }
  }
}

function addCase(node: Node, scope: Scope, into: Taint): void {
  const conditions = new Taint()
  addAll(node.fields.get('arg'), scope, conditions)
  for (const when of nodesOf(node, 'args')) {
    addAll(when.fields.get('expr'), scope, conditions)
    addAll(when.fields.get('result'), scope, into)
  }
  addAll(node.fields.get('defresult'), scope, into)
  scope.run.carry(conditions)
  scope.influence.add(conditions)
  into.add(conditions)
}

const EXISTS = '0'

function addSublink(node: Node, scope: Scope, into: Taint): void {
  addAll(node.fields.get('testexpr'), scope, into)
  const query = nodeAt(node, 'subselect')
  if (query === null) return into.unknown('a subquery that the tree does not have')
  addQuery(query, node.fields.get('subLinkType') !== EXISTS, scope, into)
}

function addQuery(query: Node, withColumns: boolean, scope: Scope, into: Taint): void {
  const reading = scope.run.read(query, scope, scope.gathered)
  if (withColumns) {
    for (const column of reading.columns.slice(0, reading.visible)) {
      scope.run.carry(column)
      into.add(column)
    }
  }
  scope.run.carry(reading.influence)
  // Whether there is a row is told by the value: NULL, false, an empty array.
  into.add(reading.influence)
  scope.influence.add(reading.influence)
}
