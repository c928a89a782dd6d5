import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fe, WireClient } from '../support/wire.ts'
import { createWorld, type HoldView, until, type World } from '../support/world.ts'

// What a client sees, message by message, of a run that has a ceiling. DELETE is held here, INSERT is not.

const POLICY = `
version: 1
approvals:
  owner: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m }
rules:
  - { id: read, on: { protocol: postgres, target: orders, effects: [read] }, decision: allow }
  - { id: insert, on: { protocol: postgres, target: orders, verbs: [insert] }, decision: allow }
  - { id: change, reason: changes are looked at, on: { protocol: postgres, target: orders, verbs: [delete, update] }, decision: hold, approval: owner }
`

let world: World
let behind: pg.Client
let watching: pg.Client
const clients: WireClient[] = []
beforeAll(async () => {
  world = await createWorld({ policy: POLICY, config: { limits: { measure_timeout_ms: 20_000 } } })
  behind = await world.behind()
  watching = await world.behind()
  await behind.query(`CREATE TABLE public.box (id int PRIMARY KEY); GRANT ALL ON public.box TO "${world.database.user}"`)
  await world.start()
})
beforeEach(async () => {
  await behind.query('TRUNCATE box; INSERT INTO box SELECT generate_series(1, 20)')
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
})
afterAll(async () => {
  await behind.end()
  await watching.end()
  await world.stop()
})

async function open(): Promise<WireClient> {
  const client = new WireClient(world.ports.postgres)
  clients.push(client)
  return client.signIn(world.token('billing-bot'))
}

const ids = async (): Promise<readonly number[]> => (await behind.query<{ id: number }>('SELECT id FROM box ORDER BY id')).rows.map(({ id }) => id)
const from = (first: number, last: number): readonly number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index)
const run = (text: string): readonly Buffer[] => [fe.parse(text), fe.bind({}), fe.execute()]

/** Approves what is held next, after this many rows more have come to fit it. */
async function approve(more = 0): Promise<HoldView> {
  const [hold] = await world.pending()
  if (more > 0) await behind.query('INSERT INTO box SELECT -i FROM generate_series(1, $1) i', [more])
  const { status } = await world.decide('maria', hold!.id, 'approve')
  expect(status).toBe(200)
  return hold!
}

