import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure, journal, POLICY } from '../support/checks.ts'
import { createWorld, ROOT, until, type World } from '../support/world.ts'

// What can be told afterwards of a session: by the API and by the command line, to those who may know it.

interface Event {
  readonly at_ms: number
  readonly kind: string
  readonly body?: Readonly<Record<string, unknown>>
  readonly cells?: readonly (string | null)[]
  readonly names?: readonly string[]
  readonly [field: string]: unknown
}

let world: World
let session = ''
let approvedHold = ''
let email = ''
beforeAll(async () => {
  world = await createWorld({ policy: POLICY })
  await world.start()
  const client = await world.client('billing-bot', { options: '-c holdpoint.reason=month-end' })
  await client.query('SELECT id, full_name, email FROM customers WHERE id = 7')
  const query = client.query('UPDATE invoices SET total = 501 WHERE id = 1')
  approvedHold = (await world.reviewNext('maria', 'approve', 'seen with the customer')).id
  await query
  const refused = failure(client.query('UPDATE invoices SET total = 502 WHERE id = 1'))
  await world.reviewNext('omar', 'reject', 'not twice')
  await refused
  await failure(client.query('DROP TABLE invoices'))
  await failure(client.query('SELECT email::int FROM customers WHERE id = 7'))
  await client.query({ text: 'SELECT total FROM invoices WHERE id = $1 AND status <> $2', values: [1, 'mango'] })
  await client.end()
  const other = await world.client('deploy-bot')
  await other.query('SELECT 1')
  await other.end()
  const sessions = await until('both sessions are closed', async () => {
    const found = (await world.api('ana', '/sessions')).body['sessions'] as readonly { readonly id: string; readonly closed_at?: string; readonly principal: { readonly name: string } }[]
    return found.length === 2 && found.every(({ closed_at }) => closed_at !== undefined) ? found : undefined
  })
  session = sessions.find(({ principal }) => principal.name === 'billing-bot')?.id ?? ''
  const behind = await world.behind()
  email = (await behind.query<{ email: string }>('SELECT email FROM customers WHERE id = 7')).rows[0]?.email ?? ''
  await behind.end()
})
afterAll(() => world.stop())

async function recording(search?: string): Promise<readonly Event[]> {
  const query = search === undefined ? '' : `?search=${encodeURIComponent(search)}`
  const response = await fetch(`${world.adminUrl}/api/v1/sessions/${session}/recording${query}`, { headers: { authorization: `Bearer ${world.token('ana')}` } })
  expect(response.status).toBe(200)
  return (await response.text()).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Event)
}

async function cli(who: 'ana' | 'maria' | 'billing-bot' | 'deploy-bot', ...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const environment = { ...process.env, HOLDPOINT_URL: world.adminUrl, HOLDPOINT_TOKEN: world.token(who), NO_COLOR: '1' }
  return promisify(execFile)(process.execPath, [join(ROOT, 'src/main.ts'), ...args], { env: environment }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, out: error.stdout, err: error.stderr }),
  )
}

