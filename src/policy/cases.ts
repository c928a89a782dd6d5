import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Command, type FactValue, type Facts, mostConsequential, type Principal, type Target } from '../gateway/command.ts'
import type { Evaluator } from './evaluate.ts'
import { CASES_SUFFIX } from './load.ts'
import type { Verdict } from './verdict.ts'
import { EFFECTS, KINDS } from './vocabulary.ts'
import { type Fault, parseYaml, PolicyError, readBounded, validate } from './yaml.ts'

// Cases stand beside the rules they are about: `orders.cases.yaml` next to `orders.yaml`. policies/README.md shows the form.

/** Tables of the target as the cases assume them: `schema.table` to its columns. */
export type CaseCatalog = Readonly<Record<string, readonly string[]>>

/** Reads a statement of a protocol as the gateway would; given by whoever knows the protocol, as policy knows none. */
export type ReadStatement = (protocol: string, input: string, about: { readonly catalog: CaseCatalog; readonly context: Command['context'] }) => Promise<readonly Facts[]>

export interface PolicyCase {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly principal: Principal
  readonly target: Target
  readonly context: Command['context']
  readonly at: Date
  readonly sql: string | undefined
  readonly facts: readonly Facts[] | undefined
  readonly catalog: CaseCatalog
  readonly expect: Verdict['kind']
  readonly rule: string | undefined
  readonly people: number | undefined
  readonly masks: readonly string[] | undefined
}

export interface CaseResult {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly passed: boolean
  /** What differs, one sentence each; empty when it passed. */
  readonly differences: readonly string[]
  readonly verdict: Verdict | undefined
}

const name = z.string().min(1).max(300)
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const factValue = z.union([scalar, z.array(z.string())])
const strings = z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(name))

const asShape = {
  id: name.optional(), name: name.optional(), kind: z.enum(KINDS).optional(), issuer: name.optional(), groups: strings.optional(),
  owner: name.optional(), claims: z.record(name, z.unknown()).optional(),
}
const targetShape = { name: name.optional(), protocol: name.optional(), labels: z.record(name, z.string()).optional() }
const resourceShape = { kind: name, name, access: z.enum(['read', 'write']).default('read'), columns: z.array(name).optional() }
const factsShape = {
  action: name, effect: z.enum(EFFECTS).default('read'), resources: z.array(z.strictObject(resourceShape)).default([]),
  unknown: z.array(name).default([]), attributes: z.record(name, factValue).default({}),
}
const factsSchema = z.strictObject(factsShape)
const doShape = { sql: z.string().max(100_000).optional(), facts: z.union([factsSchema, z.array(factsSchema).min(1)]).optional() }
const doSchema = z.strictObject(doShape).refine((value) => (value.sql === undefined) !== (value.facts === undefined), 'give sql or facts, one of them')
const common = {
  as: z.strictObject(asShape).default({}), target: z.strictObject(targetShape).default({}), context: z.record(name, factValue).default({}), at: z.iso.datetime().optional(),
}
const caseShape = {
  name: name.optional(), ...common, do: doSchema, expect: z.enum(['allow', 'hold', 'deny']), rule: name.optional(),
  people: z.int().min(1).optional(), masks: strings.optional(),
}
const fileShape = {
  version: z.literal(1), defaults: z.strictObject(common).prefault({}), catalog: z.record(name, z.array(name)).default({}),
  cases: z.array(z.strictObject(caseShape)).min(1, 'no cases'),
}
const fileSchema = z.strictObject(fileShape)
type CasesDocument = z.infer<typeof fileSchema>

/** All cases of a folder's `*.cases.yaml`. Throws PolicyError with every fault of every file. */
export function loadCases(dir: string): PolicyCase[] {
  const faults: Fault[] = []
  const cases: PolicyCase[] = []
  let names: string[]
  try {
    names = readdirSync(dir).filter((each) => each.endsWith(CASES_SUFFIX)).sort()
  } catch {
    throw new PolicyError([{ file: dir, line: 0, column: 0, message: 'the policy folder cannot be read' }])
  }
  for (const each of names) {
    const file = join(dir, each)
    let bytes: Uint8Array
    try {
      bytes = readBounded(file)
    } catch {
      faults.push({ file, line: 0, column: 0, message: 'cannot be read (a regular file of at most 1 MiB is wanted)' })
      continue
    }
    cases.push(...parseCases(file, bytes, faults))
  }
  if (faults.length > 0) throw new PolicyError(faults)
  return cases
}

/** The cases of one file; faults are added to the list. */
export function parseCases(file: string, bytes: Uint8Array, faults: Fault[]): PolicyCase[] {
  const before = faults.length
  const yaml = parseYaml(file, bytes, ['cases'], faults)
  if (yaml === undefined) return []
  const document = validate(file, yaml, fileSchema, faults, keysOfCases)
  // A spoilt case is left out of what the schema finds; the fault that spoilt it is there.
  if (document === undefined || faults.length > before) return []
  return document.cases.map((written, index) => toCase(file, yaml.at(['cases', index]).line, document, written))
}

