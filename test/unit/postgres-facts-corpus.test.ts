import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { mostConsequential } from '../../src/gateway/command.ts'
import type { Catalog } from '../../src/protocols/postgres/catalog.ts'
import { type FactsState, resolveFacts } from '../../src/protocols/postgres/facts.ts'
import { createParserPool, type ParserPool } from '../../src/protocols/postgres/parser.ts'
import { type CatalogServer, startCatalogServer } from '../support/catalog-server.ts'

interface Entry {
  readonly sql: string
  readonly case?: number
  readonly path?: readonly string[] | null
  readonly temporary?: boolean
  readonly actions: readonly string[]
  readonly effect: string
  readonly relations?: readonly string[]
  /** Of all readings, read and written. */
  readonly columns?: readonly string[]
  readonly unknown?: true | readonly string[]
}

let server: CatalogServer
let catalog: Catalog
let pool: ParserPool

beforeAll(async () => {
  server = await startCatalogServer()
  catalog = await server.catalog()
  pool = createParserPool()
}, 90_000)
afterAll(async () => {
  await pool?.close()
  await server?.stop()
})

for (const file of ['hidden', 'harmless']) {
  const entries = parse(readFileSync(new URL(`../corpus/postgres/${file}.yaml`, import.meta.url), 'utf8')) as readonly Entry[]
  describe(`the corpus of ${file} statements`, () => {
    it.each(entries.map((entry) => [entry.sql.slice(0, 110), entry] as const))('reads %s', async (_, entry) => {
      const state: FactsState = {
        searchPath: entry.path === undefined ? ['$user', 'public'] : entry.path,
        role: 'agent',
        database: 'postgres',
        temporaryTablesPossible: entry.temporary === true,
        prepared: () => null,
        cursor: () => null,
      }
      const { readings } = resolveFacts(await pool.parse(Buffer.from(entry.sql)), catalog, state)
      const worst = [...readings].sort((a, b) => EFFECTS.indexOf(b.effect) - EFFECTS.indexOf(a.effect))[0]
      expect(readings.map((facts) => facts.action)).toEqual(entry.actions)
      expect(worst?.effect).toBe(entry.effect)
      const relations = readings.flatMap((facts) => facts.resources.filter((one) => one.kind === 'relation'))
      if (entry.relations !== undefined) expect([...new Set(relations.map((one) => `${one.access} ${one.name}`))].sort()).toEqual([...entry.relations].sort())
      if (entry.columns !== undefined) expect([...new Set(relations.flatMap((one) => one.columns ?? []))].sort()).toEqual(entry.columns)
      const reasons = readings.flatMap((facts) => facts.unknown)
      if (entry.unknown === undefined) expect(reasons).toEqual([])
      else if (entry.unknown === true) expect(reasons).not.toEqual([])
      else for (const text of entry.unknown) expect(reasons.join('\n')).toContain(text)
      // What a policy would call the gravest reading is uncertain exactly when something is.
      expect(mostConsequential(readings).unknown.length > 0).toBe(reasons.length > 0)
    })
  })
}

const EFFECTS = ['read', 'write', 'destroy', 'admin', 'unknown']
