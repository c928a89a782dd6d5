import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type SecureContext, TLSSocket } from 'node:tls'
import { GatewayError } from '../../errors.ts'
import { BodyReader, decodeUtf8, frontend, message } from './codec.ts'

// From the first byte to the start-up parameters (protocol-flow.html, sections Start-up, SSL Session Encryption,
// GSSAPI Session Encryption, Canceling Requests in Progress).

const SSL_REQUEST = 80877103
const GSS_ENC_REQUEST = 80877104
const CANCEL_REQUEST = 80877102
const PROTOCOL_3_0 = 0x30000
const PROTOCOL_3_2 = 0x30002
const MAX_STARTUP_BYTES = 10_000
const MAX_PASSWORD_BYTES = 16_384

export type Opening =
  | { readonly kind: 'cancel'; readonly processId: number; readonly secret: Buffer }
  | {
      readonly kind: 'startup'
      readonly wire: Wire
      /** What the client asked for, 3.0 or 3.2; decides the length of the cancel key. */
      readonly minor: 0 | 2
      readonly parameters: ReadonlyMap<string, string>
      readonly encrypted: boolean
      /** Set when the client must be told what we do not speak: the newest minor version we do, and options we ignore. */
      readonly negotiate: { readonly minor: number; readonly options: readonly string[] } | undefined
    }

/** The client's byte stream, read in whole pieces; the TLS layer replaces the socket under it. */
export class Wire {
  socket: Duplex
  #leftover: Buffer = Buffer.alloc(0)
  readonly #deadline: number
  readonly #timeoutMs: number

  /** `timeoutMs`: from now until the client has signed in. */
  constructor(socket: Duplex, timeoutMs: number) {
    this.socket = socket
    this.#timeoutMs = timeoutMs
    this.#deadline = Date.now() + timeoutMs
    // Faults surface where we wait; without a listener an early reset would end the process.
    socket.on('error', () => undefined)
  }

