import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Finished, Program, tool } from '../support/clients.ts'
import { type Conformance, startConformance } from '../support/conformance.ts'

const PIPELINE = `\\set aid random(1, 1000)
\\startpipeline
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :aid, 1, CURRENT_TIMESTAMP);
END;
\\endpipeline
`

describe.skipIf(!tool('pgbench', 'pgbench', ['--version']))('pgbench', () => {
  let conformance: Conformance
  let folder: string
  beforeAll(async () => {
    conformance = await startConformance(['bench'])
    folder = await mkdtemp(join(tmpdir(), 'holdpoint-pgbench-'))
    await writeFile(join(folder, 'pipeline.sql'), PIPELINE)
    // Made by the server (G), since a hundred thousand rows say no more here than they do in a COPY of their own.
    expect((await pgbench('-i', '-q', '-I', 'dtGvp')).status).toBe(0)
  }, 180_000)
  afterAll(async () => {
    await conformance.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const pgbench = (...args: readonly string[]): Promise<Finished> => new Program('pgbench', args, conformance.through('bench')).finished

  for (const mode of ['simple', 'extended', 'prepared']) {
    for (const kind of [['-b', 'tpcb-like'], ['-S'], ['-N'], ['-C', '-S']]) {
      it(`runs ${kind.join(' ')} in ${mode} mode`, async () => expectDone(await pgbench('-n', '-M', mode, ...kind, '-c', '2', '-t', '20'), 40), 120_000)
    }
  }

  it.for(['extended', 'prepared'])('runs pipelines in %s mode', { timeout: 120_000 }, async (mode) => {
    expectDone(await pgbench('-n', '-M', mode, '-f', join(folder, 'pipeline.sql'), '-c', '2', '-t', '20'), 40)
  })

  it('and its books balance afterwards', async () => {
    // -N leaves the branches alone, so these two are what every kind of script has written.
    const { out } = await new Program('psql', ['-X', '-A', '-t', '-c', 'SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(delta) FROM pgbench_history), (SELECT count(*) FROM pgbench_history)'], conformance.through('bench'), null).finished
    expect(out.trim()).toBe('t|320')
  })
})

function expectDone({ status, out, err }: Finished, transactions: number): void {
  expect(err).not.toMatch(/ERROR|error:/)
  expect(out).toContain(`number of transactions actually processed: ${transactions}/${transactions}`)
  expect(status).toBe(0)
}
