import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CATALOG_QUERIES } from '../../src/protocols/postgres/catalog.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

const FILE = fileURLToPath(new URL('../../src/offline/builtin-catalog.json', import.meta.url))

let server: TestPostgres
let client: pg.Client
beforeAll(async () => {
  server = await startTestPostgres()
  client = new pg.Client({
    host: server.host, port: server.port, user: server.superuser, password: server.superPassword, database: 'postgres',
    ssl: { ca: server.certificate.ca },
    // Text as the simple protocol gives it, which is what the catalogue is built from.
    types: { getTypeParser: () => (value: string) => value },
  })
  await client.connect()
}, 60_000)
afterAll(async () => {
  await client?.end()
  await server?.stop()
})

it('the catalogue that policy cases are judged against is the one a new PostgreSQL 18 has', async () => {
  const parts: string[] = []
  for (const query of ['relations', 'columns', 'functions', 'types']) {
    const { fields, rows } = await client.query<string[]>({ text: CATALOG_QUERIES.get(query)!, rowMode: 'array' })
    const sorted = rows.sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1]))
    // One blank between values is the whole format, so no value may be empty or hold one.
    for (const row of sorted) for (const value of row) expect(value).toMatch(/^[^\s\\`$]+$/)
    // One row a line, so that what another release changes can be read in a diff.
    parts.push(`"${query}": {\n"columns": ${JSON.stringify(fields.map((field) => field.name))},\n"rows": [\n${sorted.map((row) => JSON.stringify(row.join(' '))).join(',\n')}\n]\n}`)
  }
  const text = `{\n${parts.join(',\n')}\n}\n`
  if (process.env['UPDATE_BUILTIN_CATALOG'] !== undefined) writeFileSync(FILE, text)
  else expect(readFileSync(FILE, 'utf8') === text, 'run this test with UPDATE_BUILTIN_CATALOG=1').toBe(true)
})
