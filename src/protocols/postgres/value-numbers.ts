import type { Pseudonymizer } from '../../masking/pseudonym.ts'
import { TYPE } from './types.ts'

// Numbers of every type, in both formats, as one canonical spelling, and their pseudonyms. One value has one pseudonym
// whatever its type (except in the small ones: smallint and real), because clients join an int4 with an int8.

/** Decimal digits without an exponent, leading or trailing zeros; or NaN, Infinity, -Infinity. */
export type Canonical = string

const DECIMAL = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/
const NUMERIC_SIGNS: ReadonlyMap<number, string> = new Map([[0xc000, 'NaN'], [0xd000, 'Infinity'], [0xf000, '-Infinity']])

/** Undefined: these bytes are no value of that type. */
export function readNumber(type: number, bytes: Buffer, start: number, end: number, binary: boolean): Canonical | undefined {
  const length = end - start
  if (!binary) return fromText(type, bytes.toString('latin1', start, end))
  switch (type) {
    case TYPE.int2: return length === 2 ? String(bytes.readInt16BE(start)) : undefined
    case TYPE.int4: return length === 4 ? String(bytes.readInt32BE(start)) : undefined
    case TYPE.oid: return length === 4 ? String(bytes.readUInt32BE(start)) : undefined
    case TYPE.int8: return length === 8 ? String(bytes.readBigInt64BE(start)) : undefined
    case TYPE.float4: return length === 4 ? fromFloat(bytes.readFloatBE(start)) : undefined
    case TYPE.float8: return length === 8 ? fromFloat(bytes.readDoubleBE(start)) : undefined
    case TYPE.numeric: return fromNumeric(bytes, start, end)
    default: return undefined
  }
}

function fromText(type: number, text: string): Canonical | undefined {
  if (type === TYPE.float4 || type === TYPE.float8) {
    if (!/^(?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|-?Infinity)$/i.test(text)) return undefined
    return fromFloat(type === TYPE.float4 ? Math.fround(Number(text)) : Number(text))
  }
  if (type === TYPE.numeric && /^(?:NaN|-?Infinity)$/.test(text)) return text
  return plain(text)
}

function plain(text: string): Canonical | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const fraction = match[3] ?? ''
  const digits = fraction === '' ? (match[2] as string) : `${match[2]}.${fraction}`
  return digits === '0' ? '0' : `${match[1]}${digits}`
}

function fromFloat(value: number): Canonical {
  if (!Number.isFinite(value)) return String(value)
  if (Number.isInteger(value)) return value === 0 ? '0' : BigInt(value).toString()
  return String(value)
}

/** ndigits, weight, sign, dscale, then digits of base 10000 (numeric_send in src/backend/utils/adt/numeric.c). */
function fromNumeric(bytes: Buffer, start: number, end: number): Canonical | undefined {
  if (end - start < 8) return undefined
  const count = bytes.readUInt16BE(start)
  const weight = bytes.readInt16BE(start + 2)
  const sign = bytes.readUInt16BE(start + 4)
  if (end - start !== 8 + 2 * count) return undefined
  const special = NUMERIC_SIGNS.get(sign)
  if (special !== undefined) return special
  let whole = ''
  let fraction = ''
  for (let i = 0; i < count; i++) {
    const digits = String(bytes.readUInt16BE(start + 8 + 2 * i)).padStart(4, '0')
    if (i <= weight) whole += digits
    else fraction += digits
  }
  if (weight >= 0) whole = whole.padEnd(4 * (weight + 1), '0')
  else fraction = '0'.repeat(4 * (-weight - 1)) + fraction
  return plain(`${sign === 0x4000 ? '-' : ''}${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`)
}

/** The pseudonym of a number in its own type and format. */
export function pseudonymNumber(type: number, value: Canonical, by: Pseudonymizer, binary: boolean): Buffer {
  switch (type) {
    case TYPE.int2: return written(type, String(by.int16(Number(value))), binary)
    case TYPE.int4: return written(type, String(by.int32(Number(value))), binary)
    case TYPE.oid: return written(type, String(by.int32(Number(value) | 0) >>> 0), binary)
    // 24 bits are all that a real holds exactly.
    case TYPE.float4: return written(type, String(by.digest('real', value).readUIntBE(0, 3)), binary)
    default: return written(type, wide(value, by), binary)
  }
}

/** Whole numbers beyond 32 bits go above all those within, so that they never meet; all stay exact in a double. */
function wide(value: Canonical, by: Pseudonymizer): string {
  if (/^-?\d{1,10}$/.test(value)) {
    const number = Number(value)
    if (number === (number | 0)) return String(by.int32(number))
  }
  if (/^-?\d+$/.test(value)) return String(2 ** 32 + by.digest('number', value).readUIntBE(0, 6) * 16)
  return `${by.digest('number', value).readUIntBE(0, 6)}.5`
}

function written(type: number, decimal: string, binary: boolean): Buffer {
  if (!binary) return Buffer.from(decimal, 'latin1')
  const out = Buffer.alloc(type === TYPE.int2 ? 2 : type === TYPE.int8 || type === TYPE.float8 ? 8 : 4)
  switch (type) {
    case TYPE.int2: out.writeInt16BE(Number(decimal)); return out
    case TYPE.int4: out.writeInt32BE(Number(decimal)); return out
    case TYPE.oid: out.writeUInt32BE(Number(decimal)); return out
    case TYPE.int8: out.writeBigInt64BE(BigInt(decimal)); return out
    case TYPE.float4: out.writeFloatBE(Number(decimal)); return out
    case TYPE.float8: out.writeDoubleBE(Number(decimal)); return out
    default: return toNumeric(decimal)
  }
}

/** `decimal` has at most one digit behind its point. */
function toNumeric(decimal: string): Buffer {
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.')
  const padded = whole.padStart(Math.ceil(whole.length / 4) * 4, '0') + (fraction === '' ? '' : fraction.padEnd(4, '0'))
  const digits: number[] = []
  for (let i = 0; i < padded.length; i += 4) digits.push(Number(padded.slice(i, i + 4)))
  const out = Buffer.alloc(8 + 2 * digits.length)
  out.writeUInt16BE(digits.length, 0)
  out.writeInt16BE(Math.ceil(whole.length / 4) - 1, 2)
  out.writeUInt16BE(decimal.startsWith('-') ? 0x4000 : 0, 4)
  out.writeUInt16BE(fraction.length, 6)
  for (const [i, digit] of digits.entries()) out.writeUInt16BE(digit, 8 + 2 * i)
  return out
}
