import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, type SecureContext } from 'node:tls'
import { serialize } from 'pg-protocol'
import type { Permit } from '../../enforcement/permit.ts'
import type { Refusal } from '../../enforcement/refusal.ts'
import { GatewayError } from '../../errors.ts'
import type { Facts, Principal, Session, Target } from '../../gateway/command.ts'
import type { Detectors } from '../../masking/detectors.ts'
import { createTextMasker } from '../../masking/text-stream.ts'
import type { Obligation } from '../../policy/verdict.ts'
import type { Door, ProtocolAdapter } from '../adapter.ts'
import { backend, errorOrNotice, message, parameterStatus, readyForQuery } from './codec.ts'
import { type Database, type DatabaseTarget, databaseWords, openDatabase } from './database.ts'
import type { Catalog } from './catalog.ts'
import { type Meaning, type NameLookup, PostgresCommand } from './exchange.ts'
import { type FactsState, resolveFacts, touches } from './facts.ts'
import { createFreshness, type Freshness } from './freshness.ts'
import { askPassword, negotiateProtocolVersion, readOpening, type StartupSettings, startupSettings, Wire } from './handshake.ts'
import { ABORT, ABORT_AND_SYNC, ClientDone, FLUSH, PostgresLane, SYNC } from './lane.ts'
import { measureWord } from './impact/asking.ts'
import { type AskingPool, createAskingPool } from './impact/asking-pool.ts'
import { guardWords } from './impact/guard-words.ts'
import { measure } from './impact/measure.ts'
import { createParserPool } from './parser.ts'
import type { RawStatement } from './raw.ts'
import { fatal } from './refusals.ts'
import type { AnalysisState } from './resolve/analysis-side.ts'
import { analysisDetail, findAnalysis } from './resolve/analysis-method.ts'
import type { Resolution } from './resolve/resolution.ts'
import { sessionWords } from './resolve/session-words.ts'
import { type Judged, NO_NAMES, type Remembered } from './session-meaning.ts'
import { columnMasks, createSight, maskedColumns, type Sight } from './sight.ts'
import { createTranscriber } from './transcript.ts'
import { cancel, cancelPacket, connect, startupPacket, type Upstream } from './upstream.ts'

export { onceForPrint } from './resolve/analysis-method.ts'

export interface PostgresTarget extends Target {
  readonly postgres: DatabaseTarget & { readonly database: string; readonly databases: readonly string[] }
}

export interface PostgresOptions {
  readonly targets: readonly PostgresTarget[]
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly detectors: Detectors
  readonly maskingKey: Buffer
  readonly maxMessageBytes: number
  /** Longest row or other message of a target. */
  readonly maxRowBytes: number
  readonly heldSpoolBytes: number
  readonly maxConnectionsPerPrincipal: number
  readonly startupTimeoutMs: number
  readonly connectTimeoutMs: number
  /** How long a held command may be measured before people are asked. */
  readonly measureTimeoutMs: number
  readonly holdHeartbeatsMs: readonly number[]
  readonly parserWorkers: number
  /** For notices: where a person looks at a hold. */
  readonly adminUrl: () => string
  readonly onHealth: (part: string, healthy: boolean, why: string) => void
  /** How a database (`<target>/<name>`) is asked what statements mean; told whenever it is found anew. */
  readonly onAnalysis?: (database: string, state: AnalysisState) => void
  /** A connection ended by a fault; never carries data. */
  readonly onFault: (code: string, detail: string) => void
}

export interface PostgresAdapter extends ProtocolAdapter {
  /** For readiness: every part with whether it works. */
  health(): readonly { readonly part: string; readonly ok: boolean; readonly detail?: string }[]
  /** Parser threads thrown away so far, by cause. */
  parserRecycles(): Readonly<Record<string, number>>
}

const LOOKAHEAD = 8
/** How long a statement whose client is gone may go on before its outcome is called unknown. */
const ORPHAN_MS = 30_000
/** How long a client may take to read our last word and close. */
const CLOSE_WITHIN_MS = 2_000
/** A portal that cannot exist: executing it makes the target answer with an error and put its transaction into the failed state. */
const NOWHERE = 'holdpoint/refused'

/** What the texts of one database mean, for all connections to it: they begin with the same role and search path. */
interface Known {
  /** Kept as long as the parser keeps a text. */
  readonly texts: WeakMap<readonly RawStatement[], Remembered>
  /** Good for one reading of the catalogue and one list of obligations. */
  readonly sights: WeakMap<Judged, { readonly generation: number; readonly obligations: readonly Obligation[]; readonly sight: Sight }>
  readonly freshness: Freshness
}

