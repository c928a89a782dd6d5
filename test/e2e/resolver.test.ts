import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readNodeTree, unfold } from '../../src/protocols/postgres/resolve/node-tree.ts'
import type { Resolution, Resolved } from '../../src/protocols/postgres/resolve/resolution.ts'
import { createTreeReader } from '../../src/protocols/postgres/resolve/tree-reader.ts'
import { AGENT_ROLE, type AnalysisWorld, createAnalysisWorld, type Opened } from '../support/analysis.ts'

// What the resolver of one database makes of a real target's word: what it keeps, what it asks anew, which bodies it reads.

const SETUP = `
  CREATE TABLE people (id int PRIMARY KEY, email text, boss int);
  CREATE TABLE log (what text);
  CREATE VIEW adults AS SELECT id, lower(email) AS email FROM people WHERE id > 17;
  CREATE VIEW named AS SELECT a.email AS name, count(*) AS n FROM adults a GROUP BY a.email;
  CREATE FUNCTION email_of(person int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM people WHERE id = person';
  CREATE FUNCTION email_of_twice(person int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email_of(email_of_twice.person) || email_of($1)';
  CREATE FUNCTION atomic_name(person int) RETURNS text STABLE BEGIN ATOMIC SELECT name FROM named WHERE n = person; END;
  CREATE FUNCTION returned(person int) RETURNS bigint STABLE RETURN (SELECT count(*) FROM people WHERE boss = person);
  CREATE FUNCTION writes(person int) RETURNS void LANGUAGE sql AS 'INSERT INTO log VALUES (''x''); DELETE FROM people WHERE id = person';
  CREATE FUNCTION forever(n int) RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE OR REPLACE FUNCTION forever(n int) RETURNS int LANGUAGE sql AS 'SELECT forever(n - 1)';
  CREATE FUNCTION as_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM people';
  CREATE FUNCTION own_path() RETURNS bigint LANGUAGE sql SET search_path = public AS 'SELECT count(*) FROM people';
  CREATE FUNCTION anything(x anyelement) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM people WHERE x IS NOT NULL';
  CREATE FUNCTION hidden_code(person int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN person; END';
  CREATE FUNCTION shadowed(email int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM people';
  CREATE FUNCTION apart() RETURNS text SECURITY DEFINER RETURN email_of(1);
  CREATE TABLE guarded (id int, owner text); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON guarded USING (owner = 'me');
  CREATE TABLE ruled (id int); CREATE RULE copies AS ON DELETE TO ruled DO ALSO DELETE FROM log;
  GRANT ALL ON ALL TABLES IN SCHEMA public TO ${AGENT_ROLE};
`

let world: AnalysisWorld
let print: Opened
let byFunction: Opened
beforeAll(async () => {
  world = await createAnalysisWorld(SETUP)
  print = await world.open({ as: 'asker', method: 'print' })
  byFunction = await world.open({ method: 'function' })
  for (const { database } of [print, byFunction]) await database.analyser.probe()
})
afterAll(() => world.close())

async function resolve(opened: Opened, sql: string, types: readonly number[] = []): Promise<Resolved> {
  const resolution = await ask(opened, sql, types)
  if (resolution.kind !== 'resolved') throw new Error(`${sql}: ${JSON.stringify(resolution.kind === 'rejected' ? [...resolution.fields] : resolution)}`)
  return resolution
}

async function ask(opened: Opened, sql: string, types: readonly number[] = []): Promise<Resolution> {
  const statement = await opened.parse(sql)
  return opened.database.resolver.resolve(statement.sql === null ? (statement.nested[0] ?? statement) : statement, types)
}

