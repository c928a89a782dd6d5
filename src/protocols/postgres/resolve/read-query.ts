import { FIRST_USER_OID } from '../catalog.ts'
import { callsOf } from './calls.ts'
import { nodesOf, numberOf } from './lineage-fields.ts'
import { trace } from './lineage.ts'
import { type FieldShape, type NodeShape, shapesOf } from './node-shapes.ts'
import { isNode, type Node, type Value } from './node-tree.ts'
import { isBoundless, PlacesOfRows, relationsOf, viewIn } from './relations.ts'
import type { ResolvedCall, ResolvedQuery, ResolvedRelation, TreeKnowledge } from './resolution.ts'

export { treeDigest } from './digest.ts'

type Command = ResolvedQuery['command'] | 'utility'

/** CmdType, src/include/nodes/nodes.h. 15 put MERGE before UTILITY. */
const COMMANDS: readonly Command[] = ['nothing', 'select', 'update', 'insert', 'delete', 'merge', 'utility', 'nothing']
const COMMANDS_OF_14: readonly Command[] = ['nothing', 'select', 'update', 'insert', 'delete', 'utility', 'nothing']

/**
 * What the queries of one rewritten tree do: the statement's own first (unless a rule took its place), then its data-changing
 * WITH parts as written, then what rules added. Empty for a utility statement. Whatever in a tree is not known by its major
 * version's shapes is a reason in `unknown` of the query that has it; a reader that does not know the version says so in every
 * query. Never throws for a tree that node-tree.ts could read, unless it is nested deeper than the stack (RangeError).
 */
export function readQueries(tree: Value, knowledge: TreeKnowledge): readonly ResolvedQuery[] {
  // INSTEAD NOTHING leaves an empty list.
  if (tree === null) return [{ command: 'nothing', origin: 'rule', ...NOT_READ, influenceOpaque: null, unknown: [] }]
  const out: ResolvedQuery[] = []
  for (const item of Array.isArray(tree) ? (tree as readonly Value[]) : [tree]) {
    if (!isNode(item) || item.type !== 'QUERY') {
      out.push(unreadable('something else than a query in the tree'))
      continue
    }
    const isRule = numberOf(item, 'querySource') > 0
    const command = commandOf(item, knowledge.major)
    if (command === 'utility') {
      // A utility statement stands alone, and is not analysed. What a rule adds stands beside a query.
      if (isRule || out.length > 0) out.push(unreadable('a rule that runs a utility statement (NOTIFY)'))
      continue
    }
    const traces = trace(item, knowledge)
    for (const reading of new TreeReader(knowledge).read(item, isRule)) {
      const traced = traces.get(reading.query)
      out.push(reading.finish(traced ?? UNTRACED, traced === undefined))
    }
  }
  return out
}

/** Oids of the functions that a tree calls and that did not come with the server; an own operator or aggregate by its function. */
export function userFunctionsIn(tree: Value): number[] {
  const found = new Set<number>()
  const due: Value[] = [tree]
  for (let value = due.pop(); value !== undefined; value = due.pop()) {
    if (isNode(value)) {
      for (const call of callsOf(value)) if (call.function >= FIRST_USER_OID) found.add(call.function)
      for (const field of value.fields.values()) if (typeof field === 'object' && field !== null) due.push(field)
    } else if (Array.isArray(value)) for (const item of value as readonly Value[]) if (typeof item === 'object' && item !== null) due.push(item)
  }
  return [...found]
}

function commandOf(query: Node, major: number): Command {
  return (major < 15 ? COMMANDS_OF_14 : COMMANDS)[numberOf(query, 'commandType')] ?? 'nothing'
}

const UNTRACED = { output: null, influence: [], influenceOpaque: 'a query that was not followed', flows: [], callFlows: [] } as const
const NOT_READ = { relations: [], calls: [], userTypes: [], ...UNTRACED, boundless: false, locks: false, parameters: new Map<number, number>() } as const

