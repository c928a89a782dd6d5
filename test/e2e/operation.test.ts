import { spawn } from 'node:child_process'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { amend, expectVerified, failure, metric, POLICY, readiness, recordingsOf } from '../support/checks.ts'
import { createWorld, type Spawned, until, type World } from '../support/world.ts'

// What an operator sees: a stop that leaves nothing running, health and metrics, and logs and records without data.

// Whole processes start and stop here, on machines that do other things too.
vi.setConfig({ testTimeout: 90_000 })

let world: World
let gateway: Spawned
let output = ''
beforeEach(async () => {
  world = await createWorld({ policy: POLICY })
  output = ''
  gateway = await world.spawn()
  for (const stream of [gateway.child.stdout, gateway.child.stderr]) stream?.on('data', (chunk: Buffer) => { output += chunk.toString() })
})
afterEach(() => world.stop())

const ended = (client: pg.Client): Promise<{ readonly code?: string }> => new Promise((resolve) => client.once('error', resolve))
const atTarget = async (behind: pg.Client): Promise<number> => Number((await behind.query("SELECT count(*) AS n FROM pg_stat_activity WHERE usename = $1", [world.database.user])).rows[0].n)

describe('a start', () => {
  const failed = (): Promise<string> => world.spawn().then(() => 'it started', (error: Error) => error.message)

  it('is refused with every fault of configuration and policy at once, and nothing listens then', async () => {
    await gateway.stop()
    const [config, policy] = [await readFile(world.configFile, 'utf8'), await readFile(world.policyFile, 'utf8')]
    await writeFile(world.configFile, `${config}surprise: 1\nlimits: { max_connections: many }\n`)
    const said = await failed()
    expect(said).toMatch(/surprise/)
    expect(said).toMatch(/max_connections/)
    expect(said).toMatch(/holdpoint\.yaml:\d+:\d+/)
    await writeFile(world.configFile, config)
    await writeFile(world.policyFile, `${policy}  - { id: one, on: { protocol: postgres, target: nowhere }, decision: allow }\n  - { id: two, on: { protocol: postgres, target: orders, verbs: [update] }, decision: hold, reason: x, approval: nobody }\n`)
    const rules = await failed()
    expect(rules).toMatch(/nowhere/)
    expect(rules).toMatch(/nobody/)
    expect(rules).toMatch(/policy\.yaml:\d+:\d+/)
    await expect(fetch(`${world.adminUrl}/healthz`)).rejects.toThrow()
    await writeFile(world.policyFile, policy)
  })

  it('is refused while another gateway writes the same journal, and with a store that is somebody else’s or damaged', async () => {
    await amend(world, (config) => { config['listen'] = { postgres: '127.0.0.1:0', admin: '127.0.0.1:0' } })
    expect(await failed()).toMatch(/journal|record/i)
    await gateway.stop()
    const file = join(world.directory, 'holdpoint.db')
    for (const suffix of ['', '-wal', '-shm']) await rm(`${file}${suffix}`, { force: true })
    await writeFile(file, 'this is no database, but somebody wants to keep it. '.repeat(100))
    expect(await failed()).toMatch(/store/)
    expect(await readFile(file, 'utf8')).toContain('somebody wants to keep it')
  })
})

