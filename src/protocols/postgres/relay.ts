import type { Duplex } from 'node:stream'
import { GatewayError } from '../../errors.ts'
import type { Command } from '../../gateway/command.ts'
import type { Obligation } from '../../policy/verdict.ts'
import { BodyReader, backend, errorOrNotice, type Framer, HEADER, type Message, type NoticeFields, readErrorFields, readyForQuery, type TransactionStatus } from './codec.ts'
import type { Expected, Flight, Portal, PostgresCommand, Prepared } from './exchange.ts'
import type { CopyOutMasker } from './copy-masking.ts'
import { type Field, maskErrorOrNotice, type MessageMasking, parseRowDescription, type RowMasker } from './masking.ts'
import type { Names } from './names.ts'
import type { RawStatement } from './raw.ts'
import type { Sight } from './sight.ts'
import type { Upstream } from './upstream.ts'

// From the target to the client: every message is matched with what was asked, masked, recorded and passed on, in
// order. A message that does not fit what we expect means that we no longer know which rows belong to which command:
// the connection is closed rather than passed on.

const PASSED_AFTER_ERROR: ReadonlySet<number> = new Set([backend.readyForQuery, backend.parameterStatus, backend.notification, backend.notice])

/** Levels that a client sees only when it asks for the server's log; never translated in the field V. */
const NOT_FOR_CLIENTS: ReadonlySet<string> = new Set(['LOG', 'DEBUG', 'DEBUG1', 'DEBUG2', 'DEBUG3', 'DEBUG4', 'DEBUG5'])

const LARGE_CHUNK_BYTES = 16 * 1024
const MAX_WRITES = 4

/** Unsent bytes above which we stop reading the target. */
const CLIENT_BACKLOG_BYTES = 1 << 20

export interface RelayParts {
  readonly client: Duplex
  readonly upstream: Upstream
  readonly statements: Names<Prepared>
  readonly portals: Names<Portal>
  readonly sight: (flight: Flight | undefined) => Sight
  readonly record: (command: Command, direction: 'input' | 'output', bytes: Uint8Array) => void | Promise<void>
  /** The connection cannot go on; the client is told and both sides are closed. */
  readonly onFault: (error: GatewayError) => void
  /** A bound of the verdict was passed: ask the target to stop. */
  readonly onOverLimit: (flight: Flight) => void
  /** After an error the target ignores everything until a Sync that we have not sent yet. */
  readonly onSkipping: () => void
  /** A Sync that was sent was read as part of a COPY and ignored: the target waits for another one. */
  readonly onSyncIgnored: () => void
  /** The session's path or role changed at the target, by whatever means. */
  readonly onMoved: () => void
  /** The target ended a batch, and is (or is not) in a transaction block. */
  readonly onReady: (status: TransactionStatus) => void
}

/** The answer whose rows are coming. */
interface Rows {
  readonly flight: Flight
  readonly masker: RowMasker
  readonly sight: Sight
}

export class Relay {
  readonly #parts: RelayParts
  readonly #framer: Framer
  /** The description read last: a copy, because its chunk is large. */
  #last: { readonly bytes: Buffer; readonly fields: readonly Field[] } | undefined
  /** Descriptions in which nothing has to be masked. */
  readonly #harmless = new WeakSet<readonly Field[]>()
  readonly #fieldsByBytes = new Map<string, readonly Field[]>()
  #expected: Expected[] = []
  #head = 0
  #status: TransactionStatus
  #batch: Flight[] = []
  /** Its client was told that the answer is over a bound: until ReadyForQuery everything is read and nothing passed. */
  #discarding: Flight | undefined
  /** Something in this transaction touched masked tables: what fails only at its end may show their values. */
  #touchedMasked = false
  /** The command whose time runs, and what ends it. */
  #timed: Flight | undefined
  #timer: NodeJS.Timeout | undefined
  #dead = false
  /** The target said itself why it ends the connection. */
  saidFatal = false
  #rows: Rows | undefined
  #copyOut: CopyOutMasker | undefined
  #waiters: (() => void)[] = []
  /** Pieces that go to the client together, of one command; the last of them is [#from, #until) of #memory and may still grow. */
  readonly #pieces: Buffer[] = []
  #memory: ArrayBufferLike | undefined
  #from = 0
  #until = 0
  #running: Flight | undefined
  /** Memory of pieces of this chunk that were made for them. */
  readonly #own: ArrayBufferLike[] = []
  /** Of this chunk nothing but rows was read, and none of them is kept. */
  #onlyRows = false
  /** The command whose COPY input the target is waiting for. */
  copyIn: Flight | undefined

