import { GatewayError } from '../../errors.ts'
import type { Detectors } from '../../masking/detectors.ts'
import { maskJson } from '../../masking/json.ts'
import { type MaskStyle, REDACTED } from '../../masking/rules.ts'
import { valueMask } from './mask-values.ts'
import { makeRoom, put, type Room, roomFor, writeInt32 } from './room.ts'
import { type TypeFamily, typeFamily } from './types.ts'

// What the target sends is masked on its own bytes. A string per cell would cost three quarters of the throughput, so
// the columns are walked by their lengths, and a cell becomes a string only when it is masked or the byte scan fires.

/** One column of a RowDescription (protocol 3.0, section 54.7). `tableOid` and `attnum` are 0 for anything computed. */
export interface Field {
  readonly name: string
  readonly tableOid: number
  readonly attnum: number
  readonly typeOid: number
  readonly typmod: number
  /** 0 text, 1 binary; always 0 in the answer to Describe(statement), where Bind has not spoken yet. */
  readonly format: number
}

/** `whole`: nothing of it is shown, because where it comes from is not known. */
export type ColumnPlan = { readonly style: MaskStyle; readonly domain: string } | 'whole' | 'pass'

const HEADER = 5
const MAX_FIELDS = 1664

/** Reads a whole RowDescription ('T', int32 length, body). Throws `target_failed` when it is not one. */
export function parseRowDescription(message: Buffer): Field[] {
  const fields: Field[] = []
  eachField(message, (name, at) => {
    fields.push({
      name: name.toString('utf8'),
      tableOid: message.readUInt32BE(at),
      attnum: message.readInt16BE(at + 4),
      typeOid: message.readUInt32BE(at + 6),
      typmod: message.readInt32BE(at + 12),
      format: message.readInt16BE(at + 16),
    })
  })
  return fields
}

/** A column's name can carry data (`CREATE VIEW` from a DO block). The message itself when nothing was found. */
export function maskRowDescription(message: Buffer, detectors: Detectors): Buffer {
  if (!detectors.scanBytes(message, HEADER, message.length)) return message
  const pieces: Buffer[] = [message.subarray(HEADER, HEADER + 2)]
  let changed = false
  eachField(message, (name, at) => {
    const masked = detectors.maskBytes(name, 0, name.length)
    if (masked !== null) changed = true
    pieces.push(masked ?? name, ZERO, message.subarray(at, at + 18))
  })
  return changed ? frame('T', pieces) : message
}

function eachField(message: Buffer, onField: (name: Buffer, at: number) => void): void {
  expectType(message, 'T')
  const count = message.length >= HEADER + 2 ? message.readInt16BE(HEADER) : -1
  if (count < 0 || count > MAX_FIELDS) throw malformed('RowDescription')
  let at = HEADER + 2
  for (let i = 0; i < count; i++) {
    const zero = message.indexOf(0, at)
    if (zero === -1 || zero + 19 > message.length) throw malformed('RowDescription')
    onField(message.subarray(at, zero), zero + 1)
    at = zero + 19
  }
  if (at !== message.length) throw malformed('RowDescription')
}

export interface RowMaskerOptions {
  readonly fields: readonly Field[]
  /** Result formats as in Bind: none (text), one for all, or one per column. Absent: those of the RowDescription. */
  readonly formats?: readonly number[]
  readonly plan: (field: Field, index: number) => ColumnPlan
  readonly key: Buffer
  readonly detectors: Detectors
  /** Content detectors on what the plan lets pass. */
  readonly detect: boolean
}

export interface RowMasker {
  /** Nothing to do in any row: the caller may forward DataRows unread. */
  readonly passThrough: boolean
  /** No column is masked by plan: a chunk of whole DataRows for which `detectors.scanBytes` is false may go as it is. */
  readonly detectOnly: boolean
  /** One whole DataRow. The message itself when nothing changes. Throws `target_failed` when it does not fit its description. */
  row(message: Buffer): Buffer
  /**
   * Whole DataRows side by side, as `row` would give each: pieces in order, views where nothing changes. `own`: memory made
   * for this piece alone, which may be freed when the piece has left.
   */
  rows(messages: Buffer, out: (piece: Buffer, own: boolean) => void): void
}

type Cell = (message: Buffer, start: number, end: number) => Buffer | null | undefined