/** `access table(columns read; columns written)`, by name. */
function touched({ queries }: Pick<Resolved, 'queries'>, opened = print): string[] {
  const catalog = opened.database.catalog()
  const out = new Set<string>()
  for (const { relations } of queries) {
    for (const { oid, access, read, written } of relations) {
      const relation = catalog.relations.get(oid)
      const name = (number: number): string => relation?.columnByNumber.get(number)?.name ?? String(number)
      out.add(`${access} ${relation?.name ?? oid}(${[...read].map(name).sort().join(' ')}${written.length > 0 ? `; ${[...written].map(name).join(' ')}` : ''})`)
    }
  }
  return [...out].sort()
}

const oidOf = async (name: string): Promise<number> => Number((await world.query(`SELECT oid::int AS oid FROM pg_proc WHERE proname = '${name}'`))[0]?.['oid'])

describe('what is known', () => {
  it('is told at once, and only as long as the catalogue is the same', async () => {
    const statement = await print.parse('SELECT email FROM people WHERE id = $1')
    const { resolver } = print.database
    expect(resolver.peek(statement, [])).toBeUndefined()
    const first = resolver.resolve(statement, [])
    expect(first).toBeInstanceOf(Promise)
    expect(resolver.resolve(statement, [])).toBe(first)
    const known = await first
    expect(known).toMatchObject({ kind: 'resolved', by: 'print' })
    expect(resolver.resolve(statement, [])).toBe(known)
    expect(resolver.peek(statement, [])).toBe(known)
    // Another type is another question.
    expect(resolver.peek(statement, [20])).toBeUndefined()
    const typed = await resolver.resolve(statement, [20])
    expect(typed.kind === 'resolved' && typed.queries[0]?.parameters.get(1)).toBe(20)

    await world.superuser.query('ALTER TABLE guarded ADD COLUMN extra int')
    await print.database.refresh()
    expect(resolver.peek(statement, [])).toBeUndefined()
    expect(await resolver.resolve(statement, [])).toMatchObject({ kind: 'resolved', digest: (known as Resolved).digest })
  })

  it('is forgotten, oldest first, before it takes too much room', { timeout: 120_000 }, async () => {
    const heavy = Array.from({ length: 1_400 }, (_, i) => `(SELECT email FROM people WHERE id = ${i}) AS c${i}`).join(', ')
    const first = await print.parse(`SELECT 0 AS first, ${heavy}`)
    await print.database.resolver.resolve(first, [])
    expect(print.database.resolver.peek(first, [])).toBeDefined()
    let count = 0
    for (; count < 100 && print.database.resolver.peek(first, []) !== undefined; count++) await print.database.resolver.resolve({ ...first }, [])
    expect(print.database.resolver.peek(first, [])).toBeUndefined()
    expect(count).toBeGreaterThan(5)
  })

  it('is asked anew on demand, and differs when a name has come to mean something else', async () => {
    const statement = await print.parse('SELECT name FROM named')
    const before = await resolve(print, 'SELECT name FROM named')
    expect(await print.database.resolver.fresh(statement, [])).toMatchObject({ digest: before.digest })
    await world.superuser.query('CREATE OR REPLACE VIEW adults AS SELECT id, upper(email) AS email FROM people WHERE id > 17')
    expect(((await print.database.resolver.fresh(statement, [])) as Resolved).digest).not.toBe(before.digest)
    await world.superuser.query('CREATE OR REPLACE VIEW adults AS SELECT id, lower(email) AS email FROM people WHERE id > 17')
    expect(await print.database.resolver.fresh(statement, [])).toMatchObject({ digest: before.digest })
  })

  it('is not what was refused: a table may be there in a moment, and the catalogue is read again for it', async () => {
    expect(await ask(print, 'SELECT * FROM born_later')).toMatchObject({ kind: 'rejected' })
    await world.superuser.query(`CREATE TABLE born_later (id int); GRANT ALL ON born_later TO ${AGENT_ROLE}`)
    const resolved = await resolve(print, 'SELECT * FROM born_later')
    expect(touched(resolved)).toEqual(['read born_later(id)'])
    expect(print.database.resolver.peek(await print.parse('SELECT * FROM born_later'), [])).toBe(resolved)
  })

  it('of a statement that the server does not analyse is that there is nothing', async () => {
    const statement = await print.parse('SET work_mem = 1000')
    expect(print.database.resolver.resolve(statement, [])).toMatchObject({ kind: 'resolved', queries: [] })
  })

  it('of a query inside another statement is that of the query, without a place in a text that nobody wrote', async () => {
    expect(touched(await resolve(print, 'EXPLAIN SELECT email FROM people'))).toEqual(['read people(email)'])
    expect(touched(await resolve(print, 'COPY (DELETE FROM people RETURNING id) TO STDOUT'))).toEqual(['delete people(id)'])
    expect(touched(await resolve(print, 'PREPARE p (int) AS SELECT email FROM people WHERE id = $1'))).toEqual(['read people(email id)'])
    const rejected = await ask(print, 'EXPLAIN SELECT nope FROM people')
    if (rejected.kind !== 'rejected') throw new Error(rejected.kind)
    expect([rejected.fields.get('C'), rejected.fields.get('P')]).toEqual(['42703', undefined])
  })
})

