import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Facts } from '../../src/gateway/command.ts'
import type { CatalogRelation } from '../../src/protocols/postgres/catalog.ts'
import { type FactsState, resolveFacts } from '../../src/protocols/postgres/facts.ts'
import { columnPlan, holdsMasked } from '../../src/protocols/postgres/mask-columns.ts'
import type { RawStatement } from '../../src/protocols/postgres/raw.ts'
import type { Resolution } from '../../src/protocols/postgres/resolve/resolution.ts'
import { AGENT_ROLE, type AnalysisWorld, createAnalysisWorld, type Opened } from '../support/analysis.ts'

// What a real target makes of statements, as readings: the target is asked, nothing of it runs.

const SCHEMA = `
  CREATE ROLE other;
  CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO ${AGENT_ROLE}, other;
  CREATE TABLE app.users (id int PRIMARY KEY, email text, name text, shout text GENERATED ALWAYS AS (upper(email)) STORED);
  CREATE TABLE app.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id int REFERENCES app.users ON DELETE CASCADE, total numeric, note text DEFAULT 'none');
  CREATE VIEW app.contacts AS SELECT id, email AS address FROM app.users WHERE name <> '';
  CREATE VIEW app.contacts2 AS SELECT address FROM app.contacts;
  CREATE MATERIALIZED VIEW app.frozen AS SELECT row_to_json(u) AS doc FROM app.users u;
  CREATE TABLE app.numbered (id serial, note text);
  CREATE SEQUENCE app.lots; CREATE TABLE app.drawn (id int DEFAULT nextval('app.lots'), note text);
  CREATE MATERIALIZED VIEW app.counted AS SELECT name, count(*) AS n FROM app.users GROUP BY name;
  CREATE MATERIALIZED VIEW app.deeper AS SELECT address FROM app.contacts;
  CREATE FUNCTION app.someone() RETURNS text LANGUAGE sql AS 'SELECT email FROM app.users LIMIT 1';
  CREATE MATERIALIZED VIEW app.made AS SELECT app.someone() AS who;
  CREATE MATERIALIZED VIEW app.dumped AS SELECT query_to_xml('SELECT * FROM app.users', true, true, '') AS doc;
  CREATE TABLE app.events (id int, email text, at date) PARTITION BY RANGE (at);
  CREATE TABLE app.events_2026 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE FUNCTION app.opaque(int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN $1; END';
  CREATE FUNCTION app.email_of(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM app.users WHERE id = $1';
  CREATE FUNCTION app.forget(int) RETURNS void LANGUAGE sql AS 'DELETE FROM app.orders WHERE user_id = $1';
  CREATE FUNCTION app.twice(int) RETURNS text LANGUAGE sql AS 'SELECT app.email_of($1)';
  CREATE FUNCTION app.mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TABLE app.watched (id int, email text, n int DEFAULT app.opaque(1), CHECK (app.opaque(id) > 0));
  CREATE TRIGGER look BEFORE UPDATE OF email ON app.watched FOR EACH ROW EXECUTE FUNCTION app.mine();
  CREATE TABLE app.quiet (id int);
  CREATE TRIGGER hush BEFORE UPDATE ON app.quiet FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
  CREATE TABLE app.safe (id int, name text);
  CREATE RULE also AS ON UPDATE TO app.safe DO ALSO DELETE FROM app.orders;
  CREATE TABLE app.swapped (id int);
  CREATE RULE swap AS ON DELETE TO app.swapped DO INSTEAD UPDATE app.users SET name = 'gone' WHERE id = OLD.id;
  CREATE TABLE app.nowhere (id int);
  CREATE RULE never AS ON INSERT TO app.nowhere DO INSTEAD NOTHING;
  CREATE TABLE app.guarded (id int, owner text, body text);
  ALTER TABLE app.guarded ENABLE ROW LEVEL SECURITY; ALTER TABLE app.guarded FORCE ROW LEVEL SECURITY;
  CREATE POLICY own ON app.guarded USING (owner = current_user);
  CREATE DOMAIN app.checked AS int CHECK (app.opaque(VALUE) > 0);
  CREATE TYPE app.mood AS ENUM ('sad', 'happy');
  CREATE FUNCTION app.bigger(text, text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN true; END';
  CREATE OPERATOR app.@> (LEFTARG = text, RIGHTARG = text, FUNCTION = app.bigger);
  CREATE FUNCTION app.lower(varchar) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
  CREATE FUNCTION app.step(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
  CREATE AGGREGATE app.total(int) (SFUNC = app.step, STYPE = int);
  CREATE VIEW app.peeping AS SELECT app.opaque(1) AS n;
  CREATE FOREIGN DATA WRAPPER wrapper; CREATE SERVER elsewhere FOREIGN DATA WRAPPER wrapper; CREATE FOREIGN TABLE app.far (id int) SERVER elsewhere;
  CREATE TABLE app.spread (id int) PARTITION BY LIST (id); CREATE FOREIGN TABLE app.spread_far PARTITION OF app.spread FOR VALUES IN (1) SERVER elsewhere;
  CREATE TABLE app.watchful (id int); ALTER TABLE app.watchful ENABLE ROW LEVEL SECURITY; CREATE POLICY w ON app.watchful USING (app.opaque(id) > 0);
  CREATE TABLE app.told (id int); CREATE RULE tell AS ON INSERT TO app.told DO ALSO NOTIFY told;
  CREATE EXTENSION IF NOT EXISTS citext SCHEMA app; CREATE TABLE app.lettered (id int, word app.citext);
  GRANT ALL ON ALL TABLES IN SCHEMA app TO ${AGENT_ROLE};
  ALTER VIEW app.contacts OWNER TO other;
`