/** Masks DataRows, each value by its type and in its format (mask-values.ts). NULL stays NULL. */
export function createRowMasker(options: RowMaskerOptions): RowMasker {
  const formats = resultFormats(options)
  let detectOnly = true
  const cells: readonly (Cell | undefined)[] = options.fields.map((field, index) => {
    const plan = options.plan(field, index)
    const binary = formats[index] !== 0
    const family = typeFamily(field.typeOid)
    if (plan !== 'pass') {
      detectOnly = false
      return valueMask(plan, field.typeOid, binary, options.key) ?? (() => null)
    }
    return options.detect ? detectedCell(family, binary, options.detectors) : undefined
  })
  const passThrough = cells.every((cell) => cell === undefined)
  const row = (message: Buffer): Buffer => {
    if (passThrough) return message
    if (detectOnly && !options.detectors.scanBytes(message, HEADER + 2, message.length)) {
      checkRow(message, cells.length)
      return message
    }
    return maskRow(message, cells)
  }
  return {
    passThrough,
    detectOnly,
    row,
    rows: (messages, out) => {
      if (passThrough) return out(messages, false)
      // One scan goes over many rows. What stands between their values can only make it look closer. Where some columns need
      // none (numbers, times), walking the columns costs less than scanning what they hold.
      if (detectOnly && cells.every((cell) => cell !== undefined)) eachSuspectRow(messages, cells.length, options.detectors, row, out)
      else {
        const masked = maskRows(messages, cells)
        out(masked, masked !== messages)
      }
    },
  }
}

type OutRows = (piece: Buffer, own: boolean) => void

function eachSuspectRow(messages: Buffer, columns: number, detectors: Detectors, row: (message: Buffer) => Buffer, out: OutRows): void {
  let passed = 0
  let suspect = detectors.suspect(messages, 0, messages.length)
  for (let at = 0; at < messages.length; ) {
    const end = endOfRow(messages, at)
    if (end < at + HEADER + 2 || ((messages[at + HEADER]! << 8) | messages[at + HEADER + 1]!) !== columns) throw malformed('DataRow')
    if (suspect !== -1 && suspect < end) {
      const message = messages.subarray(at, end)
      const masked = row(message)
      if (masked !== message) {
        if (passed < at) out(messages.subarray(passed, at), false)
        out(masked, false)
        passed = end
      }
      suspect = detectors.suspect(messages, end, messages.length)
    }
    at = end
  }
  if (passed < messages.length) out(passed === 0 ? messages : messages.subarray(passed), false)
}

/** Like maskRow, for many: what stays is copied in long pieces, what changes is written once, into one buffer. */
function maskRows(messages: Buffer, cells: readonly (Cell | undefined)[]): Buffer {
  let room: Room | undefined
  // Up to where it is copied.
  let copied = 0
  for (let at = 0; at < messages.length; ) {
    const end = endOfRow(messages, at)
    if (end < at + HEADER + 2 || ((messages[at + HEADER]! << 8) | messages[at + HEADER + 1]!) !== cells.length) throw malformed('DataRow')
    let field = at + HEADER + 2
    let head = -1
    let growth = 0
    for (const cell of cells) {
      if (field + 4 > end) throw malformed('DataRow')
      const length = (messages[field]! << 24) | (messages[field + 1]! << 16) | (messages[field + 2]! << 8) | messages[field + 3]!
      const start = field + 4
      if (length === -1) {
        field = start
        continue
      }
      const stop = start + length
      if (length < 0 || stop > end) throw malformed('DataRow')
      const replacement = cell?.(messages, start, stop)
      if (replacement !== undefined) {
        room ??= roomFor(messages)
        if (head < 0) head = room.used + at - copied
        const size = replacement === null ? 0 : replacement.length
        makeRoom(room, field - copied + 4 + size)
        put(room, messages, copied, field)
        writeInt32(room.bytes, replacement === null ? -1 : size, room.used)
        room.used += 4
        if (replacement !== null) put(room, replacement, 0, size)
        copied = stop
        growth += size - length
      }
      field = stop
    }
    if (field !== end) throw malformed('DataRow')
    // Its head was copied with what stands before the first replacement.
    if (room !== undefined && growth !== 0) writeInt32(room.bytes, end - at - 1 + growth, head + 1)
    at = end
  }
  if (room === undefined) return messages
  makeRoom(room, messages.length - copied)
  put(room, messages, copied, messages.length)
  return room.bytes.subarray(0, room.used)
}

