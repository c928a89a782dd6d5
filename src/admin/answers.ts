import { STATUS_CODES } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { GatewayError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import type { Log } from '../log.ts'

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'stable; what programs compare' }),
      message: z.string().meta({ description: 'for people' }),
      details: z.unknown().optional(),
    }),
  })
  .meta({ id: 'Error' })

/** Every route's unhappy answers, for the API description. */
export const failures = { 400: errorSchema, 401: errorSchema, 403: errorSchema, 404: errorSchema, 409: errorSchema, 503: errorSchema }

/** A "no" of the API itself. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly details: unknown
  constructor(status: number, code: string, message: string, details?: unknown) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.details = details
  }
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  credential_invalid: 401,
  not_a_reviewer: 403,
  not_found: 404,
  target_unknown: 404,
  hold_settled: 409,
  briefing_stale: 409,
  input_limit: 413,
  store_unavailable: 503,
  recording_unavailable: 503,
  parser_unavailable: 503,
  target_unavailable: 503,
}

/** One shape for every error, whoever made it. What we did not expect says nothing of itself: it may quote data. */
export function installErrorAnswers(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((request, reply) => {
    void reply.code(404).send(body('not_found', `there is no ${request.method} ${request.url.split('?', 1)[0] ?? ''} here`))
  })
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof ApiError) return reply.code(error.status).send(body(error.code, error.message, error.details))
    if (hasZodFastifySchemaValidationErrors(error)) {
      const details = error.validation.map((fault) => ({ path: fault.instancePath, message: fault.message }))
      return reply.code(400).send(body('bad_request', 'the request does not fit its description; see details', details))
    }
    if (error instanceof GatewayError && STATUS[error.code] !== undefined) {
      const status = STATUS[error.code] ?? 500
      if (status === 401) void reply.header('www-authenticate', 'Bearer realm="holdpoint", error="invalid_token"')
      if (status === 503) void reply.header('retry-after', '2')
      return reply.code(status).send(body(error.code, error.message))
    }
    const status = (error as { readonly statusCode?: unknown }).statusCode
    if (typeof status === 'number' && status >= 400 && status < 500) {
      const code = status === 413 ? 'input_limit' : 'bad_request'
      return reply.code(status).send(body(code, status === 413 ? 'the body is larger than 64 KiB' : (STATUS_CODES[status] ?? 'bad request')))
    }
    log.fault('admin.failed', error, { route: request.routeOptions.url ?? '', method: request.method })
    return reply.code(500).send(body('internal', 'the gateway failed to answer; its log says more'))
  })
}

function body(code: string, message: string, details?: unknown): z.output<typeof errorSchema> {
  return { error: { code, message, ...(details === undefined ? {} : { details }) } }
}
