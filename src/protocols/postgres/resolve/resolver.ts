import { createHash } from 'node:crypto'
import type { Catalog } from '../catalog.ts'
import type { RawStatement } from '../raw.ts'
import type { Analyser, Analysed } from './analysis.ts'
import { type Ask, bodiesIn, type Bodies, functionsIn, movesNames } from './expand.ts'
import type { Value } from './node-tree.ts'
import { readQueries, treeDigest, userFunctionsIn } from './read-query.ts'
import { createTreeReader } from './tree-reader.ts'
import type { Named } from './tree-worker.ts'
import { mustBeRewritten, placed, rewrite, type Rewritten, type ViewTrees } from './views.ts'
import type { ExpandedFunction, Rejected, Resolution, Resolved, ResolvedQuery, TreeKnowledge, Unresolved } from './resolution.ts'

/** Which functions, tables and columns the statements of one database mean, by that database's own word. See createResolver. */
export interface Resolver {
  /** False: the target is not asked (analysis method none), and nothing here is to be called: statements mean what their text says. */
  active(): boolean
  /**
   * What the statement means to a session as it begins: the agents' role, the configured search_path, nothing temporary.
   * At once, without a promise, when it is known. Never rejects. `parameterTypes`: oids from Parse, 0 for those to be found.
   */
  resolve(statement: RawStatement, parameterTypes: readonly number[]): Resolution | Promise<Resolution>
  /** The same, asked anew, with the catalogue as it is now. */
  fresh(statement: RawStatement, parameterTypes: readonly number[]): Promise<Resolution>
  /** What `resolve` would say at once; undefined: it would have to ask. */
  peek(statement: RawStatement, parameterTypes: readonly number[]): Resolution | undefined
  /**
   * A resolution from an answer that was had elsewhere: in the agent's own session. `ask` puts the bodies of functions to the
   * same session; null: only bodies that mean the same everywhere are read.
   */
  read(answer: Analysed | Rejected | Unresolved, statement: RawStatement, ask: Ask | null): Promise<Resolution>
}

export interface ResolverParts {
  readonly catalog: () => Catalog
  /** Counts readings of the catalogue that found a change: what is known is good for one. */
  readonly generation: () => number
  /** Resolves when the catalogue has been read again (if it changed). */
  readonly refresh: () => Promise<void>
  readonly analyser: Analyser
  /** Definitions of all views, as the catalogue is now; asked for only where trees come without them. */
  readonly views: () => Promise<ViewTrees>
  readonly parse: (text: Buffer) => readonly RawStatement[] | Promise<readonly RawStatement[]>
}

/** Parameter types of one statement that are kept apart; clients use one or two. */
const MAX_TYPINGS = 16
/** What all resolutions of a database may hold together: columns, relations, calls and the like, about a hundred bytes each. */
const MAX_WEIGHT = 500_000
/** How often it is asked again when the catalogue changes meanwhile. */
const MAX_TURNS = 3

/** Remembered, oldest first, so that what is kept for the statements of the parser's cache has a bound of its own. */
interface Kept {
  readonly typings: Map<string, Entry>
  readonly typing: string
  readonly entry: Entry
  readonly weight: number
}

interface Entry {
  readonly generation: number
  readonly resolution: Resolution | Promise<Resolution>
}

/** Statements that the server does not analyse: there is nothing to resolve. */
const NOTHING: Resolved = { kind: 'resolved', queries: [], digest: '', by: 'print', functions: new Map() }

