import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Facts } from '../../src/gateway/command.ts'
import { type FactsState, resolveFacts } from '../../src/protocols/postgres/facts.ts'
import type { RawStatement } from '../../src/protocols/postgres/raw.ts'
import type { Resolution } from '../../src/protocols/postgres/resolve/resolution.ts'
import { AGENT_ROLE, type AnalysisWorld, createAnalysisWorld, type Opened } from '../support/analysis.ts'

// The corpus again, as a gateway reads it that asks its target: nothing that the text shows may be lost by knowing more.

interface Entry {
  readonly sql: string
  readonly path?: readonly string[] | null
  readonly temporary?: boolean
  readonly actions: readonly string[]
  readonly effect: string
  readonly relations?: readonly string[]
  readonly unknown?: true | readonly string[]
}

const CORPUS = new URL('../corpus/postgres/', import.meta.url)
const EFFECTS = ['read', 'write', 'destroy', 'admin', 'unknown']

let world: AnalysisWorld
const opened = new Map<string, Opened>()
beforeAll(async () => {
  world = await createAnalysisWorld(`${readFileSync(new URL('database.sql', CORPUS), 'utf8')}
    GRANT USAGE ON SCHEMA app, evil TO ${AGENT_ROLE}; GRANT ALL ON ALL TABLES IN SCHEMA public, app, evil TO ${AGENT_ROLE};`)
}, 90_000)
afterAll(() => world?.close())

async function readings(entry: Entry): Promise<readonly Facts[] | null> {
  const path = entry.path ?? ['$user', 'public']
  const key = path.join()
  let database = opened.get(key)
  if (database === undefined) opened.set(key, (database = await world.open({ as: 'asker', method: 'print', searchPath: path })))
  const raw = await database.parseAll(entry.sql)
  const known = new Map<RawStatement, Resolution>()
  const ask = async (statement: RawStatement): Promise<boolean> => {
    const resolution = await (database as Opened).database.resolver.resolve(statement, [])
    known.set(statement, resolution)
    if (resolution.kind === 'rejected') return false
    for (const inner of statement.nested) if (!(await ask(inner))) return false
    return true
  }
  for (const statement of raw) if (!(await ask(statement))) return null
  const state: FactsState = {
    searchPath: path, role: AGENT_ROLE, database: 'postgres', temporaryTablesPossible: false, prepared: () => null, cursor: () => null,
    resolution: (statement) => known.get(statement),
  }
  return resolveFacts(raw, database.database.catalog(), state).readings
}

let asked = 0
for (const file of ['hidden', 'harmless']) {
  const entries = (parse(readFileSync(new URL(`${file}.yaml`, CORPUS), 'utf8')) as readonly Entry[]).filter((entry) => entry.path !== null)
  describe(`the corpus of ${file} statements, resolved`, () => {
    it.each(entries.map((entry) => [entry.sql.slice(0, 110), entry] as const))('loses nothing of %s', async (_, entry) => {
      const found = await readings(entry)
      // The target does not take it: its own error is the answer, and nothing is judged.
      if (found === null) return
      asked++
      const reasons = found.flatMap(({ unknown }) => [...unknown])
      const relations = new Set(found.flatMap(({ resources }) => resources.filter(({ kind }) => kind === 'relation').map(({ name, access }) => `${access} ${name}`)))
      const worst = Math.max(...found.map(({ effect }) => EFFECTS.indexOf(effect)))
      if (file === 'harmless') expect(reasons).toEqual([])
      // Every action the text shows is there, and whatever stands behind it comes on top.
      const actions = found.map(({ action }) => action)
      for (const action of entry.actions) expect(actions).toContain(action)
      if (entry.effect !== 'unknown') expect(worst).toBeGreaterThanOrEqual(EFFECTS.indexOf(entry.effect))
      for (const relation of entry.relations ?? []) expect([...relations]).toContain(relation)
    })
  })
}

it('most of the corpus was asked about', () => {
  expect(asked).toBeGreaterThan(150)
})
