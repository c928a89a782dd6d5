import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Facts } from '../../src/gateway/command.ts'
import { buildCatalog, type Catalog, CATALOG_QUERIES } from '../../src/protocols/postgres/catalog.ts'
import { type FactsState, resolveFacts, touches } from '../../src/protocols/postgres/facts.ts'
import { builtinClass } from '../../src/protocols/postgres/functions.ts'
import { createParserPool, type ParserPool } from '../../src/protocols/postgres/parser.ts'
import type { RawStatement } from '../../src/protocols/postgres/raw.ts'
import { type CatalogServer, startCatalogServer } from '../support/catalog-server.ts'

let server: CatalogServer
let catalog: Catalog
let pool: ParserPool

beforeAll(async () => {
  server = await startCatalogServer()
  catalog = await server.catalog()
  pool = createParserPool({ workers: 1 })
}, 90_000)
afterAll(async () => {
  await pool?.close()
  await server?.stop()
})

const STATE: FactsState = {
  searchPath: ['$user', 'public'],
  role: 'agent',
  database: 'postgres',
  temporaryTablesPossible: false,
  prepared: () => null,
  cursor: () => null,
}

describe('names behind names', () => {
  it('EXECUTE is judged as the statement that was prepared under the name', async () => {
    const [prepare] = await parse('PREPARE p AS DELETE FROM app.t1')
    const [plain] = await parse('DELETE FROM app.t1')
    for (const behind of [prepare, plain]) {
      const readings = await facts('EXECUTE p', { prepared: (name) => (name === 'p' ? (behind ?? null) : null) })
      expect(readings.map((one) => `${String(one.attributes['depth'])} ${one.action}`)).toEqual(['top execute', 'execute delete'])
      expect(readings.flatMap((one) => one.unknown)).toEqual([])
    }
  })

  it('the path of EXECUTE, not of PREPARE, decides which table is meant', async () => {
    const [behind] = await parse('SELECT * FROM t1')
    const relations = async (searchPath: readonly string[]): Promise<string[]> =>
      (await facts('EXECUTE p', { searchPath, prepared: () => behind ?? null })).flatMap((one) => one.resources.map((resource) => resource.name))
    expect(await relations(['app'])).toEqual(['app.t1'])
    expect(await relations(['evil', 'app'])).toEqual(['evil.t1'])
  })

  it('FETCH is judged as the query of its cursor, and parameters of EXECUTE as expressions of their own', async () => {
    const [behind] = await parse('DECLARE c CURSOR FOR SELECT ssn FROM app.users')
    const readings = await facts('FETCH ALL FROM c', { cursor: (name) => (name === 'c' ? (behind ?? null) : null) })
    expect(readings[1]?.resources).toEqual([{ kind: 'relation', name: 'app.users', access: 'read', columns: ['ssn'] }])
    const [select] = await parse('SELECT 1')
    const [execute] = await facts("EXECUTE p (pg_read_file('x'))", { prepared: () => select ?? null })
    expect(execute).toMatchObject({ effect: 'admin', attributes: { function_classes: ['file'] } })
  })

  it('a prepared statement that executes itself ends in a reason, not in a loop', async () => {
    const [self] = await parse('EXECUTE p')
    const readings = await facts('EXECUTE p', { prepared: () => self ?? null })
    expect(readings.at(-1)?.unknown).toEqual(['the prepared statement "p" is not known to the gateway'])
  })

  it('a text with a name behind it is resolved anew every time', async () => {
    const [read] = await parse('SELECT 1')
    const [write] = await parse('DELETE FROM app.t1')
    const raw = await parse('EXECUTE again')
    const action = (behind: RawStatement | undefined): string | undefined =>
      resolveFacts(raw, catalog, { ...STATE, prepared: () => behind ?? null }).readings[1]?.action
    expect([action(read), action(write), action(read)]).toEqual(['select', 'delete', 'select'])
  })

  it('the same text is read anew when path, role, database, temporary tables or catalogue differ', async () => {
    const raw = await parse('SELECT * FROM t1')
    const name = (state: Partial<FactsState>, from = catalog): unknown => {
      const [facts] = resolveFacts(raw, from, { ...STATE, ...state }).readings
      return [facts?.resources[0]?.name, (facts?.unknown.length ?? 0) > 0]
    }
    expect(name({ searchPath: ['app'] })).toEqual(['app.t1', false])
    expect(name({ searchPath: ['evil'] })).toEqual(['evil.t1', false])
    expect(name({ searchPath: ['$user'], role: 'app' })).toEqual(['app.t1', false])
    expect(name({ searchPath: ['$user'], role: 'evil' })).toEqual(['evil.t1', false])
    expect(name({ searchPath: ['app'], temporaryTablesPossible: true })).toEqual(['app.t1', true])
    const empty = buildCatalog(new Map([...CATALOG_QUERIES.keys()].map((query) => [query, []])))
    expect(name({ searchPath: ['app'] }, empty)).toEqual(['t1', true])
  })
})

