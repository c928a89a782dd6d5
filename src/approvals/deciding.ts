import { randomUUID } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import type { Ceiling, Principal } from '../gateway/command.ts'
import type { HoldRow } from '../store/store.ts'
import type { SecretMasker } from './briefing.ts'
import { canonicalJson } from './briefing.ts'
import type { Authority } from './eligibility.ts'
import { whyNotEligible } from './eligibility.ts'
import type { DecideResult, Review } from './hold.ts'
import { nextCeiling } from './impact.ts'
import type { ReviewerRecord } from './standing.ts'
import { requesterOf, slotsOf, standingOf } from './standing.ts'
import type { Transitions } from './transitions.ts'
import { redeemWindow } from './transitions.ts'

const LONGEST_NOTE = 4_000

export interface Deciding {
  decide(review: Review): DecideResult
  revoke(holdId: string, reviewer: Principal, note?: string): DecideResult
}

/** T5 to T7, T18 and T30: what people say, and what follows from it. See DecisionQueue.decide. */
export function createDeciding({ store, journal, now, write, changed, end }: Transitions, authority: Authority, maskSecrets: SecretMasker): Deciding {
  const standing = (row: HoldRow) => standingOf(row, store.reviewsOf(row.id), authority)

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
      const ceiling = ceilingAfter(row, review)
      const isNew = store.addReview(reviewRow(row, review))
      if (ceiling !== null && isNew && !store.changeHold(row.id, { decision: 'pending', round: row.round }, { ceilingJson: canonicalJson(ceiling) })) {
        throw new GatewayError('hold_settled', 'the hold was settled before; its state is unchanged')
      }
      const { approved, needed } = standing(row)
      const decision = review.choice === 'reject' ? 'rejected' : approved >= needed ? 'approved' : 'pending'
      if (decision !== 'pending') settle(row, decision)
      if (isNew || decision !== 'pending') {
        const body = { decision, approved, needed, by: review.reviewer.id, name: review.reviewer.name, choice: review.choice, briefing: review.briefingSeen, note: masked(review.note), ...(ceiling === null ? {} : { ceiling }) }
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
    if (review.ceiling !== undefined && review.choice === 'approve' && row.ceilingJson === null) return { kind: 'no_ceiling' }
    return null
  }

  /** Null: this review says nothing about the ceiling. */
  const ceilingAfter = (row: HoldRow, review: Review): Ceiling | null => {
    if (review.ceiling === undefined || review.choice !== 'approve' || row.ceilingJson === null) return null
    const isFirst = !store.reviewsOf(row.id).some((one) => one.round === row.round && one.choice === 'approve')
    return nextCeiling(JSON.parse(row.ceilingJson) as Ceiling, review.ceiling, isFirst)
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

  const revoke: Deciding['revoke'] = (holdId, reviewer, note) =>
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

  return { decide, revoke }
}
