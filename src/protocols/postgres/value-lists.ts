import { listOf, nodeName, stringsOf, treeOf, type Tree } from './tree.ts'

// Lists of VALUES with very many rows mean what a few of them mean: the target's analyser takes each column for itself and looks
// at the kind of a plain constant, not at which one it is. Its tree of a list of thousands is many megabytes.

/** Lists of so many rows stay as they are. */
export const SHORT_LIST = 16

/**
 * The statement with its long lists of rows made short: left out is every row of plain constants of which each column has a
 * constant of the same kind in an earlier row that stays. Rows with anything else (a parameter, a call, an operator) stay all.
 * Null: it has no row to leave out.
 *
 * What the rows left out may still do is be refused for their value (`'x'` in a column of integers), by the target, when they run.
 */
export function withShortLists(statement: unknown): unknown {
  const short = shorten(statement)
  return short === statement ? null : short
}

function shorten(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(shorten)
    return items.every((item, at) => item === value[at]) ? value : items
  }
  if (typeof value !== 'object' || value === null || nodeName(value) === 'A_Const') return value
  let changed: Record<string, unknown> | undefined
  for (const [name, part] of Object.entries(value)) {
    const next = name === 'valuesLists' ? rowsOf(listOf(part)) : shorten(part)
    if (next !== part) (changed ??= { ...value })[name] = next
  }
  return changed ?? value
}

function rowsOf(rows: readonly unknown[]): readonly unknown[] {
  if (rows.length <= SHORT_LIST) return shorten(rows) as readonly unknown[]
  const seen = new Set<string>()
  const kept = rows.filter((row, at) => {
    const kinds = listOf(treeOf(treeOf(row)['List'])['items']).map(kindOf)
    // One row alone is another tree than two.
    if (kinds.includes(null) || at < 2) return true
    let isNew = false
    for (const [column, kind] of kinds.entries()) {
      const key = `${column} ${kind}`
      if (!seen.has(key)) isNew = true
      seen.add(key)
    }
    return isNew
  })
  return kept.length === rows.length ? (shorten(rows) as readonly unknown[]) : (shorten(kept) as readonly unknown[])
}

/** What the analyser makes of a constant, whichever it is; null: no plain one. */
function kindOf(item: unknown): string | null {
  const name = nodeName(item)
  if (name === 'SetToDefault') return 'default'
  if (name === 'A_Const') return constantKind(treeOf(treeOf(item)[name]))
  if (name !== 'TypeCast') return null
  const { arg, typeName } = treeOf(treeOf(item)[name])
  if (nodeName(arg) !== 'A_Const') return null
  const kind = constantKind(treeOf(treeOf(arg)['A_Const']))
  const type = plainType(treeOf(typeName))
  return kind === null || type === null ? null : `${kind} ${type}`
}

function constantKind(constant: Tree): string | null {
  if (constant['isnull'] === true) return 'null'
  if (constant['sval'] !== undefined) return 'string'
  if (constant['boolval'] !== undefined) return 'bool'
  if (constant['ival'] !== undefined) return 'int4'
  const number = treeOf(constant['fval'])['fval']
  if (typeof number !== 'string') return null
  if (/^-?\d+\.?\d*(e[-+]?\d+)?$/i.test(number) && /[.e]/i.test(number)) return 'numeric'
  if (!/^-?\d{1,40}$/.test(number)) return null
  const value = BigInt(number)
  return value >= -(2n ** 31n) && value < 2n ** 31n ? 'int4' : value >= -(2n ** 63n) && value < 2n ** 63n ? 'int8' : 'numeric'
}

/** Types of which no value is a name of something (`'users'::regclass` is one). */
const PLAIN_TYPES: ReadonlySet<string> = new Set([
  'bool', 'int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'text', 'varchar', 'bpchar', 'bytea', 'uuid', 'json', 'jsonb', 'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval', 'inet',
])

function plainType({ names, typmods, arrayBounds, setof, pct_type: ofColumn }: Tree): string | null {
  const parts = stringsOf(names)
  const name = parts.at(-1) ?? ''
  if (!PLAIN_TYPES.has(name) || parts.length > 2 || (parts.length === 2 && parts[0] !== 'pg_catalog') || setof === true || ofColumn === true || arrayBounds !== undefined) return null
  const modifiers = listOf(typmods)
  const words = parts.length === 1 ? name : parts.join('.')
  return modifiers.length === 0 ? words : `${words} ${JSON.stringify(modifiers.map((typmod) => treeOf(treeOf(treeOf(typmod)['A_Const'])['ival'])['ival'] ?? typmod))}`
}
