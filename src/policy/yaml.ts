import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { type Document, isAlias, isCollection, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar, visit } from 'yaml'
import type { z } from 'zod'
import { GatewayError } from '../errors.ts'
import { didYouMean, nearest } from './vocabulary.ts'

// What policies and their cases have in common: reading a file, YAML, and saying what does not fit a schema, at its place.

/** What is wrong in a policy file; line and column count from 1, 0 where the fault is of the file as a whole. */
export interface Fault {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

const MAX_FILE_BYTES = 1 << 20
// `error`: what the library warns of goes into the faults, and not to the process with a piece of the file. (`silent` would also
// read the first of several documents and say nothing.)
const YAML_OPTIONS = {
  prettyErrors: false, strict: true, uniqueKeys: true, stringKeys: true, version: '1.2', schema: 'core', merge: false, logLevel: 'error',
} as const
const MAX_FAULTS = 200

/** `config_invalid`, with every fault found in one pass over all files, in the order of file, line and column. */
export class PolicyError extends GatewayError {
  readonly faults: readonly Fault[]
  constructor(found: readonly Fault[]) {
    const faults = found.toSorted((a, b) => (a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1)).slice(0, MAX_FAULTS)
    super('config_invalid', faults.map((fault) => `${fault.file}${fault.line === 0 ? '' : `:${fault.line}:${fault.column}`}: ${fault.message}`).join('\n'))
    this.name = 'PolicyError'
    this.faults = faults
  }
}

export function fileFault(file: string, message: string): Fault {
  return { file, line: 0, column: 0, message }
}

/** The bytes of a regular file of at most 1 MiB; throws RangeError for anything else. A pipe in the folder must not hang the start. */
export function readBounded(path: string): Uint8Array {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(descriptor).isFile()) throw new RangeError('not a regular file')
    const buffer = Buffer.allocUnsafe(MAX_FILE_BYTES + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < buffer.length; length += read) read = readSync(descriptor, buffer, length, buffer.length - length, null)
    if (length > MAX_FILE_BYTES) throw new RangeError(`larger than ${MAX_FILE_BYTES} bytes`)
    return Uint8Array.prototype.slice.call(buffer, 0, length)
  } finally {
    closeSync(descriptor)
  }
}

/** Where a value stands; with `key`, where its name does. */
export type Locate = (path: readonly PropertyKey[], key?: 'key') => { readonly line: number; readonly column: number }

export interface ParsedYaml {
  readonly value: unknown
  readonly at: Locate
  /** Is this part (`rules`, 3) not YAML, or written in a way that may mean two things? That is reported, and nothing more is said of it. */
  readonly isSpoilt: (collection: string, part: PropertyKey) => boolean
  /** False: the syntax breaks somewhere, and only the parts before that place could be read. */
  readonly isEntire: boolean
}

