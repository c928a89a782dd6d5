import { CARD_LEAST, isDigit, nextCandidate } from './scan.ts'
import { PSEUDONYM_MAIL_DOMAIN } from './rules.ts'
import { TOKEN_RULES } from './secrets.ts'

/** What can be looked for. The first five say something about a person, the others open something. */
export const DETECTOR_CLASSES = [
  'email',
  'card',
  'iban',
  'ssn',
  'phone',
  'jwt',
  'cloud-key',
  'forge-token',
  'api-key',
  'private-key',
  'holdpoint-token',
  'connection-password',
] as const
export type DetectorClass = (typeof DETECTOR_CLASSES)[number]

const PERSONAL: ReadonlySet<DetectorClass> = new Set<DetectorClass>(['email', 'card', 'iban', 'ssn', 'phone'])

/** Bytes [start, end) of a text, and what stands there instead. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly label: string
  readonly detector: DetectorClass
}

/**
 * Content detectors: they find what is recognisable by its form, wherever it stands. Linear in the input's length.
 * Text is UTF-8, seen byte by byte, so what surrounds a find survives unchanged even where it is no valid UTF-8.
 */
export interface Detectors {
  /** The same string object when nothing was found. */
  maskText(text: string): string
  /** Like maskText, for keys, tokens and passwords only. */
  maskSecretsOnly(text: string): string
  /** False: certainly nothing to mask in [start, end). True: look closer. May span many cells or messages. */
  scanBytes(bytes: Uint8Array, start: number, end: number): boolean
  /** The first byte of [start, end) where a closer look may find something, or -1: before it certainly nothing begins. */
  suspect(bytes: Uint8Array, start: number, end: number): number
  /** The masked bytes of [start, end), or null when nothing was found. Never a view of `bytes`. */
  maskBytes(bytes: Buffer, start: number, end: number): Buffer | null
  /** What would be masked in [start, end): ascending, not overlapping; offsets are into `bytes`. */
  find(bytes: Buffer, start: number, end: number): readonly Span[]
}

