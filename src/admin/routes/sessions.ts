import { Readable } from 'node:stream'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Principal } from '../../gateway/command.ts'
import type { SessionRow } from '../../store/store.ts'
import { ApiError, failures } from '../answers.ts'
import { callerOf, isAuditor, maySeeSession } from '../caller.ts'
import type { AdminDeps } from '../deps.ts'
import { iso } from '../hold-json.ts'
import type { RouteOptions } from './holds.ts'

const SCANNED_PER_PAGE = 1_000
const SCAN = 200

const sessionSchema = z
  .object({
    id: z.string(),
    principal: z.object({ id: z.string(), name: z.string() }),
    target: z.string(),
    protocol: z.string(),
    peer: z.string(),
    claimed: z.record(z.string(), z.string()).meta({ description: 'what the agent says of itself; unverified' }),
    opened_at: z.string(),
    closed_at: z.string().optional(),
    commands: z.int(),
    holds: z.int(),
  })
  .meta({ id: 'Session' })
const id = z.object({ id: z.string().min(1).max(128) })

export const sessionRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { deps }, done) => {
  app.get(
    '/sessions',
    {
      schema: {
        summary: 'Sessions the caller may see, newest first',
        querystring: z.strictObject({
          target: z.string().max(128).optional(),
          cursor: z.string().regex(/^\d{1,15}$/, 'this is not a cursor of ours').optional(),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: z.object({ sessions: z.array(sessionSchema), next_cursor: z.string().nullable() }), ...failures },
      },
    },
    async (request) => {
      const { target, cursor, limit } = request.query
      return pageOf(deps, callerOf(request), target, cursor, limit)
    },
  )

  app.get('/sessions/:id', { schema: { summary: 'One session', params: id, response: { 200: z.object({ session: sessionSchema }), ...failures } } }, async (request) => {
    return { session: sessionJson(visibleSession(deps, callerOf(request), request.params.id)) }
  })

  app.get(
    '/sessions/:id/recording',
    {
      schema: {
        summary: 'What happened in a session, as one JSON object per line (application/x-ndjson), in order',
        description: 'Masked as the client saw it. `at_ms` counts from the opening of the session. Reading is recorded.',
        params: id,
        querystring: z.strictObject({ search: z.string().min(1).max(200).optional().meta({ description: 'only events that contain this, in any case' }) }),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const session = visibleSession(deps, caller, request.params.id)
      // Before the first byte: nobody reads what was recorded of others without a trace.
      if (session.principalId !== caller.id) deps.recorder.append({ session: session.id, kind: 'view', body: { recording: session.id, by: caller.id, name: caller.name } })
      const events = deps.recording(session.id, session.protocol)[Symbol.asyncIterator]()
      // The first step is taken here, so that a recording that is not there is a 404 and not a broken stream.
      const first = await events.next()
      const lines = Readable.from(ndjson(first, events, request.query.search?.toLowerCase()), { highWaterMark: 64 })
      return reply.type('application/x-ndjson; charset=utf-8').send(lines)
    },
  )
  done()
}

async function* ndjson(first: IteratorResult<object, unknown>, rest: AsyncIterator<object>, search: string | undefined): AsyncGenerator<string> {
  try {
    for (let step = first; step.done !== true; step = await rest.next()) {
      const line = JSON.stringify(step.value)
      if (search === undefined || contains(step.value, search)) yield `${line}\n`
    }
  } finally {
    await rest.return?.()
  }
}

/** Looks at the texts and not at the names of fields; numbers count as written. */
function contains(value: unknown, search: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(search)
  if (typeof value === 'number') return String(value) === search
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((member) => contains(member, search))
}

function pageOf(deps: AdminDeps, caller: Principal, target: string | undefined, from: string | undefined, limit: number) {
  const sessions: z.output<typeof sessionSchema>[] = []
  let cursor = from === undefined ? undefined : Number(from)
  const own = caller.kind === 'human' ? {} : { principalId: caller.id }
  for (let scanned = 0; scanned < SCANNED_PER_PAGE; scanned += SCAN) {
    const rows = deps.store.listSessions({ ...own, ...(target === undefined ? {} : { target }), ...(cursor === undefined ? {} : { cursor }), limit: SCAN })
    for (const row of rows) {
      cursor = row.seq
      if (!maySeeSession(caller, row, deps.store)) continue
      sessions.push(sessionJson(row))
      if (sessions.length === limit) return { sessions, next_cursor: String(cursor) }
    }
    if (rows.length < SCAN) return { sessions, next_cursor: null }
  }
  return { sessions, next_cursor: cursor === undefined ? null : String(cursor) }
}

function visibleSession(deps: AdminDeps, caller: Principal, sessionId: string): SessionRow {
  const session = deps.store.session(sessionId)
  if (session === null || !(isAuditor(caller) || maySeeSession(caller, session, deps.store))) throw new ApiError(404, 'not_found', 'no such session, or not one you may see')
  return session
}

function sessionJson(row: SessionRow): z.output<typeof sessionSchema> {
  return {
    id: row.id,
    principal: { id: row.principalId, name: row.principalName },
    target: row.target,
    protocol: row.protocol,
    peer: row.peer,
    claimed: { ...row.claimed },
    opened_at: iso(row.openedAt),
    ...(row.closedAt === null ? {} : { closed_at: iso(row.closedAt) }),
    commands: row.commands,
    holds: row.holds,
  }
}
