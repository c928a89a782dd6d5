import { hash } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import type { Ceiling, Command, Facts, Impact } from '../gateway/command.ts'
import type { Slot, Verdict } from '../policy/verdict.ts'
import { ceilingText, measuredText } from './impact.ts'
import { hasLongBlank, visible, visibleLine } from './visible.ts'

/** Who says so. WIRE: decoded by us from the bytes and our own session; CLAIMED: written by the agent, never proof of anything. */
export type Source = 'WIRE' | 'TARGET' | 'HISTORY' | 'CLAIMED'
export type BriefingValue = string | number | null | readonly BriefingValue[] | { readonly [name: string]: BriefingValue }

export interface BriefingField {
  readonly name: string
  readonly label: string
  readonly value: BriefingValue
  readonly source: Source
  /** For exact text: the same with everything hidden written as `\u{HEX}`. Absent where it would be identical. */
  readonly visible?: BriefingValue
}

export type SectionName = 'what_will_happen' | 'how_much' | 'who' | 'undo' | 'why' | 'exact_bytes'
export interface BriefingSection {
  readonly name: SectionName
  readonly title: string
  readonly fields: readonly BriefingField[]
}

export type WarningCode =
  | 'unknown_part' | 'unbounded' | 'several_statements' | 'in_transaction' | 'streaming_input' | 'hidden_characters' | 'look_alike_letters'
  | 'long_blank' | 'secret_masked' | 'client_waits' | 'client_asks_again' | 'impact' | 'no_ceiling' | 'stopped_before'
  | 'behind_the_text' | 'table_code'
export interface Warning {
  readonly code: WarningCode
  readonly text: string
}

/** What one reviewer was shown, complete. `digest` is the sha256 (hex) of the canonical JSON of everything else in it. */
export interface Briefing {
  readonly version: 1
  readonly holdId: string
  /** Three digits, the same as on the client's screen. */
  readonly code: string
  readonly generatedAt: string
  readonly expiresAt: string
  readonly warnings: readonly Warning[]
  /** In the order in which they are to be read. */
  readonly sections: readonly BriefingSection[]
  /** What a reviewer who approves says. */
  readonly sentence: string
  readonly digest: string
}

/** Replaces private keys, tokens and cloud keys in a text; the same text where there are none. */
export type SecretMasker = (text: string) => string

export interface BriefingContext {
  readonly holdId: string
  readonly code: string
  readonly now: number
  readonly expiresAt: number
  /** The latest moment at which an approval could still be used. */
  readonly runsBefore: number
  readonly maskSecrets: SecretMasker
  /** What was measured; null: nothing could be asked. */
  readonly impact?: Impact | null
  readonly ceiling?: Ceiling | null
  /** How the last run of this very command was taken back because it was over its ceiling. */
  readonly stoppedBefore?: string | null
}

/** Nobody reviews more than this, and a text that cannot be shown whole cannot be approved. Bytes of UTF-8, parameters included. */
export const MAX_REVIEWABLE_BYTES = 1024 * 1024

/**
 * Briefing version 1: parsed facts, what was measured on the target, identity, claims and the exact text.
 * Throws `input_limit` when text and parameters are larger than MAX_REVIEWABLE_BYTES.
 */
export function buildBriefing(command: Command, verdict: Extract<Verdict, { kind: 'hold' }>, policyVersion: string, context: BriefingContext): Briefing {
  refuseUnreviewable(command)
  const exact = exactBytes(command, context.maskSecrets)
  const sections: BriefingSection[] = [
    whatWillHappen(command, verdict, policyVersion),
    howMuch(context),
    who(command, verdict, context),
    section('undo', 'Can it be undone', [field('undo', 'Undo', 'not offered yet', 'WIRE')]),
    why(command, context.maskSecrets),
    exact.section,
  ]
  const body = {
    version: 1,
    holdId: context.holdId,
    code: context.code,
    generatedAt: new Date(context.now).toISOString(),
    expiresAt: new Date(context.expiresAt).toISOString(),
    warnings: [...warningsOf(command, verdict), ...impactWarnings(context), ...exact.warnings],
    sections,
    sentence: sentenceOf(command, context),
  } as const
  return { ...body, digest: sha256(canonicalJson(body)) }
}

/** True when the digest is that of the rest: what an auditor checks. */
export function briefingIsIntact(briefing: Briefing): boolean {
  const { digest, ...body } = briefing
  return digest === sha256(canonicalJson(body))
}

/**
 * Digest of what the briefing says of the command and of what is asked, without session, client address, time and
 * claims: equal for an honest retry, different when the evidence or the requirement has changed (T10, I6).
 */