interface Connection {
  readonly secret: Buffer
  readonly lane: PostgresLane
  readonly session: Session
  cancel(): void
  stop(): void
}

export function createPostgresAdapter(options: PostgresOptions): PostgresAdapter {
  const secureContext: SecureContext | undefined = options.tls && createSecureContext({ cert: options.tls.cert, key: options.tls.key, minVersion: 'TLSv1.2' })
  const parser = createParserPool({ workers: options.parserWorkers })
  const words = new Map<string, Buffer>([
    [ABORT, serialize.execute({ portal: NOWHERE })],
    [ABORT_AND_SYNC, Buffer.concat([serialize.execute({ portal: NOWHERE }), serialize.sync()])],
    [SYNC, serialize.sync()],
    [FLUSH, serialize.flush()],
    ...sessionWords(),
    ...guardWords(),
  ])
  for (const target of options.targets) {
    for (const database of target.postgres.databases) for (const [word, bytes] of databaseWords(`${target.name}/${database}`, target.postgres, database)) words.set(word, bytes)
    for (const database of target.postgres.databases) words.set(measureName(target, database), measureWord(target.postgres, database, target.postgres.searchPath, options.measureTimeoutMs))
  }
  const measuring = new Map<Database, AskingPool>()
  const databases = new Map<string, Database>()
  const knowledge = new WeakMap<Database, Known>()
  const connections = new Map<number, Connection>()
  const perPrincipal = new Map<string, number>()
  const accepting = new Set<Promise<void>>()
  let stopping = false
  /** Fires when a stop has waited long enough for what still runs. */
  const cut = new AbortController()
  const upstreamLimits = { connectTimeoutMs: options.connectTimeoutMs, maxMessageBytes: options.maxRowBytes }

  async function accept(socket: Socket, door: Door): Promise<void> {
    const wire = new Wire(socket, options.startupTimeoutMs)
    const peer = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`
    try {
      const opening = await readOpening(wire, { tls: () => secureContext })
      if (opening.kind === 'cancel') {
        const connection = connections.get(opening.processId)
        // Unknown and wrong keys are told nothing, as the server does.
        if (connection && connection.secret.length === opening.secret.length && timingSafeEqual(connection.secret, opening.secret)) connection.cancel()
        return endSoon(wire.socket)
      }
      if (!opening.encrypted && !isLoopback(socket.remoteAddress)) throw new GatewayError('not_understood', 'TLS is required: connect with sslmode=verify-full')
      if (opening.negotiate) wire.socket.write(negotiateProtocolVersion(opening.negotiate))
      const settings = startupSettings(opening.parameters)
      const principal = await door.authenticate(await askPassword(wire), peer)
      const others = perPrincipal.get(principal.id) ?? 0
      if (others >= options.maxConnectionsPerPrincipal) throw new GatewayError('too_many_connections', `${principal.name} has ${others} connections open, and may have no more`)
      perPrincipal.set(principal.id, others + 1)
      try {
        await serve(wire, opening.minor, settings, principal, peer, door)
      } finally {
        const left = (perPrincipal.get(principal.id) ?? 1) - 1
        if (left === 0) perPrincipal.delete(principal.id)
        else perPrincipal.set(principal.id, left)
      }
    } catch (error) {
      if (error instanceof ClientDone) return
      const known = error instanceof GatewayError ? error : new GatewayError('target_failed', 'an internal fault; the operator finds it in the log', { cause: error })
      options.onFault(known.code, error instanceof GatewayError ? '' : error instanceof Error ? error.name : 'unknown')
      endSoon(wire.socket, fatal(known.code, known.message))
    }
  }

  async function serve(wire: Wire, minor: 0 | 2, settings: StartupSettings, principal: Principal, peer: string, door: Door): Promise<void> {
    const { target, name: databaseName } = route(settings.database)
    const database = databases.get(`${target.name}/${databaseName}`) as Database
    const ended = new AbortController()
    const claimed: Record<string, string> = { ...settings.claimed }
    const session = door.open(principal, target, { claimed, peer, ended: ended.signal })
    try {
      const role = target.postgres.user
      const startup = startupPacket({
        user: role,
        database: databaseName,
        client_encoding: 'UTF8',
        application_name: 'holdpoint',
        ...settings.settings,
        // Start-up settings are what RESET and DISCARD go back to, so these cannot be undone from inside the session.
        options: `-c standard_conforming_strings=on -c search_path=${startPath(target).replaceAll(' ', '\\ ')}`,
      })
      const admitted = await door.ask(control(session, 'connect', startup, databaseName))
      if (isRefusal(admitted)) throw new GatewayError(admitted.code === 'unavailable' ? 'recording_unavailable' : 'credential_invalid', `${admitted.message} (rule ${admitted.rule})`)
      const upstream = await connect(admitted, target.postgres, startup, upstreamLimits)
      await converse({ wire, minor, door, session, upstream, target, database, databaseName, role, claimed, ended })
    } finally {
      ended.abort()
      door.close(session)
    }
  }

  interface Conversation {
    readonly wire: Wire
    readonly minor: 0 | 2
    readonly door: Door
    readonly session: Session
    readonly upstream: Upstream
    readonly target: PostgresTarget
    readonly database: Database
    readonly databaseName: string
    readonly role: string
    readonly claimed: Record<string, string>
    readonly ended: AbortController
  }

  function knownOf(database: Database): Known {
    let known = knowledge.get(database)
    if (known === undefined) knowledge.set(database, (known = { texts: new WeakMap(), sights: new WeakMap(), freshness: createFreshness(() => database.refresh()) }))
    return known
  }

  async function converse(parts: Conversation): Promise<void> {
    const { wire, door, session, upstream, target, database, databaseName, role, claimed } = parts
    const client = wire.socket
    const { searchPath } = target.postgres
    const cancelUpstream = (): void => {
      const packet = cancelPacket(upstream.cancelKey)
      void door.ask(control(session, 'cancel', packet, databaseName))
        .then((permit) => (isRefusal(permit) ? undefined : cancel(permit, target.postgres, packet, upstreamLimits)))
        .catch(() => options.onFault('target_unavailable', 'cancel'))
    }
    const { texts, sights, freshness } = knownOf(database)
    const stateOf = (moved: boolean, names: NameLookup, judged: Judged | undefined): FactsState => ({
      searchPath: moved ? null : (judged?.view?.path ?? searchPath),
      role: judged?.view?.role ?? role,
      database: databaseName,
      temporaryTablesPossible: moved,
      prepared: names.prepared,
      cursor: names.cursor,
      resolution: (raw) => judged?.resolution(raw),
    })
    // By oid as well as by name: another table may have taken the name of the one that people were told of.
    const meaningIn = (shared: Catalog, { raw, names, judged }: PostgresCommand): string => {
      const { readings, touchesMaskable } = resolveFacts(raw, judged?.view?.over(shared) ?? shared, stateOf(false, names, judged))
      return JSON.stringify([readings, touchesMaskable.relations])
    }
    let meaning: { readonly catalog: Catalog; readonly asked: Meaning } | undefined
    const meaningNow = (): Meaning => {
      const catalog = database.catalog()
      if (meaning?.catalog !== catalog) {
        const of = (command: PostgresCommand): string => meaningIn(catalog, command)
        const still = async (command: PostgresCommand): Promise<boolean> => {
          await database.refresh()
          return database.catalog() === catalog || meaningIn(database.catalog(), command) === of(command)
        }
        meaning = { catalog, asked: { of, still } }
      }
      return meaning.asked
    }
    const fault = { seen: undefined as GatewayError | undefined }
    let broken = false
    const lane: PostgresLane = new PostgresLane({
      session, client, upstream, door,
      lookahead: LOOKAHEAD,
      maxMessageBytes: options.maxMessageBytes,
      spoolBytes: options.heldSpoolBytes,
      heartbeatsMs: options.holdHeartbeatsMs,
      adminUrl: options.adminUrl(),
      database: databaseName,
      role,
      searchPath: searchPath.join(','),
      startPath: startPath(target),
      parse: (text) => parser.parse(text),
      meanings: {
        resolver: database.resolver,
        generation: database.generation,
        gate: freshness.gate,
        stale: freshness.stale,
        exact: (text) => parser.exact(Buffer.from(text)),
        knows(resolution, view) {
          if (resolution.kind !== 'resolved') return true
          const { relations, functions } = view?.over(database.catalog()) ?? database.catalog()
          return resolution.queries.every((query) => query.relations.every(({ oid }) => relations.has(oid)) && query.calls.every((call) => functions.has(call.function)))
        },
        refresh: () => database.refresh().catch(() => undefined),
        understand(statement, names, moved, judged) {
          const shared = database.catalog()
          return resolveFacts([statement], judged.view?.over(shared) ?? shared, stateOf(moved, names, judged)).readings
        },
        remembered: (raw) => texts.get(raw),
        remember: (raw, found) => void texts.set(raw, found),
      },
      sight(command, permit, { moved, tainted }) {
        const generation = database.generation()
        const { obligations } = permit
        const { judged, view, names } = command
        const unplaced = moved && view === undefined
        const cached = unplaced || judged === undefined ? undefined : sights.get(judged)
        if (cached?.generation === generation && cached.obligations === obligations) return cached.sight
        const shared = database.catalog()
        const seen = view?.over(shared) ?? shared
        // Only with what is remembered of a text is it kept: a function of that and of this very reading of the catalogue.
        const isKept = !unplaced && judged !== undefined && texts.get(command.raw)?.understood === judged
        const sight = createSight({
          obligations,
          // A temporary table that may hold what masks hide is not in it, and so is masked whole.
          catalog: tainted ? shared : seen,
          statements: command.raw,
          resolution: resolutionOf(judged),
          names: isKept ? NO_NAMES : names,
          touched: touches(command.raw, seen, stateOf(unplaced, names, judged), maskedColumns(seen, columnMasks(obligations))),
          builtinOnly: runsBuiltinOnly(command.readings), detectors: options.detectors, key: options.maskingKey,
          searchPath: unplaced ? null : (view?.path ?? searchPath),
        })
        if (isKept) sights.set(judged, { generation, obligations, sight })
        return sight
      },
      reachesMasked({ raw, view, names, judged }, { obligations }) {
        const shared = database.catalog()
        const seen = view?.over(shared) ?? shared
        return touches(raw, seen, stateOf(false, names, judged), maskedColumns(seen, columnMasks(obligations))).maskedTable
      },
      // Made when it is asked for: masks may have changed since the session began.
      get outsideSight() {
        return createSight({ obligations: [{ mask: door.masks(session) }], catalog: database.catalog(), statements: [], names: { prepared: () => null, cursor: () => null }, touched: { maskedTable: false, maskedColumn: true }, builtinOnly: false, detectors: options.detectors, key: options.maskingKey, searchPath: null })
      },
      measure: (command, { moved, types }) => measure({
        session, text: command.text, statements: command.raw, bound: command.bound, types, moved,
        inTransaction: command.context['in_transaction'] === true, backend: upstream.cancelKey.processId,
      }, {
        parser, searchPath,
        target: target.postgres,
        pool: measuring.get(database) as AskingPool,
        boxMs: options.measureTimeoutMs,
        catalog: database.catalog,
        resolve: (statement, parameterTypes) => (database.resolver.active() ? database.resolver.resolve(statement, parameterTypes) : undefined),
        facts: (statement) => resolveFacts([statement], database.catalog(), stateOf(false, NO_NAMES, undefined)).readings,
        masker: (who, statement, resolution, fields) => createSight({
          obligations: [{ mask: door.masks(who) }],
          catalog: database.catalog(), statements: [statement], resolution: () => resolution, names: NO_NAMES,
          touched: { maskedTable: true, maskedColumn: true }, builtinOnly: true, detectors: options.detectors, key: options.maskingKey, searchPath,
        }).rows(fields, undefined, statement),
      }),
      catalogGeneration: database.generation,
      meaning: meaningNow,
      catalogChanged: freshness.changed,
      inputMasker: () => createTextMasker(options.detectors),
      cancelUpstream,
      claim: (name, value) => { if (name in claimed || Object.keys(claimed).length < 16) claimed[name.slice(0, 64)] = value.slice(0, 4096) },
      ownBytes: (word) => words.get(word) as Buffer,
      onFault(error) {
        fault.seen ??= error
        endSoon(client, fatal(error.code, error.message))
        lane.onClientDone()
        upstream.socket.destroy()
      },
    })
    // The corridor waits for a run that has a ceiling, whoever is gone meanwhile; that has an end too.
    const giveUp = (): void => lane.giveUp()
    let orphaned: NodeJS.Timeout | undefined
    const onClientGone = (): void => {
      lane.onClientDone()
      orphaned ??= setTimeout(giveUp, ORPHAN_MS).unref()
    }
    // What runs may end, and an open transaction be committed; then the connection has no more business here.
    const endWhenQuiet = async (): Promise<void> => {
      while (!lane.quiet && !client.destroyed) await lane.relay.changed()
      lane.relay.flush()
      endSoon(client, errorOrNotice('error', { severity: 'FATAL', code: '57P01', message: 'holdpoint is shutting down', hint: 'connect again' }))
    }
    const connection = register({
      secret: randomBytes(parts.minor === 0 ? 4 : 32),
      lane, session,
      cancel: () => lane.onCancel(),
      stop() {
        lane.stop()
        void endWhenQuiet()
      },
    })
    try {
      client.write(welcome(upstream, connection.processId, connection.secret))
      upstream.socket.on('error', () => undefined)
      const onUpstreamLost = (): void => {
        lane.relay.onLost('the connection to the target was lost')
        if (!client.writableEnded) endSoon(client, lane.relay.saidFatal ? undefined : fatal('target_failed', 'the connection to the target was lost'))
        lane.onClientDone()
      }
      upstream.socket.on('close', onUpstreamLost)
      upstream.socket.on('data', (chunk: Buffer) => lane.relay.onData(chunk))
      upstream.socket.resume()
      client.on('end', onClientGone).on('close', onClientGone)
      cut.signal.addEventListener('abort', giveUp)
      client.on('data', (chunk: Buffer) => lane.onData(chunk))
      const early = wire.takeLeftover()
      if (early.length > 0) lane.onData(early)
      client.resume()
      // Either side may have gone while nobody listened for it.
      if (client.destroyed) onClientGone()
      if (upstream.socket.destroyed) onUpstreamLost()
      // It signed in while the gateway was being stopped.
      if (stopping) connection.stop()
      await door.run(lane)
    } catch (error) {
      // Whoever called us has the last word to the client then.
      broken = !(error instanceof ClientDone)
      if (broken) throw fault.seen ?? error
    } finally {
      connections.delete(connection.processId)
      clearTimeout(orphaned)
      cut.signal.removeEventListener('abort', giveUp)
      // However the lane ended, nothing of it waits for people any more.
      lane.onClientDone()
      await lastAnswers(lane, cut.signal)
      upstream.socket.removeAllListeners('close')
      upstream.socket.destroySoon()
      if (!broken) endSoon(client)
    }
  }

  function route(database: string): { readonly target: PostgresTarget; readonly name: string } {
    const slash = database.indexOf('/')
    const targetName = slash < 0 ? database : database.slice(0, slash)
    const target = options.targets.find((one) => one.name === targetName)
    const name = slash < 0 ? target?.postgres.database : database.slice(slash + 1)
    if (target === undefined || name === undefined || !target.postgres.databases.includes(name)) {
      throw new GatewayError('target_unknown', `no target or database "${database}" is configured here; use dbname=<target> or dbname=<target>/<database>`)
    }
    return { target, name }
  }

  function register(connection: Connection): Connection & { readonly processId: number } {
    let processId = randomInt(1, 0x7fffffff)
    while (connections.has(processId)) processId = randomInt(1, 0x7fffffff)
    connections.set(processId, connection)
    return { ...connection, processId }
  }

  return {
    protocol: 'postgres',
    ownWords: words,
    async start(door) {
      const faults: string[] = []
      for (const target of options.targets) {
        for (const name of target.postgres.databases) {
          const key = `${target.name}/${name}`
          const database = openDatabase({
            key, target: target.postgres, words, door,
            connectTimeoutMs: options.connectTimeoutMs,
            parse: (text) => parser.parse(text),
            onHealth: (healthy, why) => options.onHealth(`target ${key}`, healthy, why),
            onAnalysis: (state) => options.onAnalysis?.(key, state),
          })
          databases.set(key, database)
          const word = measureName(target, name)
          measuring.set(database, createAskingPool({ door, target: target.postgres, word: { name: word, bytes: words.get(word) as Buffer }, connectTimeoutMs: options.connectTimeoutMs }))
          // A target that is down must not keep the others from starting; readiness shows it and its clients are told.
          await database.refresh().catch(() => undefined)
          if (database.healthy()) await findAnalysis(database, target.postgres).catch((error: unknown) => faults.push(error instanceof Error ? error.message : String(error)))
        }
      }
      if (faults.length > 0) throw new GatewayError('config_invalid', faults.join('; '))
    },
    accept(client, door) {
      const done = accept(client as Socket, door).finally(() => accepting.delete(done))
      accepting.add(done)
      return done
    },
    async stop(graceMs) {
      stopping = true
      for (const connection of connections.values()) connection.stop()
      const timers = [setTimeout(() => cut.abort(), graceMs)]
      const over = new Promise<void>((resolve) => timers.push(setTimeout(resolve, graceMs + CLOSE_WITHIN_MS)))
      // Until then they need the parser, and their outcomes the store.
      await Promise.race([Promise.allSettled(accepting), over])
      for (const timer of timers) clearTimeout(timer)
      for (const database of databases.values()) database.stop()
      for (const pool of measuring.values()) pool.stop()
      await parser.close()
    },
    health: () => [{ part: 'parser', ok: parser.healthy }, ...[...databases.values()].flatMap((database) => [
      { part: `target ${database.name}`, ok: database.healthy() },
      { part: `analysis ${database.name}`, ...analysisDetail(database.analyser) },
    ])],
    parserRecycles: () => parser.recycled,
    transcriber: createTranscriber,
  }
}

function measureName(target: PostgresTarget, database: string): string {
  return `postgres/${target.name}/${database}/measure`
}

/** Ends a connection of ours whether or not its client ever closes its side. */
function endSoon(socket: Duplex, last?: Buffer): void {
  if (socket.destroyed) return
  if (!socket.writableEnded) {
    if (last === undefined) socket.end()
    else socket.end(last)
  }
  // Its end is only seen while we read; whatever it still says is not for anybody.
  socket.on('data', () => undefined)
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), CLOSE_WITHIN_MS)
  socket.once('close', () => clearTimeout(timer))
}

/** Waits for what the target still owes, so that its outcome is known even though the client is gone. */
async function lastAnswers(lane: PostgresLane, cut: AbortSignal): Promise<void> {
  // A batch without its Sync, and COPY without its data, are never answered.
  const isDue = (): boolean => !lane.relay.idle && lane.relay.copyIn === undefined && !lane.waitsForSync
  if (!isDue()) return lane.relay.onLost('the client left in the middle of it')
  const deadline = Date.now() + ORPHAN_MS
  let timer: NodeJS.Timeout | undefined
  let wake = (): void => undefined
  const late = new Promise<void>((resolve) => {
    wake = resolve
    timer = setTimeout(resolve, ORPHAN_MS)
    cut.addEventListener('abort', wake, { once: true })
  })
  while (isDue() && !cut.aborted && Date.now() < deadline) await Promise.race([lane.relay.changed(), late])
  clearTimeout(timer)
  cut.removeEventListener('abort', wake)
  lane.relay.onLost('the client left before the target answered')
}

/** AuthenticationOk, the target's settings, a cancel key of ours, and the target's own status. */
function welcome(upstream: Upstream, processId: number, secret: Buffer): Buffer {
  const key = Buffer.alloc(4 + secret.length)
  key.writeInt32BE(processId, 0)
  secret.copy(key, 4)
  return Buffer.concat([
    message(backend.authentication, Buffer.from([0, 0, 0, 0])),
    ...[...upstream.parameters].map(([name, value]) => parameterStatus(name, value)),
    message(backend.backendKeyData, key),
    readyForQuery(upstream.status),
  ])
}

/** A command of the session itself: opening it at the target, or a cancel request. */
function control(session: Session, action: 'connect' | 'cancel', bytes: Buffer, database: string): PostgresCommand {
  return new PostgresCommand({
    session, raw: [], names: { prepared: () => null, cursor: () => null }, phase: 'execute', text: '', parameters: [],
    readings: [{ action, effect: 'read', resources: [], unknown: [], attributes: {} }],
    input: 'complete', context: { database }, continues: undefined, bytes, bound: undefined,
  })
}

/** By itself, so that what is kept of a text keeps no session. */
function resolutionOf(judged: Judged | undefined): (raw: RawStatement) => Resolution | undefined {
  return (raw) => judged?.resolution(raw)
}

/** The search_path that sessions begin with, as a setting. */
function startPath({ postgres }: PostgresTarget): string {
  return postgres.searchPath.map((schema) => `"${schema}"`).join(',')
}

/** No function, trigger, rule or view of somebody's own has a part in it. */
function runsBuiltinOnly(readings: readonly Facts[]): boolean {
  return readings.every(({ unknown, attributes }) => unknown.length === 0 && attributes['user_triggers'] !== true && attributes['table_functions'] === undefined && !isOpaque(attributes['function_classes']))
}

function isOpaque(classes: unknown): boolean {
  return Array.isArray(classes) && classes.includes('opaque')
}

function isRefusal(answer: Permit | Refusal): answer is Refusal {
  return 'refused' in answer
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address))
}