  constructor(parts: RelayParts) {
    this.#parts = parts
    this.#framer = parts.upstream.framer
    this.#status = parts.upstream.status
  }

  get status(): TransactionStatus {
    return this.#status
  }

  get idle(): boolean {
    return this.#head === this.#expected.length
  }

  /** Answers that are still to come. */
  get outstanding(): number {
    return this.#expected.length - this.#head
  }

  /** The batch whose answer comes next. */
  get answering(): number | undefined {
    return this.#flight()?.batch
  }

  /** Resolves at the next change: an answer arrived, or COPY began. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  expect(items: readonly Expected[]): void {
    // Nobody answers any more.
    if (this.#dead) for (const item of items) if (item.kind === 'own') item.answer.end(true)
    this.#expected.push(...items)
    this.#release()
    this.#timeHead()
  }

  onData(chunk: Buffer): void {
    if (this.#dead) return
    try {
      this.#framer.push(chunk)
      this.#own.length = 0
      this.#onlyRows = true
      for (;;) {
        if (this.#rows !== undefined ? this.#onRun(this.#rows) : this.#copyOut !== undefined && this.#onCopyRun(this.#copyOut)) continue
        const message = this.#framer.next()
        if (message === null) break
        this.#onlyRows &&= message.type === backend.dataRow || message.type === backend.copyData
        this.#message(message)
      }
      this.flush()
      if (this.#onlyRows) this.#giveBack(chunk)
    } catch (error) {
      this.#dead = true
      this.#dropRun()
      this.#parts.onFault(error instanceof GatewayError ? error : new GatewayError('target_failed', 'the answer of the target could not be read', { cause: error }))
    }
    this.#timeHead()
    this.#wake()
  }

  /**
   * Frees the memory of a chunk that was rows and nothing else, once they have left: its rows were copied for the recording and
   * written, and what was left of the last one was copied by the framer. Bulk makes little else, so that the collector
   * would look at the whole heap for every few megabytes.
   */
  #giveBack(chunk: Buffer): void {
    if (chunk.length < LARGE_CHUNK_BYTES || this.#parts.client.writableLength > 0) return
    if (chunk.buffer.byteLength === chunk.length) this.#own.push(chunk.buffer)
    for (const memory of this.#own) if (memory instanceof ArrayBuffer && !memory.detached) memory.transfer(0)
    this.#own.length = 0
  }

  /** The target is gone: whatever had no answer is unknown, and says so. */
  onLost(cause: string): void {
    this.#dead = true
    this.flush()
    for (const item of this.#expected.slice(this.#head)) {
      if ('flight' in item && item.flight) this.#batch.push(item.flight)
      else if (item.kind === 'own') item.answer.end(true)
    }
    for (const flight of new Set(this.#batch)) flight.settle({ kind: 'unknown', cause })
    this.#expected = []
    this.#head = 0
    this.#batch = []
    this.#timeHead()
    this.#wake()
  }

  /** A notice of ours between two messages. */
  notice(bytes: Buffer): void {
    this.flush()
    const { client } = this.#parts
    if (!client.writableEnded && !client.destroyed) client.write(bytes)
  }

  /** The last word to the client. What the target still answers is read for its outcome only. */
  end(bytes: Buffer): void {
    this.notice(bytes)
    this.#parts.client.end()
  }

  #message(message: Message): void {
    const { type, bytes } = message
    const head = this.#expected[this.#head]
    if (head?.kind === 'own' && this.#onOwn(head, message)) return
    const flight = this.#flight()
    if (message.oversize !== undefined) {
      // Only what carries data may be left out: without any other message we no longer know what the target did.
      if (flight === undefined || (type !== backend.dataRow && type !== backend.copyData)) throw new GatewayError('target_failed', `the target sent a message of ${message.oversize} bytes`)
      return this.#stop(flight, `a row of ${message.oversize} bytes is over the limit`)
    }
    if (this.#discarding !== undefined && (type === backend.dataRow || type === backend.copyData)) return
    switch (type) {
      case backend.dataRow: return this.#onDataRow(bytes)
      case backend.readyForQuery: return this.#onReadyForQuery(bytes)
      case backend.commandComplete:
      case backend.emptyQuery:
      case backend.portalSuspended: return this.#onCompleted(type, bytes)
      case backend.error: return this.#onError(bytes)
      case backend.notice: return this.#onNotice(bytes, flight)
      case backend.notification: return this.#out(this.#parts.sight(undefined).notification(bytes), undefined)
      case backend.parameterStatus: return this.#onParameterStatus(bytes)
      case backend.rowDescription: return this.#onRowDescription(bytes)
      case backend.noData: return this.#onNoData(bytes)
      case backend.parameterDescription: return this.#onParameterDescription(bytes)
      case backend.parseComplete: return this.#onParseComplete(bytes)
      case backend.bindComplete: return this.#onBindComplete(bytes)
      case backend.closeComplete: return this.#onCloseComplete(bytes)
      case backend.copyIn: return this.#onCopyIn(bytes)
      case backend.copyOut: return this.#onCopyOut(bytes)
      case backend.copyData: return this.#onCopyData(bytes)
      case backend.copyDone: return this.#onCopyDone(bytes)
      default: throw new GatewayError('target_failed', `the target sent a message of type ${String.fromCharCode(type)}, which is never passed`)
    }
  }

  /** The answer to a word of ours. False: this message is for the client all the same. */
  #onOwn(head: Extract<Expected, { readonly kind: 'own' }>, message: Message): boolean {
    const { type, bytes } = message
    const { answer } = head
    if (type === backend.readyForQuery) {
      this.#status = bytes.toString('latin1', HEADER, HEADER + 1) as TransactionStatus
      this.#pop()
      answer.end(false)
      this.#release()
      return true
    }
    if (type === backend.parameterStatus || type === backend.notification) return false
    if (type === backend.error && message.oversize === undefined) {
      const severity = readErrorFields(bytes).get('V')
      if (severity === 'FATAL' || severity === 'PANIC') return false
    }
    if (answer.add(message)) {
      if (head.closes !== undefined) this.#onUnsynced(head, type)
      return true
    }
    throw new GatewayError('target_failed', 'the answer of the target does not fit what the gateway asked')
  }

  /** A word of ours that is not synced: nothing but its own messages says that it is over. */
  #onUnsynced(head: Extract<Expected, { readonly kind: 'own' }>, type: number): void {
    if (type === backend.closeComplete) head.closes = (head.closes ?? 1) - 1
    const failed = type === backend.error
    if (!failed && head.closes !== 0) return
    this.#pop()
    head.answer.end(false)
    if (failed && !this.#dropUntilSync()) this.#parts.onSkipping()
  }

  /** True once the connection to the target is of no use any more: whoever had no answer was told so. */
  get isDead(): boolean {
    return this.#dead
  }

  /** What the target answers before the decision on this run is due. */
  beforeGuard(flight: Flight, items: readonly Expected[]): void {
    // Nobody answers any more.
    if (this.#dead) {
      for (const item of items) if (item.kind === 'own') item.answer.end(true)
      return
    }
    this.#expected.splice(this.#guardOf(flight), 0, ...items)
    this.#timeHead()
  }

  /** The decision on a run: these come in its place. */
  replaceGuard(flight: Flight, items: readonly Expected[]): void {
    this.#drop(flight)
    if (this.#dead) return
    this.#expected.splice(this.#guardOf(flight), 1, ...items)
    this.#timeHead()
  }

  /** The decision on a run: the end of its answer goes out as it was kept, or something else in its place. `ready`: with the status as it is now. */
  finish(flight: Flight, told: Buffer | 'kept', ready: boolean): void {
    const kept = this.#drop(flight)
    if (this.#dead) return
    this.#expected.splice(this.#guardOf(flight), 1)
    if (!this.#batch.includes(flight)) this.#batch.push(flight)
    for (const bytes of told === 'kept' ? kept : [told]) this.#out(bytes, flight)
    if (ready) this.#ready(readyForQuery(this.#status), flight)
    else this.flush()
    this.#timeHead()
    this.#release()
  }

  /** Its answer is passed on as it comes. */
  unguard(flight: Flight): void {
    if (flight.guard !== undefined) flight.guard.off = true
  }

  #guardOf(flight: Flight): number {
    const at = this.#expected.findIndex((item, index) => index >= this.#head && item.kind === 'guard' && item.flight === flight)
    if (at < 0) throw new GatewayError('target_failed', 'a run was decided on that nobody guards')
    return at
  }

  /** Takes back what was kept. */
  #drop({ guard }: Flight): readonly Buffer[] {
    if (guard === undefined) return []
    guard.keeping = false
    return guard.kept.splice(0)
  }

  /** What a client may be told while something runs. The server's own log lines are not among it: its query trees are such. */
  #onNotice(bytes: Buffer, flight: Flight | undefined): void {
    if (NOT_FOR_CLIENTS.has(readErrorFields(bytes).get('V') ?? '')) return
    this.#out(maskErrorOrNotice(bytes, this.#messages(flight)), flight)
  }

  #onDataRow(bytes: Buffer): void {
    const head = this.#expect('execute', 'query')
    const { flight } = head
    if (this.#rows?.flight !== flight) {
      // A description of the portal knows its formats; one of the statement is of the time before Bind chose them.
      const own = head.kind === 'execute' ? head.portal.fields : undefined
      const fields = own !== undefined ? own : head.kind === 'execute' ? head.portal.prepared.fields : undefined
      if (fields === undefined || fields === null) throw new GatewayError('target_failed', 'the target sent rows that nobody has described')
      const formats = head.kind === 'execute' && own === undefined ? head.portal.bind?.resultFormats : undefined
      const sight = this.#parts.sight(flight)
      this.#rows = { flight, masker: sight.rows(fields, formats, statementOf(head)), sight }
    }
    flight.rows++
    flight.bytes += bytes.length
    const { limit } = this.#rows.sight
    if (limit !== undefined && (flight.rows > (limit.rows ?? Infinity) || flight.bytes > (limit.bytes ?? Infinity))) return this.#stop(flight, 'the answer is over the limit of its rule')
    const { masker } = this.#rows
    this.#out(masker.passThrough ? bytes : masker.row(bytes), flight)
  }

  /** Rows of the answer that is under way, as many as lie side by side: in bulk they are most of what comes. False: something else is next. */
  #onRun({ flight, masker, sight }: Rows): boolean {
    const head = this.#expected[this.#head]
    if (head === undefined || (head.kind !== 'query' && head.kind !== 'execute') || head.flight !== flight || this.#discarding !== undefined || sight.limit !== undefined) return false
    const run = this.#framer.run(backend.dataRow)
    if (run === null) return false
    flight.rows += run.count
    flight.bytes += run.bytes.length
    masker.rows(run.bytes, (piece, own) => {
      if (own) this.#own.push(piece.buffer)
      this.#out(piece, flight)
    })
    return true
  }

  /** The same for COPY. */
  #onCopyRun(copyOut: CopyOutMasker): boolean {
    const head = this.#expected[this.#head]
    if (head === undefined || (head.kind !== 'query' && head.kind !== 'execute') || this.#discarding !== undefined) return false
    const { flight } = head
    if (this.#parts.sight(flight).limit !== undefined) return false
    const run = this.#framer.run(backend.copyData)
    if (run === null) return false
    flight.rows += run.count
    flight.bytes += run.bytes.length
    copyOut.rows(run.bytes, (piece) => {
      // Larger than what is cut from memory that others have a part in: it was made for this piece.
      if (piece.buffer !== run.bytes.buffer && piece.buffer.byteLength >= LARGE_CHUNK_BYTES) this.#own.push(piece.buffer)
      this.#out(piece, flight)
    })
    return true
  }

  #onRowDescription(bytes: Buffer): void {
    const head = this.#expect('describe', 'query')
    const fields = this.#fields(bytes)
    const { flight } = head
    const sight = this.#parts.sight(flight)
    if (head.kind === 'query') {
      this.#rows = { flight, masker: sight.rows(fields, undefined, statementOf(head)), sight }
      return this.#out(this.#shown(bytes, fields, sight), flight)
    }
    this.#described(head, fields)
    if (!head.ours) this.#out(this.#shown(bytes, fields, sight), flight)
  }

  #described(head: Extract<Expected, { readonly kind: 'describe' }>, fields: readonly Field[] | null): void {
    const named = head.portal ?? head.prepared
    if (named) {
      named.fields = fields
      named.describedAt = head.generation
    }
    this.#pop()
  }

  #onNoData(bytes: Buffer): void {
    const head = this.#expect('describe')
    this.#described(head, null)
    if (!head.ours) this.#out(bytes, head.flight)
  }

