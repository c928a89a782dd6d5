import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDetectors } from '../../src/masking/detectors.ts'
import { createTextMasker, createTextMaskStream, OVERLAP_BYTES } from '../../src/masking/text-stream.ts'

const detectors = createDetectors()
const letters = (count: number): string => 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7'.repeat(Math.ceil(count / 27)).slice(0, count)
const keyBlock = (size: number): string => `-----BEGIN PRIVATE KEY-----\n${`${letters(64)}\n`.repeat(Math.ceil(size / 65))}-----END PRIVATE KEY-----`

function through(chunks: readonly Uint8Array[]): string {
  const masker = createTextMasker(detectors)
  return Buffer.concat([...chunks.map((chunk) => masker.write(chunk)), masker.flush()]).toString('utf8')
}

function cut(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return chunks
}

describe('masking a stream of text', () => {
  const text = `login ann@example.com\nkey ${keyBlock(400)} after\ncard 4111 1111 1111 1111, password=hunter22x\r\nplain ${letters(30)}\ntail bob@example.com`
  const expected = detectors.maskText(text)

  it('gives what masking the whole gives, cut at every byte', () => {
    const bytes = Buffer.from(text)
    for (let at = 0; at <= bytes.length; at++) expect(through([bytes.subarray(0, at), bytes.subarray(at)])).toBe(expected)
    expect(through(cut(bytes, 1))).toBe(expected)
    expect(through(cut(bytes, 7))).toBe(expected)
  })

  it('passes text without finds unchanged, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 6 }), (chunks) => {
        const masker = createTextMasker(createDetectors({ classes: ['card'] }))
        const out = Buffer.concat([...chunks.map((chunk) => masker.write(chunk)), masker.flush()])
        expect(out.equals(Buffer.concat(chunks))).toBe(true)
      }),
    )
  })

  it('hides a key block larger than any buffer and shows what follows it', () => {
    const bytes = Buffer.from(`before ${keyBlock(100_000)} after`)
    expect(through(cut(bytes, 1000))).toBe('before ‹secret:private-key› after')
  })

  it('hides a token longer than the overlap to its last byte', () => {
    const token = `eyJ${letters(40)}.eyJ${letters(6000)}.${letters(300)}`
    expect(through(cut(Buffer.from(`x ${token} y`), 100))).toBe('x ‹secret:jwt› y')
  })

  it('looks again at what follows when a key block never ends', () => {
    const bytes = Buffer.from(`-----BEGIN PRIVATE KEY-----\n${letters(400_000)}\nann@example.com visible`)
    const out = through(cut(bytes, 4096))
    expect(out.startsWith('‹secret:private-key›')).toBe(true)
    expect(out.endsWith('‹email› visible')).toBe(true)
  })

  it('keeps back no more than the overlap and lets a prompt go when asked', () => {
    const masker = createTextMasker(detectors)
    expect(masker.write(Buffer.from('user$ ')).length).toBe(0)
    expect(masker.flush().toString()).toBe('user$ ')
    expect(masker.write(Buffer.alloc(10_000, 'x ')).length).toBe(10_000 - OVERLAP_BYTES)
    expect(masker.flush().length).toBe(OVERLAP_BYTES)
  })

  it('does not look into a chunk again after it was taken', () => {
    const masker = createTextMasker(detectors)
    const chunk = Buffer.from('ann@exam')
    masker.write(chunk)
    chunk.fill(0x2e)
    masker.write(Buffer.from('ple.com'))
    expect(masker.flush().toString()).toBe('‹email›')
  })

  it('works as a web stream', async () => {
    const stream = createTextMaskStream(detectors)
    const writer = stream.writable.getWriter()
    const written = (async () => {
      for (const chunk of cut(Buffer.from(text), 10)) await writer.write(chunk)
      await writer.close()
    })()
    const chunks: Uint8Array[] = []
    for await (const chunk of stream.readable) chunks.push(chunk)
    await written
    expect(Buffer.concat(chunks).toString()).toBe(expected)
  })
})