describe('the attributes of a reading', () => {
  it.each([
    ['DELETE FROM invoices WHERE id = 1', { bounded: true, has_where: true, where_constant_true: false, cascades_to: ['public.invoice_lines'] }],
    ['DELETE FROM invoices', { bounded: false, has_where: false }],
    ['UPDATE invoices SET total = 1 WHERE true', { bounded: false, has_where: true, where_constant_true: true }],
    ['INSERT INTO paint VALUES (1)', { bounded: true, user_triggers: true, returning: false }],
    ['INSERT INTO invoices (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING id', { returning: true, on_conflict: 'nothing' }],
    ['TRUNCATE customers CASCADE', { bounded: false, cascade: true }],
    ['SELECT id FROM invoices LIMIT 5', { has_limit: true, star: false, relation_kinds: ['table'], class: 'read', node: 'SelectStmt', depth: 'top', nested: false }],
    ['SELECT * FROM pg_class FOR SHARE', { locking: true, star: true, relation_kinds: ['catalog'] }],
    ["SET LOCAL statement_timeout = '5s'", { setting: 'statement_timeout', setting_value: '5s', setting_op: 'set_local' }],
    ['RESET ALL', { setting: 'all', setting_value: null, setting_op: 'reset_all' }],
    ['COPY invoices TO STDOUT CSV', { copy_direction: 'out', copy_format: 'csv', copy_channel: 'client' }],
    ['EXPLAIN (ANALYZE) SELECT 1', { explain_analyze: true }],
    ['SELECT nextval(\'counter\'), now(), lower(\'X\'), pg_sleep(1)', { function_classes: ['lock', 'pure', 'sequence', 'time'] }],
    ['DROP TABLE customers CASCADE', { object_type: 'table', objects: ['customers'], cascade: true }],
  ])('%s', async (sql, expected) => {
    expect((await facts(sql))[0]?.attributes).toMatchObject(expected)
  })

  it('only a change of the referenced key can cascade', async () => {
    await server.client.query('CREATE TABLE app.child (id int, user_id int REFERENCES app.users ON UPDATE CASCADE)')
    const [key, other] = await Promise.all(['id', 'name'].map(async (column) => {
      const { readings } = resolveFacts(await parse(`UPDATE app.users SET ${column} = DEFAULT WHERE id = 1`), await server.catalog(), STATE)
      return readings[0]?.attributes['cascades_to']
    }))
    expect(key).toEqual(['app.child'])
    expect(other).toBeUndefined()
  })

  it('resources name settings, roles, channels, languages, files and functions that matter', async () => {
    const named = async (sql: string): Promise<string[]> => (await facts(sql)).flatMap((one) => one.resources.map((resource) => `${resource.kind} ${resource.access} ${resource.name}`))
    expect(await named('SET TimeZone = 1')).toEqual(['setting write timezone'])
    expect(await named('SHOW search_path')).toEqual(['setting read search_path'])
    expect(await named('SET ROLE joe')).toEqual(['setting write role', 'role write joe'])
    expect(await named('NOTIFY ch')).toEqual(['channel write ch'])
    expect(await named('LISTEN ch')).toEqual(['channel read ch'])
    expect(await named('DO LANGUAGE plpython3u $$x$$')).toEqual(['language write plpython3u'])
    expect(await named("COPY app.t1 TO '/tmp/x'")).toEqual(['relation read app.t1', 'file write /tmp/x'])
    expect(await named("COPY app.t1 FROM PROGRAM 'sh'")).toEqual(['relation write app.t1', 'file read sh'])
    expect(await named("SELECT lower('x'), pg_read_file('y')")).toEqual(['function write pg_catalog.pg_read_file'])
  })
})

