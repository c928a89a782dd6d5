import { createHash, type Hash } from 'node:crypto'
import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import {
  GENESIS,
  journalFile,
  journalFolder,
  journalIndexes,
  type JournalRecord,
  lineHash,
  parseRecord,
  readLines,
  recordingDays,
  recordingsFolder,
} from './files.ts'
import { type Frame, readFrames } from './frames.ts'
import type { JournalHead } from './journal.ts'

export interface BadRecord {
  /** Journal file, or recording relative to the recordings folder. */
  readonly file: string
  /** Line in a journal file, from 1. */
  readonly line?: number
  /** Byte of the frame in a recording. */
  readonly offset?: number
  /** The record it is about; absent when it cannot be told. */
  readonly seq?: number
  readonly why: string
}

export interface VerifyResult {
  readonly ok: boolean
  readonly records: number
  /** The last record of the chain; note it down outside this host and give it to the next run. */
  readonly head: JournalHead
  readonly recordings: number
  /** The first record that does not fit. */
  readonly bad?: BadRecord
  /** Every recording that does not fit the chain. Empty as long as the chain itself is broken: it is the yardstick. */
  readonly bad_recordings: readonly BadRecord[]
  /** Sessions that never closed (the gateway was killed, or still runs) whose recording is missing or ends before the chain does. By itself no sign of tampering: recordings are written behind the journal. */
  readonly unfinished: readonly string[]
  /** Bytes after the last newline: a line whose write was cut short, or one being written now. Nothing that was ever acknowledged. */
  readonly torn_bytes: number
}

/**
 * Checks the whole chain from its first record, and every recording against it. Reads only; may run beside the gateway.
 * `noted` is a head written down earlier: without it a tail that was cut off cleanly, or a chain rewritten from some
 * record on, cannot be told from the truth. Throws only what the file system throws.
 */
export async function verifyJournal(directory: string, options: { readonly noted?: string } = {}): Promise<VerifyResult> {
  const chain = new Chain(options.noted)
  const folder = journalFolder(directory)
  const bad = await walk(folder, chain)
  const result = { records: chain.head.sequence, head: chain.head, torn_bytes: chain.tornBytes }
  if (bad !== undefined) return { ok: false, ...result, recordings: 0, bad, bad_recordings: [], unfinished: [] }
  const found = await verifyRecordings(directory, folder, chain)
  return { ok: found.bad.length === 0, ...result, recordings: found.count, bad_recordings: found.bad, unfinished: found.unfinished }
}

/** What the journal says of one session's recording. */
interface Expected {
  readonly path: string
  readonly seq: number
  bindings: number
  closedBytes: number | undefined
}

class Chain {
  readonly #noted: string | undefined
  head: JournalHead = { sequence: 0, hash: GENESIS }
  notedSeen = false
  tornBytes = 0
  readonly sessions = new Map<string, Expected>()
  /** Where each record lies: 8 bytes per record, so that recordings can be compared line by line in bounded memory. */
  #offsets = new Float64Array(1024)
  readonly files: { readonly index: number; readonly firstSeq: number }[] = []

  constructor(noted: string | undefined) {
    this.#noted = noted
    this.notedSeen = noted === undefined || noted === GENESIS
  }

