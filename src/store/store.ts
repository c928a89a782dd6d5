import type { Principal } from '../gateway/command.ts'

// The port behind which every durable row lives. It is synchronous on purpose: a decision and what follows from it
// happen in one tick. Times are milliseconds since 1970 on the gateway's clock. Every method throws
// `store_unavailable` when the row cannot be read or written; none of them retries.

export type HoldDecision = 'pending' | 'approved' | 'rejected' | 'expired' | 'withdrawn' | 'invalidated' | 'revoked' | 'lapsed'
export type HoldAttachment = 'attached' | 'detached' | 'none'
export type HoldExecution = 'none' | 'claimed' | 'forwarded' | 'succeeded' | 'failed' | 'unknown'

export interface HoldRow {
  readonly seq: number
  readonly id: string
  readonly code: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly termMs: number
  readonly decision: HoldDecision
  readonly attachment: HoldAttachment
  readonly execution: HoldExecution
  /** Approvals count for one round only; changed evidence begins a new one. */
  readonly round: number
  /** Who owns the connection: a gateway and which of its lives. */
  readonly gateway: string
  readonly epoch: number
  readonly sessionId: string
  readonly commandId: string
  readonly principalId: string
  readonly principalJson: string
  readonly target: string
  readonly protocol: string
  readonly fingerprint: string
  readonly digest: string
  readonly action: string
  readonly rule: string
  readonly reason: string
  readonly mode: 'wait' | 'poll'
  readonly survivesDisconnect: boolean
  readonly slotsJson: string
  readonly policyVersion: string
  readonly briefingJson: string
  readonly briefingDigest: string
  /** Digest of what the briefing says of the command itself, without session, time and claims. */
  readonly briefingSubstance: string
  /** Canonical JSON of the most a run may change; null: it is not limited. */
  readonly ceilingJson: string | null
  readonly settledAt: number | null
  readonly cause: string | null
  readonly claimedAt: number | null
  readonly forwardedAt: number | null
  readonly finishedAt: number | null
  readonly outcomeJson: string | null
}

export type NewHold = Omit<HoldRow, 'seq' | 'settledAt' | 'cause' | 'claimedAt' | 'forwardedAt' | 'finishedAt' | 'outcomeJson'>
/** Without the briefing and its parts, for lists. */
export type HoldSummary = Omit<HoldRow, 'briefingJson' | 'briefingSubstance' | 'outcomeJson'>

/** What must still be true of the row for a change to happen. A list means any of these. */
export interface HoldGuard {
  readonly decision?: HoldDecision | readonly HoldDecision[]
  readonly attachment?: HoldAttachment | readonly HoldAttachment[]
  readonly execution?: HoldExecution | readonly HoldExecution[]
  readonly round?: number
  readonly gateway?: string
  readonly epoch?: number
  readonly sessionId?: string
  readonly principalId?: string
  readonly fingerprint?: string
  readonly digest?: string
  readonly briefingDigest?: string
  readonly expiresAfter?: number
}

export type HoldChange = Partial<
  Pick<HoldRow, 'decision' | 'attachment' | 'execution' | 'round' | 'gateway' | 'epoch' | 'sessionId' | 'commandId' | 'digest' | 'mode' | 'survivesDisconnect' | 'policyVersion'
    | 'briefingJson' | 'briefingDigest' | 'briefingSubstance' | 'ceilingJson' | 'settledAt' | 'cause' | 'claimedAt' | 'forwardedAt' | 'finishedAt' | 'outcomeJson'>
>

export interface HoldFilter {
  readonly decision?: HoldDecision | readonly HoldDecision[]
  readonly attachment?: HoldAttachment | readonly HoldAttachment[]
  readonly execution?: HoldExecution | readonly HoldExecution[]
  readonly principalId?: string
  readonly sessionId?: string
  readonly target?: string
  readonly fingerprint?: string
  readonly dueBefore?: number
  /** Only holds with a smaller `seq`: the next page, newest first. */
  readonly before?: number
  readonly order: 'oldest' | 'newest'
  readonly limit: number
}

export interface ReviewRow {
  readonly holdId: string
  readonly round: number
  readonly reviewerId: string
  readonly reviewerJson: string
  readonly choice: 'approve' | 'reject'
  readonly briefingDigest: string
  readonly at: number
  readonly note: string | null
}

export interface ViewRow {
  readonly reviewerId: string
  readonly reviewerName: string
  readonly briefingDigest: string
  readonly firstAt: number
  readonly lastAt: number
  readonly times: number
}

export interface PermitRow {
  readonly id: string
  readonly holdId: string
  readonly fingerprint: string
  readonly notAfter: number
  readonly madeAt: number
  readonly consumedAt: number | null
  readonly consumedBy: string | null
}

export interface ChangeRow {
  readonly sequence: number
  readonly holdId: string
  readonly what: string
  readonly at: number
}

