import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkFiles } from '../../src/offline/check.ts'
import { policyVerbs } from '../../src/offline/policy.ts'
import { createPostgresReader } from '../../src/offline/read-postgres.ts'
import { loadCases, parseCases, runCases } from '../../src/policy/cases.ts'
import { checkPolicies } from '../../src/policy/check.ts'
import { createEvaluator } from '../../src/policy/evaluate.ts'
import { compilePolicies, type Fault, loadPolicies } from '../../src/policy/load.ts'
import { serve } from '../../src/serve.ts'

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url))
const APPROVALS = 'version: 1\napprovals: { one: { slots: [{ groups: [owners] }] } }\nrules:\n'

function findings(rules: string, known = {}) {
  return checkPolicies(compilePolicies([{ file: 'p.yaml', bytes: Buffer.from(APPROVALS + rules) }]), known).map(({ level, code, rule }) => `${level} ${code} ${rule}`)
}

const HOLD = '  - { id: hold, reason: x, on: { protocol: postgres, verbs: [delete] }, who: { kinds: [agent] }, decision: hold, approval: one }\n'

describe('policy check', () => {
  it('finds nothing in a rule that is as it should be', () => {
    expect(findings(HOLD)).toEqual([])
  })
  it('finds a rule that a denial makes useless, and leaves alone what the denial only touches', () => {
    expect(findings(`${HOLD}  - { id: d, reason: x, on: { protocol: postgres, verbs: [delete, update] }, decision: deny }\n`)).toEqual(['error unreachable hold'])
    expect(findings(`${HOLD}  - { id: d, reason: x, on: { protocol: postgres, verbs: [update] }, decision: deny }\n`)).toEqual([])
    expect(findings(`${HOLD}  - { id: d, reason: x, on: { verbs: [delete], relations: ['*.*'] }, decision: deny }\n`)).toEqual([])
    expect(findings(`${HOLD}  - { id: d, reason: x, on: { protocol: postgres, verbs: [delete] }, decision: deny, when: 'phase == "x"' }\n`)).toEqual([])
    expect(findings(`${HOLD}  - { id: d, reason: x, on: { verbs: [delete] }, who: { kinds: [bot] }, decision: deny }\n`)).toEqual([])
  })
  it('finds a pattern list whose exceptions leave nothing', () => {
    expect(findings(HOLD.replace('verbs: [delete]', "verbs: [delete], relations: [public.a, '!public.*']"))).toEqual(['error unreachable hold'])
  })
  it('finds approvals nobody uses', () => {
    expect(findings('  - { id: s, on: { verbs: [show] }, decision: allow }\n')).toContain('warning unused_approval undefined')
  })
  it('finds people who ask and approve at once', () => {
    expect(findings(HOLD.replace('kinds: [agent]', 'groups: [owners]'))).toEqual(['warning self_approval hold'])
    expect(findings(HOLD.replace(', who: { kinds: [agent] }', ''))).toEqual(['info self_approval hold'])
  })
  it('answers whether a rule lets anybody change a production target unasked', () => {
    const targets = [{ name: 'live', protocol: 'postgres', labels: { env: 'prod' } }, { name: 'try', protocol: 'postgres', labels: { env: 'dev' } }]
    const allow = (on: string) => `${HOLD}  - { id: a, on: { protocol: postgres, ${on} relations: [public.x] }, decision: allow }\n`
    expect(findings(allow('verbs: [select, delete],'), { targets })).toContain('warning production_write a')
    expect(findings(allow('verbs: [select],'), { targets })).not.toContain('warning production_write a')
    expect(findings(allow('verbs: [delete], target: try,'), { targets })).not.toContain('warning production_write a')
    expect(findings(allow('verbs: [delete], labels: { env: prod },'))).toContain('warning production_write a')
    const denied = `${allow('verbs: [delete],')}  - { id: d, reason: x, on: { verbs: [delete] }, decision: deny }\n`
    expect(findings(denied, { targets })).not.toContain('warning production_write a')
  })
  it('finds an allow that reads password tables, changes any setting or passes what is not understood', () => {
    expect(findings(`${HOLD}  - { id: a, on: { verbs: [select], relations: ['*.*'] }, decision: allow }\n`)).toEqual(['warning broad_allow a'])
    expect(findings(`${HOLD}  - { id: a, on: { verbs: [set] }, decision: allow }\n`)).toEqual(['warning broad_allow a'])
    expect(findings(`${HOLD}  - { id: a, on: { verbs: [show], unknown: true }, decision: allow }\n`)).toEqual(['warning unknown_allowed a'])
  })
})

