import type { Command, Facts } from '../gateway/command.ts'
import type { Evaluator } from './evaluate.ts'
import { compileLineage, type Lineage } from './lineage.ts'
import type { PolicySet } from './load.ts'
import { type CompiledRule, compileRules, readingOf } from './match.ts'
import type { ColumnMask, Verdict } from './verdict.ts'

export interface RuleExplanation {
  readonly rule: string
  readonly file: string
  readonly line: number
  readonly decision: 'allow' | 'hold' | 'deny' | 'mask'
  readonly outcome: 'matched' | 'failed' | 'error'
  /** The fields that did not fit, in the order of the rule; empty when it matched. `when` is listed only if all else fitted. */
  readonly failed: readonly string[]
}

export interface ReadingExplanation {
  readonly action: string
  readonly effect: Facts['effect']
  readonly unknown: readonly string[]
  readonly resources: readonly string[]
  /** Columns that decide what it does without being shown; the masked ones end in ` (masked)`. */
  readonly influence: readonly string[]
  /** Columns whose values it writes somewhere: `source > target`, likewise. */
  readonly writeLineage: readonly string[]
  /** Why a column among these is `*`: it could be any. */
  readonly opaqueLineage: readonly string[]
  readonly verdict: Verdict
  /** Every rule that speaks of this verb or of any; the ones that came nearest first. */
  readonly rules: readonly RuleExplanation[]
}

export interface Explanation {
  readonly policyVersion: string
  readonly verdict: Verdict
  readonly readings: readonly ReadingExplanation[]
}

/** Why a command gets its verdict: for each reading, which rules matched and which field failed for each that did not. */
export function explain(policies: PolicySet, evaluator: Evaluator, command: Command): Explanation {
  const { rules } = compileRules(policies)
  const masks = evaluator.masks(command.session.principal, command.session.target)
  const isMasked = compileLineage(['masked'], 'catch')
  const marked = (entries: Lineage[keyof Lineage]): string[] =>
    entries.map((entry) => `${entry.source}${entry.target === null ? '' : ` > ${entry.target}`}${isMasked(entry, masks) ? ' (masked)' : ''}`)
  const readings = command.readings.includes(command.facts) ? command.readings : [command.facts, ...command.readings]
  return {
    policyVersion: policies.version,
    verdict: evaluator.evaluate(command),
    readings: readings.map((facts) => ({
      action: facts.action,
      effect: facts.effect,
      unknown: facts.unknown,
      resources: facts.resources.map((resource) => `${resource.kind} ${resource.name} (${resource.access})`),
      influence: marked(readingOf(facts).lineage.influence),
      writeLineage: marked(readingOf(facts).lineage.write_lineage),
      opaqueLineage: Array.isArray(facts.attributes['opaque_lineage']) ? facts.attributes['opaque_lineage'].map(String) : [],
      verdict: evaluator.judge(command, facts).verdict,
      rules: rules.map((compiled) => explainRule(compiled, facts, command, masks)).sort((a, b) => a.failed.length - b.failed.length),
    })),
  }
}

function explainRule(compiled: CompiledRule, facts: Facts, command: Command, masks: readonly ColumnMask[]): RuleExplanation {
  const { rule } = compiled
  const failed = compiled.scope.filter(({ test }) => !test(command.session.principal, command.session.target)).map(({ field }) => field)
  if (rule.decision !== undefined) {
    if (compiled.verbs?.has(facts.action) === false) failed.push('verbs')
    const reading = readingOf(facts)
    for (const { field, test } of compiled.tests) if (!test(reading, command, masks)) failed.push(field)
  }
  let outcome: RuleExplanation['outcome'] = failed.length === 0 ? 'matched' : 'failed'
  if (failed.length === 0 && rule.when !== undefined) {
    try {
      if (!rule.when(facts, command)) outcome = 'failed'
    } catch {
      outcome = 'error'
    }
    if (outcome !== 'matched') failed.push('when')
  }
  return { rule: rule.id, file: rule.file, line: rule.line, decision: rule.decision ?? 'mask', outcome, failed }
}
