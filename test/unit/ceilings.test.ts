import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultCeiling, nextCeiling } from '../../src/approvals/impact.ts'
import { isRefusal, type Permit, spendMeasurePermit, spendPermit } from '../../src/enforcement/permit.ts'
import type { Impact, Measured } from '../../src/gateway/command.ts'
import { changedBy, overCeiling } from '../../src/protocols/postgres/impact/ceiling.ts'
import { closureOf, type Key } from '../../src/protocols/postgres/impact/closure.ts'
import type { Counts } from '../../src/protocols/postgres/impact/guard-words.ts'
import type { RowsQuestion } from '../../src/protocols/postgres/impact/rewrite.ts'
import type { RawStatement } from '../../src/protocols/postgres/raw.ts'
import { maria, omar, session, START } from '../support/approvals.ts'
import { change, considered, createGate, type Gate } from '../support/enforcement.ts'

const exact = (count: number): Measured => ({ kind: 'exact', count })
const impact = (rows: Measured = exact(500), others: Measured = exact(0), more: Partial<Impact> = {}): Impact => ({ at: new Date(START), rows, others, details: [], warnings: [], unenforceable: null, ...more })

describe('the ceiling of an approval', () => {
  it.each([
    [exact(0), 0],
    [exact(1), 2],
    [exact(9), 10],
    [exact(500), 550],
    [exact(1600), 1760],
    [{ kind: 'at_most', count: 20, why: '' }, 22],
    // An estimate may be wrong by any factor.
    [{ kind: 'estimate', count: 20, why: '' }, null],
    [{ kind: 'unknown', why: '' }, null],
  ] as readonly [Measured, number | null][])('for %j is %j where nobody says another', (measured, most) => {
    expect(defaultCeiling(impact(measured, measured))).toEqual({ rows: most, others: most })
  })

  it('is none where no run could be held to it, or nothing was measured', () => {
    expect(defaultCeiling(impact(exact(5), exact(0), { unenforceable: 'TRUNCATE' }))).toBeNull()
    expect(defaultCeiling(null)).toBeNull()
  })

  it('is set by the first who approves, and only lowered by those who follow', () => {
    const first = { rows: 550, others: 0 }
    expect(nextCeiling(first, { rows: 9_000 }, true)).toEqual({ rows: 9_000, others: 0 })
    expect(nextCeiling(first, { rows: null, others: 7 }, true)).toEqual({ rows: null, others: 7 })
    expect(nextCeiling(first, { rows: 9_000, others: 7 }, false)).toEqual({ rows: 550, others: 0 })
    expect(nextCeiling(first, { rows: null }, false)).toEqual({ rows: 550, others: 0 })
    expect(nextCeiling({ rows: null, others: null }, { rows: 10 }, false)).toEqual({ rows: 10, others: null })
  })
})

