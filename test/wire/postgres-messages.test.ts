import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { journal, metric } from '../support/checks.ts'
import { fe, int32, msg, WireClient } from '../support/wire.ts'
import { createWorld, until, type World } from '../support/world.ts'

let world: World
const clients: WireClient[] = []
beforeAll(async () => {
  world = await createWorld()
  await world.start()
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
})
afterAll(() => world.stop())

async function open(): Promise<WireClient> {
  const client = new WireClient(world.ports.postgres)
  clients.push(client)
  return client.signIn(world.token('billing-bot'))
}

async function ask(client: WireClient, ...messages: readonly Buffer[]): Promise<string> {
  client.send(...messages)
  return client.reply()
}

const usable = async (client: WireClient): Promise<void> => expect(await ask(client, fe.query('SELECT 1'))).toBe('T D C:SELECT 1 Z:I')

/** A conversation that never changes anything: what is sent, and the answers in letters. */
const CONVERSATIONS: readonly (readonly [string, readonly Buffer[], readonly string[]])[] = [
  ['Query', [fe.query('SELECT 1')], ['T D C:SELECT 1 Z:I']],
  ['Query of nothing', [fe.query('')], ['I Z:I']],
  ['Query with only a comment', [fe.query('-- nothing\n;;')], ['I Z:I']],
  ['Query of several statements (W10)', [fe.query('SELECT 1; SELECT 2; SHOW statement_timeout')], ['T D C:SELECT 1 T D C:SELECT 1 T D C:SHOW Z:I']],
  ['Query that fails half-way', [fe.query('SELECT 1; SELECT 1/0; SELECT 2')], ['T D C:SELECT 1 E:22012 Z:I']],
  ['a transaction that fails and is rolled back', [fe.query('BEGIN'), fe.query('SELECT 1/0'), fe.query('SELECT 1'), fe.query('ROLLBACK')], ['C:BEGIN Z:T', 'E:22012 Z:E', 'E:25P02 Z:E', 'C:ROLLBACK Z:I']],
  ['Parse, Bind, Describe, Execute, Sync', [fe.parse('SELECT $1::int'), fe.bind({ values: ['7'] }), fe.describe('P'), fe.execute(), fe.sync()], ['1 2 T D C:SELECT 1 Z:I']],
  ['Describe of the statement', [fe.parse('SELECT $1::int', 'd'), fe.describe('S', 'd'), fe.close('S', 'd'), fe.sync()], ['1 t T 3 Z:I']],
  ['Describe of what returns no rows', [fe.parse('BEGIN'), fe.describe('S', ''), fe.sync()], ['1 t n Z:I']],
  ['Execute with a row limit (W18)', [fe.parse('SELECT generate_series(1,5)'), fe.bind(), fe.execute('', 2), fe.execute('', 2), fe.execute('', 2), fe.sync()], ['1 2 D D s D D s D C:SELECT 1 Z:I']],
  ['Execute of an empty statement', [fe.parse(''), fe.bind(), fe.execute(), fe.sync()], ['1 2 I Z:I']],
  ['Flush, then Sync', [fe.parse('SELECT 1'), fe.bind(), fe.execute(), fe.flush(), fe.sync()], ['1 2 D C:SELECT 1 Z:I']],
  ['Sync alone, twice', [fe.sync(), fe.sync()], ['Z:I', 'Z:I']],
  ['an error skips to Sync', [fe.parse('SELECT 1/0'), fe.bind(), fe.execute(), fe.parse('SELECT 2'), fe.bind(), fe.execute(), fe.sync()], ['1 E:22012 Z:I']],
  ['binary parameters and results', [fe.parse('SELECT $1::int4'), fe.bind({ values: [int32(5)], formats: [1], results: [1] }), fe.execute(), fe.sync()], ['1 2 D C:SELECT 1 Z:I']],
  ['the wrong number of parameters', [fe.parse('SELECT $1::int4'), fe.bind(), fe.execute(), fe.sync()], ['1 E:08P01 Z:I']],
  ['two batches in one chunk (W21)', [fe.parse('SELECT 1'), fe.bind(), fe.execute(), fe.sync(), fe.parse('SELECT 2'), fe.bind(), fe.execute(), fe.sync()], ['1 2 D C:SELECT 1 Z:I', '1 2 D C:SELECT 1 Z:I']],
  ['a Query behind a Parse that was not synced runs, as asyncpg has it', [fe.parse('SELECT 1', 'q'), fe.describe('S', 'q'), fe.flush(), fe.query('BEGIN'), fe.bind({ statement: 'q' }), fe.execute(), fe.query('COMMIT')], ['1 t T C:BEGIN Z:T', '2 D C:SELECT 1 C:COMMIT Z:I']],
  ['a Query behind messages without Sync is refused, and their transaction taken back', [fe.parse('SELECT 1'), fe.bind(), fe.execute(), fe.query('SELECT 2'), fe.sync()], ['1 2 D C:SELECT 1 E:0A000 Z:I', 'Z:I']],
  ['a Query behind BEGIN without Sync, as a driver with automatic savepoints sends it', [fe.parse('BEGIN'), fe.bind(), fe.execute(), fe.query('SAVEPOINT s'), fe.parse('SELECT 7'), fe.bind(), fe.execute(), fe.sync(), fe.query('ROLLBACK')], ['1 2 C:BEGIN C:SAVEPOINT Z:T', '1 2 D C:SELECT 1 Z:T', 'C:ROLLBACK Z:I']],
  ['a denied Query behind BEGIN without Sync fails the transaction', [fe.parse('BEGIN'), fe.bind(), fe.execute(), fe.query('DROP TABLE invoices'), fe.sync(), fe.query('ROLLBACK')], ['1 2 C:BEGIN E:42501 Z:E', 'Z:E', 'C:ROLLBACK Z:I']],
  ['COPY out', [fe.query("COPY (SELECT 1, 'x') TO STDOUT")], ['H d c C:COPY 1 Z:I']],
  ['COPY out, extended', [fe.parse('COPY (SELECT 1) TO STDOUT'), fe.bind(), fe.execute(), fe.sync()], ['1 2 H d c C:COPY 1 Z:I']],
  ['stray CopyData, CopyDone and CopyFail outside a COPY', [fe.copyData('x'), fe.copyDone(), fe.copyFail('x'), fe.query('SELECT 1')], ['T D C:SELECT 1 Z:I']],
  ['FunctionCall (W24, W25)', [fe.functionCall(3826), fe.query('SELECT 1')], ['E:0A000 Z:I', 'T D C:SELECT 1 Z:I']],
  ['IDENTIFY_SYSTEM (W27)', [fe.query('IDENTIFY_SYSTEM')], ['E:42601 Z:I']],
  ['START_REPLICATION (W27, W28)', [fe.query('START_REPLICATION 0/0')], ['E:42601 Z:I']],
  ['invalid UTF-8 (W43)', [msg('Q', Buffer.from("SELECT '\xc0'' --\0", 'latin1'))], ['E:0A000 Z:I']],
  ['invalid UTF-8 in Parse', [msg('P', Buffer.from('\0SELECT \xc0\0\0\0', 'latin1')), fe.sync()], ['E:0A000 Z:I']],
  ['SET client_encoding and its other spellings (W44)', [fe.query("SET client_encoding = 'SJIS'"), fe.query("SET NAMES 'SJIS'"), fe.query("SELECT set_config('client_encoding', 'SJIS', false)")], ['E:42501 Z:I', 'E:42501 Z:I', 'E:42501 Z:I']],
  ['SET standard_conforming_strings = off (W7, W10)', [fe.query("SET standard_conforming_strings = off; SELECT 'a\\'")], ['E:42501 Z:I']],
  ['a denied statement in a transaction fails it', [fe.query('BEGIN'), fe.query('DROP TABLE invoices'), fe.query('SELECT 1'), fe.query('ROLLBACK')], ['C:BEGIN Z:T', 'E:42501 Z:E', 'E:25P02 Z:E', 'C:ROLLBACK Z:I']],
  ['a denied statement in a batch takes the batch back', [fe.parse('SELECT 1'), fe.bind(), fe.execute(), fe.parse('DROP TABLE invoices'), fe.bind(), fe.execute(), fe.parse('SELECT 3'), fe.bind(), fe.execute(), fe.sync()], ['1 2 D C:SELECT 1 E:42501 Z:I']],
  ['a denied statement behind a Flush', [fe.parse('DROP TABLE invoices'), fe.flush(), fe.bind(), fe.execute(), fe.sync()], ['E:42501 Z:I']],
  ['SET holdpoint.reason', [fe.query("SET holdpoint.reason = 'because'"), fe.query("SET holdpoint.reason = 'again'"), fe.query('SELECT 1')], ['C:SET Z:I', 'C:SET Z:I', 'T D C:SELECT 1 Z:I']],
  ['LISTEN and NOTIFY, by rule only', [fe.query('LISTEN x'), fe.query('NOTIFY x')], ['E:42501 Z:I', 'E:42501 Z:I']],
]