export function substanceOf(briefing: Briefing): string {
  const same = briefing.sections.filter((part) => part.name !== 'who' && part.name !== 'why')
  const fields = same.flatMap((part) => part.fields.filter((one) => one.name !== 'digest' && !one.name.startsWith(MOMENTARY)))
  const warnings = briefing.warnings.filter((one) => one.code !== 'client_waits' && one.code !== 'client_asks_again' && one.code !== 'impact')
  return sha256(canonicalJson({ fields, warnings }))
}

/** JSON with sorted keys and no blanks; the bytes that are hashed. `undefined` members are left out, as JSON does. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  let out = ''
  if (Array.isArray(value)) {
    for (const item of value) out += `${out === '' ? '' : ','}${canonicalJson(item ?? null)}`
    return `[${out}]`
  }
  for (const key of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[key]
    if (member !== undefined) out += `${out === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`
  }
  return `{${out}}`
}

function refuseUnreviewable(command: Command): void {
  let bytes = Buffer.byteLength(command.text)
  for (const text of [...(command.standsFor ?? []), ...command.parameters]) bytes += text === null ? 0 : Buffer.byteLength(text)
  if (bytes > MAX_REVIEWABLE_BYTES) {
    throw new GatewayError('input_limit', `a held command may be at most ${MAX_REVIEWABLE_BYTES} bytes long, so that it can be reviewed whole`)
  }
}

function whatWillHappen(command: Command, verdict: Extract<Verdict, { kind: 'hold' }>, policyVersion: string): BriefingSection {
  const { target } = command.session
  return section('what_will_happen', 'What will happen', [
    field('action', 'Action', command.facts.action.toUpperCase(), 'WIRE'),
    field('effect', 'Effect', command.facts.unknown.length > 0 ? 'unknown' : command.facts.effect, 'WIRE'),
    field('target', 'Target', target.name, 'WIRE'),
    field('protocol', 'Protocol', target.protocol, 'WIRE'),
    field('labels', 'Labels of the target', { ...target.labels }, 'WIRE'),
    field('readings', 'As its grammar reads it', command.readings.map(reading), 'WIRE'),
    field('context', 'In the state of', plain(command.context), 'WIRE'),
    field('rule', 'Held by rule', verdict.rule, 'WIRE'),
    field('rules', 'All rules that ask for review', verdict.rules, 'WIRE'),
    field('reason', 'Reason of the rule', verdict.reason, 'WIRE'),
    field('required', 'Required', verdict.slots.map(requirement), 'WIRE'),
    field('obligations', 'On what comes back', plain(verdict.obligations), 'WIRE'),
    field('policy', 'Policy version', policyVersion, 'WIRE'),
  ])
}

/** Begins the names of fields that are different at each look, such as who waits for a lock. */
const MOMENTARY = 'now_'

function howMuch({ impact = null, ceiling = null, stoppedBefore = null }: BriefingContext): BriefingSection {
  const before = stoppedBefore === null ? [] : [field('stopped_before', 'Its last run was taken back', stoppedBefore, 'HISTORY')]
  if (impact === null) return section('how_much', 'How much', [...before, field('rows', 'Rows and objects', 'not measured', 'WIRE')])
  return section('how_much', 'How much', [
    ...before,
    field('rows', 'Rows it changes', measuredText(impact.rows), 'TARGET'),
    field('others', 'Rows that change along with them', measuredText(impact.others), 'TARGET'),
    ...impact.details.map((one) => field(`${one.lasting ? '' : MOMENTARY}${one.name}`, one.label, one.value, 'TARGET')),
    field(`${MOMENTARY}measured`, 'Measured at', impact.at.toISOString(), 'TARGET'),
    field('ceiling', 'Ceiling of an approval', ceiling === null ? `not enforceable: ${impact.unenforceable ?? 'nothing was measured'}` : ceilingText(ceiling), 'WIRE'),
  ])
}

function impactWarnings({ impact = null, ceiling = null, stoppedBefore = null }: BriefingContext): Warning[] {
  const warnings = (impact?.warnings ?? []).map((text) => warning('impact', visibleLine(text)))
  if (stoppedBefore !== null) warnings.push(warning('stopped_before', `an approved run of this command changed more than its ceiling and was taken back: ${visibleLine(stoppedBefore)}`))
  if (impact !== null && ceiling === null) warnings.push(warning('no_ceiling', `no ceiling can be enforced: ${visibleLine(impact.unenforceable ?? 'nothing was measured')}`))
  return warnings
}

