import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { allowSleep, endPrograms, hasPsycopg, python, type Told } from '../support/clients.ts'
import { createWorld, until, type World } from '../support/world.ts'

describe.skipIf(!hasPsycopg())('psycopg 3', () => {
  let world: World
  let secrets: readonly string[]
  beforeAll(async () => {
    world = await createWorld()
    await allowSleep(world)
    await world.start()
    const behind = await world.behind()
    secrets = Object.values((await behind.query('SELECT email, phone, iban, card_number FROM customers WHERE id = 7')).rows[0] as Record<string, string>)
    await behind.end()
  })
  afterEach(async () => {
    await endPrograms()
    expect((await world.api('maria', '/holds?state=pending')).body['holds']).toEqual([])
  })
  afterAll(() => world.stop())

  const named = (told: readonly Told[], name: string): readonly Told[] => told.filter(({ event }) => event === name)
  const only = (told: readonly Told[], name: string): Told => {
    const found = named(told, name)
    expect(found.length, name).toBe(1)
    return found[0] as Told
  }

  it('connects with verify-full and, on loopback, without TLS', async () => {
    const told = await python(world, `
for mode in ("verify-full", "disable"):
    with connect(sslmode=mode) as c:
        tell("connected", ssl=bool(c.pgconn.ssl_in_use), one=c.execute("SELECT 1").fetchone()[0])
`).all()
    expect(named(told, 'connected')).toMatchObject([{ ssl: true, one: 1 }, { ssl: false, one: 1 }])
  })

  it('gets masked rows from text, binary, prepared and server-side cursors', async () => {
    const told = await python(world, `
c = connect()
query = "SELECT email, phone, iban, card_number FROM customers WHERE id = %s"
tell("text", rows=rows(c.execute(query, (7,))))
tell("binary", rows=rows(c.execute(query, (7,), binary=True)))
for i in range(3):
    tell("prepared", rows=rows(c.execute(query, (7,), prepare=True, binary=i == 2)))
with c.transaction():
    with c.cursor("server_side") as cursor:
        cursor.execute(query, (7,))
        tell("server", rows=rows(cursor))
    with c.cursor("server_side_binary", binary=True) as cursor:
        cursor.execute(query, (7,))
        tell("server", rows=rows(cursor))
with c.cursor("held", withhold=True) as cursor:
    cursor.execute(query, (7,))
    tell("server", rows=rows(cursor))
with psycopg.ClientCursor(c) as cursor:
    tell("client", rows=rows(cursor.execute(query, (7,))))
`).all()
    const [first] = named(told, 'text')
    const [shown = []] = (first?.['rows'] ?? []) as string[][]
    expect(shown.length).toBe(4)
    for (const [i, value] of shown.entries()) expect(value).not.toBe(secrets[i])
    expect(told.length).toBe(9)
    for (const { event, rows } of told) expect(rows, event).toEqual([shown])
  })

  it('goes on after a refused DROP, and finds an open transaction failed', async () => {
    const told = await python(world, `
c = connect()
attempt("drop", lambda: c.execute("DROP TABLE invoices").statusmessage)
attempt("drop", lambda: c.execute("DROP TABLE invoices", prepare=True).statusmessage)
attempt("drop", lambda: psycopg.ClientCursor(c).execute("DROP TABLE invoices").statusmessage)
attempt("after", lambda: c.execute("SELECT 1").fetchone())
c.autocommit = False
c.execute("SELECT 1")
c.execute("SAVEPOINT s")
attempt("drop", lambda: c.execute("DROP TABLE invoices").statusmessage)
tell("status", now=status(c))
attempt("aborted", lambda: c.execute("SELECT 1").fetchone())
c.execute("ROLLBACK TO SAVEPOINT s")
tell("status", now=status(c))
attempt("after", lambda: c.execute("SELECT 1").fetchone())
attempt("drop", lambda: c.execute("DROP TABLE invoices").statusmessage)
attempt("commit", lambda: c.execute("COMMIT").statusmessage)
tell("status", now=status(c))
`).all()
    expect(named(told, 'drop').map(({ code }) => code)).toEqual(Array(5).fill('42501'))
    expect(named(told, 'after').map(({ value }) => value)).toEqual([[1], [1]])
    expect(only(told, 'aborted')).toMatchObject({ code: '25P02' })
    expect(only(told, 'commit')).toMatchObject({ value: 'ROLLBACK' })
    expect(named(told, 'status').map(({ now }) => now)).toEqual(['INERROR', 'INTRANS', 'IDLE'])
    expect(await world.ran('DROP TABLE')).toBe(0)
  })

  it('waits for its DELETE with notices, in a transaction of its own', async () => {
    const run = python(world, `
c = connect(autocommit=False)
attempt("deleted", lambda: c.execute("DELETE FROM invoice_lines WHERE id = %s", (11,)).rowcount)
tell("status", now=status(c))
c.commit()
`)
    const [hold] = await world.pending()
    expect((await run.event('notice'))['text']).toContain(hold?.id)
    expect(JSON.stringify((await world.api('maria', `/holds/${hold!.id}`)).body)).toContain('"11"')
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = $1')).toBe(0)
    await world.decide('maria', hold!.id, 'approve')
    const told = await run.all()
    expect(only(told, 'deleted')).toMatchObject({ value: 1 })
    expect(only(told, 'status')).toMatchObject({ now: 'INTRANS' })
    expect(named(told, 'notice').at(-1)?.['text']).toContain('approved by Maria Lopes')
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = $1')).toBe(1)
  })

  it('pipelines with a held middle that is approved, and gets all answers in order', async () => {
    const run = python(world, `
c = connect()
with c.pipeline() as p:
    a = c.execute("SELECT %s::int", (1,))
    p.sync()
    b = c.execute("DELETE FROM invoice_lines WHERE id = %s RETURNING id", (12,))
    d = c.execute("SELECT count(*) FROM invoice_lines WHERE id = 12")
    p.sync()
    e = c.execute("SELECT 3")
tell("answers", value=[x.fetchone()[0] for x in (a, b, d, e)])
`)
    await world.reviewNext('omar')
    expect(only(await run.all(), 'answers')['value']).toEqual([1, 12, 0, 3])
  })

  it('pipelines with a held middle that is rejected: nothing of its batch happens, the next batch does', async () => {
    const run = python(world, `
c = connect()
outcomes = []
try:
    with c.pipeline() as p:
        a = c.execute("UPDATE invoices SET total = total + 1 WHERE id = %s", (21,))
        b = c.execute("DELETE FROM invoice_lines WHERE id = %s", (13,))
        d = c.execute("SELECT 2")
except psycopg.Error as error:
    tell("failed", code=error.sqlstate, kind=type(error).__name__)
with c.pipeline() as p:
    e = c.execute("SELECT 3")
tell("after", value=e.fetchone()[0])
tell("status", now=status(c))
`)
    const both = await world.pending(2)
    expect(both.map(({ text }) => text.slice(0, 6)).sort()).toEqual(['DELETE', 'UPDATE'])
    const id = (verb: string): string => both.find(({ text }) => text.startsWith(verb))!.id
    await world.decide('maria', id('UPDATE'), 'approve')
    await world.decide('maria', id('DELETE'), 'reject')
    const told = await run.all()
    expect(only(told, 'failed')).toMatchObject({ code: '42501' })
    expect(only(told, 'after')).toMatchObject({ value: 3 })
    expect(only(told, 'status')).toMatchObject({ now: 'IDLE' })
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = $1')).toBe(2)
    const behind = await world.behind()
    const { rows } = await behind.query('SELECT (SELECT count(*)::int FROM invoice_lines WHERE id = 13) AS line, (SELECT total - sum(quantity * price) FROM invoice_lines WHERE invoice_id = 21) AS drift FROM invoices WHERE id = 21')
    await behind.end()
    // The UPDATE went ahead, approved, and was taken back together with its batch.
    expect(rows[0]).toEqual({ line: 1, drift: expect.stringMatching(/^-?0(\.0+)?$/) })
  })

  it('pipelines with a denied middle: the statements around it are taken back or skipped', async () => {
    const told = await python(world, `
c = connect()
try:
    with c.pipeline() as p:
        a = c.execute("SELECT 1")
        b = c.execute("DROP TABLE invoices")
        d = c.execute("SELECT 2")
except psycopg.Error as error:
    tell("failed", code=error.sqlstate)
tell("first", value=a.fetchone())
attempt("last", lambda: d.fetchone())
tell("after", value=c.execute("SELECT 3").fetchone()[0])
`).all()
    expect(only(told, 'failed')).toMatchObject({ code: '42501' })
    expect(only(told, 'first')).toMatchObject({ value: [1] })
    expect(only(told, 'after')).toMatchObject({ value: 3 })
    expect(await world.ran('DROP TABLE')).toBe(0)
  })

  it('runs executemany as one held command for each row', async () => {
    const run = python(world, `
c = connect()
with c.cursor() as cursor:
    cursor.executemany("DELETE FROM invoice_lines WHERE id = %s", [(31,), (32,), (33,)])
    tell("deleted", count=cursor.rowcount)
`)
    for (let i = 0; i < 3; i++) await world.reviewNext('maria')
    expect(only(await run.all(), 'deleted')).toMatchObject({ count: 3 })
  })

  it('cancels what is held with conn.cancel(), and the target hears nothing', async () => {
    const run = python(world, `
c = connect()
held = threading.Event()
c.add_notice_handler(lambda d: held.set())
threading.Thread(target=lambda: (held.wait(), c.cancel())).start()
attempt("delete", lambda: c.execute("DELETE FROM invoice_lines WHERE id = 41").rowcount)
tell("after", value=c.execute("SELECT 1").fetchone()[0], now=status(c))
`)
    const told = await run.all()
    expect(only(told, 'delete')).toMatchObject({ code: '57014' })
    expect(only(told, 'after')).toMatchObject({ value: 1, now: 'IDLE' })
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 41')).toBe(0)
  })

  it('cancels what is running at the target', async () => {
    const run = python(world, `
c = connect()
tell("going")
def stop():
    import sys
    sys.stdin.readline()
    c.cancel()
threading.Thread(target=stop).start()
attempt("slept", lambda: c.execute("SELECT pg_sleep(60)").fetchone())
tell("after", value=c.execute("SELECT 1").fetchone()[0])
`, {}, null)
    await until('the target to sleep', async () => ((await world.ran('pg_sleep(60)')) > 0 ? true : undefined))
    run.child.stdin?.end('\n')
    const told = await run.all()
    expect(only(told, 'slept')).toMatchObject({ code: '57014' })
    expect(only(told, 'after')).toMatchObject({ value: 1 })
  })

  it('copies rows in, held, in text and binary, and half-way failures leave nothing', async () => {
    const run = python(world, `
c = connect()
def load(kind, rows, fail=False):
    with c.cursor() as cursor:
        with cursor.copy("COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN" + kind) as copy:
            if "BINARY" in kind:
                copy.set_types(["int4", "text", "int4", "numeric"])
            for row in rows:
                copy.write_row(row)
            if fail:
                raise ValueError("changed my mind")
        return cursor.rowcount
from decimal import Decimal
attempt("copied", lambda: load("", [(1, f"PY-TEXT-{i}", 1, Decimal("1.5")) for i in range(3000)]))
attempt("copied", lambda: load(" (FORMAT BINARY)", [(1, f"PY-BIN-{i}", 1, Decimal("1.5")) for i in range(3000)]))
attempt("broke", lambda: load("", [(1, f"PY-HALF-{i}", 1, Decimal("1.5")) for i in range(3000)], fail=True))
attempt("rejected", lambda: load("", [(1, f"PY-NO-{i}", 1, Decimal("1.5")) for i in range(50000)]))
tell("counts", value=rows(c.execute("SELECT split_part(sku, '-', 2) AS kind, count(*) FROM invoice_lines WHERE sku LIKE 'PY-%' GROUP BY 1 ORDER BY 1")), now=status(c))
`)
    for (let i = 0; i < 3; i++) await world.reviewNext('maria')
    await world.reviewNext('maria', 'reject')
    const told = await run.all()
    expect(named(told, 'copied').map(({ value }) => value)).toEqual([3_000, 3_000])
    expect(only(told, 'broke')).toMatchObject({ code: '57014' })
    expect(only(told, 'rejected')).toMatchObject({ code: '42501' })
    expect(only(told, 'counts')).toMatchObject({ value: [['BIN', 3_000], ['TEXT', 3_000]], now: 'IDLE' })
  })

  it('copies rows out in text, csv and binary, masked', async () => {
    const told = await python(world, `
c = connect()
for kind in ("", " (FORMAT CSV, HEADER)", " (FORMAT BINARY)"):
    for source in ("customers", "(SELECT * FROM customers WHERE id = 7)"):
        with c.cursor().copy(f"COPY {source} TO STDOUT{kind}") as copy:
            tell("copy", data=b"".join(bytes(chunk) for chunk in copy).decode("latin1"))
`).all()
    expect(told.length).toBe(6)
    for (const { data } of told) {
      expect(String(data).length).toBeGreaterThan(20)
      for (const secret of secrets) expect(data).not.toContain(secret)
    }
  })

  it('shares names between SQL and the protocol: a portal of a driver is fetched from with masks', async () => {
    const told = await python(world, `
c = connect(autocommit=False)
c.execute("DECLARE shared CURSOR FOR SELECT email FROM customers WHERE id = 7")
tell("fetched", rows=rows(c.execute("FETCH ALL FROM shared")))
c.execute("CLOSE shared")
attempt("gone", lambda: c.execute("FETCH ALL FROM shared").fetchall())
c.rollback()
c.execute("PREPARE mail AS SELECT email FROM customers WHERE id = $1")
tell("fetched", rows=rows(c.execute("EXECUTE mail(7)")))
c.execute("DEALLOCATE mail")
attempt("gone", lambda: c.execute("EXECUTE mail(7)").fetchall())
`).all()
    expect(named(told, 'fetched').length).toBe(2)
    expect(JSON.stringify(named(told, 'fetched'))).not.toContain(secrets[0])
    expect(named(told, 'gone').map(({ code }) => code)).toEqual([expect.stringMatching(/42501|34000/), expect.stringMatching(/42501|26000/)])
  })

  it('keeps its prepared statements across DISCARD ALL honest', async () => {
    const told = await python(world, `
c = connect()
for i in range(2):
    c.execute("SELECT %s::int", (i,), prepare=True)
c.execute("DISCARD ALL")
attempt("again", lambda: c.execute("SELECT %s::int", (5,), prepare=True).fetchone())
attempt("again", lambda: c.execute("SELECT 6").fetchone())
attempt("path", lambda: c.execute("SET search_path TO evil").statusmessage)
attempt("listen", lambda: c.execute("LISTEN news").statusmessage)
attempt("notify", lambda: c.execute("SELECT pg_notify('news', 'x')").statusmessage)
`).all()
    expect(named(told, 'again').at(-1)).toMatchObject({ value: [6] })
    for (const name of ['path', 'listen', 'notify']) expect(only(told, name)).toMatchObject({ code: '42501' })
  })

  it('sends unicode and five megabytes, and gets them back', async () => {
    const told = await python(world, `
c = connect()
text = "Zürich 東京 🦊 " * 275000
back = c.execute("SELECT %s::text", (text,)).fetchone()[0]
tell("same", text=back == text)
data = bytes(range(256)) * 20480
back = c.execute("SELECT %b::bytea", (data,), binary=True).fetchone()[0]
tell("same", text=bytes(back) == data)
`).all()
    expect(named(told, 'same').map(({ text }) => text)).toEqual([true, true])
  })

  it('with an expired or foreign token is told so', async () => {
    const told = await python(world, `
attempt("wrong", lambda: connect(password="nonsense") and 1)
attempt("unknown", lambda: connect(dbname="payroll") and 1)
`).all()
    expect(String(only(told, 'wrong')['message'])).toMatch(/FATAL/)
    expect(String(only(told, 'wrong')['message'])).not.toContain('nonsense')
    expect(String(only(told, 'unknown')['message'])).toContain('no target or database')
  })
})
