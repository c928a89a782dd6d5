import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildCatalog, type Catalog, CATALOG_QUERIES, type CatalogRow } from '../../src/protocols/postgres/catalog.ts'
import { majorsAtHand } from '../support/lineage.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

// The catalogue by oid, as a role reads it that may do nothing but connect.

const SCHEMA = `
  CREATE ROLE stranger LOGIN PASSWORD 'stranger'; CREATE ROLE keeper;
  CREATE SCHEMA app;
  CREATE FUNCTION app.f(int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = app AS 'BEGIN RETURN $1; END';
  ALTER FUNCTION app.f(int) OWNER TO keeper;
  CREATE TABLE app.users (id serial PRIMARY KEY, email text NOT NULL, note text DEFAULT upper('a'), shout text GENERATED ALWAYS AS (upper(email)) STORED, CHECK (app.f(id) > 0));
  CREATE FUNCTION app.emails(p_id int, OUT email text) RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT email FROM app.users WHERE id = p_id';
  CREATE FUNCTION app.atomic(i int) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT email FROM app.users WHERE id = i; END;
  CREATE FUNCTION app.step(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
  CREATE AGGREGATE app.agg (int) (SFUNC = app.step, STYPE = int);
  CREATE OPERATOR app.@#@ (LEFTARG = int, RIGHTARG = int, FUNCTION = app.step);
  CREATE TABLE app.parted (id int, k int) PARTITION BY RANGE ((app.step(id, 1)));
  CREATE UNLOGGED TABLE app.indexed (id int); CREATE INDEX ON app.indexed (app.step(id, 2));
  CREATE VIEW app.v WITH (security_barrier = true) AS SELECT email FROM app.users; ALTER VIEW app.v OWNER TO keeper;
  CREATE MATERIALIZED VIEW app.m AS SELECT email, app.step(1, 2) AS n FROM app.users;
  CREATE MATERIALIZED VIEW app.rows AS SELECT row_to_json(u) AS j FROM app.users u;
  CREATE FUNCTION app.trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER one BEFORE UPDATE OF email, note ON app.users FOR EACH ROW WHEN (app.f(NEW.id) > 1) EXECUTE FUNCTION app.trg();
  CREATE TRIGGER two AFTER INSERT OR DELETE OR TRUNCATE ON app.users EXECUTE FUNCTION app.trg(); ALTER TABLE app.users DISABLE TRIGGER two;
  CREATE RULE r AS ON DELETE TO app.users DO ALSO NOTIFY x;
  CREATE DOMAIN app.checked AS text CHECK (app.f(length(VALUE)) > 0);
  CREATE TYPE app.span AS RANGE (subtype = int4);
  ALTER TABLE app.users ENABLE ROW LEVEL SECURITY; ALTER TABLE app.users FORCE ROW LEVEL SECURITY; CREATE POLICY p ON app.users USING (app.f(id) > 1);
  CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION app.watch();
`

