import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Command, Facts, Principal, Resource, Target } from '../../src/gateway/command.ts'
import { createEvaluator } from '../../src/policy/evaluate.ts'
import { explain } from '../../src/policy/explain.ts'
import { compilePolicies } from '../../src/policy/load.ts'

const TARGET: Target = { name: 'orders', protocol: 'postgres', labels: { env: 'prod' } }
const AGENT: Principal = {
  id: 'https://idp.test#bot', name: 'bot', kind: 'agent', issuer: 'https://idp.test', subject: 'bot', groups: ['bots'], claims: { team: 'billing', level: 3 }, expiresAt: new Date(0),
}

const APPROVALS = `
version: 1
approvals:
  one: { slots: [{ groups: [owners] }], expires: 15m }
  two: { slots: [{ groups: [owners, managers], quorum: 2 }], expires: 5m, survives_disconnect: true, mode: poll }
  two-owners: { slots: [{ groups: [owners], quorum: 2 }] }
rules:
`

function policy(rules: string) {
  return compilePolicies([{ file: 'p.yaml', bytes: Buffer.from(APPROVALS + rules) }])
}

function relation(name: string, access: 'read' | 'write' = 'read', columns?: string[]): Resource {
  return { kind: 'relation', name, access, ...(columns === undefined ? {} : { columns }) }
}

function facts(action: string, more: Partial<Facts> = {}): Facts {
  return { action, effect: 'read', resources: [], unknown: [], attributes: {}, ...more }
}

function command(readings: Facts[], more: { principal?: Partial<Principal>; target?: Partial<Target>; context?: Command['context'] } = {}): Command {
  return {
    id: 'c', at: new Date('2026-11-20T10:00:00Z'), phase: 'execute', text: '', parameters: [], digest: '', fingerprint: '', facts: readings[0]!, readings, parts: [], input: 'complete',
    context: more.context ?? { in_transaction: false, role: 'app', database: 'orders' }, withdrawn: new AbortController().signal,
    session: {
      id: 's', openedAt: new Date(0), ended: new AbortController().signal, claimed: {}, peer: '127.0.0.1:1',
      principal: { ...AGENT, ...more.principal }, target: { ...TARGET, ...more.target },
    },
  }
}

function decide(rules: string, ...readings: Facts[]) {
  return createEvaluator(policy(rules)).evaluate(command(readings))
}

const READ = '  - { id: read, on: { protocol: postgres, target: orders, verbs: [select], relations: [public.*] }, decision: allow }\n'

