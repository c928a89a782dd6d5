import type { Hold } from '../../approvals/hold.ts'
import type { Refusal, RefusalCode } from '../../enforcement/refusal.ts'
import type { ErrorCode } from '../../errors.ts'
import { backend, errorOrNotice, message } from './codec.ts'
import type { RawStatement } from './raw.ts'

/** SQLSTATE of each refusal. `ZP` is an implementation-defined class (SQL standard: classes beginning with I to Z). */
export const SQLSTATE: Readonly<Record<RefusalCode, string>> = {
  policy_denied: '42501',
  review_rejected: '42501',
  review_expired: '57014',
  withdrawn: '57014',
  pending: 'ZP001',
  ceiling_exceeded: 'ZP002',
  not_understood: '0A000',
  input_limit: '54000',
  unavailable: '57P03',
}

/** What a client is told when it cannot even begin: FATAL, then the connection closes. */
const STARTUP_SQLSTATE: Partial<Readonly<Record<ErrorCode, string>>> = {
  credential_invalid: '28P01',
  too_many_connections: '53300',
  target_unknown: '3D000',
  target_unavailable: '08001',
  target_failed: '08006',
  protocol_violation: '08P01',
  not_understood: '0A000',
  input_limit: '54000',
}

/** The refusal as the answer to a command; where the server would say the same, in its words. Only `unavailable` ends the connection. */
export function refusalMessage(refusal: Refusal): Buffer {
  const { told } = refusal
  return errorOrNotice('error', {
    severity: refusal.code === 'unavailable' ? 'FATAL' : 'ERROR',
    code: told?.code ?? SQLSTATE[refusal.code],
    message: told?.message ?? refusal.message,
    ...(told?.position === undefined ? {} : { position: told.position }),
    detail: refusal.detail ?? `rule ${refusal.rule}` + (refusal.holdId === undefined ? '' : `, hold ${refusal.holdId}`),
    hint: refusal.hint,
  })
}

/**
 * The target's own ErrorResponse, as it was about one statement analysed by itself: a position is counted from the start of
 * the text, in characters. `statement` null: it is about no place in this text.
 */
export function targetError(fields: ReadonlyMap<string, string>, text: string, statement: RawStatement | null): Buffer {
  const before = statement === null || statement.byteStart === 0 ? 0 : [...Buffer.from(text).toString('utf8', 0, statement.byteStart)].length
  const parts: Buffer[] = []
  for (const [letter, value] of fields) {
    if (letter === 'P' && statement === null) continue
    parts.push(Buffer.from(`${letter}${letter === 'P' ? Number(value) + before : value}\0`))
  }
  return message(backend.error, Buffer.concat([...parts, Buffer.from([0])]))
}

export function fatal(code: ErrorCode, text: string, hint?: string): Buffer {
  return errorOrNotice('error', { severity: 'FATAL', code: STARTUP_SQLSTATE[code] ?? '57P03', message: text, ...(hint === undefined ? {} : { hint }) })
}

/** The live notice of a held command: at once, on every change, and as a heartbeat. */
export function waitingNotice(hold: Hold, lookAt: string): Buffer {
  const { approved, needed } = hold.progress()
  return errorOrNotice('notice', {
    severity: 'NOTICE',
    code: '00000',
    message: `holdpoint: held for approval as ${hold.id} (code ${hold.code}), ${approved} of ${needed} approvals`,
    detail: `rule ${hold.rule}: ${hold.reason}; refused if nobody decides before ${hold.expiresAt.toISOString()}`,
    hint: `it runs on this connection once approved: ${lookAt}/api/v1/holds/${hold.id}, or: holdpoint holds approve ${hold.id}`,
  })
}

/** Told just before the answer of a command that people approved. */
export function approvedNotice(hold: Hold): Buffer {
  return errorOrNotice('notice', { severity: 'NOTICE', code: '00000', message: `holdpoint: ${hold.id} approved by ${hold.reviewers().join(', ')}` })
}
