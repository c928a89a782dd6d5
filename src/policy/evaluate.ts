import type { Command, Facts, Principal, Target } from '../gateway/command.ts'
import type { PolicySet } from './load.ts'
import { slotKey } from './load.ts'
import { strictest } from './lineage.ts'
import { type CompiledRule, compileRules, readingOf, type Scope } from './match.ts'
import { BUILTIN_ACTIONS } from './vocabulary.ts'
import type { ColumnMask, DecisionPoint, Obligation, Slot, Verdict } from './verdict.ts'

/** Ids of verdicts no rule of a policy gave. No rule may change them. */
export const DEFAULT_DENY = 'default-deny'
export const BUILTIN_PROTOCOL = 'builtin/protocol'

/** How one statement was judged: its verdict, and every rule that applied to it. */
export interface Judgement {
  readonly facts: Facts
  readonly verdict: Verdict
  readonly applied: readonly CompiledRule[]
}

export interface Evaluator extends DecisionPoint {
  /** Each reading on its own, for `policy explain`. `evaluate` is the strictest of these. */
  judge(command: Command, facts: Facts): Judgement
  scopeOf(principal: Principal, target: Target): Scope
}

/**
 * The decision point. Every reading of a command is judged by itself and the strictest answer is the command's: deny before
 * hold before allow. The order of rules decides nothing. No rule matched: deny (`default-deny`). A condition that cannot be
 * evaluated: deny with the id of its rule. Several holds: everybody they ask for, in the shortest of their times.
 */
export function createEvaluator(policies: PolicySet): Evaluator {
  const { scopeOf } = compileRules(policies)
  const { judge, remembers } = rememberJudgements(scopeOf)
  const verdicts = new WeakMap<Scope, WeakMap<readonly Facts[], Verdict>>()
  return {
    policyVersion: policies.version,
    scopeOf,
    judge,
    masks: (principal, target) => scopeOf(principal, target).masks.all,
    evaluate(command) {
      const scope = scopeOf(command.session.principal, command.session.target)
      const complete = command.readings.includes(command.facts)
      // The same list of readings in the same scope has the same verdict where each of its readings has.
      let known = verdicts.get(scope)
      if (known === undefined) verdicts.set(scope, (known = new WeakMap()))
      const before = complete ? known.get(command.readings) : undefined
      if (before !== undefined) return before
      const readings = complete ? command.readings : [command.facts, ...command.readings]
      const judgements: Judgement[] = []
      for (const facts of readings) {
        const judgement = judge(command, facts)
        if (judgement.verdict.kind === 'deny') return judgement.verdict
        judgements.push(judgement)
      }
      const verdict = combine(judgements, scope.masks.always)
      if (complete && readings.every((facts) => remembers(scope, facts))) known.set(command.readings, verdict)
      return verdict
    },
  }
}

/**
 * A statement seen again has the same facts, and in the same scope the same judgement, unless a rule that might match looks at the
 * command itself (its condition, its transaction). Kept for as long as facts and session live.
 */
function rememberJudgements(scopeOf: Evaluator['scopeOf']): { readonly judge: Evaluator['judge']; readonly remembers: (scope: Scope, facts: Facts) => boolean } {
  const remembered = new WeakMap<Scope, WeakMap<Facts, Judgement>>()
  const judge: Evaluator['judge'] = (command, facts) => {
    const scope = scopeOf(command.session.principal, command.session.target)
    let judgements = remembered.get(scope)
    if (judgements === undefined) {
      judgements = new WeakMap()
      remembered.set(scope, judgements)
    }
    const before = judgements.get(facts)
    if (before !== undefined) return before
    const judgement = judgeReading(scope, command, facts)
    const candidates = facts.action === 'connect' ? scope.rules : scope.candidates(readingOf(facts))
    if (candidates.every(({ rule }) => rule.when === undefined && rule.on.in_transaction === undefined)) judgements.set(facts, judgement)
    return judgement
  }
  return { judge, remembers: (scope, facts) => remembered.get(scope)?.has(facts) === true }
}

function judgeReading(scope: Scope, command: Command, facts: Facts): Judgement {
  const { action } = facts
  if (BUILTIN_ACTIONS.has(action) && !readingOf(facts).unknown) return { facts, verdict: allow(BUILTIN_PROTOCOL), applied: [] }
  if (action === 'connect') return judgeConnect(scope, command, facts)
  const judgement = decide(facts, command, scope.candidates(readingOf(facts)), scope.masks.all)
  // SQL PREPARE runs nothing, like the protocol's Parse: what must wait does so at each EXECUTE, with its values. A denial stands.
  const onlyNamed = facts.attributes['depth'] === 'prepare' && judgement.verdict.kind === 'hold'
  return onlyNamed ? { facts, verdict: allow(judgement.verdict.rule), applied: judgement.applied.filter(({ rule }) => rule.decision !== 'hold') } : judgement
}

/**
 * A session may be opened when some rule could ever let this principal do something there; otherwise the target is not even
 * dialled. Only a denial that names the verb `connect` takes that away.
 */
function judgeConnect(scope: Scope, command: Command, facts: Facts): Judgement {
  const denials = scope.rules.filter(({ rule, verbs }) => rule.decision === 'deny' && verbs?.has('connect') === true)
  const denied = decide(facts, command, denials, scope.masks.all)
  if (denied.applied.length > 0) return denied
  const opening = readingOf(facts).unknown ? undefined : scope.rules.find(({ rule }) => rule.decision === 'allow' || (rule.decision === 'hold' && !rule.narrows))
  return opening === undefined ? denied : { facts, verdict: allow(`connect/${opening.rule.id}`), applied: [] }
}

