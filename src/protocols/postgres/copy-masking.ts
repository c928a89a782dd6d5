import { GatewayError } from '../../errors.ts'
import type { Detectors } from '../../masking/detectors.ts'
import { maskJson } from '../../masking/json.ts'
import { type ValueMask, valueMask } from './mask-values.ts'
import { type ColumnPlan, frame, malformed } from './masking.ts'
import { makeRoom, put, type Room, roomFor, writeInt32 } from './room.ts'
import { TYPE, type TypeFamily, typeFamily } from './types.ts'

/** What COPY was told (its options, with their defaults filled in). Delimiter, quote and escape are one ASCII character. */
export interface CopyOutOptions {
  readonly format: 'text' | 'csv' | 'binary'
  readonly delimiter: string
  readonly nullString: string
  readonly quote: string
  readonly escape: string
  readonly header: boolean
  /** In the order COPY sends them; `whole-row` when that is not known. A row of another number of fields is masked whole. */
  readonly columns: readonly ColumnPlan[] | 'whole-row'
  /** Where known, so that a masked number stays a number and JSON stays JSON. Absent: every field counts as text, in binary as nothing we know. */
  readonly typeOids?: readonly number[]
  readonly detectors: Detectors
  readonly key: Buffer
}

export interface CopyOutMasker {
  /** One CopyData. Returns one CopyData with the rows that are complete by now, or an empty buffer when none is. */
  data(message: Buffer): Buffer
  /** Several CopyData side by side: pieces in order, views of them where nothing changes. */
  rows(messages: Buffer, out: (piece: Buffer) => void): void
  /** Before CopyDone: a last line without its newline, masked, or empty. Throws `target_failed` when a binary row was cut short. */
  end(): Buffer
}

/** A row longer than this is refused (`input_limit`) and not passed on unread. */
export const MAX_COPY_ROW_BYTES = 32 * 1024 * 1024

/**
 * Masks the rows of COPY … TO STDOUT. The server sends one row per message in text and csv, but the protocol does not
 * promise it, so rows are found by their own syntax (documentation of COPY, "File Formats") across messages.
 */
export function createCopyOutMasker(options: CopyOutOptions): CopyOutMasker {
  const rows = options.format === 'binary' ? binaryRows(options) : lineRows(options)
  let carried: Buffer = EMPTY
  const take = (bytes: Buffer, final: boolean): Buffer => {
    const all = carried.length === 0 ? bytes : Buffer.concat([carried, bytes])
    const pieces: Buffer[] = []
    const used = rows(all, pieces, final)
    // A copy: the caller may use its read buffer again.
    carried = used === all.length ? EMPTY : Buffer.from(all.subarray(used))
    if (carried.length > MAX_COPY_ROW_BYTES) throw new GatewayError('input_limit', `a COPY row is longer than ${MAX_COPY_ROW_BYTES} bytes`)
    return pieces.length === 0 ? EMPTY : frame('d', pieces)
  }
  const data = (message: Buffer): Buffer => {
    if (message.length < 5 || message[0] !== 0x64 || message.readInt32BE(1) !== message.length - 1) throw malformed('CopyData')
    if (carried.length + message.length > MAX_COPY_ROW_BYTES + 5) throw new GatewayError('input_limit', `a COPY row is longer than ${MAX_COPY_ROW_BYTES} bytes`)
    return take(message.subarray(5), false)
  }
  const splice = options.format === 'binary' ? binarySplice(options) : lineSplice(options)
  let begun = !options.header && options.format !== 'binary'
  return {
    data,
    rows: (messages, out) => {
      let room: Room | undefined
      // Up to where it is copied.
      let copied = 0
      for (let at = 0; at < messages.length; ) {
        const end = at + 1 + messages.readInt32BE(at + 1)
        if (messages[at] !== 0x64 || end > messages.length || end < at + 5) throw malformed('CopyData')
        // Just one row, and nothing of another one before it: what changes in it is written where it stands.
        const simple = begun && carried.length === 0 && splice.row(messages, at + 5, end)
        begun ||= end > at + 5
        if (simple && splice.count === 0) {
          at = end
          continue
        }
        room ??= roomFor(messages)
        if (simple) {
          const head = room.used + at - copied
          for (let k = 0; k < splice.count; k++) copied = replace(room, messages, copied, splice.from[k]!, splice.until[k]!, splice.bytes[k]!)
          const growth = room.used - head - (copied - at)
          writeInt32(room.bytes, end - at - 1 + growth, head + 1)
        } else {
          copied = replace(room, messages, copied, at, end, data(messages.subarray(at, end)))
        }
        at = end
      }
      if (room === undefined) return out(messages)
      replace(room, messages, copied, messages.length, messages.length, EMPTY)
      out(room.bytes.subarray(0, room.used))
    },
    end: () => {
      const out = take(EMPTY, true)
      if (carried.length > 0) throw malformed('COPY row')
      return out
    },
  }
}

