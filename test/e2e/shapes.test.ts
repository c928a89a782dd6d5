import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type World } from '../support/world.ts'

// Texts that differ in plain literals are read once. What is decided, shown, sent and recorded is each one's own.

let world: World
let client: pg.Client
beforeAll(async () => {
  world = await createWorld()
  const behind = await world.behind()
  await behind.query(`CREATE TABLE shaped (id int, name text); INSERT INTO shaped SELECT i, 'name ' || i FROM generate_series(1, 9) i; GRANT ALL ON shaped TO PUBLIC`)
  await behind.end()
  await world.start()
  client = await world.client()
})
afterAll(async () => {
  await client?.end()
  await world?.stop()
})

const names = async (sql: string): Promise<readonly string[]> => (await client.query<{ readonly name: string }>(sql)).rows.map(({ name }) => name)
const codeOf = (sql: string): Promise<string> => client.query(sql).then(() => 'none', (error: { readonly code: string }) => error.code)

describe('texts of one shape', () => {
  it('each run with their own literals', async () => {
    for (const id of [1, 7, 3, 123456789]) expect(await names(`SELECT name FROM shaped WHERE id = ${id}`)).toEqual(id < 10 ? [`name ${id}`] : [])
    for (const name of ['name 2', 'name 8', "it's, -- 5"]) expect(await names(`SELECT name FROM shaped WHERE name = '${name.replaceAll("'", "''")}'`)).toEqual(name.startsWith('name') ? [name] : [])
    expect(await world.ran('SELECT name FROM shaped WHERE id = 7')).toBe(1)
  })

  it('are refused by the target for their own literals only, whichever came first', async () => {
    expect(await codeOf("SELECT name FROM shaped WHERE id = 'seven'")).toBe('22P02')
    expect(await names("SELECT name FROM shaped WHERE id = '7'")).toEqual(['name 7'])
    expect(await codeOf("SELECT name FROM shaped WHERE id = 'eight'")).toBe('22P02')
    expect(await names("SELECT name FROM shaped WHERE id = '8'")).toEqual(['name 8'])
  })

  it('are told apart where a number is a position', async () => {
    const ordered = async (position: number): Promise<readonly string[]> => names(`SELECT name, -id FROM shaped WHERE id < 4 ORDER BY ${position}`)
    expect(await ordered(1)).toEqual(['name 1', 'name 2', 'name 3'])
    expect(await ordered(2)).toEqual(['name 3', 'name 2', 'name 1'])
    expect(await ordered(1)).toEqual(['name 1', 'name 2', 'name 3'])
  })

  it('are held each for itself: an approval of one lets no other through', async () => {
    const first = client.query('DELETE FROM shaped WHERE id = 1')
    const hold = (await world.pending())[0]!
    expect(hold.text).toBe('DELETE FROM shaped WHERE id = 1')
    await world.decide('maria', hold.id, 'approve')
    expect((await first).rowCount).toBe(1)
    const second = client.query('DELETE FROM shaped WHERE id = 2')
    const next = (await world.pending())[0]!
    expect(next.text).toBe('DELETE FROM shaped WHERE id = 2')
    expect(await world.ran('DELETE FROM shaped WHERE id = 2')).toBe(0)
    await world.decide('maria', next.id, 'reject')
    await expect(second).rejects.toThrow()
    expect(await names('SELECT name FROM shaped WHERE id = 2')).toEqual(['name 2'])
  })

  it('are told apart from a text whose condition picks no rows by their values', async () => {
    // With other literals the first one's condition would be true of every row.
    const bounded = client.query('DELETE FROM shaped WHERE id + 1 = id + 2')
    await world.reviewNext('maria')
    expect((await bounded).rowCount).toBe(0)
    const boundless = client.query('DELETE FROM shaped WHERE id + 1 = id + 1')
    const told = await Promise.race([boundless.then(() => 'ran', () => 'refused'), world.pending().then(() => 'held')])
    expect(told).not.toBe('ran')
    expect(await world.ran('DELETE FROM shaped WHERE id + 1 = id + 1')).toBe(0)
    for (const { id } of told === 'held' ? await world.pending() : []) await world.decide('maria', id, 'reject')
    await boundless.catch(() => undefined)
  })
})
