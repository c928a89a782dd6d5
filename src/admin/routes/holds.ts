import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { HoldDetail } from '../../approvals/reads.ts'
import type { Principal } from '../../gateway/command.ts'
import { ApiError, errorSchema, failures } from '../answers.ts'
import { callerOf, maySeeHold, requireDecider, slotsOf } from '../caller.ts'
import type { AdminDeps } from '../deps.ts'
import { briefingJson, briefingSchema, filterOf, holdJson, holdSchema, STATES, stateOf } from '../hold-json.ts'
import type { State } from '../hold-json.ts'
import type { Waiting } from '../waiting.ts'

// Most holds of a shared store may be none of the caller's business; so many are looked through for one page, and
// then the cursor tells where to go on.
const SCANNED_PER_PAGE = 2_000
const SCAN = 200
const MAX_WAIT_S = 60
const IDEMPOTENCY_TERM_MS = 24 * 3_600_000

const cursor = z.string().regex(/^\d{1,15}$/, 'this is not a cursor of ours')
const id = z.object({ id: z.string().min(1).max(128) })
const wait = z.coerce.number().min(0).max(MAX_WAIT_S).default(0).meta({ description: `seconds to wait, at most ${MAX_WAIT_S}` })
const detailSchema = holdSchema
  .extend({
    briefing: briefingSchema.optional().meta({ description: 'for people who may review it, and auditors' }),
    may_decide: z.boolean(),
    why_not: z.string().optional(),
  })
  .meta({ id: 'HoldDetail' })
const ceilingCount = z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable().optional()
const decisionSchema = z.strictObject({
  choice: z.enum(['approve', 'reject']),
  briefing: z.string().regex(/^[0-9a-f]{64}$/, 'expected the digest of the briefing that was read').meta({ description: 'digest of the briefing that was read' }),
  reason: z.string().max(2_000).optional(),
  ceiling: z
    .strictObject({ rows: ceilingCount, others: ceilingCount })
    .refine((ceiling) => ceiling.rows !== undefined || ceiling.others !== undefined, 'give rows or others')
    .optional()
    .meta({ description: 'with an approval: the most the run may change, in place of what the briefing says; null: any number. A run over it is taken back. Later approvals can only lower it' }),
})
const decidedSchema = z.object({ decision: z.string(), approved: z.int(), needed: z.int(), hold: holdSchema }).meta({ id: 'Decided' })

export interface RouteOptions {
  readonly deps: AdminDeps
  readonly waiting: Waiting
}