/** Copies what stays up to `from`, then what replaces [from, until); gives `until`. */
function replace(room: Room, messages: Buffer, copied: number, from: number, until: number, by: Buffer): number {
  makeRoom(room, from - copied + by.length)
  put(room, messages, copied, from)
  put(room, by, 0, by.length)
  return until
}

/** What changes in one row, in arrays that are used again for the next. */
interface Splice {
  /** False: the bytes are not one row in its simplest form, so it must be read by its whole syntax. */
  row(bytes: Buffer, start: number, end: number): boolean
  count: number
  readonly from: number[]
  readonly until: number[]
  readonly bytes: Buffer[]
}

/** A row without escapes (other than \\N), where the values stand as they are: alone, or in csv between two quotes. */
function lineSplice(options: CopyOutOptions): Splice {
  const { columns, detectors, typeOids } = options
  const syntax = syntaxOf(options)
  const { csv, delimiter, quote, escape: escaping, nullBytes } = syntax
  const masks = masksOf(options)
  const plans = columns === 'whole-row' ? [] : columns
  const isScalar = plans.map((_, index) => typeOids !== undefined && typeFamily(typeOids[index] ?? 0) === 'scalar')
  const isUsualNull = !csv && options.nullString === '\\N'
  const isNullAt = (bytes: Buffer, start: number, end: number): boolean => end - start === nullBytes.length && nullBytes.equals(bytes.subarray(start, end))
  // What a value may end at, or make this more than a simple row.
  const stops = new Uint8Array(256)
  for (const byte of [delimiter, NEWLINE, csv ? quote : BACKSLASH]) stops[byte] = 1
  // Where the value of the field that begins at `begin` ends, or -1.
  const endOf = (bytes: Buffer, begin: number, stop: number): number => {
    let i = begin
    while (i < stop && stops[bytes[i]!] === 0) i++
    if (i === stop || bytes[i] === delimiter) return i
    return isUsualNull && i === begin && bytes[i] === BACKSLASH && bytes[i + 1] === CAPITAL_N && (i + 2 === stop || bytes[i + 2] === delimiter) ? i + 2 : -1
  }
  const endOfQuoted = (bytes: Buffer, begin: number, stop: number): number => {
    let i = begin
    while (i < stop && bytes[i] !== quote && bytes[i] !== escaping) i++
    return i < stop && bytes[i] === quote && (i + 1 === stop || bytes[i + 1] === delimiter) ? i : -1
  }
  const splice: Splice = {
    count: 0, from: [], until: [], bytes: [],
    row(bytes, start, end) {
      splice.count = 0
      const stop = end - 1
      if (stop < start || bytes[stop] !== NEWLINE) return false
      let at = start
      for (let field = 0; field < plans.length; field++) {
        const plan = plans[field] as ColumnPlan
        const isQuoted = csv && bytes[at] === quote && at < stop
        const begin = isQuoted ? at + 1 : at
        const finish = isQuoted ? endOfQuoted(bytes, begin, stop) : endOf(bytes, begin, stop)
        if (finish === -1) return false
        const next = isQuoted ? finish + 1 : finish
        if (plan === 'pass') {
          if (!isScalar[field] && detectors.scanBytes(bytes, begin, finish)) return false
        } else if (isQuoted || !isNullAt(bytes, begin, finish)) {
          const mask = plan === 'whole' ? masks.whole(field) : masks.columns[field]
          const shown = mask === null || mask === undefined ? null : mask(bytes, begin, finish)
          splice.from[splice.count] = at
          splice.until[splice.count] = next
          splice.bytes[splice.count++] = shown === null ? nullBytes : encodeField(shown, syntax)
        }
        if (next === stop) return field === plans.length - 1
        at = next + 1
      }
      return false
    },
  }
  return splice
}