function unreadable(why: string): ResolvedQuery {
  return { command: 'nothing', origin: 'rule', ...NOT_READ, unknown: [why] }
}

type Traced = Pick<ResolvedQuery, 'output' | 'influence' | 'influenceOpaque' | 'flows' | 'callFlows' | 'fails'>

/** What is gathered for one data-reading or data-changing query, from it and from every query in it that only reads. */
class Gathering {
  readonly query: Node
  readonly command: ResolvedQuery['command']
  readonly origin: ResolvedQuery['origin']
  readonly relations: ResolvedRelation[] = []
  readonly calls = new Map<string, ResolvedCall>()
  readonly userTypes = new Set<number>()
  readonly parameters = new Map<number, number>()
  readonly unknown = new Set<string>()
  locks = false

  constructor(query: Node, command: ResolvedQuery['command'], origin: ResolvedQuery['origin']) {
    this.query = query
    this.command = command
    this.origin = origin
  }

  finish({ output, influence, influenceOpaque, flows, callFlows, fails }: Traced, isUntraced: boolean): ResolvedQuery {
    if (isUntraced) this.unknown.add('a query whose values were not followed')
    const { command, origin, relations, calls, userTypes, parameters, unknown, locks } = this
    const isChange = command === 'update' || command === 'delete' || command === 'merge'
    return {
      command, origin, relations, calls: [...calls.values()], userTypes: [...userTypes], output, influence, influenceOpaque, flows, callFlows,
      boundless: isChange && isBoundless(this.query, origin === 'rule'), locks, parameters, unknown: [...unknown],
      ...(fails === undefined ? {} : { fails }),
    }
  }
}

class TreeReader {
  readonly #knowledge: TreeKnowledge
  readonly #shapes: ReadonlyMap<string, NodeShape>
  readonly #gatherings: Gathering[] = []
  /** The queries around the node at hand, innermost last. */
  readonly #places: PlacesOfRows[] = []
  /** Views on the way to it. */
  #via: readonly number[] = []
  #into!: Gathering
  #isRule = false
  /** In expressions that matter only where something names them: their columns are not read by standing there. */
  #isAside = false

  constructor(knowledge: TreeKnowledge) {
    this.#knowledge = knowledge
    this.#shapes = shapesOf(knowledge.major) ?? new Map()
  }

  read(query: Node, isRule: boolean): readonly Gathering[] {
    this.#isRule = isRule
    this.#query(query)
    return this.#gatherings
  }

