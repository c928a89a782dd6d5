import { serialize } from 'pg-protocol'
import { GatewayError } from '../../errors.ts'
import type { Door } from '../adapter.ts'
import { readAnswers } from './answers.ts'
import { buildCatalog, type Catalog, CATALOG_QUERIES, type CatalogRow } from './catalog.ts'
import type { RawStatement } from './raw.ts'
import { type Analyser, type AnalysisMethod, createAnalyser } from './resolve/analysis.ts'
import { type AnalysisState, isSupported, NEWEST_MAJOR, OLDEST_MAJOR } from './resolve/analysis-side.ts'
import { type AnalysisLogin, analysisWords } from './resolve/analysis-words.ts'
import { createResolver, type Resolver } from './resolve/resolver.ts'
import type { ViewTrees } from './resolve/views.ts'
import { connect, send, startupPacket, type Upstream, type UpstreamTarget } from './upstream.ts'

// One database of one target as the gateway knows it: its own connections, the catalogue read over one of them, and what
// statements mean there, asked over the others. Everything said on the first is one of the registered words, so it needs
// no verdict and can be nothing else.

/**
 * How soon changes that others make are seen. A second while statements are judged by the catalogue and where asking is
 * cheap; else so seldom that it costs the target a hundredth of its time. Every question is a line of the journal.
 */
const CHECK_EVERY_MS = 1_000
const CHECK_UNUSED_EVERY_MS = 5_000
const CHECK_AT_LEAST_EVERY_MS = 15_000
const CHECK_SHARE = 100
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
  /** What statements mean to a session as it begins. */
  readonly resolver: Resolver
  readonly analyser: Analyser
  /** Reads the catalogue for the first time, or again if it changed; concurrent calls share one reading. */
  refresh(): Promise<void>
  stop(): void
}

export interface DatabaseTarget extends UpstreamTarget {
  readonly searchPath: readonly string[]
  /** Who asks the target what statements mean, and how; the credential is the gateway's own where none is configured. */
  readonly analysis: { readonly user: string; readonly password: string; readonly method: AnalysisMethod }
}

export interface DatabaseParts {
  /** `<target>/<database>`. */
  readonly key: string
  readonly target: DatabaseTarget
  readonly words: ReadonlyMap<string, Buffer>
  readonly door: Door
  readonly connectTimeoutMs: number
  readonly parse: (text: Buffer) => readonly RawStatement[] | Promise<readonly RawStatement[]>
  readonly onHealth: (healthy: boolean, why: string) => void
  /** Told whenever the way of analysis is another than before. */
  readonly onAnalysis: (state: AnalysisState) => void
}

/** The words of this database's own connections, by name, for the adapter's closed list. */
export function databaseWords(key: string, target: DatabaseTarget, database: string): ReadonlyMap<string, Buffer> {
  const words = new Map<string, Buffer>([[`postgres/${key}/connect`, startupPacket({ user: target.user, database, application_name: 'holdpoint', client_encoding: 'UTF8', options: '-c search_path=' })]])
  for (const [name, sql] of CATALOG_QUERIES) words.set(`postgres/${key}/${name}`, serialize.query(sql))
  words.set(`postgres/${key}/snapshot`, serialize.query(SNAPSHOT))
  words.set(`postgres/${key}/views`, serialize.query(VIEWS))
  for (const [name, bytes] of analysisWords(key, analysisLogin(target), database, target.searchPath)) words.set(name, bytes)
  return words
}

/**
 * Which transactions are over. The same text as before: none has ended since, so no catalogue row can have changed, and
 * the far dearer `generation` need not be asked.
 */
const SNAPSHOT = 'SELECT pg_catalog.pg_current_snapshot()::pg_catalog.text AS snapshot'

const VIEWS = `SELECT c.oid, c.relowner AS owner, pg_catalog.array_to_string(c.reloptions, ',') AS options, r.ev_action::pg_catalog.text AS action
  FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) r.ev_class
  WHERE c.relkind OPERATOR(pg_catalog.=) 'v' AND r.ev_type OPERATOR(pg_catalog.=) '1'`

function analysisLogin(target: DatabaseTarget): AnalysisLogin {
  return { host: target.host, port: target.port, tls: target.tls, user: target.analysis.user, password: target.analysis.password, role: target.user }
}

