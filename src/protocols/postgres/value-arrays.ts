// Arrays, element by element: dimensions, bounds and NULLs stay, every other element is what `mask` makes of it.

/** What becomes of one element; null: NULL. */
export type ElementMask = (bytes: Buffer, start: number, end: number) => Buffer | null

const OPEN = 0x7b
const CLOSE = 0x7d
const COMMA = 0x2c
const QUOTE = 0x22
const BACKSLASH = 0x5c
const EQUALS = 0x3d

/** Null: not an array that can be read, so nothing of it is shown. */
export function maskArray(bytes: Buffer, start: number, end: number, binary: boolean, mask: ElementMask): Buffer | null {
  return binary ? maskBinary(bytes, start, end, mask) : maskText(bytes, start, end, mask)
}

/** ndim, has_nulls, element type, (size, lower bound) per dimension, then (length, bytes) per element (array_send in arrayfuncs.c). */
function maskBinary(bytes: Buffer, start: number, end: number, mask: ElementMask): Buffer | null {
  if (end - start < 12) return null
  const dimensions = bytes.readInt32BE(start)
  if (dimensions < 0 || dimensions > 6 || end - start < 12 + 8 * dimensions) return null
  let count = dimensions === 0 ? 0 : 1
  for (let i = 0; i < dimensions; i++) {
    const size = bytes.readInt32BE(start + 12 + 8 * i)
    if (size < 0) return null
    count *= size
  }
  let at = start + 12 + 8 * dimensions
  // Each element has at least its length.
  if (count * 4 > end - at) return null
  const head = Buffer.from(bytes.subarray(start, at))
  const pieces: Buffer[] = [head]
  for (let i = 0; i < count; i++) {
    if (at + 4 > end) return null
    const length = bytes.readInt32BE(at)
    if (length < -1 || at + 4 + length > end) return null
    const shown = length === -1 ? null : mask(bytes, at + 4, at + 4 + length)
    const prefix = Buffer.allocUnsafe(4)
    prefix.writeInt32BE(shown === null ? -1 : shown.length)
    pieces.push(prefix)
    if (shown === null) head.writeInt32BE(1, 4)
    else pieces.push(shown)
    at += 4 + Math.max(0, length)
  }
  return at === end ? Buffer.concat(pieces) : null
}

const NULL = Buffer.from('NULL', 'latin1')
const PUNCTUATION: ReadonlyMap<number, Buffer> = new Map([OPEN, CLOSE, COMMA].map((byte) => [byte, Buffer.from([byte])]))

/** `[2:3]={a,"b c",NULL}`, as array_out writes it: without blanks, and with a comma between elements. */
function maskText(bytes: Buffer, start: number, end: number, mask: ElementMask): Buffer | null {
  let at = start
  const pieces: Buffer[] = []
  if (bytes[at] !== OPEN) {
    const equals = bytes.indexOf(EQUALS, at)
    if (equals === -1 || equals >= end || !/^(?:\[-?\d+:-?\d+\])+$/.test(bytes.toString('latin1', at, equals))) return null
    pieces.push(bytes.subarray(at, equals + 1))
    at = equals + 1
  }
  let depth = 0
  while (at < end) {
    const byte = bytes[at]!
    const punctuation = PUNCTUATION.get(byte)
    if (punctuation !== undefined) {
      depth += byte === OPEN ? 1 : byte === CLOSE ? -1 : 0
      if (depth < 0 || depth > 6 || (depth === 0 && byte !== CLOSE)) return null
      pieces.push(punctuation)
      at++
      if (depth === 0) break
      continue
    }
    if (depth === 0) return null
    const element = elementAt(bytes, at, end)
    if (element === undefined) return null
    const isNull = bytes[at] !== QUOTE && element.value.equals(NULL)
    const shown = isNull ? null : mask(element.value, 0, element.value.length)
    pieces.push(shown === null ? NULL : quoted(shown))
    at = element.end
  }
  return depth === 0 && at === end && pieces.length > 0 ? Buffer.concat(pieces) : null
}

function elementAt(bytes: Buffer, start: number, end: number): { readonly value: Buffer; readonly end: number } | undefined {
  const isQuoted = bytes[start] === QUOTE
  const out = Buffer.allocUnsafe(end - start)
  let write = 0
  let at = isQuoted ? start + 1 : start
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte === BACKSLASH && at + 1 < end) out[write++] = bytes[++at]!
    else if (isQuoted && byte === QUOTE) return { value: out.subarray(0, write), end: at + 1 }
    else if (!isQuoted && (byte === COMMA || byte === CLOSE || byte === OPEN || byte === QUOTE)) return { value: out.subarray(0, write), end: at }
    else out[write++] = byte
  }
  return undefined
}

function quoted(value: Buffer): Buffer {
  const out = Buffer.allocUnsafe(2 * value.length + 2)
  let write = 0
  out[write++] = QUOTE
  for (const byte of value) {
    if (byte === QUOTE || byte === BACKSLASH) out[write++] = BACKSLASH
    out[write++] = byte
  }
  out[write++] = QUOTE
  return out.subarray(0, write)
}
