import { type Catalog, FIRST_USER_OID } from '../catalog.ts'
import { isNode, type Node, readNodeTree, type Value } from './node-tree.ts'

// What the target's rewriter does to a tree, for trees that did not go through it: bodies of functions, which are stored as
// analysed. Views are put in place as it does (ApplyRetrieveRule in src/backend/rewrite/rewriteHandler.c); what is not done
// here, rules and row security, is said.

/** The query behind a view, as stored. */
export interface ViewTree {
  /** Text of pg_rewrite.ev_action. */
  readonly action: string
  readonly owner: number
  readonly securityInvoker: boolean
  readonly securityBarrier: boolean
}

export type ViewTrees = ReadonlyMap<number, ViewTree>

export interface Rewritten {
  readonly tree: Value
  /** What the rewriter would have done besides. */
  readonly unknown: readonly string[]
}

/** Views of views of views. The server itself stops at its stack's end. */
const MAX_DEPTH = 32
/** A view in a view in a view, twice each time, is a million: nobody reads that. */
const MAX_VIEWS = 1_000

export function rewrite(tree: Value, catalog: Catalog, views: ViewTrees, major: number): Rewritten {
  const unknown = new Set<string>()
  let count = 0

  function walk(value: Value, inside: readonly number[]): Value {
    if (Array.isArray(value)) return value.map((item: Value) => walk(item, inside))
    if (!isNode(value)) return value
    if (value.type === 'QUERY') lookAtTarget(value)
    const replaced = isRelation(value) ? relation(value, inside) : value
    if (replaced !== value) return replaced
    return { type: value.type, fields: new Map([...value.fields].map(([name, part]) => [name, walk(part, inside)])) }
  }

  /** What is written to: rules and row security have something to say about it. */
  function lookAtTarget(query: Node): void {
    const index = Number(query.fields.get('resultRelation') ?? 0)
    const table = query.fields.get('rtable')
    const target = index > 0 && Array.isArray(table) ? (table[index - 1] as Value) : null
    if (!isNode(target)) return
    const found = catalog.relations.get(Number(target.fields.get('relid') ?? 0))
    if (found === undefined) return
    if (found.kind === 'v') unknown.add(`what writing to the view ${found.schema}.${found.name} does cannot be asked there`)
    else if (found.rules.some((rule) => rule.event !== 'select')) unknown.add(`what the rules of ${found.schema}.${found.name} make of it cannot be asked there`)
  }

  function relation(entry: Node, inside: readonly number[]): Node {
    const oid = Number(entry.fields.get('relid') ?? 0)
    const found = catalog.relations.get(oid)
    if (found?.rowSecurity === true) unknown.add(`what the row security of ${found.schema}.${found.name} adds cannot be asked there`)
    if (entry.fields.get('relkind') !== 'v') return entry
    // Old versions keep the view itself among its relations, for rules that nobody writes on SELECT.
    if (inside.includes(oid)) return entry
    const view = views.get(oid)
    if (view === undefined || inside.length >= MAX_DEPTH || ++count > MAX_VIEWS) {
      unknown.add(`view ${found === undefined ? oid : `${found.schema}.${found.name}`} could not be read`)
      return entry
    }
    const stored = readNodeTree(view.action)
    const query = Array.isArray(stored) ? (stored[0] as Value) : stored
    if (!isNode(query)) {
      unknown.add(`view ${oid} could not be read`)
      return entry
    }
    const asOwner = view.securityInvoker ? query : (checkedAs(query, String(view.owner)) as Node)
    return subquery(entry, walk(major < 16 ? permissionsOf(entry, asOwner) : asOwner, [...inside, oid]), view, major)
  }

  return { tree: walk(tree, []), unknown: [...unknown] }
}

function isRelation(node: Node): boolean {
  return (node.type === 'RANGETBLENTRY' || node.type === 'RTE') && node.fields.get('rtekind') === '0' && Number(node.fields.get('relid') ?? 0) > 0
}

/** Until 15 a range table entry carries its permissions, and has no relation any more once it is a subquery. */
function subquery(entry: Node, query: Value, view: ViewTree, major: number): Node {
  // In the order in which the target writes them, so that both ways give the same digest.
  const kind: readonly [string, Value][] = [['rtekind', '1'], ['subquery', query], ['security_barrier', view.securityBarrier ? 'true' : 'false']]
  const fields = new Map([...entry.fields].flatMap((field): readonly [string, Value][] => (field[0] === 'rtekind' ? kind : field[0] === 'tablesample' ? [] : [field])))
  fields.set('inh', 'false')
  if (major < 16) {
    for (const name of ['relid', 'relkind', 'rellockmode']) fields.delete(name)
    for (const name of COLUMN_SETS) if (fields.has(name)) fields.set(name, [])
    fields.set('requiredPerms', '0')
    fields.set('checkAsUser', '0')
  }
  return { type: entry.type, fields }
}

const COLUMN_SETS = ['selectedCols', 'insertedCols', 'updatedCols', 'extraUpdatedCols']

/** They go to the first entry of the view's own table, which stands for the view. */
function permissionsOf(entry: Node, query: Node): Node {
  const table = query.fields.get('rtable')
  const [old, ...rest] = Array.isArray(table) ? (table as readonly Value[]) : []
  if (!isNode(old)) return query
  const moved: Node = { type: old.type, fields: new Map([...old.fields, ...['requiredPerms', 'checkAsUser', ...COLUMN_SETS].flatMap((name): [string, Value][] => (entry.fields.has(name) ? [[name, entry.fields.get(name) as Value]] : []))]) }
  return { type: query.type, fields: new Map([...query.fields, ['rtable', [moved, ...rest]]]) }
}

/** Whose rights count inside: everywhere the owner's (setRuleCheckAsUser). */
function checkedAs(value: Value, owner: string): Value {
  if (Array.isArray(value)) return value.map((item: Value) => checkedAs(item, owner))
  if (!isNode(value)) return value
  return { type: value.type, fields: new Map([...value.fields].map(([name, part]) => [name, name === 'checkAsUser' ? owner : checkedAs(part, owner)])) }
}

/**
 * A tree as if it were printed: since 17 a stored one has lost where its parts stood in the text, which is what tells them
 * from those that the rewriter adds.
 */
export function placed(value: Value): Value {
  if (Array.isArray(value)) return value.map(placed)
  if (!isNode(value)) return value
  return { type: value.type, fields: new Map([...value.fields].map(([name, part]) => [name, name === 'location' && part === '-1' ? '0' : placed(part)])) }
}

/** Whether a tree holds anything that the rewriter would touch: most bodies do not. */
export function mustBeRewritten(value: Value, catalog: Catalog): boolean {
  if (Array.isArray(value)) return value.some((item: Value) => mustBeRewritten(item, catalog))
  if (!isNode(value)) return false
  if (isRelation(value)) {
    const oid = Number(value.fields.get('relid'))
    if (value.fields.get('relkind') === 'v') return true
    if (oid >= FIRST_USER_OID) {
      const found = catalog.relations.get(oid)
      if (found === undefined || found.rowSecurity || found.rules.length > 0) return true
    }
  }
  for (const part of value.fields.values()) if (mustBeRewritten(part, catalog)) return true
  return false
}