  #query(query: Node): void {
    const outer = this.#into as Gathering | undefined
    const command = commandOf(query, this.#knowledge.major)
    if (outer === undefined || command !== 'select') {
      this.#into = new Gathering(query, command === 'utility' ? 'nothing' : command, this.#isRule ? 'rule' : outer === undefined ? 'text' : 'cte')
      this.#gatherings.push(this.#into)
      if (this.#shapes.size === 0) this.#into.unknown.add(`query trees of PostgreSQL ${this.#knowledge.major}`)
      if (command === 'utility') this.#into.unknown.add('a utility statement in a query')
    }
    const into = this.#into
    const place = new PlacesOfRows(query)
    const wasAside = this.#isAside
    this.#isAside = false
    this.#places.push(place)
    this.#fields(query)
    this.#places.pop()
    this.#isAside = wasAside
    if (query.fields.get('utilityStmt') !== null && command !== 'utility') into.unknown.add('QUERY.utilityStmt in a query')
    if (nodesOf(query, 'rowMarks').length > 0) into.locks = true
    into.relations.push(...relationsOf(place, this.#via, this.#knowledge.major, into.unknown))
    if (outer !== undefined) this.#into = outer
  }

  #node(node: Node): void {
    if (node.type === 'QUERY') return this.#query(node)
    if (node.type === 'VAR') this.#variable(node)
    else if (node.type === 'PARAM') this.#parameter(node)
    else if (node.type === 'NEXTVALUEEXPR') this.#into.relations.push(sequence(numberOf(node, 'seqid'), this.#via))
    for (const call of callsOf(node)) this.#call(call)
    const view = node.type === 'RANGETBLENTRY' || node.type === 'RTE' ? viewIn(node) : 0
    if (view === 0) return this.#fields(node)
    const via = this.#via
    this.#via = [...via, view]
    this.#fields(node)
    this.#via = via
  }

  #fields(node: Node): void {
    const shape = this.#shapes.get(node.type)
    if (shape === undefined) this.#into.unknown.add(`${node.type}, which is not known`)
    for (const [name, value] of node.fields) {
      const field = shape?.get(name)
      if (field === undefined) {
        if (shape !== undefined) this.#into.unknown.add(`${node.type}.${name}, which is not known`)
        this.#walk(value)
      } else if (value !== null) this.#field(node, name, value, field)
    }
  }

  #field(node: Node, name: string, value: Value, { role, values }: FieldShape): void {
    if (values !== undefined && !(typeof value === 'string' && values.has(value))) this.#into.unknown.add(`${node.type}.${name} ${typeof value === 'string' ? value : '?'}, which is not known`)
    switch (role) {
      case 'walk':
        return this.#walk(value)
      case 'type':
        return this.#types(value)
      case 'aliases': {
        const wasAside = this.#isAside
        // Groupings are evaluated; the columns of a join are not, before something names them.
        this.#isAside = name !== 'groupexprs'
        this.#walk(value)
        this.#isAside = wasAside
        return
      }
      case 'plain':
        if (name !== 'utilityStmt' && typeof value === 'object' && holdsNode(value)) {
          this.#into.unknown.add(`${node.type}.${name} with a node in it`)
          this.#walk(value)
        }
    }
  }

  #call(call: ResolvedCall): void {
    const { operator = 0 } = call
    const oid = call.function === 0 && operator !== 0 ? this.#knowledge.functionOfOperator?.(operator) ?? 0 : call.function
    if (oid !== 0) this.#into.calls.set(`${call.via} ${oid} ${operator}`, { ...call, function: oid })
    // CYCLE compares by operators whose functions are not in the tree; those that came with the server only compare.
    else if (operator === 0 || operator >= FIRST_USER_OID) this.#into.unknown.add(operator === 0 ? `${call.via} of a function that the tree does not have` : `operator ${operator}, whose function is not known`)
  }

  #walk(value: Value): void {
    if (isNode(value)) this.#node(value)
    else if (Array.isArray(value)) for (const item of value as readonly Value[]) this.#walk(item)
  }

  #types(value: Value): void {
    for (const oid of Array.isArray(value) ? (value as readonly Value[]) : [value]) if (Number(oid) >= FIRST_USER_OID) this.#into.userTypes.add(Number(oid))
  }

  #variable(node: Node): void {
    if (this.#isAside) return
    const place = this.#places[this.#places.length - 1 - numberOf(node, 'varlevelsup')]
    if (place === undefined) this.#into.unknown.add('a column of a query that is not there')
    else place.reads(numberOf(node, 'varno'), numberOf(node, 'varattno'))
  }

  #parameter(node: Node): void {
    if (numberOf(node, 'paramkind') === 0) this.#into.parameters.set(numberOf(node, 'paramid'), numberOf(node, 'paramtype'))
  }
}

/** An identity column takes its number from a sequence that no text names. */
function sequence(oid: number, via: readonly number[]): ResolvedRelation {
  return { oid, kind: 'S', access: 'update', read: [], written: [], via, withChildren: true, checkedAs: 0, rowSecurity: false }
}

function holdsNode(value: Value): boolean {
  return isNode(value) || (Array.isArray(value) && (value as readonly Value[]).some(holdsNode))
}
