import { createHash } from 'node:crypto'
import type { Hold } from '../../approvals/hold.ts'
import { digestOf, type Permit } from '../../enforcement/permit.ts'
import type { Refusal } from '../../enforcement/refusal.ts'
import { type Command, type Facts, type FactValue, type Impact, mostConsequential, type Session } from '../../gateway/command.ts'
import type { Outcome } from '../../recording/entry.ts'
import type { Exchange } from '../adapter.ts'
import type { BindMessage } from './codec.ts'
import type { Field } from './masking.ts'
import type { OwnAnswer } from './own-answer.ts'
import type { RawStatement } from './raw.ts'
import type { Resolution } from './resolve/resolution.ts'
import type { Sight } from './sight.ts'
import type { SessionView } from './session-catalog.ts'
import type { Asked, Effects, Judged } from './session-meaning.ts'

/** A statement the target has under a name, from Parse or SQL PREPARE. */
export interface Prepared {
  readonly raw: readonly RawStatement[]
  readonly text: string
  readonly parameterOids: readonly number[]
  /** From Describe; null: it returns no rows; undefined: not described yet. */
  fields?: readonly Field[] | null
  /** The catalogue generation at which the description was asked for; undefined: there is none. */
  describedAt?: number | undefined
  /** A Describe is on its way: what it brings may be relied on in its own batch only, where an error skips the rest too. */
  describing?: { readonly batch: number; readonly generation: number }
  /** What it meant when it was defined; the target may go on running that. */
  judged?: Judged | undefined
  /** The target's own ParameterDescription. */
  describedOids?: readonly number[]
}

/** What Execute runs: a bound statement, or a cursor that SQL declared. */
export interface Portal {
  readonly prepared: Prepared
  readonly bind: BindMessage | undefined
  readonly parameters: readonly (string | null)[]
  /** Id of the command under which it was bound. */
  commandId: string | undefined
  /** Outlives its transaction (WITH HOLD). */
  readonly holdable: boolean
  /** The batch that bound it; absent for cursors of SQL. */
  readonly batch?: number
  /** What it meant when it was bound: that is what runs. */
  judged?: Judged | undefined
  fields?: readonly Field[] | null
  describedAt?: number | undefined
  describing?: { readonly batch: number; readonly generation: number }
}

/** What the target will answer, in order. */
export type Expected =
  | { readonly kind: 'query'; readonly flight: Flight; readonly statements: readonly RawStatement[]; index: number }
  | { readonly kind: 'parse'; readonly flight: Flight; readonly name: string; readonly prepared: Prepared }
  | { readonly kind: 'bind'; readonly flight: Flight; readonly name: string; readonly portal: Portal }
  | { readonly kind: 'describe'; readonly flight: Flight; readonly ours: boolean; readonly generation: number; readonly prepared: Prepared | undefined; readonly portal: Portal | undefined }
  | { readonly kind: 'execute'; readonly flight: Flight; readonly portal: Portal }
  | { readonly kind: 'close'; readonly flight: Flight; readonly what: 'statement' | 'portal'; readonly name: string }
  | { readonly kind: 'sync'; readonly flight: Flight | undefined }
  /** A word of ours, up to its ReadyForQuery (or, of one that is not synced, the last of so many CloseCompletes): nothing of it is for the client. */
  | { readonly kind: 'own'; readonly answer: OwnAnswer; closes?: number }
  /** Stands for the decision on a run that has a ceiling; nothing answers to it. */
  | { readonly kind: 'guard'; readonly flight: Flight }
  /** The error that our own abort word provokes; the client gets these bytes in its place. */
  | { readonly kind: 'refused'; readonly bytes: Buffer }
  /** Bytes of ours that take their place in reply order. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }

type WithoutFlight<T> = T extends { readonly flight: Flight | undefined } ? Omit<T, 'flight'> : never
/** A step of an exchange before it is forwarded. */
export type Step = WithoutFlight<Expected> | Extract<Expected, { readonly kind: 'bytes' }>

/** One forwarded exchange, until the target has answered it. */
export interface Flight {
  readonly command: PostgresCommand
  readonly permit: Permit
  readonly settle: (outcome: Outcome) => void
  readonly extended: boolean
  readonly batch: number
  /** It was forwarded while no transaction block was open, so an error later in its batch takes it back. */
  readonly implicit: boolean
  tags: string[]
  error: { readonly code: string; readonly message: string } | undefined
  /** How its answer is shown; made with the first of it. */
  sight?: Sight
  /** Its answer was cut off at a bound; the client was told. What the target made of it decides the outcome. */
  cut: string | undefined
  rows: number
  bytes: number
  /** The end of its answer is kept back until its ceiling was looked at. */
  readonly guard?: { keeping: boolean; off: boolean; readonly kept: Buffer[] }
}

