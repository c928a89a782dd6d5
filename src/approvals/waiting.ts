import type { Command } from '../gateway/command.ts'
import type { Slot } from '../policy/verdict.ts'
import type { ChangeRow, HoldRow, Store } from '../store/store.ts'
import type { Hold, Settlement } from './hold.ts'

// setTimeout overflows (and fires at once) beyond this; a longer term is waited for in pieces.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1
const BATCH = 500

export interface Standing {
  readonly approved: number
  readonly needed: number
  readonly reviewers: readonly string[]
  readonly note: string | undefined
}

/** Something happened to a hold. `sequence` grows by one for each, across all gateways of the store. */
export type ChangeListener = (change: ChangeRow) => void

export interface Waiting {
  add(row: HoldRow, command: Command, slots: readonly Slot[]): Hold
  /** Reads what changed since the last call, in whatever process, and wakes those it concerns. */
  pump(): void
  onChange(listener: ChangeListener): () => void
  /** Holds of this process that nobody has settled yet. */
  readonly size: number
  stop(): void
}

export interface WaitingOptions {
  readonly store: Store
  readonly now: () => number
  readonly standing: (row: HoldRow) => Standing
  /** Tries to write `expired`; may throw. */
  readonly expire: (holdId: string) => void
}

// Holds no command and no Hold, so a connection that is gone is collected although its hold stays decidable.
// One for each hold: a poll-mode client that asks a thousand times adds nothing.
interface Sleeper {
  readonly id: string
  readonly settled: Promise<Settlement>
  readonly wake: (settlement: Settlement) => void
  standing: Standing
  timer: NodeJS.Timeout | undefined
}

/** The holds whose connections wait in this process. The row is the truth; everything here only notices. */
export function createWaiting({ store, now, standing, expire }: WaitingOptions): Waiting {
  const sleepers = new Map<string, Sleeper>()
  const listeners = new Set<ChangeListener>()
  let sequence = store.lastChange()
  let isPumping = false
  let isStale = false

  const settle = (sleeper: Sleeper, settlement: Settlement): void => {
    clearTimeout(sleeper.timer)
    sleepers.delete(sleeper.id)
    sleeper.wake(settlement)
  }

  const refresh = (id: string): void => {
    const sleeper = sleepers.get(id)
    const row = sleeper === undefined ? null : store.hold(id)
    if (sleeper === undefined || row === null) return
    try {
      sleeper.standing = standing(row)
    } catch {
      // A directory that does not answer spoils the count in a notice, never the news that all is decided.
    }
    if (row.decision !== 'pending') settle(sleeper, row.decision)
  }

  const pump = (): void => {
    // A listener may decide something itself: its change is read by the round that is under way.
    isStale = true
    if (isPumping) return
    isPumping = true
    try {
      while (isStale) {
        isStale = false
        const changes = store.changesSince(sequence, BATCH)
        for (const change of changes) {
          refresh(change.holdId)
          sequence = change.sequence
          for (const listener of [...listeners]) notify(listener, change)
        }
        if (changes.length === BATCH) isStale = true
      }
    } finally {
      isPumping = false
    }
  }

  const notify = (listener: ChangeListener, change: ChangeRow): void => {
    try {
      listener(change)
    } catch {
      // A feed that throws must not keep a decision from the connection that waits for it; it is not called again.
      listeners.delete(listener)
    }
  }

  // The timer is monotonic: it ends the hold even if the wall clock was set back and the row still seems in time.
  const arm = (sleeper: Sleeper, expiresAt: number): void => {
    const left = Math.max(0, Math.ceil(expiresAt - now()))
    const piece = Math.min(left, LONGEST_TIMEOUT_MS)
    sleeper.timer = setTimeout(() => (left > piece ? arm(sleeper, expiresAt) : deadline(sleeper)), piece).unref()
  }

  const deadline = (sleeper: Sleeper): void => {
    try {
      expire(sleeper.id)
      refresh(sleeper.id)
    } catch {
      // The store is down; the row is expired by a later sweep. For this connection the term is over now.
    }
    if (sleepers.get(sleeper.id) === sleeper) settle(sleeper, 'expired')
  }

  const sleep = (row: HoldRow): Sleeper => {
    const { promise, resolve } = Promise.withResolvers<Settlement>()
    const sleeper: Sleeper = { id: row.id, settled: promise, wake: resolve, standing: standing(row), timer: undefined }
    sleepers.set(row.id, sleeper)
    arm(sleeper, row.expiresAt)
    return sleeper
  }

  return {
    add(row, command, slots) {
      const sleeper = sleepers.get(row.id) ?? sleep(row)
      return {
        id: row.id,
        code: row.code,
        command,
        rule: row.rule,
        reason: row.reason,
        slots,
        expiresAt: new Date(row.expiresAt),
        progress: () => ({ approved: sleeper.standing.approved, needed: sleeper.standing.needed }),
        reviewers: () => sleeper.standing.reviewers,
        note: () => sleeper.standing.note,
        settled: sleeper.settled,
      }
    },
    pump,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    get size() {
      return sleepers.size
    },
    stop() {
      for (const sleeper of sleepers.values()) clearTimeout(sleeper.timer)
      sleepers.clear()
      listeners.clear()
    },
  }
}
