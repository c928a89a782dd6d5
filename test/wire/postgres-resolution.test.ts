import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { journal } from '../support/checks.ts'
import { fe, WireClient } from '../support/wire.ts'
import { createWorld, until, type World } from '../support/world.ts'

// How statements are asked about while messages of the protocol are under way: what the client sees of it is nothing.

const POLICY = `
version: 1
approvals:
  owner: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m }
rules:
  - { id: understood, on: { protocol: postgres, target: orders }, decision: allow }
  - { id: ledger, on: { protocol: postgres, target: orders, effects: [write, destroy], relations: [public.ledger] }, reason: the books, decision: hold, approval: owner }
  - { id: vault, on: { protocol: postgres, target: orders, relations: [public.vault] }, reason: closed, decision: deny }
`

let world: World
let behind: pg.Client
const clients: WireClient[] = []
beforeAll(async () => {
  world = await createWorld({ policy: POLICY })
  behind = await world.behind()
  await behind.query(`
    CREATE TABLE ledger (id int, note text); INSERT INTO ledger SELECT n, 'n' || n FROM generate_series(1, 20) n; GRANT ALL ON ledger TO PUBLIC;
    CREATE TABLE vault (id int); GRANT ALL ON vault TO PUBLIC;
    CREATE TABLE plain (id int, note text); INSERT INTO plain VALUES (1, 'p1'); GRANT ALL ON plain TO PUBLIC;
    CREATE SCHEMA other; GRANT USAGE ON SCHEMA other TO PUBLIC; CREATE TABLE other.plain (id int); GRANT ALL ON other.plain TO PUBLIC`)
  await world.start()
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
})
afterAll(async () => {
  await behind.end()
  await world.stop()
})

async function open(): Promise<WireClient> {
  const client = new WireClient(world.ports.postgres)
  clients.push(client)
  return client.signIn(world.token('billing-bot'))
}

async function ask(client: WireClient, ...messages: readonly Buffer[]): Promise<string> {
  client.send(...messages)
  return client.reply()
}

/** Parse, Bind and Execute of one text, without the Sync. */
const run = (text: string): Buffer => Buffer.concat([fe.parse(text), fe.bind(), fe.execute()])

describe('a text that the target does not take', () => {
  it('is the error of its place; what follows in its batch is skipped, and what came before is taken back', async () => {
    const client = await open()
    expect(await ask(client, run('INSERT INTO plain VALUES (50)'), run('SELECT * FROM nowhere'), run('INSERT INTO plain VALUES (51)'), fe.sync())).toBe('1 2 C:INSERT 0 1 E:42P01 Z:I')
    expect(await ask(client, fe.query('SELECT FROM plain WHERE id IN (50, 51)'))).toBe('T C:SELECT 0 Z:I')
    expect(await world.ran('FROM nowhere')).toBe(0)
  })

  it('defines no name, and leaves an older one as it was', async () => {
    const client = await open()
    expect(await ask(client, fe.parse('SELECT 1', 'a'), fe.sync())).toBe('1 Z:I')
    expect(await ask(client, fe.close('S', 'a'), fe.parse('SELECT nope FROM plain', 'b'), fe.sync())).toBe('E:42703 Z:I')
    expect(await ask(client, fe.bind({ statement: 'a' }), fe.execute(), fe.sync())).toBe('2 D C:SELECT 1 Z:I')
    expect(await ask(client, fe.bind({ statement: 'b' }), fe.execute(), fe.sync())).toBe('E:26000 Z:I')
  })

  it('is judged with the parameter types of its Parse', async () => {
    const client = await open()
    expect(await ask(client, fe.parse('SELECT FROM plain WHERE id = $1', '', [23]), fe.sync())).toBe('1 Z:I')
    expect(await ask(client, fe.parse('SELECT FROM plain WHERE id = $1', '', [25]), fe.sync())).toBe('E:42883 Z:I')
    expect(await ask(client, fe.parse('SELECT FROM plain WHERE id = $1', '', [20]), fe.sync())).toBe('1 Z:I')
    expect(await ask(client, fe.parse('SELECT FROM plain WHERE id = $1', '', [25]), fe.sync())).toBe('E:42883 Z:I')
  })
})