let world: AnalysisWorld
let opened: Opened
beforeAll(async () => {
  world = await createAnalysisWorld(SCHEMA)
  opened = await world.open({ as: 'asker', method: 'print', searchPath: ['app', 'public'] })
}, 90_000)
afterAll(() => world?.close())

async function readings(sql: string, names: Partial<FactsState> = {}): Promise<readonly Facts[]> {
  const raw = await opened.parse(sql)
  const known = new Map<RawStatement, Resolution>()
  const ask = async (statement: RawStatement): Promise<void> => {
    known.set(statement, await opened.database.resolver.resolve(statement, []))
    for (const inner of statement.nested) await ask(inner)
  }
  await ask(raw)
  const state: FactsState = {
    searchPath: ['app', 'public'], role: AGENT_ROLE, database: 'postgres', temporaryTablesPossible: false, prepared: () => null, cursor: () => null,
    resolution: (statement) => known.get(statement), ...names,
  }
  return resolveFacts([raw], opened.database.catalog(), state).readings
}

/** `depth action effect: r relation(columns), w relation(columns), f function` of each reading. */
async function shown(sql: string): Promise<string[]> {
  return (await readings(sql)).map(({ action, effect, resources, attributes }) => {
    const list = resources.map(({ kind, name, access, columns }) => `${kind === 'relation' ? access[0] : kind[0]} ${name}${columns === undefined ? '' : `(${columns.join()})`}`)
    return `${String(attributes['depth'])} ${action} ${effect}: ${list.sort().join(' ')}`
  })
}

const reasons = async (sql: string): Promise<string[]> => (await readings(sql)).flatMap(({ unknown }) => [...unknown])

