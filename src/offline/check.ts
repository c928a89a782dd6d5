import { resolve } from 'node:path'
import type { Command } from 'commander'
import { describeOptions } from '../config-schema.ts'
import { faultLine, inspectConfig } from '../config.ts'
import type { Config, ConfigFault } from '../config.ts'
import { loadPolicies, PolicyError } from '../policy/load.ts'

export interface TargetCheck {
  readonly target: string
  readonly ok: boolean
  /** A sentence without secrets. */
  readonly detail: string
  /** How it is asked what statements mean; absent: it could not be asked. */
  readonly analysis?: {
    /** PostgreSQL's major version. */
    readonly version: number
    readonly used: 'print' | 'function' | 'none'
    /** Null: this way works. */
    readonly print: string | null
    readonly function: string | null
    /** What the way that is used writes to the target's log; null: nothing. */
    readonly writesToLog: string | null
    /** To be run once there by an administrator, so that print works; empty where it does. */
    readonly once: readonly string[]
  }
}

/** Signs in at every target and reads what is needed of it; only what may dial a target can offer this. */
export type TryTargets = (config: Config) => Promise<readonly TargetCheck[]>

interface CheckOptions {
  readonly config?: string
  readonly connect?: true
  readonly options?: true
  readonly json?: true
}

const EXIT = { done: 0, failed: 1, usage: 2 } as const

/**
 * `holdpoint check`: reads the configuration, every secret it names and the policies as `serve` would, and lists all
 * faults at once. Exit code 0 when it could start, 1 when not, 2 for usage.
 */
export function checkVerb(program: Command, tryTargets?: TryTargets): void {
  program
    .command('check')
    .description('would the gateway start with this configuration? All faults at once, with file, line and column')
    .option('--config <file>', 'the configuration; HOLDPOINT_CONFIG, or holdpoint.yaml')
    .option('--connect', 'also sign in at every target')
    .option('--options', 'print every option of the configuration instead')
    .option('--json', 'machine-readable output')
    .action(async (options: CheckOptions) => {
      process.exitCode = options.options === true ? printOptions(options.json === true) : await check(options, tryTargets)
    })
}

/** The configuration file to use when none is named. */
export function configPath(given: string | undefined): string {
  return given ?? (process.env['HOLDPOINT_CONFIG'] || 'holdpoint.yaml')
}

async function check(options: CheckOptions, tryTargets: TryTargets | undefined): Promise<number> {
  const file = configPath(options.config)
  const { faults, rules, config } = checkFiles(file)
  if (options.connect === true && tryTargets === undefined) {
    process.stderr.write('holdpoint: --connect is not available here\n')
    return EXIT.usage
  }
  const targets = options.connect === true && config !== undefined && tryTargets !== undefined ? await tryTargets(config) : undefined
  const ok = faults.length === 0 && (targets ?? []).every((target) => target.ok)
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ ok, file: resolve(file), faults, ...(targets === undefined ? {} : { targets }) }, null, 2)}\n`)
  } else {
    for (const fault of faults) process.stdout.write(`${faultLine(fault)}\n`)
    for (const target of targets ?? []) process.stdout.write(targetLines(target))
    if (ok) process.stdout.write(`${file}: ok, ${config?.targets.length ?? 0} targets, ${rules} rules\n`)
    else process.stdout.write(`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}\n`)
  }
  return ok ? EXIT.done : EXIT.failed
}

function targetLines({ target, ok, detail, analysis }: TargetCheck): string {
  const lines = [`target ${target}: ${ok ? 'ok' : 'FAILED'}, ${detail}`]
  if (analysis !== undefined) {
    const says = (why: string | null): string => why ?? 'works'
    lines.push(`    PostgreSQL ${analysis.version}; analysis by ${analysis.used}`, `    print: ${says(analysis.print)}`, `    function: ${says(analysis.function)}`)
    if (analysis.used === 'function') lines.push(`    written to its log: ${analysis.writesToLog ?? 'nothing'}`)
    if (analysis.once.length > 0) lines.push('    print would work after an administrator there has run, once:', ...analysis.once.map((sql) => `        ${sql};`))
  }
  return `${lines.join('\n')}\n`
}

/** Every fault of a configuration and its policies, without starting anything. */
export function checkFiles(file: string): { readonly faults: readonly ConfigFault[]; readonly rules: number; readonly config?: Config } {
  const { config, faults, policies, names } = inspectConfig(file)
  if (policies === undefined) return { faults, rules: 0, ...(config ? { config } : {}) }
  try {
    const { rules } = loadPolicies(policies, names)
    return { faults, rules: rules.length, ...(config ? { config } : {}) }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    // A folder that is not there was reported with the configuration already.
    const isReported = faults.some((fault) => fault.message.startsWith('policies:'))
    return { faults: [...faults, ...error.faults.filter((fault) => !(isReported && fault.file === policies))], rules: 0 }
  }
}

function printOptions(json: boolean): number {
  const options = describeOptions()
  if (json) process.stdout.write(`${JSON.stringify(options, null, 2)}\n`)
  else {
    for (const { key, type, default: standard, unit, text } of options) {
      const value = standard === 'required' ? 'required' : standard === '-' ? 'optional' : `default ${standard}`
      process.stdout.write(`${key}\n    ${text}\n    ${type}${unit === '' ? '' : ` (${unit})`}, ${value}\n`)
    }
  }
  return EXIT.done
}
