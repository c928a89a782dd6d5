import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDetectors } from '../../src/masking/detectors.ts'
import { backend, message } from '../../src/protocols/postgres/codec.ts'
import { type CopyOutOptions, createCopyOutMasker } from '../../src/protocols/postgres/copy-masking.ts'

const detectors = createDetectors()
const options = (format: 'text' | 'csv', columns: CopyOutOptions['columns'], header: boolean): CopyOutOptions => ({
  format, delimiter: format === 'csv' ? ',' : '\t', nullString: format === 'csv' ? '' : '\\N', quote: '"', escape: '"', header, columns, detectors, key: Buffer.alloc(32, 7),
})
const piece = fc.oneof(
  fc.constantFrom('a\tb\n', 'a,b\n', '\\N\tb\n', 'a\\\tb\tc\n', 'a\n', 'me@example.com\tb\n', 'me@example.com,b\n', '"x\ny",b\n', '"me@example.com",b\n', 'a\\\n', '\\\n', '\n', '', 'a\tb', 'a\tb\nc\td\n', '4111 1111 1111 1111\tx\n', '\t\n', '\\', '"'),
  fc.string({ maxLength: 12 }).map((text) => `${text}\tz\n`),
)

describe('CopyData that come side by side', () => {
  it.each([['text', ['pass', 'pass']], ['csv', ['pass', 'pass']], ['text', ['pass', 'whole']], ['text', 'whole-row'], ['csv', 'whole-row'], ['text', ['pass']]] as const)('are shown as each would be by itself: %s, %j', (format, columns) => {
    let passed = 0
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (texts, header) => {
        const messages = texts.map((text) => message(backend.copyData, Buffer.from(text)))
        const one = createCopyOutMasker(options(format, columns, header))
        const many = createCopyOutMasker(options(format, columns, header))
        const expected = Buffer.concat([...messages.map((each) => one.data(each)), one.end()])
        const shown: Buffer[] = []
        many.rows(Buffer.concat(messages), (out) => shown.push(out))
        shown.push(many.end())
        // Messages may be cut otherwise; what is in them may not.
        expect(bodies(Buffer.concat(shown)).equals(bodies(expected))).toBe(true)
        if (expected.length > 0 && expected.equals(Buffer.concat(messages))) passed++
      }),
      { numRuns: 2_000 },
    )
    if (columns.length === 2) expect(passed).toBeGreaterThan(0)
  })
})

function bodies(stream: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < stream.length; ) {
    const end = at + 1 + stream.readInt32BE(at + 1)
    parts.push(stream.subarray(at + 5, end))
    at = end
  }
  return Buffer.concat(parts)
}
