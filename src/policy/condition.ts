import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import type { Command, FactValue, Facts } from '../gateway/command.ts'
import { compileGlob } from './glob.ts'
import { VOCABULARIES } from './vocabulary.ts'

/** A compiled `when:`. Throws when it cannot be answered; the caller turns that into a denial with the rule's id. */
export type Condition = (facts: Facts, command: Command) => boolean

/** Lists longer than this are not given to an expression: evaluation time must not follow what a client sends. */
const LONGEST_LIST = 500

// `matches` runs the JS regular expression engine, which an input can make exponential; `glob(pattern, name)` is offered instead.
const REFUSED_CALLS: ReadonlySet<string> = new Set(['matches'])
const LIST_MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

/**
 * Parses and type-checks one CEL expression against the facts of `protocol`. Variables: `op` (action, effect, unknown, relations,
 * written, functions), `attributes`, `context`, `agent`, `target`, `at` (when the command arrived) and `phase`.
 * Throws an Error with what is wrong and where in the expression.
 */
export function compileCondition(expression: string, protocol: string | undefined): Condition {
  const parsed = environmentFor(protocol).parse(expression)
  refuseUnbounded(parsed.ast, 0)
  const checked = parsed.check()
  if (!checked.valid) throw checked.error ?? new Error('the expression does not type-check')
  if (checked.type !== 'bool') throw new Error(`the expression must be true or false, and this one is of type ${checked.type}`)
  return (facts, command) => {
    const answer: unknown = parsed(variables(facts, command))
    if (typeof answer !== 'boolean') throw new Error('the expression did not answer true or false')
    return answer
  }
}

const environments = new Map<string, Environment>()

function environmentFor(protocol: string | undefined): Environment {
  const key = protocol ?? ''
  let environment = environments.get(key)
  if (environment === undefined) {
    environment = createEnvironment(protocol)
    environments.set(key, environment)
  }
  return environment
}

function createEnvironment(protocol: string | undefined): Environment {
  const vocabulary = protocol === undefined ? undefined : VOCABULARIES[protocol]
  const environment = new Environment({
    limits: { maxAstNodes: 250, maxDepth: 24, maxListElements: 100, maxMapEntries: 16, maxCallArguments: 8 },
  })
  environment.registerVariable('op', {
    schema: {
      action: 'string', effect: 'string', unknown: 'list<string>', relations: 'list<string>', written: 'list<string>', functions: 'list<string>',
    },
  })
  environment.registerVariable('agent', {
    schema: {
      id: 'string', name: 'string', kind: 'string', issuer: 'string', subject: 'string', owner: 'string', groups: 'list<string>', claims: 'map<string, dyn>',
    },
  })
  environment.registerVariable('target', { schema: { name: 'string', protocol: 'string', labels: 'map<string, string>' } })
  if (vocabulary === undefined) {
    environment.registerVariable('attributes', 'map<string, dyn>')
    environment.registerVariable('context', 'map<string, dyn>')
  } else {
    environment.registerVariable('attributes', { schema: { ...vocabulary.attributes } })
    environment.registerVariable('context', { schema: { ...vocabulary.context } })
  }
  environment.registerVariable('at', 'google.protobuf.Timestamp')
  environment.registerVariable('phase', 'string')
  environment.registerFunction('glob(string, string): bool', (pattern: string, subject: string) => compileGlob(pattern, false)(subject))
  return environment
}

function refuseUnbounded(node: ASTNode, insideMacro: number): void {
  let depth = insideMacro
  if (node.op === 'call' && REFUSED_CALLS.has(node.args[0])) refuse(node.args[0])
  if (node.op === 'rcall') {
    if (REFUSED_CALLS.has(node.args[0])) refuse(node.args[0])
    if (LIST_MACROS.has(node.args[0])) depth++
    if (depth > 1) throw new Error(`"${node.args[0]}" inside another list expression is not offered: its time would grow with the square of the list`)
  }
  for (const child of childrenOf(node.args)) refuseUnbounded(child, depth)
}

function refuse(call: string): never {
  throw new Error(`"${call}" is not offered (a regular expression may take exponential time): use glob("pattern", name)`)
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf)
  if (typeof args === 'object' && args !== null && 'op' in args && 'args' in args) return [args as ASTNode]
  return []
}

function variables(facts: Facts, command: Command): Record<string, unknown> {
  const { principal, target } = command.session
  const relations = facts.resources.filter((resource) => resource.kind === 'relation')
  return {
    op: {
      action: facts.action,
      effect: facts.effect,
      unknown: bounded(facts.unknown),
      relations: bounded(relations.map((relation) => relation.name)),
      written: bounded(relations.filter((relation) => relation.access === 'write').map((relation) => relation.name)),
      functions: bounded(facts.resources.filter((resource) => resource.kind === 'function').map((resource) => resource.name)),
    },
    attributes: celValues(facts.attributes),
    context: celValues(command.context),
    agent: {
      id: principal.id, name: principal.name, kind: principal.kind, issuer: principal.issuer, subject: principal.subject,
      owner: principal.owner ?? '', groups: bounded(principal.groups), claims: claimValues(principal.claims),
    },
    target: { name: target.name, protocol: target.protocol, labels: target.labels },
    at: command.at,
    phase: command.phase,
  }
}

function bounded(list: readonly string[]): readonly string[] {
  if (list.length > LONGEST_LIST) throw new Error(`a list of ${list.length} is too long for an expression`)
  return list
}

// CEL's int is 64 bits, which the library takes as a BigInt; a JS number would be a CEL double and `== 5` would not type-check alike.
function celValues(values: Readonly<Record<string, FactValue>>): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null)
  for (const [key, value] of Object.entries(values)) {
    // For matching only, and as long as a table has partitions.
    if (key === 'covered_as') continue
    if (Array.isArray(value)) bounded(value)
    result[key] = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
  }
  return result
}

function claimValues(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null)
  for (const [key, value] of Object.entries(claims)) {
    if (Array.isArray(value) && value.length > LONGEST_LIST) throw new Error('a claim is too long for an expression')
    result[key] = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
  }
  return result
}
