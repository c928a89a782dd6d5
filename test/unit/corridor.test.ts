import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Hold } from '../../src/approvals/hold.ts'
import { digestOf, type Permit, spendPermit } from '../../src/enforcement/permit.ts'
import { type Refusal, refusal } from '../../src/enforcement/refusal.ts'
import type { Command } from '../../src/gateway/command.ts'
import { runLane } from '../../src/gateway/corridor.ts'
import type { Exchange, Lane } from '../../src/protocols/adapter.ts'
import type { Outcome } from '../../src/recording/entry.ts'
import { maria, session } from '../support/approvals.ts'
import { change, createGate, type Gate, read } from '../support/enforcement.ts'

// The corridor with its real enforcement point; only the protocol is the test's. It asks for nothing twice, keeps batches as the
// Postgres lane does, and spends each permit on its bytes.

let gate: Gate
beforeEach(async () => { gate = await createGate() })
afterEach(() => gate.close())

interface Asked {
  readonly text: string
  readonly kind: 'read' | 'change'
  readonly batch: number
  readonly refusal?: Refusal
}

class TestLane implements Lane {
  readonly session = session()
  readonly lookahead: number
  /** What happened, in order: `considered`, `held`, `forwarded`, `refused`, `skipped`. */
  readonly log: string[] = []
  readonly outcomes = new Map<string, (outcome: Outcome) => void>()
  /** Set to make the target's socket full: `sent` is then this promise. */
  sent: Promise<void> | undefined
  readonly #asked: Asked[] = []
  readonly #waiting: (() => void)[] = []
  readonly #controllers: AbortController[] = []
  readonly #failedBatches = new Set<number>()
  #end: 'open' | 'done' | Error = 'open'
  #pulling = false

  constructor(lookahead = 3) {
    this.lookahead = lookahead
  }

  ask(text: string, more: Partial<Asked> = {}): void {
    this.#asked.push({ text, kind: text.startsWith('DELETE') ? 'change' : 'read', batch: this.#asked.length + 1_000 * this.log.length, ...more })
    this.#wake()
  }

  /** The client is done (null), or broke its protocol. */
  end(how: 'done' | Error = 'done'): void {
    this.#end = how
    this.#wake()
  }

