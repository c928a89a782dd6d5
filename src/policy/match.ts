import type { Command, FactValue, Facts, Principal, Resource, Target } from '../gateway/command.ts'
import { compileGlobs } from './glob.ts'
import { compileLineage, type Lineage, lineageOf, strictest } from './lineage.ts'
import type { PolicySet, Rule } from './load.ts'
import type { ColumnMask } from './verdict.ts'
import { SAFE_FUNCTION_CLASSES } from './vocabulary.ts'

/** One statement, laid out for matching. */
export interface Reading {
  readonly facts: Facts
  /** Not wholly understood: allow rules stay away from it unless they say `unknown: true`. */
  readonly unknown: boolean
  readonly byKind: ReadonlyMap<string, readonly Resource[]>
  readonly functionClasses: readonly string[] | undefined
  readonly lineage: Lineage
}

/** One condition of a rule, with the field it came from so that `policy explain` can name what failed. */
export interface FieldTest {
  readonly field: string
  readonly test: (reading: Reading, command: Command, masks: readonly ColumnMask[]) => boolean
}

export interface ScopeTest {
  readonly field: string
  readonly test: (principal: Principal, target: Target) => boolean
}

export interface CompiledRule {
  readonly rule: Rule
  /** What depends on who asks and where only; decided once for a session. */
  readonly scope: readonly ScopeTest[]
  readonly verbs: ReadonlySet<string> | undefined
  readonly tests: readonly FieldTest[]
}

/** The rules of one principal on one target, found by verb and by the relations a statement touches. */
export interface Scope {
  readonly rules: readonly CompiledRule[]
  readonly masks: ScopeMasks
  /** In the order of the policy; every rule that could match is among them. */
  candidates(reading: Reading): readonly CompiledRule[]
}

/** `always`: masks of rules without a decision. `all`: also those any rule in scope could add; what the word `masked` means. */
export interface ScopeMasks {
  readonly always: readonly ColumnMask[]
  readonly all: readonly ColumnMask[]
}

/** Compiles every rule; the answer finds the rules in scope for a principal on a target, and remembers them for as long as both live. */
export function compileRules(policies: PolicySet): { readonly rules: readonly CompiledRule[]; scopeOf(principal: Principal, target: Target): Scope } {
  const rules = policies.rules.map(compileRule)
  const byProtocol = new Map<string, CompiledRule[]>()
  const remembered = new WeakMap<Principal, WeakMap<Target, Scope>>()
  const scopes = new Map<string, Scope>()
  const places = new Map(rules.map((compiled, place) => [compiled, place]))
  return {
    rules,
    scopeOf(principal, target) {
      let ofPrincipal = remembered.get(principal)
      if (ofPrincipal === undefined) {
        ofPrincipal = new WeakMap()
        remembered.set(principal, ofPrincipal)
      }
      let scope = ofPrincipal.get(target)
      if (scope === undefined) {
        let candidates = byProtocol.get(target.protocol)
        if (candidates === undefined) {
          candidates = rules.filter(({ rule }) => rule.on.protocol === undefined || rule.on.protocol === target.protocol)
          byProtocol.set(target.protocol, candidates)
        }
        const inScope = candidates.filter((compiled) => compiled.scope.every(({ test }) => test(principal, target)))
        // Principals with the same rules share what is remembered of statements: no test but those above looks at who asks,
        // and what a condition (`when`) says is not remembered.
        const key = inScope.map((compiled) => places.get(compiled)).join()
        scope = scopes.get(key)
        if (scope === undefined) {
          if (scopes.size >= MOST_SCOPES) scopes.clear()
          scopes.set(key, (scope = createScope(inScope)))
        }
        ofPrincipal.set(target, scope)
      }
      return scope
    },
  }
}

const MOST_SCOPES = 1_000

const readings = new WeakMap<Facts, Reading>()

/** Facts are cached by the exact text of a statement, so their layout is worth remembering with them. */
export function readingOf(facts: Facts): Reading {
  let reading = readings.get(facts)
  if (reading === undefined) {
    reading = layOut(facts)
    readings.set(facts, reading)
  }
  return reading
}

