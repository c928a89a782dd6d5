// The byte scan behind the detectors. A JavaScript regex over row text runs at 50 to 100 MB/s because of the e-mail's
// leading character class; this loop looks only at bytes that are rare in rows and that every pattern must contain.
// It may say "perhaps" too often, and must never miss: what it lets pass is not looked at again. So it knows no word
// boundaries, which a neighbouring cell's length bytes could fake.

/** What each byte may be the anchor of; 0 for most. */
const KIND: Uint8Array = new Uint8Array(256)
const DIGIT = 1
const OTHER_ANCHOR = 2
for (let digit = 0x30; digit <= 0x39; digit++) KIND[digit] = DIGIT
for (const character of '@-_+=~IJ') KIND[character.charCodeAt(0)] = OTHER_ANCHOR

/** A payment card has at least so many digits; fewer in a row, with single separators, are not looked at. */
export const CARD_LEAST = 13

/**
 * Index of the next byte in [from, end) where a detector might match something, or -1. `start` is where the text
 * begins (from >= start), so that a run of digits cut by an earlier answer is still counted whole.
 */
export function nextCandidate(bytes: Uint8Array, from: number, start: number, end: number): number {
  const kinds = KIND
  let run = from > start ? digitsBefore(bytes, from, start) : 0
  let i = from
  while (i < end) {
    const kind = kinds[bytes[i]!]!
    if (kind === 0) {
      i++
      continue
    }
    if (kind === DIGIT) {
      const first = i
      if (i > from) {
        // Whatever is no digit and no single separator between two has ended the run; it is noticed here, where it matters.
        const separator = i - 2 >= start && kinds[bytes[i - 2]!] === DIGIT ? bytes[i - 1]! : 0
        if (separator !== 0x20 && separator !== 0x2d) run = 0
        if ((separator === 0x20 || separator === 0x2d || separator === 0x2e) && i - 1 >= from && mayPartGroups(bytes, i - 1, start, end)) return i - 1
      }
      do {
        run++
        i++
      } while (i < end && kinds[bytes[i]!] === DIGIT)
      if (i - first >= 2 && first - 2 >= start && first + 1 >= from && followsLetters(bytes, first)) return first + 1
      if (run >= CARD_LEAST) return i - 1
      continue
    }
    if (isCandidate(bytes, i, start, end)) return i
    i++
  }
  return -1
}

function isCandidate(bytes: Uint8Array, i: number, start: number, end: number): boolean {
  if (i === start || i + 1 >= end) return bytes[i] === 0x2b || bytes[i] === 0x2d ? lineStart(bytes, i, end) : false
  const last = bytes[i - 1]!
  const next = bytes[i + 1]!
  switch (bytes[i]) {
    case 0x40: // @
      return last > 0x20 && next > 0x20
    case 0x2d: // -
      return dashCouldMatter(bytes, i, start, end)
    case 0x5f: // _
      return i - 2 >= start && underscoreCouldMatter(last, bytes[i - 2]!)
    case 0x2b: // +
      return lineStart(bytes, i, end)
    case 0x3d: // =
      return equalsCouldMatter(bytes, i, start)
    case 0x7e: // ~, in `8Q~`
      return i - 5 >= start && last === 0x51 && isDigit(bytes[i - 2]!)
    case 0x49: // I, in `AKIA`, `ASIA`, `ABIA`, `AIza`
      return (next === 0x41 && i - 2 >= start && bytes[i - 2] === 0x41) || (next === 0x7a && last === 0x41)
    default: // J, in `eyJ`
      return i - 2 >= start && last === 0x79 && bytes[i - 2] === 0x65
  }
}

/** What needs nothing before it: `+` and a number, and the first line of a key block. */
function lineStart(bytes: Uint8Array, i: number, end: number): boolean {
  if (bytes[i] === 0x2b) return i + 9 < end && bytes[i + 1]! >= 0x31 && bytes[i + 1]! <= 0x39
  return i + 10 < end && bytes[i + 1] === 0x2d && bytes[i + 4] === 0x2d && bytes[i + 5] === 0x42 && bytes[i + 6] === 0x45
}

/** Two digits or more behind two capitals (IBAN), or `ya29.` */
function followsLetters(bytes: Uint8Array, first: number): boolean {
  const last = bytes[first - 1]!
  const before = bytes[first - 2]!
  return (isUpper(last) && isUpper(before)) || (last === 0x61 && before === 0x79 && bytes[first] === 0x32 && bytes[first + 1] === 0x39)
}