describe('a command that is measured before it is held', () => {
  let gate: Gate
  beforeEach(async () => { gate = await createGate() })
  afterEach(async () => {
    const waiting = gate.queue.waiting
    await gate.close()
    expect(waiting, 'connections still waiting').toBe(0)
  })

  it('has its hold opened with what was found, and its ceiling in the permit, the journal and the row', async () => {
    const { command } = change(undefined, { measure: async () => impact() })
    const turn = considered(gate, command)
    expect(turn.holds).toEqual([])
    const admission = turn.admit()
    await until(() => turn.holds.length === 1)
    const [hold] = turn.holds
    expect(gate.queue.get(hold!.id)?.ceiling).toEqual({ rows: 550, others: 0 })
    expect(gate.queue.get(hold!.id)?.briefing.sentence).toContain('changing at most 550 rows, at most 0 others')
    expect(gate.decide(hold!.id, maria)).toMatchObject({ decision: 'approved' })
    const permit = (await admission) as Permit
    expect(isRefusal(permit)).toBe(false)
    expect(permit.ceiling).toEqual({ rows: 550, others: 0 })
    expect(gate.journal('hold').find((line) => line.body['event'] === 'opened')?.body).toMatchObject({ measured: { rows: { kind: 'exact', count: 500 } }, ceiling: { rows: 550, others: 0 } })
  })

  it('is held all the same when measuring failed', async () => {
    const turn = considered(gate, change(undefined, { measure: () => Promise.reject(new Error('the target is gone')) }).command)
    const admission = turn.admit()
    await until(() => turn.holds.length === 1)
    expect(gate.queue.get(turn.holds[0]!.id)?.ceiling).toBeNull()
    gate.decide(turn.holds[0]!.id, maria)
    expect(((await admission) as Permit).ceiling).toBeNull()
  })

  it.each(['cancelled', 'dropped'] as const)('is never held when it is %s while its target is asked', async (how) => {
    let answer: (found: Impact) => void = () => undefined
    const { command, withdraw } = change(undefined, { measure: () => new Promise((resolve) => { answer = resolve }) })
    const turn = considered(gate, command)
    const admission = turn.admit()
    if (how === 'cancelled') withdraw('cancelled')
    else turn.drop('an earlier command was refused')
    answer(impact())
    expect(await admission).toMatchObject({ refused: true, code: 'withdrawn' })
    expect(turn.holds).toEqual([])
    expect(gate.store.listHolds({ order: 'oldest', limit: 10 })).toEqual([])
  })

  it('takes another ceiling from who approves, records it, and refuses one where none can be held', async () => {
    gate.rule('two')
    const turn = considered(gate, change(undefined, { measure: async () => impact() }).command)
    const admission = turn.admit()
    await until(() => turn.holds.length === 1)
    const { id } = turn.holds[0]!
    const decide = (who: typeof maria, ceiling: { readonly rows?: number | null }) => gate.queue.decide({ holdId: id, reviewer: who, choice: 'approve', briefingSeen: gate.queue.view(id, who)?.briefingDigest ?? '', at: new Date(START), ceiling })
    expect(decide(maria, { rows: 800 })).toMatchObject({ kind: 'recorded' })
    expect(decide(omar, { rows: 10_000 })).toMatchObject({ decision: 'approved' })
    expect(((await admission) as Permit).ceiling).toEqual({ rows: 800, others: 0 })
    expect(gate.journal('review').map((line) => line.body['ceiling'])).toEqual([{ rows: 800, others: 0 }, { rows: 800, others: 0 }])
    gate.rule('one')
    const other = considered(gate, change('TRUNCATE invoices', { measure: async () => impact(exact(5), exact(0), { unenforceable: 'TRUNCATE' }) }).command)
    const second = other.admit()
    await until(() => other.holds.length === 1)
    const held = other.holds[0]!.id
    expect(gate.queue.decide({ holdId: held, reviewer: maria, choice: 'approve', briefingSeen: gate.queue.view(held, maria)?.briefingDigest ?? '', at: new Date(START), ceiling: { rows: 1 } })).toEqual({ kind: 'no_ceiling' })
    gate.decide(held, maria, 'reject')
    expect(await second).toMatchObject({ code: 'review_rejected' })
  })

  it('shows in its next briefing that its last run was taken back, until one went through', async () => {
    const run = async (outcome: Parameters<Gate['point']['settle']>[2]): Promise<string> => {
      const { command } = change(undefined, { measure: async () => impact() })
      const turn = considered(gate, command)
      const admission = turn.admit()
      await until(() => turn.holds.length === 1)
      const briefing = JSON.stringify(gate.queue.get(turn.holds[0]!.id)?.briefing)
      gate.decide(turn.holds[0]!.id, maria)
      const permit = (await admission) as Permit
      gate.point.settle(command, permit, outcome)
      return briefing
    }
    expect(await run({ kind: 'failed', code: 'ceiling_exceeded', message: 'allowed were 550 rows, and 812 would have changed' })).not.toContain('taken back')
    expect(await run({ kind: 'completed', summary: 'DELETE 812' })).toContain('and 812 would have changed')
    expect(await run({ kind: 'completed', summary: 'DELETE 0' })).not.toContain('would have changed')
  })

  it('is asked about under a permit of its own kind, which runs nothing', async () => {
    const bytes = Buffer.from('question')
    const permit = gate.point.measure(session(), bytes)
    expect(() => spendPermit(permit as unknown as Permit, bytes)).toThrow('not for this')
    expect(() => spendMeasurePermit(permit, Buffer.from('another'))).toThrow('not the bytes')
    spendMeasurePermit(permit, bytes)
    expect(() => spendMeasurePermit(permit, bytes)).toThrow('spent before')
    await gate.recorder.durable(permit.auditSequence)
    expect(gate.journal('permit').at(-1)?.body).toMatchObject({ rule: 'builtin/measure' })
  })

  it('has less time where it waits inside an open transaction', async () => {
    const turn = considered(gate, change(undefined, { context: { in_transaction: true } }).command)
    expect(turn.holds[0]!.expiresAt.getTime() - START).toBe(120_000)
    gate.decide(turn.holds[0]!.id, maria, 'reject')
    await turn.admit()
  })
})

