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
 * One line again. Where a line without any space is full, nobody can tell a space that was dropped from a word that was
 * cut, so that is refused: `not_understood`. Names that long are nobody's.
 */
export function unfold(printed: string): string {
  const lines = printed.split('\n')
  for (const line of lines) {
    if (Buffer.byteLength(line) >= LINE && line.indexOf(' ', 1) < 0) throw unreadable('a word in it is longer than a line')
  }
  return lines.join(' ')
}

/** Reads one value, which must be all there is. Throws `not_understood`: a tree that is not read whole is not read at all. */
export function readNodeTree(text: string): Value {
  if (text.length > MAX_BYTES) throw unreadable(`it is longer than ${MAX_BYTES} characters`)
  const reader = new Reader(text)
  const value = reader.value(0)
  if (reader.token() !== undefined) throw unreadable('something follows it')
  return value
}

export function isNode(value: Value | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const STRUCTURE = new Set(['{', '}', '(', ')'])
const LIST_LETTERS = new Set(['i', 'o', 'b', 'x'])

class Reader {
  readonly #text: string
  #at = 0
  #next: string | undefined

  constructor(text: string) {
    this.#text = text
    this.#next = this.#scan()
  }

  /** The token at hand. */
  token(): string | undefined {
    return this.#next
  }

  #take(): string {
    const token = this.#next
    if (token === undefined) throw unreadable('it ends too soon')
    this.#next = this.#scan()
    return token
  }

  /** Tokens keep their escapes and quotes, so that `\(` is never taken for structure. */
  #scan(): string | undefined {
    const text = this.#text
    while (this.#at < text.length && isBlank(text.charCodeAt(this.#at))) this.#at++
    if (this.#at >= text.length) return undefined
    const from = this.#at
    const first = text[from] as string
    if (STRUCTURE.has(first)) {
      this.#at++
      return first
    }
    // A quoted string: what Postgres writes for String nodes in a list. Quotes inside are escaped.
    if (first === '"') {
      for (this.#at++; this.#at < text.length && text[this.#at] !== '"'; this.#at++) if (text[this.#at] === '\\') this.#at++
      if (this.#at >= text.length) throw unreadable('a string in it does not end')
      return text.slice(from, ++this.#at)
    }
    while (this.#at < text.length) {
      const char = text[this.#at] as string
      if (STRUCTURE.has(char) || isBlank(text.charCodeAt(this.#at))) break
      this.#at += char === '\\' ? 2 : 1
    }
    return text.slice(from, this.#at)
  }

  value(depth: number): Value {
    if (depth > MAX_DEPTH) throw unreadable('it is nested too deeply')
    const token = this.#take()
    if (token === '{') return this.#node(depth)
    if (token === '(') return this.#list(depth)
    if (token === '<>') return null
    if (token === '}' || token === ')') throw unreadable('its brackets do not match')
    return plain(token)
  }

  #list(depth: number): Value {
    const out: Value[] = []
    if (LIST_LETTERS.has(this.#next ?? '')) this.#take()
    while (this.#next !== ')') out.push(this.value(depth + 1))
    this.#take()
    return out
  }

  #node(depth: number): Node {
    const type = this.#take()
    const fields = new Map<string, Value>()
    while (this.#next !== '}') {
      const label = this.#take()
      if (!label.startsWith(':')) throw unreadable(`${type} has ${JSON.stringify(label.slice(0, 40))} where a field should be`)
      const name = label.slice(1)
      if (fields.has(name)) throw unreadable(`${type} has its field ${name} twice`)
      const value = this.value(depth + 1)
      // A datum is its length and its bytes: `4 [ 1 0 0 0 ]`. Only its text is kept.
      fields.set(name, name.endsWith('value') && this.#next === '[' ? this.#datum(value) : value)
    }
    this.#take()
    return { type, fields }
  }

  #datum(length: Value): string {
    const bytes: string[] = []
    for (this.#take(); this.#next !== ']'; ) bytes.push(this.#take())
    this.#take()
    return `${String(length)} [ ${bytes.join(' ')} ]`
  }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 9
}

function plain(token: string): string {
  const text = token.startsWith('"') ? token.slice(1, -1) : token
  return text.includes('\\') ? text.replace(/\\([\s\S])/g, '$1') : text
}

function unreadable(why: string): GatewayError {
  return new GatewayError('not_understood', `the target's query tree could not be read: ${why}`)
}