describe('what statements touch', () => {
  it.each<[string, string[]]>([
    ['SELECT id, name FROM users', ['top select read: r app.users(id,name)']],
    ['SELECT u FROM users u', ['top select read: r app.users(email,id,name,shout)']],
    ['SELECT count(*) FROM users', ['top select read: r app.users']],
    ['SELECT address FROM contacts', ['top select read: r app.contacts(address) r app.users(email,id,name)']],
    ['SELECT * FROM contacts2', ['top select read: r app.contacts(address) r app.contacts2(address) r app.users(email,id,name)']],
    ['SELECT doc FROM frozen', ['top select read: r app.frozen(doc) r app.users(email,id,name,shout)']],
    ['SELECT id FROM events', ['top select read: r app.events(id) r app.events_2026(id)']],
    ['SELECT id FROM ONLY events', ['top select read: r app.events(id)']],
    ['SELECT rolname FROM pg_roles', ['top select read: r pg_catalog.pg_roles(rolname)']],
    ['SELECT table_name FROM information_schema.tables', ['top select read: r information_schema.tables(table_name)']],
    ['INSERT INTO users (id, name) VALUES (1, $1)', ['top insert write: w app.users(id,name)']],
    ['UPDATE users SET name = $1 WHERE id = $2', ['top update write: r app.users(id) w app.users(name)']],
    ['INSERT INTO orders (note) VALUES ($1)', ['top insert write: f pg_catalog.nextval w app.orders(note)']],
    ['INSERT INTO numbered (note) VALUES ($1)', ['top insert write: f pg_catalog.nextval w app.numbered(note)']],
    ['INSERT INTO drawn (note) VALUES ($1)', ['top insert write: f pg_catalog.nextval w app.drawn(note)']],
    ["SELECT id FROM lettered WHERE word = 'x'", ['top select read: r app.lettered(id,word)']],
    ['DELETE FROM users WHERE id = 1', ['top delete destroy: r app.users(id) w app.orders w app.users']],
    ['UPDATE safe SET name = $1 WHERE id = 1', ['top update write: r app.safe(id) w app.safe(name)', 'rule delete destroy: r app.safe(id) w app.orders w app.safe(name)']],
    ['DELETE FROM swapped WHERE id = 1', ['top delete destroy: w app.swapped', 'rule update write: r app.swapped(id) r app.users(id) w app.swapped w app.users(name)']],
    ['INSERT INTO nowhere VALUES (1)', ['top insert write: w app.nowhere']],
    ['SELECT email_of(3)', ['top select read: f app.email_of', 'function_body select read: r app.users(email,id)']],
    ['SELECT twice(3)', ['top select read: f app.twice', 'function_body select read: f app.email_of', 'function_body select read: r app.users(email,id)']],
    ['SELECT forget(3)', ['top select read: f app.forget', 'function_body delete destroy: r app.orders(user_id) w app.orders']],
    ['WITH gone AS (DELETE FROM orders WHERE id = 1 RETURNING user_id) SELECT name FROM users u JOIN gone g ON g.user_id = u.id', [
      'top select read: r app.users(id,name)', 'cte delete destroy: r app.orders(id,user_id) w app.orders',
    ]],
    ['EXPLAIN DELETE FROM orders', ['top explain read: ', 'explain delete destroy: w app.orders']],
    ['COPY (SELECT address FROM contacts) TO STDOUT', ['top copy_out read: r app.contacts(address) r app.users(email,id,name)', 'copy select read: r app.contacts(address) r app.users(email,id,name)']],
    ["SELECT 'happy'::mood, 3::int8", ['top select read: ']],
    ['SELECT id FROM guarded', ['top select read: r app.guarded(id,owner)']],
  ])('%s', async (sql, expected) => {
    expect(await shown(sql)).toEqual(expected)
    expect(await reasons(sql)).toEqual([])
  })
})

