/** Whether the catalogue is as new as the last change that a session of ours made to it. */
export interface Freshness {
  /** A session's change is committed: nothing is judged before the catalogue has been read again. */
  changed(): void
  /** What to wait for before judging; undefined: nothing. Never rejects, and is over within a bound. */
  gate(): Promise<void> | undefined
  /** Why the catalogue cannot be relied on; undefined: it can. */
  stale(): string | undefined
}

/** How long everybody waits for one reading. */
const WAIT_MS = 10_000
/** After a failure, how long until the next one is tried for those who ask. */
const RETRY_MS = 500

export function createFreshness(refresh: () => Promise<void>, now: () => number = () => performance.now()): Freshness {
  /** Changes so far, and how many of them the last good reading had seen. */
  let changes = 0
  let seen = 0
  let gate: Promise<void> | undefined
  let failedAt = -Infinity
  let why = ''

  function read(): Promise<void> {
    const at = changes
    const bounded = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('it took too long')), WAIT_MS)
      refresh().then(resolve, reject).finally(() => clearTimeout(timer))
    })
    const reading = bounded.then(
      () => { seen = Math.max(seen, at) },
      (error: unknown) => {
        failedAt = now()
        why = error instanceof Error ? error.message : 'unknown fault'
      },
    ).finally(() => { if (gate === reading) gate = undefined })
    return reading
  }

  return {
    changed() {
      changes++
      gate = read()
    },
    gate() {
      if (gate === undefined && seen < changes && now() - failedAt > RETRY_MS) gate = read()
      return gate
    },
    stale: () => (seen < changes && gate === undefined ? `the catalogue changed and could not be read again (${why})` : undefined),
  }
}