/** Whoever hands rows over has read their lengths: this cannot go wrong but by a fault of ours. */
function endOfRow(messages: Buffer, at: number): number {
  const end = at + 1 + messages.readInt32BE(at + 1)
  if (messages[at] !== 0x44 || end > messages.length || end < at + HEADER) throw malformed('DataRow')
  return end
}

function resultFormats(options: RowMaskerOptions): readonly number[] {
  const { fields, formats } = options
  const all = fields.map((field, index) => {
    if (formats === undefined) return field.format
    if (formats.length === 0) return 0
    return formats.length === 1 ? formats[0] : formats[index]
  })
  if (formats !== undefined && formats.length > 1 && formats.length !== fields.length) {
    throw new GatewayError('target_failed', 'the target described another number of columns than the client asked formats for')
  }
  return all.map((format) => format ?? 1)
}

function checkRow(message: Buffer, columns: number): void {
  expectType(message, 'D')
  if (message.length < HEADER + 2 || message.readInt16BE(HEADER) !== columns) throw malformed('DataRow')
}

function maskRow(message: Buffer, cells: readonly (Cell | undefined)[]): Buffer {
  checkRow(message, cells.length)
  const end = message.length
  // Flat: where a cell's length field stands, where the cell ends, what replaces it.
  let from: number[] | undefined
  const until: number[] = []
  const replacements: (Buffer | null)[] = []
  let growth = 0
  let at = HEADER + 2
  for (let i = 0; i < cells.length; i++) {
    if (at + 4 > end) throw malformed('DataRow')
    const length = message.readInt32BE(at)
    const start = at + 4
    if (length === -1) {
      at = start
      continue
    }
    const stop = start + length
    if (length < 0 || stop > end) throw malformed('DataRow')
    const replacement = cells[i]?.(message, start, stop)
    if (replacement !== undefined) {
      from ??= []
      from.push(at)
      until.push(stop)
      replacements.push(replacement)
      growth += (replacement === null ? 0 : replacement.length) - length
    }
    at = stop
  }
  if (at !== end) throw malformed('DataRow')
  if (from === undefined) return message
  const out = Buffer.allocUnsafe(end + growth)
  let read = 0
  let write = 0
  for (let k = 0; k < from.length; k++) {
    const field = from[k]!
    write += message.copy(out, write, read, field)
    const replacement = replacements[k] ?? null
    write = out.writeInt32BE(replacement === null ? -1 : replacement.length, write)
    if (replacement !== null) write += replacement.copy(out, write)
    read = until[k]!
  }
  message.copy(out, write, read, end)
  out.writeInt32BE(out.length - 1, 1)
  return out
}

const JSONB_VERSION = Buffer.from([1])

/** By content: undefined where nothing is found. */
function detectedCell(family: TypeFamily, binary: boolean, detectors: Detectors): Cell | undefined {
  const scan = (message: Buffer, start: number, end: number): boolean => detectors.scanBytes(message, start, end)
  if (family === 'scalar') return undefined
  if (family === 'json' || (family === 'jsonb' && !binary)) {
    return (message, start, end) => (scan(message, start, end) ? maskJson(message, start, end, detectors) : undefined)
  }
  if (family === 'jsonb') {
    return (message, start, end) => {
      // Another version than 1 would be a form we cannot read.
      if (end === start || message[start] !== 1) return null
      const masked = scan(message, start + 1, end) ? maskJson(message, start + 1, end, detectors) : undefined
      return masked === undefined ? undefined : Buffer.concat([JSONB_VERSION, masked])
    }
  }
  if (family === 'text' || !binary) {
    return (message, start, end) => (scan(message, start, end) ? (detectors.maskBytes(message, start, end) ?? undefined) : undefined)
  }
  // The inside of a binary array or composite has lengths of its own: what must not be seen there takes the cell with it.
  return (message, start, end) => (scan(message, start, end) && detectors.find(message, start, end).length > 0 ? null : undefined)
}

const MASKED_ERROR = "The target's message is masked, because the statement touches masked columns; its code says what kind of error it is."

