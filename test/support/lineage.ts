import { join } from 'node:path'
import pg from 'pg'
import { builtinClass, type FunctionClass, type Volatility } from '../../src/protocols/postgres/functions.ts'
import { type QueryTrace, trace } from '../../src/protocols/postgres/resolve/lineage.ts'
import { isNode, type Node, readNodeTree, unfold } from '../../src/protocols/postgres/resolve/node-tree.ts'
import { readQueries } from '../../src/protocols/postgres/resolve/read-query.ts'
import type { BaseColumn, ExpandedFunction, Origin, ResolvedQuery, TreeKnowledge } from '../../src/protocols/postgres/resolve/resolution.ts'
import { startTestPostgres } from './postgres.ts'

export interface LineageServer {
  readonly client: pg.Client
  readonly major: number
  /** Parses a text on the server and follows the trees it prints, the statement's own first. */
  trace(sql: string): Promise<readonly ReadonlyMap<Node, QueryTrace>[]>
  /** The same trees, read whole. */
  read(sql: string): Promise<readonly ResolvedQuery[]>
  /** `users.email`; a whole row is `users.*`, a system column `users.-1`. */
  name(column: BaseColumn): string
  /** Sorted names; `?` is added where it is opaque. */
  names(origin: Origin): string
  /** Name of a function. */
  called(oid: number): string
  stop(): Promise<void>
}

/** 18 comes with the package; the others when HOLDPOINT_TEST_POSTGRES_MAJORS names a folder that has them. */
export function majorsAtHand(): readonly number[] {
  return process.env['HOLDPOINT_TEST_POSTGRES_MAJORS'] === undefined ? [18] : [14, 15, 16, 17, 18]
}

/** `expanded`: what functions of the schema do, by name. */
export async function startLineageServer(major: number, schema: string, expanded: (name: string) => ExpandedFunction | null = () => null): Promise<LineageServer> {
  const folder = process.env['HOLDPOINT_TEST_POSTGRES_MAJORS']
  const running = await startTestPostgres(major === 18 || folder === undefined ? {} : { binaries: join(folder, String(major), 'native') })
  const client = new pg.Client({ host: running.host, port: running.port, user: running.superuser, password: running.superPassword, database: 'postgres' })
  await client.connect()
  await client.query(schema)
  const columns = await names(client, `SELECT attrelid::text || '.' || attnum AS key, relname || '.' || attname AS name FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE attnum > 0`)
  const relations = await names(client, 'SELECT oid::text AS key, relname AS name FROM pg_class')
  const functions = await names(client, 'SELECT oid::text AS key, proname AS name FROM pg_proc')
  const classes = new Map<number, FunctionClass>()
  const { rows } = await client.query<{ oid: number; proname: string; provolatile: Volatility; pronargs: number }>('SELECT oid, proname, provolatile, pronargs FROM pg_proc WHERE oid < 16384')
  for (const { oid, proname, provolatile, pronargs } of rows) classes.set(oid, builtinClass(proname, provolatile, pronargs))
  const derived = new Map<string, readonly number[]>()
  const sources = await client.query<{ key: string; numbers: number[] }>(`SELECT d.adrelid || '.' || d.adnum AS key, array_agg(p.refobjsubid) AS numbers FROM pg_attrdef d
    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> '' JOIN pg_depend p ON p.refobjid = d.adrelid AND p.refobjsubid <> d.adnum
    AND ((p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid) OR (p.classid = 'pg_class'::regclass AND p.objid = d.adrelid AND p.objsubid = d.adnum)) GROUP BY 1`)
  for (const { key, numbers } of sources.rows) derived.set(key, numbers)
  const knowledge: TreeKnowledge = {
    major,
    expanded: (oid) => expanded(functions.get(String(oid)) ?? ''),
    isBuiltin: (oid) => classes.has(oid),
    classOf: (oid) => classes.get(oid) ?? 'opaque',
    derivedFrom: (relation, attribute) => derived.get(`${relation}.${attribute}`) ?? [],
  }
  await client.query("SET debug_print_rewritten = on; SET debug_pretty_print = off; SET client_min_messages = log; SET log_min_messages = 'panic'")
  const server: LineageServer = {
    client,
    major,
    async trace(sql) {
      const printed = await parseOnly(client, sql)
      return printed.map((text) => readNodeTree(unfold(text))).flatMap((trees) => (Array.isArray(trees) ? trees : [trees])).filter(isNode).map((tree) => trace(tree, knowledge))
    },
    read: async (sql) => (await parseOnly(client, sql)).flatMap((text) => readQueries(readNodeTree(unfold(text)), knowledge)),
    name: ({ relation, attribute }) => attribute > 0 ? columns.get(`${relation}.${attribute}`) ?? `${relation}.${attribute}` : `${relations.get(String(relation)) ?? relation}.${attribute === 0 ? '*' : attribute}`,
    names: ({ from, opaque }) => [...from.map(server.name).sort(), ...(opaque === null ? [] : ['?'])].join(' '),
    called: (oid) => functions.get(String(oid)) ?? String(oid),
    async stop() {
      await client.end()
      await running.stop()
    },
  }
  return server
}

async function names(client: pg.Client, sql: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ key: string; name: string }>(sql)
  return new Map(rows.map(({ key, name }) => [key, name]))
}

/** The printed trees of a Parse; throws what the server says when it refuses the text. */
async function parseOnly(client: pg.Client, sql: string): Promise<readonly string[]> {
  const printed: string[] = []
  const onNotice = (notice: { message?: string | undefined; detail?: string | undefined }): void => {
    if (notice.message === 'rewritten parse tree:') printed.push(notice.detail ?? '')
  }
  client.on('notice', onNotice)
  try {
    await new Promise<void>((resolve, reject) => {
      client.query({
        submit(wire: { parse(what: object): void; sync(): void }) {
          wire.parse({ text: sql, name: '', types: [] })
          wire.sync()
        },
        // The driver still hands over the ReadyForQuery: by then the promise is settled.
        handleError: (error: Error) => reject(new Error(`${error.message}: ${sql}`, { cause: error })),
        handleReadyForQuery: () => resolve(),
      } as unknown as pg.Query)
    })
  } finally {
    client.off('notice', onNotice)
  }
  return printed
}
