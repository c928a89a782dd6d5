import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type AdminServer, createAdmin } from './admin/server.ts'
import { type ApprovalQueue, createDecisionQueue } from './approvals/queue.ts'
import { type Config, ConfigInvalid, inspectConfig } from './config.ts'
import { createEnforcementPoint } from './enforcement/permit.ts'
import { GatewayError } from './errors.ts'
import { listen } from './gateway/listener.ts'
import { createDoor } from './gateway/session.ts'
import { createAuthenticator } from './identity/principal.ts'
import { createLog, type Log } from './log.ts'
import { createDetectors } from './masking/detectors.ts'
import { createMetrics, type Organ } from './metrics.ts'
import { createEvaluator, type Evaluator } from './policy/evaluate.ts'
import { checkFiles } from './offline/check.ts'
import { loadPolicies, type PolicySet } from './policy/load.ts'
import { createPostgresAdapter } from './protocols/index.ts'
import type { Recorder } from './recording/entry.ts'
import { createRecorder } from './recording/recorder.ts'
import { readRecording } from './recording/replay.ts'
import { openStore } from './store/sqlite.ts'

// The only file that knows everything: it builds the services, starts the listeners, and stops them in reverse order.

export interface Gateway {
  readonly postgres: { readonly host: string; readonly port: number }
  readonly admin: { readonly url: string }
  /** Drains: no new connections, open ones may finish, held commands end as withdrawn or wait for a retry. */
  stop(): Promise<void>
}

export interface ServeOptions {
  readonly log?: Log
  /** Asked for in tests: how long open connections may go on at a stop. */
  readonly drainTimeoutMs?: number
}

const POLICY_CHECK_MS = 1_000
/** How long one part may take to stop, beyond the time connections have to finish. */
const STOP_STEP_MS = 10_000
/** What ends the waiting of a hold, as its changes are called. */
const SETTLED: ReadonlySet<string> = new Set(['approved', 'rejected', 'expired', 'withdrawn', 'invalidated'])

