import { GatewayError } from '../../errors.ts'

/** Brackets open at once. The server's own stack limit refuses 10,000. */
const MAX_BRACKETS = 5_000
/** Comment openers in all: nested ones cost the lexer quadratic time (80 kB of them, 5 seconds). */
const MAX_COMMENTS = 1_000

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * What must hold of a text before any parser sees it, in one pass over its bytes: size, no NUL (it would end the text
 * early in a C string, and hide the rest), bounded brackets and comment openers, valid UTF-8. Returns the text. Throws
 * GatewayError `input_limit` or `not_understood`, without quoting it.
 */
export function guardBytes(bytes: Uint8Array, maxBytes: number): string {
  if (bytes.length > maxBytes) throw new GatewayError('input_limit', `the statement is longer than ${maxBytes} bytes`)
  let depth = 0
  let comments = 0
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case 0x00:
        throw new GatewayError('not_understood', 'the statement contains a zero byte')
      case 0x28:
      case 0x5b:
        if (++depth > MAX_BRACKETS) throw new GatewayError('input_limit', `the statement opens more than ${MAX_BRACKETS} brackets at once`)
        break
      case 0x29:
      case 0x5d:
        if (depth > 0) depth--
        break
      case 0x2f:
        if (bytes[at + 1] === 0x2a && ++comments > MAX_COMMENTS) throw new GatewayError('input_limit', `the statement opens more than ${MAX_COMMENTS} comments`)
        break
    }
  }
  try {
    return DECODER.decode(bytes)
  } catch {
    throw new GatewayError('not_understood', 'the statement is not valid UTF-8')
  }
}
