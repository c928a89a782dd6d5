import type { Registry } from 'prom-client'
import type { ApprovalQueue } from '../approvals/queue.ts'
import type { Principal, Target } from '../gateway/command.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Recorder } from '../recording/entry.ts'
import type { Store } from '../store/store.ts'

// What the admin API needs of the rest, as small as it can be. Nothing here can mint a permit or reach a target.

export interface AdminDeps {
  readonly identity: {
    authenticate(credential: string, peer: string): Promise<Principal>
    exchange(jwt: string, peer: string, ttlMs?: number): Promise<{ readonly token: string; readonly principal: Principal }>
    /** Why this principal may do nothing more, or undefined. */
    current(principal: Principal): string | undefined
  }
  readonly store: Pick<Store, 'listHolds' | 'session' | 'listSessions' | 'recall' | 'remember'>
  readonly queue: Pick<ApprovalQueue, 'decide' | 'get' | 'view' | 'whyNot' | 'changesSince' | 'lastChange'> & {
    /** Calls back after every change of any hold; the result stops it. */
    onChange(listener: () => void): () => void
  }
  /** A session's recording in order; throws `not_found`. */
  readonly recording: (sessionId: string, protocol: string) => AsyncIterable<object>
  /** Notes who read which recording. */
  readonly recorder: Pick<Recorder, 'append'>
  readonly targets: () => readonly Target[]
  readonly policy: () => PolicyView
  /** Every part that must work before commands can be admitted. Must not take longer than seconds, and never throws. */
  readonly readiness: () => Promise<readonly Readiness[]> | readonly Readiness[]
  readonly metrics: { readonly registry: Registry; readonly signInRefused: Metrics['signInRefused'] }
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** PEM texts; without them the listener is plain HTTP, for loopback only. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

export interface PolicyView {
  readonly version: string
  readonly rules: readonly {
    readonly id: string
    readonly decision: 'allow' | 'hold' | 'deny' | undefined
    readonly reason: string | undefined
    readonly file: string
    readonly line: number
  }[]
}

export interface Readiness {
  readonly part: string
  readonly ok: boolean
  /** A sentence for the operator without data or secrets. */
  readonly detail?: string
}
