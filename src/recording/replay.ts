import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GatewayError } from '../errors.ts'
import type { Entry, TranscriptEvent } from './entry.ts'
import { findRecording, parseRecord, recordingDays, recordingsFolder } from './files.ts'
import { readFrames } from './frames.ts'

/** Turns recorded bytes into what they say; an adapter's `transcriber()`. One per recording: it may keep state. */
export type Transcribe = (direction: 'input' | 'output', bytes: Uint8Array) => readonly TranscriptEvent[]

/**
 * What happened in a session, in order; `at_ms` counts from its opening. Either an entry of the journal (`kind` is the
 * entry's), or something the client sent or saw (`kind` is the transcript's, with its command and direction).
 */
export type ReplayEvent =
  | {
      readonly at_ms: number
      readonly kind: Entry['kind']
      readonly seq: number
      readonly at: string
      readonly command?: string
      readonly body: Readonly<Record<string, unknown>>
    }
  | (TranscriptEvent & { readonly at_ms: number; readonly command: string; readonly direction: 'input' | 'output' })
  /** The recording ends here: the gateway was killed, still writes, or the file was damaged (`audit verify` tells). */
  | { readonly at_ms: number; readonly kind: 'damaged'; readonly why: string }

/**
 * Streams a session's recording. `directory` is the recorder's. Memory is bounded by the largest frame, whatever the
 * recording's size. Throws `not_found` on the first step when there is none of that id.
 */
export async function* readRecording(directory: string, sessionId: string, transcribe: Transcribe): AsyncGenerator<ReplayEvent> {
  const path = await findRecording(directory, sessionId)
  if (path === undefined) throw new GatewayError('not_found', 'no recording of that session')
  let at_ms = 0
  for await (const frame of readFrames(path)) {
    if (frame.kind === 'damaged') {
      yield { at_ms, kind: 'damaged', why: frame.why }
      return
    }
    at_ms = frame.at_ms
    if (frame.kind === 'entry') {
      const record = parseRecord(frame.line)
      if (record === undefined) {
        yield { at_ms, kind: 'damaged', why: 'an entry of the recording is not a record' }
        return
      }
      const command = record.body['command']
      const event = { at_ms, kind: record.kind as Entry['kind'], seq: record.seq, at: record.at, body: record.body }
      yield typeof command === 'string' ? { ...event, command } : event
    } else {
      for (const event of transcribe(frame.kind, frame.bytes)) yield { ...event, at_ms, command: frame.command, direction: frame.kind }
    }
  }
}

export interface SessionSummary {
  readonly session: string
  readonly opened_at: string
  /** Absent while the session is open, and when the gateway died with it. */
  readonly closed_at?: string
  /** As written when the session opened: `{id, name, kind, issuer, groups}`, `{name, protocol, labels}`. */
  readonly principal: Readonly<Record<string, unknown>>
  readonly target: Readonly<Record<string, unknown>>
  readonly claimed: Readonly<Record<string, unknown>>
  readonly peer: string
  /** Distinct commands that were recorded, refused, held. */
  readonly commands: number
  readonly refusals: number
  readonly holds: number
  readonly duration_ms: number
  readonly input_bytes: number
  readonly output_bytes: number
}

/** Reads the whole recording once (as a stream). Throws `not_found`. */
export async function sessionSummary(directory: string, sessionId: string): Promise<SessionSummary> {
  const path = await findRecording(directory, sessionId)
  if (path === undefined) throw new GatewayError('not_found', 'no recording of that session')
  let opened: { at: string; body: Readonly<Record<string, unknown>> } | undefined
  let closed_at: string | undefined
  let duration_ms = 0
  const count = { commands: 0, refusals: 0, holds: 0, input: 0, output: 0 }
  // Entries of one command stand close together, so remembering the latest ids is enough to count each once.
  const recent = { command: new Recent(), hold: new Recent() }
  for await (const frame of readFrames(path)) {
    if (frame.kind === 'damaged') break
    duration_ms = frame.at_ms
    if (frame.kind !== 'entry') {
      count[frame.kind] += frame.bytes.length
      continue
    }
    const record = parseRecord(frame.line)
    if (record === undefined) break
    const { kind, body } = record
    if (kind === 'session' && body['event'] === 'opened') opened ??= { at: record.at, body }
    if (kind === 'session' && body['event'] === 'closed') closed_at = record.at
    if (kind === 'refusal') count.refusals++
    // `own:` words are the gateway's, not the client's.
    if (!textOf(body['command'])?.startsWith('own:') && recent.command.isNew(body['command'])) count.commands++
    if (recent.hold.isNew(body['hold'])) count.holds++
  }
  const body = opened?.body ?? {}
  return {
    session: sessionId,
    opened_at: textOf(body['opened_at']) ?? opened?.at ?? '',
    ...(closed_at === undefined ? {} : { closed_at }),
    principal: objectOf(body['principal']),
    target: objectOf(body['target']),
    claimed: objectOf(body['claimed']),
    peer: textOf(body['peer']) ?? '',
    commands: count.commands,
    refusals: count.refusals,
    holds: count.holds,
    duration_ms,
    input_bytes: count.input,
    output_bytes: count.output,
  }
}

export interface RecordingListed {
  readonly session: string
  /** Day it was opened, UTC. */
  readonly day: string
  readonly bytes: number
  readonly begun_at: string
}

/** Recordings, the latest first; an order that does not change while sessions go on. `before` is the session the last page ended with. */
export async function listRecordings(directory: string, options: { readonly limit: number; readonly before?: string }): Promise<RecordingListed[]> {
  const listed: RecordingListed[] = []
  let skipping = options.before !== undefined
  for (const day of await recordingDays(directory)) {
    const folder = join(recordingsFolder(directory), day)
    const found: RecordingListed[] = []
    for (const name of await readdir(folder)) {
      if (!name.endsWith('.hpr')) continue
      const info = await stat(join(folder, name)).catch(() => undefined)
      if (info?.isFile()) found.push({ session: name.slice(0, -4), day, bytes: info.size, begun_at: info.birthtime.toISOString() })
    }
    found.sort((a, b) => b.begun_at.localeCompare(a.begun_at) || a.session.localeCompare(b.session))
    for (const recording of found) {
      if (!skipping) listed.push(recording)
      else if (recording.session === options.before) skipping = false
      if (listed.length >= options.limit) return listed
    }
  }
  return listed
}

const REMEMBERED = 4096

class Recent {
  readonly #seen = new Set<string>()

  isNew(id: unknown): boolean {
    if (typeof id !== 'string' || this.#seen.has(id)) return false
    this.#seen.add(id)
    if (this.#seen.size > REMEMBERED) for (const oldest of this.#seen) { this.#seen.delete(oldest); break }
    return true
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
