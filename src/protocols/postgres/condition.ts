import { listOf, nodeName, treeOf } from './tree.ts'

/**
 * True when a condition picks no rows by their values: absent, a constant, `1 = 1`, `$1 = $1`, `id = id`, `id IS NOT NULL`,
 * or any OR with such an arm. It errs towards true: a condition it takes for unbounded goes to a human, and what it
 * cannot see (`id > 0`) is for the measured count.
 */
export function isRowIndependent(condition: unknown): boolean {
  if (condition === undefined) return true
  const name = nodeName(condition)
  if (name === 'BoolExpr') {
    const expression = treeOf(treeOf(condition)['BoolExpr'])
    const arms = listOf(expression['args'])
    if (expression['boolop'] === 'AND_EXPR') return arms.every(isRowIndependent)
    if (expression['boolop'] === 'OR_EXPR') return arms.some(isRowIndependent)
    return arms.every(isRowIndependent)
  }
  if (name === 'A_Expr') {
    const { lexpr, rexpr } = treeOf(treeOf(condition)['A_Expr'])
    if (lexpr !== undefined && rexpr !== undefined && shape(lexpr) === shape(rexpr)) return true
  }
  if (name === 'NullTest' && treeOf(treeOf(condition)['NullTest'])['nulltesttype'] === 'IS_NOT_NULL') return true
  return !mentionsRow(condition)
}

function mentionsRow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(mentionsRow)
  for (const [key, inner] of Object.entries(value)) if (key === 'ColumnRef' || key === 'CurrentOfExpr' || mentionsRow(inner)) return true
  return false
}

/** The tree without its positions in the text. */
function shape(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => (key === 'location' || key === 'rexpr_list_start' || key === 'rexpr_list_end' ? undefined : inner))
}
