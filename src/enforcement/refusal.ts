export type RefusalCode =
  | 'policy_denied'
  | 'review_rejected'
  | 'review_expired'
  | 'pending'
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
}

export function refusal(code: RefusalCode, rule: string, message: string, hint: string, more: { readonly holdId?: string; readonly detail?: string } = {}): Refusal {
  return { refused: true, code, message, rule, hint, ...more }
}
