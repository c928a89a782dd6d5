import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Bench } from '../support/approvals.ts'
import { START, bench, billingBot, command, ISSUER, lee, maria, omar, pat, person, session, verdict, zoe } from '../support/approvals.ts'

let b: Bench
beforeEach(() => {
  b = bench()
})
afterEach(() => b.close())

const twoSlots = [
  { name: 'owner', groups: ['data-owners'], quorum: 1 },
  { name: 'manager', groups: ['managers'], quorum: 1 },
]
const events = (): unknown[] => b.recorder.entries.map((entry) => entry.body.event)

describe('open', () => {
  it('keeps a durable pending row and journals it before it returns', () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    expect(hold.id).toMatch(/^hd_[0-9a-f]{20}$/)
    expect(hold.code).toMatch(/^\d{3}$/)
    expect(hold.progress()).toEqual({ approved: 0, needed: 1 })
    expect(hold.expiresAt.getTime()).toBe(START + 600_000)
    expect(b.store.hold(hold.id)).toMatchObject({ decision: 'pending', attachment: 'attached', execution: 'none' })
    expect(events()).toEqual(['opened'])
  })

  it('opens nothing when the journal cannot be written', () => {
    b.recorder.isBroken = true
    expect(() => b.queue.open(command(), verdict(), 'p1')).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
    expect(b.queue.list({}).holds).toEqual([])
    expect(b.queue.waiting).toBe(0)
  })

  it('refuses a requirement that nobody could ever meet, and a rule without people', () => {
    expect(() => b.queue.open(command(), verdict({ slots: [] }), 'p1')).toThrow(expect.objectContaining({ code: 'config_invalid' }))
    expect(() => b.queue.open(command(), verdict({ slots: [{ name: 'x', groups: ['data-owners'], quorum: 0 }] }), 'p1')).toThrow(/nobody/)
  })

  it('bounds how many commands of one principal wait', () => {
    b.close()
    b = bench({ maxPending: 2 })
    b.queue.open(command('a'), verdict(), 'p1')
    b.queue.open(command('b'), verdict(), 'p1')
    expect(() => b.queue.open(command('c'), verdict(), 'p1')).toThrow(expect.objectContaining({ code: 'input_limit' }))
  })

  it('attaches an identical command to the detached pending hold and keeps its approvals', () => {
    const first = b.queue.open(command(), verdict({ slots: twoSlots }), 'p1')
    b.decide(first.id, maria)
    b.queue.detach(first.id)
    const again = b.queue.open(command(), verdict({ slots: twoSlots }), 'p1')
    expect(again.id).toBe(first.id)
    expect(again.progress()).toEqual({ approved: 1, needed: 2 })
    expect(b.store.hold(first.id)).toMatchObject({ attachment: 'attached', round: 1 })
  })

  it('opens a new hold for an identical command while the first is attached', () => {
    const first = b.queue.open(command(), verdict(), 'p1')
    expect(b.queue.open(command(), verdict(), 'p1').id).not.toBe(first.id)
  })

  it('does not attach to a hold of another principal, target or meaning', () => {
    const first = b.queue.open(command(), verdict(), 'p1')
    b.queue.detach(first.id)
    const ids = [
      b.queue.open(command('DELETE FROM invoices'), verdict(), 'p1').id,
      b.queue.open(command(undefined, { session: session({ principal: person('deploy-bot', [], { kind: 'agent' }) }) }), verdict(), 'p1').id,
      b.queue.open(command(undefined, { session: session({ target: { name: 'other', protocol: 'postgres', labels: {} } }) }), verdict(), 'p1').id,
    ]
    expect(ids).not.toContain(first.id)
  })

  it('voids earlier approvals when the same command comes back with other evidence', () => {
    const first = b.queue.open(command(), verdict({ slots: twoSlots }), 'p1')
    b.decide(first.id, maria)
    const seen = b.queue.get(first.id)?.briefingDigest ?? ''
    b.queue.detach(first.id)
    const again = b.queue.open(command(undefined, { context: { in_transaction: true, role: 'app', database: 'orders' } }), verdict({ slots: twoSlots }), 'p1')
    expect(again.id).toBe(first.id)
    expect(again.progress()).toEqual({ approved: 0, needed: 2 })
    const old = b.queue.decide({ holdId: first.id, reviewer: zoe, choice: 'approve', briefingSeen: seen, at: new Date() })
    expect(old).toMatchObject({ kind: 'stale' })
    expect(b.queue.get(first.id)?.reviews).toMatchObject([{ counts: false }])
  })

  it('ends a detached hold whose requirement has changed and asks anew', () => {
    const first = b.queue.open(command(), verdict(), 'p1')
    b.queue.detach(first.id)
    const again = b.queue.open(command(), verdict({ slots: twoSlots }), 'p2')
    expect(again.id).not.toBe(first.id)
    expect(b.queue.get(first.id)).toMatchObject({ decision: 'invalidated', cause: 'the requirement has changed' })
  })

  it('opens nothing for a principal that was disabled', () => {
    b.store.disablePrincipal(billingBot.id, 'incident', maria.id, START)
    expect(() => b.queue.open(command(), verdict(), 'p1')).toThrow(expect.objectContaining({ code: 'credential_invalid' }))
  })
})