/**
 * Codes whose message is a fixed text or names objects only, wherever the server itself raises them (src/backend): values of
 * rows stand in their details. Division by zero; string too long; the constraints; locks, deadlocks and serialisation; time-outs
 * and cancels; more than one row where one is wanted; read-only; insufficient resources.
 */
const TEXTS_WITHOUT_VALUES: ReadonlySet<string> = new Set([
  '22012', '22001', '23502', '23503', '23505', '23514', '23P01', '40001', '40P01', '55P03', '57014', '25006', '25P02', '21000', '53100', '53200', '53300',
])

/** Codes that are shown of code that could choose any, five letters of a value among them: those that clients act upon. */
const COMMON_CODES: ReadonlySet<string> = new Set([
  ...TEXTS_WITHOUT_VALUES, '00000', '01000', '0A000', '22003', '22007', '22P02', '25001', '25P03', '26000', '34000', '3F000', '42501', '42601', '42703', '42704', '42883', '42P01', '42P07', '54000', '54001', '55000', '57P01', '57P02', '57P03', 'P0001', 'P0002', 'XX000',
])
const RAISED = Buffer.from('P0001', 'latin1')

/**
 * ErrorResponse ('E') or NoticeResponse ('N') for the client. Values appear in messages, details and contexts of
 * cast, constraint and RAISE errors; with `maskedTable` the message is replaced and detail, hint, context and internal
 * query are left out, since no detector knows an arbitrary value. Codes and names stay.
 */
export function maskErrorOrNotice(message: Buffer, given: MessageMasking): Buffer {
  const type = message[0] === 0x4e ? 'N' : 'E'
  const fields = errorFields(message)
  if (fields === undefined) {
    const severity = type === 'N' ? 'NOTICE' : 'ERROR'
    return frame(type, [Buffer.from(`S${severity}\0V${severity}\0C58000\0MThe target sent a message that cannot be read; it is not shown.\0\0`, 'utf8')])
  }
  // Class 42 (syntax error or access rule violation) with a position in the client's own text comes from the parser, before any
  // row was read: it speaks of names alone. Without a position it may not: a cast of a value to regclass fails with 42P01 too.
  // Nor with a context: a value cast to regtype is parsed as text of its own, and the position is one in the value.
  const isAboutNames =
    given.builtinOnly && fields.some(({ code }) => code === 'P') && !fields.some(({ code }) => 'Wpq'.includes(code)) &&
    fields.some(({ code, value }) => code === 'C' && value.toString('latin1').startsWith('42'))
  const options = isAboutNames ? { ...given, maskedTable: false } : given
  const keepsText = given.builtinOnly && type === 'E' && fields.some(({ code, value }) => code === 'C' && TEXTS_WITHOUT_VALUES.has(value.toString('latin1')))
  const pieces: Buffer[] = []
  let changed = false
  for (const { code, value } of fields) {
    const shown = keepsText && code === 'M' ? detected(value, given.detectors) : errorField(code, value, options)
    if (shown !== value) changed = true
    if (shown !== undefined) pieces.push(Buffer.from(code, 'latin1'), shown, ZERO)
  }
  return changed ? frame(type, [...pieces, ZERO]) : message
}

export interface MessageMasking {
  readonly detectors: Detectors
  /** The statement touches a table with masked columns. */
  readonly maskedTable: boolean
  /** Nothing but the server's own code runs in it (no user function, no trigger), so nobody but the server chooses its error codes. */
  readonly builtinOnly: boolean
}

interface ErrorField {
  readonly code: string
  readonly value: Buffer
}

function errorField(code: string, value: Buffer, options: MessageMasking): Buffer | undefined {
  const { detectors, maskedTable } = options
  if (maskedTable) {
    if (code === 'M') return Buffer.from(MASKED_ERROR, 'utf8')
    // W, q and p tell the query a function ran, with the values in it. H comes from RAISE as freely as D does.
    if (code === 'D' || code === 'H' || code === 'W' || code === 'q' || code === 'p') return undefined
    // RAISE … USING COLUMN = anything, ERRCODE = anything: only the server itself puts names and codes there, and nothing else.
    if ('stcdn'.includes(code) && (!options.builtinOnly || value.length > 63)) return undefined
    if (code === 'C' && !options.builtinOnly && !COMMON_CODES.has(value.toString('latin1'))) return RAISED
    if (!'SVCFLRPstcdn'.includes(code)) return undefined
  }
  return 'SVCFLRPp'.includes(code) ? value : detected(value, detectors)
}

