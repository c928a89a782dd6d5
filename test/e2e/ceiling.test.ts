import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createWorld, type HoldView, until, type World } from '../support/world.ts'

// Approved commands that would change more than people agreed to, on a real server: what is there afterwards is the proof.

const POLICY = `
version: 1
approvals:
  owner: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m }
rules:
  - { id: read, on: { protocol: postgres, target: orders, effects: [read] }, decision: allow }
  - { id: session, on: { protocol: postgres, target: orders, verbs: [begin, commit, rollback, savepoint, set, reset, prepare] }, decision: allow }
  - { id: insert, on: { protocol: postgres, target: orders, verbs: [insert] }, decision: allow }
  - { id: change, reason: changes are looked at, on: { protocol: postgres, target: orders, effects: [destroy, admin] }, decision: hold, approval: owner }
  - { id: update, reason: changes are looked at, on: { protocol: postgres, target: orders, verbs: [update, merge] }, decision: hold, approval: owner }
`

let world: World
let behind: pg.Client

beforeAll(async () => {
  world = await createWorld({ policy: POLICY, config: { limits: { measure_timeout_ms: 20_000 } } })
  behind = await world.behind()
  await behind.query(`
    CREATE TABLE public.parent (id int PRIMARY KEY, grp int NOT NULL);
    CREATE TABLE public.child (id int PRIMARY KEY, parent int REFERENCES public.parent ON DELETE CASCADE DEFERRABLE);
    CREATE TABLE public.late (id int PRIMARY KEY, parent int REFERENCES public.parent DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE public.parted (id int, k int) PARTITION BY LIST (k);
    CREATE TABLE public.parted_1 PARTITION OF public.parted FOR VALUES IN (1);
    CREATE TABLE public.parted_2 PARTITION OF public.parted FOR VALUES IN (2);
    INSERT INTO public.late VALUES (1, NULL);
    GRANT ALL ON ALL TABLES IN SCHEMA public TO "${world.database.user}"`)
  await world.start()
})
afterAll(async () => {
  await behind?.end()
  await world?.stop()
})

beforeEach(async () => {
  await behind.query(`
    TRUNCATE public.parent, public.child, public.late, public.parted;
    INSERT INTO public.late VALUES (1, NULL);
    INSERT INTO public.parent SELECT i, i % 2 FROM generate_series(1, 1000) i;
    INSERT INTO public.child SELECT i, (i - 1) / 3 + 1 FROM generate_series(1, 3000) i;
    INSERT INTO public.parted SELECT i, 1 FROM generate_series(1, 20) i`)
})

let open: pg.Client[] = []
afterEach(async () => {
  for (const client of open.splice(0)) await client.end()
  open = []
})
async function client(): Promise<pg.Client> {
  const one = await world.client()
  open.push(one)
  return one
}

type Failure = Error & { readonly code?: string; readonly detail?: string; readonly hint?: string }

