import { constants, writev } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MAGIC, MAX_DATA_FRAME_BYTES } from './frames.ts'

export interface SessionFileLimits {
  /** Unwritten bytes of one session above which its taps are asked to wait. */
  readonly sessionHighWaterBytes: number
  /** The same over all sessions. */
  readonly totalHighWaterBytes: number
  readonly maxOpenFiles: number
  readonly writeBehindMs: number
  readonly retryMs: number
}

/**
 * No recording gets ahead of the journal: after a crash it would hold records whose numbers the chain then gives to others.
 */
export interface JournalSide {
  has(sequence: number): boolean
  /** True once that record is on disk; false if it cannot be written now. */
  reaches(sequence: number): Promise<boolean>
}

/** One recording on its way to disk. */
export interface SessionFile {
  readonly path: string
  queue: Buffer[]
  /** For each of the queue, the journal record it is, or 0. */
  sequences: number[]
  unwritten: number
  /** End of what the disk took; what follows may be rewritten. */
  offset: number
  created: boolean
  drained: PromiseWithResolvers<void> | undefined
  failed: boolean
}

// Beyond this much a write starts at once instead of with the next round.
const EAGER_BYTES = 256 * 1024
// Frames of at least half a slab get one that was used before: fresh memory for every frame of a bulk answer costs more than
// hashing it. Smaller ones would waste what the limits count.
const MAX_FREE_SLABS = 64
const SMALL_BYTES = 2 * 1024
const SHARED_BYTES = 128 * 1024
// Vectors of one writev; the system's limit is 1024.
const MAX_VECTORS = 512

/**
 * Writes recordings behind the data path: one write at a time over all sessions, so that the journal's fdatasync always
 * finds a free thread. A failed write keeps its bytes and is tried again until the disk takes them.
 */
export class SessionFiles {
  readonly #root: string
  readonly #limits: SessionFileLimits
  readonly #journal: JournalSide
  readonly #onHealth: (healthy: boolean, why: unknown) => void
  readonly #handles = new Map<SessionFile, FileHandle>()
  readonly #dirty = new Set<SessionFile>()
  readonly #failed = new Set<SessionFile>()
  readonly #later = new Set<SessionFile>()
  readonly #waiting = new Set<SessionFile>()
  readonly #slabs: ArrayBuffer[] = []
  #small: Buffer = Buffer.alloc(0)
  #smallUsed = 0
  #total = 0
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  #stopped = false

  constructor(
    root: string,
    limits: SessionFileLimits,
    journal: JournalSide,
    onHealth: (healthy: boolean, why: unknown) => void,
  ) {
    this.#root = root
    this.#limits = limits
    this.#journal = journal
    this.#onHealth = onHealth
  }

  get healthy(): boolean {
    return this.#failed.size === 0
  }

  get unwrittenBytes(): number {
    return this.#total
  }

  get openFiles(): number {
    return this.#handles.size
  }

