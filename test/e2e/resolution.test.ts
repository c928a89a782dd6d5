import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { journal } from '../support/checks.ts'
import { psql } from '../support/clients.ts'
import { createWorld, until, type World } from '../support/world.ts'

// What is understood is allowed, what is not is denied, and rows of `ledger` are only changed when somebody says so.
const POLICY = `
version: 1
approvals:
  owner: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m }
rules:
  - { id: mask, on: { protocol: postgres, target: orders }, mask: [{ column: public.customers.email, style: redact }] }
  - { id: understood, on: { protocol: postgres, target: orders }, decision: allow }
  - { id: ledger, on: { protocol: postgres, target: orders, effects: [write, destroy], relations: [public.ledger] }, reason: the books, decision: hold, approval: owner }
  - { id: vault, on: { protocol: postgres, target: orders, relations: [public.vault] }, reason: closed, decision: deny }
`

let world: World
let behind: pg.Client
beforeAll(async () => {
  world = await createWorld({ policy: POLICY })
  behind = await world.behind()
  await behind.query(`
    CREATE TABLE ledger (id int, note text); INSERT INTO ledger SELECT n, 'n' || n FROM generate_series(1, 20) n; GRANT ALL ON ledger TO PUBLIC;
    CREATE TABLE vault (id int, secret text); INSERT INTO vault VALUES (1, 'behind the door'); GRANT ALL ON vault TO PUBLIC;
    CREATE TABLE plain (id int, note text); INSERT INTO plain VALUES (1, 'p1'); GRANT ALL ON plain TO PUBLIC;
    CREATE VIEW window_to_plain AS SELECT id, note FROM plain; GRANT ALL ON window_to_plain TO PUBLIC;
    CREATE VIEW window_to_vault AS SELECT id, secret AS note FROM vault; GRANT ALL ON window_to_vault TO PUBLIC;
    CREATE FUNCTION harmless(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1 + 1';
    CREATE SCHEMA other; GRANT USAGE ON SCHEMA other TO PUBLIC; CREATE TABLE other.plain (id int, note text, more text); INSERT INTO other.plain VALUES (2, 'other'); GRANT ALL ON other.plain TO PUBLIC;
    CREATE VIEW other.vault AS SELECT 7 AS id; GRANT ALL ON other.vault TO PUBLIC;
    CREATE ROLE clerk; GRANT clerk TO ${world.database.user}; GRANT SELECT ON plain TO clerk`)
  await world.start()
})
afterAll(async () => {
  await behind.end()
  await world.stop()
})

interface Told {
  readonly code?: string
  readonly message?: string
  readonly position?: string
  readonly hint?: string
}

const told = (query: Promise<pg.QueryResult | readonly pg.QueryResult[]>): Promise<string> =>
  query.then((result) => {
    const last = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryResult
    return `${last.command} ${last.rowCount}`
  }, (error: Told) => `${error.code} ${error.message}`)

