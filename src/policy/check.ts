import { compileGlobs } from './glob.ts'
import type { Known, KnownTarget, PolicySet, Rule } from './load.ts'
import { SAFE_FUNCTION_CLASSES, VOCABULARIES } from './vocabulary.ts'

/** Something a policy that loads may still have wrong. `error`: surely not what was meant; `warning`: look at it; `info`: know it. */
export interface Finding {
  readonly level: 'error' | 'warning' | 'info'
  readonly code: 'unreachable' | 'unused_approval' | 'production_write' | 'self_approval' | 'broad_allow' | 'unknown_group' | 'unknown_allowed' | 'no_allow' | 'masked_oracle'
  readonly rule: string | undefined
  readonly file: string
  readonly line: number
  readonly message: string
}

/**
 * What can be told about a policy without any command, by enumerating verbs, targets and rules. A `when:` counts as "may be
 * true", so "no rule can do this" is sure, and "a rule can" may be ruled out by its condition.
 */
export function checkPolicies(policies: PolicySet, known: Known = {}): Finding[] {
  return [
    ...unreachable(policies), ...unusedApprovals(policies), ...selfApproval(policies), ...strangers(policies, known), ...productionWrites(policies, known), ...broadAllows(policies), ...oracles(policies), ...nothingAllowed(policies),
  ]
}

function finding(level: Finding['level'], code: Finding['code'], rule: Rule, message: string): Finding {
  return { level, code, rule: rule.id, file: rule.file, line: rule.line, message }
}

// ---- rules that can never decide anything

function unreachable({ rules }: PolicySet): Finding[] {
  const denials = rules.filter((rule) => rule.decision === 'deny' && rule.when === undefined)
  return rules.flatMap((rule) => {
    if (rule.decision === undefined) return []
    const cover = denials.find((denial) => denial !== rule && rule.decision !== 'deny' && covers(denial, rule))
    if (cover !== undefined) return [finding('error', 'unreachable', rule, `never decides: "${cover.id}" denies everything it matches`)]
    const impossible = contradiction(rule) ?? (needsMask(rule) && !rules.some((other) => other.masks.length > 0) ? 'it is about masked columns, and no rule has a mask' : undefined)
    return impossible === undefined ? [] : [finding('error', 'unreachable', rule, `never matches: ${impossible}`)]
  })
}

/** Sure only: every command `rule` matches is denied by `denial`. Where it cannot be told, the answer is no. */
function covers(denial: Rule, rule: Rule): boolean {
  const { on, who } = denial
  // A denial catches what touches *any* of its names; a rule may also match what touches none. So only denials without names cover.
  const names = [on.relations, on.columns, on.functions, on.function_classes, on.settings, on.setting_values, on.resources, on.attributes, on.unknown, on.access, on.influence, on.write_lineage]
  if (names.some((each) => each !== undefined)) return false
  if (on.protocol !== undefined && on.protocol !== rule.on.protocol) return false
  if (on.bounded !== undefined && on.bounded !== rule.on.bounded) return false
  if (on.in_transaction !== undefined && on.in_transaction !== rule.on.in_transaction) return false
  if (!globsCover(on.target, rule.on.target)) return false
  if (!wordsCover(on.verbs, rule.on.verbs) || !wordsCover(on.effects, rule.on.effects)) return false
  for (const [label, globs] of Object.entries(on.labels ?? {})) if (!globsCover(globs, rule.on.labels?.[label])) return false
  for (const [claim, values] of Object.entries(who.claims ?? {})) {
    const narrower = rule.who.claims?.[claim]
    if (narrower === undefined || !narrower.every((value) => values.includes(value))) return false
  }
  return (
    globsCover(who.principals, rule.who.principals) && globsCover(who.issuers, rule.who.issuers) &&
    wordsCover(who.groups, rule.who.groups) && wordsCover(who.kinds, rule.who.kinds)
  )
}

