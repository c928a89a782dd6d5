import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAgent } from '../../src/quickstart/agent.ts'
import { writePrivately } from '../../src/quickstart/state.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

// Against Postgres itself, with a role that may not drop: the agent cannot tell who refuses it, and must not.
describe('the quickstart agent', () => {
  let server: TestPostgres
  let owner: pg.Client
  let folder: string
  let stateFile: string
  beforeAll(async () => {
    server = await startTestPostgres({ seed: true })
    folder = await mkdtemp(join(tmpdir(), 'holdpoint-agent-'))
    stateFile = join(folder, 'quickstart.json')
    const sslrootcert = join(folder, 'ca.crt')
    await writeFile(sslrootcert, server.certificate.ca)
    owner = new pg.Client({ host: '127.0.0.1', port: server.port, user: server.superuser, password: server.superPassword, database: 'orders' })
    await owner.connect()
    await owner.query(`
      CREATE ROLE "billing-bot" LOGIN PASSWORD 'of-a-test';
      GRANT SELECT ON customers, invoices TO "billing-bot";
      CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'held as h_1' USING HINT = 'look here'; RETURN NULL; END $$;
      CREATE TRIGGER tell BEFORE DELETE ON invoices EXECUTE FUNCTION tell()`)
    const postgres = { host: 'localhost', port: server.port, dbname: 'orders', user: 'billing-bot', password: 'of-a-test', sslrootcert }
    await writePrivately(stateFile, { pid: process.pid, admin: { url: 'http://127.0.0.1:1' }, postgres, people: {}, agents: {} })
  })
  afterAll(async () => {
    await owner?.end()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('shows rows, the refusal of a DROP with its SQLSTATE, and goes on with the same connection', async () => {
    const said: string[] = []
    expect(await runAgent({ stateFile, print: (text) => said.push(text) })).toBe(77)
    const text = said.join('\n')
    expect(text).toMatch(/> SELECT full_name[^\n]*\n[\d:.]+ {2}full_name +email +phone +iban +card_number\n/)
    expect(text).toMatch(/> DROP TABLE invoices\n[\d:.]+ {2}ERROR 42501 {2}must be owner of table invoices\n[\d:.]+ {2}> SELECT count/)
    expect(text).toMatch(/invoices\n[\d:.]+ {2}6012\n/)
    expect(said.at(-1)).toMatch(/ERROR 42501 {2}permission denied for table invoices$/)
    for (const line of said) expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}/)
  })

  it('shows notices while it waits, and the result of what was carried out', async () => {
    await owner.query('GRANT DELETE ON invoices TO "billing-bot"')
    const said: string[] = []
    expect(await runAgent({ stateFile, print: (text) => said.push(text) })).toBe(0)
    expect(said.at(-3)).toMatch(/NOTICE {2}held as h_1$/)
    expect(said.at(-2)).toMatch(/HINT {2}look here$/)
    expect(said.at(-1)).toMatch(/ {2}DELETE [1-9]\d*$/)
  })

  it('says who cannot be reached, and no password', async () => {
    const state = join(folder, 'gone.json')
    const postgres = { host: 'localhost', port: 1, dbname: 'orders', user: 'billing-bot', password: 'of-a-test', sslrootcert: join(folder, 'ca.crt') }
    await writePrivately(state, { pid: 1, admin: { url: '' }, postgres, people: {}, agents: {} })
    const failure = await runAgent({ stateFile: state, print: () => undefined }).catch((error: Error) => error.message)
    expect(failure).toMatch(/^The gateway on localhost:1 cannot be reached \(.*\); is `npm start` still running\?$/)
    expect(failure).not.toContain('of-a-test')
  })
})
