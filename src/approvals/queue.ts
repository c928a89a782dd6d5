import { GatewayError } from '../errors.ts'
import type { Ceiling, Principal } from '../gateway/command.ts'
import type { Outcome, Recorder } from '../recording/entry.ts'
import type { HoldRow, HoldSummary, Store } from '../store/store.ts'
import type { SecretMasker } from './briefing.ts'
import { canonicalJson } from './briefing.ts'
import { createDeciding } from './deciding.ts'
import type { Authority } from './eligibility.ts'
import type { DecideResult, DecisionQueue, Hold } from './hold.ts'
import { createJournal } from './journal.ts'
import { createOpening, type Opening } from './opening.ts'
import type { HoldReads } from './reads.ts'
import { createReads } from './reads.ts'
import { createSpending } from './spending.ts'
import { standingOf } from './standing.ts'
import type { Ending } from './transitions.ts'
import { createTransitions } from './transitions.ts'
import type { ChangeListener } from './waiting.ts'
import { createWaiting } from './waiting.ts'

const BATCH = 200
const KEPT_CHANGES = 10_000
const SWEEP_EVERY_MS = 1_000
const SEEN_EVERY_MS = 5_000
const TOGETHER_MS = 4

export interface QueueOptions {
  readonly store: Store
  readonly recorder: Pick<Recorder, 'append'>
  /** Stable name of this gateway; its lives are told apart by an epoch in the store. */
  readonly gatewayId: string
  readonly authority: Authority
  readonly maskSecrets: SecretMasker
  /** Milliseconds since 1970, never going back within a process. */
  readonly now?: () => number
  /** How often decisions of other processes are looked for. */
  readonly pollMs?: number
  /** A gateway not seen for this long is taken for dead; its connections are gone. */
  readonly leaseMs?: number
  readonly maxPendingPerPrincipal?: number
}

/** Who or what a kill switch stops. At least one must be given; several narrow it down. */
export interface InvalidationScope {
  readonly principalId?: string
  readonly sessionId?: string
  readonly target?: string
}

export interface ApprovalQueue extends DecisionQueue, HoldReads {
  /** Before the first client: ends what the previous life of this gateway, and any dead one, left open (T24, T25). Returns how many. */
  recover(): number
  /** claimed -> approved again: the permit was not used and no byte has left. The approval can be redeemed in its window. */
  release(holdId: string, cause: string): boolean
  /** T18: an eligible reviewer takes an unused approval back. */
  revoke(holdId: string, reviewer: Principal, note?: string): DecideResult
  /** T17: ends every pending hold and unused approval in scope. Returns how many. */
  invalidateFor(scope: InvalidationScope, cause: string): number
  /** Ends what is due. Runs by itself every second; public so that nobody has to wait for it. */
  sweep(): void
  onChange(listener: ChangeListener): () => void
  /** Connections that wait in this process. */
  readonly waiting: number
  /** Ends all timers and feeds. Rows stay as they are: the next life recovers them. */
  stop(): void
}

interface Soon extends Opening {
  readonly resolve: (hold: Hold) => void
  readonly reject: (error: unknown) => void
}

/** The process's own clock: starts at the wall clock and then only goes forward, whatever is done to the system time. */
export function gatewayClock(): number {
  return performance.timeOrigin + performance.now()
}