describe('the strictest answer wins', () => {
  const rules = `${READ}
  - { id: hold-orders, reason: look, on: { relations: [public.orders] }, decision: hold, approval: one }
  - { id: never, reason: no, on: { relations: [public.secrets] }, decision: deny }
`
  it('a statement no rule matches is denied by default', () => {
    expect(decide(rules, facts('delete', { effect: 'destroy', resources: [relation('public.a', 'write')] }))).toMatchObject({ kind: 'deny', rule: 'default-deny' })
  })
  it('a hold wins over an allow, and a deny over both', () => {
    expect(decide(rules, facts('select', { resources: [relation('public.a')] }))).toMatchObject({ kind: 'allow', rule: 'read' })
    expect(decide(rules, facts('select', { resources: [relation('public.a'), relation('public.orders')] }))).toMatchObject({ kind: 'hold', rule: 'hold-orders' })
    expect(decide(rules, facts('select', { resources: [relation('public.secrets'), relation('public.orders')] }))).toMatchObject({ kind: 'deny', rule: 'never', message: 'no' })
  })
  it('every reading of a command is judged, so one bad statement among good ones decides', () => {
    const good = facts('select', { resources: [relation('public.a')] })
    expect(decide(rules, good, facts('select', { resources: [relation('public.orders')] }))).toMatchObject({ kind: 'hold' })
    expect(decide(rules, good, facts('drop', { effect: 'admin' }), good)).toMatchObject({ kind: 'deny', rule: 'default-deny' })
  })
  it('the facts of the whole are judged even when the readings leave them out', () => {
    const whole = { ...command([facts('select')]), facts: facts('drop', { effect: 'admin' }) }
    expect(createEvaluator(policy(READ)).evaluate(whole)).toMatchObject({ kind: 'deny' })
  })
  it('the order of rules changes neither verdict, nor slots, nor masks', () => {
    const lines = [
      ...rules.trim().split('\n').filter((line) => line.trim() !== ''),
      '  - { id: more, on: { verbs: [select] }, decision: allow, mask: [{ column: public.a.x, style: last4 }], limit: { rows: 9 } }',
      '  - { id: hide, on: { target: orders }, mask: [{ column: public.a.x, style: redact }] }',
      '  - { id: two, reason: x, on: { relations: [public.orders], access: read }, decision: hold, approval: [two, two-owners] }',
    ].map((line) => (line.startsWith('  ') ? line : `  ${line}`))
    const probes = [['public.a'], ['public.orders'], ['public.a', 'public.secrets'], []].map((names) => facts('select', { resources: names.map((name) => relation(name)) }))
    const summary = (order: readonly string[]) => {
      const evaluator = createEvaluator(policy(order.join('\n')))
      return probes.map((probe) => {
        const verdict = evaluator.evaluate(command([probe]))
        if (verdict.kind === 'deny') return 'deny'
        const slots = verdict.kind === 'hold' ? verdict.slots.map((slot) => `${slot.groups.join()}:${slot.quorum}`).sort() : []
        return JSON.stringify([verdict.kind, slots, verdict.kind === 'hold' ? verdict.expiresAfterMs : 0, verdict.obligations])
      })
    }
    const expected = summary(lines)
    expect(expected.map((each) => each.slice(0, 7))).toEqual(['["allow', '["hold"', 'deny', '["allow'])
    fc.assert(fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (order) => {
      expect(summary(order)).toEqual(expected)
    }), { numRuns: 60 })
  })
})

