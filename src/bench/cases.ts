import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Route, Stage, Way } from './stage.ts'
import { complete, cpuMicroseconds, median, residentKilobytes, waitedMicroseconds } from './tools.ts'

export interface Tools {
  readonly pgbench: string
  readonly psql: string
  readonly directory: string
  readonly bulkBytes: number
}

export interface Measured {
  /** Transactions (bulk: megabytes) per second. */
  readonly rate: number
  /** CPU of the relay for one statement (bulk: one megabyte), in microseconds. Connecting is not in it, but where it is what is measured. */
  readonly cpu: number | undefined
  /** The part of the run in which the relay's main thread was ready and waited for a CPU, 0 to 1. */
  readonly waited: number | undefined
  /** Median latency in microseconds, where the case is about latency. */
  readonly p50: number | undefined
}

export interface Case {
  readonly name: string
  readonly unit: 'TPS' | 'MB/s' | 'conn/s'
  readonly way: Way
  /** Ratio to direct: the least we accept and what we aim at (PRODUCT.md section 3); undefined where nobody set one. */
  readonly goal: string
  /** The target has a CPU of its own, where there are two: it sends faster than one CPU could send and relay. */
  readonly apart: boolean
  run(tools: Tools, route: Route, how: 'full' | 'warm'): Promise<Measured>
}

const SECONDS = 1
const COPIES = 6

interface PgbenchCase {
  readonly clients: number
  readonly args: readonly string[]
  /** SQL of a script of our own. */
  readonly script?: string
  readonly statements?: number
  readonly latency?: boolean
}

function pgbench(name: string, way: Way, goal: string, how: PgbenchCase, unit: Case['unit'] = 'TPS'): Case {
  return {
    name, way, goal, unit, apart: unit === 'MB/s',
    async run(tools, route, length) {
      const prefix = join(tools.directory, 'latency')
      const args = ['-n', '-c', String(how.clients), '-j', '1', ...how.args]
      if (how.script !== undefined) {
        const file = join(tools.directory, 'script.sql')
        await writeFile(file, how.script)
        args.push('-f', file)
      }
      const { relayPid } = route
      // Eight sign-ins would be a fifth of what a slow second costs: what they and one transaction each take is found beforehand.
      const isPerStatement = unit === 'TPS' && relayPid !== undefined
      const connecting = isPerStatement ? await cpuOf(relayPid, () => complete(tools.pgbench, [...args, '-t', '1'], route.environment)) : undefined
      args.push(...(length === 'warm' && unit === 'TPS' ? ['-t', String(Math.ceil(4_000 / how.clients / (how.statements ?? 1)))] : ['-T', String(SECONDS)]))
      if (how.latency) args.push('-l', `--log-prefix=${prefix}`)
      let out = ''
      const began = performance.now()
      const waitedBefore = relayPid === undefined ? undefined : waitedMicroseconds(relayPid)
      const run = async (): Promise<void> => { out = await complete(tools.pgbench, args, route.environment) }
      const cpu = relayPid === undefined ? await run().then(() => undefined) : await cpuOf(relayPid, run)
      const waitedAfter = relayPid === undefined ? undefined : waitedMicroseconds(relayPid)
      const microseconds = (performance.now() - began) * 1_000
      const rate = Number(/^tps = ([\d.]+)/m.exec(out)?.[1])
      const count = Number(/transactions actually processed: (\d+)/.exec(out)?.[1])
      if (!(rate > 0) || /number of failed transactions: [1-9]/.test(out)) throw new Error(`pgbench told no rate, or transactions failed:\n${out}`)
      const perRun = unit === 'MB/s' ? tools.bulkBytes / 1e6 : 1
      return {
        rate: rate * perRun,
        cpu: cpu === undefined || (isPerStatement && connecting === undefined) ? undefined : (cpu - (connecting ?? 0)) / ((count - (isPerStatement ? how.clients : 0)) * (how.statements ?? 1) * perRun),
        waited: waitedBefore === undefined || waitedAfter === undefined ? undefined : (waitedAfter - waitedBefore) / microseconds,
        p50: how.latency ? await medianLatency(tools.directory) : undefined,
      }
    },
  }
}