/** See DecisionQueue. Throws `store_unavailable` when the store cannot begin this gateway's epoch. */
export function createDecisionQueue(options: QueueOptions): ApprovalQueue {
  const { store, recorder, gatewayId, authority, maskSecrets } = options
  const now = options.now ?? gatewayClock
  const leaseMs = options.leaseMs ?? 30_000
  const epoch = store.beginEpoch(gatewayId, now())
  const mine = { gateway: gatewayId, epoch }
  const journal = createJournal(store, recorder)
  let isSuperseded = false

  const standing = (row: HoldRow) => standingOf(row, store.reviewsOf(row.id), authority)
  const waiting = createWaiting({ store, now, standing, expire: (id) => close(id, 'expired', null) })

  const notice = (): void => {
    try {
      waiting.pump()
    } catch {
      // What was committed stays committed; the next poll reads it.
    }
  }
  const transitions = createTransitions(store, journal, now, mine, notice)
  const { write, changed, end, existing } = transitions
  const openRows = createOpening(transitions, { maskSecrets, maxPendingPerPrincipal: options.maxPendingPerPrincipal ?? 1_000 })
  const { decide, revoke } = createDeciding(transitions, authority, maskSecrets)
  const { unclaim, ...spending } = createSpending(transitions)

  const mustBeCurrent = (): void => {
    if (isSuperseded) throw new GatewayError('store_unavailable', 'another process has taken over the name of this gateway')
  }

  const open: DecisionQueue['open'] = (command, verdict, policyVersion, impact = null) => {
    mustBeCurrent()
    const [row] = openRows([{ command, verdict, policyVersion, impact }])
    return waiting.add(row as HoldRow, command, verdict.slots)
  }

  // Each commit is a sync of the disk that everybody waits for, so many holds of one moment share one.
  let soon: Soon[] = []
  const openTogether = (): void => {
    const openings = soon
    soon = []
    const each = (work: (one: Soon, index: number) => Hold): void => {
      for (const [index, one] of openings.entries()) {
        try {
          one.resolve(work(one, index))
        } catch (error) {
          one.reject(error)
        }
      }
    }
    try {
      mustBeCurrent()
      const rows = openRows(openings)
      each(({ command, verdict }, index) => waiting.add(rows[index] as HoldRow, command, verdict.slots))
    } catch (error) {
      const isOfAll = openings.length === 1 || (error instanceof GatewayError && (error.code === 'store_unavailable' || error.code === 'recording_unavailable'))
      // Else one that cannot be opened has undone all: each by itself, so that it fails alone.
      each(({ command, verdict, policyVersion, impact }) => {
        if (isOfAll) throw error
        return open(command, verdict, policyVersion, impact)
      })
    }
  }
  const openSoon: DecisionQueue['openSoon'] = (command, verdict, policyVersion, impact = null) => new Promise((resolve, reject) => {
    if (soon.push({ command, verdict, policyVersion, impact, resolve, reject }) === 1) setTimeout(openTogether, TOGETHER_MS)
  })

  const ceiling: DecisionQueue['ceiling'] = (holdId) => {
    const json = existing(holdId).ceilingJson
    return json === null ? null : (JSON.parse(json) as Ceiling)
  }

  const redeem: DecisionQueue['redeem'] = (command, asked) => {
    mustBeCurrent()
    return spending.redeem(command, asked)
  }

  const close = (holdId: string, ending: Ending, cause: string | null): boolean =>
    write(() => {
      const row = store.hold(holdId)
      return row !== null && end(row, ending, cause)
    })

  const lapse = (holdId: string): void =>
    write(() => {
      const row = store.hold(holdId)
      if (row === null || !store.changeHold(holdId, { decision: 'approved', execution: 'none' }, { decision: 'lapsed', settledAt: now() })) return
      store.voidPermit(holdId, now())
      changed(row, 'lapsed', {}, 'hold', false)
    })

  const detach = (holdId: string): void =>
    write(() => {
      const guard = { decision: ['pending', 'approved'], execution: 'none', attachment: 'attached', ...mine } as const
      if (store.changeHold(holdId, guard, { attachment: 'detached' })) changed(existing(holdId), 'detached', {}, 'hold', false)
    })

  const recover = (): number => {
    let recovered = 0
    for (;;) {
      const orphans = store.orphans(now() - leaseMs, BATCH)
      if (orphans.length === 0) return recovered
      // Each guarded by the owner it was read with: two gateways may recover the same dead one.
      const done = write(() => orphans.filter(abandon).length)
      recovered += done
      if (done === 0) return recovered
    }
  }

  const abandon = (row: HoldSummary): boolean => {
    const owner = { gateway: row.gateway, epoch: row.epoch }
    if (row.execution === 'claimed') return unclaim(row, owner, 'gateway_lost')
    if (row.execution === 'forwarded') {
      const cause: Outcome = { kind: 'unknown', cause: 'the gateway was lost after it began to forward' }
      if (!store.changeHold(row.id, { execution: 'forwarded', ...owner }, { execution: 'unknown', finishedAt: now(), outcomeJson: canonicalJson(cause) })) return false
      changed(row, 'unknown', { cause: 'gateway_lost' }, 'outcome', false)
      return true
    }
    if (row.decision === 'pending' && !row.survivesDisconnect) return end(row, 'withdrawn', 'abandoned')
    if (!store.changeHold(row.id, { decision: row.decision, execution: 'none', attachment: 'attached', ...owner }, { attachment: 'detached' })) return false
    changed(row, 'detached', { cause: 'gateway_lost' }, 'hold', false)
    return true
  }

  const invalidateFor: ApprovalQueue['invalidateFor'] = (scope, cause) => {
    if (scope.principalId === undefined && scope.sessionId === undefined && scope.target === undefined) {
      throw new TypeError('an invalidation names a principal, a session or a target')
    }
    let ended = 0
    for (;;) {
      const rows = store.listHolds({ ...scope, decision: ['pending', 'approved'], execution: 'none', order: 'oldest', limit: BATCH })
      const done = rows.length === 0 ? 0 : write(() => rows.filter((row) => end(row, 'invalidated', cause)).length)
      ended += done
      if (done === 0) return ended
    }
  }

  const sweep = (): void => {
    journal.catchUp()
    const at = now()
    const due = store.listHolds({ decision: 'pending', dueBefore: at, order: 'oldest', limit: BATCH })
    if (due.length > 0) write(() => due.filter((row) => end(row, 'expired', null)))
    for (const id of store.lapsed(at, BATCH)) lapse(id)
  }

  let sweptAt = now()
  let seenAt = now()
  // Compared by distance: a clock given by the caller may be of any kind.
  const isDue = (last: number, every: number): boolean => Math.abs(now() - last) >= every
  const tick = (): void => {
    try {
      waiting.pump()
      if (isDue(seenAt, Math.min(SEEN_EVERY_MS, leaseMs / 3))) {
        isSuperseded = !store.seen(gatewayId, epoch, now())
        seenAt = now()
        store.pruneChanges(KEPT_CHANGES)
        if (!isSuperseded) recover()
      }
      if (isDue(sweptAt, SWEEP_EVERY_MS)) {
        sweptAt = now()
        sweep()
      }
    } catch {
      // The store says itself that it is not healthy; whatever is due now is still due at the next tick.
    }
  }
  const timer = setInterval(tick, options.pollMs ?? 250).unref()

  return {
    open,
    openSoon,
    ceiling,
    decide,
    revoke,
    ...spending,
    redeem,
    withdraw: (holdId, decision, cause) => void close(holdId, decision, cause),
    detach,
    recover,
    invalidateFor,
    sweep,
    ...createReads({ store, authority, now, record: (entry, work) => write(() => {
      work()
      journal.note(entry, false)
    }) }),
    onChange: waiting.onChange,
    get waiting() {
      return waiting.size
    },
    stop() {
      clearInterval(timer)
      waiting.stop()
    },
  }
}