/** A statement of a transaction sees other sessions as they were at its start, so somebody else looks. */
async function itWaits(): Promise<void> {
  await until('it waits for the row', async () => ((await watching.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM box%'")).rowCount === 1 ? true : undefined))
}

async function cancel({ processId, secret }: WireClient): Promise<void> {
  const other = new WireClient(world.ports.postgres)
  other.send(fe.cancel(processId, secret))
  await other.closed()
}

async function state(hold: HoldView, wanted: string): Promise<HoldView> {
  return until(`hold ${wanted}`, async () => {
    const now = await world.hold(hold.id)
    return now.state === wanted ? now : undefined
  })
}

describe('within its ceiling, an approved run', () => {
  it('as a Query is answered as ever, also when its text holds more', async () => {
    const client = await open()
    client.send(fe.query('DELETE FROM box WHERE id <= 2'))
    await approve()
    expect(await client.reply()).toBe('C:DELETE 2 Z:I')
    client.send(fe.query('INSERT INTO box VALUES (100); DELETE FROM box WHERE id = 3 RETURNING id; SELECT 7'))
    await approve()
    expect(await client.reply()).toBe('C:INSERT 0 1 T D C:DELETE 1 T D C:SELECT 1 Z:I')
    expect(await ids()).toEqual([...from(4, 20), 100])
  })

  it('in the midst of a batch leaves the rest of it as it is', async () => {
    const client = await open()
    client.send(...run('INSERT INTO box VALUES (101)'), ...run('DELETE FROM box WHERE id <= 2'), ...run('INSERT INTO box VALUES (102)'), fe.sync())
    await approve()
    expect(await client.reply()).toBe('1 2 C:INSERT 0 1 1 2 C:DELETE 2 1 2 C:INSERT 0 1 Z:I')
    expect(await ids()).toEqual([...from(3, 20), 101, 102])
  })

  it('behind a Flush is answered, and is not committed before the Sync', async () => {
    const client = await open()
    client.send(...run('DELETE FROM box WHERE id <= 2'), fe.flush())
    await approve()
    expect((await client.through('C')).join(' ')).toBe('1 2 C:DELETE 2')
    expect(await ids()).toEqual(from(1, 20))
    client.send(fe.sync())
    expect(await client.reply()).toBe('Z:I')
    expect(await ids()).toEqual(from(3, 20))
  })

  it('leaves the unnamed statement to the client', async () => {
    const client = await open()
    client.send(fe.parse('DELETE FROM box WHERE id = $1'), fe.bind({ values: ['1'] }), fe.execute(), fe.sync())
    await approve()
    expect(await client.reply()).toBe('1 2 C:DELETE 1 Z:I')
    client.send(fe.bind({ values: ['2'] }), fe.execute(), fe.sync())
    await approve()
    expect(await client.reply()).toBe('2 C:DELETE 1 Z:I')
    client.send(fe.query('DELETE FROM box WHERE id = 3'))
    await approve()
    expect(await client.reply()).toBe('C:DELETE 1 Z:I')
  })

  it('may hand out its rows in pieces', async () => {
    const client = await open()
    client.send(fe.query('BEGIN'))
    expect(await client.reply()).toBe('C:BEGIN Z:T')
    client.send(fe.parse('DELETE FROM box WHERE id <= 3 RETURNING id'), fe.bind({ portal: 'p' }), fe.execute('p', 2), fe.sync())
    await approve()
    expect(await client.reply()).toBe('1 2 D D s Z:T')
    client.send(fe.execute('p', 0), fe.sync())
    expect(await client.reply()).toBe('D C:DELETE 1 Z:T')
    client.send(fe.query('COMMIT'))
    expect(await client.reply()).toBe('C:COMMIT Z:I')
    expect(await ids()).toEqual(from(4, 20))
  })

  it('bound under one Sync and run under another is held to its ceiling there', async () => {
    const client = await open()
    client.send(fe.query('BEGIN'))
    await client.reply()
    client.send(fe.parse('DELETE FROM box WHERE id <= 2'), fe.bind({ portal: 'p' }), fe.sync())
    await approve(5)
    expect(await client.reply()).toBe('1 2 Z:T')
    client.send(fe.execute('p'), fe.sync())
    expect(await client.reply()).toBe('E:ZP002 Z:E')
    client.send(fe.query('COMMIT'))
    expect(await client.reply()).toBe('C:ROLLBACK Z:I')
    expect(await ids()).toEqual([...from(-5, -1), ...from(1, 20)])
  })
})

describe('over its ceiling, an approved run', () => {
  it('as a Query has one error and nothing else behind its rows', async () => {
    const client = await open()
    client.send(fe.query('INSERT INTO box VALUES (100); DELETE FROM box WHERE id <= 2'))
    await state(await approve(5), 'failed')
    expect(await client.reply()).toBe('C:INSERT 0 1 E:ZP002 Z:I')
    expect(await ids()).toEqual([...from(-5, -1), ...from(1, 20)])
  })

  it('in the midst of a batch takes all of it back, and nothing behind it runs', async () => {
    const client = await open()
    client.send(...run('INSERT INTO box VALUES (101)'), ...run('DELETE FROM box WHERE id <= 2'), ...run('INSERT INTO box VALUES (102)'), fe.sync())
    await state(await approve(5), 'failed')
    expect(await client.reply()).toBe('1 2 C:INSERT 0 1 1 2 E:ZP002 Z:I')
    expect(await ids()).toEqual([...from(-5, -1), ...from(1, 20)])
    client.send(fe.query('SELECT 1'))
    expect(await client.reply()).toBe('T D C:SELECT 1 Z:I')
  })

  it('behind a Flush is answered at once, and everything up to Sync is ignored', async () => {
    const client = await open()
    client.send(...run('DELETE FROM box WHERE id <= 2'), fe.flush())
    await approve(5)
    expect((await client.through('E')).join(' ')).toBe('1 2 E:ZP002')
    client.send(...run('INSERT INTO box VALUES (101)'), fe.sync())
    expect(await client.reply()).toBe('Z:I')
    expect(await ids()).toEqual([...from(-5, -1), ...from(1, 20)])
  })
})

describe('a run under its guard', () => {
  it('fails as the target says, in a Query and in messages, and the connection goes on', async () => {
    const client = await open()
    const failing = 'UPDATE box SET id = 1 WHERE id = 2'
    client.send(fe.query(failing))
    await approve()
    expect(await client.reply()).toBe('E:23505 Z:I')
    client.send(...run(failing), fe.sync())
    await approve()
    expect(await client.reply()).toBe('1 2 E:23505 Z:I')
    client.send(...run('INSERT INTO box VALUES (101)'), ...run(failing), ...run('INSERT INTO box VALUES (102)'), fe.sync())
    await approve()
    expect(await client.reply()).toBe('1 2 C:INSERT 0 1 1 2 E:23505 Z:I')
    client.send(fe.query('BEGIN'))
    await client.reply()
    client.send(fe.query(failing))
    await approve()
    expect(await client.reply()).toBe('E:23505 Z:E')
    client.send(fe.query('ROLLBACK'))
    expect(await client.reply()).toBe('C:ROLLBACK Z:I')
    expect(await ids()).toEqual(from(1, 20))
  })

  it.each(['Query', 'messages'])('can be cancelled, as %s', async (how) => {
    await behind.query('BEGIN')
    await behind.query('SELECT FROM box WHERE id = 1 FOR UPDATE')
    const client = await open()
    client.send(...(how === 'Query' ? [fe.query('DELETE FROM box WHERE id <= 2')] : [...run('DELETE FROM box WHERE id <= 2'), fe.sync()]))
    await approve()
    await itWaits()
    await cancel(client)
    expect(await client.reply()).toBe(how === 'Query' ? 'E:57014 Z:I' : '1 2 E:57014 Z:I')
    await behind.query('ROLLBACK')
    expect(await ids()).toEqual(from(1, 20))
    client.send(fe.query('SELECT 1'))
    expect(await client.reply()).toBe('T D C:SELECT 1 Z:I')
  })

  it('whose client leaves meanwhile is still decided on: within its ceiling it stands, over it nothing does', async () => {
    for (const more of [0, 5]) {
      await behind.query('TRUNCATE box; INSERT INTO box SELECT generate_series(1, 20)')
      const client = await open()
      client.send(fe.query('DELETE FROM box WHERE id <= 2'))
      const [hold] = await world.pending()
      if (more > 0) await behind.query('INSERT INTO box SELECT -i FROM generate_series(1, $1) i', [more])
      await behind.query('BEGIN')
      await behind.query('SELECT FROM box WHERE id = 1 FOR UPDATE')
      await world.decide('maria', hold!.id, 'approve')
      await itWaits()
      await client.end()
      await behind.query('ROLLBACK')
      await state(hold!, more === 0 ? 'succeeded' : 'failed')
      expect(await ids()).toEqual(more === 0 ? from(3, 20) : [...from(-5, -1), ...from(1, 20)])
    }
  })

  it('whose target is lost meanwhile is unknown, and nothing of it stands', async () => {
    await behind.query('BEGIN')
    await behind.query('SELECT FROM box WHERE id = 1 FOR UPDATE')
    const client = await open()
    client.send(fe.query('DELETE FROM box WHERE id <= 2'))
    const hold = await approve()
    await itWaits()
    await watching.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM box%'")
    await behind.query('ROLLBACK')
    const ended = await until('its end', async () => {
      const now = await world.hold(hold.id)
      return ['unknown', 'failed'].includes(now.state) ? now : undefined
    })
    expect(['unknown', 'failed']).toContain(ended.state)
    expect(await ids()).toEqual(from(1, 20))
  })
})