describe('an approved run that stays within its ceiling', () => {
  test.each([
    ['a simple Query', undefined],
    ['a Bind with its value', [500]],
  ])('runs, as %s', async (_what, values) => {
    const agent = await client()
    const sent = agent.query(values === undefined ? 'DELETE FROM parent WHERE id <= 500 RETURNING id' : 'DELETE FROM parent WHERE id <= $1 RETURNING id', values)
    const hold = await world.reviewNext('maria')
    expect((await sent).rows).toHaveLength(500)
    expect(await counts()).toEqual({ parent: 500, child: 1500 })
    await ends(hold.id, 'succeeded')
    expect((await agent.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

describe('an approved run that changes more than its ceiling', () => {
  test.each([
    ['a simple Query', undefined],
    ['a Bind with its value', [500]],
  ])('is taken back with its cascades, and asked anew with the true number: %s', async (_what, values) => {
    const agent = await client()
    const text = values === undefined ? 'DELETE FROM parent WHERE id <= 500' : 'DELETE FROM parent WHERE id <= $1'
    const sent = agent.query(text, values).catch((error: unknown) => error as Failure)
    const [hold] = await world.pending()
    expect(field(await world.hold(hold!.id), 'rows')).toBe('500')
    // Between the count and the approval somebody adds rows that fit.
    await behind.query('INSERT INTO parent SELECT -i, 0 FROM generate_series(1, 200) i')
    await world.decide('maria', hold!.id, 'approve')
    const error = (await sent) as Failure
    expect(error).toMatchObject({ code: 'ZP002', message: expect.stringContaining('700'), hint: expect.stringContaining('send it again') })
    expect(await counts()).toEqual({ parent: 1200, child: 3000 })
    const ended = await ends(hold!.id, 'failed')
    expect(ended['outcome']).toMatchObject({ kind: 'failed', code: 'ceiling_exceeded' })
    // Nothing is left open, and the next one sees the true number.
    expect((await agent.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    const again = agent.query(text, values)
    const [next] = await world.pending()
    const shown = await world.hold(next!.id)
    expect(field(shown, 'rows')).toBe('700')
    expect(field(shown, 'stopped_before')).toContain('700')
    await world.decide('maria', next!.id, 'approve')
    expect((await again).rowCount).toBe(700)
    expect(await counts()).toEqual({ parent: 500, child: 1500 })
  })

  test('is taken back when only what goes along is more', async () => {
    const agent = await client()
    const sent = agent.query('DELETE FROM parent WHERE id <= 10').catch((error: unknown) => error as Failure)
    const [hold] = await world.pending()
    await behind.query('INSERT INTO child SELECT 10000 + i, 5 FROM generate_series(1, 100) i')
    await world.decide('maria', hold!.id, 'approve')
    expect(await sent).toMatchObject({ code: 'ZP002' })
    expect(await counts()).toEqual({ parent: 1000, child: 3100 })
  })

  test('is taken back where a reviewer allowed less, and goes through where one allowed more', async () => {
    const agent = await client()
    const less = agent.query('DELETE FROM parent WHERE id <= 10').catch((error: unknown) => error as Failure)
    const [first] = await world.pending()
    expect((await decideWith(first!.id, { rows: 9 })).status).toBe(200)
    expect(await less).toMatchObject({ code: 'ZP002' })
    const more = agent.query('DELETE FROM parent WHERE id <= 10')
    const [second] = await world.pending()
    await behind.query('INSERT INTO parent SELECT -i, 0 FROM generate_series(1, 200) i')
    expect((await decideWith(second!.id, { rows: null })).status).toBe(200)
    expect((await more).rowCount).toBe(210)
  })

  test('inside a transaction of the agent fails that transaction', async () => {
    const agent = await client()
    await agent.query('BEGIN')
    await agent.query('INSERT INTO parent VALUES (5000, 9)')
    const sent = agent.query('DELETE FROM parent WHERE id <= 500').catch((error: unknown) => error as Failure)
    const [hold] = await world.pending()
    expect(Date.parse(String((await world.hold(hold!.id))['expires_at'])) - Date.parse(String((await world.hold(hold!.id))['created_at']))).toBe(120_000)
    await behind.query('INSERT INTO parent SELECT -i, 0 FROM generate_series(1, 200) i')
    await world.decide('maria', hold!.id, 'approve')
    expect(await sent).toMatchObject({ code: 'ZP002' })
    await expect(agent.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
    expect((await agent.query('COMMIT')).command).toBe('ROLLBACK')
    expect(await counts()).toEqual({ parent: 1200, child: 3000 })
    // And one that stays within it leaves the transaction as it was.
    await agent.query('BEGIN')
    await agent.query('INSERT INTO parent VALUES (5000, 9)')
    const fine = agent.query('DELETE FROM parent WHERE id <= $1', [-150])
    await world.reviewNext('maria')
    expect((await fine).rowCount).toBe(51)
    await agent.query('COMMIT')
    expect(await counts()).toEqual({ parent: 1150, child: 3000 })
  })

  test('of several statements in one text: all of it is taken back', async () => {
    const agent = await client()
    const sent = agent.query('INSERT INTO parent VALUES (5000, 9); DELETE FROM parent WHERE id <= 10; SELECT 1').catch((error: unknown) => error as Failure)
    const [hold] = await world.pending()
    await behind.query('INSERT INTO parent SELECT -i, 0 FROM generate_series(1, 200) i')
    await world.decide('maria', hold!.id, 'approve')
    expect(await sent).toMatchObject({ code: 'ZP002' })
    expect(await counts()).toEqual({ parent: 1200, child: 3000 })
  })
})

describe('what is no more than it says', () => {
  test('a row that moves to another partition counts once', async () => {
    const agent = await client()
    const sent = agent.query('UPDATE parted SET k = 2')
    await world.reviewNext('maria')
    expect((await sent).rowCount).toBe(20)
    expect((await behind.query('SELECT count(*)::int AS n FROM parted_2')).rows).toEqual([{ n: 20 }])
  })

  test('an error of the target comes as it is, and a deferred constraint fails the whole', async () => {
    const agent = await client()
    const sent = agent.query('UPDATE child SET parent = -1 WHERE id <= 3').catch((error: unknown) => error as Failure)
    await world.reviewNext('maria')
    expect(await sent).toMatchObject({ code: '23503' })
    const late = agent.query('UPDATE late SET parent = -2').catch((error: unknown) => error as Failure)
    await world.reviewNext('maria')
    expect(await late).toMatchObject({ code: '23503' })
    expect((await behind.query('SELECT count(*)::int AS n FROM late WHERE parent < 0')).rows).toEqual([{ n: 0 }])
    expect((await agent.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

async function counts(): Promise<{ readonly parent: number; readonly child: number }> {
  return (await behind.query('SELECT (SELECT count(*)::int FROM parent) AS parent, (SELECT count(*)::int FROM child) AS child')).rows[0]
}

function field(hold: HoldView, name: string): string {
  const briefing = hold['briefing'] as { readonly sections: readonly { readonly name: string; readonly fields: readonly { readonly name: string; readonly value: unknown }[] }[] }
  return String(briefing.sections.find((one) => one.name === 'how_much')?.fields.find((one) => one.name === name)?.value)
}

async function decideWith(id: string, ceiling: unknown): Promise<{ readonly status: number }> {
  const hold = await world.hold(id)
  return world.api('maria', `/holds/${id}/decisions`, { choice: 'approve', briefing: hold.briefing_digest, ceiling })
}

async function ends(id: string, state: string): Promise<HoldView> {
  return until(`hold ${state}`, async () => {
    const hold = await world.hold(id)
    return hold.state === state ? hold : undefined
  })
}