function decide(facts: Facts, command: Command, candidates: readonly CompiledRule[], masks: readonly ColumnMask[]): Judgement {
  const reading = readingOf(facts)
  let denial: CompiledRule | undefined
  let broken: CompiledRule | undefined
  const applied: CompiledRule[] = []
  next: for (const compiled of candidates) {
    for (const { test } of compiled.tests) if (!test(reading, command, masks)) continue next
    const { when, decision } = compiled.rule
    if (when !== undefined) {
      try {
        if (!when(facts, command)) continue
      } catch {
        broken ??= compiled
        continue
      }
    }
    if (decision === 'deny') denial ??= compiled
    applied.push(compiled)
  }
  if (denial !== undefined) return { facts, verdict: deny(denial.rule.id, denialMessage(denial, facts)), applied: [denial] }
  if (broken !== undefined) return { facts, verdict: deny(broken.rule.id, 'the condition of this rule could not be evaluated, so it denies'), applied: [broken] }
  // What only narrows opens no way by itself.
  if (applied.every(({ rule }) => rule.narrows)) return { facts, verdict: deny(DEFAULT_DENY, nothingAllows(facts)), applied: [] }
  const holds = applied.filter(({ rule }) => rule.decision === 'hold')
  if (holds.length > 0) return { facts, verdict: hold(holds, obligationsOf(applied, [])), applied }
  return { facts, verdict: allow(applied[0]!.rule.id), applied }
}

/** The rule's own reason and, where the statement was not understood, what exactly: a mistyped name often is all there is to it. */
function denialMessage({ rule }: CompiledRule, facts: Facts): string {
  const reason = rule.reason ?? 'the policy denies this'
  const cause = facts.unknown[0]
  return cause === undefined ? reason : `${reason} (${shorten(cause)})`
}

/** What the client is told when no rule matched: the first thing it can act on. */
function nothingAllows(facts: Facts): string {
  if (facts.action === 'unparsed') return 'this could not be read as a statement of the protocol, and what is not understood is not passed'
  const cause = facts.unknown[0]
  if (cause !== undefined) return `this ${facts.action} is not fully understood (${shorten(cause)}), and no rule covers what is not understood`
  const names = [...new Set(facts.resources.map((resource) => resource.name))]
  const on = names.length === 0 ? '' : ` on ${shorten(names.slice(0, 3).join(', '))}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`
  return `no rule of the policy covers ${facts.action}${on}`
}

function shorten(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 159)}…`
}

function combine(judgements: readonly Judgement[], always: readonly ColumnMask[]): Verdict {
  const applied = new Set<CompiledRule>()
  for (const judgement of judgements) for (const compiled of judgement.applied) applied.add(compiled)
  const rules = [...applied]
  const obligations = obligationsOf(rules, always)
  const holds = rules.filter(({ rule }) => rule.decision === 'hold')
  if (holds.length > 0) return hold(holds, obligations)
  const first = judgements[0]
  if (first === undefined) return deny(DEFAULT_DENY, 'there is nothing to decide')
  return { kind: 'allow', rule: first.verdict.rule, obligations }
}

function allow(rule: string): Extract<Verdict, { kind: 'allow' }> {
  return { kind: 'allow', rule, obligations: [] }
}

function deny(rule: string, message: string): Verdict {
  return { kind: 'deny', rule, message }
}

function hold(holds: readonly CompiledRule[], obligations: readonly Obligation[]): Verdict {
  const approvals = holds.flatMap(({ rule }) => rule.approvals)
  const slots = new Map<string, Slot>()
  for (const slot of approvals.flatMap((approval) => approval.slots)) {
    // The same groups asked twice by two rules are one question; the larger number answers both.
    const key = slotKey(slot.groups)
    const before = slots.get(key)
    if (before === undefined || before.quorum < slot.quorum) slots.set(key, slot)
  }
  const rules = holds.map(({ rule }) => rule.id)
  return {
    kind: 'hold',
    rule: rules[0]!,
    rules,
    slots: [...slots.values()],
    expiresAfterMs: Math.min(...approvals.map((approval) => approval.expiresAfterMs)),
    expiresInTransactionMs: Math.min(...approvals.map((approval) => approval.expiresInTransactionMs)),
    survivesDisconnect: approvals.every((approval) => approval.survivesDisconnect),
    mode: approvals.every((approval) => approval.mode === 'poll') ? 'poll' : 'wait',
    reason: [...new Set(holds.map(({ rule }) => rule.reason ?? rule.id))].join('; '),
    obligations,
  }
}

// ---- obligations

function obligationsOf(rules: readonly CompiledRule[], always: readonly ColumnMask[]): Obligation[] {
  const obligations: Obligation[] = []
  const extra: ColumnMask[] = []
  let full: 'metadata' | 'full' | undefined
  const limit: { rows?: number; bytes?: number; seconds?: number } = {}
  let limited = false
  for (const { rule } of rules) {
    extra.push(...rule.masks)
    if (rule.record !== undefined) full = full === 'full' ? 'full' : rule.record
    for (const unit of ['rows', 'bytes', 'seconds'] as const) {
      const value = rule.limit?.[unit]
      if (value === undefined) continue
      limit[unit] = Math.min(limit[unit] ?? value, value)
      limited = true
    }
  }
  const mask = extra.length === 0 ? always : strictest([...always, ...extra])
  if (mask.length > 0) obligations.push({ mask })
  if (full !== undefined) obligations.push({ record: full })
  if (limited) obligations.push({ limit })
  return obligations
}
