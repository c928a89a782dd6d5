import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { direct, endPrograms, hasPsql, psql } from '../support/clients.ts'
import { createWorld, until, type World } from '../support/world.ts'

describe.skipIf(!hasPsql())('psql', () => {
  let world: World
  let scratch: string
  beforeAll(async () => {
    world = await createWorld()
    await world.start()
    scratch = await mkdtemp(join(tmpdir(), 'holdpoint-psql-'))
  })
  afterEach(() => endPrograms())
  afterAll(async () => {
    await world.stop()
    await rm(scratch, { recursive: true, force: true })
  })

  it('connects with verify-full and, on loopback, without TLS', async () => {
    const tls = await psql(world, '\\conninfo\n').finished
    expect(tls.status).toBe(0)
    expect(tls.out).toContain('SSL connection')
    const plain = await psql(world, 'SELECT 42;\n', { env: { PGSSLMODE: 'disable' } }).finished
    expect(plain).toMatchObject({ status: 0, out: '42\n' })
  })

  it('refuses a certificate of somebody else, because the gateway is verified', async () => {
    const stranger = await psql(world, 'SELECT 1;\n', { env: { PGSSLROOTCERT: '/dev/null' } }).finished
    expect(stranger.status).toBe(2)
    expect(stranger.err).toMatch(/certificate/)
  })

  it('sees masked columns in every way it can ask for them', async () => {
    const open = await psql(world, 'SELECT email, phone, iban, card_number FROM customers WHERE id = 7;\n', { env: direct(world) }).finished
    const [email, phone, iban, card] = open.out.trim().split('|') as [string, string, string, string]
    const script = [
      'SELECT email, phone, iban, card_number FROM customers WHERE id = 7;',
      'SELECT * FROM customers WHERE id = 7;',
      'SELECT customers FROM customers WHERE id = 7;',
      "SELECT lower(email) || '', left(phone, 30), concat(iban), reverse(reverse(card_number)) FROM customers WHERE id = 7;",
      'WITH c AS (SELECT * FROM customers WHERE id = 7) SELECT c.email, c.phone, c.iban, c.card_number FROM c;',
      'SELECT row_to_json(c) FROM customers c WHERE id = 7;',
      'SELECT string_agg(email, $$,$$) FROM customers WHERE id = 7;',
      'COPY (SELECT email, phone, iban, card_number FROM customers WHERE id = 7) TO STDOUT;',
      'COPY (SELECT email, phone, iban, card_number FROM customers WHERE id = 7) TO STDOUT CSV;',
      'COPY customers TO STDOUT;',
      '\\copy customers (email, phone) TO STDOUT CSV HEADER',
      "\\gset",
    ].join('\n')
    const seen = await psql(world, script).finished
    expect(seen.err.replace(/.*gset.*\n/g, '')).toBe('')
    expect(seen.out).toContain('7|')
    for (const secret of [email, phone, iban, card]) expect(seen.out).not.toContain(secret)
    expect(seen.out.split('\n').length).toBeGreaterThan(4_000)
  })

  it('shows what is not masked byte for byte as the target would', async () => {
    const script = 'SELECT * FROM invoices ORDER BY id;\nSELECT * FROM invoice_lines ORDER BY id;\nCOPY (SELECT * FROM invoices ORDER BY id) TO STDOUT;\nCOPY (SELECT * FROM invoices ORDER BY id) TO STDOUT CSV HEADER;\n'
    const [through, straight] = await Promise.all([psql(world, script).finished, psql(world, script, { env: direct(world) }).finished])
    expect(through.err).toBe('')
    expect(through.out.length).toBeGreaterThan(500_000)
    expect(through.out === straight.out).toBe(true)
  })

  it('gets an error for a DROP and goes on with the same connection', async () => {
    const done = await psql(world, 'DROP TABLE invoices;\nSELECT count(*) FROM invoices;\n').finished
    expect(done.err).toContain('denied by policy')
    expect(done.err).toContain('orders-no-schema-changes')
    expect(done.out).toBe('6012\n')
    expect(await world.ran('DROP TABLE')).toBe(0)
  })

  it('is told live that its DELETE is held, and then that it was approved', async () => {
    const held = psql(world, 'DELETE FROM invoice_lines WHERE id = 11;\nSELECT 1;\n', { args: ['-a'] })
    const [hold] = await world.pending()
    await until('the notice on the screen', () => (held.err.includes(hold!.id) ? true : undefined))
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 11')).toBe(0)
    await world.decide('omar', hold!.id, 'approve')
    const done = await held.finished
    expect(done.out).toContain('DELETE 1')
    expect(done.err).toContain('approved by Omar Haddad')
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 11')).toBe(1)
  })

  it('stops the script at a rejection with ON_ERROR_STOP, naming the reviewer', async () => {
    const held = psql(world, "UPDATE invoices SET status = 'void' WHERE id = 3;\nSELECT 'after';\n", { args: ['-v', 'ON_ERROR_STOP=1'] })
    await world.reviewNext('maria', 'reject', 'wrong quarter')
    const done = await held.finished
    expect(done.status).toBe(3)
    expect(done.err).toMatch(/rejected by Maria Lopes.*wrong quarter/)
    expect(done.out).toBe('')
    expect(await world.ran("status = 'void' WHERE id = 3")).toBe(0)
  })

  it('withdraws what is held with Ctrl-C, and the target hears nothing of it', async () => {
    const held = psql(world, 'DELETE FROM invoice_lines WHERE id = 12;\nSELECT 77;\n', { args: ['-v', 'VERBOSITY=verbose'] })
    const [hold] = await world.pending()
    await until('the notice on the screen', () => (held.err.includes(hold!.id) ? true : undefined))
    held.child.kill('SIGINT')
    const done = await held.finished
    expect(done.err).toContain('57014')
    expect((await world.hold(hold!.id)).state).toBe('withdrawn')
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 12')).toBe(0)
  })

  it('that is killed while it waits takes its hold with it', async () => {
    const held = psql(world, 'DELETE FROM invoice_lines WHERE id = 13;\n')
    const [hold] = await world.pending()
    held.child.kill('SIGKILL')
    await until('the hold to close', async () => ((await world.hold(hold!.id)).state === 'pending' ? undefined : true))
    expect((await world.hold(hold!.id)).state).toBe('withdrawn')
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 13')).toBe(0)
  })

  it('finds its transaction failed after a refusal, rolls back to a savepoint and goes on', async () => {
    const done = await psql(world, [
      'BEGIN;', 'SELECT 1;', 'SAVEPOINT s;', 'DROP TABLE invoices;', 'SELECT 2;', '\\echo :ERROR', 'ROLLBACK TO SAVEPOINT s;', 'SELECT 3;', 'COMMIT;',
      'BEGIN;', 'DROP TABLE invoices;', 'COMMIT;', 'SELECT 4;',
    ].join('\n'), { args: ['-a'] }).finished
    expect(done.out.split('\n').filter((line) => /^(\d|[A-Z]+|true)$/.test(line))).toEqual(['BEGIN', '1', 'SAVEPOINT', 'true', 'ROLLBACK', '3', 'COMMIT', 'BEGIN', 'ROLLBACK', '4'])
    expect(done.err).toContain('current transaction is aborted')
    expect(await world.ran('DROP TABLE')).toBe(0)
  })

  it('has a command held in the middle of a transaction, with what came before it intact', async () => {
    const held = psql(world, 'BEGIN;\nSELECT 5;\nDELETE FROM invoice_lines WHERE id = 14;\nSELECT count(*) FROM invoice_lines WHERE id = 14;\nROLLBACK;\nSELECT count(*) FROM invoice_lines WHERE id = 14;\n')
    await world.reviewNext('maria')
    const done = await held.finished
    expect(done.out).toBe('BEGIN\n5\nDELETE 1\n0\nROLLBACK\n1\n')
  })

  it('describes tables, lists relations, roles, functions and indexes', async () => {
    const commands = ['\\d', '\\dt', '\\d customers', '\\d+ invoices', '\\di', '\\ds', '\\dn', '\\du', '\\df', '\\dv', '\\dT', '\\l', '\\dp', '\\d invoices_customer_id_idx', '\\ddp', '\\dx', '\\db', '\\dD', '\\dL', '\\des', '\\sf lower', '\\dconfig work_mem', '\\drds']
    const failed: string[] = []
    for (const command of commands) {
      const [through, straight] = await Promise.all([psql(world, `${command}\n`).finished, psql(world, `${command}\n`, { env: direct(world) }).finished])
      // An old psql may ask a new server for columns it no longer has; that fails without us too.
      if (through.err.includes('ERROR') && !straight.err.includes('ERROR')) failed.push(`${command}: ${through.err}`)
    }
    // Foreign servers, settings of roles and of the server may hold passwords: the policy keeps those catalogues closed.
    expect(failed.map((line) => line.split(': ')[0])).toEqual(['\\des', '\\dconfig work_mem', '\\drds'])
    expect(failed.every((line) => line.includes('denied by policy'))).toBe(true)
    const described = await psql(world, '\\d customers\n', { args: ['-P', 'tuples_only=off'] }).finished
    expect(described.out).toContain('card_number')
    expect(described.out).toContain('customers_pkey')
  })

  it('runs \\gexec, \\watch, \\gset, \\gdesc, \\bind-less prepared statements and pset formats', async () => {
    const done = await psql(world, [
      "SELECT 'SELECT ' || n FROM generate_series(1, 3) n \\gexec",
      'SELECT 40 + 2 AS answer \\gset',
      '\\echo :answer',
      'SELECT id, total FROM invoices \\gdesc',
      'PREPARE pick AS SELECT total > 0 FROM invoices WHERE id = $1;',
      'EXECUTE pick(1);',
      'DEALLOCATE pick;',
    ].join('\n')).finished
    expect(done.err).toBe('')
    expect(done.out).toBe('1\n2\n3\n42\nid|integer\ntotal|numeric(12,2)\nPREPARE\nt\nDEALLOCATE\n')
    const watching = psql(world, "SELECT 'tick' \\watch 1\n")
    await until('two ticks', () => ((watching.out.match(/tick/g) ?? []).length >= 2 ? true : undefined))
    watching.child.kill('SIGINT')
    await watching.finished
  })

  it('holds each statement that \\gexec makes by itself', async () => {
    const held = psql(world, "SELECT 'DELETE FROM invoice_lines WHERE id = ' || n FROM generate_series(21, 22) n \\gexec\n")
    expect((await world.reviewNext('maria')).text).toContain('id = 21')
    expect((await world.reviewNext('maria', 'reject', 'one is enough')).text).toContain('id = 22')
    const done = await held.finished
    expect(done.out).toBe('DELETE 1\n')
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 22')).toBe(0)
  })

  it('loads a file with \\copy once a reviewer approved it, and not a row before', async () => {
    const file = join(scratch, 'lines.csv')
    await writeFile(file, Array.from({ length: 5_000 }, (_, i) => `1,LOAD-${i},1,2.50\n`).join(''))
    const held = psql(world, `\\copy invoice_lines (invoice_id, sku, quantity, price) FROM '${file}' CSV\nSELECT count(*) FROM invoice_lines WHERE sku LIKE 'LOAD-%';\n`)
    const [hold] = await world.pending()
    expect(await world.ran('COPY  invoice_lines')).toBe(0)
    await world.decide('maria', hold!.id, 'approve')
    const done = await held.finished
    expect(done.err).toContain('approved by')
    expect(done.out).toBe('COPY 5000\n5000\n')
  })

  it('fails a \\copy that is rejected, without a row of it, and goes on', async () => {
    const file = join(scratch, 'rejected.csv')
    await writeFile(file, Array.from({ length: 60_000 }, (_, i) => `1,NEVER-${i},1,2.50\n`).join(''))
    const held = psql(world, `\\copy invoice_lines (invoice_id, sku, quantity, price) FROM '${file}' CSV\nSELECT count(*) FROM invoice_lines WHERE sku LIKE 'NEVER-%';\n`)
    await world.reviewNext('maria', 'reject', 'no')
    const done = await held.finished
    expect(done.err).toContain('rejected by')
    expect(done.out).toBe('0\n')
  })

  it('ends a COPY half-way with the error of the target and keeps the connection', async () => {
    const held = psql(world, 'COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN CSV;\n1,HALF-1,1,1.00\n1,HALF-2,not a number,1.00\n1,HALF-3,1,1.00\n\\.\nSELECT count(*) FROM invoice_lines WHERE sku LIKE $$HALF-%$$;\n')
    await world.reviewNext('maria')
    const done = await held.finished
    expect(done.err).toContain('invalid input syntax for type integer')
    expect(done.out).toBe('0\n')
  })

  it('sends several statements in one query: all are judged before any runs', async () => {
    const denied = await psql(world, null, { args: ['-c', 'SELECT 1; DROP TABLE invoices; SELECT 2'] }).finished
    expect(denied.out).toBe('')
    expect(denied.err).toContain('denied by policy')
    const held = psql(world, null, { args: ['-c', "DELETE FROM invoice_lines WHERE id = 31; SELECT 'both'; DELETE FROM invoice_lines WHERE id = 32"] })
    expect((await world.reviewNext('maria')).text).toContain('id = 32')
    expect((await held.finished).out).toBe('DELETE 1\nboth\nDELETE 1\n')
  })

  it('fetches through cursors, with and without hold, and every fetch is masked', async () => {
    const done = await psql(world, [
      'BEGIN;', 'DECLARE c CURSOR FOR SELECT id, email FROM customers ORDER BY id;', 'FETCH 2 FROM c;', 'MOVE 3 IN c;', 'FETCH NEXT FROM c;', 'CLOSE c;', 'COMMIT;',
      'BEGIN;', 'DECLARE h CURSOR WITH HOLD FOR SELECT id, email FROM customers ORDER BY id;', 'COMMIT;', 'FETCH 1 FROM h;', 'CLOSE ALL;', 'FETCH 1 FROM h;',
    ].join('\n')).finished
    const open = await psql(world, 'SELECT email FROM customers WHERE id < 10;\n', { env: direct(world) }).finished
    for (const email of open.out.trim().split('\n')) expect(done.out).not.toContain(email)
    expect(done.out.split('\n').filter((line) => /^\d/.test(line)).map((line) => line.split('|')[0])).toEqual(['1', '2', '6', '1'])
    expect(done.err).toMatch(/cursor "h"/)
  })

  it('FETCH_COUNT reads a large table in pieces', async () => {
    const done = await psql(world, '\\set FETCH_COUNT 500\nSELECT id, email FROM customers ORDER BY id;\n').finished
    expect(done.err).toBe('')
    expect(done.out.trim().split('\n').length).toBe(2_000)
  })

  it('is refused LISTEN, NOTIFY, search_path, roles and code, each with its rule', async () => {
    const script = ["LISTEN news;", "NOTIFY news, 'x';", 'SET search_path = pg_catalog;', "SELECT set_config('search_path', 'x', false);", 'SET ROLE postgres;', 'DO $$ BEGIN END $$;', 'LOCK TABLE invoices;', "COPY invoices TO '/tmp/x';", "COPY invoices TO PROGRAM 'id';", 'SELECT pg_sleep(1);', 'VACUUM invoices;', 'SELECT * FROM pg_shadow;', 'TABLE pg_stat_activity;'].join('\n')
    const done = await psql(world, `${script}\nDISCARD ALL;\nSELECT 'still here';\n`).finished
    expect(done.err.match(/denied by policy/g)?.length).toBe(13)
    expect(done.out).toBe('DISCARD ALL\nstill here\n')
    for (const sql of ['LISTEN', 'NOTIFY', 'search_path =', 'SET ROLE', 'LOCK', 'pg_sleep', 'VACUUM']) expect(await world.ran(sql), sql).toBe(0)
  })

  it('says why in SET holdpoint.reason and in its options; reviewers see it as claimed, the target never', async () => {
    const held = psql(world, "SET holdpoint.reason = 'ticket 4711: duplicates';\nDELETE FROM invoice_lines WHERE id = 41;\n", { env: { PGOPTIONS: '-c holdpoint.plan=cleanup-2026' } })
    const [hold] = await world.pending()
    const { body } = await world.api('maria', `/holds/${hold!.id}`)
    const claimed = JSON.stringify(body).match(/\{[^{}]*"source":"CLAIMED"[^{}]*\}/g)?.join('') ?? ''
    expect(claimed).toContain('ticket 4711: duplicates')
    expect(claimed).toContain('cleanup-2026')
    await world.decide('maria', hold!.id, 'approve')
    expect((await held.finished).out).toBe('SET\nDELETE 1\n')
    const log = await readFile(world.target.logFile, 'utf8')
    expect(log).not.toContain('4711')
    expect(log).not.toContain('cleanup-2026')
  })

  it('learns nothing from the error of a unique violation but that there was one', async () => {
    const open = await psql(world, 'SELECT email FROM customers WHERE id = 5;\n', { env: direct(world) }).finished
    const email = open.out.trim()
    const held = psql(world, `UPDATE customers SET email = (SELECT email FROM customers WHERE id = 5) WHERE id = 6;\n`, { args: ['-v', 'VERBOSITY=verbose'] })
    await world.reviewNext('maria')
    const done = await held.finished
    expect(done.err).toContain('23505')
    expect(done.err).toContain('duplicate key value violates unique constraint "customers_email_key"')
    expect(done.err).not.toContain('DETAIL:  Key')
    expect(done.err).not.toContain(email)
  })

  it('reads and writes any Unicode text', async () => {
    const text = 'Zürich 東京 🦊 \u200d عربى'
    const done = await psql(world, `SELECT '${text}', length('🦊'), U&'\\0441\\043B';\n`).finished
    expect(done).toMatchObject({ status: 0, out: `${text}|1|сл\n` })
  })

  it('with an unknown database, a wrong token or none is told what to do, and the target hears nothing', async () => {
    const unknown = await psql(world, 'SELECT 1;\n', { env: { PGDATABASE: 'payroll' } }).finished
    expect(unknown.status).toBe(2)
    expect(unknown.err).toMatch(/no target or database "payroll"/)
    const other = await psql(world, 'SELECT 1;\n', { env: { PGDATABASE: 'orders/postgres' } }).finished
    expect(other.status).toBe(2)
    const wrong = await psql(world, 'SELECT 1;\n', { env: { PGPASSWORD: 'hp_not_a_token' } }).finished
    expect(wrong.status).toBe(2)
    expect(wrong.err).toMatch(/FATAL/)
    expect(wrong.err).not.toContain('hp_not_a_token')
    const none = await psql(world, 'SELECT 1;\n', { args: ['-w'], env: { PGPASSWORD: '' } }).finished
    expect(none.status).toBe(2)
    const replication = await psql(world, null, { args: ['-c', 'IDENTIFY_SYSTEM', 'dbname=orders replication=database'] }).finished
    expect(replication.err).toContain('replication connections are not allowed')
    const path = await psql(world, 'SELECT 1;\n', { env: { PGOPTIONS: '-c search_path=evil' } }).finished
    expect(path.err).toContain('search_path')
  })
})
