import { describe, expect, it } from 'vitest'
import { createFreshness, type Freshness } from '../../src/protocols/postgres/freshness.ts'

interface Reading {
  readonly done: () => void
  readonly fail: (why: string) => void
}

interface Clocked {
  readonly readings: Reading[]
  readonly freshness: Freshness
  at: number
}

function world(): Clocked {
  const readings: Reading[] = []
  const refresh = (): Promise<void> => new Promise((resolve, reject) => { readings.push({ done: resolve, fail: (why) => reject(new Error(why)) }) })
  const self: Clocked = { readings, at: 0, freshness: createFreshness(refresh, (): number => self.at) }
  return self
}

describe('the catalogue after a change of ours', () => {
  it('is waited for, and then relied on', async () => {
    const { readings, freshness } = world()
    expect([freshness.gate(), freshness.stale()]).toEqual([undefined, undefined])
    freshness.changed()
    const gate = freshness.gate()
    expect(gate).toBeInstanceOf(Promise)
    readings[0]!.done()
    await gate
    expect([freshness.gate(), freshness.stale()]).toEqual([undefined, undefined])
  })

  it('is read once more for a change that came while it was read', async () => {
    const { readings, freshness } = world()
    freshness.changed()
    const first = freshness.gate()
    freshness.changed()
    readings[0]!.done()
    await first
    const second = freshness.gate()
    expect(second).toBeInstanceOf(Promise)
    readings[1]!.done()
    await second
    expect([freshness.gate(), freshness.stale()]).toEqual([undefined, undefined])
  })

  it('is not relied on when it could not be read, until it could', async () => {
    const target = world()
    const { readings, freshness } = target
    freshness.changed()
    const gate = freshness.gate()
    readings[0]!.fail('gone away')
    await gate
    expect(freshness.stale()).toMatch(/gone away/)
    // At once again for everybody would be a storm.
    expect(freshness.gate()).toBeUndefined()
    target.at = 1_000
    const again = freshness.gate()
    expect(again).toBeInstanceOf(Promise)
    expect(freshness.stale()).toBeUndefined()
    readings[1]!.done()
    await again
    expect([freshness.gate(), freshness.stale()]).toEqual([undefined, undefined])
  })
})
