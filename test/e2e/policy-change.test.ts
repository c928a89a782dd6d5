import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, until, type World } from '../support/world.ts'

const policy = (approval: 'one' | 'two', extra = ''): string => `
version: 1
approvals:
  one: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m }
  two: { slots: [{ groups: [data-owners], quorum: 2 }], expires: 15m }
rules:
  - { id: read, on: { protocol: postgres, target: orders, verbs: [select], relations: [public.*], function_classes: [pure] }, decision: allow }
  - { id: change, reason: changes are reviewed, on: { protocol: postgres, target: orders, verbs: [update], relations: [public.*] }, decision: hold, approval: ${approval} }
${extra}`

let world: World
beforeAll(async () => {
  world = await createWorld({ policy: policy('one') })
  await world.start()
})
afterAll(() => world.stop())

const version = async (): Promise<unknown> => (await world.api('maria', '/policy')).body['version']

/** Writes the policy and waits until the gateway decides by it. */
async function change(text: string): Promise<void> {
  const before = await version()
  await writeFile(world.policyFile, text)
  await until('the new policy', async () => ((await version()) === before ? undefined : true))
}

describe('a policy that changes while a command is held', () => {
  it('so that more people are asked: the approval of one is void, and the client goes on waiting for two', async () => {
    const client = await world.client()
    const notices: string[] = []
    client.on('notice', (notice) => notices.push(notice.message ?? ''))
    const running = client.query('UPDATE invoices SET total = 1111.11 WHERE id = 11')
    const first = (await world.pending())[0]!
    await change(policy('two'))
    expect((await world.decide('maria', first.id, 'approve')).status).toBe(200)
    const second = await until('a new hold', async () => (await world.pending()).find((hold) => hold.id !== first.id))
    expect(second.needed).toBe(2)
    expect((await world.hold(first.id)).decision).toBe('revoked')
    expect(await world.ran('total = 1111.11')).toBe(0)
    await world.decide('maria', second.id, 'approve')
    expect(await world.ran('total = 1111.11')).toBe(0)
    await world.decide('omar', second.id, 'approve')
    expect((await running).rowCount).toBe(1)
    expect(await world.ran('total = 1111.11')).toBe(1)
    expect(notices.some((text) => text.includes(second.id))).toBe(true)
    await client.end()
  })

  it('so that it is denied: the approval is void, the target hears nothing, and the connection goes on', async () => {
    await change(policy('one'))
    const client = await world.client()
    const running = client.query('UPDATE invoices SET total = 2222.22 WHERE id = 12').then(() => 'it ran', (error: { readonly code: string; readonly message: string }) => `${error.code} ${error.message}`)
    const hold = (await world.pending())[0]!
    await change(policy('one', '  - { id: freeze, reason: the books are closed, on: { protocol: postgres, target: orders, verbs: [update] }, decision: deny }\n'))
    await world.decide('maria', hold.id, 'approve')
    expect(await running).toMatch(/^42501 .*the books are closed/)
    expect(await world.ran('total = 2222.22')).toBe(0)
    expect((await client.query('SELECT count(*) FROM invoices')).rows).toHaveLength(1)
    await client.end()
  })
})
