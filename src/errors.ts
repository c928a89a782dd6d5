/** Every code a GatewayError may carry, listed once, each with what the operator should understand by it. */
export const ERROR_CODES = {
  config_invalid: 'the configuration or a policy cannot be used as written; every fault is listed with file, line and column',
  credential_invalid: 'no trusted issuer or token of ours vouches for this credential, or it has expired or was disabled',
  too_many_connections: 'this identity has as many connections open as it may',
  target_unknown: 'no target of that name (or database of it) is configured',
  target_unavailable: 'the target could not be reached, refused our login or did not prove its identity',
  target_failed: 'the target broke the connection or its protocol half-way; what ran before is in the record',
  protocol_violation: 'the client sent bytes that are not its protocol, or not in this state',
  input_limit: 'the input is larger than the configured bound',
  not_understood: 'the command could not be read by the real grammar, so it is never passed',
  recording_unavailable: 'the journal or recording cannot be written durably; nothing is forwarded until it can',
  store_unavailable: 'the store cannot be read or written; nothing is decided or forwarded until it can',
  parser_unavailable: 'the parser workers cannot answer; statements are refused until one can',
  permit_refused: 'something tried to write to a target without a fresh, matching permit: a fault in the gateway itself',
  hold_settled: 'the hold was settled before; its state is unchanged',
  not_a_reviewer: 'this person may not decide this hold',
  briefing_stale: 'the decision names a briefing that is not the current one',
  not_found: 'no such object, or not visible to this caller',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** A fault, for the operator. Expected outcomes (a refusal, a failed statement) are values and never thrown. */
export class GatewayError extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'GatewayError'
    this.code = code
  }
}
