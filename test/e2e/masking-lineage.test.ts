import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VOCABULARIES } from '../../src/policy/vocabulary.ts'
import { type Answer, fe, WireClient } from '../support/wire.ts'
import { createWorld, type World } from '../support/world.ts'

// Everything is allowed here, whether it was understood or not: what stands between a masked value and the client is the
// masks alone. Every byte the client receives is searched for the values, in every form they could be told in.

const POLICY = `
version: 1
rules:
  - id: mask
    on: { protocol: postgres, target: orders }
    mask:
      - { column: public.people.handle, style: pseudonym }
      - { column: public.people.ssn, style: redact }
      - { column: public.people.salary, style: pseudonym }
      - { column: public.people.score, style: pseudonym }
      - { column: public.people.born, style: pseudonym }
      - { column: public.people.token, style: pseudonym }
      - { column: public.people.blob, style: hash }
      - { column: public.people.doc, style: pseudonym }
      - { column: public.people.addr, style: pseudonym }
      - { column: public.people.tags, style: pseudonym }
      - { column: public.people.remark, style: 'null' }
      - { column: public.people.card, style: last4 }
      - { column: public.parted.alias, style: redact }
      - { column: public.made.handle, style: pseudonym }
  - { id: all, on: { protocol: postgres, target: orders, unknown: true, function_classes: [${VOCABULARIES['postgres']?.functionClasses.join(', ')}] }, decision: allow }
`

interface Person {
  readonly handle: string
  readonly ssn: string
  readonly salary: number
  readonly score: string
  readonly born: string
  readonly token: string
  readonly blob: string
  readonly pin: string
  readonly addr: string
  readonly tag: string
  readonly remark: string
}