let commandCount = 0
const NOT_ASKED: readonly Asked[] = []
const processPart = Date.now().toString(36)

/** What SQL names refer to; null: nothing the gateway has seen. */
export interface NameLookup {
  prepared(name: string): RawStatement | null
  cursor(name: string): RawStatement | null
  /** What was found, for people: `name: text`. */
  readonly behind?: readonly string[]
}

/** What names stand for, by the catalogue that a command was judged by. */
export interface Meaning {
  /** As one text: readings, and the oids of the relations they mean. */
  of(command: PostgresCommand): string
  /** Whether it is the same by the catalogue as it is now, which is read anew. */
  still(command: PostgresCommand): Promise<boolean>
}

interface CommandFields {
  readonly session: Session
  readonly raw: readonly RawStatement[]
  readonly names: NameLookup
  readonly phase: Command['phase']
  readonly text: string
  readonly parameters: readonly (string | null)[]
  readonly readings: readonly Facts[]
  readonly input: Command['input']
  readonly context: Readonly<Record<string, FactValue>>
  readonly continues: string | undefined
  readonly bytes: Buffer
  /** Everything the meaning hangs on besides text, role and database. */
  readonly bound: BindMessage | undefined
  readonly meaning?: Meaning
  /** By what it was judged. */
  readonly judged?: Judged
  /** Whether the target would say the same of it now. */
  readonly confirm?: (() => Promise<boolean>) | undefined
  /** What was asked of the target about it. */
  readonly asked?: readonly Asked[]
  /** Asks the target what it would do. */
  readonly measure?: ((command: PostgresCommand) => Promise<Impact | null>) | undefined
}

/** A command of the Postgres protocol. What a plain read never needs (fingerprint, abort signal) is made when it is asked for. */
export class PostgresCommand implements Command {
  readonly id = `cm_${processPart}${(commandCount++).toString(36).padStart(6, '0')}`
  readonly #atMs = Date.now()
  readonly session: Session
  readonly raw: readonly RawStatement[]
  /** What EXECUTE and FETCH in it stand for, as it was judged. */
  readonly names: NameLookup
  readonly phase: Command['phase']
  readonly text: string
  readonly parameters: readonly (string | null)[]
  readonly digest: string
  readonly facts: Facts
  readonly readings: readonly Facts[]
  readonly input: Command['input']
  readonly context: Readonly<Record<string, FactValue>>
  declare readonly continues?: string
  readonly #bound: BindMessage | undefined
  readonly #meaning: Meaning | undefined
  readonly #judged: Judged | undefined
  readonly #confirm: (() => Promise<boolean>) | undefined
  readonly #asked: readonly Asked[]
  readonly #measure: ((command: PostgresCommand) => Promise<Impact | null>) | undefined
  #fingerprint: string | undefined
  #withdrawal: AbortController | undefined
  #withdrawnBecause: string | undefined

  constructor(fields: CommandFields) {
    this.session = fields.session
    this.raw = fields.raw
    this.names = fields.names
    this.phase = fields.phase
    this.text = fields.text
    this.parameters = fields.parameters
    this.readings = fields.readings
    this.facts = mostConsequential(fields.readings)
    this.input = fields.input
    this.context = fields.context
    this.digest = digestOf(fields.bytes)
    this.#bound = fields.bound
    this.#meaning = fields.meaning
    this.#judged = fields.judged
    this.#confirm = fields.confirm
    this.#asked = fields.asked ?? NOT_ASKED
    this.#measure = fields.measure
    if (fields.continues !== undefined) this.continues = fields.continues
  }

  get parts(): readonly Facts[] {
    return [this.facts]
  }

  /** What the target made of a statement of it, by which it was judged. Undefined: it is not asked. */
  resolution(raw: RawStatement): Resolution | undefined {
    return this.#judged?.resolution(raw)
  }

  /** How its session saw the database when it was judged; undefined: as every session does. */
  get view(): SessionView | undefined {
    return this.#judged?.view
  }

