import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type HoldView, type World } from '../support/world.ts'

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
  world = await createWorld({ policy: POLICY })
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
  test('counts what it deletes and what foreign keys take along', async () => {
    const { fields, text, hold } = await briefed('DELETE FROM parent WHERE id <= 500')
    expect(fields).toMatchObject({ rows: '500', others: '1600' })
  })
})

/** Sends it, reads what a reviewer is shown, and rejects it. */
async function briefed(sql: string, parameters: readonly unknown[] = []): Promise<{ readonly hold: HoldView; readonly fields: Record<string, unknown>; readonly text: string; readonly error: unknown }> {
  const client = await world.client()
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
