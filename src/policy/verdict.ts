import type { Command, Principal, Target } from '../gateway/command.ts'

export type MaskStyle = 'pseudonym' | 'partial' | 'last4' | 'hash' | 'redact' | 'null'

/** A column pattern (`schema.table.column`, `*` per segment) and how its values are shown. */
export interface ColumnMask {
  readonly column: string
  readonly style: MaskStyle
}

export type Obligation =
  | { readonly mask: readonly ColumnMask[] }
  | { readonly record: 'metadata' | 'full' }
  | { readonly limit: { readonly rows?: number; readonly bytes?: number; readonly seconds?: number } }

/** `quorum` distinct people out of `groups`. One person never fills two slots. */
export interface Slot {
  readonly name: string
  readonly groups: readonly string[]
  readonly quorum: number
}

export type Verdict =
  | { readonly kind: 'allow'; readonly rule: string; readonly obligations: readonly Obligation[] }
  | {
      readonly kind: 'hold'
      readonly rule: string
      readonly rules: readonly string[]
      readonly slots: readonly Slot[]
      readonly expiresAfterMs: number
      /** The same where the command waits inside an open transaction; undefined: no less time then. */
      readonly expiresInTransactionMs?: number
      readonly survivesDisconnect: boolean
      /** `poll`: answer at once with the hold id; the approval is redeemed by sending the same command again. */
      readonly mode: 'wait' | 'poll'
      readonly reason: string
      readonly obligations: readonly Obligation[]
    }
  | { readonly kind: 'deny'; readonly rule: string; readonly message: string }

/** Has no side effects, reads no clock and never sees a socket. */
export interface DecisionPoint {
  /** sha256 (hex) of every policy file in force. */
  readonly policyVersion: string
  evaluate(command: Command): Verdict
  /** Column masks in force for this principal on this target, whatever the command; for messages outside any command. */
  masks(principal: Principal, target: Target): readonly ColumnMask[]
}