function wordsCover(wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean {
  return wide === undefined || narrow?.every((word) => wide.includes(word)) === true
}

function globsCover(wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean {
  if (wide === undefined) return true
  if (narrow === undefined) return wide.includes('*') && wide.every((glob) => !glob.startsWith('!'))
  if (wide.some((glob) => glob.startsWith('!'))) return false
  // A pattern read as a name: `*` matches any part of it, its own stars included.
  const matches = compileGlobs(wide, 'plain')
  return narrow.every((glob) => glob.startsWith('!') || matches(glob))
}

function contradiction({ on }: Rule): string | undefined {
  for (const [field, globs] of Object.entries({ target: on.target, relations: on.relations, functions: on.functions, settings: on.settings, influence: on.influence, write_lineage: on.write_lineage })) {
    if (globs === undefined) continue
    const negative = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
    if (negative.length === 0) continue
    const excluded = compileGlobs(negative, 'plain')
    if (globs.every((glob) => glob.startsWith('!') || excluded(glob))) return `every pattern of "${field}" is taken out again by a "!" pattern`
  }
  const verbs = on.verbs
  if (on.settings !== undefined && verbs?.every((verb) => !['set', 'reset', 'show', 'alter', 'system', 'role', 'create'].includes(verb)) === true) return 'none of its verbs names a setting'
  return undefined
}

/** Every pattern of one of the two fields is about masked columns. */
function needsMask({ on }: Rule): boolean {
  return [on.influence, on.write_lineage].some((globs) => globs?.every((glob) => glob.startsWith('!') || /^masked( > |$)/.test(glob)) === true)
}

/** A mask hides what is shown. Who may filter and sort by the column, or copy it, learns it all the same. */
function oracles({ rules }: PolicySet): Finding[] {
  const masking = rules.filter((rule) => rule.masks.length > 0 && rule.decision !== 'deny')
  const first = masking[0]
  if (first === undefined || !rules.some((rule) => rule.decision === 'allow')) return []
  const covered = (field: 'influence' | 'write_lineage') => rules.some((rule) => rule.on[field] !== undefined)
  const open = [...(covered('influence') ? [] : ['filtering or sorting by them (influence)']), ...(covered('write_lineage') ? [] : ['copying them elsewhere (write_lineage)'])]
  return open.length === 0 ? [] : [finding('info', 'masked_oracle', first, `no rule looks at masked columns being learnt by ${open.join(' or by ')}`)]
}

// ---- people

function unusedApprovals({ rules, approvals }: PolicySet): Finding[] {
  const used = new Set(rules.flatMap((rule) => rule.approvals.map((approval) => approval.name)))
  return [...approvals.values()]
    .filter((approval) => !used.has(approval.name))
    .map((approval) => ({ level: 'warning', code: 'unused_approval', rule: undefined, file: approval.file, line: approval.line, message: `approval "${approval.name}" is not used by any rule` }))
}

function selfApproval({ rules }: PolicySet): Finding[] {
  return rules.flatMap((rule) => {
    if (rule.decision !== 'hold') return []
    const approving = new Set(rule.approvals.flatMap((approval) => approval.slots.flatMap((slot) => slot.groups)))
    const both = rule.who.groups?.filter((group) => approving.has(group)) ?? []
    if (both.length > 0) {
      return [finding('warning', 'self_approval', rule, `members of ${both.join(', ')} both ask and approve: nobody approves their own command, but two of them can approve each other's`)]
    }
    const humans = rule.who.kinds === undefined || rule.who.kinds.includes('human')
    if (rule.who.groups === undefined && rule.who.principals === undefined && humans) {
      return [finding('info', 'self_approval', rule, `a reviewer (${[...approving].join(', ')}) may also send such commands; others approve those, never the sender`)]
    }
    return []
  })
}

function strangers({ rules }: PolicySet, known: Known): Finding[] {
  return rules.flatMap((rule) => {
    const unknown = rule.who.groups?.filter((group) => known.groups?.includes(group) === false) ?? []
    return unknown.length === 0 ? [] : [finding('info', 'unknown_group', rule, `${unknown.join(', ')}: no group of reviewers; matches only who carries it in the groups claim of a token`)]
  })
}

// ---- what allow rules let through

const PRODUCTION = ['prod', 'production', 'live']

function productionWrites({ rules }: PolicySet, known: Known): Finding[] {
  const allows = rules.filter((rule) => rule.decision === 'allow')
  const denials = rules.filter((rule) => rule.decision === 'deny' && rule.when === undefined)
  return allows.flatMap((rule) => {
    const targets = productionTargets(rule, known.targets)
    if (targets.length === 0) return []
    const verbs = changingVerbs(rule).filter((verb) => !denials.some((denial) => covers(denial, { ...rule, on: { ...rule.on, verbs: [verb] } })))
    if (verbs.length === 0) return []
    const condition = rule.when === undefined ? '' : ' (if its condition is true)'
    return [finding('warning', 'production_write', rule, `allows ${some(verbs)} on ${targets.join(', ')} without asking anybody${condition}`)]
  })
}

/** Targets labelled as production that the rule may be for; without a list of targets, what its own labels say. */
function productionTargets(rule: Rule, targets: readonly KnownTarget[] | undefined): string[] {
  if (targets === undefined) {
    const globs = Object.values(rule.on.labels ?? {})
    const named = globs.some((list) => PRODUCTION.some(compileGlobs(list, 'plain')))
    return named || (globs.length === 0 && rule.on.target === undefined) ? ['targets labelled production'] : []
  }
  return targets
    .filter((target) => Object.values(target.labels).some((value) => PRODUCTION.includes(value)))
    .filter((target) => rule.on.protocol === undefined || rule.on.protocol === target.protocol)
    .filter((target) => rule.on.target === undefined || compileGlobs(rule.on.target, 'plain')(target.name))
    .filter((target) => Object.entries(rule.on.labels ?? {}).every(([label, globs]) => Object.hasOwn(target.labels, label) && compileGlobs(globs, 'plain')(target.labels[label]!)))
    .map((target) => target.name)
}

function changingVerbs(rule: Rule): string[] {
  if (rule.on.effects?.every((effect) => effect === 'read') === true || rule.on.access === 'read') return []
  const vocabularies = rule.on.protocol === undefined ? Object.values(VOCABULARIES) : [VOCABULARIES[rule.on.protocol]]
  const changing = new Set(vocabularies.flatMap((vocabulary) => [...(vocabulary?.changing ?? [])]))
  // What is not understood is not covered by an allow, unless it says so.
  if (rule.on.unknown !== true) changing.delete('unparsed')
  return rule.on.verbs === undefined ? [...changing] : rule.on.verbs.filter((verb) => changing.has(verb))
}

function broadAllows({ rules }: PolicySet): Finding[] {
  return rules.flatMap((rule) => {
    if (rule.decision !== 'allow') return []
    const findings: Finding[] = []
    const { on } = rule
    if (on.unknown === true) findings.push(finding('warning', 'unknown_allowed', rule, 'allows what is not understood'))
    const classes = on.function_classes?.filter((each) => !SAFE_FUNCTION_CLASSES.has(each)) ?? []
    if (classes.length > 0) findings.push(finding('warning', 'broad_allow', rule, `lets functions of class ${classes.join(', ')} run`))
    const reads = on.verbs?.some((verb) => verb === 'select' || verb === 'copy_out') ?? true
    if (reads && on.relations === undefined && on.columns === undefined) {
      findings.push(finding('warning', 'broad_allow', rule, 'reads every relation, system catalogues with passwords and statistics included: list relations'))
    } else if (on.relations !== undefined && compileGlobs(on.relations, 'cover')('pg_catalog.pg_authid')) {
      findings.push(finding('warning', 'broad_allow', rule, 'its relations include system catalogues such as pg_catalog.pg_authid'))
    }
    if ((on.verbs === undefined || on.verbs.includes('set')) && on.settings === undefined) {
      findings.push(finding('warning', 'broad_allow', rule, 'lets every setting be changed, search_path and role included: list settings'))
    }
    return findings
  })
}

function nothingAllowed({ rules }: PolicySet): Finding[] {
  const first = rules[0]
  if (first === undefined || rules.some((rule) => rule.decision === 'allow' || rule.decision === 'hold')) return []
  return [finding('warning', 'no_allow', first, 'no rule allows or holds anything: everything is denied')]
}

function some(words: readonly string[]): string {
  return words.length <= 5 ? words.join(', ') : `${words.slice(0, 5).join(', ')} and ${words.length - 5} more verbs`
}
