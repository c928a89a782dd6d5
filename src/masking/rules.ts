import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { MaskStyle } from '../policy/verdict.ts'

export type { MaskStyle } from '../policy/verdict.ts'

/** What a value becomes when nothing of it may be shown. */
export const REDACTED = '‹masked›'
/** Domain of pseudonymous addresses: RFC 2606 reserves `.invalid`, so none of them can ever receive mail. */
export const PSEUDONYM_MAIL_DOMAIN = 'masked.invalid'

// The number of stars says nothing about the length of what they stand for.
const STARS = '*****'

/**
 * Masks one text value. The same style, key, domain and value give the same result, so joins on pseudonyms work
 * within a domain; two domains never share a pseudonym. `key` is secret (32 bytes or more are expected; an empty
 * one is refused); `domain` names what the values are, usually the column. Null means SQL NULL.
 */
export function maskText(style: MaskStyle, value: string, key: Buffer, domain: string): string | null {
  switch (style) {
    case 'pseudonym':
      return pseudonym(value, key, domain)
    case 'partial':
      return partial(value)
    case 'last4':
      return last4(value)
    case 'hash':
      return keyed(key).digest(`hash\0${domain}\0${canonical(value)}`).toString('hex')
    case 'null':
      return null
    default:
      // Also the answer to a style this build does not know: showing less is the only safe reading of it.
      return REDACTED
  }
}

function pseudonym(value: string, key: Buffer, domain: string): string {
  const shape = canonical(value)
  // 80 bits: among a million values of one domain two collide with a chance of about 4e-13.
  const token = 'p-' + base32(keyed(key).digest(`pseudonym\0${domain}\0${shape}`).subarray(0, 10))
  return isMail(shape) ? `${token}@${PSEUDONYM_MAIL_DOMAIN}` : token
}

function isMail(text: string): boolean {
  return text.includes('@') && MAIL.test(text)
}

const MAIL = /^[^\s@]{1,256}@[^\s@.]+(?:\.[^\s@.]+)+$/
const ASCII = /^[\0-\x7f]*$/
const PHONE = /^\+?[\d\s()./-]{7,31}$/
const GROUPED_NUMBER = /^(?:[A-Z]{2}\d{2}[A-Z0-9 ]{11,36}|\+?[\d ()./-]{8,31})$/i

/**
 * One spelling per value, or `A@x.org` and `a@x.org` would be two people. What is a number to people (phone, card,
 * IBAN) loses its separators.
 */
function canonical(value: string): string {
  const trimmed = (ASCII.test(value) ? value : value.normalize('NFC')).trim()
  if (isMail(trimmed)) return trimmed.toLowerCase()
  if (GROUPED_NUMBER.test(trimmed)) return trimmed.replace(/[\s()./-]/g, '').toUpperCase()
  return trimmed
}

function partial(value: string): string {
  const trimmed = value.trim()
  if (isMail(trimmed)) {
    const at = trimmed.lastIndexOf('@')
    return (at > 1 ? firstCharacter(trimmed) : '') + '***' + trimmed.slice(at)
  }
  if (PHONE.test(trimmed) && trimmed.replace(/\D/g, '').length >= 8) {
    const digits = trimmed.replace(/\D/g, '')
    return (trimmed.startsWith('+') ? '+' + digits.slice(0, callingCodeLength(digits)) : '') + STARS + digits.slice(-2)
  }
  return trimmed.length > 2 ? firstCharacter(trimmed) + STARS : STARS
}

function last4(value: string): string {
  const plain = value.replace(/[^\p{L}\p{N}]/gu, '')
  return plain.length < 8 ? REDACTED : '**** ' + Array.from(plain.slice(-8)).slice(-4).join('')
}

/** ITU E.164: zones 1 and 7 have one digit, the codes listed have two, all others three. */
function callingCodeLength(digits: string): 1 | 2 | 3 {
  if (digits[0] === '1' || digits[0] === '7') return 1
  return TWO_DIGIT_CALLING_CODES.has(digits.slice(0, 2)) ? 2 : 3
}

const TWO_DIGIT_CALLING_CODES: ReadonlySet<string> = new Set(
  ('20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 ' +
    '81 82 84 86 90 91 92 93 94 95 98').split(' '),
)

function firstCharacter(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0x2a)
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

function base32(bytes: Uint8Array): string {
  let out = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += ALPHABET[(held >>> bits) & 31]
    }
  }
  return out
}

interface Keyed {
  readonly digest: (message: string) => Buffer
}

const holders = new WeakMap<Buffer, Keyed>()

function keyed(key: Buffer): Keyed {
  const known = holders.get(key)
  if (known !== undefined) return known
  if (key.length === 0) throw new TypeError('masking needs a key that is not empty')
  const secret: KeyObject = createSecretKey(key)
  const holder: Keyed = { digest: (message) => createHmac('sha256', secret).update(message, 'utf8').digest() }
  holders.set(key, holder)
  return holder
}
