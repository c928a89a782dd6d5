import { GatewayError } from '../errors.ts'
import type { Entry } from '../recording/entry.ts'
import type { HoldRow, HoldSummary, Store } from '../store/store.ts'
import type { Journal } from './journal.ts'

/** An approval is good for this long at most after it was given (or for the rule's own term, where that is shorter). */
export const LONGEST_REDEEM_WINDOW_MS = 15 * 60_000

/** One life of a gateway: what a row must say for this process to own its connection. */
export interface Owner {
  readonly gateway: string
  readonly epoch: number
}

export type Ending = 'expired' | 'withdrawn' | 'invalidated'

/** What opening, deciding and spending share: one way to write, one way to say what was written, one way to end a hold. */
export interface Transitions {
  readonly store: Store
  readonly journal: Journal
  readonly now: () => number
  readonly mine: Owner
  /** All rows, their journal entries and nothing else, or nothing at all; then wakes whom it concerns. */
  write<T>(work: () => T): T
  /** Inside `write`: this happened to this hold. */
  changed(row: HoldSummary, what: string, body?: Readonly<Record<string, unknown>>, kind?: Entry['kind'], isStrict?: boolean): void
  /**
   * Inside `write`: pending -> `ending`, or (T17, T18) approved and unspent -> revoked. Makes things safer only, so a
   * journal that cannot be written does not stop it: the entry is kept and written as soon as it can be.
   */
  end(row: HoldSummary, ending: Ending, cause: string | null): boolean
  existing(id: string): HoldRow
}

/** `notice` is called after every commit. */
export function createTransitions(store: Store, journal: Journal, now: () => number, mine: Owner, notice: () => void): Transitions {
  const changed: Transitions['changed'] = (row, what, body = {}, kind = 'hold', isStrict = true) => {
    store.addChange(row.id, what, now())
    journal.note({ session: row.sessionId, kind, body: { hold: row.id, event: what, ...body } }, isStrict)
  }
  return {
    store,
    journal,
    now,
    mine,
    write(work) {
      const result = journal.transaction(work)
      notice()
      return result
    },
    changed,
    end(row, ending, cause) {
      const at = now()
      if (store.changeHold(row.id, { decision: 'pending' }, { decision: ending, cause, settledAt: at })) {
        changed(row, ending, { cause }, 'hold', false)
        return true
      }
      if (ending === 'expired') return false
      if (!store.changeHold(row.id, { decision: 'approved', execution: 'none' }, { decision: 'revoked', cause, settledAt: at })) return false
      store.voidPermit(row.id, at)
      changed(row, 'revoked', { cause }, 'hold', false)
      return true
    },
    existing(id) {
      const row = store.hold(id)
      if (row === null) throw new GatewayError('not_found', 'no such hold')
      return row
    },
  }
}

/** How long after it was given an approval can be used, in milliseconds. */
export function redeemWindow(termMs: number): number {
  return Math.min(LONGEST_REDEEM_WINDOW_MS, termMs)
}