const CAPITAL_N = 0x4e

/** A row that fills its message: int16 count, then (int32 length, bytes) each. */
function binarySplice(options: CopyOutOptions): Splice {
  const plans = options.columns === 'whole-row' ? [] : options.columns
  const masks = masksOf(options)
  const families = plans.map((_, index) => typeFamily(options.typeOids?.[index] ?? 0))
  const splice: Splice = {
    count: 0, from: [], until: [], bytes: [],
    row(bytes, start, end) {
      splice.count = 0
      if (end - start < 2 || plans.length === 0 || bytes.readInt16BE(start) !== plans.length) return false
      let at = start + 2
      for (let field = 0; field < plans.length; field++) {
        if (at + 4 > end) return false
        const length = bytes.readInt32BE(at)
        const begin = at + 4
        const stop = begin + Math.max(0, length)
        if (length < -1 || stop > end) return false
        at = stop
        const plan = plans[field] as ColumnPlan
        if (length === -1 || (plan === 'pass' && (families[field] === 'scalar' || (families[field] !== 'jsonb' && !options.detectors.scanBytes(bytes, begin, stop))))) continue
        const shown = maskBinaryField(bytes.subarray(begin, stop), plan, field, options, masks)
        if (shown === undefined) continue
        splice.from[splice.count] = begin - 4
        splice.until[splice.count] = stop
        splice.bytes[splice.count++] = shown === null ? NULL_LENGTH : withLength(shown)
      }
      return at === end
    },
  }
  return splice
}

function withLength(value: Buffer): Buffer {
  const out = Buffer.allocUnsafe(4 + value.length)
  out.writeInt32BE(value.length)
  value.copy(out, 4)
  return out
}

/** Consumes whole rows from the front of `bytes`, pushes what the client gets, and returns how many bytes were used. */
type Rows = (bytes: Buffer, pieces: Buffer[], final: boolean) => number

const EMPTY: Buffer = Buffer.alloc(0)
const NEWLINE = 0x0a
const BACKSLASH = 0x5c

interface RawField {
  readonly start: number
  readonly end: number
  readonly quoted: boolean
}

function lineRows(options: CopyOutOptions): Rows {
  const syntax = syntaxOf(options)
  const masks = masksOf(options)
  let header = options.header
  // Where the search for the end of an unfinished row goes on: without it, a long row in many messages costs its square.
  let searched: LineSearch = FRESH
  return (bytes, pieces, final) => {
    let at = 0
    for (;;) {
      if (at >= bytes.length) return at
      searched = lineEnd(bytes, at, searched, syntax)
      if (!searched.found && !final) return at
      const end = searched.at + at
      const next = searched.found ? end + 1 : end
      searched = FRESH
      if (header) {
        header = false
        pieces.push(options.detectors.maskBytes(bytes, at, next) ?? Buffer.from(bytes.subarray(at, next)))
      } else {
        pieces.push(maskLine(bytes, at, end, options, syntax, masks), bytes.subarray(end, next))
      }
      at = next
    }
  }
}

interface Syntax {
  readonly csv: boolean
  readonly delimiter: number
  readonly quote: number
  readonly escape: number
  readonly nullBytes: Buffer
  /** The separators cannot break what the byte scan looks for, so a raw row can be scanned as it is. */
  readonly scannable: boolean
}

