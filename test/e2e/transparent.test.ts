import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { direct, hasPsql, hasPsycopg, psql, python } from '../support/clients.ts'
import { createWorld, type World } from '../support/world.ts'

// Where nothing is masked, held or refused, a client cannot tell the gateway from the target: the same input gives the same
// output, errors included.

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.start()
})
afterAll(() => world.stop())

/** The target itself, as the role the gateway signs in with. */
const behind = (): Record<string, string> => ({ ...direct(world), PGUSER: world.database.user, PGPASSWORD: world.database.password })

const SCRIPTS: Readonly<Record<string, string>> = {
  'empty and blank queries': ';\n  ;;\n-- nothing\n;\nSELECT 1;\n',
  'several statements and an error between them': "SELECT 1\\; SELECT 2\\; SELECT 1/0\\; SELECT 3;\nSELECT 4;\n",
  'implicit transactions of a multi-statement query': "SELECT 1\\; BEGIN\\; SELECT 2;\nSELECT 3\\; COMMIT\\; SELECT 4\\; ROLLBACK;\nSELECT 5;\n",
  'savepoints and failures': 'BEGIN;\nSAVEPOINT a;\nSELECT 1/0;\nSELECT 1;\nROLLBACK TO a;\nSELECT 2;\nRELEASE a;\nCOMMIT;\nCOMMIT;\nROLLBACK;\nBEGIN;\nBEGIN;\nCOMMIT;\n',
  'cursors of all kinds': 'BEGIN;\nDECLARE c SCROLL CURSOR FOR SELECT n FROM generate_series(1, 9) n;\nFETCH 2 FROM c;\nFETCH BACKWARD 1 FROM c;\nFETCH LAST FROM c;\nMOVE ABSOLUTE 3 IN c;\nFETCH FROM c;\nFETCH RELATIVE -2 FROM c;\nCLOSE c;\nROLLBACK;\n',
  'prepared statements in SQL': "PREPARE p (int, text) AS SELECT $1 + 1, upper($2);\nEXECUTE p(1, 'ä');\nEXECUTE p(2, NULL);\nPREPARE p AS SELECT 1;\nDEALLOCATE p;\nPREPARE p AS SELECT 'again';\nEXECUTE p;\nDEALLOCATE ALL;\n",
  'text of every kind': "SELECT E'a\\tb\\nc', $tag$it's$tag$, U&'d\\0061t\\+000061', '🦊', B'101', X'1FF', NULL, '', ' x ';\nSELECT 'a'\n'b';\n",
  'types of every kind': "SELECT 1.5::numeric, 1e300::float8, 'NaN'::float4, true, '{1,2,NULL}'::int[], '(1,2)'::point, '2026-02-30'::text, date '2026-02-28', interval '1 mon -3 days', '\\xdeadbeef'::bytea, '10.0.0.0/8'::cidr, '{\"a\":[1,null]}'::jsonb, '[1,5)'::int4range, gen_random_uuid() IS NOT NULL, ROW(1, 'x', NULL);\n",
  'wide and empty results': `SELECT ${Array.from({ length: 1_000 }, (_, i) => `${i} AS c${i}`).join(', ')};\nSELECT;\nSELECT FROM invoices WHERE id < 4;\nSELECT * FROM invoices WHERE false;\n`,
  'joins, windows, grouping sets, recursion': "SELECT status, count(*), sum(total), rank() OVER (ORDER BY count(*) DESC, status) FROM invoices GROUP BY status ORDER BY status;\nSELECT status, extract(year FROM issued_on)::int AS y, count(*) FROM invoices GROUP BY ROLLUP (status, 2) ORDER BY 1, 2;\nWITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 50) SELECT sum(n) FROM t;\nSELECT i.id, l.sku FROM invoices i JOIN LATERAL (SELECT sku FROM invoice_lines WHERE invoice_id = i.id ORDER BY id LIMIT 1) l ON true ORDER BY i.id LIMIT 20;\n",
  'explain': 'EXPLAIN (COSTS off) SELECT * FROM invoices WHERE id = 1;\nEXPLAIN (COSTS off, FORMAT json) SELECT 1;\n',
  'copy out in its formats': "COPY (SELECT 1, 'a,b', NULL, E'x\\ty') TO STDOUT;\nCOPY (SELECT 1, 'a,b', NULL, E'x\"y') TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *);\nCOPY invoices (id, status) TO STDOUT (DELIMITER '|', NULL 'none');\nCOPY (SELECT 1 WHERE false) TO STDOUT;\nCOPY (SELECT 1/0) TO STDOUT;\n",
  'errors with position, detail and hint': 'SELECT nope FROM invoices;\nSELECT sum(status) FROM invoices;\nSELECT id, count(*) FROM invoices;\n',
  'settings an agent may change': "SET statement_timeout = '5s';\nSHOW statement_timeout;\nSET TIME ZONE 'Asia/Tokyo';\nSELECT '2026-01-01 00:00+00'::timestamptz;\nSET datestyle = 'German';\nSELECT date '2026-02-28';\nRESET datestyle;\nSET LOCAL timezone = 'UTC';\nBEGIN READ ONLY;\nSHOW transaction_read_only;\nCOMMIT;\nDISCARD ALL;\nSHOW timezone;\n",
}

describe.skipIf(!hasPsql())('psql sees no difference', () => {
  for (const [name, script] of Object.entries(SCRIPTS)) {
    it(`in ${name}`, async () => {
      const args = ['-v', 'VERBOSITY=verbose', '-P', 'null=<null>']
      const [through, straight] = await Promise.all([psql(world, script, { args }).finished, psql(world, script, { args, env: behind() }).finished])
      const plain = (text: string): string => text.replace(/^LOCATION: .*\n/gm, '')
      expect(through.out).toBe(straight.out)
      expect(plain(through.err)).toBe(plain(straight.err))
      expect(through.status).toBe(straight.status)
      expect(straight.out + straight.err).not.toBe('')
    })
  }
})

