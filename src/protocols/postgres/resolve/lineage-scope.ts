import { listOf, nodeAt, nodesOf, numberOf } from './lineage-fields.ts'
import { Taint } from './lineage-taint.ts'
import type { Node } from './node-tree.ts'
import type { BaseColumn, CallFlow, Origin, OutputColumn, TreeKnowledge, WriteFlow } from './resolution.ts'

/** What the rows of one data-reading or data-changing query are made of. */
export interface QueryTrace {
  /** What it sends back, junk columns left out; null: nothing. */
  readonly output: readonly OutputColumn[] | null
  readonly influence: readonly BaseColumn[]
  readonly influenceOpaque: string | null
  readonly flows: readonly WriteFlow[]
  readonly callFlows: readonly CallFlow[]
  /** What decides whether it fails; absent: nothing in it does so for some values and not for others. */
  readonly fails?: Origin
}

/** A query as those around it see it. */
export interface Reading {
  /** By resno, junk ones too: a sort column of a subquery has a number, though nobody can name it. */
  readonly columns: readonly Taint[]
  /** How many of them can be named. */
  readonly visible: number
  /** What decides which rows there are, how many, or in what order. */
  readonly influence: Taint
}

/** What a traced query hands on by other ways than its rows. */
export interface Gathered {
  readonly writes: { readonly into: BaseColumn; readonly value: Taint }[]
  /** By node, for a recursive query is read until nothing grows. */
  readonly calls: Map<Node, { readonly function: number; readonly value: Taint }>
  /** What the bodies of functions do, with the arguments of every call of them. */
  readonly bodyWrites: Map<WriteFlow, { readonly into: BaseColumn; readonly value: Taint }>
  readonly bodyCalls: Map<CallFlow, { readonly function: number; readonly value: Taint }>
  /** What goes into that which may fail. */
  readonly fails: Taint
}

export function createGathered(): Gathered {
  return { writes: [], calls: new Map(), bodyWrites: new Map(), bodyCalls: new Map(), fails: new Taint() }
}

/**
 * So many nodes may be looked at, and columns be handed on, for one tree: many times what the largest system views take, and
 * few enough that nobody waits for it. Over it everything is opaque.
 */
const MAX_STEPS = 300_000

/** Thrown and caught inside lineage: the tree is too much work. */
export class TooMuch extends Error {}

/** One reading of one tree. */
export class Run {
  readonly knowledge: TreeKnowledge
  readonly traces = new Map<Node, QueryTrace>()
  /** Reads a subquery; handed in, because queries hold expressions and expressions hold queries. */
  readonly read: (query: Node, parent: Scope | null, gathered: Gathered) => Reading
  /** Adds what an expression is made of. */
  readonly value: (node: Node, scope: Scope, into: Taint) => void
  #steps = 0
  /** Views around what is read at the moment: what fails in them is no question of the agent's. */
  views = 0

  constructor(knowledge: TreeKnowledge, read: Run['read'], value: Run['value']) {
    this.knowledge = knowledge
    this.read = read
    this.value = value
  }

  /** Before a value is added to another. */
  carry(value: Taint): void {
    this.step(1 + (value.size >> 1))
  }

  step(cost = 1): void {
    this.#steps += cost
    if (this.#steps > MAX_STEPS) throw new TooMuch('a query tree that takes too long to follow')
  }
}

/** What a statement puts into the columns of its target, by attnum. */
export type Assigned = Map<number, Taint>

interface WithPart {
  readonly query: Node
  reading: Reading
  /** Being read: a reference to it is a recursive one. */
  isBusy: boolean
  isRecursive: boolean
}

const NOTHING: Reading = { columns: [], visible: 0, influence: new Taint() }
const WHOLE_ROW = 0
/** VarReturningType of OLD. */
export const OLD_ROW = '1'

/** A query while it is read: its range table, its WITH list, and the query around it. */
export class Scope {
  readonly query: Node
  readonly run: Run
  readonly gathered: Gathered
  readonly influence = new Taint()
  readonly #parent: Scope | null
  readonly #range: readonly Node[]
  readonly #readings = new Map<number, Reading>()
  readonly #parts = new Map<string, WithPart>()
  readonly #busy = new Set<number>()
  /** Index of EXCLUDED, and what the INSERT would have put there. */
  excluded: { readonly index: number; readonly assigned: Assigned } | null = null
  /** While RETURNING is read: the new row is what was just put there. */
  returning: Assigned | null = null

  constructor(query: Node, parent: Scope | null, run: Run, gathered: Gathered) {
    this.query = query
    this.run = run
    this.gathered = gathered
    this.#parent = parent
    this.#range = nodesOf(query, 'rtable')
    for (const part of nodesOf(query, 'cteList')) {
      const inner = nodeAt(part, 'ctequery')
      if (inner !== null) this.#parts.set(String(part.fields.get('ctename')), { query: inner, reading: NOTHING, isBusy: false, isRecursive: false })
    }
  }

