import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPsql, Program } from '../support/clients.ts'
import { type Conformance, startConformance } from '../support/conformance.ts'

// PostgreSQL's own idea of a regression test: psql runs a script with -a, and everything it shows is compared. Here not with a
// stored output but with that of the same script at the server itself, in a database of the same making.

const SCRIPTS = join(import.meta.dirname, 'sql')
const NAMES = readdirSync(SCRIPTS).filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -4))

describe.skipIf(!hasPsql())('psql shows the same through the gateway', () => {
  let conformance: Conformance
  beforeAll(async () => { conformance = await startConformance(NAMES) }, 300_000)
  afterAll(() => conformance.stop())

  it.for(NAMES)('in %s', { timeout: 180_000 }, async (name) => {
    // One after the other: scripts make roles, which belong to all databases.
    const straight = await run(name, conformance.without(name))
    const through = await run(name, conformance.through(name))
    expect(straight).not.toContain('could not connect')
    expect(straight.length).toBeGreaterThan(1_000)
    expect(through).toBe(straight)
  })
})

async function run(name: string, env: Readonly<Record<string, string>>): Promise<string> {
  // Errors and results in their order, in one stream. psql reads `\copy … from pstdin` from its own input.
  const { out, status } = await new Program('sh', ['-c', `exec psql -X -a -f "$1" 2>&1`, 'sh', join(SCRIPTS, `${name}.sql`)], { ...env, TZ: 'UTC' }, '500\n501\n502\n').finished
  return `${comparable(out, name)}\nstatus ${status}\n`
}

/** Without what tells two databases of one server apart, and without the lines in which the gateway says that it is one. */
function comparable(text: string, name: string): string {
  return text
    .replaceAll(join(SCRIPTS, `${name}.sql`), `${name}.sql`)
    .replace(new RegExp(`(through|without)_${name}`, 'g'), 'database')
    .replace(/with PID \d+/g, 'with PID n')
    .replace(/'\d{5,}'|\(\d{5,}, /g, 'oid')
    .replace(/^DETAIL: {2}rule builtin\/not-understood\nHINT: {2}correct the statement; what cannot be read is never passed\n/gm, '')
    .replace(/^LOCATION: .*\n/gm, '')
}
