import { hash } from 'node:crypto'
import type { DecisionQueue, Hold } from '../approvals/hold.ts'
import { GatewayError } from '../errors.ts'
import type { Ceiling, Command, Facts, Impact, Principal, Session } from '../gateway/command.ts'
import type { DecisionPoint, Obligation, Verdict } from '../policy/verdict.ts'
import type { Outcome, Recorder } from '../recording/entry.ts'
import { denied, pending, type Refusal, refusal, settledRefusal, withdrawnRefusal } from './refusal.ts'

// The one place a Permit is made. Everything that writes to a target asks for one, so it is this file, and not the
// care of its callers, that keeps an undecided command from leaving. Do not export the key.
const MINT = Symbol('mint')

class PermitClass<P extends Purpose> {
  readonly commandId: string
  /** What it may be spent for; a permit for one purpose is none for another. */
  readonly purpose: P
  readonly obligations: readonly Obligation[]
  /** Sequence of the journal entry that was written before this permit existed. */
  readonly auditSequence: number
  readonly holdId: string | undefined
  /** The most that its run may change: whoever forwards it takes the run back where it is more. Null: not limited. */
  readonly ceiling: Ceiling | null
  readonly #digest: string
  // Once more where no cast and no proxy reaches.
  readonly #purpose: Purpose
  readonly #streaming: boolean
  #spent = false

  private constructor(key: symbol, grant: Grant<P>) {
    if (key !== MINT) throw new TypeError('a Permit is minted by the enforcement point only')
    this.commandId = grant.commandId
    this.purpose = grant.purpose
    this.#purpose = grant.purpose
    this.obligations = grant.obligations
    this.auditSequence = grant.auditSequence
    this.holdId = grant.holdId
    this.ceiling = grant.ceiling
    this.#digest = grant.digest
    this.#streaming = grant.streaming
    Object.freeze(this)
  }

  static mint<P extends Purpose>(key: symbol, grant: Grant<P>): PermitClass<P> {
    return new PermitClass(key, grant)
  }

