import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { unfold } from '../../src/protocols/postgres/resolve/node-tree.ts'

const FOLDER = join(import.meta.dirname, '..', 'corpus', 'postgres', 'trees')

export const MAJORS = [14, 15, 16, 17, 18] as const

export interface NamedStatement {
  readonly name: string
  readonly sql: string
  /** The first major version that knows its syntax. */
  readonly since: number
}

/** What a server printed, with objects of the schema under oids that do not depend on the order they were made in. */
export interface CapturedTree {
  readonly name: string
  readonly sql: string
  /** One line. Null: the server refused the text. */
  readonly tree: string | null
}

export interface Captured {
  /** `catalogue name -> oid` as it stands in the trees. */
  readonly oids: Readonly<Record<string, number>>
  readonly trees: readonly CapturedTree[]
}

/** Statements of `trees/statements.sql`: a `-- name: NAME [since MAJOR]` line before each. */
export function namedStatements(): readonly NamedStatement[] {
  const out: NamedStatement[] = []
  for (const part of readFileSync(join(FOLDER, 'statements.sql'), 'utf8').split(/^-- name: /m).slice(1)) {
    const [, name, since, sql] = /^(\w+)(?: since (\d+))?\n([\s\S]*?)\s*$/.exec(part) ?? []
    if (name === undefined || sql === undefined) throw new Error(`not a named statement: ${part}`)
    out.push({ name, sql, since: Number(since ?? 14) })
  }
  return out
}

/** `trees/<major>.jsonl`, as `captureTrees` made it: the oids first, then a line for each statement. */
export function storedTrees(major: number): Captured {
  const [oids, ...trees] = readFileSync(join(FOLDER, `${major}.jsonl`), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)
  return { oids: oids as Captured['oids'], trees: trees as CapturedTree[] }
}

export function asStored(captured: Captured): string {
  return [captured.oids, ...captured.trees].map((line) => `${JSON.stringify(line)}\n`).join('')
}

/**
 * Makes the schema in an empty database and asks for the tree of every statement with a Parse, as a role that owns nothing
 * (row security would not show for another) and has a temporary table of its own.
 */
export async function captureTrees(connection: pg.ClientConfig): Promise<Captured> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    await client.query(readFileSync(join(FOLDER, 'schema.sql'), 'utf8'))
    await client.query(`
      DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'trees_agent') THEN CREATE ROLE trees_agent; END IF; END $$;
      GRANT USAGE ON SCHEMA trees TO trees_agent;
      SET ROLE trees_agent;
      CREATE TEMP TABLE scratch (id int, text text)`)
    const renumber = await oidsOf(client)
    const major = Math.trunc(Number((await client.query<{ server_version_num: string }>('SHOW server_version_num')).rows[0]?.server_version_num) / 10_000)
    await client.query('SET debug_print_rewritten = on; SET debug_pretty_print = off; SET client_min_messages = log')
    const trees: CapturedTree[] = []
    for (const { name, sql, since } of namedStatements()) {
      if (since > major) continue
      const printed = await parseOnly(client, sql)
      trees.push({ name, sql, tree: printed === null ? null : renumber.text(unfold(printed)) })
    }
    return { oids: renumber.oids, trees }
  } finally {
    await client.end()
  }
}

async function parseOnly(client: pg.Client, sql: string): Promise<string | null> {
  const printed: string[] = []
  let refused = false
  const onNotice = (notice: { message?: string | undefined; detail?: string | undefined }): void => {
    if (notice.message === 'rewritten parse tree:') printed.push(notice.detail ?? '')
  }
  client.on('notice', onNotice)
  await new Promise<void>((resolve) => {
    client.query({
      submit(wire: { parse(what: object): void; sync(): void }) {
        wire.parse({ text: sql, name: '', types: [] })
        wire.sync()
      },
      // The client forgets a query that failed: nothing more is said to it.
      handleError: () => {
        refused = true
        resolve()
      },
      handleReadyForQuery: () => resolve(),
    } as unknown as pg.Query)
  })
  client.off('notice', onNotice)
  return refused ? null : printed.join('\n')
}

const FIRST_OWN = 16_384
const STABLE_FROM = 100_000

/** Every object with an oid of its own, in an order that only its name decides. */
async function oidsOf(client: pg.Client): Promise<{ oids: Record<string, number>; text(tree: string): string }> {
  const { rows } = await client.query<{ oid: string; name: string }>(`
    SELECT oid::text, name FROM (
      SELECT oid, 'relation ' || CASE WHEN relpersistence = 't' THEN 'temp.' ELSE '' END || relname AS name FROM pg_class WHERE relname NOT LIKE 'pg_toast%'
      UNION ALL SELECT oid, 'function ' || proname || '(' || pg_get_function_identity_arguments(oid) || ')' FROM pg_proc
      UNION ALL SELECT t.oid, 'type ' || CASE WHEN n.nspname LIKE 'pg_temp%' THEN 'temp.' ELSE '' END || typname FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
      UNION ALL SELECT oid, 'operator ' || oprname FROM pg_operator
      UNION ALL SELECT oid, 'schema ' || nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'
      UNION ALL SELECT oid, 'constraint ' || conname FROM pg_constraint
      UNION ALL SELECT e.oid, 'label ' || enumlabel FROM pg_enum e) AS own
    WHERE oid >= ${FIRST_OWN} ORDER BY name COLLATE "C"`)
  const oids = Object.fromEntries(rows.map(({ name }, index) => [name, STABLE_FROM + index]))
  const stable = new Map(rows.map(({ oid, name }) => [oid, oids[name] as number]))
  const numbers = (text: string): string => text.replace(/(?<=[ (])\d{5,}(?=[ )}])/g, (oid) => String(stable.get(oid) ?? oid))
  // A constant that is an oid is printed byte by byte.
  const constants = (text: string): string =>
    text.replace(/:constlen 4 (.{1,80}?) :constvalue 4 \[ ((?:-?\d+ ?)+)\]/g, (whole, between: string, bytes: string) => {
      const octets = bytes.trim().split(' ')
      const was = Buffer.from(octets.slice(0, 4).map((byte) => Number(byte) & 255)).readUInt32LE()
      const now = stable.get(String(was))
      if (now === undefined) return whole
      const four = Buffer.alloc(4)
      four.writeUInt32LE(now)
      return `:constlen 4 ${between} :constvalue 4 [ ${[...new Int8Array(four), ...octets.slice(4)].join(' ')} ]`
    })
  return { oids, text: (tree) => numbers(constants(tree)) }
}
