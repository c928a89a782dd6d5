import { maskedJson } from '../../masking/json.ts'
import { pseudonymizer } from '../../masking/pseudonym.ts'
import { maskText, type MaskStyle, REDACTED } from '../../masking/rules.ts'
import { isDigit } from '../../masking/scan.ts'
import type { ColumnPlan } from './masking.ts'
import { ARRAY_ELEMENT, TYPE } from './types.ts'
import { maskArray } from './value-arrays.ts'
import { readAddress, readBytea, readUuid, writeAddress, writeBytea, writeUuid } from './value-bytes.ts'
import { pseudonymNumber, readNumber } from './value-numbers.ts'
import { pseudonymTime, readTime, yearOf } from './value-times.ts'

/** What the client gets for the value in [start, end), in the same type and format; null: NULL. Never a view of `bytes`; the caller must not change it. */
export type ValueMask = (bytes: Buffer, start: number, end: number) => Buffer | null

/**
 * The mask of one type in one format (0 text, 1 binary), or null where the style has no safe form in that type: then every
 * value is NULL, which all types have in both formats. A pseudonym or hash is made of the value and not of its spelling, so
 * text and binary, varchar and text, int4 and int8 give the same one. Words (`‹masked›`) stand only where words can stand:
 * a number that says "masked" would be taken for a number.
 */
export function valueMask(plan: Exclude<ColumnPlan, 'pass'>, type: number, binary: boolean, key: Buffer): ValueMask | null {
  const style = plan === 'whole' ? 'redact' : plan.style
  if (style === 'null') return null
  const domain = plan === 'whole' ? '' : plan.domain
  const element = ARRAY_ELEMENT.get(type)
  if (element !== undefined) {
    // How many there are is shown only together with them.
    const mask = plan === 'whole' ? null : valueMask(plan, element, binary, key)
    return mask && ((bytes, start, end) => maskArray(bytes, start, end, binary, mask))
  }
  const show = showOf({ style, domain, type, binary, key })
  if (show === null) return null
  if (typeof show !== 'function') return () => show
  // A piece of a value is made faster than it is found again.
  return style === 'partial' || style === 'last4' ? show : cached(show, key, `${style}\0${type}\0${binary}\0${domain}`)
}

interface Wanted {
  readonly style: MaskStyle
  readonly domain: string
  readonly type: number
  readonly binary: boolean
  readonly key: Buffer
}

/** A constant where the value does not matter. */
function showOf(wanted: Wanted): ValueMask | Buffer | null {
  switch (wanted.type) {
    case TYPE.text:
    case TYPE.varchar:
    case TYPE.bpchar:
    case TYPE.name:
    case TYPE.unknown:
    case TYPE.cstring: return textMask(wanted)
    case TYPE.json:
    case TYPE.jsonb: return jsonMask(wanted)
    case TYPE.xml: return xmlMask(wanted)
    case TYPE.bytea: return byteaMask(wanted)
    case TYPE.uuid: return uuidMask(wanted)
    case TYPE.int2:
    case TYPE.int4:
    case TYPE.int8:
    case TYPE.oid:
    case TYPE.float4:
    case TYPE.float8:
    case TYPE.numeric: return numberMask(wanted)
    case TYPE.date:
    case TYPE.time:
    case TYPE.timetz:
    case TYPE.timestamp:
    case TYPE.timestamptz: return timeMask(wanted)
    case TYPE.inet:
    case TYPE.cidr:
    case TYPE.macaddr:
    case TYPE.macaddr8: return addressMask(wanted)
    // bool (two values have no pseudonyms), interval and money (their text hangs on settings), ranges, enums, composites, whatever is not listed.
    default: return null
  }
}

/** NAMEDATALEN - 1: the server refuses a longer `name`. */
const NAME_BYTES = 63

function textMask({ style, domain, type, key }: Wanted): ValueMask | Buffer {
  const write = (text: string): Buffer => {
    const bytes = Buffer.from(text, 'utf8')
    return type === TYPE.name && bytes.length > NAME_BYTES ? cut(bytes) : bytes
  }
  if (!isByValue(style)) return write(REDACTED)
  if (style === 'partial') return (bytes, start, end) => initialOnly(bytes, start, end) ?? write(maskText(style, bytes.toString('utf8', start, end), key, domain) ?? REDACTED)
  if (style === 'last4') return (bytes, start, end) => lastFour(bytes, start, end) ?? write(maskText(style, bytes.toString('utf8', start, end), key, domain) ?? REDACTED)
  return (bytes, start, end) => write(maskText(style, bytes.toString('utf8', start, end), key, domain) ?? REDACTED)
}

/** A word's first letter and stars, by that letter. */
const INITIALS: readonly (Buffer | undefined)[] = Array.from({ length: 128 }, (_, code) => (/[A-Za-z]/.test(String.fromCharCode(code)) ? Buffer.from(maskText('partial', `${String.fromCharCode(code)}bcdefghi`, Buffer.from([0]), '') ?? REDACTED) : undefined))
const SHORT = 9
const LONG = 64

/**
 * What `partial` makes of most text, without reading it as text. Undefined where it could be anything else: an address, a
 * telephone number (neither begins with a letter and has no `@`), a value with blanks around it, or one of two characters.
 */
function initialOnly(bytes: Buffer, start: number, end: number): Buffer | undefined {
  const last = bytes[end - 1]!
  if (end - start < SHORT || end - start > LONG || last <= 0x20 || last >= 0x7f) return undefined
  for (let i = start; i < end; i++) if (bytes[i] === 0x40) return undefined
  return INITIALS[bytes[start]!]
}

