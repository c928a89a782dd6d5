import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import type { Command, Principal } from '../gateway/command.ts'
import type { Verdict } from '../policy/verdict.ts'
import type { Entry, Outcome, Recorder } from '../recording/entry.ts'
import type { HoldRow, HoldSummary, NewHold, Store } from '../store/store.ts'
import type { SecretMasker } from './briefing.ts'
import { buildBriefing, canonicalJson, substanceOf } from './briefing.ts'
import type { Authority, Requester } from './eligibility.ts'
import { seatsNeeded, whyNotEligible } from './eligibility.ts'
import type { DecideResult, DecisionQueue, Review } from './hold.ts'
import { createJournal } from './journal.ts'
import type { HoldReads } from './reads.ts'
import { createReads } from './reads.ts'
import type { ReviewerRecord } from './standing.ts'
import { requesterOf, reviewerOf, slotsOf, standingOf } from './standing.ts'
import type { ChangeListener } from './waiting.ts'
import { createWaiting } from './waiting.ts'

/** An approval is good for this long at most after it was given (or for the rule's own term, where that is shorter). */
export const LONGEST_REDEEM_WINDOW_MS = 15 * 60_000
const LONGEST_NOTE = 4_000
const BATCH = 200
const KEPT_CHANGES = 10_000
const SWEEP_EVERY_MS = 1_000
const SEEN_EVERY_MS = 5_000

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

/** The process's own clock: starts at the wall clock and then only goes forward, whatever is done to the system time. */
export function gatewayClock(): number {
  return performance.timeOrigin + performance.now()
}

/** Thrown inside a transaction to undo it; never leaves this file. */
const NOT_DONE = Symbol('not done')

