import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isNode, type Node, readNodeTree, type Value } from '../../src/protocols/postgres/resolve/node-tree.ts'
import { readQueries, treeDigest, userFunctionsIn } from '../../src/protocols/postgres/resolve/read-query.ts'
import { MAJORS, namedStatements, storedTrees } from '../support/query-trees.ts'
import { describeTree, knowledgeOf } from '../support/tree-readings.ts'

const STORED = new Map(MAJORS.map((major) => [major, storedTrees(major)]))

function textOf(name: string, major: (typeof MAJORS)[number] = 18): string {
  const tree = STORED.get(major)?.trees.find((one) => one.name === name)?.tree
  if (tree === undefined || tree === null) throw new Error(`no tree of ${name}`)
  return tree
}

/** Readings by name, and by name and major version where one differs. */
const EXPECTED = new Map<string, string>()
for (const part of readFileSync(join(import.meta.dirname, '../corpus/postgres/trees/readings.txt'), 'utf8').split(/^== /m).slice(1)) {
  const [heading = '', ...lines] = part.trimEnd().split('\n')
  const [name = '', ...majors] = heading.split(' ')
  for (const key of majors.length === 0 ? [name] : majors.map((major) => `${name} ${major}`)) EXPECTED.set(key, lines.join('\n'))
}

describe.each(MAJORS)('trees of Postgres %i', (major) => {
  const stored = STORED.get(major)
  if (stored === undefined) throw new Error(`no trees of ${major}`)

  it('were stored for every statement that this version knows', () => {
    expect(stored.trees.map(({ name }) => name)).toEqual(namedStatements().filter(({ since }) => since <= major).map(({ name }) => name))
    expect(stored.trees.filter(({ tree }) => tree === null)).toEqual([])
  })

  it.each(stored.trees)('are read: $name', ({ name, tree }) => {
    expect(describeTree(tree ?? '', major, stored)).toBe(EXPECTED.get(`${name} ${major}`) ?? EXPECTED.get(name))
  })
})

describe('what the reader does not know', () => {
  const unknownOf = (tree: string, major = 18): readonly string[] => readQueries(readNodeTree(tree), knowledgeOf(major)).flatMap(({ unknown }) => unknown)

  it('is named when it is a node', () => {
    expect(unknownOf(textOf('update').replace('{OPEXPR', '{NEWEXPR'))).toContain('NEWEXPR, which is not known')
  })

  it('is named when it is a field', () => {
    expect(unknownOf(textOf('update').replace(':hasAggs', ':hasSomething true :hasAggs'))).toContain('QUERY.hasSomething, which is not known')
  })

  it.each([
    ['a kind of rows', 'columns', ':rtekind 0', ':rtekind 10', 'RANGETBLENTRY.rtekind 10'],
    ['a command', 'columns', ':commandType 1', ':commandType 8', 'QUERY.commandType 8'],
    ['a sublink', 'exists', ':subLinkType 0', ':subLinkType 7', 'SUBLINK.subLinkType 7'],
    ['a parameter', 'parameters', ':paramkind 0', ':paramkind 1', 'PARAM.paramkind 1'],
    ['a join', 'left_join', ':jointype 1', ':jointype 5', 'JOINEXPR.jointype 5'],
    ['a source of the query', 'columns', ':querySource 0', ':querySource 9', 'QUERY.querySource 9'],
  ])('is named when it is %s', (_, name, known, other, reason) => {
    expect(unknownOf(textOf(name).replaceAll(known, other))).toContain(`${reason}, which is not known`)
  })

  it('is named when a node stands where only a name may be', () => {
    expect(unknownOf(textOf('update').replace(':override 0', ':override {CONST :consttype 23}'))).toContain('QUERY.override with a node in it')
  })

  it('is everything in a tree of another version', () => {
    expect(unknownOf(textOf('update'), 19)).toContain('query trees of PostgreSQL 19')
    // 14 called it RTE and had the rights in it.
    expect(unknownOf(textOf('update'), 14)).toEqual(expect.arrayContaining(['RANGETBLENTRY, which is not known', 'QUERY.rteperminfos, which is not known']))
    expect(unknownOf(textOf('update', 14), 18)).toContain('RTE, which is not known')
  })

  it('is a column of a query that is not there', () => {
    expect(unknownOf(textOf('columns').replace(':varlevelsup 0', ':varlevelsup 3'))).toContain('a column of a query that is not there')
  })

  it.each(['{SOMETHING :a 1}', '({SOMETHING :a 1})', '(1 2)', 'word'])('is a tree that is no query: %s', (tree) => {
    expect(unknownOf(tree)).toContain('something else than a query in the tree')
  })

  it.each(MAJORS)('is any field of %i under another name', (major) => {
    const seen = new Set<string>()
    const missed: string[] = []
    for (const { tree, name } of STORED.get(major)?.trees ?? []) {
      // Utility statements are not analysed, so nobody walks through them.
      if (name === 'utility' || name === 'rule_notify') continue
      const read = readNodeTree(tree ?? '')
      for (const node of nodesIn(read)) {
        for (const field of node.fields.keys()) {
          const key = `${node.type}.${field}`
          if (seen.has(key)) continue
          seen.add(key)
          const renamed: Node = { type: node.type, fields: new Map([...node.fields].map(([each, value]) => [each === field ? `${each}New` : each, value])) }
          const unknown = readQueries(replace(read, node, renamed), knowledgeOf(major)).flatMap((query) => query.unknown)
          if (!unknown.includes(`${key}New, which is not known`)) missed.push(`${name} ${key}`)
        }
      }
    }
    expect(missed).toEqual([])
    expect(seen.size).toBeGreaterThan(350)
  })
})