describe('what a run has changed', () => {
  const counts = (...tables: readonly (readonly [number, number, number, number, boolean?])[]): Counts => ({ tracked: true, tables: new Map(tables.map(([oid, inserted, updated, deleted, isPartition = false]) => [oid, { inserted, updated, deleted, isPartition }])) })
  const statement = (action: string, more: Partial<RawStatement> = {}): RawStatement => ({ action, class: action === 'select' ? 'read' : 'write', nested: [], ...more }) as unknown as RawStatement
  const none = counts()

  it.each([
    ['rows by its tag, the rest by what the target counted', [statement('delete')], ['DELETE 5'], none, counts([1, 0, 0, 5], [2, 0, 0, 15]), { rows: 5, others: 15, apart: true }],
    ['only since the run began', [statement('delete')], ['DELETE 5'], counts([1, 3, 0, 0], [2, 0, 7, 0]), counts([1, 3, 0, 5], [2, 0, 9, 0]), { rows: 5, others: 2, apart: true }],
    ['a row that moved to another partition once', [statement('update')], ['UPDATE 4'], none, counts([1, 0, 0, 4, true], [2, 4, 0, 0, true]), { rows: 4, others: 0, apart: true }],
    ['all statements of a text together', [statement('insert'), statement('update'), statement('select')], ['INSERT 0 2', 'UPDATE 3', 'SELECT 9'], none, counts([1, 2, 3, 0]), { rows: 5, others: 0, apart: true }],
    ['everything in one sum where tags do not tell', [statement('select', { nested: [statement('delete')] })], ['SELECT 1'], none, counts([1, 0, 0, 5], [2, 0, 0, 15]), { rows: 20, others: 0, apart: false }],
    ['nothing that the target does not count', [statement('delete')], ['DELETE 5'], { ...none, tracked: false }, { ...none, tracked: false }, { rows: 5, others: null, apart: true }],
  ] as readonly [string, readonly RawStatement[], readonly string[], Counts, Counts, object][])('is %s', (_what, statements, tags, before, after, changed) => {
    expect(changedBy(statements, tags, before, after)).toEqual(changed)
  })

  it.each([
    [{ rows: 5, others: 0 }, { rows: 5, others: 0, apart: true }, false],
    [{ rows: 5, others: 0 }, { rows: 6, others: 0, apart: true }, true],
    [{ rows: 5, others: 0 }, { rows: 5, others: 1, apart: true }, true],
    [{ rows: null, others: 3 }, { rows: 900, others: 3, apart: true }, false],
    [{ rows: 5, others: null }, { rows: 5, others: 900, apart: true }, false],
    [{ rows: 5, others: 0 }, { rows: 5, others: null, apart: true }, true],
    [{ rows: 5, others: null }, { rows: 5, others: null, apart: true }, false],
    [{ rows: 5, others: 5 }, { rows: 10, others: 0, apart: false }, false],
    [{ rows: 5, others: 5 }, { rows: 11, others: 0, apart: false }, true],
    [{ rows: 0, others: 0 }, { rows: 1, others: 0, apart: true }, true],
  ])('under %j with %j is over: %j', (ceiling, changed, isOver) => {
    expect(overCeiling(ceiling, changed) !== null).toBe(isOver)
  })
})