// No content detector knows any of these: were the plans not there, they would be seen.
const PEOPLE: readonly Person[] = [
  { handle: 'zebedee quuxworth', ssn: 'QX817449923V', salary: 738291554, score: '948176.2503', born: '1971-03-19', token: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', blob: 'c0ffee11deadbeef77', pin: 'PINWHEEL66127', addr: '203.0.113.77', tag: 'kryptonite-x', remark: 'owes wolfgang a lot' },
  { handle: 'hildegarde vonplum', ssn: 'WZ220157749K', salary: 512873346, score: '617482.9951', born: '1968-11-27', token: '0b7a5e1c-93d4-4f6e-8a21-5ce3b1f0d977', blob: 'badcab1e5eed5afe42', pin: 'TURNSTILE90418', addr: '198.51.100.201', tag: 'unobtainium-q', remark: 'hates marzipan cakes' },
]

const SEED = `
  CREATE TABLE people (id int PRIMARY KEY, nick text, handle text, ssn varchar(20), salary int, score numeric(12,4), born date, token uuid, blob bytea, doc jsonb, addr inet, tags text[], remark text, card text);
  CREATE TABLE plain (id int PRIMARY KEY, person int, note text, amount int);
  CREATE TABLE sink (id int, note text);
  CREATE VIEW handles AS SELECT id, nick, handle AS who, upper(ssn) AS loud FROM people;
  CREATE VIEW handles_again AS SELECT h.id, h.who, p.salary + 1 AS more FROM handles h JOIN people p USING (id);
  CREATE MATERIALIZED VIEW frozen AS SELECT id, handle, nick FROM people;
  CREATE TABLE parted (id int, alias text, open text) PARTITION BY RANGE (id);
  CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
  CREATE TABLE made (id int, handle text, loud text GENERATED ALWAYS AS (upper(handle)) STORED, id_again int GENERATED ALWAYS AS (id + 0) STORED);
  CREATE FUNCTION sql_handle(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT handle FROM people WHERE id = $1';
  CREATE FUNCTION plpgsql_handle(int) RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT handle FROM people WHERE id = $1); END';
  CREATE FUNCTION all_people() RETURNS SETOF people LANGUAGE sql STABLE AS 'SELECT * FROM people';
  CREATE FUNCTION shout(people) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1.handle)';
  CREATE FUNCTION raising(int) RETURNS int LANGUAGE plpgsql AS $$ DECLARE r people; BEGIN SELECT * INTO r FROM people WHERE id = $1; RAISE NOTICE 'it is %', r.handle; RAISE EXCEPTION 'it is %', r.ssn USING DETAIL = r.handle, HINT = r.remark, COLUMN = r.handle, CONSTRAINT = r.ssn; END $$;
  CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'was %', OLD; RETURN NEW; END $$;
  CREATE TABLE told (id int PRIMARY KEY, ssn text);
`

let world: World
let behind: pg.Client
let secrets: readonly { readonly what: string; readonly find: Buffer }[]

/** How the target is asked what statements mean (docs/postgres-analysis.md): masks must hold with every way, and without any. */
const METHODS = ['print', 'function', 'none'] as const

async function openWorld(method: (typeof METHODS)[number]): Promise<void> {
  world = await createWorld({ policy: POLICY })
  const config = await readFile(world.configFile, 'utf8')
  expect(config).toContain('method: print')
  await writeFile(world.configFile, config.replace('method: print', `method: ${method}`))
  behind = await world.behind()
  await behind.query(SEED)
  for (const [i, p] of PEOPLE.entries()) {
    await behind.query('INSERT INTO people VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)', [i + 1, `nick${i + 1}`, p.handle, p.ssn, p.salary, p.score, p.born, p.token, Buffer.from(p.blob, 'hex'), { pin: p.pin, n: p.salary }, p.addr, [p.tag, 'b'], p.remark, `4556 9032 8811 770${i}`])
    await behind.query('INSERT INTO plain VALUES ($1, $1, $2, $3)', [i + 1, `note${i + 1}`, 10 * (i + 1)])
    await behind.query('INSERT INTO parted VALUES ($1, $2, $3)', [i + 1, p.handle, 'not masked'])
    await behind.query('INSERT INTO made VALUES ($1, $2)', [i + 1, p.handle])
  }
  await behind.query(`REFRESH MATERIALIZED VIEW frozen; ANALYZE; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${world.database.user}`)
  secrets = PEOPLE.flatMap(formsOf)
  await world.start()
}

async function closeWorld(): Promise<void> {
  await behind.end()
  await world.stop()
}

/** Every form in which a value would be recognised, as bytes of a lower-case stream. */
function formsOf(person: Person): { readonly what: string; readonly find: Buffer }[] {
  const found: { readonly what: string; readonly find: Buffer }[] = []
  const add = (what: string, find: string | Buffer): void => void found.push({ what, find: typeof find === 'string' ? Buffer.from(find.toLowerCase(), 'latin1') : lower(find) })
  for (const [what, text] of [['handle', person.handle], ['ssn', person.ssn], ['pin', person.pin], ['tag', person.tag], ['remark', person.remark], ['token', person.token], ['token', person.token.replaceAll('-', '')], ['blob', person.blob]] as const) {
    // Any six characters of it, forwards and backwards, as they are and in hex.
    for (let at = 0; at + 6 <= text.length; at++) {
      const part = text.slice(at, at + 6)
      add(what, part)
      add(`${what} backwards`, [...part].reverse().join(''))
      if (what !== 'blob' && what !== 'token') add(`${what} in hex`, Buffer.from(part).toString('hex'))
    }
    // Base64 has three phases.
    for (const skip of [0, 1, 2]) add(`${what} in base64`, Buffer.from(text.slice(skip)).toString('base64').slice(0, 8))
    for (const hash of ['md5', 'sha256', 'sha512'] as const) add(`${what} ${hash}`, createHash(hash).update(text).digest('hex').slice(0, 16))
    for (const hash of ['md5', 'sha256', 'sha512'] as const) add(`${what} ${hash} bytes`, createHash(hash).update(text).digest().subarray(0, 8))
  }
  add('token bytes', Buffer.from(person.token.replaceAll('-', ''), 'hex').subarray(0, 6))
  add('blob bytes', Buffer.from(person.blob, 'hex').subarray(0, 6))
  for (const [what, text] of [['salary', String(person.salary)], ['score', person.score], ['addr', person.addr], ['born', person.born]] as const) {
    add(what, text)
    add(`${what} backwards`, [...text].reverse().join(''))
  }
  const four = Buffer.alloc(4)
  four.writeInt32BE(person.salary)
  add('salary bytes', four)
  const eight = Buffer.alloc(8)
  eight.writeDoubleBE(person.salary)
  add('salary as a double', eight.subarray(0, 5))
  four.writeInt32BE(Math.round((Date.parse(person.born) - Date.UTC(2000, 0, 1)) / 86_400_000))
  add('born bytes', Buffer.from(four))
  add('addr bytes', Buffer.from(person.addr.split('.').map(Number)))
  const digits = Buffer.alloc(4)
  digits.writeUInt16BE(Number(person.score.slice(0, 2)), 0)
  digits.writeUInt16BE(Number(person.score.slice(2, 6)), 2)
  add('score digits', digits)
  return found
}

function lower(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)))
}

/** A connection whose every byte is kept. */
class Tapped {
  readonly client: WireClient
  #seen: Buffer[] = []

