import { isNode, type Node, type Value } from './node-tree.ts'

// Fields of a node, taken leniently: what is not there is empty. Whether a tree has fields that nobody knows is read-query.ts' question.

export function nodeAt(node: Node, field: string): Node | null {
  const value = node.fields.get(field)
  return isNode(value) ? value : null
}

export function listOf(node: Node | null, field: string): readonly Value[] {
  const value = node?.fields.get(field)
  return Array.isArray(value) ? value : []
}

export function nodesOf(node: Node, field: string): readonly Node[]
/** `keep`: a place without a node (the alias of a dropped column) stays as null. */
export function nodesOf(node: Node, field: string, places: 'keep'): readonly (Node | null)[]
export function nodesOf(node: Node, field: string, places?: 'keep'): readonly (Node | null)[] {
  const list = listOf(node, field)
  return places === 'keep' ? list.map((one) => (isNode(one) ? one : null)) : list.filter(isNode)
}

/** 0 where there is none. */
export function numberOf(node: Node, field: string): number {
  const value = node.fields.get(field)
  return typeof value === 'string' ? Number(value) || 0 : 0
}

export function isTrue(node: Node, field: string): boolean {
  return node.fields.get(field) === 'true'
}