function who(command: Command, verdict: Extract<Verdict, { kind: 'hold' }>, context: BriefingContext): BriefingSection {
  const { principal, peer, id, openedAt } = command.session
  return section('who', 'Who', [
    field('principal', 'Principal', principal.name, 'WIRE'),
    field('principal_id', 'Identity', principal.id, 'WIRE'),
    field('kind', 'Kind', principal.kind, 'WIRE'),
    field('owner', 'Acts for', principal.owner ?? null, 'WIRE'),
    field('groups', 'Groups', principal.groups, 'WIRE'),
    field('identity_until', 'Identity valid until', principal.expiresAt.toISOString(), 'WIRE'),
    field('peer', 'From', peer, 'WIRE'),
    field('session', 'Session', id, 'WIRE'),
    field('session_opened', 'Session opened', openedAt.toISOString(), 'WIRE'),
    field('client', 'Client', verdict.mode === 'poll' ? 'asks again later' : 'waits on its connection', 'WIRE'),
    field('code', "Code on the client's screen", context.code, 'WIRE'),
  ])
}

function why(command: Command, mask: SecretMasker): BriefingSection {
  const claimed = Object.entries(command.session.claimed).map(([name, text]) => field(name, name, mask(text), 'CLAIMED'))
  const fields = claimed.length > 0 ? claimed : [field('nothing', 'Nothing', 'the agent gave no reason', 'WIRE')]
  return section('why', 'Why: unverified, written by the agent', fields)
}

function exactBytes(command: Command, mask: SecretMasker): { readonly section: BriefingSection; readonly warnings: readonly Warning[] } {
  const statement = mask(command.text)
  const parameters = command.parameters.map((parameter) => (parameter === null ? null : mask(parameter)))
  const isMasked = statement !== command.text || parameters.some((masked, index) => masked !== command.parameters[index]) || (command.standsFor ?? []).some((text) => mask(text) !== text)
  const behind = (command.standsFor ?? []).map(mask)
  const texts = [statement, ...behind, ...parameters.map((masked) => masked ?? '')]
  // Names are as good a hiding place as the text, so every string of a reading is looked at too.
  const names = command.readings.flatMap((facts) => facts.resources.flatMap((resource) => [resource.name, ...(resource.columns ?? [])]))
  const claims = Object.entries(command.session.claimed).flat()
  const seen = [...texts, ...names, ...claims].map(visible)
  const hidden = seen.reduce((sum, one) => sum + one.hidden, 0)
  const suspects = seen.reduce((sum, one) => sum + one.suspects, 0)
  const warnings: Warning[] = []
  if (hidden > 0) warnings.push(warning('hidden_characters', `${hidden} hidden, reordering or unusual blank characters; they are shown as escapes`))
  if (suspects > 0) warnings.push(warning('look_alike_letters', `${suspects} words with letters that look like others; they are shown as escapes`))
  if (texts.some(hasLongBlank)) warnings.push(warning('long_blank', 'a long run of blanks or empty lines: read to the very end'))
  if (isMasked) warnings.push(warning('secret_masked', 'secrets in the text are masked here and are sent as they are'))
  const fields = [
    field('statement', 'Statement', statement, 'WIRE'),
    ...(behind.length > 0 ? [field('stands_for', 'Stands for', behind, 'WIRE')] : []),
    field('parameters', 'Parameters', parameters, 'WIRE'),
    field('input', 'Input', command.input === 'complete' ? 'complete' : 'more input follows that nobody has reviewed', 'WIRE'),
    field('digest', 'sha256 of the bytes to be sent', command.digest, 'WIRE'),
    field('fingerprint', 'sha256 of their meaning', command.fingerprint, 'WIRE'),
  ]
  return { section: section('exact_bytes', 'Exact bytes', fields), warnings }
}

