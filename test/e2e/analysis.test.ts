import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { inspectConfig } from '../../src/config.ts'
import { digestOf } from '../../src/enforcement/permit.ts'
import type { TargetCheck } from '../../src/offline/check.ts'
import { tryTargets } from '../../src/offline/try-targets.ts'
import { findAnalysis } from '../../src/protocols/postgres/resolve/analysis-method.ts'
import type { Analysis } from '../../src/protocols/postgres/resolve/analysis.ts'
import { analysisMessages } from '../../src/protocols/postgres/upstream.ts'
import { AGENT_ROLE, type AnalysisWorld, createAnalysisWorld, type Opened } from '../support/analysis.ts'

// A real target is asked what statements mean. Its log and its tables are the proof that nothing ran.

const SETUP = `
  CREATE TABLE t (id int PRIMARY KEY, name text);
  CREATE TABLE other (id int);
  CREATE TABLE ran (what text);
  CREATE VIEW v AS SELECT id, upper(name) AS name FROM t WHERE id > 0;
  CREATE FUNCTION touch(what text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ran VALUES (what); RETURN 1; END $$;
  CREATE FUNCTION leaks() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN touch('immutable'); END $$;
  CREATE FUNCTION leaks_stable() RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN touch('stable'); END $$;
  CREATE FUNCTION leaks_sql() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT leaks()';
  CREATE FUNCTION leaks_of(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN touch('operator'); END $$;
  CREATE OPERATOR ### (FUNCTION = leaks_of, RIGHTARG = int);
  CREATE SCHEMA hidden; CREATE TABLE hidden.t (secret int);
  GRANT ALL ON ALL TABLES IN SCHEMA public TO ${AGENT_ROLE};
`

const RUNS_CODE = [
  'SELECT leaks()', 'SELECT leaks_stable()', 'SELECT touch($q$volatile$q$)', 'SELECT leaks_sql()', 'SELECT ### 1',
  'SELECT * FROM t WHERE id = leaks() AND id = leaks_stable()', 'INSERT INTO other VALUES (leaks()) RETURNING leaks()', 'SELECT 1 LIMIT leaks()',
  'DELETE FROM t WHERE leaks() = 1', 'UPDATE t SET name = leaks()::text', 'SELECT CASE WHEN true THEN 1 ELSE leaks() END',
]

let world: AnalysisWorld
beforeAll(async () => { world = await createAnalysisWorld(SETUP) })
afterAll(() => world.close())

const rowsOf = (answer: Analysis): string => (answer.kind === 'trees' ? JSON.stringify(answer.trees, (_key, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value)) : JSON.stringify(answer))
const ask = (opened: Opened, text: string, types: readonly number[] = []): Promise<Analysis> => opened.database.analyser.analyse(text, types)

