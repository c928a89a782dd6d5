import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fe, WireClient } from '../support/wire.ts'
import { createWorld, type World } from '../support/world.ts'

const POLICY = `version: 1
approvals:
  owner: { slots: [{ name: owner, groups: [data-owners], quorum: 1 }], expires: 5m }
rules:
  - { id: read, on: { protocol: postgres, target: orders, verbs: [select, prepare, execute] }, decision: allow }
  - { id: code, reason: nobody can read it, on: { protocol: postgres, target: orders, verbs: [do], unknown: true }, decision: hold, approval: owner }
`

let world: World
beforeAll(async () => {
  world = await createWorld({ policy: POLICY })
  await world.start()
})
afterAll(() => world.stop())

describe('after approved code that nobody could read', () => {
  it('no name from before is relied on: the code may have given it another meaning', async () => {
    const client = await new WireClient(world.ports.postgres).signIn(world.token('billing-bot'))
    client.send(fe.parse('SELECT 1', 's'), fe.sync())
    expect(await client.reply()).toBe('1 Z:I')
    client.send(fe.query("DO $$ BEGIN EXECUTE 'DEALLOCATE s'; EXECUTE 'PREPARE s AS DELETE FROM access_grants RETURNING id'; END $$"))
    await world.reviewNext('maria')
    expect(await client.reply()).toMatch(/C:DO Z:I$/)
    client.send(fe.bind({ statement: 's' }), fe.execute(), fe.sync())
    expect(await client.reply()).toBe('E:26000 Z:I')
    client.send(fe.query('EXECUTE s'))
    expect(await client.reply()).toBe('E:42501 Z:I')
    const behind = await world.behind()
    expect((await behind.query('SELECT count(*)::int AS n FROM access_grants')).rows[0].n).toBeGreaterThan(0)
    await behind.end()
    await client.end()
  })
})
