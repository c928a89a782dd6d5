import { connect as connectTcp, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls } from 'node:tls'
import { serialize } from 'pg-protocol'
import { type AnalysisPermit, continuePermit, type MeasurePermit, type Permit, spendAnalysisPermit, spendMeasurePermit, spendPermit } from '../../enforcement/permit.ts'
import { GatewayError } from '../../errors.ts'
import { BodyReader, backend, Framer, frontend, HEADER, type Message, message, readErrorFields, type TransactionStatus } from './codec.ts'
import { type KeyCache, scramClient } from './scram.ts'

// The only file that dials a Postgres target. Everything exported that can make a byte leave takes a Permit first, and
// the permit is spent on exactly those bytes. What the login itself needs (SASL answers) is derived here from the
// target's own credential, inside the connection that the permit opened.

export interface UpstreamTarget {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly tls: { readonly mode: 'disable' } | { readonly mode: 'require' | 'verify-full'; readonly ca?: string; readonly serverName: string }
}

/** What the rest of the protocol may do with a target's connection: read it, hold it back, end it. It cannot write: that is for the functions below. */
export interface ReadingEnd {
  readonly destroyed: boolean
  // biome-ignore lint/suspicious/noExplicitAny: listeners of different events take different arguments
  on(event: string, listener: (...values: any[]) => void): ReadingEnd
  // biome-ignore lint/suspicious/noExplicitAny: as above
  off(event: string, listener: (...values: any[]) => void): ReadingEnd
  removeAllListeners(event: string): ReadingEnd
  pause(): void
  resume(): void
  isPaused(): boolean
  destroy(): void
  destroySoon(): void
}

export interface Upstream {
  readonly socket: ReadingEnd
  readonly parameters: ReadonlyMap<string, string>
  readonly cancelKey: { readonly processId: number; readonly secret: Buffer }
  readonly status: TransactionStatus
  /** What the target sent behind its first ReadyForQuery. */
  readonly framer: Framer
}

const LOGIN_MESSAGE_BYTES = 1 << 20
/** Clients are refused names that begin with holdpoint/ (session-effects.ts). */
const ANALYSED_NAME = 'holdpoint/analysis'
const MADE_BODY = `SELECT prosqlbody::pg_catalog.text AS body FROM pg_catalog.pg_proc
  WHERE proname OPERATOR(pg_catalog.=) 'holdpoint_analysis' AND pronamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()`
const keyCaches = new WeakMap<UpstreamTarget, KeyCache>()

/** The start-up packet (protocol 3.0) whose digest the permit of `connect` is for. */
export function startupPacket(parameters: Readonly<Record<string, string>>): Buffer {
  const body = Object.entries(parameters).map(([key, value]) => `${key}\0${value}\0`).join('') + '\0'
  const bytes = Buffer.alloc(8 + Buffer.byteLength(body))
  bytes.writeInt32BE(bytes.length, 0)
  bytes.writeInt32BE(196608, 4)
  bytes.write(body, 8)
  return bytes
}

/** The packet of a CancelRequest: a connection of its own, with the key the target gave us. */
export function cancelPacket(key: Upstream['cancelKey']): Buffer {
  const bytes = Buffer.alloc(12 + key.secret.length)
  bytes.writeInt32BE(bytes.length, 0)
  bytes.writeInt32BE(80877102, 4)
  bytes.writeInt32BE(key.processId, 8)
  key.secret.copy(bytes, 12)
  return bytes
}

export interface UpstreamLimits {
  /** Until the target has accepted the connection and our login. */
  readonly connectTimeoutMs: number
  /** The longest message it may send once we are in. */
  readonly maxMessageBytes: number
}

