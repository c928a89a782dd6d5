import type { Hold, Settlement } from '../approvals/hold.ts'
import type { Command } from '../gateway/command.ts'
import type { Verdict } from '../policy/verdict.ts'

export type RefusalCode =
  | 'policy_denied'
  | 'review_rejected'
  | 'review_expired'
  | 'pending'
  | 'ceiling_exceeded'
  | 'withdrawn'
  | 'not_understood'
  | 'input_limit'
  | 'unavailable'

/** An expected "no". `message` says what happened, `rule` why, `hint` what to do next. */
export interface Refusal {
  readonly refused: true
  readonly code: RefusalCode
  readonly message: string
  readonly rule: string
  readonly hint: string
  readonly holdId?: string
  /** One line of JSON for programs (poll mode). */
  readonly detail?: string
  /**
   * As the target itself says it, in the protocol's own code, where that is what it would say: programs act on the code. For the
   * client alone, since it may quote the text. `position`: the character of the text, from 1.
   */
  readonly told?: { readonly code: string; readonly message: string; readonly position?: number }
}

export function refusal(code: RefusalCode, rule: string, message: string, hint: string, more: Pick<Refusal, 'holdId' | 'detail' | 'told'> = {}): Refusal {
  return { refused: true, code, message, rule, hint, ...more }
}

export function denied(verdict: Extract<Verdict, { kind: 'deny' }>, holdId?: string): Refusal {
  return refusal('policy_denied', verdict.rule, `denied by policy: ${verdict.message}`, 'narrow the command, or ask the owner of the policy; holdpoint policy explain shows which rules were tried', holdId === undefined ? {} : { holdId })
}

export function withdrawnRefusal(command: Command, holdId?: string): Refusal {
  return refusal('withdrawn', 'builtin/withdrawn', command.withdrawn.reason === 'cancelled' ? 'canceling statement due to user request: the held command was withdrawn, the target never saw it' : 'the command was withdrawn before it was sent', 'send it again if it is still wanted', holdId === undefined ? {} : { holdId })
}

export function settledRefusal(settlement: Exclude<Settlement, 'approved' | 'withdrawn'>, hold: Hold): Refusal {
  const by = hold.reviewers().join(', ')
  const note = hold.note()
  if (settlement === 'rejected') {
    return refusal('review_rejected', hold.rule, `rejected by ${by}${note === undefined ? '' : `: ${note}`}`, 'do not send it again unchanged; talk to the reviewer', { holdId: hold.id })
  }
  if (settlement === 'expired' || settlement === 'lapsed') {
    return refusal('review_expired', hold.rule, `nobody decided in time (${hold.expiresAt.toISOString()}), so it is refused`, 'send it again when a reviewer is at hand', { holdId: hold.id })
  }
  return refusal('policy_denied', hold.rule, `the hold was ${settlement}`, 'ask an administrator of the gateway', { holdId: hold.id })
}

export function pending(hold: Hold): Refusal {
  const detail = JSON.stringify({ hold: hold.id, state: 'pending', poll_url: `/api/v1/holds/${hold.id}`, retry_after: 15, expires: hold.expiresAt.toISOString() })
  return refusal('pending', hold.rule, `waits for approval as ${hold.id}; it has not run`, 'send the identical command again once it is approved', { holdId: hold.id, detail })
}