describe('decide', () => {
  it('approves at quorum, wakes the connection and makes the permit in the same moment', async () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    expect(b.decide(hold.id, maria, 'approve', 'fine')).toEqual({ kind: 'recorded', decision: 'approved', approved: 1, needed: 1 })
    expect(await hold.settled).toBe('approved')
    expect(hold.reviewers()).toEqual(['maria'])
    expect(b.store.livePermit(hold.id)).toMatchObject({ consumedAt: null, notAfter: START + 600_000 })
    expect(b.recorder.entries.at(-1)).toMatchObject({ kind: 'review', body: { event: 'approved', by: maria.id, note: 'fine' } })
  })

  it('rejects finally with the note of the reviewer', async () => {
    const hold = b.queue.open(command(), verdict({ slots: twoSlots }), 'p1')
    b.decide(hold.id, maria)
    expect(b.decide(hold.id, omar, 'reject', 'wrong table')).toMatchObject({ kind: 'recorded', decision: 'rejected' })
    expect(await hold.settled).toBe('rejected')
    expect(hold.note()).toBe('wrong table')
    expect(b.decide(hold.id, zoe)).toEqual({ kind: 'already_settled', decision: 'rejected' })
    expect(b.store.livePermit(hold.id)).toBeNull()
  })

  it('needs a briefing that was given to this very person', () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    const digest = b.queue.view(hold.id, omar)?.briefingDigest ?? ''
    const review = { holdId: hold.id, choice: 'approve', at: new Date() } as const
    expect(b.queue.decide({ ...review, reviewer: maria, briefingSeen: digest })).toEqual({ kind: 'stale', current: digest })
    expect(b.queue.decide({ ...review, reviewer: omar, briefingSeen: 'f'.repeat(64) })).toEqual({ kind: 'stale', current: digest })
    expect(b.queue.decide({ ...review, reviewer: omar, briefingSeen: digest })).toMatchObject({ kind: 'recorded' })
  })

  it('counts one person once, however often they approve', () => {
    const hold = b.queue.open(command(), verdict({ slots: [{ name: 'owners', groups: ['data-owners'], quorum: 2 }] }), 'p1')
    expect(b.decide(hold.id, maria)).toMatchObject({ decision: 'pending', approved: 1, needed: 2 })
    expect(b.decide(hold.id, maria)).toMatchObject({ decision: 'pending', approved: 1, needed: 2 })
    expect(b.decide(hold.id, omar)).toMatchObject({ decision: 'approved', approved: 2 })
  })

  it('never lets one person in two groups fill two slots', () => {
    const hold = b.queue.open(command(), verdict({ slots: twoSlots }), 'p1')
    expect(b.decide(hold.id, lee)).toMatchObject({ decision: 'pending', approved: 1, needed: 2 })
    expect(b.decide(hold.id, maria)).toMatchObject({ decision: 'approved' })
    expect(b.queue.get(hold.id)?.slots.map((slot) => slot.filledBy)).toEqual([['maria'], ['lee']])
  })

  it.each([
    ['the agent itself', billingBot],
    ['the owner of the agent', pat],
    ['a person with the subject of the principal', person('other', ['data-owners'], { subject: 'billing-bot', id: 'https://elsewhere.example#billing-bot', issuer: 'https://elsewhere.example' })],
    ['a person with its name at the same issuer', person('billing-bot', ['data-owners'], { subject: 'x1' })],
    ['a program in the right group', person('review-bot', ['data-owners'], { kind: 'bot' })],
    ['a person outside the groups', zoe],
    ['somebody the directory does not know', person('ghost', ['data-owners'])],
  ])('refuses %s', (_who, reviewer) => {
    if (reviewer.name !== 'ghost') b.authority.set(reviewer, reviewer.groups)
    const hold = b.queue.open(command(), verdict(), 'p1')
    expect(b.decide(hold.id, reviewer)).toMatchObject({ kind: 'not_a_reviewer' })
    expect(b.decide(hold.id, reviewer, 'reject')).toMatchObject({ kind: 'not_a_reviewer' })
    expect(b.store.hold(hold.id)?.decision).toBe('pending')
    expect(b.recorder.entries.at(-1)?.body).toMatchObject({ event: 'decision_refused', why: 'not_a_reviewer' })
  })

  it('does not count an approval whose author has left the group since', () => {
    const hold = b.queue.open(command(), verdict({ slots: [{ name: 'owners', groups: ['data-owners'], quorum: 2 }] }), 'p1')
    b.decide(hold.id, maria)
    b.authority.set(maria, [])
    expect(b.decide(hold.id, omar)).toMatchObject({ decision: 'pending', approved: 1 })
    b.authority.set(maria, ['data-owners'], true)
    expect(b.decide(hold.id, omar)).toMatchObject({ decision: 'pending', approved: 1 })
    expect(b.decide(hold.id, lee)).toMatchObject({ decision: 'approved' })
  })

  it('decides nothing when the journal cannot be written', () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    b.queue.view(hold.id, maria)
    b.recorder.isBroken = true
    expect(() => b.decide(hold.id, maria)).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
    expect(b.store.hold(hold.id)?.decision).toBe('pending')
    expect(b.store.livePermit(hold.id)).toBeNull()
    expect(b.store.reviewsOf(hold.id)).toEqual([])
  })

  it('says that there is no such hold', () => {
    expect(b.queue.decide({ holdId: 'hd_none', reviewer: maria, choice: 'approve', briefingSeen: '', at: new Date() })).toEqual({ kind: 'not_found' })
  })

  it('keeps secrets out of a note', () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    b.decide(hold.id, maria, 'reject', 'uses AKIAABCDEFGHIJKLMNOP')
    expect(JSON.stringify([b.recorder.entries, b.queue.get(hold.id)])).not.toContain('AKIA')
  })
})

