import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ColumnMask, Slot } from './verdict.ts'
import { compileCondition, type Condition } from './condition.ts'
import {
  approvalsAreKnown, documentSchema, keysAt, MAX_RULES, type OnDocument, type RuleDocument, type RulePart, readApproval, readRule, type WhoDocument,
} from './document.ts'
import { compileGlobs } from './glob.ts'
import { BUILTIN_ACTIONS, didYouMean, VOCABULARIES } from './vocabulary.ts'
import { type Fault, fileFault, isRecord, type ParsedYaml, parseYaml, PolicyError, readBounded, validate } from './yaml.ts'

export { type Fault, PolicyError } from './yaml.ts'

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
  readonly expiresInTransactionMs: number
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
  /** A hold that only asks for people where another rule allows or holds: by itself it opens no way. */
  readonly narrows: boolean
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

const MAX_FILES = 100
export const CASES_SUFFIX = '.cases.yaml'

/**
 * Reads every `*.yaml` of a folder (not of its subfolders; `*.cases.yaml` are cases, not rules) into one policy.
 * Throws PolicyError with all faults of all files; a folder without any rule is a fault, as it would deny everything by accident.
 */
export function loadPolicies(dir: string, known: Known = {}): PolicySet {
  const faults: Fault[] = []
  return compile(readSources(dir, faults), known, faults)
}

/** The same for sources that are already in memory. `file` is what faults and rules are reported with. */
export function compilePolicies(sources: readonly PolicySource[], known: Known = {}): PolicySet {
  return compile(sources, known, [])
}

/** A file, and its parts one by one: what is right in one of them is checked even where another is wrong. */
interface Part {
  readonly file: string
  readonly yaml: ParsedYaml
  readonly approvals: readonly (readonly [name: string, raw: unknown])[]
  readonly rules: readonly unknown[]
}

/** What is defined somewhere, rightly or not: a reference to a faulty approval is not a second fault. */
interface Defined {
  readonly approvals: Map<string, Approval>
  readonly names: Map<string, string>
  /** False: there may be approvals that could not be read. */
  complete: boolean
}

function compile(sources: readonly PolicySource[], known: Known, faults: Fault[]): PolicySet {
  const defined: Defined = { approvals: new Map(), names: new Map(), complete: faults.length === 0 }
  const parts = sources.flatMap(({ file, bytes }) => {
    const part = readPart(file, bytes, defined, faults)
    return part === undefined ? [] : [part]
  })
  for (const part of parts) collectApprovals(part, defined, known, faults)
  const rules: Rule[] = []
  const seen = new Map<string, string>()
  let count = 0
  for (const { file, yaml, rules: written } of parts) {
    count += written.length
    written.slice(0, MAX_RULES).forEach((raw, index) => {
      if (!yaml.isEntire && yaml.isSpoilt('rules', index)) return
      const part = yaml.isSpoilt('rules', index) ? undefined : readRule(raw)
      const id = part?.rule.id ?? (isRecord(raw) && typeof raw['id'] === 'string' ? raw['id'] : '')
      const fault: AddFault = (path, message, key) => faults.push({ file, ...yaml.at(['rules', index, ...path], key), message: `${id === '' ? `rules.${index}` : `rule ${id}`}: ${message}` })
      const { line } = yaml.at(['rules', index])
      const before = seen.get(id)
      if (before !== undefined) fault(['id'], `this id is taken by ${before}`)
      else if (id !== '') seen.set(id, `${file}:${line}`)
      if (part === undefined) return
      checkRule(part, known, defined, fault)
      rules.push(compileRule(part, file, line, defined.approvals, fault))
    })
  }
  if (count > MAX_RULES && parts.every((part) => part.rules.length <= MAX_RULES)) faults.push(fileFault('policies', `more than ${MAX_RULES} rules`))
  if (faults.length === 0 && rules.length === 0) faults.push(fileFault('policies', 'no rules at all: everything would be denied'))
  if (faults.length > 0) throw new PolicyError(faults)
  return { version: versionOf(sources), files: sources.map((source) => source.file), rules, approvals: defined.approvals }
}