function warningsOf(command: Command, verdict: Extract<Verdict, { kind: 'hold' }>): Warning[] {
  const warnings: Warning[] = []
  const unknown = new Set([command.facts, ...command.readings].flatMap((facts) => facts.unknown))
  const uninspectable = [command.facts, ...command.readings].some((facts) => facts.effect === 'unknown')
  if (unknown.size > 0) warnings.push(warning('unknown_part', `uninspectable: ${[...unknown].map(visibleLine).join('; ')}`))
  else if (uninspectable) warnings.push(warning('unknown_part', 'uninspectable: the effect of a part is unknown'))
  const unbounded = [...new Set(command.readings.filter(isUnbounded).map((facts) => visibleLine(facts.action.toUpperCase())))]
  if (unbounded.length > 0) warnings.push(warning('unbounded', `${unbounded.join(', ')} without a condition: every row is affected`))
  const statements = command.readings.filter(isTop).length
  if (statements > 1) warnings.push(warning('several_statements', `${statements} statements are decided together, as one`))
  const behind = [...new Set(command.readings.flatMap(behindTheText))]
  if (behind.length > 0) warnings.push(warning('behind_the_text', `more runs than the text shows: ${behind.map(visibleLine).join('; ')}`))
  const code = [...new Set(command.readings.flatMap(({ attributes }) => (Array.isArray(attributes.table_functions) ? attributes.table_functions : [])))]
  if (code.length > 0) warnings.push(warning('table_code', `its tables run code of their own, which nobody has read: ${code.map((name) => visibleLine(name)).join(', ')}`))
  if (isInTransaction(command)) warnings.push(warning('in_transaction', 'the client is in a transaction: it holds its locks while this waits'))
  if (command.input === 'streaming') warnings.push(warning('streaming_input', 'input follows the command that nobody has reviewed'))
  if (verdict.mode === 'wait') {
    const gone = verdict.survivesDisconnect ? 'if it leaves, this stays decidable' : 'if it leaves, this is withdrawn'
    warnings.push(warning('client_waits', `the client waits on its connection; ${gone}`))
  } else {
    warnings.push(warning('client_asks_again', 'the client does not wait: an approval is used when it sends the same command again'))
  }
  return warnings
}

/** What a rule of a table adds, and what the body of a function that is called does. */
function behindTheText({ action, resources, attributes }: Facts): readonly string[] {
  if (attributes.depth !== 'rule' && attributes.depth !== 'function_body') return []
  const names = resources.filter(({ kind, access }) => kind === 'relation' && (access === 'write' || action === 'select')).map(({ name }) => name)
  const from = attributes.depth === 'rule' ? 'by a rule' : `in ${String(attributes.in_function ?? 'a function')}`
  return [`${action.toUpperCase()}${names.length > 0 ? ` ${names.join(', ')}` : ''} ${from}`]
}

function isTop({ attributes }: Facts): boolean {
  return attributes.nested !== true && (attributes.depth === undefined || attributes.depth === 'top')
}

function isUnbounded(facts: Facts): boolean {
  const { bounded, has_where: hasWhere, where_constant_true: isAlwaysTrue } = facts.attributes
  if (facts.action === 'truncate') return true
  return ['update', 'delete', 'merge'].includes(facts.action) && (bounded === false || hasWhere === false || isAlwaysTrue === true)
}

export function isInTransaction(command: Command): boolean {
  const state = command.context.in_transaction
  return state !== undefined && state !== null && state !== false && state !== '' && state !== 'I'
}

function sentenceOf(command: Command, context: BriefingContext): string {
  const { principal, target } = command.session
  const until = new Date(context.runsBefore).toISOString()
  const sameDay = until.slice(0, 10) === new Date(context.now).toISOString().slice(0, 10)
  const when = sameDay ? `${until.slice(11, 19)}Z` : `${until.slice(0, 10)} ${until.slice(11, 19)}Z`
  const action = visibleLine(command.facts.action.toUpperCase())
  const bound = context.ceiling && (context.ceiling.rows !== null || context.ceiling.others !== null) ? `, changing ${ceilingText(context.ceiling)}` : ''
  return `I allow ${visibleLine(principal.name)} to run exactly this ${action} on ${visibleLine(target.name)}, once, before ${when}${bound}.`
}

function reading(facts: Facts): BriefingValue {
  return {
    action: facts.action,
    effect: facts.effect,
    resources: facts.resources.map((resource) => plain(resource)),
    unknown: facts.unknown,
    attributes: plain(facts.attributes),
  }
}

function requirement(slot: Slot): BriefingValue {
  return { slot: slot.name, people: slot.quorum, of: slot.groups }
}

/** Through JSON: what is stored and what is hashed are the same, whatever the object was. */
function plain(value: unknown): BriefingValue {
  return JSON.parse(JSON.stringify(value, (_key, member: unknown) => (typeof member === 'boolean' ? String(member) : member))) as BriefingValue
}

function section(name: SectionName, title: string, fields: readonly BriefingField[]): BriefingSection {
  return { name, title, fields }
}

function field(name: string, label: string, value: BriefingValue, source: Source): BriefingField {
  const shown = visibleValue(value)
  return canonicalJson(shown) === canonicalJson(value) ? { name, label, value, source } : { name, label, value, source, visible: shown }
}

function visibleValue(value: BriefingValue): BriefingValue {
  if (typeof value === 'string') return visible(value).text
  if (value === null || typeof value === 'number') return value
  if (isList(value)) return value.map(visibleValue)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [visibleLine(key), visibleValue(member)]))
}

export function isList(value: BriefingValue): value is readonly BriefingValue[] {
  return Array.isArray(value)
}

function warning(code: WarningCode, text: string): Warning {
  return { code, text }
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}