describe('an allow covers everything a statement touches', () => {
  it('one relation outside its patterns is enough to leave it', () => {
    expect(decide(READ, facts('select', { resources: [relation('public.a'), relation('private.b')] }))).toMatchObject({ kind: 'deny' })
  })
  it('a negated pattern takes names out again', () => {
    const rules = "  - { id: r, on: { verbs: [select], relations: ['*.*', '!public.secrets', '!pg_*.*'] }, decision: allow }\n"
    expect(decide(rules, facts('select', { resources: [relation('public.a')] })).kind).toBe('allow')
    expect(decide(rules, facts('select', { resources: [relation('public.secrets')] })).kind).toBe('deny')
    expect(decide(rules, facts('select', { resources: [relation('pg_catalog.pg_authid')] })).kind).toBe('deny')
  })
  it('a name with a dot inside a part is not covered by a pattern of two parts, and still caught by a denial', () => {
    expect(decide(READ, facts('select', { resources: [relation('public.a.b')] })).kind).toBe('deny')
    const rules = "  - { id: all, on: { relations: ['*.*.*', '*.*'] }, decision: allow }\n  - { id: d, reason: no, on: { relations: [public.*] }, decision: deny }\n"
    expect(decide(rules, facts('select', { resources: [relation('public.a.b')] }))).toMatchObject({ kind: 'deny', rule: 'd' })
  })
  it('with an access given, a relation used in another way is not covered', () => {
    const rules = '  - { id: w, on: { verbs: [insert], relations: [public.*], access: write }, decision: allow }\n'
    const into = relation('public.a', 'write')
    expect(decide(rules, facts('insert', { effect: 'write', resources: [into] })).kind).toBe('allow')
    expect(decide(rules, facts('insert', { effect: 'write', resources: [into, relation('public.b')] })).kind).toBe('deny')
  })
  it('function classes outside the safe set need to be listed, and named functions vouch for themselves', () => {
    const call = facts('select', { resources: [{ kind: 'function', name: 'public.total', access: 'read' }], attributes: { function_classes: ['pure', 'opaque'] } })
    expect(decide(READ, call).kind).toBe('deny')
    expect(decide('  - { id: r, on: { functions: [public.total] }, decision: allow }\n', call).kind).toBe('allow')
    expect(decide('  - { id: r, on: { functions: [public.*] }, decision: allow }\n', call).kind).toBe('deny')
    expect(decide('  - { id: r, on: { functions: [public.*], function_classes: [pure, opaque] }, decision: allow }\n', call).kind).toBe('allow')
  })
  it('functions whose classes are not told are not covered', () => {
    expect(decide(READ, facts('select', { resources: [{ kind: 'function', name: 'public.f', access: 'read' }] })).kind).toBe('deny')
  })
  it('columns: all of them must fit, and a star is all columns', () => {
    const rules = '  - { id: r, on: { verbs: [select], columns: [public.a.id, public.a.n*] }, decision: allow }\n'
    expect(decide(rules, facts('select', { resources: [relation('public.a', 'read', ['id', 'name'])] })).kind).toBe('allow')
    expect(decide(rules, facts('select', { resources: [relation('public.a', 'read', ['id', 'pin'])] })).kind).toBe('deny')
    expect(decide(rules, facts('select', { resources: [relation('public.a', 'read', ['*'])] })).kind).toBe('deny')
    expect(decide(rules, facts('select', { resources: [relation('public.a')] })).kind).toBe('deny')
  })
  it('RESET ALL names no setting, so an allow for some settings does not cover it', () => {
    const rules = '  - { id: r, on: { verbs: [reset], settings: [datestyle] }, decision: allow }\n'
    expect(decide(rules, facts('reset', { resources: [{ kind: 'setting', name: 'DateStyle', access: 'write' }] })).kind).toBe('allow')
    expect(decide(rules, facts('reset')).kind).toBe('deny')
  })
})

describe('holds and denials catch what touches anything they name', () => {
  it('a denial on a column also catches a statement whose columns are not known', () => {
    const rules = `${READ}  - { id: d, reason: no, on: { columns: [public.a.pin] }, decision: deny }\n`
    expect(decide(rules, facts('select', { resources: [relation('public.a', 'read', ['id'])] })).kind).toBe('allow')
    expect(decide(rules, facts('select', { resources: [relation('public.a', 'read', ['pin'])] })).kind).toBe('deny')
    expect(decide(rules, facts('select', { resources: [relation('public.a', 'read', ['*'])] })).kind).toBe('deny')
    expect(decide(rules, facts('select', { resources: [relation('public.a')] })).kind).toBe('deny')
  })
  it('what is not told to be bounded counts as unbounded', () => {
    const rules = `
  - { id: small, reason: a, on: { verbs: [delete], bounded: true }, decision: hold, approval: one }
  - { id: large, reason: b, on: { verbs: [delete], bounded: false }, decision: hold, approval: two }
`
    expect(decide(rules, facts('delete', { effect: 'destroy', attributes: { bounded: true } }))).toMatchObject({ rule: 'small' })
    expect(decide(rules, facts('delete', { effect: 'destroy', attributes: { bounded: false } }))).toMatchObject({ rule: 'large' })
    expect(decide(rules, facts('delete', { effect: 'destroy' }))).toMatchObject({ rule: 'large' })
  })
  it('several holds ask for all their people once, in the shortest time, and survive a disconnect only if all do', () => {
    const rules = `
  - { id: a, reason: first, on: { verbs: [delete] }, decision: hold, approval: one }
  - { id: b, reason: second, on: { verbs: [delete] }, decision: hold, approval: two }
  - { id: c, reason: third, on: { verbs: [delete] }, decision: hold, approval: two-owners }
`
    expect(decide(rules, facts('delete', { effect: 'destroy' }))).toEqual({
      kind: 'hold', rule: 'a', rules: ['a', 'b', 'c'], expiresAfterMs: 300_000, expiresInTransactionMs: 120_000, survivesDisconnect: false, mode: 'wait', reason: 'first; second; third', obligations: [],
      slots: [{ name: 'two-owners', groups: ['owners'], quorum: 2 }, { name: 'two', groups: ['owners', 'managers'], quorum: 2 }],
    })
  })
})