export function createResolver(parts: ResolverParts): Resolver {
  const { analyser } = parts
  const treeReader = createTreeReader()
  // By identity: the parser gives the same statement for the same text as long as it keeps it.
  const entries = new WeakMap<RawStatement, Map<string, Entry>>()
  const ask: Ask = (text, parameterTypes) => analyser.analyse(text, parameterTypes)
  let bodies: { readonly catalog: Catalog; readonly known: Map<number, Promise<readonly Value[] | null>> } | undefined
  const remembered = new Set<Kept>()
  let weight = 0
  let missing: { readonly generation: number; readonly oids: Set<number> } | undefined

  function peek(statement: RawStatement, parameterTypes: readonly number[]): Resolution | undefined {
    if (statement.sql === null) return withoutText(statement)
    const entry = entries.get(statement)?.get(parameterTypes.join())
    return entry === undefined || entry.generation !== parts.generation() || entry.resolution instanceof Promise ? undefined : entry.resolution
  }

  function resolve(statement: RawStatement, parameterTypes: readonly number[]): Resolution | Promise<Resolution> {
    if (statement.sql === null) return withoutText(statement)
    const generation = parts.generation()
    const typing = parameterTypes.join()
    let typings = entries.get(statement)
    const known = typings?.get(typing)
    if (known?.generation === generation) return known.resolution
    if (typings === undefined) entries.set(statement, (typings = new Map()))
    if (typings.size >= MAX_TYPINGS) typings.clear()
    const kept = typings
    const asked = find(statement, parameterTypes).then(({ resolution, generation: at }) => {
      // Only what the catalogue settles is kept: a table that is missing now may be there in a moment.
      if (resolution.kind === 'resolved') remember(kept, typing, { generation: at, resolution }, weigh(resolution))
      else if (kept.get(typing)?.resolution === asked) kept.delete(typing)
      return resolution
    })
    kept.set(typing, { generation, resolution: asked })
    return asked
  }

  function remember(typings: Map<string, Entry>, typing: string, entry: Entry, heavy: number): void {
    typings.set(typing, entry)
    remembered.add({ typings, typing, entry, weight: heavy })
    weight += heavy
    const generation = parts.generation()
    for (const oldest of remembered) {
      // Those of an earlier catalogue are of no use to anybody.
      if (weight <= MAX_WEIGHT && oldest.entry.generation === generation) return
      if (oldest.typings.get(oldest.typing) === oldest.entry) oldest.typings.delete(oldest.typing)
      remembered.delete(oldest)
      weight -= oldest.weight
    }
  }

  async function find(statement: RawStatement, parameterTypes: readonly number[]): Promise<{ readonly resolution: Resolution; readonly generation: number }> {
    for (let turn = 1; ; turn++) {
      const generation = parts.generation()
      const resolution = await read(await analyseWhole(statement, (text) => analyser.analyse(text, parameterTypes)), statement, ask)
      if (resolution.kind !== 'resolved' || turn >= MAX_TURNS) return { resolution, generation }
      // Something in it is newer than our catalogue: read that again, and ask again what this means.
      if (isNew(resolution)) await parts.refresh().catch(() => undefined)
      if (parts.generation() === generation) return { resolution, generation }
    }
  }

  /** Names an object that the catalogue does not have, for the first time in this reading of the catalogue. */
  function isNew({ queries }: Resolved): boolean {
    const generation = parts.generation()
    const catalog = parts.catalog()
    if (missing?.generation !== generation) missing = { generation, oids: new Set() }
    let found = false
    const look = (oid: number, isThere: boolean): void => {
      if (isThere || missing?.oids.has(oid)) return
      missing?.oids.add(oid)
      found = true
    }
    for (const { relations, calls } of queries) {
      for (const { oid } of relations) look(oid, catalog.relations.has(oid))
      for (const call of calls) look(call.function, catalog.functions.has(call.function))
    }
    return found
  }

  async function read(answer: Analysed | Rejected | Unresolved, statement: RawStatement, asking: Ask | null): Promise<Resolution> {
    if (answer.kind === 'rejected') return asRejected(answer, statement)
    if (answer.kind === 'unresolved') return answer
    try {
      const catalog = parts.catalog()
      // Texts of bodies mean what they mean to the session that runs them; what other sessions read is not theirs.
      const known = asking === ask ? (bodies?.catalog === catalog ? bodies : (bodies = { catalog, known: new Map() })).known : new Map<number, Promise<readonly Value[] | null>>()
      const major = majorOf(catalog)
      const rewritten = async (stored: Value): Promise<Rewritten> => {
        const tree = placed(stored)
        return mustBeRewritten(tree, catalog) ? rewrite(tree, catalog, await parts.views(), major) : { tree, unknown: [] }
      }
      const reader = { catalog, ask: asking, rewrite: rewritten, parse: parts.parse, known }
      const bodiesOf = async (userFunctions: readonly number[], functions: () => readonly number[]): Promise<Bodies> => {
        const found = await bodiesIn(userFunctions, reader)
        if (found.size === 0 || asking === null || !movesNames(functions(), found, catalog)) return found
        return bodiesIn(userFunctions, { ...reader, ask: null, known: new Map() })
      }
      if (answer.printed !== undefined) return await readElsewhere(answer.printed, (named) => bodiesOf(named.userFunctions, () => named.functions), catalog)
      const whole = answer.by === 'print' ? answer.trees.map((tree) => ({ tree, unknown: [] })) : await Promise.all(answer.trees.map(rewritten))
      const trees = whole.map(({ tree }) => tree)
      const found = await bodiesOf([...new Set(trees.flatMap((tree) => userFunctionsIn(tree)))], () => functionsIn(trees))
      return readAll({ by: answer.by, trees, unknown: whole.flatMap(({ unknown }) => unknown) }, found, catalog)
    } catch (error) {
      return { kind: 'unresolved', reason: error instanceof Error && error.message !== '' ? error.message : 'the target’s reading of it could not be understood' }
    }
  }

  /** As readAll, for trees that a thread reads. */
  async function readElsewhere(printed: readonly string[], bodiesFor: (named: Named) => Promise<Bodies>, catalog: Catalog): Promise<Resolved> {
    let found: Bodies = new Map()
    let functions: ReadonlyMap<number, ExpandedFunction> = new Map()
    const { queries, digest } = await treeReader.read(printed, async (named) => {
      found = await bodiesFor(named)
      const { knowledge, expanded } = knowledgeOf(catalog, found)
      functions = expanded()
      return {
        major: knowledge.major,
        // What bodies call is asked for, too.
        functions: new Map([...named.functions, ...[...functions.values()].flatMap((body) => body.queries.flatMap(({ calls }) => calls.map((call) => call.function)))].map((oid) => [oid, { builtin: knowledge.isBuiltin(oid), class: knowledge.classOf(oid) }])),
        expanded: functions,
        derived: new Map(named.relations.map((oid) => [oid, new Map((catalog.relations.get(oid)?.columns ?? []).flatMap(({ number, derivedFrom }) => (derivedFrom.length === 0 ? [] : [[number, derivedFrom] as const])))])),
        operators: new Map(named.operators.map((oid) => [oid, catalog.operators.get(oid)?.function ?? 0])),
      }
    })
    return { kind: 'resolved', queries, digest: digestOf(digest, found, catalog), by: 'print', functions }
  }

  return {
    active: () => analyser.method !== 'none' && analyser.state()?.method !== 'none',
    resolve,
    async fresh(statement, parameterTypes) {
      if (statement.sql === null) return withoutText(statement)
      try {
        await parts.refresh()
      } catch (error) {
        return { kind: 'unresolved', reason: error instanceof Error ? error.message : 'the catalogue could not be read' }
      }
      return (await find(statement, parameterTypes)).resolution
    },
    peek,
    read,
  }
}

