/** Who asks. `id` is `<issuer>#<subject>` and is what rules, holds and the record compare; `name` is for people. */
export interface Principal {
  readonly id: string
  readonly name: string
  readonly kind: 'agent' | 'bot' | 'ci' | 'human'
  readonly issuer: string
  readonly subject: string
  readonly groups: readonly string[]
  /** Id of the human this agent acts for, where its token says so; that person never approves its commands. */
  readonly owner?: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly expiresAt: Date
}

export interface Target {
  readonly name: string
  readonly protocol: string
  readonly labels: Readonly<Record<string, string>>
}

export interface Session {
  readonly id: string
  readonly principal: Principal
  readonly target: Target
  readonly openedAt: Date
  /** Fires when the client is gone, an operator stops the session, or the gateway drains. */
  readonly ended: AbortSignal
  /** What the agent says of itself: plan, reason, application name. Shown as CLAIMED, never read by a rule. */
  readonly claimed: Readonly<Record<string, string>>
  /** Where the client came from, `address:port`. */
  readonly peer: string
}

/** `name` is what a rule matches: `schema.table` for a relation, `schema.function`, a setting's name, a role. */
export interface Resource {
  readonly kind: string
  readonly name: string
  readonly access: 'read' | 'write'
  readonly columns?: readonly string[]
}

/**
 * One statement (or part of one) as its grammar reads it. `action` is the protocol's verb (`select`, `delete`, `set`);
 * `unknown` holds every reason why the reading is not complete: not empty means effect `unknown` for any wildcard.
 */
export interface Facts {
  readonly action: string
  readonly effect: 'read' | 'write' | 'destroy' | 'admin' | 'unknown'
  readonly resources: readonly Resource[]
  readonly unknown: readonly string[]
  readonly attributes: Readonly<Record<string, FactValue>>
}
export type FactValue = string | number | boolean | null | readonly string[]

/** One Command is one thing a reviewer can say yes or no to. */
export interface Command {
  readonly id: string
  readonly session: Session
  readonly at: Date
  /** `prepare`: the bytes only name and analyse a statement (Postgres Parse); what would be held may still be prepared. `execute`: they run it. */
  readonly phase: 'prepare' | 'execute'
  /** What the reviewer reads: the exact text, never shortened. */
  readonly text: string
  /** Bound values, decoded for reading; null is SQL NULL. */
  readonly parameters: readonly (string | null)[]
  /** Texts behind the names it uses (SQL EXECUTE, FETCH), with the values they were bound to: part of what the reviewer reads, and of the fingerprint. */
  readonly standsFor?: readonly string[]
  /** sha256 (hex) of the exact bytes forward() will send; a permit is bound to it. */
  readonly digest: string
  /** sha256 (hex) of what it means, so that an identical retry matches: text, parameters, role, database, path. */
  readonly fingerprint: string
  /** The most consequential reading of the whole. */
  readonly facts: Facts
  /** Every statement in it, nested ones too. The verdict is the strictest over all of them. */
  readonly readings: readonly Facts[]
  /** More than one only when the parts can run without each other. */
  readonly parts: readonly Facts[]
  /** `streaming`: more bytes follow that nobody has reviewed. */
  readonly input: 'complete' | 'streaming'
  /** Session state that gives the bytes their meaning, and what else a reviewer must know (`in_transaction`, `role`, `database`). */
  readonly context: Readonly<Record<string, FactValue>>
  /** Id of an earlier command of this session of which this is the rest (fetching on from a portal): one approval covers both. */
  readonly continues?: string
  /** Commands the agent wants reviewed together. */
  readonly batch?: string
  /** Client gone, cancel request, channel closed. */
  readonly withdrawn: AbortSignal
  /** Whether that has fired, for who only asks: a signal is costly, and most commands need none. Absent: ask the signal. */
  readonly isWithdrawn?: boolean
  /**
   * Asked before an approval is used: false when what its names stand for has changed since it was judged, so that people
   * said yes to something else. Absent where a text means the same always.
   */
  stillMeans?(): Promise<boolean>
  /**
   * Asked before a hold is opened: what the command would do, as its target tells. Bounded in time, changes nothing there,
   * and never rejects: what could not be measured says so in the answer. Absent (or null): there is nothing to measure.
   */
  measure?(): Promise<Impact | null>
}

/** How many, and what the number is worth. `why` is a sentence for people. */
export type Measured =
  | { readonly kind: 'exact'; readonly count: number }
  | { readonly kind: 'at_most' | 'estimate'; readonly count: number; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }

export type ImpactValue = string | number | null | readonly ImpactValue[] | { readonly [name: string]: ImpactValue }

/** What a held command would do, measured at its target. Values in it are masked as the agent would see them. */
export interface Impact {
  readonly at: Date
  /** Rows that the command itself changes. */
  readonly rows: Measured
  /** Rows that change along with them (foreign keys); what code of others does besides cannot be counted. */
  readonly others: Measured
  /** More for the briefing, in reading order. `lasting`: false for what is different at each look (locks, samples) and no reason to ask anew. */
  readonly details: readonly { readonly name: string; readonly label: string; readonly value: ImpactValue; readonly lasting: boolean }[]
  readonly warnings: readonly string[]
  /** Why no ceiling can be held on the real run; null: one can. */
  readonly unenforceable: string | null
}

/** The most that an approved run may change; the run is taken back where it is more. Null: not limited. */
export interface Ceiling {
  readonly rows: number | null
  readonly others: number | null
}

const EFFECT_ORDER = ['read', 'write', 'destroy', 'admin', 'unknown'] as const

/** The reading with the gravest effect; the first of them when several are equal. */
export function mostConsequential(readings: readonly Facts[]): Facts {
  let worst = readings[0]
  for (const facts of readings) if (worst === undefined || rank(facts) > rank(worst)) worst = facts
  if (worst === undefined) throw new TypeError('a command has at least one reading')
  return worst
}

function rank(facts: Facts): number {
  return facts.unknown.length > 0 ? EFFECT_ORDER.length : EFFECT_ORDER.indexOf(facts.effect)
}

/** Whether a pattern `schema.table.column` covers a column; `*` stands for any characters within one of the three. */
export function coversColumn(pattern: string, column: readonly string[]): boolean {
  const segments = pattern.split('.')
  return segments.length === column.length && segments.every((segment, index) => matchesSegment(segment, column[index] as string))
}

/** The parts of a name as facts spell it (`schema."my table".column`), without their quotes. */
export function nameParts(name: string): string[] {
  if (!name.includes('"')) return name.split('.')
  return [...name.matchAll(/"((?:[^"]|"")*)"(?:\.|$)|([^."]*)(?:\.|$)/g)].slice(0, -1).map(([, quoted, plain]) => (quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"')))
}

function matchesSegment(glob: string, text: string): boolean {
  if (!glob.includes('*')) return glob === text
  const [first = '', ...rest] = glob.split('*')
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const [index, part] of rest.entries()) {
    if (index === rest.length - 1) return text.length - part.length >= at && text.endsWith(part)
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return true
}
