import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Framer, message } from '../../src/protocols/postgres/codec.ts'

const LIMIT = 40
const oneMessage = fc.tuple(fc.constantFrom(0x44, 0x44, 0x44, 0x43, 0x5a), fc.uint8Array({ maxLength: 60 })).map(([type, body]) => message(type, body))
const stream = fc.tuple(fc.array(oneMessage, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }), fc.nat({ max: 20 }))

describe('the framer', () => {
  it('gives the same messages however the bytes are cut, alone or in runs, and holds nothing back', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.boolean(), { minLength: 1 }), ([messages, cuts, tail], choices) => {
        // The last message may be cut short: it never comes.
        const whole = Buffer.concat(messages)
        const bytes = whole.subarray(0, Math.max(0, whole.length - tail))
        const framer = new Framer(LIMIT)
        const out: Buffer[] = []
        let over = 0
        let turn = 0
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const next = Math.min(bytes.length, at + (cuts[cut % cuts.length] as number))
          framer.push(Buffer.from(bytes.subarray(at, next)))
          at = next
          for (;;) {
            const run = choices[turn++ % choices.length] === true ? framer.run(0x44) : null
            if (run !== null) {
              // A run is whole messages of that type, side by side.
              const inside = new Framer(LIMIT)
              inside.push(run.bytes)
              let count = 0
              for (let one = inside.next(); one !== null; one = inside.next(), count++) expect(one.type).toBe(0x44)
              expect([count, inside.pending]).toEqual([run.count, 0])
              out.push(run.bytes)
              continue
            }
            const one = framer.next()
            if (one === null) break
            if (one.oversize === undefined) out.push(one.bytes)
            else over++
          }
        }
        const expected: Buffer[] = []
        let oversize = 0
        let end = 0
        let open = 0
        for (const each of messages) {
          const start = end
          end += each.length
          if (end <= bytes.length || (each.length > LIMIT && start + 5 <= bytes.length)) {
            if (each.length > LIMIT) oversize++
            else expected.push(each)
          } else if (start < bytes.length) open = bytes.length - start
        }
        expect(Buffer.concat(out).equals(Buffer.concat(expected))).toBe(true)
        expect(over).toBe(oversize)
        expect(framer.pending).toBe(open)
      }),
      { numRuns: 3_000 },
    )
  })

  it('refuses a length that cannot be, in a run as well', () => {
    for (const length of [0, 3, -1, 0x80000000 | 0]) {
      const bytes = Buffer.alloc(20, 0x44)
      bytes.writeInt32BE(length, 1)
      for (const read of [(framer: Framer) => framer.next(), (framer: Framer) => framer.run(0x44)]) {
        const framer = new Framer(LIMIT)
        framer.push(bytes)
        expect(() => read(framer)).toThrow(/impossible/)
      }
    }
  })
})
