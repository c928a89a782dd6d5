import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DecideResult, Hold } from '../../src/approvals/hold.ts'
import { type ApprovalQueue, createDecisionQueue } from '../../src/approvals/queue.ts'
import { createEnforcementPoint, type EnforcementPoint } from '../../src/enforcement/permit.ts'
import type { Command, Facts, Principal } from '../../src/gateway/command.ts'
import { createEvaluator, type Evaluator } from '../../src/policy/evaluate.ts'
import { compilePolicies } from '../../src/policy/load.ts'
import { createRecorder, type RecorderService } from '../../src/recording/recorder.ts'
import { openStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { command, directory, lee, maria, omar, pat, START, zoe } from './approvals.ts'

// The enforcement point between its real neighbours: a store on disk, a queue on it, a journal, compiled policies. Only the
// clock is the test's.

export const readFacts: Facts = { action: 'select', effect: 'read', resources: [{ kind: 'relation', name: 'public.invoices', access: 'read' }], unknown: [], attributes: {} }

export const OWN_WORD = 'test/hello'

const APPROVALS = `
version: 1
approvals:
  one: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m }
  two: { slots: [{ groups: [data-owners], quorum: 2 }], expires: 15m }
  kept: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m, survives_disconnect: true }
  polled: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m, survives_disconnect: true, mode: poll }
rules:
  - { id: read, on: { protocol: postgres, target: orders, verbs: [select], relations: [public.*] }, decision: allow }
`

/** What deleting asks for. */
export type Rule = 'one' | 'two' | 'kept' | 'polled' | 'allow' | 'deny'

export interface Line {
  readonly seq: number
  readonly kind: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface Gate {
  readonly point: EnforcementPoint
  readonly queue: ApprovalQueue
  readonly store: Store
  readonly recorder: RecorderService
  /** What `observe` was told, in order. */
  readonly seen: string[]
  rule(rule: Rule): void
  /** The policy cannot be used at all any more. */
  losePolicy(): void
  /** From now on this is why nobody may go on; `throws`: nobody can tell. */
  bar(why: string | null | 'throws'): void
  advance(ms: number): void
  decide(holdId: string, reviewer: Principal, choice?: 'approve' | 'reject'): DecideResult
  /** What is on disk of the journal. */
  journal(kind?: string): readonly Line[]
  /** The journal's folder is gone, so its next file cannot be made; `mend` brings it back. */
  breakJournal(): Promise<void>
  mendJournal(): void
  close(): Promise<void>
}

function compile(rule: Rule): Evaluator {
  const decision = rule === 'allow' ? 'decision: allow' : rule === 'deny' ? 'reason: not today, decision: deny' : `reason: changes are reviewed, decision: hold, approval: ${rule}`
  const where = '{ protocol: postgres, target: orders, verbs: [delete], relations: [public.*] }'
  return createEvaluator(compilePolicies([{ file: 'p.yaml', bytes: Buffer.from(`${APPROVALS}  - { id: delete-${rule}, on: ${where}, ${decision} }\n`) }]))
}

export async function createGate(rule: Rule = 'one', ownWords: ReadonlyMap<string, Uint8Array> = new Map()): Promise<Gate> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-gate-'))
  const store = openStore(join(folder, 'store.db'))
  // Every block in a file of its own, so that a lost folder is noticed by the very next one.
  const recorder = await createRecorder({ directory: folder, maskText: (text) => text.replaceAll('s3cret', '***'), limits: { rotateBytes: 1, retryMs: 5 } })
  let time = START
  let evaluator: Evaluator | null = compile(rule)
  let barred: string | null | 'throws' = null
  const seen: string[] = []
  const queue = createDecisionQueue({ store, recorder, gatewayId: 'gw-a', authority: directory([maria, omar, zoe, lee, pat]), maskSecrets: (text) => text, now: () => time, pollMs: 5 })
  const point = createEnforcementPoint({
    decisionPoint() {
      if (evaluator === null) throw new Error('the folder cannot be read')
      return evaluator
    },
    queue,
    recorder,
    barred() {
      if (barred === 'throws') throw new Error('the store is down')
      return barred
    },
    maskText: recorder.maskText,
    ownWords: new Map([[OWN_WORD, Buffer.from('hello')], ...ownWords]),
    now: () => new Date(time),
    observe: (event) => void seen.push(event),
  })
  const journalFolder = join(folder, 'journal')
  return {
    point, queue, store, recorder, seen,
    rule: (next) => { evaluator = compile(next) },
    losePolicy: () => { evaluator = null },
    bar: (why) => { barred = why },
    advance: (ms) => { time += ms },
    decide(holdId, reviewer, choice = 'approve') {
      return queue.decide({ holdId, reviewer, choice, briefingSeen: queue.view(holdId, reviewer)?.briefingDigest ?? '', at: new Date(time) })
    },
    journal(kind) {
      const lines = readdirSync(journalFolder).filter((name) => name.endsWith('.ndjson')).sort().flatMap((name) => readFileSync(join(journalFolder, name), 'utf8').split('\n').filter((line) => line !== ''))
      const all = lines.map((line) => JSON.parse(line) as Line)
      return kind === undefined ? all : all.filter((line) => line.kind === kind)
    },
    async breakJournal() {
      await recorder.durable(recorder.append({ session: 'gateway', kind: 'gateway', body: { event: 'about to break' } }))
      renameSync(journalFolder, `${journalFolder}.away`)
    },
    mendJournal: () => renameSync(`${journalFolder}.away`, journalFolder),
    async close() {
      queue.stop()
      await recorder.stop().catch(() => undefined)
      store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A DELETE with its own switch for taking it back. */
export function change(text = 'DELETE FROM invoices WHERE id < 500', more: Partial<Command> = {}): { readonly command: Command; withdraw(cause: 'cancelled' | 'client_gone'): void } {
  const controller = new AbortController()
  return { command: command(text, { withdrawn: controller.signal, ...more }), withdraw: (cause) => controller.abort(cause) }
}

export function read(text = 'SELECT * FROM invoices', more: Partial<Command> = {}): Command {
  return command(text, { facts: readFacts, readings: [readFacts], parts: [readFacts], ...more })
}

/** Considers one command and keeps the holds its client was told about. */
export function considered(gate: Gate, one: Command): { readonly holds: Hold[]; readonly admit: () => ReturnType<ReturnType<EnforcementPoint['consider']>['admit']>; readonly drop: (cause: string) => void } {
  const holds: Hold[] = []
  const consideration = gate.point.consider(one, (hold) => holds.push(hold))
  return { holds, admit: () => consideration.admit(), drop: (cause) => consideration.drop(cause) }
}
