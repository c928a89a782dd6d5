import { createServer, connect, type Server, type Socket } from 'node:net'

// A Postgres client that says exactly the bytes it is told to, and a target that answers exactly what it is told to.

const cstring = (text: string): Buffer => Buffer.from(`${text}\0`)
const int16 = (value: number): Buffer => { const b = Buffer.alloc(2); b.writeInt16BE(value); return b }
export const int32 = (value: number): Buffer => { const b = Buffer.alloc(4); b.writeInt32BE(value); return b }

/** One message: type letter, length, body. */
export function msg(type: string, ...body: readonly Buffer[]): Buffer {
  const whole = Buffer.concat(body)
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(whole.length + 4), whole])
}

export const fe = {
  query: (sql: string) => msg('Q', cstring(sql)),
  parse: (sql: string, name = '', oids: readonly number[] = []) => msg('P', cstring(name), cstring(sql), int16(oids.length), ...oids.map(int32)),
  bind: (o: { portal?: string; statement?: string; values?: readonly (string | Buffer | null)[]; formats?: readonly number[]; results?: readonly number[] } = {}) => {
    const { portal = '', statement = '', values = [], formats = [], results = [] } = o
    const cells = values.flatMap((value) => {
      if (value === null) return [int32(-1)]
      const bytes = typeof value === 'string' ? Buffer.from(value) : value
      return [int32(bytes.length), bytes]
    })
    return msg('B', cstring(portal), cstring(statement), int16(formats.length), ...formats.map(int16), int16(values.length), ...cells, int16(results.length), ...results.map(int16))
  },
  describe: (kind: 'S' | 'P', name = '') => msg('D', Buffer.from(kind), cstring(name)),
  execute: (portal = '', rows = 0) => msg('E', cstring(portal), int32(rows)),
  close: (kind: 'S' | 'P', name = '') => msg('C', Buffer.from(kind), cstring(name)),
  flush: () => msg('H'),
  sync: () => msg('S'),
  terminate: () => msg('X'),
  functionCall: (oid: number) => msg('F', int32(oid), int16(0), int16(0), int16(0)),
  copyData: (data: string | Buffer) => msg('d', Buffer.from(data)),
  copyDone: () => msg('c'),
  copyFail: (why: string) => msg('f', cstring(why)),
  password: (text: string) => msg('p', cstring(text)),
  startup: (parameters: Readonly<Record<string, string>>, version = 0x30000) => {
    const body = Buffer.concat([int32(version), ...Object.entries(parameters).flatMap(([key, value]) => [cstring(key), cstring(value)]), Buffer.from([0])])
    return Buffer.concat([int32(body.length + 4), body])
  },
  sslRequest: () => Buffer.concat([int32(8), int32(80877103)]),
  gssRequest: () => Buffer.concat([int32(8), int32(80877104)]),
  cancel: (processId: number, secret: Buffer) => Buffer.concat([int32(12 + secret.length), int32(80877102), int32(processId), secret]),
}

export const be = {
  authOk: () => msg('R', int32(0)),
  parameter: (name: string, value: string) => msg('S', cstring(name), cstring(value)),
  key: (processId: number, secret: Buffer) => msg('K', int32(processId), secret),
  ready: (status = 'I') => msg('Z', Buffer.from(status)),
  complete: (tag: string) => msg('C', cstring(tag)),
  columns: (...names: readonly string[]) => msg('T', int16(names.length), ...names.flatMap((name) => [cstring(name), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)])),
  row: (...cells: readonly (string | null)[]) => msg('D', int16(cells.length), ...cells.flatMap((cell) => (cell === null ? [int32(-1)] : [int32(Buffer.byteLength(cell)), Buffer.from(cell)]))),
  error: (code: string, message: string, severity = 'ERROR') => msg('E', cstring(`S${severity}`), cstring(`V${severity}`), cstring(`C${code}`), cstring(`M${message}`), Buffer.from([0])),
}

export class Answer {
  readonly type: string
  readonly bytes: Buffer
  constructor(type: string, bytes: Buffer) {
    this.type = type
    this.bytes = bytes
  }

  get body(): Buffer {
    return this.bytes.subarray(5)
  }