describe('every conversation', () => {
  it.each(CONVERSATIONS)('%s: as one chunk', async (_what, messages, replies) => {
    const client = await open()
    client.send(...messages)
    for (const reply of replies) expect(await client.reply()).toBe(reply)
    await usable(client)
  })

  it.each(CONVERSATIONS)('%s: split at every byte', async (_what, messages, replies) => {
    const client = await open()
    await client.sendByBytes(Buffer.concat([...messages]))
    for (const reply of replies) expect(await client.reply()).toBe(reply)
    await usable(client)
  })

  it('cut in two at every place, and twice in one chunk', async () => {
    const client = await open()
    const bytes = Buffer.concat([fe.parse('SELECT $1::int'), fe.bind({ values: ['7'] }), fe.execute(), fe.sync()])
    for (let cut = 1; cut < bytes.length; cut++) {
      client.send(bytes.subarray(0, cut))
      await new Promise((resolve) => setImmediate(resolve))
      client.send(bytes.subarray(cut), bytes)
      expect(await client.reply()).toBe('1 2 D C:SELECT 1 Z:I')
      expect(await client.reply()).toBe('1 2 D C:SELECT 1 Z:I')
    }
  })
})

describe('what is not the protocol', () => {
  it.each([
    ['an unknown type', msg('!', Buffer.from('x'))],
    ['a password message', fe.password('x')],
    ['a CopyBoth message', msg('W', Buffer.alloc(3))],
    ['a length of 3', Buffer.concat([Buffer.from('Q'), int32(3)])],
    ['a negative length', Buffer.concat([Buffer.from('Q'), int32(-5)])],
    ['bytes behind the end of a Query (W22)', msg('Q', Buffer.from('SELECT 1\0; DROP TABLE invoices\0'))],
    ['a Query without its end', msg('Q', Buffer.from('SELECT 1'))],
    ['a Query with nothing in it', msg('Q')],
    ['NUL in a Query (W23)', msg('Q', Buffer.from('SELECT 1\0--\0'))],
    ['bytes behind a Parse', msg('P', Buffer.from('\0SELECT 1\0\0\0x'))],
    ['a Parse cut short', msg('P', Buffer.from('\0SELECT 1\0\0'))],
    ['a Bind cut short', msg('B', Buffer.from('\0\0\0\x01'))],
    ['a Bind with a length of -2', msg('B', Buffer.from('\0\0'), Buffer.from([0, 0, 0, 1]), int32(-2), Buffer.from([0, 0]))],
    ['a Describe of a third kind', msg('D', Buffer.from('X\0'))],
    ['a Close of a third kind', msg('C', Buffer.from('X\0'))],
    ['an Execute cut short', msg('E', Buffer.from('\0\0'))],
    ['a Sync with a body', msg('S', Buffer.from('x'))],
    ['a Flush with a body', msg('H', Buffer.from('x'))],
    ['a Terminate with a body', msg('X', Buffer.from('x'))],
    ['a Sync of 1 GiB (W38)', Buffer.concat([Buffer.from('S'), int32(1 << 30)])],
  ])('%s ends the connection with a FATAL, and nothing reaches the target', async (_what, bytes) => {
    const client = await open()
    client.send(bytes)
    const answers = await client.closed()
    expect(answers.at(-1)?.fields['S']).toBe('FATAL')
    expect(answers.at(-1)?.fields['C']).toBe('08P01')
    expect(await world.ran('DROP TABLE invoices')).toBe(0)
  })

  it('what came before it in the same chunk is answered first', async () => {
    const client = await open()
    client.send(fe.query('SELECT 1'), msg('!', Buffer.alloc(0)))
    const answers = await client.closed()
    expect(answers.map(String)).toEqual(['T', 'D', 'C:SELECT 1', 'Z:I', 'E:08P01'])
  })

  it('a held command in front of it is withdrawn', async () => {
    const client = await open()
    client.send(fe.query('DELETE FROM invoice_lines WHERE id = 60'))
    const [hold] = await world.pending()
    client.send(msg('!', Buffer.alloc(0)))
    await client.closed()
    await until('withdrawn', async () => ((await world.hold(hold!.id)).decision !== 'pending' ? true : undefined))
    expect(await world.ran('WHERE id = 60')).toBe(0)
  })
})

