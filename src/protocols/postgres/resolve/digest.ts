import { createHash } from 'node:crypto'
import { isNode, type Node, type Value } from './node-tree.ts'

/**
 * sha256 (hex) of trees without what does not change their meaning: where words stood in the text, and the values of plain
 * constants. Two readings of the same text are compared, so its plain constants are the same; what the server makes of them
 * need not be (`'now'::timestamp` is the time of the reading) and must not void an approval. A constant of a reg* type is a
 * name that the server looked up, and stays. A constant of an enum goes with the plain ones: who may rename its labels may as
 * well change the rows.
 */
export function treeDigest(trees: readonly Value[]): string {
  const parts: string[] = []
  for (const tree of trees) {
    write(tree, parts)
    parts.push('\n')
  }
  return createHash('sha256').update(parts.join('')).digest('hex')
}

const POSITIONS = new Set(['location', 'stmt_location', 'stmt_len', 'list_start', 'list_end', 'queryId'])

/** Oids of the reg* types and of their arrays, as in pg_type.dat. */
const NAMES = new Set([
  '24', '2202', '2203', '2204', '2205', '2206', '3734', '3769', '4089', '4096', '4191',
  '1008', '2207', '2208', '2209', '2210', '2211', '3735', '3770', '4090', '4097', '4192',
])

function write(value: Value, parts: string[]): void {
  if (value === null) parts.push('<>')
  // Every text with its length: no two trees are written alike.
  else if (typeof value === 'string') parts.push(`${value.length}:`, value)
  else if (isNode(value)) writeNode(value, parts)
  else {
    parts.push('(')
    for (const item of value) write(item, parts)
    parts.push(')')
  }
}

function writeNode(node: Node, parts: string[]): void {
  const isPlain = node.type === 'CONST' && !NAMES.has(String(node.fields.get('consttype')))
  parts.push('{', node.type)
  for (const [name, value] of node.fields) {
    if (POSITIONS.has(name) || (isPlain && name === 'constvalue')) continue
    parts.push(' ', name, ' ')
    write(value, parts)
  }
  parts.push('}')
}
