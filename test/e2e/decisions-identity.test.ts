import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addLocalIssuer, failure, type LocalIssuer, POLICY } from '../support/checks.ts'
import { createWorld, until, type World } from '../support/world.ts'

// Who decides, and whose command it is, over time: people leave groups, tokens run out, owners share an agent's interest.

let world: World
let local: LocalIssuer
beforeAll(async () => {
  world = await createWorld({ policy: POLICY })
  local = await addLocalIssuer(world)
  await world.start()
})
afterEach(async () => {
  expect((await world.api('maria', '/holds?state=pending')).body['holds']).toEqual([])
})
afterAll(() => world.stop())

const PERSON = { kind: 'human', groups: ['data-owners'] }

/** The world's `api`, with any token. */
async function as(token: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const response = await fetch(`${world.adminUrl}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function approve(token: string, id: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const { body } = await as(token, `/holds/${id}`)
  return as(token, `/holds/${id}/decisions`, { choice: 'approve', briefing: body['briefing_digest'] })
}

describe('who may not decide', () => {
  it('the owner of an agent, on its commands; anybody else of the group may', async () => {
    const token = await world.exchange(await local.sign({ sub: 'helper', kind: 'agent', name: 'helper', owner: 'maria' }))
    const client = await world.client('billing-bot', { password: token })
    const sql = 'UPDATE invoices SET total = 1001 WHERE id = 1'
    const query = client.query(sql)
    const [hold] = await world.pending()
    await world.hold(hold!.id, 'maria')
    const own = await world.api('maria', `/holds/${hold!.id}/decisions`, { choice: 'approve', briefing: hold!.briefing_digest })
    expect([own.status, (own.body['error'] as { code: string }).code]).toEqual([403, 'not_a_reviewer'])
    expect(await world.ran(sql)).toBe(0)
    expect((await world.decide('omar', hold!.id, 'approve')).status).toBe(200)
    expect((await query).rowCount).toBe(1)
    await client.end()
  })

  it('the same subject under another issuer is the same person: it makes no quorum of two', async () => {
    const client = await world.client()
    const query = failure(client.query('DELETE FROM invoice_lines WHERE id = 2001'))
    const [hold] = await world.pending()
    const twin = await world.exchange(await local.sign({ ...PERSON, sub: 'maria', name: 'Maria at home' }))
    expect((await world.decide('maria', hold!.id, 'approve')).body).toMatchObject({ approved: 1, decision: 'pending' })
    const second = await approve(twin, hold!.id)
    expect(second.body['approved'] ?? 1).toBe(1)
    expect(await world.hold(hold!.id, 'omar')).toMatchObject({ decision: 'pending', approved: 1 })
    await world.decide('omar', hold!.id, 'reject')
    await query
    expect(await world.ran('id = 2001')).toBe(0)
    await client.end()
  })

  it('somebody who left the group after approving: that approval does not count at the quorum', async () => {
    const client = await world.client()
    const sql = 'DELETE FROM invoice_lines WHERE id = 2002'
    const query = failure(client.query(sql))
    const [hold] = await world.pending()
    const before = await world.exchange(await local.sign({ ...PERSON, sub: 'petra', name: 'Petra' }))
    expect((await approve(before, hold!.id)).body).toMatchObject({ approved: 1 })
    // The directory now says that she belongs to nobody who may review. Its tokens tell their age in whole seconds.
    const second = Math.floor(Date.now() / 1000)
    await until('the next second', () => (Math.floor(Date.now() / 1000) > second ? true : undefined))
    const after = await world.exchange(await local.sign({ kind: 'human', sub: 'petra', name: 'Petra', groups: ['gardening'] }))
    expect((await as(after, '/me')).status).toBe(200)
    expect((await world.decide('omar', hold!.id, 'approve')).body).toMatchObject({ approved: 1, decision: 'pending' })
    expect(await world.ran(sql)).toBe(0)
    expect((await approve(before, hold!.id)).status).toBe(403)
    await world.decide('zoe', hold!.id, 'reject')
    await query
    await client.end()
  })
})

describe('a credential that runs out', () => {
  const shortLived = async (): Promise<string> => world.exchange(await local.sign({ sub: 'brief', kind: 'agent', name: 'brief' }, '3s'))

  it('ends what its session may do, although the connection is open', async () => {
    const client = await world.client('billing-bot', { password: await shortLived() })
    await client.query('SELECT 1')
    const error = await until('a command is refused', async () => client.query('SELECT 2020').then(() => undefined, (refused: { code: string; message: string }) => refused))
    expect([error.code, error.message]).toEqual(['42501', expect.stringContaining('expired')])
    const ran = await world.ran('SELECT 2020')
    await failure(client.query('SELECT 2020'))
    expect(await world.ran('SELECT 2020')).toBe(ran)
    await client.end()
  })

  it('while its command is held: an approval does not run it any more', async () => {
    const token = await shortLived()
    const client = await world.client('billing-bot', { password: token })
    const sql = 'UPDATE invoices SET total = 1003 WHERE id = 1'
    const query = failure(client.query(sql))
    const [hold] = await world.pending()
    await until('the token is over', async () => ((await as(token, '/me')).status === 401 ? true : undefined))
    await world.decide('maria', hold!.id, 'approve')
    expect((await query).code).toBe('42501')
    expect(await world.ran(sql)).toBe(0)
    expect((await world.hold(hold!.id)).execution).toBe('none')
    expect((await world.hold(hold!.id)).decision).not.toBe('approved')
    await client.end()
  })

  it('that was never good opens no session', async () => {
    for (const password of ['hp_nonsense', 'nonsense', await local.sign({ sub: 'x', kind: 'robot' }), `${await local.sign({ sub: 'brief', kind: 'agent' })}x`]) {
      const error = await failure(world.client('billing-bot', { password }))
      expect([error.code, error.severity]).toEqual(['28P01', 'FATAL'])
      expect(error.message).not.toContain(password)
    }
  })
})
