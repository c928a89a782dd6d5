import type { Detectors } from './detectors.ts'
import { REDACTED } from './rules.ts'
import { isDigit } from './scan.ts'

/** A masked value where JSON is expected. */
export function maskedJson(shown: string): string {
  return JSON.stringify(shown)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d

/**
 * Detectors on a JSON document (UTF-8), which stays valid JSON: strings and keys are masked as the text they stand
 * for, a number that is a find becomes a string. Everything else keeps its bytes, spacing, order and precision.
 * Undefined when nothing was found; a document that cannot be read is masked whole.
 */
export function maskJson(bytes: Buffer, start: number, end: number, detectors: Detectors): Buffer | undefined {
  const pieces: Buffer[] = []
  let kept = start
  let at = start
  while (at < end) {
    const byte = bytes[at]!
    const isString = byte === QUOTE
    if (!isString && byte !== MINUS && !isDigit(byte)) {
      at++
      continue
    }
    const to = isString ? stringEnd(bytes, at, end) : numberEnd(bytes, at, end)
    // A string without an end: this is no JSON, and what was taken for the outside of a string may be the inside of one.
    if (to === -1) return Buffer.from(maskedJson(REDACTED), 'utf8')
    const masked = detectors.scanBytes(bytes, at, to) ? maskToken(bytes, at, to, detectors) : undefined
    if (masked !== undefined) {
      pieces.push(bytes.subarray(kept, at), Buffer.from(masked, 'utf8'))
      kept = to
    }
    at = to
  }
  if (pieces.length === 0) return undefined
  pieces.push(bytes.subarray(kept, end))
  return Buffer.concat(pieces)
}

/** Index after the closing quote of the string that begins at `at`, or -1. */
function stringEnd(bytes: Buffer, at: number, end: number): number {
  for (let i = at + 1; i < end; i++) {
    if (bytes[i] === BACKSLASH) i++
    else if (bytes[i] === QUOTE) return i + 1
  }
  return -1
}

function numberEnd(bytes: Buffer, at: number, end: number): number {
  let i = at + 1
  while (i < end && (isDigit(bytes[i]!) || bytes[i] === 0x2e || bytes[i] === 0x2b || bytes[i] === MINUS || (bytes[i]! | 0x20) === 0x65)) i++
  return i
}

function maskToken(bytes: Buffer, from: number, to: number, detectors: Detectors): string | undefined {
  const raw = bytes.toString('utf8', from, to)
  if (bytes[from] !== QUOTE) {
    const masked = detectors.maskText(raw)
    return masked === raw ? undefined : JSON.stringify(masked)
  }
  let text: unknown
  try {
    text = JSON.parse(raw)
  } catch {
    return maskedJson(REDACTED)
  }
  if (typeof text !== 'string') return maskedJson(REDACTED)
  const masked = detectors.maskText(text)
  return masked === text ? undefined : JSON.stringify(masked)
}
