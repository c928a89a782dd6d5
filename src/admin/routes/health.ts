import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { RouteOptions } from './holds.ts'

const readySchema = z.object({
  ready: z.boolean(),
  parts: z.array(z.object({ part: z.string(), ok: z.boolean(), detail: z.string().optional() })),
})

/** For probes and monitoring: without a credential, and without anything that needs one. */
export const healthRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { deps, waiting }, done) => {
  app.get('/healthz', { schema: { summary: 'The process answers', security: [], response: { 200: z.object({ ok: z.literal(true) }) } } }, async () => ({ ok: true as const }))

  app.get(
    '/readyz',
    { schema: { summary: 'Every part that must work before a command can be admitted', security: [], response: { 200: readySchema, 503: readySchema } } },
    async (_request, reply) => {
      const parts = [...(await deps.readiness())].map(({ part, ok, detail }) => ({ part, ok, ...(detail === undefined ? {} : { detail }) }))
      if (waiting.ended.aborted) parts.push({ part: 'gateway', ok: false, detail: 'draining' })
      const ready = parts.every((part) => part.ok)
      return reply.code(ready ? 200 : 503).send({ ready, parts })
    },
  )

  app.get('/metrics', { schema: { summary: 'Prometheus metrics', security: [] } }, async (_request, reply) => {
    return reply.type(deps.metrics.registry.contentType).send(await deps.metrics.registry.metrics())
  })
  done()
}
