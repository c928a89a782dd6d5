import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type HoldView, until, type World } from '../support/world.ts'

let world: World
let secret: { readonly email: string; readonly phone: string; readonly iban: string; readonly card_number: string }
const open: pg.Client[] = []

beforeAll(async () => {
  world = await createWorld()
  await world.start()
  const behind = await world.behind()
  secret = (await behind.query('SELECT email, phone, iban, card_number FROM customers WHERE id = 7')).rows[0]
  await behind.end()
})
afterEach(async () => {
  for (const client of open.splice(0)) await client.end()
  expect((await world.api('maria', '/holds?state=pending')).body['holds']).toEqual([])
})
afterAll(() => world.stop())

async function connect(options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = await world.client('billing-bot', options)
  open.push(client)
  return client
}

const failure = (promise: Promise<unknown>): Promise<pg.DatabaseError> => promise.then(() => { throw new Error('it succeeded') }, (error: pg.DatabaseError) => error)

function expectMasked(value: unknown): void {
  const text = JSON.stringify(value, (_key, inner) => (inner?.type === 'Buffer' ? Buffer.from(inner.data).toString('latin1') : inner))
  expect(text.length).toBeGreaterThan(20)
  for (const one of Object.values(secret)) expect(text).not.toContain(one)
}

describe('node-postgres', () => {
  it('connects in plaintext on loopback', async () => {
    const client = await connect({ ssl: false })
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('gets masked rows with the simple, the extended and the named-statement protocol, in text and binary', async () => {
    const client = await connect()
    const columns = 'SELECT email, phone, iban, card_number FROM customers WHERE id'
    const simple = (await client.query(`${columns} = 7`)).rows
    expectMasked(simple)
    const extended = (await client.query(`${columns} = $1`, [7])).rows
    expect(extended).toEqual(simple)
    for (let i = 0; i < 3; i++) expect((await client.query({ name: 'seven', text: `${columns} = $1`, values: [7] })).rows).toEqual(simple)
    const binary = (await client.query<object>({ text: `${columns} = $1`, values: [7], binary: true } as pg.QueryConfig)).rows
    expectMasked(binary)
    expect(binary).toEqual(simple)
  })

  it('is refused a DROP in both protocols and keeps working, in a transaction and out of it', async () => {
    const client = await connect()
    for (const queryMode of ['simple', 'extended']) {
      const error = await failure(client.query({ text: 'DROP TABLE invoices', queryMode } as pg.QueryConfig))
      expect(error.code).toBe('42501')
      expect(error.detail).toContain('orders-no-schema-changes')
      expect((await client.query('SELECT count(*)::int AS n FROM invoices')).rows).toEqual([{ n: 6012 }])
    }
    await client.query('BEGIN')
    await client.query('SAVEPOINT before')
    expect((await failure(client.query({ text: 'DROP TABLE invoices', name: 'drop' }))).code).toBe('42501')
    expect((await failure(client.query('SELECT 1'))).code).toBe('25P02')
    await client.query('ROLLBACK TO SAVEPOINT before')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect((await failure(client.query('DROP TABLE invoices'))).code).toBe('42501')
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK')
    expect(await world.ran('DROP TABLE')).toBe(0)
  })

  it('judges and holds each execution of one prepared statement by itself, with its parameters in the briefing', async () => {
    const client = await connect()
    const remove = (id: number): Promise<pg.QueryResult> => client.query({ name: 'remove', text: 'DELETE FROM invoice_lines WHERE id = $1', values: [id] })
    for (const [id, choice] of [[101, 'approve'], [102, 'reject'], [103, 'approve']] as const) {
      const running = remove(id)
      const settled = running.then(() => undefined, () => undefined)
      const [hold] = await world.pending()
      expect(JSON.stringify((await world.api('maria', `/holds/${hold!.id}`)).body)).toContain(`"${id}"`)
      await world.decide('maria', hold!.id, choice)
      await settled
      if (choice === 'approve') expect((await running).rowCount).toBe(1)
      else expect((await failure(running)).code).toBe('42501')
    }
    expect((await client.query('SELECT id FROM invoice_lines WHERE id IN (101, 102, 103)')).rows).toEqual([{ id: 102 }])
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = $1')).toBe(2)
  })

  it('queues behind a held command and gets every answer in order, whichever way each ends', async () => {
    const client = await connect()
    const answers = [
      client.query('SELECT 1 AS n'), client.query('DELETE FROM invoice_lines WHERE id = 111'), client.query('SELECT $1::int AS n', [2]),
      client.query('DROP TABLE invoices'), client.query('SELECT 3 AS n'), client.query('DELETE FROM invoice_lines WHERE id = $1', [112]), client.query('SELECT 4 AS n'),
    ].map((one) => one.then((result) => result.rows[0]?.n ?? result.rowCount, (error: pg.DatabaseError) => error.code))
    await world.reviewNext('maria')
    await world.reviewNext('omar', 'reject')
    expect(await Promise.all(answers)).toEqual([1, 1, 2, '42501', 3, '42501', 4])
  })

  it('reads through a cursor in pieces, all of them masked', async () => {
    const client = await connect()
    const cursor = client.query(new Cursor('SELECT id, email, phone, iban, card_number FROM customers WHERE id > $1 ORDER BY id', [0]))
    const rows: unknown[] = []
    for (;;) {
      const piece = await cursor.read(300)
      if (piece.length === 0) break
      rows.push(...piece)
    }
    await cursor.close()
    expect(rows.length).toBe(2_000)
    expectMasked(rows)
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('has one approval for all of a held cursor, and none left for the next', async () => {
    const client = await connect()
    const cursor = client.query(new Cursor("UPDATE invoices SET total = total WHERE id BETWEEN $1 AND $2 RETURNING id", [1, 5]))
    const first = cursor.read(2)
    await world.reviewNext('maria')
    expect((await first).length).toBe(2)
    expect((await cursor.read(2)).length).toBe(2)
    expect((await cursor.read(2)).length).toBe(1)
    await cursor.close()
    // The log has one line per Execute: the first and two that fetch on. A second approval was never asked for: no hold is open.
    expect(await world.ran('UPDATE invoices SET total = total WHERE id BETWEEN')).toBe(3)
  })

  it('streams a COPY out, masked, in text, csv and binary', async () => {
    const client = await connect()
    for (const format of ['', 'WITH (FORMAT csv, HEADER)', 'WITH (FORMAT binary)']) {
      for (const source of ['customers', '(SELECT * FROM customers WHERE id = 7)', 'customers (phone, id, email)']) {
        const chunks: Buffer[] = []
        for await (const chunk of client.query(copyTo(`COPY ${source} TO STDOUT ${format}`))) chunks.push(chunk as Buffer)
        const all = Buffer.concat(chunks).toString('latin1')
        expectMasked(all)
      }
    }
  })

  it('copies out byte for byte what nothing masks', async () => {
    const read = async (client: pg.Client, sql: string): Promise<Buffer> => {
      const chunks: Buffer[] = []
      for await (const chunk of client.query(copyTo(sql))) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    }
    const client = await connect()
    const behind = await world.behind()
    for (const format of ['text', 'csv', 'binary']) {
      const sql = `COPY (SELECT l.*, i.issued_on FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id ORDER BY l.id) TO STDOUT WITH (FORMAT ${format})`
      const [through, straight] = [await read(client, sql), await read(behind, sql)]
      expect(through.length).toBeGreaterThan(100_000)
      expect(through.equals(straight), format).toBe(true)
    }
    await behind.end()
  })

  it('streams a held COPY in once it is approved', async () => {
    const client = await connect()
    const rows = Readable.from(Array.from({ length: 200 }, (_, i) => `1\tSTREAM-${i}\t1\t1.00\n`.repeat(100)))
    const into = client.query(copyFrom('COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN'))
    const loading = pipeline(rows, into)
    await world.reviewNext('maria')
    await loading
    expect(into.rowCount).toBe(20_000)
    expect((await client.query("SELECT count(*)::int AS n FROM invoice_lines WHERE sku LIKE 'STREAM-%'")).rows).toEqual([{ n: 20_000 }])
  })

  it('that breaks off a COPY leaves no row of it', async () => {
    const client = await connect()
    const into = client.query(copyFrom('COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN'))
    const failed = once(into, 'error')
    into.write('1\tBROKEN-1\t1\t1.00\n')
    await world.reviewNext('maria')
    await until('the target to read', async () => ((await world.ran('COPY invoice_lines (invoice_id, sku')) > 1 ? true : undefined))
    into.destroy(new Error('changed my mind'))
    await failed
    expect((await client.query("SELECT count(*)::int AS n FROM invoice_lines WHERE sku LIKE 'BROKEN-%'")).rows).toEqual([{ n: 0 }])
  })

  it('that is refused a COPY while it is ready to send gets the error and goes on', async () => {
    const client = await connect()
    const into = client.query(copyFrom('COPY access_grants (subject, system, role) FROM STDIN'))
    const loading = failure(pipeline(Readable.from(['a\tb\tc\n'.repeat(10_000)]), into))
    await world.reviewNext('maria', 'reject')
    expect((await loading).code).toBe('42501')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('uses statements prepared in SQL, and names that SQL and the protocol share', async () => {
    const client = await connect()
    await client.query('PREPARE pick (int) AS SELECT email FROM customers WHERE id = $1')
    expectMasked([...(await client.query('EXECUTE pick(7)')).rows, 'padding to be long enough'])
    // Naming a change in SQL runs nothing, like Parse: it waits for nobody, and each of its runs does.
    await client.query('PREPARE remove (int) AS DELETE FROM invoice_lines WHERE id = $1')
    const briefingOf = async (hold: HoldView): Promise<string> => JSON.stringify((await world.api('maria', `/holds/${hold.id}`)).body)
    const fingerprints: unknown[] = []
    for (const id of [121, 122]) {
      const running = client.query(`EXECUTE remove(${id})`)
      const briefing = await briefingOf(await world.reviewNext('maria'))
      expect(briefing).toContain('DELETE FROM invoice_lines WHERE id = $1')
      fingerprints.push(/sha256 of their meaning","value":"(\w+)"/.exec(briefing)?.[1])
      expect((await running).rowCount).toBe(1)
    }
    await client.query('DEALLOCATE ALL')
    expect((await failure(client.query('EXECUTE remove(123)'))).code).toMatch(/42501|26000/)
    expect((await client.query("SELECT count(*)::int AS n FROM invoice_lines WHERE id IN (121, 122, 123)")).rows).toEqual([{ n: 1 }])
    // The same words after the name stands for something else are another command, which no earlier approval fits.
    await client.query('PREPARE remove (int) AS DELETE FROM invoices WHERE id = $1')
    const other = failure(client.query('EXECUTE remove(121)'))
    const briefing = await briefingOf(await world.reviewNext('maria', 'reject'))
    expect(briefing).toContain('DELETE FROM invoices WHERE id = $1')
    fingerprints.push(/sha256 of their meaning","value":"(\w+)"/.exec(briefing)?.[1])
    expect((await other).code).toBe('42501')
    expect(new Set(fingerprints).size).toBe(3)
    expect(fingerprints.every((one) => typeof one === 'string')).toBe(true)
  })

  it('finds its session as new after DISCARD ALL, with masks as before', async () => {
    const client = await connect()
    await client.query({ name: 'kept', text: 'SELECT 1' })
    await client.query("SET application_name = 'other'")
    await client.query('DISCARD ALL')
    expect((await failure(client.query({ name: 'kept', text: 'SELECT 1' }))).code).toMatch(/0A000|26000/)
    expectMasked((await client.query('SELECT * FROM customers WHERE id = 7')).rows)
    expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: expect.stringContaining('public') }])
  })

  it('sees 200,000 rows byte for byte', async () => {
    const sql = "SELECT n, md5(n::text) AS digest, repeat('é', n % 7) AS text, NULL::int AS nothing, n::numeric / 7 AS ratio FROM generate_series(1, 200000) n"
    const client = await connect()
    const behind = await world.behind()
    const bytes = async (from: pg.Client): Promise<string> => {
      const { rows } = await from.query({ text: sql, rowMode: 'array' })
      expect(rows.length).toBe(200_000)
      return rows.map((row: unknown[]) => row.join('\u0000')).join('\n')
    }
    const straight = await bytes(behind)
    await behind.end()
    expect((await bytes(client)) === straight).toBe(true)
  })

  it('sends and gets back parameters of five megabytes', async () => {
    const client = await connect()
    const text = 'Zürich 東京 🦊 '.repeat(275_000)
    expect(Buffer.byteLength(text)).toBeGreaterThan(5 << 20)
    expect((await client.query('SELECT $1::text AS text', [text])).rows[0].text === text).toBe(true)
    const bytes = Buffer.alloc(5 << 20, 0xa7)
    expect((await client.query('SELECT md5($1::bytea) AS digest, length($1::bytea) AS length', [bytes])).rows).toEqual([{ digest: createHash('md5').update(bytes).digest('hex'), length: 5 << 20 }])
  })

  it('learns of a unique violation and not of the value', async () => {
    const client = await connect()
    const inserting = failure(client.query('INSERT INTO customers (full_name, email, phone, iban, card_number) VALUES ($1, $2, $3, $4, $5)', ['X', secret.email, 'p', 'i', 'c']))
    await world.reviewNext('maria')
    const error = await inserting
    expect(error.code).toBe('23505')
    expectMasked({ ...error, message: error.message, detail: error.detail, where: error.where })
  })

  it('that goes away while held takes its hold with it', async () => {
    const client = await world.client()
    const running = failure(client.query('DELETE FROM invoice_lines WHERE id = 131'))
    const [hold] = await world.pending()
    ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
    await running
    await until('the hold to close', async () => ((await world.hold(hold!.id)).state === 'withdrawn' ? true : undefined))
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 131')).toBe(0)
  })

  it('that ends politely right after its statement is held takes its hold with it', async () => {
    const client = await world.client()
    const running = client.query('DELETE FROM invoice_lines WHERE id = 132').catch((error: Error) => error)
    const [hold] = await world.pending()
    const ended = client.end()
    await until('the hold to close', async () => ((await world.hold(hold!.id)).state === 'withdrawn' ? true : undefined))
    await Promise.all([running, ended])
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 132')).toBe(0)
  })

  it('shows no other agent its holds, sessions or recordings, and cannot decide on its own', async () => {
    const client = await connect()
    const running = client.query('DELETE FROM invoice_lines WHERE id = 141').catch((error: Error) => error)
    const [hold] = await world.pending()
    expect((await world.api('deploy-bot', `/holds/${hold!.id}`)).status).toBe(404)
    expect((await world.api('deploy-bot', '/holds?state=pending')).body['holds']).toEqual([])
    const session = String(hold!['session'])
    for (const path of [`/sessions/${session}`, `/sessions/${session}/recording`]) {
      const as = async (who: 'maria' | 'deploy-bot'): Promise<number> => (await fetch(`${world.adminUrl}/api/v1${path}`, { headers: { authorization: `Bearer ${world.token(who)}` } })).status
      // A recording is on disk some 50 ms after its session began.
      await until(`${path} to be there`, async () => ((await as('maria')) === 200 ? true : undefined))
      expect([403, 404], path).toContain(await as('deploy-bot'))
    }
    expect((await world.decide('billing-bot', hold!.id, 'approve')).status).toBe(403)
    expect((await world.decide('deploy-bot', hold!.id, 'approve')).status).toBeGreaterThanOrEqual(403)
    await world.decide('maria', hold!.id, 'reject')
    await running
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 141')).toBe(0)
  })

  it('is told of notices of the target between the answers', async () => {
    const client = await connect()
    const told: string[] = []
    client.on('notice', (notice) => told.push(notice.message ?? ''))
    await client.query('COMMIT')
    expect(told).toEqual(['there is no transaction in progress'])
  })
})
