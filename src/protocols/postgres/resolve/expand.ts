import { type Catalog, type CatalogFunction, FIRST_USER_OID } from '../catalog.ts'
import type { FunctionClass } from '../functions.ts'
import type { RawStatement } from '../raw.ts'
import type { Analysis } from './analysis.ts'
import { callsOf } from './calls.ts'
import { isNode, readNodeTree, type Value } from './node-tree.ts'
import { userFunctionsIn } from './read-query.ts'
import type { Rewritten } from './views.ts'

// Bodies of functions written in SQL, as trees: what a call of them reads and writes. A body that is not certain to mean the
// same when it runs as when it is read here stays unread, and its function opaque.

/** Trees of the bodies by function oid; null: it cannot be read. Every user function that is met has an entry. */
export type Bodies = ReadonlyMap<number, readonly Value[] | null>

export type Ask = (text: string, parameterTypes: readonly number[]) => Promise<Analysis>

export interface BodyReader {
  readonly catalog: Catalog
  /** Null: bodies that are texts cannot be read here. */
  readonly ask: Ask | null
  /** For trees that are not rewritten. */
  readonly rewrite: (tree: Value) => Promise<Rewritten>
  readonly parse: (text: Buffer) => readonly RawStatement[] | Promise<readonly RawStatement[]>
  /** Bodies read already, of this reading of the catalogue and this way of asking. */
  readonly known: Map<number, Promise<readonly Value[] | null>>
}

/** Calls within calls within calls. */
const MAX_DEPTH = 8
const MAX_FUNCTIONS = 64
const MAX_STATEMENTS = 16
/** Arguments written by name, each of which is one more question. */
const MAX_NAMED = 64

/** Bodies of these functions, and of those that are called in them, and so on. */
export async function bodiesIn(called: readonly number[], reader: BodyReader): Promise<Bodies> {
  const bodies = new Map<number, readonly Value[] | null>()
  let due = [...called]
  for (let depth = 0; due.length > 0; depth++) {
    const next = new Set<number>()
    for (const oid of due) {
      const body = depth < MAX_DEPTH && bodies.size < MAX_FUNCTIONS ? await bodyOf(oid, reader) : null
      bodies.set(oid, body)
      for (const tree of body ?? []) for (const inner of userFunctionsIn(tree)) if (!bodies.has(inner)) next.add(inner)
      // The steps of an aggregate.
      for (const inner of reader.catalog.functions.get(oid)?.calls ?? []) if (inner >= FIRST_USER_OID && !bodies.has(inner)) next.add(inner)
    }
    due = [...next].filter((oid) => !bodies.has(oid))
  }
  return bodies
}

/** Classes of functions that may move the path, or make something, before the next function of the same statement is begun. */
const MOVES: ReadonlySet<FunctionClass> = new Set(['guc', 'dynamic_sql', 'opaque'])

/**
 * Whether something in the statement may change what names mean while it runs (`SELECT set_config('search_path', ..), f()`):
 * bodies that are texts are looked up only then, so they do not mean what was read of them before.
 */
export function movesNames(called: readonly number[], bodies: Bodies, catalog: Catalog): boolean {
  return [...called, ...functionsIn([...bodies.values()].flatMap((body) => body ?? []))].some((called) => {
    const found = catalog.functions.get(called)
    // An aggregate is its steps.
    return (found?.kind === 'a' && found.calls.length > 0 ? found.calls : [called]).some((oid) => {
      const isRead = (bodies.get(oid) ?? null) !== null
      return oid !== 0 && !isRead && MOVES.has(catalog.functions.get(oid)?.class ?? 'opaque')
    })
  })
}

/** Oids of all functions that trees call, the target's own included. */
export function functionsIn(trees: readonly Value[]): readonly number[] {
  const found = new Set<number>()
  const due: Value[] = [...trees]
  for (let value = due.pop(); value !== undefined; value = due.pop()) {
    if (isNode(value)) {
      for (const call of callsOf(value)) found.add(call.function)
      for (const field of value.fields.values()) due.push(field)
    } else if (Array.isArray(value)) for (const item of value as readonly Value[]) due.push(item)
  }
  return [...found]
}

function bodyOf(oid: number, reader: BodyReader): Promise<readonly Value[] | null> {
  let known = reader.known.get(oid)
  if (known === undefined) {
    const found = reader.catalog.functions.get(oid)
    known = found === undefined ? Promise.resolve(null) : readBody(found, reader).catch(() => null)
    reader.known.set(oid, known)
  }
  return known
}

