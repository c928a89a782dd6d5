import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cellsOf, measureWord } from '../../src/protocols/postgres/impact/asking.ts'
import { type Asking, type AskingPool, createAskingPool, MOST_AT_ONCE } from '../../src/protocols/postgres/impact/asking-pool.ts'
import type { UpstreamTarget } from '../../src/protocols/postgres/upstream.ts'
import { session } from '../support/approvals.ts'
import { createGate, type Gate } from '../support/enforcement.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { until } from '../support/world.ts'

// The connections on which held commands are measured, at a real server: few, kept, and each measure as if it were the first.

const WORD = 'postgres/t/d/measure'
const BOX_MS = 300
const LONG = (): number => performance.now() + 20_000

let server: TestPostgres
let behind: pg.Client
let target: UpstreamTarget
let gate: Gate
let pool: AskingPool

beforeAll(async () => {
  server = await startTestPostgres()
  behind = new pg.Client({ host: server.host, port: server.port, user: server.superuser, password: server.superPassword, database: 'postgres' })
  await behind.connect()
  await behind.query("CREATE ROLE measured LOGIN PASSWORD 'measured'")
  target = { host: server.host, port: server.port, user: 'measured', password: 'measured', tls: { mode: 'disable' } }
})
afterAll(async () => {
  await behind?.end()
  await server?.stop()
})

beforeEach(async () => {
  gate = await createGate('one', new Map([[WORD, measureWord(target, 'postgres', ['public'], BOX_MS)]]))
  pool = make()
})
afterEach(async () => {
  pool.stop()
  await gate.close()
  await until('no connection left', async () => ((await processes()).length === 0 ? true : undefined))
})

function make(idleMs?: number): AskingPool {
  return createAskingPool({ door: gate.point, target, word: { name: WORD, bytes: measureWord(target, 'postgres', ['public'], BOX_MS) }, connectTimeoutMs: 5_000 }, idleMs)
}

