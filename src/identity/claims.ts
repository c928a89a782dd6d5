import type { ReviewerGroup, TrustConfig } from '../config.ts'
import { GatewayError } from '../errors.ts'
import type { Principal } from '../gateway/command.ts'

export type Claims = Readonly<Record<string, unknown>>

/** Members read everything and decide nothing. Like every group named in `reviewers`, it cannot be had by a claim alone. */
export const AUDITORS = 'auditors'

const MAX_NAME_LENGTH = 256
const MAX_GROUPS = 500
// C0, DEL, C1, and what reorders or hides text: a name is shown to reviewers.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

/**
 * Who the verified claims of a trust entry speak of. Throws `credential_invalid` when they do not satisfy the entry's
 * `require`, its kind mapping or carry no usable subject. Never call it with claims that were not verified.
 */
export function principalOf(trust: TrustConfig, reviewers: readonly ReviewerGroup[], claims: Claims, expiresAt: Date): Principal {
  const subject = claims['sub']
  if (!isName(subject)) throw refused(`the token of ${trust.name} has no usable subject (sub)`)
  for (const [claim, wanted] of Object.entries(trust.require)) {
    if (!satisfies(claimAt(claims, claim), wanted)) throw refused(`the token of ${trust.name} lacks what is required of claim ${claim}`)
  }
  const kind = kindOf(trust, claims)
  const id = `${trust.issuer}#${subject}`
  const owner = trust.ownerClaim === undefined ? undefined : claimAt(claims, trust.ownerClaim)
  if (owner !== undefined && !isName(owner)) throw refused(`the token of ${trust.name} names its owner in a form that cannot be read`)
  const name = trust.nameClaim === undefined ? undefined : claimAt(claims, trust.nameClaim)
  return {
    id,
    name: isName(name) ? name : subject,
    kind,
    issuer: trust.issuer,
    subject,
    groups: groupsOf(trust, reviewers, claims, kind, id),
    ...(owner === undefined ? {} : { owner: `${trust.ownerIssuer}#${owner}` }),
    claims,
    expiresAt,
  }
}

/** A claim by name, or by JSON pointer (RFC 6901) when it starts with a slash. */
export function claimAt(claims: Claims, path: string): unknown {
  const steps = path.startsWith('/') ? path.slice(1).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')) : [path]
  let value: unknown = claims
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Claims)[step]
  }
  return value
}

function kindOf(trust: TrustConfig, claims: Claims): Principal['kind'] {
  if (typeof trust.kind === 'string') return trust.kind
  const value = claimAt(claims, trust.kind.claim)
  const kind = typeof value === 'string' && Object.hasOwn(trust.kind.map, value) ? trust.kind.map[value] : undefined
  // No fallback: whoever is not known to be a human or a machine is let in as neither.
  if (kind === undefined) throw refused(`claim ${trust.kind.claim} of the token of ${trust.name} is not in the kinds of that trust entry`)
  return kind
}

// An issuer may put its users into any group it likes, but not into one that decides: those are reached only through
// `reviewers.groups`, and only by people.
function groupsOf(trust: TrustConfig, reviewers: readonly ReviewerGroup[], claims: Claims, kind: Principal['kind'], id: string): readonly string[] {
  const value = trust.groupsClaim === undefined ? undefined : claimAt(claims, trust.groupsClaim)
  const claimed = new Set((Array.isArray(value) ? value : [value]).filter(isName).slice(0, MAX_GROUPS))
  const reserved = new Set([AUDITORS, ...reviewers.map((group) => group.name)])
  const groups = [...claimed].filter((group) => !reserved.has(group))
  if (kind !== 'human') return groups
  const deciding = reviewers.filter(
    (group) => (group.trust?.includes(trust.name) ?? true) && (group.subjects.includes(id) || group.claimValues.some((wanted) => claimed.has(wanted))),
  )
  return [...deciding.map((group) => group.name), ...groups]
}

function satisfies(value: unknown, wanted: TrustConfig['require'][string]): boolean {
  const accepted: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted]
  return Array.isArray(value) ? value.some((one) => accepted.includes(one)) : accepted.includes(value)
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH && !UNPRINTABLE.test(value)
}

/** A credential that is not accepted. The message says which fault and what to do; it never repeats the credential. */
export function refused(message: string, cause?: unknown): GatewayError {
  return new GatewayError('credential_invalid', message, cause === undefined ? undefined : { cause })
}
