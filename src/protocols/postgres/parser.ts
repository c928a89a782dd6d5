import { hash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { GatewayError } from '../../errors.ts'
import { guardBytes } from './byte-guard.ts'
import type { RowsQuestion } from './impact/rewrite.ts'
import type { ParseAnswer, ParseRequest } from './parse-worker.ts'
import type { RawStatement } from './raw.ts'
import { fits, keepShape, type Shape, shapeOf, type Template, templateOf } from './shape.ts'

export interface ParserOptions {
  /** Threads that parse; one more stands by. */
  readonly workers?: number
  /** Longest text in bytes. */
  readonly maxTextBytes?: number
  /** Longest one text may keep a thread busy, in milliseconds of its CPU. */
  readonly timeBoxMs?: number
  readonly cacheEntries?: number
  /** Longer texts are not cached. */
  readonly cacheTextBytes?: number
  /** What all cached texts may weigh together, in bytes of text. */
  readonly cacheTotalBytes?: number
  /** A thread is replaced after so many texts. */
  readonly recycleAfter?: number
  /** Texts waiting for a thread, in bytes together. */
  readonly maxQueuedBytes?: number
  /** The thread's program, when it is not the one beside this file. */
  readonly workerFile?: URL
}

export interface ParserPool {
  /**
   * Facts of every statement of one text, in order; none for a text of blanks and comments. A cached text answers at
   * once, without a promise. Throws (or rejects with) GatewayError: `not_understood` when the grammar or the decoder
   * refuses the bytes, `input_limit` when they are too large, too deep or too slow to read, `parser_unavailable` when
   * no thread can answer. No message quotes the text.
   */
  parse(bytes: Uint8Array): readonly RawStatement[] | Promise<readonly RawStatement[]>
  /**
   * The same from this very text. `parse` may answer with the statements of an earlier text that differs in free literals
   * only (shape.ts): equal in everything but `sql` and its place. Ask here where the literals matter: before rows are
   * counted by them, and when the target refused what `parse` answered, which it may have done for the other text's literal.
   * Statements that were read off this text are the same objects again.
   */
  exact(bytes: Uint8Array): readonly RawStatement[] | Promise<readonly RawStatement[]>
  /** How many rows each statement of this very text would change, as questions for its target. Rejects as `parse` throws. Not cached: it is asked of what is held. */
  questions(bytes: Uint8Array): Promise<readonly (readonly RowsQuestion[])[]>
  /** False while no thread can answer. */
  readonly healthy: boolean
  /** Threads thrown away so far, and why. */
  readonly recycled: Readonly<Record<string, number>>
  close(): Promise<void>
}

interface Job {
  readonly id: number
  readonly text: string
  readonly bytes: number
  readonly key: string | null
  /** Set where the text may become a template for others. */
  readonly template: { readonly shape: Shape; readonly bytes: Buffer } | null
  readonly resolve: (statements: readonly RawStatement[]) => void
  /** Set where questions are asked for in place of facts. */
  readonly count?: (questions: readonly (readonly RowsQuestion[])[]) => void
  readonly reject: (error: GatewayError) => void
}

interface Thread {
  readonly worker: Worker
  state: 'starting' | 'idle' | 'busy' | 'gone'
  job: Job | null
  parsed: number
  /** CPU it had used when it last answered; null where Node cannot tell. */
  cpuMs: number | null
  watch: NodeJS.Timeout | undefined
}

// A thread that waits for the CPU is not at fault, but nor may a stuck one answer for its own CPU time for ever.
/**
 * The grammar refused the text. `position`: the character, from 0 (-1: unknown). `said`: a syntax error in the words of the
 * server's own grammar, which may quote the text, and so are for the client alone.
 */
export class NotSql extends GatewayError {
  readonly position: number
  readonly said: string | null
  constructor(position: number, said: string | null) {
    super('not_understood', `the PostgreSQL grammar does not accept this text${position >= 0 ? ` (at character ${position + 1})` : ''}`)
    this.position = position
    this.said = said
  }
}

const WALL_FACTOR = 8
const START_WITHIN_MS = 15_000
const RESTART_FIRST_MS = 50
const RESTART_LAST_MS = 5_000
const WORKER_URL = new URL(import.meta.url.endsWith('.ts') ? './parse-worker.ts' : './parse-worker.js', import.meta.url)

/** Worker threads around PostgreSQL's own grammar (libpg_query as wasm), one of them spare. See ParserPool. */
export function createParserPool(options: ParserOptions = {}): ParserPool {
  return new Pool(options)
}

class Pool implements ParserPool {
  readonly #options: Required<ParserOptions>
  readonly #cache: FactsCache
  readonly #shapes: ShapeCache
  readonly #threads = new Set<Thread>()
  readonly #queue: Job[] = []
  readonly #recycled: Record<string, number> = {}
  #queuedBytes = 0
  #nextId = 1
  #restartAfterMs = RESTART_FIRST_MS
  #restart: NodeJS.Timeout | undefined
  #lastStartFailed = false
  #closed = false

  constructor(options: ParserOptions) {
    this.#options = {
      workers: 2,
      maxTextBytes: 1 << 20,
      timeBoxMs: 250,
      cacheEntries: 10_000,
      cacheTextBytes: 64 * 1024,
      cacheTotalBytes: 16 << 20,
      recycleAfter: 100_000,
      maxQueuedBytes: 32 << 20,
      workerFile: WORKER_URL,
      ...options,
    }
    this.#cache = new FactsCache(this.#options.cacheEntries, this.#options.cacheTotalBytes)
    this.#shapes = new ShapeCache(this.#options.cacheEntries, this.#options.cacheTotalBytes)
    this.#fill()
  }

  get healthy(): boolean {
    if (this.#closed) return false
    for (const thread of this.#threads) if (thread.state === 'idle' || thread.state === 'busy') return true
    return false
  }

  get recycled(): Readonly<Record<string, number>> {
    return { ...this.#recycled }
  }

  parse(bytes: Uint8Array): readonly RawStatement[] | Promise<readonly RawStatement[]> {
    if (this.#closed) throw new GatewayError('parser_unavailable', 'the parser has been stopped')
    const buffer = asBuffer(bytes)
    const shape = this.#shapeOf(buffer)
    const shared = shape === null ? undefined : this.#shapes.get(shape, buffer)
    return shared ?? this.#parse(buffer, shape)
  }

  exact(bytes: Uint8Array): readonly RawStatement[] | Promise<readonly RawStatement[]> {
    if (this.#closed) throw new GatewayError('parser_unavailable', 'the parser has been stopped')
    const buffer = asBuffer(bytes)
    const shape = this.#shapeOf(buffer)
    return this.#parse(buffer, shape)
  }

  #shapeOf(bytes: Buffer): Shape | null {
    return bytes.length <= this.#options.cacheTextBytes && bytes.length <= this.#options.maxTextBytes ? shapeOf(bytes) : null
  }

  #parse(bytes: Buffer, shape: Shape | null): readonly RawStatement[] | Promise<readonly RawStatement[]> {
    const key = bytes.length <= this.#options.cacheTextBytes ? cacheKey(bytes) : null
    const known = key === null ? undefined : this.#cache.get(key)
    if (known !== undefined) return known
    const text = guardBytes(bytes, this.#options.maxTextBytes)
    // The server treats it as an empty query; the library refuses to be asked.
    if (text === '') return []
    if (this.#lastStartFailed && !this.healthy) throw new GatewayError('parser_unavailable', 'no parser thread can be started at the moment')
    if (this.#queuedBytes + bytes.length > this.#options.maxQueuedBytes) throw new GatewayError('parser_unavailable', 'too much text is waiting to be parsed')
    // The bytes are the caller's; what is looked at after an answer is a copy.
    const template = shape === null ? null : { shape: keepShape(shape), bytes: Buffer.from(bytes) }
    return new Promise((resolve, reject) => {
      this.#queuedBytes += bytes.length
      this.#queue.push({ id: this.#nextId++, text, bytes: bytes.length, key, template, resolve, reject })
      this.#dispatch()
    })
  }

  async questions(bytes: Uint8Array): Promise<readonly (readonly RowsQuestion[])[]> {
    if (this.#closed) throw new GatewayError('parser_unavailable', 'the parser has been stopped')
    const text = guardBytes(asBuffer(bytes), this.#options.maxTextBytes)
    if (text === '') return []
    if (this.#queuedBytes + bytes.length > this.#options.maxQueuedBytes) throw new GatewayError('parser_unavailable', 'too much text is waiting to be parsed')
    return new Promise((count, reject) => {
      this.#queuedBytes += bytes.length
      this.#queue.push({ id: this.#nextId++, text, bytes: bytes.length, key: null, template: null, resolve: () => count([]), count, reject })
      this.#dispatch()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#restart)
    this.#failQueue('the parser has been stopped')
    const threads = [...this.#threads]
    for (const thread of threads) this.#discard(thread, 'closed', new GatewayError('parser_unavailable', 'the parser has been stopped'))
    await Promise.all(threads.map((thread) => thread.worker.terminate()))
  }

  #dispatch(): void {
    let busy = 0
    for (const thread of this.#threads) if (thread.state === 'busy') busy++
    for (const thread of this.#threads) {
      if (busy >= this.#options.workers || this.#queue.length === 0) return
      if (thread.state !== 'idle') continue
      const job = this.#queue.shift()
      if (job === undefined) return
      this.#queuedBytes -= job.bytes
      busy++
      this.#send(thread, job)
    }
  }

  #send(thread: Thread, job: Job): void {
    thread.state = 'busy'
    thread.job = job
    thread.parsed++
    this.#watch(thread, performance.now())
    thread.worker.postMessage({ id: job.id, text: job.text, bytes: job.bytes, literals: job.template !== null, ...(job.count === undefined ? {} : { counting: true }) } satisfies ParseRequest)
  }

  /** Ends a thread that used up its time. Its CPU time counts where Node can tell it, so a loaded machine does not refuse good statements. */
  #watch(thread: Thread, since: number): void {
    const { timeBoxMs } = this.#options
    const before = thread.cpuMs
    const check = async (): Promise<void> => {
      const job = thread.job
      const elapsed = performance.now() - since
      if (elapsed < timeBoxMs * WALL_FACTOR) {
        const now = before === null ? null : await cpuOf(thread.worker)
        if (thread.job !== job || thread.state !== 'busy') return
        if (before !== null && now !== null && now - before < timeBoxMs) {
          thread.watch = setTimeout(() => void check(), Math.max(5, timeBoxMs - (now - before)))
          return
        }
      }
      this.#discard(thread, 'timeout', new GatewayError('input_limit', `the statement takes longer than ${timeBoxMs} ms to parse`))
    }
    thread.watch = setTimeout(() => void check(), timeBoxMs)
  }

  #onAnswer(thread: Thread, answer: ParseAnswer): void {
    if (thread.state === 'gone') return
    thread.cpuMs = answer.cpuMs
    if (answer.kind === 'ready') {
      clearTimeout(thread.watch)
      thread.state = 'idle'
      this.#lastStartFailed = false
      this.#restartAfterMs = RESTART_FIRST_MS
      this.#dispatch()
      return
    }
    const job = thread.job
    if (job === null || job.id !== answer.id) {
      this.#discard(thread, 'protocol', new GatewayError('parser_unavailable', 'a parser thread answered out of turn'))
      return
    }
    if (answer.kind === 'broken') {
      // RangeError: the text overran the stack of the wasm instance, which is damaged from then on.
      const why = answer.cause === 'RangeError' ? new GatewayError('input_limit', 'the statement is nested deeper than the parser can follow') : new GatewayError('not_understood', 'the parser failed on this statement')
      this.#discard(thread, answer.cause, why)
      return
    }
    this.#settle(thread)
    if (answer.kind === 'facts') {
      if (job.key !== null) this.#cache.set(job.key, answer.statements, job.bytes)
      if (job.template !== null && answer.free.length > 0) {
        const { shape, bytes } = job.template
        const template = templateOf(bytes, shape, answer.free)
        if (template !== null) this.#shapes.set(shape, template, bytes, answer.statements)
      }
      job.resolve(answer.statements)
    } else if (answer.kind === 'questions') job.count?.(answer.questions)
    else if (answer.kind === 'deep') job.reject(new GatewayError('input_limit', 'the statement is nested deeper than the parser can follow'))
    else job.reject(new NotSql(answer.position, answer.said))
    if (thread.parsed >= this.#options.recycleAfter) this.#discard(thread, 'age', null)
    else this.#dispatch()
  }

  #settle(thread: Thread): void {
    clearTimeout(thread.watch)
    thread.job = null
    thread.state = 'idle'
  }

  #discard(thread: Thread, cause: string, error: GatewayError | null): void {
    if (thread.state === 'gone') return
    const neverReady = thread.state === 'starting'
    clearTimeout(thread.watch)
    thread.state = 'gone'
    this.#threads.delete(thread)
    this.#recycled[cause] = (this.#recycled[cause] ?? 0) + 1
    const { job } = thread
    thread.job = null
    void thread.worker.terminate()
    if (job !== null) job.reject(error ?? new GatewayError('parser_unavailable', 'the parser thread ended before it answered'))
    if (this.#closed) return
    if (neverReady) this.#startFailed()
    else this.#fill()
    this.#dispatch()
  }

  #startFailed(): void {
    this.#lastStartFailed = true
    if (!this.healthy) this.#failQueue('no parser thread can be started at the moment')
    if (this.#restart !== undefined) return
    this.#restart = setTimeout(() => {
      this.#restart = undefined
      this.#fill()
    }, this.#restartAfterMs)
    this.#restartAfterMs = Math.min(RESTART_LAST_MS, this.#restartAfterMs * 2)
  }

  #failQueue(message: string): void {
    this.#queuedBytes = 0
    for (const job of this.#queue.splice(0)) job.reject(new GatewayError('parser_unavailable', message))
  }

  #fill(): void {
    while (!this.#closed && this.#threads.size < this.#options.workers + 1) if (!this.#start()) return
  }

  #start(): boolean {
    let worker: Worker
    try {
      // An empty environment and no inherited flags: the thread needs neither, and must not see our secrets.
      worker = new Worker(this.#options.workerFile, { env: {}, execArgv: [], name: 'parser', resourceLimits: { maxOldGenerationSizeMb: 512 } })
    } catch {
      this.#startFailed()
      return false
    }
    const thread: Thread = { worker, state: 'starting', job: null, parsed: 0, cpuMs: null, watch: undefined }
    this.#threads.add(thread)
    const died = new GatewayError('parser_unavailable', 'the parser thread ended before it answered')
    thread.watch = setTimeout(() => this.#discard(thread, 'start', died), START_WITHIN_MS)
    worker.on('message', (answer: ParseAnswer) => this.#onAnswer(thread, answer))
    worker.on('error', () => this.#discard(thread, 'error', died))
    worker.on('exit', () => this.#discard(thread, 'exit', died))
    // The listeners, not the parser, keep the process alive.
    worker.unref()
    return true
  }
}

/** CPU milliseconds a thread has used; null where this Node cannot tell (before 24.6) or the thread has gone. */
async function cpuOf(worker: Worker): Promise<number | null> {
  try {
    const usage = await (worker as Worker & { cpuUsage?: () => Promise<{ user: number; system: number }> }).cpuUsage?.()
    return usage === undefined ? null : (usage.user + usage.system) / 1000
  } catch {
    return null
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Latin-1 keeps every byte apart, so equal keys mean equal bytes; long texts go by their digest. */
function cacheKey(bytes: Uint8Array): string {
  return bytes.length <= 4096 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1') : `sha256\0${hash('sha256', bytes, 'hex')}`
}

/** Least recently used first out, bounded in entries and in bytes of text. */
class FactsCache {
  readonly #entries = new Map<string, { readonly statements: readonly RawStatement[]; readonly bytes: number }>()
  readonly #maxEntries: number
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  get(key: string): readonly RawStatement[] | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.statements
  }

  set(key: string, statements: readonly RawStatement[], bytes: number): void {
    const before = this.#entries.get(key)
    if (before !== undefined) {
      this.#bytes -= before.bytes
      this.#entries.delete(key)
    }
    this.#entries.set(key, { statements, bytes })
    this.#bytes += bytes
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) return
      this.#entries.delete(oldest)
      this.#bytes -= entry.bytes
    }
  }
}

/** Literals that are not free, such as a position in ORDER BY, make several templates of one shape. */
const TEMPLATES_OF_A_SHAPE = 8

interface Known {
  readonly template: Template
  readonly statements: readonly RawStatement[]
}

/** Templates by shape, bounded like FactsCache. What was used since it was last looked at is passed over once when room is needed. */
class ShapeCache {
  readonly #entries = new Map<string, { templates: Known[]; bytes: number; used: boolean }>()
  readonly #maxEntries: number
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  get(shape: Shape, bytes: Buffer): readonly RawStatement[] | undefined {
    const entry = this.#entries.get(shape.key)
    if (entry === undefined) return undefined
    entry.used = true
    for (const { template, statements } of entry.templates) if (fits(bytes, shape, template)) return statements
    return undefined
  }

  /** `bytes` is the text it was made from: a template that spoke for it before gives way. */
  set(shape: Shape, template: Template, bytes: Buffer, statements: readonly RawStatement[]): void {
    const before = this.#entries.get(shape.key)
    const others = before?.templates.filter((one) => !fits(bytes, shape, one.template)).slice(-(TEMPLATES_OF_A_SHAPE - 1)) ?? []
    const templates = [...others, { template, statements }]
    let weight = shape.key.length
    for (const one of templates) for (const fixed of one.template.fixed) weight += fixed.bytes.length + 64
    this.#bytes += weight - (before?.bytes ?? 0)
    this.#entries.set(shape.key, { templates, bytes: weight, used: before?.used ?? false })
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) return
      this.#entries.delete(key)
      if (entry.used) this.#entries.set(key, { ...entry, used: false })
      else this.#bytes -= entry.bytes
    }
  }
}