  /** Fields of an error or notice by letter. */
  get fields(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.body.toString('utf8').split('\0').filter((part) => part !== '').map((part) => [part[0], part.slice(1)]))
  }

  /** Cells of a DataRow as text. */
  get cells(): readonly (string | null)[] {
    const { body } = this
    let at = 2
    return Array.from({ length: body.readInt16BE(0) }, () => {
      const length = body.readInt32BE(at)
      at += 4
      if (length < 0) return null
      at += length
      return body.toString('utf8', at - length, at)
    })
  }

  get tag(): string {
    return this.body.toString('utf8', 0, this.body.length - 1)
  }

  /** For comparing: letters, with the SQLSTATE of errors, the status of ReadyForQuery and the tag of completions. */
  toString(): string {
    if (this.type === 'E') return `E:${this.fields['C']}`
    if (this.type === 'Z') return `Z:${this.body.toString()}`
    if (this.type === 'C') return `C:${this.tag}`
    return this.type
  }
}

const PATIENCE_MS = 25_000

/** The client's end. `closed` settles once the other side is gone. */
export class WireClient {
  readonly socket: Socket
  readonly notices: Answer[] = []
  readonly parameters = new Map<string, string>()
  processId = 0
  secret: Buffer = Buffer.alloc(0)
  /** Bytes ever received. */
  received = 0
  #pending: Buffer = Buffer.alloc(0)
  #chunks: Buffer[] = []
  #answers: Answer[] = []
  #have = 0
  #need = 0
  #counted = 0
  #raw = true
  #closed = false
  #wake: (() => void)[] = []

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.socket.on('error', () => undefined)
    this.socket.on('data', (chunk: Buffer) => {
      this.received += chunk.length
      this.#chunks.push(chunk)
      if (!this.#raw) this.#cut()
      this.#notify()
    })
    this.socket.on('close', () => {
      this.#closed = true
      this.#notify()
    })
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }

