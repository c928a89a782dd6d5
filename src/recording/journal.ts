import { hash } from 'node:crypto'
import { close, constants, fdatasync, fstat, ftruncate, open, write } from 'node:fs'
import { mkdir, open as openHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { GatewayError } from '../errors.ts'
import type { Entry } from './entry.ts'
import { GENESIS, journalFile, journalIndexes, lineHash, parseRecord, readLines, syncFolder } from './files.ts'

export interface JournalOptions {
  /** Folder of the journal's files; made if absent (0700). */
  readonly folder: string
  /** Milliseconds since 1970; `at` of a record comes from it. */
  readonly now?: () => number
  /** A file is closed and the next begun before it would grow over this. */
  readonly rotateBytes?: number
  /** Lines not yet on disk; over it `append` refuses. */
  readonly maxBufferBytes?: number
  /** Longest single line. */
  readonly maxEntryBytes?: number
  /** How long an entry nobody waits for may stay in memory before its write begins. */
  readonly writeBehindMs?: number
  /** Pause between two attempts to get a failed write onto the disk. */
  readonly retryMs?: number
  /** A write that takes longer than this counts as failed for those who wait, until it ends. */
  readonly stallAfterMs?: number
  readonly onHealth?: (healthy: boolean, why: string) => void
}

export interface Appended {
  readonly sequence: number
  /** The line as it goes to disk, newline excluded. */
  readonly line: string
  /** The same as bytes; they stay as they are. */
  readonly bytes: Buffer
}

export interface JournalHead {
  readonly sequence: number
  /** sha256 (hex) of that line; what an operator notes down elsewhere to detect a cut tail. */
  readonly hash: string
}

/** What has happened already gates nothing, so it is taken even while the disk is refused to commands. */
const TELLS_OF_THE_PAST: ReadonlySet<Entry['kind']> = new Set(['outcome', 'session'])

// A line is written as bytes once, where its hash, its recording and the disk then take it from.
const SLAB_BYTES = 64 * 1024
// Longer lines are measured first: a character may take three bytes, and room for so many would be wasted on them.
const MEASURED_CHARACTERS = 4 * 1024

/** Lines that lie side by side in one slab, newlines included. */
interface Piece {
  readonly slab: Buffer
  readonly start: number
  end: number
}

// Lines that leave for the disk together. `done` exists once somebody waits.
interface Batch {
  pieces: Piece[]
  bytes: number
  sequence: number
  hash: string
  done: PromiseWithResolvers<void> | undefined
}

// With O_DSYNC a write returns when fdatasync after it would have: one trip through the thread pool instead of two, a fifth
// of the time to a durable record. Not every system has it; there the fdatasync is made.
const DSYNC: number = constants.O_DSYNC ?? 0
const OPEN_FLAGS = constants.O_RDWR | DSYNC

const fs = {
  open: promisify(open),
  close: promisify(close),
  fstat: promisify(fstat),
  ftruncate: promisify(ftruncate),
  fdatasync: promisify(fdatasync),
}

/**
 * Opens the journal for writing: takes its lock, checks the last file's chain, cuts a torn last line (and records that).
 *
 * A line is `{"seq","at","session","kind","body","prev"}` in that order, body as JSON.stringify writes it, `prev` the
 * sha256 of the line before it, across files. Throws `recording_unavailable` when another process holds the journal,
 * the folder cannot be written, or a record other than an unfinished last one does not fit the chain.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  let lock: Database.Database | undefined
  try {
    await mkdir(options.folder, { recursive: true, mode: 0o700 })
    lock = takeLock(options.folder)
    const end = await findEnd(options.folder)
    const fd = await fs.open(join(options.folder, journalFile(end.index)), constants.O_CREAT | OPEN_FLAGS, 0o600)
    if (end.torn !== undefined) await fs.ftruncate(fd, end.offset)
    await fs.fdatasync(fd)
    await syncFolder(options.folder)
    const journal = new Journal(options, lock, fd, end)
    if (end.torn !== undefined) {
      const cut = { event: 'journal_tail_cut', file: journalFile(end.index), offset: end.offset, ...end.torn }
      await journal.durable(journal.append({ session: 'gateway', kind: 'gateway', body: cut }).sequence)
    }
    return journal
  } catch (error) {
    lock?.close()
    if (error instanceof GatewayError) throw error
    throw new GatewayError('recording_unavailable', `the journal cannot be opened (${reason(error)})`, { cause: error })
  }
}

/** The append-only chain. One per process and folder; made by openJournal. */
export class Journal {
  readonly #folder: string
  readonly #now: () => number
  readonly #rotateBytes: number
  readonly #maxBufferBytes: number
  readonly #maxEntryBytes: number
  readonly #writeBehindMs: number
  readonly #retryMs: number
  readonly #stallAfterMs: number
  readonly #onHealth: (healthy: boolean, why: string) => void
  readonly #lock: Database.Database

  #fd: number
  #fileIndex: number
  /** End of what is known to be on disk; everything behind it may be rewritten. */
  #offset: number
  #reopen = false

  #sequence: number
  #hash: string
  #durable: JournalHead
  #collecting: Batch
  #inFlight: Batch | undefined
  #bufferedBytes = 0
  #slab: Buffer = Buffer.alloc(0)
  #slabUsed = 0

  #running: Promise<void> | undefined
  #behind: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  #soon: NodeJS.Immediate | undefined
  #stall: NodeJS.Timeout | undefined
  #failure: { readonly why: string; readonly since: number; readonly from: number; until: number; readonly cause: unknown } | undefined
  #stopped = false
  #isoAt = -1
  #iso = ''

  constructor(options: JournalOptions, lock: Database.Database, fd: number, end: End) {
    this.#folder = options.folder
    this.#now = options.now ?? Date.now
    this.#rotateBytes = options.rotateBytes ?? 64 * 1024 * 1024
    this.#maxBufferBytes = options.maxBufferBytes ?? 32 * 1024 * 1024
    this.#maxEntryBytes = options.maxEntryBytes ?? 16 * 1024 * 1024
    this.#writeBehindMs = options.writeBehindMs ?? 3
    this.#retryMs = options.retryMs ?? 250
    this.#stallAfterMs = options.stallAfterMs ?? 10_000
    this.#onHealth = options.onHealth ?? (() => {})
    this.#lock = lock
    this.#fd = fd
    this.#fileIndex = end.index
    this.#offset = end.offset
    this.#sequence = end.sequence
    this.#hash = end.hash
    this.#durable = { sequence: end.sequence, hash: end.hash }
    this.#collecting = this.#newBatch()
  }

  /** False from the first failed (or stalled) write until everything taken is on disk. */
  get healthy(): boolean {
    return this.#failure === undefined && !this.#stopped
  }

  /** Last record known to be on disk. */
  get head(): JournalHead {
    return this.#durable
  }

  /** Bytes taken and not yet on disk. */
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /** Throws `recording_unavailable` exactly when `append` of an entry of this kind and no size would. */
  assertTakes(kind: Entry['kind']): void {
    if (this.#stopped) throw new GatewayError('recording_unavailable', 'the journal is closed')
    const past = TELLS_OF_THE_PAST.has(kind)
    if (this.#failure !== undefined && !past) throw this.#unavailable()
    if (this.#bufferedBytes >= (past ? this.#maxBufferBytes * 1.25 : this.#maxBufferBytes)) {
      throw new GatewayError('recording_unavailable', 'the journal has more unwritten bytes than it may hold in memory')
    }
  }

  /**
   * Takes the next place in the chain. Throws `recording_unavailable` (unhealthy, full, closed) or `input_limit`
   * (a line over maxEntryBytes), and then nothing was taken. Outcomes and session ends are taken while unhealthy too.
   * `more`: members for the end of the body that are JSON already, each with a comma in front.
   */
  append(entry: Entry, more = ''): Appended {
    this.assertTakes(entry.kind)
    const own = JSON.stringify(entry.body)
    if (own === undefined || own[0] !== '{') throw new TypeError('the body of a journal entry is a JSON object')
    const body = more === '' ? own : own === '{}' ? `{${more.slice(1)}}` : `${own.slice(0, -1)}${more}}`
    const sequence = this.#sequence + 1
    const session = JSON.stringify(entry.session)
    const line = `{"seq":${sequence},"at":"${this.#timestamp()}","session":${session},"kind":"${entry.kind}","body":${body},"prev":"${this.#hash}"}`
    const start = this.#put(line)
    const end = this.#slabUsed
    const bytes = end - start
    if (bytes > this.#maxEntryBytes) {
      this.#slabUsed = start
      throw new GatewayError('input_limit', `a journal entry of ${bytes} bytes is over the limit of ${this.#maxEntryBytes}`)
    }
    const written = this.#slab.subarray(start, end - 1)
    this.#sequence = sequence
    this.#hash = hash('sha256', written, 'hex')
    const batch = this.#collecting
    const last = batch.pieces.at(-1)
    if (last !== undefined && last.slab === this.#slab && last.end === start) last.end = end
    else batch.pieces.push({ slab: this.#slab, start, end })
    batch.bytes += bytes
    batch.sequence = sequence
    batch.hash = this.#hash
    this.#bufferedBytes += bytes
    // During an outage the retry takes the lines along; what came in meanwhile belongs to the range the recovery names.
    if (this.#failure !== undefined) this.#failure.until = sequence
    else if (this.#running === undefined && this.#behind === undefined) this.#behind = setTimeout(this.#onBehind, this.#writeBehindMs)
    return { sequence, line, bytes: written }
  }

  /** Writes a line and its newline behind what the slab has; returns where it begins. */
  #put(line: string): number {
    const most = line.length > MEASURED_CHARACTERS ? Buffer.byteLength(line) : line.length * 3
    if (this.#slabUsed + most + 1 > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, most + 1))
      this.#slabUsed = 0
    }
    const start = this.#slabUsed
    const end = start + this.#slab.write(line, start)
    this.#slab[end] = 0x0a
    this.#slabUsed = end + 1
    return start
  }

  /**
   * Resolves once the record of that sequence is on disk (write with O_DSYNC, or write and fdatasync, returned). Rejects with
   * `recording_unavailable`; the record then still keeps its place in the chain and is written when the disk takes it
   * again, followed by a `recording_recovered` record naming the range nobody was told is safe.
   */
  durable(sequence: number): Promise<void> {
    if (sequence <= this.#durable.sequence) return Promise.resolve()
    // Written so that NaN, too, is refused: waiting for what never comes would hold its caller for ever.
    if (!(sequence <= this.#sequence)) return Promise.reject(new RangeError('no record of that sequence was appended'))
    if (!this.healthy) return Promise.reject(this.#unavailable())
    const inFlight = this.#inFlight
    const batch = inFlight !== undefined && sequence <= inFlight.sequence ? inFlight : this.#collecting
    batch.done ??= Promise.withResolvers<void>()
    // Not within this tick: callers woken by the same poll then share one fdatasync.
    if (this.#running === undefined) this.#soon ??= setImmediate(this.#onSoon)
    return batch.done.promise
  }

  /** Writes what was taken, closes the file and gives up the lock. Rejects with `recording_unavailable` if records had to be left behind. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearTimeout(this.#retry)
    clearTimeout(this.#behind)
    await this.#running
    // Also when unhealthy: the one last try.
    if (this.#bufferedBytes > 0) this.#running = this.#write()
    await this.#running
    for (const timer of [this.#behind, this.#retry, this.#stall]) clearTimeout(timer)
    clearImmediate(this.#soon)
    await fs.close(this.#fd).catch(() => {})
    this.#lock.close()
    const left = this.#sequence - this.#durable.sequence
    if (left > 0) throw new GatewayError('recording_unavailable', `the journal was closed with ${left} records that the disk did not take`)
  }

  readonly #onBehind = (): void => {
    this.#behind = undefined
    this.#start()
  }

  readonly #onSoon = (): void => {
    this.#soon = undefined
    this.#start()
  }

  #start(): void {
    if (this.#running !== undefined || this.#failure !== undefined || this.#bufferedBytes === 0) return
    clearTimeout(this.#behind)
    this.#behind = undefined
    this.#running = this.#write()
  }

  /** Commits batch after batch while there are lines; ends on the first failure, which arms the retry. Never rejects. */
  async #write(): Promise<void> {
    while (this.#bufferedBytes > 0) {
      const batch = this.#collecting
      this.#inFlight = batch
      this.#collecting = this.#newBatch()
      this.#watch()
      let failure: unknown
      try {
        await this.#commit(batch)
      } catch (error) {
        failure = error ?? new Error('write failed')
      }
      this.#inFlight = undefined
      if (failure !== undefined) {
        this.#putBack(batch, failure)
        break
      }
      this.#durable = { sequence: batch.sequence, hash: batch.hash }
      this.#bufferedBytes -= batch.bytes
      batch.done?.resolve()
      if (this.#failure !== undefined) {
        if (this.#bufferedBytes === 0) this.#recovered()
        continue
      }
      if (this.#collecting.done === undefined && !this.#stopped) break
    }
    this.#running = undefined
    if (this.#stopped || this.#failure !== undefined || this.#bufferedBytes === 0) return
    if (this.#collecting.done !== undefined) this.#start()
    else this.#behind ??= setTimeout(this.#onBehind, this.#writeBehindMs)
  }

  async #commit(batch: Batch): Promise<void> {
    if (this.#reopen) await this.#reopenAtEnd()
    if (this.#offset > 0 && this.#offset + batch.bytes > this.#rotateBytes) await this.#rotate()
    const pieces = batch.pieces.map(({ slab, start, end }) => slab.subarray(start, end))
    const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
    await writeAll(this.#fd, bytes, this.#offset)
    if (DSYNC === 0) await fs.fdatasync(this.#fd)
    this.#offset += bytes.length
  }

  async #rotate(): Promise<void> {
    const fd = await fs.open(join(this.#folder, journalFile(this.#fileIndex + 1)), constants.O_CREAT | OPEN_FLAGS, 0o600)
    try {
      // A try before this one may have made the file and then failed; anything in it is not ours.
      if ((await fs.fstat(fd)).size !== 0) throw new Error('the next journal file already has content')
      await syncFolder(this.#folder)
    } catch (error) {
      await fs.close(fd).catch(() => {})
      throw error
    }
    const before = this.#fd
    this.#fd = fd
    this.#fileIndex++
    this.#offset = 0
    await fs.close(before).catch(() => {})
  }

  // After a failed fsync the kernel may have dropped the pages and still call the next fsync a success, so the lines are
  // written again from the last offset that was acknowledged, through a new descriptor, over a file cut back to it.
  async #reopenAtEnd(): Promise<void> {
    const fd = await fs.open(join(this.#folder, journalFile(this.#fileIndex)), OPEN_FLAGS)
    try {
      if ((await fs.fstat(fd)).size < this.#offset) throw new Error('the journal file is shorter than what was acknowledged')
      await fs.ftruncate(fd, this.#offset)
    } catch (error) {
      await fs.close(fd).catch(() => {})
      throw error
    }
    const before = this.#fd
    this.#fd = fd
    this.#reopen = false
    await fs.close(before).catch(() => {})
  }

  #putBack(batch: Batch, error: unknown): void {
    const after = this.#collecting
    this.#collecting = {
      pieces: [...batch.pieces, ...after.pieces],
      bytes: batch.bytes + after.bytes,
      sequence: Math.max(batch.sequence, after.sequence),
      hash: after.pieces.length > 0 ? after.hash : batch.hash,
      done: undefined,
    }
    this.#reopen = true
    this.#fail(reason(error), error, [batch, after])
    if (!this.#stopped) this.#retry = setTimeout(() => { this.#running ??= this.#write() }, this.#retryMs)
  }

  #fail(why: string, cause: unknown, batches: readonly (Batch | undefined)[]): void {
    const first = this.#failure === undefined
    this.#failure ??= { why, since: performance.now(), from: this.#durable.sequence + 1, until: this.#sequence, cause }
    for (const batch of batches) batch?.done?.reject(this.#unavailable())
    if (first) this.#onHealth(false, why)
  }

  #recovered(): void {
    const { why, since, from, until } = this.#failure!
    this.#failure = undefined
    clearTimeout(this.#retry)
    if (this.#stopped) return
    const body = { event: 'recording_recovered', part: 'journal', cause: why, unavailable_ms: Math.round(performance.now() - since), late_from: from, late_to: until }
    this.append({ session: 'gateway', kind: 'gateway', body })
    this.#onHealth(true, 'the journal is written again')
  }

  // A disk that hangs is as bad as one that fails: who waits is told within a bounded time. The timer is left armed when a
  // write ends (a cleared one cannot be refreshed); it then finds nothing in flight.
  #watch(): void {
    if (this.#stall !== undefined) {
      this.#stall.refresh()
      return
    }
    this.#stall = setTimeout(() => {
      this.#stall = undefined
      if (this.#inFlight !== undefined) this.#fail('the disk does not answer', undefined, [this.#inFlight, this.#collecting])
    }, this.#stallAfterMs)
    this.#stall.unref()
  }

  #unavailable(): GatewayError {
    const why = this.#stopped ? 'it is closed' : this.#failure?.why
    return new GatewayError('recording_unavailable', `the journal cannot be written (${why})`, { cause: this.#failure?.cause })
  }

  #timestamp(): string {
    const now = this.#now()
    if (now !== this.#isoAt) {
      this.#iso = new Date(now).toISOString()
      this.#isoAt = now
    }
    return this.#iso
  }

  #newBatch(): Batch {
    return { pieces: [], bytes: 0, sequence: 0, hash: '', done: undefined }
  }
}

interface End {
  readonly index: number
  readonly offset: number
  readonly sequence: number
  readonly hash: string
  readonly torn: { readonly bytes: number; readonly sha256: string } | undefined
}

// SQLite's file lock is the one exclusive lock of the operating system that Node reaches without native code of our own.
// The kernel drops it when the process dies, however it dies, so there is no stale lock file to reason about.
function takeLock(folder: string): Database.Database {
  const lock = new Database(join(folder, 'journal.lock'), { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') !== true) throw error
    throw new GatewayError('recording_unavailable', 'another process has this journal open', { cause: error })
  }
}

/** Where the chain ends: reads the last file that has a line, and ties it to the file before it. */
async function findEnd(folder: string): Promise<End> {
  const indexes = await journalIndexes(folder)
  if (indexes.length === 0) return { index: 1, offset: 0, sequence: 0, hash: GENESIS, torn: undefined }
  indexes.forEach((index, at) => {
    if (index !== at + 1) throw broken(journalFile(at + 1), 1, 'the file is missing')
  })
  // The last file may be empty (made by a rotation that a crash cut short), and only the last.
  for (let at = indexes.length - 1; at >= 0; at--) {
    const end = await scanFile(folder, indexes[at]!, at === 0 ? undefined : indexes[at - 1]!)
    if (end.sequence > 0) return end.index === indexes.at(-1) ? end : await continueIn(folder, indexes.at(-1)!, end)
    if (at < indexes.length - 1) throw broken(journalFile(indexes[at]!), 1, 'the file is empty')
    if (at === 0) return end
  }
  throw new Error('unreachable')
}

async function continueIn(folder: string, index: number, end: End): Promise<End> {
  if (end.torn !== undefined) throw broken(journalFile(end.index), 0, 'the last line is cut short and another file follows')
  const last = await scanFile(folder, index, undefined)
  return { ...last, sequence: end.sequence, hash: end.hash }
}

async function scanFile(folder: string, index: number, before: number | undefined): Promise<End> {
  const name = journalFile(index)
  let sequence = 0
  let previous = ''
  let offset = 0
  let number = 0
  for await (const line of readLines(join(folder, name))) {
    number++
    if (!line.terminated) return { index, offset, sequence, hash: previous, torn: { bytes: line.bytes.length, sha256: lineHash(line.bytes) } }
    const record = parseRecord(line.bytes)
    if (record === undefined) throw broken(name, number, 'it is not a record')
    if (number === 1) {
      const expected = before === undefined ? { sequence: 0, hash: GENESIS } : await lastRecord(folder, before)
      sequence = expected.sequence
      previous = expected.hash
    }
    if (record.seq !== sequence + 1) throw broken(name, number, `its sequence is ${record.seq} where ${sequence + 1} comes next`)
    if (record.prev !== previous) throw broken(name, number, 'it does not continue the record before it')
    sequence = record.seq
    previous = lineHash(line.bytes)
    offset = line.start + line.bytes.length + 1
  }
  return { index, offset, sequence, hash: previous === '' ? GENESIS : previous, torn: undefined }
}

/** Reads backwards from the end, so that a start does not have to read every file there is. */
async function lastRecord(folder: string, index: number): Promise<JournalHead> {
  const name = journalFile(index)
  const handle = await openHandle(join(folder, name), 'r')
  try {
    const { size } = await handle.stat()
    for (let window = 64 * 1024; ; window *= 4) {
      const length = Math.min(window, size)
      const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
      if (buffer.at(-1) !== 10) throw broken(name, 0, 'the last line is cut short and another file follows')
      const start = buffer.lastIndexOf(10, length - 2) + 1
      if (start === 0 && length < size) continue
      const bytes = buffer.subarray(start, length - 1)
      const record = parseRecord(bytes)
      if (record === undefined) throw broken(name, 0, 'its last line is not a record')
      return { sequence: record.seq, hash: lineHash(bytes) }
    }
  } finally {
    await handle.close()
  }
}

function broken(file: string, line: number, why: string): GatewayError {
  return new GatewayError('recording_unavailable', `the journal is broken at ${file} line ${line}: ${why}; run "holdpoint audit verify" before anything else`)
}

/** Writes all of it at that offset; a short count is what a disk that is nearly full returns first. */
function writeAll(fd: number, bytes: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (from: number): void => {
      write(fd, bytes, from, bytes.length - from, position + from, (error, written) => {
        if (error !== null) reject(error)
        else if (written === 0) reject(new Error('the disk took no bytes'))
        else if (from + written < bytes.length) step(from + written)
        else resolve()
      })
    }
    step(0)
  })
}

/** Error code of the operating system where there is one; never a path or data. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault'
  return (error as NodeJS.ErrnoException).code ?? error.message
}