describe('after an error', () => {
  it('a Query before Sync is ignored as at the server, and answers still fit (W19)', async () => {
    const client = await open()
    client.send(fe.parse('SELECT nothing_there'), fe.query("SELECT 'w19 one'"), fe.sync(), fe.query('SELECT 1'))
    expect(await client.reply()).toBe('E:42703 Z:I')
    expect(await client.reply()).toBe('T D C:SELECT 1 Z:I')
    client.send(fe.parse('SELECT nothing_there'), fe.flush())
    expect((await client.next()).toString()).toBe('E:42703')
    client.send(fe.query("DELETE FROM invoice_lines WHERE id = 61"), fe.bind(), fe.execute(), fe.sync())
    expect(await client.reply()).toBe('Z:I')
    await usable(client)
    expect(await world.ran('w19 one')).toBe(0)
    expect((await world.api('maria', '/holds?state=pending')).body['holds']).toEqual([])
  })

  it('what is held in the batch that failed is withdrawn, and the client gets one error', async () => {
    const client = await open()
    client.send(fe.parse('SELECT 1'), fe.bind(), fe.execute(), fe.parse('DELETE FROM invoice_lines WHERE id = 62'), fe.bind(), fe.execute(), fe.sync())
    await world.reviewNext('omar', 'reject')
    expect(await client.reply()).toBe('1 2 D C:SELECT 1 E:42501 Z:I')
    client.send(fe.parse('SELECT 1/0'), fe.bind(), fe.execute(), fe.parse('DELETE FROM invoice_lines WHERE id = 63'), fe.bind(), fe.execute(), fe.sync())
    expect(await client.reply()).toBe('1 E:22012 Z:I')
    await usable(client)
    expect((await world.api('maria', '/holds?state=pending')).body['holds']).toEqual([])
    expect(await world.ran('WHERE id = 63')).toBe(0)
  })

  it('of fifty pipelined statements with a denied one, none has an effect (W20)', async () => {
    const client = await open()
    const batch = Array.from({ length: 50 }, (_, i) => [fe.parse(i === 30 ? 'DROP TABLE invoices' : `SELECT ${i}`), fe.bind(), fe.execute()]).flat()
    const answers = (await (async () => { client.send(...batch, fe.sync()); return client.through('Z') })()).map(String)
    expect(answers.filter((one) => one === 'D')).toHaveLength(30)
    expect(answers.slice(-2)).toEqual(['E:42501', 'Z:I'])
    await usable(client)
  })
})

