import { parentPort } from 'node:worker_threads'
import type { FunctionClass } from '../functions.ts'
import { callsOf } from './calls.ts'
import { isNode, readNodeTree, unfold, type Value } from './node-tree.ts'
import { readQueries, treeDigest, userFunctionsIn } from './read-query.ts'
import type { ExpandedFunction, ResolvedQuery, TreeKnowledge } from './resolution.ts'

// Reads trees that are too long to be read where everybody else waits: an INSERT of thousands of rows takes a while.

/** What must be known of the catalogue to read one tree, cut out for it. */
export interface KnowledgeTables {
  readonly major: number
  readonly functions: ReadonlyMap<number, { readonly builtin: boolean; readonly class: FunctionClass }>
  readonly expanded: ReadonlyMap<number, ExpandedFunction>
  /** Of every relation of the tree: what its generated columns are computed from. */
  readonly derived: ReadonlyMap<number, ReadonlyMap<number, readonly number[]>>
  readonly operators: ReadonlyMap<number, number>
}

/** Oids that stand in the trees. */
export interface Named {
  readonly userFunctions: readonly number[]
  readonly functions: readonly number[]
  readonly relations: readonly number[]
  readonly operators: readonly number[]
}

export interface Read {
  readonly queries: readonly ResolvedQuery[]
  /** See treeDigest. */
  readonly digest: string
}

export type TreeRequest =
  | { readonly id: number; readonly step: 'open'; readonly printed: readonly string[] }
  | { readonly id: number; readonly step: 'read'; readonly tables: KnowledgeTables }

export type TreeAnswer = { readonly id: number } & ({ readonly named: Named } | { readonly read: Read } | { readonly failed: string })

const trees = new Map<number, readonly Value[]>()

parentPort?.on('message', (request: TreeRequest) => {
  parentPort?.postMessage(answer(request))
})

function answer(request: TreeRequest): TreeAnswer {
  const { id } = request
  try {
    if (request.step === 'open') {
      // One at a time: what was opened and never read is let go of.
      trees.clear()
      const opened = request.printed.map((text) => readNodeTree(unfold(text)))
      trees.set(id, opened)
      return { id, named: namedIn(opened) }
    }
    const opened = trees.get(id)
    trees.delete(id)
    if (opened === undefined) return { id, failed: 'its reading was given up' }
    const knowledge = knowledgeOf(request.tables)
    return { id, read: { queries: opened.flatMap((tree) => readQueries(tree, knowledge)), digest: treeDigest(opened) } }
  } catch (error) {
    return { id, failed: error instanceof Error ? error.message : 'unknown fault' }
  }
}

function namedIn(values: readonly Value[]): Named {
  const functions = new Set<number>()
  const relations = new Set<number>()
  const operators = new Set<number>()
  const due: Value[] = [...values]
  for (let value = due.pop(); value !== undefined; value = due.pop()) {
    if (isNode(value)) {
      for (const call of callsOf(value)) {
        functions.add(call.function)
        if (call.operator !== undefined) operators.add(call.operator)
      }
      for (const [name, field] of value.fields) {
        if (typeof field === 'object' && field !== null) due.push(field)
        else if (typeof field !== 'string') continue
        else if (name === 'relid') relations.add(Number(field))
        else if (name === 'eqop' || name === 'sortop' || name === 'cycle_mark_neop') operators.add(Number(field))
      }
    } else if (Array.isArray(value)) for (const item of value as readonly Value[]) due.push(item)
  }
  return { userFunctions: [...new Set(values.flatMap((tree) => userFunctionsIn(tree)))], functions: [...functions], relations: [...relations], operators: [...operators] }
}

function knowledgeOf({ major, functions, expanded, derived, operators }: KnowledgeTables): TreeKnowledge {
  return {
    major,
    isBuiltin: (oid) => functions.get(oid)?.builtin ?? oid < 16_384,
    classOf: (oid) => functions.get(oid)?.class ?? 'opaque',
    expanded: (oid) => expanded.get(oid) ?? null,
    derivedFrom(relation, attribute) {
      const columns = derived.get(relation)
      // Nothing is assumed of a relation that nobody saw in the tree.
      if (columns === undefined) throw new Error('a relation in it was not expected')
      return columns.get(attribute) ?? []
    },
    functionOfOperator: (oid) => operators.get(oid) ?? 0,
  }
}