describe('asking by printed trees', () => {
  let opened: Opened
  beforeAll(async () => { opened = await world.open({ as: 'asker' }) })

  it('is the way where the log of the role is quiet, and leaves nothing in the log of the target', async () => {
    const log = await world.logged()
    expect(await opened.database.analyser.probe()).toMatchObject({ method: 'print', print: null })
    expect(await ask(opened, 'SELECT id, name FROM v WHERE name = $1')).toMatchObject({ kind: 'trees', by: 'print' })
    expect(await ask(opened, 'DELETE FROM t')).toMatchObject({ kind: 'trees' })
    expect(await ask(opened, 'SELECT nope FROM t')).toMatchObject({ kind: 'rejected' })
    expect((await log()).split('\n').filter((line) => /asker|analysis|QUERY|nope/.test(line))).toEqual([])
  })

  it('shows views by what they read', async () => {
    const tree = rowsOf(await ask(opened, 'SELECT name FROM v'))
    const [{ oid }] = (await world.query(`SELECT 't'::regclass::oid AS oid`)) as [{ oid: number }]
    expect(tree).toContain(`"relid":"${oid}"`)
  })

  it('runs no function, operator or cast of anybody', async () => {
    for (const text of RUNS_CODE) expect(await ask(opened, text), text).toMatchObject({ kind: 'trees' })
    expect(await world.query('SELECT * FROM ran')).toEqual([])
  })

  it('sees names as the role of the agents does, not as the role that asks', async () => {
    expect(await ask(opened, 'SELECT secret FROM hidden.t')).toMatchObject({ kind: 'rejected' })
    await world.superuser.query(`GRANT USAGE ON SCHEMA hidden TO ${AGENT_ROLE}`)
    expect(await ask(opened, 'SELECT secret FROM hidden.t')).toMatchObject({ kind: 'trees' })
    await world.superuser.query(`REVOKE USAGE ON SCHEMA hidden FROM ${AGENT_ROLE}`)
  })

  it("gives the target's own error, with its place in the text", async () => {
    const answer = await ask(opened, 'SELECT id, nope FROM t')
    expect(answer).toMatchObject({ kind: 'rejected' })
    if (answer.kind === 'rejected') expect([answer.fields.get('C'), answer.fields.get('P'), answer.fields.get('M')]).toEqual(['42703', '12', 'column "nope" does not exist'])
    expect(await ask(opened, 'SELECT 1; DELETE FROM t')).toMatchObject({ kind: 'rejected' })
  })

  it('keeps nobody else waiting while a table is locked, and says so when it has waited long enough', async () => {
    const locker = new pg.Client({ host: world.server.host, port: world.server.port, user: world.server.superuser, password: world.server.superPassword, database: 'postgres' })
    await locker.connect()
    await locker.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE')
    const stuck = Promise.all(Array.from({ length: 6 }, (_, i) => ask(opened, `SELECT id + ${i} FROM t`)))
    for (let i = 0; i < 5; i++) expect(await ask(opened, `SELECT id + ${i} FROM other`)).toMatchObject({ kind: 'trees' })
    expect(await world.query("SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE application_name = 'holdpoint analysis' AND wait_event_type = 'Lock'")).toEqual([{ waiting: 6 }])
    for (const answer of await stuck) expect(answer).toMatchObject({ kind: 'unresolved', reason: expect.stringContaining('locked') })
    await locker.query('ROLLBACK')
    await locker.end()
    expect(await ask(opened, 'SELECT id FROM t')).toMatchObject({ kind: 'trees' })
  })

  it('holds no lock and no transaction once it has answered', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, i) => ask(opened, `UPDATE t SET name = 'x${i}'`)))
    expect(await world.query(`SELECT l.relation::regclass::text AS held FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'holdpoint analysis'`)).toEqual([])
    expect(await world.query(`SELECT DISTINCT state FROM pg_stat_activity WHERE application_name = 'holdpoint analysis'`)).toEqual([{ state: 'idle' }])
  })

  it('goes on after its connections were lost', async () => {
    await world.superuser.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdpoint analysis'")
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => ask(opened, `SELECT id * ${i} FROM t`)))
    for (const answer of answers) expect(answer).toMatchObject({ kind: 'trees' })
  })

  it('is recorded: every question has its permit, with the digest of what was sent', async () => {
    const { gate } = opened
    const recorded = async (): Promise<readonly unknown[]> => {
      await gate.recorder.durable(gate.recorder.append({ session: 'gateway', kind: 'gateway', body: { event: 'looked' } }))
      return gate.journal('permit').filter(({ body }) => body['rule'] === 'builtin/analysis').map(({ body }) => body['digest'])
    }
    const before = await recorded()
    await ask(opened, 'SELECT 4711')
    expect(await recorded()).toEqual([...before, digestOf(analysisMessages('SELECT 4711', []))])
  })

  it('answers what is longer than its bound with a reason, and the next one as ever', async () => {
    const many = `SELECT ${Array.from({ length: 60_000 }, () => `'x'`).join(',')}`
    expect((await ask(opened, many)).kind).not.toBe('trees')
    expect((await ask(opened, `INSERT INTO other VALUES ${Array.from({ length: 90_000 }, (_, i) => `(${i})`).join(',')}`)).kind).toBe('unresolved')
    expect(await ask(opened, 'SELECT 1')).toMatchObject({ kind: 'trees' })
  })
})

