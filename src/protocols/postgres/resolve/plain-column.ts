import { isTrue, nodeAt, nodesOf, numberOf } from './lineage-fields.ts'
import type { Node } from './node-tree.ts'
import type { BaseColumn } from './resolution.ts'

/** Deeper than any view of a view of a view that somebody wrote. */
const MAX_DEPTH = 64

/**
 * The column whose value an expression is, as it is stored: through subqueries, views, joins, groupings and WITH parts, and
 * casts that keep the bytes. Null for anything that is made of one or put together from several (UNION, COALESCE, any
 * function). `queries`: the query the expression stands in, then those around it.
 */
export function plainColumn(expression: Node | null, queries: readonly Node[], depth = 0): BaseColumn | null {
  if (expression === null || depth > MAX_DEPTH) return null
  if (expression.type === 'RELABELTYPE') return plainColumn(nodeAt(expression, 'arg'), queries, depth + 1)
  if (expression.type !== 'VAR') return null
  const around = queries.slice(numberOf(expression, 'varlevelsup'))
  const [query] = around
  const attribute = numberOf(expression, 'varattno')
  const entry = query && nodesOf(query, 'rtable')[numberOf(expression, 'varno') - 1]
  if (entry === undefined || attribute <= 0) return null
  switch (numberOf(entry, 'rtekind')) {
    case RELATION: return { relation: numberOf(entry, 'relid'), attribute }
    case SUBQUERY: {
      const inner = nodeAt(entry, 'subquery')
      return inner && columnOf(inner, attribute, around, depth)
    }
    case JOIN: return plainColumn(nodesOf(entry, 'joinaliasvars', 'keep')[attribute - 1] ?? null, around, depth + 1)
    case GROUP: return plainColumn(nodesOf(entry, 'groupexprs', 'keep')[attribute - 1] ?? null, around, depth + 1)
    case CTE: {
      const holders = around.slice(numberOf(entry, 'ctelevelsup'))
      const name = entry.fields.get('ctename')
      const part = holders[0] && nodesOf(holders[0], 'cteList').find((one) => one.fields.get('ctename') === name)
      const inner = part === undefined || isTrue(part, 'cterecursive') ? null : nodeAt(part, 'ctequery')
      return inner && columnOf(inner, attribute, holders, depth)
    }
    default: return null
  }
}

/** RTEKind, src/include/nodes/parsenodes.h. */
const RELATION = 0
const SUBQUERY = 1
const JOIN = 2
const CTE = 6
const GROUP = 9
/** CmdType of a SELECT. */
const SELECT = '1'

function columnOf(query: Node, resno: number, around: readonly Node[], depth: number): BaseColumn | null {
  // The list of a UNION speaks of its first part only.
  if (nodeAt(query, 'setOperations') !== null) return null
  const list = nodesOf(query, query.fields.get('commandType') === SELECT ? 'targetList' : 'returningList')
  const entry = list.find((one) => numberOf(one, 'resno') === resno)
  return entry === undefined ? null : plainColumn(nodeAt(entry, 'expr'), [query, ...around], depth + 1)
}