describe('deadlines', () => {
  it('an approval that comes too late is refused although no timer has fired', () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    b.queue.view(hold.id, maria)
    b.advance(600_000)
    expect(b.decide(hold.id, maria)).toEqual({ kind: 'already_settled', decision: 'expired' })
    expect(b.store.hold(hold.id)?.decision).toBe('expired')
  })

  it('the sweep ends what is due and wakes its connection', async () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    b.advance(600_001)
    b.queue.sweep()
    expect(await hold.settled).toBe('expired')
  })

  it('a live hold expires on the monotonic timer even if the wall clock stands still', async () => {
    const hold = b.queue.open(command(), verdict({ expiresAfterMs: 30 }), 'p1')
    expect(await hold.settled).toBe('expired')
    expect(b.store.hold(hold.id)?.decision).toBe('expired')
  })

  it('a live hold expires for its connection even if the store is gone', async () => {
    const hold = b.queue.open(command(), verdict({ expiresAfterMs: 30 }), 'p1')
    b.store.close()
    expect(await hold.settled).toBe('expired')
  })

  it('an approval nobody used lapses, at the latest after fifteen minutes', () => {
    const text = command()
    const hold = b.queue.open(text, verdict({ expiresAfterMs: 3_600_000 }), 'p1')
    b.queue.detach(hold.id)
    b.decide(hold.id, maria)
    expect(b.queue.get(hold.id)?.redeemableUntil).toBe(new Date(START + 900_000).toISOString())
    b.advance(900_000)
    expect(b.queue.redeem(command())).toBeNull()
    b.queue.sweep()
    expect(b.store.hold(hold.id)?.decision).toBe('lapsed')
  })
})

