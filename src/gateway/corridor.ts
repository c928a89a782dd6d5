import type { Hold } from '../approvals/hold.ts'
import { type Admission, type Consideration, type EnforcementPoint, isRefusal } from '../enforcement/permit.ts'
import type { Exchange, Lane } from '../protocols/adapter.ts'

// The straight corridor. Every byte for a target passes `admit` below; nothing else calls `forward`.

interface Considered {
  readonly exchange: Exchange
  readonly consideration: Consideration | null
}

/** Walks one lane to its end, strictly in order. Resolves when the client is done; rejects when the lane broke. */
export async function runLane(lane: Lane, point: EnforcementPoint): Promise<void> {
  const ahead = new Lookahead(lane, point)
  try {
    await walk(point, ahead)
  } finally {
    ahead.drop('the connection ended before its turn')
  }
}

async function walk(point: EnforcementPoint, ahead: Lookahead): Promise<void> {
  for (;;) {
    const next = ahead.take()
    const current = next instanceof Promise ? await next : next
    if (current === null) return
    const { exchange, consideration } = current
    if (exchange.skipped) {
      consideration?.drop('an earlier command of its batch was refused')
      exchange.skip()
      continue
    }
    if (consideration === null) {
      exchange.refuse(point.refuse(exchange.command, exchange.refusal as NonNullable<Exchange['refusal']>))
      continue
    }
    const answer = consideration.admit()
    const admission = answer instanceof Promise ? await ahead.while(answer) : answer
    if (isRefusal(admission)) {
      exchange.refuse(admission)
      continue
    }
    const { sent, outcome } = exchange.forward(admission)
    void outcome.then((result) => point.settle(exchange.command, admission, result))
    if (sent) await sent
  }
}

/** Commands considered ahead of their turn, so that reviewers see what waits behind a held one. */
class Lookahead {
  readonly #lane: Lane
  readonly #point: EnforcementPoint
  readonly #ready: Considered[] = []
  #pulling: Promise<Considered | null> | undefined
  #ended = false

  constructor(lane: Lane, point: EnforcementPoint) {
    this.#lane = lane
    this.#point = point
  }

  take(): Considered | null | Promise<Considered | null> {
    const first = this.#ready.shift()
    if (first) return first
    if (this.#ended) return null
    if (this.#pulling) return this.#pulling.finally(() => { this.#pulling = undefined })
    const next = this.#lane.next()
    return next instanceof Promise ? next.then((exchange) => this.#consider(exchange)) : this.#consider(next)
  }

  /** Pulls and considers up to `lane.lookahead` commands while `waiting` is pending. */
  async while(waiting: Promise<Admission>): Promise<Admission> {
    let over = false
    const done = waiting.finally(() => { over = true })
    while (!over && !this.#ended && this.#ready.length < this.#lane.lookahead) {
      this.#pulling ??= this.#pull()
      const pulled = await Promise.race([this.#pulling, done.then(() => undefined)])
      if (pulled === undefined) break
      this.#pulling = undefined
      if (pulled) this.#ready.push(pulled)
    }
    return done
  }

  /** The lane is over: what was considered and will have no turn is let go of, so that nothing stays claimed or asked for. */
  drop(cause: string): void {
    this.#ended = true
    for (const { consideration } of this.#ready.splice(0)) consideration?.drop(cause)
    // One may still be on its way; a pull that fails has nothing to drop.
    void this.#pulling?.then((late) => late?.consideration?.drop(cause), () => undefined)
  }

  async #pull(): Promise<Considered | null> {
    return this.#consider(await this.#lane.next())
  }

  #consider(exchange: Exchange | null): Considered | null {
    if (exchange === null) {
      this.#ended = true
      return null
    }
    if (exchange.refusal || exchange.skipped) return { exchange, consideration: null }
    return { exchange, consideration: this.#point.consider(exchange.command, (hold: Hold) => exchange.waiting(hold, exchange.command.withdrawn)) }
  }
}
