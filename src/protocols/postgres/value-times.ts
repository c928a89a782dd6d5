import type { Pseudonymizer } from '../../masking/pseudonym.ts'
import { TYPE } from './types.ts'

// Dates and times as whole microseconds since 2000-01-01 (what the binary formats hold) and back. Text is read in ISO
// style only: what another DateStyle writes begins with a day or a month, so nothing of it is taken for something else.

const DAY = 86_400_000_000
/** Midnight of 1910-01-01, counted from 2000-01-01: pseudonyms lie in the 65536 days from there, up to June 2089. */
const WINDOW_DAYS = Math.round((Date.UTC(1910, 0, 1) - Date.UTC(2000, 0, 1)) / 86_400_000)
const EPOCH_MS = Date.UTC(2000, 0, 1)

/** Microseconds; for dates those of midnight, for a timetz those of its time in UTC (0 to a day). Undefined: no such value, or one without a calendar date (infinity, BC). */
export function readTime(type: number, bytes: Buffer, start: number, end: number, binary: boolean): number | undefined {
  if (!binary) return fromText(type, bytes.toString('latin1', start, end))
  const length = end - start
  switch (type) {
    case TYPE.date: return length === 4 ? within(bytes.readInt32BE(start) * DAY) : undefined
    case TYPE.time: return length === 8 ? within(Number(bytes.readBigInt64BE(start))) : undefined
    case TYPE.timestamp:
    case TYPE.timestamptz: return length === 8 ? within(Number(bytes.readBigInt64BE(start))) : undefined
    // Zone: seconds west of Greenwich.
    case TYPE.timetz: return length === 12 ? ofDay(Number(bytes.readBigInt64BE(start)) + bytes.readInt32BE(start + 8) * 1_000_000) : undefined
    default: return undefined
  }
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/
const ZONE = /([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/

function fromText(type: number, text: string): number | undefined {
  if (type === TYPE.date) return dateOf(text)
  if (type === TYPE.time) return timeOf(text)
  const zone = type === TYPE.timestamp ? null : ZONE.exec(text)
  if (type !== TYPE.timestamp && zone === null) return undefined
  const local = zone === null ? text : text.slice(0, zone.index)
  const offset = zone === null ? 0 : (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 3600 + Number(zone[3] ?? 0) * 60 + Number(zone[4] ?? 0)) * 1_000_000
  const date = type === TYPE.timetz ? 0 : dateOf(local.slice(0, 10))
  const time = timeOf(type === TYPE.timetz ? local : local.charAt(10) === ' ' ? local.slice(11) : '')
  if (date === undefined || time === undefined) return undefined
  return type === TYPE.timetz ? ofDay(time - offset) : within(date + time - offset)
}

function dateOf(text: string): number | undefined {
  const match = DATE.exec(text)
  if (match === null) return undefined
  const at = new Date(0)
  at.setUTCFullYear(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
  return (at.getTime() - EPOCH_MS) * 1_000
}

function timeOf(text: string): number | undefined {
  const match = TIME.exec(text)
  return match === null ? undefined : ((Number(match[1]) * 60 + Number(match[2])) * 60 + Number(match[3])) * 1_000_000 + Number((match[4] ?? '').padEnd(6, '0'))
}

/** Years 1 to 9999: what ISO text of four digits can say. Infinity is far outside. */
const FIRST = (Date.parse('0001-01-01T00:00:00Z') - EPOCH_MS) * 1_000
const LAST = (Date.parse('9999-12-31T23:59:59Z') - EPOCH_MS) * 1_000

function within(micros: number): number | undefined {
  return micros >= FIRST && micros <= LAST ? micros : undefined
}

function ofDay(micros: number): number {
  return ((micros % DAY) + DAY) % DAY
}

/** Days are permuted within the window, so that no two become one; what is more than a day is a digest. */
export function pseudonymTime(type: number, micros: number, by: Pseudonymizer, binary: boolean): Buffer {
  if (type === TYPE.date) {
    const days = Math.floor(micros / DAY) - WINDOW_DAYS
    const shown = days >= 0 && days < 65_536 ? by.int16((days << 16) >> 16) & 0xffff : by.digest('date', String(days)).readUInt16BE(0)
    return writeTime(type, (WINDOW_DAYS + shown) * DAY, binary)
  }
  const bits = by.digest(type === TYPE.time || type === TYPE.timetz ? 'time' : 'timestamp', String(micros)).readUIntBE(0, 6)
  if (type === TYPE.time || type === TYPE.timetz) return writeTime(type, bits % DAY, binary)
  // 2^48 steps of 20 microseconds are 65155 days: just within the window.
  return writeTime(type, WINDOW_DAYS * DAY + bits * 20, binary)
}

/** The first of its year, in UTC: the rest is not shown. */
export function yearOf(type: number, micros: number, binary: boolean): Buffer | null {
  if (type === TYPE.time || type === TYPE.timetz) return null
  const at = new Date(EPOCH_MS + Math.floor(micros / 1_000))
  at.setUTCMonth(0, 1)
  at.setUTCHours(0, 0, 0, 0)
  return writeTime(type, (at.getTime() - EPOCH_MS) * 1_000, binary)
}

function writeTime(type: number, micros: number, binary: boolean): Buffer {
  if (binary) {
    const out = Buffer.alloc(type === TYPE.date ? 4 : type === TYPE.timetz ? 12 : 8)
    if (type === TYPE.date) out.writeInt32BE(Math.floor(micros / DAY))
    else out.writeBigInt64BE(BigInt(micros))
    return out
  }
  const ofTheDay = ofDay(micros)
  const date = type === TYPE.time || type === TYPE.timetz ? '' : isoDate(Math.floor(micros / DAY))
  if (type === TYPE.date) return Buffer.from(date, 'latin1')
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const fraction = String(ofTheDay % 1_000_000).padStart(6, '0').replace(/0+$/, '')
  const time = `${two(ofTheDay / 3_600_000_000)}:${two((ofTheDay / 60_000_000) % 60)}:${two((ofTheDay / 1_000_000) % 60)}${fraction === '' ? '' : `.${fraction}`}`
  const zone = type === TYPE.timestamptz || type === TYPE.timetz ? '+00' : ''
  return Buffer.from(`${date}${date === '' ? '' : ' '}${time}${zone}`, 'latin1')
}

function isoDate(days: number): string {
  return new Date(EPOCH_MS + days * 86_400_000).toISOString().slice(0, 10)
}
