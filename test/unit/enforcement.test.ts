import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Admission, isRefusal, type Permit, spendPermit } from '../../src/enforcement/permit.ts'
import type { Refusal } from '../../src/enforcement/refusal.ts'
import type { Command } from '../../src/gateway/command.ts'
import { billingBot, maria, omar, session, START } from '../support/approvals.ts'
import { change, considered, createGate, type Gate, OWN_WORD, read, type Rule } from '../support/enforcement.ts'

let gate: Gate
beforeEach(async () => { gate = await createGate() })
afterEach(async () => {
  const waiting = gate.queue.waiting
  await gate.close()
  expect(waiting, 'connections still waiting').toBe(0)
})

async function refused(admission: Admission | Promise<Admission>): Promise<Refusal> {
  const answer = await admission
  if (!isRefusal(answer)) throw new Error('a permit was minted')
  return answer
}

async function admitted(admission: Admission | Promise<Admission>): Promise<Permit> {
  const answer = await admission
  if (isRefusal(answer)) throw new Error(`refused: ${answer.code} ${answer.message}`)
  return answer
}

const executionOf = (id: string) => gate.store.hold(id)?.execution
const decisionOf = (id: string) => gate.store.hold(id)?.decision

/** Held by the rule in force, approved by maria, not yet at its turn. */
function heldAndApproved(one: Command = change().command) {
  const turn = considered(gate, one)
  const hold = turn.holds[0]!
  expect(gate.decide(hold.id, maria)).toMatchObject({ kind: 'recorded', decision: 'approved' })
  return { ...turn, hold }
}

/** Approved after its client had gone, so that an identical retry may use it. */
function approvedAndDetached(text?: string) {
  const { command, withdraw } = change(text)
  const turn = considered(gate, command)
  withdraw('client_gone')
  gate.decide(turn.holds[0]!.id, maria)
  return { first: turn, hold: turn.holds[0]! }
}

describe('an allowed command', () => {
  it('has its permit in the journal before the permit exists, on disk when it changes anything', async () => {
    gate.rule('allow')
    const { command } = change('DELETE FROM invoices WHERE id = 1 -- s3cret')
    const permit = await admitted(considered(gate, command).admit())
    const line = gate.journal('permit').find((entry) => entry.body['command'] === command.id)!
    expect(line.body).toMatchObject({ rule: 'delete-allow', digest: command.digest, text: 'DELETE FROM invoices WHERE id = 1 -- ***' })
    expect(permit.auditSequence).toBe(line.seq)
  })

  it('that only reads is admitted in the same tick, and its record follows', async () => {
    const one = read()
    const answer = considered(gate, one).admit()
    expect(answer).not.toBeInstanceOf(Promise)
    const permit = await admitted(answer)
    await gate.recorder.durable(permit.auditSequence)
    expect(gate.journal('permit').map((line) => line.seq)).toContain(permit.auditSequence)
  })

  it.each<[string, Partial<Command['facts']>]>([['unknown to the grammar', { unknown: ['a function nobody knows'] }], ['a write', { effect: 'write' }]])('that is %s waits for the disk', async (_what, more) => {
    gate.rule('allow')
    const facts = { ...change().command.facts, ...more }
    const { command } = change('DELETE 2', { facts, readings: [facts], parts: [facts] })
    const answer = considered(gate, command).admit()
    if (more.unknown) expect((await refused(answer)).rule).toBe('default-deny')
    else {
      expect(answer).toBeInstanceOf(Promise)
      const permit = await admitted(answer)
      expect(gate.journal('permit').at(-1)?.seq).toBe(permit.auditSequence)
    }
  })

  it('is judged again when the policy changed before its turn: by a denial', async () => {
    gate.rule('allow')
    const turn = considered(gate, change().command)
    gate.rule('deny')
    expect(await refused(turn.admit())).toMatchObject({ code: 'policy_denied', rule: 'delete-deny' })
    expect(gate.journal('permit')).toEqual([])
  })

  it('is judged again when the policy changed before its turn: by a hold', async () => {
    gate.rule('allow')
    const turn = considered(gate, change().command)
    expect(turn.holds).toEqual([])
    gate.rule('one')
    const answer = turn.admit()
    gate.decide(turn.holds[0]!.id, maria)
    expect((await admitted(answer)).holdId).toBe(turn.holds[0]!.id)
  })

  it('is refused when the policy cannot be read at its turn, and again allowed when it can', async () => {
    const turn = considered(gate, read())
    gate.losePolicy()
    expect(await refused(turn.admit())).toMatchObject({ code: 'policy_denied', rule: 'builtin/policy-unusable' })
    gate.rule('one')
    await admitted(considered(gate, read()).admit())
  })

  it.each([
    ['its credential has expired', () => gate.advance(86_400_001), 'policy_denied', /expired at/],
    ['its principal is disabled', () => gate.bar('billing-bot is disabled'), 'policy_denied', /disabled/],
    ['nobody can tell whether its principal still stands', () => gate.bar('throws'), 'unavailable', /cannot tell/],
  ] as const)('is refused when %s', async (_why, happen, code, message) => {
    const turn = considered(gate, read())
    happen()
    const answer = await refused(turn.admit())
    expect(answer.code).toBe(code)
    expect(answer.message).toMatch(message)
  })

  it('is refused when its client or its session is gone before its turn', async () => {
    gate.rule('allow')
    const { command, withdraw } = change()
    const turn = considered(gate, command)
    withdraw('cancelled')
    expect((await refused(turn.admit())).code).toBe('withdrawn')
    const ended = AbortSignal.abort('stopped')
    expect((await refused(considered(gate, read('SELECT 2', { session: session({ ended }) })).admit())).code).toBe('withdrawn')
  })

  it('is not minted when it was withdrawn while its record was being written', async () => {
    gate.rule('allow')
    const { command, withdraw } = change()
    const answer = considered(gate, command).admit()
    withdraw('client_gone')
    expect((await refused(answer)).code).toBe('withdrawn')
    await gate.recorder.durable(gate.recorder.append({ session: command.session.id, kind: 'gateway', body: {} }))
    expect(gate.journal().map((line) => line.kind)).toEqual(['permit', 'refusal', 'gateway'])
  })
})

