import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Principal } from '../gateway/command.ts'
import { AUDITORS } from '../identity/claims.ts'
import type { HoldSummary, SessionRow } from '../store/store.ts'
import type { Slot } from '../policy/verdict.ts'
import { ApiError } from './answers.ts'
import type { AdminDeps } from './deps.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Principal | undefined
  }
}

const BEARER = /^Bearer ([\x21-\x7e]{1,16384})$/i

/** Signs in every request of this scope by its bearer token; `callerOf` then says who it is. */
export function requireCaller(app: FastifyInstance, deps: AdminDeps): void {
  app.addHook('onRequest', async (request) => {
    const credential = BEARER.exec(request.headers.authorization ?? '')?.[1]
    if (credential === undefined) throw new ApiError(401, 'credential_invalid', 'send `Authorization: Bearer` with a Holdpoint token or a JWT of a trusted issuer')
    try {
      request.caller = await deps.identity.authenticate(credential, peerOf(request))
    } catch (error) {
      deps.metrics.signInRefused()
      throw error
    }
  })
}

export function callerOf(request: FastifyRequest): Principal {
  if (request.caller === undefined) throw new ApiError(401, 'credential_invalid', 'sign in first')
  return request.caller
}

export function peerOf(request: FastifyRequest): string {
  const { remoteAddress = '', remotePort = 0 } = request.socket
  return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
}

/** Throws 403 for whoever can never decide: programs, and auditors. Asked before anything is looked up. */
export function requireDecider(caller: Principal): void {
  if (caller.kind !== 'human') throw new ApiError(403, 'not_a_reviewer', `only people decide; this credential belongs to a program (${caller.kind})`)
  if (isAuditor(caller)) throw new ApiError(403, 'not_a_reviewer', 'auditors read everything and decide nothing')
}

export function isAuditor(caller: Principal): boolean {
  return caller.kind === 'human' && caller.groups.includes(AUDITORS)
}

/** Own holds for everyone; for people also those one of their groups may review; for auditors all. */
export function maySeeHold(caller: Principal, principalId: string, slots: readonly Pick<Slot, 'groups'>[]): boolean {
  if (principalId === caller.id || isAuditor(caller)) return true
  return caller.kind === 'human' && slots.some((slot) => slot.groups.some((group) => caller.groups.includes(group)))
}

/** Own sessions, for auditors all, and for people those with a hold that is theirs to review: the context of their decision. */
export function maySeeSession(caller: Principal, session: Pick<SessionRow, 'id' | 'principalId'>, store: Pick<AdminDeps['store'], 'listHolds'>): boolean {
  if (session.principalId === caller.id || isAuditor(caller)) return true
  if (caller.kind !== 'human') return false
  return store.listHolds({ sessionId: session.id, order: 'newest', limit: 200 }).some((hold) => maySeeHold(caller, hold.principalId, slotsOf(hold)))
}

export function slotsOf(hold: Pick<HoldSummary, 'slotsJson'>): readonly Slot[] {
  return JSON.parse(hold.slotsJson) as readonly Slot[]
}
