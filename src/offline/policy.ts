import type { Command } from 'commander'
import { ConfigInvalid, inspectConfig } from '../config.ts'
import { caseCommand, loadCases, type PolicyCase, runCases } from '../policy/cases.ts'
import { checkPolicies } from '../policy/check.ts'
import { createEvaluator } from '../policy/evaluate.ts'
import { type Explanation, explain } from '../policy/explain.ts'
import { type Fault, type Known, loadPolicies, PolicyError, type PolicySet } from '../policy/load.ts'
import type { Verdict } from '../policy/verdict.ts'
import { createPostgresReader } from './read-postgres.ts'

interface SourceOptions {
  readonly policies?: string
  readonly config?: string
  readonly json?: boolean
}

interface ExplainOptions extends SourceOptions {
  readonly sql?: string
  readonly case?: string
  readonly target?: string
  readonly kind?: string
  readonly group?: readonly string[]
  readonly all?: boolean
}

/**
 * `holdpoint policy check | test | explain`: read the files themselves, need no gateway and no target.
 * Exit codes: 0 done, 1 a fault, an error or a failed case, 2 usage.
 */
export function policyVerbs(program: Command): void {
  const policy = program.commands.find((command) => command.name() === 'policy') ?? program.command('policy').description('check, test and explain policies offline')
  withSource(policy.command('check').description('faults and doubtful rules: unreachable ones, unused approvals, writes on production nobody is asked for'))
    .action((options: SourceOptions) => guarded(options, async () => check(options)))
  withSource(policy.command('test').description('judge the cases beside the rules (*.cases.yaml)')).action((options: SourceOptions) => guarded(options, () => test(options)))
  withSource(policy.command('explain').description('which rules match a statement, and which field failed for every other'))
    .option('--sql <statement>', 'the statement; its tables are those of the catalogues in *.cases.yaml')
    .option('--case <name>', 'a case of *.cases.yaml by its name, its statement or FILE:LINE')
    .option('--target <name>', 'the target of --sql')
    .option('--kind <kind>', 'who asks: agent, bot, ci or human', 'agent')
    .option('--group <name...>', 'groups of who asks')
    .option('--all', 'rules for other targets and verbs too')
    .action((options: ExplainOptions) => guarded(options, () => explainOne(options)))
}

function withSource(command: Command): Command {
  return command
    .option('--policies <dir>', 'folder with the policy files')
    .option('--config <file>', 'holdpoint.yaml: its policy folder, targets and groups (also HOLDPOINT_CONFIG)')
    .option('--json', 'the result as one JSON object')
}

// ---- the verbs

function check(options: SourceOptions): void {
  // The cases are not judged here, but what is wrong in their files is no secret until they are.
  const { policies, known } = load(options, loadCases)
  const findings = checkPolicies(policies, known)
  const failed = findings.some((finding) => finding.level === 'error')
  print(options, { ok: !failed, version: policies.version, files: policies.files, rules: policies.rules.length, faults: [], findings }, () => [
    ...findings.map((finding) => `${finding.level.padEnd(8)}${finding.file}:${finding.line}: ${finding.rule === undefined ? '' : `rule ${finding.rule}: `}${finding.message}`),
    `${failed ? 'FAILED  ' : 'OK      '}${policies.rules.length} rules in ${policies.files.length} files, version ${policies.version}`,
  ])
  if (failed) process.exitCode = 1
}

async function test(options: SourceOptions): Promise<void> {
  const { policies, dir, beside: cases } = load(options, loadCases)
  if (cases.length === 0) throw new Usage(`no *.cases.yaml in ${dir}`)
  const reader = createPostgresReader()
  try {
    const results = await runCases(createEvaluator(policies), cases, reader.read)
    const failed = results.filter((result) => !result.passed)
    print(options, { ok: failed.length === 0, version: policies.version, passed: results.length - failed.length, failed: failed.length, results }, () => [
      ...failed.flatMap((result) => [`FAILED  ${result.file}:${result.line}: ${result.name}`, ...result.differences.map((difference) => `          ${difference}`)]),
      `${failed.length === 0 ? 'OK      ' : 'FAILED  '}${results.length - failed.length} of ${results.length} cases, version ${policies.version}`,
    ])
    if (failed.length > 0) process.exitCode = 1
  } finally {
    await reader.close()
  }
}

async function explainOne(options: ExplainOptions): Promise<void> {
  const { policies, known, beside } = load(options, loadCases)
  const chosen = chooseCase(options, beside, known, policies)
  const reader = createPostgresReader()
  try {
    const explanation = explain(policies, createEvaluator(policies), await caseCommand(chosen, reader.read))
    print(options, explanation, () => describe(explanation, options.all === true))
  } finally {
    await reader.close()
  }
}

