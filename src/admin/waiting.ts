import type { AdminDeps } from './deps.ts'
import { ApiError } from './answers.ts'

const MAX_WAITING = 500
const MAX_WAITING_PER_PRINCIPAL = 10
// Another gateway on the same store changes holds without telling this one.
const LOOK_AGAIN_MS = 1_000

/** Requests that stay open until something changes: long polls and event streams, few per caller and bounded in all. */
export interface Waiting {
  /** Takes a place; call the result to give it back. Throws 429 when there are too many. */
  enter(principalId: string): () => void
  /** Resolves at the next change of any hold, when `until` fires, or after `ms`, whichever is first. */
  change(until: AbortSignal, ms: number): Promise<void>
  /** How many are open. */
  readonly size: number
  /** Fires when the server stops. */
  readonly ended: AbortSignal
  end(): void
}

export function createWaiting(deps: Pick<AdminDeps, 'queue'>): Waiting {
  const wakers = new Set<() => void>()
  const places = new Map<string, number>()
  const stop = new AbortController()
  let total = 0
  let last = -1
  let timer: NodeJS.Timeout | undefined
  const wakeAll = (): void => {
    for (const wake of [...wakers]) wake()
  }
  const unsubscribe = deps.queue.onChange(wakeAll)
  const lookAgain = (): void => {
    try {
      const now = deps.queue.lastChange()
      if (now !== last) wakeAll()
      last = now
    } catch {
      // A store that is down shows in readiness; those who wait find out by their own next read.
    }
  }

  return {
    get size() {
      return total
    },
    ended: stop.signal,
    enter(principalId) {
      const mine = places.get(principalId) ?? 0
      if (total >= MAX_WAITING || mine >= MAX_WAITING_PER_PRINCIPAL) throw new ApiError(429, 'too_many_waiting', 'too many requests are waiting; close some and try again')
      total += 1
      places.set(principalId, mine + 1)
      timer ??= setInterval(lookAgain, LOOK_AGAIN_MS).unref()
      let left = false
      return () => {
        if (left) return
        left = true
        total -= 1
        const rest = (places.get(principalId) ?? 1) - 1
        if (rest === 0) places.delete(principalId)
        else places.set(principalId, rest)
        if (total === 0) {
          clearInterval(timer)
          timer = undefined
        }
      }
    },
    change: (until, ms) =>
      new Promise((resolve) => {
        const done = (): void => {
          wakers.delete(done)
          clearTimeout(timeout)
          until.removeEventListener('abort', done)
          stop.signal.removeEventListener('abort', done)
          resolve()
        }
        const timeout = setTimeout(done, ms)
        wakers.add(done)
        until.addEventListener('abort', done)
        stop.signal.addEventListener('abort', done)
        if (until.aborted || stop.signal.aborted) done()
      }),
    end() {
      stop.abort()
      clearInterval(timer)
      unsubscribe()
    },
  }
}