/** What the target makes of a statement: where it refuses a text that was made shorter, of the client's own. */
export async function analyseWhole<Answer extends { readonly kind: string }>(statement: RawStatement, ask: (text: string) => Promise<Answer>): Promise<Answer> {
  const answer = await ask(statement.sql as string)
  return answer.kind === 'rejected' && statement.whole !== undefined ? ask(statement.whole) : answer
}

function weigh({ queries, functions }: Resolved): number {
  const all = [queries, ...[...functions.values()].map((body) => body.queries)].flat()
  return all.reduce((sum, { relations, calls, output, influence, flows, callFlows, fails, userTypes, unknown }) => {
    const columns = relations.reduce((count, { read, written }) => count + 4 + read.length + written.length, 0)
    const origins = [...(output ?? []), ...flows, ...callFlows].reduce((count, { from }) => count + 2 + from.length, 0)
    return sum + 8 + columns + origins + calls.length + influence.length + (fails?.from.length ?? 0) + userTypes.length + unknown.length
  }, 8)
}

/** A statement without a text of its own is nothing to the server's analyser, or has said in `unknown` why it has none. */
function withoutText(_statement: RawStatement): Resolution {
  return NOTHING
}

/** The error is the client's own only where the text is. */
function asRejected(rejected: Rejected, { depth }: RawStatement): Rejected | Unresolved {
  if (depth === 'top') return rejected
  // Written anew by us, perhaps in words that an older server does not know.
  if (rejected.fields.get('C') === '42601') return { kind: 'unresolved', reason: `the target does not take the ${depth} query as it was written out (${rejected.fields.get('M') ?? ''})` }
  const fields = new Map(rejected.fields)
  fields.delete('P')
  return { kind: 'rejected', fields }
}

