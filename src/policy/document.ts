import { z } from 'zod'
import { EFFECTS, KINDS, MASK_STYLES } from './vocabulary.ts'
import { isRecord, valueAt } from './yaml.ts'

// The shape of a policy file; policies/README.md says the same for people. What depends on other parts of the policy
// (names of approvals, verbs of the protocol) is checked in load.ts.

export const MAX_RULES = 5000
const MOST_SLOTS = 10

const name = z.string().min(1).max(200)
const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'use letters, digits, dots, dashes and underscores (at most 100)')
const text = z.string().min(1).max(1000)
const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()])

/** One word or a list of them; an empty list would be a condition nothing meets. */
function many<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(1, 'an empty list matches nothing: leave the field out').max(500))
}

const ONLY_NEGATIVE = { message: 'a list of only "!" patterns matches nothing: add "*" (or "*.*" for a relation)' }
const hasPositive = (list: readonly string[]): boolean => list.some((glob) => !glob.startsWith('!'))
const globs = many(name).refine(hasPositive, ONLY_NEGATIVE)

/** `masked`, `*` or a pattern of `schema.table.column`: any other word is a slip, and a denial that never fires. */
const columnGlob = name.refine((glob) => /^!?(masked|\*|[^.]+\.[^.]+\..+|\*\.[^.]+)$/.test(glob), {
  message: 'write a column as schema.table.column, or the word masked for every column that a mask covers',
})
const columnGlobs = many(columnGlob).refine(hasPositive, ONLY_NEGATIVE)

const lineageGlob = name.refine((glob) => /^!?(masked|\*|[^.\s]+\.[^.]+\..+|\*\.[^.]+)( > \S.*)?$/.test(glob), {
  message: 'write a column as schema.table.column, or masked, or either with its target: "masked > *"',
})
const lineageGlobs = many(lineageGlob).refine(hasPositive, ONLY_NEGATIVE)

export const duration = z.string().regex(/^[1-9][0-9]{0,5}(s|m|h|d)$/, 'write a duration as 90s, 15m, 2h or 1d').transform(toMilliseconds)
  .refine((ms) => ms <= 30 * 86_400_000, 'at most 30d')

function toMilliseconds(written: string): number {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[written.at(-1) as 's' | 'm' | 'h' | 'd']
  return Number(written.slice(0, -1)) * unit
}

const slotShape = { name: identifier.optional(), groups: many(name), quorum: z.int().min(1).max(20).default(1) }
const slotSchema = z.strictObject(slotShape)

const approvalShape = {
  slots: z.array(slotSchema).min(1).max(MOST_SLOTS),
  expires: duration.prefault('15m'),
  /** Where the command waits inside an open transaction, whose locks it keeps. Default: 2m, or `expires` where that is less. */
  expires_in_transaction: duration.optional(),
  survives_disconnect: z.boolean().default(false),
  mode: z.enum(['wait', 'poll']).default('wait'),
}
const approvalSchema = z.strictObject(approvalShape)

const onShape = {
  protocol: identifier.optional(),
  target: globs.optional(),
  labels: z.record(identifier, globs).optional(),
  verbs: many(name).optional(),
  effects: many(z.enum(EFFECTS)).optional(),
  relations: globs.optional(),
  access: z.enum(['read', 'write']).optional(),
  columns: globs.optional(),
  influence: columnGlobs.optional(),
  write_lineage: lineageGlobs.optional(),
  functions: globs.optional(),
  function_classes: many(name).optional(),
  settings: globs.optional(),
  setting_values: globs.optional(),
  resources: z.record(identifier, globs).optional(),
  in_transaction: z.boolean().optional(),
  bounded: z.boolean().optional(),
  attributes: z.record(identifier, many(scalar)).optional(),
  unknown: z.literal(true, 'write "unknown: true" or leave the field out').optional(),
}
const onSchema = z.strictObject(onShape)

const whoShape = {
  principals: globs.optional(),
  groups: many(name).optional(),
  kinds: many(z.enum(KINDS)).optional(),
  issuers: globs.optional(),
  claims: z.record(name, many(scalar)).optional(),
}
const whoSchema = z.strictObject(whoShape)

const maskShape = {
  column: z.string().regex(/^[^.!]+\.[^.!]+\.[^.!]+$/, 'write a column as schema.table.column; "*" may stand in each of the three'),
  style: z.enum(MASK_STYLES),
}
const maskSchema = z.strictObject(maskShape)

const count = z.int().min(1).max(Number.MAX_SAFE_INTEGER)
const limitShape = { rows: count.optional(), bytes: count.optional(), seconds: count.optional() }
const limitSchema = z.strictObject(limitShape).refine((limit) => Object.keys(limit).length > 0, 'give rows, bytes or seconds')

const ruleShape = {
  id: identifier,
  reason: text.optional(),
  on: onSchema.prefault({}),
  who: whoSchema.optional(),
  when: z.string().min(1).max(4000).optional(),
  decision: z.enum(['allow', 'hold', 'deny']).optional(),
  approval: many(identifier).optional(),
  narrows: z.literal(true, 'write "narrows: true" or leave the field out').optional(),
  mask: z.array(maskSchema).min(1).max(500).optional(),
  limit: limitSchema.optional(),
  record: z.enum(['metadata', 'full']).optional(),
}
const ruleSchema = z.strictObject(ruleShape)