describe('connections for measuring', () => {
  test('are kept for the next measure, and each question is recorded in the session it is asked for', async () => {
    const [one, another] = [session(), session()]
    const first = await take(one)
    const pid = await processOf(first)
    first.end()
    const second = await take(another)
    expect(await processOf(second)).toBe(pid)
    second.end()
    expect(await permits()).toEqual([`own:${WORD}`, 'own:measure', 'own:measure'])
    const sessions = gate.journal('permit').map((line) => (line as unknown as { readonly session: string }).session)
    expect(sessions).toEqual(['gateway', one.id, another.id])
  })

  test('are never shared by two measures, and no more than the bound; who waits has the next that is given back', async () => {
    const taken = await Promise.all(Array.from({ length: MOST_AT_ONCE }, () => take()))
    expect(new Set(await Promise.all(taken.map(processOf))).size).toBe(MOST_AT_ONCE)
    const next = pool.take(session(), LONG())
    expect(await pool.take(session(), performance.now() + 20)).toBeNull()
    expect(pool.size).toBe(MOST_AT_ONCE)
    const [one] = taken as [Asking, ...Asking[]]
    const pid = await processOf(one)
    one.end()
    // Given back twice is given back once.
    one.end()
    expect(await processOf((await next) as Asking)).toBe(pid)
    expect(await one.ask(question('SELECT 1'))).toEqual({ kind: 'late' })
    expect(await pool.take(session(), performance.now() + 20)).toBeNull()
    expect((await processes()).length).toBe(MOST_AT_ONCE)
  })

  test('are replaced when the target has ended them between two measures, all of them', async () => {
    const taken = await Promise.all([take(), take(), take()])
    const before = await Promise.all(taken.map(processOf))
    for (const one of taken) one.end()
    await behind.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) pid', [before])
    const next = await take()
    expect(before).not.toContain(await processOf(next))
    expect(next.over).toBe(false)
    next.end()
    expect((await permits()).filter((one) => one === `own:${WORD}`)).toHaveLength(4)
  })

  test('tell that there is no more time when the target ends one of them in the midst, and the next measure has a new one', async () => {
    const one = await take()
    const pid = await processOf(one)
    await behind.query('SELECT pg_terminate_backend($1)', [pid])
    await until('its end', async () => ((await processes()).includes(pid) ? undefined : true))
    expect(await one.ask(question('SELECT 1'))).toEqual({ kind: 'late' })
    expect(one.over).toBe(true)
    one.end()
    const next = await take()
    expect(await processOf(next)).not.toBe(pid)
    next.end()
  })

  test('a question that takes too long at the target touches neither the next question nor the next measure', async () => {
    const one = await take()
    const pid = await processOf(one)
    expect(await one.ask(question('SELECT pg_catalog.pg_sleep(20)'))).toEqual({ kind: 'refused', code: '57014' })
    expect(await processOf(one)).toBe(pid)
    one.end()
    const next = await take()
    expect(await processOf(next)).toBe(pid)
    next.end()
  })

  test('one whose answer came too late is not asked again: its answer would be taken for another one', async () => {
    const one = (await pool.take(session(), performance.now() + 150)) as Asking
    const pid = await processOf(one)
    expect(await one.ask(question('SELECT pg_catalog.pg_sleep(20)'))).toEqual({ kind: 'late' })
    one.end()
    const next = await take()
    expect(await processOf(next)).not.toBe(pid)
    next.end()
  })

  test('begin every measure with the same settings, reading only and outside a transaction, whatever was asked before', async () => {
    const looks = "SELECT pg_catalog.current_setting('search_path'), pg_catalog.current_setting('transaction_read_only'), CURRENT_USER, pg_catalog.pg_current_xact_id_if_assigned() IS NULL, (SELECT pg_catalog.count(*) FROM pg_catalog.pg_cursors WHERE name <> ''), (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_statements)"
    const one = await take()
    const before = await cells(one, looks)
    expect(before.slice(0, 3)).toEqual(['"public"', 'on', 'measured'])
    expect((await one.ask(question("SELECT pg_catalog.set_config('search_path', 'elsewhere', true)"))).kind).toBe('rows')
    expect(await one.ask(question('SELECT 1 / 0'))).toEqual({ kind: 'refused', code: '22012' })
    expect(await one.ask(question('SELECT pg_catalog.lo_create(0)'))).toMatchObject({ kind: 'refused', code: '25006' })
    one.end()
    const next = await take()
    expect(await cells(next, looks)).toEqual(before)
    await expect(next.ask(question('SET search_path = elsewhere'))).rejects.toMatchObject({ code: 'permit_refused' })
    next.end()
  })

  test('what a measure looked up serves another that waited already, and none that came later', async () => {
    const asked = async (): Promise<number> => (await permits()).filter((one) => one === 'own:measure').length
    const [one, other] = await Promise.all([take(), take()])
    expect(await one.look('SELECT $1::pg_catalog.int4', ['7'])).toMatchObject({ kind: 'rows' })
    expect(await other.look('SELECT $1::pg_catalog.int4', ['7'])).toMatchObject({ kind: 'rows' })
    expect(await asked()).toBe(1)
    await other.look('SELECT $1::pg_catalog.int4', ['8'])
    expect(await asked()).toBe(2)
    const later = await take()
    await later.look('SELECT $1::pg_catalog.int4', ['7'])
    expect(await asked()).toBe(3)
    for (const each of [one, other, later]) each.end()
  })

  test('a look that the target refused for one measure is made again for the other', async () => {
    const [one, other] = await Promise.all([take(), take()])
    await Promise.all([one, other].map(async (each) => expect(await each.look('SELECT 1 / $1::pg_catalog.int4', ['0'])).toEqual({ kind: 'refused', code: '22012' })))
    expect((await permits()).filter((name) => name === 'own:measure')).toHaveLength(2)
    one.end()
    other.end()
  })

  test("are the target's again when nobody has needed them for a while", async () => {
    pool.stop()
    pool = make(20)
    const taken = await Promise.all([take(), take()])
    for (const one of taken) one.end()
    await until('they are closed', async () => ((await processes()).length === 0 ? true : undefined))
    expect(pool.size).toBe(0)
    await take()
  })

  test('a target that cannot be reached gives the place back', async () => {
    await behind.query('ALTER ROLE measured NOLOGIN')
    try {
      for (let i = 0; i <= MOST_AT_ONCE; i++) await expect(pool.take(session(), LONG())).rejects.toMatchObject({ code: 'target_unavailable' })
    } finally {
      await behind.query('ALTER ROLE measured LOGIN')
    }
    await take()
  })

  test('end with the gateway, and nobody waits for one any more', async () => {
    for (let i = 0; i < MOST_AT_ONCE; i++) await take()
    const waits = pool.take(session(), LONG())
    pool.stop()
    expect(await waits).toBeNull()
    expect(await pool.take(session(), LONG())).toBeNull()
  })
})

async function take(who = session()): Promise<Asking> {
  const asking = await pool.take(who, LONG())
  if (asking === null) throw new Error('no connection came free')
  return asking
}

function question(text: string) {
  return { text, types: [], formats: [], values: [] }
}

async function cells(asking: Asking, text: string): Promise<readonly (string | null)[]> {
  const answer = await asking.ask(question(text))
  if (answer.kind !== 'rows' || answer.rows[0] === undefined) throw new Error(`no row: ${JSON.stringify(answer)}`)
  return cellsOf(answer.rows[0])
}

async function processOf(asking: Asking): Promise<number> {
  return Number((await cells(asking, 'SELECT pg_catalog.pg_backend_pid()'))[0])
}

async function processes(): Promise<readonly number[]> {
  return (await behind.query("SELECT pid FROM pg_stat_activity WHERE usename = 'measured'")).rows.map((row: { readonly pid: number }) => row.pid)
}

async function permits(): Promise<readonly string[]> {
  await onDisk()
  return gate.journal('permit').map((line) => String((line.body as { readonly command?: unknown }).command))
}

async function onDisk(): Promise<void> {
  await gate.recorder.durable(gate.recorder.append({ session: 'gateway', kind: 'gateway', body: { event: 'a look at the record' } }))
}
