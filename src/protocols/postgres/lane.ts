import type { Duplex } from 'node:stream'
import { serialize } from 'pg-protocol'
import type { Hold } from '../../approvals/hold.ts'
import type { Permit } from '../../enforcement/permit.ts'
import { type Refusal, refusal } from '../../enforcement/refusal.ts'
import { GatewayError } from '../../errors.ts'
import type { Ceiling, Facts, Impact, Session } from '../../gateway/command.ts'
import type { TextMasker } from '../../masking/text-stream.ts'
import type { Outcome } from '../../recording/entry.ts'
import type { Door, Lane } from '../adapter.ts'
import { backend, commandComplete, Framer, frontend, HEADER, type Message, message, type ParseMessage, readBind, readErrorFields, readExecute, readNamed, readParse, readQuery, readyForQuery } from './codec.ts'
import { type Expected, type ExchangeLane, type Flight, type Meaning, type Portal, PostgresCommand, PostgresExchange, type Prepared, type Step } from './exchange.ts'
import { describePortal, endsGroup, type Group, newGroup } from './group.ts'
import { maskErrorOrNotice } from './masking.ts'
import { isTooLong, Names, UNSETTLED } from './names.ts'
import { CLOSES_INSIDE } from './impact/guard-words.ts'
import { type GuardedRun, runMessages, runQuery } from './impact/guarded-run.ts'
import { OwnAnswer } from './own-answer.ts'
import { decodeParameters } from './parameters.ts'
import { NotSql } from './parser.ts'
import type { RawStatement } from './raw.ts'
import { approvedNotice, refusalMessage, targetError, waitingNotice } from './refusals.ts'
import { Relay } from './relay.ts'
import type { Analysis } from './resolve/analysis.ts'
import { readPrinted } from './resolve/analysis-side.ts'
import { SESSION_BACK, SESSION_BEGIN, SESSION_OBJECTS, SESSION_OBJECTS_INSIDE, SESSION_PLACE, SESSION_ROLLBACK, SESSION_SAVEPOINT } from './resolve/session-words.ts'
import { readSessionPlace, readSessionView, type SessionView } from './session-catalog.ts'
import { isOurs, isOurSetting, readsClient, refersToNames, RESERVED, runsHiddenCode, takesOurName, takesOurSettings } from './session-effects.ts'
import { type DatabaseMeaning, type Effects, type MeaningHost, NO_STATEMENT, SessionMeaning, type Situation, type Source, type Understood } from './session-meaning.ts'
import type { Sight } from './sight.ts'
import { analyse, analysisMessages, send, sendBeforeSync, sendInput, type Upstream } from './upstream.ts'

// One client connection after its sign-in: messages become exchanges, in order. Three things here keep a verdict tied
// to what runs. A group of messages is one exchange with one digest. A name is used only once the target confirmed it
// (names.ts). A refusal inside a transaction puts the *target* into the failed state, by a word of ours that names a
// portal that cannot exist; so the status the client sees is always the target's own.

/** What a message costs here besides its bytes. */
const MESSAGE_OVERHEAD_BYTES = 128
/** COPY data that goes on as one piece. */
const COPY_RUN_BYTES = 64 << 10
/** Answers awaited above which nothing more is sent. The target keeps at most 8 KiB of answers to itself until a Sync, far fewer than these. */
const MAX_OUTSTANDING = 4096
export const ABORT = 'postgres/abort'
export const ABORT_AND_SYNC = 'postgres/abort-and-sync'
export const SYNC = 'postgres/sync'
export const FLUSH = 'postgres/flush'

export interface LaneParts {
  readonly session: Session
  readonly client: Duplex
  readonly upstream: Upstream
  readonly door: Door
  readonly lookahead: number
  readonly maxMessageBytes: number
  /** Bytes of client messages waiting for their turn above which we stop reading the client. */
  readonly spoolBytes: number
  /** When a held client is told again that it waits; the last one repeats. */
  readonly heartbeatsMs: readonly number[]
  readonly adminUrl: string
  readonly database: string
  readonly role: string
  readonly searchPath: string
  /** As SHOW search_path gives it when a session begins. */
  readonly startPath: string
  /** Statements of a text; throws GatewayError `not_understood`, `input_limit` or `parser_unavailable`. */
  readonly parse: (text: Uint8Array) => readonly RawStatement[] | Promise<readonly RawStatement[]>
  /** What statements mean in this database. */
  readonly meanings: DatabaseMeaning
  /** `moved`: the session may no longer resolve names as it did at the start. `tainted`: what is temporary in it may hold what masks hide. */
  readonly sight: (command: PostgresCommand, permit: Permit, session: { readonly moved: boolean; readonly tainted: boolean }) => Sight
  /** What a command would do, asked of its target before people are. `moved`: only this session knows what its names mean. */
  readonly measure: (command: PostgresCommand, session: { readonly moved: boolean; readonly types: readonly number[] }) => Promise<Impact | null>
  /** Whether values that are masked for this client may go where the command writes. Errs towards yes. */
  readonly reachesMasked: (command: PostgresCommand, permit: Permit) => boolean
  readonly catalogGeneration: () => number
  /** Whether a command that was judged by what the catalogue is now still means the same, when that is asked. */
  readonly meaning: () => Meaning
  /** A command that may have changed the catalogue is over. */
  readonly catalogChanged: () => void
  readonly outsideSight: Sight
  /** For what the client sends behind a COPY, as the record may show it. */
  readonly inputMasker: () => TextMasker
  /** Ask the target to stop what it is running for us. */
  readonly cancelUpstream: () => void
  readonly claim: (name: string, value: string) => void
  readonly ownBytes: (word: string) => Buffer
  readonly onFault: (error: GatewayError) => void
}

export class PostgresLane implements Lane, ExchangeLane {
  readonly session: Session
  readonly lookahead: number
  readonly relay: Relay
  readonly #parts: LaneParts
  readonly #framer: Framer
  readonly #statements = new Names<Prepared>(weighPrepared)
  readonly #portals = new Names<Portal>(weighPortal)
  readonly #inbox: Message[] = []
  #inboxBytes = 0
  #clientDone = false
  /** The client left while one of its commands was held: one behind it that is still being understood is not run either. */
  #abandoned = false
  #draining = false
  #fault: GatewayError | undefined
  #arrived: (() => void) | undefined
  /** Exchanges handed out and not yet forwarded, refused or skipped. */
  readonly #open = new Set<PostgresExchange>()
  #batch = 1
  #failedBatch: { readonly batch: number; readonly syncUpstream: boolean } | undefined
  /** The batch whose messages are at the target without a Sync behind them. */
  #unsynced: number | undefined
  /** Something of the current batch was handed out, and its Sync was not. */
  #midBatch = false
  /** And something of it runs: an Execute. */
  #midRun = false
  #copyGate = false
  #input: { readonly flight: Flight; readonly masker: TextMasker } | undefined
  #inTransaction = false
  readonly #meaning: SessionMeaning
  /** Forwarded commands without an outcome after which names may mean something else. */
  #unsettling = 0
  /** Masked values may have been copied to what is temporary in this session. */
  #tainted = false
  #asking: Promise<unknown> = Promise.resolve()
  /** Runs within words of ours that nothing else may come between, also where no answer is due just now. */
  #guarded = 0