describe('an operator without its function', () => {
  // `DISTINCT` of a column whose type somebody else made.
  const distinct = textOf('distinct').replaceAll(/:eqop \d+/g, ':eqop 70001').replaceAll(/:sortop \d+/g, ':sortop 70002')

  it('is called by the function that the catalogue has for it', () => {
    const [query] = readQueries(readNodeTree(distinct), { ...knowledgeOf(18), functionOfOperator: (oid) => oid + 1_000 })
    expect(query?.calls).toEqual([{ function: 71_001, via: 'support', operator: 70_001 }, { function: 71_002, via: 'support', operator: 70_002 }])
    expect(query?.unknown).toEqual([])
  })

  it('is a reason when nobody knows its function', () => {
    const [query] = readQueries(readNodeTree(distinct), knowledgeOf(18))
    expect(query?.calls).toEqual([])
    expect(query?.unknown).toEqual(['operator 70001, whose function is not known', 'operator 70002, whose function is not known'])
  })

  it('is nothing to know when it came with the server: CYCLE', () => {
    const read = (functionOfOperator?: (oid: number) => number): unknown => readQueries(readNodeTree(textOf('cte_search_cycle')), { ...knowledgeOf(18), ...(functionOfOperator === undefined ? {} : { functionOfOperator }) }).map(({ calls, unknown }) => [calls.map(({ function: oid }) => oid).sort(), unknown])
    expect(read()).toEqual([[[177, 383], []]])
    expect(read((oid) => ({ 2988: 2981, 85: 84 })[oid] ?? 0)).toEqual([[[177, 2981, 383, 84], []]])
  })
})