  leave(): void {
    for (const controller of this.#controllers) controller.abort('client_gone')
    this.end()
  }

  async next(): Promise<Exchange | null> {
    expect(this.#pulling, 'next() was called again before its last call resolved').toBe(false)
    this.#pulling = true
    while (this.#asked.length === 0 && this.#end === 'open') await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#pulling = false
    const asked = this.#asked.shift()
    if (asked === undefined) {
      if (this.#end instanceof Error) throw this.#end
      return null
    }
    return this.#exchange(asked)
  }

  #exchange(asked: Asked): Exchange {
    const { log, outcomes } = this
    const failed = this.#failedBatches
    const lane = this
    const controller = new AbortController()
    this.#controllers.push(controller)
    const bytes = Buffer.from(asked.text)
    const more: Partial<Command> = { session: this.session, digest: digestOf(bytes), withdrawn: controller.signal }
    const command = asked.kind === 'read' ? read(asked.text, more) : change(asked.text, more).command
    log.push(`taken ${asked.text}`)
    return {
      command,
      ...(asked.refusal === undefined ? {} : { refusal: asked.refusal }),
      get skipped() {
        return failed.has(asked.batch)
      },
      skip: () => void log.push(`skipped ${asked.text}`),
      waiting: (hold: Hold) => void log.push(`held ${asked.text} ${hold.progress().needed}`),
      refuse(why: Refusal) {
        log.push(`refused ${asked.text} ${why.code}`)
        failed.add(asked.batch)
      },
      forward(permit: Permit) {
        spendPermit(permit, bytes)
        log.push(`forwarded ${asked.text}`)
        return { sent: lane.sent, outcome: new Promise<Outcome>((resolve) => outcomes.set(asked.text, resolve)) }
      },
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

const holdOf = (text: string) => gate.store.listHolds({ order: 'oldest', limit: 50 }).find((row) => gate.store.hold(row.id)!.briefingJson.includes(text))!
const events = (lane: TestLane, ...kinds: string[]) => lane.log.filter((line) => kinds.includes(line.split(' ')[0]!))

describe('commands of one lane', () => {
  it('are forwarded strictly in order, whatever they wait for', async () => {
    const lane = new TestLane()
    const running = runLane(lane, gate.point)
    for (const text of ['SELECT 1', 'DELETE 1', 'SELECT 2', 'SELECT 3']) lane.ask(text)
    lane.end()
    await expect.poll(() => events(lane, 'held', 'taken').length).toBe(5)
    expect(events(lane, 'forwarded')).toEqual(['forwarded SELECT 1'])
    gate.decide(holdOf('DELETE 1').id, maria)
    await running
    expect(events(lane, 'forwarded')).toEqual(['SELECT 1', 'DELETE 1', 'SELECT 2', 'SELECT 3'].map((text) => `forwarded ${text}`))
  })

  it('behind a held one are considered as far ahead as the lane says, so that people see them, and no further', async () => {
    const lane = new TestLane(2)
    const running = runLane(lane, gate.point)
    for (const text of ['DELETE 1', 'DELETE 2', 'DELETE 3', 'DELETE 4']) lane.ask(text)
    lane.end()
    await expect.poll(() => events(lane, 'held')).toEqual(['held DELETE 1 1', 'held DELETE 2 1', 'held DELETE 3 1'])
    expect(events(lane, 'taken')).toHaveLength(3)
    // The later one first: it has its approval, and still waits for its turn.
    gate.decide(holdOf('DELETE 2').id, maria)
    expect(events(lane, 'forwarded')).toEqual([])
    gate.decide(holdOf('DELETE 1').id, maria)
    await expect.poll(() => events(lane, 'held').at(-1)).toBe('held DELETE 4 1')
    gate.decide(holdOf('DELETE 4').id, maria)
    gate.decide(holdOf('DELETE 3').id, maria)
    await running
    expect(events(lane, 'forwarded')).toEqual([1, 2, 3, 4].map((n) => `forwarded DELETE ${n}`))
  })

  it('wait for the target to take the bytes before the next is forwarded', async () => {
    const lane = new TestLane()
    const { promise, resolve } = Promise.withResolvers<void>()
    lane.sent = promise
    const running = runLane(lane, gate.point)
    lane.ask('SELECT 1')
    lane.ask('SELECT 2')
    lane.end()
    await expect.poll(() => events(lane, 'forwarded')).toEqual(['forwarded SELECT 1'])
    lane.sent = undefined
    resolve()
    await running
    expect(events(lane, 'forwarded')).toHaveLength(2)
  })
})

describe('a refusal', () => {
  it('skips the rest of its batch, takes back what was held there, and leaves the next batch alone', async () => {
    const lane = new TestLane()
    const running = runLane(lane, gate.point)
    lane.ask('DELETE 1', { batch: 1 })
    lane.ask('DELETE 2', { batch: 1 })
    lane.ask('SELECT 3', { batch: 1 })
    lane.ask('SELECT 4', { batch: 2 })
    lane.end()
    await expect.poll(() => events(lane, 'held').length).toBe(2)
    gate.decide(holdOf('DELETE 1').id, maria, 'reject')
    await running
    expect(events(lane, 'refused', 'skipped', 'forwarded')).toEqual(['refused DELETE 1 review_rejected', 'skipped DELETE 2', 'skipped SELECT 3', 'forwarded SELECT 4'])
    expect(gate.store.hold(holdOf('DELETE 2').id)?.decision).toBe('withdrawn')
  })

  it('of the protocol itself is recorded, and nobody is asked', async () => {
    const lane = new TestLane()
    lane.ask('DELETE 1', { refusal: refusal('not_understood', 'builtin/function-call', 'never passed', 'do it otherwise') })
    lane.end()
    await runLane(lane, gate.point)
    expect(lane.log).toEqual(['taken DELETE 1', 'refused DELETE 1 not_understood'])
    await gate.recorder.durable(gate.recorder.append({ session: lane.session.id, kind: 'gateway', body: {} }))
    expect(gate.journal('refusal')[0]?.body).toMatchObject({ code: 'not_understood', rule: 'builtin/function-call' })
  })
})

describe('a client that leaves', () => {
  it('takes every command it waits for back; nothing is forwarded', async () => {
    const lane = new TestLane()
    const running = runLane(lane, gate.point)
    lane.ask('DELETE 1')
    lane.ask('DELETE 2')
    await expect.poll(() => events(lane, 'held').length).toBe(2)
    lane.leave()
    await running
    expect(events(lane, 'forwarded')).toEqual([])
    expect(['DELETE 1', 'DELETE 2'].map((text) => gate.store.hold(holdOf(text).id)?.decision)).toEqual(['withdrawn', 'withdrawn'])
    expect(gate.queue.waiting).toBe(0)
  })

  it('keeps what its rule lets survive, for the same command sent again', async () => {
    gate.rule('kept')
    const lane = new TestLane()
    const running = runLane(lane, gate.point)
    lane.ask('DELETE 1')
    await expect.poll(() => events(lane, 'held').length).toBe(1)
    lane.leave()
    await running
    gate.decide(holdOf('DELETE 1').id, maria)
    const again = new TestLane()
    again.ask('DELETE 1')
    again.end()
    await runLane(again, gate.point)
    expect(again.log).toEqual(['taken DELETE 1', 'forwarded DELETE 1'])
  })

  it('by breaking its protocol leaves nothing claimed or asked for behind what it waited for', async () => {
    gate.rule('kept')
    // An approval that waits to be redeemed by the second command.
    const early = change('DELETE 2', { digest: digestOf(Buffer.from('DELETE 2')) })
    gate.point.consider(early.command, () => undefined)
    early.withdraw('client_gone')
    const waits = holdOf('DELETE 2').id
    gate.decide(waits, maria)
    const lane = new TestLane()
    const running = runLane(lane, gate.point)
    lane.ask('DELETE 1')
    lane.ask('DELETE 2')
    lane.ask('DELETE 3')
    await expect.poll(() => events(lane, 'taken').length).toBe(3)
    expect(gate.store.hold(waits)?.execution).toBe('claimed')
    lane.end(new Error('broken'))
    await expect(running).rejects.toThrow('broken')
    lane.leave()
    expect(gate.store.hold(waits)).toMatchObject({ decision: 'approved', execution: 'none' })
    expect(gate.store.hold(holdOf('DELETE 3').id)?.decision).toBe('withdrawn')
    gate.queue.withdraw(holdOf('DELETE 1').id, 'withdrawn', 'end of the test')
  })
})

describe('an outcome', () => {
  it('is recorded when it comes, while later commands go on', async () => {
    const lane = new TestLane()
    const running = runLane(lane, gate.point)
    lane.ask('SELECT 1')
    lane.ask('SELECT 2')
    lane.end()
    await running
    expect(events(lane, 'forwarded')).toHaveLength(2)
    lane.outcomes.get('SELECT 1')!({ kind: 'failed', code: '22012', message: 'division by s3cret' })
    await expect.poll(async () => {
      await gate.recorder.durable(gate.recorder.append({ session: lane.session.id, kind: 'gateway', body: {} }))
      return gate.journal('outcome')[0]?.body['outcome']
    }).toEqual({ kind: 'failed', code: '22012', message: 'division by ***' })
  })
})