function syntaxOf(options: CopyOutOptions): Syntax {
  const csv = options.format === 'csv'
  const character = (text: string, what: string): number => {
    if (text.length !== 1 || text.charCodeAt(0) > 0x7e) throw new GatewayError('not_understood', `the ${what} of COPY is not one ASCII character`)
    return text.charCodeAt(0)
  }
  return {
    csv,
    delimiter: character(options.delimiter, 'delimiter'),
    quote: csv ? character(options.quote, 'quote') : -1,
    escape: csv ? character(options.escape, 'escape') : BACKSLASH,
    nullBytes: Buffer.from(options.nullString, 'utf8'),
    scannable: '\t,;|'.includes(options.delimiter) && (!csv || (options.quote === '"' && (options.escape === '"' || options.escape === '\\'))),
  }
}

interface LineSearch {
  /** Offset from the row's beginning: of its newline when found, else of what has not been looked at. */
  readonly at: number
  readonly found: boolean
  readonly quoted: boolean
}

const FRESH: LineSearch = { at: 0, found: false, quoted: false }

function lineEnd(bytes: Buffer, start: number, from: LineSearch, syntax: Syntax): LineSearch {
  if (!syntax.csv) {
    // Text format writes every newline of a value as `\n`, so a raw one always ends the row.
    const newline = bytes.indexOf(NEWLINE, start + from.at)
    return newline === -1 ? { at: bytes.length - start, found: false, quoted: false } : { at: newline - start, found: true, quoted: false }
  }
  let quoted = from.quoted
  let i = start + from.at
  for (; i < bytes.length; i++) {
    const byte = bytes[i]
    if (quoted && byte === syntax.escape && syntax.escape !== syntax.quote) {
      // What is escaped may be in the next message: look at both again then.
      if (i + 1 >= bytes.length) return { at: i - start, found: false, quoted }
      if (bytes[i + 1] === syntax.quote || bytes[i + 1] === syntax.escape) i++
    } else if (byte === syntax.quote) quoted = !quoted
    else if (byte === NEWLINE && !quoted) return { at: i - start, found: true, quoted: false }
  }
  return { at: i - start, found: false, quoted }
}

function maskLine(bytes: Buffer, start: number, end: number, options: CopyOutOptions, syntax: Syntax, masks: Masks): Buffer {
  const { columns, detectors } = options
  const planned = columns !== 'whole-row' && columns.some((plan) => plan !== 'pass')
  const fields = start === end && columns.length === 0 ? [] : splitLine(bytes, start, end, syntax)
  const fits = columns !== 'whole-row' && fields.length === columns.length
  if (fits && !planned && syntax.scannable && !detectors.scanBytes(bytes, start, end)) return bytes.subarray(start, end)
  const pieces: Buffer[] = []
  const delimiter = Buffer.from([syntax.delimiter])
  fields.forEach((field, index) => {
    if (index > 0) pieces.push(delimiter)
    const plan = fits ? (columns[index] ?? 'whole') : 'whole'
    pieces.push(maskField(bytes, field, plan, index, options, syntax, masks) ?? bytes.subarray(field.start, field.end))
  })
  return Buffer.concat(pieces)
}

function splitLine(bytes: Buffer, start: number, end: number, syntax: Syntax): RawField[] {
  const fields: RawField[] = []
  let begin = start
  let quoted = false
  let inside = false
  for (let i = start; i < end; i++) {
    const byte = bytes[i]
    if (syntax.csv) {
      if (inside && byte === syntax.escape && syntax.escape !== syntax.quote && (bytes[i + 1] === syntax.quote || bytes[i + 1] === syntax.escape)) i++
      else if (byte === syntax.quote) {
        inside = !inside
        quoted = true
      }
    } else if (byte === BACKSLASH) {
      i++
      continue
    }
    if (byte === syntax.delimiter && !inside) {
      fields.push({ start: begin, end: i, quoted })
      begin = i + 1
      quoted = false
    }
  }
  fields.push({ start: begin, end, quoted })
  return fields
}

