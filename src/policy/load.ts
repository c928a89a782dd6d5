import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { GatewayError } from '../errors.ts'
import type { ColumnMask, Slot } from './verdict.ts'
import { compileCondition, type Condition } from './condition.ts'
import { documentSchema, keysAt, type OnDocument, type PolicyDocument, type RuleDocument, type WhoDocument } from './document.ts'
import { compileGlobs } from './glob.ts'
import { BUILTIN_ACTIONS, didYouMean, VOCABULARIES } from './vocabulary.ts'

/** What is wrong in a policy file; line and column count from 1, 0 where the fault is of the file as a whole. */
export interface Fault {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** `config_invalid`, with every fault found in one pass over all files. */
export class PolicyError extends GatewayError {
  readonly faults: readonly Fault[]
  constructor(faults: readonly Fault[]) {
    super('config_invalid', faults.map((fault) => `${fault.file}:${fault.line}:${fault.column}: ${fault.message}`).join('\n'))
    this.name = 'PolicyError'
    this.faults = faults
  }
}

export interface KnownTarget {
  readonly name: string
  readonly protocol: string
  readonly labels: Readonly<Record<string, string>>
}

/** What the configuration defines. Leave a list out and names of that sort are not checked. */
export interface Known {
  readonly targets?: readonly KnownTarget[]
  /** Groups of reviewers. (`who.groups` is not checked: the groups of agents are whatever their issuer says.) */
  readonly groups?: readonly string[]
}

export interface Approval {
  readonly name: string
  readonly slots: readonly Slot[]
  readonly expiresAfterMs: number
  readonly survivesDisconnect: boolean
  readonly mode: 'wait' | 'poll'
  readonly file: string
  readonly line: number
}

export interface Rule {
  readonly id: string
  readonly reason: string | undefined
  readonly on: OnDocument
  readonly who: WhoDocument
  readonly when: Condition | undefined
  /** Undefined: the rule only adds masks to its scope. */
  readonly decision: 'allow' | 'hold' | 'deny' | undefined
  readonly approvals: readonly Approval[]
  readonly masks: readonly ColumnMask[]
  readonly limit: RuleDocument['limit']
  readonly record: 'metadata' | 'full' | undefined
  readonly file: string
  readonly line: number
}

export interface PolicySet {
  /** sha256 (hex) over the names and bytes of every file in force. */
  readonly version: string
  readonly files: readonly string[]
  /** In the order of file names, then of the file. The order decides nothing but which of several matching rules is named. */
  readonly rules: readonly Rule[]
  readonly approvals: ReadonlyMap<string, Approval>
}

export interface PolicySource {
  readonly file: string
  readonly bytes: Uint8Array
}

const MAX_FILE_BYTES = 1 << 20
const MAX_FILES = 100
const MAX_RULES = 5000
const MAX_FAULTS = 200
export const CASES_SUFFIX = '.cases.yaml'

/**
 * Reads every `*.yaml` of a folder (not of its subfolders; `*.cases.yaml` are cases, not rules) into one policy.
 * Throws PolicyError with all faults of all files; a folder without any rule is a fault, as it would deny everything by accident.
 */
export function loadPolicies(dir: string, known: Known = {}): PolicySet {
  return compilePolicies(readSources(dir), known)
}

/** The same for sources that are already in memory. `file` is what faults and rules are reported with. */
export function compilePolicies(sources: readonly PolicySource[], known: Known = {}): PolicySet {
  const faults: Fault[] = []
  const parsed: { readonly file: string; readonly at: Locate; readonly document: PolicyDocument }[] = []
  for (const { file, bytes } of sources) {
    const yaml = parseYaml(file, bytes, faults)
    if (yaml === undefined) continue
    const document = validate(file, yaml, documentSchema, faults)
    if (document !== undefined) parsed.push({ file, at: yaml.at, document })
  }
  const approvals = new Map<string, Approval>()
  for (const part of parsed) collectApprovals(part, approvals, known, faults)
  const complete = parsed.length === sources.length
  const rules: Rule[] = []
  const seen = new Map<string, string>()
  for (const { file, at, document } of parsed) {
    document.rules.forEach((rule, index) => {
      const place = at(['rules', index])
      const fault = (path: readonly PropertyKey[], message: string) => faults.push({ file, ...at(['rules', index, ...path]), message: `rule ${rule.id}: ${message}` })
      const before = seen.get(rule.id)
      if (before !== undefined) fault(['id'], `this id is taken by ${before}`)
      seen.set(rule.id, `${file}:${place.line}`)
      checkRule(rule, known, approvals, complete, fault)
      rules.push(compileRule(rule, file, place.line, approvals, fault))
    })
  }
  if (rules.length > MAX_RULES) faults.push(fileFault('policies', `more than ${MAX_RULES} rules`))
  if (faults.length === 0 && rules.length === 0) faults.push(fileFault('policies', 'no rules at all: everything would be denied'))
  if (faults.length > 0) throw new PolicyError(faults.slice(0, MAX_FAULTS))
  return { version: versionOf(sources), files: sources.map((source) => source.file), rules, approvals }
}

// ---- reading

function readSources(dir: string): PolicySource[] {
  let names: string[]
  try {
    names = readdirSync(dir).filter((name) => /\.ya?ml$/.test(name) && !/\.cases\.ya?ml$/.test(name)).sort()
  } catch (cause) {
    throw new PolicyError([fileFault(dir, `the policy folder cannot be read (${codeOf(cause)})`)])
  }
  if (names.length === 0) throw new PolicyError([fileFault(dir, 'no *.yaml in this folder: everything would be denied')])
  if (names.length > MAX_FILES) throw new PolicyError([fileFault(dir, `more than ${MAX_FILES} policy files`)])
  const faults: Fault[] = []
  const sources: PolicySource[] = []
  for (const name of names) {
    const path = join(dir, name)
    try {
      sources.push({ file: path, bytes: readBounded(path) })
    } catch (cause) {
      faults.push(fileFault(path, cause instanceof RangeError ? cause.message : `cannot be read (${codeOf(cause)})`))
    }
  }
  if (faults.length > 0) throw new PolicyError(faults)
  return sources
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

// Lengths before contents: two folders must not be able to hash alike by moving a byte from a name into a file.
function versionOf(sources: readonly PolicySource[]): string {
  const hash = createHash('sha256')
  for (const { file, bytes } of sources) {
    const name = Buffer.from(basename(file))
    hash.update(`${name.length}:`).update(name).update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest('hex')
}

// ---- YAML and schema, shared with cases.ts

/** Where a value stands; with `key`, where its name does. */
export type Locate = (path: readonly PropertyKey[], key?: 'key') => { readonly line: number; readonly column: number }

export interface ParsedYaml {
  readonly value: unknown
  readonly at: Locate
}

/** One YAML 1.2 document without aliases, anchors, tags or duplicate keys; undefined (and faults) when it is anything else. */
export function parseYaml(file: string, bytes: Uint8Array, faults: Fault[]): ParsedYaml | undefined {
  const counter = new LineCounter()
  let document: Document.Parsed
  const before = faults.length
  try {
    const source = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    document = parseDocument(source, { lineCounter: counter, prettyErrors: false, strict: true, uniqueKeys: true, version: '1.2', schema: 'core', merge: false })
    const position = (offset: number) => {
      const { line, col } = counter.linePos(offset)
      return { line, column: col }
    }
    for (const error of [...document.errors, ...document.warnings]) faults.push({ file, ...position(error.pos[0]), message: error.message })
    visit(document, {
      Alias: (_key, node) => void faults.push({ file, ...position(node.range?.[0] ?? 0), message: 'aliases (*name) are not read: write the value out' }),
      Value: (_key, node) => {
        if (node.anchor !== undefined) faults.push({ file, ...position(node.range?.[0] ?? 0), message: 'anchors (&name) are not read' })
      },
    })
    if (faults.length > before) return undefined
    return { value: document.toJS({ maxAliasCount: 0 }), at: (path, key) => position(offsetOf(document, path, key === 'key')) }
  } catch (cause) {
    const message = cause instanceof RangeError ? 'nested too deeply' : cause instanceof TypeError ? 'not valid UTF-8' : 'not readable as YAML'
    faults.push(fileFault(file, message))
    return undefined
  }
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
    } else if (isNode(node) && 'items' in node && typeof step === 'number') {
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
export function validate<T>(file: string, yaml: ParsedYaml, schema: z.ZodType<T>, faults: Fault[], keys: typeof keysAt = keysAt): T | undefined {
  const result = schema.safeParse(yaml.value)
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    const where = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        faults.push({ file, ...yaml.at([...issue.path, key], 'key'), message: `${where}unknown key "${key}"${didYouMean(key, keys(issue.path))}` })
      }
    } else faults.push({ file, ...yaml.at(issue.path), message: where + issue.message })
  }
  return undefined
}

// ---- what one part says of another

type AddFault = (path: readonly PropertyKey[], message: string) => void

function collectApprovals(part: { readonly file: string; readonly at: Locate; readonly document: PolicyDocument }, approvals: Map<string, Approval>, known: Known, faults: Fault[]): void {
  const { file, at, document } = part
  for (const [name, written] of Object.entries(document.approvals)) {
    const fault: AddFault = (path, message) => faults.push({ file, ...at(['approvals', name, ...path], path.length === 0 ? 'key' : undefined), message: `approval ${name}: ${message}` })
    if (approvals.has(name)) fault([], `this name is taken by ${approvals.get(name)!.file}`)
    const groupSets = new Set<string>()
    const slots = written.slots.map((slot, index): Slot => {
      checkGroups(slot.groups, ['slots', index, 'groups'], known, fault)
      const key = slotKey(slot.groups)
      if (groupSets.has(key)) fault(['slots', index], 'two slots for the same groups: write one with a larger quorum')
      groupSets.add(key)
      return { name: slot.name ?? (written.slots.length === 1 ? name : `${name}/${index + 1}`), groups: [...new Set(slot.groups)], quorum: slot.quorum }
    })
    approvals.set(name, {
      name, slots, expiresAfterMs: written.expires, survivesDisconnect: written.survives_disconnect, mode: written.mode, file, line: at(['approvals', name], 'key').line,
    })
  }
}

/** Two slots are for the same people when this is equal. */
export function slotKey(groups: readonly string[]): string {
  return JSON.stringify([...new Set(groups)].sort())
}

function checkGroups(groups: readonly string[], path: readonly PropertyKey[], known: Known, fault: AddFault): void {
  if (known.groups === undefined) return
  for (const group of groups) {
    if (!known.groups.includes(group)) fault(path, `no group "${group}" is configured${didYouMean(group, known.groups)}`)
  }
}

function checkRule(rule: RuleDocument, known: Known, approvals: ReadonlyMap<string, Approval>, complete: boolean, fault: AddFault): void {
  checkDecision(rule, fault)
  checkVocabulary(rule.on, fault)
  for (const name of rule.approval ?? []) {
    if (complete && !approvals.has(name)) fault(['approval'], `no approval "${name}" is defined${didYouMean(name, approvals.keys())}`)
  }
  const targets = known.targets?.filter((target) => rule.on.protocol === undefined || target.protocol === rule.on.protocol)
  if (targets === undefined || known.targets === undefined || rule.on.target === undefined) return
  const names = targets.map((target) => target.name)
  for (const glob of rule.on.target) {
    const bare = glob.startsWith('!') ? glob.slice(1) : glob
    if (!names.some(compileGlobs([bare], 'plain'))) {
      const what = bare.includes('*') ? 'no target matches' : 'there is no target'
      fault(['on', 'target'], `${what} "${bare}"${rule.on.protocol === undefined ? '' : ` of protocol ${rule.on.protocol}`}${didYouMean(bare, names)}`)
    }
  }
}

function checkDecision(rule: RuleDocument, fault: AddFault): void {
  if (rule.decision === undefined) {
    if (rule.mask === undefined) fault([], 'nothing follows from it: give a decision or a mask')
    const beyondScope = Object.keys(rule.on).filter((key) => key !== 'protocol' && key !== 'target' && key !== 'labels')
    if (beyondScope.length > 0) fault(['on', beyondScope[0]!], 'a rule with only a mask holds for everything on its targets: give it a decision or leave this out')
    for (const key of ['when', 'limit', 'record', 'approval'] as const) if (rule[key] !== undefined) fault([key], `"${key}" needs a decision`)
  }
  if (rule.decision === 'hold' && rule.approval === undefined) fault(['decision'], 'a hold needs an approval: who may say yes?')
  if (rule.decision !== 'hold' && rule.approval !== undefined) fault(['approval'], 'only a hold has an approval')
  if (rule.decision === 'hold' && rule.on.verbs?.includes('connect')) fault(['on', 'verbs'], 'a connection cannot be held: allow or deny it')
  if (rule.decision === 'deny') {
    for (const key of ['mask', 'limit', 'record'] as const) if (rule[key] !== undefined) fault([key], 'a denied command has no output')
    if (rule.reason === undefined) fault([], 'a denial needs a reason: it is what the client is told')
  }
  if (rule.decision === 'hold' && rule.reason === undefined) fault([], 'a hold needs a reason: it is what the reviewer is told')
}

function checkVocabulary(on: OnDocument, fault: AddFault): void {
  const vocabulary = on.protocol === undefined ? undefined : VOCABULARIES[on.protocol]
  if (on.protocol !== undefined && vocabulary === undefined) {
    fault(['on', 'protocol'], `protocol "${on.protocol}" is not known${didYouMean(on.protocol, Object.keys(VOCABULARIES))}`)
    return
  }
  const some = vocabulary === undefined ? Object.values(VOCABULARIES) : [vocabulary]
  const within = (path: readonly PropertyKey[], what: string, words: Iterable<string>, known: readonly string[]) => {
    for (const word of words) if (!known.includes(word)) fault(path, `${what} "${word}" is not known${didYouMean(word, known)}`)
  }
  const verbs = on.verbs?.filter((verb) => BUILTIN_ACTIONS.has(verb)) ?? []
  for (const verb of verbs) fault(['on', 'verbs'], `"${verb}" is protocol housekeeping and not ruled`)
  within(['on', 'verbs'], 'verb', (on.verbs ?? []).filter((verb) => !BUILTIN_ACTIONS.has(verb)), some.flatMap((each) => each.verbs))
  within(['on', 'function_classes'], 'function class', on.function_classes ?? [], some.flatMap((each) => each.functionClasses))
  within(['on', 'resources'], 'resource kind', Object.keys(on.resources ?? {}), some.flatMap((each) => each.resourceKinds))
  within(['on', 'attributes'], 'attribute', Object.keys(on.attributes ?? {}), some.flatMap((each) => Object.keys(each.attributes)))
  for (const [name, values] of Object.entries(on.attributes ?? {})) checkAttributeType(name, values, some.map((each) => each.attributes[name]), fault)
  if (on.access !== undefined && on.relations === undefined && on.columns === undefined) fault(['on', 'access'], '"access" says how relations or columns are used: name them too')
  if (on.setting_values !== undefined && on.settings === undefined) fault(['on', 'setting_values'], 'name the settings these values are for')
}

function checkAttributeType(name: string, values: readonly unknown[], types: readonly (string | undefined)[], fault: AddFault): void {
  const type = types.find((each) => each !== undefined)
  if (type === undefined) return
  const wanted = type === 'bool' ? 'boolean' : type === 'int' ? 'number' : 'string'
  for (const value of values) {
    if (value !== null && typeof value !== wanted) fault(['on', 'attributes', name], `attribute "${name}" is a ${wanted}`)
  }
}

function compileRule(rule: RuleDocument, file: string, line: number, approvals: ReadonlyMap<string, Approval>, fault: AddFault): Rule {
  let when: Condition | undefined
  if (rule.when !== undefined) {
    try {
      when = compileCondition(rule.when, rule.on.protocol)
    } catch (cause) {
      fault(['when'], cause instanceof Error ? cause.message.trim().replaceAll(/\s*\n\s*/g, ' ') : 'not a valid expression')
    }
  }
  return {
    id: rule.id, reason: rule.reason, on: rule.on, who: rule.who ?? {}, when, decision: rule.decision,
    approvals: (rule.approval ?? []).flatMap((name) => approvals.get(name) ?? []),
    masks: rule.mask ?? [], limit: rule.limit, record: rule.record, file, line,
  }
}

function fileFault(file: string, message: string): Fault {
  return { file, line: 0, column: 0, message }
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unreadable'
}
