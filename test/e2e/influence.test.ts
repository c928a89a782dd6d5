import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type World } from '../support/world.ts'

// The shipped policy, a real target, an ordinary driver: what a statement learns about masked columns without being shown them.

let world: World
let behind: pg.Client
beforeAll(async () => {
  world = await createWorld()
  behind = await world.behind()
  await behind.query(`
    CREATE VIEW people AS SELECT id, email AS address FROM customers; GRANT SELECT ON people TO PUBLIC;
    CREATE FUNCTION address_of(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM customers WHERE id = $1';
    CREATE FUNCTION has_address(text) RETURNS bool LANGUAGE sql STABLE AS 'SELECT count(*) > 0 FROM customers WHERE email = $1';
    CREATE FUNCTION hidden(int) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT email FROM customers WHERE id = $1); END';
    CREATE TABLE notes (id int, text text); GRANT ALL ON notes TO PUBLIC;
    CREATE FUNCTION on_note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER look BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION on_note()`)
  await world.start()
})
afterAll(async () => {
  await behind.end()
  await world.stop()
})

async function withClient<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await world.client()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

const answer = (sql: string): Promise<string> =>
  withClient((client) => client.query({ text: sql, rowMode: 'array' }).then(({ rows }) => JSON.stringify(rows), (error: pg.DatabaseError) => `${error.code} ${error.message}`))

/** Approves the hold that the statement opens, and gives its rule and the answer. */
async function asked(sql: string): Promise<{ readonly briefing: string; readonly answer: string }> {
  const coming = answer(sql)
  const hold = await world.reviewNext('maria')
  const { body } = await world.api('maria', `/holds/${hold.id}`)
  return { briefing: JSON.stringify(body), answer: await coming }
}

describe('a masked column that decides', () => {
  it.each([
    "SELECT id FROM customers WHERE email LIKE '%' AND id = 7",
    "SELECT id FROM people WHERE address LIKE '%' AND id = 7",
    'SELECT max(id) FROM (SELECT id, email FROM customers WHERE id = 7 ORDER BY email) x',
    "SELECT 7 WHERE NOT has_address('nobody')",
    'SELECT id, 1 / (length(email) - 1000) FROM customers WHERE id = 7',
    "SELECT id, CASE WHEN email LIKE '%' THEN 7 ELSE 1 / (id - 7) END FROM customers WHERE id = 7",
  ])('is asked about: %s', async (sql) => {
    const { briefing, answer: rows } = await asked(sql)
    expect(briefing).toContain('orders-masked-influence')
    expect(rows).toMatch(/^\[\[7/)
  })

  it('is not in the way of ordinary reading, through views and SQL functions too, and stays masked', async () => {
    const real = (await behind.query('SELECT email FROM customers WHERE id = 7')).rows[0] as { readonly email: string }
    for (const sql of ['SELECT id, email FROM customers WHERE id = 7', 'SELECT id, address FROM people WHERE id = 7', 'SELECT 7, address_of(7)']) {
      const rows = await answer(sql)
      expect(rows, sql).toMatch(/^\[\[7,/)
      expect(rows, sql).not.toContain(real.email)
    }
  })
})

describe('a masked value that is copied', () => {
  it.each([
    'UPDATE customers SET full_name = email WHERE id = 7',
    'INSERT INTO notes SELECT id, address FROM people',
    'INSERT INTO notes VALUES (1, address_of(7))',
  ])('is refused before anybody is asked: %s', async (sql) => {
    expect(await answer(sql)).toMatch(/^42501 .*where no mask covers it/)
    expect((await behind.query('SELECT count(*)::int AS n FROM notes')).rows).toEqual([{ n: 0 }])
  })
})

it('a function whose body cannot be read is refused by name', async () => {
  expect(await answer('SELECT hidden(7)')).toMatch(/^42501 .*function public\.hidden\(integer\) is plpgsql/)
})

it('who approves a change of a table with a trigger is told of it', async () => {
  const { briefing, answer: rows } = await asked("INSERT INTO notes VALUES (2, 'x') RETURNING id")
  expect(rows).toBe('[[2]]')
  expect(briefing).toContain('public.on_note()')
})