describe('bodies of functions written in SQL', () => {
  it.each([
    ['email_of', 'SELECT email_of(1)', ['read people(email id)']],
    ['email_of_twice', 'SELECT email_of_twice(1)', []],
    ['returned', 'SELECT returned(1)', ['read people(boss)']],
    ['atomic_name', 'SELECT atomic_name(1)', ['read adults(email)', 'read named(n name)', 'read people(email id)']],
    ['writes', 'SELECT writes(1)', ['delete people(id)', 'insert log(; what)']],
  ])('%s is read', async (name, sql, expected) => {
    const { functions, queries } = await resolve(print, sql)
    const body = functions.get(await oidOf(name))
    expect(body).toBeDefined()
    expect(touched({ queries: body?.queries ?? [] })).toEqual(expected)
    expect([...queries, ...(body?.queries ?? [])].flatMap(({ unknown }) => unknown)).toEqual([])
  })

  it('are followed into the functions they call', async () => {
    const { functions } = await resolve(print, 'SELECT email_of_twice(1)')
    expect(touched({ queries: functions.get(await oidOf('email_of'))?.queries ?? [] })).toEqual(['read people(email id)'])
  })

  it('mean the column where an argument has its name', async () => {
    const { functions } = await resolve(print, 'SELECT shadowed(1)')
    expect(touched({ queries: functions.get(await oidOf('shadowed'))?.queries ?? [] })).toEqual(['read people(email)'])
  })

  it.each([
    ['forever', 'SELECT forever(1)'], ['as_owner', 'SELECT as_owner()'], ['own_path', 'SELECT own_path()'], ['anything', 'SELECT anything(1)'], ['hidden_code', 'SELECT hidden_code(1)'],
  ])('stay unread where nobody can be certain: %s', async (name, sql) => {
    const { functions, queries } = await resolve(print, sql)
    if (name !== 'forever') expect(functions.has(await oidOf(name))).toBe(false)
    expect(queries[0]?.output?.[0]?.opaque).not.toBeNull()
  })

  it('that are texts stay unread beside anything that may move the path before they run', async () => {
    for (const beside of [`set_config('search_path', 'hidden', true)`, `hidden_code(1)`, `query_to_xml('SELECT 1', true, true, '')`]) {
      const { functions } = await resolve(print, `SELECT ${beside}, email_of(1), returned(1)`)
      expect([functions.has(await oidOf('email_of')), functions.has(await oidOf('returned'))], beside).toEqual([false, true])
    }
    expect((await resolve(print, 'SELECT now(), email_of(1)')).functions.has(await oidOf('email_of'))).toBe(true)
    expect((await resolve(print, 'SELECT apart()')).functions.has(await oidOf('apart'))).toBe(false)
  })

  it('and code that cannot be read are part of what an approval is for', async () => {
    for (const [sql, change] of [
      ['SELECT hidden_code(1)', "CREATE OR REPLACE FUNCTION hidden_code(person int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN person + 1; END'"],
      ['SELECT email_of(1)', "CREATE OR REPLACE FUNCTION email_of(person int) RETURNS text LANGUAGE sql STABLE AS 'SELECT boss::text FROM people WHERE id = person'"],
      ['SELECT email_of_twice(1)', "CREATE OR REPLACE FUNCTION email_of(person int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM people WHERE id = person'"],
    ] as const) {
      const statement = await print.parse(sql)
      const before = (await print.database.resolver.fresh(statement, [])) as Resolved
      await world.superuser.query(change)
      const after = (await print.database.resolver.fresh(statement, [])) as Resolved
      expect(after.digest, sql).not.toBe(before.digest)
    }
  })
})

