import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Authority } from '../../src/approvals/eligibility.ts'
import type { ApprovalQueue } from '../../src/approvals/queue.ts'
import { createDecisionQueue } from '../../src/approvals/queue.ts'
import type { DecideResult } from '../../src/approvals/hold.ts'
import { GatewayError } from '../../src/errors.ts'
import type { Command, Facts, Principal, Session } from '../../src/gateway/command.ts'
import type { Slot, Verdict } from '../../src/policy/verdict.ts'
import type { Entry, Recorder } from '../../src/recording/entry.ts'
import { openStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'

export type HoldVerdict = Extract<Verdict, { kind: 'hold' }>

export const ISSUER = 'https://id.example'
export const START = Date.parse('2026-11-20T12:00:00Z')

export function person(name: string, groups: readonly string[], more: Partial<Principal> = {}): Principal {
  const subject = more.subject ?? name
  return { id: `${ISSUER}#${subject}`, name, kind: 'human', issuer: ISSUER, subject, groups, claims: {}, expiresAt: new Date(START + 86_400_000), ...more }
}

export const maria = person('maria', ['data-owners'])
export const omar = person('omar', ['data-owners'])
export const zoe = person('zoe', ['managers'])
export const lee = person('lee', ['data-owners', 'managers'])
export const billingBot = person('billing-bot', [], { kind: 'agent', owner: `${ISSUER}#pat` })
export const pat = person('pat', ['data-owners', 'managers'])

/** A directory that can be changed while a test runs. */
export function directory(people: readonly Principal[]): Authority & { set(person: Principal, groups: readonly string[] | null, disabled?: boolean): void } {
  const known = new Map(people.map((one) => [one.id, { groups: one.groups, disabled: false }]))
  return {
    current: (id) => known.get(id) ?? null,
    set(one, groups, disabled = false) {
      if (groups === null) known.delete(one.id)
      else known.set(one.id, { groups, disabled })
    },
  }
}

export const deleteFacts: Facts = {
  action: 'delete',
  effect: 'destroy',
  resources: [{ kind: 'relation', name: 'public.invoices', access: 'write' }],
  unknown: [],
  attributes: { has_where: true },
}

let counter = 0
export function session(more: Partial<Session> = {}): Session {
  counter += 1
  return {
    id: `se_${process.pid}_${counter}`, principal: billingBot, target: { name: 'orders', protocol: 'postgres', labels: { env: 'prod' } },
    openedAt: new Date(START), ended: new AbortController().signal, claimed: {}, peer: '127.0.0.1:40000', ...more,
  }
}

export function command(text = 'DELETE FROM invoices WHERE id < 500', more: Partial<Command> = {}): Command {
  counter += 1
  const owner = more.session ?? session()
  return {
    id: `cm_${process.pid}_${counter}`, session: owner, at: new Date(START), phase: 'execute', text, parameters: [],
    digest: hash('sha256', `bytes:${text}`, 'hex'), fingerprint: hash('sha256', `meaning:${text}`, 'hex'),
    facts: deleteFacts, readings: [deleteFacts], parts: [deleteFacts], input: 'complete', context: { in_transaction: false, role: 'app', database: 'orders' },
    withdrawn: new AbortController().signal, ...more,
  }
}

export const oneOwner: readonly Slot[] = [{ name: 'owner', groups: ['data-owners'], quorum: 1 }]

export function verdict(more: Partial<HoldVerdict> = {}): HoldVerdict {
  return {
    kind: 'hold', rule: 'changes', rules: ['changes'], slots: oneOwner, expiresAfterMs: 600_000, survivesDisconnect: true, mode: 'wait',
    reason: 'changes of orders are reviewed', obligations: [], ...more,
  }
}

/** A recorder that keeps what it is given; `isBroken` makes it refuse as a full disk would. */
export function memoryRecorder(): Pick<Recorder, 'append'> & { readonly entries: Entry[]; isBroken: boolean } {
  const entries: Entry[] = []
  return {
    entries,
    isBroken: false,
    append(entry) {
      if (this.isBroken) throw new GatewayError('recording_unavailable', 'the journal cannot be written')
      return entries.push(entry)
    },
  }
}

export interface Bench {
  readonly store: Store
  readonly queue: ApprovalQueue
  readonly recorder: ReturnType<typeof memoryRecorder>
  readonly authority: ReturnType<typeof directory>
  readonly path: string
  /** The clock, moved by the test. */
  advance(ms: number): void
  now(): number
  /** Another life of the same gateway (or another gateway) on the same file, as after a crash. */
  restart(gatewayId?: string): ApprovalQueue
  /** Reads the briefing as a reviewer must, and decides with its digest. */
  decide(holdId: string, reviewer: Principal, choice?: 'approve' | 'reject', note?: string): DecideResult
  close(): void
}

/** A queue on a real file, with a clock that only the test moves (the timers of waiting holds are real). */
export function bench(options: { readonly people?: readonly Principal[]; readonly leaseMs?: number; readonly maxPending?: number; readonly pollMs?: number } = {}): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-queue-'))
  const path = join(folder, 'store.db')
  const stores: Store[] = []
  const queues: ApprovalQueue[] = []
  const recorder = memoryRecorder()
  const authority = directory(options.people ?? [maria, omar, zoe, lee, pat])
  let time = START
  const start = (gatewayId: string): ApprovalQueue => {
    const store = openStore(path)
    stores.push(store)
    const queue = createDecisionQueue({
      store, recorder, gatewayId, authority, now: () => time,
      maskSecrets: (text) => text.replaceAll(/AKIA[A-Z0-9]{16}/g, '[cloud-key]'),
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
      ...(options.maxPending === undefined ? {} : { maxPendingPerPrincipal: options.maxPending }),
    })
    queues.push(queue)
    return queue
  }
  const queue = start('gw-a')
  return {
    store: stores[0]!,
    queue,
    recorder,
    authority,
    path,
    advance: (ms) => {
      time += ms
    },
    now: () => time,
    restart: (gatewayId = 'gw-a') => start(gatewayId),
    decide(holdId, reviewer, choice = 'approve', note) {
      const briefingSeen = queue.view(holdId, reviewer)?.briefingDigest ?? ''
      return queue.decide({ holdId, reviewer, choice, briefingSeen, at: new Date(time), ...(note === undefined ? {} : { note }) })
    },
    close() {
      for (const one of queues) one.stop()
      for (const one of stores) one.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