describe('shipped policies', () => {
  let reader: ReturnType<typeof createPostgresReader>
  beforeAll(() => {
    reader = createPostgresReader()
  })
  afterAll(() => reader.close())

  it.each([['quickstart', POLICIES, 60], ['production', `${POLICIES}/production`, 20]])('%s decides every case beside it as written', async (_name, dir, least) => {
    const cases = loadCases(dir)
    expect(cases.length).toBeGreaterThanOrEqual(least)
    const results = await runCases(createEvaluator(loadPolicies(dir, { groups: ['data-owners', 'managers'] })), cases, reader.read)
    expect(results.filter((result) => !result.passed).map((result) => `${result.line} ${result.name}: ${result.differences.join('; ')}`)).toEqual([])
  })
  it('every rule of theirs decides at least one case', async () => {
    for (const dir of [POLICIES, `${POLICIES}/production`]) {
      const policies = loadPolicies(dir)
      const results = await runCases(createEvaluator(policies), loadCases(dir), reader.read)
      const used = new Set(results.flatMap(({ verdict }) => (verdict === undefined ? [] : verdict.kind === 'hold' ? verdict.rules : [verdict.rule])))
      const unused = policies.rules.filter((rule) => rule.decision !== undefined && !used.has(rule.id)).map((rule) => rule.id)
      expect(unused).toEqual([])
    }
  })
  it.each([POLICIES, `${POLICIES}/production`])('check has nothing to say about them', (dir) => {
    expect(checkPolicies(loadPolicies(dir), { groups: ['data-owners', 'managers'] })).toEqual([])
  })
})

describe('policy test', () => {
  const policies = compilePolicies([{ file: 'p.yaml', bytes: Buffer.from(APPROVALS + HOLD) }])
  const never = () => Promise.reject(new Error('not asked for'))
  const run = (cases: string) => {
    const faults: Fault[] = []
    const parsed = parseCases('p.cases.yaml', Buffer.from(`version: 1\ncases:\n${cases}`), faults)
    expect(faults).toEqual([])
    return runCases(createEvaluator(policies), parsed, never)
  }
  it('a case with another outcome, rule, number of people or mask than expected fails, and says so', async () => {
    const done = '{ facts: { action: delete, effect: destroy } }'
    const results = await run(
      [
        `  - { do: ${done}, expect: hold, rule: hold, people: 1 }`, `  - { do: ${done}, expect: allow }`, `  - { do: ${done}, expect: hold, rule: other }`,
        `  - { do: ${done}, expect: hold, people: 2 }`, `  - { do: ${done}, expect: hold, masks: [a.b.c] }`, `  - { as: { kind: human }, do: ${done}, expect: hold }`,
      ].join('\n'),
    )
    expect(results.map((result) => [result.line, result.passed])).toEqual([[3, true], [4, false], [5, false], [6, false], [7, false], [8, false]])
    expect(results[1]!.differences).toEqual(['expected allow, got hold by hold'])
    expect(results[3]!.differences).toEqual(['expected 2 people to be asked, got 1'])
  })
  it('a case whose statement cannot be read fails instead of passing as a denial', async () => {
    expect((await run('  - { do: { sql: "SELECT 1" }, expect: deny }'))[0]).toMatchObject({ passed: false, differences: ['could not be judged: not asked for'] })
  })
  it('cases with both or neither of sql and facts, and unknown keys, are faults with their place', () => {
    const faults: Fault[] = []
    parseCases('p.cases.yaml', Buffer.from('version: 1\ncases:\n  - { do: {}, expect: deny }\n  - { do: { sql: x }, expcet: deny }\n'), faults)
    expect(faults.map(({ line, message }) => [line, message])).toEqual([
      [3, 'cases.0.do: give sql or facts, one of them'], [4, 'cases.1: unknown key "expcet", did you mean "expect"?'],
    ])
  })
})

