import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.start()
})
afterAll(() => world.stop())

const failure = (promise: Promise<unknown>): Promise<pg.DatabaseError> => promise.then(() => { throw new Error('it succeeded') }, (error: pg.DatabaseError) => error)

describe('a held command', () => {
  it('is not sent until a reviewer approves it, and then its answer comes on the same connection', async () => {
    const client = await world.client()
    const notices: string[] = []
    client.on('notice', (notice) => notices.push(notice.message ?? ''))
    const running = client.query('DELETE FROM invoice_lines WHERE id = 1')
    const [hold] = await world.pending()
    expect(notices[0]).toContain(hold?.id)
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 1')).toBe(0)
    await world.decide('maria', hold!.id, 'approve')
    expect((await running).rowCount).toBe(1)
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 1')).toBe(1)
    expect(notices.at(-1)).toContain('approved by Maria')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  it('that is rejected reaches the target never, and the client learns who and why', async () => {
    const client = await world.client()
    const refused = failure(client.query("UPDATE invoices SET status = 'gone' WHERE id = 2"))
    await world.reviewNext('omar', 'reject', 'not in this quarter')
    const error = await refused
    expect(error.code).toBe('42501')
    expect(error.message).toContain('not in this quarter')
    expect(await world.ran("SET status = 'gone'")).toBe(0)
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })
})

describe('a refused command', () => {
  it('that would have moved the search_path changes nothing for the commands behind it', async () => {
    const client = await world.client()
    for (const text of ['SET search_path = evil', 'SET ROLE postgres', "SELECT set_config('search_path', 'evil', false)"]) expect((await failure(client.query(text))).code).toBe('42501')
    expect((await client.query('SELECT count(*)::int AS n FROM access_grants')).rows[0]).toHaveProperty('n')
    await client.end()
  })
})