// After any other error of the syntax the rest of the file is read by guesswork: one slip of the indentation would look like hundreds.
const CONFINED: ReadonlySet<string> = new Set(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED'])

/**
 * One YAML 1.2 document. Aliases, anchors, tags and duplicate keys are faults; inside one part of one of the `collections` they
 * spoil that part only, and after an error of the syntax the parts before it still count. Undefined (and faults) when nothing more
 * can be said of the file.
 */
export function parseYaml(file: string, bytes: Uint8Array, collections: readonly string[], faults: Fault[]): ParsedYaml | undefined {
  const counter = new LineCounter()
  try {
    const source = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const document = parseDocument(source, { lineCounter: counter, ...YAML_OPTIONS })
    const position = (offset: number) => {
      const { line, col } = counter.linePos(offset)
      return { line, column: col }
    }
    const errors = [...document.errors, ...document.warnings].toSorted((one, other) => one.pos[0] - other.pos[0])
    const broken = errors.find((error) => !CONFINED.has(error.code))
    const end = broken?.pos[0] ?? Number.POSITIVE_INFINITY
    const spoiling: number[] = []
    const spoil = (offset: number, message: string) => {
      if (offset >= end) return
      faults.push({ file, ...position(offset), message })
      spoiling.push(offset)
    }
    if (broken !== undefined) faults.push({ file, ...position(end), message: broken.code === 'MULTIPLE_DOCS' ? 'a second document: one file holds one' : broken.message })
    for (const error of errors) if (CONFINED.has(error.code)) spoil(error.pos[0], error.message)
    visit(document, {
      Alias: (_key, node) => {
        spoil(node.range?.[0] ?? 0, 'aliases (*name) are not read: write the value out')
        const empty = new Scalar(null)
        empty.range = node.range ?? null
        return empty
      },
      Value: (_key, node) => {
        if (node.anchor !== undefined) spoil(node.range?.[0] ?? 0, 'anchors (&name) are not read')
      },
    })
    if (spoiling.length > MAX_FAULTS) return undefined
    const parts = partsOf(document, collections)
    const spoilt = new Set(spoiling.map((offset) => parts.findLast((part) => part.start <= offset && offset < part.end)?.name))
    if (spoilt.has(undefined)) return undefined
    if (broken !== undefined) {
      // The last part that begins before the error is where the slip may be, as a quotation mark may be missing far above.
      const slip = parts.findLastIndex((part) => part.start < end)
      if (slip <= 0) return undefined
      for (const part of parts.slice(slip)) spoilt.add(part.name)
    }
    return {
      value: document.toJS({ maxAliasCount: 0 }),
      at: (path, key) => position(offsetOf(document, path, key === 'key')),
      isSpoilt: (collection, part) => spoilt.has(`${collection}.${String(part)}`),
      isEntire: broken === undefined,
    }
  } catch (cause) {
    const message = cause instanceof RangeError ? 'nested too deeply' : cause instanceof TypeError ? 'not valid UTF-8' : 'not readable as YAML'
    faults.push(fileFault(file, message))
    return undefined
  }
}

/** The parts by where they stand, in the order of the file. */
function partsOf(document: Document.Parsed, collections: readonly string[]): { readonly name: string; readonly start: number; readonly end: number }[] {
  const found = collections.flatMap((collection) => {
    const parts: unknown = document.get(collection, true)
    if (isSeq(parts)) return parts.items.map((item, index) => ({ name: `${collection}.${index}`, first: item, last: item }))
    if (!isMap(parts)) return []
    return parts.items.flatMap((pair) => (isScalar(pair.key) ? [{ name: `${collection}.${String(pair.key.value)}`, first: pair.key as unknown, last: pair.value }] : []))
  })
  return found.flatMap(({ name, first, last }) => {
    if (!isNode(first) || !first.range) return []
    return [{ name, start: first.range[0], end: Math.max(first.range[1], isNode(last) && last.range ? last.range[1] : 0) }]
  }).sort((one, other) => one.start - other.start)
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], ofKey: boolean): number {
  let node: unknown = document.contents
  let offset = rangeOf(node) ?? 0
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      if (pair === undefined) break
      offset = rangeOf(pair.key) ?? offset
      node = pair.value
      if (!(ofKey && index === path.length - 1)) offset = rangeOf(node) ?? offset
    } else if (isCollection(node) && typeof step === 'number') {
      node = (node.items as unknown[])[step]
      offset = rangeOf(node) ?? offset
    } else break
  }
  return offset
}

function rangeOf(node: unknown): number | undefined {
  return isNode(node) && !isAlias(node) ? (node as Node).range?.[0] : undefined
}

/** The value as its schema reads it; undefined (and a fault for every issue, at its place) when it does not fit. */
export function validate<T>(file: string, yaml: ParsedYaml, schema: z.ZodType<T>, faults: Fault[], keys: (path: readonly PropertyKey[]) => readonly string[]): T | undefined {
  const result = schema.safeParse(yaml.value)
  if (result.success) return result.data
  const misspelt = new Set<string>()
  for (const issue of result.error.issues) {
    if (issue.code !== 'unrecognized_keys') continue
    for (const key of issue.keys) misspelt.add(JSON.stringify([...issue.path, nearest(key, keys(issue.path))]))
  }
  for (const issue of result.error.issues) {
    const { path } = issue
    // What is missing from a file that breaks off may be in the rest of it.
    if (path[0] === undefined || path[1] === undefined ? !yaml.isEntire : yaml.isSpoilt(String(path[0]), path[1])) continue
    const where = path.length === 0 ? '' : `${path.map(String).join('.')}: `
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        faults.push({ file, ...yaml.at([...path, key], 'key'), message: `${where}unknown key "${key}"${didYouMean(key, keys(path))}` })
      }
    } else if (path.length > 0 && valueAt(yaml.value, path) === undefined) {
      const end = path.findIndex((_step, index) => valueAt(yaml.value, path.slice(0, index + 1)) === undefined)
      const missing = path.slice(0, end + 1)
      // What is there under a slip of its name is not missing as well.
      if (!misspelt.has(JSON.stringify(missing))) faults.push({ file, ...yaml.at(missing), message: `${missing.map(String).join('.')}: is missing` })
    } else if (issue.code === 'invalid_key') faults.push({ file, ...yaml.at(path, 'key'), message: where + (issue.issues[0]?.message ?? issue.message) })
    else faults.push({ file, ...yaml.at(path), message: where + issue.message })
  }
  return undefined
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const step of path) {
    if (Array.isArray(found)) found = found[step as number]
    else if (isRecord(found)) found = Object.hasOwn(found, step) ? found[step as string] : undefined
    // A single word where a list may stand too: its only entry is the word.
    else if (step !== 0) return undefined
  }
  return found
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
