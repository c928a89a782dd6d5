import fc from 'fast-check'
import { loadModule, parseSync } from 'libpg-query'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freeLiterals } from '../../src/protocols/postgres/free-literals.ts'
import type { Resolution } from '../../src/protocols/postgres/resolve/resolution.ts'
import { keepShape, shapeOf, templateOf } from '../../src/protocols/postgres/shape.ts'
import { textsOf } from '../../src/protocols/postgres/statement-texts.ts'
import { walkParseResult } from '../../src/protocols/postgres/walk.ts'
import { type AnalysisWorld, createAnalysisWorld, type Opened } from '../support/analysis.ts'
import { exchange, literals, statement } from '../support/shape-generator.ts'

// What was resolved for one text is used for all of its shape: here a real target is asked about each of them.

let world: AnalysisWorld
let opened: Opened
beforeAll(async () => {
  await loadModule()
  world = await createAnalysisWorld(`
    CREATE TABLE t (a int, b int, "C 5" text, x1 text, UNIQUE (a));
    CREATE TABLE u (k int, o oid, r regclass, n numeric, d timestamptz, i8 bigint, c char(3), bo bool, j jsonb, e int[]);
    CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
    CREATE VIEW v AS SELECT k, c FROM u WHERE k > 3;
    GRANT ALL ON ALL TABLES IN SCHEMA public TO agent_role;
  `)
  opened = await world.open({ as: 'asker', method: 'print' })
  await opened.database.analyser.probe()
})
afterAll(() => world?.close())

async function resolve(text: string): Promise<Resolution> {
  const bytes = Buffer.byteLength(text)
  const [raw] = walkParseResult(parseSync(text), bytes, textsOf(text, bytes))
  if (raw === undefined || raw.sql === null) return { kind: 'unresolved', reason: 'no text' }
  return opened.database.resolver.resolve(raw, [])
}

/** Another text of the same shape; null where there is none. */
function another(text: string, others: fc.Stream<[string, string, boolean]>): string | null {
  const bytes = Buffer.from(text)
  const cut = shapeOf(bytes)
  if (cut === null) return null
  const shape = keepShape(cut)
  let tree: unknown
  try {
    tree = parseSync(text)
  } catch {
    return null
  }
  const template = templateOf(bytes, shape, freeLiterals(tree))
  // Only free ones are exchanged here.
  return template && exchange(bytes, shape, template, others.map(([number, words]): [string, string, boolean] => [number, words, false]))
}

const ofEachType = fc.tuple(
  fc.constantFrom('k', 'o', 'r', 'n', 'd', 'i8', 'c', 'bo', 'e'), fc.constantFrom('=', '<', '<>', 'BETWEEN 5 AND', 'IN (5,'), fc.constantFrom('5', "'5'", "'t'", "'pg_class'", "'2026-11-20'", "'{1,2}'", '-7'),
  fc.constantFrom('SELECT k FROM u', 'SELECT count(*) FROM v JOIN u USING (k)', 'DELETE FROM u', 'UPDATE u SET k = 5, c = \'abc\', i8 = i8 + 5', 'INSERT INTO u (k, o, r, n, i8, c) VALUES (1, 2, 1259, 3, 4, \'x\') RETURNING k; --', 'SELECT k FROM v'),
).map(([column, operator, value, before]) => (before.startsWith('INSERT') ? before.slice(0, before.indexOf(';')) : `${before} WHERE u.${column} ${operator} ${value}${operator.startsWith('IN') ? ')' : ''}`.replace(/FROM v WHERE u\./, 'FROM v WHERE v.')))
  .map((text) => text.replace(/v\.(?:[onrdije]\d?|bo)\b/, 'v.k'))

describe('texts of one shape', () => {
  it('mean the same to the target, whatever their literals are', async () => {
    let resolved = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(statement, ofEachType), literals, async (text, others) => {
        const exchanged = another(text, others)
        if (exchanged === null || exchanged === text) return
        const [one, two] = [await resolve(text), await resolve(exchanged)]
        // For its value a literal may be refused; it is then asked about by itself.
        if (one.kind !== 'resolved' || two.kind !== 'resolved') return
        resolved++
        expect([exchanged, two.queries]).toEqual([exchanged, one.queries])
        // A literal for a regclass column is a name: no other column or table is read for it, but an approval must see it change.
        if (!/u\.r\b/.test(text)) expect([exchanged, two.digest]).toEqual([exchanged, one.digest])
      }),
      { numRuns: 1_500, seed: 20_261_120 },
    )
    expect(resolved).toBeGreaterThan(150)
  }, 240_000)
})