  /** This value may be the reason for an error. */
  fail(value: Taint): void {
    this.gathered.fails.mayFail = true
    if (this.run.views > 0 || value.isEmpty) return
    this.run.carry(value)
    this.gathered.fails.add(value)
  }

  /** So many queries further out. */
  up(levels: number): Scope | null {
    let scope: Scope | null = this
    for (let level = 0; level < levels && scope !== null; level++) scope = scope.#parent
    return scope
  }

  /** Entry of the range table, counted from 1. */
  entry(index: number): Node | null {
    return this.#range[index - 1] ?? null
  }

  /** Reads the data-changing WITH parts: they run whether somebody looks at them or not. */
  readChangingParts(isChanging: (query: Node) => boolean): void {
    for (const [name, { query }] of this.#parts) if (isChanging(query)) this.part(name)
  }

  /** A column of the range table, or the whole row of one of its entries. */
  column(index: number, attribute: number, isOld: boolean, into: Taint): void {
    const entry = this.entry(index)
    if (entry === null) return into.unknown('a column of a table that the tree does not have')
    const excluded = this.excluded?.index === index ? this.excluded : null
    const assigned = excluded !== null ? excluded.assigned : index === numberOf(this.query, 'resultRelation') && !isOld ? this.returning : null
    if (assigned !== null) for (const [number, value] of assigned) if (attribute === WHOLE_ROW || number === attribute) into.add(value)
    const kind = numberOf(entry, 'rtekind')
    if (kind === KINDS.relation) {
      const relation = numberOf(entry, 'relid')
      // The row that was to be inserted is the statement's own.
      if (excluded === null) into.column(relation, attribute)
      // A generated column tells of what it is computed from, which the statement may just have changed.
      if (attribute > WHOLE_ROW) for (const source of this.run.knowledge.derivedFrom(relation, attribute)) if (source !== attribute) this.column(index, source, isOld, into)
      return
    }
    if (kind === KINDS.join) return this.#expressions(entry, 'joinaliasvars', attribute, into)
    if (kind === KINDS.group) return this.#expressions(entry, 'groupexprs', attribute, into)
    const reading = this.reading(index)
    const one = attribute > WHOLE_ROW ? reading.columns[attribute - 1] : undefined
    if (one !== undefined) return this.#take(one, into)
    for (const each of reading.columns.slice(0, reading.visible)) this.#take(each, into)
    // The first time a recursive query is read it has no columns yet.
    if (attribute > reading.columns.length && (kind !== KINDS.cte || reading.columns.length > 0)) into.unknown('a column that the tree does not have')
  }

  /**
   * The stored column that an expression is a copy of, through subqueries, views, joins, groupings, WITH parts and casts that
   * keep the bytes. Null: made of one, put together from several (UNION, COALESCE), or a column the statement itself has just
   * put something into: `SET name = left(name, 1) RETURNING name` shows no stored name.
   */
  plain(expression: Node): BaseColumn | null {
    let variable: Node | null = expression
    while (variable?.type === 'RELABELTYPE') variable = nodeAt(variable, 'arg')
    if (variable?.type !== 'VAR') return null
    const owner = this.up(numberOf(variable, 'varlevelsup'))
    return owner === null ? null : owner.#plainAt(numberOf(variable, 'varno'), numberOf(variable, 'varattno'), variable.fields.get('varreturningtype') === OLD_ROW)
  }

  #plainAt(index: number, attribute: number, isOld: boolean): BaseColumn | null {
    const entry = this.entry(index)
    if (entry === null || attribute <= WHOLE_ROW || this.excluded?.index === index) return null
    if (index === numberOf(this.query, 'resultRelation') && !isOld && this.returning?.has(attribute)) return null
    this.run.step()
    const kind = numberOf(entry, 'rtekind')
    if (kind === KINDS.relation) {
      const relation = numberOf(entry, 'relid')
      return this.run.knowledge.derivedFrom(relation, attribute).length > 0 ? null : { relation, attribute }
    }
    if (kind === KINDS.join || kind === KINDS.group) {
      const alias = nodesOf(entry, kind === KINDS.join ? 'joinaliasvars' : 'groupexprs', 'keep')[attribute - 1]
      // A grouping set that leaves it out shows NULL, which tells nothing; an outer join likewise.
      return alias === undefined || alias === null ? null : this.plain(alias)
    }
    return kind === KINDS.subquery || kind === KINDS.cte ? this.reading(index).columns[attribute - 1]?.plain ?? null : null
  }

