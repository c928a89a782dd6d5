import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type HoldView, until, type World } from '../support/world.ts'

// What people are told of a held command, measured on a real server, against what the server then does.

const POLICY = `
version: 1
approvals:
  owner: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m }
rules:
  - { id: mask, on: { protocol: postgres, target: orders }, mask: [{ column: public.parent.secret, style: redact }] }
  - { id: read, on: { protocol: postgres, target: orders, effects: [read] }, decision: allow }
  - { id: session, on: { protocol: postgres, target: orders, verbs: [begin, commit, rollback, savepoint, set, reset, prepare] }, decision: allow }
  - { id: change, reason: changes are looked at, on: { protocol: postgres, target: orders, effects: [write, destroy, admin] }, decision: hold, approval: owner }
  - { id: unclear, reason: nobody knows, on: { protocol: postgres, target: orders, verbs: [delete, update, truncate, insert, merge], unknown: true }, decision: hold, approval: owner }
`

let world: World

beforeAll(async () => {
  world = await createWorld({ policy: POLICY, config: { limits: { measure_timeout_ms: 20_000 } } })
  await world.start()
  const behind = await world.behind()
  await behind.query(SETUP(world.database.user))
  await behind.end()
})
afterAll(async () => world?.stop())

const SETUP = (user: string): string => `
  CREATE TABLE public.parent (id int PRIMARY KEY, grp int NOT NULL, secret text, boss int REFERENCES public.parent ON DELETE CASCADE);
  CREATE TABLE public.child (id int PRIMARY KEY, parent int REFERENCES public.parent ON DELETE CASCADE, note text);
  CREATE TABLE public.grandchild (id int PRIMARY KEY, child int REFERENCES public.child ON DELETE SET NULL);
  INSERT INTO public.parent SELECT i, i % 4, 'secret ' || i FROM generate_series(1, 2000) i;
  INSERT INTO public.child SELECT i, (i - 1) / 3 + 1, 'note' FROM generate_series(1, 6000) i;
  INSERT INTO public.grandchild SELECT i, i FROM generate_series(1, 100) i;
  CREATE TABLE public.audited (id int PRIMARY KEY);
  INSERT INTO public.audited SELECT generate_series(1, 10);
  CREATE FUNCTION public.on_audited() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.grandchild; RETURN NULL; END $$;
  CREATE TRIGGER audit AFTER DELETE ON public.audited EXECUTE FUNCTION public.on_audited();
  CREATE TABLE public.parted (id int, k int) PARTITION BY LIST (k);
  CREATE TABLE public.parted_1 PARTITION OF public.parted FOR VALUES IN (1);
  CREATE TABLE public.parted_2 PARTITION OF public.parted FOR VALUES IN (2);
  INSERT INTO public.parted SELECT i, 1 + i % 2 FROM generate_series(1, 30) i;
  CREATE FUNCTION public.mine(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
  GRANT ALL ON ALL TABLES IN SCHEMA public TO "${user}";
  ANALYZE;
`