/** Opens and logs in one connection. Throws `target_unavailable`, naming what failed; never a credential. */
export async function connect(permit: Permit, target: UpstreamTarget, startup: Buffer, limits: UpstreamLimits): Promise<Upstream> {
  // A copy, because the buffer is its caller's and dialling takes a while.
  const bytes = Buffer.from(startup)
  spendPermit(permit, bytes)
  const deadline = Date.now() + limits.connectTimeoutMs
  const socket = await dial(target, deadline)
  try {
    socket.write(bytes)
    const upstream = await logIn(socket, target, deadline)
    upstream.framer.limit(limits.maxMessageBytes)
    if (bytes.includes(READS_ONLY)) readers.add(upstream)
    return upstream
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** Sends one command. A promise when the target's socket is full: it resolves when more may be sent. */
export function send(permit: Permit, upstream: Upstream, bytes: Buffer): Promise<void> | undefined {
  spendPermit(permit, bytes)
  return write(upstream, bytes)
}

/** The same of messages that end with a Sync, which is kept back: it is sent, as a word of its own, when what they did was looked at. */
export function sendBeforeSync(permit: Permit, upstream: Upstream, bytes: Buffer): Promise<void> | undefined {
  spendPermit(permit, bytes)
  if (!bytes.subarray(-5).equals(serialize.sync())) throw new GatewayError('permit_refused', 'these messages do not end with Sync')
  return write(upstream, bytes.subarray(0, -5))
}

/** Input that follows a command already sent under this permit (CopyData, CopyDone, CopyFail). */
export function sendInput(permit: Permit, upstream: Upstream, bytes: Buffer): Promise<void> | undefined {
  continuePermit(permit)
  return write(upstream, bytes)
}

/**
 * The messages that show one statement to the target, to be parsed and analysed and nothing else: Parse under a name no
 * client can have, Close of it, Sync. No Bind and no Execute, so nothing is planned or run.
 */
export function analysisMessages(text: string, parameterTypes: readonly number[]): Buffer {
  return Buffer.concat([
    serialize.parse({ name: ANALYSED_NAME, text, types: [...parameterTypes] }),
    serialize.close({ type: 'S', name: ANALYSED_NAME }),
    serialize.sync(),
  ])
}

/** Shows one statement to the target. The bytes are made here, so an analysis permit can carry no others. */
export function analyse(permit: AnalysisPermit, upstream: Upstream, text: string, parameterTypes: readonly number[]): Promise<void> | undefined {
  const bytes = analysisMessages(text, parameterTypes)
  spendAnalysisPermit(permit, bytes)
  return write(upstream, bytes)
}

/**
 * The messages by which a target without printed trees is asked: the statement becomes the body of a function that is never
 * called, in a transaction that is rolled back. `before` is how many characters of the target's text stand before it.
 * Parse takes one statement only, so nothing in the text can end the function and go on; it is CREATE FUNCTION that runs.
 */
export function functionMessages(text: string, argumentTypes: readonly string[]): { readonly bytes: Buffer; readonly before: number } {
  const head = `CREATE FUNCTION pg_temp.holdpoint_analysis(${argumentTypes.join(', ')}) RETURNS void LANGUAGE sql BEGIN ATOMIC `
  // Closed first: one that failed half-way the last time is still there, and closing what is not there is no error.
  const free = serialize.close({ type: 'S', name: ANALYSED_NAME })
  const run = [serialize.bind({ statement: ANALYSED_NAME }), serialize.execute(), free]
  const bytes = Buffer.concat([
    serialize.query('BEGIN'),
    free,
    // A comment at its end must not take the end of the body with it.
    serialize.parse({ name: ANALYSED_NAME, text: `${head}${text}\n; END`, types: [] }), ...run,
    serialize.parse({ name: ANALYSED_NAME, text: MADE_BODY, types: [] }), serialize.describe({ type: 'S', name: ANALYSED_NAME }), ...run,
    serialize.sync(),
    serialize.query('ROLLBACK'),
  ])
  return { bytes, before: head.length }
}

/** See functionMessages; three ReadyForQuery come back. `argumentTypes` are names, quoted where they must be. */
export function analyseAsFunction(permit: AnalysisPermit, upstream: Upstream, text: string, argumentTypes: readonly string[]): Promise<void> | undefined {
  const { bytes } = functionMessages(text, argumentTypes)
  spendAnalysisPermit(permit, bytes)
  return write(upstream, bytes)
}

/** One question about what a held command would do: a query, with its values as the client bound them. */
export interface MeasureQuestion {
  readonly text: string
  readonly types: readonly number[]
  readonly formats: readonly number[]
  readonly values: readonly (Buffer | null)[]
}

/** Parse, Bind, Describe, Execute and Sync of one question: it runs in a transaction of its own, by the session's default. */
export function measureMessages({ text, types, formats, values }: MeasureQuestion): Buffer {
  const bind = Buffer.concat([
    Buffer.from([0, 0]),
    int16(formats.length), ...formats.map(int16),
    int16(values.length), ...values.flatMap((value) => (value === null ? [int32(-1)] : [int32(value.length), value])),
    int16(0),
  ])
  return Buffer.concat([serialize.parse({ text, types: [...types] }), message(frontend.bind, bind), serialize.describe({ type: 'P' }), serialize.execute(), serialize.sync()])
}

/**
 * Asks one question on a connection whose transactions can only read. The bytes are made here from one text, which must
 * be a query: a measuring permit can carry nothing that ends the transaction it is in or begins one that writes.
 */
export function ask(permit: MeasurePermit, upstream: Upstream, question: MeasureQuestion): Promise<void> | undefined {
  const bytes = measureMessages(question)
  spendMeasurePermit(permit, bytes)
  if (!readers.has(upstream) || !/^(EXPLAIN \(FORMAT JSON\) )?(SELECT|WITH) /.test(question.text)) throw new GatewayError('permit_refused', 'only queries are asked, and only where nothing can be written')
  return write(upstream, bytes)
}

/** The start-up packet of a connection whose transactions only read: the one kind on which `ask` asks. `options`: further ones, `-c name=value`. */
export function readingStartup(parameters: Readonly<Record<string, string>>, options: string): Buffer {
  return startupPacket({ ...parameters, options: `${READS_ONLY} ${options}` })
}

const READS_ONLY = '-c default_transaction_read_only=on'
const readers = new WeakSet<Upstream>()

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** Sends a CancelRequest; resolves when the target closed that connection, whatever it made of it. */
export async function cancel(permit: Permit, target: UpstreamTarget, packet: Buffer, limits: Pick<UpstreamLimits, 'connectTimeoutMs'>): Promise<void> {
  const bytes = Buffer.from(packet)
  spendPermit(permit, bytes)
  const socket = await dial(target, Date.now() + limits.connectTimeoutMs)
  socket.resume()
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.destroy(), limits.connectTimeoutMs)
    const over = (): void => {
      clearTimeout(timer)
      resolve()
    }
    socket.once('close', over)
    socket.once('error', over)
    socket.end(bytes)
  })
}

