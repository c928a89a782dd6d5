import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { failures } from '../answers.ts'
import { callerOf } from '../caller.ts'
import { ApiError } from '../answers.ts'
import type { RouteOptions } from './holds.ts'

const policySchema = z
  .object({
    version: z.string().meta({ description: 'sha256 over every policy file in force; every decision names it' }),
    rules: z.array(z.object({ id: z.string(), decision: z.enum(['allow', 'hold', 'deny', 'mask']), reason: z.string().optional(), file: z.string(), line: z.int() })),
  })
  .meta({ id: 'Policy' })

export const policyRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { deps }, done) => {
  app.get('/policy', { schema: { summary: 'The policy in force, for people', response: { 200: policySchema, ...failures } } }, async (request) => {
    // The list of rules is a map of what is not watched; a program learns of a rule when it meets it.
    if (callerOf(request).kind !== 'human') throw new ApiError(403, 'forbidden', 'the rules are shown to people only')
    const { version, rules } = deps.policy()
    return {
      version,
      rules: rules.map(({ id, decision, reason, file, line }) => ({ id, decision: decision ?? ('mask' as const), ...(reason === undefined ? {} : { reason }), file, line })),
    }
  })
  done()
}