describe('what decides whether a statement fails', () => {
  it.each([
    'SELECT 1 / (length(email) - 3) FROM people',
    "SELECT substr(email, 1, id), email LIKE 'a%', coalesce(email, (1 / id)::text) FROM adults",
    'SELECT name, n + 1, upper(name) FROM named',
    'SELECT email_of(id), hidden_code(boss) FROM people',
    'WITH x AS MATERIALIZED (SELECT id, email::int AS e FROM adults) SELECT id FROM x',
  ])('is the same by either way of asking: %s', async (sql) => {
    const [printed, shown] = [await resolve(print, sql), await resolve(byFunction, sql)]
    expect(printed.queries[0]?.fails).toBeDefined()
    expect(printed.queries.map(({ fails }) => fails)).toEqual(shown.queries.map(({ fails }) => fails))
  })
})

describe('a long list of rows', () => {
  const rows = (first: string, more = ''): string => `/* é */ INSERT INTO people (id, email) VALUES ${first}, ${Array.from({ length: 20_000 }, (_, i) => `(${i}, 'e${i}')`).join(', ')}${more}`

  it('means what a few of its rows mean, and is asked about by these', async () => {
    const statement = await print.parse(rows("(1, 'a')"))
    expect(statement.sql?.length).toBeLessThan(200)
    const short = await resolve(print, "INSERT INTO people (id, email) VALUES (1, 'a'), (2, 'b')")
    expect((await resolve(print, rows("(1, 'a')"))).queries).toEqual(short.queries)
  })

  it.each([
    ['the first row', rows("('x', 'a')"), '22P02', "'x'"],
    ['a row that stays', rows("(1, 'a')", ", (length(nobody), 'b')"), '42703', 'nobody'],
    ['what stands behind it', rows("(1, 'a')", ' RETURNING nobody'), '42703', 'nobody'],
  ])('is refused in the words about the whole text: %s', async (_, sql, code, at) => {
    const found = await ask(print, sql)
    if (found.kind !== 'rejected') throw new Error(found.kind)
    expect(found.fields.get('C')).toBe(code)
    // Counted from where the statement begins.
    const { whole = '' } = await print.parse(sql)
    expect(Number(found.fields.get('P'))).toBe(whole.lastIndexOf(at) + 1)
  })
})

