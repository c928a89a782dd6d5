import { GatewayError } from '../../../errors.ts'
import type { Analyser, AnalysisMethod } from './analysis.ts'
import type { AnalysisState } from './analysis-side.ts'

// What is said of a target's way of analysis, at the start and to those who watch.

/**
 * Finds the way a database is asked. Throws `config_invalid` when the configured one cannot work there: a control that was
 * asked for and does not run is not passed over. One that cannot be reached is found later, by the first statement.
 */
export async function findAnalysis(database: { readonly name: string; readonly analyser: Analyser }, target: { readonly analysis: { readonly user: string; readonly method: AnalysisMethod } }): Promise<void> {
  const { user, method } = target.analysis
  if (method === 'none') return
  let state: AnalysisState
  try {
    state = await database.analyser.probe()
  } catch (error) {
    if (method === 'auto') return
    throw new GatewayError('config_invalid', `${database.name}: analysis.method is ${method}, and ${user} could not sign in: ${error instanceof Error ? error.message : 'unknown fault'}`, { cause: error })
  }
  if (method !== 'auto' && state.method !== method) throw new GatewayError('config_invalid', `${database.name}: analysis.method is ${method}, which does not work there: ${state[method] ?? 'unknown fault'}`)
}

/** For readiness: `none` is a way too, and says what it costs. */
export function analysisDetail(analyser: Analyser): { readonly ok: boolean; readonly detail: string } {
  const state = analyser.state()
  if (analyser.method === 'none') return { ok: true, detail: 'none, as configured: statements mean what their text says, and what that leaves open is not understood' }
  if (state === undefined) return { ok: false, detail: analyser.failure() ?? 'the target has not been asked yet' }
  // It changed since the start: nothing is resolved then, and somebody should know.
  return { ok: analyser.method === 'auto' || analyser.method === state.method, detail: describeAnalysis(state) }
}

/** What an administrator of the target runs once so that `print` works there; see docs/postgres-analysis.md. */
export function onceForPrint({ major, user, role }: Pick<AnalysisState, 'major' | 'user' | 'role'>): readonly string[] {
  const asker = user === role ? 'holdpoint_analysis' : user
  return [
    ...(user === role ? [`CREATE ROLE ${asker} LOGIN NOINHERIT PASSWORD '...'`] : []),
    `GRANT ${quoted(role)} TO ${quoted(asker)}${major >= 16 ? ' WITH INHERIT FALSE, SET TRUE' : ''}`,
    `ALTER ROLE ${quoted(asker)} SET log_min_messages = 'panic'`,
  ]
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** One sentence. */
export function describeAnalysis({ method, print, function: byFunction, writesToLog }: AnalysisState): string {
  if (method === 'print') return 'print: the target shows its rewritten trees'
  if (method === 'function') return `function: the target shows its trees, not rewritten; its log gets ${writesToLog ?? 'nothing'}${print === null ? '' : `; print does not work: ${print}`}`
  return `none: statements mean what their text says, and what that leaves open is not understood; print: ${print ?? 'possible'}; function: ${byFunction ?? 'possible'}`
}
