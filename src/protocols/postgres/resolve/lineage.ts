import { isTrue, listOf, nodeAt, nodesOf, numberOf } from './lineage-fields.ts'
import { type Assigned, createGathered, type Gathered, type QueryTrace, type Reading, Run, Scope, TooMuch } from './lineage-scope.ts'
import { Taint } from './lineage-taint.ts'
import { typeOf } from './lineage-types.ts'
import { addAll, addValue, addWindowClause } from './lineage-values.ts'
import { isNode, type Node, type Value } from './node-tree.ts'
import type { CallFlow, OutputColumn, TreeKnowledge } from './resolution.ts'

export type { QueryTrace } from './lineage-scope.ts'

/**
 * Where every value of a rewritten query tree comes from, and what decides which rows it works on. Keyed by QUERY node:
 * the tree itself and every data-changing query in a WITH list of it.
 *
 * What a view asks of its rows (its own WHERE, joins, grouping) and what row security adds is not the agent's doing and is
 * left out of `influence`; the values of a view are followed to their tables. An UPDATE, DELETE or MERGE of a view has the
 * view's WHERE merged into its own by the server, so there it counts.
 *
 * Too much is said rather than too little: conditions of CASE and FILTER and the whole search of a sublink count as value
 * and as influence. Never throws for a tree: what is too large or nested too deeply to follow is opaque.
 */
export function trace(tree: Node, knowledge: TreeKnowledge): ReadonlyMap<Node, QueryTrace> {
  const run: Run = new Run(knowledge, (query, parent, gathered) => readQuery(query, parent, gathered, run), addValue)
  try {
    readQuery(tree, null, createGathered(), run)
    return run.traces
  } catch (error) {
    if (error instanceof TooMuch) return opaqueTraces(tree, knowledge, error.message)
    // The only other thing that recursion over bounded data can meet is the end of the stack.
    if (error instanceof RangeError) return opaqueTraces(tree, knowledge, 'a query tree that is nested too deeply to follow')
    throw error
  }
}

type CommandType = 'select' | 'update' | 'insert' | 'delete' | 'merge' | 'other'

/** CmdType, src/include/nodes/nodes.h. 15 put MERGE before UTILITY. */
function commandOf(query: Node, knowledge: TreeKnowledge): CommandType {
  const names: readonly CommandType[] = ['other', 'select', 'update', 'insert', 'delete', knowledge.major >= 15 ? 'merge' : 'other']
  return names[numberOf(query, 'commandType')] ?? 'other'
}

function readQuery(query: Node, parent: Scope | null, outer: Gathered, run: Run): Reading {
  run.step()
  const command = commandOf(query, run.knowledge)
  const isTraced = parent === null || command !== 'select'
  const gathered = isTraced ? createGathered() : outer
  const scope = new Scope(query, parent, run, gathered)
  scope.readChangingParts((part) => commandOf(part, run.knowledge) !== 'select')
  const from = nodeAt(query, 'jointree')
  if (from !== null) readFrom(from, scope)
  const columns = command === 'select' ? readSelect(scope) : readChange(command, scope)
  const shown = nodesOf(query, command === 'select' ? 'targetList' : 'returningList').filter((entry) => !isTrue(entry, 'resjunk'))
  if (isTraced) run.traces.set(query, finish(command, scope, shown, columns))
  return { columns, visible: shown.length, influence: scope.influence }
}

/** Join conditions and WHERE, and what stands in FROM. */
function readFrom(item: Node, scope: Scope): void {
  scope.run.step()
  if (item.type === 'RANGETBLREF') return readEntry(numberOf(item, 'rtindex'), scope)
  addAll(item.fields.get('quals'), scope, scope.influence)
  const parts = item.type === 'JOINEXPR' ? [nodeAt(item, 'larg'), nodeAt(item, 'rarg')] : nodesOf(item, 'fromlist')
  for (const part of parts) if (part !== null) readFrom(part, scope)
}

function readEntry(index: number, scope: Scope): void {
  const entry = scope.entry(index)
  if (entry === null) return scope.influence.unknown('a table that the tree does not have')
  addAll(entry.fields.get('tablesample'), scope, scope.influence)
  if (numberOf(entry, 'rtekind') !== RELATION) scope.influence.add(scope.reading(index).influence)
}

/** RTEKind of a table; views are subqueries by now. */
const RELATION = 0