  /** Private fields exist on genuine permits only: a literal, clone, proxy or `Object.create` throws here. */
  static spend(permit: PermitClass<Purpose>, purpose: Purpose, bytes: Uint8Array): void {
    if (permit.#purpose !== purpose) throw new TypeError(`this permit is not for this: it is for ${permit.#purpose}`)
    if (permit.#spent) throw new TypeError('this permit was spent before')
    if (permit.#digest !== digestOf(bytes)) throw new TypeError('these are not the bytes this permit is for')
    permit.#spent = true
  }

  static continueInput(permit: PermitClass<'run'>): void {
    if (!permit.#spent) throw new TypeError('this permit has not been spent: its command comes before its input')
    if (!permit.#streaming) throw new TypeError('this permit is not for streaming input')
  }
}

// What a genuine permit leads to (its constructor, its prototype) cannot be bent for the next one.
Object.freeze(PermitClass.prototype)
Object.freeze(PermitClass)

/**
 * `run`: what its client asked for, and the words of an adapter. `analysis`: a text is shown to the target to be named and
 * typed, and not run. `measure`: a question about what a held command would do is asked, in a session that can only read. Only
 * functions that build such messages themselves spend these two.
 */
export type Purpose = 'run' | 'analysis' | 'measure'

interface Grant<P extends Purpose> {
  readonly commandId: string
  readonly purpose: P
  readonly digest: string
  readonly obligations: readonly Obligation[]
  readonly auditSequence: number
  readonly streaming: boolean
  readonly holdId: string | undefined
  readonly ceiling: Ceiling | null
}

export type Permit = PermitClass<'run'>
export type AnalysisPermit = PermitClass<'analysis'>
export type MeasurePermit = PermitClass<'measure'>

/** sha256 (hex) of the bytes as they are about to be sent. */
export function digestOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

/** The gate every writer calls with the bytes it is about to send. Throws unless the permit is genuine, unspent and for exactly these bytes. */
export function spendPermit(permit: Permit, bytes: Uint8Array): void {
  PermitClass.spend(permit, 'run', bytes)
}

/** The same for a text that is analysed only. Whoever calls this has built the bytes from that text itself, so that they can run nothing. */
export function spendAnalysisPermit(permit: AnalysisPermit, bytes: Uint8Array): void {
  PermitClass.spend(permit, 'analysis', bytes)
}

/** The same for a question about what a held command would do. Whoever calls this has built the bytes itself, for a session that can only read. */
export function spendMeasurePermit(permit: MeasurePermit, bytes: Uint8Array): void {
  PermitClass.spend(permit, 'measure', bytes)
}

/** For input that follows its command (COPY data). Throws unless the permit is genuine, was spent on its command and allows streaming. */
export function continuePermit(permit: Permit): void {
  PermitClass.continueInput(permit)
}

export interface EnforcementPoint {
  /** May run ahead of the command's turn. Has no effect at the target; a hold is durable before `onHeld` is called. */
  consider(command: Command, onHeld: (hold: Hold) => void): Consideration
  /** A permit for one of the registered words of an adapter; recorded like any other. */
  own(session: Session | null, word: string): Permit
  /** A permit to show a text to the target without running it; recorded like any other. `bytes`: the messages that ask. `session` null: for all of them. */
  analysis(session: Session | null, bytes: Uint8Array): AnalysisPermit
  /** A permit to ask what a held command would do; recorded like any other. `bytes`: the messages that ask. */
  measure(session: Session, bytes: Uint8Array): MeasurePermit
  /** The adapter's own refusal (a message never passed, text no grammar reads), recorded. */
  refuse(command: Command, refusal: Refusal): Refusal
  settle(command: Command, permit: Permit, outcome: Outcome): void
}

export interface Consideration {
  /** At the command's turn: re-checks, spends the hold, records, mints. Synchronous where nothing must be waited for. */
  admit(): Admission | Promise<Admission>
  /** The command's turn will not come: an earlier one in its batch was refused. */
  drop(cause: string): void
}

export type Admission = Permit | Refusal

export interface EnforcementParts {
  /** The policy in force now. Throws when none can be used: then everything is refused. */
  readonly decisionPoint: () => DecisionPoint
  readonly queue: DecisionQueue
  readonly recorder: Recorder
  /** Null, or why this principal may not go on although its session is open. */
  readonly barred: (principal: Principal) => string | null
  /** Applied to every text that is written to the record. */
  readonly maskText: (text: string) => string
  readonly ownWords: ReadonlyMap<string, Uint8Array>
  readonly now: () => Date
  readonly observe: (event: 'allow' | 'hold' | Refusal['code'], command: Command) => void
}

type HoldVerdict = Extract<Verdict, { kind: 'hold' }>

export function isRefusal(admission: Admission): admission is Refusal {
  return !(admission instanceof PermitClass)
}

export function createEnforcementPoint(parts: EnforcementParts): EnforcementPoint {
  const { queue, recorder, now } = parts
  const ownWords = new Map([...parts.ownWords].map(([name, bytes]) => [name, { digest: digestOf(bytes) }]))
  // Commands that people approved, by session: what `continues` one of them is covered by the same approval.
  const approved = new WeakMap<Session, Map<string, Ceiling | null>>()
  const maskedTexts = new Map<string, string>()

  function consider(command: Command, onHeld: (hold: Hold) => void): Consideration {
    const judged = judge(command)
    // What goes on from an earlier command waits for its turn: only then is it known whether that one was approved for both.
    if (judged.verdict.kind === 'hold' && command.phase === 'execute' && command.continues === undefined) return considerHeld(command, judged.verdict, judged.version, onHeld)
    return {
      admit() {
        // The policy may have been replaced while this command waited for its turn.
        if (judged.version !== currentVersion()) return consider(command, onHeld).admit()
        if (judged.verdict.kind === 'hold' && command.phase === 'execute' && !isContinued(command)) return considerHeld(command, judged.verdict, judged.version, onHeld).admit()
        if (judged.verdict.kind === 'deny') {
          // Nobody could be asked what it means where that cannot be recorded: then this is not about its text.
          if (!recorder.healthy && command.readings.some((facts) => facts.unknown.length > 0)) return unavailable(command, new GatewayError('recording_unavailable', 'the record cannot be written'))
          return refuse(command, denied(judged.verdict))
        }
        return admitAllowed(command, judged.verdict, judged.version, ceilingOfEarlier(command))
      },
      drop: () => undefined,
    }
  }

  function admitAllowed(command: Command, verdict: Exclude<Verdict, { kind: 'deny' }>, version: string, ceiling: Ceiling | null): Admission | Promise<Admission> {
    const barrier = barrierOf(command)
    if (barrier) return refuse(command, barrier)
    let sequence: number
    try {
      sequence = appendPermit(command, verdict, version, undefined)
    } catch (error) {
      return unavailable(command, error)
    }
    parts.observe('allow', command)
    if (isPlainRead(command)) return mint(command, verdict.obligations, sequence, undefined)
    return whenDurable(command, sequence, () => mint(command, verdict.obligations, sequence, undefined, ceiling))
  }

  function considerHeld(command: Command, verdict: HoldVerdict, version: string, onHeld: (hold: Hold) => void): Consideration {
    try {
      const redeemed = queue.redeem(command, verdict.slots)
      if (redeemed) return { admit: () => admitRedeemed(command, verdict, redeemed.holdId, onHeld), drop: (cause) => giveBack(redeemed.holdId, cause) }
      append(command, 'command', { ...describe(command), context: command.context, digest: command.digest, fingerprint: command.fingerprint })
      if (command.measure === undefined) return opened(queue.open(command, verdict, version, null), command, verdict, onHeld)
      return whenMeasured(command, async (impact) => opened(await queue.openSoon(command, verdict, version, impact), command, verdict, onHeld))
    } catch (error) {
      return { admit: () => unavailable(command, error), drop: () => undefined }
    }
  }

  function opened(hold: Hold, command: Command, verdict: HoldVerdict, onHeld: (hold: Hold) => void): Consideration {
    parts.observe('hold', command)
    if (verdict.mode === 'poll') {
      queue.detach(hold.id)
      return { admit: () => refuse(command, pending(hold)), drop: () => undefined }
    }
    onHeld(hold)
    const withdraw = (): void => endHold(hold, command, verdict)
    if (command.withdrawn.aborted) withdraw()
    else command.withdrawn.addEventListener('abort', withdraw, { once: true })
    return { admit: () => admitHeld(command, verdict, hold, onHeld), drop: (cause) => { if (!command.withdrawn.aborted) end(hold.id, 'withdrawn', cause) } }
  }

  /** The hold is opened as soon as the target has answered, whether or not the command's turn has come by then. */
  function whenMeasured(command: Command, then: (impact: Impact | null) => Promise<Consideration>): Consideration {
    let dropped = false
    const next = measured(command).then(async (impact): Promise<Consideration> => {
      // It lost its turn, or its client cancelled, while the target was asked: nobody is to decide on what nobody waits for.
      if (dropped || command.withdrawn.reason === 'cancelled') return { admit: () => refuse(command, withdrawnRefusal(command)), drop: () => undefined }
      try {
        return await then(impact)
      } catch (error) {
        return { admit: () => unavailable(command, error), drop: () => undefined }
      }
    })
    return {
      async admit() {
        return (await next).admit()
      },
      drop(cause) {
        dropped = true
        void next.then((consideration) => consideration.drop(cause))
      },
    }
  }

  /** Never rejects: a measure that failed is one that was not made. */
  async function measured(command: Command): Promise<Impact | null> {
    try {
      return (await command.measure?.()) ?? null
    } catch {
      return null
    }
  }

  /** The client cancelled or is gone. What the rule lets survive stays decidable; nothing reaches the target either way. */
  function endHold(hold: Hold, command: Command, verdict: HoldVerdict): void {
    try {
      if (outlives(command, verdict)) queue.detach(hold.id)
      else queue.withdraw(hold.id, 'withdrawn', String(command.withdrawn.reason))
    } catch {
      // The store is down: the row stays pending and attached, and start-up recovery settles it. Nothing was sent.
    }
  }

  async function admitHeld(command: Command, verdict: HoldVerdict, hold: Hold, onHeld: (hold: Hold) => void): Promise<Admission> {
    const gone = new Promise<'gone'>((resolve) => command.withdrawn.addEventListener('abort', () => resolve('gone'), { once: true }))
    const settlement = command.withdrawn.aborted ? 'gone' : await Promise.race([hold.settled, gone])
    if (settlement === 'gone' || settlement === 'withdrawn') return refuse(command, withdrawnRefusal(command, hold.id))
    if (settlement !== 'approved') return refuse(command, settledRefusal(settlement, hold))
    return admitApproved(command, verdict, hold.id, onHeld)
  }

  /** Claimed ahead of its turn. Whatever stands in the way now, the claim is given back first: nothing of it was sent. */
  async function admitRedeemed(command: Command, verdict: HoldVerdict, holdId: string, onHeld: (hold: Hold) => void): Promise<Admission> {
    const again = judge(command)
    const stands = again.verdict.kind === 'allow' || requirement(again.verdict) === requirement(verdict)
    const isTheSame = (await command.stillMeans?.().catch(() => false)) ?? true
    if (stands && isTheSame && barrierOf(command) === null) return forwardHeld(command, again.verdict.kind === 'hold' ? again.verdict : verdict, again.version, holdId)
    giveBack(holdId, 'not sent: its turn came, and it could not go')
    return admitApproved(command, verdict, holdId, onHeld)
  }

  /** Approved, but the world may have moved on: a stricter policy wins, a looser one does not widen the approval. */
  async function admitApproved(command: Command, verdict: HoldVerdict, holdId: string, onHeld: (hold: Hold) => void): Promise<Admission> {
    let isTheSame: boolean | undefined
    try {
      isTheSame = await command.stillMeans?.()
    } catch (error) {
      return unavailable(command, error)
    }
    if (isTheSame === false) {
      end(holdId, 'invalidated', 'what its names stand for has changed')
      return refuse(command, refusal('review_expired', 'builtin/changed-meaning', 'what the names in it stand for has changed since it was held, so the approval is void', 'send it again for a new review', { holdId }))
    }
    const again = judge(command)
    if (again.verdict.kind === 'deny') {
      end(holdId, 'invalidated', `rule ${again.verdict.rule} now denies it`)
      return refuse(command, denied(again.verdict, holdId))
    }
    const barrier = barrierOf(command)
    if (barrier) {
      // A client that is gone has had its hold ended or detached by its rule; a store that is down says nothing about this approval.
      if (barrier.code === 'policy_denied') end(holdId, 'invalidated', barrier.message)
      return refuse(command, barrier)
    }
    if (again.verdict.kind === 'allow') return forwardHeld(command, verdict, again.version, holdId)
    if (requirement(again.verdict) === requirement(verdict)) return forwardHeld(command, again.verdict, again.version, holdId)
    // Other people are asked for now than those who said yes. The client goes on waiting, for them.
    end(holdId, 'invalidated', 'the requirement has changed')
    return considerHeld(command, again.verdict, again.version, onHeld).admit()
  }

  /** Best effort: where the store is down, the row's own end (its deadline, start-up recovery) does the same later. */
  function end(holdId: string, decision: 'withdrawn' | 'invalidated', cause: string): void {
    try {
      queue.withdraw(holdId, decision, cause)
    } catch {
      // Nothing was sent, and nothing will be: the caller refuses.
    }
  }

  /** A claim that was not used: the approval can be redeemed again. Best effort, like `end`. */
  function giveBack(holdId: string, cause: string): void {
    try {
      queue.outcome(holdId, { kind: 'failed', code: 'withdrawn', message: cause })
    } catch {
      // Recovery finds the row `claimed` and gives the approval back.
    }
  }

  async function forwardHeld(command: Command, verdict: HoldVerdict, version: string, holdId: string): Promise<Admission> {
    try {
      if (!queue.spend(holdId, command)) {
        return refuse(command, refusal('review_expired', verdict.rule, 'the approval can no longer be used: it expired, was taken back or was spent', 'send the command again for a new review', { holdId }))
      }
      const sequence = appendPermit(command, verdict, version, holdId)
      await recorder.durable(sequence)
      if (command.withdrawn.aborted) {
        queue.outcome(holdId, { kind: 'failed', code: 'withdrawn', message: 'withdrawn after approval, before anything was sent' })
        // The claim kept the withdrawal from ending it; without this a cancelled command's approval could be redeemed.
        if (!outlives(command, verdict)) end(holdId, 'withdrawn', String(command.withdrawn.reason))
        return refuse(command, withdrawnRefusal(command, holdId))
      }
      queue.forwarding(holdId)
      const covered = approved.get(command.session) ?? new Map<string, Ceiling | null>()
      const ceiling = queue.ceiling(holdId)
      approved.set(command.session, covered.set(command.id, ceiling))
      parts.observe('allow', command)
      return mint(command, verdict.obligations, sequence, holdId, ceiling)
    } catch (error) {
      // Nothing was sent. Best effort to say so; when the store is down too, recovery finds `claimed` and gives the approval back.
      try {
        queue.outcome(holdId, { kind: 'failed', code: 'unavailable', message: 'not sent: the record could not be written' })
      } catch {
        // Said below, and by readiness.
      }
      return unavailable(command, error)
    }
  }

  function judge(command: Command): { readonly verdict: Verdict; readonly version: string } {
    try {
      const point = parts.decisionPoint()
      return { verdict: point.evaluate(command), version: point.policyVersion }
    } catch {
      return { verdict: { kind: 'deny', rule: 'builtin/policy-unusable', message: 'the policy could not be evaluated' }, version: 'none' }
    }
  }

  function currentVersion(): string {
    try {
      return parts.decisionPoint().policyVersion
    } catch {
      return 'none'
    }
  }

  /** What an approval says of the most that may change holds for the rest of its command too. */
  function ceilingOfEarlier(command: Command): Ceiling | null {
    return command.continues === undefined ? null : (approved.get(command.session)?.get(command.continues) ?? null)
  }

  function isContinued(command: Command): boolean {
    return command.continues !== undefined && approved.get(command.session)?.has(command.continues) === true
  }

  /** Why this command may not go although policy (and people) would let it. Never throws: a store that cannot say is a barrier. */
  function barrierOf(command: Command): Refusal | null {
    if (isWithdrawn(command) || command.session.ended.aborted) return withdrawnRefusal(command)
    const { principal } = command.session
    if (principal.expiresAt <= now()) {
      return refusal('policy_denied', 'builtin/identity', `the credential of ${principal.name} expired at ${principal.expiresAt.toISOString()}`, 'sign in again and reconnect with the new token')
    }
    let why: string | null
    try {
      why = parts.barred(principal)
    } catch {
      return refusal('unavailable', 'builtin/store_unavailable', 'holdpoint cannot tell at the moment whether this credential still stands, so nothing is forwarded', 'try again when its readiness (/readyz) is back; nothing was sent')
    }
    return why === null ? null : refusal('policy_denied', 'builtin/identity', why, 'ask an administrator of the gateway')
  }

  async function whenDurable(command: Command, sequence: number, then: () => Permit): Promise<Admission> {
    try {
      await recorder.durable(sequence)
    } catch (error) {
      return unavailable(command, error)
    }
    // Withdrawn while the record was being written: it stands as permitted and never sent, and this refusal says so.
    return isWithdrawn(command) ? refuse(command, withdrawnRefusal(command)) : then()
  }

  function mint(command: Command, obligations: readonly Obligation[], auditSequence: number, holdId: string | undefined, ceiling: Ceiling | null = null): Permit {
    return PermitClass.mint(MINT, { purpose: 'run', commandId: command.id, digest: command.digest, obligations, auditSequence, streaming: command.input === 'streaming', holdId, ceiling })
  }

  function appendPermit(command: Command, verdict: Exclude<Verdict, { kind: 'deny' }>, version: string, holdId: string | undefined): number {
    const body = describe(command)
    body['verdict'] = verdict.kind
    body['rule'] = verdict.rule
    body['policy'] = version
    body['digest'] = command.digest
    if (holdId !== undefined) body['hold'] = holdId
    return append(command, 'permit', body)
  }

  function append(command: Command, kind: 'command' | 'permit' | 'refusal' | 'outcome', body: Readonly<Record<string, unknown>>): number {
    if (!recorder.healthy) throw new GatewayError('recording_unavailable', 'the record cannot be written')
    return recorder.append({ session: command.session.id, kind, body })
  }

  /** What every record of a command says of it. Texts are masked here: the exact bytes live in the digest, and in the hold. */
  function describe(command: Command): Record<string, unknown> {
    // Built up, not spread together: this is made for every command.
    const body: Record<string, unknown> = {
      command: command.id,
      phase: command.phase,
      principal: command.session.principal.id,
      target: command.session.target.name,
      text: maskedText(command.text),
    }
    if (command.parameters.length > 0) body['parameters'] = command.parameters.map((value) => (value === null ? null : parts.maskText(value)))
    if (command.standsFor !== undefined && command.standsFor.length > 0) body['stands_for'] = command.standsFor.map((text) => parts.maskText(text))
    body['action'] = command.facts.action
    body['effect'] = command.facts.effect
    body['resources'] = resourcesOf(command.readings)
    if (command.facts.unknown.length > 0) body['unknown'] = command.facts.unknown
    if (command.input === 'streaming') body['input'] = 'streaming'
    return body
  }

  /** The masked form of a text, kept for texts that come again. */
  function maskedText(text: string): string {
    const known = maskedTexts.get(text)
    if (known !== undefined) return known
    const masked = parts.maskText(text)
    if (text.length > MAX_KEPT_TEXT) return masked
    if (maskedTexts.size >= MAX_KEPT_TEXTS) maskedTexts.clear()
    maskedTexts.set(text, masked)
    return masked
  }

  function refuse(command: Command, answer: Refusal): Refusal {
    parts.observe(answer.code, command)
    try {
      append(command, 'refusal', { ...describe(command), code: answer.code, rule: answer.rule, message: parts.maskText(answer.message), ...(answer.holdId === undefined ? {} : { hold: answer.holdId }) })
    } catch {
      // A refusal that cannot be recorded is still a refusal; the record's own failure is visible in readiness and metrics.
    }
    return answer
  }

  function unavailable(command: Command, error: unknown): Refusal {
    const code = error instanceof GatewayError ? error.code : 'store_unavailable'
    return refuse(command, refusal('unavailable', `builtin/${code}`, 'holdpoint cannot record or decide at the moment, so nothing is forwarded', 'try again when its readiness (/readyz) is back; nothing was sent'))
  }

  return {
    consider,
    refuse,
    own(session, word) {
      const known = ownWords.get(word)
      if (known === undefined) throw new GatewayError('permit_refused', `${word} is not a registered word`)
      const commandId = `own:${word}`
      const sequence = recorder.append({ session: session?.id ?? 'gateway', kind: 'permit', body: { command: commandId, verdict: 'allow', rule: 'builtin/own-word', digest: known.digest } })
      return PermitClass.mint(MINT, { purpose: 'run', commandId, digest: known.digest, obligations: [], auditSequence: sequence, streaming: false, holdId: undefined, ceiling: null })
    },
    analysis(session, bytes) {
      if (!recorder.healthy) throw new GatewayError('recording_unavailable', 'the record cannot be written')
      const digest = digestOf(bytes)
      const sequence = recorder.append({ session: session?.id ?? 'gateway', kind: 'permit', body: { command: 'own:analysis', verdict: 'allow', rule: 'builtin/analysis', digest } })
      return PermitClass.mint(MINT, { purpose: 'analysis', commandId: 'own:analysis', digest, obligations: [], auditSequence: sequence, streaming: false, holdId: undefined, ceiling: null })
    },
    measure(session, bytes) {
      if (!recorder.healthy) throw new GatewayError('recording_unavailable', 'the record cannot be written')
      const digest = digestOf(bytes)
      const sequence = recorder.append({ session: session.id, kind: 'permit', body: { command: 'own:measure', verdict: 'allow', rule: 'builtin/measure', digest } })
      return PermitClass.mint(MINT, { purpose: 'measure', commandId: 'own:measure', digest, obligations: [], auditSequence: sequence, streaming: false, holdId: undefined, ceiling: null })
    },
    settle(command, permit, outcome) {
      const told = outcome.kind === 'failed' ? { ...outcome, message: parts.maskText(outcome.message) } : outcome
      try {
        recorder.append({ session: command.session.id, kind: 'outcome', body: { command: command.id, permit: permit.auditSequence, ...(permit.holdId === undefined ? {} : { hold: permit.holdId }), outcome: told } })
      } catch {
        // What ran is known by its permit; without an outcome line it reads as unknown, which is the truth we can prove.
      }
      if (permit.holdId === undefined) return
      try {
        queue.outcome(permit.holdId, told)
      } catch {
        // The row stays `forwarded`; recovery turns it into `unknown` for a human.
      }
    },
  }
}

/** Without making a signal that nobody listens to. */
function isWithdrawn(command: Command): boolean {
  return command.isWithdrawn ?? command.withdrawn.aborted
}

/** A client that cancelled changed its mind; one that is gone, or whose gateway stops, may come back where the rule lets it. */
function outlives(command: Command, verdict: HoldVerdict): boolean {
  const { reason } = command.withdrawn
  return (reason === 'client_gone' || reason === 'draining') && (verdict.survivesDisconnect || verdict.mode === 'poll')
}

/** Who must agree, as one text to compare. */
function requirement(verdict: Verdict): string {
  return verdict.kind === 'hold' ? JSON.stringify(verdict.slots) : verdict.kind
}

const MAX_KEPT_TEXT = 2_048
const MAX_KEPT_TEXTS = 1_000

// Readings are shared by all commands of one text.
const resourceLists = new WeakMap<readonly Facts[], readonly string[]>()

function resourcesOf(readings: readonly Facts[]): readonly string[] {
  let list = resourceLists.get(readings)
  if (list === undefined) {
    list = readings.flatMap((facts) => facts.resources.map((resource) => `${resource.access} ${resource.kind} ${resource.name}`))
    resourceLists.set(readings, list)
  }
  return list
}

/** What may be written behind (PRODUCT.md section 3): it changes nothing at the target and nothing about it is unknown. */
function isPlainRead(command: Command): boolean {
  if (command.phase === 'prepare') return true
  for (const facts of command.readings) if (facts.effect !== 'read' || facts.unknown.length > 0) return false
  return true
}