  get remainingMs(): number {
    return Math.max(0, this.#deadline - Date.now())
  }

  get buffered(): number {
    return this.#leftover.length + this.socket.readableLength
  }

  async read(count: number): Promise<Buffer> {
    while (this.#leftover.length < count) this.#leftover = Buffer.concat([this.#leftover, await this.#chunk()])
    const bytes = this.#leftover.subarray(0, count)
    this.#leftover = this.#leftover.subarray(count)
    return bytes
  }

  /** What was read and not consumed, for whoever goes on reading the socket itself. */
  takeLeftover(): Buffer {
    const bytes = this.#leftover
    this.#leftover = Buffer.alloc(0)
    return bytes
  }

  async #chunk(): Promise<Buffer> {
    for (;;) {
      const bytes = this.socket.read() as Buffer | null
      if (bytes !== null) return bytes
      await new Promise<void>((resolve, reject) => {
        const { socket } = this
        const timer = setTimeout(() => finish(new GatewayError('protocol_violation', `the client did not sign in within ${this.#timeoutMs} ms`)), this.remainingMs)
        const ready = (): void => finish()
        const gone = (): void => finish(new GatewayError('protocol_violation', 'the client closed the connection while signing in'))
        function finish(error?: GatewayError): void {
          clearTimeout(timer)
          socket.off('readable', ready).off('close', gone).off('end', gone)
          if (error) reject(error)
          else resolve()
        }
        socket.on('readable', ready).on('close', gone).on('end', gone)
        if (socket.destroyed || socket.readableEnded) gone()
      })
    }
  }
}

export interface HandshakeOptions {
  /** The certificate we serve; undefined: TLS is answered with N. */
  readonly tls: () => SecureContext | undefined
}

/** Reads up to the start-up packet or cancel request. Throws `protocol_violation` or `not_understood`; the caller answers FATAL. */
export async function readOpening(wire: Wire, options: HandshakeOptions): Promise<Opening> {
  let encrypted = false
  let gssAsked = false
  for (;;) {
    const length = (await wire.read(4)).readInt32BE(0)
    if (length < 8 || length > MAX_STARTUP_BYTES) throw new GatewayError('protocol_violation', 'this is not a PostgreSQL start-up packet')
    const packet = await wire.read(length - 4)
    const code = packet.readInt32BE(0)
    if (code === SSL_REQUEST || code === GSS_ENC_REQUEST) {
      if (length !== 8 || encrypted || (code === GSS_ENC_REQUEST && gssAsked)) throw new GatewayError('protocol_violation', 'encryption was asked for twice')
      // Whatever came in the same segment was sent before encryption began and could have been put there by anybody on the way.
      if (wire.buffered > 0) throw new GatewayError('protocol_violation', 'bytes behind an encryption request, before its answer')
      if (code === GSS_ENC_REQUEST) gssAsked = true
      const context = code === SSL_REQUEST ? options.tls() : undefined
      wire.socket.write(context === undefined ? 'N' : 'S')
      if (context !== undefined) {
        await startTls(wire, context)
        encrypted = true
      }
      continue
    }
    if (code === CANCEL_REQUEST) {
      if (length < 16 || length > 12 + 256) throw new GatewayError('protocol_violation', 'a cancel request of impossible length')
      return { kind: 'cancel', processId: packet.readInt32BE(4), secret: Buffer.from(packet.subarray(8)) }
    }
    if (code >> 16 !== 3) throw new GatewayError('protocol_violation', `protocol ${code >> 16}.${code & 0xffff} is not spoken; use version 3`)
    return startup(wire, code, packet, encrypted)
  }
}

function startup(wire: Wire, code: number, packet: Buffer, encrypted: boolean): Opening {
  const body = new BodyReader(packet, 4)
  const parameters = new Map<string, string>()
  const options: string[] = []
  for (;;) {
    const key = body.cstring()
    if (key === '') break
    const value = body.cstring()
    if (key.startsWith('_pq_.')) options.push(key)
    else if (parameters.has(key)) throw new GatewayError('protocol_violation', `start-up parameter ${key} is given twice`)
    else parameters.set(key, value)
  }
  body.end()
  const minor = code === PROTOCOL_3_0 ? 0 : 2
  const unknownMinor = code !== PROTOCOL_3_0 && code !== PROTOCOL_3_2
  const negotiate = unknownMinor || options.length > 0 ? { minor: code < PROTOCOL_3_2 ? 0 : 2, options } : undefined
  return { kind: 'startup', wire, minor: unknownMinor && code < PROTOCOL_3_2 ? 0 : minor, parameters, encrypted, negotiate }
}

async function startTls(wire: Wire, secureContext: SecureContext): Promise<void> {
  const plain = wire.socket as Socket
  const secure = new TLSSocket(plain, { isServer: true, secureContext, ALPNProtocols: ['postgresql'] })
  secure.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => secure.destroy(), wire.remainingMs)
    const failed = (): void => {
      clearTimeout(timer)
      reject(new GatewayError('protocol_violation', 'the TLS handshake failed'))
    }
    secure.once('close', failed)
    secure.once('secure', () => {
      clearTimeout(timer)
      secure.off('close', failed)
      resolve()
    })
  })
  wire.socket = secure
}

/** Asks for the token as a cleartext password (over TLS, or loopback) and returns it. */
export async function askPassword(wire: Wire): Promise<string> {
  wire.socket.write(message(0x52, Buffer.from([0, 0, 0, 3])))
  const header = await wire.read(5)
  const length = header.readInt32BE(1)
  if (header[0] !== frontend.password || length < 5 || length > MAX_PASSWORD_BYTES) throw new GatewayError('protocol_violation', 'expected the password message')
  const body = await wire.read(length - 4)
  if (body.indexOf(0) !== body.length - 1) throw new GatewayError('protocol_violation', 'the password message is malformed')
  return decodeUtf8(body.subarray(0, -1))
}