function readSelect(scope: Scope): readonly Taint[] {
  const { query, influence } = scope
  const operations = nodeAt(query, 'setOperations')
  const merged = operations === null ? null : readSetOperation(operations, scope)
  const entries = nodesOf(query, 'targetList')
  const columns = entries.map(() => Taint.unknown('a column that the tree does not have'))
  const byReference = new Map<number, Taint>()
  for (const entry of entries) {
    const at = numberOf(entry, 'resno') - 1
    if (columns[at] === undefined) {
      influence.unknown('a list of columns that the tree does not number')
      continue
    }
    const own = new Taint()
    readTarget(entry, scope, own)
    // The list of a UNION names the columns of its first part only.
    if (merged !== null) own.plain = null
    const part = merged?.[at]
    if (part !== undefined) own.add(part)
    columns[at] = own
    const reference = numberOf(entry, 'ressortgroupref')
    if (reference !== 0) byReference.set(reference, own)
  }
  for (const field of ['groupClause', 'sortClause', 'distinctClause']) {
    for (const clause of nodesOf(query, field)) {
      const column = byReference.get(numberOf(clause, 'tleSortGroupRef'))
      if (column === undefined) influence.unknown('an order or a grouping that the tree does not explain')
      else influence.add(column)
    }
  }
  for (const clause of nodesOf(query, 'windowClause')) addWindowClause(clause, scope, influence)
  for (const field of ['havingQual', 'limitOffset', 'limitCount']) addAll(query.fields.get(field), scope, influence)
  return columns
}

const UNION = 1
const EXCEPT = 3

/** Columns of UNION, INTERSECT and EXCEPT. All but UNION ALL compare rows, so every column of them decides. */
function readSetOperation(node: Node, scope: Scope): readonly Taint[] {
  scope.run.step()
  if (node.type === 'RANGETBLREF') {
    const reading = scope.reading(numberOf(node, 'rtindex'))
    scope.influence.add(reading.influence)
    return reading.columns.slice(0, reading.visible)
  }
  const left = nodeAt(node, 'larg')
  const right = nodeAt(node, 'rarg')
  if (left === null || right === null) {
    scope.influence.unknown('a set operation that lacks a side')
    return []
  }
  const [ours, theirs] = [readSetOperation(left, scope), readSetOperation(right, scope)]
  const operation = numberOf(node, 'op')
  if (operation !== UNION || !isTrue(node, 'all')) for (const column of [...ours, ...theirs]) scope.influence.add(column)
  // What EXCEPT takes away is never shown.
  if (operation === EXCEPT) return ours
  return Array.from({ length: Math.max(ours.length, theirs.length) }, (_, at) => {
    const both = new Taint()
    for (const side of [ours[at], theirs[at]]) if (side !== undefined) both.add(side)
    return both
  })
}

/** INSERT, UPDATE, DELETE, MERGE: where values go, what decides, and what RETURNING gives back. */
function readChange(command: CommandType, scope: Scope): readonly Taint[] {
  const { query, influence } = scope
  const assigned: Assigned = new Map()
  if (command === 'insert' || command === 'update') assign(listOf(query, 'targetList'), scope, assigned)
  const conflict = nodeAt(query, 'onConflict')
  if (conflict !== null) readConflict(conflict, scope, assigned)
  if (command === 'merge') {
    addAll(query.fields.get('mergeJoinCondition'), scope, influence)
    for (const action of nodesOf(query, 'mergeActionList')) {
      addAll(action.fields.get('qual'), scope, influence)
      assign(listOf(action, 'targetList'), scope, assigned)
    }
  }
  // The new row holds what was just put there, wherever that came from.
  scope.returning = assigned
  const columns = nodesOf(query, 'returningList').map((entry) => {
    const value = new Taint()
    readTarget(entry, scope, value)
    return value
  })
  scope.returning = null
  return columns
}

function readTarget(entry: Node, scope: Scope, into: Taint): void {
  const expression = nodeAt(entry, 'expr')
  if (expression === null) return
  addValue(expression, scope, into)
  into.plain = scope.plain(expression)
}

function assign(targets: readonly Value[], scope: Scope, assigned: Assigned): void {
  const relation = targetOf(scope)
  for (const entry of targets) {
    if (!isNode(entry) || isTrue(entry, 'resjunk')) continue
    const value = new Taint()
    addAll(entry.fields.get('expr'), scope, value)
    const attribute = numberOf(entry, 'resno')
    scope.gathered.writes.push({ into: { relation, attribute }, value })
    const held = assigned.get(attribute) ?? new Taint()
    held.add(value)
    assigned.set(attribute, held)
  }
}

function targetOf(scope: Scope): number {
  const entry = scope.entry(numberOf(scope.query, 'resultRelation'))
  return entry === null ? 0 : numberOf(entry, 'relid')
}