// `PASSWORD 'value'` of CREATE ROLE and its kin: the value has no form of its own, the word before it tells. Only for
// texts, not for rows: there the value stands alone.
const SQL_PASSWORD = /(\bpassword\s+(?:[en]|u&)?'|\bpassword\s+\$(\w*)\$)(?:(?<=')(?:[^'\\]|''|\\.)*|(?<=\$)(?:(?!\$\2\$)[\s\S])*)('|\$\2\$|$)/gi

// Shorter than anything that is found, and without a character that all but the longer ones need: keys and counts, mostly.
const HARMLESS = /^[A-Za-z0-9]{0,10}$/

export function createDetectors(options: { readonly classes?: readonly DetectorClass[] } = {}): Detectors {
  const all: ReadonlySet<DetectorClass> = new Set(options.classes ?? DETECTOR_CLASSES)
  const secrets: ReadonlySet<DetectorClass> = new Set([...all].filter((detector) => !PERSONAL.has(detector)))

  const maskString = (text: string, wanted: ReadonlySet<DetectorClass>): string => {
    const bytes = Buffer.from(text, 'utf8')
    const spans = findSpans(bytes, 0, bytes.length, wanted)
    const masked = spans.length === 0 ? text : splice(bytes, 0, bytes.length, spans).toString('utf8')
    return wanted.has('connection-password') ? masked.replace(SQL_PASSWORD, '$1‹secret:password›$3') : masked
  }
  return {
    maskText: (text) => (HARMLESS.test(text) ? text : maskString(text, all)),
    maskSecretsOnly: (text) => maskString(text, secrets),
    scanBytes: (bytes, start, end) => all.size > 0 && nextCandidate(bytes, start, start, end) !== -1,
    suspect: (bytes, start, end) => (all.size === 0 ? -1 : nextCandidate(bytes, start, start, end)),
    maskBytes: (bytes, start, end) => {
      const spans = findSpans(bytes, start, end, all)
      return spans.length === 0 ? null : splice(bytes, start, end, spans)
    },
    find: (bytes, start, end) => findSpans(bytes, start, end, all),
  }
}

interface Sought {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** [start, end) with one character per byte; made once, when the first candidate needs it. */
  text(): string
}

function findSpans(bytes: Buffer, start: number, end: number, wanted: ReadonlySet<DetectorClass>): Span[] {
  const spans: Span[] = []
  if (wanted.size === 0) return spans
  let text: string | undefined
  const sought: Sought = { bytes, start, end, text: () => (text ??= bytes.toString('latin1', start, end)) }
  let at = start
  for (;;) {
    const candidate = nextCandidate(bytes, at, start, end)
    if (candidate === -1) return spans
    const span = examine(sought, candidate)
    at = candidate + 1
    if (span === undefined || !wanted.has(span.detector)) continue
    add(spans, span)
    at = Math.max(at, span.end)
  }
}

function examine(sought: Sought, i: number): Span | undefined {
  const byte = sought.bytes[i]!
  if (isDigit(byte)) return iban(sought, i) ?? card(sought, i) ?? token(sought, i)
  switch (byte) {
    case 0x40: // @
      return urlPassword(sought, i) ?? mail(sought, i)
    case 0x2b: // +
      return internationalPhone(sought, i)
    case 0x3d: // =
      return assignedPassword(sought, i)
    case 0x20:
    case 0x2e:
    case 0x2d: // separators, and `-` is also part of tokens
      return groupedNumber(sought, i) ?? (byte === 0x2d ? (privateKey(sought, i) ?? token(sought, i)) : undefined)
    default:
      return token(sought, i)
  }
}

/** Finds may overlap (a password that holds an `@`): they become one, named after the longer. */
function add(spans: Span[], span: Span): void {
  let merged = span
  for (let last = spans.at(-1); last !== undefined && last.end > merged.start; last = spans.at(-1)) {
    const longer = last.end - last.start > merged.end - merged.start ? last : merged
    merged = { ...longer, start: Math.min(last.start, merged.start), end: Math.max(last.end, merged.end) }
    spans.pop()
  }
  spans.push(merged)
}

function splice(bytes: Buffer, start: number, end: number, spans: readonly Span[]): Buffer {
  const pieces: Buffer[] = []
  let at = start
  for (const span of spans) {
    pieces.push(bytes.subarray(at, span.start), Buffer.from(span.label, 'utf8'))
    at = span.end
  }
  pieces.push(bytes.subarray(at, end))
  return Buffer.concat(pieces)
}

// E-mail. The local part's rarer characters (RFC 5322 atext beyond these) would swallow the quotes and brackets addresses
// stand in; without them the rest of such an address is still hidden.
const LOCAL: Uint8Array = new Uint8Array(256).map((_, byte) => (byte >= 0x80 || /[A-Za-z0-9._%+'-]/.test(String.fromCharCode(byte)) ? 1 : 0))
const LOCAL_EDGE = "'.%+-"
const DOMAIN = /[A-Za-z0-9\x80-\xff](?:[A-Za-z0-9\x80-\xff-]{0,62})(?:\.[A-Za-z0-9\x80-\xff](?:[A-Za-z0-9\x80-\xff-]{0,62})){1,8}/y
const MAIL_REACH = 256

// The last label is a word: `pkg@1.2.3` is a version. A label of digits that follows it is given back.
const DOMAIN_KEPT = /^.*\.(?:[A-Za-z\x80-\xff]{2,63}|xn--[A-Za-z0-9-]{2,59})(?![A-Za-z0-9\x80-\xff])/

function mail(sought: Sought, i: number): Span | undefined {
  const { bytes } = sought
  const limit = Math.max(sought.start, i - MAIL_REACH)
  let from = i
  while (from > limit && LOCAL[bytes[from - 1]!] === 1) from--
  while (from < i && LOCAL_EDGE.includes(String.fromCharCode(bytes[from]!))) from++
  if (from === i) return undefined
  DOMAIN.lastIndex = i + 1 - sought.start
  const domain = DOMAIN.exec(sought.text())?.[0]
  const kept = domain === undefined ? undefined : DOMAIN_KEPT.exec(domain)?.[0]
  if (kept === undefined || kept.toLowerCase() === PSEUDONYM_MAIL_DOMAIN) return undefined
  return { start: from, end: i + 1 + kept.length, label: '‹email›', detector: 'email' }
}

// `scheme://user:password@host` (RFC 3986 3.2.1). An unescaped `@` may stand in the password, so the last one before the path counts.
const USERINFO_REACH = 512

function urlPassword(sought: Sought, i: number): Span | undefined {
  const first = userinfoStart(sought, i)
  if (first - 4 < sought.start || sought.bytes[first - 1] !== 0x2f) return undefined
  const text = sought.text()
  const at = i - sought.start
  const from = first - sought.start
  if (from < 4 || text.slice(from - 3, from) !== '://' || !/[A-Za-z0-9]/.test(text[from - 4]!)) return undefined
  const colon = text.indexOf(':', from)
  if (colon === -1 || colon >= at - 1) return undefined
  const rest = /^[^\s"'<>/?#]*@/.exec(text.slice(at, at + USERINFO_REACH))?.[0] ?? '@'
  return { start: sought.start + colon + 1, end: sought.start + at + rest.length - 1, label: '‹secret:password›', detector: 'connection-password' }
}

const USERINFO_STOP: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0x22, 0x27, 0x3c, 0x3e, 0x40, 0x2f])

function userinfoStart(sought: Sought, i: number): number {
  const limit = Math.max(sought.start, i - USERINFO_REACH)
  let from = i
  while (from > limit && !USERINFO_STOP.has(sought.bytes[from - 1]!)) from--
  return from
}

// `password=value` as in libpq and ADO connection strings, shells and ini files; also quoted.
const ASSIGNED = /(?:^|[^A-Za-z0-9])(?:[A-Za-z0-9]{1,16}[_-])?(?:password|passwd|pwd|accountkey|sharedaccesskey|(?:secret_)?(?:access|api)_?key|client_?secret)[ ]{0,2}$/i
const VALUE = /[ ]{0,2}(?:"((?:[^"\\\n]|\\.){1,1024})"?|'((?:[^'\\\n]|\\.|''){1,1024})'?|([^\s;&,"'`)\]}]{3,1024}))/y

function assignedPassword(sought: Sought, i: number): Span | undefined {
  const text = sought.text()
  const at = i - sought.start
  if (!ASSIGNED.test(text.slice(Math.max(0, at - 48), at))) return undefined
  VALUE.lastIndex = at + 1
  const match = VALUE.exec(text)
  const value = match?.[1] ?? match?.[2] ?? match?.[3]
  if (match === null || value === undefined) return undefined
  // A parameter's place is no password, and one of ours has been masked before.
  if (/^(?:\$\d{1,5}|\?|\*+|\xe2\x80\xb9.*)$/.test(value)) return undefined
  const start = sought.start + at + 1 + match[0].indexOf(value)
  return { start, end: start + value.length, label: '‹secret:password›', detector: 'connection-password' }
}

// Numbers in groups. Looked at through a small window, so that its cost has a bound whatever surrounds it.
const SSN = /(?<![A-Za-z0-9-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![A-Za-z0-9]|-[A-Za-z0-9])/g
const NATIONAL_PHONE = [
  // North America (NANP: neither area nor exchange begins with 0 or 1), one separator throughout.
  /(?<![A-Za-z0-9_.+-])(?:1[-. ])?(?:\([2-9]\d{2}\) ?[2-9]\d{2}[-. ]|[2-9]\d{2}([-.])[2-9]\d{2}\1)\d{4}(?![A-Za-z0-9]|[-.][A-Za-z0-9])/g,
  // France: five pairs.
  /(?<![A-Za-z0-9_.+-])0[1-9]([ .-])\d{2}(?:\1\d{2}){3}(?![A-Za-z0-9]|[-.][A-Za-z0-9])/g,
  // Trunk prefix 0, area code, subscriber number: Britain, Germany, Italy and others.
  /(?<![A-Za-z0-9_.+-])(?:0[1-9]\d{1,3}|\(0[1-9]\d{1,3}\)) (?:\d{3,4} \d{3,4}|\d{6,8})(?![A-Za-z0-9]|[-.:/][A-Za-z0-9])/g,
  /(?<![A-Za-z0-9_.+-])02\d (?:\d{4} \d{4}|\d{8})(?![A-Za-z0-9]|[-.:/][A-Za-z0-9])/g,
] as const
const WINDOW = 26

function groupedNumber(sought: Sought, i: number): Span | undefined {
  if (i + 1 >= sought.end || !isDigit(sought.bytes[i + 1]!) || i === sought.start) return undefined
  const from = Math.max(sought.start, i - WINDOW)
  const window = sought.bytes.toString('latin1', from, Math.min(sought.end, i + WINDOW))
  const ssn = covering(SSN, window, i - from)
  if (ssn !== undefined) return { start: from + ssn.start, end: from + ssn.end, label: '‹ssn›', detector: 'ssn' }
  for (const pattern of NATIONAL_PHONE) {
    const phone = covering(pattern, window, i - from)
    if (phone !== undefined) return { start: from + phone.start, end: from + phone.end, label: '‹phone›', detector: 'phone' }
  }
  return undefined
}

function covering(pattern: RegExp, text: string, index: number): { readonly start: number; readonly end: number } | undefined {
  // Not matchAll: it copies the pattern on every call.
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const end = match.index + match[0].length
    if (match.index <= index && end > index) return { start: match.index, end }
  }
  return undefined
}

/** E.164: `+`, then 9 to 15 digits, in groups or not. `+1234567.89` is an amount. */
const E164 = /\+[1-9](?:[ .\-/]?\(?\d\)?){8,14}(?![A-Za-z0-9]|[.,:-]\d)/y

function internationalPhone(sought: Sought, i: number): Span | undefined {
  const text = sought.text()
  const at = i - sought.start
  if (at > 0 && /[A-Za-z0-9_+]/.test(text[at - 1]!)) return undefined
  E164.lastIndex = at
  const match = E164.exec(text)?.[0]
  if (match === undefined || /^\+\d+[.,]\d+$/.test(match)) return undefined
  return { start: i, end: i + match.length, label: '‹phone›', detector: 'phone' }
}

/** ISO 13616, total length by country: what does not fit its country is no IBAN, and 97 of 98 others fail the check digits. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 ' +
    'GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 ' +
    'NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
)

function iban(sought: Sought, i: number): Span | undefined {
  // `i` is the second check digit, or a later digit of a long run that did not begin with two capitals.
  const start = i - 3
  const { bytes } = sought
  if (start < sought.start) return undefined
  const length = IBAN_LENGTHS.get(String.fromCharCode(bytes[start]!, bytes[start + 1]!))
  if (length === undefined || (start > sought.start && isAlphanumeric(bytes[start - 1]!))) return undefined
  let plain = ''
  let at = start
  for (; at < sought.end && plain.length < length; at++) {
    const byte = bytes[at]!
    if (isAlphanumeric(byte)) plain += String.fromCharCode(byte)
    else if (!((byte === 0x20 || byte === 0x2d) && at + 1 < sought.end && isAlphanumeric(bytes[at + 1]!))) return undefined
  }
  if (plain.length < length || (at < sought.end && isAlphanumeric(bytes[at]!)) || !ibanChecks(plain.toUpperCase())) return undefined
  return { start, end: at, label: '‹iban›', detector: 'iban' }
}

function ibanChecks(iban: string): boolean {
  let remainder = 0
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}

/**
 * The card whose last group of digits holds `i`. Written without separators or in groups of 4, of 4-6-5, 4-6-4 or 6-13;
 * a list of small numbers or a UUID of digits only is not.
 */
function card(sought: Sought, i: number): Span | undefined {
  const { bytes } = sought
  let end = i + 1
  while (end < sought.end && end < i + 20 && isDigit(bytes[end]!)) end++
  if (end < sought.end && gluesAfter(sought, end)) return undefined
  let digits = ''
  let separator: number | undefined
  let groupEnd = end
  for (let group = 0; group < 5; group++) {
    let begin = groupEnd
    while (begin > sought.start && groupEnd - begin < 20 && isDigit(bytes[begin - 1]!)) begin--
    const size = groupEnd - begin
    if (size + digits.length > 19) return undefined
    digits = bytes.toString('latin1', begin, groupEnd) + digits
    const isHead = (group === 0 || size === 4 || size === 6) && !(begin > sought.start && gluesBefore(sought, begin - 1))
    if (isHead && isCard(digits)) return { start: begin, end, label: '‹card›', detector: 'card' }
    if (size < 3 || !separates(sought, begin - 1)) return undefined
    separator ??= bytes[begin - 1]
    if (bytes[begin - 1] !== separator) return undefined
    groupEnd = begin - 1
  }
  return undefined
}

function isCard(digits: string): boolean {
  return digits.length >= CARD_LEAST && issued(digits) && luhn(digits) && !(digits.length === 13 && ean13(digits))
}

function separates(sought: Sought, at: number): boolean {
  const { bytes } = sought
  return at > sought.start && (bytes[at] === 0x20 || bytes[at] === 0x2d) && isDigit(bytes[at - 1]!) && at + 1 < sought.end && isDigit(bytes[at + 1]!)
}

/** Part of a word, an identifier or the fraction of a number. */
function gluesBefore(sought: Sought, at: number): boolean {
  const byte = sought.bytes[at]!
  return isAlphanumeric(byte) || byte === 0x5f || byte >= 0x80 || ((byte === 0x2e || byte === 0x2c) && at > sought.start && isDigit(sought.bytes[at - 1]!))
}

function gluesAfter(sought: Sought, at: number): boolean {
  const byte = sought.bytes[at]!
  return isAlphanumeric(byte) || byte === 0x5f || ((byte === 0x2e || byte === 0x2c) && at + 1 < sought.end && isDigit(sought.bytes[at + 1]!))
}

/** Issuer ranges in use, by length (ISO/IEC 7812): one more reason why an order number or a timestamp is no card. */
function issued(digits: string): boolean {
  const two = Number(digits.slice(0, 2))
  const four = Number(digits.slice(0, 4))
  switch (digits.length) {
    case 13:
      return digits[0] === '4'
    case 14:
      return two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059)
    case 15:
      return two === 34 || two === 37
    case 17:
    case 18:
      return two === 62
    default:
      return (
        digits[0] === '4' ||
        (two >= 50 && two <= 69) ||
        (four >= 2221 && four <= 2720) ||
        (four >= 3528 && four <= 3589) ||
        (digits.length === 16 && (two === 30 || two === 36 || two === 38 || two === 39))
      )
  }
}