/** The field as it goes to the client, or undefined where it stays. */
function maskField(bytes: Buffer, field: RawField, plan: ColumnPlan, index: number, options: CopyOutOptions, syntax: Syntax, masks: Masks): Buffer | undefined {
  const { detectors, typeOids } = options
  const family: TypeFamily = typeOids === undefined ? 'text' : typeFamily(typeOids[index] ?? 0)
  if (!field.quoted && syntax.nullBytes.equals(bytes.subarray(field.start, field.end))) return undefined
  if (plan === 'pass') {
    if (family === 'scalar' || (syntax.scannable && !detectors.scanBytes(bytes, field.start, field.end))) return undefined
    const value = decodeField(bytes, field, syntax)
    const masked = family === 'json' || family === 'jsonb' ? maskJson(value, 0, value.length, detectors) : detectors.maskBytes(value, 0, value.length)
    return masked === undefined || masked === null ? undefined : encodeField(masked, syntax)
  }
  const mask = plan === 'whole' ? masks.whole(index) : masks.columns[index]
  if (mask === null || mask === undefined) return syntax.nullBytes
  const value = decodeField(bytes, field, syntax)
  const shown = mask(value, 0, value.length)
  return shown === null ? syntax.nullBytes : encodeField(shown, syntax)
}

/** By field. `whole` stands behind the last one, for those of a row that is not as long as it should be. */
interface Masks {
  readonly columns: readonly (ValueMask | null)[]
  whole(index: number): ValueMask | null
}

function masksOf(options: CopyOutOptions): Masks {
  const binary = options.format === 'binary'
  const typeOf = (index: number): number => (options.typeOids === undefined ? (binary ? 0 : TYPE.text) : (options.typeOids[index] ?? 0))
  const planned = options.columns === 'whole-row' ? [] : options.columns
  return {
    columns: planned.map((plan, index) => (plan === 'pass' ? null : valueMask(plan, typeOf(index), binary, options.key))),
    whole: (index) => valueMask('whole', typeOf(index), binary, options.key),
  }
}

const TEXT_ESCAPES: ReadonlyMap<number, number> = new Map(
  (['b\b', 'f\f', 'n\n', 'r\r', 't\t', 'v\v'] as const).map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)] as const),
)

function decodeField(bytes: Buffer, field: RawField, syntax: Syntax): Buffer {
  const out = Buffer.allocUnsafe(field.end - field.start)
  let write = 0
  let inside = false
  for (let i = field.start; i < field.end; i++) {
    const byte = bytes[i]!
    const next = i + 1 < field.end ? bytes[i + 1]! : -1
    if (syntax.csv) {
      if (inside && byte === syntax.escape && (next === syntax.quote || next === syntax.escape)) {
        out[write++] = next
        i++
      } else if (byte === syntax.quote) inside = !inside
      else out[write++] = byte
    } else if (byte === BACKSLASH && next !== -1) {
      out[write++] = TEXT_ESCAPES.get(next) ?? next
      i++
    } else out[write++] = byte
  }
  return out.subarray(0, write)
}

function encodeField(value: Buffer, { csv, quote, escape: escaping, delimiter }: Syntax): Buffer {
  const out = Buffer.allocUnsafe(2 * value.length + 2)
  let write = 0
  if (csv) out[write++] = quote
  for (let i = 0; i < value.length; i++) {
    const byte = value[i]!
    if (csv) {
      if (byte === quote || byte === escaping) out[write++] = escaping
      out[write++] = byte
      continue
    }
    const letter = byte < 0x0e ? TEXT_LETTERS.get(byte) : undefined
    if (letter !== undefined || byte === BACKSLASH || byte === delimiter) out[write++] = BACKSLASH
    out[write++] = letter ?? byte
  }
  if (csv) out[write++] = quote
  return out.subarray(0, write)
}

const TEXT_LETTERS: ReadonlyMap<number, number> = new Map([...TEXT_ESCAPES].map(([letter, byte]) => [byte, letter]))

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')

