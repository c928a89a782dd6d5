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
  /** Is this part (`rules`, 3) written in a way that may mean two things? That is reported, and nothing more is said of it. */
  readonly isSpoilt: (collection: string, part: PropertyKey) => boolean
}

// After any other error of the syntax the rest of the file is read by guesswork, and what it says is not worth a word.
const CONFINED: ReadonlySet<string> = new Set(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED'])

/**
 * One YAML 1.2 document. Aliases, anchors, tags and duplicate keys are faults; inside one part of one of the `collections` they
 * spoil that part only. Undefined (and faults) when nothing more can be said of the file.
 */
export function parseYaml(file: string, bytes: Uint8Array, collections: readonly string[], faults: Fault[]): ParsedYaml | undefined {
  const counter = new LineCounter()
  try {
    const source = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const document = parseDocument(source, { lineCounter: counter, prettyErrors: false, strict: true, uniqueKeys: true, version: '1.2', schema: 'core', merge: false })
    const position = (offset: number) => {
      const { line, col } = counter.linePos(offset)
      return { line, column: col }
    }
    const spoiling: number[] = []
    let isReadable = true
    for (const error of [...document.errors, ...document.warnings]) {
      faults.push({ file, ...position(error.pos[0]), message: error.message })
      if (CONFINED.has(error.code)) spoiling.push(error.pos[0])
      else isReadable = false
    }
    const spoil = (node: Node, message: string) => {
      const offset = node.range?.[0] ?? 0
      faults.push({ file, ...position(offset), message })
      spoiling.push(offset)
    }
    visit(document, {
      Alias: (_key, node) => {
        spoil(node, 'aliases (*name) are not read: write the value out')
        const empty = new Scalar(null)
        empty.range = node.range ?? null
        return empty
      },
      Value: (_key, node) => {
        if (node.anchor !== undefined) spoil(node, 'anchors (&name) are not read')
      },
    })
    if (!isReadable || spoiling.length > MAX_FAULTS) return undefined
    const spoilt = new Set(spoiling.map((offset) => partAt(document, collections, offset)))
    if (spoilt.has(undefined)) return undefined
    return {
      value: document.toJS({ maxAliasCount: 0 }),
      at: (path, key) => position(offsetOf(document, path, key === 'key')),
      isSpoilt: (collection, part) => spoilt.has(`${collection}.${String(part)}`),
    }
  } catch (cause) {
    const message = cause instanceof RangeError ? 'nested too deeply' : cause instanceof TypeError ? 'not valid UTF-8' : 'not readable as YAML'
    faults.push(fileFault(file, message))
    return undefined
  }
}

function partAt(document: Document.Parsed, collections: readonly string[], offset: number): string | undefined {
  for (const name of collections) {
    const parts: unknown = document.get(name, true)
    if (isSeq(parts)) {
      const index = parts.items.findIndex((item) => spans(item, item, offset))
      if (index >= 0) return `${name}.${index}`
    } else if (isMap(parts)) {
      const pair = parts.items.find((item) => spans(item.key, item.value, offset))
      if (isScalar(pair?.key)) return `${name}.${String(pair.key.value)}`
    }
  }
  return undefined
}

function spans(first: unknown, last: unknown, offset: number): boolean {
  if (!isNode(first) || !first.range) return false
  const end = isNode(last) && last.range ? last.range : first.range
  return first.range[0] <= offset && offset < Math.max(end[1], first.range[1])
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
    if (path[0] !== undefined && path[1] !== undefined && yaml.isSpoilt(String(path[0]), path[1])) continue
    const where = path.length === 0 ? '' : `${path.map(String).join('.')}: `
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        faults.push({ file, ...yaml.at([...path, key], 'key'), message: `${where}unknown key "${key}"${didYouMean(key, keys(path))}` })
      }
    } else if (path.length > 0 && valueAt(yaml.value, path) === undefined) {
      // What is there under a slip of its name is not missing as well.
      if (!misspelt.has(JSON.stringify(path))) faults.push({ file, ...yaml.at(path), message: `${where}is missing` })
    } else if (issue.code === 'invalid_key') faults.push({ file, ...yaml.at(path, 'key'), message: where + (issue.issues[0]?.message ?? issue.message) })
    else faults.push({ file, ...yaml.at(path), message: where + issue.message })
  }
  return undefined
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
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