function detected(value: Buffer, detectors: Detectors): Buffer {
  return detectors.scanBytes(value, 0, value.length) ? (detectors.maskBytes(value, 0, value.length) ?? value) : value
}

function errorFields(message: Buffer): ErrorField[] | undefined {
  if (message.length < HEADER + 1 || (message[0] !== 0x45 && message[0] !== 0x4e) || message.readInt32BE(1) !== message.length - 1) return undefined
  const fields: ErrorField[] = []
  let at = HEADER
  while (at < message.length && message[at] !== 0) {
    const zero = message.indexOf(0, at + 1)
    if (zero === -1 || fields.length >= 64) return undefined
    fields.push({ code: String.fromCharCode(message[at]!), value: message.subarray(at + 1, zero) })
    at = zero + 1
  }
  return at === message.length - 1 && fields.length > 0 ? fields : undefined
}

/**
 * NotificationResponse ('A', pid, channel, payload): both texts are the sender's. With `hidesPayload` nothing of the payload
 * is shown, for it may be a value of any table. Throws `target_failed` when malformed.
 */
export function maskNotification(message: Buffer, detectors: Detectors, hidesPayload = false): Buffer {
  expectType(message, 'A')
  const channelEnd = message.indexOf(0, HEADER + 4)
  const payloadEnd = channelEnd === -1 ? -1 : message.indexOf(0, channelEnd + 1)
  if (message.length < HEADER + 6 || payloadEnd !== message.length - 1) throw malformed('NotificationResponse')
  const channel = detectors.maskBytes(message, HEADER + 4, channelEnd)
  const payload = hidesPayload && payloadEnd > channelEnd + 1 ? HIDDEN : detectors.maskBytes(message, channelEnd + 1, payloadEnd)
  if (channel === null && payload === null) return message
  return frame('A', [
    message.subarray(HEADER, HEADER + 4),
    channel ?? message.subarray(HEADER + 4, channelEnd),
    ZERO,
    payload ?? message.subarray(channelEnd + 1, payloadEnd),
    ZERO,
  ])
}

/** Settings with values of the server's own choosing; what the others hold may be any text. */
const CLOSED_SETTINGS: ReadonlySet<string> = new Set(['client_encoding', 'datestyle', 'default_transaction_read_only', 'in_hot_standby', 'integer_datetimes', 'intervalstyle', 'is_superuser', 'scram_iterations', 'server_encoding', 'server_version', 'standard_conforming_strings'])

/** ParameterStatus ('S', name, value). `set_config` puts any text into a setting that is reported. Throws `target_failed` when malformed. */
export function maskParameterStatus(message: Buffer, detectors: Detectors, maskedTable: boolean): Buffer {
  expectType(message, 'S')
  const nameEnd = message.indexOf(0, HEADER)
  const valueEnd = nameEnd === -1 ? -1 : message.indexOf(0, nameEnd + 1)
  if (valueEnd !== message.length - 1) throw malformed('ParameterStatus')
  if (CLOSED_SETTINGS.has(message.toString('utf8', HEADER, nameEnd).toLowerCase())) return message
  const value = maskedTable && valueEnd > nameEnd + 1 ? HIDDEN : detectors.maskBytes(message, nameEnd + 1, valueEnd)
  return value === null ? message : frame('S', [message.subarray(HEADER, nameEnd + 1), value, ZERO])
}

const HIDDEN = Buffer.from(REDACTED, 'utf8')
const ZERO = Buffer.from([0])

export function frame(type: string, pieces: readonly Buffer[]): Buffer {
  let length = HEADER
  for (const piece of pieces) length += piece.length
  const out = Buffer.allocUnsafe(length)
  out[0] = type.charCodeAt(0)
  let at = out.writeInt32BE(length - 1, 1)
  for (const piece of pieces) at += piece.copy(out, at)
  return out
}

function expectType(message: Buffer, type: string): void {
  if (message.length < HEADER || message[0] !== type.charCodeAt(0) || message.readInt32BE(1) !== message.length - 1) throw malformed(`message '${type}'`)
}

export function malformed(what: string): GatewayError {
  return new GatewayError('target_failed', `the target sent a malformed ${what}; it is not passed on`)
}
