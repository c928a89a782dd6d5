import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Principal } from '../../gateway/command.ts'
import type { ChangeRow } from '../../store/store.ts'
import { ApiError } from '../answers.ts'
import { callerOf, maySeeHold } from '../caller.ts'
import type { AdminDeps } from '../deps.ts'
import { holdJson } from '../hold-json.ts'
import type { RouteOptions } from './holds.ts'

const BATCH = 200
const HEARTBEAT_MS = 15_000
const MAX_UNSENT_BYTES = 512 * 1024

export const eventRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { deps, waiting }, done) => {
  app.get(
    '/events',
    {
      schema: {
        summary: 'Changes of holds as server-sent events',
        description:
          'Event `hold` with data {what, at, hold}; its id is a sequence number, and Last-Event-ID resumes after it. Event `reset` means that older changes are gone: list the holds again.',
        headers: z.looseObject({ 'last-event-id': z.string().regex(/^\d{1,15}$/).optional() }),
        querystring: z.strictObject({ after: z.coerce.number().int().min(0).optional().meta({ description: 'like Last-Event-ID, for clients that cannot set headers' }) }),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const header = request.headers['last-event-id']
      const leave = waiting.enter(caller.id)
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      let position: number
      try {
        position = header === undefined ? (request.query.after ?? deps.queue.lastChange()) : Number(header)
      } catch (error) {
        leave()
        throw error
      }
      // Set by hooks for every answer; a hijacked one must carry them itself.
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
      reply.raw.write('retry: 2000\n\n')
      try {
        while (!gone.signal.aborted && !waiting.ended.aborted) {
          if (deps.identity.current(caller) !== undefined) break
          const rows = deps.queue.changesSince(position, BATCH)
          const text = `${isGap(position, rows) ? 'event: reset\ndata: {}\n\n' : ''}${rows.map((row) => eventOf(deps, caller, row)).join('')}`
          position = rows.at(-1)?.sequence ?? position
          reply.raw.write(text === '' ? `: at ${position}\n\n` : text)
          // A reader that has stopped reading resumes later; it does not fill our memory meanwhile.
          if (reply.raw.writableLength > MAX_UNSENT_BYTES) break
          if (rows.length < BATCH) await waiting.change(gone.signal, HEARTBEAT_MS)
        }
      } catch (error) {
        if (!(error instanceof ApiError)) deps.log.fault('admin.events_failed', error)
      } finally {
        leave()
        reply.raw.end()
      }
    },
  )
  done()
}

function eventOf(deps: AdminDeps, caller: Principal, row: ChangeRow): string {
  const hold = deps.queue.get(row.holdId)
  if (hold === null || !maySeeHold(caller, hold.principal.id, hold.slots)) return ''
  const data = JSON.stringify({ what: row.what, at: new Date(row.at).toISOString(), hold: holdJson(hold) })
  return `id: ${row.sequence}\nevent: hold\ndata: ${data}\n\n`
}

/** Sequence numbers have no gaps, so a jump means that what lay between was pruned. */
function isGap(position: number, rows: readonly ChangeRow[]): boolean {
  const first = rows[0]
  return first !== undefined && first.sequence > position + 1
}