  /** By what its answer is masked; the same object for texts that are remembered. */
  get judged(): Judged | undefined {
    return this.#judged
  }

  async stillMeans(): Promise<boolean> {
    return ((await this.#meaning?.still(this)) ?? true) && ((await this.#confirm?.()) ?? true)
  }

  /** Null: there is nothing to measure. */
  async measure(): Promise<Impact | null> {
    return (await this.#measure?.(this)) ?? null
  }

  get bound(): BindMessage | undefined {
    return this.#bound
  }

  get standsFor(): readonly string[] {
    return this.names.behind ?? []
  }

  /** sha256 over a JSON array (injective), so that an identical retry on another connection matches. */
  get fingerprint(): string {
    if (this.#fingerprint === undefined) {
      const { principal, target } = this.session
      const bound = this.#bound
      const parameters = bound?.parameters.map((value) => value?.toString('base64') ?? null) ?? []
      const digests = this.#asked.map(({ resolution }) => (resolution.kind === 'resolved' ? resolution.digest : null))
      const parts = ['v1', principal.id, target.protocol, target.name, this.context['database'], this.context['role'], this.context['search_path'], this.phase, this.text, parameters, bound?.parameterFormats ?? [], this.standsFor, this.#meaning?.of(this) ?? '', digests]
      this.#fingerprint = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
    }
    return this.#fingerprint
  }

  get withdrawn(): AbortSignal {
    this.#withdrawal ??= new AbortController()
    if (this.#withdrawnBecause !== undefined) this.#withdrawal.abort(this.#withdrawnBecause)
    return this.#withdrawal.signal
  }

  get at(): Date {
    return new Date(this.#atMs)
  }

  get isWithdrawn(): boolean {
    return this.#withdrawnBecause !== undefined
  }

  get cancelled(): boolean {
    return this.#withdrawnBecause === 'cancelled'
  }

  withdraw(cause: 'cancelled' | 'client_gone' | 'stopped' | 'draining'): void {
    this.#withdrawnBecause ??= cause
    this.#withdrawal?.abort(this.#withdrawnBecause)
  }
}

/** What an exchange asks of its lane. */
export interface ExchangeLane {
  waiting(exchange: PostgresExchange, hold: Hold, until: AbortSignal): void
  refuse(exchange: PostgresExchange, refusal: Refusal): void
  isSkipped(exchange: PostgresExchange): boolean
  skip(exchange: PostgresExchange): void
  forward(exchange: PostgresExchange, permit: Permit): { readonly sent: Promise<void> | undefined; readonly outcome: Promise<Outcome> }
}

/** A Query message, or the messages of the extended protocol that travel together: at most one Parse, one Bind and one Execute. */
export class PostgresExchange implements Exchange {
  readonly #lane: ExchangeLane
  readonly command: PostgresCommand
  readonly bytes: Buffer
  readonly steps: readonly Step[]
  readonly extended: boolean
  readonly hasSync: boolean
  readonly batch: number
  /** What it does to the meaning of names, once it has run. */
  readonly effects: Effects
  declare readonly refusal?: Refusal
  /** The target's own words, in place of ours, where it is the target that refuses. */
  readonly answer: Buffer | undefined
  hold: Hold | undefined

  constructor(lane: ExchangeLane, fields: { readonly command: PostgresCommand; readonly bytes: Buffer; readonly steps: readonly Step[]; readonly extended: boolean; readonly hasSync: boolean; readonly batch: number; readonly refusal: Refusal | undefined; readonly answer: Buffer | undefined; readonly effects: Effects }) {
    this.#lane = lane
    this.command = fields.command
    this.bytes = fields.bytes
    this.steps = fields.steps
    this.extended = fields.extended
    this.hasSync = fields.hasSync
    this.batch = fields.batch
    this.effects = fields.effects
    this.answer = fields.answer
    if (fields.refusal !== undefined) this.refusal = fields.refusal
  }

  get skipped(): boolean {
    return this.#lane.isSkipped(this)
  }

  waiting(hold: Hold, until: AbortSignal): void {
    this.hold = hold
    this.#lane.waiting(this, hold, until)
  }

  refuse(refusal: Refusal): void {
    this.#lane.refuse(this, refusal)
  }

  skip(): void {
    this.#lane.skip(this)
  }

  forward(permit: Permit): { readonly sent: Promise<void> | undefined; readonly outcome: Promise<Outcome> } {
    return this.#lane.forward(this, permit)
  }
}