describe('COPY from the client', () => {
  const copy = 'COPY access_grants(id, subject, system, role, elevated, expires_on) FROM STDIN'
  async function approved(client: WireClient): Promise<void> {
    const hold = await world.reviewNext('maria')
    const second = await world.decide('zoe', hold.id, 'approve')
    expect(second.status).toBe(200)
    for (;;) if ((await client.next()).type === 'G') return
  }
  const line = (id: number): string => `${id}\ts${id}\tsystem\tr\tf\t\\N\n`

  it('is held, then its rows go on; backslash-dot is data, not the end (W30, W31)', async () => {
    const client = await open()
    client.send(fe.query(copy))
    await approved(client)
    client.send(fe.copyData(line(9001)), fe.copyData(line(9002)), fe.copyDone())
    expect(await client.reply()).toBe('C:COPY 2 Z:I')
    await usable(client)
  })

  it('CopyFail takes it back', async () => {
    const client = await open()
    client.send(fe.query(copy))
    await approved(client)
    client.send(fe.copyData(line(9003)), fe.copyFail('no'))
    expect(await client.reply()).toBe('E:57014 Z:I')
    await usable(client)
  })

  it('Sync and Flush in its midst are ignored, a Query ends the connection (W32)', async () => {
    const client = await open()
    client.send(fe.query(copy))
    await approved(client)
    client.send(fe.copyData(line(9004)), fe.sync(), fe.flush(), fe.copyData(line(9005)), fe.copyDone())
    expect(await client.reply()).toBe('C:COPY 2 Z:I')
    client.send(fe.query(copy))
    await approved(client)
    client.send(fe.copyData(line(9006)), fe.query('SELECT 1'))
    expect((await client.closed()).at(-1)?.toString()).toBe('E:08P01')
    const behind = await world.behind()
    await until('it was taken back', async () => ((await behind.query('SELECT 1 FROM access_grants WHERE id = 9006')).rowCount === 0 ? true : undefined))
    await behind.end()
  })

  it('extended, with the Sync sent before the data: another Sync ends it', async () => {
    const client = await open()
    client.send(fe.parse(copy), fe.bind(), fe.execute(), fe.sync())
    await approved(client)
    client.send(fe.copyData(line(9007)), fe.copyDone(), fe.sync())
    expect(await client.reply()).toBe('C:COPY 1 Z:I')
    await usable(client)
    client.send(fe.parse(copy), fe.bind(), fe.execute(), fe.sync())
    await approved(client)
    client.send(fe.copyData(line(9008)), fe.copyDone(), fe.parse('DROP TABLE invoices'), fe.sync())
    expect(await client.reply()).toBe('C:COPY 1 E:42501 Z:I')
    const behind = await world.behind()
    expect((await behind.query('SELECT id FROM access_grants WHERE id IN (9007, 9008)')).rows).toEqual([{ id: 9007 }])
    await behind.end()
  })

  it('a row that the target refuses ends it, and data still on its way is ignored', async () => {
    const client = await open()
    client.send(fe.query(copy))
    await approved(client)
    client.send(fe.copyData('not a number\n'), ...Array.from({ length: 200 }, () => fe.copyData(line(9009))), fe.copyDone())
    expect(await client.reply()).toBe('E:22P02 Z:I')
    await usable(client)
    client.send(fe.parse(copy), fe.bind(), fe.execute(), fe.sync())
    await approved(client)
    client.send(fe.copyData('not a number\n'), fe.copyData(line(9010)), fe.copyDone(), fe.sync())
    expect(await client.reply()).toBe('E:22P02 Z:I')
    await usable(client)
  })

  it('refused: the data that follows is ignored', async () => {
    const client = await open()
    client.send(fe.query("COPY invoices FROM PROGRAM 'id'"), fe.copyData('x'), fe.copyDone())
    expect(await client.reply()).toBe('E:42501 Z:I')
    client.send(fe.query(copy))
    await world.reviewNext('maria', 'reject')
    client.send(fe.copyData(line(9011)), fe.copyDone())
    expect(await client.reply()).toBe('E:42501 Z:I')
    await usable(client)
  })
})

