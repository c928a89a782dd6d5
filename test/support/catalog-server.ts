import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { buildCatalog, type Catalog, CATALOG_QUERIES, type CatalogRow } from '../../src/protocols/postgres/catalog.ts'
import { startPostgres } from '../../src/quickstart/postgres-server.ts'

export interface CatalogServer {
  readonly client: pg.Client
  /** Runs the catalogue queries and builds what they give. */
  catalog(): Promise<Catalog>
  generation(): Promise<string>
  stop(): Promise<void>
}

/** A real Postgres with the corpus database in it. */
export async function startCatalogServer(): Promise<CatalogServer> {
  const directory = await mkdtemp(join(tmpdir(), 'holdpoint-catalog-'))
  const server = await startPostgres({ directory, port: 0, settings: { fsync: 'off', log_statement: 'none' } })
  const client = new pg.Client({ host: server.host, port: server.port, user: server.superuser, password: server.superPassword, database: 'postgres' })
  await client.connect()
  await client.query(await readFile(new URL('../corpus/postgres/database.sql', import.meta.url), 'utf8'))
  const read = async (sql: string): Promise<CatalogRow[]> => {
    // Text, as the simple protocol gives it.
    const result = await client.query<Record<string, string | null>>({ text: sql, types: { getTypeParser: () => (value: string) => value } as never })
    return result.rows
  }
  return {
    client,
    async catalog() {
      const rows = new Map<string, CatalogRow[]>()
      for (const [name, sql] of CATALOG_QUERIES) if (name !== 'generation') rows.set(name, await read(sql))
      return buildCatalog(rows)
    },
    async generation() {
      const [row] = await read(CATALOG_QUERIES.get('generation') ?? '')
      return row?.['generation'] ?? ''
    },
    async stop() {
      await client.end()
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