function luhn(digits: string): boolean {
  let sum = 0
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const digit = digits.charCodeAt(i) - 0x30
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}

/** Thirteen-digit cards are all but extinct, while every German article number begins with 4 and has this check digit. */
function ean13(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < 13; i++) sum += (digits.charCodeAt(i) - 0x30) * (i % 2 === 0 ? 1 : 3)
  return sum % 10 === 0
}

/** RFC 7468 and OpenPGP armour. To its END line, or all that follows when there is none. Certificates and public keys stay. */
export const PRIVATE_KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----/y
export const PRIVATE_KEY_END = /-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----/g

function privateKey(sought: Sought, i: number): Span | undefined {
  const text = sought.text()
  PRIVATE_KEY_BEGIN.lastIndex = i - sought.start
  if (!PRIVATE_KEY_BEGIN.test(text)) return undefined
  PRIVATE_KEY_END.lastIndex = i - sought.start
  const end = PRIVATE_KEY_END.test(text) ? PRIVATE_KEY_END.lastIndex : text.length
  return { start: i, end: sought.start + end, label: '‹secret:private-key›', detector: 'private-key' }
}

function token(sought: Sought, i: number): Span | undefined {
  const text = sought.text()
  const at = i - sought.start
  for (const rule of TOKEN_RULES) {
    const start = at - rule.anchor
    if (start < 0 || !text.startsWith(rule.prefix, start)) continue
    if (start > 0 && rule.notAfter.test(text[start - 1]!)) continue
    rule.pattern.lastIndex = start
    const match = rule.pattern.exec(text)?.[0]
    if (match !== undefined) return { start: sought.start + start, end: sought.start + start + match.length, label: rule.label, detector: rule.detector }
  }
  return undefined
}

function isAlphanumeric(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
}
