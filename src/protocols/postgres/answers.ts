import { GatewayError } from '../../errors.ts'
import { backend, BodyReader, HEADER, readErrorFields } from './codec.ts'
import { parseRowDescription } from './masking.ts'
import type { Upstream } from './upstream.ts'

// What a target says on a connection of the gateway's own, where one question is asked at a time.

/** One row as text by column name, null for NULL. */
export type AnswerRow = Readonly<Record<string, string | null>>

export interface Answers {
  readonly rows: readonly AnswerRow[]
  /** Fields by letter (protocol-error-fields.html), in the order they came. */
  readonly notices: readonly ReadonlyMap<string, string>[]
  readonly errors: readonly ReadonlyMap<string, string>[]
  /** A message was longer than the connection's bound: its content is not here. */
  readonly tooLong: boolean
}

export interface AnswerLimits {
  readonly withinMs: number
  /** Of everything together. */
  readonly maxBytes: number
}

/**
 * Everything up to the `readies`th ReadyForQuery. Rejects with `target_unavailable` when the connection ends or the time is up, and
 * with `target_failed` when it is too much or no protocol: the connection is then of no use any more.
 */
export function readAnswers(upstream: Upstream, readies: number, limits: AnswerLimits): Promise<Answers> {
  const { socket, framer } = upstream
  return new Promise((resolve, reject) => {
    const rows: AnswerRow[] = []
    const notices: ReadonlyMap<string, string>[] = []
    const errors: ReadonlyMap<string, string>[] = []
    let names: readonly string[] = []
    let bytes = 0
    let due = readies
    let tooLong = false
    const timer = setTimeout(() => finish(new GatewayError('target_unavailable', 'the target did not answer in time')), limits.withinMs)
    const finish = (error?: GatewayError): void => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose)
      if (error) reject(error)
      else resolve({ rows, notices, errors, tooLong })
    }
    const onClose = (): void => finish(new GatewayError('target_unavailable', 'the target closed the connection'))
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes > limits.maxBytes) return finish(new GatewayError('target_failed', `the answer is larger than ${limits.maxBytes >> 20} MiB`))
      try {
        framer.push(chunk)
        for (let message = framer.next(); message !== null; message = framer.next()) {
          if (message.oversize !== undefined) tooLong = true
          else if (message.type === backend.rowDescription) names = parseRowDescription(message.bytes).map((field) => field.name)
          else if (message.type === backend.dataRow) rows.push(readRow(message.bytes, names))
          else if (message.type === backend.notice) notices.push(readErrorFields(message.bytes))
          else if (message.type === backend.error) errors.push(readErrorFields(message.bytes))
          else if (message.type === backend.readyForQuery && --due === 0) return finish()
        }
      } catch (error) {
        finish(error instanceof GatewayError ? error : new GatewayError('target_failed', 'an answer could not be read', { cause: error }))
      }
    }
    socket.on('data', onData).on('close', onClose)
    socket.resume()
    if (socket.destroyed) onClose()
  })
}

/** The values of a DataRow as text, under these names. */
export function readRow(bytes: Buffer, names: readonly string[]): AnswerRow {
  const body = new BodyReader(bytes, HEADER)
  const row: Record<string, string | null> = {}
  const count = body.int16()
  for (let i = 0; i < count; i++) {
    const length = body.int32()
    row[names[i] ?? `column ${i}`] = length < 0 ? null : body.slice(length).toString('utf8')
  }
  return row
}