export function openDatabase({ key, target, words, door, connectTimeoutMs, parse, onHealth, onAnalysis }: DatabaseParts): Database {
  let upstream: Upstream | undefined
  let catalog: Catalog | undefined
  let seen = ''
  let snapshot = ''
  let viewTrees: { readonly generation: number; readonly read: Promise<ViewTrees> } | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let generation = 0
  let healthy = false
  let reading: Promise<void> | undefined
  let again = false
  let stopped = false
  let costMs = 0
  let isUsed = true
  let timer = setTimeout(check, CHECK_EVERY_MS).unref()

  function check(): void {
    void refresh().then(() => analyser.tend(), () => undefined).finally(() => {
      const soonest = isUsed ? CHECK_EVERY_MS : CHECK_UNUSED_EVERY_MS
      isUsed = false
      if (!stopped) timer = setTimeout(check, Math.min(CHECK_AT_LEAST_EVERY_MS, Math.max(soonest, costMs * CHECK_SHARE))).unref()
    })
  }

  const word = (name: string): Buffer => words.get(`postgres/${key}/${name}`) as Buffer

  async function ask(name: string): Promise<readonly CatalogRow[]> {
    if (upstream === undefined) {
      const fresh = await connect(door.own(null, `postgres/${key}/connect`), target, word('connect'), { connectTimeoutMs, maxMessageBytes: MAX_ROW_BYTES })
      const version = fresh.parameters.get('server_version') ?? ''
      if (!isSupported(version)) {
        fresh.socket.destroy()
        throw new GatewayError('target_unavailable', `the target is PostgreSQL ${version || 'of a version it does not tell'}; ${OLDEST_MAJOR} to ${NEWEST_MAJOR} are supported`)
      }
      // Between two questions nobody else listens for the connection's end.
      fresh.socket.on('error', () => undefined).on('close', () => { if (upstream === fresh) upstream = undefined })
      upstream = fresh
    }
    const current = upstream
    void send(door.own(null, `postgres/${key}/${name}`), current, word(name))
    return readRows(current)
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work, work)
    turn = mine.catch(() => undefined)
    return mine
  }

  async function read(): Promise<void> {
    try {
      // Asked first: what ends between the two is seen again the next time.
      const at = (await ask('snapshot'))[0]?.['snapshot'] ?? ''
      if (at === snapshot && at !== '' && catalog !== undefined && healthy) return
      const began = performance.now()
      const now = (await ask('generation'))[0]?.['generation'] ?? ''
      costMs = performance.now() - began
      if (now !== seen || catalog === undefined) {
        const rows = new Map<string, readonly CatalogRow[]>()
        for (const name of CATALOG_QUERIES.keys()) if (name !== 'generation') rows.set(name, await ask(name))
        catalog = buildCatalog(rows)
        seen = now
        generation++
      }
      snapshot = at
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
        await inTurn(read)
      } while (again && !stopped)
    })().finally(() => { reading = undefined })
    return reading
  }

  function generationNow(): number {
    isUsed = true
    return generation
  }

  function current(): Catalog {
    if (catalog === undefined) throw new GatewayError('target_unavailable', `the catalogue of ${key} could not be read yet`)
    return catalog
  }
  const analyser = createAnalyser({ key, login: analysisLogin(target), method: target.analysis.method, words, door, connectTimeoutMs, typeName, onState: onAnalysis })
  function typeName(oid: number): string | null {
    const type = catalog?.types.get(oid)
    return type === undefined ? null : `"${type.schema.replaceAll('"', '""')}"."${type.name.replaceAll('"', '""')}"`
  }

  /** One reading for one generation. Its connection says one thing at a time, so it takes its turn behind a refresh. */
  function views(): Promise<ViewTrees> {
    if (viewTrees?.generation === generation) return viewTrees.read
    const asked = { generation, read: inTurn(async () => readViews(await ask('views'))) }
    viewTrees = asked
    asked.read.catch(() => { if (viewTrees === asked) viewTrees = undefined })
    return asked.read
  }

  return {
    name: key,
    catalog: current,
    generation: generationNow,
    healthy: () => healthy,
    analyser,
    resolver: createResolver({ catalog: current, generation: generationNow, refresh, analyser, views, parse }),
    refresh,
    stop() {
      stopped = true
      analyser.stop()
      clearTimeout(timer)
      upstream?.socket.destroy()
    },
  }
}

function readViews(rows: readonly CatalogRow[]): ViewTrees {
  return new Map(rows.map((row) => {
    const options = (row['options'] ?? '').split(',')
    const isOn = (name: string): boolean => options.some((option) => new RegExp(`^${name}=(t|tr|tru|true|on|y|ye|yes|1)$`, 'i').test(option))
    return [Number(row['oid']), { action: row['action'] ?? '', owner: Number(row['owner']), securityInvoker: isOn('security_invoker'), securityBarrier: isOn('security_barrier') }]
  }))
}

/** Rows of one simple query, as text; throws `target_failed` with the target's own error. */
async function readRows(upstream: Upstream): Promise<readonly CatalogRow[]> {
  const { rows, errors, tooLong } = await readAnswers(upstream, 1, { withinMs: ANSWER_WITHIN_MS, maxBytes: MAX_ANSWER_BYTES })
  const [error] = errors
  if (error !== undefined) throw new GatewayError('target_failed', `the target refused a catalogue query: ${error.get('M') ?? ''}`)
  if (tooLong) throw new GatewayError('target_failed', 'a row of the catalogue is longer than 64 MiB')
  return rows
}