describe('what cannot be read is a reason', () => {
  const opaque = 'function app.opaque(integer) is plpgsql (security definer, owner quickstart): what it does cannot be read'
  it.each<[string, RegExp | string]>([
    ['SELECT opaque(1)', opaque],
    ['SELECT id FROM users WHERE opaque(id) = 1', opaque],
    ["SELECT lower(name::varchar) FROM users", /^function app\.lower\(character varying\) is plpgsql/],
    ["SELECT name @> 'x' FROM users", /^function app\.bigger\(text, text\) is plpgsql/],
    ['SELECT 1::checked', opaque],
    // A default of that very table, and yet the text's own doing.
    ['INSERT INTO watched (id) VALUES (opaque(1))', opaque],
    ['INSERT INTO watched (id) SELECT n FROM peeping', opaque],
    ['SELECT id FROM far', /^relation "app\.far" is a foreign table on server elsewhere: what it reaches is not known$/],
    ['SELECT id FROM spread', /^relation "app\.spread_far" is a foreign table on server elsewhere/],
    ['SELECT id FROM watchful', opaque],
    ['INSERT INTO told VALUES (1)', /NOTIFY/],
    ["SELECT query_to_xml('select 1', true, true, '')", /runs SQL or reads tables by name/],
  ])('%s', async (sql, reason) => {
    const found = await reasons(sql)
    expect(found.some((one) => (typeof reason === 'string' ? one.replace(/owner \w+/, 'owner quickstart') === reason : reason.test(one))), found.join('\n')).toBe(true)
  })
})

describe('columns that decide, and columns that are copied', () => {
  const facts = async (sql: string): Promise<[unknown, unknown]> => {
    const list = await readings(sql)
    const all = (name: string): unknown => list.flatMap(({ attributes }) => (attributes[name] as readonly string[] | undefined) ?? [])
    return [all('influence'), all('write_lineage')]
  }
  it.each<[string, string[], string[]]>([
    ['SELECT email FROM users', [], []],
    ["SELECT id FROM users WHERE email LIKE 'a%'", ['app.users.email'], []],
    ["SELECT id FROM contacts WHERE address = 'x'", ['app.users.email'], []],
    ['SELECT id FROM users ORDER BY email', ['app.users.email'], []],
    ['SELECT count(*) FROM users GROUP BY email', ['app.users.email'], []],
    ['SELECT email e FROM users ORDER BY e', ['app.users.email'], []],
    ['SELECT DISTINCT email FROM users', ['app.users.email'], []],
    ["SELECT 1 FROM (SELECT upper(email) AS e FROM users) x WHERE x.e = 'A'", ['app.users.email'], []],
    ['SELECT 1 FROM generate_series(1, (SELECT length(email) FROM users LIMIT 1))', ['app.users.email'], []],
    ["UPDATE users SET name = 'x' WHERE email = 'y'", ['app.users.email'], []],
    ['UPDATE users SET name = email WHERE id = 1', ['app.users.id'], ['app.users.email > app.users.name']],
    ['INSERT INTO orders (note) SELECT email FROM users', [], ['app.users.email > app.orders.note']],
    ['INSERT INTO orders (note) SELECT address FROM contacts', [], ['app.users.email > app.orders.note']],
    // What may fail for some values and not for others tells them apart.
    ['SELECT 1 / (length(email) - 10) FROM users', ['app.users.email'], []],
    ['SELECT email::int FROM users', ['app.users.email'], []],
    ['SELECT upper(email), count(*) FROM users GROUP BY id', ['app.users.id'], []],
    ["SELECT email || '!', to_jsonb(u) FROM users u WHERE id > 3", ['app.users.id'], []],
    ["SELECT set_config('a.b', email, false) FROM users", ['app.users.email'], ['app.users.email > setting:*']],
    ["SELECT pg_notify('ch', email) FROM users", ['app.users.email'], ['app.users.email > channel:*']],
    ['SELECT lo_from_bytea(0, email::bytea) FROM users', ['app.users.email'], ['app.users.email > large_object']],
    ['CREATE TEMP TABLE t AS SELECT upper(email) FROM users', [], ['app.users.email > pg_temp.t']],
    ['CREATE MATERIALIZED VIEW m AS SELECT address FROM contacts', [], ['app.users.email > new:app.m']],
    ['SELECT email INTO t2 FROM users', [], ['app.users.email > new:app.t2']],
    ["UPDATE users SET name = current_setting('a.b') WHERE id = 1", ['app.users.id'], ['* > app.users.name']],
    ["INSERT INTO watched (id, email) VALUES (1, 'x')", [], []],
    ['WITH w AS (UPDATE users SET name = email RETURNING id) SELECT * FROM w', [], ['app.users.email > app.users.name']],
    ['SELECT email_of(3)', ['app.users.id'], []],
    ['SELECT 1 FROM made ORDER BY who', ['*', 'app.made.who'], []],
  ])('%s', async (sql, influence, lineage) => {
    expect(await facts(sql)).toEqual([influence, lineage])
  })

  it('names under which a mask may cover a column stand beside it', async () => {
    const also = async (sql: string): Promise<unknown> => (await readings(sql))[0]?.attributes['covered_as']
    expect(await also('SELECT id FROM users ORDER BY shout')).toEqual(['app.users.shout = app.users.email'])
    expect(await also("SELECT id FROM events_2026 WHERE email = 'x'")).toEqual(['app.events_2026.email = app.events.email'])
    expect(await also('SELECT 1 FROM frozen ORDER BY doc::text')).toEqual(['id', 'email', 'name', 'shout'].map((column) => `app.frozen.doc = app.users.${column}`))
    expect(await also('SELECT 1 FROM counted ORDER BY n')).toEqual(['app.counted.n = app.users.name'])
    expect(await also("SELECT id FROM users WHERE email = 'x'")).toBeUndefined()
  })
})