  /** What an entry of the range table gives, other than a table, a join or a grouping. */
  reading(index: number): Reading {
    const known = this.#readings.get(index)
    if (known !== undefined) return known
    const entry = this.entry(index)
    if (entry === null || this.#busy.has(index)) return opaqueReading('a query tree that refers to itself')
    this.run.step()
    // The reading of a WITH part that refers to itself grows, so it is asked for each time.
    if (numberOf(entry, 'rtekind') === KINDS.cte) return this.up(numberOf(entry, 'ctelevelsup'))?.part(String(entry.fields.get('ctename'))) ?? opaqueReading('a WITH part that the tree does not have')
    this.#busy.add(index)
    const reading = this.#readEntry(entry)
    this.#busy.delete(index)
    this.#readings.set(index, reading)
    return reading
  }

  /** A part of the WITH list; one that refers to itself is read until nothing grows. */
  part(name: string): Reading | null {
    const part = this.#parts.get(name)
    if (part === undefined) return null
    if (part.isBusy) {
      part.isRecursive = true
      // Each round may make it longer.
      for (const column of part.reading.columns) column.weight = Infinity
    }
    if (part.isBusy || part.reading !== NOTHING) return part.reading
    part.isBusy = true
    for (let grew = true; grew; ) {
      const next = this.run.read(part.query, this, this.gathered)
      grew = part.isRecursive && sizeOf(next) !== sizeOf(part.reading)
      part.reading = next
    }
    part.isBusy = false
    return part.reading
  }

  #take(value: Taint, into: Taint): void {
    this.run.carry(value)
    into.add(value)
  }

  #expressions(entry: Node, field: string, attribute: number, into: Taint): void {
    const list = nodesOf(entry, field, 'keep')
    if (attribute === WHOLE_ROW) {
      for (const each of list) if (each !== null) this.run.value(each, this, into)
      return
    }
    const one = list[attribute - 1]
    if (one === undefined) return into.unknown('a column that the tree does not have')
    if (one !== null) this.run.value(one, this, into)
  }

  #readEntry(entry: Node): Reading {
    switch (numberOf(entry, 'rtekind')) {
      case KINDS.subquery: {
        const query = nodeAt(entry, 'subquery')
        if (query === null) return opaqueReading('a subquery that the tree does not have')
        if (!isView(entry, query)) return this.run.read(query, this, this.gathered)
        this.run.views++
        const reading = this.run.read(query, this, this.gathered)
        this.run.views--
        // What a view asks of its rows is not the agent's question.
        return { ...reading, influence: new Taint() }
      }
      case KINDS.function:
        return this.#readFunctions(entry)
      case KINDS.tablefunc: {
        const all = new Taint()
        const table = nodeAt(entry, 'tablefunc')
        if (table !== null) this.run.value(table, this, all)
        // Each of its columns may depend on the whole document, and so does the number of rows.
        const columns = listOf(table, 'colnames').map(() => all)
        return { columns, visible: columns.length, influence: all }
      }
      case KINDS.values: {
        const columns: Taint[] = []
        for (const row of listOf(entry, 'values_lists')) {
          if (!Array.isArray(row)) continue
          row.forEach((value, at) => {
            const column = (columns[at] ??= new Taint())
            if (typeof value === 'object' && value !== null && !Array.isArray(value)) this.run.value(value as Node, this, column)
          })
        }
        return { columns, visible: columns.length, influence: new Taint() }
      }
      case KINDS.result:
        return NOTHING
      default:
        return opaqueReading('rows of a kind that is not known')
    }
  }

  #readFunctions(entry: Node): Reading {
    const influence = new Taint()
    const columns: Taint[] = []
    for (const one of nodesOf(entry, 'functions')) {
      const value = new Taint()
      const call = nodeAt(one, 'funcexpr')
      if (call !== null) this.run.value(call, this, value)
      influence.add(value)
      for (let at = numberOf(one, 'funccolcount'); at > 0; at--) {
        this.run.step()
        columns.push(value)
      }
    }
    // Numbers of rows: what decides how many there are is influence.
    if (entry.fields.get('funcordinality') === 'true') columns.push(new Taint())
    return { columns, visible: columns.length, influence }
  }
}

/** RTEKind, src/include/nodes/parsenodes.h; the numbers are those of all majors. */
export const KINDS = { relation: 0, subquery: 1, join: 2, function: 3, tablefunc: 4, values: 5, cte: 6, result: 8, group: 9 } as const

function sizeOf(reading: Reading): number {
  return [...reading.columns, reading.influence].reduce((sum, one) => sum + 1 + one.size + (one.opaque === null ? 0 : 1) + (one.mayFail ? 1 : 0), 0)
}

function opaqueReading(why: string): Reading {
  const all = Taint.unknown(why)
  return { columns: [all], visible: 1, influence: all }
}

/** 16 and later keep the view's oid; before, its query carries the view's OLD and NEW, which no text can put there. */
function isView(entry: Node, query: Node): boolean {
  if (numberOf(entry, 'relid') !== 0) return entry.fields.get('relkind') === 'v'
  const [old, fresh] = nodesOf(query, 'rtable')
  return [old, fresh].every((one) => one !== undefined && one.fields.get('relkind') === 'v' && one.fields.get('inFromCl') === 'false' && numberOf(one, 'rtekind') === KINDS.relation) && numberOf(old as Node, 'relid') === numberOf(fresh as Node, 'relid')
}
