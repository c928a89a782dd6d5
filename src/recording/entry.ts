import type { Command, Session } from '../gateway/command.ts'

/** One line of the journal. `body` is JSON and already masked: no secret, no value a mask covers. */
export interface Entry {
  readonly session: string
  readonly kind: 'session' | 'command' | 'verdict' | 'hold' | 'review' | 'permit' | 'refusal' | 'input' | 'output' | 'outcome' | 'view' | 'gateway'
  readonly body: Readonly<Record<string, unknown>>
}

/** How a command ended at the target. `unknown`: it was sent and we do not know; a human must look, we never re-send. */
export type Outcome =
  | { readonly kind: 'completed'; readonly summary: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown'; readonly cause: string }

export interface Recorder {
  /** False from the first failed write until a later one succeeds; while false nothing is admitted. */
  readonly healthy: boolean
  open(session: Session): void
  /** No frame is taken for the session after this; what was taken is still written. */
  close(sessionId: string): void
  /**
   * Takes a place in the hash chain and returns its sequence number; written within 5 ms. The entry is also put
   * into the session's recording. Throws `recording_unavailable` when unhealthy, and then nothing was taken.
   */
  append(entry: Entry): number
  /** Resolves once the entry of that sequence is on disk (fdatasync); rejects with `recording_unavailable`. */
  durable(sequence: number): Promise<void>
  /** Masked bytes as the client saw or sent them. A promise means: stop reading until it resolves (memory is bounded). */
  tap(command: Command, direction: 'input' | 'output', bytes: Uint8Array): void | Promise<void>
}

/** What an adapter makes of recorded bytes, for replay. Times are milliseconds since the session opened. */
export type TranscriptEvent =
  | { readonly kind: 'columns'; readonly names: readonly string[] }
  | { readonly kind: 'row'; readonly cells: readonly (string | null)[] }
  | { readonly kind: 'notice' | 'error'; readonly code: string; readonly text: string }
  | { readonly kind: 'complete'; readonly tag: string }
  | { readonly kind: 'data'; readonly text: string }