describe('what a masked column can reach', () => {
  const MASKED: ReadonlySet<string> = new Set(['app.users.ssn', 'public.customers.email', 'app.events.payload'])

  it.each([
    ['SELECT id FROM app.t1', false, false],
    ['SELECT id, name FROM app.users', true, false],
    ['SELECT ssn FROM app.users', true, true],
    ['SELECT upper(u.ssn) FROM app.users u', true, true],
    ['SELECT * FROM app.users', true, true],
    ['SELECT count(*) FROM app.users', true, false],
    ['SELECT u FROM app.users u', true, true],
    ["SELECT to_jsonb(u) - 'ssn' FROM app.users u", true, true],
    ['SELECT 1 FROM app.users WHERE ssn IS NULL', true, true],
    ['SELECT x.a FROM (SELECT ssn AS a FROM app.users) x', true, true],
    ['WITH c AS (SELECT email FROM customers) SELECT * FROM c', true, true],
    ['DELETE FROM app.users WHERE id = 1 RETURNING *', true, true],
    ['INSERT INTO app.users (id, ssn) VALUES (1, 2)', true, true],
    ['SELECT * FROM v_contact', true, true],
    ['SELECT get_email(1)', true, true],
    ['SELECT payload FROM app.events_2026', true, true],
    ['COPY app.users (id) TO STDOUT', true, false],
    ['COPY app.users TO STDOUT', true, true],
    ['EXECUTE nobody_knows', true, true],
    ['SELECT 1', false, false],
  ])('%s', async (sql, maskedTable, maskedColumn) => {
    expect(touches(await parse(sql), catalog, STATE, MASKED)).toEqual({ maskedTable, maskedColumn })
    expect(touches(await parse(sql), catalog, STATE, new Set())).toEqual({ maskedTable: false, maskedColumn: false })
  })

  it('names the oids of the relations of every reading', async () => {
    const { touchesMaskable } = resolveFacts(await parse('WITH x AS (DELETE FROM app.t1 RETURNING id) SELECT x.id, u.id FROM x, app.users u'), catalog, STATE)
    expect([...touchesMaskable.relations].sort()).toEqual([catalog.relation('app', 't1')?.oid, catalog.relation('app', 'users')?.oid].sort())
  })
})

