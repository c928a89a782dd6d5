import { describe, expect, it } from 'vitest'
import { type Command, coversColumn, type FactValue, type Facts, nameParts } from '../../src/gateway/command.ts'
import { checkPolicies } from '../../src/policy/check.ts'
import { createEvaluator } from '../../src/policy/evaluate.ts'
import { explain } from '../../src/policy/explain.ts'
import { compilePolicies } from '../../src/policy/load.ts'

const HEAD = `version: 1
approvals: { one: { slots: [{ groups: [owners] }] } }
rules:
  - { id: masks, on: { protocol: postgres, target: orders }, mask: [{ column: public.users.email, style: partial }, { column: public.users.phone, style: last4 }, { column: '*.*.pin', style: redact }, { column: public.safe.email, style: hash }] }
  - { id: read, on: { protocol: postgres, target: orders, verbs: [select, update] }, decision: allow }
`
const HOLD = '  - { id: oracle, reason: x, on: { protocol: postgres, target: orders, influence: masked }, who: { kinds: [agent] }, decision: hold, approval: one }\n'
const DENY = '  - { id: copy, reason: x, on: { protocol: postgres, target: orders, write_lineage: masked }, decision: deny }\n'

function policies(rules: string, head = HEAD) {
  return compilePolicies([{ file: 'p.yaml', bytes: Buffer.from(head + rules) }])
}

function command(attributes: Readonly<Record<string, FactValue>>, target = 'orders'): Command {
  const facts: Facts = { action: 'select', effect: 'read', resources: [], unknown: [], attributes }
  const never = new AbortController().signal
  return {
    id: 'c', at: new Date(0), phase: 'execute', text: '', parameters: [], digest: '', fingerprint: '', facts, readings: [facts], parts: [], input: 'complete', context: {}, withdrawn: never,
    session: {
      id: 's', openedAt: new Date(0), ended: never, claimed: {}, peer: '', target: { name: target, protocol: 'postgres', labels: {} },
      principal: { id: 'i#a', name: 'a', kind: 'agent', issuer: 'i', subject: 'a', groups: [], claims: {}, expiresAt: new Date(0) },
    },
  }
}

function decide(rules: string, attributes: Readonly<Record<string, FactValue>>): string {
  const verdict = createEvaluator(policies(rules)).evaluate(command(attributes))
  return `${verdict.kind} ${verdict.rule}`
}

describe('influence: masked', () => {
  it.each<[string, Readonly<Record<string, FactValue>>, string]>([
    ['nothing decides', {}, 'allow read'],
    ['a column without a mask', { influence: ['public.users.id'] }, 'allow read'],
    ['a masked column', { influence: ['public.users.id', 'public.users.email'] }, 'hold oracle'],
    ['a column of the same name elsewhere', { influence: ['public.other.email'] }, 'allow read'],
    ['a mask that names any table', { influence: ['odd.table.pin'] }, 'hold oracle'],
    ['any column, for all that is known', { influence: ['*'] }, 'hold oracle'],
    ['a column that stands for a masked one', { influence: ['public.users_old.email'], covered_as: ['public.users_old.email = public.users.email'] }, 'hold oracle'],
    ['a name in quotes with a dot of its own', { influence: ['public."a.b".pin'] }, 'hold oracle'],
    ['a name that only looks like three parts', { influence: ['public."users.email"'] }, 'allow read'],
  ])('%s', (_, attributes, expected) => {
    expect(decide(HOLD, attributes)).toBe(expected)
  })

  it('means the masks of this principal on this target', () => {
    const evaluator = createEvaluator(policies(`${HOLD.replace('target: orders, ', '')}  - { id: there, on: { protocol: postgres, target: other }, decision: allow }\n`))
    expect(evaluator.evaluate(command({ influence: ['public.users.email'] })).kind).toBe('hold')
    expect(evaluator.evaluate(command({ influence: ['public.users.email'] }, 'other')).kind).toBe('allow')
  })
})

