import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { failures } from '../answers.ts'
import { peerOf } from '../caller.ts'
import type { RouteOptions } from './holds.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token' as const
const PRESENTED = ['urn:ietf:params:oauth:token-type:jwt', ACCESS_TOKEN, 'urn:ietf:params:oauth:token-type:id_token'] as const

const requestSchema = z.strictObject({
  grant_type: z.literal(EXCHANGE),
  subject_token: z.string().min(1).max(16_384),
  subject_token_type: z.enum(PRESENTED),
  requested_token_type: z.literal(ACCESS_TOKEN).optional(),
  expires_in: z.coerce.number().int().min(1).max(86_400).optional().meta({ description: 'seconds; the configuration and the presented token may make it fewer' }),
})
const answerSchema = z
  .object({ access_token: z.string(), issued_token_type: z.literal(ACCESS_TOKEN), token_type: z.literal('Bearer'), expires_in: z.int() })
  .meta({ id: 'IssuedToken' })

/** Token exchange (RFC 8693): a JWT of a trusted issuer for a short-lived opaque token. The JWT is the credential. */
export const tokenRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { deps }, done) => {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, parsed) => {
    parsed(null, Object.fromEntries(new URLSearchParams(String(body))))
  })
  app.post(
    '/token',
    { schema: { summary: 'Exchange a JWT for a Holdpoint token (RFC 8693)', security: [], body: requestSchema, response: { 200: answerSchema, ...failures } } },
    async (request) => {
      const { subject_token, expires_in } = request.body
      const exchanged = deps.identity.exchange(subject_token, peerOf(request), expires_in === undefined ? undefined : expires_in * 1000)
      const { token, principal } = await exchanged.catch((error: unknown) => {
        deps.metrics.signInRefused()
        throw error
      })
      deps.log.event('token.issued', { principal: principal.id, kind: principal.kind })
      const left = Math.floor((principal.expiresAt.getTime() - (deps.now ?? Date.now)()) / 1000)
      return { access_token: token, issued_token_type: ACCESS_TOKEN, token_type: 'Bearer' as const, expires_in: Math.max(left, 0) }
    },
  )
  done()
}
