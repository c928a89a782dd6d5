import { describe, expect, it } from 'vitest'
import { trace } from '../../src/protocols/postgres/resolve/lineage.ts'
import { isNode, type Node, readNodeTree, type Value } from '../../src/protocols/postgres/resolve/node-tree.ts'
import type { TreeKnowledge } from '../../src/protocols/postgres/resolve/resolution.ts'
import { MAJORS, storedTrees } from '../support/query-trees.ts'

const knowing = (major: number): TreeKnowledge => ({ major, expanded: () => null, isBuiltin: (oid) => oid < 16_384, classOf: () => 'pure', derivedFrom: () => [] })

function queriesOf(tree: string): readonly Node[] {
  const value = readNodeTree(tree)
  return (Array.isArray(value) ? value : [value]).filter(isNode).filter(({ type }) => type === 'QUERY')
}

/** Every node below, itself included. */
function* nodesIn(value: Value | undefined): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* nodesIn(one)
  if (!isNode(value)) return
  yield value
  for (const field of value.fields.values()) yield* nodesIn(field)
}

describe.each(MAJORS)('lineage of the stored trees of Postgres %i', (major) => {
  const stored = storedTrees(major).trees.filter(({ tree }) => tree !== null)

  it.each(stored)('reads $name', ({ tree }) => {
    for (const query of queriesOf(tree as string)) {
      const traces = trace(query, knowing(major))
      expect(traces.has(query)).toBe(true)
      for (const { output, influence, flows } of traces.values()) {
        for (const { from } of [...(output ?? []), ...flows]) for (const column of from) expect(column.relation).toBeGreaterThan(0)
        expect(influence.every(({ relation }) => relation > 0)).toBe(true)
      }
    }
  })

  it('finds nothing in them that it takes for a broken tree', () => {
    const broken: string[] = []
    for (const { name, tree } of stored) {
      for (const query of queriesOf(tree as string)) {
        for (const { output, influenceOpaque, flows } of trace(query, knowing(major)).values()) {
          const why = [influenceOpaque, ...[...(output ?? []), ...flows].map(({ opaque }) => opaque)].filter((reason) => reason !== null && /tree|kind that is not known/.test(reason))
          if (why.length > 0) broken.push(`${name}: ${why[0]}`)
        }
      }
    }
    expect(broken).toEqual([])
  })

  it('knows the type of every output column but arrays of a subquery', () => {
    const unknown = stored.filter(({ name, tree }) => name !== 'array_sublink' && queriesOf(tree as string).some((query) => trace(query, knowing(major)).get(query)?.output?.some(({ type }) => type === 0)))
    expect(unknown.map(({ name }) => name)).toEqual([])
  })

  it('says something, and throws nothing, whichever node is missing', () => {
    for (const { tree } of stored) {
      for (const query of queriesOf(tree as string)) {
        // Takes each field of each node away in turn, for a few nodes of each tree.
        const nodes = [...nodesIn(query)]
        for (let at = 0; at < nodes.length; at += 1 + Math.floor(nodes.length / 12)) {
          const node = nodes[at] as Node
          const fields = node.fields as Map<string, Value>
          for (const [field, value] of [...fields]) {
            fields.set(field, null)
            expect(trace(query, knowing(major)).has(query)).toBe(true)
            fields.set(field, value)
          }
        }
      }
    }
  }, 60_000)
})

