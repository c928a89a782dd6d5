import { randomUUID } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import type { Command } from '../gateway/command.ts'
import type { Outcome } from '../recording/entry.ts'
import type { HoldRow, HoldSummary } from '../store/store.ts'
import { canonicalJson } from './briefing.ts'
import type { DecisionQueue } from './hold.ts'
import { reviewerOf } from './standing.ts'
import type { Owner, Transitions } from './transitions.ts'

/** Thrown inside a transaction to undo it; never leaves this file. */
const NOT_DONE = Symbol('not done')

export interface Spending extends Pick<DecisionQueue, 'spend' | 'redeem' | 'forwarding' | 'outcome'> {
  release(holdId: string, cause: string): boolean
  /** Inside `write`: claimed -> approved and detached, for whoever owned it. */
  unclaim(row: HoldSummary, owner: Owner, cause: string): boolean
}

/** T15 and T19 to T22: from an approval to its one use. See DecisionQueue. */
export function createSpending({ store, journal, now, mine, write, changed, end, existing }: Transitions): Spending {
  // T19. The row and the permit are two conditional updates of one transaction: either both fit, or nothing happened.
  const claim = (row: HoldSummary, command: Command, attachment: 'attached' | readonly ['detached', 'none']): boolean => {
    const at = now()
    const isOwnConnection = attachment === 'attached'
    const guard = {
      decision: 'approved', execution: 'none', attachment, principalId: command.session.principal.id, fingerprint: command.fingerprint,
      ...(isOwnConnection ? { ...mine, sessionId: command.session.id, digest: command.digest } : {}),
    } as const
    const owner = { ...mine, attachment: 'attached', sessionId: command.session.id, commandId: command.id, digest: command.digest } as const
    if (!store.changeHold(row.id, guard, { execution: 'claimed', claimedAt: at, ...owner })) return false
    if (!store.consumePermit(row.id, command.fingerprint, at, `${mine.gateway}#${mine.epoch}`)) throw NOT_DONE
    changed({ ...row, sessionId: command.session.id }, 'claimed', { command: command.id, digest: command.digest, redeemed: !isOwnConnection }, 'permit')
    return true
  }

  const claiming = <T>(work: () => T, otherwise: T): T => {
    try {
      return write(work)
    } catch (error) {
      if (error === NOT_DONE) return otherwise
      throw error
    }
  }

  // Claimed by redeem ahead of the command's turn, by hold id. Only this life could use such a claim, so memory is the place for it.
  const redeemed = new Map<string, string>()

  const spend: DecisionQueue['spend'] = (holdId, command) =>
    claiming(() => {
      const row = store.hold(holdId)
      if (row === null || row.target !== command.session.target.name) return false
      if (redeemed.get(holdId) === command.id) {
        redeemed.delete(holdId)
        return isStillMine(row, command)
      }
      if (store.isDisabled(row.principalId)) {
        end(row, 'invalidated', 'the principal was disabled')
        return false
      }
      return claim(row, command, 'attached')
    }, false)

  /** The turn of a redeemed command has come: its claim must be as it was made, in time, and the principal not stopped meanwhile. */
  const isStillMine = (row: HoldRow, command: Command): boolean => {
    if (row.execution !== 'claimed' || row.gateway !== mine.gateway || row.epoch !== mine.epoch) return false
    if (row.sessionId !== command.session.id || row.commandId !== command.id || row.digest !== command.digest) return false
    const permit = store.livePermit(row.id)
    const isDisabled = store.isDisabled(row.principalId)
    if (permit !== null && permit.notAfter > now() && !isDisabled) return true
    unclaim(row, mine, isDisabled ? 'the principal was disabled' : 'its turn came too late')
    if (isDisabled) end({ ...row, execution: 'none' }, 'invalidated', 'the principal was disabled')
    return false
  }

  const redeem: DecisionQueue['redeem'] = (command, asked) => {
    const { principal, target } = command.session
    const meaning = { principalId: principal.id, target: target.name, fingerprint: command.fingerprint }
    const find = () =>
      store.listHolds({ ...meaning, decision: 'approved', attachment: ['detached', 'none'], execution: 'none', order: 'oldest', limit: 20 })
    // Most commands have nothing to redeem: they must not pay for a write transaction.
    if (find().length === 0) return null
    for (const row of find()) {
      if (store.isDisabled(principal.id)) write(() => end(row, 'invalidated', 'the principal was disabled'))
      else if (asked !== undefined && store.hold(row.id)?.slotsJson !== canonicalJson(asked)) write(() => end(row, 'invalidated', 'the requirement has changed'))
      else if (claiming(() => claim(row, command, ['detached', 'none']), false)) {
        redeemed.set(row.id, command.id)
        const approvals = store.reviewsOf(row.id).filter((review) => review.choice === 'approve' && review.round === row.round)
        return { holdId: row.id, approvedBy: approvals.map((review) => reviewerOf(review).name) }
      }
    }
    return null
  }

  // T20, I11. A row that does not fit means that someone else has judged this life over: nothing may be sent.
  const forwarding = (holdId: string): void => {
    redeemed.delete(holdId)
    write(() => {
      if (!store.changeHold(holdId, { decision: 'approved', execution: 'claimed', ...mine }, { execution: 'forwarded', forwardedAt: now() })) {
        throw new GatewayError('permit_refused', 'this hold is not claimed by this gateway (any more)')
      }
      changed(existing(holdId), 'forwarded', {}, 'permit')
    })
  }

  // T21, T22. Before `forwarding` nothing was sent, so a failure gives the approval back; a success is then impossible.
  // Too late for the row (it was taken for `unknown`) is still worth a line in the journal.
  const outcome = (holdId: string, result: Outcome): void => {
    redeemed.delete(holdId)
    write(() => {
      const row = existing(holdId)
      if (result.kind === 'failed' && unclaim(row, mine, result.code)) return
      const execution = result.kind === 'completed' ? 'succeeded' : result.kind
      const change = { execution, finishedAt: now(), outcomeJson: canonicalJson(result) } as const
      const isFirst = store.changeHold(holdId, { execution: 'forwarded', ...mine }, change)
      if (isFirst) changed(row, execution, {}, 'outcome', false)
      else journal.note({ session: row.sessionId, kind: 'outcome', body: { hold: row.id, event: 'late_outcome', outcome: result.kind, state: row.execution } }, false)
    })
  }

  const release: Spending['release'] = (holdId, cause) => {
    redeemed.delete(holdId)
    return write(() => {
      const row = store.hold(holdId)
      return row !== null && unclaim(row, mine, cause)
    })
  }

  // The consumed permit stays on record, voided; a fresh one with the same end takes its place.
  const unclaim = (row: HoldSummary, owner: Owner, cause: string): boolean => {
    const at = now()
    const permit = store.livePermit(row.id)
    if (permit === null) return false
    if (!store.changeHold(row.id, { decision: 'approved', execution: 'claimed', ...owner }, { execution: 'none', attachment: 'detached', claimedAt: null })) return false
    store.voidPermit(row.id, at)
    store.addPermit({ id: `pm_${randomUUID()}`, holdId: row.id, fingerprint: permit.fingerprint, notAfter: permit.notAfter, madeAt: at })
    changed(row, 'released', { cause }, 'permit', false)
    return true
  }

  return { spend, redeem, forwarding, outcome, release, unclaim }
}
