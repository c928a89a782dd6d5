import type { Ceiling } from '../../../gateway/command.ts'
import type { Expected, Flight } from '../exchange.ts'
import type { OwnAnswer } from '../own-answer.ts'
import type { RawStatement } from '../raw.ts'
import type { Relay } from '../relay.ts'
import { changedBy, overCeiling } from './ceiling.ts'
import { type Counts, countsOf, GUARD_BEGIN, GUARD_COMMIT, GUARD_COUNT, GUARD_COUNT_INSIDE, GUARD_ROLLBACK } from './guard-words.ts'

// An approved run with a ceiling. It runs as it would anyhow, on the agent's own connection, with the target's count of what
// the transaction changed before it and behind it. The last word of its answer is kept back until that was looked at and, where
// the transaction is ours, was committed. Whatever cannot be counted is taken back.

export interface GuardedRun {
  readonly relay: Relay
  readonly flight: Flight
  readonly ceiling: Ceiling
  readonly statements: readonly RawStatement[]
  /** What the target answers to the run itself; of the extended protocol without its Sync. */
  readonly steps: readonly Expected[]
  readonly hasSync: boolean
  /** Says a word in front of the guard. `inside`: the word that is not synced. */
  say(word: string, inside: boolean): Promise<OwnAnswer>
  /** Sends the bytes of the run; of the extended protocol without its Sync. */
  send(): void
  /** The abort word, which makes the target's own transaction fail, with Sync or without. */
  abort(withSync: boolean): void
  sync(): void
  /** What the client is told. `sent`: it ran and was taken back. */
  refusal(why: string, sent: boolean): Buffer
  /** The target's own error, as the client may see it. */
  targetError(fields: ReadonlyMap<string, string>): { readonly bytes: Buffer; readonly code: string; readonly message: string }
}

/** `failed`: the target ignores the rest of the batch, whose Sync has not been sent. Never rejects. */
export type GuardedEnd = 'done' | 'failed'

/** A Query. Everything before it is answered, and no transaction has failed. */
export async function runQuery(run: GuardedRun): Promise<GuardedEnd> {
  const { relay, flight } = run
  const wraps = relay.status === 'I'
  relay.expect([{ kind: 'guard', flight }])
  const before = await run.say(wraps ? GUARD_BEGIN : GUARD_COUNT, false)
  if (before.lost) return 'done'
  const counted = countsOf(before)
  if (counted === null) {
    if (wraps && (await run.say(GUARD_ROLLBACK, false)).lost) return 'done'
    flight.error = notGuarded(before)
    relay.finish(flight, run.refusal(flight.error.message, false), true)
    return 'done'
  }
  relay.beforeGuard(flight, run.steps)
  run.send()
  const after = await run.say(GUARD_COUNT, false)
  if (after.lost) return 'done'
  const over = flight.error !== undefined || flight.cut !== undefined ? null : whyOver(run, counted, countsOf(after))
  const isBad = flight.error !== undefined || flight.cut !== undefined || over !== null
  if (over !== null) flight.error = { code: 'ceiling_exceeded', message: over }
  const told = over === null ? NOTHING : run.refusal(over, true)
  if (wraps) {
    const end = await run.say(isBad ? GUARD_ROLLBACK : GUARD_COMMIT, false)
    if (end.lost) return 'done'
    const [error] = end.errors
    if (isBad) {
      // Cut off: the client has its error, and nothing of it stands.
      flight.error ??= { code: '54000', message: flight.cut ?? '' }
      relay.finish(flight, told, true)
    } else if (error !== undefined) {
      // What is checked at the end of a transaction only, such as a deferred constraint.
      const { bytes, code, message } = run.targetError(error)
      flight.error = { code, message }
      relay.finish(flight, bytes, true)
    } else relay.finish(flight, 'kept', true)
  } else if (isBad && relay.status === 'T') {
    relay.replaceGuard(flight, [{ kind: 'refused', bytes: told }, { kind: 'sync', flight }])
    run.abort(true)
  } else relay.finish(flight, isBad ? NOTHING : 'kept', true)
  return 'done'
}

/** Messages of the extended protocol. They are in a transaction anyhow, which ends with their Sync where no block is open. */
export async function runMessages(run: GuardedRun): Promise<GuardedEnd> {
  const { relay, flight, hasSync } = run
  const ended = (): GuardedEnd => {
    if (!hasSync) return 'failed'
    relay.expect([{ kind: 'sync', flight }])
    run.sync()
    return 'done'
  }
  relay.expect([{ kind: 'guard', flight }])
  const before = await run.say(GUARD_COUNT_INSIDE, true)
  const counted = countsOf(before)
  if (counted === null) {
    if (relay.isDead) return 'done'
    // An earlier message of its batch failed: the client has that error, and this is ignored like the rest.
    const isOurs = before.errors.length > 0
    if (isOurs) flight.error = notGuarded(before)
    relay.finish(flight, isOurs ? run.refusal(flight.error?.message ?? '', false) : NOTHING, false)
    return ended()
  }
  relay.beforeGuard(flight, run.steps)
  run.send()
  const after = await run.say(GUARD_COUNT_INSIDE, true)
  if (relay.isDead) return 'done'
  if (flight.error !== undefined) {
    relay.finish(flight, NOTHING, false)
    return ended()
  }
  const over = flight.cut !== undefined ? '' : whyOver(run, counted, countsOf(after))
  if (over === null) {
    relay.finish(flight, 'kept', false)
    if (!hasSync) return 'done'
    relay.expect([{ kind: 'sync', flight }])
    run.sync()
    return 'done'
  }
  flight.error = flight.cut === undefined ? { code: 'ceiling_exceeded', message: over } : { code: '54000', message: flight.cut }
  relay.replaceGuard(flight, [{ kind: 'refused', bytes: flight.cut === undefined ? run.refusal(over, true) : NOTHING }, ...(hasSync ? [{ kind: 'sync', flight } as const] : [])])
  run.abort(hasSync)
  return hasSync ? 'done' : 'failed'
}

function whyOver({ ceiling, statements, flight }: GuardedRun, before: Counts, after: Counts | null): string | null {
  if (after === null) return 'what it changed could not be counted'
  return overCeiling(ceiling, changedBy(statements, flight.tags, before, after))
}

function notGuarded({ errors }: OwnAnswer): { readonly code: string; readonly message: string } {
  return { code: 'unavailable', message: `not sent: its ceiling could not be guarded (SQLSTATE ${errors[0]?.get('C') ?? 'unknown'})` }
}

const NOTHING = Buffer.alloc(0)