describe('what a reading says beside what it touches', () => {
  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ['SELECT address FROM contacts', { via_views: ['app.contacts'], rights_of: ['other'] }, ['security_definer', 'volatile', 'only', 'user_triggers', 'table_functions']],
    ['SELECT id FROM ONLY events', { only: true }, []],
    ['SELECT opaque(1)', { security_definer: true, volatile: true, function_classes: ['opaque'] }, []],
    ['SELECT id FROM users ORDER BY opaque(id)', { influence: ['*', 'app.users.id'], opaque_lineage: ['function app.opaque(integer), whose body could not be read'] }, []],
    ["SELECT id FROM users WHERE query_to_xml(email, true, true, '') IS NULL", { opaque_lineage: ['function pg_catalog.query_to_xml, whose result does not come from its arguments alone (dynamic_sql)'] }, []],
    ['SELECT id FROM users ORDER BY email', { influence: ['app.users.email'] }, ['opaque_lineage']],
    ['SELECT random()', { volatile: true, function_classes: ['pure'] }, ['security_definer']],
    ['SELECT id FROM users FOR UPDATE', { locking: true }, []],
    ['SELECT id FROM guarded', { row_security: true }, []],
    ['SELECT pg_show_all_settings()', { function_classes: ['guc'] }, []],
    ['SELECT name FROM pg_settings', { function_classes: [] }, []],
    ['DELETE FROM users WHERE true', { bounded: false, cascades_to: ['app.orders'] }, []],
    ['DELETE FROM contacts', { bounded: false }, []],
    ['DELETE FROM users WHERE id = 1', { bounded: true }, []],
    // The trigger looks at email only, the check at every row.
    ["UPDATE watched SET email = 'x' WHERE id = 1", { user_triggers: true, table_functions: ['app.mine()', 'app.opaque(integer)'], table_classes: ['opaque'], function_classes: ['pure'] }, []],
    ['UPDATE watched SET n = 3 WHERE id = 1', { table_functions: ['app.opaque(integer)'] }, ['user_triggers']],
    ['INSERT INTO watched (id) VALUES (1)', { table_functions: ['app.opaque(integer)'], function_classes: [] }, ['user_triggers', 'write_lineage']],
    ['COPY watched FROM STDIN', { table_functions: ['app.opaque(integer)'] }, []],
    ['UPDATE quiet SET id = 1 WHERE id = 2', { user_triggers: true }, ['table_functions']],
    ["INSERT INTO users (id, email) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.email", { on_conflict: 'update' }, ['write_lineage']],
  ])('%s', async (sql, present, absent) => {
    const [facts] = await readings(sql)
    expect(facts?.attributes).toMatchObject({ ...present })
    for (const name of absent) expect(facts?.attributes[name], name).toBeUndefined()
  })

  it('of a function written in SQL, each query tells whose it is', async () => {
    const list = await readings('SELECT forget(email_of(1)::int)')
    expect(list.map(({ action, attributes }) => [action, attributes['in_function']])).toEqual([
      ['select', undefined], ['delete', 'app.forget(integer)'], ['select', 'app.email_of(integer)'],
    ])
  })

  it('an aggregate is read by its steps', async () => {
    const list = await readings('SELECT total(id) FROM users')
    expect(list.flatMap(({ unknown }) => [...unknown])).toEqual([])
    expect(list[0]?.resources.filter(({ kind }) => kind === 'function').map(({ name }) => name).sort()).toEqual(['app.step', 'app.total'])
  })

  it('a statement the target could not be asked about says why, and stays what its text shows', async () => {
    const raw = await opened.parse('DELETE FROM users WHERE id = 1')
    const { readings: [facts] } = resolveFacts([raw], opened.database.catalog(), {
      searchPath: ['app'], role: AGENT_ROLE, database: 'postgres', temporaryTablesPossible: false, prepared: () => null, cursor: () => null,
      resolution: () => ({ kind: 'unresolved', reason: 'the target did not answer in time' }),
    })
    expect(facts).toMatchObject({ action: 'delete', unknown: ['the target did not answer in time'], resources: [{ name: 'app.users' }, {}, {}] })
  })
})

