import { GatewayError } from '../../../errors.ts'
import { type AnswerRow, type Answers, readAnswers } from '../answers.ts'
import { analyse, analyseAsFunction, analysisMessages, connect, functionMessages, send, type Upstream } from '../upstream.ts'
import type { Analysis, AnalyserParts } from './analysis.ts'
import { type AnalysisWord, wordName } from './analysis-words.ts'
import { readNodeTree, unfold, type Value } from './node-tree.ts'
import type { Rejected, Unresolved } from './resolution.ts'

// One connection on which the target is asked what texts mean: how it is set up, and how its answers are read.

/** What a target allows, and which way is taken. */
export interface AnalysisState {
  readonly method: 'print' | 'function' | 'none'
  /** PostgreSQL's major version. */
  readonly major: number
  /** Null: the way works. Else a sentence each. */
  readonly print: string | null
  readonly function: string | null
  /** Who asks, and as whom. */
  readonly user: string
  readonly role: string
  /** What the way that is taken writes to the log of the target; null: nothing. */
  readonly writesToLog: string | null
}

export interface Side {
  readonly state: AnalysisState
  /** performance.now() of the question under way; null: none. */
  readonly busySince: number | null
  /** performance.now() of the last answer. */
  readonly idleSince: number
  /** False once it has ended, or is too old to be asked again. */
  readonly open: boolean
  /** `lost`: the connection ended before the answer. */
  ask(text: string, parameterTypes: readonly number[]): Promise<Analysis | 'lost'>
  onEnd(then: () => void): void
  end(): void
}

export const OLDEST_MAJOR = 14
export const NEWEST_MAJOR = 18

/** The printed tree is folded into lines: a little more than what is read of one. */
const MAX_MESSAGE_BYTES = 6 << 20
const LIMITS = { withinMs: 20_000, maxBytes: 16 << 20 }
/** Characters of trees that are read at once, in a millisecond or two; longer ones go to a thread. */
const READ_HERE = 64 * 1024
/** Settings of the role may change: no connection is older. */
const MAX_AGE_MS = 600_000

/** Signs in, looks at what is possible and prepares one way. Throws `target_unavailable` or `target_failed`. */
export async function openSide(parts: AnalyserParts): Promise<Side> {
  const { key, login, door, words } = parts
  const bytesOf = (word: AnalysisWord): Buffer => words.get(wordName(key, word)) as Buffer
  const upstream = await connect(door.own(null, wordName(key, 'connect')), login, bytesOf('connect'), { connectTimeoutMs: parts.connectTimeoutMs, maxMessageBytes: MAX_MESSAGE_BYTES })
  upstream.socket.on('error', () => undefined)
  const say = async (word: AnalysisWord): Promise<Answers> => {
    void send(door.own(null, wordName(key, word)), upstream, bytesOf(word))
    return readAnswers(upstream, 1, LIMITS)
  }
  try {
    const state = await prepare(parts, upstream, say)
    return new OpenSide(parts, upstream, state)
  } catch (error) {
    upstream.socket.destroy()
    throw error
  }
}

async function prepare(parts: AnalyserParts, upstream: Upstream, say: (word: AnalysisWord) => Promise<Answers>): Promise<AnalysisState> {
  const major = majorOf(upstream.parameters.get('server_version') ?? '')
  const { login, method } = parts
  const state = (way: AnalysisState['method'], print: string | null, byFunction: string | null, writesToLog: string | null = null): AnalysisState => ({
    method: way, major, print, function: byFunction, user: login.user, role: login.role, writesToLog,
  })
  if (!isSupported(String(major))) {
    const why = `the target is PostgreSQL ${major || 'of unknown version'}; its query trees are read of ${OLDEST_MAJOR} to ${NEWEST_MAJOR} only`
    return state('none', why, why)
  }
  const about = only(await say(major === 14 ? 'about_14' : 'about'))
  let whyNotRole: string | null = null
  let quiet = about['log_level'] === 'fatal' || about['log_level'] === 'panic'
  if (!quiet && about['may_quiet'] === 't' && method !== 'none' && method !== 'function') quiet = (await say('quiet')).errors.length === 0
  if (login.role !== login.user) {
    const [refused] = (await say('role')).errors
    if (refused !== undefined) whyNotRole = `${login.user} may not take the role ${login.role}, so names might mean something else to it (${refused.get('M') ?? ''})`
  }
  const print = whyNotRole ?? (quiet ? null : `log_min_messages of ${login.user} is ${about['log_level'] ?? '?'}: every analysed statement would be written to the target's log`)
  const byFunction = whyNotRole ?? notAsFunction(about, login.role)
  if (print === null && (method === 'auto' || method === 'print')) {
    throwIfRefused(await say('print'))
    return state('print', print, byFunction)
  }
  if (byFunction === null && (method === 'auto' || method === 'function')) {
    throwIfRefused(await say('names'))
    return state('function', print, byFunction, quiet ? null : loggedFunctions(about))
  }
  return state('none', print, byFunction)
}