describe('the catalogue', () => {
  it('finds relations by oid and name, and their columns by number', () => {
    const users = catalog.relation('app', 'users')
    expect(users).toMatchObject({ kind: 'r', builtin: false, hasRules: false })
    expect(catalog.relations.get(users?.oid ?? 0)).toBe(users)
    expect(users?.columnByNumber.get(4)?.name).toBe('ssn')
    expect(catalog.relation('app', 'safe')?.hasRules).toBe(true)
    expect(catalog.relation('public', 'v_contact')).toMatchObject({ kind: 'v', hasRules: false })
    expect(catalog.relation('public', 'paint')?.hasTriggers).toBe(true)
    expect(Number(catalog.settings.get('server_version_num'))).toBeGreaterThanOrEqual(140_000)
  })

  it('gives every built-in function a class, and the dangerous ones theirs', () => {
    const classes = (name: string): string[] => [...new Set(catalog.functionsNamed(name).map((one) => one.class))].sort()
    expect(classes('lower')).toEqual(['opaque', 'pure'])
    for (const [name, expected] of Object.entries({
      pg_read_file: 'file', lo_export: 'file', pg_ls_waldir: 'file', query_to_xml: 'dynamic_sql', schema_to_xml: 'dynamic_sql', cursor_to_xmlschema: 'dynamic_sql',
      pg_terminate_backend: 'admin', pg_reload_conf: 'admin', pg_logical_slot_get_changes: 'admin', pg_stat_reset: 'admin', pg_stat_get_activity: 'admin',
      lo_from_bytea: 'lo', lowrite: 'lo', pg_advisory_xact_lock: 'lock', pg_sleep: 'lock', set_config: 'guc', setseed: 'guc', current_setting: 'catalog', nextval: 'sequence',
      setval: 'sequence', currval: 'catalog', pg_notify: 'notify', now: 'time', random: 'pure', gen_random_uuid: 'pure', pg_relation_size: 'catalog',
      pg_get_viewdef: 'catalog', count: 'pure', to_jsonb: 'catalog', pg_export_snapshot: 'admin', pg_nextoid: 'sideeffect',
    })) expect(classes(name), name).toEqual([expected])
    expect([builtinClass('ts_rewrite', 'v', 2), builtinClass('ts_rewrite', 'i', 3)]).toEqual(['dynamic_sql', 'pure'])
  })

  it('leaves no volatile built-in function in a harmless class but those looked at one by one', async () => {
    const { rows } = await server.client.query<{ name: string; arguments: number }>("SELECT proname AS name, pronargs AS arguments FROM pg_proc WHERE provolatile = 'v' AND oid < 16384")
    const harmless = rows.filter((row) => ['pure', 'catalog', 'time'].includes(builtinClass(row.name, 'v', row.arguments))).map((row) => row.name)
    const looked = /^(random|random_normal|gen_random_uuid|uuidv[47]|array_sample|array_shuffle|bernoulli|system|clock_timestamp|timeofday|currval|lastval|current_query|currtid2|txid_status)$|^pg_(stat_|control_|xact_|partition_|is_|last_|current_wal_|.*_size$|.*collation_actual_version$|lock_status|prepared_xact|.*blocking_pids|jit_available|notification_queue_usage|get_wait_events|get_sequence_data|sequence_last_value|isolation_test|advisory_unlock_all$)/
    expect(harmless.filter((name) => !looked.test(name))).toEqual([])
    expect(harmless.length).toBeGreaterThan(40)
  })

  it.each([
    ['a new table', 'CREATE TABLE app.fresh (id int)'],
    ['a new column', 'ALTER TABLE app.fresh ADD COLUMN x text'],
    ['a renamed column', 'ALTER TABLE app.fresh RENAME COLUMN x TO y'],
    ['a replaced function', "CREATE OR REPLACE FUNCTION public.get_email(int) RETURNS text LANGUAGE sql AS 'SELECT 1::text'"],
    ['a replaced view', 'CREATE OR REPLACE VIEW public.v_contact AS SELECT id, phone AS email FROM public.customers'],
    ['a new rule', 'CREATE RULE r AS ON INSERT TO app.fresh DO NOTHING'],
    ['a new foreign key', 'ALTER TABLE app.fresh ADD FOREIGN KEY (id) REFERENCES public.customers'],
    ['a moved table', 'ALTER TABLE app.fresh SET SCHEMA evil'],
    ['a new operator', 'CREATE OPERATOR app.<> (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = app.same)'],
    ['a new type', "CREATE TYPE app.mood AS ENUM ('ok')"],
    ['a new schema', 'CREATE SCHEMA more'],
    ['a new row security policy', 'CREATE POLICY seen ON evil.fresh USING (true)'],
    ['a dropped table', 'DROP TABLE evil.fresh'],
  ])('has another generation after %s', async (_, ddl) => {
    const before = await server.generation()
    expect(await server.generation()).toBe(before)
    await server.client.query(ddl)
    expect(await server.generation()).not.toBe(before)
  })

  it('keeps its generation through data changes and ANALYZE', async () => {
    const before = await server.generation()
    await server.client.query('INSERT INTO app.t1 SELECT generate_series(1, 500)')
    await server.client.query('DELETE FROM app.t1 WHERE id > 100')
    await server.client.query('ANALYZE app.t1')
    expect(await server.generation()).toBe(before)
  })

  it('knows code that reading runs unseen: in row security, and in casts', async () => {
    await server.client.query(`CREATE SCHEMA unseen; SET search_path = unseen;
      CREATE FUNCTION mine(int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      CREATE TYPE mood AS ENUM ('ok'); CREATE FUNCTION felt(int) RETURNS mood LANGUAGE sql AS $$ SELECT 'ok'::unseen.mood $$;
      CREATE TABLE plain (id int); CREATE POLICY p ON plain USING (id < length(current_user)); ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
      CREATE TABLE opaque (id int); CREATE POLICY p ON opaque USING (mine(id)); ALTER TABLE opaque ENABLE ROW LEVEL SECURITY;
      CREATE TABLE off (id int); CREATE POLICY p ON off USING (mine(id)); RESET search_path`)
    const unknown = async (sql: string): Promise<readonly string[]> =>
      resolveFacts(await parse(sql), await server.catalog(), { ...STATE, searchPath: ['unseen'] }).readings.flatMap((facts) => facts.unknown)
    try {
      expect(await unknown('SELECT id FROM plain')).toEqual([])
      expect(await unknown('SELECT id FROM off')).toEqual([])
      expect(await unknown('SELECT id FROM opaque')).toEqual([expect.stringContaining('row security that runs what is not built in')])
      expect(await unknown("SELECT 'ok'::mood")).toEqual([])
      await server.client.query('CREATE CAST (int AS unseen.mood) WITH FUNCTION unseen.felt(int)')
      expect(await unknown("SELECT '1'::int")).toEqual([])
      expect(await unknown('SELECT 1::mood')).toEqual([expect.stringContaining('type "unseen.mood" has a cast that is not built in')])
      await server.client.query('CREATE TABLE unseen.felt_by (id int, feeling unseen.mood)')
      expect(await unknown('SELECT id FROM felt_by')).toEqual([])
      await server.client.query('DROP CAST (int AS unseen.mood); CREATE CAST (int AS unseen.mood) WITH FUNCTION unseen.felt(int) AS IMPLICIT')
      expect(await unknown('SELECT id FROM felt_by WHERE feeling = 1')).toEqual([expect.stringContaining('may be applied without being written')])
      expect(await unknown('SELECT id FROM off')).toEqual([])
    } finally {
      await server.client.query('DROP SCHEMA unseen CASCADE')
    }
  })

  it('refuses to be built from half the answers', () => {
    const rows = new Map([...CATALOG_QUERIES.keys()].map((query) => [query, []] as const))
    rows.delete('functions')
    expect(() => buildCatalog(rows)).toThrow('without its functions')
    const broken = new Map([...CATALOG_QUERIES.keys()].map((query) => [query, query === 'schemas' ? [{ name: null }] : []] as const))
    expect(() => buildCatalog(broken)).toThrow('without its column name')
  })
})

async function parse(sql: string): Promise<readonly RawStatement[]> {
  return pool.parse(Buffer.from(sql))
}

async function facts(sql: string, state: Partial<FactsState> = {}): Promise<readonly Facts[]> {
  return resolveFacts(await parse(sql), catalog, { ...STATE, ...state }).readings
}