describe('what is not understood', () => {
  const broad = "  - { id: all, on: { target: '*' }, decision: allow }\n  - { id: h, reason: x, on: { verbs: [delete] }, decision: hold, approval: one }\n"
  it('is matched neither by an allow nor by a hold that does not name it', () => {
    for (const reading of [facts('select', { unknown: ['function f cannot be placed'] }), facts('select', { effect: 'unknown' }), facts('unparsed'), facts('delete', { unknown: ['x'] })]) {
      expect(decide(broad, reading)).toMatchObject({ kind: 'deny', rule: 'default-deny' })
    }
  })
  it('is matched by rules that name it', () => {
    const unclear = facts('select', { unknown: ['x'] })
    expect(decide('  - { id: a, on: { verbs: [select], unknown: true }, decision: allow }\n', unclear).kind).toBe('allow')
    expect(decide('  - { id: h, reason: x, on: { verbs: [select], unknown: true }, decision: hold, approval: one }\n', unclear).kind).toBe('hold')
    expect(decide('  - { id: h, reason: x, on: { effects: [unknown] }, decision: hold, approval: one }\n', unclear).kind).toBe('hold')
    expect(decide('  - { id: h, reason: x, on: { verbs: [unparsed] }, decision: hold, approval: one }\n', facts('unparsed', { effect: 'unknown' })).kind).toBe('hold')
  })
  it('is caught by a denial like anything else', () => {
    expect(decide(`${broad}  - { id: d, reason: no, on: { verbs: [select] }, decision: deny }\n`, facts('select', { unknown: ['x'] }))).toMatchObject({ rule: 'd' })
  })
})

describe('conditions', () => {
  it('a condition decides over attributes, claims, groups and the time of the command', () => {
    const rule = (when: string) => `  - { id: r, on: { protocol: postgres, verbs: [select] }, decision: allow, when: '${when}' }\n`
    const read = facts('select', { resources: [relation('public.a')], attributes: { has_limit: true } })
    for (const [when, kind] of [
      ['attributes.has_limit', 'allow'], ['!attributes.has_limit', 'deny'], ['agent.claims.team == "billing" && agent.claims.level > 2', 'allow'],
      ['"bots" in agent.groups', 'allow'], ['at.getHours() >= 8 && at.getHours() < 18', 'allow'], ['at.getHours() > 18', 'deny'],
      ['op.relations.exists(r, glob("public.*", r))', 'allow'], ['target.labels.env == "test"', 'deny'], ['context.in_transaction', 'deny'],
    ] as const) expect([when, decide(rule(when), read).kind]).toEqual([when, kind])
  })
  it('one that cannot be evaluated denies with the id of its rule, even beside an allow that matches', () => {
    const rules = `${READ}  - { id: broken, on: { protocol: postgres, verbs: [select] }, decision: allow, when: 'agent.claims.absent == 1' }\n`
    expect(decide(rules, facts('select', { resources: [relation('public.a')] }))).toMatchObject({ kind: 'deny', rule: 'broken' })
    const asked = "  - { id: a, on: { protocol: postgres, verbs: [select] }, decision: allow, when: '!has(attributes.bounded) || attributes.bounded' }\n"
    expect(decide(asked, facts('select')).kind).toBe('allow')
    expect(decide(asked, facts('select', { attributes: { bounded: false } })).kind).toBe('deny')
    const missing = "  - { id: m, on: { protocol: postgres, verbs: [select] }, decision: allow, when: '!attributes.bounded' }\n"
    expect(decide(missing, facts('select'))).toMatchObject({ kind: 'deny', rule: 'm' })
  })
  it('lists a client can make long are refused, not walked', () => {
    const rules = "  - { id: l, on: { verbs: [select] }, decision: allow, when: 'op.relations.all(r, r != \"x\")' }\n"
    const many = Array.from({ length: 501 }, (_, index) => relation(`public.t${index}`))
    expect(decide(rules, facts('select', { resources: many.slice(0, 500) })).kind).toBe('allow')
    expect(decide(rules, facts('select', { resources: many }))).toMatchObject({ kind: 'deny', rule: 'l' })
  })
})

