import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueryTrace } from '../../src/protocols/postgres/resolve/lineage.ts'
import type { Origin } from '../../src/protocols/postgres/resolve/resolution.ts'
import { type LineageServer, majorsAtHand, startLineageServer } from '../support/lineage.ts'
import { GENERATOR_SCHEMA, GENERATOR_TABLES, SelectGenerator } from '../support/select-generator.ts'

// Lineage against the truth: one value of one row is changed, and the statement is run before and after. Whatever is
// different then came from that column, so lineage must have said so.

/** Of the newest major; a third of it for each other one that is at hand. */
const STATEMENTS = 300
const MAX_ROWS = 400
/** HOLDPOINT_TEST_SEED runs again what failed. */
const SEED = Number(process.env['HOLDPOINT_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** The table filled anew with one value changed, in the order it was filled in: a row that stands elsewhere comes elsewhere. */
const refill = (table: string, changed: string): string => {
  const { columns, fresh } = GENERATOR_TABLES[table] as (typeof GENERATOR_TABLES)[string]
  const [key] = columns
  const list = columns.map((column) => (column === changed ? `CASE WHEN ${key} = 3 THEN ${fresh[column]} ELSE ${column} END` : column))
  return `TRUNCATE ${table}; INSERT INTO ${table} SELECT ${list.join(', ')} FROM copies.${table} AS copy ORDER BY copy.${key};`
}

type Rows = readonly (readonly unknown[])[]

/** What it gives in a transaction that is taken back; null where it fails. */
async function run(client: pg.Client, prepare: string, sql: string): Promise<Rows | null> {
  try {
    await client.query(`BEGIN; ${prepare}`)
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array', types: { getTypeParser: () => (value: string) => value } as never })).rows
  } catch {
    return null
  } finally {
    await takeBack(client)
  }
}

/** On a machine that is busy even this may take longer than a statement may. */
async function takeBack(client: pg.Client): Promise<void> {
  await client.query('ROLLBACK').catch(() => client.query('ROLLBACK'))
}

/** How it ends in a transaction that is taken back. Slow: what takes too long tells nothing. */
async function ends(client: pg.Client, prepare: string, sql: string): Promise<'well' | 'failed' | 'slow'> {
  try {
    await client.query(`BEGIN; ${prepare}`)
    await client.query(sql)
    return 'well'
  } catch (error) {
    return (error as { code?: string }).code === '57014' ? 'slow' : 'failed'
  } finally {
    await takeBack(client)
  }
}

interface Tally {
  statements: number
  /** Changes of a column that is no influence, which some cell showed. */
  shown: number
  /** Cells that lineage called free of the column. */
  free: number
  readonly wrong: string[]
}

function covers(server: LineageServer, { from, opaque }: Origin, table: string, column: string): boolean {
  return opaque !== null || from.some((one) => [`${table}.${column}`, `${table}.*`].includes(server.name(one)))
}

/** Compares what the statement gave with what it gives after a change of the column. */
function judge(server: LineageServer, found: QueryTrace, output: readonly Origin[], sql: string, table: string, column: string, before: Rows, after: Rows, tally: Tally): void {
  if (covers(server, { from: found.influence, opaque: found.influenceOpaque }, table, column)) return
  if (before.length !== after.length) {
    tally.wrong.push(`${table}.${column} changes how many rows there are, and is no influence: ${sql}`)
    return
  }
  let isShown = false
  for (const [at, origin] of output.entries()) {
    const isDifferent = before.some((row, index) => row[at] !== after[index]?.[at])
    const isCovered = covers(server, origin, table, column)
    if (isDifferent) isShown = true
    if (!isCovered) tally.free += before.length
    if (isDifferent && !isCovered) tally.wrong.push(`${table}.${column} shows in column ${at + 1}, which is said to be of ${server.names(origin) || 'nothing'}: ${sql}`)
  }
  if (isShown) tally.shown++
}

describe.each(majorsAtHand())('lineage beside what Postgres %i does', (major) => {
  const wanted = major === 18 ? STATEMENTS : STATEMENTS / 3
  let server: LineageServer
  beforeAll(async () => {
    const copies = Object.keys(GENERATOR_TABLES).map((table) => `CREATE TABLE copies.${table} AS SELECT * FROM ${table};`).join(' ')
    server = await startLineageServer(major, `${GENERATOR_SCHEMA} CREATE SCHEMA copies; ${copies}`)
    await server.client.query("SET statement_timeout = '250ms'; SET jit = off; SET max_parallel_workers_per_gather = 0")
  }, 60_000)
  afterAll(() => server?.stop())

  it(`names every column whose change shows, in ${wanted} random statements (seed ${SEED})`, async () => {
    const generator = new SelectGenerator(SEED + major, major)
    const tally: Tally = { statements: 0, shown: 0, free: 0, wrong: [] }
    let refused = 0
    while (tally.statements < wanted && refused < 3 * wanted) {
      const isKept = generator.below(5) === 0
      const sql = isKept ? generator.insert() : generator.select()
      const before = await run(server.client, '', sql)
      // What overflows, or takes too long, tells nothing; of very many rows a few would do.
      if (before === null || before.length > MAX_ROWS) {
        refused++
        continue
      }
      const found = [...((await server.trace(sql))[0]?.values() ?? [])].at(-1)
      if (found === undefined) throw new Error(`nothing was traced: ${sql}`)
      expect(found.output).toHaveLength(before[0]?.length ?? found.output?.length ?? -1)
      expect(found.influenceOpaque, sql).toBeNull()
      expect(found.flows.map(({ into }) => server.name(into)), sql).toEqual(isKept ? ['sink.n', 'sink.m'] : [])
      tally.statements++
      for (const [table, { columns }] of Object.entries(GENERATOR_TABLES)) {
        for (const column of columns) {
          if (covers(server, { from: found.influence, opaque: null }, table, column)) continue
          const after = await run(server.client, refill(table, column), sql)
          if (after === null) continue
          judge(server, found, found.output ?? [], sql, table, column, before, after, tally)
          // What comes back is what went into the table.
          if (isKept) judge(server, found, found.flows, sql, table, column, before, after, tally)
        }
      }
    }
    expect(tally.wrong, `seed ${SEED}`).toEqual([])
    expect(tally.statements).toBe(wanted)
    // The statements must not be such that everything is influence, or nothing ever changes.
    expect(tally.shown).toBeGreaterThan(wanted / 2)
    expect(tally.free).toBeGreaterThan(wanted * 10)
  }, 300_000)

  it(`names every column whose change decides whether it fails, in ${wanted} random statements (seed ${SEED})`, async () => {
    const generator = new SelectGenerator(SEED + 7 * major, major, 'fails')
    const wrong: string[] = []
    let statements = 0
    let decided = 0
    let free = 0
    for (let tries = 0; statements < wanted && tries < 3 * wanted; tries++) {
      const sql = generator.select()
      const before = await ends(server.client, '', sql)
      // What fails from the beginning mostly goes on failing.
      if (before !== 'well') continue
      const found = [...((await server.trace(sql))[0]?.values() ?? [])].at(-1)
      if (found === undefined) throw new Error(`nothing was traced: ${sql}`)
      expect(found.fails?.opaque ?? null, sql).toBeNull()
      statements++
      for (const [table, { columns }] of Object.entries(GENERATOR_TABLES)) {
        for (const column of columns) {
          const isInfluence = covers(server, { from: found.influence, opaque: null }, table, column)
          const isNamed = isInfluence || covers(server, { from: found.fails?.from ?? [], opaque: null }, table, column)
          if (!isNamed) free++
          if (isInfluence) continue
          const after = await ends(server.client, refill(table, column), sql)
          if (after === before || after === 'slow') continue
          decided++
          if (!isNamed) wrong.push(`${table}.${column} decides whether it fails (${after}), and is said not to: ${sql}`)
        }
      }
    }
    expect(wrong, `seed ${SEED}`).toEqual([])
    expect(statements).toBe(wanted)
    expect(decided).toBeGreaterThan(wanted / 20)
    expect(free).toBeGreaterThan(wanted)
  }, 300_000)
})