describe('spend', () => {
  it('claims once, for the bytes and the session of the hold only', () => {
    const held = command()
    const hold = b.queue.open(held, verdict(), 'p1')
    expect(b.queue.spend(hold.id, held)).toBe(false)
    b.decide(hold.id, maria)
    expect(b.queue.spend(hold.id, { ...held, digest: 'd'.repeat(64) })).toBe(false)
    expect(b.queue.spend(hold.id, { ...held, fingerprint: 'f'.repeat(64) })).toBe(false)
    expect(b.queue.spend(hold.id, { ...held, session: session() })).toBe(false)
    expect(b.queue.spend(hold.id, held)).toBe(true)
    expect(b.queue.spend(hold.id, held)).toBe(false)
    expect(b.store.livePermit(hold.id)).toMatchObject({ consumedAt: START, consumedBy: 'gw-a#1' })
  })

  it('refuses when the window of the approval has passed, and changes nothing', () => {
    const held = command()
    const hold = b.queue.open(held, verdict(), 'p1')
    b.decide(hold.id, maria)
    b.advance(600_000)
    expect(b.queue.spend(hold.id, held)).toBe(false)
    expect(b.store.hold(hold.id)).toMatchObject({ decision: 'approved', execution: 'none' })
  })

  it('spends nothing when the journal cannot be written', () => {
    const held = command()
    const hold = b.queue.open(held, verdict(), 'p1')
    b.decide(hold.id, maria)
    b.recorder.isBroken = true
    expect(() => b.queue.spend(hold.id, held)).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
    b.recorder.isBroken = false
    expect(b.queue.spend(hold.id, held)).toBe(true)
  })

  it('refuses and takes the approval back when the principal was disabled meanwhile', () => {
    const held = command()
    const hold = b.queue.open(held, verdict(), 'p1')
    b.decide(hold.id, maria)
    b.store.disablePrincipal(billingBot.id, 'incident', maria.id, START)
    expect(b.queue.spend(hold.id, held)).toBe(false)
    expect(b.store.hold(hold.id)?.decision).toBe('revoked')
  })

  it('walks claimed, forwarded and the outcome, and never back', () => {
    const held = command()
    const hold = b.queue.open(held, verdict(), 'p1')
    b.decide(hold.id, maria)
    expect(() => b.queue.forwarding(hold.id)).toThrow(expect.objectContaining({ code: 'permit_refused' }))
    b.queue.spend(hold.id, held)
    b.queue.forwarding(hold.id)
    expect(() => b.queue.forwarding(hold.id)).toThrow(expect.objectContaining({ code: 'permit_refused' }))
    b.queue.outcome(hold.id, { kind: 'completed', summary: 'DELETE 499' })
    expect(b.queue.get(hold.id)).toMatchObject({ execution: 'succeeded', outcome: { kind: 'completed', summary: 'DELETE 499' } })
    b.queue.outcome(hold.id, { kind: 'failed', code: 'x', message: 'y' })
    expect(b.store.hold(hold.id)?.execution).toBe('succeeded')
    expect(events().slice(-3)).toEqual(['forwarded', 'succeeded', 'late_outcome'])
  })

  it('gives an approval back when it failed before anything was sent', () => {
    const held = command()
    const hold = b.queue.open(held, verdict(), 'p1')
    b.decide(hold.id, maria)
    b.queue.spend(hold.id, held)
    b.queue.outcome(hold.id, { kind: 'failed', code: 'unavailable', message: 'not sent' })
    expect(b.store.hold(hold.id)).toMatchObject({ decision: 'approved', attachment: 'detached', execution: 'none' })
    expect(b.queue.spend(hold.id, held)).toBe(false)
    expect(b.queue.redeem(command())).toEqual({ holdId: hold.id, approvedBy: ['maria'] })
  })
})