/** What `last4` makes of ASCII that has eight letters or digits and more. Undefined: something else. */
function lastFour(bytes: Buffer, start: number, end: number): Buffer | undefined {
  if (end - start > LONG) return undefined
  const out = Buffer.from('**** 0000', 'latin1')
  let found = 0
  for (let i = end - 1; i >= start; i--) {
    const byte = bytes[i]!
    if (byte >= 0x80) return undefined
    const letter = byte | 0x20
    if (isDigit(byte) || (letter >= 0x61 && letter <= 0x7a)) {
      if (found < 4) out[8 - found] = byte
      found++
    }
  }
  return found >= 8 ? out : undefined
}

/** Whole characters only. */
function cut(bytes: Buffer): Buffer {
  let end = NAME_BYTES
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

function isByValue(style: MaskStyle): boolean {
  return style === 'pseudonym' || style === 'hash' || style === 'partial' || style === 'last4'
}

/** A JSON string. Only tokens can stand for a document; its first letter or last four say nothing anyone asked for. */
function jsonMask({ style, domain, type, binary, key }: Wanted): ValueMask | Buffer {
  const version = type === TYPE.jsonb && binary
  const write = (text: string): Buffer => Buffer.from(`${version ? '\x01' : ''}${maskedJson(text)}`, 'utf8')
  if (style !== 'pseudonym' && style !== 'hash') return write(REDACTED)
  return (bytes, start, end) => write(maskText(style, jsonMeaning(bytes.toString('utf8', version ? start + 1 : start, end)), key, domain) ?? REDACTED)
}

/** A document that is one string means that string; any other its members in one order, without blanks. */
function jsonMeaning(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'string') return value
    // Numbers that a double cannot tell apart must stay two: their own spelling is kept.
    return /\d{16}/.test(text) ? text : JSON.stringify(value, (_, member: unknown) => (isRecord(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member))
  } catch {
    return text
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One element, so that it is content and document alike. */
function xmlMask({ style, domain, key }: Wanted): ValueMask | Buffer {
  const write = (text: string): Buffer => Buffer.from(`<masked>${text}</masked>`, 'utf8')
  if (style !== 'pseudonym' && style !== 'hash') return write(REDACTED)
  return (bytes, start, end) => write(maskText(style, bytes.toString('utf8', start, end), key, domain) ?? REDACTED)
}

function byteaMask({ style, domain, binary, key }: Wanted): ValueMask | Buffer {
  if (style !== 'pseudonym' && style !== 'hash') return writeBytea(Buffer.from(REDACTED, 'utf8'), binary)
  const by = pseudonymizer(key, domain)
  return (bytes, start, end) => {
    const value = readBytea(bytes, start, end, binary)
    return value === undefined ? null : writeBytea(by.digest(`${style} bytes`, value.toString('latin1')).subarray(0, style === 'hash' ? 32 : 16), binary)
  }
}

function uuidMask({ style, domain, binary, key }: Wanted): ValueMask | null {
  if (style !== 'pseudonym' && style !== 'hash') return null
  const by = pseudonymizer(key, domain)
  return (bytes, start, end) => {
    const value = readUuid(bytes, start, end, binary)
    return value === undefined ? null : writeUuid(by.digest(`${style} uuid`, value), style === 'hash' ? 8 : 4, binary)
  }
}

function numberMask({ style, domain, type, binary, key }: Wanted): ValueMask | null {
  if (style !== 'pseudonym') return null
  const by = pseudonymizer(key, domain)
  return (bytes, start, end) => {
    const value = readNumber(type, bytes, start, end, binary)
    return value === undefined ? null : pseudonymNumber(type, value, by, binary)
  }
}

function timeMask({ style, domain, type, binary, key }: Wanted): ValueMask | null {
  if (style !== 'pseudonym' && style !== 'partial') return null
  const by = pseudonymizer(key, domain)
  return (bytes, start, end) => {
    const value = readTime(type, bytes, start, end, binary)
    if (value === undefined) return null
    return style === 'partial' ? yearOf(type, value, binary) : pseudonymTime(type, value, by, binary)
  }
}

function addressMask({ style, domain, type, binary, key }: Wanted): ValueMask | null {
  if (style !== 'pseudonym') return null
  const by = pseudonymizer(key, domain)
  return (bytes, start, end) => {
    const value = readAddress(type, bytes, start, end, binary)
    return value === undefined ? null : writeAddress(type, by.digest('address', value), binary)
  }
}

/** Values seen lately, by their bytes. Kept in clear, as they are in the process anyway; the bounds keep them few, and they go with their key. */
interface Cache {
  young: Map<string, Buffer | null>
  old: Map<string, Buffer | null>
}

const CACHED_VALUES = 4096
const CACHED_BYTES = 128
const MAX_CACHES = 64
const caches = new WeakMap<Buffer, Map<string, Cache>>()

/** Two generations: what is asked for again moves to the young one, and the old one is dropped whole when that is full. */
function cached(show: ValueMask, key: Buffer, of: string): ValueMask {
  let all = caches.get(key)
  if (all === undefined) caches.set(key, (all = new Map()))
  let cache = all.get(of)
  if (cache === undefined) {
    if (all.size >= MAX_CACHES) all.clear()
    all.set(of, (cache = { young: new Map(), old: new Map() }))
  }
  const seen = cache
  return (bytes, start, end) => {
    if (end - start > CACHED_BYTES) return show(bytes, start, end)
    const value = bytes.toString('latin1', start, end)
    const known = seen.young.get(value)
    if (known !== undefined) return known
    const shown = seen.old.get(value) ?? show(bytes, start, end)
    if (seen.young.size >= CACHED_VALUES) {
      seen.old = seen.young
      seen.young = new Map()
    }
    seen.young.set(value, shown)
    return shown
  }
}
