import { isUtf8 } from 'node:buffer'
import type { FreeLiteral } from './free-literals.ts'

// Texts that differ in plain literals only are one shape: what was read off the first of them holds for all. The cutting
// below is quick and knows little of the lexer; that it cut well is proved by the grammar's own tree of the first text,
// literal by literal (templateOf), and by induction holds for the others: up to a literal both texts are the same tokens, and
// a literal is exchanged for one of the same kind whose neighbours stay.

/** Longer texts have no shape. */
export const MAX_SHAPE_BYTES = 8_192
/** With more literals than these there is none either. */
const MAX_LITERALS = 512
/** Decimal integers up to here are int4 whatever their digits. */
const MAX_DIGITS = 9

const INTEGER = 1
const STRING = 2

/** Where the literals of a text stand, and the text without them. */
export interface Shape {
  /** The text with one character in the place of each literal, which says its kind. One character is one byte. */
  readonly key: string
  readonly count: number
  /** [starts[i], ends[i]) is a literal, quotes included. */
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** What a shape's first text showed: which of its literals must be the same bytes again. */
export interface Template {
  /** Literals by their index that are not free, with their bytes as latin1. */
  readonly fixed: readonly { readonly index: number; readonly bytes: string }[]
}

const starts = new Int32Array(MAX_LITERALS)
const ends = new Int32Array(MAX_LITERALS)
const scratch = Buffer.allocUnsafeSlow(MAX_SHAPE_BYTES)

const LETTER = 1
const DIGIT = 2
const KIND = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(byte)
  if (/[0-9]/.test(character)) KIND[byte] = DIGIT
  else if (byte >= 0x80 || /[A-Za-z_]/.test(character)) KIND[byte] = LETTER
}

/**
 * The shape of a text, or null when it has none: it is long, has no literal, or something in it (a comment, a dollar quote, a
 * backslash in a string, a string with a prefix, a control character, bytes that are not UTF-8) is not for this reader. The
 * arrays are the same at each call: copy what must last.
 */
export function shapeOf(bytes: Buffer): Shape | null {
  const length = bytes.length
  if (length > MAX_SHAPE_BYTES) return null
  let count = 0
  let out = 0
  let ascii = true
  let i = 0
  while (i < length) {
    const byte = bytes[i]!
    const kind = KIND[byte]!
    if (kind === DIGIT) {
      let end = i + 1
      while (end < length && KIND[bytes[end]!] === DIGIT) end++
      const next = end < length ? bytes[end]! : 0x20
      // A name or a number of another kind goes on: `1e5`, `1.5`, `0x1F`, `1_000`.
      if (end - i > MAX_DIGITS || KIND[next] !== 0 || next === 0x2e || next === 0x24 || (i > 0 && bytes[i - 1] === 0x2e)) {
        if (next === 0x24) return null
        while (i < end) scratch[out++] = bytes[i++]!
        while (i < length && KIND[bytes[i]!] !== 0) {
          if (bytes[i]! >= 0x80) ascii = false
          scratch[out++] = bytes[i++]!
        }
        continue
      }
      if (count === MAX_LITERALS) return null
      starts[count] = i
      ends[count++] = end
      scratch[out++] = INTEGER
      i = end
    } else if (kind === LETTER) {
      do {
        if (bytes[i]! >= 0x80) ascii = false
        scratch[out++] = bytes[i++]!
      } while (i < length && (KIND[bytes[i]!] !== 0 || bytes[i] === 0x24))
      // E'', U&'', B'', X'', N'': another kind of string than the one below.
      if (i < length && (bytes[i] === 0x27 || (bytes[i] === 0x26 && i + 1 < length && (bytes[i + 1] === 0x27 || bytes[i + 1] === 0x22)))) return null
    } else if (byte === 0x27) {
      const start = i++
      for (;;) {
        if (i >= length) return null
        const inside = bytes[i++]!
        if (inside === 0x27) {
          if (i < length && bytes[i] === 0x27) i++
          else break
        } else if (inside === 0x5c || inside === 0) return null
        else if (inside >= 0x80) ascii = false
      }
      if (count === MAX_LITERALS) return null
      starts[count] = start
      ends[count++] = i
      scratch[out++] = STRING
    } else if (byte === 0x22) {
      scratch[out++] = byte
      i++
      for (;;) {
        if (i >= length) return null
        const inside = bytes[i++]!
        if (inside < 9) return null
        if (inside >= 0x80) ascii = false
        scratch[out++] = inside
        if (inside === 0x22) break
      }
    } else if (byte === 0x24) {
      // $1 is a parameter; every other dollar may open a quote.
      if (i + 1 >= length || KIND[bytes[i + 1]!] !== DIGIT) return null
      scratch[out++] = byte
      i++
      while (i < length && KIND[bytes[i]!] === DIGIT) scratch[out++] = bytes[i++]!
    } else {
      if (byte < 9 || (byte === 0x2d && bytes[i + 1] === 0x2d) || (byte === 0x2f && bytes[i + 1] === 0x2a)) return null
      scratch[out++] = byte
      i++
    }
  }
  if (count === 0 || (!ascii && !isUtf8(bytes))) return null
  return { key: scratch.toString('latin1', 0, out), count, starts, ends }
}

/** A shape whose arrays are its own. */
export function keepShape(shape: Shape): Shape {
  return { key: shape.key, count: shape.count, starts: shape.starts.slice(0, shape.count), ends: shape.ends.slice(0, shape.count) }
}

/**
 * What others of this shape must share with its first text, given the free literals that the grammar found in it. Null:
 * everything, so it is no template. A literal that was cut here and is none in the tree, or another one, is not free.
 */
export function templateOf(bytes: Buffer, shape: Shape, free: readonly FreeLiteral[]): Template | null {
  const values = new Map(free.map(({ at, value }) => [at, value]))
  const fixed: { index: number; bytes: string }[] = []
  for (let index = 0; index < shape.count; index++) {
    const start = shape.starts[index]!
    const end = shape.ends[index]!
    if (!isFree(bytes, start, end, values)) fixed.push({ index, bytes: bytes.toString('latin1', start, end) })
  }
  return fixed.length === shape.count ? null : { fixed }
}

function isFree(bytes: Buffer, start: number, end: number, values: ReadonlyMap<number, number | string>): boolean {
  if (bytes[start] === 0x27) return values.get(start) === bytes.toString('utf8', start + 1, end - 1).replaceAll("''", "'")
  const number = Number(bytes.toString('latin1', start, end))
  if (values.get(start) === number) return true
  // A minus in front is part of the grammar's constant, which then begins there.
  let minus = start - 1
  while (minus >= 0 && bytes[minus] === 0x20) minus--
  return minus >= 0 && bytes[minus] === 0x2d && number > 0 && values.get(minus) === -number
}

/** Whether a text of the same shape is one that the template speaks for. */
export function fits(bytes: Buffer, shape: Shape, template: Template): boolean {
  for (const { index, bytes: expected } of template.fixed) {
    const start = shape.starts[index]!
    if (shape.ends[index]! - start !== expected.length) return false
    for (let i = 0; i < expected.length; i++) if (bytes[start + i] !== expected.charCodeAt(i)) return false
  }
  return true
}