export interface SessionRow {
  readonly seq: number
  readonly id: string
  readonly principalId: string
  readonly principalName: string
  readonly target: string
  readonly protocol: string
  readonly peer: string
  readonly claimed: Readonly<Record<string, string>>
  readonly openedAt: number
  readonly closedAt: number | null
  readonly commands: number
  readonly holds: number
}
export type NewSession = Omit<SessionRow, 'seq' | 'closedAt' | 'commands' | 'holds'>

export interface TokenRow {
  readonly id: string
  readonly principalId: string
  readonly label: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly disabledAt: number | null
}

/** What a presented token is worth. The kinds differ so that the refusal can say which. */
export type TokenCheck =
  | { readonly kind: 'valid'; readonly tokenId: string; readonly principal: Principal }
  | { readonly kind: 'unknown' | 'expired' | 'disabled' | 'principal_disabled' }

export interface HoldStore {
  insertHold(hold: NewHold): void
  hold(id: string): HoldRow | null
  /** One conditional UPDATE. True when exactly this row fitted the guard and was changed. */
  changeHold(id: string, guard: HoldGuard, change: HoldChange): boolean
  listHolds(filter: HoldFilter): readonly HoldSummary[]
  countHolds(filter: Pick<HoldFilter, 'decision' | 'principalId'>): number
  /** Unfinished holds whose gateway life is over: an older epoch of its gateway, or a gateway not seen since `seenBefore`. */
  orphans(seenBefore: number, limit: number): readonly HoldSummary[]
  /** Approved and unspent, with a permit that ended at or before `now`. */
  lapsed(now: number, limit: number): readonly string[]

  /** False when this person has already said so in this round. */
  addReview(review: ReviewRow): boolean
  reviewsOf(holdId: string): readonly ReviewRow[]
  addView(holdId: string, reviewerId: string, reviewerName: string, briefingDigest: string, at: number): void
  hasView(holdId: string, reviewerId: string, briefingDigest: string): boolean
  viewsOf(holdId: string): readonly ViewRow[]

  addPermit(permit: Pick<PermitRow, 'id' | 'holdId' | 'fingerprint' | 'notAfter' | 'madeAt'>): void
  /** One conditional UPDATE: unconsumed, in time, for this fingerprint. */
  consumePermit(holdId: string, fingerprint: string, now: number, by: string): boolean
  voidPermit(holdId: string, now: number): void
  livePermit(holdId: string): PermitRow | null

  addChange(holdId: string, what: string, at: number): void
  changesSince(sequence: number, limit: number): readonly ChangeRow[]
  lastChange(): number
  pruneChanges(keep: number): void

  /** A new life of this gateway; the number is larger than any before. */
  beginEpoch(gateway: string, now: number): number
  /** False when another life of the same gateway has begun: this one must stop. */
  seen(gateway: string, epoch: number, now: number): boolean
}

export interface SessionStore {
  openSession(session: NewSession): void
  closeSession(id: string, at: number): void
  /** At a start: ends what an earlier life left open, at the time it is noticed. A SQLite store has one living gateway. Returns how many. */
  endOpenSessions(at: number): number
  /** Kept in memory and written with the next flush (within a second) or when the session closes. */
  countInSession(id: string, what: 'commands' | 'holds'): void
  session(id: string): SessionRow | null
  /** Newest first; `cursor` is the `seq` of the last row of the page before. */
  listSessions(page: { readonly cursor?: number; readonly limit: number; readonly principalId?: string; readonly target?: string }): readonly SessionRow[]
}

export interface IdentityStore {
  /** The only time the token itself exists here: its sha256 is what is kept. `expiresAt` of the principal is the token's. */
  createToken(principal: Principal, label: string, now: number): { readonly id: string; readonly token: string }
  checkToken(token: string, now: number): TokenCheck
  disableToken(id: string, now: number): boolean
  listTokens(principalId?: string): readonly TokenRow[]
  /** Kill switch: takes effect at the next command of this principal, on every gateway of this store. */
  disablePrincipal(principalId: string, reason: string, by: string, now: number): void
  enablePrincipal(principalId: string): boolean
  isDisabled(principalId: string): boolean
}

export interface IdempotencyStore {
  /** The stored answer to the same key, `conflict` when the key was used for another request, null when it is new. */
  recall(scope: string, key: string, requestDigest: string, now: number): { readonly responseJson: string } | 'conflict' | null
  /** The first answer stays until it expires. */
  remember(scope: string, key: string, requestDigest: string, responseJson: string, expiresAt: number, now: number): void
}

export interface Store extends HoldStore, SessionStore, IdentityStore, IdempotencyStore {
  /** False from a failed read or write until a write succeeds again. */
  readonly healthy: boolean
  /** All or nothing, durable when it returns. Inside another transaction it is a savepoint. */
  transaction<T>(work: () => T): T
  /** Really writes; throws when it cannot. */
  probe(): void
  /** Online copy of the whole store into a new file. */
  backup(path: string): Promise<void>
  close(): void
}
