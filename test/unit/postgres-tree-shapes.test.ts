import { describe, expect, it } from 'vitest'
import { isNode, readNodeTree, type Value } from '../../src/protocols/postgres/resolve/node-tree.ts'
import { MAJORS, shapesOf } from '../../src/protocols/postgres/resolve/node-shapes.ts'
import { storedTrees } from '../support/query-trees.ts'

/** `TYPE` and `TYPE.field` of everything that the stored trees of a version hold. */
function seenIn(major: number): ReadonlySet<string> {
  const seen = new Set<string>()
  const due: Value[] = storedTrees(major).trees.filter(({ name }) => name !== 'utility' && name !== 'rule_notify').map(({ tree }) => readNodeTree(tree ?? ''))
  for (let value = due.pop(); value !== undefined; value = due.pop()) {
    if (isNode(value)) {
      seen.add(value.type)
      for (const [name, field] of value.fields) {
        seen.add(`${value.type}.${name}`)
        if (field !== null) due.push(field)
      }
    } else if (Array.isArray(value)) due.push(...(value as readonly Value[]).filter((item) => item !== null))
  }
  return seen
}

/** Known from the headers alone: no statement that was tried brings them to a rewritten tree. */
const NEVER_SEEN = ['COERCETODOMAINVALUE', 'SETTODEFAULT']

describe.each(MAJORS)('what is known of the trees of Postgres %i', (major) => {
  const shapes = shapesOf(major)
  const seen = seenIn(major)

  it('is every node and field in them', () => {
    const known = [...(shapes ?? [])].flatMap(([type, shape]) => [type, ...[...shape.keys()].map((field) => `${type}.${field}`)])
    expect([...seen].filter((one) => !known.includes(one))).toEqual([])
  })

  it('was seen in one of them, but for what is listed', () => {
    const unseen: string[] = []
    for (const [type, shape] of shapes ?? []) {
      if (!seen.has(type)) unseen.push(type)
      else for (const field of shape.keys()) if (!seen.has(`${type}.${field}`)) unseen.push(`${type}.${field}`)
    }
    expect(unseen.sort()).toEqual(NEVER_SEEN)
  })

  it('says which fields hold nodes, and no other does', () => {
    const wrong: string[] = []
    const due: Value[] = storedTrees(major).trees.filter(({ name }) => name !== 'utility' && name !== 'rule_notify').map(({ tree }) => readNodeTree(tree ?? ''))
    for (let value = due.pop(); value !== undefined; value = due.pop()) {
      if (Array.isArray(value)) due.push(...(value as readonly Value[]).filter((item) => item !== null))
      if (!isNode(value)) continue
      for (const [name, field] of value.fields) {
        const role = shapes?.get(value.type)?.get(name)?.role
        if (isNode(field) && role !== 'walk' && role !== 'aliases') wrong.push(`${value.type}.${name}`)
        if (field !== null) due.push(field)
      }
    }
    expect(wrong).toEqual([])
  })
})

it('is nothing for a version that nobody looked at', () => {
  expect([shapesOf(13), shapesOf(19)]).toEqual([null, null])
})