describe('a client that leaves', () => {
  it('while held takes the hold with it, and nothing behind it runs', async () => {
    const client = await open()
    client.send(fe.query('DELETE FROM invoice_lines WHERE id = 70'), fe.query("SELECT 'behind 70'"))
    const [hold] = await world.pending()
    await client.end()
    await until('withdrawn', async () => ((await world.hold(hold!.id)).decision !== 'pending' ? true : undefined))
    expect(await world.ran('behind 70')).toBe(0)
    expect(await world.ran('WHERE id = 70')).toBe(0)
  })

  it('before its command was read leaves no hold waiting for people', async () => {
    const client = await open()
    client.socket.end(Buffer.concat([fe.query('SELECT pg_catalog.count(*) FROM generate_series(1, 3000000)'), fe.query('DELETE FROM invoice_lines WHERE id = 71')]))
    await client.closed()
    await until('nothing pending', async () => (((await world.api('maria', '/holds?state=pending')).body['holds'] as unknown[]).length === 0 ? true : undefined))
    expect(await world.ran('WHERE id = 71')).toBe(0)
  })

  it.each([
    ['in a batch without its Sync', [fe.query('BEGIN'), fe.parse("SELECT 'left 72'"), fe.bind(), fe.execute(), fe.parse('SELECT 1', 'z')], 'left 72'],
    ['behind an answer, in the next batch without its Sync', [fe.query('BEGIN'), fe.query("COPY (SELECT 'left 73') TO STDOUT"), fe.parse('SELECT 73'), fe.bind(), fe.execute(), fe.parse('SELECT 1', 'z')], 'SELECT 73'],
  ])('%s is not waited for, and its session at the target ends', async (_, messages, last) => {
    const client = await open()
    client.send(...messages)
    await until('all of it to be forwarded', async () => ((await journal(world)).some(({ kind, body }) => kind === 'permit' && String(body['text']).includes(last)) ? true : undefined))
    await client.end()
    // Sooner than answers that may still come are waited for.
    await until('the end of its session', async () => ((await metric(world, 'holdpoint_sessions_open')) === 0 ? true : undefined))
  })

  it('with Terminate in the middle of a batch rolls it back', async () => {
    const client = await open()
    client.send(fe.parse('SELECT 1'), fe.bind(), fe.execute(), fe.flush())
    await client.through('C')
    client.send(fe.terminate())
    expect(await client.closed()).toEqual([])
  })
})
