import type { Facts } from '../../gateway/command.ts'
import type { NameLookup, Portal, Prepared } from './exchange.ts'
import { UNSETTLED } from './names.ts'
import type { RawStatement } from './raw.ts'
import type { Analysis } from './resolve/analysis.ts'
import type { Ask } from './resolve/expand.ts'
import type { Rejected, Resolution, Unresolved } from './resolve/resolution.ts'
import type { Resolver } from './resolve/resolver.ts'
import type { SessionView } from './session-catalog.ts'
import { changesCatalog, endsTransaction, leavesFailedTransaction, locksTables, makesObjectsOfItsOwn, mayChangeSettings, movesNames, refersToNames, resetsSession } from './session-effects.ts'

// What statements mean to one session at one moment. To a session as it began, that is what the database's resolver says,
// mostly without a wait. One that changed its path or role, made temporary objects or changed the catalogue in its open
// transaction is asked itself. Where neither can be (in the midst of messages that are not synced), nobody knows, and it is said so.

/** By what a statement was judged, and by which its answer is masked. */
export interface Judged {
  /** Undefined: the target is not asked what statements mean. */
  resolution(raw: RawStatement): Resolution | undefined
  /** How the session itself sees the database; undefined: as every session does. */
  readonly view: SessionView | undefined
}

/** A question whose answer a verdict hangs on. */
export interface Asked {
  readonly statement: RawStatement
  readonly types: readonly number[]
  readonly resolution: Resolution
}

/** What a text does, once it has run, to what later ones mean. */
export interface Effects {
  /** After it, names may resolve otherwise than at the start of the session. */
  readonly moves: boolean
  /** It may change the catalogue. */
  readonly changes: boolean
  /** It may make objects that only this session sees. */
  readonly makesOwn: boolean
  /** What comes behind it must wait for its answer before anybody can say what it means. */
  readonly unsettles: boolean
}

export interface Understood extends Judged, Effects {
  readonly readings: readonly Facts[]
  readonly raw: readonly RawStatement[]
  readonly names: NameLookup
  readonly asked: readonly Asked[]
  /** Asked of the session itself. */
  readonly own: boolean
  /** Asked of it earlier: the state of the session and of the catalogue that this holds for. */
  readonly recalled: string | undefined
  /** The target does not take it: its words, and the statement they are about (null: the transaction has failed). */
  readonly rejected: { readonly fields: ReadonlyMap<string, string>; readonly statement: RawStatement | null } | undefined
}

/** Where a statement stands when it is about to be judged. `failed`: its transaction is. `recall`: nobody can be asked now, but what was asked before still holds. `blind`: nobody can be asked. */
export type Situation = 'plain' | 'own' | 'wait' | 'recall' | 'blind' | 'failed'

export interface MeaningHost {
  situation(): Situation
  /** Until everything before is answered; or it cannot be, and the situation is another. */
  settled(): Promise<void>
  /** Until the target answered something, or an exchange found its end. */
  change(): Promise<void>
  prepared(name: string): Prepared | null | typeof UNSETTLED
  cursor(name: string): Portal | null | typeof UNSETTLED
  /** True also while a command that would move names waits for its turn. */
  readonly mayHaveMoved: boolean
  /** Shows texts to the target in this very session, whose earlier commands are all answered. */
  analyse(questions: readonly { readonly text: string; readonly types: readonly number[] }[]): Promise<readonly Analysis[]>
  /** How this session sees the database now. `asBegun`: just as every session that begins. Null: it could not be asked. */
  view(): Promise<SessionView | 'asBegun' | null>
}

/** What all sessions of one database share. */
export interface DatabaseMeaning {
  readonly resolver: Resolver
  generation(): number
  /** Undefined: the catalogue is as new as the last change of ours. */
  gate(): Promise<void> | undefined
  /** Why the catalogue cannot be relied on; undefined: it can. */
  stale(): string | undefined
  /** The statements of the very text, where a shape's are those of an earlier one. */
  exact(text: string): readonly RawStatement[] | Promise<readonly RawStatement[]>
  /** False: it names objects that the catalogue (as that session sees it) does not have. */
  knows(resolution: Resolution, view: SessionView | undefined): boolean
  /** Reads the catalogue again if it has changed. Never rejects. */
  refresh(): Promise<void>
  understand(statement: RawStatement, names: NameLookup, moved: boolean, judged: Judged): readonly Facts[]
  remembered(raw: readonly RawStatement[]): Remembered | undefined
  remember(raw: readonly RawStatement[], known: Remembered): void
}

