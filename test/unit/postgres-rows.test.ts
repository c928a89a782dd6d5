import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDetectors } from '../../src/masking/detectors.ts'
import { backend, message } from '../../src/protocols/postgres/codec.ts'
import { createRowMasker, type Field } from '../../src/protocols/postgres/masking.ts'

const TEXT = 25
const fields: readonly Field[] = ['a', 'b'].map((name, index) => ({ name, tableOid: 1, attnum: index + 1, typeOid: TEXT, typmod: -1, format: 0 }))
const detectors = createDetectors()
const cell = fc.oneof(
  fc.constantFrom('', 'x', 'plain text', '4111 1111 1111 1111', 'me@example.com', '2026-11-20 15:00:00.123456', 'DE89370400440532013000', '-----BEGIN', '-', '1', 'PRIVATE KEY-----', 'ghp_', '0', '@', 'a@', '+49 151 23456789', 'password=hunter2'),
  fc.string({ maxLength: 20 }),
  // Lengths whose bytes are digits, dashes or capitals themselves.
  fc.constantFrom(0x2d, 0x30, 0x39, 0x40, 0x41).map((length) => '7'.repeat(length)),
)
const rows = fc.array(fc.tuple(fc.option(cell), fc.option(cell)), { minLength: 1, maxLength: 8 })

function dataRow(cells: readonly (string | null)[]): Buffer {
  const parts = [Buffer.from([0, cells.length])]
  for (const value of cells) {
    const bytes = value === null ? Buffer.alloc(0) : Buffer.from(value)
    const length = Buffer.alloc(4)
    length.writeInt32BE(value === null ? -1 : bytes.length)
    parts.push(length, bytes)
  }
  return message(backend.dataRow, Buffer.concat(parts))
}

describe('rows that come side by side', () => {
  it.each([['nothing is masked', 'pass', false], ['detectors look', 'pass', true], ['a column is masked', 'whole', true]] as const)('are what each would be by itself, where %s', (_, plan, detect) => {
    const masker = createRowMasker({ fields, plan: (_field, index) => (index === 0 ? plan : 'pass'), key: Buffer.alloc(32, 7), detectors, detect })
    let changed = 0
    fc.assert(
      fc.property(rows, (cells) => {
        const messages = cells.map(dataRow)
        const pieces: Buffer[] = []
        masker.rows(Buffer.concat(messages), (piece) => pieces.push(piece))
        const expected = Buffer.concat(messages.map((one) => masker.row(one)))
        if (!expected.equals(Buffer.concat(messages))) changed++
        expect(Buffer.concat(pieces).equals(expected)).toBe(true)
      }),
      { numRuns: 3_000 },
    )
    expect(changed > 500).toBe(detect)
  })

  it('are refused where one of them has another number of values than were described', () => {
    const masker = createRowMasker({ fields, plan: () => 'pass', key: Buffer.alloc(32, 7), detectors, detect: true })
    const run = Buffer.concat([dataRow(['a', 'b']), dataRow(['a'])])
    expect(() => masker.rows(run, () => undefined)).toThrow(/malformed DataRow/)
  })
})