  accept(record: JournalRecord, hash: string, start: number): void {
    this.head = { sequence: record.seq, hash }
    if (hash === this.#noted) this.notedSeen = true
    if (record.seq > this.#offsets.length) {
      const grown = new Float64Array(this.#offsets.length * 2)
      grown.set(this.#offsets)
      this.#offsets = grown
    }
    this.#offsets[record.seq - 1] = start
    this.#note(record)
  }

  /** File number and offset of a record, or undefined when the chain has none of that sequence. */
  locate(seq: number): { readonly index: number; readonly start: number } | undefined {
    const start = seq >= 1 && seq <= this.head.sequence ? this.#offsets[seq - 1] : undefined
    const file = this.files.findLast((candidate) => candidate.firstSeq <= seq)
    return start === undefined || file === undefined ? undefined : { index: file.index, start }
  }

  #note(record: JournalRecord): void {
    const { body, kind, session } = record
    if (kind === 'session' && body['event'] === 'opened' && typeof body['recording'] === 'string') {
      this.sessions.set(session, { path: body['recording'], seq: record.seq, bindings: 0, closedBytes: undefined })
      return
    }
    const expected = this.sessions.get(session)
    if (expected === undefined) return
    if (kind === 'session' && body['event'] === 'closed' && typeof body['recording_bytes'] === 'number') expected.closedBytes = body['recording_bytes']
    else if (isBinding(record)) expected.bindings++
  }
}

function isBinding({ kind, body }: JournalRecord): boolean {
  if (kind !== 'outcome' && kind !== 'output' && kind !== 'input') return false
  return typeof body['output_sha256'] === 'string' || typeof body['input_sha256'] === 'string'
}

/** A line that parsed and has the right number, whose link to the line before it is still to be judged. */
interface Place {
  readonly file: string
  readonly line: number
  readonly record: JournalRecord
  readonly hash: string
}

async function walk(folder: string, chain: Chain): Promise<BadRecord | undefined> {
  const indexes = await journalIndexes(folder)
  let before: Place | undefined
  // A link that does not fit blames either end; only the line after tells which of the two was changed.
  let suspect: { readonly before: Place | undefined; readonly at: Place } | undefined
  for (const [position, index] of indexes.entries()) {
    const file = journalFile(index)
    if (index !== position + 1) return { file: journalFile(position + 1), line: 1, seq: chain.head.sequence + 1, why: 'this file of the journal is missing' }
    chain.files.push({ index, firstSeq: chain.head.sequence + 1 })
    let number = 0
    for await (const line of readLines(join(folder, file))) {
      number++
      const expected = (suspect?.at ?? before)?.record.seq ?? 0
      if (!line.terminated && index === indexes.at(-1)) {
        chain.tornBytes = line.bytes.length
        break
      }
      const record = parseRecord(line.bytes)
      const at = record === undefined ? undefined : { file, line: number, record, hash: lineHash(line.bytes) }
      if (suspect !== undefined) return blame(suspect, at)
      if (record === undefined || at === undefined || !line.terminated) return { file, line: number, seq: expected + 1, why: 'it is not a record' }
      if (record.seq !== expected + 1) return { file, line: number, ...wrongNumber(record.seq, expected) }
      if (record.prev !== (before?.hash ?? GENESIS)) {
        suspect = { before, at }
        continue
      }
      chain.accept(record, at.hash, line.start)
      before = at
    }
  }
  if (suspect !== undefined) return blame(suspect, undefined)
  if (!chain.notedSeen) {
    const last = indexes.at(-1)
    const why = 'the noted head is not in the chain: records after this place were cut off, or the chain was written anew'
    return { file: last === undefined ? journalFile(1) : journalFile(last), seq: chain.head.sequence + 1, why }
  }
  return undefined
}

function wrongNumber(seq: number, last: number): { readonly seq: number; readonly why: string } {
  if (seq > last + 1) return { seq: last + 1, why: `records ${last + 1} to ${seq - 1} are missing here` }
  return { seq, why: `record ${seq} stands here a second time, or out of order; ${last + 1} comes next` }
}

function blame(suspect: { readonly before: Place | undefined; readonly at: Place }, after: Place | undefined): BadRecord {
  const { before, at } = suspect
  // The next line still vouches for this one: then it is the one before whose bytes changed.
  const changed = before !== undefined && (after === undefined || after.record.prev === at.hash) ? before : at
  const why = changed === at ? 'it does not continue the record before it: it was changed' : 'its bytes are not those the next record was chained to: it was changed'
  return { file: changed.file, line: changed.line, seq: changed.record.seq, why }
}

async function verifyRecordings(directory: string, folder: string, chain: Chain): Promise<{ count: number; bad: BadRecord[]; unfinished: string[] }> {
  const bad: BadRecord[] = []
  const unfinished: string[] = []
  const lines = new LineReader(folder, chain)
  let count = 0
  try {
    for (const [session, expected] of chain.sessions) {
      count++
      const fault = await verifyRecording(directory, session, expected, lines)
      if (fault === 'unfinished') unfinished.push(session)
      else if (fault !== undefined) bad.push(fault)
    }
  } finally {
    await lines.close()
  }
  const known = new Set([...chain.sessions.values()].map((expected) => expected.path))
  for (const day of await recordingDays(directory)) {
    for (const name of await readdir(join(recordingsFolder(directory), day))) {
      if (!known.has(`${day}/${name}`)) bad.push({ file: `${day}/${name}`, why: 'no session of the journal has this recording' })
    }
  }
  return { count, bad, unfinished }
}

async function verifyRecording(directory: string, session: string, expected: Expected, lines: LineReader): Promise<BadRecord | 'unfinished' | undefined> {
  const file = expected.path
  // The path comes from the chain, which is intact; still nothing may lead out of the folder.
  if (!/^\d{4}-\d{2}-\d{2}\/[A-Za-z0-9_-]+\.hpr$/.test(file)) return { file, seq: expected.seq, why: 'its name is not that of a recording' }
  const path = join(recordingsFolder(directory), file)
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    return expected.closedBytes === undefined ? 'unfinished' : { file, seq: expected.seq, why: 'the recording is missing' }
  }
  const sums = new Map<string, Record<'input' | 'output', Hash | undefined>>()
  let bindings = 0
  let cut = false
  let lastSeq = 0
  for await (const frame of readFrames(path)) {
    if (frame.kind === 'damaged') {
      if (expected.closedBytes !== undefined && frame.offset < expected.closedBytes) return { file, offset: frame.offset, why: frame.why }
      cut = true
    } else if (frame.kind === 'entry') {
      // The gateway runs and wrote on since the chain was read.
      if (expected.closedBytes === undefined && (parseRecord(frame.line)?.seq ?? 0) > lines.last) return 'unfinished'
      const fault = await checkEntry(frame, session, sums, lines, lastSeq)
      if (fault !== undefined) return { file, offset: frame.offset, ...fault }
      const record = parseRecord(frame.line)!
      lastSeq = record.seq
      if (isBinding(record)) bindings++
      if (expected.closedBytes !== undefined && record.kind === 'session' && record.body['event'] === 'closed' && frame.offset !== expected.closedBytes) {
        return { file, offset: frame.offset, seq: record.seq, why: 'bytes were added or removed before the end' }
      }
    } else {
      if (expected.closedBytes !== undefined && frame.offset >= expected.closedBytes) return { file, offset: frame.offset, why: 'bytes were added after the session closed' }
      const sum = sums.get(frame.command) ?? { input: undefined, output: undefined }
      sum[frame.kind] = (sum[frame.kind] ?? createHash('sha256')).update(frame.bytes)
      sums.set(frame.command, sum)
    }
  }
  if (expected.closedBytes === undefined) return cut || bindings < expected.bindings ? 'unfinished' : undefined
  if (found.size < expected.closedBytes || bindings < expected.bindings) return { file, offset: found.size, why: 'its end is missing although the session was closed' }
  return undefined
}

async function checkEntry(
  frame: Extract<Frame, { kind: 'entry' }>,
  session: string,
  sums: Map<string, Record<'input' | 'output', Hash | undefined>>,
  lines: LineReader,
  lastSeq: number,
): Promise<{ readonly seq?: number; readonly why: string } | undefined> {
  const record = parseRecord(frame.line)
  if (record === undefined) return { why: 'an entry of the recording is not a record' }
  const { seq, body } = record
  if (!(await lines.matches(seq, frame.line))) return { seq, why: 'the entry in the recording is not the one in the journal' }
  if (record.session !== session) return { seq, why: 'the entry belongs to another session' }
  if (seq <= lastSeq) return { seq, why: 'the entry stands here a second time, or out of order' }
  if (!isBinding(record) || typeof body['command'] !== 'string') return undefined
  const sum = sums.get(body['command'])
  sums.delete(body['command'])
  for (const direction of ['input', 'output'] as const) {
    const stated = body[`${direction}_sha256`]
    const hash = sum?.[direction]?.digest('hex')
    if (stated !== hash) return { seq, why: `the recorded ${direction} of this command is not what its record was made of` }
  }
  return undefined
}

/** Compares single lines with the journal's. Reads ahead: the entries of a session lie close together. */
class LineReader {
  readonly #folder: string
  readonly #chain: Chain
  #handle: FileHandle | undefined
  #index = 0
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0

  constructor(folder: string, chain: Chain) {
    this.#folder = folder
    this.#chain = chain
  }

  get last(): number {
    return this.#chain.head.sequence
  }

  async matches(seq: number, line: Buffer): Promise<boolean> {
    const place = this.#chain.locate(seq)
    if (place === undefined) return false
    if (this.#index !== place.index) {
      await this.close()
      this.#handle = await open(join(this.#folder, journalFile(place.index)), 'r')
      this.#index = place.index
    }
    const length = line.length + 1
    if (place.start < this.#windowStart || place.start + length > this.#windowStart + this.#window.length) {
      const { buffer, bytesRead } = await this.#handle!.read(Buffer.allocUnsafe(Math.max(length, 256 * 1024)), 0, null, place.start)
      this.#window = buffer.subarray(0, bytesRead)
      this.#windowStart = place.start
    }
    const at = place.start - this.#windowStart
    return this.#window[at + line.length] === 10 && this.#window.subarray(at, at + line.length).equals(line)
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
    this.#index = 0
    this.#window = Buffer.alloc(0)
  }
}
