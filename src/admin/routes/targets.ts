import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { failures } from '../answers.ts'
import type { RouteOptions } from './holds.ts'

const targetSchema = z.object({ name: z.string(), protocol: z.string(), labels: z.record(z.string(), z.string()) }).meta({ id: 'Target' })

export const targetRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { deps }, done) => {
  app.get('/targets', { schema: { summary: 'What is behind the gateway; never where, nor as whom', response: { 200: z.object({ targets: z.array(targetSchema) }), ...failures } } }, async () => {
    return { targets: deps.targets().map(({ name, protocol, labels }) => ({ name, protocol, labels: { ...labels } })) }
  })
  done()
}