describe('what a mask covers beside the column it names', () => {
  const masks = [{ column: 'app.users.email', style: 'partial' as const }]
  const of = (name: string) => opened.database.catalog().relation('app', name) as CatalogRelation

  it('a generated column shows nothing of the masked one it is computed from', () => {
    const plan = (column: string): unknown => columnPlan(opened.database.catalog(), of('users'), column, masks)
    expect([plan('email'), plan('shout'), plan('name')]).toEqual([
      { style: 'partial', domain: 'app.users.email' }, { style: 'redact', domain: 'app.users.email' }, 'pass',
    ])
  })

  it('a materialised view holds masked values when its definition reads them, by views, whole rows or code', () => {
    const holds = (name: string): boolean => holdsMasked(opened.database.catalog(), of(name), masks)
    expect(['frozen', 'counted', 'deeper', 'made', 'dumped'].map((name) => [name, holds(name)])).toEqual([
      ['frozen', true], ['counted', false], ['deeper', true], ['made', true], ['dumped', true],
    ])
  })
})

it('where a table has more partitions than are told, any of them may be masked', async () => {
  const { relations, ...rest } = opened.database.catalog()
  const events = rest.relation('app', 'events') as CatalogRelation
  const many = Array.from({ length: 2_500 }, (_, at): CatalogRelation => ({ ...events, oid: 9_000_000 + at, name: `events_${at}`, parents: [events.oid], children: [] }))
  const grown: CatalogRelation = { ...events, children: many.map(({ oid }) => oid) }
  const catalog = { ...rest, relations: new Map([...relations, [events.oid, grown], ...many.map((one) => [one.oid, one] as const)]) }
  const raw = await opened.parse("SELECT id FROM events WHERE email = 'x'")
  const resolution = await opened.database.resolver.resolve(raw, [])
  const { readings: [facts] } = resolveFacts([raw], catalog, {
    searchPath: ['app'], role: AGENT_ROLE, database: 'postgres', temporaryTablesPossible: false, prepared: () => null, cursor: () => null, resolution: () => resolution,
  })
  expect(facts?.attributes['influence']).toEqual(['app.events.email', '*'])
  expect(facts?.attributes['covered_as']).toHaveLength(2_000)
})