function notAsFunction(about: AnswerRow, role: string): string | null {
  if (about['standby'] === 't') return 'the target is a standby, where no function can be made for a moment'
  if (about['may_temp'] !== 't') return `${role} has no right to make temporary objects there`
  if (about['event_triggers'] !== '0') return 'the target has event triggers, which would run'
  return null
}

/** CREATE FUNCTION is DDL to the log and to whatever audits the target. */
function loggedFunctions(about: AnswerRow): string | null {
  const statements = about['log_statement'] ?? ''
  if (statements === 'ddl' || statements === 'all' || statements === 'mod') return `every analysed statement, as CREATE FUNCTION (log_statement is ${statements})`
  if (about['log_duration'] !== '-1') return `analysed statements that take long, as CREATE FUNCTION (log_min_duration_statement is ${about['log_duration'] ?? '?'})`
  return 'statements that the target refuses, as errors'
}

function only({ rows, errors }: Answers): AnswerRow {
  const [row] = rows
  if (row === undefined) throw new GatewayError('target_failed', `the target could not be asked about itself: ${errors[0]?.get('M') ?? 'no answer'}`)
  return row
}

function throwIfRefused({ errors }: Answers): void {
  if (errors[0] !== undefined) throw new GatewayError('target_failed', `the target refused a setting of the analysis connection: ${errors[0].get('M') ?? ''}`)
}

/** `server_version` as the target reports it: `18.4`, `16.2 (Debian ..)`, `19beta1`. */
export function isSupported(version: string): boolean {
  const major = majorOf(version)
  return major >= OLDEST_MAJOR && major <= NEWEST_MAJOR
}

function majorOf(version: string): number {
  return Number(/^\d+/.exec(version)?.[0] ?? 0)
}

class OpenSide implements Side {
  readonly state: AnalysisState
  readonly #parts: AnalyserParts
  readonly #upstream: Upstream
  readonly #opened = performance.now()
  #busySince: number | null = null
  #idleSince = performance.now()

  constructor(parts: AnalyserParts, upstream: Upstream, state: AnalysisState) {
    this.#parts = parts
    this.#upstream = upstream
    this.state = state
  }

  get busySince(): number | null {
    return this.#busySince
  }

  get idleSince(): number {
    return this.#idleSince
  }

  get open(): boolean {
    return !this.#upstream.socket.destroyed
  }

