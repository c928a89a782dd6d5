import type { Ceiling, Principal } from '../gateway/command.ts'
import type { Entry, Outcome } from '../recording/entry.ts'
import type { ChangeRow, HoldSummary, Store } from '../store/store.ts'
import type { Briefing } from './briefing.ts'
import type { Authority, Requester } from './eligibility.ts'
import { whyNotEligible } from './eligibility.ts'
import type { Attachment, Decision, Execution } from './hold.ts'
import { requesterOf, reviewerOf, seatsOf, slotsOf, standingOf } from './standing.ts'

export const LARGEST_PAGE = 200

/** One line of the queue. Times are ISO 8601. */
export interface HoldListItem {
  readonly id: string
  readonly code: string
  readonly decision: Decision
  readonly attachment: Attachment
  readonly execution: Execution
  /** `waiting`: on its connection now. `asks_again`: poll mode. `gone`: the connection is closed. `answered`: it waits for nothing any more. */
  readonly client: 'waiting' | 'asks_again' | 'gone' | 'answered'
  readonly principal: Requester
  readonly target: string
  readonly protocol: string
  readonly action: string
  readonly rule: string
  readonly reason: string
  readonly sessionId: string
  readonly commandId: string
  readonly briefingDigest: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly settledAt: string | null
  readonly approved: number
  readonly needed: number
}

export interface HoldDetail extends HoldListItem {
  readonly mode: 'wait' | 'poll'
  readonly survivesDisconnect: boolean
  readonly policyVersion: string
  readonly fingerprint: string
  readonly digest: string
  readonly round: number
  /** Why it was withdrawn, invalidated or revoked. */
  readonly cause: string | null
  readonly slots: readonly { readonly name: string; readonly groups: readonly string[]; readonly quorum: number; readonly filledBy: readonly string[] }[]
  /** `counts` is false for one that changed evidence has voided. */
  readonly reviews: readonly {
    readonly reviewer: { readonly id: string; readonly name: string }
    readonly choice: 'approve' | 'reject'
    readonly briefing: string
    readonly at: string
    readonly note: string | null
    readonly counts: boolean
  }[]
  readonly views: readonly { readonly reviewer: { readonly id: string; readonly name: string }; readonly briefing: string; readonly firstAt: string; readonly lastAt: string; readonly times: number }[]
  readonly briefing: Briefing
  /** The most an approved run may change. Null: no ceiling can be enforced. */
  readonly ceiling: Ceiling | null
  /** While an approval has not been used: until when sending the same command again uses it. */
  readonly redeemableUntil: string | null
  readonly claimedAt: string | null
  readonly forwardedAt: string | null
  readonly finishedAt: string | null
  readonly outcome: Outcome | null
}

export interface HoldQuery {
  readonly state?: Decision
  readonly principal?: string
  readonly cursor?: string
  /** At most LARGEST_PAGE; 50 when absent. */
  readonly limit?: number
}

export interface HoldReads {
  /** Newest first. A cursor that is not ours is refused with a TypeError. */
  list(query: HoldQuery): { readonly holds: readonly HoldListItem[]; readonly next: string | null }
  get(id: string): HoldDetail | null
  /** The same for a person who is about to decide: kept as proof that they were given this briefing (I9). */
  view(id: string, reviewer: Principal): HoldDetail | null
  /** Null when this person could decide it; otherwise why not. For a pending hold only this counts, `decide` asks again. */
  whyNot(id: string, reviewer: Principal): string | null
  /** For feeds that resume: what happened after this sequence number, oldest first. */
  changesSince(sequence: number, limit: number): readonly ChangeRow[]
  lastChange(): number
}

export interface ReadsOptions {
  readonly store: Store
  readonly authority: Authority
  readonly now: () => number
  /** Does `work` and notes the entry, both or neither. */
  readonly record: (entry: Entry, work: () => void) => void
}

