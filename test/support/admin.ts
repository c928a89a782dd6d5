import { hash, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdmin } from '../../src/admin/server.ts'
import type { Readiness } from '../../src/admin/deps.ts'
import type { Hold } from '../../src/approvals/hold.ts'
import { createDecisionQueue } from '../../src/approvals/queue.ts'
import type { ApprovalQueue } from '../../src/approvals/queue.ts'
import type { Command, Impact, Principal, Session } from '../../src/gateway/command.ts'
import { createAuthenticator } from '../../src/identity/principal.ts'
import { createLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import type { Slot } from '../../src/policy/verdict.ts'
import { createRecorder } from '../../src/recording/recorder.ts'
import type { RecorderService } from '../../src/recording/recorder.ts'
import { readRecording } from '../../src/recording/replay.ts'
import { openStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { startIssuer } from './oidc.ts'
import type { TestIssuer } from './oidc.ts'

const TARGET = { name: 'orders', protocol: 'postgres', labels: { env: 'test' } }
export const OWNERS: Slot = { name: 'owners', groups: ['data-owners'], quorum: 1 }

/** The admin API over the real store, queue, recorder and a real OpenID provider; only the data path is missing. */
export interface AdminBench {
  readonly url: string
  readonly idp: TestIssuer
  readonly store: Store
  readonly queue: ApprovalQueue
  readonly recorder: RecorderService
  readonly directory: string
  readonly logged: readonly string[]
  /** Open event streams and long polls. */
  waiting(): number
  /** What /readyz is told. */
  readiness: readonly Readiness[]
  /** A Holdpoint token of one of the provider's clients, by exchange. */
  token(name: string): Promise<string>
  principal(name: string): Promise<Principal>
  /** Opens a session and a hold in it, as a client's connection would. */
  hold(by: string, options?: { readonly text?: string; readonly slots?: readonly Slot[]; readonly claimed?: Readonly<Record<string, string>>; impact?: Impact | null }): Promise<{ readonly hold: Hold; readonly session: Session }>
  stop(): Promise<void>
}

export async function startAdmin(options: { readonly tls?: { readonly cert: string; readonly key: string } } = {}): Promise<AdminBench> {
  const idp = await startIssuer({
    'billing-bot': { type: 'service', owner: 'omar' },
    nightly: { type: 'service' },
    maria: { type: 'person', name: 'Maria', groups: ['owners'] },
    omar: { type: 'person', name: 'Omar', groups: ['owners'] },
    ana: { type: 'person', name: 'Ana', groups: ['audit', 'owners'] },
    gus: { type: 'person', name: 'Gus', groups: ['guests'] },
  })
  const directory = mkdtempSync(join(tmpdir(), 'holdpoint-admin-'))
  const store = openStore(':memory:')
  const recorder = await createRecorder({ directory, maskText: (text) => text })
  const identity = createAuthenticator({
    trust: [
      {
        name: 'corp',
        issuer: idp.issuer,
        audience: 'holdpoint',
        jwks: { kind: 'discovery' },
        algorithms: ['ES256'],
        kind: { claim: 'type', map: { service: 'agent', person: 'human' } },
        nameClaim: 'name',
        groupsClaim: 'groups',
        ownerClaim: 'owner',
        ownerIssuer: idp.issuer,
        require: {},
        maxTokenLifetimeMs: 3_600_000,
      },
    ],
    reviewers: [
      { name: 'data-owners', claimValues: ['owners'], subjects: [] },
      { name: 'auditors', claimValues: ['audit'], subjects: [] },
    ],
    store,
    tokenTtlMs: 600_000,
  })
  const queue = createDecisionQueue({ store, recorder, gatewayId: 'test', authority: identity.authority, maskSecrets: (text) => text })
  const logged: string[] = []
  const bench = { readiness: [{ part: 'store', ok: true }] as readonly Readiness[] }
  const metrics = createMetrics({ openHolds: () => store.countHolds({ decision: 'pending' }), openSessions: () => 0, parserRecycles: () => ({}), withoutProcess: true })
  const admin = await createAdmin({
    identity,
    store,
    queue,
    recorder,
    recording: (session) => readRecording(directory, session, () => []),
    targets: () => [TARGET],
    policy: () => ({ version: 'a'.repeat(64), rules: [{ id: 'hold-deletes', decision: 'hold', reason: 'deletes', file: 'orders.yaml', line: 3 }] }),
    readiness: () => bench.readiness,
    metrics,
    log: createLog({ destination: { write: (line) => void logged.push(line) } }),
    ...options,
  })
  const { url } = await admin.listen({ host: '127.0.0.1', port: 0 })

  const exchange = async (name: string) => identity.exchange(await idp.token(name), 'test:1')
  return Object.assign(bench, {
    url,
    idp,
    store,
    queue,
    recorder,
    directory,
    logged,
    waiting: () => admin.waiting,
    token: async (name: string) => (await exchange(name)).token,
    principal: async (name: string) => (await exchange(name)).principal,
    async hold(by: string, { text = 'DELETE FROM invoices WHERE id = 7', slots = [OWNERS], claimed = {}, impact = null }: { text?: string; slots?: readonly Slot[]; claimed?: Readonly<Record<string, string>>; impact?: Impact | null } = {}) {
      const session = sessionOf((await exchange(by)).principal, claimed)
      recorder.open(session)
      store.openSession({
        id: session.id,
        principalId: session.principal.id,
        principalName: session.principal.name,
        target: session.target.name,
        protocol: session.target.protocol,
        peer: session.peer,
        claimed: session.claimed,
        openedAt: session.openedAt.getTime(),
      })
      const hold = queue.open(
        commandOf(session, text),
        { kind: 'hold', rule: 'hold-deletes', rules: ['hold-deletes'], slots, expiresAfterMs: 600_000, survivesDisconnect: false, mode: 'wait', reason: 'deletes are reviewed', obligations: [] },
        'a'.repeat(64),
        impact,
      )
      return { hold, session }
    },
    async stop() {
      await admin.close()
      queue.stop()
      await recorder.stop()
      store.close()
      await idp.close()
      rmSync(directory, { recursive: true, force: true })
    },
  })
}

function sessionOf(principal: Principal, claimed: Readonly<Record<string, string>>): Session {
  return { id: `ses_${randomUUID().replaceAll('-', '')}`, principal, target: TARGET, openedAt: new Date(), ended: new AbortController().signal, claimed, peer: '127.0.0.1:40000' }
}

function commandOf(session: Session, text: string): Command {
  const facts = { action: 'delete', effect: 'destroy', resources: [{ kind: 'table', name: 'public.invoices', access: 'write' }], unknown: [], attributes: { has_where: true } } as const
  return {
    id: `cmd_${randomUUID()}`,
    session,
    at: new Date(),
    phase: 'execute',
    text,
    parameters: [],
    digest: hash('sha256', text, 'hex'),
    fingerprint: hash('sha256', `${session.principal.id} ${text}`, 'hex'),
    facts,
    readings: [facts],
    parts: [facts],
    input: 'complete',
    context: { database: 'orders' },
    withdrawn: new AbortController().signal,
  }
}
