import { GatewayError } from '../../../errors.ts'
import type { Door } from '../../adapter.ts'
import type { AnalysisLogin } from './analysis-words.ts'
import { type AnalysisState, openSide, type Side } from './analysis-side.ts'
import type { Value } from './node-tree.ts'
import type { Rejected, Unresolved } from './resolution.ts'

// Asks the target what texts mean, on connections of the gateway's own that never run them. One question at a time on each,
// and more connections where one waits for a lock.

/** The target's trees of one statement, as it gave them. `print`: rewritten by the target. `function`: as analysed, before its rules and views. */
export interface Analysed {
  readonly kind: 'trees'
  readonly by: 'print' | 'function'
  /** One list of QUERY nodes for each time the target spoke of it: one, but for what is analysed in parts. */
  readonly trees: readonly Value[]
  /** Too long to be read where everybody waits: the target's own text of each tree, folded; `trees` is empty then. */
  readonly printed?: readonly string[]
}

export type Analysis = Analysed | Rejected | Unresolved

export interface Analyser {
  /** As configured. */
  readonly method: AnalysisMethod
  /** Never rejects: what could not be asked is `unresolved`. `parameterTypes`: oids, 0 or left out for those to be found. */
  analyse(text: string, parameterTypes: readonly number[]): Promise<Analysis>
  /** As the target was last found. Undefined: it has not answered yet. */
  state(): AnalysisState | undefined
  /** Why the last attempt to sign in failed; null: it did not. */
  failure(): string | null
  /** Finds out what the target allows, over a connection that is then used. Throws `target_unavailable`. */
  probe(): Promise<AnalysisState>
  /** To be called now and then: closes what nobody needs, and looks again where a better way may have become possible. */
  tend(): void
  stop(): void
}

export interface AnalyserParts {
  /** `<target>/<database>`, as in the names of the words. */
  readonly key: string
  readonly login: AnalysisLogin
  readonly method: AnalysisMethod
  readonly words: ReadonlyMap<string, Buffer>
  readonly door: Pick<Door, 'own' | 'analysis'>
  /** A type by oid, as it is written in SQL with its schema; null: not known. */
  readonly typeName: (oid: number) => string | null
  readonly connectTimeoutMs: number
  readonly onState?: (state: AnalysisState) => void
}

/** What the configuration asks for; `auto` takes the first of print, function and none that works. */
export type AnalysisMethod = 'auto' | 'print' | 'function' | 'none'

/** Connections at the same time; one that waits longer than this for its answer does not count, up to the larger bound. */
const CONNECTIONS = 4
const MOST_CONNECTIONS = 16
const SLOW_MS = 100
const MAX_WAITING = 2_000
const MAX_WAITING_BYTES = 32 << 20
/** After a failure to connect, questions are answered at once for so long. */
const RETRY_AFTER_MS = 1_000
/** One more than one connection is closed after so long without a question. */
const IDLE_MS = 60_000
/** How often it is looked again whether print has become possible. */
const LOOK_AGAIN_MS = 60_000

interface Job {
  readonly text: string
  readonly parameterTypes: readonly number[]
  readonly done: (answer: Analysis) => void
  tried: boolean
}

