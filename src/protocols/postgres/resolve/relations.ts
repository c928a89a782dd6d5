import { isTrue, listOf, nodeAt, nodesOf, numberOf } from './lineage-fields.ts'
import { isNode, type Node, type Value } from './node-tree.ts'
import type { ResolvedRelation } from './resolution.ts'

/** Rights in requiredPerms, src/include/nodes/parsenodes.h. Locking rows asks for UPDATE. */
const INSERT = 1
const UPDATE = 4
const DELETE = 8
/** Attnum of a bit in a set of columns: -FirstLowInvalidHeapAttributeNumber, src/include/access/sysattr.h. */
const FIRST_BIT = 7
const RELATION = 0
const SUBQUERY = 1
const NAMED_TUPLE_STORE = 7
/** The kind that EXCLUDED has: a row of the statement, not of the table whose type it has. */
const EXCLUDED = 'c'
const WRITES = INSERT | UPDATE | DELETE

/** A query, and which columns of its range table stand somewhere in it. */
export class PlacesOfRows {
  readonly query: Node
  readonly #read = new Map<number, Set<number>>()

  constructor(query: Node) {
    this.query = query
  }

  reads(index: number, attribute: number): void {
    const known = this.#read.get(index)
    if (known === undefined) this.#read.set(index, new Set([attribute]))
    else known.add(attribute)
  }

  readAt(index: number): ReadonlySet<number> {
    return this.#read.get(index) ?? NOTHING
  }
}

const NOTHING: ReadonlySet<number> = new Set()

/**
 * The relations of one query's own range table. What the server checks rights for (it stays in a tree through views and rules)
 * decides the access, so a view or a table that the text writes to is there as written even where a rule writes elsewhere
 * instead. `read` holds the columns that rights are checked for and those that stand in the tree: of a view's table every one
 * that the view's query names.
 */
export function relationsOf(place: PlacesOfRows, via: readonly number[], major: number, unknown: Set<string>): readonly ResolvedRelation[] {
  const { query } = place
  const table = nodesOf(query, 'rtable')
  const out: ResolvedRelation[] = []
  const target = numberOf(query, 'resultRelation')
  const isMerge = nodesOf(query, 'mergeActionList').length > 0
  const locked = new Set(nodesOf(query, 'rowMarks').map((mark) => numberOf(mark, 'rti')))
  const used = indexesIn(nodeAt(query, 'jointree'))
  // A query that only reads asks for the right to UPDATE where it locks.
  const isLocking = query.fields.get('commandType') === '1'
  const checks = nodesOf(query, 'withCheckOptions').some((check) => numberOf(check, 'kind') > 0)
  // Views that the server writes through stand in the order it went through them, the table last.
  const writtenViews: number[] = []
  for (const [at, entry] of table.entries()) {
    const index = at + 1
    const kind = numberOf(entry, 'rtekind')
    const oid = numberOf(entry, 'relid')
    if (kind === NAMED_TUPLE_STORE) unknown.add('rows of a trigger')
    if ((kind !== RELATION && kind !== SUBQUERY) || oid === 0 || entry.fields.get('relkind') === EXCLUDED) continue
    const rights = rightsOf(query, entry, major)
    const needed = rights === null ? 0 : numberOf(rights, 'requiredPerms')
    const read = place.readAt(index)
    const isTarget = index === target
    const isView = entry.fields.get('relkind') === 'v'
    // Until 15 the first entry of a view's own query is the view: it is reached by what stands before it.
    const isViewItself = major < 16 && at === 0 && kind === RELATION && isView && oid === via.at(-1) && !isTrue(entry, 'inFromCl')
    if (isViewItself && needed === 0) continue
    // OLD and NEW of a rule or a view: what they stand for is an entry of its own.
    if (!isTarget && !isViewItself && (needed & WRITES) === 0 && read.size === 0 && !used.has(index)) continue
    const inserted = columnsOf(rights, 'insertedCols')
    const updated = columnsOf(rights, 'updatedCols')
    const relation = {
      oid,
      kind: String(entry.fields.get('relkind')),
      read: [...new Set([...columnsOf(rights, 'selectedCols'), ...read])].sort((a, b) => a - b),
      via: isViewItself ? via.slice(0, -1) : isTarget || isView ? [...via, ...(needed & WRITES ? writtenViews : [])] : via,
      // An INSERT does not ask for children; rows put into a partitioned table go to them all the same.
      withChildren: isTrue(entry, 'inh') || isView || (isTarget && entry.fields.get('relkind') === 'p'),
      checkedAs: rights === null ? 0 : numberOf(rights, 'checkAsUser'),
      rowSecurity: listOf(entry, 'securityQuals').length > 0 || (isTarget && checks),
    }
    const before = out.length
    if (isMerge && (isTarget || (isView && needed & WRITES))) out.push({ ...relation, access: 'merge', written: sorted([...inserted, ...updated]) })
    else {
      if (needed & INSERT) out.push({ ...relation, access: 'insert', written: inserted })
      if (needed & UPDATE) out.push({ ...relation, access: isTarget || !isLocking ? 'update' : 'lock', written: updated })
      if (needed & DELETE) out.push({ ...relation, access: 'delete', written: [] })
    }
    if (out.length === before) out.push({ ...relation, access: locked.has(index) ? 'lock' : 'read', written: [] })
    if (isView && kind === RELATION && needed & WRITES) writtenViews.push(oid)
  }
  return out
}

