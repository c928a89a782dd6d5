import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { captureTrees, MAJORS, storedTrees } from '../support/query-trees.ts'
import { startTestPostgres } from '../support/postgres.ts'

/** A folder with `<major>/native/bin`; 18 comes with the package. test/support/fetch-majors.mjs fills it. */
const FOLDER = process.env['HOLDPOINT_TEST_POSTGRES_MAJORS']

function installationOf(major: number): { readonly binaries?: string } | null {
  if (major === 18) return {}
  const binaries = FOLDER === undefined ? '' : join(FOLDER, String(major), 'native')
  return FOLDER !== undefined && existsSync(join(binaries, 'bin', 'postgres')) ? { binaries } : null
}

describe.each(MAJORS)('Postgres %i', (major) => {
  const installation = installationOf(major)
  if (installation === null) console.warn(`trees of Postgres ${major} are not compared: HOLDPOINT_TEST_POSTGRES_MAJORS has no server of that version`)

  it.skipIf(installation === null)('prints the trees that are stored', { timeout: 180_000 }, async () => {
    const server = await startTestPostgres(installation ?? {})
    try {
      const connection = { host: server.host, port: server.port, user: server.superuser, password: server.superPassword }
      const admin = new pg.Client({ ...connection, database: 'postgres' })
      await admin.connect()
      await admin.query('CREATE DATABASE trees')
      await admin.end()
      const captured = await captureTrees({ ...connection, database: 'trees' })
      const stored = storedTrees(major)
      expect(captured.oids).toEqual(stored.oids)
      for (const [at, one] of captured.trees.entries()) expect(one).toEqual(stored.trees[at])
      expect(captured.trees.length).toBe(stored.trees.length)
    } finally {
      await server.stop()
    }
  })
})
