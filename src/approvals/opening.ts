import { randomBytes, randomInt } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import type { Ceiling, Command, Impact, Principal } from '../gateway/command.ts'
import type { Verdict } from '../policy/verdict.ts'
import type { Outcome } from '../recording/entry.ts'
import type { HoldRow, NewHold } from '../store/store.ts'
import type { Briefing, SecretMasker } from './briefing.ts'
import { buildBriefing, canonicalJson, isInTransaction, substanceOf } from './briefing.ts'
import type { Requester } from './eligibility.ts'
import { seatsNeeded } from './eligibility.ts'
import { defaultCeiling } from './impact.ts'
import type { Transitions } from './transitions.ts'
import { redeemWindow } from './transitions.ts'

type HoldVerdict = Extract<Verdict, { kind: 'hold' }>

export interface OpeningOptions {
  readonly maskSecrets: SecretMasker
  readonly maxPendingPerPrincipal: number
}

/** What is to be opened: the arguments of DecisionQueue.open. */
export interface Opening {
  readonly command: Command
  readonly verdict: HoldVerdict
  readonly policyVersion: string
  readonly impact: Impact | null
}

/** T1 and T2: the rows of held commands, each new or the one that waited for it, in one commit: all of them or none. See DecisionQueue.open. */
export function createOpening(
  { store, now, mine, write, changed, end, existing }: Transitions,
  { maskSecrets, maxPendingPerPrincipal: maxPending }: OpeningOptions,
): (openings: readonly Opening[]) => readonly HoldRow[] {
  const open = ({ command, verdict, policyVersion, impact }: Opening): HoldRow => {
    const { principal } = command.session
    if (seatsNeeded(verdict.slots) === Number.POSITIVE_INFINITY) {
      throw new GatewayError('config_invalid', `rule ${verdict.rule} asks for a review by nobody`)
    }
    if (store.isDisabled(principal.id)) throw new GatewayError('credential_invalid', 'this identity has been disabled')
    const id = reattach(command, verdict, policyVersion, impact) ?? begin(command, verdict, policyVersion, impact)
    return existing(id)
  }

  /** T2. Null when there is none, or when what is asked for has changed: then the old one ends and people are asked anew. */
  const reattach = (command: Command, verdict: HoldVerdict, policyVersion: string, impact: Impact | null): string | null => {
    const { principal, target } = command.session
    const meaning = { principalId: principal.id, target: target.name, fingerprint: command.fingerprint }
    const [found] = store.listHolds({ ...meaning, decision: 'pending', attachment: ['detached', 'none'], order: 'oldest', limit: 1 })
    const old = found === undefined ? null : store.hold(found.id)
    if (old === null) return null
    if (old.expiresAt <= now()) {
      end(old, 'expired', null)
      return null
    }
    if (old.rule !== verdict.rule || old.slotsJson !== canonicalJson(verdict.slots)) {
      end(old, 'invalidated', 'the requirement has changed')
      return null
    }
    const ceiling = defaultCeiling(impact)
    const briefing = brief(command, verdict, policyVersion, old, impact, ceiling)
    const isSame = substanceOf(briefing) === old.briefingSubstance
    const ok = store.changeHold(
      old.id,
      { decision: 'pending', attachment: ['detached', 'none'], execution: 'none', expiresAfter: now(), round: old.round },
      {
        ...connection(command, verdict),
        // T10: changed evidence voids the approvals so far, which belong to the round before.
        ...(isSame ? {} : { round: old.round + 1, policyVersion, ceilingJson: ceilingColumn(ceiling), ...briefingColumns(briefing) }),
      },
    )
    if (!ok) throw new GatewayError('store_unavailable', 'a hold changed while it was being attached')
    const row = existing(old.id)
    changed(row, 'reattached', { command: command.id })
    if (!isSame) changed(row, 'briefing_changed', { briefing: briefing.digest, round: row.round })
    return old.id
  }

  /** T1. */
  const begin = (command: Command, verdict: HoldVerdict, policyVersion: string, impact: Impact | null): string => {
    const { principal, target } = command.session
    if (store.countHolds({ decision: 'pending', principalId: principal.id }) >= maxPending) {
      throw new GatewayError('input_limit', `this principal has ${maxPending} commands waiting for review already`)
    }
    const at = now()
    const id = `hd_${randomBytes(10).toString('hex')}`
    const code = String(randomInt(1_000)).padStart(3, '0')
    const termMs = termOf(command, verdict)
    const times = { id, code, createdAt: at, expiresAt: at + termMs, termMs }
    const ceiling = defaultCeiling(impact)
    const briefing = brief(command, verdict, policyVersion, times, impact, ceiling)
    const hold: NewHold = {
      ...times,
      ...connection(command, verdict),
      decision: 'pending',
      execution: 'none',
      round: 1,
      principalId: principal.id,
      principalJson: canonicalJson(requester(principal)),
      target: target.name,
      protocol: target.protocol,
      fingerprint: command.fingerprint,
      action: command.facts.action,
      rule: verdict.rule,
      reason: verdict.reason,
      slotsJson: canonicalJson(verdict.slots),
      policyVersion,
      ceilingJson: ceilingColumn(ceiling),
      ...briefingColumns(briefing),
    }
    store.insertHold(hold)
    changed(existing(id), 'opened', {
      command: command.id, rule: verdict.rule, policy: policyVersion, slots: verdict.slots, mode: verdict.mode,
      expires: new Date(times.expiresAt).toISOString(), fingerprint: command.fingerprint, digest: command.digest, briefing: briefing.digest,
      ...(impact === null ? {} : { measured: { rows: impact.rows, others: impact.others }, ceiling }),
    })
    return id
  }

  const connection = (command: Command, verdict: HoldVerdict) =>
    ({
      ...mine,
      attachment: verdict.mode === 'poll' ? 'none' : 'attached',
      mode: verdict.mode,
      survivesDisconnect: verdict.survivesDisconnect,
      sessionId: command.session.id,
      commandId: command.id,
      digest: command.digest,
    }) as const

  const brief = (command: Command, verdict: HoldVerdict, policyVersion: string, hold: Pick<HoldRow, 'id' | 'code' | 'expiresAt' | 'termMs'>, impact: Impact | null, ceiling: Ceiling | null) =>
    buildBriefing(command, verdict, policyVersion, {
      holdId: hold.id, code: hold.code, now: now(), expiresAt: hold.expiresAt, runsBefore: hold.expiresAt + redeemWindow(hold.termMs), maskSecrets,
      impact, ceiling, stoppedBefore: stoppedBefore(command),
    })

  /** What became of the last finished run of the same command, where that was over its ceiling. */
  const stoppedBefore = (command: Command): string | null => {
    const { principal, target } = command.session
    const [last] = store.listHolds({ principalId: principal.id, target: target.name, fingerprint: command.fingerprint, execution: ['succeeded', 'failed'], order: 'newest', limit: 1 })
    const outcome = last === undefined ? null : store.hold(last.id)?.outcomeJson
    const told = outcome == null ? null : (JSON.parse(outcome) as Outcome)
    return told?.kind === 'failed' && told.code === 'ceiling_exceeded' ? told.message : null
  }

  return (openings) => write(() => openings.map(open))
}

function briefingColumns(briefing: Briefing) {
  return { briefingJson: canonicalJson(briefing), briefingDigest: briefing.digest, briefingSubstance: substanceOf(briefing) }
}

/** A command that waits inside an open transaction keeps its locks, so people have less time for it. */
function termOf(command: Command, verdict: HoldVerdict): number {
  return verdict.mode === 'wait' && isInTransaction(command) ? Math.min(verdict.expiresAfterMs, verdict.expiresInTransactionMs ?? verdict.expiresAfterMs) : verdict.expiresAfterMs
}

function ceilingColumn(ceiling: Ceiling | null): string | null {
  return ceiling === null ? null : canonicalJson(ceiling)
}

function requester(principal: Principal): Requester {
  const { id, name, issuer, subject, kind, owner } = principal
  return { id, name, issuer, subject, kind, ...(owner === undefined ? {} : { owner }) }
}