describe('SIGTERM', () => {
  it('tells idle clients, lets running commands end, ends held ones, keeps what survives, and leaves nothing running', async () => {
    const behind = await world.behind()
    await behind.query('BEGIN')
    await behind.query('SELECT 1 FROM invoices WHERE id = 1 FOR UPDATE')
    const [idle, running, held, surviving, open] = [await world.client(), await world.client(), await world.client(), await world.client(), await world.client()]
    const [idleEnded, openEnded] = [ended(idle), ended(open)]
    await open.query('BEGIN')
    await open.query("INSERT INTO invoice_lines (invoice_id, sku, quantity, price) VALUES (5, 'DRAIN', 1, 1)")
    const run = running.query('UPDATE invoices SET total = 11 WHERE id = 1')
    await world.reviewNext('maria')
    await until('the target runs it', async () => ((await world.ran('total = 11')) === 1 ? true : undefined))
    const wait = failure(held.query('UPDATE invoices SET total = 12 WHERE id = 2'))
    const survive = failure(surviving.query('UPDATE invoice_lines SET quantity = 13 WHERE id = 3'))
    const holds = await world.pending(2)
    const exit = new Promise<number | null>((resolve) => gateway.child.once('exit', (code) => resolve(code)))
    gateway.child.kill('SIGTERM')
    expect(await idleEnded).toMatchObject({ code: '57P01' })
    expect((await wait).code).toBe('57014')
    expect((await survive).code).toBe('57014')
    // Nobody new gets in while the running one ends.
    await failure(world.client())
    // A transaction that is open may come to its end, and then it is told too.
    await open.query('COMMIT')
    expect(await openEnded).toMatchObject({ code: '57P01' })
    expect((await behind.query("SELECT 1 FROM invoice_lines WHERE sku = 'DRAIN'")).rowCount).toBe(1)
    await behind.query('COMMIT')
    expect((await run).rowCount).toBe(1)
    const began = Date.now()
    expect(await exit).toBe(0)
    // It was over when its last command was, and not when its patience was.
    expect(Date.now() - began).toBeLessThan(6_000)
    expect([await world.ran('total = 12'), await world.ran('quantity = 13')]).toEqual([0, 0])
    await until('the target is rid of us', async () => ((await atTarget(behind)) === 0 ? true : undefined))
    await expectVerified(world)
    gateway = await world.spawn()
    await world.api('maria', '/me')
    const after = new Map(await Promise.all(holds.map(async (hold) => [hold.text, await world.hold(hold.id)] as const)))
    expect(after.get('UPDATE invoices SET total = 12 WHERE id = 2')).toMatchObject({ state: 'withdrawn' })
    expect(after.get('UPDATE invoice_lines SET quantity = 13 WHERE id = 3')).toMatchObject({ state: 'pending', attachment: 'detached' })
    const done = (await world.api('maria', '/holds?state=succeeded')).body['holds'] as readonly { readonly text: string }[]
    expect(done.map(({ text }) => text)).toEqual(['UPDATE invoices SET total = 11 WHERE id = 1'])
    await behind.end()
  })

  it('cuts what does not end in time, and says that its outcome is unknown', async () => {
    await gateway.stop()
    await amend(world, (config) => { config['limits'] = { drain_timeout_ms: 300 } })
    gateway = await world.spawn()
    await world.api('maria', '/me')
    const behind = await world.behind()
    await behind.query('BEGIN')
    await behind.query('SELECT 1 FROM invoices WHERE id = 1 FOR UPDATE')
    const running = await world.client()
    const run = failure(running.query('UPDATE invoices SET total = 14 WHERE id = 1'))
    const hold = await world.reviewNext('maria')
    await until('the target runs it', async () => ((await world.ran('total = 14')) === 1 ? true : undefined))
    await gateway.stop()
    await run
    await behind.query('COMMIT')
    await behind.end()
    gateway = await world.spawn()
    await world.api('maria', '/me')
    expect(await world.hold(hold.id)).toMatchObject({ state: 'unknown' })
    expect(await world.ran('total = 14')).toBe(1)
    await expectVerified(world)
  })
})

describe('health and metrics', () => {
  it('answer without a credential and say what was decided', async () => {
    expect(await (await fetch(`${world.adminUrl}/healthz`)).json()).toEqual({ ok: true })
    const { parts } = (await (await fetch(`${world.adminUrl}/readyz`)).json()) as { readonly parts: readonly { readonly part: string }[] }
    expect(parts.map(({ part }) => part)).toEqual(['store', 'journal', 'policy', 'parser', 'target orders/orders', 'analysis orders/orders'])
    expect((await readiness(world)).status).toBe(200)
    const client = await world.client()
    await client.query('SELECT 1')
    await failure(client.query('DROP TABLE invoices'))
    const query = client.query('UPDATE invoices SET total = 21 WHERE id = 1')
    await world.pending()
    expect(await metric(world, 'holdpoint_holds_open')).toBe(1)
    expect(await metric(world, 'holdpoint_sessions_open')).toBe(1)
    await world.reviewNext('maria')
    await query
    const refused = failure(client.query('UPDATE invoices SET total = 22 WHERE id = 1'))
    await world.reviewNext('maria', 'reject')
    await refused
    await client.end()
    await until('the session is closed', async () => ((await metric(world, 'holdpoint_sessions_open')) === 0 ? true : undefined))
    expect(await metric(world, 'holdpoint_holds_open')).toBe(0)
    expect(await metric(world, 'holdpoint_commands_total{protocol="postgres",verdict="hold"}')).toBe(2)
    expect(await metric(world, 'holdpoint_commands_total{protocol="postgres",verdict="deny"}')).toBe(1)
    expect(await metric(world, 'holdpoint_commands_total{protocol="postgres",verdict="allow"}')).toBeGreaterThanOrEqual(2)
    expect(await metric(world, 'holdpoint_refusals_total{protocol="postgres",code="review_rejected"}')).toBe(1)
    expect(await metric(world, 'holdpoint_time_to_decision_seconds_count{decision="approved"}')).toBe(1)
    expect(await metric(world, 'holdpoint_bytes_out_total{protocol="postgres"}')).toBeGreaterThan(0)
    expect(await metric(world, 'holdpoint_journal_durable_seconds_count')).toBeGreaterThan(0)
    for (const part of ['store', 'journal', 'parser', 'policy', 'target']) expect(await metric(world, `holdpoint_unhealthy{part="${part}"}`)).toBe(0)
    await failure(world.client('billing-bot', { password: 'hp_wrong' }))
    expect(await metric(world, 'holdpoint_sign_ins_refused_total')).toBe(1)
  })
})

