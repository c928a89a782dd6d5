import { readFile, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { parse, stringify } from 'yaml'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { be, fe, FaultyTarget, int32, msg, WireClient } from '../support/wire.ts'
import { createWorld, type World } from '../support/world.ts'

// What a target says that it should not. The real one is behind it for everything else.

const SECRET = 'never shown'
const MIB = 1 << 20
const text = (value: string): Buffer => Buffer.from(`${value}\0`)
const say = (...messages: readonly Buffer[]) => (socket: Socket): void => { socket.write(Buffer.concat([...messages])) }
const normal = [be.columns('a'), be.row('x'), be.complete('SELECT 1'), be.ready()]

const faults: Readonly<Record<string, (socket: Socket) => void>> = {
  copy_both: say(msg('W', Buffer.from([0, 0, 0])), msg('d', text(SECRET))),
  function_response: say(msg('V', int32(SECRET.length), Buffer.from(SECRET)), be.ready()),
  authentication: say(msg('R', int32(3))),
  key: say(be.key(1, Buffer.alloc(4))),
  negotiate: say(msg('v', int32(0x30000), int32(0))),
  unknown: say(msg('!', text(SECRET))),
  row_first: say(be.row(SECRET), be.complete('SELECT 1'), be.ready()),
  row_of_other_width: say(be.columns('a'), be.row('x', SECRET), be.complete('SELECT 1'), be.ready()),
  parse_complete: say(msg('1'), ...normal),
  bind_complete: say(msg('2'), ...normal),
  copy_data: say(msg('d', text(SECRET)), be.ready()),
  two_ready: say(...normal, be.ready(), be.row(SECRET)),
  impossible_length: say(Buffer.concat([Buffer.from('D'), int32(2)]), text(SECRET)),
  huge_description: say(Buffer.concat([Buffer.from('T'), int32(64 * MIB)]), text(SECRET)),
  encoding: say(be.parameter('client_encoding', 'SJIS'), ...normal),
  strings: say(be.parameter('standard_conforming_strings', 'off'), ...normal),
  reset: (socket) => {
    socket.write(Buffer.concat([be.columns('a'), be.row('x').subarray(0, 8)]))
    setImmediate(() => socket.resetAndDestroy())
  },
  fatal: (socket) => socket.end(be.error('57P01', 'terminating connection due to administrator command', 'FATAL')),
  parameter: say(be.parameter('TimeZone', 'UTC'), ...normal),
  between: say(msg('N', text('SNOTICE'), text('VNOTICE'), text('C00000'), text('Mcall jane.doe@example.org'), Buffer.from([0])), msg('A', int32(7), text('channel'), text('to jane.doe@example.org')), ...normal),
  oversize_row: (socket) => {
    socket.write(Buffer.concat([be.columns('a'), Buffer.from('D'), int32(40 * MIB + 4)]))
    for (let i = 0; i < 40; i++) socket.write(Buffer.alloc(MIB, 0x78))
    socket.write(Buffer.concat([be.row(SECRET), be.complete('SELECT 2'), be.ready()]))
  },
}

let world: World
let target: FaultyTarget
const clients: WireClient[] = []
beforeAll(async () => {
  world = await createWorld()
  target = await FaultyTarget.start(world.target, faults)
  const config = parse(await readFile(world.configFile, 'utf8')) as { targets: { postgres: Record<string, unknown> }[] }
  Object.assign(config.targets[0]!.postgres, { host: '127.0.0.1', port: target.port, tls: { mode: 'disable' } })
  await writeFile(world.configFile, stringify(config))
  await world.start()
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
})
afterAll(async () => {
  await world.stop()
  await target.stop()
})

async function open(): Promise<WireClient> {
  const client = new WireClient(world.ports.postgres)
  clients.push(client)
  return client.signIn(world.token('billing-bot'))
}

describe('a target that breaks its protocol', () => {
  it.each([
    'copy_both', 'function_response', 'authentication', 'key', 'negotiate', 'unknown', 'row_first', 'row_of_other_width', 'parse_complete', 'bind_complete',
    'copy_data', 'two_ready', 'impossible_length', 'huge_description', 'encoding', 'strings', 'reset',
  ])('%s: the client is told FATAL, the connection ends, and nothing unmatched is shown', async (fault) => {
    const client = await open()
    client.send(fe.query(`SELECT 'fault:${fault}'`))
    const answers = await client.closed()
    expect(answers.at(-1)?.fields['S']).toBe('FATAL')
    expect(answers.at(-1)?.fields['C']).toBe(fault === 'impossible_length' ? '08P01' : '08006')
    expect(Buffer.concat(answers.map(({ bytes }) => bytes)).toString('latin1')).not.toContain(SECRET)
    expect(answers.map(({ type }) => type)).not.toContain('S')
  })

  it('a FATAL of the target reaches the client as it is, once', async () => {
    const client = await open()
    client.send(fe.query("SELECT 'fault:fatal'"))
    expect((await client.closed()).map(String)).toEqual(['E:57P01'])
  })

  it('a ParameterStatus of an ordinary setting passes', async () => {
    const client = await open()
    client.send(fe.query("SELECT 'fault:parameter'"))
    expect(await client.reply()).toBe('S T D C:SELECT 1 Z:I')
  })

  it('notices and notifications pass anywhere, with what the detectors find masked', async () => {
    const client = await open()
    client.send(fe.query("SELECT 'fault:between'"))
    const answers = await client.through('Z')
    expect(answers.join(' ')).toBe('A T D C:SELECT 1 Z:I')
    const shown = Buffer.concat([...answers, ...client.notices].map(({ bytes }) => bytes)).toString()
    expect(shown).toContain('call ')
    expect(shown).not.toContain('jane.doe@example.org')
  })

  it('a row over max_row_bytes is cut off, what follows it is not shown, and the connection goes on', async () => {
    const client = await open()
    client.send(fe.query("SELECT 'fault:oversize_row'"))
    expect(await client.reply()).toBe('T E:54000 Z:I')
    expect(await client.send(fe.query('SELECT 1')).reply()).toBe('T D C:SELECT 1 Z:I')
  })

  it('a connection lost while a command is held takes the hold with it', async () => {
    const client = await open()
    client.send(fe.query("SELECT 'fault:nothing'"), fe.query('DELETE FROM invoice_lines WHERE id = 90'))
    const [hold] = await world.pending()
    const other = await open()
    other.send(fe.query('SELECT 1'))
    await other.reply()
    await target.stop()
    expect((await client.closed()).at(-1)?.toString()).toBe('E:08006')
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
    expect(await world.ran('WHERE id = 90')).toBe(0)
  })
})