it('the same facts are judged anew where a rule looks at the command: its transaction, its time', () => {
  const rules = "  - { id: t, on: { verbs: [select], in_transaction: true }, decision: allow }\n  - { id: h, on: { verbs: [show] }, decision: allow, when: 'at.getHours() < 12' }\n"
  const evaluator = createEvaluator(policy(rules))
  const session = command([facts('select')]).session
  const judge = (reading: Facts, more: Partial<Command>) => evaluator.evaluate({ ...command([reading]), session, ...more }).kind
  const [read, show] = [facts('select'), facts('show')]
  expect([false, true, false].map((in_transaction) => judge(read, { context: { in_transaction } }))).toEqual(['deny', 'allow', 'deny'])
  expect(['11', '13', '11'].map((hour) => judge(show, { at: new Date(`2026-01-05T${hour}:00:00Z`) }))).toEqual(['allow', 'deny', 'allow'])
})

describe('built-in decisions', () => {
  it('protocol housekeeping is allowed, unless it is not understood', () => {
    expect(decide(READ, facts('control'))).toMatchObject({ kind: 'allow', rule: 'builtin/protocol' })
    expect(decide(READ, facts('cancel'))).toMatchObject({ kind: 'allow', rule: 'builtin/protocol' })
    expect(decide(READ, facts('control', { unknown: ['x'] })).kind).toBe('deny')
  })
  it('a session opens only for somebody a rule could ever serve there', () => {
    const evaluator = createEvaluator(policy('  - { id: read, on: { target: orders, verbs: [select] }, who: { groups: [bots] }, decision: allow }\n'))
    expect(evaluator.evaluate(command([facts('connect')]))).toMatchObject({ kind: 'allow', rule: 'connect/read' })
    expect(evaluator.evaluate(command([facts('connect')], { principal: { groups: [] } }))).toMatchObject({ kind: 'deny', rule: 'default-deny' })
    expect(evaluator.evaluate(command([facts('connect')], { target: { name: 'other' } }))).toMatchObject({ kind: 'deny' })
  })
  it('a denial that names connect keeps a principal out, and one that does not leaves the door alone', () => {
    expect(decide(`${READ}  - { id: out, reason: no, on: { verbs: [connect] }, decision: deny }\n`, facts('connect'))).toMatchObject({ kind: 'deny', rule: 'out' })
    expect(decide(`${READ}  - { id: drop, reason: no, on: { target: orders }, decision: deny }\n`, facts('connect'))).toMatchObject({ kind: 'allow' })
  })
})

describe('who and where', () => {
  const rules = (who: string) => `  - { id: r, on: { labels: { env: [prod, staging] } }, who: ${who}, decision: allow }\n`
  it('all that is said of the principal must fit', () => {
    const evaluate = (who: string) => createEvaluator(policy(rules(who))).evaluate(command([facts('select')])).kind
    expect(evaluate('{ kinds: [agent, bot], groups: [other, bots], issuers: ["https://idp.*"], claims: { team: [billing, sales] } }')).toBe('allow')
    expect(evaluate('{ kinds: [human], groups: [bots] }')).toBe('deny')
    expect(evaluate('{ kinds: [agent], groups: [owners] }')).toBe('deny')
    expect(evaluate('{ claims: { team: sales } }')).toBe('deny')
    expect(evaluate('{ claims: { constructor: x } }')).toBe('deny')
    expect(evaluate('{ principals: ["*#bot"] }')).toBe('allow')
    expect(evaluate('{ principals: ["*", "!*#bot"] }')).toBe('deny')
  })
  it('a target without the label is not in scope', () => {
    const evaluator = createEvaluator(policy(rules('{}')))
    expect(evaluator.evaluate(command([facts('select')], { target: { labels: {} } })).kind).toBe('deny')
    expect(evaluator.evaluate(command([facts('select')], { target: { labels: { env: 'dev' } } })).kind).toBe('deny')
  })
})