function readPart(file: string, bytes: Uint8Array, defined: Defined, faults: Fault[]): Part | undefined {
  const yaml = parseYaml(file, bytes, ['approvals', 'rules'], faults)
  if (yaml !== undefined) validate(file, yaml, documentSchema, faults, keysAt)
  const value = yaml?.value
  if (yaml === undefined || !isRecord(value)) {
    defined.complete = false
    return undefined
  }
  if (!yaml.isEntire || !approvalsAreKnown(value)) defined.complete = false
  return {
    file,
    yaml,
    approvals: isRecord(value['approvals']) ? Object.entries(value['approvals']) : [],
    rules: Array.isArray(value['rules']) ? value['rules'] : [],
  }
}

// ---- reading

function readSources(dir: string, faults: Fault[]): PolicySource[] {
  let names: string[]
  try {
    names = readdirSync(dir).filter((name) => /\.ya?ml$/.test(name) && !/\.cases\.ya?ml$/.test(name)).sort()
  } catch (cause) {
    throw new PolicyError([fileFault(dir, `the policy folder cannot be read (${codeOf(cause)})`)])
  }
  if (names.length === 0) throw new PolicyError([fileFault(dir, 'no *.yaml in this folder: everything would be denied')])
  if (names.length > MAX_FILES) throw new PolicyError([fileFault(dir, `more than ${MAX_FILES} policy files`)])
  const sources: PolicySource[] = []
  for (const name of names) {
    const path = join(dir, name)
    try {
      sources.push({ file: path, bytes: readBounded(path) })
    } catch (cause) {
      faults.push(fileFault(path, cause instanceof RangeError ? cause.message : `cannot be read (${codeOf(cause)})`))
    }
  }
  return sources
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

// ---- what one part says of another

type AddFault = (path: readonly PropertyKey[], message: string, key?: 'key') => void

/** How long a command may wait inside an open transaction, where its approval does not say. */
const IN_TRANSACTION_MS = 120_000

function collectApprovals(part: Part, defined: Defined, known: Known, faults: Fault[]): void {
  const { file, yaml } = part
  for (const [name, raw] of part.approvals) {
    if (!yaml.isEntire && yaml.isSpoilt('approvals', name)) continue
    const fault: AddFault = (path, message) =>
      faults.push({ file, ...yaml.at(['approvals', name, ...path], path.length === 0 ? 'key' : undefined), message: `approval ${name}: ${message}` })
    const before = defined.names.get(name)
    if (before !== undefined) fault([], `this name is taken by ${before}`)
    else defined.names.set(name, file)
    if (yaml.isSpoilt('approvals', name)) continue
    const { approval, slots } = readApproval(raw)
    const groupSets = new Set<string>()
    for (const [index, slot] of slots.entries()) {
      if (slot === undefined) continue
      checkGroups(slot.groups, ['slots', index, 'groups'], known, fault)
      const key = slotKey(slot.groups)
      if (groupSets.has(key)) fault(['slots', index], 'two slots for the same groups: write one with a larger quorum')
      groupSets.add(key)
    }
    if (approval === undefined) continue
    const inTransactionMs = approval.expires_in_transaction ?? Math.min(IN_TRANSACTION_MS, approval.expires)
    if (inTransactionMs > approval.expires) fault(['expires_in_transaction'], 'longer than expires: the time inside a transaction is the shorter one')
    defined.approvals.set(name, {
      name,
      slots: approval.slots.map((slot, index): Slot => (
        { name: slot.name ?? (approval.slots.length === 1 ? name : `${name}/${index + 1}`), groups: [...new Set(slot.groups)], quorum: slot.quorum }
      )),
      expiresAfterMs: approval.expires, expiresInTransactionMs: inTransactionMs, survivesDisconnect: approval.survives_disconnect, mode: approval.mode, file, line: yaml.at(['approvals', name], 'key').line,
    })
  }
}

/** Two slots are for the same people when this is equal. */
export function slotKey(groups: readonly string[]): string {
  return JSON.stringify([...new Set(groups)].sort())
}

function checkGroups(groups: readonly string[], path: readonly PropertyKey[], known: Known, fault: AddFault): void {
  for (const [index, group] of groups.entries()) {
    if (known.groups?.includes(group) === false) fault([...path, index], `no group "${group}" is configured${didYouMean(group, known.groups)}`)
  }
}

function checkRule(part: RulePart, known: Known, defined: Defined, fault: AddFault): void {
  const { rule } = part
  checkDecision(part, fault)
  checkVocabulary(part, fault)
  for (const [index, name] of (rule.approval ?? []).entries()) {
    if (defined.complete && !defined.names.has(name)) fault(['approval', index], `no approval "${name}" is defined${didYouMean(name, defined.names.keys())}`)
  }
  const { protocol, target: globs } = rule.on
  // A protocol that is not known has no targets, and was reported.
  if (known.targets === undefined || globs === undefined || isUnknownProtocol(protocol)) return
  const names = known.targets.filter((target) => protocol === undefined || target.protocol === protocol).map((target) => target.name)
  for (const [index, glob] of globs.entries()) {
    const bare = glob.startsWith('!') ? glob.slice(1) : glob
    if (!names.some(compileGlobs([bare], 'plain'))) {
      const what = bare.includes('*') ? 'no target matches' : 'there is no target'
      fault(['on', 'target', index], `${what} "${bare}"${protocol === undefined ? '' : ` of protocol ${protocol}`}${didYouMean(bare, names)}`)
    }
  }
}

function isUnknownProtocol(protocol: string | undefined): protocol is string {
  return protocol !== undefined && !Object.hasOwn(VOCABULARIES, protocol)
}

function checkDecision({ rule, lacks }: RulePart, fault: AddFault): void {
  if (lacks('decision')) {
    const scope = Object.keys(rule.on).filter((key) => key !== 'protocol' && key !== 'target' && key !== 'labels').map((key) => ['on', key])
    const [beyond] = [...scope, ...(['when', 'limit', 'record', 'approval'] as const).filter((key) => rule[key] !== undefined).map((key) => [key])]
    if (lacks('mask')) fault([], 'nothing follows from it: give a decision or a mask')
    else if (beyond !== undefined) fault(beyond, 'a rule with only a mask holds for everything on its targets: give it a decision or leave this out', 'key')
  }
  if (rule.decision === 'hold' && lacks('approval')) fault(['decision'], 'a hold needs an approval: who may say yes?')
  if ((rule.decision === 'allow' || rule.decision === 'deny') && rule.approval !== undefined) fault(['approval'], 'only a hold has an approval', 'key')
  const connect = rule.on.verbs?.indexOf('connect') ?? -1
  if (rule.decision === 'hold' && connect >= 0) fault(['on', 'verbs', connect], 'a connection cannot be held: allow or deny it')
  if (rule.decision !== 'hold' && rule.narrows !== undefined) fault(['narrows'], 'only a hold narrows what other rules let through', 'key')
  if (rule.decision === 'deny') {
    for (const key of ['mask', 'limit', 'record'] as const) if (rule[key] !== undefined) fault([key], 'a denied command has no output', 'key')
    if (lacks('reason')) fault([], 'a denial needs a reason: it is what the client is told')
  }
  if (rule.decision === 'hold' && lacks('reason')) fault([], 'a hold needs a reason: it is what the reviewer is told')
}

function checkVocabulary({ rule: { on }, lacksOn }: RulePart, fault: AddFault): void {
  if (on.access !== undefined && lacksOn('relations') && lacksOn('columns')) fault(['on', 'access'], '"access" says how relations or columns are used: name them too')
  if (on.setting_values !== undefined && lacksOn('settings')) fault(['on', 'setting_values'], 'name the settings these values are for', 'key')
  if (isUnknownProtocol(on.protocol)) {
    fault(['on', 'protocol'], `protocol "${on.protocol}" is not known${didYouMean(on.protocol, Object.keys(VOCABULARIES))}`)
    return
  }
  const vocabulary = on.protocol === undefined ? undefined : VOCABULARIES[on.protocol]
  const some = vocabulary === undefined ? Object.values(VOCABULARIES) : [vocabulary]
  const within = (words: readonly string[] | undefined, what: string, known: readonly string[], path: readonly PropertyKey[], byName?: 'key') => {
    for (const [index, word] of (words ?? []).entries()) {
      if (known.includes(word)) continue
      const message = BUILTIN_ACTIONS.has(word) ? `"${word}" is protocol housekeeping and not ruled` : `${what} "${word}" is not known${didYouMean(word, known)}`
      fault([...path, byName === undefined ? index : word], message, byName)
    }
  }
  within(on.verbs, 'verb', some.flatMap((each) => each.verbs), ['on', 'verbs'])
  within(on.function_classes, 'function class', some.flatMap((each) => each.functionClasses), ['on', 'function_classes'])
  for (const field of ['influence', 'write_lineage'] as const) {
    if (on[field] !== undefined && !some.some((each) => Object.hasOwn(each.attributes, field))) fault(['on', field], `protocol "${on.protocol}" has no columns`, 'key')
  }
  within(Object.keys(on.resources ?? {}), 'resource kind', some.flatMap((each) => each.resourceKinds), ['on', 'resources'], 'key')
  within(Object.keys(on.attributes ?? {}), 'attribute', some.flatMap((each) => Object.keys(each.attributes)), ['on', 'attributes'], 'key')
  for (const [name, values] of Object.entries(on.attributes ?? {})) checkAttributeType(name, values, some.map((each) => (Object.hasOwn(each.attributes, name) ? each.attributes[name] : undefined)), fault)
}

function checkAttributeType(name: string, values: readonly unknown[], types: readonly (string | undefined)[], fault: AddFault): void {
  const type = types.find((each) => each !== undefined)
  if (type === undefined) return
  const wanted = type === 'bool' ? 'boolean' : type === 'int' ? 'number' : 'string'
  for (const [index, value] of values.entries()) {
    if (value !== null && typeof value !== wanted) fault(['on', 'attributes', name, index], `attribute "${name}" is a ${wanted}`)
  }
}

function compileRule({ rule, lacksOn }: RulePart, file: string, line: number, approvals: ReadonlyMap<string, Approval>, fault: AddFault): Rule {
  let when: Condition | undefined
  if (rule.when !== undefined) {
    const { protocol } = rule.on
    // Of a protocol that cannot be told, any may be meant: what is sound for one of them is no second fault.
    const candidates = isUnknownProtocol(protocol) || (protocol === undefined && !lacksOn('protocol')) ? [undefined, ...Object.keys(VOCABULARIES)] : [protocol]
    const problems: unknown[] = []
    for (const candidate of candidates) {
      try {
        when ??= compileCondition(rule.when, candidate)
      } catch (cause) {
        problems.push(cause)
      }
    }
    const [cause] = problems
    if (when === undefined) fault(['when'], problemOf(cause))
  }
  return {
    id: rule.id, reason: rule.reason, on: rule.on, who: rule.who ?? {}, when, decision: rule.decision,
    approvals: (rule.approval ?? []).flatMap((name) => approvals.get(name) ?? []),
    narrows: rule.narrows === true, masks: rule.mask ?? [], limit: rule.limit, record: rule.record, file, line,
  }
}

/** One line, where the library draws the expression with a caret under the place. */
function problemOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'not a valid expression'
  const [what = ''] = cause.message.trim().split('\n', 1)
  const [, prefix, line, spaces] = /^(> +(\d+) \| ).*\n( *)\^/m.exec(cause.message) ?? []
  const place = prefix === undefined || spaces === undefined ? '' : ` (in the expression at ${line}:${spaces.length - prefix.length + 1})`
  return `${what}${place}`
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unreadable'
}