export function createReads({ store, authority, now, record }: ReadsOptions): HoldReads {
  const list: HoldReads['list'] = ({ state, principal, cursor, limit = 50 }) => {
    const size = Math.max(1, Math.min(LARGEST_PAGE, Math.trunc(limit)))
    const rows = store.listHolds({
      ...(state === undefined ? {} : { decision: state }),
      ...(principal === undefined ? {} : { principalId: principal }),
      ...(cursor === undefined ? {} : { before: position(cursor) }),
      order: 'newest',
      limit: size + 1,
    })
    const page = rows.slice(0, size)
    const last = page.at(-1)
    return { holds: page.map(item), next: rows.length > size && last !== undefined ? String(last.seq) : null }
  }

  const get: HoldReads['get'] = (id) => {
    const row = store.hold(id)
    if (row === null) return null
    const reviews = store.reviewsOf(id)
    const seats = seatsOf(row, reviews, authority)
    const permit = row.decision === 'approved' && row.execution === 'none' ? store.livePermit(id) : null
    return {
      ...item(row),
      mode: row.mode,
      survivesDisconnect: row.survivesDisconnect,
      policyVersion: row.policyVersion,
      fingerprint: row.fingerprint,
      digest: row.digest,
      round: row.round,
      cause: row.cause,
      slots: slotsOf(row).map((slot, index) => ({ ...slot, filledBy: (seats[index] ?? []).map((person) => person.name) })),
      reviews: reviews.map((review) => ({
        reviewer: { id: review.reviewerId, name: reviewerOf(review).name },
        choice: review.choice,
        briefing: review.briefingDigest,
        at: iso(review.at),
        note: review.note,
        counts: review.round === row.round,
      })),
      views: store.viewsOf(id).map((view) => ({
        reviewer: { id: view.reviewerId, name: view.reviewerName }, briefing: view.briefingDigest,
        firstAt: iso(view.firstAt), lastAt: iso(view.lastAt), times: view.times,
      })),
      briefing: JSON.parse(row.briefingJson) as Briefing,
      ceiling: row.ceilingJson === null ? null : (JSON.parse(row.ceilingJson) as Ceiling),
      redeemableUntil: permit === null ? null : iso(permit.notAfter),
      claimedAt: isoOrNull(row.claimedAt),
      forwardedAt: isoOrNull(row.forwardedAt),
      finishedAt: isoOrNull(row.finishedAt),
      outcome: row.outcomeJson === null ? null : (JSON.parse(row.outcomeJson) as Outcome),
    }
  }

  const item = (row: HoldSummary): HoldListItem => {
    const { approved, needed } = standingOf(row, store.reviewsOf(row.id), authority)
    const { id, code, decision, attachment, execution, target, protocol, action, rule, reason, sessionId, commandId, briefingDigest } = row
    return {
      id, code, decision, attachment, execution, target, protocol, action, rule, reason, sessionId, commandId, briefingDigest, approved, needed,
      client: decision !== 'pending' && (decision !== 'approved' || execution !== 'none') ? 'answered' : attachment === 'attached' ? 'waiting' : attachment === 'none' ? 'asks_again' : 'gone',
      principal: requesterOf(row),
      createdAt: iso(row.createdAt),
      expiresAt: iso(row.expiresAt),
      settledAt: isoOrNull(row.settledAt),
    }
  }

  return {
    list,
    get,
    view(id, reviewer) {
      const detail = get(id)
      if (detail === null) return null
      const { briefingDigest: briefing, sessionId: session } = detail
      const seen = (): void => store.addView(id, reviewer.id, reviewer.name, briefing, now())
      record({ session, kind: 'view', body: { hold: id, by: reviewer.id, name: reviewer.name, briefing } }, seen)
      return get(id)
    },
    whyNot(id, reviewer) {
      const row = store.hold(id)
      if (row === null) return 'no such hold'
      if (store.isDisabled(reviewer.id)) return 'this person is disabled'
      return whyNotEligible(reviewer, requesterOf(row), slotsOf(row), authority)
    },
    changesSince: (sequence, limit) => store.changesSince(sequence, Math.min(limit, LARGEST_PAGE)),
    lastChange: () => store.lastChange(),
  }
}

function position(cursor: string): number {
  if (!/^[0-9]{1,15}$/.test(cursor)) throw new TypeError('this is not a cursor of ours')
  return Number(cursor)
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at)
}