function layOut(facts: Facts): Reading {
  const byKind = new Map<string, Resource[]>()
  for (const resource of facts.resources) {
    const list = byKind.get(resource.kind)
    if (list === undefined) byKind.set(resource.kind, [resource])
    else list.push(resource)
  }
  const classes = facts.attributes['function_classes']
  return {
    facts,
    unknown: facts.unknown.length > 0 || facts.effect === 'unknown' || facts.action === 'unparsed',
    byKind,
    functionClasses: Array.isArray(classes) ? classes : undefined,
    lineage: lineageOf(facts),
  }
}

function createScope(rules: readonly CompiledRule[]): Scope {
  const deciding = rules.filter(({ rule }) => rule.decision !== undefined)
  const named = new Set(deciding.flatMap(({ verbs }) => (verbs === undefined ? [] : [...verbs])))
  const ofVerb = (verb: string | undefined) => indexByRelation(deciding.filter(({ verbs }) => verbs === undefined || (verb !== undefined && verbs.has(verb))))
  // Made at first use: most sessions use a handful of verbs, and opening one must not pay for all.
  const indexes = new Map<string | undefined, (reading: Reading) => readonly CompiledRule[]>()
  const masksOf = (some: readonly CompiledRule[]) => Object.freeze(strictest(some.flatMap(({ rule }) => rule.masks)))
  return {
    rules,
    masks: { always: masksOf(rules.filter(({ rule }) => rule.decision === undefined)), all: masksOf(rules) },
    candidates(reading) {
      const verb = named.has(reading.facts.action) ? reading.facts.action : undefined
      let index = indexes.get(verb)
      if (index === undefined) {
        index = ofVerb(verb)
        indexes.set(verb, index)
      }
      return index(reading)
    },
  }
}

/**
 * Most rules of a large policy name tables, and most statements touch few. Rules are filed under the exact names and the literal
 * schemas of their patterns; a rule with any pattern that has neither, and an allow for a statement without relations, is always looked at.
 */
function indexByRelation(rules: readonly CompiledRule[]): (reading: Reading) => readonly CompiledRule[] {
  const general: number[] = []
  const filed = new Map<string, number[]>()
  const file = (key: string, index: number) => {
    const list = filed.get(key)
    if (list === undefined) filed.set(key, [index])
    else list.push(index)
  }
  rules.forEach(({ rule }, index) => {
    const keys = rule.on.relations?.filter((glob) => !glob.startsWith('!')).map(keyOf)
    if (keys === undefined || keys.includes(undefined)) general.push(index)
    else for (const key of new Set(keys)) file(key!, index)
  })
  if (filed.size === 0) return () => rules
  const always = new Set(general)
  const withoutRelations = rules.filter(({ rule }, index) => rule.decision === 'allow' || always.has(index))
  return (reading) => {
    const relations = reading.byKind.get('relation')
    if (relations === undefined) return withoutRelations
    const found = new Set(general)
    for (const { name } of relations) {
      for (const index of filed.get(name) ?? []) found.add(index)
      const dot = name.indexOf('.')
      if (dot >= 0) for (const index of filed.get(name.slice(0, dot + 1)) ?? []) found.add(index)
    }
    return [...found].sort((a, b) => a - b).map((index) => rules[index]!)
  }
}

/** `public.orders` for itself, `public.` for `public.*`; undefined for a pattern that may match names of any schema. */
function keyOf(glob: string): string | undefined {
  if (!glob.includes('*')) return glob
  const dot = glob.indexOf('.')
  return dot >= 0 && dot < glob.indexOf('*') ? glob.slice(0, dot + 1) : undefined
}

// ---- compiling one rule

function compileRule(rule: Rule): CompiledRule {
  return { rule, scope: compileScope(rule), verbs: rule.on.verbs === undefined ? undefined : new Set(rule.on.verbs), tests: compileTests(rule) }
}

