// The byte scan behind the detectors. A JavaScript regex over row text runs at 50 to 100 MB/s because of the e-mail's
// leading character class; this loop looks only at bytes that are rare in rows and that every pattern must contain.
// It may say "perhaps" too often, and must never miss: what it lets pass is not looked at again. So it knows no word
// boundaries, which a neighbouring cell's length bytes could fake.

/** A payment card has at least so many digits; fewer in a row, with single separators, are not looked at. */
export const CARD_LEAST = 13

/**
 * Index of the next byte in [from, end) where a detector might match something, or -1. `start` is where the text
 * begins (from >= start), so that a run of digits cut by an earlier answer is still counted whole.
 */
export function nextCandidate(bytes: Uint8Array, from: number, start: number, end: number): number {
  let state = stateAt(bytes, from, start)
  let i = from
  for (;;) {
    i = toNextEvent(bytes, i, end, state)
    if (i === -1) return -1
    const event = reached
    state = event & STATE
    const at = i - 1
    const byte = bytes[at]!
    if (event >= RUN_EVENT) {
      // The run of digits that `at` is in, or that ends before it.
      let last = at - 1
      if (isDigit(byte)) {
        while (i < end && isDigit(bytes[i]!)) state = NEXT[state | KIND[bytes[i++]!]!]! & STATE
        last = i - 1
      }
      const found = last < from ? -1 : candidateInRun(bytes, last, from, start, end)
      if (found !== -1) return found
    }
    // What was passed over because its next byte decides: a `+`, and the first of several dashes behind a digit.
    if (at - 1 >= from && (bytes[at - 1] === 0x2b || (byte === 0x2d && bytes[at - 1] === 0x2d)) && isCandidate(bytes, at - 1, start, end)) return at - 1
    if (KIND[byte]! >= ANCHOR && !isDigit(byte) && isCandidate(bytes, at, start, end)) return at
  }
}

/** The state, with its event, that toNextEvent came to. Beside its result, because a pair would be an object for each. */
let reached = 0

/** Index behind the next byte that makes an event, or -1. Small and without calls, so that it is compiled to what it says. */
function toNextEvent(bytes: Uint8Array, from: number, end: number, before: number): number {
  const kinds = KIND
  const next = NEXT
  let state = before
  let i = from
  while (i < end) {
    if (i + 8 <= end && (kinds[bytes[i]!]! | kinds[bytes[i + 1]!]! | kinds[bytes[i + 2]!]! | kinds[bytes[i + 3]!]! | kinds[bytes[i + 4]!]! | kinds[bytes[i + 5]!]! | kinds[bytes[i + 6]!]! | kinds[bytes[i + 7]!]!) < ANCHOR) {
      // Eight bytes without an anchor: of them only the last two can matter for what follows.
      state = next[next[kinds[bytes[i + 6]!]!]! | kinds[bytes[i + 7]!]!]!
      i += 8
      continue
    }
    const stop = Math.min(end, i + 8)
    while (i < stop) {
      state = next[state | kinds[bytes[i++]!]!]!
      if (state >= EVENT) {
        reached = state
        return i
      }
    }
  }
  return -1
}

/** In the digits that end at `last`: what may part groups before them, the check digits of an IBAN, or the end of a card's number. */
function candidateInRun(bytes: Uint8Array, last: number, from: number, start: number, end: number): number {
  let first = last
  while (first > from && isDigit(bytes[first - 1]!)) first--
  if (first > from) {
    const before = bytes[first - 1]!
    if ((before === 0x20 || before === 0x2d || before === 0x2e) && first - 2 >= start && isDigit(bytes[first - 2]!) && mayPartGroups(bytes, first - 1, start, end)) return first - 1
  }
  if (last > first && first - 2 >= start && followsLetters(bytes, first)) return first + 1
  return last - first + 1 + digitsBefore(bytes, first, start) >= CARD_LEAST ? last : -1
}

// The scan is a machine over classes of bytes: random text (hex, base64) makes a loop of branches guess wrong at every
// other byte, and costs five times what one table look-up per byte does. Its state is how many digits stand in the run so
// far, which part of a group, and whether two capitals or `ya` came last. It says where to look closer, and nothing else.

/** Classes of bytes: below ANCHOR those that no pattern is looked up by. */
const CLASS = { other: 0, upper: 1, a: 2, y: 3, space: 4, dot: 5, anchor: 8, dash: 9, plus: 10, anchorUpper: 11, digit: 12, zero: 13, two: 14, nine: 15 } as const
const ANCHOR = 8
const CLASSES = 16

/** The class of each byte. Those below ANCHOR keep its bit clear, so that eight of them can be tested at once. */
const KIND: Uint8Array = new Uint8Array(256)
for (let byte = 0x41; byte <= 0x5a; byte++) KIND[byte] = CLASS.upper
for (let byte = 0x30; byte <= 0x39; byte++) KIND[byte] = CLASS.digit
for (const [characters, kind] of [['a', CLASS.a], ['y', CLASS.y], [' ', CLASS.space], ['.', CLASS.dot], ['@_=~', CLASS.anchor], ['-', CLASS.dash], ['+', CLASS.plus], ['IJ', CLASS.anchorUpper], ['0', CLASS.zero], ['2', CLASS.two], ['9', CLASS.nine]] as const) {
  for (const character of characters) KIND[character.charCodeAt(0)] = kind
}