/** Signature, flags, extension; then per row an int16 count and (int32 length, bytes) each; a count of -1 ends it. */
function binaryRows(options: CopyOutOptions): Rows {
  const masks = masksOf(options)
  let begun = false
  let ended = false
  return (bytes, pieces) => {
    let at = 0
    if (!begun) {
      if (bytes.length < SIGNATURE.length + 8) return 0
      if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw malformed('binary COPY header')
      const extension = bytes.readInt32BE(SIGNATURE.length + 4)
      if (extension < 0 || extension > MAX_COPY_ROW_BYTES) throw malformed('binary COPY header')
      at = SIGNATURE.length + 8 + extension
      if (at > bytes.length) return 0
      begun = true
      pieces.push(bytes.subarray(0, at))
    }
    while (at + 2 <= bytes.length) {
      if (ended) throw malformed('binary COPY trailer')
      const count = bytes.readInt16BE(at)
      if (count === -1) {
        ended = true
        pieces.push(bytes.subarray(at, at + 2))
        at += 2
        continue
      }
      if (count < 0) throw malformed('binary COPY row')
      const end = binaryRowEnd(bytes, at + 2, count)
      if (end === -1) return at
      maskBinaryRow(bytes, at, count, options, masks, pieces)
      at = end
    }
    return at
  }
}

function binaryRowEnd(bytes: Buffer, start: number, count: number): number {
  let at = start
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) return -1
    const length = bytes.readInt32BE(at)
    if (length < -1 || length > MAX_COPY_ROW_BYTES) throw malformed('binary COPY row')
    at += 4 + Math.max(0, length)
  }
  return at > bytes.length ? -1 : at
}

function maskBinaryRow(bytes: Buffer, start: number, count: number, options: CopyOutOptions, masks: Masks, pieces: Buffer[]): void {
  const { columns } = options
  const fits = columns !== 'whole-row' && columns.length === count
  pieces.push(bytes.subarray(start, start + 2))
  let at = start + 2
  for (let i = 0; i < count; i++) {
    const length = bytes.readInt32BE(at)
    const end = at + 4 + Math.max(0, length)
    const shown = length === -1 ? undefined : maskBinaryField(bytes.subarray(at + 4, end), fits ? (columns[i] ?? 'whole') : 'whole', i, options, masks)
    if (shown === undefined) pieces.push(bytes.subarray(at, end))
    else if (shown === null) pieces.push(NULL_LENGTH)
    else {
      const prefix = Buffer.allocUnsafe(4)
      prefix.writeInt32BE(shown.length)
      pieces.push(prefix, shown)
    }
    at = end
  }
}

const NULL_LENGTH = Buffer.from([0xff, 0xff, 0xff, 0xff])
const JSONB_VERSION = Buffer.from([1])

function maskBinaryField(value: Buffer, plan: ColumnPlan, index: number, options: CopyOutOptions, masks: Masks): Buffer | null | undefined {
  const { detectors, typeOids } = options
  const family: TypeFamily = typeOids === undefined ? 'other' : typeFamily(typeOids[index] ?? 0)
  if (family === 'jsonb' && (value[0] !== 1 || value.length === 0)) return null
  if (plan !== 'pass') return (plan === 'whole' ? masks.whole(index) : masks.columns[index])?.(value, 0, value.length) ?? null
  const body = family === 'jsonb' ? value.subarray(1) : value
  let shown: Buffer | null | undefined
  if (family === 'scalar' || !detectors.scanBytes(body, 0, body.length)) return undefined
  else if (family === 'text') shown = detectors.maskBytes(body, 0, body.length) ?? undefined
  else if (family === 'json' || family === 'jsonb') shown = maskJson(body, 0, body.length, detectors)
  // A form we cannot rewrite from within (an array, a composite, a type nobody named): what must not be seen takes the field with it.
  else shown = detectors.find(body, 0, body.length).length > 0 ? null : undefined
  return family === 'jsonb' && shown !== null && shown !== undefined ? Buffer.concat([JSONB_VERSION, shown]) : shown
}