describe('what is written down', () => {
  /** A session that reads everything in every way, makes errors, and names secrets wherever a client can. */
  async function busySession(): Promise<void> {
    const client = await world.client('billing-bot', { options: '-c holdpoint.reason=because-kiwi-secret-1' })
    await client.query('SELECT * FROM customers')
    await client.query({ text: 'SELECT * FROM customers WHERE id > $1', values: [0] })
    await client.query({ text: 'SELECT id, email, phone, iban, card_number FROM customers WHERE id < $1', values: [300], binary: true } as never)
    await client.query("SELECT id, email || '' AS e, lower(iban) AS i, to_json(c)::text AS j FROM customers c")
    await client.query('BEGIN')
    await client.query('DECLARE c1 CURSOR FOR SELECT full_name, email, card_number FROM customers ORDER BY id')
    await client.query('FETCH 500 FROM c1')
    await client.query('COMMIT')
    for (const column of ['email', 'phone', 'iban', 'card_number']) {
      await failure(client.query(`SELECT ${column}::date FROM customers`))
      await client.query(`SELECT ${column} AS harmless FROM customers ORDER BY 1 LIMIT 50`)
      await client.query(`SELECT min(${column}), max(${column}), string_agg(${column}, ' ') FROM customers`)
    }
    await copyOut()
    await failure(client.query("SELECT 'kiwi-secret-2' FRM x"))
    await failure(client.query("SELECT 'password=kiwi-secret-3'::int"))
    await failure(client.query({ text: 'SELECT $1::int', values: ['kiwi-secret-4'] }))
    await failure(client.query("INSERT INTO customers (id, full_name, email) VALUES (1, 'kiwi-secret-5', 'kiwi-secret-6@example.org')"))
    await failure(client.query("CREATE ROLE thief PASSWORD 'kiwi-secret-7'"))
    await failure(client.query("UPDATE customers SET note = 'kiwi-secret-8' WHERE id = 2"))
    const held = failure(client.query("UPDATE invoices SET status = 'kiwi-secret-9' WHERE id = 3"))
    const [hold] = await until('it is held', async () => {
      const holds = (await world.api('maria', '/holds?state=pending')).body['holds'] as readonly { readonly id: string; readonly text: string }[]
      const found = holds.filter(({ text }) => text.includes('invoices'))
      return found.length > 0 ? found : undefined
    })
    await world.decide('maria', hold!.id, 'reject', 'kiwi-secret-10')
    await held
    await failure(world.client('billing-bot', { password: 'hp_kiwi-secret-11' }))
    await failure(world.client('billing-bot', { database: 'kiwi-secret-12' }))
    await fetch(`${world.adminUrl}/api/v1/holds?kiwi-secret-13=1`, { headers: { authorization: 'Bearer kiwi-secret-14' } })
    await client.end()
  }

  async function copyOut(): Promise<void> {
    const psql = spawn('psql', ['-c', 'COPY customers TO STDOUT', '-c', 'COPY (SELECT email, iban FROM customers) TO STDOUT (FORMAT csv)'], { env: { ...process.env, ...world.libpq() }, stdio: ['ignore', 'pipe', 'pipe'] })
    let lines = 0
    psql.stdout.on('data', (chunk: Buffer) => { lines += chunk.toString().split('\n').length - 1 })
    const code = await new Promise((resolve) => psql.once('exit', resolve))
    expect([code, lines]).toEqual([0, 4_000])
  }

  async function filesUnder(folder: string): Promise<readonly string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  }

  it('holds no data, no token and no secret in the log, and no unmasked value and no token in journal, recordings and store', async () => {
    const behind = await world.behind()
    await busySession()
    await gateway.stop()
    const { rows } = await behind.query<Record<string, string>>('SELECT email, phone, iban, card_number FROM customers ORDER BY id LIMIT 60')
    const raw = rows.flatMap((row) => Object.values(row)).filter((value) => typeof value === 'string' && value.length >= 6)
    expect(raw.length).toBeGreaterThan(200)
    await behind.end()
    const tokens = [...world.tokens.values()]
    expect(output).toContain('"event":"command.refused"')
    for (const needle of [...raw, ...tokens, 'kiwi-secret', 'UPDATE', 'SELECT', world.database.password]) expect(output.includes(needle), `the log contains ${needle}`).toBe(false)
    const files = [...(await filesUnder(recordingsOf(world))), ...['holdpoint.db', 'holdpoint.db-wal'].map((name) => join(world.directory, name))]
    expect(files.some((file) => file.endsWith('.hpr'))).toBe(true)
    for (const file of files) {
      const bytes = await readFile(file).catch(() => Buffer.alloc(0))
      const found = [...raw, ...tokens, world.database.password].filter((needle) => bytes.includes(needle))
      expect({ file, found }).toEqual({ file, found: [] })
      // Wherever it was named as a password, it is not written down either.
      expect([file, bytes.includes('kiwi-secret-7'), bytes.includes('kiwi-secret-11')]).toEqual([file, false, false])
    }
    await expectVerified(world)
  })
})
