import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openStore } from '../../src/store/sqlite.ts'
import { type Bench, bench, billingBot, command, maria, person, session, verdict } from '../support/approvals.ts'

// Holds that are opened in one moment: one commit for all of them, and yet each by itself.

let b: Bench
beforeEach(() => {
  b = bench()
})
afterEach(() => {
  vi.restoreAllMocks()
  b.close()
})

describe('holds that are opened in one moment', () => {
  it('share one commit, and each is there for every other process when its own is told', async () => {
    const transaction = vi.spyOn(b.store, 'transaction')
    const other = openStore(b.path)
    try {
      const opening = ['a', 'b', 'c'].map(async (text) => {
        const hold = await b.queue.openSoon(command(text), verdict(), 'p1')
        expect(other.hold(hold.id)).toMatchObject({ decision: 'pending', attachment: 'attached' })
        return hold
      })
      expect(b.queue.list({}).holds).toEqual([])
      const holds = await Promise.all(opening)
      expect(transaction).toHaveBeenCalledTimes(1)
      expect(new Set(holds.map((hold) => hold.id)).size).toBe(3)
      expect(holds.map((hold) => hold.command.text)).toEqual(['a', 'b', 'c'])
      expect(b.recorder.entries.map((entry) => [entry.body['event'], entry.body['hold']])).toEqual(holds.map((hold) => ['opened', hold.id]))
      expect(b.queue.waiting).toBe(3)
      const [first] = holds
      b.decide(first?.id ?? '', maria)
      expect(await first?.settled).toBe('approved')
    } finally {
      other.close()
    }
  })

  it('fail each by itself: what one may not, the others may, and the record has nothing of it', async () => {
    b.close()
    b = bench({ maxPending: 2 })
    b.store.disablePrincipal('stopped', 'incident', maria.id, b.now())
    const stopped = person('stopped', [])
    const told = await Promise.allSettled([
      b.queue.openSoon(command('a'), verdict(), 'p1'),
      b.queue.openSoon(command('b', { session: session({ principal: { ...billingBot, id: 'stopped', name: stopped.name } }) }), verdict(), 'p1'),
      b.queue.openSoon(command('c'), verdict(), 'p1'),
      b.queue.openSoon(command('d'), verdict(), 'p1'),
    ])
    expect(told.map((one) => (one.status === 'fulfilled' ? one.value.command.text : (one.reason as { readonly code?: string }).code))).toEqual(['a', 'credential_invalid', 'c', 'input_limit'])
    expect(b.recorder.entries).toHaveLength(2)
    expect(b.queue.list({}).holds).toHaveLength(2)
  })

  it('are none of them there when the record cannot be written', async () => {
    b.recorder.isBroken = true
    const told = await Promise.allSettled(['a', 'b'].map((text) => b.queue.openSoon(command(text), verdict(), 'p1')))
    expect(told).toMatchObject([{ reason: { code: 'recording_unavailable' } }, { reason: { code: 'recording_unavailable' } }])
    expect(b.queue.list({}).holds).toEqual([])
    expect(b.queue.waiting).toBe(0)
  })

  it('do not both take the one hold that waited for such a command', async () => {
    const old = b.queue.open(command('a'), verdict(), 'p1')
    b.queue.detach(old.id)
    const [one, another] = await Promise.all([b.queue.openSoon(command('a'), verdict(), 'p1'), b.queue.openSoon(command('a'), verdict(), 'p1')])
    expect(one.id).toBe(old.id)
    expect(another.id).not.toBe(old.id)
  })

  it('are refused by a gateway whose name another one has taken', async () => {
    b.close()
    b = bench({ pollMs: 5, leaseMs: 30 })
    b.restart()
    b.advance(60_000)
    await vi.waitFor(() => expect(() => b.queue.open(command('x'), verdict(), 'p1')).toThrow(/another process/))
    await expect(b.queue.openSoon(command('a'), verdict(), 'p1')).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
