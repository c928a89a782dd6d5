import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** `prev` of the very first record. */
export const GENESIS = '0'.repeat(64)

/** Longest line or frame a reader accepts; writers stay far below. It bounds what a damaged file can make us hold in memory. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024

/** Session and directory names become file names, so nothing that could leave the folder. */
export const SESSION_ID = /^[A-Za-z0-9_-]{1,128}$/

const JOURNAL_NAME = /^journal-(\d{6})\.ndjson$/
const DAY_NAME = /^\d{4}-\d{2}-\d{2}$/

export function journalFolder(directory: string): string {
  return join(directory, 'journal')
}

export function recordingsFolder(directory: string): string {
  return join(directory, 'recordings')
}

export function journalFile(index: number): string {
  return `journal-${String(index).padStart(6, '0')}.ndjson`
}

/** Path of a recording relative to the recordings folder: `YYYY-MM-DD/<session>.hpr`, the day in UTC. */
export function recordingFile(openedAt: Date, sessionId: string): string {
  return `${openedAt.toISOString().slice(0, 10)}/${sessionId}.hpr`
}

/** Numbers of the journal files in a folder, ascending. An absent folder has none. */
export async function journalIndexes(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names
    .map((name) => JOURNAL_NAME.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b)
}

/** Days that have recordings, newest first. */
export async function recordingDays(directory: string): Promise<string[]> {
  const names = await readdir(recordingsFolder(directory)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.filter((name) => DAY_NAME.test(name)).sort().reverse()
}

/** Absolute path of a session's recording, or undefined. Looks at the newest day first. */
export async function findRecording(directory: string, sessionId: string): Promise<string | undefined> {
  if (!SESSION_ID.test(sessionId)) return undefined
  for (const day of await recordingDays(directory)) {
    const path = join(recordingsFolder(directory), day, `${sessionId}.hpr`)
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile()) return path
  }
  return undefined
}

export interface Line {
  /** Without the newline. */
  readonly bytes: Buffer
  /** Offset of its first byte in the file. */
  readonly start: number
  /** False for what follows the last newline: a line whose write was cut short. */
  readonly terminated: boolean
}

/** A file as it is now. One that grows while it is read would otherwise be followed for as long as its writer is faster. */
export async function* readChunks(path: string): AsyncGenerator<Buffer> {
  const { size } = await stat(path)
  if (size > 0) yield* createReadStream(path, { end: size - 1, highWaterMark: 512 * 1024 }) as AsyncIterable<Buffer>
}

/** Streams the lines of a file, whatever its size. A line over MAX_LINE_BYTES throws RangeError. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let rest: Buffer[] = []
  let restBytes = 0
  let start = 0
  for await (const chunk of readChunks(path)) {
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, end)
      const bytes = restBytes === 0 ? piece : Buffer.concat([...rest, piece])
      yield { bytes, start, terminated: true }
      start += bytes.length + 1
      from = end + 1
      rest = []
      restBytes = 0
    }
    if (from < chunk.length) {
      rest.push(chunk.subarray(from))
      restBytes += chunk.length - from
      if (restBytes > MAX_LINE_BYTES) throw new RangeError('a line is longer than any this program writes')
    }
  }
  if (restBytes > 0) yield { bytes: Buffer.concat(rest), start, terminated: false }
}

/** sha256 (hex) of a line's bytes, newline excluded: what the next line carries as `prev`. */
export function lineHash(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

/** One journal line, taken apart. */
export interface JournalRecord {
  readonly seq: number
  readonly at: string
  readonly session: string
  readonly kind: string
  readonly body: Readonly<Record<string, unknown>>
  readonly prev: string
}

/** Undefined when the bytes are not a journal line of ours. */
export function parseRecord(bytes: Buffer): JournalRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const record = value as Partial<Record<keyof JournalRecord, unknown>>
  const fits =
    Number.isSafeInteger(record.seq) &&
    typeof record.at === 'string' &&
    typeof record.session === 'string' &&
    typeof record.kind === 'string' &&
    typeof record.prev === 'string' &&
    typeof record.body === 'object' &&
    record.body !== null
  return fits ? (value as JournalRecord) : undefined
}

/** A new name in a folder is only durable once the folder itself is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