  async ask(text: string, parameterTypes: readonly number[]): Promise<Analysis | 'lost'> {
    if (this.state.method === 'none') return unresolved(this.state.print ?? 'this target is not asked what statements mean')
    this.#busySince = performance.now()
    try {
      return await (this.state.method === 'print' ? this.#print(text, parameterTypes) : this.#function(text, parameterTypes))
    } catch (error) {
      this.end()
      if (error instanceof GatewayError && error.code === 'target_unavailable') return 'lost'
      return unresolved(`the target could not be asked what it means: ${error instanceof Error ? error.message : 'unknown fault'}`)
    } finally {
      this.#busySince = null
      this.#idleSince = performance.now()
      if (performance.now() - this.#opened > MAX_AGE_MS) this.end()
    }
  }

  async #print(text: string, parameterTypes: readonly number[]): Promise<Analysis> {
    const permit = this.#parts.door.analysis(null, analysisMessages(text, parameterTypes))
    void analyse(permit, this.#upstream, text, parameterTypes)
    return readPrinted(await readAnswers(this.#upstream, 1, LIMITS))
  }

  async #function(text: string, parameterTypes: readonly number[]): Promise<Analysis> {
    const names = parameterTypes.map((type) => this.#parts.typeName(type))
    if (names.includes(null)) return unresolved('the types of its parameters are not given, and the target can be asked by functions only, which need them')
    const { bytes, before } = functionMessages(text, names as string[])
    const permit = this.#parts.door.analysis(null, bytes)
    void analyseAsFunction(permit, this.#upstream, text, names as string[])
    return readBody(await readAnswers(this.#upstream, 3, LIMITS), before)
  }

  onEnd(then: () => void): void {
    this.#upstream.socket.on('close', then)
    if (this.#upstream.socket.destroyed) then()
  }

  end(): void {
    this.#upstream.socket.destroy()
  }
}

/** The trees among the notices of one Parse, or why there are none. */
export function readPrinted({ notices, errors, tooLong }: Pick<Answers, 'notices' | 'errors' | 'tooLong'>): Analysis {
  const [error] = errors
  if (error !== undefined) return refusedBy(error)
  if (tooLong) return unresolved(`the target's reading of it is longer than ${MAX_MESSAGE_BYTES >> 20} MiB`)
  // The words of the message are never translated (errmsg_internal in print.c), and the severity in V neither.
  const printed = notices.filter((notice) => notice.get('V') === 'LOG' && notice.get('M') === 'rewritten parse tree:')
  if (printed.length === 0) return unresolved('the target did not say how it reads it')
  const texts = printed.map((notice) => notice.get('D') ?? '')
  if (texts.reduce((sum, text) => sum + text.length, 0) > READ_HERE) return { kind: 'trees', by: 'print', trees: [], printed: texts }
  try {
    return { kind: 'trees', by: 'print', trees: texts.map((text) => readNodeTree(unfold(text))) }
  } catch (fault) {
    return unresolved(fault instanceof GatewayError ? fault.message : `the target's query tree could not be read`)
  }
}

/** The tree of the function that was made of it, or why there is none. */
function readBody({ rows, errors, tooLong }: Answers, before: number): Analysis {
  const [error] = errors
  if (error !== undefined) {
    // It is told of fewer parameters than it uses: the target would find their types itself, elsewhere.
    if (error.get('C') === '42P02') return unresolved('the types of its parameters are not given, and the target can be asked by functions only, which need them')
    const fields = new Map(error)
    const position = Number(fields.get('P')) - before
    if (position > 0) fields.set('P', String(position))
    else fields.delete('P')
    return refusedBy(fields)
  }
  const body = rows[0]?.['body']
  if (tooLong || typeof body !== 'string') return unresolved('the target did not say how it reads it')
  try {
    // `((QUERY))`: a list of one list of all its statements.
    const tree = readNodeTree(body)
    const [statements, ...more] = Array.isArray(tree) ? (tree as readonly Value[]) : []
    if (!Array.isArray(statements) || statements.length !== 1 || more.length > 0) return unresolved('the target reads it as more than one statement')
    return { kind: 'trees', by: 'function', trees: [statements as readonly Value[]] }
  } catch (fault) {
    return unresolved(fault instanceof GatewayError ? fault.message : `the target's query tree could not be read`)
  }
}

/** Classes of errors that are about the server or the moment, not about the statement. Source: appendix A of the manual. */
const OF_THE_MOMENT = /^(08|40|53|55|57|58|F0|XX)/

/** The target's own error: the statement is not possible as it stands, or could not be looked at just now. */
export function refusedBy(fields: ReadonlyMap<string, string>): Rejected | Unresolved {
  const code = fields.get('C') ?? ''
  if (code === '55P03') return unresolved('a table that it names is locked by somebody else, so the target could not say what it means')
  if (OF_THE_MOMENT.test(code)) return unresolved(`the target could not say what it means (${code} ${fields.get('M') ?? ''})`)
  return { kind: 'rejected', fields }
}

function unresolved(reason: string): Unresolved {
  return { kind: 'unresolved', reason }
}