describe('redeem', () => {
  it('gives a detached approval to one identical command, once', () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    b.queue.detach(hold.id)
    b.decide(hold.id, maria)
    expect(b.queue.redeem(command('DELETE FROM invoices'))).toBeNull()
    const other = person('deploy-bot', [], { kind: 'agent' })
    expect(b.queue.redeem(command(undefined, { session: session({ principal: other }) }))).toBeNull()
    const retry = command(undefined, { digest: 'd'.repeat(64) })
    expect(b.queue.redeem(retry)).toEqual({ holdId: hold.id, approvedBy: ['maria'] })
    expect(b.queue.redeem(command())).toBeNull()
    expect(b.queue.spend(hold.id, command())).toBe(false)
    expect(b.queue.spend(hold.id, retry)).toBe(true)
    expect(b.queue.spend(hold.id, retry)).toBe(false)
    b.queue.forwarding(hold.id)
    expect(b.store.hold(hold.id)).toMatchObject({ execution: 'forwarded', sessionId: retry.session.id })
  })

  it('does not hand out an approval whose connection still waits', () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    b.decide(hold.id, maria)
    expect(b.queue.redeem(command())).toBeNull()
  })

  it('serves poll mode: the same hold while pending, its approval afterwards', () => {
    const poll = verdict({ mode: 'poll' })
    const first = b.queue.open(command(), poll, 'p1')
    expect(b.queue.get(first.id)).toMatchObject({ attachment: 'none', client: 'asks_again' })
    expect(b.queue.open(command(), poll, 'p1').id).toBe(first.id)
    expect(b.queue.waiting).toBe(1)
    b.decide(first.id, maria)
    expect(b.queue.redeem(command())?.holdId).toBe(first.id)
  })

  it('is refused at its turn when the principal was stopped in between', () => {
    const hold = b.queue.open(command(), verdict({ mode: 'poll' }), 'p1')
    b.decide(hold.id, maria)
    const retry = command()
    b.queue.redeem(retry)
    b.store.disablePrincipal(billingBot.id, 'incident', maria.id, START)
    expect(b.queue.spend(hold.id, retry)).toBe(false)
    expect(b.store.hold(hold.id)).toMatchObject({ decision: 'revoked', execution: 'none' })
    expect(() => b.queue.forwarding(hold.id)).toThrow(expect.objectContaining({ code: 'permit_refused' }))
  })
})

