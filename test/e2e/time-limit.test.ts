import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, until, type World } from '../support/world.ts'

const POLICY = `
version: 1
rules:
  - { id: read, on: { protocol: postgres, target: orders, verbs: [select], relations: [public.*] }, decision: allow, limit: { seconds: 1 } }
  - { id: frame, on: { protocol: postgres, target: orders, verbs: [begin, commit, rollback] }, decision: allow }
`
/** More rows than anybody counts in a minute. */
const ENDLESS = 'SELECT count(*) FROM invoices a, invoices b, invoices c'

let world: World
beforeAll(async () => {
  world = await createWorld({ policy: POLICY })
  await world.start()
})
afterAll(() => world.stop())

const failure = (promise: Promise<unknown>): Promise<pg.DatabaseError> => promise.then(() => { throw new Error('it succeeded') }, (error: pg.DatabaseError) => error)

/** Statements that the target is running for the gateway's clients. */
async function running(): Promise<number> {
  const behind = await world.behind()
  try {
    return (await behind.query("SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT count(*) FROM invoices a%'")).rows.length
  } finally {
    await behind.end()
  }
}

describe('a rule that limits the time', () => {
  it.each([['simple', []], ['extended', [0]]] as const)('ends a statement that runs longer (%s protocol); the target stops, and the connection goes on', async (_protocol, values) => {
    const client = await world.client()
    const text = values.length === 0 ? ENDLESS : `${ENDLESS} WHERE a.id > $1`
    const error = await failure(values.length === 0 ? client.query(text) : client.query(text, [...values]))
    expect(error.code).toBe('54000')
    expect(error.message).toContain('longer than the 1 s')
    await until('the target to stop', async () => ((await running()) === 0 ? true : undefined))
    expect((await client.query('SELECT count(*) AS n FROM customers')).rows).toEqual([{ n: '2000' }])
    await client.end()
  })

  it('inside a transaction leaves it failed, as the target has it', async () => {
    const client = await world.client()
    await client.query('BEGIN')
    expect((await failure(client.query(ENDLESS))).code).toBe('54000')
    expect((await failure(client.query('SELECT count(*) FROM customers'))).code).toBe('25P02')
    await client.query('ROLLBACK')
    expect((await client.query('SELECT count(*) AS n FROM customers')).rows).toEqual([{ n: '2000' }])
    await client.end()
  })

  it('runs anew for each statement: many short ones together may take longer', async () => {
    const client = await world.client()
    const began = performance.now()
    while (performance.now() - began < 1_500) await client.query('SELECT count(*) FROM invoices')
    await client.end()
  })
})