async function readBody(found: CatalogFunction, reader: BodyReader): Promise<readonly Value[] | null> {
  const { catalog } = reader
  const { sql } = found
  if (found.kind !== 'f' || found.language !== 'sql' || sql === null) return null
  // The result is cast to what the function returns, by a cast that is in no tree.
  if (catalog.unaskedCasts.length > 0) return null
  if (sql.tree !== null) {
    const trees = await rewriteAll(listOf(readNodeTree(sql.tree)), reader)
    // Settings and rights of its own hold for what it calls, too, and the bodies of those are read with the caller's.
    const isApart = found.securityDefiner || found.config.length > 0
    return isApart && trees?.some((tree) => userFunctionsIn(tree).length > 0) === true ? null : trees
  }
  // Its names are looked up when it runs: with the rights and the path of whoever calls it, unless it brings its own.
  if (sql.source === null || reader.ask === null || found.securityDefiner || found.config.length > 0) return null
  // What `anyelement` is depends on the call.
  if (found.argumentTypes.some((type) => catalog.types.get(type)?.kind === 'p')) return null
  const statements = await reader.parse(Buffer.from(sql.source))
  if (statements.length > MAX_STATEMENTS) return null
  const names = argumentNames(found)
  const trees: Value[] = []
  for (const { sql: text, action } of statements) {
    if (text === null) return null
    const answer = await askNaming(text, found, names, reader.ask)
    // A later statement may use what this one makes.
    if (answer.kind !== 'trees' || answer.printed !== undefined || action === 'create') return null
    const done = answer.by === 'print' ? answer.trees : await rewriteAll(answer.trees, reader)
    if (done === null) return null
    trees.push(...done)
  }
  return trees
}

async function rewriteAll(trees: readonly Value[], reader: BodyReader): Promise<readonly Value[] | null> {
  const done = await Promise.all(trees.map((tree) => reader.rewrite(tree)))
  return done.some(({ unknown }) => unknown.length > 0) ? null : done.map(({ tree }) => tree)
}

/**
 * In a body an argument may stand by its name, where no column has that name. The target is asked without the names: what it
 * says is no column, at that very place, is the argument.
 */
async function askNaming(text: string, found: CatalogFunction, names: readonly string[], ask: Ask): Promise<Analysis> {
  let now = text
  for (let turn = 0; ; turn++) {
    const answer = await ask(now, found.argumentTypes)
    if (answer.kind !== 'rejected' || turn >= MAX_NAMED) return answer
    const code = answer.fields.get('C')
    if (code !== '42703' && code !== '42P01') return answer
    const named = argumentAt(now, Number(answer.fields.get('P')), found.name, names)
    if (named === null) return answer
    now = `${now.slice(0, named.start)}$${named.number}${now.slice(named.end)}`
  }
}

/** `position` counts characters (not UTF-16 units) from 1. */
function argumentAt(text: string, position: number, functionName: string, names: readonly string[]): { readonly start: number; readonly end: number; readonly number: number } | null {
  if (!Number.isInteger(position) || position < 1) return null
  const start = [...text].slice(0, position - 1).join('').length
  const first = wordAt(text, start)
  if (first === null) return null
  const dot = text[first.end] === '.' ? wordAt(text, first.end + 1) : null
  // `f.x` is the argument x of the function f; any other name with a dot is not ours to understand.
  if (text[first.end] === '.' && (dot === null || first.name !== functionName || text[dot.end] === '.' || text[dot.end] === '(')) return null
  const word = dot ?? first
  const number = names.indexOf(word.name) + 1
  return number > 0 && names.lastIndexOf(word.name) === number - 1 ? { start, end: word.end, number } : null
}

function wordAt(text: string, start: number): { readonly name: string; readonly end: number } | null {
  const match = /^(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))/.exec(text.slice(start, start + 256))
  if (match === null) return null
  const [whole, inQuotes, plain = ''] = match
  return { name: inQuotes === undefined ? plain.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : inQuotes.replaceAll('""', '"'), end: start + whole.length }
}

/** Names of the input arguments, in order; empty where they have none. */
function argumentNames({ sql }: CatalogFunction): readonly string[] {
  if (sql === null) return []
  if (sql.argumentModes.length === 0) return sql.argumentNames
  return sql.argumentNames.filter((_, at) => ['i', 'b', 'v'].includes(sql.argumentModes[at] ?? 'i'))
}

/** A body is `((QUERY QUERY ..))` for BEGIN ATOMIC, and one QUERY for RETURN; as lists of one query each, like the target's printed ones. */
function listOf(tree: Value): readonly Value[] {
  if (isNode(tree)) return [[tree]]
  return Array.isArray(tree) ? tree.flatMap((item: Value) => listOf(item)) : []
}