describe('ending', () => {
  it('withdraws a pending hold and revokes an unused approval', async () => {
    const pending = b.queue.open(command('a'), verdict(), 'p1')
    b.queue.withdraw(pending.id, 'withdrawn', 'cancelled')
    expect(await pending.settled).toBe('withdrawn')
    expect(b.decide(pending.id, maria)).toEqual({ kind: 'already_settled', decision: 'withdrawn' })
    const held = command('b')
    const approved = b.queue.open(held, verdict(), 'p1')
    b.decide(approved.id, maria)
    b.queue.withdraw(approved.id, 'withdrawn', 'cancelled')
    expect(b.store.hold(approved.id)?.decision).toBe('revoked')
    expect(b.queue.spend(approved.id, held)).toBe(false)
  })

  it('withdraws even while the journal cannot be written, and records it afterwards', () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    b.recorder.isBroken = true
    b.queue.withdraw(hold.id, 'withdrawn', 'cancelled')
    expect(b.store.hold(hold.id)?.decision).toBe('withdrawn')
    expect(events()).not.toContain('withdrawn')
    b.recorder.isBroken = false
    b.queue.sweep()
    expect(events()).toContain('withdrawn')
  })

  it('lets an eligible person take an unused approval back, and nobody else', () => {
    const held = command()
    const hold = b.queue.open(held, verdict(), 'p1')
    b.decide(hold.id, maria)
    expect(b.queue.revoke(hold.id, zoe)).toMatchObject({ kind: 'not_a_reviewer' })
    expect(b.queue.revoke(hold.id, omar, 'too risky')).toMatchObject({ kind: 'recorded', decision: 'revoked' })
    expect(b.queue.spend(hold.id, held)).toBe(false)
    expect(b.queue.revoke(hold.id, omar)).toMatchObject({ kind: 'already_settled' })
  })

  it('invalidates by principal, session or target, and nothing that is under way', () => {
    const running = command('a')
    const runs = b.queue.open(running, verdict(), 'p1')
    b.decide(runs.id, maria)
    b.queue.spend(runs.id, running)
    const waits = b.queue.open(command('b'), verdict(), 'p1')
    const foreign = b.queue.open(command('c', { session: session({ principal: person('deploy-bot', [], { kind: 'agent' }) }) }), verdict(), 'p1')
    expect(b.queue.invalidateFor({ principalId: billingBot.id }, 'stopped')).toBe(1)
    expect(b.store.hold(waits.id)?.decision).toBe('invalidated')
    expect(b.store.hold(runs.id)).toMatchObject({ decision: 'approved', execution: 'claimed' })
    expect(b.store.hold(foreign.id)?.decision).toBe('pending')
    expect(b.queue.invalidateFor({ target: 'orders' }, 'stopped')).toBe(1)
    expect(() => b.queue.invalidateFor({}, 'everything')).toThrow(TypeError)
  })
})

describe('recover', () => {
  it('settles what the life before left open', () => {
    const texts = ['survives', 'ends', 'approved', 'claimed', 'forwarded'].map((text) => command(text))
    const holds = texts.map((one) => b.queue.open(one, verdict({ survivesDisconnect: one.text !== 'ends' }), 'p1'))
    const [survives, ends, approved, claimed, forwarded] = holds.map((one) => one.id) as [string, string, string, string, string]
    for (const id of [approved, claimed, forwarded]) b.decide(id, maria)
    b.queue.spend(claimed, texts[3]!)
    b.queue.spend(forwarded, texts[4]!)
    b.queue.forwarding(forwarded)
    const next = b.restart()
    expect(next.recover()).toBe(5)
    expect(next.recover()).toBe(0)
    expect(b.store.hold(survives)).toMatchObject({ decision: 'pending', attachment: 'detached' })
    expect(b.store.hold(ends)).toMatchObject({ decision: 'withdrawn', cause: 'abandoned' })
    expect(b.store.hold(approved)).toMatchObject({ decision: 'approved', attachment: 'detached', execution: 'none' })
    expect(b.store.hold(claimed)).toMatchObject({ decision: 'approved', attachment: 'detached', execution: 'none' })
    expect(b.store.hold(forwarded)).toMatchObject({ decision: 'approved', execution: 'unknown' })
    expect(next.redeem(command('claimed'))?.holdId).toBe(claimed)
    expect(next.redeem(command('forwarded'))).toBeNull()
    // The life that was taken for dead may still be there: it can neither spend nor forward.
    expect(b.queue.spend(approved, texts[2]!)).toBe(false)
    expect(() => b.queue.forwarding(claimed)).toThrow(expect.objectContaining({ code: 'permit_refused' }))
  })

  it('leaves the holds of another gateway alone while it is alive, and takes them over when it is not', () => {
    const hold = b.queue.open(command(), verdict(), 'p1')
    const other = b.restart('gw-b')
    expect(other.recover()).toBe(0)
    b.advance(31_000)
    expect(other.recover()).toBe(1)
    expect(b.store.hold(hold.id)).toMatchObject({ decision: 'pending', attachment: 'detached' })
  })
})

