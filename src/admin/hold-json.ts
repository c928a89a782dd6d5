import { z } from 'zod'
import type { Briefing } from '../approvals/briefing.ts'
import type { HoldDetail } from '../approvals/reads.ts'
import type { HoldFilter, HoldSummary } from '../store/store.ts'

/** The three variables of a hold folded into one word for people; programs that care read the three. */
export const STATES = ['pending', 'approved', 'rejected', 'expired', 'withdrawn', 'invalidated', 'revoked', 'lapsed', 'running', 'succeeded', 'failed', 'unknown'] as const
export type State = (typeof STATES)[number]

const time = z.string().meta({ format: 'date-time' })

export const holdSchema = z
  .object({
    id: z.string(),
    state: z.enum(STATES).meta({ description: 'decision, or execution once there is one; running: on its way; unknown: sent, and nobody can tell how it ended' }),
    decision: z.string(),
    attachment: z.string(),
    execution: z.string(),
    client: z.enum(['waiting', 'asks_again', 'gone', 'answered']),
    code: z.string().meta({ description: 'three digits, the same as on the client’s screen' }),
    principal: z.object({ id: z.string(), name: z.string(), kind: z.string(), owner: z.string().optional() }),
    target: z.string(),
    protocol: z.string(),
    action: z.string(),
    text: z.string().meta({ description: 'the exact statement, secrets masked; foreign text, escape it before you show it' }),
    rule: z.string(),
    reason: z.string(),
    session: z.string(),
    created_at: time,
    expires_at: time,
    settled_at: time.optional(),
    redeemable_until: time.optional().meta({ description: 'until then sending the same command again uses the approval' }),
    cause: z.string().optional(),
    approved: z.int(),
    needed: z.int().nullable(),
    slots: z.array(z.object({ name: z.string(), groups: z.array(z.string()), quorum: z.int(), filled_by: z.array(z.string()) })),
    reviews: z.array(z.object({ reviewer: z.string(), reviewer_id: z.string(), choice: z.enum(['approve', 'reject']), at: time, note: z.string().optional(), counts: z.boolean() })),
    mode: z.enum(['wait', 'poll']),
    survives_disconnect: z.boolean(),
    policy_version: z.string(),
    ceiling: z.object({ rows: z.int().nullable(), others: z.int().nullable() }).optional().meta({ description: 'the most an approved run may change; null: any number. Absent: no ceiling can be enforced' }),
    briefing_digest: z.string().meta({ description: 'to be sent with a decision: what was read' }),
    outcome: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Hold' })

export const briefingSchema = z
  .object({
    version: z.int(),
    hold_id: z.string(),
    code: z.string(),
    generated_at: time,
    expires_at: time,
    warnings: z.array(z.object({ code: z.string(), text: z.string() })),
    sections: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        fields: z.array(
          z.object({
            name: z.string(),
            label: z.string(),
            value: z.unknown(),
            source: z.enum(['WIRE', 'TARGET', 'HISTORY', 'CLAIMED']),
            visible: z.unknown().optional().meta({ description: 'the value with everything hidden written out; show this one' }),
          }),
        ),
      }),
    ),
    sentence: z.string().meta({ description: 'what an approval says' }),
    digest: z.string(),
  })
  .meta({ id: 'Briefing' })

export type HoldJson = z.output<typeof holdSchema>
export type BriefingJson = z.output<typeof briefingSchema>

export function stateOf(hold: Pick<HoldSummary, 'decision' | 'execution'>): State {
  if (hold.execution === 'none') return hold.decision
  return hold.execution === 'claimed' || hold.execution === 'forwarded' ? 'running' : hold.execution
}

/** The part of a store filter that a state stands for. */
export function filterOf(state: State | undefined): Pick<HoldFilter, 'decision' | 'execution'> {
  if (state === undefined) return {}
  if (state === 'running') return { execution: ['claimed', 'forwarded'] }
  if (state === 'succeeded' || state === 'failed' || state === 'unknown') return { execution: state }
  return { decision: state, execution: 'none' }
}

export function holdJson(hold: HoldDetail): HoldJson {
  const { principal } = hold
  return {
    id: hold.id,
    state: stateOf(hold),
    decision: hold.decision,
    attachment: hold.attachment,
    execution: hold.execution,
    client: hold.client,
    code: hold.code,
    principal: { id: principal.id, name: principal.name, kind: principal.kind, ...(principal.owner === undefined ? {} : { owner: principal.owner }) },
    target: hold.target,
    protocol: hold.protocol,
    action: hold.action,
    text: statementOf(hold.briefing),
    rule: hold.rule,
    reason: hold.reason,
    session: hold.sessionId,
    created_at: hold.createdAt,
    expires_at: hold.expiresAt,
    ...(hold.settledAt === null ? {} : { settled_at: hold.settledAt }),
    ...(hold.redeemableUntil === null ? {} : { redeemable_until: hold.redeemableUntil }),
    ...(hold.cause === null ? {} : { cause: hold.cause }),
    approved: hold.approved,
    needed: Number.isFinite(hold.needed) ? hold.needed : null,
    slots: hold.slots.map((slot) => ({ name: slot.name, groups: [...slot.groups], quorum: slot.quorum, filled_by: [...slot.filledBy] })),
    reviews: hold.reviews.map(({ reviewer, choice, at, note, counts }) => ({
      reviewer: reviewer.name,
      reviewer_id: reviewer.id,
      choice,
      at,
      ...(note === null ? {} : { note }),
      counts,
    })),
    mode: hold.mode,
    survives_disconnect: hold.survivesDisconnect,
    policy_version: hold.policyVersion,
    ...(hold.ceiling === null ? {} : { ceiling: { ...hold.ceiling } }),
    briefing_digest: hold.briefingDigest,
    ...(hold.outcome === null ? {} : { outcome: { ...hold.outcome } }),
  }
}

/** The stored briefing under the API's names. Its digest is over the stored form. */
export function briefingJson(briefing: Briefing): BriefingJson {
  const { holdId, generatedAt, expiresAt, warnings, sections, ...rest } = briefing
  return {
    ...rest,
    hold_id: holdId,
    generated_at: generatedAt,
    expires_at: expiresAt,
    warnings: warnings.map((warning) => ({ ...warning })),
    sections: sections.map((section) => ({ ...section, fields: section.fields.map((field) => ({ ...field })) })),
  }
}

// From the briefing and not from the command: there secrets are already masked.
function statementOf(briefing: Briefing): string {
  for (const section of briefing.sections) {
    for (const field of section.fields) if (field.name === 'statement' && typeof field.value === 'string') return field.value
  }
  return ''
}

export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
