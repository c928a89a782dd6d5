import { readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { amend, expectVerified, failure, metric, POLICY, type Cable, readiness, startCable } from '../support/checks.ts'
import { createWorld, until, type World } from '../support/world.ts'

// Target, parser and policy fail under a running gateway. The client always learns so in its own protocol, readiness and
// metrics say which part it is, and it recovers without a restart.

// Whole processes start and stop here, on machines that do other things too.
vi.setConfig({ testTimeout: 90_000 })

let world: World
let cable: Cable
beforeEach(async () => {
  world = await createWorld({ policy: POLICY })
  cable = await startCable(world.target)
  await amend(world, (config) => {
    const [target] = config['targets'] as { postgres: Record<string, unknown> }[]
    target!.postgres['port'] = cable.port
  })
})
afterEach(async () => {
  cable.stall(false)
  await world.stop()
  await cable.close()
})

async function expectDown(part: string, organ: string): Promise<void> {
  await until(`readiness shows ${part}`, async () => {
    const { status, failing } = await readiness(world)
    return status === 503 && failing.includes(part) ? true : undefined
  })
  expect(await metric(world, `holdpoint_unhealthy{part="${organ}"}`)).toBe(1)
}

async function expectUp(organ: string): Promise<void> {
  await until('it is ready again', async () => ((await readiness(world)).status === 200 ? true : undefined))
  expect(await metric(world, `holdpoint_unhealthy{part="${organ}"}`)).toBe(0)
}

async function expectWorking(): Promise<void> {
  const client = await world.client()
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await client.end()
}

const TARGET = 'target orders/orders'

describe('a target', () => {
  it('that is down at the start does not keep the gateway from starting: clients are told, and served once it is up', async () => {
    await cable.cut()
    await world.start()
    await expectDown(TARGET, 'target')
    const error = await failure(world.client())
    expect([error.code, error.severity]).toEqual(['08001', 'FATAL'])
    await cable.restore()
    await expectUp('target')
    await expectWorking()
  })

  it('that goes down later: open connections and new ones are told, and it is found again', async () => {
    await world.start()
    const idle = await world.client()
    const lost = new Promise<{ readonly code?: string; readonly severity?: string }>((resolve) => idle.once('error', resolve))
    await cable.cut()
    expect(await lost).toMatchObject({ code: '08006', severity: 'FATAL' })
    expect((await failure(world.client())).code).toBe('08001')
    await expectDown(TARGET, 'target')
    await cable.restore()
    await expectUp('target')
    await expectWorking()
  })

  it('that resets half-way through an approved command: the client is told, the outcome is unknown, and nothing is sent again', async () => {
    const gateway = await world.start()
    const behind = await world.behind()
    await behind.query('BEGIN')
    await behind.query('SELECT 1 FROM invoices WHERE id = 5 FOR UPDATE')
    const client = await world.client()
    const sql = 'UPDATE invoices SET total = total + 1 WHERE id = 5'
    const query = failure(client.query(sql))
    const hold = await world.reviewNext('maria')
    await until('the target has it', async () => ((await world.ran(sql)) === 1 ? true : undefined))
    cable.reset()
    expect(await query).toMatchObject({ code: '08006' })
    await until('its outcome is unknown', async () => ((await world.hold(hold.id)).state === 'unknown' ? true : undefined))
    await behind.query('COMMIT')
    await behind.end()
    const retry = await world.client()
    const again = failure(retry.query(sql))
    const anew = await world.reviewNext('omar', 'reject')
    expect(anew.id).not.toBe(hold.id)
    await again
    expect(await world.ran(sql)).toBe(1)
    await retry.end()
    await gateway.stop()
    await expectVerified(world)
  })

  it('that resets while a command is held: the client is told, and an approval then runs nothing', async () => {
    await world.start()
    const client = await world.client()
    const sql = 'UPDATE invoices SET total = 51 WHERE id = 5'
    const query = failure(client.query(sql))
    const [hold] = await world.pending()
    await world.hold(hold!.id)
    cable.reset()
    expect(await query).toMatchObject({ code: '08006' })
    await until('the hold is over', async () => ((await world.hold(hold!.id)).state === 'withdrawn' ? true : undefined))
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
    expect(await world.ran(sql)).toBe(0)
    await expectWorking()
  })

  it('that stops answering: a statement waits, its client may cancel or go, and the rest is served when it answers again', async () => {
    await world.start()
    const client = await world.client()
    cable.stall(true)
    let answered = false
    const query = client.query('SELECT 4 AS four').finally(() => { answered = true })
    const gone = await world.api('maria', '/sessions')
    expect(gone.status).toBe(200)
    expect(answered).toBe(false)
    cable.stall(false)
    expect((await query).rows).toEqual([{ four: 4 }])
    await client.end()
  })
})

describe('the parser', () => {
  // Each of these broke a parser once: depth, JavaScript's stack, size, comments inside comments.
  const bombs: readonly (readonly [string, string])[] = [
    ['brackets', `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`],
    ['a sum', `SELECT 1${'+1'.repeat(100_000)}`],
    ['casts', `SELECT 1${'::int'.repeat(60_000)}`],
    ['unions', `SELECT 1${' UNION SELECT 1'.repeat(60_000)}`],
    ['conditions', `SELECT 1 WHERE ${'1=1 AND '.repeat(60_000)}1=1`],
    ['comments', '/*'.repeat(40_000)],
    ['statements', 'SELECT 1;'.repeat(100_000)],
  ]

  it('is not brought down by statements made to: each is refused or answered on a connection that goes on, and others are served', async () => {
    await world.start()
    const client = await world.client()
    const other = await world.client('deploy-bot')
    for (let round = 0; round < 2; round++) {
      for (const [name, sql] of bombs) {
        const bomb = client.query(sql).then(() => 'answered', (error: { code?: string }) => error.code)
        const beside = await other.query('SELECT 2 AS two')
        expect(beside.rows).toEqual([{ two: 2 }])
        // 54001 is the target's own: its stack depth limit.
        expect([name, await bomb]).toEqual([name, expect.stringMatching(/^(answered|0A000|42601|54000|54001|42501)$/)])
        expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
      }
    }
    expect((await readiness(world)).status).toBe(200)
    await client.end()
    await other.end()
  })
})

describe('the policy', () => {
  it('that cannot be read refuses everything, until it can be read again', async () => {
    await world.start()
    const client = await world.client()
    await client.query('SELECT 1')
    const folder = dirname(world.policyFile)
    await rename(folder, `${folder}-away`)
    await expectDown('policy', 'policy')
    expect((await failure(client.query('SELECT 31'))).code).toBe('42501')
    expect((await failure(client.query('UPDATE invoices SET total = 31 WHERE id = 1'))).code).toBe('42501')
    await failure(world.client())
    expect([await world.ran('SELECT 31'), await world.ran('total = 31')]).toEqual([0, 0])
    await rename(`${folder}-away`, folder)
    await expectUp('policy')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  it('that is wrong leaves the one before in force, visibly, and is taken when it is right', async () => {
    await world.start()
    const client = await world.client()
    const text = await readFile(world.policyFile, 'utf8')
    await writeFile(world.policyFile, `${text}\n  - { id: update-invoices, decision: perhaps }\n`)
    await expectDown('policy', 'policy')
    // Still the old one: reads pass, changes are held.
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    const query = failure(client.query('UPDATE invoices SET total = 32 WHERE id = 1'))
    await world.reviewNext('maria', 'reject')
    await query
    await writeFile(world.policyFile, text.replace('decision: allow, record: full }', 'decision: deny, reason: closed }'))
    await expectUp('policy')
    expect((await failure(client.query('SELECT 33'))).code).toBe('42501')
    expect(await world.ran('SELECT 33')).toBe(0)
    await client.end()
  })
})