describe('a recording', () => {
  it('shows command, verdict, hold, reviewer, approval, refusals, errors and masked rows, in order on a time axis', async () => {
    const events = await recording()
    expect(events.length).toBeGreaterThan(10)
    expect(events.map(({ at_ms }) => at_ms)).toEqual(events.map(({ at_ms }) => at_ms).toSorted((a, b) => a - b))
    const text = events.map((event) => JSON.stringify(event))
    const first = (what: string, ...parts: readonly string[]): number => {
      const index = text.findIndex((line) => parts.every((part) => line.includes(part)))
      expect(index, what).toBeGreaterThanOrEqual(0)
      return index
    }
    first('who and why', '"kind":"session"', 'billing-bot', 'month-end')
    first('the read is allowed', '"kind":"permit"', 'SELECT id, full_name, email', '"rule":"read"')
    const command = first('the change as it was asked', '"kind":"command"', 'total = 501')
    const hold = first('its hold', '"kind":"hold"', approvedHold, 'update-invoices')
    const review = first('who approved, and what they said', '"kind":"review"', 'Maria Lopes', 'seen with the customer')
    const permit = first('the permit of the hold', '"kind":"permit"', 'total = 501', approvedHold)
    const outcome = first('how it ended', '"kind":"outcome"', approvedHold, 'UPDATE 1')
    expect([command, hold, review, permit, outcome]).toEqual([command, hold, review, permit, outcome].toSorted((a, b) => a - b))
    first('the rejection', '"kind":"review"', 'Omar Haddad', 'not twice')
    first('the refusal after it', '"kind":"refusal"', 'review_rejected')
    first('what policy denied', '"kind":"refusal"', 'DROP TABLE invoices', 'policy_denied')
    first('the parameters', '"kind":"permit"', 'mango')
    const columns = events.find((event) => event.kind === 'columns')
    expect(columns?.names).toEqual(['id', 'full_name', 'email'])
    const row = events.find((event) => event.kind === 'row')
    expect(row?.cells?.[0]).toBe('7')
    expect(row?.cells?.[2]).toMatch(/\*|…|•/)
    expect(email).toContain('@')
    expect(text.join('\n')).not.toContain(email)
  })

  it('is searched without regard to case, and finds only what is there', async () => {
    const found = await recording('TOTAL = 501')
    expect(found.length).toBeGreaterThan(0)
    expect(found.every((event) => JSON.stringify(event).toLowerCase().includes('total = 501'))).toBe(true)
    expect(await recording('no such text anywhere')).toEqual([])
    expect(await recording(email)).toEqual([])
  })

  it('is read by auditors and by its own agent, by no other agent, and every reading by others is on record', async () => {
    expect((await world.api('ana', `/sessions/${session}`)).status).toBe(200)
    expect((await world.api('billing-bot', `/sessions/${session}`)).status).toBe(200)
    expect((await world.api('deploy-bot', `/sessions/${session}`)).status).toBe(404)
    expect((await world.api('deploy-bot', `/sessions/${session}/recording`)).status).toBe(404)
    const own = (await world.api('billing-bot', '/sessions')).body['sessions'] as readonly { readonly id: string }[]
    expect(own.map(({ id }) => id)).toEqual([session])
    const views = async (): Promise<number> => (await journal(world)).filter(({ kind, body }) => kind === 'view' && body['recording'] === session).length
    const before = await views()
    await recording()
    await until('the reading is on record', async () => ((await views()) === before + 1 ? true : undefined))
  })
})

describe('holdpoint sessions', () => {
  it('list shows the sessions one may see', async () => {
    const all = await cli('ana', 'sessions', 'list')
    expect([all.code, all.out.includes(session), all.out.includes('deploy-bot')]).toEqual([0, true, true])
    const own = await cli('billing-bot', 'sessions', 'list', '--json')
    const { sessions } = JSON.parse(own.out) as { readonly sessions: readonly { readonly id: string; readonly holds: number; readonly commands: number }[] }
    expect(sessions.map(({ id }) => id)).toEqual([session])
    expect(sessions[0]).toMatchObject({ holds: 2 })
    expect(sessions[0]!.commands).toBeGreaterThanOrEqual(4)
  })

  it('show tells who, from where, why and how long', async () => {
    const shown = await cli('ana', 'sessions', 'show', session)
    expect(shown.code).toBe(0)
    for (const part of [session, 'billing-bot', '127.0.0.1:', 'month-end', 'orders (postgres)']) expect(shown.out).toContain(part)
    const foreign = await cli('deploy-bot', 'sessions', 'show', session)
    expect([foreign.code, foreign.out]).toEqual([1, ''])
  })

  it('replay prints everything at once with --no-wait, and only what is searched for with --search', async () => {
    const replayed = await cli('ana', 'sessions', 'replay', session, '--no-wait')
    expect(replayed.code).toBe(0)
    for (const part of ['UPDATE invoices SET total = 501', 'Maria Lopes', 'seen with the customer', approvedHold, 'UPDATE 1', 'DROP TABLE invoices', 'policy_denied', 'not twice']) expect(replayed.out).toContain(part)
    expect(replayed.out).not.toContain(email)
    const lines = replayed.out.split('\n').filter((line) => /^ *\d+\.\d{3} /.test(line))
    expect(lines.length).toBeGreaterThan(10)
    const searched = await cli('ana', 'sessions', 'replay', session, '--no-wait', '--search', 'total = 502')
    expect(searched.out).toContain('total = 502')
    expect(searched.out).not.toContain('total = 501')
    const json = await cli('ana', 'sessions', 'replay', session, '--no-wait', '--json')
    expect(json.out.trim().split('\n').every((line) => typeof (JSON.parse(line) as Event).at_ms === 'number')).toBe(true)
    const foreign = await cli('deploy-bot', 'sessions', 'replay', session, '--no-wait')
    expect([foreign.code, foreign.out]).toEqual([1, ''])
  })
})