function compileScope({ on, who }: Rule): ScopeTest[] {
  const tests: ScopeTest[] = []
  const add = (field: string, test: ScopeTest['test']) => tests.push({ field, test })
  if (on.protocol !== undefined) add('protocol', (_principal, target) => target.protocol === on.protocol)
  if (on.target !== undefined) {
    const names = compileGlobs(on.target, 'plain')
    add('target', (_principal, target) => names(target.name))
  }
  for (const [label, globs] of Object.entries(on.labels ?? {})) {
    const values = compileGlobs(globs, 'plain')
    add(`labels.${label}`, (_principal, target) => Object.hasOwn(target.labels, label) && values(target.labels[label]!))
  }
  if (who.principals !== undefined) {
    const ids = compileGlobs(who.principals, 'plain')
    add('who.principals', (principal) => ids(principal.id))
  }
  if (who.groups !== undefined) {
    const groups = new Set(who.groups)
    add('who.groups', (principal) => principal.groups.some((group) => groups.has(group)))
  }
  if (who.kinds !== undefined) {
    const kinds = new Set<string>(who.kinds)
    add('who.kinds', (principal) => kinds.has(principal.kind))
  }
  if (who.issuers !== undefined) {
    const issuers = compileGlobs(who.issuers, 'plain')
    add('who.issuers', (principal) => issuers(principal.issuer))
  }
  for (const [claim, values] of Object.entries(who.claims ?? {})) {
    add(`who.claims.${claim}`, (principal) => {
      const held = Object.hasOwn(principal.claims, claim) ? principal.claims[claim] : undefined
      return Array.isArray(held) ? held.some((each) => values.includes(each)) : values.includes(held as never)
    })
  }
  return tests
}

/**
 * The strict reading of a rule depends on what it does. An allow must cover *everything* a statement touches; a hold or a
 * denial catches the statement when it touches *anything* it names, and where the facts leave it open, it catches it too.
 */
function compileTests(rule: Rule): FieldTest[] {
  const { on } = rule
  const allow = rule.decision === 'allow'
  const tests: FieldTest[] = []
  const add = (field: string, test: FieldTest['test']) => tests.push({ field, test })
  if (allow && on.unknown !== true) add('unknown', (reading) => !reading.unknown)
  if (rule.decision === 'hold' && on.unknown !== true) {
    const named = on.effects?.includes('unknown') === true
    const unparsed = on.verbs?.includes('unparsed') === true
    add('unknown', (reading) => !reading.unknown || named || (unparsed && reading.facts.action === 'unparsed'))
  }
  if (rule.decision === 'deny' && on.unknown === true) add('unknown', (reading) => reading.unknown)
  if (on.effects !== undefined) {
    const effects = new Set<string>(on.effects)
    // An incomplete reading may do worse than it says: to an allow its effect is `unknown` and nothing else.
    add('effects', ({ facts, unknown }) => (unknown && effects.has('unknown')) || (effects.has(facts.effect) && !(allow && unknown)))
  }
  addResourceTests(rule, allow, add)
  if (on.in_transaction !== undefined) add('in_transaction', (_reading, command) => command.context['in_transaction'] === on.in_transaction)
  // Absent means that nothing bounds it, or that it could not be told: the strict one of the two.
  if (on.bounded !== undefined) add('bounded', ({ facts }) => (facts.attributes['bounded'] === true) === on.bounded)
  for (const [name, values] of Object.entries(on.attributes ?? {})) {
    add(`attributes.${name}`, ({ facts }) => holds(facts.attributes[name], values, allow))
  }
  return tests
}

