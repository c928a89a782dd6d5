import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { journalFile, journalFolder, journalIndexes } from '../../src/recording/files.ts'
import { recordingsOf } from './checks.ts'
import { fe } from './wire.ts'
import type { World } from './world.ts'

// What really arrives at a target, message by message, and whether the record has a permit for each of these bytes.

/** One connection of the gateway to the target. */
export interface Spied {
  /** The start-up packet, or that of a CancelRequest. */
  first: Buffer | null
  /** Whole messages since, answers to the login left out. */
  messages: Buffer[]
  open: boolean
}

export interface Taken {
  readonly first: Buffer | null
  readonly messages: readonly Buffer[]
}

/** A relay in front of the real target that keeps what the gateway sends. In plaintext, so that messages can be seen. */
export class Spy {
  readonly port: number
  readonly connections: Spied[] = []
  readonly #server: Server
  readonly #sockets: Set<Socket>

  private constructor(server: Server, sockets: Set<Socket>, port: number, connections: Spied[]) {
    this.#server = server
    this.#sockets = sockets
    this.port = port
    this.connections = connections
  }

  static async start(target: { readonly host: string; readonly port: number }): Promise<Spy> {
    const sockets = new Set<Socket>()
    const connections: Spied[] = []
    const server = createServer({ noDelay: true }, (socket) => {
      const behind = connect({ host: target.host, port: target.port, noDelay: true })
      const spied: Spied = { first: null, messages: [], open: true }
      connections.push(spied)
      for (const [one, other] of [[socket, behind], [behind, socket]] as const) {
        sockets.add(one)
        one.on('error', () => undefined)
        one.on('close', () => {
          sockets.delete(one)
          spied.open = false
          other.destroy()
        })
      }
      behind.on('data', (chunk: Buffer) => { if (!socket.write(chunk)) pauseUntilDrained(behind, socket) })
      let pending: Buffer = Buffer.alloc(0)
      socket.on('data', (chunk: Buffer) => {
        if (!behind.write(chunk)) pauseUntilDrained(socket, behind)
        pending = keep(spied, pending.length === 0 ? chunk : Buffer.concat([pending, chunk]))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    return new Spy(server, sockets, (server.address() as { readonly port: number }).port, connections)
  }

  get openConnections(): number {
    return this.connections.filter((one) => one.open).length
  }

  /** Everything seen so far, taken out. Connections that are still open go on from there. */
  take(): readonly Taken[] {
    const taken = this.connections.map((one) => ({ first: one.first, messages: one.messages }))
    for (const one of this.connections) {
      one.first = null
      one.messages = []
    }
    const closed = this.connections.filter((one) => one.open)
    this.connections.splice(0, this.connections.length, ...closed)
    return taken
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function pauseUntilDrained(from: Socket, to: Socket): void {
  from.pause()
  to.once('drain', () => from.resume())
}

const started = new WeakSet<Spied>()

/** Cuts whole messages off; gives back what is left. */
function keep(spied: Spied, bytes: Buffer): Buffer {
  let at = 0
  for (;;) {
    const head = started.has(spied) ? 5 : 4
    if (bytes.length - at < head) break
    const total = bytes.readInt32BE(at + head - 4) + head - 4
    if (bytes.length - at < total) break
    const message = Buffer.from(bytes.subarray(at, at + total))
    at += total
    if (!started.has(spied)) {
      started.add(spied)
      spied.first = message
      // Answers of the login ('p') are made inside the connection that its permit opened.
    } else if (message[0] !== 0x70) spied.messages.push(message)
  }
  return Buffer.from(bytes.subarray(at))
}

interface Minted {
  readonly digest: string
  readonly streaming: boolean
}

/** The permits of the journal, read on from where it was. */
export class PermitReader {
  /** How many there are of each digest. */
  readonly all = new Map<string, number>()
  /** Of sessions, in order. */
  readonly sessions = new Map<string, Minted[]>()
  /** Digest of a start-up packet to the session it opened. */
  readonly openedBy = new Map<string, string>()
  readonly #folder: string
  #file = 0
  #at = 0
  #rest = ''

  constructor(world: World) {
    this.#folder = journalFolder(recordingsOf(world))
  }

  async readOn(): Promise<void> {
    for (const index of await journalIndexes(this.#folder)) {
      if (index < this.#file) continue
      if (index > this.#file) {
        this.#file = index
        this.#at = 0
        this.#rest = ''
      }
      const handle = await open(join(this.#folder, journalFile(index)))
      try {
        const { size } = await handle.stat()
        const bytes = Buffer.alloc(size - this.#at)
        await handle.read(bytes, 0, bytes.length, this.#at)
        this.#at = size
        const lines = (this.#rest + bytes.toString('latin1')).split('\n')
        this.#rest = lines.pop() ?? ''
        for (const line of lines) this.#line(line)
      } finally {
        await handle.close()
      }
    }
  }

  #line(line: string): void {
    if (!line.includes('"kind":"permit"')) return
    const { session, body } = JSON.parse(line) as { readonly session: string; readonly body: { readonly digest: string; readonly input?: string; readonly action?: string } }
    this.all.set(body.digest, (this.all.get(body.digest) ?? 0) + 1)
    if (session !== 'gateway') {
      if (body.action === 'connect') this.openedBy.set(body.digest, session)
      const minted = this.sessions.get(session) ?? []
      minted.push({ digest: body.digest, streaming: body.input === 'streaming' })
      this.sessions.set(session, minted)
    }
  }
}

const SYNC = fe.sync()
const INPUT: ReadonlySet<number> = new Set([...'dcf'].map((letter) => letter.charCodeAt(0)))
/** The most messages that one permit of ours is for: those that ask what a session is like now. */
const LONGEST = 40

export const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/**
 * What of a connection that a session opened has no permit: a sentence, or null. Its messages are cut into runs, each of which is what
 * the next permit is for (one that came to nothing is passed over); input of COPY may follow a permit for streaming.
 */
export function unpermitted(messages: readonly Buffer[], minted: readonly Minted[]): string | null {
  const used = new Set<number>()
  let next = 0
  let streams = false
  for (let from = 0; from < messages.length; ) {
    if (streams && INPUT.has((messages[from] as Buffer)[0] as number)) {
      from++
      continue
    }
    let best: { readonly to: number; readonly at: number } | undefined
    const hash = createHash('sha256')
    for (let to = from; to < messages.length && to - from < LONGEST; to++) {
      hash.update(messages[to] as Buffer)
      const find = (digest: string): number => minted.findIndex((one, index) => index >= next - BEFORE && index < next + PASSED_OVER && one.digest === digest && !used.has(index))
      const whole = find(hash.copy().digest('hex'))
      // A guarded run keeps its Sync back, which comes later as a word of its own.
      const at = whole >= 0 ? whole : find(hash.copy().update(SYNC).digest('hex'))
      if (at >= 0 && (best === undefined || at <= best.at)) best = { to: to + 1, at }
      if (whole >= 0 && whole <= next) break
    }
    if (best === undefined) return `${describe(messages, from)} (message ${from + 1} of ${messages.length}, permit ${next + 1} of ${minted.length})`
    streams ||= (minted[best.at] as Minted).streaming
    used.add(best.at)
    next = Math.max(next, best.at + 1)
    from = best.to
  }
  return null
}

/** How many permits in a row may have come to nothing. */
const PASSED_OVER = 60
/** A guarded command is permitted before the words that are sent ahead of it. */
const BEFORE = 4

/** The same of connections of the gateway's own, which have no order among them. */
export function unpermittedOwn(messages: readonly Buffer[], all: ReadonlyMap<string, number>, spent: Map<string, number>): string | null {
  for (let from = 0; from < messages.length; ) {
    const hash = createHash('sha256')
    let end = 0
    for (let to = from; to < messages.length && to - from < LONGEST && end === 0; to++) {
      hash.update(messages[to] as Buffer)
      const digest = hash.copy().digest('hex')
      if ((all.get(digest) ?? 0) <= (spent.get(digest) ?? 0)) continue
      spent.set(digest, (spent.get(digest) ?? 0) + 1)
      end = to + 1
    }
    if (end === 0) return `${describe(messages, from)} (message ${from + 1} of ${messages.length}, of the gateway's own)`
    from = end
  }
  return null
}

const describe = (messages: readonly Buffer[], at: number): string => messages.slice(Math.max(0, at - 2), at + 4).map((message) => JSON.stringify(message.toString('latin1').slice(0, 200))).join(' ')