  #cut(): void {
    this.#have += this.#chunks.slice(this.#counted).reduce((sum, chunk) => sum + chunk.length, 0)
    this.#counted = this.#chunks.length
    // A long message is put together once, when all of it is here.
    if (this.#have < this.#need) return
    const all = Buffer.concat([this.#pending, ...this.#chunks.splice(0)])
    let at = 0
    this.#need = 5
    while (all.length - at >= 5) {
      const total = all.readInt32BE(at + 1) + 1
      this.#need = total
      if (all.length - at < total) break
      this.#answers.push(new Answer(String.fromCharCode(all[at] as number), Buffer.from(all.subarray(at, at + total))))
      at += total
      this.#need = 5
    }
    this.#pending = all.subarray(at)
    this.#have = this.#pending.length
    this.#counted = 0
  }

  async #until<T>(what: string, ask: () => T | undefined): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      const found = ask()
      if (found !== undefined) return found
      if (this.#closed) throw new Error(`the connection closed while waiting for ${what}; had ${this.#answers.join(' ')}`)
      let timer: NodeJS.Timeout | undefined
      await Promise.race([new Promise<void>((resolve) => this.#wake.push(resolve)), new Promise<void>((resolve) => { timer = setTimeout(resolve, deadline - Date.now()) })])
      clearTimeout(timer)
      if (Date.now() >= deadline) throw new Error(`waited ${PATIENCE_MS} ms for ${what}; had ${this.#answers.join(' ')}`)
    }
  }

  send(...bytes: readonly Buffer[]): this {
    this.socket.write(Buffer.concat(bytes))
    return this
  }

  /** One write per byte; each is a chunk of its own for the reader unless the kernel joins them. */
  async sendByBytes(bytes: Buffer): Promise<void> {
    for (const byte of bytes) {
      this.socket.write(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** The answer to an encryption request, which has no length. */
  async oneByte(): Promise<string> {
    return this.#until('one byte', () => {
      const first = this.#chunks[0]
      if (first === undefined) return undefined
      this.#chunks[0] = first.subarray(1)
      if (this.#chunks[0].length === 0) this.#chunks.shift()
      return String.fromCharCode(first[0] as number)
    })
  }

  /** The next message that is not a notice. */
  async next(): Promise<Answer> {
    this.#raw = false
    this.#cut()
    return this.#until('a message', () => {
      for (;;) {
        const answer = this.#answers.shift()
        if (answer?.type === 'N') this.notices.push(answer)
        else return answer
      }
    })
  }

  /** Everything up to and with the next message of this type. */
  async through(type: string): Promise<readonly Answer[]> {
    const seen: Answer[] = []
    for (;;) {
      const answer = await this.next().catch((error: Error) => { throw new Error(`${error.message}; before it ${seen.slice(-20).map((one) => (one.type === 'E' ? JSON.stringify(one.fields) : String(one))).join(' ')}`) })
      seen.push(answer)
      if (answer.type === type) return seen
    }
  }

  /** What `through('Z')` saw, in letters; the form most tests compare. */
  async reply(): Promise<string> {
    return (await this.through('Z')).join(' ')
  }

  async notice(part: string): Promise<Answer> {
    this.#raw = false
    this.#cut()
    return this.#until(`a notice with ${part}`, () => {
      for (const answer of this.#answers.filter(({ type }) => type === 'N')) this.notices.push(answer)
      this.#answers = this.#answers.filter(({ type }) => type !== 'N')
      return this.notices.find((one) => one.fields['M']?.includes(part))
    })
  }

  async signIn(token: string, parameters: Readonly<Record<string, string>> = {}, version = 0x30000): Promise<this> {
    this.send(fe.startup({ user: 'agent', database: 'orders', ...parameters }, version))
    for (;;) {
      const answer = await this.next()
      if (answer.type === 'R' && answer.body.readInt32BE(0) === 3) this.send(fe.password(token))
      else if (answer.type === 'S') {
        const [name, value] = answer.body.toString('utf8').split('\0')
        this.parameters.set(name as string, value as string)
      } else if (answer.type === 'K') {
        this.processId = answer.body.readInt32BE(0)
        this.secret = Buffer.from(answer.body.subarray(4))
      } else if (answer.type === 'E') throw new Error(`${answer.fields['C']} ${answer.fields['M']}`)
      else if (answer.type === 'Z') return this
    }
  }

  async closed(): Promise<readonly Answer[]> {
    this.#raw = false
    await this.#until('the end', () => (this.#closed ? true : undefined))
    this.#cut()
    return this.#answers.splice(0)
  }

  end(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    const gone = new Promise<void>((resolve) => this.socket.once('close', () => resolve()))
    this.socket.destroy()
    return gone
  }
}

/**
 * The real target behind a relay that answers some queries itself: a text with `fault:<name>` never reaches the server,
 * and `faults[name]` does what no real server can be made to do. Plaintext, so that messages can be seen.
 */
export class FaultyTarget {
  readonly port: number
  readonly #server: Server
  readonly #open: Set<Socket>

  private constructor(server: Server, open: Set<Socket>, port: number) {
    this.#server = server
    this.#open = open
    this.port = port
  }

  static async start(target: { readonly host: string; readonly port: number }, faults: Readonly<Record<string, (toGateway: Socket) => void>>): Promise<FaultyTarget> {
    const open = new Set<Socket>()
    const server = createServer({ noDelay: true }, (socket) => {
      const behind = connect({ host: target.host, port: target.port, noDelay: true })
      for (const [one, other] of [[socket, behind], [behind, socket]] as const) {
        open.add(one)
        one.on('error', () => undefined)
        one.on('close', () => {
          open.delete(one)
          other.destroy()
        })
      }
      behind.on('data', (chunk: Buffer) => socket.write(chunk))
      let started = false
      let pending: Buffer = Buffer.alloc(0)
      socket.on('data', (chunk: Buffer) => {
        pending = Buffer.concat([pending, chunk])
        for (;;) {
          const head = started ? 5 : 4
          if (pending.length < head) return
          const total = pending.readInt32BE(head - 4) + head - 4
          if (pending.length < total) return
          const bytes = Buffer.from(pending.subarray(0, total))
          pending = pending.subarray(total)
          // Only what would run: the text of one is also asked about beforehand.
          const fault = started && bytes[0] === 0x51 ? /fault:(\w+)/.exec(bytes.toString('latin1'))?.[1] : undefined
          started = true
          if (fault === undefined) behind.write(bytes)
          else faults[fault]?.(socket)
        }
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    return new FaultyTarget(server, open, (server.address() as { readonly port: number }).port)
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
