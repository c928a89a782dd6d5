import type { Duplex } from 'node:stream'
import type { Hold } from '../approvals/hold.ts'
import type { AnalysisPermit, MeasurePermit, Permit } from '../enforcement/permit.ts'
import type { Refusal } from '../enforcement/refusal.ts'
import type { Command, Principal, Session, Target } from '../gateway/command.ts'
import type { ColumnMask } from '../policy/verdict.ts'
import type { Outcome, TranscriptEvent } from '../recording/entry.ts'

/** One command on its way: it is either refused or forwarded, once. */
export interface Exchange {
  readonly command: Command
  /** The protocol itself refuses it (a message we never pass, text no grammar reads): recorded, then refused, never considered. */
  readonly refusal?: Refusal
  /** True once an earlier refusal in the same batch has cancelled it: it is neither considered nor forwarded; `skip` puts the lane right. */
  readonly skipped: boolean
  skip(): void
  /** Tell the client in its own protocol that it waits, again as heartbeats, until `until` fires. */
  waiting(hold: Hold, until: AbortSignal): void
  /** Takes its place in reply order. */
  refuse(refusal: Refusal): void
  /** Sends exactly the bytes of `command.digest`. `sent` is undefined when the target's socket took them at once. */
  forward(permit: Permit): { readonly sent: Promise<void> | undefined; readonly outcome: Promise<Outcome> }
}

/** Whatever the protocol keeps in order: a Postgres connection, an HTTP request, an SSH channel. */
export interface Lane {
  readonly session: Session
  /** How many commands behind a held one are considered ahead of their turn. */
  readonly lookahead: number
  /** The next command in order; null when the client is done. Called again only after the last call resolved. */
  next(): Exchange | null | Promise<Exchange | null>
}

/** What the corridor offers a protocol. An adapter cannot decide, record or mint: it asks here. */
export interface Door {
  /** Throws `credential_invalid` with a message for the client. */
  authenticate(credential: string, peer: string): Promise<Principal>
  /** Opens the session's recording; throws `target_unknown`. `close` ends it. */
  open(principal: Principal, target: Target, about: { readonly claimed: Readonly<Record<string, string>>; readonly peer: string; readonly ended: AbortSignal }): Session
  close(session: Session): void
  run(lane: Lane): Promise<void>
  /** Decides one command outside a lane (opening the session at the target, a cancel). */
  ask(command: Command): Promise<Permit | Refusal>
  /** A permit for one of the adapter's own registered words (`ProtocolAdapter.ownWords`), recorded. `session` null: the gateway's own connection. */
  own(session: Session | null, word: string): Permit
  /** A permit to show a text to the target without running it, recorded. Only functions of upstream.ts that build such messages themselves spend it. */
  analysis(session: Session | null, bytes: Uint8Array): AnalysisPermit
  /** A permit to ask the target what a held command would do, recorded. Only functions of upstream.ts that build such questions themselves spend it. */
  measure(session: Session, bytes: Uint8Array): MeasurePermit
  /** The masks in force for messages that belong to no command. */
  masks(session: Session): readonly ColumnMask[]
  record(command: Command, direction: 'input' | 'output', bytes: Uint8Array): void | Promise<void>
}

export interface ProtocolAdapter {
  readonly protocol: string
  /**
   * The only bytes this adapter ever sends to a target of its own accord (its catalogue queries, the message that
   * puts a transaction into the failed state), by name. The list is closed before the first client is accepted.
   */
  readonly ownWords: ReadonlyMap<string, Uint8Array>
  /** Before listening: reach what must be reached, fail loudly where a configured control cannot run. */
  start(door: Door): Promise<void>
  accept(client: Duplex & { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined }, door: Door): Promise<void>
  /** Ends what is held or idle at once, the rest when it is done, and what is not done after `graceMs` as unknown. */
  stop(graceMs: number): Promise<void>
  transcriber(): (direction: 'input' | 'output', bytes: Uint8Array) => readonly TranscriptEvent[]
}