/** NegotiateProtocolVersion: the newest minor version we speak and the `_pq_` options we do not know. */
export function negotiateProtocolVersion(negotiate: { readonly minor: number; readonly options: readonly string[] }): Buffer {
  const names = Buffer.from(negotiate.options.map((name) => `${name}\0`).join(''))
  const head = Buffer.alloc(8)
  head.writeInt32BE(PROTOCOL_3_0 + negotiate.minor, 0)
  head.writeInt32BE(negotiate.options.length, 4)
  return message(0x76, Buffer.concat([head, names]))
}

/** Start-up keys that are honoured; every other one is refused by name, because it could change what statements mean. */
const SESSION_SETTINGS = new Map<string, (value: string) => boolean>([
  ['application_name', () => true],
  ['client_encoding', (value) => /^('?)(utf-?8|unicode|auto)\1$/i.test(value)],
  ['datestyle', () => true],
  ['timezone', () => true],
  ['intervalstyle', () => true],
  ['extra_float_digits', (value) => /^-?\d{1,2}$/.test(value)],
  ['statement_timeout', isDuration],
  ['lock_timeout', isDuration],
  ['idle_in_transaction_session_timeout', isDuration],
  ['client_min_messages', (value) => /^(notice|warning|error)$/i.test(value)],
  ['standard_conforming_strings', (value) => /^(on|true|yes|1)$/i.test(value)],
])

function isDuration(value: string): boolean {
  return /^\d{1,9}\s*(us|ms|s|min|h)?$/.test(value)
}

export interface StartupSettings {
  readonly database: string
  readonly user: string
  /** Handed to the target's own start-up packet. */
  readonly settings: Readonly<Record<string, string>>
  /** holdpoint.plan, holdpoint.reason: never forwarded. */
  readonly claimed: Readonly<Record<string, string>>
}

/** Throws `not_understood` naming the first key that is not honoured. */
export function startupSettings(parameters: ReadonlyMap<string, string>): StartupSettings {
  const settings: Record<string, string> = {}
  const claimed: Record<string, string> = {}
  const accept = (key: string, value: string): void => {
    const name = key.toLowerCase()
    if (name.startsWith('holdpoint.')) claimed[name.slice('holdpoint.'.length)] = value.slice(0, 4096)
    else if (SESSION_SETTINGS.get(name)?.(value) === true) {
      if (name !== 'client_encoding' && name !== 'standard_conforming_strings') settings[name] = value
    } else throw new GatewayError('not_understood', `start-up parameter "${key}" with this value is not allowed through holdpoint`)
  }
  let user = ''
  let database = ''
  for (const [key, value] of parameters) {
    if (key === 'user') user = value
    else if (key === 'database') database = value
    else if (key === 'options') for (const [name, setting] of commandLineOptions(value)) accept(name, setting)
    else if (key === 'replication') {
      if (/^(off|false|no|0)$/i.test(value)) continue
      throw new GatewayError('not_understood', 'replication connections are not allowed through holdpoint')
    } else accept(key, value)
  }
  if (settings['application_name'] !== undefined) claimed['application'] = settings['application_name']
  return { user, database: database === '' ? user : database, settings, claimed }
}

/** `-c name=value`, `-cname=value` and `--name=value`, with backslash escapes, as the server splits them. */
function* commandLineOptions(text: string): Generator<readonly [string, string]> {
  const words = [...text.matchAll(/(?:\\.|[^\s\\])+/gs)].map((match) => match[0].replace(/\\(.)/gs, '$1'))
  for (let i = 0; i < words.length; i++) {
    let word = words[i] as string
    if (word === '-c') word = words[++i] ?? ''
    else if (word.startsWith('-c') || word.startsWith('--')) word = word.slice(2)
    else throw new GatewayError('not_understood', 'only -c name=value is allowed in start-up options')
    const equals = word.indexOf('=')
    if (equals < 1) throw new GatewayError('not_understood', 'a start-up option is not of the form name=value')
    yield [word.slice(0, equals).replaceAll('-', '_'), word.slice(equals + 1)]
  }
}