describe('the briefing of a held command', () => {
  test('counts what it deletes and what foreign keys take along, table by table', async () => {
    const { fields, text, hold } = await briefed('DELETE FROM parent WHERE id <= 500')
    expect(fields).toMatchObject({ rows: '500', others: '1600', cascades: ['public.child: 1500 deleted', 'public.grandchild: 100 updated'], ceiling: 'at most 550 rows, at most 1760 others along with them' })
    expect(fields['tables']).toMatchObject([{ table: 'public.parent', rows: 500, share: '25 %', table_rows: 'about 2000' }])
    expect(text).toContain('cascades to 2 other tables')
    expect(text).toContain('changing at most 550 rows')
    expect(hold['ceiling']).toEqual({ rows: 550, others: 1760 })
  })

  test('shows some of the rows, with the masks of the agent, and stores nothing else of them', async () => {
    const { fields, hold } = await briefed('DELETE FROM parent WHERE id <= 3')
    const sample = fields['now_sample'] as readonly Record<string, unknown>[]
    expect(sample.map((row) => row['id']).sort()).toEqual(['1', '2', '3'])
    expect(JSON.stringify(hold)).not.toContain('secret 1')
  })

  test('counts a row once that joins many times', async () => {
    expect((await briefed('UPDATE parent SET grp = 0 FROM child WHERE child.parent = parent.id AND parent.id <= 10')).fields).toMatchObject({ rows: '10', others: '0' })
  })

  test('counts by the values of the client, and by its own list of SET only where that is a key', async () => {
    const { fields } = await briefed('UPDATE parent SET grp = $1, secret = $2 WHERE id = ANY ($3::int[])', [7, 'x', [1, 2, 3]])
    expect(fields).toMatchObject({ rows: '3', others: '0' })
  })

  test('counts down a tree of rows of the same table', async () => {
    const behind = await world.behind()
    await behind.query('INSERT INTO parent (id, grp, boss) SELECT 9000 + i, 0, CASE i WHEN 0 THEN NULL ELSE 9000 + i - 1 END FROM generate_series(0, 4) i')
    expect((await briefed('DELETE FROM parent WHERE id = 9000')).fields).toMatchObject({ rows: '1', others: '4' })
    expect((await briefed('DELETE FROM parent WHERE id >= 9000')).fields).toMatchObject({ rows: '5', others: '0' })
    await behind.query('DELETE FROM parent WHERE id >= 9000')
    await behind.end()
  })

  test('says about how many where the condition is different at each run, and sets no ceiling by it', async () => {
    const { fields, hold } = await briefed('DELETE FROM grandchild WHERE random() < 0.5')
    expect(fields['rows']).toMatch(/^about \d+, estimated \(its condition is different at each run\)$/)
    expect(hold['ceiling']).toMatchObject({ rows: null })
  })

  test('asks nothing that runs code of somebody, and says so', async () => {
    expect((await briefed('DELETE FROM grandchild WHERE public.mine(id)')).fields['rows']).toMatch(/not measurable: .*mine/)
    const { fields, text, hold } = await briefed('DELETE FROM audited WHERE id < 4')
    expect(fields).toMatchObject({ rows: '3', others: expect.stringMatching(/not measurable: triggers run: audit on public.audited/), triggers: ['audit on public.audited calls public.on_audited (plpgsql)'] })
    expect(text).toContain('triggers run')
    expect(hold['ceiling']).toEqual({ rows: 4, others: null })
  })

  test('names the partitions', async () => {
    const { fields } = await briefed('DELETE FROM parted WHERE id <= 10')
    expect(fields).toMatchObject({ rows: '10', others: '0', tables: [{ partitions: ['public.parted_1: 5', 'public.parted_2: 5'] }] })
  })

  test('of TRUNCATE counts everything that goes, and says that no ceiling holds', async () => {
    const { fields, text, hold } = await briefed('TRUNCATE parent CASCADE')
    expect(fields).toMatchObject({ rows: '2000', others: '6100', ceiling: expect.stringContaining('not enforceable: TRUNCATE') })
    expect(text).toContain('all rows of public.parent')
    expect(hold['ceiling']).toBeUndefined()
  })

  test('of INSERT knows the rows of its text, and counts those of its query', async () => {
    expect((await briefed("INSERT INTO parent VALUES (70001, 1, 'x', NULL), (70002, 1, 'x', NULL)")).fields).toMatchObject({ rows: '2', others: '0' })
    expect((await briefed('INSERT INTO parent SELECT 70000 + id, 1, NULL, NULL FROM child WHERE id <= 7')).fields).toMatchObject({ rows: '7', others: '0' })
    expect((await briefed('INSERT INTO parent SELECT id, 1, NULL, NULL FROM child WHERE id <= 7 ON CONFLICT DO NOTHING')).fields['rows']).toBe('at most 7 (ON CONFLICT: rows that are there already may be left alone)')
  })

  test('of each changing part by itself', async () => {
    const { fields } = await briefed('WITH gone AS (DELETE FROM grandchild WHERE id <= 5 RETURNING id) UPDATE parent SET grp = 1 WHERE id <= 6')
    expect(fields).toMatchObject({ rows: '11', tables: [{ action: 'delete', rows: 5 }, { action: 'update', rows: 6 }] })
  })

  test('says that it looks from outside an open transaction, which locks that holds, and who waits for it already', async () => {
    const client = await world.client()
    await client.query('BEGIN')
    const first = client.query('UPDATE parent SET grp = 9 WHERE id = 1')
    await world.reviewNext('maria')
    await first
    const behind = await world.behind()
    const waiter = await world.behind()
    const waits = waiter.query("UPDATE parent SET grp = 8 WHERE id = 1 /* waiter */")
    await until('a session that waits', async () => ((await behind.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%waiter%' AND pid <> pg_backend_pid()")).rowCount === 1 ? true : undefined))
    const { fields, text, hold } = await briefed('DELETE FROM parent WHERE grp = 9', [], client)
    expect(fields).toMatchObject({ rows: '0', seen_from: expect.stringContaining('outside the open transaction'), now_blocked: [expect.stringContaining('postgres')] })
    expect(fields['now_held_locks']).toContain('parent: ROW EXCLUSIVE')
    expect(text).toContain('locks are held while it waits')
    expect(Date.parse(String(hold['expires_at'])) - Date.parse(String(hold['created_at']))).toBe(120_000)
    await waits
    await waiter.end()
    await behind.end()
  })

  test('a table that somebody has locked is not waited for: it says so', async () => {
    const behind = await world.behind()
    const known = await briefed('DELETE FROM audited WHERE id = 1')
    expect(known.fields['rows']).toBe('1')
    await behind.query('BEGIN')
    await behind.query('LOCK TABLE audited IN ACCESS EXCLUSIVE MODE')
    const { fields } = await briefed('DELETE FROM audited WHERE id = 1')
    expect(fields['rows']).toMatch(/not measurable: somebody holds a lock/)
    expect(fields['now_others_locks']).toEqual([expect.stringContaining('holds ACCESS EXCLUSIVE')])
    await behind.query('ROLLBACK')
    await behind.end()
  })

  test('a session with names of its own is not asked about from outside', async () => {
    const client = await world.client()
    const made = client.query('CREATE TEMP TABLE parent (id int)')
    await world.reviewNext('maria')
    await made
    expect((await briefed('DELETE FROM parent WHERE id = 1', [], client)).fields['rows']).toMatch(/not measurable: the session has another role, path or temporary tables/)
  })

  test('of a definition shows what hangs on it, and that nothing brings it back', async () => {
    const { fields, text, hold } = await briefed('DROP TABLE parent CASCADE')
    expect(fields).toMatchObject({ rows: expect.stringMatching(/^not measurable/), sizes: [expect.stringMatching(/^public.parent: about 2000 rows/)], dependents: expect.arrayContaining([expect.stringMatching(/constraints$/)]) })
    expect(text).toContain('cannot be brought back')
    expect(hold['ceiling']).toBeUndefined()
  })
})

/** Sends it, reads what a reviewer is shown, and rejects it. */
async function briefed(sql: string, parameters: readonly unknown[] = [], connected?: Awaited<ReturnType<World['client']>>): Promise<{ readonly hold: HoldView; readonly fields: Record<string, unknown>; readonly text: string; readonly error: unknown }> {
  const client = connected ?? (await world.client())
  const sent = client.query(sql, parameters.length === 0 ? undefined : [...parameters]).catch((error: unknown) => error)
  const [pending] = await world.pending()
  const hold = await world.hold((pending as HoldView).id)
  await world.decide('maria', hold.id, 'reject')
  const error = await sent
  await client.end()
  const briefing = hold['briefing'] as { readonly warnings: readonly { readonly text: string }[]; readonly sentence: string; readonly sections: readonly { readonly name: string; readonly fields: readonly { readonly name: string; readonly value: unknown }[] }[] }
  const section = briefing.sections.find((one) => one.name === 'how_much')
  return { hold, error, fields: Object.fromEntries((section?.fields ?? []).map((one) => [one.name, one.value])), text: [...briefing.warnings.map((one) => one.text), briefing.sentence].join('\n') }
}