  constructor(parts: LaneParts) {
    this.#parts = parts
    this.session = parts.session
    this.lookahead = parts.lookahead
    this.#framer = new Framer(parts.maxMessageBytes)
    this.#inTransaction = parts.upstream.status !== 'I'
    this.#meaning = new SessionMeaning(this.#host(), parts.meanings)
    this.relay = new Relay({
      client: parts.client,
      upstream: parts.upstream,
      statements: this.#statements,
      portals: this.#portals,
      sight: (flight) => this.#sightOf(flight),
      record: parts.door.record,
      onFault: parts.onFault,
      onOverLimit: () => parts.cancelUpstream(),
      onSkipping: () => this.#skipRest(),
      onSyncIgnored: () => { this.#unsynced = this.#batch },
      onMoved: () => this.#meaning.onMoved(),
      onReady: (status) => { if (this.#meaning.onReady(status !== 'I')) parts.catalogChanged() },
    })
  }

  // ---- from the client ----

  onData(chunk: Buffer): void {
    try {
      this.#framer.push(chunk)
      for (let message = this.#framer.next(); message !== null; message = this.#framer.next()) {
        this.#inbox.push(message)
        this.#inboxBytes += message.bytes.length + MESSAGE_OVERHEAD_BYTES
      }
    } catch (error) {
      this.#fault = error as GatewayError
    }
    if (this.#inboxBytes > this.#parts.spoolBytes) this.#parts.client.pause()
    this.#arrive()
  }

  onClientDone(): void {
    if (this.#clientDone) return
    this.#clientDone = true
    // What was sent behind a command that now never runs was sent in the belief that it would.
    if ([...this.#open].some((exchange) => exchange.hold !== undefined)) {
      this.#inbox.splice(0)
      this.#abandoned = true
    }
    for (const exchange of this.#open) exchange.command.withdraw('client_gone')
    this.relay.expect([])
    this.#arrive()
  }

  /** CancelRequest with our key: withdraws what is held, else stops what the target runs. */
  onCancel(): void {
    const held = [...this.#open].find((exchange) => exchange.hold !== undefined)
    // As the server does: what is cancelled is the oldest command without an answer.
    const runs = !this.relay.idle && this.relay.answering !== held?.batch
    if (held && !runs) held.command.withdraw('cancelled')
    if (!this.relay.idle) this.#parts.cancelUpstream()
  }

  /** The target failed in a batch whose Sync is still to come, so it ignores the rest of it: nobody needs to decide on that. */
  #skipRest(): void {
    if (this.#unsynced === undefined || this.#failedBatch !== undefined) return
    this.#failedBatch = { batch: this.#unsynced, syncUpstream: true }
    for (const exchange of this.#open) if (exchange.batch === this.#unsynced) exchange.command.withdraw('stopped')
  }

  /** The gateway stops: nobody waits for people here any more. What needs nobody may still end. */
  stop(): void {
    this.#draining = true
    for (const exchange of this.#open) exchange.command.withdraw('draining')
  }

  /**
   * The next answer that is due is of a batch without its Sync: a target keeps such answers to itself, and takes the batch back
   * when its client goes.
   */
  get waitsForSync(): boolean {
    return this.#unsynced !== undefined && this.relay.answering === this.#unsynced
  }

  get quiet(): boolean {
    return this.#open.size === 0 && this.relay.idle && this.relay.status === 'I'
  }

  next(): PostgresExchange | null | Promise<PostgresExchange | null> {
    // The common case, a simple query of known text with nothing before it, is answered without a promise.
    const first = this.#inbox[0]
    if (first !== undefined && first.type === frontend.query && first.oversize === undefined && !this.#copyGate && !this.#midBatch && this.relay.copyIn === undefined && this.relay.outstanding < MAX_OUTSTANDING && this.#failedBatch?.batch !== this.#batch) {
      this.#shift()
      const exchange = this.#query(first.bytes)
      if (!(exchange instanceof Promise)) return exchange
      return exchange.then((one) => one ?? this.#next())
    }
    // Nothing has come: asked again when something has, which mostly is such a case.
    if (first === undefined && this.#fault === undefined && !this.#clientDone) return new Promise<void>((resolve) => { this.#arrived = resolve }).then(() => this.next())
    return this.#next()
  }

  async #next(): Promise<PostgresExchange | null> {
    let group: Group | undefined
    for (;;) {
      const message = this.#inbox[0] ?? (await this.#arrival())
      if (message === null) return null
      const { type } = message
      if (group === undefined && this.relay.outstanding >= MAX_OUTSTANDING) {
        await this.#change()
        continue
      }
      if (this.#failedBatch?.batch === this.#batch && group === undefined) {
        // What follows a refusal in its batch is ignored up to Sync, as the server does.
        this.#shift()
        if (type === frontend.terminate) return null
        if (type === frontend.sync) return this.#syncOnly(message.bytes)
        continue
      }
      if (this.#copyGate && group === undefined) {
        await this.#copyStarted()
        continue
      }
      if (message.oversize !== undefined) {
        if (group) return this.#closeGroup(group, false)
        this.#shift()
        if (type === frontend.copyData || type === frontend.copyFail) {
          await this.#failCopy()
          continue
        }
        if (!OVERSIZE_ANSWERED.has(type)) throw violation(`a message of type ${JSON.stringify(String.fromCharCode(type))} with ${message.oversize} bytes`)
        if (type === frontend.query && this.#midBatch && !(await this.#reached())) continue
        return this.#refused(type, Buffer.alloc(0), refusal('input_limit', 'builtin/input-limit', `a message of ${message.oversize} bytes is over the limit of ${this.#parts.maxMessageBytes}`, 'send it in smaller pieces, or with COPY'))
      }
      switch (type) {
        case frontend.terminate:
          bare(message)
          this.#shift()
          return null
        case frontend.copyData:
        case frontend.copyDone:
        case frontend.copyFail:
          if (group) return this.#closeGroup(group, false)
          this.#shift()
          await this.#copyInput(message)
          continue
        case frontend.query:
          if (group) return this.#closeGroup(group, false)
          if (this.relay.copyIn) throw violation('a Query while COPY data is expected')
          // pgJDBC's autosave does so behind its BEGIN, asyncpg behind a Parse. Behind an Execute outside a transaction PostgreSQL 18
          // runs it and loses track of its own implicit one: the next statement finds it in an impossible state.
          if (this.#midBatch) {
            if (!(await this.#reached())) continue
            if (this.#midRun && !this.#inTransaction) {
              this.#shift()
              return this.#refused(type, message.bytes, refusal('not_understood', 'builtin/query-in-batch', 'a Query behind messages of the extended protocol, before their Sync and outside a transaction', 'send Sync first'))
            }
          }
          this.#shift()
          {
            const exchange = await this.#query(message.bytes)
            if (exchange === null) continue
            return exchange
          }
        case frontend.functionCall:
          if (group) return this.#closeGroup(group, false)
          if (this.relay.copyIn) throw violation('a FunctionCall while COPY data is expected')
          if (this.#midBatch && !(await this.#reached())) continue
          this.#shift()
          return this.#refused(type, message.bytes, refusal('not_understood', 'builtin/function-call', 'the FunctionCall message is never passed', 'call the function in a SELECT'))
        case frontend.sync:
        case frontend.flush:
          bare(message)
          this.#shift()
          // While it reads COPY data the server ignores both.
          if (this.relay.copyIn) continue
          group ??= newGroup()
          this.#add(group, message.bytes, type === frontend.sync ? [{ kind: 'sync' }] : [])
          return this.#closeGroup(group, type === frontend.sync)
        case frontend.parse:
        case frontend.bind:
        case frontend.describe:
        case frontend.execute:
        case frontend.close: {
          if (this.relay.copyIn) throw violation('expected COPY data')
          if (group && endsGroup(group, type, message.bytes, this.#parts.maxMessageBytes)) return this.#closeGroup(group, false)
          group ??= newGroup()
          const adding = this.#extended(group, message)
          const added = adding instanceof Promise ? await adding : adding
          if (added === 'later') {
            // The name it uses is still being defined by an earlier batch: what is grouped goes first, then we wait for the answer.
            if (group.messages.length > 0) return this.#closeGroup(group, false)
            group = undefined
            await this.#change()
            continue
          }
          this.#shift()
          if (group.refusal) return this.#closeGroup(group, false)
          continue
        }
        default:
          throw violation(`a message of type ${JSON.stringify(String.fromCharCode(type))}, which no client sends here`)
      }
    }
  }

  /**
   * A Query behind messages without a Sync has an answer only if none of them failed; after a failure the target ignores
   * it like everything else, and so do we. False: it failed.
   */
  async #reached(): Promise<boolean> {
    const failed = (): boolean => this.#failedBatch?.batch === this.#batch
    while (this.#open.size > 0 && !failed()) await this.#change()
    if (!failed() && !this.relay.idle) this.#sendOwn(FLUSH)
    while (!this.relay.idle && !failed()) await this.#change()
    return !failed()
  }

  // ---- simple protocol ----

  /** Null: it was for us, and is answered. */
  #query(bytes: Buffer): PostgresExchange | Promise<PostgresExchange | null> {
    let text: Buffer
    try {
      text = readQuery(bytes)
      const raw = this.#parts.parse(text)
      if (raw instanceof Promise) return raw.then((statements) => this.#queryOf(bytes, text, statements), (error: unknown) => this.#refused(frontend.query, bytes, understandingRefusal(error), text))
      return this.#queryOf(bytes, text, raw)
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'protocol_violation') throw error
      return this.#refused(frontend.query, bytes, understandingRefusal(error), text!)
    }
  }

  #queryOf(bytes: Buffer, text: Buffer, raw: readonly RawStatement[]): PostgresExchange | Promise<PostgresExchange | null> {
    if (raw.length > 0 && raw.every(isOurSetting)) return this.#absorb(bytes, text, raw)
    const taken = takenFromUs(raw)
    if (taken !== undefined) return this.#refused(frontend.query, bytes, taken, text)
    const shown = text.toString('utf8')
    const understood = this.#meaning.understand(raw, { text: shown, types: NO_TYPES })
    if (understood instanceof Promise) return understood.then((known) => this.#queryUnderstood(bytes, shown, known))
    return this.#queryUnderstood(bytes, shown, understood)
  }

  #queryUnderstood(bytes: Buffer, text: string, understood: Understood): PostgresExchange {
    const { raw } = understood
    if (understood.rejected) return this.#refusedByTarget(bytes, text, understood, [], { extended: false, hasSync: true })
    const copies = raw.some(readsClient)
    const command = this.#command({ phase: 'execute', text, parameters: [], understood, bytes, streaming: copies })
    this.#foresee(raw)
    return this.#hand(command, bytes, [{ kind: 'query', statements: raw, index: 0 }], { extended: false, hasSync: true, refusal: undefined, copies, effects: understood })
  }

  /** `SET holdpoint.reason = …` is a note for reviewers: answered here, never sent. */
  async #absorb(bytes: Buffer, text: Buffer, raw: readonly RawStatement[]): Promise<PostgresExchange | null> {
    if (this.#midBatch) return this.#refused(frontend.query, bytes, refusal('not_understood', 'builtin/query-in-batch', 'holdpoint.* is not set by a Query behind messages of the extended protocol, before their Sync', 'send Sync first'), text)
    await this.#settled()
    if (this.relay.status === 'E') return this.#refused(frontend.query, bytes, refusal('policy_denied', 'builtin/failed-transaction', 'current transaction is aborted, commands ignored until end of transaction block', 'send ROLLBACK', TRANSACTION_FAILED), text)
    const replies = raw.map((statement) => commandComplete(this.#take(statement)))
    this.relay.expect([{ kind: 'bytes', bytes: Buffer.concat([...replies, readyForQuery(this.relay.status)]) }])
    this.#batch++
    this.#midBatch = false
    this.#midRun = false
    return null
  }

  /** Notes what a SET or RESET of ours says; the tag of its answer. */
  #take(statement: RawStatement): 'SET' | 'RESET' {
    for (const setting of statement.settings) this.#parts.claim(setting.name.slice('holdpoint.'.length), setting.value ?? '')
    return statement.action === 'reset' ? 'RESET' : 'SET'
  }

  // ---- extended protocol ----

  #extended(group: Group, message: Message): 'added' | 'later' | Promise<'added' | 'later'> {
    const { bytes } = message
    if (message.type === frontend.parse) return this.#onParse(group, bytes)
    if (message.type === frontend.bind) return this.#onBind(group, bytes)
    if (message.type === frontend.execute) return this.#onExecute(group, bytes)
    const { kind, name } = readNamed(bytes)
    const names = kind === 'statement' ? this.#statements : this.#portals
    if (isTooLong(name)) {
      group.refusal = refusal('not_understood', 'builtin/unknown-name', 'the name is longer than the target can tell apart', 'use names of at most 63 bytes')
      this.#add(group, bytes, [])
      return 'added'
    }
    if (message.type === frontend.close) {
      names.expect(name, null, this.#batch)
      this.#add(group, bytes, [{ kind: 'close', what: kind, name }])
      return 'added'
    }
    const found = names.lookup(name, this.#batch)
    if (found === UNSETTLED) return 'later'
    if (found && isOurs('prepared' in found ? found.prepared : found)) return this.#answer(group, kind === 'statement' ? NO_PARAMETERS_NO_ROWS : NO_ROWS)
    // Describe of a name nobody defined is the target's to refuse; it has no effect there.
    const generation = this.#parts.catalogGeneration()
    this.#add(group, bytes, [{ kind: 'describe', ours: false, generation, prepared: kind === 'statement' ? (found as Prepared | null) ?? undefined : undefined, portal: kind === 'portal' ? (found as Portal | null) ?? undefined : undefined }])
    if (found) found.describing = { batch: this.#batch, generation }
    return 'added'
  }

  #onParse(group: Group, bytes: Buffer): 'added' | 'later' | Promise<'added' | 'later'> {
    const parse = readParse(bytes)
    const existing = parse.name === '' ? null : this.#statements.lookup(parse.name, this.#batch)
    if (existing === UNSETTLED) return 'later'
    let raw: readonly RawStatement[] | Promise<readonly RawStatement[]>
    try {
      raw = this.#parts.parse(parse.text)
    } catch (error) {
      return this.#notParsed(group, bytes, parse, error)
    }
    if (raw instanceof Promise) return raw.then((statements) => this.#parsed(group, bytes, parse, statements), (error: unknown) => this.#notParsed(group, bytes, parse, error))
    return this.#parsed(group, bytes, parse, raw)
  }

  #notParsed(group: Group, bytes: Buffer, { name, text, parameterOids }: ParseMessage, error: unknown): 'added' {
    group.refusal = understandingRefusal(error)
    group.parse = { name, prepared: { raw: [], text: lossyText(text), parameterOids } }
    this.#add(group, bytes, [])
    return 'added'
  }

  #parsed(group: Group, bytes: Buffer, { name, text, parameterOids }: ParseMessage, raw: readonly RawStatement[]): 'added' {
    const prepared: Prepared = { raw, text: text.toString('utf8'), parameterOids }
    if (isOurs(prepared)) {
      this.#statements.settle(name, prepared)
      return this.#answer(group, PARSE_COMPLETE)
    }
    if (raw.length > 1) group.refusal = refusal('not_understood', 'builtin/one-statement', 'a prepared statement holds one statement', 'send the statements one by one', { told: { code: '42601', message: 'cannot insert multiple commands into a prepared statement' } })
    group.parse = { name, prepared }
    const obstacle = this.#statements.obstacle(name, prepared)
    if (obstacle !== null) group.refusal = refusal('input_limit', 'builtin/input-limit', obstacle, 'close what is no longer used')
    else group.refusal ??= name.startsWith(RESERVED) ? NAME_IS_OURS : takenFromUs(raw)
    this.#statements.expect(name, prepared, this.#batch)
    this.#add(group, bytes, [{ kind: 'parse', name, prepared }])
    return 'added'
  }

  #onBind(group: Group, bytes: Buffer): 'added' | 'later' {
    const bind = readBind(bytes)
    const prepared = this.#statements.lookup(bind.statement, this.#batch)
    if (prepared === UNSETTLED) return 'later'
    if (prepared === null || bind.portal.startsWith(RESERVED)) {
      group.refusal = refusal('not_understood', 'builtin/unknown-name', prepared === null ? `no prepared statement "${bind.statement}" was seen on this connection` : 'this portal name is reserved', 'prepare it through holdpoint first', prepared === null ? { told: { code: '26000', message: bind.statement === '' ? 'unnamed prepared statement does not exist' : `prepared statement "${bind.statement}" does not exist` } } : {})
      this.#add(group, bytes, [])
      return 'added'
    }
    const portal: Portal = { prepared, bind, parameters: decodeParameters(bind, prepared.describedOids ?? prepared.parameterOids), commandId: undefined, holdable: false, batch: this.#batch }
    if (isOurs(prepared)) {
      this.#portals.settle(bind.portal, portal)
      return this.#answer(group, BIND_COMPLETE)
    }
    group.bind = portal
    group.bindName = bind.portal
    const obstacle = this.#portals.obstacle(bind.portal, portal)
    if (obstacle !== null) group.refusal = refusal('input_limit', 'builtin/input-limit', obstacle, 'close what is no longer used')
    this.#portals.expect(bind.portal, portal, this.#batch)
    this.#add(group, bytes, [{ kind: 'bind', name: bind.portal, portal }])
    return 'added'
  }

  #onExecute(group: Group, bytes: Buffer): 'added' | 'later' {
    const { portal: name } = readExecute(bytes)
    const portal = this.#portals.lookup(name, this.#batch)
    if (portal === UNSETTLED) return 'later'
    if (portal === null) {
      group.refusal = refusal('not_understood', 'builtin/unknown-name', `no portal "${name}" was seen on this connection`, 'bind it through holdpoint first', { told: { code: '34000', message: `portal "${name}" does not exist` } })
      this.#add(group, bytes, [])
      return 'added'
    }
    if (isOurs(portal.prepared)) return this.#answer(group, commandComplete(this.#take(portal.prepared.raw[0] as RawStatement)))
    if (group.bind === undefined && portal.batch !== this.#batch) {
      // A portal from before. In a failed transaction it cannot run, and PostgreSQL 18, asked to, was seen to crash
      // when its statement is gone too, which ends every session of the server. The status is known once everything of
      // earlier batches is answered; where this batch has failed since, the target ignores what follows.
      if ([...this.#open].some(({ batch }) => batch !== this.#batch) || (!this.relay.idle && this.relay.answering !== this.#batch)) return 'later'
      if (this.relay.status === 'E') {
        group.refusal = refusal('policy_denied', 'builtin/failed-transaction', 'current transaction is aborted, commands ignored until end of transaction block', 'send ROLLBACK', TRANSACTION_FAILED)
        this.#add(group, bytes, [])
        return 'added'
      }
    }
    const generation = this.#parts.catalogGeneration()
    const known = [portal, portal.prepared].some((one) => one.describedAt === generation || (one.describing?.batch === this.#batch && one.describing.generation === generation))
    if (this.#meaning.isOwn || this.#mayHaveMoved || !known || portal.prepared.raw.some(refersToNames)) {
      // Rows can only be masked when their columns are known, as of now: ask, and keep the answer to ourselves. What FETCH
      // and EXECUTE return is told by a name that may since mean something else, so there only the answer of now counts.
      this.#add(group, describePortal(name), [{ kind: 'describe', ours: true, generation, prepared: undefined, portal }])
      portal.describing = { batch: this.#batch, generation }
    }
    group.execute = portal
    this.#add(group, bytes, [{ kind: 'execute', portal }])
    return 'added'
  }

  /** Takes its place among the target's answers, but nothing of it is sent. */
  #answer(group: Group, bytes: Buffer): 'added' {
    this.#add(group, NOTHING, [{ kind: 'bytes', bytes }])
    return 'added'
  }

  #add(group: Group, bytes: Buffer, steps: readonly Step[]): void {
    group.messages.push(bytes)
    group.bytes += bytes.length
    group.steps.push(...steps)
  }

  #closeGroup(group: Group, hasSync: boolean): PostgresExchange | Promise<PostgresExchange> {
    const prepared = (group.execute ?? group.bind)?.prepared ?? group.parse?.prepared
    const understood = !group.refusal && prepared ? this.#meaning.understand(prepared.raw, sourceOf(group, prepared)) : CONTROL
    return understood instanceof Promise ? understood.then((known) => this.#groupUnderstood(group, hasSync, known)) : this.#groupUnderstood(group, hasSync, understood)
  }

  #groupUnderstood(group: Group, hasSync: boolean, understood: Understood): PostgresExchange {
    const bytes = joined(group.messages)
    const runs = group.execute ?? group.bind
    const prepared = runs?.prepared ?? group.parse?.prepared
    if (understood.rejected) return this.#refusedByTarget(bytes, prepared?.text ?? '', understood, group.steps, { extended: true, hasSync })
    if (group.parse) group.parse.prepared.judged = understood
    if (group.bind) group.bind.judged = understood
    const copies = group.execute !== undefined && (prepared?.raw.some(readsClient) ?? false)
    const command = this.#command({
      phase: runs ? 'execute' : group.parse ? 'prepare' : 'execute',
      text: prepared?.text ?? '',
      parameters: runs?.parameters ?? [],
      understood: group.refusal ? REFUSED : understood,
      bytes,
      streaming: copies,
      bound: runs?.bind,
      types: prepared?.describedOids ?? prepared?.parameterOids ?? NO_TYPES,
      // The rest of a portal that was bound (and judged) before; not its first run in this very group.
      continues: group.execute && !group.bind ? group.execute.commandId : undefined,
    })
    if (group.bind) group.bind.commandId = command.id
    if (prepared && runs) this.#foresee(prepared.raw)
    return this.#hand(command, bytes, group.steps, { extended: true, hasSync, refusal: group.refusal, copies, effects: runs !== undefined ? understood : NO_STATEMENT })
  }

  #syncOnly(bytes: Buffer): PostgresExchange {
    const command = this.#command({ phase: 'execute', text: '', parameters: [], understood: CONTROL, bytes, streaming: false })
    return this.#hand(command, bytes, [{ kind: 'sync' }], { extended: true, hasSync: true, refusal: undefined, copies: false, effects: NO_STATEMENT })
  }

  // ---- COPY from the client ----

  async #copyInput(message: Message): Promise<void> {
    const flight = this.relay.copyIn
    // The COPY is over (it failed at the target, or was refused) and the client is still sending: ignored, as the server does.
    if (flight === undefined) return
    if (message.type !== frontend.copyData) {
      this.relay.copyIn = undefined
      await this.#recordInput(flight, undefined)
      const sent = sendInput(flight.permit, this.#parts.upstream, message.bytes)
      if (sent) await sent
      this.#copyGate = !this.relay.idle && !flight.extended
      return
    }
    // Clients send a line in each: what lies here already is recorded and sent as one.
    const run = [message, ...this.#copyDataAhead(message.bytes.length)]
    for (const { bytes } of run) flight.bytes += bytes.length
    await this.#recordInput(flight, run.length === 1 ? message.bytes.subarray(HEADER) : Buffer.concat(run.map(({ bytes }) => bytes.subarray(HEADER))))
    const sent = sendInput(flight.permit, this.#parts.upstream, run.length === 1 ? message.bytes : Buffer.concat(run.map(({ bytes }) => bytes)))
    if (sent) await sent
  }

  /** Takes the CopyData that has arrived behind the first. */
  #copyDataAhead(firstBytes: number): readonly Message[] {
    let count = 0
    let size = firstBytes
    for (let next = this.#inbox[0]; next !== undefined && next.type === frontend.copyData && next.oversize === undefined && size < COPY_RUN_BYTES; next = this.#inbox[count]) {
      size += next.bytes.length
      count++
    }
    const taken = this.#inbox.splice(0, count)
    for (const message of taken) this.#took(message)
    return taken
  }

  /** Undefined: the input is over. Messages may be cut anywhere, so what could be half of a find waits for the next one. */
  async #recordInput(flight: Flight, bytes: Buffer | undefined): Promise<void> {
    if (this.#input?.flight !== flight) this.#input = { flight, masker: this.#parts.inputMasker() }
    const shown = bytes === undefined ? this.#input.masker.flush() : this.#input.masker.write(bytes)
    if (bytes === undefined) this.#input = undefined
    if (shown.length === 0) return
    const full = this.#parts.door.record(flight.command, 'input', shown)
    if (full) await full
  }

  async #failCopy(): Promise<void> {
    const flight = this.relay.copyIn
    if (flight === undefined) return
    this.relay.copyIn = undefined
    this.#copyGate = !this.relay.idle && !flight.extended
    await this.#recordInput(flight, undefined)
    const sent = sendInput(flight.permit, this.#parts.upstream, serialize.copyFail('holdpoint: a CopyData message is over the limit'))
    if (sent) await sent
  }

  /** After a COPY FROM STDIN was handed out, nothing is read until the target asked for the data or the command is over. */
  async #copyStarted(): Promise<void> {
    while (this.relay.copyIn === undefined && !(this.#open.size === 0 && this.relay.idle)) await this.#change()
    this.#copyGate = false
  }

  // ---- exchanges ----

  #hand(command: PostgresCommand, bytes: Buffer, steps: readonly Step[], more: { readonly extended: boolean; readonly hasSync: boolean; readonly refusal: Refusal | undefined; readonly answer?: Buffer; readonly copies: boolean; readonly effects: Effects }): PostgresExchange {
    const exchange = new PostgresExchange(this, { command, bytes, steps, extended: more.extended, hasSync: more.hasSync, batch: this.#batch, refusal: more.refusal, answer: more.answer, effects: more.effects })
    this.#open.add(exchange)
    if (this.#abandoned) command.withdraw('client_gone')
    this.#claimNames(exchange, 'occupy')
    this.#midRun = !more.hasSync && (this.#midRun || steps.some((step) => step.kind === 'execute'))
    this.#midBatch = !more.hasSync
    if (more.hasSync) this.#batch++
    if (more.copies) this.#copyGate = true
    return exchange
  }

  #refused(type: number, bytes: Buffer, why: Refusal, text?: Buffer): PostgresExchange {
    const command = this.#command({ phase: 'execute', text: text ? lossyText(text) : '', parameters: [], understood: REFUSED, bytes, streaming: false })
    const extended = type !== frontend.query && type !== frontend.functionCall
    return this.#hand(command, bytes, [], { extended, hasSync: !extended, refusal: why, copies: false, effects: NO_STATEMENT })
  }

  /** The target does not take it, and said why: so does the client's answer, as if it had been sent. */
  #refusedByTarget(bytes: Buffer, text: string, { rejected, names, raw }: Understood, steps: readonly Step[], more: { readonly extended: boolean; readonly hasSync: boolean }): PostgresExchange {
    const fields = rejected?.fields ?? new Map<string, string>()
    const command = this.#command({ phase: 'execute', text, parameters: [], understood: { ...REFUSED, raw, names }, bytes, streaming: false })
    const why = refusal('not_understood', 'builtin/target-refuses', `the target does not take it: ${fields.get('C') ?? ''} ${fields.get('M') ?? ''}`, 'correct the statement')
    const answer = maskErrorOrNotice(targetError(fields, text, rejected?.statement ?? null), this.#parts.outsideSight.messages)
    return this.#hand(command, bytes, steps, { ...more, refusal: why, answer, copies: false, effects: NO_STATEMENT })
  }

  forward(exchange: PostgresExchange, permit: Permit): { readonly sent: Promise<void> | undefined; readonly outcome: Promise<Outcome> } {
    const { command } = exchange
    let settle: (outcome: Outcome) => void = () => undefined
    const outcome = new Promise<Outcome>((resolve) => { settle = resolve })
    const { effects } = exchange
    if (effects.unsettles) this.#unsettling++
    this.#meaning.onForward(effects)
    void outcome.then((settled) => {
      if (effects.unsettles) this.#unsettling--
      this.#claimNames(exchange, 'vacate')
      if (command.raw.some(runsHiddenCode)) {
        this.#statements.clear()
        this.#portals.clear()
      }
      // Nobody will say that its transaction is over.
      if (settled.kind === 'unknown' && effects.changes) this.#parts.catalogChanged()
    })
    const flight: Flight = { command, permit, settle, extended: exchange.extended, batch: exchange.batch, cut: undefined, implicit: this.relay.status === 'I', tags: [], error: undefined, rows: 0, bytes: 0, ...(isGuarded(exchange, permit) ? { guard: { keeping: false, off: false, kept: [] } } : {}) }
    // What is temporary is shown without masks only as long as nothing of what they hide can be in it.
    if ((effects.makesOwn || command.view !== undefined) && command.readings.some((facts) => facts.effect !== 'read')) {
      this.#tainted ||= this.#parts.reachesMasked(command, permit)
    }
    if (exchange.hold) this.relay.notice(approvedNotice(exchange.hold))
    if (flight.guard !== undefined) {
      this.#guarded++
      const over = (): void => {
        this.#guarded--
        this.relay.expect([])
      }
      const sent = this.#forwardGuarded(exchange, flight, permit.ceiling as Ceiling)
      sent.then(over, over)
      return { sent, outcome }
    }
    this.relay.expect(exchange.steps.map((step) => ofFlight(step, flight)))
    this.#unsynced = exchange.hasSync ? undefined : exchange.batch
    const sent = send(permit, this.#parts.upstream, exchange.bytes)
    // A cancel between the last look and now: the server would get it while the command runs, and so it does.
    if (command.cancelled) this.#parts.cancelUpstream()
    this.#done(exchange)
    if (exchange.steps.length === 0) settle({ kind: 'completed', summary: '' })
    return { sent, outcome }
  }

  /** A run whose approval names the most that it may change. Nothing is taken from the client, or sent, before it was decided on. */
  async #forwardGuarded(exchange: PostgresExchange, flight: Flight, ceiling: Ceiling): Promise<void> {
    const { relay } = this
    const { upstream } = this.#parts
    const { command, extended, hasSync, batch } = exchange
    this.#done(exchange)
    // Whether a transaction is open is known once everything before is answered.
    if (!extended) while (!relay.idle) await relay.changed()
    this.#unsynced = extended ? batch : undefined
    const withheld = extended && hasSync
    const steps = exchange.steps.filter((step) => !withheld || step.kind !== 'sync').map((step) => ({ ...step, flight }) as Expected)
    const run: GuardedRun = {
      relay, flight, ceiling, steps, hasSync,
      statements: command.raw,
      say: (word, inside) => {
        const answer = new OwnAnswer()
        relay.beforeGuard(flight, [{ kind: 'own', answer, ...(inside ? { closes: CLOSES_INSIDE } : {}) }])
        this.#sendOwn(word)
        return answer.done
      },
      send: () => {
        void (withheld ? sendBeforeSync : send)(flight.permit, upstream, exchange.bytes)
        if (command.cancelled) this.#parts.cancelUpstream()
      },
      abort: (withSync) => this.#sendOwn(withSync ? ABORT_AND_SYNC : ABORT),
      sync: () => this.#sendOwn(SYNC),
      refusal: (why, sent) => refusalMessage(refusal('ceiling_exceeded', 'builtin/ceiling', sent ? `the approved run changed more than its ceiling and was taken back: ${why}` : why, 'send it again: what people are told then has the true number', flight.permit.holdId === undefined ? {} : { holdId: flight.permit.holdId })),
      targetError: (fields) => {
        const bytes = maskErrorOrNotice(targetError(fields, command.text, null), this.#sightOf(flight).messages)
        return { bytes, code: fields.get('C') ?? 'XX000', message: readErrorFields(bytes).get('M') ?? '' }
      },
    }
    // In a failed transaction nothing runs, and the target says so itself.
    const plain = !extended && relay.status === 'E'
    if (plain) {
      relay.unguard(flight)
      relay.expect(steps)
      run.send()
    }
    const end = plain ? 'done' : await (extended ? runMessages(run) : runQuery(run))
    if (extended) {
      if (hasSync) {
        this.#unsynced = undefined
        this.#failedBatch = undefined
      } else if (end === 'failed') this.#failedBatch = { batch, syncUpstream: true }
    }
    if (flight.error?.code === 'unavailable') {
      this.#forget(exchange)
      if (extended) flight.settle({ kind: 'failed', ...flight.error })
    }
    relay.expect([])
  }

  /** Waits no longer for a run that has a ceiling. Its connection ends, and with it what was not committed yet. */
  giveUp(): void {
    if (this.#guarded > 0) this.relay.onLost('it was not waited for any longer')
  }

  refuse(exchange: PostgresExchange, why: Refusal): void {
    // The target failed before it: the client has the error of this batch already.
    if (this.isSkipped(exchange)) return this.skip(exchange)
    const bytes = exchange.answer ?? refusalMessage(why)
    this.#forget(exchange)
    const quiet = this.relay.idle && this.#unsynced === undefined
    const complete = !exchange.extended || exchange.hasSync
    if (why.code === 'unavailable') {
      this.relay.end(bytes)
      this.onClientDone()
      return this.#done(exchange)
    }
    if (quiet && this.relay.status !== 'T') {
      this.relay.expect([{ kind: 'bytes', bytes: complete ? Buffer.concat([bytes, readyForQuery(this.relay.status)]) : bytes }])
    } else {
      // The target must fail too: an open transaction is aborted, and earlier commands of this batch are taken back.
      this.relay.expect([{ kind: 'refused', bytes }, ...(complete ? [{ kind: 'sync', flight: undefined } as const] : [])])
      this.#sendOwn(complete ? ABORT_AND_SYNC : ABORT)
    }
    if (complete) this.#unsynced = undefined
    else this.#failedBatch = { batch: exchange.batch, syncUpstream: !quiet || this.relay.status === 'T' }
    this.#done(exchange)
  }

  isSkipped(exchange: PostgresExchange): boolean {
    return this.#failedBatch?.batch === exchange.batch
  }

  skip(exchange: PostgresExchange): void {
    const failed = this.#failedBatch
    this.#forget(exchange)
    if (exchange.hasSync && failed) {
      this.#failedBatch = undefined
      this.#unsynced = undefined
      if (failed.syncUpstream) {
        this.relay.expect([{ kind: 'sync', flight: undefined }])
        this.#sendOwn(SYNC)
      } else this.relay.expect([{ kind: 'bytes', bytes: readyForQuery(this.relay.status) }])
    }
    this.#done(exchange)
  }

  waiting(exchange: PostgresExchange, hold: Hold, until: AbortSignal): void {
    const { client, adminUrl, heartbeatsMs } = this.#parts
    // It was read from what the client had sent before it left: nobody waits for it.
    if (this.#clientDone) exchange.command.withdraw('client_gone')
    const began = Date.now()
    let shown = -1
    let told = 0
    const last = heartbeatsMs[heartbeatsMs.length - 1] ?? 60_000
    const due = (): number => heartbeatsMs[told] ?? last * (told - heartbeatsMs.length + 2)
    const tell = (): void => {
      // A client that stopped reading gets no more of them; it learns the outcome when it reads on.
      if (client.writableLength < 65_536) this.relay.notice(waitingNotice(hold, adminUrl))
      shown = hold.progress().approved
    }
    tell()
    const timer = setInterval(() => {
      const waited = Date.now() - began
      if (waited < due() && hold.progress().approved === shown) return
      while (waited >= due()) told++
      tell()
    }, 500)
    const stop = (): void => clearInterval(timer)
    until.addEventListener('abort', stop, { once: true })
    void hold.settled.then(stop)
    if (this.#draining) exchange.command.withdraw('draining')
  }

  /** Names that a command would have defined, had it been sent. */
  #forget(exchange: PostgresExchange): void {
    this.#claimNames(exchange, 'vacate')
    for (const step of exchange.steps) {
      if (step.kind === 'parse') this.#statements.abandon(step.name, step.prepared)
      else if (step.kind === 'bind') this.#portals.abandon(step.name, step.portal)
      else if (step.kind === 'close') (step.what === 'statement' ? this.#statements : this.#portals).abandon(step.name, null)
    }
  }

  /** Names that SQL in this exchange may define or close: nobody else may rely on them until it is over. */
  #claimNames(exchange: PostgresExchange, verb: 'occupy' | 'vacate'): void {
    if (exchange.command.phase === 'prepare') return
    for (const statement of exchange.command.raw) {
      const name = statement.reference?.name ?? null
      if (statement.action === 'prepare' || statement.action === 'deallocate') this.#statements[verb](name, exchange.batch)
      else if (statement.action === 'declare' || statement.action === 'close') this.#portals[verb](name, exchange.batch)
      else if (statement.action === 'discard' || runsHiddenCode(statement)) {
        this.#statements[verb](null, exchange.batch)
        this.#portals[verb](null, exchange.batch)
      }
    }
  }

  #done(exchange: PostgresExchange): void {
    this.#open.delete(exchange)
    this.relay.expect([])
  }

  #sendOwn(word: string): void {
    void send(this.#parts.door.own(this.session, word), this.#parts.upstream, this.#parts.ownBytes(word))
  }

  #command(fields: { readonly phase: 'prepare' | 'execute'; readonly text: string; readonly parameters: readonly (string | null)[]; readonly understood: Understood; readonly bytes: Buffer; readonly streaming: boolean; readonly bound?: Portal['bind']; readonly types?: readonly number[]; readonly continues?: string | undefined }): PostgresCommand {
    const { session, database, role, searchPath } = this.#parts
    // With nothing under way the target's own word counts, whatever earlier texts promised.
    if (this.#open.size === 0 && this.relay.idle && this.#unsynced === undefined) this.#inTransaction = this.relay.status !== 'I'
    const { understood } = fields
    const measures = fields.phase === 'execute' && !understood.readings.every(isPlainlyRead)
    // Looked at before it is among the open ones itself: what it moves is not moved for its own names.
    const moved = measures && (understood.own || this.#mayHaveMoved)
    return new PostgresCommand({
      session,
      raw: understood.raw,
      names: understood.names,
      phase: fields.phase,
      text: fields.text,
      parameters: fields.parameters,
      readings: understood.readings,
      input: fields.streaming ? 'streaming' : 'complete',
      context: { in_transaction: this.#inTransaction, role, database, search_path: searchPath },
      continues: fields.continues,
      bytes: fields.bytes,
      bound: fields.bound,
      meaning: this.#parts.meaning(),
      judged: understood,
      asked: understood.asked,
      confirm: understood.asked.length === 0 ? undefined : () => this.#meaning.confirm(understood, fields.text),
      measure: !measures ? undefined : (command) => this.#parts.measure(command, { moved, types: fields.types ?? NO_TYPES }),
    })
  }

  /** Whether a transaction will be open when the next command's turn comes, as far as the texts tell. */
  #foresee(raw: readonly RawStatement[]): void {
    for (const statement of raw) {
      if (statement.action === 'begin') this.#inTransaction = true
      else if (statement.action === 'commit' || statement.action === 'rollback') this.#inTransaction = false
    }
  }

  #host(): MeaningHost {
    const lane = this
    return {
      situation: () => lane.#situation(),
      settled: () => lane.#everythingAnswered(),
      change: () => lane.#change(),
      prepared: (name) => lane.#statements.lookup(name, lane.#batch),
      cursor: (name) => lane.#portals.lookup(name, lane.#batch),
      get mayHaveMoved() { return lane.#mayHaveMoved },
      analyse: (questions) => lane.#inTurn(() => lane.#analyse(questions)),
      view: () => lane.#inTurn(() => lane.#view()),
    }
  }

  /** Where the next command stands, as far as its meaning goes. */
  #situation(): Situation {
    const isIdle = this.#open.size === 0 && this.relay.idle && this.#guarded === 0
    if (isIdle && !this.#midBatch && this.relay.status === 'E') return 'failed'
    const isUnsettled = this.#unsettling > 0 || this.#anyOpenUnsettles
    if (!isUnsettled && !this.#meaning.isOwn) return 'plain'
    // In the midst of messages that are not synced the target answers nothing, unless it is asked to; and outside a
    // transaction block a word of ours would end what they began.
    if (this.#midBatch && (!this.#inTransaction || this.#failedBatch?.batch === this.#batch)) return isUnsettled ? 'blind' : 'recall'
    return isIdle ? 'own' : 'wait'
  }

  async #everythingAnswered(): Promise<void> {
    while (this.#guarded > 0 && !this.#fault) await this.relay.changed()
    if (this.#midBatch) {
      await this.#reached()
      return
    }
    // Also for a client that has left: what it sent before still runs, and must be judged as it is.
    while (this.#open.size > 0 || !this.relay.idle || this.#guarded > 0) {
      if (this.#fault) throw this.#fault
      await this.relay.changed()
    }
    this.#inTransaction = this.relay.status !== 'I'
  }

  /** One conversation of ours after the other. */
  #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const turn = this.#asking.then(ask, ask)
    this.#asking = turn.catch(() => undefined)
    return turn
  }

  /** Shows texts to the target in the client's own session, each in a transaction block or savepoint that is rolled back. */
  async #analyse(questions: readonly { readonly text: string; readonly types: readonly number[] }[]): Promise<readonly Analysis[]> {
    const { upstream, door } = this.#parts
    const inside = this.relay.status === 'T' || this.#inTransaction
    const answers = questions.map(({ text, types }) => {
      const before = this.#sayOwn(inside ? SESSION_SAVEPOINT : SESSION_BEGIN)
      const permit = door.analysis(this.session, analysisMessages(text, types))
      const answer = new OwnAnswer()
      this.relay.expect([{ kind: 'own', answer }])
      void analyse(permit, upstream, text, types)
      return { before, answer: answer.done, after: this.#sayOwn(inside ? SESSION_BACK : SESSION_ROLLBACK) }
    })
    return Promise.all(answers.map(async ({ before, answer, after }): Promise<Analysis> => {
      const words = [await before, await after]
      const printed = await answer
      const refused = words.flatMap((word) => word.errors)[0]
      if (printed.lost) return { kind: 'unresolved', reason: 'the connection to the target was lost' }
      if (refused !== undefined) return { kind: 'unresolved', reason: `the session could not be asked what it means (${refused.get('M') ?? ''})` }
      return readPrinted(printed)
    }))
  }

  async #view(): Promise<SessionView | 'asBegun' | null> {
    const isWhole = (answer: OwnAnswer): boolean => !answer.lost && !answer.tooLong && answer.errors.length === 0
    const where = await this.#sayOwn(SESSION_PLACE)
    const place = isWhole(where) ? readSessionPlace(where.results) : null
    if (place === null) return null
    if (!place.hasObjects) {
      const { startPath, role } = this.#parts
      const isAsBegun = place.setting === startPath && place.role === role && place.login === role && place.readsAsUsual && place.dates === this.#parts.upstream.parameters.get('DateStyle') && !place.wrote
      // Nothing temporary is left that could hold anything.
      if (isAsBegun) this.#tainted = false
      return isAsBegun ? 'asBegun' : readSessionView(place, null)
    }
    const inside = this.relay.status === 'T' || this.#inTransaction
    const objects = await this.#sayOwn(inside ? SESSION_OBJECTS_INSIDE : SESSION_OBJECTS)
    return isWhole(objects) ? readSessionView(place, objects.results) : null
  }

  #sayOwn(word: string): Promise<OwnAnswer> {
    const answer = new OwnAnswer()
    this.relay.expect([{ kind: 'own', answer }])
    this.#sendOwn(word)
    return answer.done
  }

  /** A command that waits for its turn: what comes behind it is judged as if it had run. */
  get #anyOpenUnsettles(): boolean {
    for (const exchange of this.#open) if (exchange.effects.unsettles) return true
    return false
  }

  /** True also while a command that would move names waits for its turn. */
  get #mayHaveMoved(): boolean {
    if (this.#meaning.moved) return true
    for (const exchange of this.#open) if (exchange.effects.moves) return true
    return false
  }

  #sightOf(flight: Flight | undefined): Sight {
    if (flight === undefined) return this.#parts.outsideSight
    let { sight } = flight
    if (sight === undefined) flight.sight = sight = this.#parts.sight(flight.command, flight.permit, { moved: this.#meaning.moved, tainted: this.#tainted })
    return sight
  }

  // ---- waiting ----

  #shift(): Message | undefined {
    const message = this.#inbox.shift()
    if (message !== undefined) this.#took(message)
    return message
  }

  #took({ bytes }: Message): void {
    this.#inboxBytes -= bytes.length + MESSAGE_OVERHEAD_BYTES
    if (this.#inboxBytes <= this.#parts.spoolBytes && this.#parts.client.isPaused()) this.#parts.client.resume()
  }

  #arrive(): void {
    const wake = this.#arrived
    this.#arrived = undefined
    wake?.()
  }

  async #arrival(): Promise<Message | null> {
    for (;;) {
      if (this.#inbox[0] !== undefined) return this.#inbox[0]
      if (this.#fault) throw this.#fault
      if (this.#clientDone) return null
      await new Promise<void>((resolve) => { this.#arrived = resolve })
    }
  }

  /** Until every earlier exchange is answered, so that names and status are the target's own. */
  async #settled(): Promise<void> {
    while (this.#open.size > 0 || !this.relay.idle) await this.#change()
    this.#inTransaction = this.relay.status !== 'I'
  }

  /** Until the target answered something, or an exchange found its end. */
  async #change(): Promise<void> {
    if (this.#clientDone) throw new ClientDone()
    if (this.#fault) throw this.#fault
    await this.relay.changed()
  }
}

/** The client left while we waited for the target; the lane ends quietly. */
export class ClientDone extends Error {}

const NOTHING = Buffer.alloc(0)
const PARSE_COMPLETE = message(backend.parseComplete, NOTHING)
const BIND_COMPLETE = message(backend.bindComplete, NOTHING)
const NO_ROWS = message(backend.noData, NOTHING)
const NO_PARAMETERS_NO_ROWS = Buffer.concat([message(backend.parameterDescription, Buffer.from([0, 0])), NO_ROWS])
const CONTROL: Understood = { ...NO_STATEMENT, readings: [{ action: 'control', effect: 'read', resources: [], unknown: [], attributes: {} }] }
const REFUSED: Understood = { ...NO_STATEMENT, readings: [{ action: 'unparsed', effect: 'unknown', resources: [], unknown: ['the protocol or the grammar refused it'], attributes: {} }] }
const NO_TYPES: readonly number[] = []

/** What a step expects, once it is known for which run. Written out, because a copy of an object of any shape costs far more. */
function ofFlight(step: Step, flight: Flight): Expected {
  switch (step.kind) {
    case 'query': return { kind: 'query', flight, statements: step.statements, index: step.index }
    case 'parse': return { kind: 'parse', flight, name: step.name, prepared: step.prepared }
    case 'bind': return { kind: 'bind', flight, name: step.name, portal: step.portal }
    case 'describe': return { kind: 'describe', flight, ours: step.ours, generation: step.generation, prepared: step.prepared, portal: step.portal }
    case 'execute': return { kind: 'execute', flight, portal: step.portal }
    case 'close': return { kind: 'close', flight, what: step.what, name: step.name }
    case 'sync': return { kind: 'sync', flight }
    default: return { ...step, flight } as Expected
  }
}

/** Messages as one piece of bytes: mostly they lie side by side as they came. */
function joined(messages: readonly Buffer[]): Buffer {
  const first = messages[0] as Buffer
  if (messages.length === 1) return first
  let end = first.byteOffset
  for (const message of messages) {
    if (message.buffer !== first.buffer || message.byteOffset !== end) return Buffer.concat(messages)
    end += message.length
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset)
}

const weighPrepared = (prepared: Prepared): number => 256 + 4 * prepared.text.length
const weighPortal = (portal: Portal): number => 256 + (portal.bind?.parameters.reduce((sum, value) => sum + 3 * (value?.length ?? 0) + 32, 0) ?? 0)

/** Types whose refusal takes its place in the answers; any other one that is as long as this is not the protocol. */
const OVERSIZE_ANSWERED: ReadonlySet<number> = new Set([frontend.query, frontend.parse, frontend.bind, frontend.functionCall, frontend.describe, frontend.execute, frontend.close])

/** Sync, Flush, CopyDone and Terminate are their header alone; what hides behind one, two readers could take for two things. */
function bare(message: Message): void {
  if (message.bytes.length !== HEADER) throw violation('a message goes on behind its last field')
}

/** What the verdict on the messages of one group hangs on. */
function sourceOf(group: Group, prepared: Prepared): Source {
  const { text, parameterOids: types } = prepared
  if (group.bind === undefined && group.execute !== undefined) return { text, types, fixed: group.execute.judged }
  return { text, types, defined: group.parse === undefined ? prepared.judged : undefined }
}

const TRANSACTION_FAILED = { told: { code: '25P02', message: 'current transaction is aborted, commands ignored until end of transaction block' } }
const NAME_IS_OURS = refusal('not_understood', 'builtin/unknown-name', `names that begin with ${RESERVED} are reserved`, 'use another name')

/** Names and settings that our own words rely on. */
function takenFromUs(raw: readonly RawStatement[]): Refusal | undefined {
  if (raw.some(takesOurName)) return NAME_IS_OURS
  if (raw.some(takesOurSettings)) return refusal('policy_denied', 'builtin/reserved-setting', 'debug_print_*, debug_pretty_print, log_min_messages and client_min_messages below notice are the gateway\'s own', 'leave them as they are')
  return undefined
}

/** It runs something, and what it may change at most was said. */
function isGuarded(exchange: PostgresExchange, { ceiling }: Permit): boolean {
  return ceiling !== null && (ceiling.rows !== null || ceiling.others !== null) && exchange.steps.some((step) => step.kind === 'query' || step.kind === 'execute')
}

/** There is nothing to measure before it runs. */
function isPlainlyRead(facts: Facts): boolean {
  return facts.effect === 'read' && facts.action !== 'copy_out'
}

function understandingRefusal(error: unknown): Refusal {
  if (!(error instanceof GatewayError)) throw error
  if (error.code === 'input_limit') return refusal('input_limit', 'builtin/input-limit', error.message, 'send a smaller statement')
  if (error.code === 'parser_unavailable') return refusal('unavailable', 'builtin/parser', 'holdpoint cannot read statements at the moment, so nothing is forwarded', 'try again shortly; nothing was sent')
  const told = error instanceof NotSql && error.said !== null ? { told: { code: '42601', message: error.said, position: error.position + 1 } } : {}
  return refusal('not_understood', 'builtin/not-understood', error.message, 'correct the statement; what cannot be read is never passed', told)
}

function lossyText(bytes: Buffer): string {
  return bytes.toString('utf8').slice(0, 65_536)
}

function violation(what: string): GatewayError {
  return new GatewayError('protocol_violation', what)
}