describe('when the journal cannot be written', () => {
  it('a change is refused and nothing is minted; a held one keeps its approval for a retry', async () => {
    gate.rule('kept')
    const { admit, hold } = heldAndApproved()
    await gate.breakJournal()
    const answer = await refused(admit())
    expect(answer).toMatchObject({ code: 'unavailable', rule: 'builtin/recording_unavailable' })
    expect(gate.seen).not.toContain('allow')
    expect(gate.recorder.healthy).toBe(false)
    // While it is so, reads are refused too, and new holds are not opened.
    expect((await refused(considered(gate, read()).admit())).code).toBe('unavailable')
    const later = considered(gate, change('DELETE FROM invoices WHERE id = 9').command)
    expect(later.holds).toEqual([])
    expect((await refused(later.admit())).code).toBe('unavailable')

    gate.mendJournal()
    await expect.poll(() => gate.recorder.healthy, { interval: 2 }).toBe(true)
    expect(executionOf(hold.id)).toBe('none')
    const retry = considered(gate, change().command)
    expect((await admitted(retry.admit())).holdId).toBe(hold.id)
    expect(executionOf(hold.id)).toBe('forwarded')
  })

  it('a word of our own is not handed out', async () => {
    await gate.breakJournal()
    gate.rule('allow')
    await refused(considered(gate, change().command).admit())
    expect(() => gate.point.own(null, OWN_WORD)).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
    gate.mendJournal()
    await expect.poll(() => gate.recorder.healthy, { interval: 2 }).toBe(true)
    spendPermit(gate.point.own(null, OWN_WORD), Buffer.from('hello'))
  })
})