describe('across gateways of one store', () => {
  it('a decision written elsewhere wakes the connection that waits here', async () => {
    b.close()
    b = bench({ pollMs: 5 })
    const hold = b.queue.open(command(), verdict({ slots: twoSlots }), 'p1')
    const other = b.restart('gw-b')
    for (const reviewer of [maria, zoe]) {
      const briefingSeen = other.view(hold.id, reviewer)?.briefingDigest ?? ''
      other.decide({ holdId: hold.id, reviewer, choice: 'approve', briefingSeen, at: new Date() })
    }
    expect(await hold.settled).toBe('approved')
    expect(hold.reviewers()).toEqual(['maria', 'zoe'])
    expect(other.spend(hold.id, hold.command)).toBe(false)
    expect(b.queue.spend(hold.id, hold.command)).toBe(true)
  })
})

describe('reads', () => {
  it('lists newest first in pages, by state and by principal', () => {
    const ids = ['a', 'b', 'c'].map((text) => b.queue.open(command(text), verdict(), 'p1').id)
    b.decide(ids[1]!, maria)
    const first = b.queue.list({ limit: 2 })
    expect(first.holds.map((hold) => hold.id)).toEqual([ids[2], ids[1]])
    expect(b.queue.list({ limit: 2, cursor: first.next ?? '' })).toMatchObject({ holds: [{ id: ids[0] }], next: null })
    expect(b.queue.list({ state: 'approved' }).holds.map((hold) => hold.id)).toEqual([ids[1]])
    expect(b.queue.list({ principal: `${ISSUER}#nobody` }).holds).toEqual([])
    expect(() => b.queue.list({ cursor: "1' OR 1" })).toThrow(TypeError)
  })

  it('feeds every change with growing numbers, and a feed that throws stops nothing', () => {
    const seen: [number, string][] = []
    b.queue.onChange(() => {
      throw new Error('broken feed')
    })
    const stop = b.queue.onChange((change) => seen.push([change.sequence, change.what]))
    const hold = b.queue.open(command(), verdict(), 'p1')
    b.decide(hold.id, maria)
    stop()
    b.queue.withdraw(hold.id, 'withdrawn', 'x')
    expect(seen.map(([, what]) => what)).toEqual(['opened', 'approved'])
    expect(b.queue.changesSince(seen[0]![0], 10).map((change) => change.what)).toEqual(['approved', 'revoked'])
  })

  it('shows who looked, who decided and whether the client is still there', () => {
    const hold = b.queue.open(command(), verdict({ slots: twoSlots }), 'p1')
    b.decide(hold.id, lee)
    b.queue.detach(hold.id)
    expect(b.queue.get(hold.id)).toMatchObject({
      client: 'gone', approved: 1, needed: 2, redeemableUntil: null,
      views: [{ reviewer: { name: 'lee' }, times: 1 }], reviews: [{ reviewer: { name: 'lee' }, choice: 'approve', counts: true }],
    })
    expect(b.queue.whyNot(hold.id, maria)).toBeNull()
    expect(b.queue.whyNot(hold.id, pat)).toMatch(/acts for them/)
  })
})