describe('asking by functions', () => {
  let opened: Opened
  beforeAll(async () => { opened = await world.open() })

  it('is the way where trees would be written to the log, and says why', async () => {
    expect(await opened.database.analyser.probe()).toMatchObject({ method: 'function', print: expect.stringContaining('log_min_messages') })
    expect(await ask(opened, 'SELECT name FROM v WHERE id = $1', [23])).toMatchObject({ kind: 'trees', by: 'function' })
  })

  it('runs nothing and leaves nothing behind', async () => {
    for (const text of RUNS_CODE) expect(await ask(opened, text), text).toMatchObject({ kind: 'trees', by: 'function' })
    expect(await world.query('SELECT * FROM ran')).toEqual([])
    expect(await world.query("SELECT * FROM pg_proc WHERE proname = 'holdpoint_analysis'")).toEqual([])
    expect(await world.query(`SELECT DISTINCT state FROM pg_stat_activity WHERE application_name = 'holdpoint analysis'`)).toEqual([{ state: 'idle' }])
  })

  it('takes one statement, whatever stands in it', async () => {
    for (const text of ['SELECT 1; END; DROP TABLE t; SELECT 1', 'SELECT 1; END', 'SELECT 1; COMMIT', "SELECT 1; END; INSERT INTO ran VALUES ('escaped')", 'SELECT 1; SELECT 2', 'END', 'COMMIT', 'SELECT 1 /*', "SELECT 'x"]) {
      expect((await ask(opened, text)).kind, text).not.toBe('trees')
    }
    expect(await ask(opened, 'SELECT 1 -- and the rest')).toMatchObject({ kind: 'trees' })
    expect(await world.query('SELECT * FROM ran')).toEqual([])
    expect(await world.query("SELECT 1 AS there FROM pg_class WHERE relname = 't' AND relnamespace = 'public'::regnamespace")).toEqual([{ there: 1 }])
  })

  it("gives the target's own error at its place in the text, and does not guess types of parameters", async () => {
    const answer = await ask(opened, 'SELECT id, nope FROM t')
    if (answer.kind !== 'rejected') throw new Error(`it is ${answer.kind}`)
    expect([answer.fields.get('C'), answer.fields.get('P')]).toEqual(['42703', '12'])
    for (const types of [[], [0]]) expect(await ask(opened, 'SELECT id FROM t WHERE id = $1', types)).toMatchObject({ kind: 'unresolved', reason: expect.stringContaining('types') })
  })
})

describe('the way that is taken', () => {
  it('is none where names would mean something else to the role that asks', async () => {
    const opened = await world.open({ as: 'stranger' })
    expect(await opened.database.analyser.probe()).toMatchObject({ method: 'none', print: expect.stringContaining('may not take the role') })
    expect(await ask(opened, 'SELECT 1')).toMatchObject({ kind: 'unresolved' })
    expect(opened.database.resolver.active()).toBe(false)
  })

  it.each([['print', AGENT_ROLE, /log_min_messages/], ['print', 'stranger', /may not take the role/], ['function', 'stranger', /may not take the role/], ['print', 'nobody_there', /could not sign in/]] as const)('that is configured and cannot work is an error at the start: %s as %s', async (method, as, why) => {
    const { database } = await world.open({ as, method })
    await expect(findAnalysis(database, { analysis: { user: as, method } })).rejects.toThrow(why)
  })

  it('is found again where it was not possible before, without a restart', async () => {
    await world.superuser.query(`CREATE ROLE later LOGIN PASSWORD 'later'; ALTER ROLE later SET log_min_messages = 'panic'`)
    const opened = await world.open({ as: 'later' })
    const { analyser } = opened.database
    expect(await analyser.probe()).toMatchObject({ method: 'none' })
    await world.superuser.query(`GRANT ${AGENT_ROLE} TO later`)
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 120_000)
    analyser.tend()
    vi.restoreAllMocks()
    await answers(async () => analyser.state()?.method === 'print')
    expect(await ask(opened, 'SELECT 1')).toMatchObject({ kind: 'trees', by: 'print' })
  })

  it('is not by functions where an event trigger would run', async () => {
    await world.superuser.query(`CREATE FUNCTION spy() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ran VALUES ('event'); END $$; CREATE EVENT TRIGGER spy ON ddl_command_end EXECUTE FUNCTION spy()`)
    const opened = await world.open({ method: 'auto' })
    expect(await opened.database.analyser.probe()).toMatchObject({ method: 'none', function: expect.stringContaining('event triggers') })
    await world.superuser.query('DROP EVENT TRIGGER spy; DROP FUNCTION spy(); TRUNCATE ran')
  })

  it('is by printed trees where the role may silence its log itself', async () => {
    const [{ major }] = (await world.query(`SELECT current_setting('server_version_num')::int / 10000 AS major`)) as [{ major: number }]
    if (major === 14) return
    await world.superuser.query(`GRANT SET ON PARAMETER log_min_messages TO ${AGENT_ROLE}`)
    const log = await world.logged()
    const opened = await world.open()
    expect(await opened.database.analyser.probe()).toMatchObject({ method: 'print' })
    expect(await ask(opened, 'SELECT name FROM v')).toMatchObject({ kind: 'trees', by: 'print' })
    expect(await log()).not.toContain('rewritten parse tree')
    await world.superuser.query(`REVOKE SET ON PARAMETER log_min_messages FROM ${AGENT_ROLE}`)
  })
})

