import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillSlots, seatsNeeded } from '../../src/approvals/eligibility.ts'
import type { Slot } from '../../src/policy/verdict.ts'
import { person } from '../support/approvals.ts'

const GROUPS = ['a', 'b', 'c'] as const
const slots = fc.array(fc.record({ name: fc.constant('s'), groups: fc.subarray([...GROUPS], { minLength: 1 }), quorum: fc.integer({ min: 1, max: 2 }) }), { minLength: 1, maxLength: 3 })
const people = fc.array(fc.subarray([...GROUPS]), { maxLength: 5 }).map((all) => all.map((groups, index) => ({ person: person(`p${index}`, groups), groups })))

/** Every way to seat these people, tried one by one. */
function bestByTrying(required: readonly Slot[], groups: readonly (readonly string[])[]): number {
  const [first, ...rest] = groups
  if (first === undefined) return 0
  let best = bestByTrying(required, rest)
  required.forEach((slot, index) => {
    if (slot.quorum === 0 || !slot.groups.some((group) => first.includes(group))) return
    const left = required.map((other, at) => (at === index ? { ...other, quorum: other.quorum - 1 } : other))
    best = Math.max(best, 1 + bestByTrying(left, rest))
  })
  return best
}

describe('seats', () => {
  it('are filled with as many distinct eligible people as possible, in whatever order they approved', () => {
    fc.assert(
      fc.property(slots, people, (required, approvals) => {
        const seated = fillSlots(required, approvals)
        const names = seated.flat().map((one) => one.id)
        expect(new Set(names).size).toBe(names.length)
        seated.forEach((inSlot, index) => {
          const slot = required[index]!
          expect(inSlot.length).toBeLessThanOrEqual(slot.quorum)
          for (const one of inSlot) expect(slot.groups.some((group) => approvals.find((approval) => approval.person.id === one.id)!.groups.includes(group))).toBe(true)
        })
        expect(names.length).toBe(bestByTrying(required, approvals.map((approval) => approval.groups)))
        expect(fillSlots(required, [...approvals].reverse()).flat().length).toBe(names.length)
      }),
      { numRuns: 400 },
    )
  })

  it('are not filled twice by one person under two identities', () => {
    const twice = [
      { person: person('maria', ['a']), groups: ['a'] },
      { person: person('maria', ['a'], { subject: 'maria-2' }), groups: ['a'] },
      { person: person('m', ['a'], { subject: 'maria', issuer: 'https://other.example', id: 'https://other.example#maria' }), groups: ['a'] },
    ]
    expect(fillSlots([{ name: 's', groups: ['a'], quorum: 3 }], twice).flat()).toHaveLength(1)
  })

  it('are impossible to fill where the rule is not a requirement at all', () => {
    expect(seatsNeeded([])).toBe(Number.POSITIVE_INFINITY)
    expect(seatsNeeded([{ name: 's', groups: ['a'], quorum: 0 }])).toBe(Number.POSITIVE_INFINITY)
    expect(seatsNeeded([{ name: 's', groups: ['a'], quorum: Number.NaN }])).toBe(Number.POSITIVE_INFINITY)
    expect(seatsNeeded([{ name: 's', groups: ['a'], quorum: 2 }, { name: 't', groups: ['a'], quorum: 1 }])).toBe(3)
  })
})