  create(relativePath: string): SessionFile {
    const file = { path: join(this.#root, relativePath), queue: [], sequences: [], unwritten: 0, offset: 0, created: false, drained: undefined, failed: false }
    this.add(file, MAGIC)
    return file
  }

  /** Memory for a frame; taken back once the frame is written, so nobody may keep a view of one over half a slab. */
  readonly allocate = (size: number): Buffer => {
    if (size <= SMALL_BYTES) return this.#allocateSmall(size)
    if (size < MAX_DATA_FRAME_BYTES / 2 || size > MAX_DATA_FRAME_BYTES) return Buffer.allocUnsafe(size)
    return Buffer.from(this.#slabs.pop() ?? Buffer.allocUnsafeSlow(MAX_DATA_FRAME_BYTES).buffer, 0, size)
  }

  /** Many small frames share a piece of memory, which goes when the last of them is written. */
  #allocateSmall(size: number): Buffer {
    if (this.#smallUsed + size > this.#small.length) {
      this.#small = Buffer.allocUnsafeSlow(SHARED_BYTES)
      this.#smallUsed = 0
    }
    const from = this.#smallUsed
    this.#smallUsed += size
    return this.#small.subarray(from, from + size)
  }

  /** `sequence`: the journal record this frame is, if it is one. */
  add(file: SessionFile, frame: Buffer, sequence = 0): void {
    file.queue.push(frame)
    file.sequences.push(sequence)
    file.unwritten += frame.length
    this.#total += frame.length
    if (file.failed || this.#later.has(file)) return
    this.#dirty.add(file)
    if (this.#running !== undefined) return
    if (file.unwritten >= EAGER_BYTES) this.#start()
    else this.#timer ??= setTimeout(this.#start, this.#limits.writeBehindMs)
  }

  /** Undefined while there is room; otherwise resolves when there is again. */
  room(file: SessionFile): Promise<void> | undefined {
    if (file.unwritten <= this.#limits.sessionHighWaterBytes && this.#total <= this.#limits.totalHighWaterBytes) return undefined
    this.#waiting.add(file)
    file.drained ??= Promise.withResolvers<void>()
    return file.drained.promise
  }

  /** True once everything queued for that file is written; false when stop() has given it up. */
  async flushed(file: SessionFile): Promise<boolean> {
    while (file.unwritten > 0) {
      if (this.#stopped) return false
      this.#waiting.add(file)
      file.drained ??= Promise.withResolvers<void>()
      this.#start()
      await file.drained.promise
    }
    return true
  }

  async sync(file: SessionFile): Promise<void> {
    const handle = await open(file.path, constants.O_RDWR)
    try {
      await handle.datasync()
    } finally {
      await handle.close()
    }
  }

  async release(file: SessionFile): Promise<void> {
    const handle = this.#handles.get(file)
    this.#handles.delete(file)
    await handle?.close().catch(() => {})
  }

  /** One last try for everything; returns how many bytes the disk did not take. */
  async stop(): Promise<number> {
    this.#stopped = true
    clearTimeout(this.#timer)
    clearTimeout(this.#retry)
    await this.#running
    for (const file of [...this.#failed, ...this.#later]) this.#dirty.add(file)
    this.#later.clear()
    while (this.#dirty.size > 0) await this.#run()
    clearTimeout(this.#retry)
    for (const file of this.#waiting) settle(file)
    this.#waiting.clear()
    for (const handle of this.#handles.values()) await handle.close().catch(() => {})
    this.#handles.clear()
    return this.#total
  }

  readonly #start = (): void => {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#running === undefined && this.#dirty.size > 0) this.#running = this.#run()
  }

  /** One round over what was dirty when it began. What comes meanwhile waits for the next one: many small frames make one write then. */
  async #run(): Promise<void> {
    // Never over before #start has noted that it runs: a round that finds nothing to write would be taken to run for ever.
    await undefined
    for (const file of [...this.#dirty]) {
      this.#dirty.delete(file)
      // What was queued while an earlier write of this file was under way may have gone with it.
      if (file.queue.length === 0) continue
      try {
        const count = await this.#writable(file)
        if (count > 0) {
          await this.#write(file, count)
          this.#succeeded(file)
        } else {
          this.#later.add(file)
          this.#tryAgain()
        }
      } catch (error) {
        this.#fail(file, error)
      }
      this.#wake()
    }
    this.#running = undefined
    if (this.#stopped || this.#dirty.size === 0) return
    for (const file of this.#dirty) if (file.unwritten >= EAGER_BYTES || this.#waiting.has(file)) return this.#start()
    this.#timer ??= setTimeout(this.#start, this.#limits.writeBehindMs)
  }

  /** How many frames may go to disk. Waits only when not even the first may; zero: the journal cannot be written. */
  async #writable(file: SessionFile): Promise<number> {
    const first = file.sequences[0]!
    if (!this.#journal.has(first) && !(await this.#journal.reaches(first))) return 0
    const most = Math.min(file.sequences.length, MAX_VECTORS)
    for (let count = 1; count < most; count++) if (!this.#journal.has(file.sequences[count]!)) return count
    return most
  }

  async #write(file: SessionFile, count: number): Promise<void> {
    const handle = await this.#handle(file)
    const batch = file.queue.slice(0, count)
    let bytes = 0
    for (const buffer of batch) bytes += buffer.length
    await writevAll(handle.fd, batch, file.offset)
    file.queue = file.queue.slice(count)
    for (const { buffer } of batch) {
      // Views of Node's own pool have a larger buffer behind them; an entry of just this size is as free as a slab.
      if (buffer.byteLength === MAX_DATA_FRAME_BYTES && this.#slabs.length < MAX_FREE_SLABS) this.#slabs.push(buffer as ArrayBuffer)
    }
    file.sequences = file.sequences.slice(count)
    file.offset += bytes
    file.unwritten -= bytes
    this.#total -= bytes
    if (file.queue.length > 0) this.#dirty.add(file)
  }

  async #handle(file: SessionFile): Promise<FileHandle> {
    const known = this.#handles.get(file)
    if (known !== undefined) {
      this.#handles.delete(file)
      this.#handles.set(file, known)
      return known
    }
    for (const [oldest, handle] of this.#handles) {
      if (this.#handles.size < this.#limits.maxOpenFiles) break
      this.#handles.delete(oldest)
      await handle.close()
    }
    if (!file.created) await mkdir(dirname(file.path), { recursive: true, mode: 0o700 })
    // A new recording never continues a file that is there already: two sessions of one id would be a fault of ours.
    const handle = await open(file.path, file.created ? constants.O_RDWR : constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)
    file.created = true
    this.#handles.set(file, handle)
    // Whatever a failed write left behind the last good byte goes; a file shorter than that was cut by somebody else.
    const { size } = await handle.stat()
    if (size < file.offset) throw new Error('a recording is shorter than what was written')
    if (size > file.offset) await handle.truncate(file.offset)
    return handle
  }

  #fail(file: SessionFile, error: unknown): void {
    const first = this.#failed.size === 0
    file.failed = true
    this.#failed.add(file)
    const handle = this.#handles.get(file)
    this.#handles.delete(file)
    void handle?.close().catch(() => {})
    if (first) this.#onHealth(false, error)
    this.#tryAgain()
  }

  #tryAgain(): void {
    if (this.#stopped) return
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      for (const file of [...this.#failed, ...this.#later]) this.#dirty.add(file)
      this.#later.clear()
      this.#start()
    }, this.#limits.retryMs)
  }

  #succeeded(file: SessionFile): void {
    if (!file.failed) return
    file.failed = false
    this.#failed.delete(file)
    if (this.#failed.size === 0) this.#onHealth(true, undefined)
  }

  #wake(): void {
    if (this.#waiting.size === 0) return
    const total = this.#total <= this.#limits.totalHighWaterBytes
    for (const file of this.#waiting) {
      if (file.unwritten > 0 && (!total || file.unwritten > this.#limits.sessionHighWaterBytes / 2)) continue
      this.#waiting.delete(file)
      settle(file)
    }
  }
}

function settle(file: SessionFile): void {
  file.drained?.resolve()
  file.drained = undefined
}

function writevAll(fd: number, buffers: readonly Buffer[], position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (rest: readonly Buffer[], at: number): void => {
      writev(fd, rest, at, (error, written) => {
        if (error !== null) return reject(error)
        if (written === 0) return reject(new Error('the disk took no bytes'))
        const left = dropBytes(rest, written)
        if (left.length === 0) return resolve()
        step(left, at + written)
      })
    }
    step(buffers, position)
  })
}

function dropBytes(buffers: readonly Buffer[], count: number): readonly Buffer[] {
  let index = 0
  let left = count
  while (index < buffers.length && left >= buffers[index]!.length) left -= buffers[index++]!.length
  const rest = buffers.slice(index)
  if (left > 0) rest[0] = rest[0]!.subarray(left)
  return rest
}