/** See DecisionQueue. Throws `store_unavailable` when the store cannot begin this gateway's epoch. */
export function createDecisionQueue(options: QueueOptions): ApprovalQueue {
  const { store, recorder, gatewayId, authority, maskSecrets } = options
  const now = options.now ?? gatewayClock
  const leaseMs = options.leaseMs ?? 30_000
  const maxPending = options.maxPendingPerPrincipal ?? 1_000
  const epoch = store.beginEpoch(gatewayId, now())
  const mine = { gateway: gatewayId, epoch }
  const journal = createJournal(store, recorder)
  let isSuperseded = false

  const standing = (row: HoldRow) => standingOf(row, store.reviewsOf(row.id), authority)
  const waiting = createWaiting({ store, now, standing, expire: (id) => close(id, 'expired', null) })

  /** All rows, their journal entries and nothing else, or nothing at all; then wakes whom it concerns. */
  const write = <T>(work: () => T): T => {
    const result = journal.transaction(work)
    notice()
    return result
  }
  const notice = (): void => {
    try {
      waiting.pump()
    } catch {
      // What was committed stays committed; the next poll reads it.
    }
  }
  const changed = (row: HoldSummary, what: string, body: Readonly<Record<string, unknown>> = {}, kind: Entry['kind'] = 'hold', isStrict = true): void => {
    store.addChange(row.id, what, now())
    journal.note({ session: row.sessionId, kind, body: { hold: row.id, event: what, ...body } }, isStrict)
  }

  // Ends a hold: pending -> `decision`, or (T17, T18) approved and unspent -> revoked. Makes things safer only, so a
  // journal that cannot be written does not stop it: the entry is kept and written as soon as it can be.
  const close = (holdId: string, decision: 'expired' | 'withdrawn' | 'invalidated', cause: string | null): boolean =>
    write(() => {
      const row = store.hold(holdId)
      return row !== null && end(row, decision, cause)
    })

  const end = (row: HoldSummary, decision: 'expired' | 'withdrawn' | 'invalidated', cause: string | null): boolean => {
    const at = now()
    if (store.changeHold(row.id, { decision: 'pending' }, { decision, cause, settledAt: at })) {
      changed(row, decision, { cause }, 'hold', false)
      return true
    }
    if (decision === 'expired') return false
    if (!store.changeHold(row.id, { decision: 'approved', execution: 'none' }, { decision: 'revoked', cause, settledAt: at })) return false
    store.voidPermit(row.id, at)
    changed(row, 'revoked', { cause }, 'hold', false)
    return true
  }

  const lapse = (holdId: string): void =>
    write(() => {
      const row = store.hold(holdId)
      if (row === null || !store.changeHold(holdId, { decision: 'approved', execution: 'none' }, { decision: 'lapsed', settledAt: now() })) return
      store.voidPermit(holdId, now())
      changed(row, 'lapsed', {}, 'hold', false)
    })

  const open: DecisionQueue['open'] = (command, verdict, policyVersion) => {
    const { principal, target } = command.session
    if (seatsNeeded(verdict.slots) === Number.POSITIVE_INFINITY) {
      throw new GatewayError('config_invalid', `rule ${verdict.rule} asks for a review by nobody`)
    }
    if (isSuperseded) throw new GatewayError('store_unavailable', 'another process has taken over the name of this gateway')
    const row = write(() => {
      if (store.isDisabled(principal.id)) throw new GatewayError('credential_invalid', 'this identity has been disabled')
      const id = reattach(command, verdict, policyVersion) ?? begin(command, verdict, policyVersion)
      return existing(id)
    })
    if (row.target !== target.name) throw new GatewayError('permit_refused', 'a hold of another target was found')
    return waiting.add(row, command, verdict.slots)
  }

  /** T2. Null when there is none, or when what is asked for has changed: then the old one ends and people are asked anew. */
  const reattach = (command: Command, verdict: HoldVerdict, policyVersion: string): string | null => {
    const { principal, target } = command.session
    const meaning = { principalId: principal.id, target: target.name, fingerprint: command.fingerprint }
    const [found] = store.listHolds({ ...meaning, decision: 'pending', attachment: ['detached', 'none'], order: 'oldest', limit: 1 })
    const old = found === undefined ? null : store.hold(found.id)
    if (old === null) return null
    if (old.expiresAt <= now()) {
      end(old, 'expired', null)
      return null
    }
    if (old.rule !== verdict.rule || old.slotsJson !== canonicalJson(verdict.slots)) {
      end(old, 'invalidated', 'the requirement has changed')
      return null
    }
    const briefing = brief(command, verdict, policyVersion, old)
    const isSame = substanceOf(briefing) === old.briefingSubstance
    const ok = store.changeHold(
      old.id,
      { decision: 'pending', attachment: ['detached', 'none'], execution: 'none', expiresAfter: now(), round: old.round },
      {
        ...connection(command, verdict),
        // T10: changed evidence voids the approvals so far, which belong to the round before.
        ...(isSame ? {} : { round: old.round + 1, policyVersion, ...briefingColumns(briefing) }),
      },
    )
    if (!ok) throw new GatewayError('store_unavailable', 'a hold changed while it was being attached')
    const row = existing(old.id)
    changed(row, 'reattached', { command: command.id })
    if (!isSame) changed(row, 'briefing_changed', { briefing: briefing.digest, round: row.round })
    return old.id
  }

  /** T1. */
  const begin = (command: Command, verdict: HoldVerdict, policyVersion: string): string => {
    const { principal, target } = command.session
    if (store.countHolds({ decision: 'pending', principalId: principal.id }) >= maxPending) {
      throw new GatewayError('input_limit', `this principal has ${maxPending} commands waiting for review already`)
    }
    const at = now()
    const id = `hd_${randomBytes(10).toString('hex')}`
    const code = String(randomInt(1_000)).padStart(3, '0')
    const times = { id, code, createdAt: at, expiresAt: at + verdict.expiresAfterMs, termMs: verdict.expiresAfterMs }
    const briefing = brief(command, verdict, policyVersion, times)
    const hold: NewHold = {
      ...times,
      ...connection(command, verdict),
      decision: 'pending',
      execution: 'none',
      round: 1,
      principalId: principal.id,
      principalJson: canonicalJson(requester(principal)),
      target: target.name,
      protocol: target.protocol,
      fingerprint: command.fingerprint,
      action: command.facts.action,
      rule: verdict.rule,
      reason: verdict.reason,
      slotsJson: canonicalJson(verdict.slots),
      policyVersion,
      ...briefingColumns(briefing),
    }
    store.insertHold(hold)
    changed(existing(id), 'opened', {
      command: command.id, rule: verdict.rule, policy: policyVersion, slots: verdict.slots, mode: verdict.mode,
      expires: new Date(times.expiresAt).toISOString(), fingerprint: command.fingerprint, digest: command.digest, briefing: briefing.digest,
    })
    return id
  }

  const connection = (command: Command, verdict: HoldVerdict) =>
    ({
      ...mine,
      attachment: verdict.mode === 'poll' ? 'none' : 'attached',
      mode: verdict.mode,
      survivesDisconnect: verdict.survivesDisconnect,
      sessionId: command.session.id,
      commandId: command.id,
      digest: command.digest,
    }) as const

  const brief = (command: Command, verdict: HoldVerdict, policyVersion: string, hold: Pick<HoldRow, 'id' | 'code' | 'expiresAt' | 'termMs'>) =>
    buildBriefing(command, verdict, policyVersion, {
      holdId: hold.id, code: hold.code, now: now(), expiresAt: hold.expiresAt, runsBefore: hold.expiresAt + redeemWindow(hold.termMs), maskSecrets,
    })

  const decide = (review: Review): DecideResult => {
    if ((review.note?.length ?? 0) > LONGEST_NOTE) throw new GatewayError('input_limit', `a note is at most ${LONGEST_NOTE} characters long`)
    return write(() => {
      const row = store.hold(review.holdId)
      if (row === null) return { kind: 'not_found' }
      const refused = whyNotDecided(row, review)
      if (refused !== null) {
        // T30: the state is unchanged, the attempt is on record.
        const body = { hold: row.id, event: 'decision_refused', by: review.reviewer.id, choice: review.choice, why: refused.kind }
        journal.note({ session: row.sessionId, kind: 'review', body }, false)
        return refused
      }
      const isNew = store.addReview(reviewRow(row, review))
      const { approved, needed } = standing(row)
      const decision = review.choice === 'reject' ? 'rejected' : approved >= needed ? 'approved' : 'pending'
      if (decision !== 'pending') settle(row, decision)
      if (isNew || decision !== 'pending') {
        const body = { decision, approved, needed, by: review.reviewer.id, name: review.reviewer.name, choice: review.choice, briefing: review.briefingSeen, note: masked(review.note) }
        changed(row, decision === 'pending' ? 'reviewed' : decision, body, 'review')
      }
      return { kind: 'recorded', decision, approved, needed }
    })
  }

  /** The guards of T5 to T7, in the order in which a person can do something about them. */
  const whyNotDecided = (row: HoldRow, review: Review): Exclude<DecideResult, { kind: 'recorded' }> | null => {
    if (row.decision !== 'pending') return { kind: 'already_settled', decision: row.decision }
    if (row.expiresAt <= now()) {
      end(row, 'expired', null)
      return { kind: 'already_settled', decision: 'expired' }
    }
    const { reviewer } = review
    const why = whyNot(row, reviewer)
    if (why !== null) return { kind: 'not_a_reviewer', why }
    if (store.isDisabled(row.principalId)) {
      end(row, 'invalidated', 'the principal was disabled')
      return { kind: 'already_settled', decision: 'invalidated' }
    }
    // I9: the digest must be the current one, and this very person must have been given that briefing by us.
    if (review.briefingSeen !== row.briefingDigest || !store.hasView(row.id, reviewer.id, row.briefingDigest)) {
      return { kind: 'stale', current: row.briefingDigest }
    }
    return null
  }

  const whyNot = (row: HoldRow, reviewer: Principal): string | null =>
    store.isDisabled(reviewer.id) ? 'this person is disabled' : whyNotEligible(reviewer, requesterOf(row), slotsOf(row), authority)

  // T6, T7, I7: the first terminal write wins. Decision and permit are one transaction (I10).
  const settle = (row: HoldRow, decision: 'approved' | 'rejected'): void => {
    const at = now()
    const guard = { decision: 'pending', round: row.round, briefingDigest: row.briefingDigest, expiresAfter: at } as const
    if (!store.changeHold(row.id, guard, { decision, settledAt: at })) throw new GatewayError('hold_settled', 'the hold was settled before; its state is unchanged')
    if (decision === 'approved') {
      store.addPermit({ id: `pm_${randomUUID()}`, holdId: row.id, fingerprint: row.fingerprint, notAfter: at + redeemWindow(row.termMs), madeAt: at })
    }
  }

  const reviewRow = (row: HoldRow, review: Review) => {
    const { id, name, issuer, subject, groups } = review.reviewer
    const today = authority.current(id)?.groups ?? []
    const record: ReviewerRecord = { id, name, issuer, subject, groups: groups.filter((group) => today.includes(group)) }
    const note = masked(review.note)
    return {
      holdId: row.id, round: row.round, reviewerId: id, reviewerJson: canonicalJson(record), choice: review.choice,
      briefingDigest: review.briefingSeen, at: now(), note,
    } as const
  }

  const masked = (note: string | undefined): string | null => (note === undefined ? null : maskSecrets(note))

  const revoke: ApprovalQueue['revoke'] = (holdId, reviewer, note) =>
    write(() => {
      const row = store.hold(holdId)
      if (row === null) return { kind: 'not_found' }
      const why = whyNot(row, reviewer)
      if (why !== null) return { kind: 'not_a_reviewer', why }
      const at = now()
      const cause = `revoked by ${reviewer.name}`
      if (!store.changeHold(holdId, { decision: 'approved', execution: 'none' }, { decision: 'revoked', settledAt: at, cause })) {
        return { kind: 'already_settled', decision: row.decision }
      }
      store.voidPermit(holdId, at)
      changed(row, 'revoked', { by: reviewer.id, name: reviewer.name, note: masked(note) }, 'review', false)
      const { approved, needed } = standing(row)
      return { kind: 'recorded', decision: 'revoked', approved, needed }
    })

  // T19. The row and the permit are two conditional updates of one transaction: either both fit, or nothing happened.
  const claim = (row: HoldSummary, command: Command, attachment: 'attached' | readonly ['detached', 'none']): boolean => {
    const at = now()
    const isOwnConnection = attachment === 'attached'
    const guard = {
      decision: 'approved', execution: 'none', attachment, principalId: command.session.principal.id, fingerprint: command.fingerprint,
      ...(isOwnConnection ? { ...mine, sessionId: command.session.id, digest: command.digest } : {}),
    } as const
    const owner = { ...mine, attachment: 'attached', sessionId: command.session.id, commandId: command.id, digest: command.digest } as const
    if (!store.changeHold(row.id, guard, { execution: 'claimed', claimedAt: at, ...owner })) return false
    if (!store.consumePermit(row.id, command.fingerprint, at, `${gatewayId}#${epoch}`)) throw NOT_DONE
    changed({ ...row, sessionId: command.session.id }, 'claimed', { command: command.id, digest: command.digest, redeemed: !isOwnConnection }, 'permit')
    return true
  }

  const claiming = <T>(work: () => T, otherwise: T): T => {
    try {
      return write(work)
    } catch (error) {
      if (error === NOT_DONE) return otherwise
      throw error
    }
  }

  // Claimed by redeem ahead of the command's turn, by hold id. Only this life could use such a claim, so memory is the place for it.
  const redeemed = new Map<string, string>()

  const spend: DecisionQueue['spend'] = (holdId, command) =>
    claiming(() => {
      const row = store.hold(holdId)
      if (row === null || row.target !== command.session.target.name) return false
      if (redeemed.get(holdId) === command.id) {
        redeemed.delete(holdId)
        return isStillMine(row, command)
      }
      if (store.isDisabled(row.principalId)) {
        end(row, 'invalidated', 'the principal was disabled')
        return false
      }
      return claim(row, command, 'attached')
    }, false)

  /** The turn of a redeemed command has come: its claim must be as it was made, in time, and the principal not stopped meanwhile. */
  const isStillMine = (row: HoldRow, command: Command): boolean => {
    if (row.execution !== 'claimed' || row.gateway !== gatewayId || row.epoch !== epoch) return false
    if (row.sessionId !== command.session.id || row.commandId !== command.id || row.digest !== command.digest) return false
    const permit = store.livePermit(row.id)
    const isDisabled = store.isDisabled(row.principalId)
    if (permit !== null && permit.notAfter > now() && !isDisabled) return true
    unclaim(row, mine, isDisabled ? 'the principal was disabled' : 'its turn came too late')
    if (isDisabled) end({ ...row, execution: 'none' }, 'invalidated', 'the principal was disabled')
    return false
  }

  const redeem: DecisionQueue['redeem'] = (command) => {
    const { principal, target } = command.session
    const meaning = { principalId: principal.id, target: target.name, fingerprint: command.fingerprint }
    const find = () =>
      store.listHolds({ ...meaning, decision: 'approved', attachment: ['detached', 'none'], execution: 'none', order: 'oldest', limit: 20 })
    // Most commands have nothing to redeem: they must not pay for a write transaction.
    if (isSuperseded || find().length === 0) return null
    for (const row of find()) {
      if (store.isDisabled(principal.id)) close(row.id, 'invalidated', 'the principal was disabled')
      else if (claiming(() => claim(row, command, ['detached', 'none']), false)) {
        redeemed.set(row.id, command.id)
        const approvals = store.reviewsOf(row.id).filter((review) => review.choice === 'approve' && review.round === row.round)
        return { holdId: row.id, approvedBy: approvals.map((review) => reviewerOf(review).name) }
      }
    }
    return null
  }

  // T20, I11. A row that does not fit means that someone else has judged this life over: nothing may be sent.
  const forwarding = (holdId: string): void => {
    redeemed.delete(holdId)
    write(() => {
      if (!store.changeHold(holdId, { decision: 'approved', execution: 'claimed', ...mine }, { execution: 'forwarded', forwardedAt: now() })) {
        throw new GatewayError('permit_refused', 'this hold is not claimed by this gateway (any more)')
      }
      changed(existing(holdId), 'forwarded', {}, 'permit')
    })
  }

  // T21, T22. Before `forwarding` nothing was sent, so a failure gives the approval back; a success is then impossible.
  // Too late for the row (it was taken for `unknown`) is still worth a line in the journal.
  const outcome = (holdId: string, result: Outcome): void => {
    redeemed.delete(holdId)
    write(() => {
      const row = existing(holdId)
      if (result.kind === 'failed' && unclaim(row, mine, result.code)) return
      const execution = result.kind === 'completed' ? 'succeeded' : result.kind
      const change = { execution, finishedAt: now(), outcomeJson: canonicalJson(result) } as const
      const isFirst = store.changeHold(holdId, { execution: 'forwarded', ...mine }, change)
      if (isFirst) changed(row, execution, {}, 'outcome', false)
      else journal.note({ session: row.sessionId, kind: 'outcome', body: { hold: row.id, event: 'late_outcome', outcome: result.kind, state: row.execution } }, false)
    })
  }

  const release: ApprovalQueue['release'] = (holdId, cause) => {
    redeemed.delete(holdId)
    return write(() => {
      const row = store.hold(holdId)
      return row !== null && unclaim(row, mine, cause)
    })
  }

  // The consumed permit stays on record, voided; a fresh one with the same end takes its place.
  const unclaim = (row: HoldSummary, owner: { readonly gateway: string; readonly epoch: number }, cause: string): boolean => {
    const at = now()
    const permit = store.livePermit(row.id)
    if (permit === null) return false
    if (!store.changeHold(row.id, { decision: 'approved', execution: 'claimed', ...owner }, { execution: 'none', attachment: 'detached', claimedAt: null })) return false
    store.voidPermit(row.id, at)
    store.addPermit({ id: `pm_${randomUUID()}`, holdId: row.id, fingerprint: permit.fingerprint, notAfter: permit.notAfter, madeAt: at })
    changed(row, 'released', { cause }, 'permit', false)
    return true
  }

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

  const existing = (id: string): HoldRow => {
    const row = store.hold(id)
    if (row === null) throw new GatewayError('not_found', 'no such hold')
    return row
  }

  return {
    open,
    decide,
    spend,
    forwarding,
    outcome,
    redeem,
    withdraw: (holdId, decision, cause) => void close(holdId, decision, cause),
    detach,
    recover,
    release,
    revoke,
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

type HoldVerdict = Extract<Verdict, { kind: 'hold' }>

/** How long after it was given an approval can be used, in milliseconds. */
export function redeemWindow(termMs: number): number {
  return Math.min(LONGEST_REDEEM_WINDOW_MS, termMs)
}

function briefingColumns(briefing: ReturnType<typeof buildBriefing>) {
  return { briefingJson: canonicalJson(briefing), briefingDigest: briefing.digest, briefingSubstance: substanceOf(briefing) }
}

function requester(principal: Principal): Requester {
  const { id, name, issuer, subject, kind, owner } = principal
  return { id, name, issuer, subject, kind, ...(owner === undefined ? {} : { owner }) }
}