describe('write_lineage: masked', () => {
  const written = (entry: string, also: readonly string[] = []) => ({ write_lineage: [entry], covered_as: also })
  it.each<[string, Readonly<Record<string, FactValue>>, string]>([
    ['a masked value in another column', written('public.users.email > public.users.name'), 'deny copy'],
    ['in a setting', written('public.users.email > setting:*'), 'deny copy'],
    ['in a new table', written('public.users.email > new:public.t'), 'deny copy'],
    ['in a temporary table', written('public.users.email > pg_temp.t.c'), 'deny copy'],
    ['a value without a mask', written('public.users.id > setting:*'), 'allow read'],
    ['back into its own column', written('public.users.email > public.users.email'), 'allow read'],
    ['where nothing of it is shown', written('public.users.email > public.x.pin'), 'allow read'],
    ['where less of it is shown', written('public.users.email > public.safe.email'), 'allow read'],
    ['where more of it is shown', written('public.safe.email > public.users.email'), 'deny copy'],
    ['where another piece of it is shown', written('public.users.email > public.users.phone'), 'deny copy'],
    ['what may be any value', written('* > public.users.name'), 'deny copy'],
    ['what may be any value, where nothing is shown', written('* > public.x.pin'), 'allow read'],
    ['into a partition of the masked table', written('public.users.email > public.users_1.email', ['public.users_1.email = public.users.email']), 'allow read'],
    ['from a partition of the masked table', written('public.users_1.email > public.x.y', ['public.users_1.email = public.users.email']), 'deny copy'],
  ])('%s', (_, attributes, expected) => {
    expect(decide(DENY, attributes)).toBe(expected)
  })
})