describe('holdpoint check --connect', () => {
  async function check(postgres: Readonly<Record<string, unknown>>): Promise<readonly TargetCheck[]> {
    const folder = await mkdtemp(join(tmpdir(), 'holdpoint-check-'))
    try {
      const file = join(folder, 'holdpoint.yaml')
      for (const [name, content] of [['agent', 'agent'], ['asker', 'asker'], ['stranger', 'stranger'], ['masking', 'm'.repeat(40)]] as const) await writeFile(join(folder, name), content)
      await mkdir(join(folder, 'policies'))
      await writeFile(file, JSON.stringify({
        version: 1, policies: 'policies', masking: { key: { file: 'masking' } },
        trust: [{ name: 'corp', issuer: 'http://127.0.0.1:1', audience: 'holdpoint', kind: 'agent' }],
        targets: [{ name: 'db', protocol: 'postgres', postgres: { host: '127.0.0.1', port: world.server.port, database: 'postgres', user: AGENT_ROLE, password: { file: 'agent' }, tls: { mode: 'disable' }, ...postgres } }],
      }))
      const { config, faults } = inspectConfig(file)
      if (config === undefined) throw new Error(JSON.stringify(faults))
      return await tryTargets(config)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  it('says what works, what is used and what would have to be run once', async () => {
    const [{ major }] = (await world.query(`SELECT current_setting('server_version_num')::int / 10000 AS major`)) as [{ major: number }]
    const options = major >= 16 ? ' WITH INHERIT FALSE, SET TRUE' : ''
    const [own] = await check({})
    expect(own).toMatchObject({ target: 'db/postgres', ok: true, analysis: { version: major, used: 'function', function: null, print: expect.stringContaining('log_min_messages'), writesToLog: expect.stringContaining('log_statement is all') } })
    expect(own?.analysis?.once).toEqual(["CREATE ROLE holdpoint_analysis LOGIN NOINHERIT PASSWORD '...'", `GRANT ${AGENT_ROLE} TO holdpoint_analysis${options}`, "ALTER ROLE holdpoint_analysis SET log_min_messages = 'panic'"])
    expect(await check({ analysis: { user: 'asker', password: { file: 'asker' } } })).toMatchObject([{ ok: true, analysis: { used: 'print', print: null, writesToLog: null, once: [] } }])
  })

  it('fails where a configured way does not work there', async () => {
    expect(await check({ analysis: { method: 'print' } })).toMatchObject([{ ok: false, detail: expect.stringContaining('log_min_messages'), analysis: { used: 'none' } }])
    expect(await check({ analysis: { user: 'asker', password: { file: 'stranger' }, method: 'print' } })).toMatchObject([{ ok: false, detail: expect.stringContaining("refused the gateway's login") }])
  })

  it('what it says to run is what makes print work', async () => {
    const [before] = await check({ analysis: { user: 'stranger', password: { file: 'stranger' } } })
    expect(before?.analysis?.used).toBe('none')
    for (const sql of before?.analysis?.once ?? []) await world.superuser.query(sql)
    expect(await check({ analysis: { user: 'stranger', password: { file: 'stranger' } } })).toMatchObject([{ ok: true, analysis: { used: 'print' } }])
    await world.superuser.query(`REVOKE ${AGENT_ROLE} FROM stranger`)
  })
})

describe('a standby', () => {
  it('is asked by printed trees as well, and says why functions do not work there', async () => {
    const primary = await createAnalysisWorld('CREATE TABLE far (id int)')
    const { server } = primary
    const program = await readlink(`/proc/${server.pid}/exe`)
    const [{ data }] = (await primary.query(`SELECT current_setting('data_directory') AS data`)) as [{ data: string }]
    await primary.superuser.end()
    await server.stop()
    const { uid, gid } = await stat(data)
    await writeFile(join(data, 'standby.signal'), '')
    const standby = spawn(program, ['-D', data, '-p', String(server.port), '-k', ''], { uid, gid, cwd: dirname(data), stdio: 'ignore' })
    try {
      const login = { host: server.host, port: server.port, user: server.superuser, password: server.superPassword, database: 'postgres' }
      await answers(async () => {
        const client = new pg.Client(login)
        client.on('error', () => undefined)
        try {
          await client.connect()
          return (await client.query('SELECT pg_is_in_recovery() AS yes')).rows[0]?.yes === true
        } catch {
          return false
        } finally {
          await client.end().catch(() => undefined)
        }
      })
      const opened = await primary.open({ as: 'asker' })
      expect(await opened.database.analyser.probe()).toMatchObject({ method: 'print', function: expect.stringContaining('standby') })
      expect(await ask(opened, 'DELETE FROM far WHERE id = $1')).toMatchObject({ kind: 'trees', by: 'print' })
      opened.database.stop()
    } finally {
      const gone = once(standby, 'exit')
      standby.kill('SIGINT')
      await gone
      await primary.close()
    }
  })
})

/** Asks again until the answer is yes. */
async function answers(ask: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await ask()); await new Promise((resolve) => setTimeout(resolve, 50))) if (Date.now() > deadline) throw new Error('waited 20 s in vain')
}