describe.skipIf(!hasPsql())('psql is told in words of the gateway', () => {
  it('what cannot be read, or stands for nothing that was seen here', async () => {
    const { err } = await psql(world, 'SELECT 1 +;\nSELECT * FROM nowhere;\nFETCH FROM nobody;\nEXECUTE nobody;\n', { args: ['-v', 'VERBOSITY=verbose'] }).finished
    expect([...err.matchAll(/^ERROR: {2}(\w{5}): (?:denied by policy: )?(.*)$/gm)].map((match) => [match[1], match[2]?.slice(0, 40)])).toEqual([
      [expect.stringMatching(/0A000|42601/), expect.stringContaining('')], ['42P01', 'relation "nowhere" does not exist'], ['42501', expect.stringContaining('not fully understood')], ['42501', expect.stringContaining('not fully understood')],
    ])
    expect(await world.ran('nowhere')).toBe(0)
    expect(await world.ran('nobody')).toBe(0)
  })
})

describe.skipIf(!hasPsycopg())('libpq sees no difference', () => {
  const SCRIPT = `
c = connect()
p = c.pgconn
F = psycopg.pq.DiagnosticField
def show(result):
    if result is None:
        return None
    cells = [[(result.get_value(i, j) or b"").hex() for j in range(result.nfields)] for i in range(min(result.ntuples, 50))]
    columns = [[(result.fname(j) or b"").decode(), result.ftype(j), result.fformat(j), result.fmod(j)] for j in range(result.nfields)]
    failed = result.status == psycopg.pq.ExecStatus.FATAL_ERROR
    return [psycopg.pq.ExecStatus(result.status).name, (result.command_status or b"").decode(), columns, cells, result.nparams if not failed else 0, (result.error_field(F.SQLSTATE) or b"").decode() if failed else "", (result.error_field(F.MESSAGE_PRIMARY) or b"").decode() if failed else ""]
def say(name, *results):
    tell(name, value=[show(one) for one in results], now=status(c))
for format in (0, 1):
    say("params", p.exec_params(b"SELECT $1::int + 1, $2::text, NULL, $3::numeric, now() IS NULL, ARRAY[1, NULL]", [b"41", "ä".encode(), b"1.25"], result_format=format))
    say("binary", p.exec_params(b"SELECT $1, $2", [bytes([0, 0, 0, 7]), b"x"], param_types=[23, 25], param_formats=[1, 0], result_format=format))
say("prepare", p.prepare(b"s", b"SELECT id, status FROM invoices WHERE id = ANY($1) ORDER BY id"), p.describe_prepared(b"s"), p.exec_prepared(b"s", [b"{1,2,3}"]), p.exec_prepared(b"s", [b"{4}"], result_format=1), p.exec_prepared(b"s", [b"oops"]), p.prepare(b"s", b"SELECT 1"), p.exec_prepared(b"s", [b"{5}"]))
say("nameless", p.exec_prepared(b"nobody", []), p.describe_prepared(b"nobody"), p.describe_portal(b"nobody"), p.exec_params(b"SELECT 1; SELECT 2", []), p.exec_params(b"", []), p.exec_params(b"SELECT", []))
say("cursor", p.exec_(b"BEGIN"), p.exec_(b"DECLARE k CURSOR FOR SELECT 1 AS one"), p.describe_portal(b"k"), p.exec_(b"FETCH k"), p.exec_(b"COMMIT"))
p.enter_pipeline_mode()
for query in (b"SELECT 1", b"SELECT 1/0", b"SELECT 2"):
    p.send_query_params(query, [])
p.pipeline_sync()
p.send_query_params(b"BEGIN", []); p.send_query_params(b"SELECT nope", []); p.pipeline_sync()
p.send_query_params(b"ROLLBACK", []); p.send_prepare(b"t", b"SELECT $1::int"); p.send_query_prepared(b"t", [b"9"]); p.send_describe_prepared(b"t"); p.pipeline_sync()
tell("pipeline", value=answers(p, 3))
p.exit_pipeline_mode()
say("rows", p.exec_(b"SELECT 1; SELECT 2 AS b"))
p.send_query(b"SELECT n FROM generate_series(1, 3) n"); p.set_single_row_mode()
say("single", p.get_result(), p.get_result(), p.get_result(), p.get_result())
`
  it('in formats, descriptions, errors, pipelines and single-row mode', async () => {
    const [through, straight] = await Promise.all([
      python(world, SCRIPT).all(),
      python(world, SCRIPT, behind()).all(),
    ])
    expect(straight.length).toBeGreaterThan(9)
    // A name nobody prepared is refused in words of our own, with our own code: the target is not asked.
    const ours = (told: typeof straight): unknown[] => told.filter(({ event }) => event !== 'nameless' && event !== 'notice')
    expect(ours(through)).toEqual(ours(straight))
  })
})

describe.skipIf(!hasPsycopg())('a cursor of a driver', () => {
  it('that is left open beside another one gives each its own rows', async () => {
    const script = `
c = connect(autocommit=False)
a = c.cursor("a"); b = c.cursor("b")
a.execute("SELECT id, status FROM invoices ORDER BY id"); b.execute("SELECT id, sku FROM invoice_lines ORDER BY id")
tell("rows", value=[a.fetchmany(3), b.fetchmany(2), a.fetchmany(2), b.fetchone(), a.fetchone()])
a.close(); b.close()
c.rollback()
`
    const [through, straight] = await Promise.all([python(world, script).all(), python(world, script, behind()).all()])
    expect(through).toEqual(straight)
  })
})