function chooseCase(options: ExplainOptions, cases: readonly PolicyCase[], known: Known, policies: PolicySet): PolicyCase {
  if (options.case !== undefined) {
    const found = cases.find((each) => each.name === options.case || `${each.file}:${each.line}`.endsWith(options.case ?? ''))
    if (found === undefined) throw new Usage(`no case "${options.case}" beside these policies`)
    return found
  }
  if (options.sql === undefined) throw new Usage('give --sql or --case')
  const kind = options.kind
  if (kind !== 'agent' && kind !== 'bot' && kind !== 'ci' && kind !== 'human') throw new Usage('--kind is agent, bot, ci or human')
  const names = known.targets?.map((target) => target.name) ?? [...new Set(policies.rules.flatMap((rule) => rule.on.target ?? []))].filter((name) => !/[*!]/.test(name))
  const name = options.target ?? (names.length === 1 ? names[0] : undefined)
  if (name === undefined) throw new Usage(`give --target${names.length === 0 ? '' : `, one of ${names.join(', ')}`}`)
  const target = known.targets?.find((each) => each.name === name) ?? { name, protocol: 'postgres', labels: {} }
  const at = new Date()
  return {
    file: '', line: 0, name: options.sql, target, at, sql: options.sql, facts: undefined, expect: 'allow', rule: undefined, people: undefined, masks: undefined,
    context: { in_transaction: false }, catalog: Object.assign({}, ...cases.map((each) => each.catalog)),
    principal: { id: 'explain#agent', name: 'agent', kind, issuer: 'explain', subject: 'agent', groups: options.group ?? [], claims: {}, expiresAt: new Date(at.getTime() + 3_600_000) },
  }
}

// ---- what they share

class Usage extends Error {}

/** The policies and what is read `beside` them. The faults of all, and of the configuration, are thrown together. */
function load<T>(options: SourceOptions, readBeside: (dir: string) => T): { readonly policies: PolicySet; readonly beside: T; readonly known: Known; readonly dir: string } {
  // A folder that is named needs no configuration; the variable only stands in when nothing is named.
  const file = options.config ?? (options.policies === undefined ? process.env['HOLDPOINT_CONFIG'] : undefined)
  const config = file === undefined ? undefined : inspectConfig(file)
  const dir = options.policies ?? config?.policies
  if (dir === undefined && config === undefined) throw new Usage('give --policies DIR or --config FILE')
  const faults: Fault[] = [...(config?.faults ?? [])]
  if (dir === undefined) throw new ConfigInvalid(faults)
  const known = config?.names ?? {}
  // A folder that is not there is one fault, whoever finds it.
  const isReported = (fault: Fault) =>
    fault.file === dir && (faults.some((each) => each.file === dir) || (config?.policies === dir && config.faults.some((each) => each.message.startsWith('policies:'))))
  const collect = <V>(read: () => V): { readonly value: V } | undefined => {
    try {
      return { value: read() }
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
      faults.push(...error.faults.filter((fault) => !isReported(fault)))
      return undefined
    }
  }
  const policies = collect(() => loadPolicies(dir, known))
  const beside = collect(() => readBeside(dir))
  if (policies === undefined || beside === undefined || faults.length > 0) throw new PolicyError(faults)
  return { policies: policies.value, beside: beside.value, known, dir }
}

/** Turns usage errors and faults into their output and exit code; anything else is a fault of ours and thrown on. */
async function guarded(options: SourceOptions, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (error instanceof Usage) {
      process.stderr.write(`${error.message}\n`)
      process.exitCode = 2
      return
    }
    if (!(error instanceof PolicyError || error instanceof ConfigInvalid)) throw error
    const faults: readonly Fault[] = error.faults
    if (options.json === true) process.stdout.write(`${JSON.stringify({ ok: false, faults })}\n`)
    else for (const fault of faults) process.stderr.write(`${fault.file}${fault.line === 0 ? '' : `:${fault.line}:${fault.column}`}: ${fault.message}\n`)
    process.exitCode = 1
  }
}

function print(options: SourceOptions, result: object, lines: () => readonly string[]): void {
  process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : `${lines().join('\n')}\n`)
}

function describe(explanation: Explanation, all: boolean): string[] {
  const lines = [`${verdictLine(explanation.verdict)}`]
  explanation.readings.forEach((reading, index) => {
    lines.push('', `statement ${index + 1}: ${reading.action} (${reading.effect})  ${verdictLine(reading.verdict)}`)
    for (const resource of reading.resources) lines.push(`  touches ${resource}`)
    for (const column of reading.influence) lines.push(`  decided by ${column}`)
    for (const flow of reading.writeLineage) lines.push(`  writes ${flow}`)
    for (const reason of reading.opaqueLineage) lines.push(`  * because of ${reason}`)
    for (const reason of reading.unknown) lines.push(`  not understood: ${reason}`)
    for (const rule of reading.rules) {
      const elsewhere = rule.failed.some((field) => /^(protocol|target|labels|who|verbs)/.test(field))
      if (elsewhere && !all) continue
      const why = rule.outcome === 'matched' ? '' : rule.outcome === 'error' ? '  its condition could not be evaluated' : `  failed: ${rule.failed.join(', ')}`
      lines.push(`  ${rule.outcome === 'matched' ? '*' : ' '} ${rule.decision.padEnd(5)} ${rule.rule}${why}`)
    }
  })
  return [...lines, '', `policy version ${explanation.policyVersion}`]
}

function verdictLine(verdict: Verdict): string {
  if (verdict.kind === 'deny') return `deny by ${verdict.rule}: ${verdict.message}`
  if (verdict.kind === 'allow') return `allow by ${verdict.rule}`
  const people = verdict.slots.map((slot) => `${slot.quorum} of ${slot.groups.join(' or ')}`).join(' and ')
  return `hold by ${verdict.rules.join(', ')} for ${people}, within ${verdict.expiresAfterMs / 60_000} minutes`
}