/** Until 15 they stand in the entry itself. */
function rightsOf(query: Node, entry: Node, major: number): Node | null {
  if (major < 16) return entry
  const index = numberOf(entry, 'perminfoindex')
  return index === 0 ? null : nodesOf(query, 'rteperminfos')[index - 1] ?? null
}

function columnsOf(rights: Node | null, field: string): readonly number[] {
  return listOf(rights, field).map((bit) => Number(bit) - FIRST_BIT)
}

function sorted(columns: readonly number[]): readonly number[] {
  return [...new Set(columns)].sort((a, b) => a - b)
}

/** Entries of the range table that FROM holds. */
function indexesIn(value: Value | undefined, into = new Set<number>()): ReadonlySet<number> {
  if (Array.isArray(value)) for (const item of value as readonly Value[]) indexesIn(item, into)
  else if (isNode(value)) {
    if (value.type === 'RANGETBLREF') into.add(numberOf(value, 'rtindex'))
    else for (const field of ['fromlist', 'larg', 'rarg']) indexesIn(value.fields.get(field), into)
  }
  return into
}

/**
 * Whether nothing that the statement says narrows which rows of its target it changes: no part of its conditions holds a column
 * of the target. What a view's own WHERE says was not written by the agent and does not count: the server puts it among the
 * conditions, without a place in the text. What a rule says does, in what the rule does. Row security stands elsewhere in
 * a tree and never counts. Of MERGE: whether that is so for one of its UPDATEs and DELETEs, by what it joins on and by the action's
 * own condition; what it joins on does not narrow the rows that nothing matches.
 */
export function isBoundless(query: Node, isRule: boolean): boolean {
  const target = targetsOf(query, isRule)
  const from = nodeAt(query, 'jointree')
  const binds = (condition: Value | undefined): boolean => conjuncts(condition).some((part) => holdsColumn(part, target, 0) && (isRule || isOfText(part)))
  const actions = nodesOf(query, 'mergeActionList')
  if (actions.length === 0) return from === null || !binds(from.fields.get('quals'))
  // Until 16 what it joins on stands where a WHERE would.
  const isJoinBinding = binds(query.fields.get('mergeJoinCondition')) || binds(from?.fields.get('quals'))
  return actions.some((action) => changesRows(action) && !(isJoinBinding && isForMatches(action)) && !binds(action.fields.get('qual')))
}

/** CmdType of UPDATE and DELETE. */
function changesRows(action: Node): boolean {
  const command = numberOf(action, 'commandType')
  return command === 2 || command === 4
}

/** MergeMatchKind: 1 is a row of the target that nothing matches. Until 16 there is no such action. */
function isForMatches(action: Node): boolean {
  return numberOf(action, 'matchKind') === 0
}

/** Rows of a view with INSTEAD OF triggers come from its query, which has the place in the range table that the view had: the first. */
function targetsOf(query: Node, isRule: boolean): ReadonlySet<number> {
  const target = numberOf(query, 'resultRelation')
  const table = nodesOf(query, 'rtable')
  const entry = table[target - 1]
  if (entry?.fields.get('relkind') !== 'v') return new Set([target])
  const oid = numberOf(entry, 'relid')
  const same = table.flatMap((one, at) => (viewIn(one) === oid && (isRule || at === 0) ? [at + 1] : []))
  return new Set([target, ...same])
}

/** The view that a subquery stands for; 0: none. Until 15 the entry forgets it, and its query begins with the view itself. */
export function viewIn(entry: Node): number {
  if (numberOf(entry, 'rtekind') !== SUBQUERY) return 0
  if (numberOf(entry, 'relid') !== 0) return numberOf(entry, 'relid')
  const query = nodeAt(entry, 'subquery')
  const old = query === null ? undefined : nodesOf(query, 'rtable')[0]
  return old !== undefined && old.fields.get('relkind') === 'v' && !isTrue(old, 'inFromCl') && numberOf(old, 'rtekind') === RELATION ? numberOf(old, 'relid') : 0
}

function conjuncts(value: Value | undefined): readonly Value[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(conjuncts)
  if (!isNode(value)) return []
  return value.type === 'BOOLEXPR' && value.fields.get('boolop') === 'and' ? conjuncts(value.fields.get('args')) : [value]
}

function holdsColumn(value: Value, target: ReadonlySet<number>, level: number): boolean {
  if (Array.isArray(value)) return (value as readonly Value[]).some((item) => holdsColumn(item, target, level))
  if (!isNode(value)) return false
  if (value.type === 'VAR') return numberOf(value, 'varlevelsup') === level && target.has(numberOf(value, 'varno'))
  if (value.type === 'CURRENTOFEXPR') return true
  const inner = value.type === 'QUERY' ? level + 1 : level
  for (const field of value.fields.values()) if (typeof field === 'object' && field !== null && holdsColumn(field, target, inner)) return true
  return false
}

/** A stored tree has lost its places in the text: -1. */
function isOfText(value: Value): boolean {
  if (Array.isArray(value)) return (value as readonly Value[]).some(isOfText)
  if (!isNode(value)) return false
  if (value.type === 'CURRENTOFEXPR') return true
  const location = value.fields.get('location')
  if (typeof location === 'string' && Number(location) >= 0) return true
  for (const field of value.fields.values()) if (typeof field === 'object' && field !== null && isOfText(field)) return true
  return false
}