/** Judges every case with the real evaluator. A case whose statement cannot be read fails; it never passes by accident. */
export async function runCases(evaluator: Evaluator, cases: readonly PolicyCase[], read: ReadStatement): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const each of cases) {
    const about = { file: each.file, line: each.line, name: each.name }
    try {
      const verdict = evaluator.evaluate(await caseCommand(each, read))
      const differences = compare(each, verdict)
      results.push({ ...about, passed: differences.length === 0, differences, verdict })
    } catch (error) {
      results.push({ ...about, passed: false, differences: [`could not be judged: ${error instanceof Error ? error.message : 'unknown cause'}`], verdict: undefined })
    }
  }
  return results
}

/** The command a case describes, as the evaluator takes it. */
export async function caseCommand(each: PolicyCase, read: ReadStatement): Promise<Command> {
  const about = { catalog: each.catalog, context: each.context }
  const readings = each.facts ?? (await read(each.target.protocol, each.sql ?? '', about))
  if (readings.length === 0) throw new Error('the statement has no readings')
  const never = new AbortController().signal
  const session = { id: 'case', principal: each.principal, target: each.target, openedAt: each.at, ended: never, claimed: {}, peer: '' }
  return {
    id: 'case', session, at: each.at, phase: 'execute', text: each.sql ?? '', parameters: [], digest: '', fingerprint: '', facts: mostConsequential(readings),
    readings, parts: [], input: 'complete', context: each.context, withdrawn: never,
  }
}

function compare(each: PolicyCase, verdict: Verdict): string[] {
  const differences: string[] = []
  const why = verdict.kind === 'deny' ? ` (${verdict.message})` : ''
  if (verdict.kind !== each.expect) differences.push(`expected ${each.expect}, got ${verdict.kind} by ${verdict.rule}${why}`)
  else if (each.rule !== undefined) {
    const rules = verdict.kind === 'hold' ? verdict.rules : [verdict.rule]
    if (!rules.includes(each.rule)) differences.push(`expected rule ${each.rule}, got ${rules.join(', ')}${why}`)
  }
  if (each.people !== undefined) {
    const people = verdict.kind === 'hold' ? verdict.slots.reduce((sum, slot) => sum + slot.quorum, 0) : 0
    if (people !== each.people) differences.push(`expected ${each.people} people to be asked, got ${people}`)
  }
  if (each.masks !== undefined) {
    const masks = verdict.kind === 'deny' ? [] : verdict.obligations.flatMap((obligation) => ('mask' in obligation ? obligation.mask.map((mask) => mask.column) : []))
    for (const column of each.masks) if (!masks.includes(column)) differences.push(`expected a mask on ${column}`)
  }
  return differences
}

function toCase(file: string, line: number, document: CasesDocument, written: CasesDocument['cases'][number]): PolicyCase {
  const as = { ...document.defaults.as, ...written.as }
  const target = { ...document.defaults.target, ...written.target }
  const at = new Date(written.at ?? document.defaults.at ?? '2026-01-05T10:00:00Z')
  const issuer = as.issuer ?? 'https://issuer.example'
  const subject = as.name ?? 'agent'
  const facts = written.do.facts
  return {
    file, line, at, catalog: document.catalog,
    name: written.name ?? written.do.sql ?? `case at line ${line}`,
    principal: {
      id: as.id ?? `${issuer}#${subject}`, name: subject, kind: as.kind ?? 'agent', issuer, subject, groups: as.groups ?? [], claims: as.claims ?? {},
      ...(as.owner === undefined ? {} : { owner: as.owner }), expiresAt: new Date(at.getTime() + 3_600_000),
    },
    target: { name: target.name ?? 'target', protocol: target.protocol ?? 'postgres', labels: target.labels ?? {} },
    context: { in_transaction: false, ...document.defaults.context, ...written.context } as Readonly<Record<string, FactValue>>,
    sql: written.do.sql,
    facts: facts === undefined ? undefined : ((Array.isArray(facts) ? facts : [facts]) as readonly Facts[]),
    expect: written.expect, rule: written.rule, people: written.people, masks: written.masks,
  }
}

function keysOfCases(path: readonly PropertyKey[]): readonly string[] {
  const last = path.at(-1)
  if (path.length === 0) return Object.keys(fileShape)
  if (last === 'defaults') return Object.keys(common)
  if (last === 'as') return Object.keys(asShape)
  if (last === 'target') return Object.keys(targetShape)
  if (last === 'do') return Object.keys(doShape)
  if (path.at(-2) === 'cases') return Object.keys(caseShape)
  if (path.at(-2) === 'resources') return Object.keys(resourceShape)
  return Object.keys(factsShape)
}