/** Starts the gateway of a configuration file. Throws with every fault of the configuration and policies; nothing then runs. */
export async function serve(configFile: string, options: ServeOptions = {}): Promise<Gateway> {
  const { config } = inspectConfig(configFile)
  if (config === undefined) throw new ConfigInvalid(checkFiles(configFile).faults)
  const log = options.log ?? createLog()
  const undo: (() => Promise<unknown> | unknown)[] = []
  // A part that does not end must not keep the others, and the process, from ending.
  const withinMs = (options.drainTimeoutMs ?? config.limits.drainTimeoutMs) + STOP_STEP_MS
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new GatewayError('target_failed', 'a part of the gateway did not stop in time')), withinMs) })
      try {
        await Promise.race([step(), late])
      } catch (error) {
        log.fault('stop.failed', error)
      } finally {
        clearTimeout(timer)
      }
    }
  }
  try {
    return await start(config, log, options, undo, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(config: Config, log: Log, options: ServeOptions, undo: (() => Promise<unknown> | unknown)[], stop: () => Promise<void>): Promise<Gateway> {
  const detectors = createDetectors()
  const policy = watchPolicies(config, log)
  undo.push(policy.stop)

  const store = openStore(config.store.path)
  undo.push(() => store.close())
  let openSessions = 0
  let parserRecycles = (): Readonly<Record<string, number>> => ({})
  let unhealthyParts = (): Partial<Record<Organ, boolean>> => ({})
  const metrics = createMetrics({ openHolds: () => store.countHolds({ decision: 'pending' }), openSessions: () => openSessions, parserRecycles: () => parserRecycles(), unhealthyParts: () => unhealthyParts() })
  const recorder = await createRecorder({
    directory: config.recordings,
    maskText: detectors.maskText,
    onHealth(healthy, why) {
      log.event(healthy ? 'recorder.recovered' : 'recorder.failed', { healthy, cause_code: why.slice(0, 64) }, healthy ? 'info' : 'error')
    },
  })
  undo.push(() => recorder.stop())

  const identity = createAuthenticator({ trust: config.trust, reviewers: config.reviewers, store, tokenTtlMs: config.tokens.ttlMs })
  const queue: ApprovalQueue = createDecisionQueue({ store, recorder, gatewayId: hostname(), authority: identity.authority, maskSecrets: detectors.maskSecretsOnly })
  undo.push(() => queue.stop())
  undo.push(queue.onChange(({ holdId, what, at }) => {
    const hold = SETTLED.has(what) ? store.hold(holdId) : null
    if (hold !== null) metrics.decided(what, (at - hold.createdAt) / 1000)
  }))
  const recovered = queue.recover()
  if (recovered > 0) log.event('holds.recovered', { count: recovered })
  store.endOpenSessions(Date.now())

  let adminUrl = ''
  const postgres = createPostgresAdapter({
    targets: config.targets,
    tls: config.tls,
    detectors,
    maskingKey: config.masking.key,
    ...config.limits,
    adminUrl: () => adminUrl,
    onHealth(part, healthy) {
      log.event('target.health', { target: part.slice('target '.length), healthy }, healthy ? 'info' : 'error')
    },
    // Without analysis much is not understood that could be: said once, loudly, where somebody can do something about it.
    onAnalysis: (database, { method }) => log.event('target.analysis', { target: database, method }, method === 'print' ? 'info' : 'warn'),
    onFault: (code, detail) => log.event('connection.refused', { protocol: 'postgres', code, kind: detail }, 'warn'),
  })
  parserRecycles = postgres.parserRecycles
  unhealthyParts = () => {
    const parts = postgres.health()
    return {
      store: !store.healthy,
      journal: !recorder.healthy,
      policy: !policy.health().ok,
      parser: parts.some(({ part, ok }) => part === 'parser' && !ok),
      target: parts.some(({ part, ok }) => part.startsWith('target') && !ok),
    }
  }
  const measured: Recorder = {
    get healthy() { return recorder.healthy },
    open: (session) => recorder.open(session),
    close: (sessionId) => recorder.close(sessionId),
    append: (entry) => recorder.append(entry),
    async durable(sequence) {
      const began = performance.now()
      await recorder.durable(sequence)
      metrics.journalDurable((performance.now() - began) / 1000)
    },
    tap(command, direction, bytes) {
      if (direction === 'output') metrics.bytesOut(command.session.target.protocol, bytes.length)
      return recorder.tap(command, direction, bytes)
    },
  }
  const point = createEnforcementPoint({
    decisionPoint: policy.point,
    queue,
    recorder: measured,
    barred(principal) {
      // A store that cannot be written cannot say that somebody was stopped a moment ago; plain reads are refused with the rest.
      if (!store.healthy) throw new GatewayError('store_unavailable', 'the store cannot be written')
      return identity.current(principal) ?? null
    },
    maskText: detectors.maskText,
    ownWords: postgres.ownWords,
    now: () => new Date(),
    observe(event, command) {
      const { protocol } = command.session.target
      if (event === 'allow' || event === 'hold') {
        metrics.command(protocol, event)
        if (event === 'hold') store.countInSession(command.session.id, 'holds')
        else if (command.phase === 'execute') store.countInSession(command.session.id, 'commands')
      } else {
        metrics.refusal(protocol, event)
        if (event === 'policy_denied') metrics.command(protocol, 'deny')
        log.event('command.refused', { session: command.session.id, command: command.id, principal: command.session.principal.id, target: command.session.target.name, code: event, action: command.facts.action })
      }
    },
  })
  const door = createDoor({
    point,
    recorder: measured,
    authenticate: (credential, peer) => identity.authenticate(credential, peer).catch((error: unknown) => {
      metrics.signInRefused()
      throw error
    }),
    decisionPoint: policy.point,
    index: {
      opened(session) {
        store.openSession({ id: session.id, principalId: session.principal.id, principalName: session.principal.name, target: session.target.name, protocol: session.target.protocol, peer: session.peer, claimed: session.claimed, openedAt: session.openedAt.getTime() })
        openSessions++
        log.event('session.opened', { session: session.id, principal: session.principal.id, target: session.target.name, protocol: session.target.protocol })
      },
      closed(session) {
        openSessions--
        log.event('session.closed', { session: session.id })
        try {
          store.closeSession(session.id, Date.now())
        } catch {
          // The index lacks an end time then; the recording has it.
        }
      },
    },
  })
  await postgres.start(door)

  const admin: AdminServer = await createAdmin({
    identity,
    store,
    queue,
    recording: (sessionId) => readRecording(config.recordings, sessionId, postgres.transcriber()),
    recorder,
    targets: () => config.targets.map(({ name, protocol, labels }) => ({ name, protocol, labels })),
    policy: policy.view,
    readiness() {
      return [
        { part: 'store', ok: attempt(() => { store.probe(); return true }), detail: 'holds, decisions and tokens' },
        { part: 'journal', ok: recorder.healthy, detail: 'record before forward' },
        { part: 'policy', ...policy.health() },
        ...postgres.health(),
      ]
    },
    metrics,
    log,
    ...(config.tls && config.adminTls ? { tls: config.tls } : {}),
  })
  undo.push(() => admin.close())
  const adminAddress = await admin.listen(config.listen.admin)
  adminUrl = adminAddress.url

  const listener = await listen(postgres, door, {
    ...config.listen.postgres,
    maxConnections: config.limits.maxConnections,
    onFault: (error) => log.fault('connection.failed', error, { protocol: 'postgres' }),
  })
  // Last started, first stopped: no new work, then the connections' own end, then what they stand on.
  undo.push(async () => {
    const graceMs = options.drainTimeoutMs ?? config.limits.drainTimeoutMs
    const drained = listener.drain(graceMs)
    await postgres.stop(graceMs)
    await drained
  })
  log.event('gateway.started', { port: listener.port, address: listener.host, policy_version: policy.point().policyVersion, version: process.versions.node })
  return { postgres: { host: listener.host, port: listener.port }, admin: { url: adminUrl }, stop }
}

interface PolicyWatch {
  /** Throws while no policy can be used: then everything is denied. */
  readonly point: () => Evaluator
  readonly view: () => { readonly version: string; readonly rules: readonly { readonly id: string; readonly decision: 'allow' | 'hold' | 'deny' | undefined; readonly reason: string | undefined; readonly file: string; readonly line: number }[] }
  readonly health: () => { readonly ok: boolean; readonly detail: string }
  readonly stop: () => void
}

/**
 * The policies in force, read again when their files change. Files that are wrong leave the old ones in force, visibly;
 * a folder that cannot be read at all leaves none, because nobody could tell any more what was decided by.
 */
function watchPolicies(config: Config, log: Log): PolicyWatch {
  const known = { targets: config.targets, groups: config.reviewers.map((group) => group.name) }
  const read = (): { set: PolicySet; point: Evaluator } => {
    const set = loadPolicies(config.policies, known)
    return { set, point: createEvaluator(set) }
  }
  let current = read()
  let signature = attempt(() => signatureOf(config.policies)) || ''
  let fault: { readonly message: string; readonly unreadable: boolean } | undefined
  const check = (): void => {
    let now: string
    try {
      now = signatureOf(config.policies)
    } catch {
      if (!fault?.unreadable) log.event('policy.unreadable', { healthy: false }, 'error')
      fault = { message: 'the policy folder cannot be read; everything is refused until it can', unreadable: true }
      return
    }
    if (now === signature && fault?.unreadable !== true) return
    signature = now
    try {
      current = read()
      fault = undefined
      log.event('policy.loaded', { policy_version: current.set.version })
    } catch (error) {
      fault = { message: 'the changed policies are wrong, so the ones before stay in force; see holdpoint policy check', unreadable: false }
      log.fault('policy.rejected', error)
    }
  }
  const timer = setInterval(check, POLICY_CHECK_MS)
  return {
    point() {
      if (fault?.unreadable) throw new GatewayError('config_invalid', fault.message)
      return current.point
    },
    view: () => ({ version: current.set.version, rules: current.set.rules.map(({ id, decision, reason, file, line }) => ({ id, decision, reason, file, line })) }),
    health: () => ({ ok: fault === undefined, detail: fault?.message ?? `version ${current.set.version.slice(0, 12)}` }),
    stop: () => clearInterval(timer),
  }
}

/** Names, sizes and times of all policy files; throws when one cannot be read. */
function signatureOf(folder: string): string {
  return readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort().map((name) => {
    const file = join(folder, name)
    accessSync(file, constants.R_OK)
    const { mtimeMs, size, ino } = statSync(file)
    return `${name} ${mtimeMs} ${size} ${ino}`
  }).join('\n')
}

function attempt<T>(work: () => T): T | false {
  try {
    return work()
  } catch {
    return false
  }
}

