import { readFile, writeFile } from 'node:fs/promises'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { allowSleep, endPrograms, hasPsycopg, python, type Told } from '../support/clients.ts'
import { createWorld, until, type World } from '../support/world.ts'

// What ordinary clients do rarely, and what somebody who wants past the gateway would try with one.

let world: World
let secrets: readonly string[]
const open: pg.Client[] = []

beforeAll(async () => {
  world = await createWorld({ config: { tokens: { ttl_s: 30 } } })
  await allowSleep(world)
  const policy = (await readFile(world.policyFile, 'utf8')).replace(/(id: orders-no-locks[\s\S]*?verbs: \[lock), [^\]]*\]/, '$1]')
  // Masks must hold by themselves, without the rule that asks people about conditions on masked columns.
  const unasked = policy.replace('influence: masked', 'influence: no.such.column')
  await writeFile(world.policyFile, `${unasked}\n  - id: test-listen\n    on: { protocol: postgres, target: orders, verbs: [listen, unlisten] }\n    decision: allow\n`)
  await world.start()
  const behind = await world.behind()
  secrets = Object.values((await behind.query('SELECT email, phone, iban, card_number FROM customers WHERE id = 7')).rows[0] as Record<string, string>)
  await behind.end()
})
afterEach(async () => {
  await endPrograms()
  for (const client of open.splice(0)) await client.end()
})
afterAll(() => world.stop())

async function connect(options: pg.ClientConfig = {}): Promise<pg.Client> {
  world.tokens.set('billing-bot', await world.exchange(await world.issuer.tokenForAgent('billing-bot')))
  world.tokens.set('maria', await world.exchange(await world.issuer.tokenForPerson('maria')))
  const client = await world.client('billing-bot', options)
  open.push(client)
  return client
}

const failure = (promise: Promise<unknown>): Promise<pg.DatabaseError> => promise.then(() => { throw new Error('it succeeded') }, (error: pg.DatabaseError) => error)

function expectNoSecret(value: object, what: string): void {
  const text = JSON.stringify([value, ...Object.getOwnPropertyNames(value).map((name) => (value as Record<string, unknown>)[name])])
  for (const one of secrets) {
    expect(text, what).not.toContain(one)
    // Nor a part of it that says who it is: the name before the @, the digits of the account.
    expect(text, what).not.toContain(one.split('@')[0] as string)
  }
}

describe('errors of the target', () => {
  const failing = [
    'SELECT email::int FROM customers WHERE id = 7',
    "SELECT ('x' || email)::date FROM customers WHERE id = 7",
    'SELECT email::json FROM customers WHERE id = 7',
    'SELECT email::uuid FROM customers WHERE id = 7',
    "SELECT 'a' ~ ('[' || email) FROM customers WHERE id = 7",
    'WITH c AS (SELECT email AS e FROM customers WHERE id = 7) SELECT e::numeric FROM c',
    'SELECT (SELECT max(iban) FROM customers WHERE id = 7)::int',
    'SELECT 1 FROM customers WHERE id = 7 AND card_number::int = 5',
    'SELECT c::text::int FROM customers c WHERE id = 7',
    'COPY (SELECT phone::int FROM customers WHERE id = 7) TO STDOUT',
    'SELECT xmlparse(document email) FROM customers WHERE id = 7',
    "SELECT to_date(iban, 'YYYY') FROM customers WHERE id = 7",
    'EXPLAIN ANALYZE SELECT email::int FROM customers WHERE id = 7',
    'SELECT id FROM invoices WHERE total > (SELECT email FROM customers WHERE id = 7)::numeric LIMIT 1',
  ]

  it('carry no value of a masked column, whichever cast or function they come from', async () => {
    const client = await connect()
    for (const sql of failing) {
      for (const queryMode of ['simple', 'extended']) {
        if (sql.startsWith('COPY') && queryMode === 'extended') continue
        expectNoSecret(await failure(client.query({ text: sql, queryMode } as pg.QueryConfig)), sql)
      }
    }
  })

  it('carry none through cursors and SQL-prepared statements either', async () => {
    const client = await connect()
    await client.query('PREPARE bad AS SELECT email::int FROM customers WHERE id = 7')
    expectNoSecret(await failure(client.query('EXECUTE bad')), 'EXECUTE')
    await client.query('BEGIN')
    await client.query('DECLARE bad CURSOR FOR SELECT email::int FROM customers WHERE id = 7')
    expectNoSecret(await failure(client.query('FETCH ALL FROM bad')), 'FETCH')
    await client.query('ROLLBACK')
  })
})

