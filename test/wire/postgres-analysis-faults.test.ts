import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { backend, commandComplete, errorOrNotice, Framer, frontend, message, parameterStatus, readParse, readQuery, readyForQuery } from '../../src/protocols/postgres/codec.ts'
import { type Analyser, createAnalyser } from '../../src/protocols/postgres/resolve/analysis.ts'
import { analysisWords } from '../../src/protocols/postgres/resolve/analysis-words.ts'
import { createGate, type Gate } from '../support/enforcement.ts'

// A target that answers what it wants when it is asked what a statement means. The worst it gets is "not understood".

const ABOUT = { version: '180000', log_level: 'panic', log_statement: 'none', log_duration: '-1', standby: 'f', may_quiet: 'f', may_temp: 't', event_triggers: '0' }
const TREE = '({QUERY :commandType 1})'
const tree = (text: string): Buffer => {
  const fields = `SLOG\0VLOG\0C00000\0Mrewritten parse tree:\0D${text}\0\0`
  return message(backend.notice, Buffer.from(fields))
}
const DONE = Buffer.concat([message(backend.parseComplete, Buffer.alloc(0)), message(backend.closeComplete, Buffer.alloc(0)), readyForQuery('I')])

let gate: Gate
let server: Server
let analyser: Analyser
const sockets = new Set<Socket>()
afterEach(async () => {
  analyser.stop()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
  await gate.close()
})

/** `onParse` answers the analysis of a text; `version` and `about` are what it says of itself. */
async function target(onParse: (text: string, socket: Socket) => Buffer | undefined, options: { readonly version?: string; readonly about?: Partial<typeof ABOUT> } = {}): Promise<void> {
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    const framer = new Framer(1 << 20)
    let isIn = false
    socket.on('data', (chunk) => {
      if (!isIn) {
        isIn = true
        socket.write(Buffer.concat([message(backend.authentication, Buffer.alloc(4)), parameterStatus('server_version', options.version ?? '18.0'), readyForQuery('I')]))
        return
      }
      framer.push(chunk)
      for (let next = framer.next(); next !== null; next = framer.next()) {
        if (next.type === frontend.query) socket.write(readQuery(next.bytes).includes('has_database_privilege') ? row({ ...ABOUT, ...options.about }) : Buffer.concat([commandComplete('SET'), readyForQuery('I')]))
        else if (next.type === frontend.parse) {
          const answer = onParse(readParse(next.bytes).text.toString(), socket)
          if (answer !== undefined) socket.write(answer)
        }
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const login = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, user: 'asker', password: '', role: 'asker', tls: { mode: 'disable' } } as const
  const words = analysisWords('t/d', login, 'd', ['public'])
  gate = await createGate('one', words)
  analyser = createAnalyser({ key: 't/d', login, method: 'auto', words, door: gate.point, typeName: () => null, connectTimeoutMs: 2_000 })
}

function row(values: Readonly<Record<string, string>>): Buffer {
  const names = Object.keys(values)
  const count = Buffer.from([0, names.length])
  const description = Buffer.concat([count, ...names.map((name) => Buffer.concat([Buffer.from(`${name}\0`), Buffer.alloc(6), Buffer.from([0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0])]))])
  const cells = Buffer.concat([count, ...Object.values(values).map((value) => Buffer.concat([Buffer.from([0, 0, 0, value.length]), Buffer.from(value)]))])
  return Buffer.concat([message(backend.rowDescription, description), message(backend.dataRow, cells), commandComplete('SELECT 1'), readyForQuery('I')])
}

describe('a target that is asked what a statement means', () => {
  it.each<[string, (socket: Socket) => Buffer | undefined]>([
    ['closes the connection', (socket) => void socket.destroy()],
    ['says nothing of it', () => DONE],
    ['tells a tree that is none', () => Buffer.concat([tree('({QUERY :commandType'), DONE])],
    ['tells a word that is longer than a line', () => Buffer.concat([tree(`({QUERY :a ${'x'.repeat(200)}`), DONE])],
    ['tells a tree without end', () => Buffer.concat([tree(`(${'{A :b '.repeat(5_000)}`), DONE])],
    ['has a tree that is too long', () => Buffer.concat([tree('x '.repeat(4 << 20)), DONE])],
    ['sends one notice after the other', () => Buffer.concat([...Array.from({ length: 20 }, () => tree('( '.repeat(500_000))), DONE])],
    ['sends a length that cannot be', () => Buffer.from([backend.notice, 0, 0, 0, 1])],
    ['breaks off half-way', (socket) => { socket.end(tree(TREE).subarray(0, 20)); return undefined }],
    ['waits for a lock', () => Buffer.concat([errorOrNotice('error', { severity: 'ERROR', code: '55P03', message: 'canceling statement due to lock timeout' }), readyForQuery('I')])],
    ['is out of memory', () => Buffer.concat([errorOrNotice('error', { severity: 'ERROR', code: '53200', message: 'out of memory' }), readyForQuery('I')])],
    ['is shutting down', (socket) => { socket.end(errorOrNotice('error', { severity: 'FATAL', code: '57P01', message: 'terminating connection' })); return undefined }],
  ])('and %s is not understood, and the next answer is', async (_what, misbehave) => {
    await target((text, socket) => (text === 'SELECT bad' ? misbehave(socket) : Buffer.concat([tree(TREE), DONE])))
    expect((await analyser.analyse('SELECT good', [])).kind).toBe('trees')
    expect((await analyser.analyse('SELECT bad', [])).kind).toBe('unresolved')
    expect(await analyser.analyse('SELECT good', [])).toMatchObject({ kind: 'trees', by: 'print' })
  })

  it('takes no notice of others for the tree: not of a warning with its words, nor of one of another level', async () => {
    const fake = errorOrNotice('notice', { severity: 'WARNING', code: '01000', message: 'rewritten parse tree:', detail: TREE })
    await target((text) => (text === 'SELECT bad' ? Buffer.concat([fake, DONE]) : Buffer.concat([fake, tree(TREE), DONE])))
    expect((await analyser.analyse('SELECT bad', [])).kind).toBe('unresolved')
    const answer = await analyser.analyse('SELECT good', [])
    expect(answer.kind === 'trees' && answer.trees.length).toBe(1)
  })

  it.each([['13.22', 'PostgreSQL 13'], ['19beta1', 'PostgreSQL 19'], ['', 'unknown version']])('and is of version %j is not asked', async (version, words) => {
    await target(() => Buffer.concat([tree(TREE), DONE]), { version })
    expect(await analyser.probe()).toMatchObject({ method: 'none', print: expect.stringContaining(words) })
    expect((await analyser.analyse('SELECT good', [])).kind).toBe('unresolved')
  })

  it('and would log every tree is asked by functions, or not at all', async () => {
    await target(() => Buffer.concat([tree(TREE), DONE]), { about: { log_level: 'warning' } })
    expect(await analyser.probe()).toMatchObject({ method: 'function', print: expect.stringContaining('warning') })
  })

  it('and cannot be reached is answered for at once, and asked again later', async () => {
    await target(() => Buffer.concat([tree(TREE), DONE]))
    await new Promise((resolve) => server.close(resolve))
    for (let i = 0; i < 3; i++) expect(await analyser.analyse('SELECT good', [])).toMatchObject({ kind: 'unresolved', reason: expect.stringContaining('no connection') })
  })
})
