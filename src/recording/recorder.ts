import { createHash, hash, type Hash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { GatewayError } from '../errors.ts'
import type { Command, Session } from '../gateway/command.ts'
import type { Entry, Recorder } from './entry.ts'
import { journalFolder, recordingFile, recordingsFolder, SESSION_ID } from './files.ts'
import { dataFrame, entryFrame, MAX_DATA_BYTES } from './frames.ts'
import { type JournalHead, openJournal, type Journal, reason } from './journal.ts'
import { type SessionFile, SessionFiles } from './session-files.ts'

export interface RecorderLimits {
  /** A journal file is closed and the next begun before it would grow over this. */
  readonly rotateBytes?: number
  /** Journal lines in memory, over which `append` throws. */
  readonly maxBufferBytes?: number
  /** Longest journal line; over it `append` throws `input_limit`. */
  readonly maxEntryBytes?: number
  /** Unwritten recording bytes of one session (and of all) above which `tap` returns a promise. */
  readonly sessionHighWaterBytes?: number
  readonly totalHighWaterBytes?: number
  /** Unwritten recording bytes of one session above which `tap` throws: its caller does not wait when told to. */
  readonly sessionHardBytes?: number
  /** Recording files kept open at a time. */
  readonly maxOpenFiles?: number
  readonly writeBehindMs?: number
  readonly retryMs?: number
  readonly stallAfterMs?: number
}

export interface RecorderOptions {
  /** Gets `journal/` and `recordings/`. */
  readonly directory: string
  /** Masks free text: what the agent says of itself, and whatever callers pass through `recorder.maskText`. */
  readonly maskText: (text: string) => string
  readonly limits?: RecorderLimits
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Told once when writing begins to fail and once when it works again; for logs and readiness. */
  readonly onHealth?: (healthy: boolean, why: string) => void
}

/** The recorder with what only main and the admin side need. */
export interface RecorderService extends Recorder {
  readonly maskText: (text: string) => string
  /** Last journal record on disk, to be noted down outside this host. */
  head(): JournalHead
  stats(): RecorderStats
  /** Ends every session's recording and writes everything. Rejects with `recording_unavailable` if something could not be written. */
  stop(): Promise<void>
}

export interface RecorderStats {
  readonly journal_buffered_bytes: number
  readonly recordings_unwritten_bytes: number
  readonly open_sessions: number
  readonly open_files: number
}

// Running sum of what was recorded of one direction of one command. Most commands have one small piece, and hashing
// that in one call is several times cheaper than an incremental hash.
interface Sum {
  bytes: number
  only: Buffer | undefined
  hash: Hash | undefined
}

interface Open {
  readonly id: string
  readonly file: SessionFile
  readonly openedAtMs: number
  readonly sums: Map<string, { input: Sum | undefined; output: Sum | undefined }>
}

/** Commands of a session whose bytes are not bound into the chain yet; the oldest is bound early beyond this. */
const MAX_UNBOUND = 64
const KEEP_WHOLE_BYTES = 4096

/**
 * Journal and session recordings under one roof. A session's recording holds its entries (the very journal lines) and
 * its masked bytes; the sha256 and length of a command's bytes go into its `outcome` entry, so the chain covers them.
 * Bytes of a command that has no outcome are bound by an `output` entry when the session closes (or when more than 64
 * commands are unbound). Throws `recording_unavailable` when the folder cannot be used.
 */
export async function createRecorder(options: RecorderOptions): Promise<RecorderService> {
  const limits = options.limits ?? {}
  const now = options.now ?? Date.now
  const onHealth = options.onHealth ?? (() => {})
  const hardBytes = limits.sessionHardBytes ?? 16 * 1024 * 1024
  try {
    await mkdir(recordingsFolder(options.directory), { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new GatewayError('recording_unavailable', `the recordings folder cannot be made (${reason(error)})`, { cause: error })
  }
  let started = false
  const journal: Journal = await openJournal({
    folder: journalFolder(options.directory),
    now,
    ...(limits.rotateBytes === undefined ? {} : { rotateBytes: limits.rotateBytes }),
    ...(limits.maxBufferBytes === undefined ? {} : { maxBufferBytes: limits.maxBufferBytes }),
    ...(limits.maxEntryBytes === undefined ? {} : { maxEntryBytes: limits.maxEntryBytes }),
    ...(limits.retryMs === undefined ? {} : { retryMs: limits.retryMs }),
    ...(limits.stallAfterMs === undefined ? {} : { stallAfterMs: limits.stallAfterMs }),
    onHealth: (_healthy, why) => {
      if (started) healthChanged(why)
    },
  })
  let failedSince = 0
  let failedWhy = ''
  const files = new SessionFiles(
    recordingsFolder(options.directory),
    {
      sessionHighWaterBytes: limits.sessionHighWaterBytes ?? 1024 * 1024,
      totalHighWaterBytes: limits.totalHighWaterBytes ?? 64 * 1024 * 1024,
      maxOpenFiles: limits.maxOpenFiles ?? 200,
      writeBehindMs: limits.writeBehindMs ?? 50,
      retryMs: limits.retryMs ?? 250,
    },
    {
      has: (sequence) => sequence <= journal.head.sequence,
      reaches: (sequence) => journal.durable(sequence).then(() => true, () => false),
    },
    filesHealth,
  )
  let toldHealthy = true
  started = true
  const sessions = new Map<string, Open>()
  const closing = new Map<string, Promise<void>>()
  let lastClose: Promise<void> = Promise.resolve()
  let stopped = false
  // Ends the patience of stop().
  let broken: PromiseWithResolvers<void> | undefined

  return {
    get healthy() {
      return journal.healthy && files.healthy && !stopped
    },
    maskText: options.maskText,
    open: openSession,
    close: closeSession,
    append,
    durable: (sequence) => journal.durable(sequence),
    tap,
    head: () => journal.head,
    stats: () => ({
      journal_buffered_bytes: journal.bufferedBytes,
      recordings_unwritten_bytes: files.unwrittenBytes,
      open_sessions: sessions.size,
      open_files: files.openFiles,
    }),
    stop,
  }

  function openSession(session: Session): void {
    if (!SESSION_ID.test(session.id)) throw new RangeError('a session id has only letters, digits, _ and -')
    if (sessions.has(session.id) || closing.has(session.id)) throw new RangeError('this session is open already')
    const path = recordingFile(session.openedAt, session.id)
    const { id, name, kind, issuer, groups } = session.principal
    const body = {
      event: 'opened',
      principal: { id, name, kind, issuer, groups },
      target: { name: session.target.name, protocol: session.target.protocol, labels: session.target.labels },
      claimed: Object.fromEntries(Object.entries(session.claimed).map(([key, text]) => [options.maskText(key), options.maskText(text)])),
      peer: session.peer,
      opened_at: session.openedAt.toISOString(),
      recording: path,
    }
    assertHealthy()
    journal.assertTakes('command')
    const { sequence, bytes } = journal.append({ session: session.id, kind: 'session', body })
    const opened: Open = { id: session.id, file: files.create(path), openedAtMs: session.openedAt.getTime(), sums: new Map() }
    sessions.set(session.id, opened)
    files.add(opened.file, entryFrame(bytes, now() - opened.openedAtMs, files.allocate), sequence)
  }

  function append(entry: Entry): number {
    const open = sessions.get(entry.session)
    // An outcome or a session's end tells of what has happened and is taken as long as there is room for it.
    if (entry.kind !== 'outcome' && entry.kind !== 'session') assertHealthy()
    const command = open !== undefined && entry.kind === 'outcome' ? entry.body['command'] : undefined
    const sums = typeof command === 'string' ? open?.sums.get(command) : undefined
    const { sequence, bytes } = journal.append(entry, sums === undefined ? '' : sumFields(sums))
    if (open === undefined) return sequence
    if (sums !== undefined) open.sums.delete(command as string)
    files.add(open.file, entryFrame(bytes, now() - open.openedAtMs, files.allocate), sequence)
    return sequence
  }

  function tap(command: Command, direction: 'input' | 'output', bytes: Uint8Array): void | Promise<void> {
    const open = sessions.get(command.session.id)
    if (open === undefined) throw new GatewayError('recording_unavailable', 'bytes were to be recorded for a session that has no open recording')
    if (bytes.length === 0) return
    if (open.file.unwritten > hardBytes) throw new GatewayError('recording_unavailable', 'the recording of this session has more unwritten bytes than it may hold in memory')
    const atMs = now() - open.openedAtMs
    const sums = sumsOf(open, command.id)
    for (let from = 0; from < bytes.length; from += MAX_DATA_BYTES) {
      const piece = bytes.length <= MAX_DATA_BYTES ? bytes : bytes.subarray(from, from + MAX_DATA_BYTES)
      const frame = dataFrame(direction, command.id, piece, atMs, files.allocate)
      sums[direction] = addTo(sums[direction], frame.subarray(frame.length - piece.length))
      files.add(open.file, frame)
    }
    return files.room(open.file)
  }

  function sumsOf(open: Open, commandId: string) {
    const known = open.sums.get(commandId)
    if (known !== undefined) return known
    for (const [oldest, sums] of open.sums) {
      if (open.sums.size < MAX_UNBOUND) break
      bind(open, oldest, sums)
    }
    const sums = { input: undefined, output: undefined }
    open.sums.set(commandId, sums)
    return sums
  }

  /** Puts the sums of a command that has no outcome (yet) into the chain; a later part of it begins new sums. */
  function bind(open: Open, command: string, sums: { input: Sum | undefined; output: Sum | undefined }): void {
    const kind = sums.output === undefined ? 'input' : 'output'
    const { sequence, bytes } = journal.append({ session: open.id, kind, body: { command, event: 'bound_without_outcome' } }, sumFields(sums))
    open.sums.delete(command)
    files.add(open.file, entryFrame(bytes, now() - open.openedAtMs, files.allocate), sequence)
  }

  function closeSession(sessionId: string): void {
    const open = sessions.get(sessionId)
    if (open === undefined) return
    sessions.delete(sessionId)
    // One after the other: a sync per session must not take the threads the journal needs.
    const done = lastClose.then(() => finish(open)).finally(() => closing.delete(sessionId))
    lastClose = done
    closing.set(sessionId, done)
  }

  /** `closed` is written only once the whole recording is on disk, so a closed session with a short recording was tampered with. */
  async function finish(open: Open): Promise<void> {
    for (;;) {
      try {
        for (const [command, sums] of open.sums) bind(open, command, sums)
        if (!(await files.flushed(open.file))) return
        await files.sync(open.file)
        const body = { event: 'closed', recording_bytes: open.file.offset }
        const { sequence, bytes } = journal.append({ session: open.id, kind: 'session', body })
        files.add(open.file, entryFrame(bytes, now() - open.openedAtMs, files.allocate), sequence)
        await files.flushed(open.file)
        await files.release(open.file)
        return
      } catch {
        // Journal or disk refuse just now and say so through `healthy`; the session stays unclosed until they take it.
        if (stopped) return
        await new Promise((resolve) => setTimeout(resolve, limits.retryMs ?? 250))
      }
    }
  }

  async function stop(): Promise<void> {
    if (stopped) return
    for (const id of sessions.keys()) closeSession(id)
    stopped = true
    broken = Promise.withResolvers<void>()
    if (journal.healthy && files.healthy) await Promise.race([lastClose, broken.promise])
    const left = await files.stop()
    await lastClose
    await journal.stop()
    if (left > 0) throw new GatewayError('recording_unavailable', `the recorder was stopped with ${left} bytes of recordings that the disk did not take`)
  }

  function assertHealthy(): void {
    if (stopped) throw new GatewayError('recording_unavailable', 'the recorder is stopped')
    if (!files.healthy) throw new GatewayError('recording_unavailable', `a recording cannot be written (${failedWhy})`)
  }

  function filesHealth(healthy: boolean, error: unknown): void {
    if (!healthy) {
      failedSince = performance.now()
      failedWhy = reason(error)
      healthChanged(failedWhy)
      return
    }
    try {
      const body = { event: 'recording_recovered', part: 'recordings', cause: failedWhy, unavailable_ms: Math.round(performance.now() - failedSince) }
      journal.append({ session: 'gateway', kind: 'gateway', body })
    } catch {
      // The journal is unhealthy itself and will say so with its own record.
    }
    healthChanged('recordings are written again')
  }

  /** Journal and recordings fail and recover each for itself; outside there is one state. */
  function healthChanged(why: string): void {
    const healthy = journal.healthy && files.healthy
    if (!healthy) broken?.resolve()
    if (healthy === toldHealthy) return
    toldHealthy = healthy
    onHealth(healthy, why)
  }
}

function addTo(sum: Sum | undefined, bytes: Buffer): Sum {
  if (sum === undefined) {
    if (bytes.length <= KEEP_WHOLE_BYTES) return { bytes: bytes.length, only: bytes, hash: undefined }
    return { bytes: bytes.length, only: undefined, hash: createHash('sha256').update(bytes) }
  }
  if (sum.hash === undefined) {
    sum.hash = createHash('sha256').update(sum.only!)
    sum.only = undefined
  }
  sum.hash.update(bytes)
  sum.bytes += bytes.length
  return sum
}

/** Members of an entry's body, as JSON with a comma in front of each. */
function sumFields(sums: { readonly input: Sum | undefined; readonly output: Sum | undefined }): string {
  return sumOf('input', sums.input) + sumOf('output', sums.output)
}

function sumOf(direction: 'input' | 'output', sum: Sum | undefined): string {
  if (sum === undefined) return ''
  // copy(): a refused append must leave the running hash as it was.
  const sha256 = sum.only !== undefined ? hash('sha256', sum.only, 'hex') : sum.hash!.copy().digest('hex')
  return `,"${direction}_sha256":"${sha256}","${direction}_bytes":${sum.bytes}`
}