describe('a held command', () => {
  it('has its row before its client is told, and is forwarded once: spent, recorded, marked, minted', async () => {
    const { admit, hold } = heldAndApproved()
    const permit = await admitted(admit())
    expect(permit.holdId).toBe(hold.id)
    expect(executionOf(hold.id)).toBe('forwarded')
    const kinds = gate.journal().filter((line) => line.body['hold'] === hold.id || line.body['command'] === permit.commandId).map((line) => `${line.kind} ${String(line.body['event'] ?? '')}`.trim())
    const order = ['command', 'hold opened', 'permit claimed', 'permit'].map((what) => kinds.indexOf(what))
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(order).not.toContain(-1)
    gate.point.settle(change().command, permit, { kind: 'completed', summary: 'DELETE 3' })
    expect(executionOf(hold.id)).toBe('succeeded')
  })

  it.each([
    ['rejects', 'review_rejected', () => gate.decide(gate.store.listHolds({ order: 'oldest', limit: 1 })[0]!.id, maria, 'reject')],
    ['lets it expire', 'review_expired', () => { gate.advance(16 * 60_000); gate.queue.sweep() }],
  ] as const)('is refused when everybody %s', async (_how, code, happen) => {
    const turn = considered(gate, change().command)
    happen()
    expect(await refused(turn.admit())).toMatchObject({ code, holdId: turn.holds[0]!.id })
    expect(gate.journal('permit')).toEqual([])
  })

  it('whose rule became a denial after the approval is refused, and the approval is void', async () => {
    gate.rule('kept')
    const { admit, hold } = heldAndApproved()
    gate.rule('deny')
    expect(await refused(admit())).toMatchObject({ code: 'policy_denied', rule: 'delete-deny', holdId: hold.id })
    expect(decisionOf(hold.id)).toBe('revoked')
    gate.rule('kept')
    const retry = considered(gate, change().command)
    expect(retry.holds).toHaveLength(1)
    retry.drop('done')
  })

  it('whose rule now asks for more people waits for them, although one has approved', async () => {
    const turn = heldAndApproved()
    gate.rule('two')
    const answer = turn.admit()
    await expect.poll(() => turn.holds.length).toBe(2)
    const second = turn.holds[1]!
    expect(decisionOf(turn.hold.id)).toBe('revoked')
    expect(gate.decide(second.id, maria)).toMatchObject({ kind: 'recorded', decision: 'pending' })
    expect(gate.decide(second.id, omar)).toMatchObject({ decision: 'approved' })
    expect((await admitted(answer)).holdId).toBe(second.id)
    expect(executionOf(turn.hold.id)).toBe('none')
  })

  it('whose rule became looser still goes under its approval, and only then', async () => {
    gate.rule('two')
    const turn = considered(gate, change().command)
    gate.rule('allow')
    const answer = turn.admit()
    gate.decide(turn.holds[0]!.id, maria)
    expect(decisionOf(turn.holds[0]!.id)).toBe('pending')
    gate.decide(turn.holds[0]!.id, omar)
    expect((await admitted(answer)).holdId).toBe(turn.holds[0]!.id)
  })

  it.each([
    ['whose principal expired while it waited', () => gate.advance(10 * 60_000), /expired/],
    ['whose principal was disabled while it waited', () => gate.bar('billing-bot is disabled'), /disabled/],
  ] as const)('%s is refused, and its approval is void', async (_what, happen, message) => {
    const principal = { ...billingBot, expiresAt: new Date(START + 300_000) }
    const { admit, hold } = heldAndApproved(change(undefined, { session: session({ principal }) }).command)
    happen()
    const answer = await refused(admit())
    expect(answer.code).toBe('policy_denied')
    expect(answer.message).toMatch(message)
    expect(decisionOf(hold.id)).toBe('revoked')
    expect(gate.seen).not.toContain('allow')
  })

  it.each<[Rule, 'cancelled' | 'client_gone', string]>([['one', 'cancelled', 'withdrawn'], ['one', 'client_gone', 'withdrawn'], ['kept', 'cancelled', 'withdrawn'], ['kept', 'client_gone', 'pending']])('under the rule %s whose client is %s is %s', async (rule, cause, decision) => {
    gate.rule(rule)
    const { command, withdraw } = change()
    const turn = considered(gate, command)
    const answer = turn.admit()
    withdraw(cause)
    expect((await refused(answer)).code).toBe('withdrawn')
    expect(decisionOf(turn.holds[0]!.id)).toBe(decision)
    if (decision === 'pending') gate.queue.withdraw(turn.holds[0]!.id, 'withdrawn', 'end of the test')
  })

  it('that is only prepared is not held, and running it is', async () => {
    const { command } = change(undefined, { phase: 'prepare' })
    const turn = considered(gate, command)
    await admitted(turn.admit())
    expect(turn.holds).toEqual([])
    const run = considered(gate, change().command)
    expect(run.holds).toHaveLength(1)
    run.drop('end of the test')
  })

  it('covers the rest of its portal, in its own session only', async () => {
    const owner = session()
    const { admit } = heldAndApproved(change('FETCH', { session: owner, id: 'cm_first' }).command)
    await admitted(admit())
    const rest = considered(gate, change('FETCH', { session: owner, continues: 'cm_first' }).command)
    expect((await admitted(rest.admit())).holdId).toBeUndefined()
    // Nobody is asked before their turn: only then is it known whether what they continue was approved.
    for (const more of [{ session: session(), continues: 'cm_first' }, { session: owner, continues: 'cm_other' }]) {
      const { command, withdraw } = change('FETCH', more)
      const turn = considered(gate, command)
      const answer = turn.admit()
      expect(turn.holds).toHaveLength(1)
      withdraw('cancelled')
      expect((await refused(answer)).code).toBe('withdrawn')
    }
  })

  it('covers the rest of its portal also when that was asked for while it waited', async () => {
    const owner = session()
    const first = considered(gate, change('FETCH', { session: owner, id: 'cm_first' }).command)
    const rest = considered(gate, change('FETCH', { session: owner, continues: 'cm_first' }).command)
    gate.decide(first.holds[0]!.id, maria)
    await admitted(first.admit())
    await admitted(rest.admit())
    expect(rest.holds).toEqual([])
  })

  it('whose batch was refused before its turn is withdrawn', () => {
    const turn = considered(gate, change().command)
    turn.drop('an earlier command was refused')
    expect(decisionOf(turn.holds[0]!.id)).toBe('withdrawn')
  })
})

