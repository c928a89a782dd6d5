import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Program, PYTHON, tool } from '../support/clients.ts'
import { type Conformance, startConformance } from '../support/conformance.ts'
import type { World } from '../support/world.ts'

// The test suites of drivers, as their packages ship them, at the gateway: what fails there and not at the server is a
// difference, and every one stands here with its reason. `.ci/suites` fetches them, pinned, into a folder of its own.

const FOLDER = process.env['HOLDPOINT_TEST_SUITES'] ?? join(tmpdir(), 'holdpoint-suites')
const ASYNCPG = join(FOLDER, 'asyncpg')
const PGX = join(FOLDER, 'pgx')

/** The process id that clients are told is the gateway's own, good for cancel requests, and not what pg_backend_pid() says. */
const PROCESS_ID = 'the process id of the connection is ours'
const OTHER_DATABASE = 'connects to a database that it makes, which is no target'
const FIXED = 'changes client_encoding or standard_conforming_strings, which ends the connection'

const ASYNCPG_DIFFERS: Readonly<Record<string, string>> = {
  'test_codecs.TestCodecs.test_standard_codecs': FIXED,
  'test_introspection.TestIntrospection.test_introspection_loads_basetypes_of_domains': OTHER_DATABASE,
  'test_introspection.TestIntrospection.test_introspection_on_large_db': OTHER_DATABASE,
  'test_cache_invalidation.TestCacheInvalidation.test_prepare_cache_invalidation_in_pool': OTHER_DATABASE,
  'test_cache_invalidation.TestCacheInvalidation.test_type_cache_invalidation_in_pool': OTHER_DATABASE,
  'test_listeners.TestListeners.test_listen_01': PROCESS_ID,
  'test_listeners.TestListeners.test_listen_02': PROCESS_ID,
  'test_listeners.TestListeners.test_listen_notletters': PROCESS_ID,
  'test_pool.TestPool.test_pool_remote_close': PROCESS_ID,
  // A test of its clock: how many messages the client has written by the time the error comes back.
  'test_execute.TestExecuteMany.test_executemany_server_failure_during_writes': 'is about buffer sizes on the way',
}

const PGX_DIFFERS: Readonly<Record<string, string>> = {
  TestConnect: 'expects current_user to be the name it signed in with',
  TestConnSimpleProtocolRefusesNonStandardConformingStrings: FIXED,
  TestConnSimpleProtocolRefusesNonUTF8ClientEncoding: FIXED,
  TestFatalRxError: PROCESS_ID,
  TestFatalTxError: PROCESS_ID,
}
const PGCONN_DIFFERS: Readonly<Record<string, string>> = {
  TestConnectWithRuntimeParams: 'search_path is no start-up setting',
  TestConnLargeResponseWhileWritingDoesNotDeadlock: 'client_min_messages = debug5 is refused',
  // Only on a machine that is slow or busy.
  TestConnExecParamsMaxNumberOfParams: 'a text with 65,535 parameters may take longer than the time box of the parser',
  TestConnExecPreparedMaxNumberOfParams: 'a text with 65,535 parameters may take longer than the time box of the parser',
  TestConnExecPreparedTooManyParams: 'a text with 65,535 parameters may take longer than the time box of the parser',
}

let conformance: Conformance
beforeAll(async () => {
  conformance = await startConformance(['asyncpg', 'pgx', 'pgconn'])
}, 120_000)
afterAll(() => conformance.stop())

describe.skipIf(!tool('the suite of asyncpg', PYTHON, ['-c', 'import sys; sys.path.insert(0, sys.argv[1]); import asyncpg', join(ASYNCPG, 'lib')], [join(ASYNCPG, 'tests')]))('the tests of asyncpg', () => {
  it('pass at the gateway, but for what is listed', { timeout: 900_000 }, async () => {
    // The pool's tests wait for seconds each, and test the pool; connecting is the gateway's own business.
    const modules = ['adversity', 'cache_invalidation', 'cancellation', 'codecs', 'copy', 'cursor', 'exceptions', 'execute', 'introspection', 'listeners', 'logging', 'prepare', 'record', 'timeout', 'transaction', 'types', 'utils'].map((name) => `tests.test_${name}`)
    const { err } = await new Program('sh', ['-c', `cd "$1" && shift && exec "$@"`, 'sh', ASYNCPG, PYTHON, '-m', 'unittest', '-v', ...modules], { ...conformance.through('asyncpg'), PYTHONPATH: join(ASYNCPG, 'lib') }).finished
    const failed = new Set([...err.matchAll(/^(?:FAIL|ERROR): \S+ \(tests\.(\S+?)\)/gm)].map((match) => match[1] as string))
    expect(Number(/^Ran (\d+) tests/m.exec(err)?.[1])).toBeGreaterThan(180)
    expect([...failed].filter((name) => !(name in ASYNCPG_DIFFERS)), err.slice(-20_000)).toEqual([])
  })
})

describe.skipIf(!tool('the suite of pgx', 'sh', ['-c', 'test -x "$0/pgx.test" && test -x "$0/pgconn.test"', PGX]))('the tests of pgx', () => {
  for (const [name, differs, least] of [['pgx', PGX_DIFFERS, 200], ['pgconn', PGCONN_DIFFERS, 90]] as const) {
    it(`of ${name} pass at the gateway, but for what is listed`, { timeout: 600_000 }, async () => {
      const env = conformance.through(name)
      await prepareForPgx(conformance.world, env['PGDATABASE'] as string)
      const url = `host=${env['PGHOST']} port=${env['PGPORT']} user=${env['PGUSER']} password=${env['PGPASSWORD']} dbname=${env['PGDATABASE']} sslmode=disable`
      const { out, err } = await new Program('sh', ['-c', 'cd "$1" && exec "$2" -test.v -test.timeout 540s', 'sh', source(name), join(PGX, `${name}.test`)], { PGX_TEST_DATABASE: url }).finished
      const results = [...out.matchAll(/^--- (PASS|FAIL|SKIP): (\S+)/gm)]
      expect(results.filter(([, result]) => result === 'PASS').length, err).toBeGreaterThan(least)
      expect(results.filter(([, result, test]) => result === 'FAIL' && !((test as string) in differs)).map(([, , test]) => test), out.slice(-20_000)).toEqual([])
    })
  }
})

/** What pgx asks for in its CONTRIBUTING.md. */
async function prepareForPgx(world: World, database: string): Promise<void> {
  const { status, err } = await new Program('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', 'CREATE EXTENSION IF NOT EXISTS hstore', '-c', 'CREATE DOMAIN uint64 AS numeric(20, 0)'], { PGHOST: world.target.host, PGPORT: String(world.target.port), PGDATABASE: database, PGUSER: world.target.superuser, PGPASSWORD: world.target.superPassword }, null).finished
  expect(err + status).toBe('0')
}

/** Where its tests find their own files. */
function source(name: string): string {
  const modules = spawnSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).stdout.trim()
  const folder = join(modules, 'github.com', 'jackc', 'pgx', readdirSync(join(modules, 'github.com', 'jackc', 'pgx')).find((one) => one === 'v5@v5.7.2') ?? 'v5')
  const inner = join(folder, name)
  return existsSync(inner) ? inner : folder
}