describe('what foreign keys take along', () => {
  const key = (parent: number, child: number, more: Partial<Key> = {}): Key => ({
    parent, child, childName: `s.t${child}`, childQualified: `"s"."t${child}"`, parentQualified: `"s"."t${parent}"`, childKind: 'r', rowSecurity: false,
    onDelete: 'c', onUpdate: 'a', childColumns: ['p'], parentColumns: ['id'], builtin: true, ...more,
  })
  const question = (action: RowsQuestion['action'], sets: readonly string[] | null = null): RowsQuestion => ({ action, target: null, count: null, rows: { sql: 'SELECT t.tableoid AS hp_table, t.ctid AS hp_row FROM t', parameters: [] }, sets, known: null, inexact: null, why: null })
  const tables = (...of: Parameters<typeof closureOf>): readonly string[] => closureOf(...of).tables.map((table) => `${table.name} ${table.what}`)

  it('is followed down for what is deleted, and ends where only a value is set', () => {
    expect(tables(question('delete'), [1], [key(1, 2), key(2, 3, { onDelete: 'n' }), key(3, 4), key(1, 5, { onDelete: 'a' })], false)).toEqual(['s.t2 deleted', 's.t3 updated'])
  })

  it('is followed for an UPDATE of a key only', () => {
    const keys = [key(1, 2, { onUpdate: 'c' }), key(2, 3, { onUpdate: 'c', parentColumns: ['p'] }), key(2, 4, { onUpdate: 'c', parentColumns: ['other'] })]
    expect(tables(question('update', ['name']), [1], keys, false)).toEqual([])
    expect(tables(question('update', ['id']), [1], keys, false)).toEqual(['s.t2 updated', 's.t3 updated'])
    expect(closureOf(question('update', ['id']), [1], keys, false).atMost).toBe(true)
  })

  it('of TRUNCATE is every table that refers to it, and nothing without CASCADE', () => {
    const keys = [key(1, 2, { onDelete: 'a' }), key(2, 3), key(3, 1)]
    expect(tables(question('truncate'), [1], keys, true)).toEqual(['s.t2 emptied', 's.t3 emptied'])
    expect(closureOf(question('truncate'), [1], keys, false).question).toBeNull()
  })

  it('in a circle of tables is followed for six levels, and the seventh tells whether that was all', () => {
    const closure = closureOf(question('delete'), [1], [key(1, 1)], false)
    expect(closure.tables).toHaveLength(1)
    expect(closure.beyond).toBe(1)
    expect(closure.question?.sql).toContain('EXCEPT SELECT hp_table, hp_row FROM hp_0')
  })

  it.each([
    [key(1, 2, { builtin: false }), /operator/],
    [key(1, 2, { rowSecurity: true }), /row security/],
    [key(1, 2, { childKind: 'f' }), /foreign table/],
  ])('is not counted, and says why, where %# stands in the way', (one, why) => {
    expect(closureOf(question('delete'), [1], [one], false)).toMatchObject({ question: null, why: expect.stringMatching(why) })
  })

  it('is bounded however many tables there are', () => {
    const keys = Array.from({ length: 60 }, (_, index) => key(1, index + 2))
    expect(closureOf(question('delete'), [1], keys, false)).toMatchObject({ question: null, why: expect.stringMatching(/more than 24/) })
    expect(closureOf(question('truncate'), [1], keys, true)).toMatchObject({ question: null, why: expect.stringMatching(/more than 24/) })
  })

  it('quotes names as they are', () => {
    expect(closureOf(question('delete'), [1], [key(1, 2, { childColumns: ['a"b'] })], false).question?.sql).toContain('hp_c."a""b"')
  })
})

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setImmediate(resolve))
}
