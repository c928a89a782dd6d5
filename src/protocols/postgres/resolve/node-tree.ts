import { GatewayError } from '../../../errors.ts'

// The server's text form of its own query trees (nodeToString, src/backend/nodes/outfuncs.c), as it stands in
// pg_rewrite.ev_action and pg_proc.prosqlbody, and, folded into lines, in the DETAIL of `rewritten parse tree:`.

/** `{VAR :varno 1 ..}`: its type and its fields. */
export interface Node {
  readonly type: string
  readonly fields: ReadonlyMap<string, Value>
}

/** `<>` is null. Numbers, booleans and names are text, as printed. `(i 1 2)`, `(o 1)` and `(b 8 9)` are lists of text, without their letter. */
export type Value = null | string | Node | readonly Value[]

/** The server folds at this many bytes, at a space where the line has one. Source: format_node_dump in src/backend/nodes/print.c. */
const LINE = 78

/** Bounds of one tree: a reader must not be a way to stop the gateway. */
const MAX_BYTES = 4 << 20
const MAX_DEPTH = 800

/**
 * One line again. Throws `not_understood` where the lines could have been another text: names that hold a newline, or are
 * longer than a line with their escapes, can be folded like several words. Everything else folds back to the same lines.
 */
export function unfold(printed: string): string {
  // The server counts bytes.
  const bytes = Buffer.from(printed).toString('latin1')
  const lines = (bytes.endsWith('\n') ? bytes.slice(0, -1) : bytes).split('\n')
  const text = lines.join(' ')
  let start = 0
  for (const [at, { length }] of lines.entries()) {
    const isLast = at === lines.length - 1
    if (isLast ? length > LINE : !isFold(text, start, length)) throw unreadable('its lines do not show where its words end')
    start += length + 1
  }
  return Buffer.from(text, 'latin1').toString()
}

/** Whether the server ends a line there: at the last blank that fits, and only where what is left does not fit. */
function isFold(text: string, start: number, length: number): boolean {
  if (text.length - start <= LINE) return false
  const end = start + length
  if (length === LINE) return text.lastIndexOf(' ', end - 1) > start
  return length > 0 && text.charCodeAt(start + LINE) !== SPACE && text.lastIndexOf(' ', start + LINE - 1) === end
}

/** Reads one value, which must be all there is. Throws `not_understood`: a tree that is not read whole is not read at all. */
export function readNodeTree(text: string): Value {
  if (text.length > MAX_BYTES) throw unreadable(`it is longer than ${MAX_BYTES} characters`)
  const reader = new Reader(text)
  const value = reader.value(0)
  if (!reader.isAtEnd()) throw unreadable('something follows it')
  return value
}

export function isNode(value: Value | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const SPACE = 32
const BACKSLASH = 92
const QUOTE = 34
const OPEN_NODE = 123
const CLOSE_NODE = 125
const OPEN_LIST = 40
const CLOSE_LIST = 41
const OPEN_DATUM = 91
const COLON = 58
/** Letters that say what a list is of: integers, oids, bits, transaction ids. */
const LIST_LETTERS = new Set([105, 111, 98, 120])

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  isAtEnd(): boolean {
    return Number.isNaN(this.#peek())
  }

  /** The next character that is no blank; NaN at the end. */
  #peek(): number {
    let code = this.#text.charCodeAt(this.#at)
    while (isBlank(code)) code = this.#text.charCodeAt(++this.#at)
    return code
  }

  /**
   * A word, up to a blank or a bracket that has no backslash before it. That holds for a string in quotes too: what would end
   * it is escaped, and a quote inside is not.
   */
  #word(): string {
    const text = this.#text
    this.#peek()
    const from = this.#at
    let code = text.charCodeAt(from)
    while (!isBlank(code) && !isStructure(code) && !Number.isNaN(code)) {
      this.#at += code === BACKSLASH ? 2 : 1
      code = text.charCodeAt(this.#at)
    }
    if (this.#at > text.length || (this.#at === from && Number.isNaN(code))) throw unreadable('it ends too soon')
    if (this.#at === from) throw unreadable('its brackets do not match')
    return text.slice(from, this.#at)
  }

  value(depth: number): Value {
    if (depth > MAX_DEPTH) throw unreadable('it is nested too deeply')
    const code = this.#peek()
    if (code === OPEN_NODE) return this.#node(depth)
    if (code === OPEN_LIST) return this.#list(depth)
    const word = this.#word()
    return word === '<>' ? null : plain(word)
  }

  #list(depth: number): Value {
    const out: Value[] = []
    this.#at++
    if (LIST_LETTERS.has(this.#peek()) && isBetween(this.#text.charCodeAt(this.#at + 1))) this.#at++
    while (this.#peek() !== CLOSE_LIST) out.push(this.value(depth + 1))
    this.#at++
    return out
  }

  #node(depth: number): Node {
    this.#at++
    const type = this.#word()
    const fields = new Map<string, Value>()
    while (this.#peek() !== CLOSE_NODE) {
      const label = this.#word()
      if (label.charCodeAt(0) !== COLON) throw unreadable(`${type} has ${JSON.stringify(label.slice(0, 40))} where a field should be`)
      const name = label.slice(1)
      if (fields.has(name)) throw unreadable(`${type} has its field ${name} twice`)
      const value = this.value(depth + 1)
      // A datum is its length and its bytes: `4 [ 1 0 0 0 ]`. Only its text is kept.
      fields.set(name, this.#peek() === OPEN_DATUM && name.endsWith('value') ? this.#datum(value) : value)
    }
    this.#at++
    return { type, fields }
  }

  #datum(length: Value): string {
    const end = this.#text.indexOf(']', this.#at)
    if (end < 0) throw unreadable('it ends too soon')
    const bytes = this.#text.slice(this.#at + 1, end)
    if (!/^[\s\d-]*$/.test(bytes)) throw unreadable('a constant in it is not made of bytes')
    this.#at = end + 1
    return `${String(length)} [ ${bytes.trim().replace(/\s+/g, ' ')} ]`
  }
}

function isBlank(code: number): boolean {
  return code === SPACE || code === 10 || code === 9
}

function isStructure(code: number): boolean {
  return code === OPEN_NODE || code === CLOSE_NODE || code === OPEN_LIST || code === CLOSE_LIST
}

function isBetween(code: number): boolean {
  return isBlank(code) || code === CLOSE_LIST
}

function plain(word: string): string {
  const isQuoted = word.length > 1 && word.charCodeAt(0) === QUOTE && word.charCodeAt(word.length - 1) === QUOTE
  const text = isQuoted ? word.slice(1, -1) : word
  return text.includes('\\') ? text.replace(/\\([\s\S])/g, '$1') : text
}

function unreadable(why: string): GatewayError {
  return new GatewayError('not_understood', `the target's query tree could not be read: ${why}`)
}
