import type { Session } from '../../../gateway/command.ts'
import type { MeasureQuestion } from '../upstream.ts'
import { type Asked, type AskingConnection, type AskingParts, openAsking } from './asking.ts'

// The connections on which held commands of one database are measured: few, because they are the target's, and kept for a
// while, because many commands may be held in one moment. One measure has one for itself and gives it back.

/** A connection, for one measure. */
export interface Asking {
  ask(question: MeasureQuestion): Promise<Asked>
  /**
   * The same of a question about the database alone, with nothing in it of who asks: the answer of another measure to these
   * very words is as good, if it was asked after this one began to wait for its turn.
   */
  look(text: string, values: readonly string[]): Promise<Asked>
  /** True once the time is up or the connection is gone for good: every further question is `late`. */
  readonly over: boolean
  /** Gives it back. */
  end(): void
}

export interface AskingPool {
  /**
   * Waits its turn; null when none came until then, on the clock of performance.now(). Throws what openAsking throws.
   * What is asked is recorded in `session`.
   */
  take(session: Session, until: number): Promise<Asking | null>
  /** Connections that are open or being opened. */
  readonly size: number
  stop(): void
}

/** Held commands of many agents must not take all connections that a target has. */
export const MOST_AT_ONCE = 8
/** Unused for so long, a connection is the target's again. */
const IDLE_MS = 10_000
/** Settings of the role may change; no connection is asked that is older. */
const MAX_AGE_MS = 60_000
const MOST_SHARED = 64

interface Idle {
  readonly connection: AskingConnection
  readonly timer: NodeJS.Timeout
}

/** `idleMs`: instead of 10 s. */
export function createAskingPool(parts: AskingParts, idleMs = IDLE_MS): AskingPool {
  const all = new Set<AskingConnection>()
  // The last one given back is the first to be taken, so that what is not needed grows old.
  const idle: Idle[] = []
  const waiting = new Set<() => void>()
  const looks = new Map<string, { readonly at: number; readonly answer: Promise<Asked> }>()
  let opening = 0
  let taken = 0
  let stopped = false

  const end = (connection: AskingConnection): void => {
    all.delete(connection)
    connection.end()
  }

  const isGood = (connection: AskingConnection): boolean => !stopped && connection.open && performance.now() - connection.since < MAX_AGE_MS

  function rested(): AskingConnection | undefined {
    for (let found = idle.pop(); found !== undefined; found = idle.pop()) {
      clearTimeout(found.timer)
      if (isGood(found.connection)) return found.connection
      end(found.connection)
    }
    return undefined
  }

  async function fresh(until: number): Promise<AskingConnection> {
    opening++
    try {
      const connection = await openAsking({ ...parts, connectTimeoutMs: Math.max(1, Math.min(parts.connectTimeoutMs, until - performance.now())) })
      all.add(connection)
      connection.onEnd(() => all.delete(connection))
      if (stopped) end(connection)
      return connection
    } finally {
      opening--
    }
  }

  function rest(connection: AskingConnection): void {
    if (!isGood(connection)) return end(connection)
    const timer = setTimeout(() => {
      const place = idle.findIndex((one) => one.connection === connection)
      if (place < 0) return
      idle.splice(place, 1)
      end(connection)
    }, idleMs).unref()
    idle.push({ connection, timer })
  }

  /** A place for one measure; the first who waits has the next. */
  function place(until: number): boolean | Promise<boolean> {
    if (stopped) return false
    if (taken < MOST_AT_ONCE) {
      taken++
      return true
    }
    return new Promise((resolve) => {
      const turn = (): void => {
        waiting.delete(turn)
        clearTimeout(timer)
        resolve(!stopped)
      }
      const timer = setTimeout(() => {
        waiting.delete(turn)
        resolve(false)
      }, Math.max(0, until - performance.now()))
      waiting.add(turn)
    })
  }

  function leave(): void {
    // The place goes from hand to hand.
    const [next] = waiting
    if (next === undefined) taken--
    else next()
  }

  return {
    async take(session, until) {
      const since = performance.now()
      if (!(await place(until))) return null
      let connection: AskingConnection
      let isNew = false
      try {
        const kept = rested()
        isNew = kept === undefined
        connection = kept ?? (await fresh(until))
      } catch (error) {
        leave()
        throw error
      }
      let over = false
      let ended = false
      const asking: Asking = {
        async look(text, values) {
          const key = [text, ...values].join('\0')
          const now = performance.now()
          const known = looks.get(key)
          if (known !== undefined && known.at >= since) {
            const answer = await inTime(known.answer, until)
            if (answer?.kind === 'rows') return answer
          }
          if (looks.size >= MOST_SHARED) looks.clear()
          const answer = asking.ask({ text, types: [], formats: [], values: values.map((value) => Buffer.from(value)) })
          looks.set(key, { at: now, answer: answer.catch(() => ({ kind: 'late' })) })
          return answer
        },
        async ask(question) {
          if (over || ended || performance.now() >= until) {
            over = true
            return { kind: 'late' }
          }
          let answer = await connection.ask(session, question, until)
          if (answer.kind === 'lost' && !isNew) {
            // It may have been cut off while it rested, as may all that rested with it. Questions only read: asking twice does no harm.
            for (const one of idle.splice(0)) {
              clearTimeout(one.timer)
              end(one.connection)
            }
            isNew = true
            const another = await fresh(until).catch(() => undefined)
            if (another !== undefined) {
              connection = another
              answer = await connection.ask(session, question, until)
            }
          }
          if (answer.kind === 'rows' || answer.kind === 'refused') return answer
          over = true
          return { kind: 'late' }
        },
        get over() { return over },
        end() {
          if (ended) return
          ended = true
          rest(connection)
          leave()
        },
      }
      return asking
    },
    get size() { return all.size + opening },
    stop() {
      stopped = true
      for (const { timer } of idle.splice(0)) clearTimeout(timer)
      for (const connection of all) end(connection)
      for (const turn of waiting) turn()
    },
  }
}

async function inTime<T>(answer: Promise<T>, until: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => { timer = setTimeout(() => resolve(undefined), Math.max(0, until - performance.now())) })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