/** Microseconds of CPU that a process used meanwhile. */
async function cpuOf(pid: number, work: () => Promise<unknown>): Promise<number | undefined> {
  const before = cpuMicroseconds(pid)
  await work()
  const after = cpuMicroseconds(pid)
  return before === undefined || after === undefined ? undefined : after - before
}

/** Median of pgbench's own per-transaction log (third field, microseconds). */
async function medianLatency(directory: string): Promise<number> {
  const latencies: number[] = []
  for (const name of await readdir(directory)) {
    if (!name.startsWith('latency.')) continue
    for (const line of (await readFile(join(directory, name), 'utf8')).split('\n')) if (line !== '') latencies.push(Number(line.split(' ')[2]))
    await rm(join(directory, name))
  }
  return median(latencies)
}

function copyOut(name: string, goal: string): Case {
  return {
    name, way: 'plain', goal, unit: 'MB/s', apart: true,
    async run(tools, route) {
      const { relayPid } = route
      const waitedBefore = relayPid === undefined ? undefined : waitedMicroseconds(relayPid)
      const began = performance.now()
      const run = (): Promise<unknown> => complete(tools.psql, ['-q', ...Array.from({ length: COPIES }, () => ['-c', 'COPY bulk TO STDOUT']).flat()], route.environment, 'drop')
      const cpu = relayPid === undefined ? await run().then(() => undefined) : await cpuOf(relayPid, run)
      const seconds = (performance.now() - began) / 1_000
      const waitedAfter = relayPid === undefined ? undefined : waitedMicroseconds(relayPid)
      const megabytes = (tools.bulkBytes * COPIES) / 1e6
      return { rate: megabytes / seconds, cpu: cpu === undefined ? undefined : cpu / megabytes, waited: waitedBefore === undefined || waitedAfter === undefined ? undefined : (waitedAfter - waitedBefore) / (seconds * 1e6), p50: undefined }
    },
  }
}

const SAME_TEXT = 'SELECT abalance FROM pgbench_accounts WHERE aid = 4711;'

export const CASES: readonly Case[] = [
  pgbench('select, new text each time, c=1', 'plain', '', { clients: 1, args: ['-S', '-M', 'simple'], latency: true }),
  pgbench('select, new text each time, c=8', 'plain', '0.45 / 0.52', { clients: 8, args: ['-S', '-M', 'simple'] }),
  pgbench('select, text seen before, c=1', 'plain', '', { clients: 1, args: ['-M', 'simple'], script: SAME_TEXT, latency: true }),
  pgbench('select, text seen before, c=8', 'plain', '0.45 / 0.52', { clients: 8, args: ['-M', 'simple'], script: SAME_TEXT }),
  pgbench('select, prepared, c=1', 'plain', '', { clients: 1, args: ['-S', '-M', 'prepared'], latency: true }),
  pgbench('select, prepared, c=8', 'plain', '0.45 / 0.52', { clients: 8, args: ['-S', '-M', 'prepared'] }),
  pgbench('select, text seen before, TLS both sides, c=8', 'tls', '0.40 / 0.48', { clients: 8, args: ['-M', 'simple'], script: SAME_TEXT }),
  pgbench('TPC-B, new texts, c=8', 'plain', '0.55 / 0.60', { clients: 8, args: ['-M', 'simple'], statements: 7 }),
  pgbench('TPC-B, prepared, c=8', 'plain', '0.55 / 0.60', { clients: 8, args: ['-M', 'prepared'], statements: 7 }),
  pgbench('bulk SELECT', 'plain', '1.0 / 1.1', { clients: 1, args: [], script: 'SELECT * FROM bulk;' }, 'MB/s'),
  pgbench('bulk SELECT, one column masked', 'masked', '0.95 / 1.05', { clients: 1, args: [], script: 'SELECT * FROM bulk;' }, 'MB/s'),
  copyOut('COPY out', '1.0 / 1.1'),
  pgbench('new connection, TLS and sign-in, c=4', 'tls', '0.80 / 1.32', { clients: 4, args: ['-C', '-M', 'simple'], script: SAME_TEXT }, 'conn/s'),
]

const NEW_SHAPES = 150

/**
 * What a statement costs whose shape nobody has sent before: read by the grammar, shown to the target, its tree read. Each has
 * names of its own, so nothing kept helps it. Milliseconds, medians, one at a time.
 */