export interface Remembered {
  readonly generation: number
  readonly types: string
  readonly active: boolean
  readonly understood: Understood
}

export interface Source {
  readonly text: string
  readonly types: readonly number[]
  /** What the statement was prepared as: the target may go on running that. */
  readonly defined?: Judged | undefined
  /** What the portal was bound as: it is what runs. */
  readonly fixed?: Judged | undefined
}

/** Questions put to a session at a time. */
const TOGETHER = 16

type Wait = (found: Found) => Promise<void>

export class SessionMeaning {
  readonly #host: MeaningHost
  readonly #database: DatabaseMeaning
  /** The session changed its path, role or temporary schema. */
  #moved = false
  /** Its open transaction may have changed the catalogue. */
  #changed = false
  /** Counts everything that may give names another meaning in this session. */
  #version = 0
  #view: { readonly version: number; readonly generation: number; readonly view: SessionView | null } | undefined
  #known = new WeakMap<RawStatement, { readonly key: string; readonly resolution: Resolution }>()

  constructor(host: MeaningHost, database: DatabaseMeaning) {
    this.#host = host
    this.#database = database
  }

  get active(): boolean {
    return this.#database.resolver.active()
  }

  /** Names do not (or may not) mean what they mean to a session as it begins. */
  get isOwn(): boolean {
    return this.#moved || this.#changed
  }

  get moved(): boolean {
    return this.#moved
  }

  /** The statements of one text. Without a promise when nothing has to be waited for. Rejects when the client is gone. */
  understand(raw: readonly RawStatement[], source: Source): Understood | Promise<Understood> {
    const first = this.#attempt(raw, source, undefined)
    return typeof first === 'function' ? this.#later(first, raw, source) : first
  }

  async #later(first: Wait, raw: readonly RawStatement[], source: Source): Promise<Understood> {
    const found: Found = { version: this.#version, generation: this.#database.generation(), answers: new Map(), refreshed: false }
    for (let wait = first; ; ) {
      await wait(found)
      if (found.version !== this.#version || found.generation !== this.#database.generation()) {
        found.answers.clear()
        found.version = this.#version
        found.generation = this.#database.generation()
      }
      const next = this.#attempt(raw, source, found)
      if (typeof next !== 'function') return next
      wait = next
    }
  }

  /** It was handed to the target. */
  onForward(effects: Effects): void {
    if (!effects.unsettles) return
    this.#version++
    this.#moved ||= effects.moves
    this.#changed ||= effects.changes
  }

