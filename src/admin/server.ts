import type { AddressInfo } from 'node:net'
import swagger from '@fastify/swagger'
import fastify from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Principal } from '../gateway/command.ts'
import { ApiError, installErrorAnswers } from './answers.ts'
import { requireCaller } from './caller.ts'
import type { AdminDeps } from './deps.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { holdRoutes } from './routes/holds.ts'
import { meRoutes } from './routes/me.ts'
import { policyRoutes } from './routes/policy.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { targetRoutes } from './routes/targets.ts'
import { tokenRoutes } from './routes/token.ts'
import { createWaiting } from './waiting.ts'

const BODY_LIMIT_BYTES = 64 * 1024
const REQUEST_TIMEOUT_MS = 15_000
const MAX_CONNECTIONS = 2_000
const CLOSE_WITHIN_MS = 5_000

export interface AdminServer {
  /** Resolves once connections are accepted; port 0 takes a free one. */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly host: string; readonly port: number; readonly url: string }>
  /** Open event streams and long polls. */
  readonly waiting: number
  /** Closes the listener, ends event streams and long polls, lets running requests answer for up to five seconds. */
  close(): Promise<void>
}

/**
 * The policy administration point: people decide here, everybody sees what concerns them. It reads and writes rows;
 * it cannot mint a permit and knows no target's address.
 */
export async function createAdmin(deps: AdminDeps): Promise<AdminServer> {
  const app = fastify({
    ...(deps.tls ? { https: { cert: deps.tls.cert, key: deps.tls.key, minVersion: 'TLSv1.2' as const } } : {}),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // HEAD would run the handlers of GET: record a view, or open a stream.
    exposeHeadRoutes: false,
    trustProxy: false,
    logger: false,
  } as Parameters<typeof fastify>[0]).withTypeProvider<ZodTypeProvider>() as unknown as FastifyInstance
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.decorateRequest('caller', undefined as Principal | undefined)
  installErrorAnswers(app, deps.log)
  protect(app, deps.tls !== undefined)
  const waiting = createWaiting(deps)
  const options = { deps, waiting }

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Holdpoint', version: '1', description: 'Holds and their decisions, sessions and their recordings.' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'a Holdpoint token, or a JWT of a trusted issuer' } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await app.register(healthRoutes, options)
  await app.register(async (api) => {
    api.get('/openapi.json', { schema: { hide: true } as object }, async () => app.swagger())
    await api.register(tokenRoutes, options)
    await api.register(async (signedIn) => {
      requireCaller(signedIn, deps)
      for (const routes of [holdRoutes, sessionRoutes, eventRoutes, targetRoutes, policyRoutes, meRoutes]) await signedIn.register(routes, options)
    })
  }, { prefix: '/api/v1' })
  await app.ready()

  return {
    async listen({ host, port }) {
      app.server.maxConnections = MAX_CONNECTIONS
      await app.listen({ host, port })
      const bound = app.server.address() as AddressInfo
      const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
      return { host: bound.address, port: bound.port, url: `${deps.tls ? 'https' : 'http'}://${shown}:${bound.port}` }
    },
    get waiting() {
      return waiting.size
    },
    async close() {
      waiting.end()
      // Somebody who reads a recording slowly, or not at all, does not keep us.
      const cut = setTimeout(() => app.server.closeAllConnections(), CLOSE_WITHIN_MS)
      try {
        await app.close()
      } finally {
        clearTimeout(cut)
      }
    },
  }
}

/** What every answer carries, and what no browser of another site gets through. */
function protect(app: FastifyInstance, isTls: boolean): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      ...(isTls ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    })
    if (request.method !== 'GET' && request.method !== 'HEAD' && isFromAnotherSite(request)) {
      throw new ApiError(403, 'forbidden', 'requests that change something are not accepted from pages of other sites')
    }
  })
}

function isFromAnotherSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const { origin, host } = headers
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== host
}