function readConflict(conflict: Node, scope: Scope, assigned: Assigned): void {
  const { influence } = scope
  const inserted: Assigned = new Map([...assigned].map(([attribute, value]) => [attribute, copyOf(value)]))
  // Whether a row is there already depends on what the table holds and on what would be put there.
  scope.returning = inserted
  const target = numberOf(scope.query, 'resultRelation')
  const arbiters = listOf(conflict, 'arbiterElems')
  addAll(arbiters, scope, influence)
  // ON CONSTRAINT, or any: the tree does not say which columns it compares, but they are among these.
  if (arbiters.length === 0) for (const attribute of inserted.keys()) scope.column(target, attribute, false, influence)
  scope.returning = null
  scope.excluded = { index: numberOf(conflict, 'exclRelIndex'), assigned: inserted }
  addAll(conflict.fields.get('arbiterWhere'), scope, influence)
  addAll(conflict.fields.get('onConflictWhere'), scope, influence)
  assign(listOf(conflict, 'onConflictSet'), scope, assigned)
}

function copyOf(value: Taint): Taint {
  const copy = new Taint()
  copy.add(value)
  return copy
}

function finish(command: CommandType, scope: Scope, shown: readonly Node[], columns: readonly Taint[]): QueryTrace {
  const { gathered, influence, run } = scope
  // What is kept of a tree is bounded like the work on it.
  for (const value of [...columns, influence, gathered.fails, ...[...gathered.writes, ...gathered.calls.values(), ...gathered.bodyWrites.values(), ...gathered.bodyCalls.values()].map((one) => one.value)]) run.step(value.size)
  const calls: CallFlow[] = [...gathered.calls.values()].map(({ function: called, value }) => ({ function: called, ...value.origin() }))
  return {
    output: command === 'select' || shown.length > 0 ? shown.map((entry, at) => outputColumn(entry, columns[command === 'select' ? numberOf(entry, 'resno') - 1 : at])) : null,
    influence: influence.columns(),
    influenceOpaque: influence.opaque,
    flows: [...gathered.writes, ...gathered.bodyWrites.values()].map(({ into, value }) => ({ into, ...value.origin() })),
    callFlows: [...calls, ...[...gathered.bodyCalls.values()].map(({ function: called, value }) => ({ function: called, ...value.origin() }))],
    // What is written must fit the table.
    ...(gathered.fails.mayFail || command !== 'select' ? { fails: gathered.fails.origin() } : {}),
  }
}

function outputColumn(entry: Node, value: Taint | undefined): OutputColumn {
  const origin = value?.origin() ?? { from: [], opaque: 'a column that the tree does not have' }
  const plain = value?.plain ?? null
  return { name: String(entry.fields.get('resname') ?? ''), type: typeOf(entry), ...origin, ...(plain === null ? {} : { plain }) }
}

/** Everything comes from anywhere: for trees that cannot be followed. Without recursion, for these are the deep ones. */
function opaqueTraces(tree: Node, knowledge: TreeKnowledge, why: string): ReadonlyMap<Node, QueryTrace> {
  const traces = new Map<Node, QueryTrace>()
  const pending: (Value | undefined)[] = [tree]
  for (let value = pending.pop(); pending.length > 0 || value !== undefined; value = pending.pop()) {
    if (Array.isArray(value)) for (const one of value) pending.push(one)
    if (!isNode(value)) continue
    for (const field of value.fields.values()) if (typeof field === 'object' && field !== null) pending.push(field)
    const command = value.type === 'QUERY' ? commandOf(value, knowledge) : null
    if (command !== null && (value === tree || command !== 'select')) traces.set(value, opaqueTrace(value, command, why))
  }
  return traces
}

function opaqueTrace(query: Node, command: CommandType, why: string): QueryTrace {
  const anything = Taint.unknown(why)
  const shown = nodesOf(query, command === 'select' ? 'targetList' : 'returningList').filter((entry) => !isTrue(entry, 'resjunk'))
  const entry = nodesOf(query, 'rtable')[numberOf(query, 'resultRelation') - 1]
  const relation = entry === undefined ? 0 : numberOf(entry, 'relid')
  const lists = [listOf(query, 'targetList'), listOf(nodeAt(query, 'onConflict'), 'onConflictSet'), ...nodesOf(query, 'mergeActionList').map((action) => listOf(action, 'targetList'))]
  const written = command === 'select' ? [] : lists.flat().filter(isNode)
  return {
    output: command === 'select' || shown.length > 0 ? shown.map((one) => outputColumn(one, anything)) : null,
    influence: [],
    influenceOpaque: why,
    flows: written.map((target) => ({ into: { relation, attribute: numberOf(target, 'resno') }, ...anything.origin() })),
    callFlows: [],
    fails: anything.origin(),
  }
}
