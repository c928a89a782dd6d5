import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Program, tool } from '../support/clients.ts'
import { type Conformance, startConformance } from '../support/conformance.ts'

// Programs of clients that are no part of this package, at the gateway and at the server itself. `.ci/suites` builds them.

const FOLDER = process.env['HOLDPOINT_TEST_SUITES'] ?? join(tmpdir(), 'holdpoint-suites')
const TOKIO = join(FOLDER, 'tokio', 'target', 'debug', 'conformance')
const DRIZZLE = join(FOLDER, 'drizzle', 'client.mjs')
const MIGRATIONS = join(import.meta.dirname, 'clients', 'drizzle', 'migrations')

let conformance: Conformance
beforeAll(async () => { conformance = await startConformance(['tokio', 'drizzle']) }, 120_000)
afterAll(() => conformance.stop())

async function sameAtBoth(name: string, command: string, args: readonly string[], least: number): Promise<void> {
  const run = (env: Readonly<Record<string, string>>) => new Program(command, args, { ...env, MIGRATIONS }).finished
  const straight = await run(conformance.without(name))
  expect(straight.status, straight.err).toBe(0)
  expect(straight.out.split('\n').length).toBeGreaterThan(least)
  expect(await run(conformance.through(name))).toEqual(straight)
}

describe.skipIf(!tool('tokio-postgres', 'test', ['-x', TOKIO], [TOKIO]))('tokio-postgres', () => {
  it('pipelines, fetches in pieces, copies, fails and cancels as at the server itself', () => sameAtBoth('tokio', TOKIO, [], 8), 120_000)
})

describe.skipIf(!tool('Drizzle', process.execPath, ['--check', DRIZZLE], [DRIZZLE]))('Drizzle', () => {
  it('migrates twice, inserts, changes and takes back as at the server itself', () => sameAtBoth('drizzle', process.execPath, [DRIZZLE], 4), 120_000)
})