describe('patterns', () => {
  const rule = (on: string, decision = 'deny') => `  - { id: r, reason: x, on: { protocol: postgres, target: orders, ${on} }, decision: ${decision} }\n`
  it('name columns, and columns with where they go', () => {
    expect(decide(rule('influence: public.users.*'), { influence: ['public.users.name'] })).toBe('deny r')
    expect(decide(rule('influence: public.users.*'), { influence: ['public.orders.name'] })).toBe('allow read')
    expect(decide(rule("influence: ['public.users.*', '!public.users.id']"), { influence: ['public.users.id'] })).toBe('allow read')
    expect(decide(rule("influence: ['*', '!masked']"), { influence: ['public.users.email'] })).toBe('allow read')
    expect(decide(rule("write_lineage: 'masked > setting:*'"), { write_lineage: ['public.users.email > setting:*'] })).toBe('deny r')
    expect(decide(rule("write_lineage: 'masked > setting:*'"), { write_lineage: ['public.users.email > channel:*'] })).toBe('allow read')
    expect(decide(rule("write_lineage: 'public.users.* > public.x.*'"), { write_lineage: ['public.users.id > public.x.a'] })).toBe('deny r')
    expect(decide(rule('influence: public.users.email'), { influence: ['*'] })).toBe('deny r')
  })

  it('in an allow must cover every column, and may be left out', () => {
    const head = HEAD.replace(/ {2}- \{ id: read[^\n]*\n/, '')
    const allow = (on: string, attributes: Readonly<Record<string, FactValue>>) =>
      createEvaluator(policies(`  - { id: a, on: { protocol: postgres, target: orders, verbs: [select], ${on} }, decision: allow }\n`, head)).evaluate(command(attributes)).kind
    expect(allow('', { influence: ['public.users.email'] })).toBe('allow')
    expect(allow("influence: ['*', '!masked']", { influence: ['public.users.id'] })).toBe('allow')
    expect(allow("influence: ['*', '!masked']", { influence: ['public.users.id', 'public.users.email'] })).toBe('deny')
    expect(allow("influence: ['*', '!masked']", { influence: ['*'] })).toBe('deny')
    expect(allow('influence: public.users.*', { influence: ['public.users.id', 'public.orders.id'] })).toBe('deny')
    expect(allow('influence: public.users.*', { influence: ['*'] })).toBe('deny')
    expect(allow('influence: public.users.*', {})).toBe('allow')
    expect(allow("influence: '*'", { influence: ['*', 'a.b.c'] })).toBe('allow')
  })

  it.each(['influence: maskd', "influence: ['!masked']", 'influence: users.email', 'write_lineage: maskd', "write_lineage: 'users > x'"])('%s is a fault', (on) => {
    expect(() => policies(rule(on))).toThrow()
  })
})

describe('a hold that narrows', () => {
  const narrowing = HOLD.replace('decision: hold', 'decision: hold, narrows: true')
  const head = HEAD.replace(/ {2}- \{ id: read[^\n]*\n/, '')
  const judge = (rules: string, attributes: Readonly<Record<string, FactValue>>) => createEvaluator(policies(rules, head)).evaluate(command(attributes))

  it('asks where another rule allows or holds, and opens no way by itself', () => {
    const allow = '  - { id: a, on: { protocol: postgres, target: orders }, decision: allow }\n'
    const hold = '  - { id: h, reason: y, on: { protocol: postgres, target: orders }, who: { kinds: [agent] }, decision: hold, approval: one }\n'
    const masked = { influence: ['public.users.email'] }
    expect(judge(narrowing, masked)).toMatchObject({ kind: 'deny', rule: 'default-deny' })
    expect(judge(HOLD, masked)).toMatchObject({ kind: 'hold' })
    expect(judge(allow + narrowing, masked)).toMatchObject({ kind: 'hold', rules: ['oracle'] })
    expect(judge(hold + narrowing, masked)).toMatchObject({ kind: 'hold', rules: ['h', 'oracle'] })
    expect(judge(allow + narrowing, {})).toMatchObject({ kind: 'allow', rule: 'a' })
  })

  it('does not make a target worth connecting to', () => {
    const connect = { ...command({}), facts: { action: 'connect', effect: 'read' as const, resources: [], unknown: [], attributes: {} } }
    const verdict = (rules: string) => createEvaluator(policies(rules, head)).evaluate({ ...connect, readings: [connect.facts] }).kind
    expect([verdict(narrowing), verdict(HOLD)]).toEqual(['deny', 'allow'])
  })

  it('is a hold and nothing else', () => {
    expect(() => policies(DENY.replace('decision: deny', 'decision: deny, narrows: true'))).toThrow(/only a hold narrows/)
    expect(() => policies(HOLD.replace('decision: hold', 'decision: hold, narrows: false'))).toThrow(/narrows: true/)
  })
})

it('an allow does not cover what a table runs by itself unless it says so', () => {
  const head = HEAD.replace(/ {2}- \{ id: read[^\n]*\n/, '')
  const allow = (on: string, attributes: Readonly<Record<string, FactValue>>) =>
    createEvaluator(policies(`  - { id: a, on: { protocol: postgres, target: orders${on} }, decision: allow }\n`, head)).evaluate(command(attributes)).kind
  expect(allow('', { function_classes: [], table_classes: ['opaque'], user_triggers: true })).toBe('deny')
  expect(allow('', { function_classes: [], table_classes: ['sequence'] })).toBe('allow')
  expect(allow(', attributes: { table_classes: [opaque] }', { function_classes: [], table_classes: ['opaque'], user_triggers: true })).toBe('allow')
  expect(allow(', attributes: { user_triggers: true }', { function_classes: [], table_classes: ['opaque'], user_triggers: true })).toBe('allow')
  expect(allow(', function_classes: [opaque]', { function_classes: [], table_classes: ['opaque'] })).toBe('allow')
})

it('policy explain shows the columns, and which of them a mask covers', () => {
  const set = policies(HOLD + DENY)
  const { readings: [reading] } = explain(set, createEvaluator(set), command({ influence: ['public.users.id', 'public.users.email'], write_lineage: ['public.users.email > setting:*'] }))
  expect(reading?.influence).toEqual(['public.users.id', 'public.users.email (masked)'])
  expect(reading?.writeLineage).toEqual(['public.users.email > setting:* (masked)'])
  expect(reading?.rules.find(({ rule }) => rule === 'oracle')?.outcome).toBe('matched')
  const { readings: [other] } = explain(set, createEvaluator(set), command({ influence: ['public.users.id'] }))
  expect(other?.rules.find(({ rule }) => rule === 'oracle')?.failed).toEqual(['influence'])
})

it('policy check tells of masks that can be asked around, and of rules about masks where there are none', () => {
  const found = (rules: string, head = HEAD) => checkPolicies(policies(rules, head)).map(({ level, code, rule }) => `${level} ${code} ${rule}`).filter((line) => !line.includes('broad_allow') && !line.includes('production_write'))
  expect(found(HOLD + DENY)).toEqual([])
  expect(found(HOLD)).toEqual(['info masked_oracle masks'])
  expect(found(HOLD + DENY, HEAD.replace(/ {2}- \{ id: masks[^\n]*\n/, ''))).toEqual(['error unreachable oracle', 'error unreachable copy'])
  expect(found(`${HOLD.replace('influence: masked', "influence: ['masked', '!masked']")}${DENY}`)).toEqual(['error unreachable oracle'])
  // A denial of what masked columns decide does not deny everything a hold is about.
  expect(found(`${HOLD}${DENY.replace('write_lineage', 'influence').replace('id: copy', 'id: other')}${DENY}`)).toEqual([])
})

it('names are split at the dots between their parts only', () => {
  expect(nameParts('public.users.email')).toEqual(['public', 'users', 'email'])
  expect(nameParts('public."my.table"."say ""x"""')).toEqual(['public', 'my.table', 'say "x"'])
  expect(nameParts('"a"."b"')).toEqual(['a', 'b'])
  expect(coversColumn('*.*.pin', nameParts('public."a.b".pin'))).toBe(true)
  expect(coversColumn('public.*.e*l', ['public', 'x', 'email'])).toBe(true)
  expect(coversColumn('public.*.e*l', ['public', 'x', 'ell2'])).toBe(false)
})