describe('a session that is asked itself', () => {
  it('in the midst of a batch that stands in a transaction: its answers are those of its own messages, in their order', async () => {
    const client = await open()
    expect(await ask(client, fe.query('BEGIN'))).toBe('C:BEGIN Z:T')
    expect(await ask(client, run('CREATE TEMP TABLE t (id int)'), run('INSERT INTO t VALUES (1), (2)'), run('SELECT id FROM t'), run('SELECT note FROM plain'), fe.sync()))
      .toBe('1 2 C:CREATE TABLE 1 2 C:INSERT 0 2 1 2 D D C:SELECT 2 1 2 D C:SELECT 1 Z:T')
    expect(await ask(client, run('SELECT id FROM t'), run('SELECT * FROM vault'), run('SELECT id FROM t'), fe.sync())).toBe('1 2 D D C:SELECT 2 E:42501 Z:E')
    expect(await ask(client, fe.query('ROLLBACK'))).toBe('C:ROLLBACK Z:I')
    expect(client.notices).toEqual([])
  })

  it('also where the transaction was begun in that very batch', async () => {
    const client = await open()
    expect(await ask(client, run('BEGIN'), run('CREATE TEMP TABLE t (id int) ON COMMIT DROP'), run('INSERT INTO t VALUES (1)'), run('COMMIT'), fe.sync()))
      .toBe('1 2 C:BEGIN 1 2 C:CREATE TABLE 1 2 C:INSERT 0 1 1 2 C:COMMIT Z:I')
    expect(await ask(client, fe.query('SELECT * FROM t'))).toBe('E:42P01 Z:I')
  })

  it('not in a batch that is its own transaction: what may have changed meaning in it is not understood, and all of it is undone', async () => {
    const client = await open()
    expect(await ask(client, run('CREATE TABLE made_in_batch (id int)'), run('INSERT INTO made_in_batch VALUES (1)'), fe.sync())).toBe('1 2 C:CREATE TABLE E:42501 Z:I')
    expect(await ask(client, fe.query('SELECT * FROM made_in_batch'))).toBe('E:42P01 Z:I')
  })

  it('is not asked again for what it said before: many Executes of one statement in one batch', async () => {
    const client = await open()
    expect(await ask(client, fe.query('CREATE TEMP TABLE t (id int)'))).toBe('C:CREATE TABLE Z:I')
    expect(await ask(client, fe.parse('INSERT INTO t VALUES (1)', 'i'), fe.sync())).toBe('1 Z:I')
    const once = Buffer.concat([fe.bind({ statement: 'i' }), fe.execute()])
    expect(await ask(client, once, once, once, fe.sync())).toBe('2 C:INSERT 0 1 2 C:INSERT 0 1 2 C:INSERT 0 1 Z:I')
    expect(await ask(client, fe.query('SELECT FROM t'))).toBe('T D D D C:SELECT 3 Z:I')
  })

  it('keeps its unnamed statement, its portals and its place in a cursor', async () => {
    const client = await open()
    expect(await ask(client, fe.parse('SELECT id FROM plain'), fe.sync())).toBe('1 Z:I')
    expect(await ask(client, fe.parse('SET search_path = public, other', 's'), fe.bind({ statement: 's', portal: 'p' }), fe.execute('p'), fe.sync())).toMatch(/^1 2 (S )?C:SET (S )?Z:I$/)
    // Asked before the Bind: the words around the question are none that would take the unnamed statement away.
    expect(await ask(client, fe.bind(), fe.execute(), fe.sync())).toBe('2 D C:SELECT 1 Z:I')
    expect(await ask(client, fe.query('BEGIN'))).toBe('C:BEGIN Z:T')
    expect(await ask(client, fe.parse('SELECT * FROM generate_series(1, 5)', 'g'), fe.bind({ statement: 'g', portal: 'g' }), fe.execute('g', 2), fe.sync())).toBe('1 2 D D s Z:T')
    expect(await ask(client, fe.query('CREATE TEMP TABLE between (id int)'))).toBe('C:CREATE TABLE Z:T')
    expect(await ask(client, fe.query('SELECT id FROM between'))).toBe('T C:SELECT 0 Z:T')
    expect(await ask(client, fe.execute('g', 2), fe.sync())).toBe('D D s Z:T')
    expect(await ask(client, fe.query('COMMIT'))).toBe('C:COMMIT Z:I')
  })

  it('is as it began once everything is put back, and then is not asked any more', async () => {
    const client = await open()
    // The record is written behind: it is complete up to here once the last text is in it.
    const words = async (last: string): Promise<number> => until(`the record of ${last}`, async () => {
      const entries = await journal(world)
      return entries.some(({ kind, body }) => kind === 'permit' && body['text'] === last) ? entries.filter(({ body }) => String(body['command']).startsWith('own:postgres/session/')).length : undefined
    })
    expect(await ask(client, fe.query('SET search_path = other'))).toMatch(/C:SET/)
    expect(await ask(client, fe.query('SELECT * FROM plain'))).toBe('T C:SELECT 0 Z:I')
    expect(await ask(client, fe.query('CREATE TEMP TABLE gone (id int)'))).toBe('C:CREATE TABLE Z:I')
    expect(await ask(client, fe.query('DROP TABLE gone'))).toBe('C:DROP TABLE Z:I')
    expect(await ask(client, fe.query('RESET search_path'))).toMatch(/C:RESET/)
    expect(await ask(client, fe.query('SELECT id AS put_back FROM plain'))).toBe('T D C:SELECT 1 Z:I')
    const before = await words('SELECT id AS put_back FROM plain')
    expect(before).toBeGreaterThan(0)
    expect(await ask(client, fe.query('SELECT id, note FROM plain WHERE id > 0'))).toBe('T D C:SELECT 1 Z:I')
    expect(await ask(client, fe.query('SET ROLE NONE'))).toMatch(/C:SET/)
    expect(await ask(client, fe.query('SELECT id, note FROM plain WHERE id > 1'))).toBe('T C:SELECT 0 Z:I')
    // One look at where it stands, and no question about a statement.
    expect(await words('SELECT id, note FROM plain WHERE id > 1')).toBe(before + 1)
  })

  it('fills a temporary table by COPY', async () => {
    const client = await open()
    expect(await ask(client, fe.query('CREATE TEMP TABLE t (id int, note text)'))).toBe('C:CREATE TABLE Z:I')
    client.send(fe.query('COPY t FROM STDIN'), fe.copyData('1\ta\n2\tb\n'), fe.copyDone())
    expect(await client.reply()).toBe('G C:COPY 2 Z:I')
    expect(await ask(client, fe.query('SELECT note FROM t'))).toBe('T D D C:SELECT 2 Z:I')
  })

  it('while one of its commands is held, and a cancel of that leaves it usable', async () => {
    const client = await open()
    expect(await ask(client, fe.query('CREATE TEMP TABLE t AS SELECT 3 AS id'))).toMatch(/^C:(SELECT 1|CREATE TABLE AS) Z:I$/)
    client.send(fe.query('DELETE FROM ledger WHERE id IN (SELECT id FROM t)'), fe.query('SELECT id FROM t'))
    await world.reviewNext('maria')
    expect(await client.reply()).toBe('C:DELETE 1 Z:I')
    expect(await client.reply()).toBe('T D C:SELECT 1 Z:I')
    client.send(fe.query('DELETE FROM ledger WHERE id IN (SELECT id + 1 FROM t)'))
    const [hold] = await world.pending()
    const canceller = new WireClient(world.ports.postgres)
    clients.push(canceller)
    canceller.send(fe.cancel(client.processId, client.secret))
    expect(await client.reply()).toBe('E:57014 Z:I')
    expect((await world.hold(hold!.id)).decision).toBe('withdrawn')
    expect(await ask(client, fe.query('SELECT id FROM t'))).toBe('T D C:SELECT 1 Z:I')
  })

  it('may not use the names that are ours', async () => {
    const client = await open()
    for (const text of ['PREPARE "holdpoint/analysis" AS SELECT 1', 'PREPARE "holdpoint/word" AS SELECT 1', 'DECLARE "holdpoint/word" CURSOR FOR SELECT 1']) expect(await ask(client, fe.query(text))).toBe('E:0A000 Z:I')
    expect(await ask(client, fe.parse('SELECT 1', 'holdpoint/analysis'), fe.sync())).toBe('E:0A000 Z:I')
  })
})
