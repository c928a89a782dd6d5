import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { amend, canMount, expectVerified, failure, metric, mountTmpfs, POLICY, readiness } from '../support/checks.ts'
import { createWorld, until, type World } from '../support/world.ts'

// The store and the record fail under a running gateway: the client is told in its own protocol, nothing is forwarded,
// readiness and metrics show which part it is, and work goes on by itself once the cause is gone.

// Whole processes start and stop here, on machines that do other things too.
vi.setConfig({ testTimeout: 90_000 })

let world: World
const cleanUp: (() => unknown)[] = []
beforeEach(async () => {
  world = await createWorld({ policy: POLICY })
})
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
  await world.stop()
})

let serial = 1
const update = (): string => `UPDATE invoices SET total = ${serial++} WHERE id = 7`
const insert = (): string => `INSERT INTO invoice_lines (invoice_id, sku, quantity, price) VALUES (1, 'F-${serial++}', 1, 1)`

/** Held, approved and run, on a new connection: everything works. */
async function expectWorking(): Promise<void> {
  const client = await world.client()
  const sql = update()
  const query = client.query(sql)
  await world.reviewNext('maria')
  expect((await query).rowCount).toBe(1)
  expect(await world.ran(sql)).toBe(1)
  await client.end()
}

const ready = (): Promise<true> => until('the gateway is ready again', async () => ((await readiness(world)).status === 200 ? true : undefined))

async function expectDown(part: string): Promise<void> {
  await until(`readiness shows ${part}`, async () => {
    const { status, failing } = await readiness(world)
    return status === 503 && failing.includes(part) ? true : undefined
  })
  expect(await metric(world, `holdpoint_unhealthy{part="${part}"}`)).toBe(1)
}

async function expectUp(part: string): Promise<void> {
  await ready()
  expect(await metric(world, `holdpoint_unhealthy{part="${part}"}`)).toBe(0)
}

describe('a store that another process has locked', () => {
  it('refuses what would be held and plain reads too, takes no decision, forwards nothing, and goes on when the lock is gone', async () => {
    const gateway = await world.spawn()
    const waiting = await world.client()
    const waited = update()
    const answer = waiting.query(waited)
    const [hold] = await world.pending()
    await world.hold(hold!.id)
    const client = await world.client()
    const reader = await world.client()
    const other = new Database(join(world.directory, 'holdpoint.db'))
    other.exec('BEGIN IMMEDIATE')
    const sql = update()
    try {
      const error = await failure(client.query(sql))
      expect([error.code, error.severity]).toEqual(['57P03', 'FATAL'])
      const decided = await world.api('maria', `/holds/${hold!.id}/decisions`, { choice: 'approve', briefing: hold!.briefing_digest })
      expect(decided.status).toBe(503)
      await expectDown('store')
      expect((await failure(reader.query('SELECT 28282828'))).code).toBe('57P03')
      expect(await world.ran('SELECT 28282828')).toBe(0)
      const refused = await failure(world.client())
      expect(refused.code).toBe('57P03')
      expect([await world.ran(sql), await world.ran(waited)]).toEqual([0, 0])
    } finally {
      other.exec('ROLLBACK')
      other.close()
    }
    await expectUp('store')
    // The command that waited all the while has lost nothing.
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(200)
    expect((await answer).rowCount).toBe(1)
    await waiting.end()
    await expectWorking()
    await gateway.stop()
    await expectVerified(world)
  })
})

describe('a store whose file is taken away', () => {
  it('refuses what would be held: what is written there now would be lost, and another process could begin anew', async () => {
    const gateway = await world.spawn()
    const client = await world.client()
    const files = ['holdpoint.db', 'holdpoint.db-wal', 'holdpoint.db-shm'].map((name) => join(world.directory, name))
    for (const file of files) await rename(file, `${file}.away`)
    const sql = update()
    const error = await failure(client.query(sql))
    expect(error.code).toBe('57P03')
    expect(await world.ran(sql)).toBe(0)
    await expectDown('store')
    for (const file of files) await rename(`${file}.away`, file)
    await expectUp('store')
    await expectWorking()
    await gateway.stop()
  })
})

describe.skipIf(!canMount())('a full disk', () => {
  it('under the store refuses what would be held, and goes on when there is room', async () => {
    const disk = mountTmpfs(join(world.directory, 'storage'), '4m')
    cleanUp.push(disk.unmount)
    await amend(world, (config) => { config['store'] = 'sqlite:storage/holdpoint.db' })
    const gateway = await world.spawn()
    const client = await world.client()
    disk.fill()
    const sql = update()
    const error = await failure(client.query(sql))
    expect([error.code, error.severity]).toEqual(['57P03', 'FATAL'])
    await expectDown('store')
    expect(await world.ran(sql)).toBe(0)
    disk.free()
    await expectUp('store')
    await expectWorking()
    await gateway.stop()
    await expectVerified(world)
  })

  it('under the record refuses every command, plain reads too, and goes on when there is room', async () => {
    const disk = mountTmpfs(join(world.directory, 'records'), '4m')
    cleanUp.push(disk.unmount)
    await amend(world, (config) => { config['recordings'] = 'file:records' })
    const gateway = await world.spawn()
    const clients = [await world.client(), await world.client(), await world.client()]
    const waiting = await world.client()
    const waited = update()
    const answer = failure(waiting.query(waited))
    const [hold] = await world.pending()
    await world.hold(hold!.id)
    disk.fill()
    // The last page of the journal has room for a few more lines: whoever gets an answer got a record first.
    const error = await failure((async () => {
      for (;;) await clients[0]!.query(insert())
    })())
    expect([error.code, error.severity]).toEqual(['57P03', 'FATAL'])
    const first = `'F-${serial - 1}'`
    await expectDown('journal')
    const read = await failure(clients[1]!.query('SELECT 17171717'))
    expect(read.code).toBe('57P03')
    const sql = update()
    expect((await failure(clients[2]!.query(sql))).code).toBe('57P03')
    const decided = await world.api('maria', `/holds/${hold!.id}/decisions`, { choice: 'approve', briefing: hold!.briefing_digest })
    expect(decided.status).toBe(503)
    for (const statement of [first, 'SELECT 17171717', sql, waited]) expect([statement, await world.ran(statement)]).toEqual([statement, 0])
    expect((await failure(world.client())).code).toBe('57P03')
    disk.free()
    await expectUp('journal')
    await world.decide('maria', hold!.id, 'reject')
    expect((await answer).code).toBe('42501')
    await waiting.end()
    await expectWorking()
    await gateway.stop()
  })
})
