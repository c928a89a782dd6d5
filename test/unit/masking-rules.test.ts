import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskText, type MaskStyle } from '../../src/masking/rules.ts'

const key = Buffer.alloc(32, 7)
const pseudonym = (value: string, domain = 'customers.email', under = key): string | null => maskText('pseudonym', value, under, domain)

describe('masking styles', () => {
  it('gives one value one pseudonym, in every spelling of it', () => {
    expect(pseudonym('Maria@Example.com ')).toBe(pseudonym('maria@example.com'))
    expect(pseudonym('DE89 3704 0044 0532 0130 00')).toBe(pseudonym('DE89370400440532013000'))
    expect(pseudonym('Cafe\u0301')).toBe(pseudonym('Caf\u00e9'))
  })

  it('gives other values, domains and keys other pseudonyms', () => {
    const all = [pseudonym('a'), pseudonym('b'), pseudonym('a', 'other'), pseudonym('a', 'customers.email', Buffer.alloc(32, 8)), maskText('hash', 'a', key, 'customers.email')]
    expect(new Set(all).size).toBe(all.length)
  })

  it('keeps the pseudonym of an address an address that nobody can have', () => {
    expect(pseudonym('maria@example.com')).toMatch(/^p-[a-z2-7]{16}@masked\.invalid$/)
    expect(pseudonym('Maria Lopez')).toMatch(/^p-[a-z2-7]{16}$/)
  })

  it('gives the same pseudonym when it has forgotten the first', () => {
    const first = pseudonym('kept')
    for (let i = 0; i < 10_000; i++) pseudonym(`filler ${i}`)
    expect(pseudonym('kept')).toBe(first)
  })

  it('refuses to work without a key', () => {
    expect(() => pseudonym('a', 'd', Buffer.alloc(0))).toThrow(TypeError)
    expect(() => maskText('hash', 'a', Buffer.alloc(0), 'd')).toThrow(TypeError)
  })

  it('shows a part without saying how long the rest is', () => {
    const partial = (value: string): string | null => maskText('partial', value, key, 'd')
    expect(partial('maria.lopez@example.com')).toBe('m***@example.com')
    expect(partial('m@example.com')).toBe('***@example.com')
    expect(partial('+49 30 901820 55')).toBe('+49*****55')
    expect(partial('+1 (415) 555-2671')).toBe('+1*****71')
    expect(partial('+353 1 234 5678')).toBe('+353*****78')
    expect(partial('030 901820')).toBe('*****20')
    expect(partial('Maria')).toBe('M*****')
    expect(partial('Maria Magdalena')).toBe('M*****')
    expect(partial('𝒳yz')).toBe('𝒳*****')
    expect(partial('Al')).toBe('*****')
    expect(partial('')).toBe('*****')
  })

  it('shows the last four of what is long enough', () => {
    const last4 = (value: string): string | null => maskText('last4', value, key, 'd')
    expect(last4('4111 1111 1111 1234')).toBe('**** 1234')
    expect(last4('DE89370400440532013000')).toBe('**** 3000')
    expect(last4('1234567')).toBe('‹masked›')
    expect(last4('1-2-3-4-5-6-7')).toBe('‹masked›')
  })

  it('redacts, hashes and nulls', () => {
    expect(maskText('redact', 'x', key, 'd')).toBe('‹masked›')
    expect(maskText('hash', 'x', key, 'd')).toMatch(/^[0-9a-f]{64}$/)
    expect(maskText('null', 'x', key, 'd')).toBeNull()
  })

  it('shows nothing for a style it does not know', () => {
    expect(maskText('shout' as MaskStyle, 'secret', key, 'd')).toBe('‹masked›')
  })

  it('lets no six characters of a value through where the style promises none', () => {
    fc.assert(
      fc.property(fc.constantFrom<MaskStyle>('pseudonym', 'hash', 'redact', 'last4', 'partial'), fc.string({ minLength: 6, maxLength: 60 }), (style, value) => {
        // `partial` keeps an address's domain on purpose, and the stars shown are not the value's.
        fc.pre(!value.includes('@') && !value.includes('*'))
        const shown = maskText(style, value, key, 'd') ?? ''
        for (let i = 0; i + 6 <= value.length; i++) expect(shown.includes(value.slice(i, i + 6))).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })
})
