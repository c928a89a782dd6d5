import { GatewayError } from '../../../errors.ts'
import type { Session } from '../../../gateway/command.ts'
import type { Door } from '../../adapter.ts'
import { backend, BodyReader, HEADER, readErrorFields } from '../codec.ts'
import { type Field, parseRowDescription } from '../masking.ts'
import { ask, connect, measureMessages, type MeasureQuestion, readingStartup, type Upstream, type UpstreamTarget } from '../upstream.ts'

// A connection of the gateway's own for one measure: as the agent's role, on its path, for reading only. It is opened when
// something is held and closed with the answer, so nothing waits here for the next one.

/** Rows as the target sent them, or the SQLSTATE of its refusal; `late`: the time of the measure was up. */
export type Asked =
  | { readonly kind: 'rows'; readonly fields: readonly Field[]; readonly rows: readonly Buffer[] }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'late' }

export interface Asking {
  ask(question: MeasureQuestion): Promise<Asked>
  /** True once the time is up or the connection is gone: every further question is `late`. */
  readonly over: boolean
  end(): void
}

export interface AskingParts {
  readonly door: Pick<Door, 'own' | 'measure'>
  readonly session: Session
  readonly target: UpstreamTarget
  /** See measureWord. */
  readonly word: { readonly name: string; readonly bytes: Buffer }
  readonly connectTimeoutMs: number
  /** On the clock of performance.now(). */
  readonly until: number
}

const MAX_MESSAGE_BYTES = 1 << 20
const MAX_ANSWER_BYTES = 4 << 20
/** Waiting for a lock tells nothing about the rows behind it. */
const LOCK_MS = 200

/** The start-up packet of these connections, for the adapter's closed list. `boxMs`: the longest that one question may run there. */
export function measureWord(target: UpstreamTarget, database: string, searchPath: readonly string[], boxMs: number): Buffer {
  const path = searchPath.map((schema) => `"${schema}"`).join(',').replaceAll(' ', '\\ ')
  const settings = [`search_path=${path}`, 'standard_conforming_strings=on', `statement_timeout=${boxMs}`, `lock_timeout=${LOCK_MS}`, 'idle_in_transaction_session_timeout=5000']
  return readingStartup({ user: target.user, database, application_name: 'holdpoint measure', client_encoding: 'UTF8' }, settings.map((setting) => `-c ${setting}`).join(' '))
}

/** Throws `target_unavailable`, and `recording_unavailable` where the permit to connect cannot be recorded. */
export async function openAsking(parts: AskingParts): Promise<Asking> {
  const left = Math.max(1, Math.min(parts.connectTimeoutMs, parts.until - performance.now()))
  const upstream = await connect(parts.door.own(parts.session, parts.word.name), parts.target, parts.word.bytes, { connectTimeoutMs: left, maxMessageBytes: MAX_MESSAGE_BYTES })
  let over = false
  const end = (): void => {
    over = true
    upstream.socket.destroy()
  }
  upstream.socket.on('error', () => undefined).on('close', () => { over = true })
  return {
    async ask(question) {
      if (over || performance.now() >= parts.until) {
        end()
        return { kind: 'late' }
      }
      void ask(parts.door.measure(parts.session, measureMessages(question)), upstream, question)
      const answer = await read(upstream, parts.until)
      if (answer.kind === 'late') end()
      return answer
    },
    get over() { return over },
    end,
  }
}

function read(upstream: Upstream, until: number): Promise<Asked> {
  const { socket, framer } = upstream
  return new Promise((resolve) => {
    const rows: Buffer[] = []
    let fields: readonly Field[] = []
    let refused: string | undefined
    let bytes = 0
    const timer = setTimeout(() => finish({ kind: 'late' }), Math.max(0, until - performance.now()))
    const finish = (answer: Asked): void => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose)
      resolve(answer)
    }
    const onClose = (): void => finish({ kind: 'late' })
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length
      try {
        if (bytes > MAX_ANSWER_BYTES) throw new GatewayError('target_failed', 'the answer to a measure is too large')
        framer.push(chunk)
        for (let message = framer.next(); message !== null; message = framer.next()) {
          if (message.oversize !== undefined) refused ??= '54000'
          else if (message.type === backend.rowDescription) fields = parseRowDescription(message.bytes)
          else if (message.type === backend.dataRow) rows.push(Buffer.from(message.bytes))
          else if (message.type === backend.error) refused ??= readErrorFields(message.bytes).get('C') ?? 'XX000'
          else if (message.type === backend.readyForQuery) return finish(refused === undefined ? { kind: 'rows', fields, rows } : { kind: 'refused', code: refused })
        }
      } catch {
        // What it sends cannot be read: no further question is worth asking there.
        finish({ kind: 'late' })
      }
    }
    socket.on('data', onData).on('close', onClose)
    socket.resume()
    if (socket.destroyed) onClose()
  })
}

/** The cells of a DataRow as text, null for NULL. */
export function cellsOf(row: Buffer): readonly (string | null)[] {
  const body = new BodyReader(row, HEADER)
  const cells: (string | null)[] = []
  for (let count = body.int16(); count > 0; count--) {
    const length = body.int32()
    cells.push(length < 0 ? null : body.slice(length).toString('utf8'))
  }
  return cells
}