/** Digits of the run that ends before `from`, counted as the scan counts them, no further than it needs. */
function digitsBefore(bytes: Uint8Array, from: number, start: number): number {
  let count = 0
  for (let i = from - 1; i >= start && count < CARD_LEAST; i--) {
    const byte = bytes[i]!
    if (isDigit(byte)) count++
    else if (!((byte === 0x20 || byte === 0x2d) && i > start && isDigit(bytes[i - 1]!) && i + 1 < bytes.length && isDigit(bytes[i + 1]!))) break
  }
  return count
}

/** At a separator between two digits: could the last group of an SSN or of a phone number begin here, or the second of a French one? */
function mayPartGroups(bytes: Uint8Array, i: number, start: number, end: number): boolean {
  if (i + 3 >= end || !isDigit(bytes[i + 2]!)) return false
  if (!isDigit(bytes[i + 3]!)) {
    const separator = bytes[i]
    return bytes[i + 3] === separator && i + 9 < end && bytes[i + 6] === separator && bytes[i + 9] === separator && i - 2 >= start && bytes[i - 2] === 0x30
  }
  const four = i + 4 < end && isDigit(bytes[i + 4]!)
  if (four) {
    // ddd-dd-dddd
    if (bytes[i] === 0x2d && i - 6 >= start && bytes[i - 3] === 0x2d) return true
    // ddd-ddd-dddd, (ddd) ddd-dddd, (ddd)ddd-dddd
    if (i - 7 >= start && isDigit(bytes[i - 2]!) && isDigit(bytes[i - 3]!)) {
      const before = bytes[i - 4]!
      if (before === 0x29 || ((before === 0x20 || before === 0x2d || before === 0x2e) && (isDigit(bytes[i - 5]!) || bytes[i - 5] === 0x29))) return true
    }
  }
  if (bytes[i] !== 0x20) return false
  // 0dd… ddd… ddd…, and 0dd… dddddd
  if ((i - 4 >= start && bytes[i - 4] === 0x20) || (i - 5 >= start && bytes[i - 5] === 0x20)) return true
  return four && ((i - 3 >= start && bytes[i - 3] === 0x30) || (i - 4 >= start && bytes[i - 4] === 0x30) || (i - 5 >= start && bytes[i - 5] === 0x30))
}

/** `-----BEGIN`, `sk-`, `glpat-` and its family, `xoxb-` and its family, `xapp-`, `GOCSPX-`. */
function dashCouldMatter(bytes: Uint8Array, i: number, start: number, end: number): boolean {
  if (lineStart(bytes, i, end)) return true
  if (i - 2 < start) return false
  const last = bytes[i - 1]
  const before = bytes[i - 2]
  if (last === 0x6b) return before === 0x73
  if (last === 0x74) return i - 4 >= start && ((bytes[i - 4] === 0x67 && bytes[i - 3] === 0x6c) || (i - 5 >= start && bytes[i - 5] === 0x67 && bytes[i - 4] === 0x6c))
  if (before === 0x78) return i - 4 >= start && bytes[i - 3] === 0x6f
  if (last === 0x70) return before === 0x70 && i - 4 >= start && bytes[i - 4] === 0x78
  return last === 0x58 && before === 0x50
}

/** `ghp_` and its family, `github_pat_`, `hp_`, `npm_`, `sk_live_`, `sk_test_`, `whsec_`. */
function underscoreCouldMatter(last: number, before: number): boolean {
  switch (last) {
    case 0x70: // p
    case 0x6f: // o
    case 0x75: // u
    case 0x73: // s
    case 0x72: // r
      return before === 0x68
    case 0x6d: // m
      return before === 0x70
    case 0x74: // t
      return before === 0x61 || before === 0x73
    case 0x65: // e
      return before === 0x76
    case 0x63: // c
      return before === 0x65
    default:
      return false
  }
}

/** `password=`, `pwd=`, `AccountKey=`, `client_secret=` and the like all end in d, y or t. */
function equalsCouldMatter(bytes: Uint8Array, i: number, start: number): boolean {
  let before = i - 1
  while (before > start && before > i - 3 && bytes[before] === 0x20) before--
  const last = bytes[before]! | 0x20
  return last === 0x64 || last === 0x79 || last === 0x74
}

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function isUpper(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a
}