  #onParameterDescription(bytes: Buffer): void {
    const head = this.#expect('describe')
    const body = new BodyReader(bytes)
    const oids: number[] = []
    for (let count = body.int16(); count > 0; count--) oids.push(body.int32() >>> 0)
    if (head.prepared) head.prepared.describedOids = oids
    if (!head.ours) this.#out(bytes, head.flight)
  }

  #onParseComplete(bytes: Buffer): void {
    const head = this.#expect('parse')
    this.#parts.statements.settle(head.name, head.prepared)
    this.#pop()
    this.#out(bytes, head.flight)
  }

  #onBindComplete(bytes: Buffer): void {
    const head = this.#expect('bind')
    this.#parts.portals.settle(head.name, head.portal)
    this.#pop()
    this.#out(bytes, head.flight)
  }

  #onCloseComplete(bytes: Buffer): void {
    const head = this.#expect('close')
    if (head.what === 'statement') this.#parts.statements.settle(head.name, null)
    else this.#parts.portals.settle(head.name, null)
    this.#pop()
    this.#out(bytes, head.flight)
  }

  #onCompleted(type: number, bytes: Buffer): void {
    const head = this.#expect('execute', 'query')
    const { flight } = head
    this.#rows = undefined
    const tag = type === backend.commandComplete ? bytes.toString('latin1', HEADER, bytes.length - 1) : type === backend.emptyQuery ? '' : `suspended after ${flight.rows} rows`
    flight.tags.push(tag)
    this.#touchedMasked ||= this.#parts.sight(flight).messages.maskedTable
    if (head.kind === 'query') {
      const statement = head.statements[head.index++]
      if (statement && type === backend.commandComplete) this.#applyNames(statement, flight.command)
      if (flight.guard?.off === false && head.index >= head.statements.length) flight.guard.keeping = true
    } else {
      const statement = head.portal.prepared.raw[0]
      if (statement && type === backend.commandComplete) this.#applyNames(statement, flight.command)
      if (flight.guard?.off === false) flight.guard.keeping = true
      this.#pop()
    }
    this.#out(bytes, flight)
  }

  /** What a completed SQL statement did to the names it shares with the protocol. */
  #applyNames(statement: RawStatement, { text, judged }: PostgresCommand): void {
    const { statements, portals } = this.#parts
    const name = statement.reference?.name
    const body = (): Prepared => ({ raw: statement.nested.slice(0, 1), text, parameterOids: [], judged })
    switch (statement.action) {
      case 'prepare': if (typeof name === 'string') statements.settle(name, body()); break
      case 'declare': if (typeof name === 'string') portals.settle(name, { prepared: body(), bind: undefined, parameters: [], commandId: undefined, holdable: statement.reference?.hold === true, judged }); break
      case 'deallocate': if (typeof name === 'string') statements.settle(name, null); else statements.clear(); break
      case 'commit': case 'rollback': portals.clear((portal) => !portal.holdable); break
      case 'close': if (typeof name === 'string') portals.settle(name, null); else portals.clear(); break
      case 'discard': statements.clear(); portals.clear(); break
    }
  }

  #onError(bytes: Buffer): void {
    this.#rows = undefined
    this.#copyOut = undefined
    this.copyIn = undefined
    const head = this.#expected[this.#head]
    const fields = readErrorFields(bytes)
    if (head?.kind === 'refused') {
      this.#pop()
      this.#dropUntilSync()
      return this.#out(head.bytes, undefined)
    }
    const flight = this.#flight()
    if (flight) this.#drop(flight)
    const masked = maskErrorOrNotice(bytes, this.#messages(flight))
    const shown = readErrorFields(masked)
    const failure = { code: shown.get('C') ?? 'XX000', message: shown.get('M') ?? '' }
    if (flight) flight.error ??= failure
    const ends = fields.get('V') === 'FATAL' || fields.get('V') === 'PANIC'
    this.#out(masked, flight)
    if (ends) {
      this.saidFatal = true
      this.flush()
    } else if (head?.kind !== 'query' && !this.#dropUntilSync(failure)) this.#parts.onSkipping()
  }

  /**
   * What the target says about a statement is masked by that statement's own sight. A statement without tables (COMMIT)
   * or the end of a batch may fail for something that an earlier one did, such as a deferred constraint.
   */
  #messages(flight: Flight | undefined): MessageMasking {
    const { messages } = this.#parts.sight(flight)
    if (messages.maskedTable || !this.#touchedMasked) return messages
    return flight === undefined || flight.command.raw.every((statement) => statement.relations.length === 0) ? { ...messages, maskedTable: true } : messages
  }

  /** After an error the target ignores everything up to Sync: those answers will not come. False: no Sync is on its way. */
  #dropUntilSync(failure?: { readonly code: string; readonly message: string }): boolean {
    for (;;) {
      const item = this.#expected[this.#head]
      if (item === undefined) return false
      if (item.kind === 'sync' || item.kind === 'query' || (item.kind === 'own' && item.closes === undefined)) return true
      if (item.kind === 'guard' && item.flight.error !== undefined) return false
      if ('flight' in item && item.flight) item.flight.error ??= failure ?? { code: '57014', message: 'ignored by the target: an earlier message of its batch failed' }
      // Whoever waits for the answer looks after the guard.
      if (item.kind === 'guard') return false
      if (item.kind === 'own') item.answer.end(true)
      if (item.kind === 'parse') this.#parts.statements.abandon(item.name, item.prepared)
      if (item.kind === 'bind') this.#parts.portals.abandon(item.name, item.portal)
      if (item.kind === 'close') (item.what === 'statement' ? this.#parts.statements : this.#parts.portals).abandon(item.name, null)
      this.#pop()
    }
  }

  #onReadyForQuery(bytes: Buffer): void {
    this.#dropUntilSync()
    const head = this.#expect('sync', 'query')
    this.#rows = undefined
    this.#copyOut = undefined
    this.#status = bytes.toString('latin1', HEADER, HEADER + 1) as TransactionStatus
    const { flight } = head
    this.#pop()
    // A guarded Query is over when that was decided on.
    if (head.kind === 'query' && flight?.guard?.off === false) return
    this.#ready(bytes, flight)
    this.#release()
  }

  /** The target is ready for the next batch, and the client is told so. */
  #ready(bytes: Buffer, flight: Flight | undefined): void {
    this.#discarding = undefined
    if (this.#status === 'I') {
      this.#parts.portals.clear((portal) => !portal.holdable)
      this.#touchedMasked = false
    }
    this.#out(bytes, flight)
    this.flush()
    this.#settleBatch()
    this.#parts.onReady(this.#status)
  }

  /** ReadyForQuery says what became of the batch: an error takes back what it did outside a transaction block. */
  #settleBatch(): void {
    const flights = this.#batch.length > 1 ? [...new Set(this.#batch)] : this.#batch
    if (flights.length === 0) return
    this.#batch = []
    const failed = flights.length === 1 ? flights[0]?.error : flights.find((flight) => flight.error)?.error
    for (const flight of flights) {
      // Cut off, and yet the target went through with it: what it changed stands.
      if (flight.cut !== undefined && flight.error === undefined && failed === undefined) {
        flight.settle({ kind: 'completed', summary: `${flight.tags.join('; ')} (the answer was cut off: ${flight.cut})` })
        continue
      }
      const error = flight.error && flight.cut !== undefined ? { code: '54000', message: flight.cut } : flight.error ?? (failed && flight.extended && flight.implicit ? { code: failed.code, message: 'rolled back with its batch' } : undefined)
      flight.settle(error ? { kind: 'failed', ...error } : { kind: 'completed', summary: flight.tags.join('; ') })
    }
  }

  #onParameterStatus(bytes: Buffer): void {
    const body = new BodyReader(bytes)
    const name = body.cstring()
    const value = body.cstring()
    // From here on the target would read our bytes differently than we do.
    if ((name === 'client_encoding' && value !== 'UTF8') || (name === 'standard_conforming_strings' && value !== 'on')) {
      throw new GatewayError('target_failed', `the session's ${name} was changed to ${value}; the connection is closed`)
    }
    if ((name === 'search_path' || name === 'session_authorization' || name === 'is_superuser' || name === 'DateStyle') && value !== this.#parts.upstream.parameters.get(name)) this.#parts.onMoved()
    this.#out(this.#parts.sight(this.#flight()).parameterStatus(bytes, this.#touchedMasked), undefined)
  }

  #onCopyIn(bytes: Buffer): void {
    const head = this.#expect('execute', 'query')
    // A Sync that was already sent is read by the target as part of the COPY and ignored; the client sends another.
    // The client was told that this failed, so it would never send the data the target now waits for.
    if (this.#discarding !== undefined) throw new GatewayError('target_failed', 'COPY data was asked for behind an answer that was cut off')
    if (head.kind === 'execute') {
      while (this.#expected[this.#head + 1]?.kind === 'sync') {
        this.#expected.splice(this.#head + 1, 1)
        this.#parts.onSyncIgnored()
      }
    }
    this.copyIn = head.flight
    this.#out(bytes, head.flight)
    this.flush()
  }

  #onCopyOut(bytes: Buffer): void {
    const head = this.#expect('execute', 'query')
    const statement = statementOf(head)
    if (statement === undefined) throw new GatewayError('target_failed', 'the target began a COPY that nobody asked for')
    this.#copyOut = this.#parts.sight(head.flight).copyOut(statement, bytes)
    this.#out(bytes, head.flight)
  }

  #onCopyData(bytes: Buffer): void {
    const { flight } = this.#expect('execute', 'query')
    if (this.#copyOut === undefined) throw new GatewayError('target_failed', 'COPY data outside a COPY')
    flight.rows++
    flight.bytes += bytes.length
    const limit = this.#parts.sight(flight).limit
    if (limit !== undefined && (flight.rows > (limit.rows ?? Infinity) || flight.bytes > (limit.bytes ?? Infinity))) return this.#stop(flight, 'the answer is over the limit of its rule')
    this.#out(this.#copyOut.data(bytes), flight)
  }

  #onCopyDone(bytes: Buffer): void {
    const { flight } = this.#expect('execute', 'query')
    if (this.#copyOut !== undefined) this.#out(this.#copyOut.end(), flight)
    this.#copyOut = undefined
    this.#out(bytes, flight)
  }

  /** Over a bound: the client gets an error now, the target is asked to stop, and what it still sends is dropped. */
  #stop(flight: Flight, why: string): void {
    if (this.#discarding !== undefined) return
    const fields: NoticeFields = { severity: 'ERROR', code: '54000', message: `holdpoint: ${why}`, detail: 'The target was asked to stop; what it had finished by then stands.', hint: 'ask for less: fewer rows or columns' }
    flight.cut = why
    this.#out(errorOrNotice('error', fields), flight)
    this.#discarding = flight
    this.#parts.onOverLimit(flight)
  }

  /** The time of a rule runs from a command's turn at the target until the last of its answer. */
  #timeHead(): void {
    const flight = this.#dead ? undefined : this.#flight()
    if (flight === this.#timed) return
    clearTimeout(this.#timer)
    this.#timed = flight
    // Not from its sight, which must not be made before the answer is there.
    const seconds = flight && secondsAllowed(flight.permit.obligations)
    if (flight === undefined || seconds === undefined) return
    this.#timer = setTimeout(() => {
      this.#stop(flight, `it ran longer than the ${seconds} s of its rule`)
      this.flush()
    }, Math.min(seconds * 1_000, 2 ** 31 - 1))
  }

  /** Names of columns hold what SQL wrote there; those that hid nothing the last time hide nothing now. */
  #shown(bytes: Buffer, fields: readonly Field[], sight: Sight): Buffer {
    if (this.#harmless.has(fields)) return bytes
    const shown = sight.description(bytes)
    if (shown === bytes) this.#harmless.add(fields)
    return shown
  }

  #fields(bytes: Buffer): readonly Field[] {
    // The same statement again and again, mostly.
    if (this.#last?.bytes.equals(bytes)) return this.#last.fields
    const fields = this.#fieldsOf(bytes)
    if (bytes.length <= 8192) this.#last = { bytes: Buffer.from(bytes), fields }
    return fields
  }

  #fieldsOf(bytes: Buffer): readonly Field[] {
    const key = bytes.toString('latin1')
    let fields = this.#fieldsByBytes.get(key)
    if (fields === undefined) {
      fields = parseRowDescription(bytes)
      if (this.#fieldsByBytes.size >= 64) this.#fieldsByBytes.clear()
      if (key.length <= 8192) this.#fieldsByBytes.set(key, fields)
    }
    return fields
  }

  #flight(): Flight | undefined {
    const head = this.#expected[this.#head]
    return head !== undefined && 'flight' in head ? head.flight : undefined
  }

  #expect<K extends Expected['kind']>(...kinds: readonly K[]): Extract<Expected, { readonly kind: K }> {
    const head = this.#expected[this.#head]
    if (head === undefined || !(kinds as readonly string[]).includes(head.kind)) throw new GatewayError('target_failed', 'the answer of the target does not fit what was asked')
    return head as Extract<Expected, { readonly kind: K }>
  }

  #pop(): void {
    const item = this.#expected[this.#head++]
    if (item !== undefined && 'flight' in item && item.flight && !this.#batch.includes(item.flight)) this.#batch.push(item.flight)
    if (this.#head === this.#expected.length) {
      this.#expected = []
      this.#head = 0
    } else if (this.#head > 256) {
      this.#expected.splice(0, this.#head)
      this.#head = 0
    }
  }

  /** Lets out what is ours as soon as it is its turn. */
  #release(): void {
    for (let head = this.#expected[this.#head]; head?.kind === 'bytes'; head = this.#expected[this.#head]) {
      this.#pop()
      this.#out(head.bytes, undefined)
      this.flush()
    }
    this.#wake()
  }

  /** Adds to the current run; runs of one command go out, and into its recording, in one piece. */
  #out(bytes: Buffer, flight: Flight | undefined): void {
    if (bytes.length === 0) return
    if (flight?.guard?.keeping === true) {
      flight.guard.kept.push(bytes)
      this.#onlyRows = false
      return
    }
    // The client has its error; of what follows it may see the end of the batch, and what belongs to none.
    if (this.#discarding !== undefined && !PASSED_AFTER_ERROR.has(bytes[0] as number)) return
    if (this.#running !== flight) this.flush()
    this.#running = flight
    // Messages that lie side by side in one chunk leave as one piece.
    if (this.#memory === bytes.buffer && this.#until === bytes.byteOffset) {
      this.#until += bytes.length
      return
    }
    this.#closePiece()
    this.#memory = bytes.buffer
    this.#from = bytes.byteOffset
    this.#until = bytes.byteOffset + bytes.length
  }

  #closePiece(): void {
    if (this.#memory !== undefined) this.#pieces.push(Buffer.from(this.#memory, this.#from, this.#until - this.#from))
    this.#memory = undefined
  }

  #dropRun(): void {
    this.#pieces.length = 0
    this.#memory = undefined
    this.#running = undefined
  }

  flush(): void {
    this.#closePiece()
    const pieces = this.#pieces
    if (pieces.length === 0) return
    const flight = this.#running
    // A row that began in the chunk before stands alone; to join the others to it would copy them all.
    if (pieces.length > 1 && pieces.length <= MAX_WRITES && (pieces[pieces.length - 1] as Buffer).length >= LARGE_CHUNK_BYTES) {
      const few = pieces.slice()
      this.#dropRun()
      this.#parts.client.cork()
      for (const piece of few) this.#send(piece, flight)
      this.#parts.client.uncork()
      return
    }
    const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
    if (pieces.length > 1 && bytes.buffer.byteLength === bytes.length) this.#own.push(bytes.buffer)
    this.#dropRun()
    this.#send(bytes, flight)
  }

  #send(bytes: Buffer, flight: Flight | undefined): void {
    const { client, upstream, record, sight } = this.#parts
    if (!client.writableEnded && !client.destroyed) client.write(bytes)
    if (flight !== undefined && sight(flight).recordsOutput) {
      const full = record(flight.command, 'output', bytes)
      if (full) this.#pause(full)
    }
    if (client.writableLength > CLIENT_BACKLOG_BYTES && !client.destroyed && !upstream.socket.isPaused()) {
      this.#pause(new Promise<void>((resolve) => {
        const done = (): void => {
          client.off('drain', done).off('close', done)
          resolve()
        }
        client.on('drain', done).on('close', done)
      }))
    }
  }

  #paused = 0
  #pause(until: Promise<void>): void {
    const { socket } = this.#parts.upstream
    if (this.#paused++ === 0) socket.pause()
    const resume = (): void => { if (--this.#paused === 0) socket.resume() }
    until.then(resume, resume)
  }

  #wake(): void {
    const waiters = this.#waiters
    if (waiters.length === 0) return
    this.#waiters = []
    for (const wake of waiters) wake()
  }
}

/** The statement that is being answered. */
function statementOf(head: Extract<Expected, { readonly kind: 'query' | 'execute' }>): RawStatement | undefined {
  return head.kind === 'query' ? head.statements[head.index] : head.portal.prepared.raw[0]
}

function secondsAllowed(obligations: readonly Obligation[]): number | undefined {
  let least: number | undefined
  for (const obligation of obligations) if ('limit' in obligation && obligation.limit.seconds !== undefined) least = Math.min(least ?? Infinity, obligation.limit.seconds)
  return least
}
