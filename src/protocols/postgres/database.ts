import { serialize } from 'pg-protocol'
import { GatewayError } from '../../errors.ts'
import type { Door } from '../adapter.ts'
import { readAnswers } from './answers.ts'
import { buildCatalog, type Catalog, CATALOG_QUERIES, type CatalogRow } from './catalog.ts'
import { connect, send, startupPacket, type Upstream, type UpstreamTarget } from './upstream.ts'

// One database of one target as the gateway knows it: its own connection, and the catalogue read over it. Everything
// said on that connection is one of the registered words, so it needs no verdict and can be nothing else.

const CHECK_EVERY_MS = 5_000
const ANSWER_WITHIN_MS = 30_000
const MAX_ROW_BYTES = 64 << 20
const MAX_ANSWER_BYTES = 256 << 20

export interface Database {
  readonly name: string
  /** The catalogue as last read; throws `target_unavailable` while there is none. */
  readonly catalog: () => Catalog
  /** Counts readings of the catalogue that found a change. */
  readonly generation: () => number
  readonly healthy: () => boolean
  /** Reads the catalogue for the first time, or again if it changed; concurrent calls share one reading. */
  refresh(): Promise<void>
  stop(): void
}

/** The words of this database's own connection, by name, for the adapter's closed list. */
export function databaseWords(key: string, target: UpstreamTarget, database: string): ReadonlyMap<string, Buffer> {
  const words = new Map<string, Buffer>([[`postgres/${key}/connect`, startupPacket({ user: target.user, database, application_name: 'holdpoint', client_encoding: 'UTF8', options: '-c search_path=' })]])
  for (const [name, sql] of CATALOG_QUERIES) words.set(`postgres/${key}/${name}`, serialize.query(sql))
  return words
}

export function openDatabase(key: string, target: UpstreamTarget, words: ReadonlyMap<string, Buffer>, door: Door, connectTimeoutMs: number, onHealth: (healthy: boolean, why: string) => void): Database {
  let upstream: Upstream | undefined
  let catalog: Catalog | undefined
  let seen = ''
  let generation = 0
  let healthy = false
  let reading: Promise<void> | undefined
  let again = false
  let stopped = false
  const timer = setInterval(() => void refresh().catch(() => undefined), CHECK_EVERY_MS)
  timer.unref()

  const word = (name: string): Buffer => words.get(`postgres/${key}/${name}`) as Buffer

  async function ask(name: string): Promise<readonly CatalogRow[]> {
    if (upstream === undefined) {
      const fresh = await connect(door.own(null, `postgres/${key}/connect`), target, word('connect'), { connectTimeoutMs, maxMessageBytes: MAX_ROW_BYTES })
      // Between two questions nobody else listens for the connection's end.
      fresh.socket.on('error', () => undefined).on('close', () => { if (upstream === fresh) upstream = undefined })
      upstream = fresh
    }
    const current = upstream
    void send(door.own(null, `postgres/${key}/${name}`), current, word(name))
    return readRows(current)
  }

  async function read(): Promise<void> {
    try {
      const now = (await ask('generation'))[0]?.['generation'] ?? ''
      if (now !== seen || catalog === undefined) {
        const rows = new Map<string, readonly CatalogRow[]>()
        for (const name of CATALOG_QUERIES.keys()) if (name !== 'generation') rows.set(name, await ask(name))
        catalog = buildCatalog(rows)
        seen = now
        generation++
      }
      if (!healthy) onHealth(true, 'the catalogue was read')
      healthy = true
    } catch (error) {
      upstream?.socket.destroy()
      upstream = undefined
      if (healthy || generation === 0) onHealth(false, error instanceof Error ? error.message : 'the catalogue could not be read')
      healthy = false
      throw error
    }
  }

  async function refresh(): Promise<void> {
    if (stopped) return
    if (reading) {
      // A change may have come after the reading under way asked: one more, shared by all who ask meanwhile.
      again = true
      return reading
    }
    reading = (async () => {
      do {
        again = false
        await read()
      } while (again && !stopped)
    })().finally(() => { reading = undefined })
    return reading
  }

  return {
    name: key,
    catalog() {
      if (catalog === undefined) throw new GatewayError('target_unavailable', `the catalogue of ${key} could not be read yet`)
      return catalog
    },
    generation: () => generation,
    healthy: () => healthy,
    refresh,
    stop() {
      stopped = true
      clearInterval(timer)
      upstream?.socket.destroy()
    },
  }
}

/** Rows of one simple query, as text; throws `target_failed` with the target's own error. */
async function readRows(upstream: Upstream): Promise<readonly CatalogRow[]> {
  const { rows, errors, tooLong } = await readAnswers(upstream, 1, { withinMs: ANSWER_WITHIN_MS, maxBytes: MAX_ANSWER_BYTES })
  const [error] = errors
  if (error !== undefined) throw new GatewayError('target_failed', `the target refused a catalogue query: ${error.get('M') ?? ''}`)
  if (tooLong) throw new GatewayError('target_failed', 'a row of the catalogue is longer than 64 MiB')
  return rows
}
