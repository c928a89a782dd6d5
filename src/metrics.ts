import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What can be unhealthy; each is a label of `holdpoint_unhealthy`. */
export type Organ = 'store' | 'journal' | 'parser' | 'policy' | 'target'

export interface Metrics {
  readonly registry: Registry
  command(protocol: string, verdict: 'allow' | 'hold' | 'deny'): void
  refusal(protocol: string, code: string): void
  /** Seconds a hold took from opening to `decision`. */
  decided(decision: string, seconds: number): void
  /** Seconds an `append` took to be on disk. */
  journalDurable(seconds: number): void
  bytesOut(protocol: string, bytes: number): void
  signInRefused(): void
  unhealthy(organ: Organ, unhealthy: boolean): void
}

export interface MetricsOptions {
  /** Read at scrape time. */
  readonly openHolds: () => number
  readonly openSessions: () => number
  /** Threads thrown away so far, by cause. */
  readonly parserRecycles: () => Readonly<Record<string, number>>
  /** Which parts cannot do their work, as readiness says it. */
  readonly unhealthyParts?: () => Partial<Readonly<Record<Organ, boolean>>>
  /** Leaves out the process's own figures; for tests. */
  readonly withoutProcess?: boolean
}

/** Prometheus metrics in a registry of their own. Label values are closed sets of ours (protocols, codes, verdicts), never input. */
export function createMetrics({ openHolds, openSessions, parserRecycles, unhealthyParts, withoutProcess = false }: MetricsOptions): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (!withoutProcess) collectDefaultMetrics({ register: registry })
  const decided = new Tally()
  new Counter({
    name: 'holdpoint_commands_total', help: 'Commands decided, by verdict', labelNames: ['protocol', 'verdict'], registers,
    collect() { decided.drain((protocol, verdict, count) => this.inc({ protocol, verdict }, count)) },
  })
  const refusals = new Counter({ name: 'holdpoint_refusals_total', help: 'Refusals given to clients, by code', labelNames: ['protocol', 'code'], registers })
  const decisions = new Histogram({
    name: 'holdpoint_time_to_decision_seconds',
    help: 'From opening a hold to its decision',
    labelNames: ['decision'],
    buckets: [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400],
    registers,
  })
  const journal = new Histogram({
    name: 'holdpoint_journal_durable_seconds',
    help: 'From appending an entry to having it on disk',
    buckets: [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2],
    registers,
  })
  const sent = new Tally()
  new Counter({
    name: 'holdpoint_bytes_out_total', help: 'Bytes sent to clients', labelNames: ['protocol'], registers,
    collect() { sent.drain((protocol, _all, count) => this.inc({ protocol }, count)) },
  })
  new Counter({
    name: 'holdpoint_parser_recycles_total',
    help: 'Parser workers replaced, by cause',
    labelNames: ['why'],
    registers,
    collect() {
      this.reset()
      for (const [why, count] of Object.entries(parserRecycles())) this.inc({ why }, count)
    },
  })
  const signIns = new Counter({ name: 'holdpoint_sign_ins_refused_total', help: 'Credentials that were not accepted', registers })
  const unhealthy = new Gauge({
    name: 'holdpoint_unhealthy',
    help: '1 while this part cannot do its work, and commands are refused for it',
    labelNames: ['part'],
    registers,
    collect() {
      for (const [part, is] of Object.entries(unhealthyParts?.() ?? {})) this.set({ part }, is ? 1 : 0)
    },
  })
  for (const organ of ['store', 'journal', 'parser', 'policy', 'target'] satisfies Organ[]) unhealthy.set({ part: organ }, 0)
  live('holdpoint_holds_open', 'Holds waiting for a decision', openHolds, registers)
  live('holdpoint_sessions_open', 'Sessions of clients', openSessions, registers)

  return {
    registry,
    command: (protocol, verdict) => decided.add(protocol, verdict, 1),
    refusal: (protocol, code) => refusals.inc({ protocol, code }),
    decided: (decision, seconds) => decisions.observe({ decision }, seconds),
    journalDurable: (seconds) => journal.observe(seconds),
    bytesOut: (protocol, count) => sent.add(protocol, '', count),
    signInRefused: () => signIns.inc(),
    unhealthy: (organ, is) => unhealthy.set({ part: organ }, is ? 1 : 0),
  }
}

/** Counts of what happens with every command, in plain numbers until somebody reads them: an increment with labels costs a microsecond. */
class Tally {
  readonly #counts = new Map<string, Map<string, number>>()

  add(protocol: string, what: string, count: number): void {
    let counts = this.#counts.get(protocol)
    if (counts === undefined) this.#counts.set(protocol, (counts = new Map()))
    counts.set(what, (counts.get(what) ?? 0) + count)
  }

  drain(take: (protocol: string, what: string, count: number) => void): void {
    for (const [protocol, counts] of this.#counts) for (const [what, count] of counts) take(protocol, what, count)
    this.#counts.clear()
  }
}

function live(name: string, help: string, read: () => number, registers: Registry[]): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      try {
        this.set(read())
      } catch {
        // A store that is down must not take the metrics with it: they are how one learns of it.
        this.set(Number.NaN)
      }
    },
  })
}