async function withClient(use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = await world.client()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

/** What the server itself says of a text, over no gateway. */
async function straight(text: string): Promise<Told> {
  return behind.query(text).then(() => ({}), ({ code, message, position, hint, detail, severity, routine }: Told & Record<string, string>) => ({ code, message, position, hint, detail, severity, routine }) as Told)
}

describe('what the target makes of a statement', () => {
  it('is what a rule sees: a view is judged by the tables behind it', () => withClient(async (client) => {
    expect(await told(client.query('SELECT note FROM window_to_plain'))).toBe('SELECT 1')
    expect(await told(client.query('SELECT note FROM window_to_vault'))).toMatch(/^42501 denied by policy: closed/)
    expect(await told(client.query('SELECT harmless(id) FROM plain'))).toBe('SELECT 1')
    expect(await world.ran('window_to_vault')).toBe(0)
  }))

  it('holds for parameters too', () => withClient(async (client) => {
    expect(await told(client.query('SELECT harmless($1) FROM window_to_plain WHERE id = $2', [3, 1]))).toBe('SELECT 1')
    expect(await told(client.query({ name: 'named', text: 'SELECT note FROM window_to_vault WHERE id = $1', values: [1] }))).toMatch(/^42501 denied/)
  }))

  it.each([
    'EXPLAIN SELECT note FROM window_to_vault',
    'COPY (SELECT note FROM window_to_vault) TO STDOUT',
    'CREATE TABLE copied AS SELECT note FROM window_to_vault',
    'SELECT note INTO copied FROM window_to_vault',
    'PREPARE copied AS SELECT note FROM window_to_vault',
    'BEGIN; DECLARE copied CURSOR FOR SELECT note FROM window_to_vault; COMMIT',
    'WITH w AS (INSERT INTO plain SELECT id, note FROM window_to_vault RETURNING note) SELECT note FROM w',
    'SELECT 1; SET search_path = other; SELECT id FROM vault',
    'SELECT 1; CREATE TEMP TABLE plain (id int); SELECT id FROM plain',
  ])('holds for what stands inside another statement, or behind one: %s', (text) => withClient(async (client) => {
    expect(await told(client.query(text))).toMatch(/^42501 denied by policy/)
    expect(await world.ran(text)).toBe(0)
  }))

  it('is asked for once for texts that come again', () => withClient(async (client) => {
    const text = (i: number): string => `SELECT id FROM window_to_plain WHERE note = 'p${i}'`
    // The record is written behind: it is complete up to the text that is in it.
    const questions = async (last: string): Promise<number> => until(`the record of ${last}`, async () => {
      const entries = await journal(world)
      return entries.some(({ kind, body }) => kind === 'permit' && body['text'] === last) ? entries.filter(({ body }) => body['rule'] === 'builtin/analysis').length : undefined
    })
    await client.query(text(1))
    const before = await questions(text(1))
    for (let i = 2; i < 7; i++) await client.query(text(i))
    expect(await questions(text(6))).toBe(before)
  }))
})

describe('what the target does not take', () => {
  it.each([
    'SELECT * FROM no_such_table',
    'SELECT nope FROM plain',
    'SELECT idd FROM plain',
    'SELECT no_such_function(1)',
    "SELECT 'ä€😀', nope FROM plain",
    "SELECT 'x'::int",
    'INSERT INTO plain (id, nope) VALUES (1, 2)',
    'SELECT 1 FROM plain GROUP BY note HAVING id > 1',
    'UPDATE no_such_table SET a = 1',
  ])('is answered with the same words as without a gateway: %s', (text) => withClient(async (client) => {
    const through = await client.query(text).then(() => ({}), ({ code, message, position, hint, detail, severity, routine }: Told & Record<string, string>) => ({ code, message, position, hint, detail, severity, routine }))
    expect(through).toEqual(await straight(text))
    // It never ran, not even to fail: the log of a server that takes all statements does not have it.
    expect(await world.ran(text)).toBe(1)
    expect((await client.query('SELECT 1')).rowCount).toBe(1)
  }))

  it('is told with its place in the whole text', () => withClient(async (client) => {
    const text = "SELECT 'ä€😀'; SELECT nope FROM plain"
    const error = (await client.query(text).then(() => ({}), (raised: Told) => raised)) as Told
    expect(error.code).toBe('42703')
    expect([...text].slice(Number(error.position) - 1).join('')).toMatch(/^nope/)
  }))

  it('fails the transaction it stands in, as it would without a gateway', () => withClient(async (client) => {
    await client.query('BEGIN')
    expect(await told(client.query('SELECT * FROM no_such_table'))).toMatch(/^42P01 /)
    expect(await told(client.query('SELECT 1'))).toMatch(/^25P02 current transaction is aborted/)
    expect(await told(client.query('SELECT note FROM window_to_plain'))).toMatch(/^25P02 /)
    expect(await told(client.query('ROLLBACK'))).toBe('ROLLBACK null')
    expect(await told(client.query('SELECT 1'))).toBe('SELECT 1')
  }))

  it('is told again as it is when it has changed: a table that is there now', () => withClient(async (client) => {
    expect(await told(client.query('SELECT * FROM later'))).toMatch(/^42P01 /)
    await behind.query('CREATE TABLE later (id int); GRANT ALL ON later TO PUBLIC')
    expect(await told(client.query('SELECT * FROM later'))).toBe('SELECT 0')
  }))

  it('is about the literals of this very text, not of one like it', () => withClient(async (client) => {
    expect(await told(client.query("SELECT note FROM plain WHERE id = '7'"))).toBe('SELECT 0')
    expect(await told(client.query("SELECT note FROM plain WHERE id = 'seven'"))).toMatch(/^22P02 .*"seven"/)
    expect(await told(client.query("SELECT note FROM plain WHERE id = 'eight'"))).toMatch(/^22P02 .*"eight"/)
    expect(await told(client.query("SELECT note FROM plain WHERE id = '1'"))).toBe('SELECT 1')
  }))

  it('is recorded as a refusal', async () => {
    await withClient(async (client) => { await told(client.query('SELECT * FROM recorded_as_refused')) })
    const refused = await until('the record of it', async () => (await journal(world)).find(({ kind, body }) => kind === 'refusal' && JSON.stringify(body).includes('recorded_as_refused')))
    expect(refused.body).toMatchObject({ rule: 'builtin/target-refuses' })
  })
})

describe('a session that is no longer as it began', () => {
  it('makes temporary tables, fills, joins and reads them', () => withClient(async (client) => {
    expect(await told(client.query('CREATE TEMP TABLE scratch (id serial PRIMARY KEY, note text)'))).toBe('CREATE null')
    expect(await told(client.query("INSERT INTO scratch (note) VALUES ('a'), ('b')"))).toBe('INSERT 2')
    expect(await told(client.query('SELECT s.note, p.note FROM scratch s JOIN plain p ON p.id = s.id'))).toBe('SELECT 1')
    expect((await client.query('SELECT note FROM scratch WHERE id = $1', [2])).rows).toEqual([{ note: 'b' }])
    expect(await told(client.query('UPDATE scratch SET note = upper(note)'))).toBe('UPDATE 2')
    expect(await told(client.query('SELECT note FROM window_to_vault'))).toMatch(/^42501 /)
    expect(await told(client.query('TRUNCATE scratch'))).toBe('TRUNCATE null')
    expect(await told(client.query('DROP TABLE scratch'))).toBe('DROP null')
    expect(await told(client.query('SELECT * FROM scratch'))).toMatch(/^42P01 /)
  }))

  it('cannot hide a table behind a temporary one of its name, nor a temporary one behind a table', () => withClient(async (client) => {
    await client.query('CREATE TEMP TABLE ledger (id int)')
    expect(await told(client.query('DELETE FROM ledger'))).toBe('DELETE 0')
    const held = told(client.query('DELETE FROM public.ledger WHERE id = 19'))
    const hold = (await world.pending())[0]!
    expect((await world.decide('maria', hold.id, 'reject')).status).toBe(200)
    expect(await held).toMatch(/^42501 rejected/)
    await client.query('DROP TABLE pg_temp.ledger')
    const again = told(client.query('DELETE FROM ledger WHERE id = 19'))
    const second = (await world.pending())[0]!
    await world.decide('maria', second.id, 'approve')
    expect(await again).toBe('DELETE 1')
  }))

  it('shows no masked value from a temporary table that may hold some, and others as they are', () => withClient(async (client) => {
    const real = (await behind.query('SELECT email FROM customers WHERE id = 1')).rows[0].email as string
    await client.query("CREATE TEMP TABLE clean AS SELECT 'shown'::text AS note")
    expect((await client.query('SELECT note FROM clean')).rows).toEqual([{ note: 'shown' }])
    await client.query('CREATE TEMP TABLE copied AS SELECT id, email AS note FROM customers')
    const rows = JSON.stringify((await client.query('SELECT id, note FROM copied ORDER BY id')).rows)
    expect(rows).not.toContain(real)
  }))

  it('is judged on its own search_path', () => withClient(async (client) => {
    expect((await client.query('SELECT * FROM plain')).rows).toEqual([{ id: 1, note: 'p1' }])
    await client.query('SET search_path = other, public')
    expect((await client.query('SELECT * FROM plain')).rows).toEqual([{ id: 2, note: 'other', more: null }])
    // There, the name is a view of nothing; in public it is closed.
    expect((await client.query('SELECT * FROM vault')).rows).toEqual([{ id: 7 }])
    expect(await told(client.query('SELECT * FROM public.vault'))).toMatch(/^42501 /)
    await client.query('BEGIN; SET LOCAL search_path = public')
    expect(await told(client.query('SELECT * FROM vault'))).toMatch(/^42501 /)
    await client.query('ROLLBACK')
    expect((await client.query('SELECT * FROM vault')).rows).toEqual([{ id: 7 }])
    await client.query('RESET search_path')
    expect(await told(client.query('SELECT * FROM vault'))).toMatch(/^42501 /)
    await client.query('DISCARD ALL')
    expect((await client.query('SELECT * FROM plain')).rows).toEqual([{ id: 1, note: 'p1' }])
  }))

  it('is judged as the role it took', () => withClient(async (client) => {
    await client.query('SET ROLE clerk')
    expect(await told(client.query('SELECT note FROM window_to_plain'))).toBe('SELECT 1')
    expect(await told(client.query('SELECT note FROM plain'))).toBe('SELECT 1')
    expect(await told(client.query('SELECT * FROM vault'))).toMatch(/^42501 denied by policy/)
    await client.query('RESET ROLE')
    expect(await told(client.query('SELECT note FROM plain'))).toBe('SELECT 1')
  }))

  it('runs what it prepared, by what the names mean when it is run', () => withClient(async (client) => {
    expect((await client.query({ name: 'p', text: 'SELECT id FROM vault_or_not WHERE id > $1', values: [0] }).catch((error: Told) => error.code))).toBe('42P01')
    await client.query('SET search_path = other, public')
    expect((await client.query({ name: 'q', text: 'SELECT id FROM vault WHERE id > $1', values: [0] })).rows).toEqual([{ id: 7 }])
    await client.query('PREPARE r (int) AS SELECT id FROM vault WHERE id > $1')
    expect((await client.query('EXECUTE r (0)')).rows).toEqual([{ id: 7 }])
    await client.query('SET search_path = public')
    expect(await told(client.query({ name: 'q', text: 'SELECT id FROM vault WHERE id > $1', values: [0] }))).toMatch(/^42501 /)
    expect(await told(client.query('EXECUTE r (0)'))).toMatch(/^42501 /)
  }))

  it('cannot have what it prepared judged as something else: a temporary table that comes later', () => withClient(async (client) => {
    const query = { name: 'prepared_before', text: 'UPDATE ledger SET note = note WHERE id = 18' }
    const first = told(client.query(query))
    await world.decide('maria', (await world.pending())[0]!.id, 'approve')
    expect(await first).toBe('UPDATE 1')
    await client.query('CREATE TEMP TABLE made_first (id int)')
    await client.query('CREATE TEMP TABLE ledger (id int, note text)')
    // Which of the two the target now changes hangs on the plan that it kept: people are asked, or it is not understood.
    const again = told(client.query(query))
    const hold = (await Promise.race([world.pending(), again.then((answer) => { throw new Error(answer) })]))[0]!
    await world.decide('maria', hold.id, 'reject')
    expect(await again).toMatch(/^42501 rejected/)
    // The same text, prepared now, is about the temporary table alone.
    expect(await told(client.query({ ...query, name: 'prepared_after' }))).toBe('UPDATE 0')
  }))

  it('does not lose its unnamed statement when it is asked', () => withClient(async (client) => {
    await client.query('CREATE TEMP TABLE scratch (id int)')
    // node-postgres sends Parse, Bind, Describe, Execute and Sync together; a cursor of rows comes back for them.
    for (let i = 0; i < 3; i++) expect(await told(client.query('INSERT INTO scratch VALUES ($1)', [i]))).toBe('INSERT 1')
    expect((await client.query('SELECT count(*)::int AS n FROM scratch')).rows).toEqual([{ n: 3 }])
  }))
})

describe('changes of the catalogue', () => {
  it('are known to the statement behind them, in the same session and in others', async () => {
    const one = await world.client()
    const two = await world.client()
    for (let i = 0; i < 3; i++) {
      expect(await told(one.query(`CREATE TABLE fresh_${i} (id int, note text)`))).toBe('CREATE null')
      expect(await told(two.query(`INSERT INTO fresh_${i} VALUES (1, 'x')`))).toBe('INSERT 1')
      expect(await told(one.query(`SELECT note FROM fresh_${i}`))).toBe('SELECT 1')
      expect(await told(one.query(`DROP TABLE fresh_${i}`))).toBe('DROP null')
      expect(await told(two.query(`SELECT note FROM fresh_${i}`))).toMatch(/^42P01 /)
    }
    await one.end()
    await two.end()
  })

  it('are known to their own transaction, and to nobody when it is rolled back', () => withClient(async (client) => {
    await client.query('BEGIN')
    await client.query('CREATE TABLE migrated (id int)')
    expect(await told(client.query('INSERT INTO migrated VALUES (1), (2)'))).toBe('INSERT 2')
    await client.query('ALTER TABLE migrated ADD COLUMN note text DEFAULT \'n\'')
    expect((await client.query('SELECT id, note FROM migrated ORDER BY id')).rows).toEqual([{ id: 1, note: 'n' }, { id: 2, note: 'n' }])
    await client.query('SAVEPOINT s')
    await client.query('ALTER TABLE migrated RENAME TO moved')
    expect(await told(client.query('UPDATE moved SET note = $1', ['m']))).toBe('UPDATE 2')
    await client.query('ROLLBACK TO s')
    expect(await told(client.query('SELECT note FROM migrated'))).toBe('SELECT 2')
    await client.query('ROLLBACK')
    expect(await told(client.query('SELECT note FROM migrated'))).toMatch(/^42P01 /)
  }))

  it('may lock tables and go on with them: nobody else is asked who would wait for them', () => withClient(async (client) => {
    for (const lock of ['LOCK TABLE plain IN ACCESS EXCLUSIVE MODE', 'TRUNCATE plain']) {
      expect(await told(client.query('BEGIN'))).toBe('BEGIN null')
      expect(await told(client.query(lock))).not.toContain('42501')
      expect(await told(client.query(`INSERT INTO plain (id, note) VALUES (70, 'locked') RETURNING note`))).toBe('INSERT 1')
      expect(await told(client.query('SELECT w.note FROM window_to_plain w WHERE w.id = 70'))).toBe('SELECT 1')
      expect(await told(client.query('SELECT note FROM window_to_vault'))).toContain('42501')
      expect(await told(client.query('ROLLBACK'))).toBe('ROLLBACK null')
    }
    expect(await told(client.query('SELECT note FROM plain WHERE id = 1'))).toBe('SELECT 1')
  }))

  it('cannot give a closed table another name first', () => withClient(async (client) => {
    await behind.query(`ALTER TABLE vault OWNER TO ${world.database.user}`)
    await client.query('BEGIN')
    // The rule of this test names the table; the statement that renames it is denied by it too.
    expect(await told(client.query('ALTER TABLE vault RENAME TO open_door'))).toMatch(/^42501 /)
    await client.query('ROLLBACK')
    await client.query('BEGIN')
    await client.query('CREATE VIEW open_door AS SELECT 1 AS x')
    expect(await told(client.query('SELECT * FROM open_door'))).toBe('SELECT 1')
    expect(await told(client.query('SELECT * FROM open_door, vault'))).toMatch(/^42501 /)
    await client.query('ROLLBACK')
  }))

  it('of psql: a file of definitions and data, statement by statement, and in one transaction', async () => {
    const file = "CREATE TABLE film (id int PRIMARY KEY, name text);\nINSERT INTO film VALUES (1, 'a');\nALTER TABLE film ADD COLUMN year int;\nUPDATE film SET year = 1999;\nSELECT year FROM film;\nDROP TABLE film;\n"
    const plain = await psql(world, file).finished
    expect([plain.err, plain.out]).toEqual(['', 'CREATE TABLE\nINSERT 0 1\nALTER TABLE\nUPDATE 1\n1999\nDROP TABLE\n'])
    const once = await psql(world, file, { args: ['--single-transaction'] }).finished
    expect([once.err, once.out]).toEqual(['', plain.out])
  })

  it('in one message with what uses them are not judged by what is not there yet', () => withClient(async (client) => {
    expect(await told(client.query('CREATE TABLE together (id int); INSERT INTO together VALUES (1)'))).toMatch(/^42501 denied by policy/)
    expect(await told(client.query('SELECT * FROM together'))).toMatch(/^42P01 /)
  }))
})

describe('a held statement', () => {
  it.each([
    ['a view is swapped', 'CREATE VIEW swap_view AS SELECT id FROM ledger WHERE id = 1', 'CREATE OR REPLACE VIEW swap_view AS SELECT id FROM ledger WHERE id < 9', 'DELETE FROM ledger WHERE id IN (SELECT id FROM swap_view)'],
    ['a function is swapped', 'CREATE FUNCTION swap_function() RETURNS int LANGUAGE sql STABLE AS \'SELECT 2\'', 'CREATE OR REPLACE FUNCTION swap_function() RETURNS int LANGUAGE sql STABLE AS \'SELECT id FROM vault\'', 'DELETE FROM ledger WHERE id = swap_function()'],
    ['a better function comes', 'CREATE FUNCTION swap_overload(bigint) RETURNS int LANGUAGE sql STABLE AS \'SELECT 3\'', 'CREATE FUNCTION swap_overload(int) RETURNS int LANGUAGE sql STABLE AS \'SELECT 4\'', 'DELETE FROM ledger WHERE id = swap_overload(1)'],
  ])('is void when %s under it', async (_what, before, change, text) => {
    await behind.query(before)
    await withClient(async (client) => {
      const running = told(client.query(text))
      const hold = (await world.pending())[0]!
      await behind.query(change)
      await world.decide('maria', hold.id, 'approve')
      expect(await running).toMatch(/^57014 .*has changed/)
    })
    expect((await behind.query('SELECT count(*)::int AS n FROM ledger WHERE id < 9')).rows).toEqual([{ n: 8 }])
  })

  it('of the extended protocol, prepared long before, is void all the same', () => withClient(async (client) => {
    await behind.query('CREATE VIEW swap_again AS SELECT id FROM ledger WHERE id = 15; GRANT ALL ON swap_again TO PUBLIC')
    const query = { name: 'long_before', text: 'DELETE FROM ledger WHERE id IN (SELECT id FROM swap_again) AND id > $1', values: [0] }
    const first = told(client.query(query))
    await world.decide('maria', (await world.pending())[0]!.id, 'approve')
    expect(await first).toBe('DELETE 1')
    const second = told(client.query(query))
    const hold = (await world.pending())[0]!
    await behind.query('CREATE OR REPLACE VIEW swap_again AS SELECT id FROM ledger')
    await world.decide('maria', hold.id, 'approve')
    expect(await second).toMatch(/^57014 .*has changed/)
    // Asked again it is another statement, and people are told of what it is now.
    const third = told(client.query(query))
    const anew = (await world.pending())[0]!
    expect(anew.id).not.toBe(hold.id)
    await world.decide('maria', anew.id, 'reject')
    expect(await third).toMatch(/^42501 rejected/)
  }))

  it('is void when its own session is asked again and says something else', () => withClient(async (client) => {
    await client.query('CREATE TEMP TABLE chosen (id int)')
    await client.query('INSERT INTO chosen VALUES (12)')
    await behind.query('CREATE VIEW twelve AS SELECT 12 AS id; GRANT ALL ON twelve TO PUBLIC')
    const text = 'DELETE FROM public.ledger WHERE id IN (SELECT c.id FROM chosen c JOIN twelve t ON t.id = c.id)'
    const running = told(client.query(text))
    const hold = (await world.pending())[0]!
    await behind.query('CREATE OR REPLACE VIEW twelve AS SELECT id FROM ledger')
    await world.decide('maria', hold.id, 'approve')
    expect(await running).toMatch(/^57014 .*has changed/)
    const again = told(client.query(text))
    await world.decide('maria', (await Promise.race([world.pending(), again.then((answer) => { throw new Error(answer) })]))[0]!.id, 'approve')
    expect(await again).toBe('DELETE 1')
  }))
})

describe('settings that show the target\'s trees', () => {
  it.each([
    'SET debug_print_rewritten = on', 'SET LOCAL debug_print_plan = on', "SET SESSION debug_print_parse TO 'on'", 'SET debug_pretty_print = off', 'SET client_min_messages = debug1',
    'SET client_min_messages TO LOG', 'SET log_min_messages = panic', 'ALTER ROLE CURRENT_USER SET debug_print_rewritten = on', 'RESET debug_print_rewritten',
  ])('are the gateway\'s: %s', (text) => withClient(async (client) => {
    expect(await told(client.query(text))).toMatch(/^42501 .*gateway's own/)
  }))

  it('do not reach the client by way of a function either', () => withClient(async (client) => {
    const notices: string[] = []
    client.on('notice', (notice) => notices.push(notice.message ?? ''))
    await told(client.query("SELECT set_config('client_min_messages', 'log', false), set_config('debug_print_rewritten', 'on', false)"))
    await told(client.query('SELECT note FROM window_to_plain'))
    expect(notices.filter((one) => one.includes('tree'))).toEqual([])
  }))

  it('are not taken at sign-in', async () => {
    await expect(world.client('billing-bot', { options: '-c client_min_messages=log' })).rejects.toThrow(/client_min_messages|options/)
  })
})
