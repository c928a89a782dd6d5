import { readNodeTree, type Value } from '../../src/protocols/postgres/resolve/node-tree.ts'
import { readQueries } from '../../src/protocols/postgres/resolve/read-query.ts'
import type { ResolvedQuery, TreeKnowledge } from '../../src/protocols/postgres/resolve/resolution.ts'
import type { Captured } from './query-trees.ts'

const FIRST_OWN = 16_384

export function knowledgeOf(major: number): TreeKnowledge {
  return { major, expanded: () => null, isBuiltin: (oid) => oid < FIRST_OWN, classOf: (oid) => (oid < FIRST_OWN ? 'pure' : 'opaque'), derivedFrom: () => [] }
}

/**
 * One line for each query: `origin command [boundless] [locks] | relations | calls | own types | parameters | unknown`, with
 * the names of objects of the schema. Empty parts are left out.
 */
export function describeTree(tree: string | Value, major: number, { oids }: Pick<Captured, 'oids'>): string {
  const names = new Map(Object.entries(oids).map(([name, oid]) => [oid, name.replace(/^\w+ /, '')]))
  const named = (oid: number): string => names.get(oid) ?? String(oid)
  const lines = readQueries(typeof tree === 'string' ? readNodeTree(tree) : tree, knowledgeOf(major)).map((query) => describeQuery(query, named))
  return lines.join('\n')
}

function describeQuery(query: ResolvedQuery, named: (oid: number) => string): string {
  const relations = query.relations.map((one) => [
    `${one.access} ${named(one.oid)}/${one.kind} (${one.read.join(',')})`,
    one.written.length > 0 ? `= (${one.written.join(',')})` : '',
    one.via.length > 0 ? `via ${one.via.map(named).join('>')}` : '',
    one.withChildren ? '' : 'only',
    one.checkedAs === 0 ? '' : `as ${one.checkedAs}`,
    one.rowSecurity ? 'row security' : '',
  ].filter((part) => part !== '').join(' '))
  const calls = query.calls.map((call) => `${call.via} ${named(call.function)}${(call.operator ?? 0) >= FIRST_OWN ? ` by ${named(call.operator as number)}` : ''}`)
  return [
    `${query.origin} ${query.command}${query.boundless ? ' boundless' : ''}${query.locks ? ' locks' : ''}`,
    relations.sort().join('; '),
    [...new Set(calls)].sort().join(', '),
    query.userTypes.length === 0 ? '' : `types ${query.userTypes.map(named).sort().join(' ')}`,
    query.parameters.size === 0 ? '' : [...query.parameters].sort(([a], [b]) => a - b).map(([number, type]) => `$${number} ${type}`).join(' '),
    query.unknown.length === 0 ? '' : `unknown: ${query.unknown.join(', ')}`,
  ].filter((part) => part !== '').join(' | ')
}