describe('values of masked columns', () => {
  const leaky = [
    'SELECT email::bytea FROM customers WHERE id = 7',
    "SELECT encode(convert_to(email, 'UTF8'), 'escape') FROM customers WHERE id = 7",
    'SELECT array_agg(email) FROM customers WHERE id = 7',
    'SELECT json_agg(c) FROM customers c WHERE id = 7',
    'SELECT xmlforest(email, phone) FROM customers WHERE id = 7',
    "SELECT format('%s', email) FROM customers WHERE id = 7",
    "SELECT string_to_table(email, '') FROM customers WHERE id = 7",
    "SELECT regexp_split_to_table(email, '@') FROM customers WHERE id = 7",
    'SELECT e FROM (SELECT email AS e FROM customers WHERE id = 7 UNION ALL SELECT $$x$$) s',
    'SELECT (c).email FROM (SELECT customers AS c FROM customers WHERE id = 7) s',
    'SELECT x.email FROM customers c, LATERAL (SELECT c.email) x WHERE c.id = 7',
    'SELECT coalesce(null, email), nullif(email, $$$$), greatest(email, phone) FROM customers WHERE id = 7',
    'SELECT (array_agg(c))[1] FROM customers c WHERE id = 7',
    'SELECT email AS id, id AS email FROM customers WHERE id = 7',
    'SELECT first_value(email) OVER (ORDER BY id) FROM customers WHERE id = 7',
    'SELECT jsonb_path_query(to_jsonb(c), $$$.email$$) FROM customers c WHERE id = 7',
    'TABLE customers',
    'SELECT max(email) FILTER (WHERE id = 7) FROM customers',
    'VALUES ((SELECT email FROM customers WHERE id = 7))',
    'SELECT * FROM ROWS FROM (unnest(ARRAY(SELECT email FROM customers WHERE id = 7))) AS t(x)',
  ]

  it('reach nobody through the expressions of SQL: masked, or refused', async () => {
    const client = await connect()
    for (const sql of leaky) {
      for (const query of [{ text: sql }, { text: sql, queryMode: 'extended' }, { text: sql, queryMode: 'extended', binary: true }] as const) {
        const answer = await client.query({ ...query, rowMode: 'array' } as pg.QueryArrayConfig).then(({ rows }) => rows.map((row: unknown[]) => row.map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : value))), (error: pg.DatabaseError) => [error.message, error.code])
        expectNoSecret([answer.flat().join('')], sql)
        expectNoSecret(answer, sql)
      }
    }
  })
})

describe('a token that expires', () => {
  it('ends what a held command may still do, and the next one', async () => {
    const client = await connect()
    const expires = Date.now() + 30_000
    const running = failure(client.query('DELETE FROM invoice_lines WHERE id = 901'))
    const [hold] = await world.pending()
    await until('the token to expire, 15 s', () => (Date.now() > expires - 16_000 ? true : undefined))
    await until('the token to expire, 30 s', () => (Date.now() > expires - 2_000 ? true : undefined))
    await until('the token to expire', () => (Date.now() > expires + 500 ? true : undefined))
    world.tokens.set('maria', await world.exchange(await world.issuer.tokenForPerson('maria')))
    await world.decide('maria', hold!.id, 'approve')
    expect(['42501', '57014']).toContain((await running).code)
    expect((await failure(client.query('SELECT 1'))).message).toMatch(/expired/)
    expect((await failure(world.client('billing-bot'))).message).toMatch(/expired|token|sign/)
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 901')).toBe(0)
  }, 60_000)
})

