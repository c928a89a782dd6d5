import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDecisionQueue } from '../../src/approvals/queue.ts'
import { redeemWindow } from '../../src/approvals/transitions.ts'
import type { Command, Principal } from '../../src/gateway/command.ts'
import { openStore } from '../../src/store/sqlite.ts'
import type { HoldRow, Store } from '../../src/store/store.ts'
import { START, billingBot, command, directory, lee, maria, memoryRecorder, omar, pat, person, verdict, zoe } from '../support/approvals.ts'

// Random lives of a gateway against what must always be true. The model keeps no states of its own: it only remembers
// what was said and what was let through, and judges with its own (brute force) idea of quorum.

const TERM_MS = 60_000
const SLOTS = [
  { name: 'owner', groups: ['data-owners'], quorum: 1 },
  { name: 'manager', groups: ['managers'], quorum: 1 },
]
const PEOPLE: readonly Principal[] = [maria, omar, zoe, lee, pat, billingBot, person('review-bot', ['data-owners', 'managers'], { kind: 'bot' })]
const TEXTS = ['DELETE FROM a WHERE id = 1', 'DELETE FROM b WHERE id = 1']
const FINAL = ['rejected', 'expired', 'withdrawn', 'invalidated', 'revoked', 'lapsed']

const pick = fc.nat(3)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('open' as const), text: fc.nat(1), poll: fc.boolean(), survives: fc.boolean(), inTransaction: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('decide' as const), hold: pick, who: fc.nat(PEOPLE.length - 1), choice: fc.constantFrom('approve', 'approve', 'approve', 'reject'), views: fc.integer({ min: 0, max: 5 }) }) },
  // Otherwise quorum is rare in a random walk.
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('agree' as const, 'agreeAndForward' as const), hold: pick }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('spend' as const, 'forward' as const, 'complete' as const, 'fail' as const), hold: pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('release' as const, 'detach' as const, 'withdraw' as const, 'revoke' as const), hold: pick }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('redeem' as const), text: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 1_000, 20_000, TERM_MS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('sweep' as const, 'invalidate' as const, 'breakJournal' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('comeBack' as const), hold: pick, inTransaction: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('approveAs' as const), hold: pick, who: fc.constantFrom(0, 2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('regroup' as const), who: fc.nat(PEOPLE.length - 1), groups: fc.subarray(['data-owners', 'managers']), disabled: fc.boolean() }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type HoldStep = Extract<Step, { readonly hold: number }>

interface Memory {
  command: Command
  readonly approvals: { readonly who: Principal; readonly round: number; readonly groups: readonly string[] }[]
  approvedAt: number | null
  claims: number
  forwards: number
  last: HoldRow
}

class World {
  readonly store: Store = openStore(':memory:')
  readonly recorder = memoryRecorder()
  readonly authority = directory(PEOPLE)
  readonly holds = new Map<string, Memory>()
  time = START
  queue = this.begin()
  readonly reached = new Set<string>()

  begin() {
    const { store, recorder, authority } = this
    return createDecisionQueue({ store, recorder, authority, gatewayId: 'gw', now: () => this.time, maskSecrets: (text) => text, pollMs: 60_000 })
  }

  hold(index: number): [string, Memory] | undefined {
    const all = [...this.holds]
    return all[all.length - 1 - (index % Math.max(1, all.length))]
  }

  run(one: Step): void {
    try {
      this.act(one)
    } catch (error) {
      // While the journal is broken a refusal is right; nothing else may throw but a permit that is refused.
      const code = (error as { code?: string }).code
      if (!(code === 'permit_refused' || (code === 'recording_unavailable' && this.recorder.isBroken))) throw error
    }
    this.check()
  }

  act(one: Step): void {
    const { queue } = this
    if (one.do === 'open') {
      const context = { in_transaction: one.inTransaction, role: 'app', database: 'orders' }
      const sent = command(TEXTS[one.text], { context })
      const { id } = queue.open(sent, verdict({ slots: SLOTS, expiresAfterMs: TERM_MS, mode: one.poll ? 'poll' : 'wait', survivesDisconnect: one.survives }), 'p1')
      const known = this.holds.get(id)
      if (known) known.command = sent
      else this.holds.set(id, { command: sent, approvals: [], approvedAt: null, claims: 0, forwards: 0, last: this.store.hold(id)! })
    } else if (one.do === 'advance') this.time += one.ms
    else if (one.do === 'sweep') queue.sweep()
    else if (one.do === 'invalidate') queue.invalidateFor({ principalId: billingBot.id }, 'stopped')
    else if (one.do === 'breakJournal') this.recorder.isBroken = !this.recorder.isBroken
    else if (one.do === 'regroup') this.authority.set(PEOPLE[one.who]!, one.groups, one.disabled)
    else if (one.do === 'crash') {
      queue.stop()
      this.queue = this.begin()
      this.queue.recover()
      for (const [id, memory] of this.holds) if (this.store.hold(id)?.execution === 'none') memory.claims = 0
    } else if (one.do === 'redeem') {
      const sent = command(TEXTS[one.text])
      const redeemed = queue.redeem(sent)
      if (redeemed === null) return
      const memory = this.holds.get(redeemed.holdId)!
      expect(memory.command.fingerprint).toBe(sent.fingerprint)
      expect(['detached', 'none']).toContain(memory.last.attachment)
      memory.command = sent
      this.claimed(redeemed.holdId, memory)
      expect(queue.spend(redeemed.holdId, sent)).toBe(true)
    } else {
      const found = 'hold' in one ? this.hold(one.hold) : undefined
      if (found && 'hold' in one) this.onHold(one, ...found)
    }
  }

  onHold(one: HoldStep, id: string, memory: Memory): void {
    const { queue } = this
    if (one.do === 'comeBack') {
      // The connection is lost and the same command comes again, perhaps with other evidence.
      queue.detach(id)
      this.act({ do: 'open', text: TEXTS.indexOf(memory.command.text), poll: false, survives: true, inTransaction: one.inTransaction })
    } else if (one.do === 'approveAs') this.decide(id, memory, PEOPLE[one.who]!, 'approve', true)
    else if (one.do === 'decide') this.decide(id, memory, PEOPLE[one.who]!, one.choice, one.views > 0)
    else if (one.do === 'agree' || one.do === 'agreeAndForward') {
      for (const who of [maria, zoe]) this.decide(id, memory, who, 'approve', true)
      this.check()
      if (one.do === 'agreeAndForward' && queue.spend(id, memory.command)) {
        this.claimed(id, memory)
        queue.forwarding(id)
        memory.forwards += 1
      }
    }
    else if (one.do === 'spend') {
      if (queue.spend(id, memory.command)) this.claimed(id, memory)
    } else if (one.do === 'forward') {
      queue.forwarding(id)
      expect(memory.claims).toBe(1)
      memory.forwards += 1
      expect(memory.forwards).toBe(1)
    } else if (one.do === 'complete' || one.do === 'fail') {
      queue.outcome(id, one.do === 'complete' ? { kind: 'completed', summary: '' } : { kind: 'failed', code: 'x', message: '' })
      if (this.store.hold(id)?.execution === 'none') memory.claims = 0
    } else if (one.do === 'release') {
      if (queue.release(id, 'not sent')) memory.claims = 0
    } else if (one.do === 'detach') queue.detach(id)
    else if (one.do === 'withdraw') queue.withdraw(id, 'withdrawn', 'cancelled')
    else queue.revoke(id, omar)
  }

  decide(id: string, memory: Memory, who: Principal, choice: string, views: boolean): void {
    const before = this.store.hold(id)!
    const briefingSeen = views ? this.queue.view(id, who)!.briefingDigest : before.briefingDigest
    const hadView = this.store.hasView(id, who.id, briefingSeen)
    const result = this.queue.decide({ holdId: id, reviewer: who, choice: choice === 'reject' ? 'reject' : 'approve', briefingSeen, at: new Date(this.time) })
    if (result.kind !== 'recorded') return
    this.reached.add(result.decision)
    const now = this.authority.current(who.id)!
    expect(hadView).toBe(true)
    expect(before.decision).toBe('pending')
    expect(this.time).toBeLessThan(before.expiresAt)
    expect([who.kind, now.disabled]).toEqual(['human', false])
    expect([billingBot.id, pat.id]).not.toContain(who.id)
    const groups = who.groups.filter((group) => now.groups.includes(group))
    expect(groups.length).toBeGreaterThan(0)
    if (choice !== 'reject') memory.approvals.push({ who, round: before.round, groups })
    if (result.decision === 'approved') {
      expect(this.hasQuorum(memory, before.round)).toBe(true)
      memory.approvedAt = this.time
    }
  }

  /** Two different people of this round, one an owner and one a manager, both still in that group today. */
  hasQuorum(memory: Memory, round: number): boolean {
    const votes = memory.approvals.filter((vote) => vote.round === round)
    const counts = (vote: (typeof votes)[number], group: string): boolean => {
      const today = this.authority.current(vote.who.id)
      return today !== null && !today.disabled && vote.groups.includes(group) && today.groups.includes(group)
    }
    return votes.some((a) => counts(a, 'data-owners') && votes.some((other) => other.who.id !== a.who.id && counts(other, 'managers')))
  }

  claimed(id: string, memory: Memory): void {
    this.reached.add('claimed')
    memory.claims += 1
    expect(memory.claims).toBe(1)
    expect(memory.forwards).toBe(0)
    expect(this.recorder.isBroken).toBe(false)
    expect(memory.approvedAt).not.toBeNull()
    expect(this.time).toBeLessThan(memory.approvedAt! + redeemWindow(TERM_MS))
    expect(memory.last.decision).toBe('approved')
    expect(this.store.livePermit(id)?.consumedAt).toBe(this.time)
  }

  check(): void {
    for (const [id, memory] of this.holds) {
      const row = this.store.hold(id)!
      const { last } = memory
      if (FINAL.includes(last.decision)) expect(row.decision).toBe(last.decision)
      if (last.decision === 'approved') expect(['approved', 'revoked', 'lapsed']).toContain(row.decision)
      if (row.execution !== 'none') expect(row.decision).toBe('approved')
      if (['forwarded', 'succeeded', 'failed', 'unknown'].includes(row.execution)) expect(memory.forwards).toBe(1)
      if (memory.forwards === 1) expect(['forwarded', 'succeeded', 'failed', 'unknown']).toContain(row.execution)
      if (row.decision === 'approved') expect(memory.approvedAt).not.toBeNull()
      expect(this.store.livePermit(id) !== null).toBe(row.decision === 'approved')
      memory.last = row
      this.reached.add(row.decision)
      this.reached.add(row.execution)
    }
  }

  end(): void {
    this.queue.stop()
    this.store.close()
  }
}

// Every state is visited in each run, however the dice fall.
const OPEN: Step = { do: 'open', text: 0, poll: false, survives: true, inTransaction: false }
const PATHS: Step[][] = [
  [OPEN, { do: 'agree', hold: 0 }, { do: 'advance', ms: TERM_MS }, { do: 'redeem', text: 0 }, { do: 'sweep' }, { do: 'spend', hold: 0 }],
  [OPEN, { do: 'advance', ms: TERM_MS }, { do: 'agree', hold: 0 }, { do: 'sweep' }],
  [OPEN, { do: 'agreeAndForward', hold: 0 }, { do: 'crash' }, { do: 'redeem', text: 0 }, { do: 'complete', hold: 0 }],
  [OPEN, { do: 'agreeAndForward', hold: 0 }, { do: 'complete', hold: 0 }, { do: 'crash' }, { do: 'redeem', text: 0 }],
  [OPEN, { do: 'agreeAndForward', hold: 0 }, { do: 'fail', hold: 0 }, { do: 'spend', hold: 0 }],
  [OPEN, { do: 'agree', hold: 0 }, { do: 'spend', hold: 0 }, { do: 'crash' }, { do: 'redeem', text: 0 }, { do: 'forward', hold: 0 }, { do: 'crash' }],
  [OPEN, { do: 'agree', hold: 0 }, { do: 'revoke', hold: 0 }, { do: 'spend', hold: 0 }],
  [OPEN, { do: 'withdraw', hold: 0 }, OPEN, { do: 'invalidate' }, { do: 'agree', hold: 0 }],
  [OPEN, { do: 'decide', hold: 0, who: 1, choice: 'reject', views: 1 }, { do: 'agree', hold: 0 }],
]

describe('any life of a hold', () => {
  it('never spends without a quorum of distinct eligible people, never twice, and never comes back from a final state', () => {
    const reached = new Set<string>()
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
        const world = new World()
        try {
          for (const one of steps) world.run(one)
        } finally {
          world.end()
          for (const state of world.reached) reached.add(state)
        }
      }),
      { numRuns: 200, examples: PATHS.map((path) => [path]) },
    )
    // A walk that never gets anywhere would prove nothing.
    expect([...reached].sort()).toEqual(expect.arrayContaining(
      ['approved', 'claimed', 'expired', 'failed', 'forwarded', 'invalidated', 'lapsed', 'none', 'pending', 'rejected', 'revoked', 'succeeded', 'unknown', 'withdrawn'],
    ))
  }, 60_000)
})
