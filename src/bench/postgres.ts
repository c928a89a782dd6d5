import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { CASES, type Case, type Measured, measureHeld, measureNewShapes, type Tools } from './cases.ts'
import { printTable, progress, type Row } from './report.ts'
import { bulkBytes, openStage, type Stage, type Variant } from './stage.ts'
import { complete, findProgram, pin, pinToOneCpu } from './tools.ts'

// `npm run bench:postgres`: direct, PgBouncer and this gateway side by side, in interleaved short runs on one CPU.
// What the figures mean and how they are taken: docs/performance.md.

const { values: asked } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', multiple: true },
    ours: { type: 'boolean', default: false },
    unpinned: { type: 'boolean', default: false },
    profile: { type: 'string' },
    against: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const HELP = `npm run bench:postgres -- [options]
  --quick         one measured round and fewer cases (about a minute) instead of three
  --rounds N      that many measured rounds
  --only WORDS    only the cases whose names contain these words; may be given again
  --ours          only the gateway, no peer
  --unpinned      do not put everything on one CPU
  --against FILE  the gateway of another checkout beside this one, by its main.ts or main.js
  --profile DIR   write the gateway's CPU profile there (node --cpu-prof)
`

async function main(): Promise<number> {
  if (asked.help) {
    process.stdout.write(HELP)
    return 0
  }
  const missing: string[] = []
  const find = (name: string, what: string, more: readonly string[] = []): string | undefined => {
    const found = findProgram(name, more)
    if (found === undefined) missing.push(`${name} is MISSING: ${what}`)
    return found
  }
  const pgbench = find('pgbench', 'nothing can be measured without it (Debian: postgresql-contrib or postgresql-15)', ['/usr/lib/postgresql/18/bin', '/usr/lib/postgresql/17/bin', '/usr/lib/postgresql/15/bin'])
  const psql = find('psql', 'nothing can be measured without it (Debian: postgresql-client)')
  const pgbouncer = asked.ours || asked.against !== undefined ? undefined : find('pgbouncer', 'its column stays empty (Debian: pgbouncer)', ['/usr/sbin'])
  const taskset = asked.unpinned ? undefined : find('taskset', 'nothing is pinned, so ratios mean little (Debian: util-linux)')
  for (const line of missing) process.stdout.write(`!! ${line}\n`)
  if (pgbench === undefined || psql === undefined) return 1

  const cpu = await pinToOneCpu(taskset)
  process.stdout.write(`${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} CPUs, ${cpu === undefined ? 'NOT PINNED: ratios between processes on several CPUs mean little' : `everything on CPU ${cpu}`}, Node ${process.versions.node}\n`)
  const stage = await openStage({ pgbench, pgbouncer, before: asked.against, nodeOptions: asked.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${asked.profile}`] })
  const stopEarly = (): void => void stage.stop().finally(() => process.exit(130))
  process.once('SIGINT', stopEarly).once('SIGTERM', stopEarly)
  try {
    const direct = stage.route('direct', 'plain')
    if (direct === undefined) throw new TypeError('there is always a direct way')
    const version = (await complete(psql, ['-Atqc', 'SHOW server_version'], direct.environment)).trim()
    process.stdout.write(`target PostgreSQL ${version}; ${(await complete(pgbench, ['--version'], {})).trim()}\n\n`)
    const tools: Tools = { pgbench, psql, directory: stage.directory, bulkBytes: await bulkBytes(psql, direct.environment) }
    printTable(await measureAll(stage, tools, async (apart) => {
      if (cpu === undefined || taskset === undefined || cpus().length < 2) return
      await pin(taskset, stage.targetPid, apart ? (cpu + 1) % cpus().length : cpu)
    }), asked.against === undefined ? 'pgbouncer' : 'before')
    if (wanted({ name: 'new statement shape' })) process.stdout.write(`${await measureNewShapes(stage)}\n`)
    if (wanted({ name: 'held connections' })) process.stdout.write(`${await measureHeld(stage)}\n`)
  } finally {
    process.off('SIGINT', stopEarly).off('SIGTERM', stopEarly)
    await stage.stop()
  }
  for (const line of missing) process.stdout.write(`!! ${line}\n`)
  return 0
}

function wanted(one: { readonly name: string }): boolean {
  return asked.only === undefined || asked.only.some((word) => one.name.includes(word))
}

/** Rounds until the time a statement takes no longer falls, found by running thirty of them. */
const COLD_ROUNDS = 4
/** On a machine that is busy elsewhere each run takes longer; what is not begun by then is left out. */
const MOST_MS = 7 * 60_000
const LEFT_OUT_WHEN_QUICK: ReadonlySet<string> = new Set(['select, new text each time, c=1', 'select, prepared, c=1', 'TPC-B, new texts, c=8'])

/** Case by case, every round in the other order than the last, so that what changes on the machine meets all alike. */
async function measureAll(stage: Stage, tools: Tools, placeTarget: (apart: boolean) => Promise<void>): Promise<readonly Row[]> {
  const until = performance.now() + (asked.rounds === undefined ? MOST_MS : Infinity)
  const rounds = asked.rounds === undefined ? (asked.quick ? 1 : 3) : Number(asked.rounds)
  const rows: Row[] = []
  for (const one of CASES.filter((each) => wanted(each) && !(asked.quick && LEFT_OUT_WHEN_QUICK.has(each.name)))) {
    const variants = (asked.ours ? ['before', 'holdpoint'] as const : ['direct', 'pgbouncer', 'before', 'holdpoint'] as const).filter((variant) => routeOf(stage, variant, one) !== undefined)
    const found = new Map<Variant, Measured[]>(variants.map((variant) => [variant, []]))
    if (performance.now() > until) {
      process.stdout.write(`!! ${one.name} was left out: the time was up\n`)
      continue
    }
    await placeTarget(one.apart)
    // The first round is thrown away: pages are not in memory. JavaScript gets more of them, until its compiler has seen it.
    for (const variant of variants) {
      const isNative = variant === 'direct' || variant === 'pgbouncer'
      for (let cold = 0; cold < (isNative || asked.quick ? 1 : COLD_ROUNDS); cold++) {
        await one.run(tools, routeOf(stage, variant, one) as NonNullable<ReturnType<typeof routeOf>>, isNative && asked.quick ? 'warm' : 'full').catch((error: unknown) => failed(one, variant, error))
      }
    }
    for (let round = 0; round < rounds; round++) {
      for (const variant of round % 2 === 0 ? variants : [...variants].reverse()) {
        const route = routeOf(stage, variant, one)
        // What fails leaves its cell empty; the rest is still worth its minutes.
        if (route) await one.run(tools, route, 'full').then((measured) => void found.get(variant)?.push(measured), (error: unknown) => failed(one, variant, error))
      }
    }
    rows.push({ one, found })
    await placeTarget(false)
    process.stderr.write(`${progress({ one, found })}\n`)
  }
  return rows
}

function failed(one: Case, variant: Variant, error: unknown): void {
  process.exitCode = 1
  process.stdout.write(`!! ${one.name}, ${variant}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}\n`)
}

function routeOf(stage: Stage, variant: Variant, one: Case): ReturnType<Stage['route']> {
  // A mask is ours alone: the others carry the same rows as they are.
  return stage.route(variant, one.way === 'masked' && (variant === 'direct' || variant === 'pgbouncer') ? 'plain' : one.way)
}

process.exitCode = (await main()) || process.exitCode