export async function measureNewShapes(stage: Stage): Promise<string> {
  const medianOf = async (route: Route, shape: (i: number) => string): Promise<number> => {
    const { environment } = route
    const client = new pg.Client({ host: '127.0.0.1', port: Number(environment['PGPORT']), database: environment['PGDATABASE'] ?? '', user: environment['PGUSER'] ?? '', password: environment['PGPASSWORD'] ?? '' })
    await client.connect()
    const took: number[] = []
    for (let i = 0; i < NEW_SHAPES; i++) {
      const began = performance.now()
      await client.query(shape(i))
      // The first ones make connections and warm what they run through.
      if (i >= NEW_SHAPES / 3) took.push(performance.now() - began)
    }
    await client.end()
    return median(took)
  }
  const again = (): string => 'SELECT a.abalance AS x FROM pgbench_accounts a JOIN pgbench_branches b ON a.bid = b.bid WHERE a.aid = 4711'
  const anew = (i: number): string => `SELECT a${i}.abalance AS x${i} FROM pgbench_accounts a${i} JOIN pgbench_branches b${i} ON a${i}.bid = b${i}.bid WHERE a${i}.aid = 4711`
  const direct = stage.route('direct', 'plain') as Route
  const ours = stage.route('holdpoint', 'plain') as Route
  const [directAgain, directAnew, oursAgain, oursAnew] = [await medianOf(direct, again), await medianOf(direct, anew), await medianOf(ours, again), await medianOf(ours, anew)]
  const shown = (value: number): string => `${value.toFixed(2)} ms`
  return `new statement shape (a join of two tables): ${shown(oursAnew)} for ours and ${shown(oursAgain)} when it comes again; direct ${shown(directAnew)} and ${shown(directAgain)}: the shape costs ${shown(oursAnew - oursAgain - (directAnew - directAgain))} once (floor 3 ms, goal 1)`
}

const FIRST = 100
const CONNECTIONS = 300

/**
 * The gateway's memory while connections wait for a reviewer. In a fresh process (`--only held`) the most is not theirs:
 * the first hundred texts make V8 optimise the parser's WebAssembly, which takes hundreds of megabytes for a second.
 */
export async function measureHeld(stage: Stage): Promise<string> {
  const { environment } = stage.route('holdpoint', 'plain') as Route
  const clients: pg.Client[] = []
  const open = async (): Promise<void> => {
    const client = new pg.Client({ host: '127.0.0.1', port: Number(environment['PGPORT']), database: 'plain', user: 'bench', password: environment['PGPASSWORD'] ?? '' })
    client.on('error', () => undefined)
    await client.connect()
    await client.query('SELECT 1')
    clients.push(client)
  }
  const resident = (): number => (residentKilobytes(stage.gatewayPid) ?? Number.NaN) / 1_024
  const empty = resident()
  while (clients.length < FIRST) await open()
  const few = resident()
  while (clients.length < CONNECTIONS) await open()
  const idle = resident()
  let peak = idle
  const sampler = setInterval(() => { peak = Math.max(peak, resident()) }, 20)
  const began = performance.now()
  // The notice is sent once the hold is durable.
  await Promise.all(clients.map((client, i) => new Promise<void>((resolve, reject) => {
    client.once('notice', () => resolve())
    void client.query(`DELETE FROM held WHERE id = ${i + 1}`).catch(reject)
  })))
  const milliseconds = performance.now() - began
  clearInterval(sampler)
  const held = resident()
  // The connection is what is waited on, so it is taken away rather than ended politely: the hold is withdrawn with it.
  for (const client of clients) (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy()
  const megabytes = (value: number): string => `${value.toFixed(0)} MB`
  return `${CONNECTIONS} connections held: ${megabytes(held)} resident, ${megabytes(peak)} at the most (floor 300 MB, goal 150); ${megabytes(idle)} with all idle, ${megabytes(empty)} with none, ` +
    `${(((idle - few) * 1_024) / (CONNECTIONS - FIRST)).toFixed(0)} kB for an idle one; ${CONNECTIONS} holds durable and announced after ${milliseconds.toFixed(0)} ms (goal 200)`
}
