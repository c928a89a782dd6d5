import { GatewayError } from '../../../errors.ts'
import type { Session } from '../../../gateway/command.ts'
import type { Door } from '../../adapter.ts'
import { backend, BodyReader, HEADER, readErrorFields } from '../codec.ts'
import { type Field, parseRowDescription } from '../masking.ts'
import { ask, connect, measureMessages, type MeasureQuestion, readingStartup, type Upstream, type UpstreamTarget } from '../upstream.ts'

// A connection of the gateway's own for measuring: as the agents' role, on their path, for reading only. Every question is a
// transaction of its own and sets nothing, so one measure leaves nothing behind for the next (asking-pool.ts).

/** Rows as the target sent them, or the SQLSTATE of its refusal; `late`: the time of the measure was up. */
export type Asked =
  | { readonly kind: 'rows'; readonly fields: readonly Field[]; readonly rows: readonly Buffer[] }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'late' }

/** One connection, for one measure at a time. */
export interface AskingConnection {
  /** `lost`: it ended before the answer. After `late` and `lost` it is ended. `until` is on the clock of performance.now(). */
  ask(session: Session, question: MeasureQuestion, until: number): Promise<Asked | { readonly kind: 'lost' }>
  /** False once it has ended or is not as a new one any more. */
  readonly open: boolean
  /** performance.now() of its sign-in. */
  readonly since: number
  onEnd(then: () => void): void
  end(): void
}

export interface AskingParts {
  readonly door: Pick<Door, 'own' | 'measure'>
  readonly target: UpstreamTarget
  /** See measureWord. */
  readonly word: { readonly name: string; readonly bytes: Buffer }
  readonly connectTimeoutMs: number
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
export async function openAsking({ door, target, word, connectTimeoutMs }: AskingParts): Promise<AskingConnection> {
  const upstream = await connect(door.own(null, word.name), target, word.bytes, { connectTimeoutMs, maxMessageBytes: MAX_MESSAGE_BYTES })
  return new OpenAsking(upstream, door)
}

/** The answer under way. */
interface Reading {
  readonly rows: Buffer[]
  fields: readonly Field[]
  refused: string | undefined
  bytes: number
  readonly done: (answer: Asked | { readonly kind: 'lost' }) => void
}

class OpenAsking implements AskingConnection {
  readonly since = performance.now()
  readonly #upstream: Upstream
  readonly #door: AskingParts['door']
  #reading: Reading | undefined

  constructor(upstream: Upstream, door: AskingParts['door']) {
    this.#upstream = upstream
    this.#door = door
    // It reads all the time: what comes while nobody asks (its end, or what it should not say) must not wait for the next question.
    upstream.socket.on('error', () => undefined).on('close', () => this.#reading?.done({ kind: 'lost' })).on('data', (chunk: Buffer) => this.#read(chunk))
    upstream.socket.resume()
  }

  async ask(session: Session, question: MeasureQuestion, until: number): Promise<Asked | { readonly kind: 'lost' }> {
    if (!this.open) return { kind: 'lost' }
    if (this.#reading !== undefined) throw new GatewayError('target_failed', 'a connection for measuring is asked one thing at a time')
    let timer: NodeJS.Timeout | undefined
    try {
      const answer = new Promise<Asked | { readonly kind: 'lost' }>((done) => {
        this.#reading = { rows: [], fields: [], refused: undefined, bytes: 0, done }
        timer = setTimeout(() => done({ kind: 'late' }), Math.max(0, until - performance.now()))
      })
      void ask(this.#door.measure(session, measureMessages(question)), this.#upstream, question)
      const told = await answer
      if (told.kind === 'late' || told.kind === 'lost') this.end()
      return told
    } catch (error) {
      this.end()
      throw error
    } finally {
      clearTimeout(timer)
      this.#reading = undefined
    }
  }

  get open(): boolean {
    return !this.#upstream.socket.destroyed
  }

  onEnd(then: () => void): void {
    this.#upstream.socket.on('close', then)
    if (this.#upstream.socket.destroyed) then()
  }

  end(): void {
    this.#upstream.socket.destroy()
  }

  #read(chunk: Buffer): void {
    const { framer } = this.#upstream
    const reading = this.#reading
    try {
      if (reading !== undefined) reading.bytes += chunk.length
      if (reading !== undefined && reading.bytes > MAX_ANSWER_BYTES) throw new GatewayError('target_failed', 'the answer to a measure is too large')
      framer.push(chunk)
      for (let message = framer.next(); message !== null; message = framer.next()) {
        if (message.type === backend.parameterStatus || message.type === backend.notice) continue
        // Nothing was asked, or everything is answered: it is being ended, or is not what it should be.
        if (reading === undefined || this.#reading !== reading) return this.end()
        if (message.oversize !== undefined) reading.refused ??= '54000'
        else if (message.type === backend.rowDescription) reading.fields = parseRowDescription(message.bytes)
        else if (message.type === backend.dataRow) reading.rows.push(Buffer.from(message.bytes))
        else if (message.type === backend.error) reading.refused ??= readErrorFields(message.bytes).get('C') ?? 'XX000'
        else if (message.type === backend.readyForQuery) {
          this.#reading = undefined
          reading.done(reading.refused === undefined ? { kind: 'rows', fields: reading.fields, rows: reading.rows } : { kind: 'refused', code: reading.refused })
          // A question is a transaction of its own; one that is still open would be seen by the next measure.
          if (message.bytes.toString('latin1', HEADER) !== 'I') return this.end()
        }
      }
    } catch {
      // What it sends cannot be read: no further question is worth asking there.
      reading?.done({ kind: 'late' })
      this.end()
    }
  }
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