describe('obligations', () => {
  const rules = `
  - { id: read, on: { verbs: [select] }, decision: allow, limit: { rows: 100, seconds: 9 }, record: metadata }
  - { id: few, on: { relations: [public.big] }, decision: allow, limit: { rows: 10 }, record: full, mask: [{ column: public.big.x, style: hash }] }
  - { id: pii, on: { target: orders }, mask: [{ column: '*.customers.email', style: partial }, { column: public.big.x, style: last4 }] }
`
  it('masks and limits of all rules that match add up, and the stricter one is kept', () => {
    expect(decide(rules, facts('select', { resources: [relation('public.big')] }))).toMatchObject({
      kind: 'allow',
      obligations: [
        { mask: [{ column: '*.customers.email', style: 'partial' }, { column: 'public.big.x', style: 'hash' }] }, { record: 'full' }, { limit: { rows: 10, seconds: 9 } },
      ],
    })
  })
  it('messages outside any command get every mask a rule in scope could add', () => {
    const evaluator = createEvaluator(policy(rules))
    expect(evaluator.masks(AGENT, TARGET)).toEqual([{ column: 'public.big.x', style: 'hash' }, { column: '*.customers.email', style: 'partial' }])
    expect(evaluator.masks(AGENT, { ...TARGET, name: 'other' })).toEqual([{ column: 'public.big.x', style: 'hash' }])
  })
})

it('explain names the field that failed for each rule, nearest first', () => {
  const policies = policy(`${READ}  - { id: w, reason: x, on: { verbs: [delete], bounded: true }, who: { kinds: [human] }, decision: hold, approval: one }\n`)
  const explanation = explain(policies, createEvaluator(policies), command([facts('select', { resources: [relation('private.x')] })]))
  expect(explanation.verdict).toMatchObject({ kind: 'deny', rule: 'default-deny' })
  expect(explanation.readings[0]!.rules.map(({ rule, outcome, failed }) => ({ rule, outcome, failed }))).toEqual([
    { rule: 'read', outcome: 'failed', failed: ['relations'] }, { rule: 'w', outcome: 'failed', failed: ['who.kinds', 'verbs', 'bounded'] },
  ])
})