describe('the digest of trees', () => {
  const digest = (...texts: readonly string[]): string => treeDigest(texts.map(readNodeTree))
  const update = textOf('update')

  it('does not depend on where words stand in the text', () => {
    expect(digest(update.replace(/:location \d+/g, ':location 77').replace(':stmt_len 0', ':stmt_len 12'))).toBe(digest(update))
  })

  it('does not depend on the value of a plain constant', () => {
    const other = update.replace(/:constvalue 4 \[ 3 /, ':constvalue 4 [ 5 ')
    expect(other).not.toBe(update)
    expect(digest(other)).toBe(digest(update))
  })

  it('depends on the object that a constant names', () => {
    const names = textOf('registered_names')
    for (const type of ['2205', '24', '2206', '4089']) {
      const other = names.replace(new RegExp(`(:consttype ${type} .*?:constvalue \\d+ \\[ )(-?\\d+)`), (_, before: string, byte: string) => `${before}${Number(byte) === 1 ? 2 : 1}`)
      expect(other).not.toBe(names)
      expect(digest(other)).not.toBe(digest(names))
    }
  })

  it.each([
    ['a table', ':relid ', ':relid 9'],
    ['a column', ':varattno 1 ', ':varattno 2 '],
    ['an operator', ':opno 96 ', ':opno 97 '],
    ['a function of an operator', ':opfuncid 65 ', ':opfuncid 66 '],
    ['a type', ':vartype 23 ', ':vartype 20 '],
    ['whose rights count', ':checkAsUser 0', ':checkAsUser 10'],
    ['a column that is written', ':resno 2 ', ':resno 3 '],
    ['whether a constant is null', ':constisnull false', ':constisnull true'],
    ['a name in the answer', ':resname email', ':resname mail'],
  ])('depends on %s', (_, from, to) => {
    const other = update.replace(from, to)
    expect(other).not.toBe(update)
    expect(digest(other)).not.toBe(digest(update))
  })

  it('depends on how many trees there are, in which order, and where one ends', () => {
    const select = textOf('columns')
    expect(new Set([digest(), digest(select), digest(update), digest(select, update), digest(update, select)]).size).toBe(5)
    expect(digest('(a b)')).not.toBe(digest('(ab)'))
    expect(digest('(a (b))')).not.toBe(digest('((a) b)'))
    expect(digest('("<>")')).not.toBe(digest('(<>)'))
  })
})

describe('own functions in a tree', () => {
  it.each([
    ['own_function', ['function own_lower(character varying)']],
    ['own_operator', ['function own_equal(character varying, character varying)']],
    ['own_aggregate', ['function own_total(integer)']],
    ['own_casts', ['function mood_to_int(mood)']],
    ['function_as_attribute', ['function boo(users)']],
    ['function_scan', ['function all_users()']],
    ['columns', []],
  ])('are found in %s', (name, functions) => {
    const { oids } = STORED.get(18) as { readonly oids: Readonly<Record<string, number>> }
    expect(userFunctionsIn(readNodeTree(textOf(name)))).toEqual(functions.map((one) => oids[one]))
  })
})

describe('the scale of trees', () => {
  it('keeps a statement of many parts readable: 2,000 conditions', () => {
    const update = textOf('update')
    const condition = /\{OPEXPR .*?\}\) :location 3\d\}/.exec(update)?.[0] ?? ''
    expect(condition).not.toBe('')
    const wide = update.replace(condition, `{BOOLEXPR :boolop and :args (${Array.from({ length: 2_000 }, () => condition).join(' ')}) :location 9}`)
    expect(describeTree(wide, 18, { oids: {} })).toBe(describeTree(update, 18, { oids: {} }))
  })

  it('names a column once, however often it stands there', () => {
    const [query] = readQueries(readNodeTree(textOf('operators')), knowledgeOf(18))
    expect(query?.relations.map(({ read }) => read)).toEqual([[1, 2]])
  })
})

function* nodesIn(value: Value): Generator<Node> {
  if (Array.isArray(value)) for (const item of value as readonly Value[]) yield* nodesIn(item)
  else if (isNode(value)) {
    yield value
    for (const field of value.fields.values()) yield* nodesIn(field)
  }
}

function replace(value: Value, old: Node, fresh: Node): Value {
  if (value === old) return fresh
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => replace(item, old, fresh))
  if (!isNode(value)) return value
  return { type: value.type, fields: new Map([...value.fields].map(([name, field]) => [name, replace(field, old, fresh)])) }
}