describe.each(majorsAtHand())('Postgres %i', (major) => {
  let server: TestPostgres
  let owner: pg.Client
  let stranger: pg.Client
  let catalog: Catalog
  const connect = async (user: string, password: string): Promise<pg.Client> => {
    const client = new pg.Client({ host: server.host, port: server.port, user, password, database: 'postgres', types: { getTypeParser: () => (value: string) => value } })
    await client.connect()
    return client
  }
  const generation = async (): Promise<string> => String((await stranger.query<CatalogRow>(CATALOG_QUERIES.get('generation') as string)).rows[0]?.['generation'])
  beforeAll(async () => {
    const folder = process.env['HOLDPOINT_TEST_POSTGRES_MAJORS']
    server = await startTestPostgres(major === 18 || folder === undefined ? {} : { binaries: join(folder, String(major), 'native') })
    owner = await connect(server.superuser, server.superPassword)
    await owner.query(SCHEMA)
    stranger = await connect('stranger', 'stranger')
    await stranger.query("SET search_path = ''")
    const rows = new Map<string, readonly CatalogRow[]>()
    for (const [name, sql] of CATALOG_QUERIES) if (name !== 'generation') rows.set(name, (await stranger.query<CatalogRow>(sql)).rows)
    catalog = buildCatalog(rows)
  }, 90_000)
  afterAll(async () => {
    await stranger?.end()
    await owner?.end()
    await server?.stop()
  })

  const functionNamed = (name: string) => catalog.functionsNamed(name).find((one) => one.schema === 'app')
  const names = (oids: readonly number[] = []): string[] => oids.map((oid) => catalog.functions.get(oid)?.name ?? String(oid)).sort()

  it('tells what a function is, and the bodies of those in SQL', () => {
    const f = functionNamed('f')
    expect(f).toMatchObject({ language: 'plpgsql', securityDefiner: true, volatility: 'v', argumentList: 'integer', argumentTypes: [23], returns: 23, config: ['search_path=app'], class: 'opaque', sql: null })
    expect(catalog.functions.get(f?.oid ?? 0)).toBe(f)
    expect(catalog.roles.get(f?.owner ?? 0)).toBe('keeper')
    expect(functionNamed('emails')).toMatchObject({
      volatility: 's', returnsSet: true,
      sql: { source: 'SELECT email FROM app.users WHERE id = p_id', tree: null, argumentNames: ['p_id', 'email'], argumentModes: ['i', 'o'], allArgumentTypes: [23, 25] },
    })
    expect(functionNamed('atomic')?.sql).toMatchObject({ source: null, tree: expect.stringMatching(/^\(\(\{QUERY /) })
    expect(names(functionNamed('agg')?.calls)).toEqual(['step'])
    expect(functionNamed('span')?.class).toBe('pure')
    expect(catalog.functionsNamed('lower').find(({ argumentList, builtin }) => builtin && argumentList === '')).toMatchObject({ volatility: 'i', class: 'pure', owner: 0 })
  })

  it('tells what a table runs by itself, and whose it is', () => {
    const users = catalog.relation('app', 'users')
    expect(users).toMatchObject({ persistence: 'p', rowSecurity: true, forcesRowSecurity: true, hasOpaquePolicies: true, rules: [{ name: 'r', event: 'delete', instead: false }] })
    expect(users?.triggers.map(({ function: oid, calls, ...rest }) => ({ ...rest, runs: names([oid, ...calls.filter((one) => one >= 16_384)]) }))).toEqual([
      { name: 'one', row: true, when: 'before', events: ['update'], columns: [2, 3], enabled: 'O', runs: ['f', 'trg'] },
      { name: 'two', row: false, when: 'after', events: ['insert', 'delete', 'truncate'], columns: [], enabled: 'D', runs: ['trg'] },
    ])
    expect(names(users?.rowCalls)).toEqual(['f', 'int4gt', 'upper'])
    expect(names(users?.policies[0]?.calls)).toEqual(['f', 'int4gt'])
    expect(users?.columns.map(({ name, notNull, generated, derivedFrom, hasDefault }) => [name, notNull, generated, derivedFrom, hasDefault])).toEqual([
      ['id', true, '', [], true], ['email', true, '', [], false], ['note', false, '', [], true], ['shout', false, 's', [2], true],
    ])
    expect(names(users?.columnByName.get('id')?.calls)).toContain('nextval')
    expect(catalog.relation('app', 'users_id_seq')?.ownedBy).toEqual({ relation: users?.oid, column: 1 })
    expect(names(catalog.relation('app', 'parted')?.rowCalls)).toEqual(['step'])
    expect(catalog.relation('app', 'indexed')).toMatchObject({ persistence: 'u', rowCalls: [functionNamed('step')?.oid] })
    expect(names(catalog.eventTriggers.map((trigger) => trigger.function))).toEqual(['watch'])
  })

  it('tells what views read', () => {
    const users = catalog.relation('app', 'users')?.oid
    const view = catalog.relation('app', 'v')
    expect(view).toMatchObject({ securityBarrier: true, securityInvoker: false, sources: [{ relation: users, columns: [2] }], definitionCalls: [] })
    expect(catalog.roles.get(view?.owner ?? 0)).toBe('keeper')
    expect(catalog.relation('app', 'm')).toMatchObject({ sources: [{ relation: users, columns: [2] }], definitionCalls: [functionNamed('step')?.oid] })
    // pg_depend keeps no trace of the columns of a whole row.
    expect(catalog.relation('app', 'rows')?.sources).toEqual([{ relation: users, columns: null }])
  })

  it('tells what values of a type run through, and what operators run', () => {
    const checked = catalog.typesNamed('checked')[0]
    expect(checked).toMatchObject({ kind: 'd', base: 25 })
    expect(names(checked?.calls)).toEqual(expect.arrayContaining(['f', 'length']))
    expect(catalog.typesNamed('span')[0]).toMatchObject({ kind: 'r', rangeOf: 23 })
    const [operator] = catalog.userOperatorsNamed('@#@')
    expect(operator).toMatchObject({ function: functionNamed('step')?.oid, left: 23, right: 23, builtin: false })
    expect(catalog.operators.get(96)).toMatchObject({ name: '=', builtin: true })
    expect(catalog.userOperatorsNamed('=')).toEqual([])
  })

  it.each([
    'ALTER TABLE app.users ALTER note SET DEFAULT lower(\'B\')', 'ALTER TABLE app.users ENABLE TRIGGER two', 'ALTER FUNCTION app.step(int, int) STABLE', 'ALTER VIEW app.v OWNER TO CURRENT_USER',
    'ALTER ROLE keeper RENAME TO keeper2', 'CREATE ROLE newcomer', 'DROP EVENT TRIGGER watch', 'ALTER TABLE app.users NO FORCE ROW LEVEL SECURITY', 'CREATE INDEX ON app.users (upper(note))',
    'ALTER DOMAIN app.checked ADD CHECK (length(VALUE) > 0)', 'ALTER POLICY p ON app.users USING (true)', 'DROP RULE r ON app.users', 'ALTER TABLE app.users ALTER email DROP NOT NULL',
  ])('has another generation after %s', async (ddl) => {
    const before = await generation()
    await owner.query(ddl)
    expect(await generation()).not.toBe(before)
  })

  it('has the same generation after what is one session\'s own, and after what only moves what is stored', async () => {
    const before = await generation()
    await owner.query(`CREATE TEMP TABLE own (id serial PRIMARY KEY, note text DEFAULT 'a' CHECK (note <> '')); CREATE TEMP VIEW own_view AS SELECT * FROM own;
      CREATE TYPE pg_temp.own_type AS ENUM ('a'); CREATE INDEX ON own (lower(note)); CREATE TEMP TABLE own_child () INHERITS (own)`)
    expect(await generation()).toBe(before)
    await owner.query('DROP TABLE own CASCADE; DROP TYPE pg_temp.own_type')
    expect(await generation()).toBe(before)
    await owner.query('CREATE TABLE stored (id int PRIMARY KEY)')
    const stored = await generation()
    await owner.query('TRUNCATE stored; REINDEX TABLE stored; ANALYZE stored')
    expect(await generation()).toBe(stored)
    await owner.query('DROP TABLE stored')
  })
})