describe('a client that sends its COPY data without waiting to be asked', () => {
  interface Sink { query(text: string): void; sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void; sendCopyFail(why: string): void }
  /** COPY, data and end in one go, as node-postgres hands it to its connection. */
  const eager = (client: pg.Client, sku: string, ending: 'done' | 'fail'): Promise<string> => new Promise((resolve) => {
    let answer = 'nothing'
    const everything = {
      submit(connection: Sink) {
        connection.query('COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN')
        for (let i = 0; i < 20; i++) connection.sendCopyFromChunk(Buffer.from(`1\t${sku}\t1\t1.00\n`.repeat(2_000)))
        if (ending === 'done') connection.endCopyFrom()
        else connection.sendCopyFail('changed my mind')
      },
      handleError(error: pg.DatabaseError) {
        answer = error.code ?? error.message
        resolve(answer)
      },
      handleCopyInResponse: () => undefined,
      handleCommandComplete(message: { readonly text: string }) { answer = message.text },
      handleReadyForQuery: () => resolve(answer),
    }
    client.query(everything as unknown as pg.Submittable)
  })

  it('is answered once and in order, whether people approve or reject, and goes on', async () => {
    const client = await connect()
    const approved = eager(client, 'EAGER-YES', 'done')
    await world.reviewNext('maria')
    expect(await approved).toBe('COPY 40000')
    const rejected = eager(client, 'EAGER-NO', 'done')
    await world.reviewNext('maria', 'reject')
    expect(await rejected).toBe('42501')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    const failed = eager(client, 'EAGER-FAIL', 'fail')
    await world.reviewNext('maria')
    expect(await failed).toBe('57014')
    expect((await client.query("SELECT sku, count(*)::int AS n FROM invoice_lines WHERE sku LIKE 'EAGER-%' GROUP BY sku")).rows).toEqual([{ sku: 'EAGER-YES', n: 40_000 }])
  })
})