describe('a tree that is made to be hard', () => {
  const variable = (varno: number, attribute = 1, up = 0): string => `{VAR :varno ${varno} :varattno ${attribute} :vartype 23 :varlevelsup ${up}}`
  const target = (expression: string): string => `({TARGETENTRY :expr ${expression} :resno 1 :resname x :ressortgroupref 0 :resjunk false})`
  const table = '{RANGETBLENTRY :rtekind 0 :relid 100 :relkind r}'
  const query = (range: string, expression: string, from = '<>'): string => `{QUERY :commandType 1 :resultRelation 0 :cteList <> :rtable (${range}) :jointree {FROMEXPR :fromlist ${from} :quals <>} :targetList ${target(expression)} :setOperations <>}`
  const read = (text: string) => {
    const tree = readNodeTree(text) as Node
    return trace(tree, knowing(18)).get(tree)
  }

  it('is opaque when following it would take for ever', () => {
    // Each join names the one before it twice: 2^60 ways down.
    const joins = Array.from({ length: 60 }, (_, at) => `{RANGETBLENTRY :rtekind 2 :joinaliasvars ({COALESCEEXPR :coalescetype 23 :args (${variable(at + 1)} ${variable(at + 1)})})}`)
    const found = read(query([table, ...joins].join(' '), variable(61)))
    expect(found?.output?.[0]?.opaque).toContain('too long')
    expect(found?.influenceOpaque).toContain('too long')
  })

  it('is opaque when its columns come from so many that listing them would fill the memory', () => {
    const many = 1500
    const columns = Array.from({ length: many }, (_, at) => `{TARGETENTRY :expr ${variable(1, at + 1)} :resno ${at + 1} :resname c :ressortgroupref 0 :resjunk false}`).join(' ')
    const inner = `{QUERY :commandType 1 :rtable (${table}) :jointree {FROMEXPR :fromlist ({RANGETBLREF :rtindex 1}) :quals <>} :targetList (${columns})}`
    const rows = Array.from({ length: many }, (_, at) => `{TARGETENTRY :expr ${variable(1, 0)} :resno ${at + 1} :resname c :ressortgroupref 0 :resjunk false}`).join(' ')
    const found = read(`{QUERY :commandType 1 :rtable ({RANGETBLENTRY :rtekind 1 :relid 0 :subquery ${inner}}) :jointree {FROMEXPR :fromlist ({RANGETBLREF :rtindex 1}) :quals <>} :targetList (${rows})}`)
    expect(found?.output).toHaveLength(many)
    expect(found?.output?.every(({ opaque, from }) => opaque !== null && from.length === 0)).toBe(true)
  })

  it('is opaque when it is nested more deeply than the stack', () => {
    let inner = table
    for (let depth = 0; depth < 260; depth++) inner = `{RANGETBLENTRY :rtekind 1 :relid 0 :subquery ${query(inner, variable(1), '({RANGETBLREF :rtindex 1})')}}`
    const found = read(query(inner, variable(1), '({RANGETBLREF :rtindex 1})'))
    // Either it was followed to the table or it says that it was not.
    const [column] = found?.output ?? []
    expect(column?.opaque !== null || column.from.length === 1).toBe(true)
    const chain = Array.from({ length: 20_000 }, (_, at) => `{RANGETBLENTRY :rtekind 2 :joinaliasvars (${variable(at + 1)})}`)
    expect(read(query([table, ...chain].join(' '), variable(20_001)))?.output?.[0]?.opaque).toContain('too deeply')
  })

  it.each([
    ['a join of itself', query('{RANGETBLENTRY :rtekind 1 :subquery <>}', variable(1))],
    ['a table that is not there', query('', variable(3))],
    ['a query that is not there', query(table, variable(1, 1, 4))],
    ['a column that is not there', query('{RANGETBLENTRY :rtekind 2 :joinaliasvars <>}', variable(1, 7))],
    ['a kind of table that nobody knows', query('{RANGETBLENTRY :rtekind 10}', variable(1))],
    ['a WITH part that is not there', query('{RANGETBLENTRY :rtekind 6 :ctename x :ctelevelsup 0}', variable(1))],
  ])('is opaque where it names %s', (_, text) => {
    expect(read(text)?.output?.[0]?.opaque).not.toBeNull()
  })

  it('comes from all that stands in a node of a kind nobody knows', () => {
    const found = read(query(table, `{NEWFANGLEDEXPR :what (${variable(1, 1)} {OTHER :x ${variable(1, 2)}})}`))
    expect(found?.output?.[0]?.from).toEqual([{ relation: 100, attribute: 1 }, { relation: 100, attribute: 2 }])
  })
})
