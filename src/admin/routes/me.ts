import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { failures } from '../answers.ts'
import { callerOf, isAuditor } from '../caller.ts'
import type { RouteOptions } from './holds.ts'

const meSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['agent', 'bot', 'ci', 'human']),
    issuer: z.string(),
    groups: z.array(z.string()),
    owner: z.string().optional(),
    is_auditor: z.boolean(),
    expires_at: z.string(),
  })
  .meta({ id: 'Me' })

export const meRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, _options, done) => {
  app.get('/me', { schema: { summary: 'Who this credential stands for', response: { 200: meSchema, ...failures } } }, async (request) => {
    const caller = callerOf(request)
    const { id, name, kind, issuer, groups, owner, expiresAt } = caller
    return { id, name, kind, issuer, groups: [...groups], ...(owner === undefined ? {} : { owner }), is_auditor: isAuditor(caller), expires_at: expiresAt.toISOString() }
  })
  done()
}
