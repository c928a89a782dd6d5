import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Program, PYTHON, tool } from '../support/clients.ts'
import { type Conformance, startConformance } from '../support/conformance.ts'

describe.skipIf(!tool('SQLAlchemy and Alembic', PYTHON, ['-c', 'import sqlalchemy, alembic, psycopg2']))('SQLAlchemy', () => {
  let conformance: Conformance
  beforeAll(async () => { conformance = await startConformance(['orm']) }, 120_000)
  afterAll(() => conformance.stop())

  it('makes, reflects, fills, reads, migrates and drops its tables as at the server itself, with Alembic', async () => {
    const run = (env: Readonly<Record<string, string>>) => new Program(PYTHON, [join(import.meta.dirname, 'orm.py')], env).finished
    const straight = await run(conformance.without('orm'))
    const through = await run(conformance.through('orm'))
    expect(straight.status, straight.err).toBe(0)
    expect(straight.out.length).toBeGreaterThan(2_000)
    expect(through).toEqual(straight)
  }, 180_000)
})
