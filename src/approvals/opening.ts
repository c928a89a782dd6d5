import { randomBytes, randomInt } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import type { Command, Principal } from '../gateway/command.ts'
import type { Verdict } from '../policy/verdict.ts'
import type { HoldRow, NewHold } from '../store/store.ts'
import type { Briefing, SecretMasker } from './briefing.ts'
import { buildBriefing, canonicalJson, substanceOf } from './briefing.ts'
import type { Requester } from './eligibility.ts'
import { seatsNeeded } from './eligibility.ts'
import type { Transitions } from './transitions.ts'
import { redeemWindow } from './transitions.ts'

type HoldVerdict = Extract<Verdict, { kind: 'hold' }>

export interface OpeningOptions {
  readonly maskSecrets: SecretMasker
  readonly maxPendingPerPrincipal: number
}

/** T1 and T2: the row of a held command, new or the one that waited for it. See DecisionQueue.open. */
export function createOpening(
  { store, now, mine, write, changed, end, existing }: Transitions,
  { maskSecrets, maxPendingPerPrincipal: maxPending }: OpeningOptions,
): (command: Command, verdict: HoldVerdict, policyVersion: string) => HoldRow {
  const open = (command: Command, verdict: HoldVerdict, policyVersion: string): HoldRow => {
    const { principal } = command.session
    if (seatsNeeded(verdict.slots) === Number.POSITIVE_INFINITY) {
      throw new GatewayError('config_invalid', `rule ${verdict.rule} asks for a review by nobody`)
    }
    return write(() => {
      if (store.isDisabled(principal.id)) throw new GatewayError('credential_invalid', 'this identity has been disabled')
      const id = reattach(command, verdict, policyVersion) ?? begin(command, verdict, policyVersion)
      return existing(id)
    })
  }

  /** T2. Null when there is none, or when what is asked for has changed: then the old one ends and people are asked anew. */
  const reattach = (command: Command, verdict: HoldVerdict, policyVersion: string): string | null => {
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
    const briefing = brief(command, verdict, policyVersion, old)
    const isSame = substanceOf(briefing) === old.briefingSubstance
    const ok = store.changeHold(
      old.id,
      { decision: 'pending', attachment: ['detached', 'none'], execution: 'none', expiresAfter: now(), round: old.round },
      {
        ...connection(command, verdict),
        // T10: changed evidence voids the approvals so far, which belong to the round before.
        ...(isSame ? {} : { round: old.round + 1, policyVersion, ...briefingColumns(briefing) }),
      },
    )
    if (!ok) throw new GatewayError('store_unavailable', 'a hold changed while it was being attached')
    const row = existing(old.id)
    changed(row, 'reattached', { command: command.id })
    if (!isSame) changed(row, 'briefing_changed', { briefing: briefing.digest, round: row.round })
    return old.id
  }

  /** T1. */
  const begin = (command: Command, verdict: HoldVerdict, policyVersion: string): string => {
    const { principal, target } = command.session
    if (store.countHolds({ decision: 'pending', principalId: principal.id }) >= maxPending) {
      throw new GatewayError('input_limit', `this principal has ${maxPending} commands waiting for review already`)
    }
    const at = now()
    const id = `hd_${randomBytes(10).toString('hex')}`
    const code = String(randomInt(1_000)).padStart(3, '0')
    const times = { id, code, createdAt: at, expiresAt: at + verdict.expiresAfterMs, termMs: verdict.expiresAfterMs }
    const briefing = brief(command, verdict, policyVersion, times)
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
      ...briefingColumns(briefing),
    }
    store.insertHold(hold)
    changed(existing(id), 'opened', {
      command: command.id, rule: verdict.rule, policy: policyVersion, slots: verdict.slots, mode: verdict.mode,
      expires: new Date(times.expiresAt).toISOString(), fingerprint: command.fingerprint, digest: command.digest, briefing: briefing.digest,
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

  const brief = (command: Command, verdict: HoldVerdict, policyVersion: string, hold: Pick<HoldRow, 'id' | 'code' | 'expiresAt' | 'termMs'>) =>
    buildBriefing(command, verdict, policyVersion, {
      holdId: hold.id, code: hold.code, now: now(), expiresAt: hold.expiresAt, runsBefore: hold.expiresAt + redeemWindow(hold.termMs), maskSecrets,
    })

  return open
}

function briefingColumns(briefing: Briefing) {
  return { briefingJson: canonicalJson(briefing), briefingDigest: briefing.digest, briefingSubstance: substanceOf(briefing) }
}

function requester(principal: Principal): Requester {
  const { id, name, issuer, subject, kind, owner } = principal
  return { id, name, issuer, subject, kind, ...(owner === undefined ? {} : { owner }) }
}
