import type { Ceiling, Command, Impact, Principal } from '../gateway/command.ts'
import type { Slot, Verdict } from '../policy/verdict.ts'
import type { Outcome } from '../recording/entry.ts'

// The three variables of a hold. Mixing them into one is what leaves others with "approved" while the client is
// gone, or "processing" for ever. Every transition is one conditional UPDATE in queue.ts.
export type Decision = 'pending' | 'approved' | 'rejected' | 'expired' | 'withdrawn' | 'invalidated' | 'revoked' | 'lapsed'
export type Attachment = 'attached' | 'detached' | 'none'
export type Execution = 'none' | 'claimed' | 'forwarded' | 'succeeded' | 'failed' | 'unknown'

export type Settlement = Exclude<Decision, 'pending'>

/** A command waiting for people, as its connection sees it. */
export interface Hold {
  readonly id: string
  /** Three digits shown to the client and on the briefing, so that a reviewer can tell this run from another. */
  readonly code: string
  readonly command: Command
  readonly rule: string
  readonly reason: string
  readonly slots: readonly Slot[]
  readonly expiresAt: Date
  /** Approvals so far and needed, for notices. */
  progress(): { readonly approved: number; readonly needed: number }
  /** Who approved or rejected, in order. */
  reviewers(): readonly string[]
  /** The note of the rejecting reviewer, where there is one. */
  note(): string | undefined
  /** Never rejects. Settles on the first terminal decision, and on this gateway's own clock for the deadline. */
  readonly settled: Promise<Settlement>
}

export interface Review {
  readonly holdId: string
  readonly reviewer: Principal
  readonly choice: 'approve' | 'reject'
  /** Digest of the briefing the reviewer was shown. */
  readonly briefingSeen: string
  readonly at: Date
  readonly note?: string
  /** With an approval: another ceiling than the one in the briefing. */
  readonly ceiling?: Partial<Ceiling>
}

export type DecideResult =
  | { readonly kind: 'recorded'; readonly decision: Decision; readonly approved: number; readonly needed: number }
  | { readonly kind: 'already_settled'; readonly decision: Decision }
  | { readonly kind: 'not_a_reviewer'; readonly why: string }
  | { readonly kind: 'stale'; readonly current: string }
  | { readonly kind: 'no_ceiling' }
  | { readonly kind: 'not_found' }

/**
 * Holds and their decisions. Every method is durable (or has thrown `store_unavailable`) when it returns, and (but for
 * openSoon) synchronous on purpose: a decision and its record happen in one tick.
 */
export interface DecisionQueue {
  /** A new pending hold, or (T2) the detached pending hold of the same principal, target and fingerprint, attached to this connection. */
  open(command: Command, verdict: Extract<Verdict, { kind: 'hold' }>, policyVersion: string, impact?: Impact | null): Hold
  /** The same, in one commit with all others that come within a few milliseconds; resolves when it is durable. */
  openSoon(command: Command, verdict: Extract<Verdict, { kind: 'hold' }>, policyVersion: string, impact?: Impact | null): Promise<Hold>
  /** The most that a run under this approval may change. Null: nobody could say, so it is not limited. */
  ceiling(holdId: string): Ceiling | null
  /** Any replica may call this. One conditional UPDATE decides; the loser of a tie gets `already_settled`. */
  decide(review: Review): DecideResult
  /**
   * approved -> claimed, once, for the permit of this hold, only if the digest of the bytes about to be sent still fits and it is in time.
   * For a command that `redeem` has claimed ahead of its turn: true once, if that claim still stands.
   */
  spend(holdId: string, command: Command): boolean
  /** claimed -> forwarded. After this a crash means `unknown`. */
  forwarding(holdId: string): void
  /** Of a forwarded hold. A failure before `forwarding` means that nothing was sent: the approval goes back, detached, and can be redeemed. */
  outcome(holdId: string, outcome: Outcome): void
  /**
   * T15: claims an approved, unspent hold whose connection is gone, for an identical command. Null when there is none.
   * `asked`: who must agree now; an approval that was given under another requirement ends instead.
   */
  redeem(command: Command, asked?: readonly Slot[]): { readonly holdId: string; readonly approvedBy: readonly string[] } | null
  /** Client cancelled or went away (and the rule does not let it survive), policy now denies, session was stopped. */
  withdraw(holdId: string, decision: 'withdrawn' | 'invalidated', cause: string): void
  /** Client is gone; the hold stays decidable for its term. */
  detach(holdId: string): void
}