const documentShape = {
  version: z.literal(1, 'this release reads version 1'),
  approvals: z.record(identifier, approvalSchema).default({}),
  rules: z.array(ruleSchema).max(MAX_RULES).default([]),
}
export const documentSchema = z.strictObject(documentShape)

export type RuleDocument = z.infer<typeof ruleSchema>
export type OnDocument = z.infer<typeof onSchema>
export type WhoDocument = z.infer<typeof whoSchema>
export type ApprovalDocument = z.infer<typeof approvalSchema>
type SlotDocument = z.infer<typeof slotSchema>

// ---- parts of a document that is faulty elsewhere

/** A rule as far as it is well-formed. */
export interface RulePart {
  /** Without what is wrong by itself. `id` is then empty where it is what is wrong. */
  readonly rule: RuleDocument
  readonly whole: boolean
  /** Not there for sure: neither well-formed nor faulty nor possibly misspelt. */
  readonly lacks: (key: keyof RuleDocument) => boolean
  readonly lacksOn: (key: keyof OnDocument) => boolean
}

/** A rule without the fields that do not fit; undefined when it is no rule at all. */
export function readRule(raw: unknown): RulePart | undefined {
  const read = ruleSchema.safeParse(raw)
  if (read.success) return { rule: read.data, whole: true, lacks: (key) => read.data[key] === undefined, lacksOn: (key) => read.data.on[key] === undefined }
  if (!isRecord(raw)) return undefined
  const fields: Record<string, unknown> = { ...raw }
  const on: Record<string, unknown> | undefined = isRecord(fields['on']) ? { ...fields['on'] } : undefined
  if (on !== undefined) fields['on'] = on
  const faulty = new Set<string>()
  // An unknown key is most often a known one misspelt: any of the known ones may be meant.
  const anything = new Set<string>()
  for (const issue of read.error.issues) {
    const path = issue.path.map(String)
    // Nor can it be told what a map holds that stands in the wrong place: it may have taken in the next line.
    if (isRecord(valueAt(raw, issue.path)) && path.length > 1 && issue.code === 'invalid_type') anything.add('rule')
    if (issue.code === 'unrecognized_keys' && path.length === 0) {
      for (const key of issue.keys) delete fields[key]
      anything.add('rule')
    } else if (issue.code === 'unrecognized_keys' && path.length === 1 && path[0] === 'on' && on !== undefined) {
      for (const key of issue.keys) delete on[key]
      anything.add('on')
    } else if (path[0] === 'on' && path[1] !== undefined && on !== undefined) {
      delete on[path[1]]
      faulty.add(`on.${path[1]}`)
    } else if (path[0] !== undefined) {
      delete fields[path[0]]
      faulty.add(path[0])
    }
  }
  const rest = ruleSchema.safeParse(faulty.has('id') ? { ...fields, id: 'unnamed' } : fields)
  if (!rest.success) return undefined
  const rule = faulty.has('id') ? { ...rest.data, id: '' } : rest.data
  return {
    rule,
    whole: false,
    lacks: (key) => rule[key] === undefined && !faulty.has(key) && !anything.has('rule'),
    lacksOn: (key) => rule.on[key] === undefined && !faulty.has('on') && !faulty.has(`on.${key}`) && !anything.has('on') && !anything.has('rule'),
  }
}

/** The approval, and each of its slots that is well-formed by itself (undefined for the others). */
export function readApproval(raw: unknown): { readonly approval: ApprovalDocument | undefined; readonly slots: readonly (SlotDocument | undefined)[] } {
  const read = approvalSchema.safeParse(raw)
  if (read.success) return { approval: read.data, slots: read.data.slots }
  const slots = isRecord(raw) && Array.isArray(raw['slots']) ? (raw['slots'] as readonly unknown[]) : []
  return { approval: undefined, slots: slots.slice(0, MOST_SLOTS).map((slot) => slotSchema.safeParse(slot).data) }
}

/** False: they are written as something else, or an unknown key may be `approvals` misspelt. */
export function approvalsAreKnown(document: Readonly<Record<string, unknown>>): boolean {
  if (Object.hasOwn(document, 'approvals')) return isRecord(document['approvals'])
  return Object.keys(document).every((key) => Object.hasOwn(documentShape, key))
}

/** The keys allowed at a place of the document, for "did you mean". */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const last = path.at(-1)
  const before = path.at(-2)
  if (path.length === 0) return Object.keys(documentShape)
  if (last === 'on') return Object.keys(onShape)
  if (last === 'who') return Object.keys(whoShape)
  if (last === 'limit') return Object.keys(limitShape)
  if (before === 'mask') return Object.keys(maskShape)
  if (before === 'slots') return Object.keys(slotShape)
  if (before === 'rules') return Object.keys(ruleShape)
  if (before === 'approvals') return Object.keys(approvalShape)
  return []
}