describe('an approval that outlived its connection', () => {
  beforeEach(() => gate.rule('kept'))

  it('is used once, by the identical command of the same principal', async () => {
    const { first, hold } = approvedAndDetached()
    await refused(first.admit())
    const other = considered(gate, change('DELETE FROM invoices').command)
    expect(other.holds).toHaveLength(1)
    other.drop('end of the test')
    const retry = considered(gate, change().command)
    expect((await admitted(retry.admit())).holdId).toBe(hold.id)
    const again = considered(gate, change().command)
    expect(again.holds).toHaveLength(1)
    again.drop('end of the test')
  })

  it('is not enough when the rule now asks for more people', async () => {
    const { hold } = approvedAndDetached()
    gate.rule('two')
    const retry = considered(gate, change().command)
    expect(retry.holds).toHaveLength(1)
    expect(retry.holds[0]!.id).not.toBe(hold.id)
    expect(decisionOf(hold.id)).toBe('revoked')
    retry.drop('end of the test')
  })

  it('is not enough when the rule asks for more people between the retry and its turn', async () => {
    const { hold } = approvedAndDetached()
    const retry = considered(gate, change().command)
    expect(executionOf(hold.id)).toBe('claimed')
    gate.rule('two')
    const answer = retry.admit()
    await expect.poll(() => retry.holds.length).toBe(1)
    expect(decisionOf(hold.id)).toBe('revoked')
    gate.decide(retry.holds[0]!.id, maria)
    gate.decide(retry.holds[0]!.id, omar)
    expect((await admitted(answer)).holdId).toBe(retry.holds[0]!.id)
  })

  it.each([
    ['expired', () => gate.advance(10 * 60_000), 'revoked'],
    ['was disabled', () => gate.bar('billing-bot is disabled'), 'revoked'],
    ['cannot be looked up', () => gate.bar('throws'), 'approved'],
  ] as const)('is not used by a retry whose principal %s before its turn', async (_what, happen, decision) => {
    const principal = { ...billingBot, expiresAt: new Date(START + 300_000) }
    const { hold } = approvedAndDetached()
    const retry = considered(gate, change(undefined, { session: session({ principal }) }).command)
    happen()
    await refused(retry.admit())
    expect(decisionOf(hold.id)).toBe(decision)
    expect(executionOf(hold.id)).toBe('none')
    expect(gate.seen).not.toContain('allow')
  })

  it.each(['withdrawn', 'dropped'] as const)('is given back by a retry that is %s before its turn', async (how) => {
    const { hold } = approvedAndDetached()
    const { command, withdraw } = change()
    const retry = considered(gate, command)
    expect(executionOf(hold.id)).toBe('claimed')
    if (how === 'dropped') retry.drop('an earlier command was refused')
    else {
      withdraw('client_gone')
      expect((await refused(retry.admit())).code).toBe('withdrawn')
    }
    expect([decisionOf(hold.id), executionOf(hold.id)]).toEqual(['approved', 'none'])
    const once = considered(gate, change().command)
    expect((await admitted(once.admit())).holdId).toBe(hold.id)
  })
})

describe('in poll mode', () => {
  it('the client gets the hold at once, asks again for the same hold, and its retry after the approval runs once', async () => {
    gate.rule('polled')
    const first = await refused(considered(gate, change().command).admit())
    expect(first).toMatchObject({ code: 'pending' })
    expect(JSON.parse(first.detail!)).toMatchObject({ hold: first.holdId, state: 'pending' })
    expect((await refused(considered(gate, change().command).admit())).holdId).toBe(first.holdId)
    gate.decide(first.holdId!, maria)
    expect((await admitted(considered(gate, change().command).admit())).holdId).toBe(first.holdId)
    const next = await refused(considered(gate, change().command).admit())
    expect(next.holdId).not.toBe(first.holdId)
    gate.queue.withdraw(next.holdId!, 'withdrawn', 'end of the test')
  })
})
