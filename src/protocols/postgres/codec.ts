import { GatewayError } from '../../errors.ts'

// Framing of the PostgreSQL frontend/backend protocol, version 3 (postgresql.org/docs/18/protocol-message-formats.html),
// both directions, on Buffers. pg-protocol's parser makes a string of every cell, which costs most of the bulk
// throughput; its writers are used where the gateway itself speaks.

/** One whole message: type byte, Int32 length (which counts itself), body. */
export interface Message {
  readonly type: number
  /** The message with its header, exactly as it was on the wire. Empty when `oversize`. */
  readonly bytes: Buffer
  /** Set when the message was longer than allowed: its body was read past and is gone; the value is its length in bytes. */
  readonly oversize?: number
}

export const HEADER = 5
const EMPTY: Buffer = Buffer.alloc(0)

/** Message types as the byte on the wire. Frontend and backend share letters, so each direction has its own names. */
export const frontend = {
  bind: 0x42, close: 0x43, describe: 0x44, execute: 0x45, functionCall: 0x46, flush: 0x48, parse: 0x50, query: 0x51,
  sync: 0x53, terminate: 0x58, copyDone: 0x63, copyData: 0x64, copyFail: 0x66, password: 0x70,
} as const

export const backend = {
  notification: 0x41, commandComplete: 0x43, dataRow: 0x44, error: 0x45, copyIn: 0x47, copyOut: 0x48, emptyQuery: 0x49,
  backendKeyData: 0x4b, notice: 0x4e, authentication: 0x52, parameterStatus: 0x53, rowDescription: 0x54,
  functionResponse: 0x56, copyBoth: 0x57, readyForQuery: 0x5a, parseComplete: 0x31, bindComplete: 0x32, closeComplete: 0x33,
  copyDone: 0x63, copyData: 0x64, noData: 0x6e, portalSuspended: 0x73, parameterDescription: 0x74, negotiate: 0x76,
} as const

/**
 * Cuts a byte stream into messages. A message that lies whole in one chunk is a view of it; one that does not is gathered
 * in a buffer that grows with what arrived, so neither a length nobody filled nor a message in a million pieces costs
 * more than about twice its bytes. A message over the bound is read past and delivered as `oversize`. Throws
 * `protocol_violation` on an impossible length.
 */
export class Framer {
  #maxBytes: number
  /** What came and is not cut yet: the first one from `#at` on, the others whole. */
  #chunks: Buffer[] = []
  #at = 0
  #gathered: Buffer = EMPTY
  #size = 0
  #skip = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Another bound from the next message on: signing in needs a smaller one than the work afterwards. */
  limit(maxBytes: number): void {
    this.#maxBytes = maxBytes
  }

  /** Bytes held that do not make a whole message yet. */
  get pending(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, this.#size - this.#at)
  }