// The socket itself never leaves this file, so that no cast elsewhere can find a way to write.
const writingEnds = new WeakMap<ReadingEnd, Socket>()

function readingEnd(socket: Socket): ReadingEnd {
  const end: ReadingEnd = {
    get destroyed() { return socket.destroyed },
    on(event, listener) {
      socket.on(event, listener)
      return end
    },
    off(event, listener) {
      socket.off(event, listener)
      return end
    },
    removeAllListeners(event) {
      socket.removeAllListeners(event)
      return end
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    isPaused: () => socket.isPaused(),
    destroy: () => void socket.destroy(),
    destroySoon: () => socket.destroySoon(),
  }
  writingEnds.set(end, socket)
  return end
}

function write(upstream: Upstream, bytes: Buffer): Promise<void> | undefined {
  const socket = writingEnds.get(upstream.socket)
  if (socket === undefined) throw new GatewayError('permit_refused', 'this is not a connection that was opened here')
  if (socket.write(bytes) || socket.destroyed) return undefined
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.once('drain', done)
    socket.once('close', done)
  })
}

async function dial(target: UpstreamTarget, deadline: number): Promise<Socket> {
  const plain = connectTcp({ host: target.host, port: target.port, noDelay: true, keepAlive: true })
  try {
    await event(plain, deadline, 'connect', `no connection to ${target.host}:${target.port}`)
    if (target.tls.mode === 'disable') return plain
    plain.write(serialize.requestSsl())
    const answer = await oneByte(plain, deadline)
    if (answer !== 0x53) throw unavailable('the target offers no TLS, and its configuration asks for it')
    const { serverName: name, mode } = target.tls
    const secure = connectTls({
      socket: plain,
      ...(target.tls.ca === undefined ? {} : { ca: target.tls.ca }),
      ...(/^[\d.]+$|:/.test(name) ? {} : { servername: name }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: mode === 'verify-full',
      checkServerIdentity: (_host, certificate) => (mode === 'verify-full' ? checkServerIdentity(name, certificate) : undefined),
    })
    await event(secure, deadline, 'secureConnect', 'the target did not prove its identity by TLS')
    return secure
  } catch (error) {
    plain.destroy()
    throw error
  }
}

async function logIn(socket: Socket, target: UpstreamTarget, deadline: number): Promise<Upstream> {
  const framer = new Framer(LOGIN_MESSAGE_BYTES)
  const parameters = new Map<string, string>()
  let cancelKey = { processId: 0, secret: Buffer.alloc(4) }
  const cache: KeyCache = keyCaches.get(target) ?? new Map()
  keyCaches.set(target, cache)
  const scram = scramClient(target.password, cache)
  let proved = false
  for (;;) {
    const { type, bytes } = await nextMessage(socket, framer, deadline)
    const body = new BodyReader(bytes)
    if (type === backend.authentication) {
      const method = body.int32()
      if (method === 0) {
        // A server that lets us in without proving that it knows the password could be anybody, unless TLS vouches for it.
        if (!proved && target.password !== '' && target.tls.mode === 'disable') throw unavailable('the target asked for no password; configure scram-sha-256 there, or TLS')
      } else if (method === 10) {
        if (!bytes.toString('latin1', HEADER + 4).split('\0').includes('SCRAM-SHA-256')) throw unavailable('the target offers no SCRAM-SHA-256')
        socket.write(serialize.sendSASLInitialResponseMessage('SCRAM-SHA-256', scram.first))
      } else if (method === 11) {
        socket.write(serialize.sendSCRAMClientFinalMessage(await scram.final(bytes.toString('utf8', HEADER + 4))))
      } else if (method === 12) {
        scram.verify(bytes.toString('utf8', HEADER + 4))
        proved = true
      } else {
        throw unavailable(`the target asks for authentication method ${method}; only SCRAM-SHA-256 is spoken`)
      }
    } else if (type === backend.parameterStatus) {
      parameters.set(body.cstring(), body.cstring())
    } else if (type === backend.backendKeyData) {
      cancelKey = { processId: body.int32(), secret: Buffer.from(bytes.subarray(HEADER + 4)) }
    } else if (type === backend.readyForQuery) {
      return { socket: readingEnd(socket), parameters, cancelKey, framer, status: bytes.toString('latin1', HEADER) as TransactionStatus }
    } else if (type === backend.error) {
      const fields = readErrorFields(bytes)
      throw unavailable(`the target refused the gateway's login: ${fields.get('C') ?? ''} ${fields.get('M') ?? ''}`)
    } else if (type !== backend.notice && type !== backend.negotiate) {
      throw unavailable('the target does not speak the PostgreSQL protocol')
    }
  }
}

async function nextMessage(socket: Socket, framer: Framer, deadline: number): Promise<Message> {
  for (;;) {
    const message = framer.next()
    if (message?.oversize !== undefined) throw unavailable('the target sent an impossible message while we logged in')
    if (message) return message
    framer.push(await chunk(socket, deadline))
  }
}

async function chunk(socket: Socket, deadline: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read() as Buffer | null
    if (bytes !== null) return bytes
    await event(socket, deadline, 'readable', 'the target closed the connection while we logged in')
  }
}

async function oneByte(socket: Socket, deadline: number): Promise<number> {
  const bytes = await chunk(socket, deadline)
  if (bytes.length !== 1) throw unavailable('the target sent bytes before TLS began')
  return bytes[0] as number
}

function event<T>(socket: Socket, deadline: number, name: string, failure: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error('timed out')), Math.max(0, deadline - Date.now()))
    const done = (): void => {
      clearTimeout(timer)
      socket.off(name, ok).off('error', fail).off('close', closed)
    }
    const ok = (value: T): void => {
      done()
      resolve(value)
    }
    const fail = (cause?: unknown): void => {
      done()
      reject(unavailable(failure + (cause instanceof Error ? `: ${cause.message}` : ''), cause))
    }
    const closed = (): void => fail()
    socket.once(name, ok).once('error', fail).once('close', closed)
    if (socket.destroyed) closed()
  })
}

const unavailable = (message: string, cause?: unknown): GatewayError => new GatewayError('target_unavailable', message, { cause })