  private constructor(client: WireClient) {
    this.client = client
    client.socket.on('data', (chunk: Buffer) => this.#seen.push(chunk))
  }

  static async open(): Promise<Tapped> {
    return new Tapped(await new WireClient(world.ports.postgres).signIn(world.token('billing-bot')))
  }

  /** Sends, and gives what came back, up to ReadyForQuery. Fails when a value is in it. */
  async ask(...messages: readonly Buffer[]): Promise<readonly Answer[]> {
    this.#seen = []
    const answers = await this.client.send(...messages).through('Z')
    const stream = lower(Buffer.concat(this.#seen))
    const leaked = secrets.filter(({ find }) => stream.includes(find)).map(({ what }) => what)
    expect([...new Set(leaked)], messages.map((one) => one.toString('latin1')).join(' ').slice(0, 300)).toEqual([])
    return answers
  }

  async query(sql: string): Promise<readonly Answer[]> {
    return this.ask(fe.query(sql))
  }
}

async function withTap(use: (tap: Tapped) => Promise<void>): Promise<void> {
  const tap = await Tapped.open()
  try {
    await use(tap)
  } finally {
    await tap.client.end()
  }
}

const failure = (answers: readonly Answer[]): string => answers.filter(({ type }) => type === 'E').map(({ fields }) => `${fields['C']} ${fields['M']}`).join('; ')
const rowsOf = (answers: readonly Answer[]): readonly (readonly (string | null)[])[] => answers.filter(({ type }) => type === 'D').map(({ cells }) => cells)

/** Each runs through every way a client has to ask. `null`: masked; anything else must be shown as it is. */
const SELECTS: Readonly<Record<string, readonly string[]>> = {
  'columns and stars': [
    'SELECT * FROM people', 'TABLE people', 'SELECT p.* FROM people p', 'SELECT handle h, ssn AS nick, salary "id" FROM people', 'SELECT people.handle FROM ONLY people', 'SELECT a.b, a.c FROM people AS a(i, n, b, c)',
    'SELECT handle, ssn FROM people WHERE id = 1 LIMIT 1', 'SELECT DISTINCT handle FROM people', 'SELECT DISTINCT ON (id) id, tags, doc, addr FROM people',
  ],
  'whole rows': [
    'SELECT p FROM people p', 'SELECT p::text FROM people p', 'SELECT ROW(p.*) FROM people p', 'SELECT (p).ssn FROM people p', 'SELECT row_to_json(p) FROM people p', 'SELECT to_jsonb(p) FROM people p', "SELECT to_jsonb(p)->>'ssn' FROM people p",
    "SELECT to_jsonb(p) - 'id' FROM people p", 'SELECT json_agg(p) FROM people p', 'SELECT jsonb_agg(to_jsonb(p)) FROM people p', 'SELECT array_agg(p) FROM people p', "SELECT format('%s', p) FROM people p", 'SELECT concat_ws(\',\', p.*) FROM people p',
    'SELECT md5(p::text) FROM people p', "SELECT string_agg(p::text, '|') FROM people p", 'SELECT (SELECT p) FROM people p', 'SELECT j.* FROM people p, LATERAL jsonb_each_text(to_jsonb(p)) j', 'SELECT v.* FROM people p, LATERAL (VALUES (p.handle), (p.ssn)) v(x)',
    'SELECT x.y FROM (SELECT p AS y FROM people p) x', 'SELECT (x.y).handle FROM (SELECT p AS y FROM people p) x', 'SELECT jsonb_object_agg(id, p) FROM people p',
  ],
  expressions: [
    'SELECT upper(handle), lower(ssn), initcap(handle), reverse(ssn) FROM people', "SELECT handle || '' FROM people", "SELECT handle || ssn, concat(handle, '-', ssn) FROM people", 'SELECT substr(handle, 1, 8), left(ssn, 7), right(ssn, 7) FROM people',
    "SELECT replace(handle, 'q', 'Q'), translate(handle, 'a', 'b'), overlay(handle placing 'x' from 1) FROM people", "SELECT encode(handle::bytea, 'hex'), encode(handle::bytea, 'base64'), handle::bytea FROM people", 'SELECT md5(handle), sha256(ssn::bytea) FROM people',
    'SELECT ascii(handle), length(handle), to_hex(salary), salary::bit(32) FROM people', 'SELECT salary + 0, salary * 1.0, -salary, salary::text, salary::float8, salary::numeric, salary::bigint FROM people', 'SELECT score::text, score + 0, round(score, 4), trunc(score), score::float8 FROM people',
    "SELECT born::text, born + 1, born::timestamp, to_char(born, 'YYYYMMDD'), extract(epoch from born), age(born) FROM people", 'SELECT token::text, uuid_send(token) FROM people', "SELECT blob::text, encode(blob, 'hex'), get_byte(blob, 0), blob || '' FROM people",
    "SELECT doc->>'pin', doc->'pin', doc::text, doc #>> '{pin}', jsonb_pretty(doc), doc::json, doc @> '{}' FROM people", "SELECT host(addr), addr::text, abbrev(addr), addr + 0, inet_send(addr) FROM people", 'SELECT tags[1], tags::text, array_to_string(tags, \',\'), unnest(tags), cardinality(tags), tags || tags FROM people',
    "SELECT CASE WHEN id = 1 THEN handle ELSE ssn END FROM people", "SELECT CASE WHEN handle LIKE 'z%' THEN 'guess' || id END FROM people WHERE false", 'SELECT coalesce(handle, ssn), nullif(handle, nick), greatest(handle, ssn), least(handle, ssn) FROM people',
    'SELECT ARRAY[handle, ssn] FROM people', 'SELECT (ARRAY[handle, ssn])[1] FROM people', 'SELECT handle COLLATE "C" FROM people', 'SELECT handle::varchar(10), ssn::text, ssn::char(20), handle::name FROM people', 'SELECT xmlforest(handle, ssn), xmlelement(name x, handle) FROM people',
    "SELECT regexp_replace(handle, '(.)', '\\1'), regexp_split_to_array(handle, ''), regexp_matches(handle, '.*') FROM people", 'SELECT string_to_array(handle, NULL), string_to_table(handle, NULL) FROM people', 'SELECT to_tsvector(\'simple\', handle), quote_literal(handle), quote_ident(handle) FROM people',
    'SELECT json_build_object(\'h\', handle), jsonb_build_array(ssn), json_build_array(salary) FROM people', "SELECT format('%s %L', handle, ssn) FROM people", 'SELECT (handle, ssn) FROM people', 'SELECT int4range(salary, salary + 1), pg_typeof(handle), handle IS NULL FROM people',
    "SELECT handle = 'guess', handle LIKE 'z%', salary > 1 FROM people", 'SELECT convert_to(handle, \'UTF8\'), decode(encode(handle::bytea, \'escape\'), \'escape\') FROM people', 'SELECT $$q$$ || handle FROM people',
  ],
  'aggregates and windows': [
    'SELECT max(handle), min(ssn), string_agg(handle, \',\') FROM people', 'SELECT array_agg(handle), array_agg(salary), array_agg(born) FROM people', 'SELECT json_agg(handle), jsonb_agg(ssn), json_object_agg(id, handle), jsonb_object_agg(handle, ssn) FROM people',
    'SELECT sum(salary), avg(salary), max(salary), min(score), stddev(salary) FROM people WHERE id = 1', 'SELECT string_agg(nick, \',\' ORDER BY handle) FROM people', 'SELECT max(handle) FILTER (WHERE id = 1) FROM people', 'SELECT mode() WITHIN GROUP (ORDER BY handle), percentile_disc(0) WITHIN GROUP (ORDER BY salary) FROM people',
    'SELECT first_value(handle) OVER (ORDER BY id), lag(ssn) OVER (ORDER BY id), max(salary) OVER () FROM people', 'SELECT handle, count(*) FROM people GROUP BY handle', 'SELECT handle, ssn, count(*) FROM people GROUP BY ROLLUP (handle, ssn)', 'SELECT max(x.h) FROM (SELECT handle h FROM people) x', 'SELECT xmlagg(xmlelement(name a, ssn)) FROM people',
  ],
  'sets, CTEs, sublinks, joins': [
    'SELECT note FROM plain UNION ALL SELECT handle FROM people', 'SELECT handle FROM people UNION SELECT note FROM plain', 'SELECT note, amount FROM plain UNION ALL SELECT ssn, salary FROM people', 'SELECT handle FROM people INTERSECT SELECT handle FROM people', 'SELECT handle FROM people EXCEPT SELECT note FROM plain',
    'WITH x AS (SELECT handle a FROM people) SELECT a FROM x', 'WITH x(a, b) AS (SELECT id, ssn FROM people), y AS (SELECT b || a c FROM x) SELECT c FROM y', 'WITH RECURSIVE r(i, t) AS (SELECT 1, handle FROM people WHERE id = 1 UNION ALL SELECT i + 1, t FROM r WHERE i < 3) SELECT * FROM r',
    "WITH RECURSIVE r(i, t, rest) AS (SELECT 0, '', handle FROM people UNION ALL SELECT i + 1, t || left(rest, 1), substr(rest, 2) FROM r WHERE rest <> '') SELECT t FROM r", 'SELECT (SELECT handle FROM people WHERE id = 1)', 'SELECT ARRAY(SELECT ssn FROM people)', 'SELECT (SELECT p.ssn FROM people p WHERE p.id = o.person) FROM plain o',
    'SELECT x.a FROM plain o, LATERAL (SELECT handle AS a FROM people p WHERE p.id = o.person) x', 'SELECT * FROM plain o JOIN people p ON p.id = o.person', 'SELECT * FROM people NATURAL JOIN handles', 'SELECT j.* FROM (people p JOIN plain o USING (id)) AS j', 'SELECT * FROM people a FULL JOIN people b USING (handle)',
    'SELECT handle FROM people a FULL JOIN people b USING (handle)', 'VALUES ((SELECT handle FROM people WHERE id = 1)), (\'x\')', 'SELECT * FROM (VALUES ((SELECT ssn FROM people WHERE id = 2))) v(x)', 'SELECT u.x FROM unnest(ARRAY(SELECT handle FROM people)) u(x)', 'SELECT * FROM ROWS FROM (unnest(ARRAY(SELECT handle FROM people)), generate_series(1, 2)) r',
    "SELECT x FROM regexp_split_to_table((SELECT handle FROM people WHERE id = 1), 'q') x", "SELECT * FROM json_to_recordset((SELECT json_agg(people) FROM people)) AS x(handle text, ssn text)", "SELECT * FROM jsonb_populate_recordset(NULL::people, (SELECT jsonb_agg(people) FROM people))",
    "SELECT t.* FROM people, XMLTABLE('/a' PASSING xmlelement(name a, handle) COLUMNS v text PATH '.') t", 'SELECT * FROM people TABLESAMPLE BERNOULLI (100)', 'SELECT handle FROM people FOR UPDATE',
  ],
  'views and functions': [
    'SELECT * FROM handles', 'SELECT who FROM handles WHERE id = 1', 'SELECT loud FROM handles', 'SELECT h FROM handles h', 'SELECT * FROM handles_again', 'SELECT to_json(h) FROM handles_again h', 'SELECT * FROM frozen', 'SELECT handle FROM frozen', 'SELECT f FROM frozen f',
    'SELECT sql_handle(1)', 'SELECT plpgsql_handle(1)', 'SELECT * FROM all_people()', 'SELECT (all_people()).handle', 'SELECT p.shout FROM people p', 'SELECT shout(p) FROM people p', 'SELECT id, sql_handle(id) FROM plain',
    "SELECT query_to_xml('select * from people', true, false, '')", "SELECT table_to_xml('people', true, false, '')", "SELECT * FROM ts_stat('select to_tsvector(''simple'', handle) from people')", "SELECT cursor_to_xml('x', 1, true, false, '')", "SELECT database_to_xml(true, false, '')", "SELECT schema_to_xml('public', true, false, '')",
    "SELECT * FROM pg_stats WHERE tablename = 'people'", "SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE attname = 'handle'", "SELECT current_query(), current_setting('application_name')",
  ],
}

describe.each(METHODS)('no value of a masked column reaches the client (%s)', (method) => {
  beforeAll(() => openWorld(method))
  afterAll(closeWorld)

  for (const [name, statements] of Object.entries(SELECTS)) {
    it(`through ${name}, by any way of asking`, async () => {
      const refused: string[] = []
      for (const sql of statements) {
        await withTap(async (tap) => {
          const failed = failure(await tap.query(sql))
          // A statement that the gateway or the target refuses proves nothing: each of these must run at least plainly.
          if (failed !== '') refused.push(`${sql}: ${failed}`)
          for (const format of [0, 1]) await tap.ask(fe.parse(sql), fe.bind({ results: [format] }), fe.describe('P'), fe.execute(), fe.sync())
          if (method !== 'print') {
            // The ways differ in who keeps the plan of a statement, and that is the same code for all methods.
            await tap.query(`BEGIN; DECLARE c CURSOR FOR ${sql.replace(' FOR UPDATE', '')}; FETCH ALL FROM c; COMMIT`)
            await tap.query(`COPY (${sql.replace(' FOR UPDATE', '')}) TO STDOUT`)
            await tap.query(`EXPLAIN (ANALYZE, VERBOSE) ${sql}`)
            return
          }
          await tap.ask(fe.parse(sql, 'named'), fe.describe('S', 'named'), fe.sync())
          await tap.query('BEGIN')
          await tap.ask(fe.bind({ statement: 'named', portal: 'p', results: [1] }), fe.execute('p', 1), fe.execute('p', 1), fe.execute('p'), fe.sync())
          await tap.query('ROLLBACK')
          await tap.query(`PREPARE q AS ${sql}`)
          await tap.query('EXECUTE q')
          await tap.query('BEGIN')
          await tap.query(`DECLARE c CURSOR WITH HOLD FOR ${sql.replace(' FOR UPDATE', '')}`)
          await tap.query('FETCH 1 FROM c')
          await tap.ask(fe.execute('c', 1), fe.sync())
          await tap.query('COMMIT')
          await tap.query('FETCH ALL FROM c')
          for (const options of ['', ' (FORMAT csv, HEADER, FORCE_QUOTE *)', ' (FORMAT binary)', " (DELIMITER ';', NULL '-')"]) await tap.query(`COPY (${sql.replace(' FOR UPDATE', '')}) TO STDOUT${options}`)
          for (const options of ['', ' (VERBOSE, COSTS off)', ' (ANALYZE, FORMAT json)']) await tap.query(`EXPLAIN${options} ${sql}`)
          await tap.query(`SELECT 1; ${sql}; SELECT 2`)
        })
      }
      const notRun = refused.filter((one) => !one.includes('cursor_to_xml'))
      expect(notRun).toEqual([])
    }, 120_000)
  }

  it('through RETURNING, in every kind of statement that changes rows', async () => {
    await withTap(async (tap) => {
      const statements = [
        'UPDATE people SET nick = nick WHERE id = 1 RETURNING *', 'UPDATE people SET nick = handle WHERE id = 1 RETURNING nick', 'UPDATE people SET nick = upper(handle) WHERE id = 1 RETURNING nick, id', 'UPDATE people p SET nick = o.ssn FROM people o WHERE o.id = 2 AND p.id = 1 RETURNING p.nick', 'DELETE FROM people WHERE id = 1 RETURNING handle, people', "INSERT INTO sink SELECT id, handle FROM people RETURNING note", 'INSERT INTO sink SELECT id, ssn FROM people RETURNING sink',
        "INSERT INTO people (id, nick) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET nick = excluded.nick RETURNING people.*", "INSERT INTO people (id, nick) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET nick = people.handle RETURNING nick", 'WITH d AS (DELETE FROM people RETURNING *) SELECT * FROM d', 'WITH u AS (UPDATE people SET nick = ssn RETURNING nick) SELECT nick FROM u', 'WITH i AS (INSERT INTO sink SELECT id, handle FROM people RETURNING *) SELECT i.note FROM i',
        'UPDATE handles SET nick = nick RETURNING who, loud', 'DELETE FROM handles WHERE id = 2 RETURNING *',
      ]
      const refused: string[] = []
      for (const sql of statements) {
        for (const messages of [[fe.query(sql)], [fe.parse(sql), fe.bind({ results: [1] }), fe.execute(), fe.sync()], [fe.query(`COPY (${sql}) TO STDOUT`)], [fe.query(`EXPLAIN ANALYZE VERBOSE ${sql}`)]]) {
          await tap.query('BEGIN')
          const failed = failure(await tap.ask(...messages))
          if (failed !== '' && !failed.includes('COPY query')) refused.push(`${sql}: ${failed}`)
          await tap.query('ROLLBACK')
        }
      }
      expect(refused.filter((one) => !/COPY|DO ALSO/.test(one))).toEqual([])
    })
  }, 60_000)

  it('through what a statement put somewhere else, as long as its own session lasts', async () => {
    await withTap(async (tap) => {
      await tap.query("SELECT set_config('app.x', handle, false) FROM people WHERE id = 1")
      await tap.query("SELECT set_config('application_name', handle, false) FROM people WHERE id = 1")
      await tap.query("SELECT pg_notify('ch', handle) FROM people")
      await tap.ask(fe.query('LISTEN ch'))
      await tap.query("SELECT pg_notify('ch', ssn) FROM people WHERE id = 1")
      await tap.query("SELECT pg_notify('ch', handle) FROM people WHERE id = 2")
    })
  })

  it('through errors and notices', async () => {
    await withTap(async (tap) => {
      const statements = [
        'SELECT handle::int FROM people', 'SELECT ssn::date FROM people', 'SELECT handle::json FROM people', 'SELECT handle::uuid FROM people', 'SELECT handle::inet FROM people', 'SELECT ssn::numeric FROM people', 'SELECT (handle)::xml::text::int FROM people', "SELECT xmlparse(document handle) FROM people", "SELECT ('\"' || handle)::regclass FROM people", 'SELECT handle::regtype FROM people', 'SELECT handle::regproc FROM people',
        'SELECT to_date(handle, \'YYYY\') FROM people', "SELECT to_number(handle, '999') FROM people", 'SELECT decode(handle, \'hex\') FROM people', 'SELECT repeat(\'x\', salary * 1000) FROM people', 'SELECT (salary * 100)::int FROM people', "SELECT lpad('x', 1, handle), chr(salary) FROM people", 'SELECT regexp_matches(\'x\', \'(\' || handle) FROM people', 'SELECT set_config(handle, \'x\', false) FROM people', "SELECT current_setting(handle) FROM people",
        'UPDATE people SET nick = NULL, id = NULL WHERE id = 1', 'INSERT INTO people SELECT * FROM people', "INSERT INTO people (id, handle) VALUES (NULL, 'x')", 'UPDATE people SET id = 1', 'UPDATE people SET born = handle::date', 'INSERT INTO plain SELECT salary, id, handle, 1 FROM people; INSERT INTO plain SELECT salary, id, handle, 1 FROM people', 'SELECT raising(1)', 'SELECT 1 / (salary - salary) FROM people',
        'SELECT sql_handle(1)::int', 'SELECT * FROM generate_series(1, (SELECT left(ssn, 3)::int FROM people LIMIT 1))', "DO $$ DECLARE r people; BEGIN FOR r IN SELECT * FROM people LOOP RAISE NOTICE '%', r; END LOOP; END $$", "DO $$ BEGIN EXECUTE 'SELECT ' || (SELECT handle FROM people LIMIT 1); END $$", 'CALL nothing((SELECT handle FROM people LIMIT 1))', 'SELECT nope(handle) FROM people', 'SELECT handle FROM people GROUP BY id HAVING handle::int > 1',
        'CREATE TABLE x (i int CHECK (i > 0)); INSERT INTO x SELECT -salary FROM people', 'CREATE UNIQUE INDEX ON people ((1)); ', 'ALTER TABLE people ALTER handle TYPE int USING handle::int', 'ALTER TABLE people ADD CHECK (salary < 0)', 'ALTER TABLE plain ADD FOREIGN KEY (amount) REFERENCES people (id)', "COPY people TO STDOUT; SELECT handle::int FROM people", "SELECT lo_get(lo_from_bytea(0, handle::bytea)) FROM people",
      ]
      for (const sql of statements) {
        await tap.query(`BEGIN; ${sql}`)
        await tap.query('ROLLBACK')
        await tap.query('BEGIN')
        await tap.ask(fe.parse(sql), fe.bind(), fe.execute(), fe.sync())
        await tap.query('ROLLBACK')
        await tap.query(sql.startsWith('SELECT') ? `EXPLAIN ANALYZE ${sql}` : 'SELECT 1')
      }
    })
  }, 60_000)

  it('through COPY of the table, in every format and with every option', async () => {
    await withTap(async (tap) => {
      for (const what of ['people', 'people (handle, ssn)', 'public.people (id, nick, doc, tags)', '"people" (ssn)']) {
        for (const options of ['', 'FORMAT csv', 'FORMAT csv, HEADER', "FORMAT csv, DELIMITER '|', QUOTE '''', ESCAPE '\\'", 'FORMAT csv, FORCE_QUOTE (ssn)', 'FORMAT binary', "DELIMITER ',', NULL ''", "FORMAT csv, NULL 'zip'", "ENCODING 'LATIN1'", 'HEADER']) {
          const answers = await tap.query(`COPY ${what} TO STDOUT${options === '' ? '' : ` (${options})`}`)
          if (!/FORCE_QUOTE|^HEADER/.test(options)) expect(failure(answers), `${what} ${options}`).toBe('')
        }
      }
      // What cannot be copied as it stands (views, and on older servers materialised ones) is an error of the target's.
      for (const what of ['parted_1', 'parted', 'made', 'made (loud)', 'frozen', 'handles', 'pg_statistic', 'ONLY people', 'public.parted_1 (alias)']) await tap.query(`COPY ${what} TO STDOUT`)
      for (const what of ['parted', 'parted_1', 'made']) for (const sql of [`SELECT * FROM ${what}`, `COPY (SELECT * FROM ${what}) TO STDOUT`, `SELECT x FROM ${what} x`]) await tap.query(sql)
    })
  })
})

describe('what is not masked is shown', () => {
  beforeAll(() => openWorld('print'))
  afterAll(closeWorld)

  it('beside masked columns, and where a statement reads none of them', async () => {
    await withTap(async (tap) => {
      expect(rowsOf(await tap.query('SELECT id, nick FROM people ORDER BY id'))).toEqual([['1', 'nick1'], ['2', 'nick2']])
      expect(rowsOf(await tap.query('SELECT nick || \'!\', count(*) FROM people GROUP BY nick ORDER BY 1'))).toEqual([['nick1!', '1'], ['nick2!', '1']])
      expect(rowsOf(await tap.query('SELECT count(*) FROM people'))).toEqual([['2']])
      expect(rowsOf(await tap.query('SELECT upper(o.note), p.nick FROM plain o JOIN people p ON p.id = o.person ORDER BY 1'))).toEqual([['NOTE1', 'nick1'], ['NOTE2', 'nick2']])
      expect(rowsOf(await tap.query('SELECT nick FROM handles ORDER BY id'))).toEqual([['nick1'], ['nick2']])
      expect(rowsOf(await tap.query('WITH x AS (SELECT id, nick FROM people) SELECT max(nick), sum(id) FROM x'))).toEqual([['nick2', '3']])
      expect(rowsOf(await tap.query('SELECT note FROM plain UNION ALL SELECT nick FROM people ORDER BY 1'))).toEqual([['nick1'], ['nick2'], ['note1'], ['note2']])
    })
  })

  it('also in errors: of statements that read nothing masked, and those whose text cannot hold a value', async () => {
    await withTap(async (tap) => {
      expect(failure(await tap.query('SELECT nick::int FROM people'))).toBe('22P02 invalid input syntax for type integer: "nick1"')
      expect(failure(await tap.query('SELECT 1 / (salary - salary) FROM people'))).toBe('22012 division by zero')
      expect(failure(await tap.query('SELECT handle::int FROM people'))).toMatch(/^22P02 .*masked/)
    })
  })

  it('as one pseudonym per value, wherever a column is read as it is, and as nothing where something is made of it', async () => {
    await withTap(async (tap) => {
      const one = async (sql: string): Promise<string | null> => rowsOf(await tap.query(sql))[0]?.[0] as string | null
      const handle = await one('SELECT handle FROM people WHERE id = 1')
      expect(handle).toMatch(/^p-[a-z2-7]{16}$/)
      for (const sql of ['SELECT x.h FROM (SELECT handle AS h, id FROM people) x WHERE id = 1', 'WITH c AS (SELECT * FROM people) SELECT handle FROM c WHERE id = 1', 'SELECT who FROM handles WHERE id = 1', 'SELECT who FROM handles_again WHERE id = 1', 'SELECT p.handle FROM plain o JOIN people p ON p.id = o.person WHERE o.id = 1', 'SELECT handle::varchar FROM people WHERE id = 1', 'SELECT handle FROM people WHERE id = 1 GROUP BY handle']) {
        expect(await one(sql), sql).toBe(handle)
      }
      for (const sql of ['SELECT left(handle, 1) FROM people WHERE id = 1', "SELECT coalesce(nullif(handle, handle), 'guess') FROM people", 'SELECT max(handle) FROM people', "SELECT handle FROM people WHERE id = 1 UNION ALL SELECT 'guess'", 'SELECT loud FROM handles']) expect(await one(sql), sql).toBe('‹masked›')
      for (const sql of ['SELECT salary - 1 FROM people', 'SELECT count(handle) FROM people', 'SELECT sum(salary) FROM people', "SELECT handle = 'guess' FROM people", 'SELECT people FROM people']) expect(await one(sql), sql).toBeNull()
      expect(await one('SELECT card FROM people WHERE id = 1')).toBe('**** 7700')
      expect(await one('SELECT reverse(card) FROM people WHERE id = 1')).toBe('‹masked›')
      const salary = await one('SELECT salary FROM people WHERE id = 1')
      expect(salary).toMatch(/^-?\d+$/)
      const wire = await tap.ask(fe.parse('SELECT salary FROM people WHERE id = $1'), fe.bind({ values: ['1'], results: [1] }), fe.execute(), fe.sync())
      expect(wire.find(({ type }) => type === 'D')?.body.readInt32BE(6)).toBe(Number(salary))
    })
  })

  it('in plans, which say what the agent wrote', async () => {
    await withTap(async (tap) => {
      const plan = rowsOf(await tap.query("EXPLAIN (COSTS off) SELECT id FROM people WHERE handle = 'my own words'")).map(([line]) => line).join('\n')
      expect(plan).toContain("'my own words'")
    })
  })

  it('by COPY as by SELECT', async () => {
    await withTap(async (tap) => {
      const copied = async (sql: string): Promise<string> => (await tap.query(sql)).filter(({ type }) => type === 'd').map(({ body }) => body.toString('utf8')).join('')
      const [handle] = rowsOf(await tap.query('SELECT handle FROM people WHERE id = 1'))[0] as readonly [string]
      const table = await copied('COPY people (id, nick, handle, ssn, remark) TO STDOUT')
      expect(table.split('\n')[0]).toBe(`1\tnick1\t${handle}\t‹masked›\t\\N`)
      expect((await copied('COPY (SELECT id, upper(nick), who, loud FROM handles ORDER BY id) TO STDOUT')).split('\n')[0]).toBe(`1\tNICK1\t${handle}\t‹masked›`)
      expect(await copied('COPY parted_1 TO STDOUT')).toBe('1\t‹masked›\tnot masked\n2\t‹masked›\tnot masked\n')
      expect((await copied('COPY made TO STDOUT')).split('\n')[0]).toMatch(/^1\tp-[a-z2-7]{16}$/)
      expect(rowsOf(await tap.query('SELECT loud, id_again FROM made WHERE id = 1'))).toEqual([['‹masked›', '1']])
      expect((await copied('COPY (SELECT id, nick, count(*) FROM people GROUP BY 1, 2 ORDER BY 1) TO STDOUT (FORMAT csv, HEADER)'))).toBe('id,nick,count\n1,nick1,1\n2,nick2,1\n')
    })
  })
})
