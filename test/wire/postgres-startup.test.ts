import { readFile } from 'node:fs/promises'
import { connect as connectTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, fe, int32, msg, WireClient } from '../support/wire.ts'
import { createWorld, until, type World } from '../support/world.ts'

let world: World
const clients: WireClient[] = []
beforeAll(async () => {
  world = await createWorld({ config: { limits: { startup_timeout_ms: 1_500, max_connections_per_principal: 6 } } })
  await world.start()
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
  // The gateway has seen them go too: nothing of one test counts in the next.
  await until('no open session', async () => ((await sessions()) === 0 ? true : undefined))
})
afterAll(() => world.stop())

async function sessions(): Promise<number> {
  const text = await (await fetch(`${world.adminUrl}/metrics`)).text()
  return Number(/^holdpoint_\w*sessions\w* (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
}

function raw(): WireClient {
  const client = new WireClient(world.ports.postgres)
  clients.push(client)
  return client
}

/** The one FATAL that ends it. */
async function fatalOf(client: WireClient): Promise<Answer> {
  const answers = await client.closed()
  const last = answers.at(-1)
  expect(last?.fields['S']).toBe('FATAL')
  return last as Answer
}

const opening = (extra: Readonly<Record<string, string>> = {}, version?: number): Buffer => fe.startup({ user: 'agent', database: 'orders', ...extra }, version)

describe('before the start-up packet', () => {
  it('SSLRequest is answered S and TLS begins; the session works inside it', async () => {
    const plain = raw()
    plain.send(fe.sslRequest())
    expect(await plain.oneByte()).toBe('S')
    plain.socket.removeAllListeners('data')
    const secure = connectTls({ socket: plain.socket, ca: await readFile(world.caFile, 'utf8'), servername: 'localhost' })
    const first = new Promise<Buffer>((resolve) => secure.once('data', resolve))
    secure.write(opening())
    expect((await first).toString('latin1', 0, 1)).toBe('R')
    secure.destroy()
  })

  it('GSSENCRequest is answered N, and SSLRequest may follow (W36)', async () => {
    const client = raw().send(fe.gssRequest())
    expect(await client.oneByte()).toBe('N')
    client.send(fe.sslRequest())
    expect(await client.oneByte()).toBe('S')
  })

  it.each([
    ['GSSENCRequest twice', async (client: WireClient) => {
      client.send(fe.gssRequest())
      await client.oneByte()
      client.send(fe.gssRequest())
    }],
    ['bytes behind SSLRequest in the same segment (W35)', (client: WireClient) => client.send(fe.sslRequest(), opening())],
    ['bytes behind GSSENCRequest in the same segment', (client: WireClient) => client.send(fe.gssRequest(), opening())],
    ['plain HTTP', (client: WireClient) => client.send(Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'))],
    ['a TLS ClientHello without SSLRequest', (client: WireClient) => client.send(Buffer.from('16030100c8010000c40303', 'hex'), Buffer.alloc(200))],
    ['a length of 2 GB (W38)', (client: WireClient) => client.send(int32(0x7fffffff), int32(0x30000))],
    ['a negative length', (client: WireClient) => client.send(int32(-1), int32(0x30000))],
    ['protocol 2', (client: WireClient) => client.send(fe.startup({ user: 'x' }, 0x20000))],
    ['protocol 4', (client: WireClient) => client.send(fe.startup({ user: 'x' }, 0x40000))],
    ['a start-up packet that goes on behind its end', (client: WireClient) => client.send(int32(20), int32(0x30000), Buffer.from('user\0x\0\0aaaa'))],
    ['a start-up packet without its end', (client: WireClient) => client.send(int32(15), int32(0x30000), Buffer.from('user\0x\0'))],
    ['the same key twice', (client: WireClient) => client.send(int32(4 + 4 + 15), int32(0x30000), Buffer.from('user\0a\0user\0b\0\0'))],
  ])('%s ends the connection with 08P01', async (_what, act) => {
    const client = raw()
    await act(client)
    expect((await fatalOf(client)).fields['C']).toBe('08P01')
  })

  it('a client that says nothing is told so after startup_timeout_ms, and closed', async () => {
    const client = raw()
    expect((await fatalOf(client)).fields['M']).toContain('1500 ms')
  })

  it('a client that neither reads nor closes after its refusal is closed all the same', async () => {
    const client = raw()
    client.socket.pause()
    client.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    // Half-open: we never end our side; only the gateway can.
    client.socket.resume()
    await client.closed()
  })
})

describe('the start-up packet', () => {
  it.each([['3.0', 0x30000, 4, undefined], ['3.2', 0x30002, 32, undefined], ['3.1', 0x30001, 4, 0x30000], ['3.9', 0x30009, 32, 0x30002]] as const)('protocol %s gets a cancel key of its length and is told what we speak (W37)', async (_name, version, keyBytes, told) => {
    const client = raw().send(opening({}, version))
    let answer = await client.next()
    if (told !== undefined) {
      expect(answer.type).toBe('v')
      expect(answer.body.readInt32BE(0)).toBe(told)
      expect(answer.body.readInt32BE(4)).toBe(0)
      answer = await client.next()
    }
    expect([answer.type, answer.body.readInt32BE(0)]).toEqual(['R', 3])
    client.send(fe.password(world.token('billing-bot')))
    const key = (await client.through('Z')).find(({ type }) => type === 'K')
    expect(key?.body.length).toBe(4 + keyBytes)
    expect(await client.send(fe.query('SELECT 1')).reply()).toBe('T D C:SELECT 1 Z:I')
  })

  it('options of the protocol that we do not know are named, and the session goes on (W37)', async () => {
    const client = raw().send(opening({ '_pq_.a': '1', '_pq_.b': '2' }, 0x30002))
    const told = await client.next()
    expect(told.type).toBe('v')
    expect(told.body.readInt32BE(4)).toBe(2)
    expect(told.body.toString('utf8', 8)).toBe('_pq_.a\0_pq_.b\0')
    await client.next()
    client.send(fe.password(world.token('billing-bot')))
    expect((await client.through('Z')).at(-1)?.toString()).toBe('Z:I')
  })

  it.each([
    ['replication=database (W26)', { replication: 'database' }],
    ['replication=true (W27, W29)', { replication: 'true' }],
    ['options -c standard_conforming_strings=off (W8)', { options: '-c standard_conforming_strings=off' }],
    ['standard_conforming_strings=off (W8)', { standard_conforming_strings: 'off' }],
    ['search_path (W9)', { search_path: 'evil' }],
    ['options -c search_path (W9)', { options: '-c search_path=evil' }],
    ['options --search-path (W9)', { options: '--search-path=evil' }],
    ['options with an escaped blank', { options: '-c\\ search_path=evil' }],
    ['role', { role: 'postgres' }],
    ['session_preload_libraries', { options: '-csession_preload_libraries=evil' }],
    ['client_encoding=SJIS (W40)', { client_encoding: 'SJIS' }],
    ['client_encoding=GBK (W41)', { client_encoding: 'GBK' }],
    ['client_encoding=BIG5 (W42)', { client_encoding: 'BIG5' }],
    ['options -c client_encoding=GB18030 (W42)', { options: '-c client_encoding=GB18030' }],
    ['another flag', { options: '-d 5' }],
  ])('%s is refused by name, before the token is asked for', async (_what, extra) => {
    const client = raw().send(opening(extra))
    const answers = await client.closed()
    expect(answers.map(String)).toEqual(['E:0A000'])
  })

  it('settings that are allowed reach the target, and standard strings and the path stay pinned', async () => {
    const client = raw()
    await client.signIn(world.token('billing-bot'), { application_name: 'wire test', options: '-c statement_timeout=12345 -c holdpoint.reason=because', DateStyle: 'German' })
    expect(client.parameters.get('standard_conforming_strings')).toBe('on')
    client.send(fe.query('SHOW statement_timeout; SHOW search_path; SHOW datestyle'))
    expect((await client.through('Z')).filter(({ type }) => type === 'D').map(({ cells }) => cells[0])).toEqual(['12345ms', '"public"', 'German, DMY'])
  })

  it.each([
    ['a wrong token', async (client: WireClient) => { client.send(fe.password('wrong')) }, '28P01'],
    ['an empty password', async (client: WireClient) => { client.send(fe.password('')) }, '28P01'],
    ['a password with bytes behind its end', async (client: WireClient) => { client.send(msg('p', Buffer.from('a\0b\0'))) }, '08P01'],
    ['a password of 1 MiB', async (client: WireClient) => { client.send(msg('p', Buffer.alloc(1 << 20, 97))) }, '08P01'],
    ['a Query instead of the password', async (client: WireClient) => { client.send(fe.query('DROP TABLE invoices')) }, '08P01'],
    ['a Terminate instead of the password', async (client: WireClient) => { client.send(fe.terminate()) }, '08P01'],
  ])('%s does not get in', async (_what, act, code) => {
    const client = raw().send(opening())
    await client.next()
    await act(client)
    expect((await fatalOf(client)).fields['C']).toBe(code)
    expect(await world.ran('DROP TABLE invoices')).toBe(0)
  })

  it('an unknown target or database is named', async () => {
    for (const database of ['nowhere', 'orders/nowhere', '../orders', '']) {
      const client = raw().send(fe.startup({ user: 'agent', database }))
      await client.next()
      client.send(fe.password(world.token('billing-bot')))
      expect((await fatalOf(client)).fields['C']).toBe('3D000')
    }
  })

  it('one identity may have max_connections_per_principal connections, and another has its own', async () => {
    for (let i = 0; i < 6; i++) await raw().signIn(world.token('billing-bot'))
    const seventh = raw().send(opening())
    await seventh.next()
    seventh.send(fe.password(world.token('billing-bot')))
    expect((await fatalOf(seventh)).fields['C']).toBe('53300')
    await raw().signIn(world.token('deploy-bot'))
    await clients[0]!.end()
    await until('room again', async () => {
      try {
        await raw().signIn(world.token('billing-bot'))
        return true
      } catch {
        return undefined
      }
    })
  })

  it('split at every byte it is the same conversation', async () => {
    const client = raw()
    await client.sendByBytes(fe.gssRequest())
    expect(await client.oneByte()).toBe('N')
    await client.sendByBytes(opening())
    expect((await client.next()).type).toBe('R')
    await client.sendByBytes(fe.password(world.token('billing-bot')))
    expect((await client.through('Z')).at(-1)?.toString()).toBe('Z:I')
  })

  it('start-up, password and the first query in one segment are taken in turn', async () => {
    const client = raw().send(opening(), fe.password(world.token('billing-bot')), fe.query('SELECT 1'))
    await client.through('Z')
    expect(await client.reply()).toBe('T D C:SELECT 1 Z:I')
  })
})

describe('CancelRequest', () => {
  it('with our key stops what the target runs', async () => {
    const client = await raw().signIn(world.token('billing-bot'), {}, 0x30002)
    client.send(fe.query('SELECT count(*) FROM generate_series(1, 100000000000)'))
    await until('it runs', async () => ((await world.ran('generate_series(1, 100000000000)')) > 0 ? true : undefined))
    const cancel = raw().send(fe.cancel(client.processId, client.secret))
    expect(await cancel.closed()).toEqual([])
    expect(await client.reply()).toMatch(/E:57014 Z:I$/)
  })

  it('with a wrong or short key does nothing, and says nothing (W33)', async () => {
    const client = await raw().signIn(world.token('billing-bot'))
    client.send(fe.query('DELETE FROM invoice_lines WHERE id = 33'))
    const [hold] = await world.pending()
    for (const secret of [Buffer.alloc(4), Buffer.alloc(32), client.secret.subarray(0, 3), Buffer.alloc(0)]) {
      const cancel = raw().send(fe.cancel(client.processId, Buffer.from(secret)))
      await cancel.closed()
    }
    expect((await world.hold(hold!.id)).decision).toBe('pending')
    await world.decide('maria', hold!.id, 'reject')
    await client.reply()
  })

  it('of a held command withdraws it: it is never sent, and the connection goes on (W34)', async () => {
    const client = await raw().signIn(world.token('billing-bot'))
    client.send(fe.query('DELETE FROM invoice_lines WHERE id = 34'))
    const [hold] = await world.pending()
    raw().send(fe.cancel(client.processId, client.secret))
    expect(await client.reply()).toBe('E:57014 Z:I')
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
    expect(await client.send(fe.query('SELECT 1')).reply()).toBe('T D C:SELECT 1 Z:I')
    expect(await world.ran('WHERE id = 34')).toBe(0)
  })

  it('while one command runs and another is held behind it, the running one is cancelled', async () => {
    const client = await raw().signIn(world.token('billing-bot'))
    client.send(fe.query('SELECT count(*) FROM generate_series(1, 100000000001)'), fe.query('DELETE FROM invoice_lines WHERE id = 35'))
    const [hold] = await world.pending()
    await until('it runs', async () => ((await world.ran('generate_series(1, 100000000001)')) > 0 ? true : undefined))
    raw().send(fe.cancel(client.processId, client.secret))
    expect(await client.reply()).toMatch(/E:57014 Z:I$/)
    expect((await world.hold(hold!.id)).decision).toBe('pending')
    await world.decide('maria', hold!.id, 'reject')
    expect(await client.reply()).toBe('E:42501 Z:I')
  })
})
