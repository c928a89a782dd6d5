import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DecideResult } from '../../src/approvals/hold.ts'
import { createDecisionQueue } from '../../src/approvals/queue.ts'
import { openStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { command, directory, maria, memoryRecorder, omar, person, verdict } from '../support/approvals.ts'

const CHILD = new URL('./queue-child.ts', import.meta.url).pathname

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-crash-'))
  path = join(folder, 'store.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function start(task: Readonly<Record<string, unknown>>) {
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ path, ...task })], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => String((await lines.next()).value)
  return { child, line, exit: once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]> }
}

function gateway(store: Store, gatewayId = 'gw-a') {
  return createDecisionQueue({ store, recorder: memoryRecorder(), gatewayId, authority: directory([maria, omar]), maskSecrets: (text) => text })
}

describe('a gateway killed in the middle', () => {
  it.each([
    ['open', { decision: 'pending', attachment: 'detached', execution: 'none' }, false],
    ['view', { decision: 'pending', attachment: 'detached', execution: 'none' }, false],
    ['decide', { decision: 'approved', attachment: 'detached', execution: 'none' }, true],
    ['spend', { decision: 'approved', attachment: 'detached', execution: 'none' }, true],
    ['forwarding', { decision: 'approved', attachment: 'attached', execution: 'unknown' }, false],
    ['outcome', { decision: 'approved', attachment: 'attached', execution: 'succeeded' }, false],
  ])('after %s leaves a state the next life understands', async (dieAfter, state, canBeRedeemed) => {
    const { line, exit } = start({ role: 'crash', gateway: 'gw-a', dieAfter })
    const id = await line()
    expect((await exit)[1]).toBe('SIGKILL')

    const store = openStore(path)
    const queue = gateway(store)
    queue.recover()
    expect(store.hold(id)).toMatchObject(state)
    const retry = command()
    const redeemed = queue.redeem(retry)
    expect(redeemed?.holdId).toBe(canBeRedeemed ? id : undefined)
    expect(queue.redeem(command())).toBeNull()
    if (canBeRedeemed) {
      expect(queue.spend(id, retry)).toBe(true)
      queue.forwarding(id)
      queue.outcome(id, { kind: 'completed', summary: 'DELETE 499' })
      expect(store.hold(id)?.execution).toBe('succeeded')
      expect(queue.redeem(command())).toBeNull()
    }
    if (state.decision === 'pending') expect(queue.open(command(), verdict(), 'p1').id).toBe(id)
    queue.stop()
    store.close()
  }, 20_000)
})

describe('two processes at the same instant', () => {
  it.each([
    ['approve', 'reject'],
    ['approve', 'approve'],
    ['reject', 'reject'],
  ] as const)('%s against %s: exactly one decides, the other is told so', async (one, other) => {
    const store = openStore(path)
    const queue = gateway(store)
    const held = command()
    const hold = queue.open(held, verdict(), 'p1')
    const children = [
      start({ role: 'decide', gateway: 'gw-b', holdId: hold.id, reviewer: 'maria', choice: one }),
      start({ role: 'decide', gateway: 'gw-c', holdId: hold.id, reviewer: 'omar', choice: other }),
    ]
    for (const { line } of children) expect(await line()).toBe('ready')
    for (const { child } of children) child.stdin.write('x')
    const results = await Promise.all(children.map(async ({ line }) => JSON.parse(await line()) as DecideResult))
    await Promise.all(children.map(({ exit }) => exit))
    const winner = results.find((result) => result.kind === 'recorded')
    expect(results.map((result) => result.kind).sort()).toEqual(['already_settled', 'recorded'])
    expect(results.find((result) => result.kind === 'already_settled')).toMatchObject({ decision: winner?.kind === 'recorded' ? winner.decision : '' })
    // The connection waits in this process and hears it from the file.
    const settled = await hold.settled
    expect(settled).toBe(store.hold(hold.id)?.decision)
    expect(store.reviewsOf(hold.id)).toHaveLength(1)
    expect(queue.spend(hold.id, held)).toBe(settled === 'approved')
    expect(queue.spend(hold.id, held)).toBe(false)
    queue.stop()
    store.close()
  }, 20_000)

  it('a crowd approving a quorum of two makes one permit, and no vote is lost', async () => {
    const store = openStore(path)
    const queue = createDecisionQueue({
      store, recorder: memoryRecorder(), gatewayId: 'gw-a', maskSecrets: (text) => text,
      authority: directory(Array.from({ length: 8 }, (_, i) => person(`owner-${i}`, ['data-owners']))),
    })
    const hold = queue.open(command(), verdict({ slots: [{ name: 'owners', groups: ['data-owners'], quorum: 2 }] }), 'p1')
    const children = [0, 1, 2, 3].map((i) => start({ role: 'decide', gateway: `gw-${i}`, holdId: hold.id, reviewer: `owner-${i}`, choice: 'approve' }))
    for (const { line } of children) expect(await line()).toBe('ready')
    for (const { child } of children) child.stdin.write('x')
    const results = await Promise.all(children.map(async ({ line }) => JSON.parse(await line()) as DecideResult))
    await Promise.all(children.map(({ exit }) => exit))
    const recorded = results.flatMap((result) => (result.kind === 'recorded' ? [result.decision] : []))
    expect(recorded.sort()).toEqual(['approved', 'pending'])
    expect(store.reviewsOf(hold.id)).toHaveLength(2)
    expect(await hold.settled).toBe('approved')
    queue.stop()
    store.close()
  }, 20_000)
})