interface Whole {
  readonly by: Analysed['by']
  readonly trees: readonly Value[]
  /** What is not in the trees, and would be if the target had rewritten them. */
  readonly unknown: readonly string[]
}

function majorOf(catalog: Catalog): number {
  return Math.trunc(Number(catalog.settings.get('server_version_num') ?? 0) / 10_000)
}

/** What the tree reader must know; `expanded` reads all bodies there are. */
function knowledgeOf(catalog: Catalog, bodies: Bodies): { readonly knowledge: TreeKnowledge; readonly expanded: () => ReadonlyMap<number, ExpandedFunction> } {
  const major = majorOf(catalog)
  const functions = new Map<number, ExpandedFunction>()
  const underWay = new Set<number>()
  const knowledge: TreeKnowledge = {
    major,
    isBuiltin: (oid) => catalog.functions.get(oid)?.builtin ?? oid < 16_384,
    classOf: (oid) => catalog.functions.get(oid)?.class ?? 'opaque',
    derivedFrom: (relation, attribute) => catalog.relations.get(relation)?.columnByNumber.get(attribute)?.derivedFrom ?? [],
    functionOfOperator: (oid) => catalog.operators.get(oid)?.function ?? 0,
    expanded(oid) {
      const done = functions.get(oid)
      if (done !== undefined) return done
      const trees = bodies.get(oid)
      // One that calls itself goes on for as long as it likes: what it does then is not bounded by what is read here.
      if (trees === undefined || trees === null || underWay.has(oid)) return null
      underWay.add(oid)
      const expanded: ExpandedFunction = { queries: trees.flatMap((tree) => readQueries(tree, knowledge)) }
      underWay.delete(oid)
      functions.set(oid, expanded)
      return expanded
    },
  }
  return {
    knowledge,
    expanded() {
      for (const oid of bodies.keys()) knowledge.expanded(oid)
      return functions
    },
  }
}

function readAll(answer: Whole, bodies: Bodies, catalog: Catalog): Resolved {
  const { knowledge, expanded } = knowledgeOf(catalog, bodies)
  const read = answer.trees.flatMap((tree) => readQueries(tree, knowledge))
  const queries: readonly ResolvedQuery[] = answer.unknown.length === 0 ? read : read.map((query) => ({ ...query, unknown: [...query.unknown, ...answer.unknown] }))
  return { kind: 'resolved', queries, digest: digestOf(treeDigest(answer.trees), bodies, catalog), by: answer.by, functions: expanded() }
}

/** Of the statement's trees, the bodies it runs and, for those that could not be read, which version of them. */
function digestOf(own: string, bodies: Bodies, catalog: Catalog): string {
  const whole = createHash('sha256').update(own)
  for (const [oid, trees] of [...bodies].sort(([a], [b]) => a - b)) {
    whole.update(`\n${oid} ${catalog.functions.get(oid)?.version ?? ''} ${trees === null ? '' : treeDigest(trees)}`)
  }
  return whole.digest('hex')
}