  push(chunk: Buffer): void {
    if (this.#skip > 0) {
      const cut = Math.min(this.#skip, chunk.length)
      this.#skip -= cut
      chunk = chunk.subarray(cut)
    }
    if (chunk.length > 0) this.#chunks.push(chunk)
  }

  next(): Message | null {
    const chunk = this.#chunks[0]
    if (chunk === undefined) return null
    const at = this.#at
    const left = chunk.length - at
    if (this.#size === 0 && left >= HEADER) {
      const total = lengthOf(chunk, at)
      const type = chunk[at] as number
      if (total > this.#maxBytes) return this.#pass(type, total, 0)
      if (left >= total) {
        this.#consume(chunk, total)
        return { type, bytes: chunk.length === total ? chunk : chunk.subarray(at, at + total) }
      }
    }
    return this.#gather()
  }

  /**
   * The messages of this type that come next and lie whole and side by side in one chunk, as one piece: what is done to
   * thousands of rows need not make thousands of views. Null when the next message is not such a one: `next` tells.
   */
  run(type: number): { readonly bytes: Buffer; readonly count: number } | null {
    const chunk = this.#chunks[0]
    if (chunk === undefined || this.#size > 0 || chunk[this.#at] !== type) return null
    const from = this.#at
    let at = from
    let count = 0
    while (at + HEADER <= chunk.length && chunk[at] === type) {
      const total = lengthOf(chunk, at)
      if (total > this.#maxBytes || at + total > chunk.length) break
      at += total
      count++
    }
    if (count === 0) return null
    this.#consume(chunk, at - from)
    return { bytes: chunk.subarray(from, at), count }
  }

  #gather(): Message | null {
    while (this.#size < HEADER) if (!this.#move(HEADER)) return null
    const total = lengthOf(this.#gathered, 0)
    const type = this.#gathered[0] as number
    if (total > this.#maxBytes) {
      const have = this.#size
      this.#size = 0
      this.#gathered = EMPTY
      return this.#pass(type, total, have)
    }
    while (this.#size < total) if (!this.#move(total)) return null
    const bytes = this.#gathered.subarray(0, total)
    this.#gathered = EMPTY
    this.#size = 0
    return { type, bytes }
  }

  /** Moves bytes of the first chunk into the gathered message, up to `until` of them in all. */
  #move(until: number): boolean {
    const chunk = this.#chunks[0]
    if (chunk === undefined) return false
    const count = Math.min(until - this.#size, chunk.length - this.#at)
    if (this.#size + count > this.#gathered.length) {
      const room = Buffer.allocUnsafeSlow(Math.min(Math.max(until, HEADER), Math.max(this.#size + count, 2 * this.#size, 512)))
      this.#gathered.copy(room, 0, 0, this.#size)
      this.#gathered = room
    }
    chunk.copy(this.#gathered, this.#size, this.#at, this.#at + count)
    this.#size += count
    this.#consume(chunk, count)
    return true
  }

  /** Reads past a message over the bound, of which `have` bytes are consumed already. */
  #pass(type: number, total: number, have: number): Message {
    this.#skip = total - have
    for (let first = this.#chunks[0]; this.#skip > 0 && first !== undefined; first = this.#chunks[0]) {
      const cut = Math.min(this.#skip, first.length - this.#at)
      this.#skip -= cut
      this.#consume(first, cut)
    }
    return { type, bytes: EMPTY, oversize: total }
  }

  #consume(chunk: Buffer, count: number): void {
    this.#at += count
    if (this.#at < chunk.length) return
    this.#at = 0
    this.#chunks.shift()
  }
}

function lengthOf(bytes: Buffer, at: number): number {
  // A signed Int32, as the protocol says: what does not fit is negative, and impossible.
  const length = ((bytes[at + 1] as number) << 24) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number)
  if (length < 4) throw new GatewayError('protocol_violation', `message length ${length} is impossible`)
  return length + 1
}

/** Reads the fields of a body in order; throws `protocol_violation` when the body is shorter or longer than its fields. */
export class BodyReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at = HEADER) {
    this.#bytes = bytes
    this.#at = at
  }

  int16(): number {
    this.#need(2)
    const value = this.#bytes.readUInt16BE(this.#at)
    this.#at += 2
    return value
  }

  int32(): number {
    this.#need(4)
    const value = this.#bytes.readInt32BE(this.#at)
    this.#at += 4
    return value
  }

  byte(): number {
    this.#need(1)
    return this.#bytes[this.#at++] as number
  }

  /** A view, not a copy. */
  slice(count: number): Buffer {
    this.#need(count)
    const value = this.#bytes.subarray(this.#at, this.#at + count)
    this.#at += count
    return value
  }

  /** The bytes up to the next NUL, which is consumed; a view. */
  cstringBytes(): Buffer {
    const end = this.#bytes.indexOf(0, this.#at)
    if (end < 0) throw new GatewayError('protocol_violation', 'a string in the message has no end')
    const value = this.#bytes.subarray(this.#at, end)
    this.#at = end + 1
    return value
  }

  cstring(): string {
    return decodeUtf8(this.cstringBytes())
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** Bytes behind the last field mean that two readers could disagree about the message: refused, as the server does. */
  end(): void {
    if (!this.atEnd) throw new GatewayError('protocol_violation', 'the message goes on behind its last field')
  }

  #need(count: number): void {
    if (count < 0 || this.#at + count > this.#bytes.length) throw new GatewayError('protocol_violation', 'the message is shorter than its fields')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Strict: bytes that are not UTF-8 are refused, because a decoder that repairs them reads another statement than the server. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new GatewayError('not_understood', 'the text is not valid UTF-8', { cause })
  }
}

export interface ParseMessage { readonly name: string; readonly text: Buffer; readonly parameterOids: readonly number[] }
export interface BindMessage {
  readonly portal: string
  readonly statement: string
  readonly parameterFormats: readonly number[]
  readonly parameters: readonly (Buffer | null)[]
  readonly resultFormats: readonly number[]
}
export interface NamedMessage { readonly kind: 'statement' | 'portal'; readonly name: string }

export function readQuery(bytes: Buffer): Buffer {
  const body = new BodyReader(bytes)
  const text = body.cstringBytes()
  body.end()
  return text
}

export function readParse(bytes: Buffer): ParseMessage {
  const body = new BodyReader(bytes)
  const name = body.cstring()
  const text = body.cstringBytes()
  const parameterOids = repeat(body.int16(), () => body.int32() >>> 0)
  body.end()
  return { name, text, parameterOids }
}

export function readBind(bytes: Buffer): BindMessage {
  const body = new BodyReader(bytes)
  const portal = body.cstring()
  const statement = body.cstring()
  const parameterFormats = repeat(body.int16(), () => body.int16())
  const parameters = repeat(body.int16(), () => {
    const length = body.int32()
    if (length < -1) throw new GatewayError('protocol_violation', 'a parameter has a negative length')
    return length === -1 ? null : body.slice(length)
  })
  const resultFormats = repeat(body.int16(), () => body.int16())
  body.end()
  return { portal, statement, parameterFormats, parameters, resultFormats }
}

export function readExecute(bytes: Buffer): { readonly portal: string; readonly maxRows: number } {
  const body = new BodyReader(bytes)
  const portal = body.cstring()
  const maxRows = body.int32()
  body.end()
  return { portal, maxRows }
}

/** Describe and Close have the same body. */
export function readNamed(bytes: Buffer): NamedMessage {
  const body = new BodyReader(bytes)
  const kind = body.byte()
  const name = body.cstring()
  body.end()
  if (kind === 0x53) return { kind: 'statement', name }
  if (kind === 0x50) return { kind: 'portal', name }
  throw new GatewayError('protocol_violation', 'Describe and Close name a statement (S) or a portal (P)')
}

function repeat<T>(count: number, read: () => T): T[] {
  const values: T[] = []
  for (let i = 0; i < count; i++) values.push(read())
  return values
}

/** A backend message: type, length, body. */
export function message(type: number, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER + body.length)
  bytes[0] = type
  bytes.writeInt32BE(body.length + 4, 1)
  bytes.set(body, HEADER)
  return bytes
}

export const readyForQuery = (status: TransactionStatus): Buffer => message(backend.readyForQuery, Buffer.from(status, 'latin1'))
export const commandComplete = (tag: string): Buffer => message(backend.commandComplete, Buffer.from(tag + '\0'))
export const parameterStatus = (name: string, value: string): Buffer => message(backend.parameterStatus, Buffer.from(`${name}\0${value}\0`))

/** I idle, T in a transaction, E in a failed transaction. */
export type TransactionStatus = 'I' | 'T' | 'E'

export interface NoticeFields { readonly severity: string; readonly code: string; readonly message: string; readonly detail?: string; readonly hint?: string; readonly position?: number }

/** ErrorResponse or NoticeResponse (protocol-error-fields.html). NUL cannot occur inside a field. */
export function errorOrNotice(type: 'error' | 'notice', fields: NoticeFields): Buffer {
  const field = (letter: string, value: string | undefined): string => (value === undefined ? '' : `${letter}${value.replaceAll('\0', '')}\0`)
  const body = field('S', fields.severity) + field('V', fields.severity) + field('C', fields.code) + field('M', fields.message) + field('D', fields.detail) + field('H', fields.hint) + field('P', fields.position?.toString()) + '\0'
  return message(backend[type], Buffer.from(body))
}

/** The fields of an ErrorResponse or NoticeResponse by their letter. */
export function readErrorFields(bytes: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  let at = HEADER
  while (at < bytes.length && bytes[at] !== 0) {
    const end = bytes.indexOf(0, at + 1)
    if (end < 0) break
    fields.set(String.fromCharCode(bytes[at] as number), bytes.toString('utf8', at + 1, end))
    at = end + 1
  }
  return fields
}
