import { readFile } from 'node:fs/promises'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, until, type World } from '../support/world.ts'

let world: World
let secrets: readonly string[]
let open: postgres.Sql[] = []

beforeAll(async () => {
  world = await createWorld()
  await world.start()
  const behind = await world.behind()
  secrets = Object.values((await behind.query('SELECT email, phone, iban, card_number FROM customers WHERE id = 7')).rows[0] as Record<string, string>)
  await behind.end()
})
afterEach(async () => {
  await Promise.all(open.map((sql) => sql.end({ timeout: 2 })))
  open = []
  expect((await world.api('maria', '/holds?state=pending')).body['holds']).toEqual([])
})
afterAll(() => world.stop())

const notices: string[] = []

async function connect(options: postgres.Options<Record<string, never>> = {}): Promise<postgres.Sql> {
  const sql = postgres({
    host: '127.0.0.1', port: world.ports.postgres, database: 'orders', user: 'billing-bot', password: world.token('billing-bot'),
    ssl: { ca: await readFile(world.caFile, 'utf8') }, max: 1, onnotice: (notice) => { notices.push(notice['message'] ?? '') }, ...options,
  })
  open.push(sql)
  return sql
}

const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'succeeded', (error: { readonly code?: string }) => error.code ?? String(error))

describe('postgres.js', () => {
  it('connects with TLS and, on loopback, in plaintext; it fetches types by itself', async () => {
    for (const ssl of [undefined, false] as const) {
      const sql = await connect({ fetch_types: true, ...(ssl === undefined ? {} : { ssl }) })
      expect(await sql`SELECT ${[1, 2]}::int[] AS list`).toEqual([{ list: [1, 2] }])
    }
  })

  it('gets masked rows from prepared, unprepared, simple and cursor queries', async () => {
    const sql = await connect()
    const prepared = await sql`SELECT email, phone, iban, card_number FROM customers WHERE id = ${7}`
    expect(prepared.length).toBe(1)
    for (const [i, value] of Object.values(prepared[0] as Record<string, string>).entries()) expect(value).not.toBe(secrets[i])
    expect(await sql`SELECT email, phone, iban, card_number FROM customers WHERE id = ${7}`).toEqual(prepared)
    expect(await sql`SELECT email, phone, iban, card_number FROM customers WHERE id = 7`.simple()).toEqual(prepared)
    const loose = await connect({ prepare: false })
    expect(await loose`SELECT email, phone, iban, card_number FROM customers WHERE id = ${7}`).toEqual(prepared)
    const seen: unknown[] = []
    for await (const rows of sql`SELECT email, phone, iban, card_number FROM customers ORDER BY id`.cursor(400)) seen.push(...rows)
    expect(seen.length).toBe(2_000)
    expect(seen[6]).toEqual(prepared[0])
    await sql`SELECT email, phone, iban, card_number FROM customers WHERE id = 7`.forEach((row) => { expect({ ...row }).toEqual(prepared[0]) })
  })

  it('goes on after a refused DROP, in a transaction with a savepoint too', async () => {
    const sql = await connect()
    expect(await codeOf(sql`DROP TABLE invoices`)).toBe('42501')
    expect(await codeOf(sql`DROP TABLE invoices`.simple())).toBe('42501')
    expect(await codeOf(sql`DROP TABLE invoices`.describe())).toBe('42501')
    const n = await sql.begin(async (transaction) => {
      expect(await codeOf(transaction.savepoint((inner) => inner`DROP TABLE invoices`))).toBe('42501')
      return transaction`SELECT 1 AS n`
    })
    expect(n).toEqual([{ n: 1 }])
    expect(await codeOf(sql.begin((transaction) => transaction`DROP TABLE invoices`))).toBe('42501')
    expect(await sql`SELECT 2 AS n`).toEqual([{ n: 2 }])
    expect(await world.ran('DROP TABLE')).toBe(0)
  })

  it('waits for its DELETE with live notices, and reuses the statement with other values, each held', async () => {
    const sql = await connect()
    notices.length = 0
    const remove = (id: number): Promise<postgres.RowList<postgres.Row[]>> => sql`DELETE FROM invoice_lines WHERE id = ${id} RETURNING id`.execute()
    const first = remove(11)
    const [hold] = await world.pending()
    await until('a notice', () => (notices.some((text) => text.includes(hold!.id)) ? true : undefined))
    await world.decide('maria', hold!.id, 'approve')
    expect(await first).toEqual([{ id: 11 }])
    const second = codeOf(remove(12))
    await world.reviewNext('maria', 'reject')
    expect(await second).toBe('42501')
    const third = remove(13)
    await world.reviewNext('maria')
    expect(await third).toEqual([{ id: 13 }])
    expect((await sql`SELECT id FROM invoice_lines WHERE id IN (11, 12, 13)`).map((row) => row['id'])).toEqual([12])
  })

  it('pipelines on one connection around held and denied statements, with every answer in its place', async () => {
    const sql = await connect()
    await sql`SELECT 1`
    const answers = Promise.all([
      sql`SELECT ${1}::int AS n`.then((rows) => rows[0]?.['n']),
      sql`DELETE FROM invoice_lines WHERE id = ${21} RETURNING id AS n`.then((rows) => rows[0]?.['n']),
      sql`SELECT ${2}::int AS n`.then((rows) => rows[0]?.['n']),
      codeOf(sql`DROP TABLE invoices`),
      codeOf(sql`DELETE FROM invoice_lines WHERE id = ${22}`),
      sql`SELECT ${3}::int AS n`.then((rows) => rows[0]?.['n']),
    ])
    await world.reviewNext('maria')
    await world.reviewNext('maria', 'reject')
    expect(await answers).toEqual([1, 21, 2, '42501', '42501', 3])
  })

  it('withdraws a held query with query.cancel()', async () => {
    const sql = await connect()
    await sql`SELECT 1`
    const query = sql`DELETE FROM invoice_lines WHERE id = 31`
    const ended = codeOf(query.execute())
    const [hold] = await world.pending()
    query.cancel()
    expect(await ended).toBe('57014')
    expect((await world.hold(hold!.id)).state).toBe('withdrawn')
    expect(await sql`SELECT 1 AS n`).toEqual([{ n: 1 }])
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 31')).toBe(0)
  })

  it('streams COPY in, held, and COPY out, masked', async () => {
    const sql = await connect()
    const opening = sql`COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN`.writable()
    await world.reviewNext('maria')
    const into = await opening
    for (let i = 0; i < 5_000; i++) if (!into.write(`1\tPJS-${i}\t1\t1.00\n`)) await new Promise((resolve) => into.once('drain', resolve))
    await new Promise<void>((resolve, reject) => into.on('error', reject).once('finish', resolve).end())
    expect(await sql`SELECT count(*)::int AS n FROM invoice_lines WHERE sku LIKE 'PJS-%'`).toEqual([{ n: 5_000 }])
    let text = ''
    for await (const chunk of await sql`COPY customers TO STDOUT`.readable()) text += String(chunk)
    expect(text.split('\n').length).toBe(2_001)
    for (const secret of secrets) expect(text).not.toContain(secret)
  })

  it('is refused LISTEN, and told so', async () => {
    const sql = await connect()
    expect(await codeOf(sql`LISTEN news`)).toBe('42501')
    expect(await codeOf(sql.notify('news', 'x'))).toBe('42501')
    expect(await world.ran('pg_notify')).toBe(0)
  })

  it('with a wrong token is told so', async () => {
    const sql = await connect({ password: 'nonsense' })
    expect(await codeOf(sql`SELECT 1`)).toBe('28P01')
  })
})