describe('the verbs', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    process.exitCode = undefined
  })
  async function holdpoint(...args: string[]) {
    let out = ''
    const take = (chunk: unknown) => {
      out += String(chunk)
      return true
    }
    vi.spyOn(process.stdout, 'write').mockImplementation(take)
    vi.spyOn(process.stderr, 'write').mockImplementation(take)
    const program = new Command('holdpoint').exitOverride()
    policyVerbs(program)
    await program.parseAsync(['policy', ...args], { from: 'user' })
    const code = process.exitCode ?? 0
    vi.restoreAllMocks()
    process.exitCode = undefined
    return { out, code }
  }
  it('check prints faults with their place and ends with 1, and 2 when nothing is named to check', async () => {
    expect(await holdpoint('check', '--policies', POLICIES)).toMatchObject({ code: 0, out: expect.stringMatching(/^OK {6}\d+ rules in 1 files, version [0-9a-f]{64}\n$/) })
    const missing = await holdpoint('check', '--policies', `${POLICIES}/nowhere`, '--json')
    expect([missing.code, JSON.parse(missing.out)]).toMatchObject([1, { ok: false, faults: [{ line: 0, message: expect.stringContaining('ENOENT') }] }])
    vi.stubEnv('HOLDPOINT_CONFIG', undefined)
    expect(await holdpoint('check')).toMatchObject({ code: 2 })
    vi.unstubAllEnvs()
  })
  describe('a configuration, its policies and their cases, all with faults', () => {
    let folder: string
    const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
    const KEY = 'k'.repeat(40)
    const CONFIG = `version: 1
policies: policies
trust: [{ name: corp, issuer: 'http://127.0.0.1:9000', audience: holdpoint, kind: agent }]
reviewers: { groups: { owners: { claim_values: [owners] } } }
targets:
  - { name: orders, protocol: postgres, postgres: { host: 127.0.0.1, database: orders, user: gateway, password: { file: secret.txt }, tls: { mode: disable } } }
masking: { key: { env: HOLDPOINT_TEST_KEY } }
`
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'holdpoint-check-'))
      mkdirSync(join(folder, 'policies'))
      vi.stubEnv('HOLDPOINT_TEST_KEY', KEY)
      write('secret.txt', 'secret')
      write('holdpoint.yaml', CONFIG)
      write('policies/a.yaml', 'version: 1\nrules:\n  - { id: one, on: { target: ordrs }, decision: allow }\n  - { id: two, decision: perhaps }\n')
      write('policies/b.yaml', 'version: 1\napprovals: { yes: { slots: [{ groups: [ownrs] }] } }\nrules:\n  - { id: one, on: { verbs: [selct] }, decision: allow }\n')
      write('policies/b.cases.yaml', 'version: 1\ncases:\n  - { do: { sql: SELECT 1 }, expcet: allow }\n  - { do: {}, expect: deny }\n  - { do: *before, expect: deny }\n')
    })
    afterEach(() => {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true })
    })
    const POLICY_FAULTS = [
      'policies/a.yaml:3:30 rule one: there is no target "ordrs", did you mean "orders"?',
      'policies/a.yaml:4:26 rules.1.decision: Invalid option: expected one of "allow"|"hold"|"deny"',
      'policies/b.yaml:2:40 approval yes: no group "ownrs" is configured, did you mean "owners"?',
      'policies/b.yaml:4:11 rule one: this id is taken by policies/a.yaml:3',
      'policies/b.yaml:4:30 rule one: verb "selct" is not known, did you mean "select"?',
    ]
    const CASE_FAULTS = [
      'policies/b.cases.yaml:3:30 cases.0: unknown key "expcet", did you mean "expect"?',
      'policies/b.cases.yaml:4:11 cases.1.do: give sql or facts, one of them',
      'policies/b.cases.yaml:5:11 aliases (*name) are not read: write the value out',
    ]
    const CONFIG_FAULT = 'holdpoint.yaml:6:41 targets[0].postgres.host: is missing'
    const places = (faults: readonly Fault[]) => faults.map((fault) => `${fault.file}:${fault.line}:${fault.column} ${fault.message}`.replaceAll(`${folder}/`, ''))

    it.each(['check', 'test', 'explain'])('policy %s --json lists them in one go', async (verb) => {
      write('holdpoint.yaml', CONFIG.replace('host: 127.0.0.1, ', ''))
      const { code, out } = await holdpoint(verb, '--config', join(folder, 'holdpoint.yaml'), '--json')
      expect([code, places(JSON.parse(out).faults)]).toEqual([1, [CONFIG_FAULT, ...POLICY_FAULTS.slice(0, 2), ...CASE_FAULTS, ...POLICY_FAULTS.slice(2)]])
    })
    it('check prints one line each', async () => {
      const { code, out } = await holdpoint('check', '--config', join(folder, 'holdpoint.yaml'))
      expect(code).toBe(1)
      expect(out.replaceAll(`${folder}/`, '').trim().split('\n')).toEqual([...POLICY_FAULTS.slice(0, 2), ...CASE_FAULTS, ...POLICY_FAULTS.slice(2)].map((line) => line.replace(/:(\d+) /, ':$1: ')))
    })
    it('a start is refused with the same, cases aside', async () => {
      write('holdpoint.yaml', CONFIG.replace('host: 127.0.0.1, ', ''))
      const file = join(folder, 'holdpoint.yaml')
      expect(places(checkFiles(file).faults)).toEqual([CONFIG_FAULT, ...POLICY_FAULTS])
      await expect(serve(file)).rejects.toMatchObject({ code: 'config_invalid', faults: checkFiles(file).faults })
      write('holdpoint.yaml', CONFIG)
      await expect(serve(file)).rejects.toMatchObject({ code: 'config_invalid', faults: checkFiles(file).faults })
    })
    it('a target whose name or protocol is wrong may be the one a rule means, and so a group', () => {
      write('holdpoint.yaml', CONFIG.replace('name: orders', 'name: Orders!').replace('owners: {', 'Ow ners: {'))
      const found = places(checkFiles(join(folder, 'holdpoint.yaml')).faults)
      expect(found.filter((line) => line.startsWith('holdpoint.yaml'))).toHaveLength(2)
      expect(found.slice(2)).toEqual(POLICY_FAULTS.filter((line) => !/no target|no group/.test(line)))
    })
    it('a folder that is not there is one fault', async () => {
      write('holdpoint.yaml', CONFIG.replace('policies: policies', 'policies: elsewhere'))
      const { out } = await holdpoint('check', '--config', join(folder, 'holdpoint.yaml'), '--json')
      expect(places(JSON.parse(out).faults)).toEqual([expect.stringMatching(/^holdpoint\.yaml:2:\d+ policies: /)])
    })
  })
  it('test judges the cases and counts them', async () => {
    const { code, out } = await holdpoint('test', '--policies', `${POLICIES}/production`, '--json')
    expect([code, JSON.parse(out)]).toMatchObject([0, { ok: true, failed: 0 }])
  })
  it('explain shows the verdict of a statement and why each rule does or does not match', async () => {
    const { out } = await holdpoint('explain', '--policies', POLICIES, '--sql', 'DELETE FROM invoices WHERE id = 1')
    expect(out).toMatch(/^hold by orders-change for 1 of data-owners, within 15 minutes\n/)
    expect(out).toMatch(/\* hold {2}orders-change\n/)
    expect(out).toMatch(/ hold {2}orders-change-everything {2}failed: bounded\n/)
  })
})