function addResourceTests(rule: Rule, allow: boolean, add: (field: string, test: FieldTest['test']) => void): void {
  const { on } = rule
  const mode = allow ? 'cover' : 'catch'
  const quantify = (list: readonly Resource[] | undefined, test: (resource: Resource) => boolean) => (list === undefined ? allow : allow ? list.every(test) : list.some(test))
  if (on.relations !== undefined) {
    const names = compileGlobs(on.relations, mode)
    // In an allow, a relation used in another way than `access` is one the rule does not cover.
    const fits = (resource: Resource) => (on.access === undefined || resource.access === on.access) && names(resource.name)
    add('relations', (reading) => quantify(reading.byKind.get('relation'), fits))
  }
  if (on.columns !== undefined) {
    const fits = columnTest(on.columns, on.access, allow)
    add('columns', (reading) => quantify(reading.byKind.get('relation'), fits))
  }
  if (on.functions !== undefined) {
    const names = compileGlobs(on.functions, mode)
    add('functions', (reading) => quantify(reading.byKind.get('function'), (resource) => names(resource.name)))
  }
  addFunctionClassTest(rule, allow, add)
  for (const field of ['influence', 'write_lineage'] as const) {
    const globs = on[field]
    if (globs === undefined) continue
    const fits = compileLineage(globs, mode)
    add(field, ({ lineage }, _command, masks) => (allow ? lineage[field].every((each) => fits(each, masks)) : lineage[field].some((each) => fits(each, masks))))
  }
  if (on.settings !== undefined) {
    const names = compileGlobs(on.settings.map((glob) => glob.toLowerCase()), mode)
    // `RESET ALL` and the like name no setting at all: an allow for some settings must not cover that.
    add('settings', (reading) => {
      const list = reading.byKind.get('setting')
      return list !== undefined && quantify(list, (resource) => names(resource.name.toLowerCase()))
    })
  }
  if (on.setting_values !== undefined) {
    const values = compileGlobs(on.setting_values.map((glob) => glob.toLowerCase()), 'plain')
    add('setting_values', ({ facts }) => {
      const value = facts.attributes['setting_value']
      return typeof value === 'string' ? values(value.toLowerCase()) : rule.decision === 'deny'
    })
  }
  for (const [kind, globs] of Object.entries(on.resources ?? {})) {
    const names = compileGlobs(globs, mode)
    add(`resources.${kind}`, (reading) => quantify(reading.byKind.get(kind), (resource) => names(resource.name)))
  }
}

function addFunctionClassTest(rule: Rule, allow: boolean, add: (field: string, test: FieldTest['test']) => void): void {
  const { functions, function_classes } = rule.on
  if (!allow) {
    if (function_classes === undefined) return
    const classes = new Set(function_classes)
    add('function_classes', ({ functionClasses }) => functionClasses?.some((each) => classes.has(each)) === true)
    return
  }
  // Functions named one by one are vouched for by the author; a pattern is not, as it grows with every new function.
  if (function_classes === undefined && functions !== undefined && functions.every((glob) => !glob.includes('*'))) return
  const classes = function_classes === undefined ? SAFE_FUNCTION_CLASSES : new Set(function_classes)
  add('function_classes', ({ byKind, functionClasses }) => (functionClasses === undefined ? !byKind.has('function') : functionClasses.every((each) => classes.has(each))))
  // What a table runs by itself goes with the statement, whatever its text shows. A rule may vouch for its tables' code.
  if (rule.on.attributes?.['user_triggers'] !== undefined || rule.on.attributes?.['table_classes'] !== undefined) return
  add('table_classes', ({ facts }) => {
    const code = facts.attributes['table_classes']
    return !Array.isArray(code) || code.every((each) => classes.has(each))
  })
}

/** `schema.table.column` globs over the columns of a relation. No list of columns, or `*` in it, means all of them. */
function columnTest(globs: readonly string[], access: 'read' | 'write' | undefined, allow: boolean): (resource: Resource) => boolean {
  const mode = allow ? 'cover' : 'catch'
  const columns = compileGlobs(globs, mode)
  const positive = globs.filter((glob) => !glob.startsWith('!'))
  const tables = compileGlobs(positive.map((glob) => glob.slice(0, Math.max(0, glob.lastIndexOf('.'))) || '*'), mode)
  const wholeTables = positive.filter((glob) => glob.endsWith('.*')).map((glob) => glob.slice(0, -2))
  const whole = wholeTables.length === 0 || globs.length !== positive.length ? () => false : compileGlobs(wholeTables, mode)
  return (resource) => {
    if (access !== undefined && resource.access !== access) return false
    const all = resource.columns === undefined || resource.columns.includes('*')
    if (all) return allow ? whole(resource.name) : tables(resource.name)
    const test = (column: string) => columns(`${resource.name}.${column}`)
    return allow ? resource.columns.every(test) : resource.columns.some(test)
  }
}

function holds(value: FactValue | undefined, wanted: readonly (string | number | boolean | null)[], allow: boolean): boolean {
  if (value === undefined) return false
  if (typeof value !== 'object' || value === null) return wanted.includes(value as string)
  return allow ? value.every((each) => wanted.includes(each)) : value.some((each) => wanted.includes(each))
}