it('finding rules by verb and relation finds exactly the rules that match one by one', () => {
  const name = fc.constantFrom('public.a', 'public.b', 'private.a', 'public.a.b', 'lone', 'pg_catalog.pg_class')
  const glob = fc.constantFrom('*', '*.*', 'public.*', 'public.a', 'private.*', 'p*.a', '!public.b', '!private.*', 'lone')
  const verb = fc.constantFrom('select', 'insert', 'delete')
  const rule = fc.record({
    decision: fc.constantFrom('allow', 'hold', 'deny'), verbs: fc.option(fc.uniqueArray(verb, { minLength: 1 })),
    relations: fc.option(fc.uniqueArray(glob, { minLength: 1 }).filter((list) => list.some((each) => !each.startsWith('!')))),
    access: fc.option(fc.constantFrom('read', 'write')),
  })
  const reading = fc.record({ action: fc.oneof(verb, fc.constant('drop')), resources: fc.array(fc.record({ name, access: fc.constantFrom('read' as const, 'write' as const) }), { maxLength: 3 }) })
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 8 }), fc.array(reading, { minLength: 1, maxLength: 6 }), (rules, readings) => {
      const lines = rules.map(({ decision, verbs, relations, access }, index) => {
        const on = { ...(verbs && { verbs }), ...(relations && { relations, ...(access && { access }) }) }
        return `  - ${JSON.stringify({ id: `r${index}`, reason: 'x', on, decision, ...(decision === 'hold' && { approval: 'one' }) })}`
      })
      const policies = policy(`${lines.join('\n')}\n`)
      const evaluator = createEvaluator(policies)
      for (const { action, resources } of readings) {
        const one = command([facts(action, { resources: resources.map((each) => relation(each.name, each.access)) })])
        const matched = explain(policies, evaluator, one).readings[0]!.rules.filter((each) => each.outcome === 'matched')
        const strictest = (['deny', 'hold', 'allow'] as const).find((decision) => matched.some((each) => each.decision === decision))
        const verdict = evaluator.evaluate(one)
        expect(verdict.kind).toBe(strictest ?? 'deny')
        const ids = matched.filter((each) => each.decision === strictest).map((each) => each.rule).sort()
        if (verdict.kind === 'hold') expect([...verdict.rules].sort()).toEqual(ids)
        else expect(strictest === undefined ? ['default-deny'] : ids).toContain(verdict.rule)
      }
    }),
    { numRuns: 300 },
  )
})

describe('a statement seen again', () => {
  const rules = `${READ}
  - { id: not-in-transactions, reason: no, on: { verbs: [select], relations: [public.b], in_transaction: true }, decision: deny }
  - { id: not-to-levels, reason: no, on: { verbs: [select], relations: [public.c] }, when: 'agent.claims.level == 9', decision: deny }
`
  const one = (name: string) => [facts('select', { resources: [relation(name)] })]

  it('has the very same verdict, so that what hangs on it can be kept', () => {
    const evaluator = createEvaluator(policy(rules))
    const readings = one('public.a')
    const session = command(readings)
    expect(evaluator.evaluate({ ...session, id: 'again' })).toBe(evaluator.evaluate(session))
  })
  it('is judged anew where a rule looks at the command and not only at the statement', () => {
    const evaluator = createEvaluator(policy(rules))
    const readings = one('public.b')
    expect(evaluator.evaluate(command(readings))).toMatchObject({ kind: 'allow', rule: 'read' })
    expect(evaluator.evaluate(command(readings, { context: { in_transaction: true } }))).toMatchObject({ kind: 'deny', rule: 'not-in-transactions' })
    expect(evaluator.evaluate(command(readings))).toMatchObject({ kind: 'allow', rule: 'read' })
  })
  it('is judged anew for another principal', () => {
    const evaluator = createEvaluator(policy(rules))
    const readings = one('public.c')
    expect(evaluator.evaluate(command(readings))).toMatchObject({ kind: 'allow', rule: 'read' })
    expect(evaluator.evaluate(command(readings, { principal: { id: 'other', claims: { level: 9 } } }))).toMatchObject({ kind: 'deny', rule: 'not-to-levels' })
  })
  it('has the same verdict for principals with the same rules, and another one where a rule is about who asks', () => {
    const evaluator = createEvaluator(policy(`${READ}  - { id: not-for-interns, reason: no, on: { verbs: [select] }, who: { groups: [interns] }, decision: deny }\n`))
    const readings = one('public.a')
    const verdict = evaluator.evaluate(command(readings))
    expect(evaluator.evaluate(command(readings, { principal: { id: 'other' } }))).toBe(verdict)
    expect(evaluator.evaluate(command(readings, { principal: { id: 'third', groups: ['interns'] } }))).toMatchObject({ kind: 'deny', rule: 'not-for-interns' })
    expect(evaluator.evaluate(command(readings, { target: { name: 'other' } }))).toMatchObject({ kind: 'deny', rule: 'default-deny' })
  })
})