export const holdRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { deps, waiting }, done) => {
  app.get(
    '/holds',
    {
      schema: {
        summary: 'Holds the caller may see, newest first',
        querystring: z.strictObject({ state: z.enum(STATES).optional(), cursor: cursor.optional(), limit: z.coerce.number().int().min(1).max(200).default(50), wait }),
        response: { 200: z.object({ holds: z.array(holdSchema), next_cursor: z.string().nullable() }), ...failures },
      },
    },
    async (request, reply) => {
      const { state, limit, wait: seconds, cursor: from } = request.query
      const page = await waitUntil(request, reply, seconds, () => {
        const found = pageOf(deps, callerOf(request), state, from, limit)
        return { value: found, isEnough: found.holds.length > 0 }
      })
      return { holds: page.holds.map(holdJson), next_cursor: page.next }
    },
  )

  app.get(
    '/holds/:id',
    {
      schema: {
        summary: 'One hold, with its briefing for those who may review it; with wait, once it is settled',
        description: 'Giving somebody a briefing is recorded: a decision is accepted only from people who were given the briefing it names.',
        params: id,
        querystring: z.strictObject({ wait }),
        response: { 200: detailSchema, ...failures },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const hold = await waitUntil(request, reply, request.query.wait, () => {
        const value = visibleHold(deps, caller, request.params.id)
        return { value, isEnough: value.decision !== 'pending' }
      })
      return detailOf(deps, caller, hold)
    },
  )

  app.post(
    '/holds/:id/decisions',
    {
      schema: {
        summary: 'Approve or reject, by people of the groups the rule names',
        params: id,
        headers: z.looseObject({ 'idempotency-key': z.string().regex(/^[\x21-\x7e]{1,200}$/).optional() }),
        body: decisionSchema,
        response: { 200: decidedSchema, ...failures, 409: errorSchema },
      },
      onRequest: async (request) => requireDecider(callerOf(request)),
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const key = request.headers['idempotency-key']
      const scope = `${caller.id} decisions ${request.params.id}`
      const digest = hash('sha256', JSON.stringify([request.body.choice, request.body.briefing, request.body.reason ?? null, ...(request.body.ceiling === undefined ? [] : [request.body.ceiling])]), 'hex')
      const now = (deps.now ?? Date.now)()
      const earlier = key === undefined ? null : deps.store.recall(scope, key, digest, now)
      if (earlier === 'conflict') throw new ApiError(409, 'idempotency_conflict', 'this Idempotency-Key was used for another decision')
      if (earlier) {
        void reply.header('idempotency-replayed', 'true')
        return JSON.parse(earlier.responseJson) as z.output<typeof decidedSchema>
      }
      const answer = decide(deps, caller, request.params.id, request.body)
      if (key !== undefined) deps.store.remember(scope, key, digest, JSON.stringify(answer), now + IDEMPOTENCY_TERM_MS, now)
      return answer
    },
  )
  done()

  async function waitUntil<T>(request: FastifyRequest, reply: FastifyReply, seconds: number, look: () => { readonly value: T; readonly isEnough: boolean }): Promise<T> {
    let seen = look()
    if (seen.isEnough || seconds === 0) return seen.value
    const caller = callerOf(request)
    const leave = waiting.enter(caller.id)
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const until = performance.now() + seconds * 1000
    try {
      while (!seen.isEnough && !gone.signal.aborted && !waiting.ended.aborted) {
        const left = until - performance.now()
        if (left <= 0) break
        await waiting.change(gone.signal, left)
        stillWelcome(deps, caller)
        seen = look()
      }
      return seen.value
    } finally {
      leave()
    }
  }
}

function decide(deps: AdminDeps, reviewer: Principal, holdId: string, body: z.output<typeof decisionSchema>): z.output<typeof decidedSchema> {
  const result = deps.queue.decide({
    holdId,
    reviewer,
    choice: body.choice,
    briefingSeen: body.briefing,
    at: new Date((deps.now ?? Date.now)()),
    ...(body.reason === undefined ? {} : { note: body.reason }),
    ...(body.ceiling === undefined ? {} : { ceiling: { ...(body.ceiling.rows === undefined ? {} : { rows: body.ceiling.rows }), ...(body.ceiling.others === undefined ? {} : { others: body.ceiling.others }) } }),
  })
  const hold = deps.queue.get(holdId)
  if (result.kind === 'not_found' || hold === null) throw notFound()
  // Who may not see it is not told its state either.
  const details = maySeeHold(reviewer, hold.principal.id, hold.slots) ? { hold: holdJson(hold) } : undefined
  switch (result.kind) {
    case 'recorded':
      return { decision: result.decision, approved: result.approved, needed: result.needed, hold: holdJson(hold) }
    case 'not_a_reviewer':
      throw new ApiError(403, 'not_a_reviewer', result.why, details)
    case 'stale':
      throw new ApiError(409, 'briefing_stale', 'this is not the briefing in force, or it was never given to you: read it and decide anew', { ...details, current: result.current })
    case 'no_ceiling':
      throw new ApiError(400, 'no_ceiling', 'a ceiling cannot be enforced on this command; its briefing says why', details)
    case 'already_settled':
      throw new ApiError(409, 'hold_settled', `this hold was settled before: ${stateOf(hold)}`, details)
  }
}

function pageOf(deps: AdminDeps, caller: Principal, state: State | undefined, from: string | undefined, limit: number): { readonly holds: readonly HoldDetail[]; readonly next: string | null } {
  const holds: HoldDetail[] = []
  let before = from === undefined ? undefined : Number(from)
  // Programs see their own only: the store finds those without looking through the rest.
  const own = caller.kind === 'human' ? {} : { principalId: caller.id }
  for (let scanned = 0; scanned < SCANNED_PER_PAGE; scanned += SCAN) {
    const rows = deps.store.listHolds({ ...filterOf(state), ...own, ...(before === undefined ? {} : { before }), order: 'newest', limit: SCAN })
    for (const row of rows) {
      before = row.seq
      const hold = maySeeHold(caller, row.principalId, slotsOf(row)) ? deps.queue.get(row.id) : null
      if (hold === null) continue
      holds.push(hold)
      if (holds.length === limit) return { holds, next: String(before) }
    }
    if (rows.length < SCAN) return { holds, next: null }
  }
  return { holds, next: before === undefined ? null : String(before) }
}

function visibleHold(deps: AdminDeps, caller: Principal, holdId: string): HoldDetail {
  const hold = deps.queue.get(holdId)
  if (hold === null || !maySeeHold(caller, hold.principal.id, hold.slots)) throw notFound()
  return hold
}

function detailOf(deps: AdminDeps, caller: Principal, hold: HoldDetail): z.output<typeof detailSchema> {
  if (caller.kind !== 'human') return { ...holdJson(hold), may_decide: false, why_not: 'only people decide' }
  const viewed = deps.queue.view(hold.id, caller) ?? hold
  const whyNot = whyNotDecide(deps, caller, viewed)
  return { ...holdJson(viewed), briefing: briefingJson(viewed.briefing), may_decide: whyNot === null, ...(whyNot === null ? {} : { why_not: whyNot }) }
}

function whyNotDecide(deps: AdminDeps, caller: Principal, hold: HoldDetail): string | null {
  try {
    requireDecider(caller)
  } catch (error) {
    return (error as Error).message
  }
  if (hold.decision !== 'pending') return `it is settled: ${stateOf(hold)}`
  return deps.queue.whyNot(hold.id, caller)
}

/** What waits for minutes asks again whether it still may. */
export function stillWelcome(deps: AdminDeps, caller: Principal): void {
  const fault = deps.identity.current(caller)
  if (fault !== undefined) throw new ApiError(401, 'credential_invalid', fault)
}

function notFound(): ApiError {
  return new ApiError(404, 'not_found', 'no such hold, or not one you may see')
}
