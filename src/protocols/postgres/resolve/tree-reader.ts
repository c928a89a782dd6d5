import { Worker } from 'node:worker_threads'
import { GatewayError } from '../../../errors.ts'
import type { KnowledgeTables, Named, Read, TreeAnswer, TreeRequest } from './tree-worker.ts'

/** Reads long trees in a thread of its own, one after the other. The thread is there while there is something to read. */
export interface TreeReader {
  /** Throws `not_understood` when a tree cannot be read, `input_limit` when too many wait or one takes too long. */
  read(printed: readonly string[], tablesFor: (named: Named) => Promise<KnowledgeTables>): Promise<Read>
}

const WORKER_URL = new URL(import.meta.url.endsWith('.ts') ? './tree-worker.ts' : './tree-worker.js', import.meta.url)
const MAX_WAITING = 16
/** One step of one tree. Five seconds is much more than the longest takes on a busy machine. */
const STEP_WITHIN_MS = 5_000
const IDLE_MS = 10_000

export function createTreeReader(workerFile: URL = WORKER_URL): TreeReader {
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let nextId = 1

  function ask(thread: Worker, request: TreeRequest): Promise<TreeAnswer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(new GatewayError('input_limit', "the target's reading of it takes too long to be read")), STEP_WITHIN_MS)
      const onMessage = (answer: TreeAnswer): void => {
        // Of a step that was given up.
        if (answer.id !== request.id) return
        done()
        resolve(answer)
      }
      const onEnd = (): void => end(new GatewayError('not_understood', "the target's reading of it could not be read"))
      const done = (): void => {
        clearTimeout(timer)
        thread.off('message', onMessage).off('error', onEnd).off('exit', onEnd)
      }
      const end = (error: GatewayError): void => {
        done()
        if (worker === thread) worker = undefined
        void thread.terminate()
        reject(error)
      }
      thread.on('message', onMessage).on('error', onEnd).on('exit', onEnd)
      thread.postMessage(request)
    })
  }

  async function readOne(printed: readonly string[], tablesFor: (named: Named) => Promise<KnowledgeTables>): Promise<Read> {
    clearTimeout(idle)
    // No environment and no inherited flags, as for the parser's threads; a fault between two steps is the next step's to notice.
    const thread = (worker ??= new Worker(workerFile, { env: {}, execArgv: [], name: 'trees', resourceLimits: { maxOldGenerationSizeMb: 512 } }).on('error', () => { worker = undefined }))
    thread.unref()
    const id = nextId++
    const opened = await ask(thread, { id, step: 'open', printed })
    if (!('named' in opened)) throw unreadable(opened)
    const tables = await tablesFor(opened.named)
    const read = await ask(thread, { id, step: 'read', tables })
    if (!('read' in read)) throw unreadable(read)
    return read.read
  }

  return {
    async read(printed, tablesFor) {
      if (waiting >= MAX_WAITING) throw new GatewayError('input_limit', 'too many long statements are waiting to be read')
      waiting++
      const mine = last.then(() => readOne(printed, tablesFor))
      last = mine.catch(() => undefined)
      try {
        return await mine
      } finally {
        if (--waiting === 0) idle = setTimeout(() => {
          void worker?.terminate()
          worker = undefined
        }, IDLE_MS).unref()
      }
    },
  }
}

function unreadable(answer: TreeAnswer): GatewayError {
  return new GatewayError('not_understood', 'failed' in answer ? answer.failed : "the target's reading of it could not be read")
}