  /** The target is ready for the next batch. True: a transaction that may have changed the catalogue is over. */
  onReady(inTransaction: boolean): boolean {
    if (inTransaction || !this.#changed) return false
    this.#changed = false
    this.#version++
    return true
  }

  /** By whatever means, the path or role is another one. */
  onMoved(): void {
    this.#moved = true
    this.#version++
  }

  /**
   * Whether the answers that a verdict hung on would be the same if they were asked for now. About the very `text`: of a shape
   * that is shared, an earlier one's literals were asked about, and a literal can be a name (`WHERE a_regclass = 'orders'`).
   */
  async confirm({ asked, own, recalled }: Pick<Understood, 'asked' | 'own' | 'recalled'>, text: string): Promise<boolean> {
    if (recalled !== undefined) return recalled === this.#key(NO_TYPES)
    const before: Asked[] = []
    for (const one of asked) {
      if (one.resolution.kind === 'resolved') before.push({ ...one, statement: (await this.#exact(one.statement, { text, types: one.types })) ?? one.statement })
    }
    if (before.length === 0) return true
    const now = own ? await this.#askSession(before) : await Promise.all(before.map((one) => this.#database.resolver.fresh(one.statement, one.types)))
    return before.every((one, i) => digestOf(one.resolution) === digestOf(now[i]))
  }

  /** Understood, or what must be waited for first. */
  #attempt(raw: readonly RawStatement[], source: Source, found: Found | undefined): Understood | Wait {
    if (raw.length === 0) return NO_STATEMENT
    const gate = this.#database.gate()
    if (gate !== undefined) return () => gate
    const { active } = this
    const situation = active ? this.#host.situation() : 'plain'
    if (situation === 'wait') return () => this.#host.settled()
    if (situation === 'failed' && !leavesFailedTransaction(raw[0] as RawStatement)) return { ...NO_STATEMENT, raw, rejected: { fields: FAILED_TRANSACTION, statement: null } }
    const types = source.types.length === 0 ? '' : source.types.join()
    if (situation === 'plain' && source.fixed === undefined && found === undefined && !this.#host.mayHaveMoved) {
      const known = this.#database.remembered(raw)
      if (known !== undefined && known.generation === this.#database.generation() && known.types === types && known.active === active && agree(raw, source.defined, known.understood)) return known.understood
    }
    return new Attempt(this.#host, this.#database, {
      raw, source, situation, active, found, types,
      isOwn: this.isOwn,
      key: this.#key(NO_TYPES),
      view: () => this.#currentView(),
      known: (statement, typed) => {
        const known = this.#known.get(statement)
        return known !== undefined && known.key === this.#key(typed) ? known.resolution : undefined
      },
      find: (missing, into) => this.#find(missing, situation === 'own', source, into),
      readView: async () => {
        const version = this.#version
        const generation = this.#database.generation()
        const view = await this.#host.view()
        if (view !== 'asBegun') this.#view = { version, generation, view }
        else {
          this.#moved = false
          this.#changed = false
          // What was sent in this batch still counts as open until its Sync: asked again, the session would say the same for ever.
          if (this.#host.situation() === 'own') this.#view = { version, generation, view: null }
        }
      },
    }).run()
  }

  #key(types: readonly number[]): string {
    return `${this.#version} ${this.#database.generation()} ${types.join()}`
  }

  /** Undefined: it must be asked for. Null: it could not be told. */
  #currentView(): SessionView | null | undefined {
    return this.#view?.version === this.#version && this.#view.generation === this.#database.generation() ? this.#view.view : undefined
  }

  async #find(missing: readonly Missing[], own: boolean, source: Source, found: Found): Promise<void> {
    const answers = own ? await this.#askSession(missing) : await Promise.all(missing.map((one) => one.coming ?? this.#database.resolver.resolve(one.statement, one.types)))
    for (const [i, one] of missing.entries()) {
      let resolution = answers[i] as Resolution
      // Shapes share their statements: what was refused may be a literal of an earlier text.
      if (resolution.kind === 'rejected') {
        const exact = await this.#exact(one.statement, source)
        if (exact !== undefined) resolution = own ? (await this.#askSession([{ statement: exact, types: one.types }]))[0] as Resolution : await this.#database.resolver.fresh(exact, one.types)
      }
      if (own && resolution.kind === 'resolved') this.#known.set(one.statement, { key: this.#key(one.types), resolution })
      found.answers.set(one.statement, resolution)
    }
    // Something is newer than our catalogue: what was asked for then is asked again.
    const view = this.#view?.view ?? undefined
    if (!own || found.refreshed || [...found.answers.values()].every((one) => this.#database.knows(one, view))) return
    found.refreshed = true
    await this.#database.refresh()
  }

  /** The same statement with the literals of this text; undefined: it has them, or stands behind a name. */
  async #exact(statement: RawStatement, source: Source): Promise<RawStatement | undefined> {
    const [exact] = flat(await this.#database.exact(source.text)).filter((one) => one.sql !== null && one.depth === statement.depth && one.byteStart === statement.byteStart)
    return exact !== undefined && statement.of === 1 && (exact.whole ?? exact.sql) !== (statement.whole ?? statement.sql) ? exact : undefined
  }

  async #askSession(questions: readonly { readonly statement: RawStatement; readonly types: readonly number[] }[]): Promise<readonly Resolution[]> {
    const ask: Ask = async (text, types) => (await this.#host.analyse([{ text, types }]))[0] as Analysis
    const read: Resolution[] = []
    // A few at a time: their trees are large, and a message may have thousands of statements.
    for (let at = 0; at < questions.length; at += TOGETHER) {
      const some = questions.slice(at, at + TOGETHER)
      const answers = await this.#host.analyse(some.map(({ statement, types }) => ({ text: statement.sql as string, types })))
      for (const [i, { statement, types }] of some.entries()) {
        const answer = answers[i] as Analysis
        // Of a text that was made shorter the client is told nothing.
        const whole = answer.kind === 'rejected' && statement.whole !== undefined ? await ask(statement.whole, types) : answer
        read.push(await this.#database.resolver.read(whole, statement, ask))
      }
    }
    return read
  }
}

interface Found {
  version: number
  generation: number
  readonly answers: Map<RawStatement, Resolution>
  refreshed: boolean
}

interface Missing {
  readonly statement: RawStatement
  readonly types: readonly number[]
  /** Asked for already. */
  readonly coming?: Promise<Resolution>
}

interface AttemptParts {
  readonly raw: readonly RawStatement[]
  readonly source: Source
  readonly situation: Exclude<Situation, 'wait'>
  readonly active: boolean
  readonly isOwn: boolean
  readonly key: string
  readonly found: Found | undefined
  readonly types: string
  view(): SessionView | null | undefined
  known(statement: RawStatement, types: readonly number[]): Resolution | undefined
  find(missing: readonly Missing[], found: Found): Promise<void>
  readView(): Promise<void>
}

/** One go at the statements of a text, with what is known by now. */
class Attempt {
  readonly #host: MeaningHost
  readonly #database: DatabaseMeaning
  readonly #parts: AttemptParts
  readonly #answers = new Map<RawStatement, Resolution>()
  readonly #asked: Asked[] = []
  readonly #missing: Missing[] = []
  /** What names stood for, so that the answer is later masked by the same reading. */
  readonly #named = new Map<string, RawStatement | null>()
  readonly #behind: string[] = []
  /** What was prepared under a name that meant something else then. */
  readonly #earlier = new Map<RawStatement, Resolution>()
  /** An earlier statement of this text may give later ones another meaning. */
  #shaken = false
  #changesCatalog = false

  constructor(host: MeaningHost, database: DatabaseMeaning, parts: AttemptParts) {
    this.#host = host
    this.#database = database
    this.#parts = parts
  }

  run(): Understood | Wait {
    const { raw, source, active } = this.#parts
    let view: SessionView | undefined
    if (this.#parts.situation === 'own' || this.#parts.situation === 'recall') {
      const known = this.#parts.view()
      if (known === undefined && this.#parts.situation === 'own') return () => this.#parts.readView()
      view = known ?? undefined
    }
    const names = this.#names()
    const judged: Judged = { resolution: (statement) => this.#answers.get(statement), view }
    const blind = this.#parts.situation === 'blind' || ((this.#parts.situation === 'own' || this.#parts.situation === 'recall') && view === undefined) || (active && this.#database.stale() !== undefined)
    let readings: readonly Facts[] = []
    const effects = { moves: false, changes: false, makesOwn: false, unsettles: false }
    try {
      for (const statement of raw) {
        // What a name stands for may be defined by a statement of this text that is still missing.
        if (this.#missing.length === 0) this.#lookUp(statement, names)
        if (active) for (const one of flat([statement])) if (one.sql !== null) this.#resolve(one, source.types, source)
        if (this.#missing.length > 0) continue
        const refused = this.#refused(statement)
        if (refused !== undefined) return { ...NO_STATEMENT, raw, names, rejected: refused }
        const moved = active ? blind || this.#shaken || (this.#parts.situation === 'failed' && this.#parts.isOwn) : effects.moves || this.#host.mayHaveMoved
        const read = this.#readings(statement, names, moved, judged)
        // One statement keeps its own list: what is remembered of a text is remembered by it.
        readings = readings.length === 0 ? read : [...readings, ...read]
        this.#define(statement)
        this.#note(statement, read, effects)
      }
    } catch (error) {
      if (error === UNSETTLED) return () => this.#host.change()
      throw error
    }
    if (this.#missing.length > 0) return (found) => this.#parts.find(this.#missing, found)
    return this.#understood(readings, names, judged, effects)
  }

  #understood(readings: readonly Facts[], names: NameLookup, judged: Judged, effects: Effects): Understood {
    const { raw, source, situation, active, types } = this.#parts
    const answers = this.#answers
    // What it was prepared as may be what runs: of two different ones nobody can say which column is which.
    for (const [statement, before] of this.#earlier) if (!sameOutput(before, answers.get(statement))) answers.set(statement, TWO_MEANINGS)
    const isPlain = situation === 'plain' && source.fixed === undefined && this.#earlier.size === 0 && !raw.some(refersToNames) && !this.#host.mayHaveMoved
    const isKept = isPlain && this.#database.stale() === undefined && [...answers.values()].every((one) => one.kind === 'resolved')
    const understood: Understood = {
      readings, raw,
      // What is remembered serves every session of the database, and must not keep this one alive.
      names: isKept ? NO_NAMES : names,
      asked: this.#asked, own: situation === 'own', recalled: situation === 'recall' ? this.#parts.key : undefined, ...effects, rejected: undefined,
      resolution: lookUpIn(answers), view: judged.view,
    }
    if (isKept) this.#database.remember(raw, { generation: this.#database.generation(), types, active, understood })
    return understood
  }

  /** Gives the statement its answer, or notes that it is missing. */
  #resolve(statement: RawStatement, types: readonly number[], source: Source | undefined): void {
    if (this.#answers.has(statement)) return
    const give = (resolution: Resolution): void => void this.#answers.set(statement, resolution)
    if (source?.fixed !== undefined) return give(source.fixed.resolution(statement) ?? unresolved('what it was bound as is not known'))
    const stale = this.#database.stale()
    if (stale !== undefined) return give(unresolved(stale))
    if (this.#shaken) return give(unresolved('an earlier statement of the same message may change what its names mean; send them one by one'))
    const { situation, isOwn } = this.#parts
    if (situation === 'blind' || (situation === 'failed' && isOwn)) return give(unresolved('commands before it, which are not synced yet, may change what its names mean'))
    if (situation === 'own' && this.#parts.view() === null) return give(unresolved('the session could not be asked what it sees'))
    if (situation === 'recall') {
      const before = this.#parts.view() ? this.#parts.known(statement, types) : undefined
      return this.#give(statement, types, before ?? unresolved('the session cannot be asked what it means before its messages are synced'), source)
    }
    const known = this.#parts.found?.answers.get(statement) ?? (situation === 'own' ? this.#parts.known(statement, types) : this.#database.resolver.resolve(statement, types))
    if (known === undefined || known instanceof Promise) {
      if (!this.#missing.some((one) => one.statement === statement)) this.#missing.push({ statement, types, ...(known === undefined ? {} : { coming: known }) })
      return
    }
    this.#give(statement, types, known, source)
  }

  #give(statement: RawStatement, types: readonly number[], known: Resolution, source: Source | undefined): void {
    this.#answers.set(statement, known)
    this.#asked.push({ statement, types, resolution: known })
    const before = source?.defined?.resolution(statement)
    if (before !== undefined && before !== known && (before.kind !== 'resolved' || digestOf(before) !== digestOf(known))) this.#earlier.set(statement, before)
  }

  /** The names of a statement, and of those inside it, with what they stand for. */
  #lookUp(statement: RawStatement, names: NameLookup): void {
    for (const one of flat([statement])) {
      const name = one.reference?.name
      if (typeof name !== 'string') continue
      if (one.action === 'execute') names.prepared(name)
      else if (one.action === 'fetch' || one.action === 'move') names.cursor(name)
    }
  }

  #names(): NameLookup {
    const { active } = this.#parts
    const look = (key: string, find: () => RawStatement | null): RawStatement | null => {
      const before = this.#named.get(key)
      if (before !== undefined) return before
      const found = find()
      this.#named.set(key, found)
      return found
    }
    return {
      prepared: (name) => look(`prepare ${name}`, () => {
        const found = settledOrThrow(this.#host.prepared(name))
        const body = found?.raw[0] ?? null
        if (found) this.#behind.push(`${name}: ${found.text}`)
        if (active && found && body) for (const one of flat([body])) if (one.sql !== null) this.#resolve(one, found.parameterOids, { text: found.text, types: found.parameterOids, defined: found.judged ?? NOBODY_KNOWS })
        return body
      }),
      cursor: (name) => look(`declare ${name}`, () => {
        const found = settledOrThrow(this.#host.cursor(name))
        const body = found?.prepared.raw[0] ?? null
        if (found) this.#behind.push(`${name}: ${found.prepared.text}${found.parameters.length > 0 ? ` ${JSON.stringify(found.parameters)}` : ''}`)
        if (active && found && body) for (const one of flat([body])) if (one.sql !== null) this.#resolve(one, [], { text: '', types: [], fixed: found.judged ?? NOBODY_KNOWS })
        return body
      }),
      behind: this.#behind,
    }
  }

  #readings(statement: RawStatement, names: NameLookup, moved: boolean, judged: Judged): readonly Facts[] {
    const now = this.#database.understand(statement, names, moved, judged)
    if (this.#earlier.size === 0) return now
    // The target may go on with the plan it made when the name was given, or make a new one: both must be right.
    const before: Judged = { resolution: (one) => this.#earlier.get(one) ?? judged.resolution(one), view: judged.view }
    return [...now, ...this.#database.understand(statement, names, moved, before)]
  }

  #refused(statement: RawStatement): Understood['rejected'] {
    const body = statement.action === 'execute' ? this.#named.get(`prepare ${statement.reference?.name ?? ''}`) : undefined
    for (const one of flat(body ? [statement, body] : [statement])) {
      const answer = this.#answers.get(one)
      if (answer?.kind === 'rejected') return { fields: answer.fields, statement: one.depth === 'top' ? one : null }
    }
    return undefined
  }

  /** If a definition fails, what follows it in the text does not run. */
  #define(statement: RawStatement): void {
    const name = statement.reference?.name
    const body = statement.nested[0]
    if (typeof name === 'string' && body && (statement.action === 'prepare' || statement.action === 'declare')) this.#named.set(`${statement.action} ${name}`, body)
  }

  #note(statement: RawStatement, read: readonly Facts[], effects: { moves: boolean; changes: boolean; makesOwn: boolean; unsettles: boolean }): void {
    const behind = statement.action === 'execute' ? this.#named.get(`prepare ${statement.reference?.name ?? ''}`) : undefined
    const does = (test: (one: RawStatement) => boolean): boolean => test(statement) || (behind ? test(behind) : false)
    const settings = read.some(mayChangeSettings)
    const moves = does(movesNames) || settings
    const changes = does(changesCatalog)
    // Nothing means anything else behind a lock: it only says who can be asked.
    const locks = does(locksTables)
    effects.moves ||= moves
    this.#changesCatalog ||= changes
    effects.changes ||= changes || locks
    effects.makesOwn ||= settings || does(makesObjectsOfItsOwn)
    // A transaction's end takes back what it did to the session and to the catalogue, or lets it stand.
    const unsettles = moves || changes || ((this.#parts.isOwn || effects.moves || this.#changesCatalog) && (does(resetsSession) || does(endsTransaction)))
    effects.unsettles ||= unsettles || locks
    this.#shaken ||= unsettles
  }
}

const NO_TYPES: readonly number[] = []
const EMPTY: readonly Facts[] = [{ action: 'empty', effect: 'read', resources: [], unknown: [], attributes: {} }]
export const NO_NAMES: NameLookup = { prepared: () => null, cursor: () => null }
/** A text without a statement. */
export const NO_STATEMENT: Understood = {
  readings: EMPTY, raw: [], names: NO_NAMES, asked: [], own: false, recalled: undefined, moves: false, changes: false, makesOwn: false, unsettles: false, rejected: undefined, resolution: () => undefined, view: undefined,
}

const TWO_MEANINGS: Unresolved = { kind: 'unresolved', reason: 'its columns meant something else when it was prepared' }
const NOBODY_KNOWS: Judged = { resolution: () => ({ kind: 'unresolved', reason: 'what its names meant when it was prepared is not known' }), view: undefined }

/** As the server says it (postgres.c). */
const FAILED_TRANSACTION: Rejected['fields'] = new Map([['S', 'ERROR'], ['V', 'ERROR'], ['C', '25P02'], ['M', 'current transaction is aborted, commands ignored until end of transaction block']])

/** What a text is now is what it was prepared as. */
function agree(raw: readonly RawStatement[], defined: Judged | undefined, now: Judged): boolean {
  if (defined === undefined || defined === now) return true
  for (const statement of raw) {
    const before = defined.resolution(statement)
    const present = now.resolution(statement)
    if (before !== present && (before?.kind !== 'resolved' || present?.kind !== 'resolved' || before.digest !== present.digest)) return false
    if (statement.nested.length > 0 && !agree(statement.nested, defined, now)) return false
  }
  return true
}

function lookUpIn(answers: ReadonlyMap<RawStatement, Resolution>): Judged['resolution'] {
  return (statement) => answers.get(statement)
}

function digestOf(resolution: Resolution | undefined): string | undefined {
  return resolution?.kind === 'resolved' ? resolution.digest : undefined
}

/** Whether both send back the same columns of the same relations. */
function sameOutput(one: Resolution, other: Resolution | undefined): boolean {
  const output = (resolution: Resolution | undefined): string | undefined => (resolution?.kind === 'resolved' ? JSON.stringify(resolution.queries.map((query) => query.output)) : undefined)
  const shown = output(one)
  return shown !== undefined && shown === output(other)
}

/** The statements with everything inside them. */
function flat(statements: readonly RawStatement[]): RawStatement[] {
  return statements.flatMap((statement) => (statement.nested.length === 0 ? [statement] : [statement, ...flat(statement.nested)]))
}

function settledOrThrow<T>(found: T | typeof UNSETTLED): T {
  if (found === UNSETTLED) throw UNSETTLED
  return found as T
}

function unresolved(reason: string): Unresolved {
  return { kind: 'unresolved', reason }
}