const STATE = 0x7fff
/** An anchor that isCandidate must see, at this byte or the one before. */
const EVENT = 0x8000
/** A run of digits that candidateInRun must see. */
const RUN_EVENT = 0x10000

interface Situation {
  /** Digits so far, with single blanks or dashes between them; no more than CARD_LEAST - 1 are counted. */
  readonly digits: number
  /** Digits just before, up to three; behind a separator those before it. */
  readonly group: number
  /** The class of the separator behind them, and how many digits stand behind that, up to two. Absent: there is none, or three digits are already behind it. */
  readonly parted?: { readonly by: number; readonly digits: number }
  /** Capitals just before, or of `ya2`; with `digit`, one digit behind two capitals. */
  readonly letters: 'none' | 'upper' | 'uppers' | 'digit' | 'y' | 'ya' | 'ya2'
  /** What came last and was passed over: the next byte decides. */
  readonly waits?: 'dash' | 'plus'
}

const NOTHING: Situation = { digits: 0, group: 0, letters: 'none' }

function step(now: Situation, kind: number): { readonly next: Situation; readonly event: number } {
  return kind >= CLASS.digit ? onDigit(now, kind) : onOther(now, kind)
}

function onDigit({ digits, group, parted, letters, waits }: Situation, kind: number): { readonly next: Situation; readonly event: number } {
  const isFull = digits + 1 >= CARD_LEAST
  const endsWord = letters === 'digit' || (letters === 'ya2' && kind === CLASS.nine)
  // The third digit behind a blank or dash; behind a dot only phones have groups, of three digits and then four.
  const mayPart = parted?.digits === 2 && (parted.by !== CLASS.dot || group === 3)
  const next: Situation = {
    digits: isFull ? CARD_LEAST - 1 : digits + 1,
    ...(parted === undefined || parted.digits === 2 ? { group: Math.min(3, parted === undefined ? group + 1 : 3) } : { group, parted: { by: parted.by, digits: parted.digits + 1 } }),
    letters: letters === 'uppers' ? 'digit' : letters === 'ya' && kind === CLASS.two ? 'ya2' : 'none',
  }
  if (isFull || mayPart || endsWord) return { next, event: RUN_EVENT }
  // `+0` begins no number.
  return { next, event: waits === 'plus' && kind !== CLASS.zero ? EVENT : 0 }
}

function onOther({ digits, group, parted, letters, waits }: Situation, kind: number): { readonly next: Situation; readonly event: number } {
  const isUpper = kind === CLASS.upper || kind === CLASS.anchorUpper
  const word = isUpper ? (letters === 'upper' || letters === 'uppers' ? 'uppers' : 'upper') : kind === CLASS.y ? 'y' : kind === CLASS.a && letters === 'y' ? 'ya' : 'none'
  const isSeparator = kind === CLASS.space || kind === CLASS.dash || kind === CLASS.dot
  const isBehindDigit = parted === undefined ? group > 0 : parted.digits > 0
  const isAnchor = kind === CLASS.anchor || kind === CLASS.anchorUpper || kind === CLASS.dash
  if (!isSeparator || !isBehindDigit) {
    const event = isAnchor || (waits === 'dash' && kind === CLASS.dash) ? EVENT : 0
    return { next: { ...NOTHING, letters: word, ...(kind === CLASS.plus ? { waits: 'plus' as const } : {}) }, event }
  }
  const before = parted === undefined ? group : parted.digits
  const next: Situation = { digits: kind === CLASS.dot ? 0 : digits, group: before, parted: { by: kind, digits: 0 }, letters: word, ...(kind === CLASS.dash ? { waits: 'dash' as const } : {}) }
  // Pairs of digits with one separator throughout.
  return { next, event: parted?.digits === 2 && parted.by === kind ? RUN_EVENT : 0 }
}

/** By state and class: the state that follows, with its event. States are multiples of CLASSES; 0 is NOTHING. */
const NEXT: Uint32Array = machine()

function machine(): Uint32Array {
  const known = new Map<string, number>([[JSON.stringify(NOTHING), 0]])
  const situations: Situation[] = [NOTHING]
  const rows: number[][] = []
  for (let at = 0; at < situations.length; at++) {
    rows.push(Array.from({ length: CLASSES }, (_, kind) => {
      const { next, event } = step(situations[at]!, kind)
      const key = JSON.stringify(next)
      let number = known.get(key)
      if (number === undefined) {
        known.set(key, (number = situations.length))
        situations.push(next)
      }
      return (number * CLASSES) | event
    }))
  }
  return Uint32Array.from(rows.flat())
}

/** Thirteen digits and as many separators: more of what came before does not matter. */
const REACH = 32

function stateAt(bytes: Uint8Array, from: number, start: number): number {
  let state = 0
  for (let i = Math.max(start, from - REACH); i < from; i++) state = NEXT[state | KIND[bytes[i]!]!]! & STATE
  return state
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
