import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDecisionQueue } from '../approvals/queue.ts'
import type { Config } from '../config.ts'
import { createEnforcementPoint } from '../enforcement/permit.ts'
import { GatewayError } from '../errors.ts'
import { createDoor } from '../gateway/session.ts'
import { createDetectors } from '../masking/detectors.ts'
import { createPostgresAdapter, onceForPrint, type PostgresOptions } from '../protocols/index.ts'
import { createRecorder } from '../recording/recorder.ts'
import { openStore } from '../store/sqlite.ts'
import type { TargetCheck } from './check.ts'

type AnalysisState = Parameters<NonNullable<PostgresOptions['onAnalysis']>>[1]

/**
 * Signs in at every database of every target and reads its catalogue, as the gateway does at its start. There is no
 * way to a target but through the enforcement point, so this brings one, with a record and a store that are thrown away.
 */
export async function tryTargets(config: Config): Promise<readonly TargetCheck[]> {
  const folder = await mkdtemp(join(tmpdir(), 'holdpoint-check-'))
  const { maskText, maskSecretsOnly } = createDetectors()
  const found = new Map<string, TargetCheck>()
  const states = new Map<string, AnalysisState>()
  const recorder = await createRecorder({ directory: folder, maskText })
  const store = openStore(join(folder, 'check.db'))
  const queue = createDecisionQueue({ store, recorder, gatewayId: 'check', authority: { current: () => null }, maskSecrets: maskSecretsOnly })
  const nobody = (): never => {
    throw new GatewayError('config_invalid', 'no client is served while targets are checked')
  }
  const adapter = createPostgresAdapter({
    targets: config.targets,
    tls: undefined,
    detectors: createDetectors(),
    maskingKey: config.masking.key,
    ...config.limits,
    parserWorkers: 1,
    adminUrl: () => '',
    onHealth(part, ok, why) {
      const target = part.slice('target '.length)
      found.set(target, { target, ok, detail: why })
    },
    onAnalysis: (database, state) => states.set(database, state),
    onFault: () => undefined,
  })
  try {
    const point = createEnforcementPoint({ decisionPoint: nobody, queue, recorder, barred: () => null, maskText, ownWords: adapter.ownWords, now: () => new Date(), observe: () => undefined })
    await adapter.start(createDoor({ point, recorder, authenticate: nobody, decisionPoint: nobody, index: { opened: nobody, closed: nobody } })).catch((error: unknown) => {
      // A way of analysis that is configured and cannot work: every target says so for itself below.
      if (!(error instanceof GatewayError && error.code === 'config_invalid')) throw error
    })
    const parts = new Map(adapter.health().map((part) => [part.part, part]))
    return [...found.values()].map((check) => withAnalysis(check, parts.get(`analysis ${check.target}`), states.get(check.target)))
  } finally {
    await adapter.stop(0)
    queue.stop()
    await recorder.stop()
    store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function withAnalysis(check: TargetCheck, part: { readonly ok: boolean; readonly detail?: string } | undefined, state: AnalysisState | undefined): TargetCheck {
  if (!check.ok || part === undefined) return check
  const ok = part.ok
  const detail = ok ? check.detail : `${check.detail}; analysis: ${part.detail ?? 'does not work'}`
  if (state === undefined) return { ...check, ok, detail }
  const { major, method, print, function: byFunction, writesToLog } = state
  return { ...check, ok, detail, analysis: { version: major, used: method, print, function: byFunction, writesToLog, once: print === null ? [] : onceForPrint(state) } }
}