describe('LISTEN, where a rule allows it', () => {
  it('brings the notifications of the target to an idle client, their payload masked where columns are: nobody can say what it was made of', async () => {
    const client = await connect()
    await client.query('LISTEN news')
    const told: pg.Notification[] = []
    client.on('notification', (one) => told.push(one))
    const behind = await world.behind()
    await behind.query("NOTIFY news, 'hello'; NOTIFY news, 'card 4111 1111 1111 1111'")
    await behind.end()
    await until('both notifications', () => (told.length >= 2 ? true : undefined))
    expect(told.map(({ channel, payload }) => [channel, payload])).toEqual([['news', '‹masked›'], ['news', '‹masked›']])
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

describe.skipIf(!hasPsycopg())('libpq, asked for what drivers rarely ask', () => {
  const fresh = async (script: string): Promise<ReturnType<typeof python>> => {
    const token = await world.exchange(await world.issuer.tokenForAgent('billing-bot'))
    return python(world, script, { PGPASSWORD: token }, null)
  }
  const named = (told: readonly Told[], name: string): readonly Told[] => told.filter(({ event }) => event === name)
  const asMaria = async (): Promise<void> => { world.tokens.set('maria', await world.exchange(await world.issuer.tokenForPerson('maria'))) }

  it('two COPYs in one query are held as one, and each gets its data', async () => {
    await asMaria()
    const run = await fresh(`
c = connect()
p = c.pgconn
p.send_query(b"COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN; SELECT 1; COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN (FORMAT csv)")
seen = []
while (result := p.get_result()) is not None:
    seen.append((result.command_status or b"").decode() or psycopg.pq.ExecStatus(result.status).name)
    if result.status == psycopg.pq.ExecStatus.COPY_IN:
        p.put_copy_data(b"1\\tTWO\\t1\\t1.00\\n" if len(seen) == 1 else b"1,TWO,1,1.00\\n1,TWO,1,1.00\\n")
        p.put_copy_end()
tell("seen", value=seen, now=status(c))
tell("count", value=c.execute("SELECT count(*) FROM invoice_lines WHERE sku = 'TWO'").fetchone()[0])
`)
    await world.reviewNext('maria')
    const told = await run.all()
    expect(named(told, 'seen')).toMatchObject([{ now: 'IDLE' }])
    expect(named(told, 'count')).toMatchObject([{ value: 3 }])
  })

  it('a COPY in the extended protocol is held, and streams once it is approved; a rejected one is over at once', async () => {
    await asMaria()
    const run = await fresh(`
c = connect()
def load(name):
    result = c.pgconn.exec_params(b"COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN", [])
    if result.status != psycopg.pq.ExecStatus.COPY_IN:
        return "refused " + (result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b"").decode()
    for i in range(1000):
        c.pgconn.put_copy_data(f"1\\t{name}-{i}\\t1\\t1.00\\n".encode())
    c.pgconn.put_copy_end()
    result = c.pgconn.get_result()
    tag = result.command_status.decode()
    assert c.pgconn.get_result() is None
    return tag
tell("first", value=load("XCOPY"))
tell("second", value=load("XNEVER"))
tell("after", value=c.execute("SELECT count(*) FROM invoice_lines WHERE sku LIKE 'X%'").fetchone()[0], now=status(c))
`)
    await world.reviewNext('maria')
    await world.reviewNext('maria', 'reject')
    const told = await run.all()
    expect(named(told, 'first')).toMatchObject([{ value: 'COPY 1000' }])
    expect(named(told, 'second')).toMatchObject([{ value: 'refused 42501' }])
    expect(named(told, 'after')).toMatchObject([{ value: 1_000, now: 'IDLE' }])
  })

  it('a cancel in a pipeline stops the oldest command without an answer: first what runs, then what is held behind it', async () => {
    await asMaria()
    const run = await fresh(`
c = connect()
p = c.pgconn
p.enter_pipeline_mode()
for query in (b"SELECT pg_sleep(63)", b"DELETE FROM invoice_lines WHERE id = 911", b"SELECT 1"):
    p.send_query_params(query, [])
    p.pipeline_sync()
p.flush()
sys.stdin.readline()
c.cancel()
tell("first", value=answers(p, 1))
c.cancel()
tell("rest", value=answers(p, 2))
`)
    await until('the target to sleep', async () => ((await world.ran('pg_sleep(63)')) > 0 ? true : undefined))
    const [hold] = await world.pending()
    run.child.stdin?.end('\n')
    const told = await run.all()
    expect(named(told, 'first')).toMatchObject([{ value: ['57014', 'sync'] }])
    expect(named(told, 'rest')).toMatchObject([{ value: ['57014', 'sync', 'SELECT 1', 'sync'] }])
    expect((await world.hold(hold!.id)).state).toBe('withdrawn')
    expect(await world.ran('WHERE id = 911')).toBe(0)
  })

  it('a name that is prepared anew while its old statement is held never runs the new text under the old approval', async () => {
    await asMaria()
    const run = await fresh(`
c = connect()
p = c.pgconn
p.prepare(b"s", b"DELETE FROM invoice_lines WHERE id = 921")
p.enter_pipeline_mode()
p.send_query_prepared(b"s", [])
p.pipeline_sync()
p.send_query_params(b"DEALLOCATE s", [])
p.pipeline_sync()
p.send_prepare(b"s", b"DELETE FROM invoice_lines WHERE id = 922")
p.pipeline_sync()
p.send_query_prepared(b"s", [])
p.pipeline_sync()
p.flush()
tell("answers", value=answers(p, 4))
`)
    expect((await world.reviewNext('maria')).text).toContain('921')
    expect((await world.reviewNext('maria', 'reject')).text).toContain('922')
    const told = await run.all()
    expect(named(told, 'answers')).toMatchObject([{ value: ['DELETE 1', 'sync', 'DEALLOCATE', 'sync', '', 'sync', '42501', 'sync'] }])
    expect(await world.ran('WHERE id = 922')).toBe(0)
  })

  it('SET holdpoint.reason in the extended protocol is answered by the gateway, told to reviewers as claimed, and never sent', async () => {
    const run = await fresh(`
c = connect()
attempt("set", lambda: c.execute("SET holdpoint.reason = 'ticket 4712'", prepare=True).statusmessage)
attempt("again", lambda: c.execute("SET holdpoint.reason = 'ticket 4712'", prepare=True).statusmessage)
with c.transaction():
    attempt("inside", lambda: c.execute("SET holdpoint.plan = 'pl 4713'", prepare=True).statusmessage)
    attempt("after", lambda: c.execute("SELECT 1").fetchone())
attempt("reset", lambda: c.execute("RESET holdpoint.plan", prepare=True).statusmessage)
attempt("delete", lambda: c.execute("DELETE FROM invoice_lines WHERE id = 941").rowcount)
`)
    const hold = await world.reviewNext('maria')
    const briefing = JSON.stringify(await world.hold(hold.id))
    expect(briefing).toMatch(/"value":"ticket 4712","source":"CLAIMED"/)
    const told = await run.all()
    expect(['set', 'again', 'inside', 'after', 'reset', 'delete'].map((name) => named(told, name)[0]?.['value'])).toEqual(['SET', 'SET', 'SET', [1], 'RESET', 1])
    expect(await readFile(world.target.logFile, 'utf8')).not.toMatch(/4712|4713/)
  })
})