export function createAnalyser(parts: AnalyserParts): Analyser {
  const sides = new Set<Side>()
  const waiting: Job[] = []
  let waitingBytes = 0
  let opening = 0
  let state: AnalysisState | undefined
  let failedUntil = 0
  let failure: string | null = null
  let timer: NodeJS.Timeout | undefined
  let lookedAt = performance.now()
  let stopped = false

  async function open(): Promise<Side> {
    opening++
    try {
      const side = await openSide(parts)
      if (stopped) {
        side.end()
        throw new GatewayError('target_unavailable', 'the gateway is stopping')
      }
      sides.add(side)
      side.onEnd(() => sides.delete(side))
      failedUntil = 0
      failure = null
      const isNew = state?.method !== side.state.method
      state = side.state
      if (isNew) parts.onState?.(side.state)
      return side
    } catch (error) {
      failure = error instanceof Error ? error.message : 'the target could not be reached'
      throw error
    } finally {
      opening--
    }
  }

  function pump(): void {
    while (waiting.length > 0 && !stopped) {
      const now = performance.now()
      let slow = 0
      let idle: Side | undefined
      for (const side of sides) {
        if (!side.open) continue
        if (side.busySince === null) idle ??= side
        else if (now - side.busySince > SLOW_MS) slow++
      }
      if (idle !== undefined) {
        const job = waiting.shift() as Job
        waitingBytes -= job.text.length
        void ask(idle, job)
        continue
      }
      if (opening < waiting.length && sides.size + opening < Math.min(MOST_CONNECTIONS, CONNECTIONS + slow)) {
        void open().then(pump, onOpenFailed)
        continue
      }
      // Somebody may be waiting for a lock; then there is room for one more.
      timer ??= setTimeout(() => {
        timer = undefined
        pump()
      }, SLOW_MS)
      return
    }
  }

  function onOpenFailed(): void {
    failedUntil = performance.now() + RETRY_AFTER_MS
    if ([...sides].some((side) => side.open) || opening > 0) return
    waitingBytes = 0
    for (const job of waiting.splice(0)) job.done(unresolved(`the target could not be asked what it means: ${failure}`))
  }

  async function ask(side: Side, job: Job): Promise<void> {
    const answer = await side.ask(job.text, job.parameterTypes)
    if (answer !== 'lost') job.done(answer)
    // It may have been idle for long, and cut off meanwhile. Nothing runs, so asking twice does no harm.
    else if (job.tried || stopped) job.done(unresolved('the connection on which the target was asked what it means was lost'))
    else {
      // What ended one has ended others that nobody has noticed yet: the second time is over a new one.
      for (const other of sides) if (other.busySince === null) other.end()
      job.tried = true
      waitingBytes += job.text.length
      waiting.unshift(job)
    }
    pump()
  }

  return {
    method: parts.method,
    analyse(text, parameterTypes) {
      if (stopped) return Promise.resolve(unresolved('the gateway is stopping'))
      if (parts.method === 'none') return Promise.resolve(unresolved('this target is not asked what statements mean (analysis method none)'))
      if (sides.size === 0 && opening === 0 && performance.now() < failedUntil) return Promise.resolve(unresolved(`the target could not be asked what it means: ${failure}`))
      if (waiting.length >= MAX_WAITING || waitingBytes + text.length > MAX_WAITING_BYTES) return Promise.resolve(unresolved('too many statements are waiting to be analysed by the target'))
      return new Promise((done) => {
        waitingBytes += text.length
        waiting.push({ text, parameterTypes, done, tried: false })
        pump()
      })
    },
    state: () => state,
    failure: () => failure,
    async probe() {
      const known = [...sides].find((side) => side.open)
      const side = known ?? (await open())
      pump()
      return side.state
    },
    tend() {
      if (stopped || parts.method === 'none') return
      const now = performance.now()
      const idle = [...sides].filter((side) => side.open && side.busySince === null)
      const [, ...spare] = idle
      for (const side of spare) if (now - side.idleSince > IDLE_MS) side.end()
      const mayBeBetter = state === undefined || state.method === 'none' || (parts.method === 'auto' && state.method === 'function')
      if (!mayBeBetter || opening > 0 || now - lookedAt < (state === undefined ? RETRY_AFTER_MS : LOOK_AGAIN_MS)) return
      lookedAt = now
      for (const side of idle) side.end()
      void open().then(pump, onOpenFailed)
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      for (const side of sides) side.end()
      for (const job of waiting.splice(0)) job.done(unresolved('the gateway is stopping'))
    },
  }
}

function unresolved(reason: string): Unresolved {
  return { kind: 'unresolved', reason }
}
