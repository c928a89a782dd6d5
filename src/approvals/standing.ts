import type { Slot } from '../policy/verdict.ts'
import type { HoldRow, ReviewRow } from '../store/store.ts'
import type { Approval, Authority, Person, Requester } from './eligibility.ts'
import { fillSlots, seatsNeeded } from './eligibility.ts'
import type { Standing } from './waiting.ts'

/** A reviewer as kept with the review; `groups` are those that counted when they decided. */
export interface ReviewerRecord extends Person {
  readonly groups: readonly string[]
}

export function slotsOf(row: { readonly slotsJson: string }): readonly Slot[] {
  return JSON.parse(row.slotsJson) as readonly Slot[]
}

export function requesterOf(row: { readonly principalJson: string }): Requester {
  return JSON.parse(row.principalJson) as Requester
}

export function reviewerOf(review: ReviewRow): ReviewerRecord {
  return JSON.parse(review.reviewerJson) as ReviewerRecord
}

/**
 * Who fills which slot. While a hold is pending an approval counts only for the groups its author is in now, and not at all
 * once the directory has lost or disabled them (I18); after the decision it is shown as it counted then.
 */
export function seatsOf(row: Pick<HoldRow, 'decision' | 'round' | 'slotsJson'>, reviews: readonly ReviewRow[], authority: Authority): readonly (readonly Person[])[] {
  const approvals: Approval[] = []
  for (const review of reviews) {
    if (review.choice !== 'approve' || review.round !== row.round) continue
    const person = reviewerOf(review)
    if (row.decision !== 'pending') approvals.push({ person, groups: person.groups })
    else {
      const now = authority.current(person.id)
      if (now !== null && !now.disabled) approvals.push({ person, groups: person.groups.filter((group) => now.groups.includes(group)) })
    }
  }
  return fillSlots(slotsOf(row), approvals)
}

export function standingOf(row: Pick<HoldRow, 'decision' | 'round' | 'slotsJson'>, reviews: readonly ReviewRow[], authority: Authority): Standing {
  const seats = seatsOf(row, reviews, authority)
  return {
    approved: seats.reduce((sum, people) => sum + people.length, 0),
    needed: seatsNeeded(slotsOf(row)),
    reviewers: reviews.filter((review) => review.round === row.round).map((review) => reviewerOf(review).name),
    note: reviews.find((review) => review.choice === 'reject')?.note ?? undefined,
  }
}
