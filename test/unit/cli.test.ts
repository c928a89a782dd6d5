import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OWNERS, startAdmin } from '../support/admin.ts'
import type { AdminBench } from '../support/admin.ts'

const ENTRY = join(import.meta.dirname, '../support/cli-entry.ts')
// Everything a terminal obeys, save the line feed.
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/

interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

describe('the command line', () => {
  let bench: AdminBench
  let folder: string
  const tokens: Record<string, string> = {}
  beforeAll(async () => {
    bench = await startAdmin()
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-cli-'))
    for (const name of ['nightly', 'maria', 'omar', 'ana', 'gus']) tokens[name] = await bench.token(name)
    const token = (name: string) => ({ token: tokens[name] })
    mkdirSync(join(folder, '.holdpoint'))
    mkdirSync(join(folder, 'deep/er'), { recursive: true })
    writeFileSync(
      join(folder, '.holdpoint/quickstart.json'),
      JSON.stringify({ admin: { url: bench.url }, people: { maria: token('maria'), omar: token('omar'), ana: token('ana'), gus: token('gus') }, agents: { nightly: token('nightly') } }),
    )
  })
  afterAll(async () => {
    await bench.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  function start(args: readonly string[], env: Record<string, string> = {}, cwd = join(folder, 'deep/er')) {
    const { PATH = '' } = process.env
    return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ENTRY, ...args], { cwd, env: { PATH, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  }

  function run(args: readonly string[], options: { readonly env?: Record<string, string>; readonly input?: string; readonly cwd?: string } = {}): Promise<Finished> {
    const child = start(args, options.env, options.cwd)
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text })
    child.stdin.end(options.input ?? '')
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
  }
  const as = (name: string, ...args: readonly string[]) => run([...args, '--as', name])

  it('approves with another ceiling than that of the briefing, and refuses one that means nothing', async () => {
    const impact = { at: new Date(), rows: { kind: 'exact', count: 500 }, others: { kind: 'exact', count: 0 }, details: [], warnings: [], unenforceable: null } as const
    const { hold } = await bench.hold('nightly', { impact })
    expect(await as('maria', 'holds', 'approve', hold.id, '--yes', '--ceiling', 'few')).toMatchObject({ code: 2, err: expect.stringContaining('--ceiling takes a number of rows, or any') })
    const approved = await as('maria', 'holds', 'approve', hold.id, '--yes', '--ceiling', '3', '--ceiling-others', 'any', '--json')
    expect(approved.code).toBe(0)
    expect(approved.err).toContain('at most 550 rows')
    expect(JSON.parse(approved.out)).toMatchObject({ hold: { ceiling: { rows: 3, others: null } } })
    const { hold: other } = await bench.hold('nightly')
    const refused = await as('maria', 'holds', 'approve', other.id, '--yes', '--ceiling', '3')
    expect(refused.code).not.toBe(0)
    expect(refused.err).toContain('cannot be enforced')
    expect((await as('maria', 'holds', 'reject', other.id, '--yes')).code).toBe(0)
  })

  it('lists what waits, approves it after showing the briefing, and shows it approved', async () => {
    const { hold } = await bench.hold('nightly')
    const listed = await as('maria', 'holds', 'list')
    expect(listed.code).toBe(0)
    expect(listed.out).toContain(hold.id)
    expect(listed.out).toContain('DELETE FROM invoices WHERE id = 7')
    const approved = await as('maria', 'holds', 'approve', hold.id, '--yes', '--reason', 'checked')
    expect(approved.code).toBe(0)
    expect(approved.err).toContain('WHAT WILL HAPPEN')
    expect(approved.err).toContain('If you approve, you say:')
    expect(approved.out).toContain('approved')
    expect(await hold.settled).toBe('approved')
    const shown = await as('maria', 'holds', 'show', hold.id)
    expect(shown.out).toContain('Maria: approve, "checked"')
  })

  it('lets no control character of an agent through to the terminal', async () => {
    const evil = "DELETE FROM invoices -- \u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u200b\r\nWHERE id = 1"
    const { hold } = await bench.hold('nightly', { text: evil, claimed: { reason: 'look:\u001b[1A\u001b[2K approved\rby all', '\u001b[8mname': 'x' } })
    for (const args of [['holds', 'list'], ['holds', 'show', hold.id], ['holds', 'show', hold.id, '--json'], ['holds', 'reject', hold.id, '--yes'], ['sessions', 'list'], ['sessions', 'show', hold.command.session.id]]) {
      const { code, out, err } = await as('maria', ...args)
      expect(code, args.join(' ')).toBe(0)
      expect(RAW.exec(out + err), args.join(' ')).toBeNull()
    }
  })

  it('fences what the agent claims, so that it cannot pass for a heading or a question of ours', async () => {
    const { hold } = await bench.hold('nightly', { text: 'DELETE FROM invoices\n\nType yes to approve: yes', claimed: { reason: 'none\nIf you approve, you say:\n  nothing' } })
    const { out } = await as('maria', 'holds', 'show', hold.id)
    expect(out.split('\n').filter((line) => line.startsWith('If you approve'))).toHaveLength(1)
    expect(out.split('\n').filter((line) => line.includes('Type yes to approve')).every((line) => line.startsWith('    | '))).toBe(true)
    expect(out).toContain('    ? If you approve, you say:')
  })

  it('does not decide without a yes where there is no terminal', async () => {
    const { hold } = await bench.hold('nightly')
    const { code, err } = await run(['holds', 'approve', hold.id, '--as', 'maria'], { input: 'yes\n' })
    expect(code).toBe(2)
    expect(err).toContain('add --yes')
    expect(bench.queue.get(hold.id)?.decision).toBe('pending')
  })

  it.skipIf(process.platform !== 'linux')('asks on a terminal and takes nothing but yes', async () => {
    for (const [typed, decision] of [['y', 'pending'], ['yes', 'approved']] as const) {
      const { hold } = await bench.hold('nightly', { text: `DELETE FROM invoices WHERE note = '${typed}'` })
      // `script` gives the process a terminal of its own.
      const command = `'${process.execPath}' '${ENTRY}' holds approve ${hold.id} --as maria`
      const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, stdio: ['pipe', 'pipe', 'inherit'] })
      let screen = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const asked = screen.includes('Type yes to approve:')
        screen += text
        if (!asked && screen.includes('Type yes to approve:')) child.stdin.write(`${typed}\n`)
      })
      const code = await new Promise((resolve) => child.on('close', resolve))
      expect(screen).toContain('WHO')
      expect([code, bench.queue.get(hold.id)?.decision]).toEqual([decision === 'approved' ? 0 : 1, decision])
    }
  })

  it('says with its exit code whether a hold is pending, approved or denied', async () => {
    const { hold } = await bench.hold('nightly')
    expect((await as('nightly', 'holds', 'show', hold.id)).code).toBe(0)
    expect((await as('nightly', 'holds', 'show', hold.id, '--wait', '0')).code).toBe(75)
    const waiting = as('nightly', 'holds', 'show', hold.id, '--wait', '30', '--json')
    await as('maria', 'holds', 'reject', hold.id, '--yes')
    const denied = await waiting
    expect(denied.code).toBe(77)
    expect(JSON.parse(denied.out)).toMatchObject({ id: hold.id, state: 'rejected' })
    expect((await as('maria', 'holds', 'approve', hold.id, '--yes')).code).toBe(1)
  })

  it('refuses for those who may not decide with 77, and for wrong use with 2', async () => {
    const { hold } = await bench.hold('nightly')
    expect((await as('nightly', 'holds', 'approve', hold.id, '--yes')).code).toBe(77)
    expect((await as('ana', 'holds', 'approve', hold.id, '--yes')).code).toBe(77)
    expect((await as('gus', 'holds', 'approve', hold.id, '--yes')).code).toBe(1)
    expect((await as('maria', 'holds', 'approve', hold.id, '--yes', '--briefing', '0'.repeat(64))).code).toBe(1)
    expect((await as('maria', 'holds', 'approve')).code).toBe(2)
    expect((await as('maria', 'holds', 'list', '--odd')).code).toBe(2)
    expect((await as('maria', 'holds', 'list', '--state', 'foo')).code).toBe(2)
    expect((await as('nobody', 'holds', 'list')).code).toBe(2)
    expect((await run(['holds', 'list'])).code).toBe(2)
    expect((await run(['holds', 'list', '--help'])).code).toBe(0)
    expect(bench.queue.get(hold.id)?.decision).toBe('pending')
  })

  it('tells how many approvals are still missing', async () => {
    const { hold } = await bench.hold('nightly', { slots: [{ ...OWNERS, quorum: 2 }] })
    const first = await as('maria', 'holds', 'approve', hold.id, '--yes')
    expect(first).toMatchObject({ code: 0, out: 'Recorded: 1 of 2 approvals. It still waits for others.\n' })
    expect(JSON.parse((await as('omar', 'holds', 'approve', hold.id, '--yes', '--json')).out)).toMatchObject({ decision: 'approved', approved: 2 })
  })

  it('watches changes as they happen', async () => {
    const child = start(['holds', 'watch', '--as', 'maria', '--json'])
    try {
      const until = (stream: NodeJS.ReadableStream, wanted: (line: string) => boolean) =>
        new Promise<string>((resolve) => {
          let text = ''
          stream.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk
            const hit = text.split('\n').slice(0, -1).find(wanted)
            if (hit !== undefined) resolve(hit)
          })
        })
      await until(child.stderr, (line) => line.includes('Watching'))
      const { hold } = await bench.hold('nightly')
      const seen = until(child.stdout, (line) => line.includes(hold.id))
      expect(JSON.parse(await seen)).toMatchObject({ hold: { id: hold.id, state: 'pending', target: 'orders' } })
    } finally {
      child.kill()
    }
  })

  it('replays a session on its time axis, with search and as JSON', async () => {
    const { session } = await bench.hold('nightly', { text: 'DELETE FROM invoices WHERE id = 4711' })
    await bench.recorder.durable(bench.recorder.append({ session: session.id, kind: 'gateway', body: { text: 'needle\u001b[2J', n: 1 } }))
    bench.recorder.close(session.id)
    const plain = await as('ana', 'sessions', 'replay', session.id)
    expect(plain.code).toBe(0)
    expect(plain.out).toMatch(/^ +\d+\.\d{3} {2}session/)
    expect(RAW.exec(plain.out)).toBeNull()
    const found = await as('ana', 'sessions', 'replay', session.id, '--search', 'NEEDLE')
    expect(found.out).toContain('needle\\u{1B}[2J')
    expect(found.out).not.toContain('session ')
    const json = await as('ana', 'sessions', 'replay', session.id, '--json')
    expect(json.out.trim().split('\n').map((line) => JSON.parse(line).kind)).toEqual(expect.arrayContaining(['session', 'hold', 'gateway']))
    expect((await as('gus', 'sessions', 'replay', session.id)).code).toBe(1)
    expect((await as('ana', 'sessions', 'replay', session.id, '--speed', '0')).code).toBe(2)
  })

  it('exchanges a JWT from a file, standard input or the environment, and says who one is', async () => {
    const jwt = await bench.idp.token('nightly')
    const file = join(folder, 'jwt')
    writeFileSync(file, `${jwt}\n`)
    const outcomes = [
      await run(['token', '--jwt', file, '--url', bench.url]),
      await run(['token', '--jwt', '-'], { input: jwt, env: { HOLDPOINT_URL: bench.url } }),
      await run(['token', '--json', '--expires-in', '60'], { env: { HOLDPOINT_URL: bench.url, HOLDPOINT_JWT: jwt } }),
    ]
    expect(outcomes.map((one) => one.code)).toEqual([0, 0, 0])
    expect(outcomes[0]?.out).toMatch(/^hp_[\w-]{40,}\n$/)
    const { access_token, expires_in } = JSON.parse(outcomes[2]?.out ?? '{}') as { access_token: string; expires_in: number }
    expect(expires_in).toBeLessThanOrEqual(60)
    const me = await run(['whoami'], { env: { HOLDPOINT_URL: bench.url, HOLDPOINT_TOKEN: access_token } })
    expect(me.out).toContain('nightly (agent)')
    const refused = await run(['token', '--jwt', '-', '--url', bench.url], { input: 'nonsense' })
    expect(refused.code).toBe(1)
    expect((await run(['token', '--url', bench.url])).code).toBe(2)
  })

  it('sends no token over plain http to another machine, and says when nobody answers', async () => {
    const away = await run(['whoami', '--url', 'http://gateway.example', '--token', 'hp_x'])
    expect(away).toMatchObject({ code: 2, err: expect.stringContaining('use https') })
    const closed = await run(['whoami', '--url', 'http://127.0.0.1:9', '--token', 'hp_x'])
    expect(closed).toMatchObject({ code: 1, err: expect.stringContaining('cannot reach') })
  })

  it('finds the state of the quickstart by HOLDPOINT_STATE as well', async () => {
    const env = { HOLDPOINT_STATE: join(folder, '.holdpoint/quickstart.json') }
    expect((await run(['whoami', '--as', 'maria'], { env, cwd: tmpdir() })).out).toContain('Maria (human)')
    expect((await run(['whoami', '--as', 'maria'], { env: { HOLDPOINT_STATE: join(folder, 'none.json') } })).code).toBe(2)
  })

  it('checks a configuration and its policies at once', async () => {
    const config = join(folder, 'holdpoint.yaml')
    const policies = join(folder, 'policies')
    mkdirSync(policies)
    writeFileSync(join(folder, 'key'), 'k'.repeat(40))
    writeFileSync(join(policies, 'bad.yaml'), 'version: 1\nrules: 7\n')
    const text = `version: 1
policies: policies
trust: [{name: corp, issuer: 'http://127.0.0.1:1', audience: holdpoint, kind: agent}]
targets:
  - {name: orders, protocol: postgres, postgres: {host: localhost, database: a, user: b, password: {file: key}, tls: {mode: disable}}}
masking: {key: {file: key}}
`
    writeFileSync(config, `${text}colour: blue\n`)
    const bad = await run(['check', '--config', config])
    expect(bad.code).toBe(1)
    expect(bad.out).toContain(`${config}:7:1: colour is not an option`)
    expect(bad.out).toContain('bad.yaml:2:')
    writeFileSync(config, text)
    rmSync(join(policies, 'bad.yaml'))
    const empty = await run(['check', '--config', config, '--json'])
    expect(JSON.parse(empty.out)).toMatchObject({ ok: false, faults: [{ message: expect.stringContaining('no *.yaml') }] })
    writeFileSync(join(policies, 'good.yaml'), GOOD_POLICY)
    const good = await run(['check', '--connect'], { env: { HOLDPOINT_CONFIG: config } })
    expect(good.out).toContain('target orders: ok')
    expect(good).toMatchObject({ code: 0 })
    expect((await run(['check', '--options'])).out).toContain('targets[].postgres.password')
  })
})

const GOOD_POLICY = `version: 1
rules:
  - id: reads
    on: {protocol: postgres, effects: [read]}
    decision: allow
`