describe('a long tree', () => {
  const many = Array.from({ length: 400 }, (_, i) => `'e${i}'`).join(', ')

  it.each([
    `SELECT name, email_of(id), ROW(id, boss) < ROW(1, 2) FROM named JOIN people ON name = email WHERE email IN (${many}) GROUP BY name, id, boss ORDER BY 1`,
    `INSERT INTO people (id, email) VALUES ${Array.from({ length: 400 }, (_, i) => `(${i}, lower('e${i}'))`).join(', ')} ON CONFLICT (id) DO UPDATE SET email = excluded.email RETURNING *`,
    `DELETE FROM people WHERE id = 1 AND email NOT IN (${many}) AND hidden_code(id) > 0 RETURNING returned(id)`,
  ])('is read by a thread, and means the same there: %.40s', async (sql) => {
    const statement = await print.parse(sql)
    const answer = await print.database.analyser.analyse(sql, [])
    if (answer.kind !== 'trees' || answer.printed === undefined) throw new Error('it is not long')
    expect(answer.trees).toEqual([])
    const { resolver, analyser } = print.database
    const there = await resolver.resolve(statement, [])
    const here = await resolver.read({ kind: 'trees', by: 'print', trees: answer.printed.map((text) => readNodeTree(unfold(text))) }, statement, (text, types) => analyser.analyse(text, types))
    expect(there.kind).toBe('resolved')
    expect(there).toEqual(here)
  })

  it('that cannot be read there is not resolved, and the next one is', async () => {
    const statement = await print.parse('SELECT 1')
    const { resolver } = print.database
    for (const printed of ['({QUERY', '({QUERY :commandType 1})', `${'('.repeat(5_000)}`]) {
      const read = await resolver.read({ kind: 'trees', by: 'print', trees: [], printed: [printed] }, statement, null)
      expect(read.kind === 'unresolved' || (read.kind === 'resolved' && read.queries.every(({ unknown }) => unknown.length > 0)), printed.slice(0, 20)).toBe(true)
    }
    expect(await ask(print, `SELECT id FROM people WHERE email IN (${many})`)).toMatchObject({ kind: 'resolved' })
  })

  it('that a thread does not finish, or dies over, is given up', async () => {
    const endless = createTreeReader(new URL(`data:text/javascript,import{parentPort}from'node:worker_threads';parentPort.on('message',()=>process.exit(3))`))
    await expect(endless.read(['x'], async () => { throw new Error('nothing was named') })).rejects.toMatchObject({ code: 'not_understood' })
    await expect(endless.read(['x'], async () => { throw new Error('nothing was named') })).rejects.toMatchObject({ code: 'not_understood' })
  })
})

describe('by functions', () => {
  it.each([
    'SELECT id, email FROM people WHERE id = 1', 'SELECT name FROM named', 'SELECT * FROM adults a JOIN people p USING (id) WHERE a.email IN (SELECT name FROM named)',
    'DELETE FROM people WHERE id IN (SELECT id FROM adults)', 'WITH gone AS (DELETE FROM people RETURNING id) SELECT count(*) FROM gone', 'UPDATE people SET email = v.email FROM adults v WHERE v.id = people.id RETURNING people.email',
    'INSERT INTO log SELECT email FROM adults ON CONFLICT DO NOTHING', 'SELECT email_of(id) FROM people', "SELECT tablename, histogram_bounds FROM pg_stats WHERE tablename = 'people'", 'SELECT table_name FROM information_schema.tables',
  ])('a statement means just what the rewritten tree says: %s', async (sql) => {
    for (const { database } of [print, byFunction]) await database.refresh()
    const printed = await resolve(print, sql)
    const made = await resolve(byFunction, sql)
    expect(made.by).toBe('function')
    expect(touched(made, byFunction)).toEqual(touched(printed))
    expect(made.queries.map((query) => ({ ...query, rowSecurity: undefined }))).toEqual(printed.queries.map((query) => ({ ...query, rowSecurity: undefined })))
    expect(made.digest).toBe(printed.digest)
  })

  it.each([
    ['row security', 'SELECT * FROM guarded', 'row security of public.guarded'],
    ['rules', 'DELETE FROM ruled', 'rules of public.ruled'],
    ['views that are written to', "UPDATE adults SET id = 3", 'writing to the view public.adults'],
  ])('what the target would add is said: %s', async (_what, sql, reason) => {
    expect((await resolve(byFunction, sql)).queries.flatMap(({ unknown }) => unknown)).toEqual([expect.stringContaining(reason)])
    expect((await resolve(print, sql)).queries.flatMap(({ unknown }) => unknown)).toEqual([])
  })
})
