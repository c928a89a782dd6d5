import { pino } from 'pino'
import type { DestinationStream, Level } from 'pino'

// What may be logged, by name. A path to redact can be forgotten, and did leak one level deeper when it was tried; a
// field that is not on this list is dropped, so data, texts, parameters and credentials have no way into a log line.
const FIELDS = {
  ids: ['session', 'hold', 'command', 'principal', 'reviewer', 'target', 'rule', 'policy_version', 'request', 'gateway', 'listener', 'worker', 'slot'],
  codes: ['code', 'sqlstate', 'state', 'decision', 'verdict', 'effect', 'action', 'protocol', 'kind', 'cause_code', 'method', 'route', 'status', 'mode', 'signal', 'version'],
  counts: ['count', 'bytes', 'rows', 'approved', 'needed', 'sequence', 'connections', 'attempt', 'port', 'pid', 'epoch'],
  durations: ['duration_ms', 'waited_ms', 'expires_after_ms', 'latency_us'],
  places: ['address', 'file', 'line', 'column'],
  flags: ['healthy', 'ok', 'tls'],
} as const

export type LogField = (typeof FIELDS)[keyof typeof FIELDS][number]
export type LogFields = { readonly [field in LogField]?: string | number | boolean }

const ALLOWED: ReadonlySet<string> = new Set(Object.values(FIELDS).flat())
const MAX_VALUE_LENGTH = 256
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

export interface Log {
  /** One line. `name` is a constant of the caller (`hold.opened`); only listed fields are written, cut at 256 characters. */
  event(name: string, fields?: LogFields, level?: Level): void
  /** A fault: its class, stable code and stack of our own files. Its message is left out: it may quote what was sent. */
  fault(name: string, error: unknown, fields?: LogFields): void
}

export interface LogOptions {
  readonly level?: Level | 'silent'
  readonly destination?: DestinationStream
}

export function createLog({ level = 'info', destination }: LogOptions = {}): Log {
  const options = { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"`, formatters: { level: (label: string) => ({ level: label }) } }
  const logger = destination ? pino(options, destination) : pino(options)
  return {
    event(name, fields = {}, at = 'info') {
      logger[at]({ event: name, ...permitted(fields) })
    },
    fault(name, error, fields = {}) {
      logger.error({ event: name, ...permitted(fields), ...describeFault(error) })
    },
  }
}

function permitted(fields: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const kept: Record<string, string | number | boolean> = {}
  for (const [field, value] of Object.entries(fields)) {
    if (!ALLOWED.has(field)) continue
    if (typeof value === 'number' || typeof value === 'boolean') kept[field] = value
    else if (typeof value === 'string') kept[field] = value.slice(0, MAX_VALUE_LENGTH).replace(UNPRINTABLE, '?')
  }
  return kept
}

function describeFault(error: unknown): Record<string, string | readonly string[]> {
  if (!(error instanceof Error)) return { fault: typeof error }
  const code = (error as { readonly code?: unknown }).code
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 8)
  return { fault: error.name, ...(typeof code === 'string' ? { code: code.slice(0, 64).replace(UNPRINTABLE, '?') } : {}), at: frames.map((line) => line.trim()) }
}
