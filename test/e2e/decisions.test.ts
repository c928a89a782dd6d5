import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { expectVerified, failure, journal, POLICY, withStore } from '../support/checks.ts'
import { createWorld, type HoldView, until, type World } from '../support/world.ts'

// What people decide and when, on the whole gateway with real clients. Each statement carries a number of its own, so
// that the target's log tells whether this very one ran.

let world: World
let stop: () => Promise<void>
beforeAll(async () => {
  world = await createWorld({ policy: POLICY })
  stop = (await world.start()).stop
})
afterEach(async () => {
  expect((await world.api('maria', '/holds?state=pending')).body['holds']).toEqual([])
})
afterAll(() => world.stop())

let serial = 100
const invoice = (): string => `UPDATE invoices SET total = ${serial++} WHERE id = 1`
const line = (): string => `UPDATE invoice_lines SET quantity = ${serial++} WHERE id = 1`
const customer = (): string => `UPDATE customers SET note = 'd${serial++}' WHERE id = 1`
const deleteLine = (): string => `DELETE FROM invoice_lines WHERE id = ${10_000 + serial++}`
const deleteInvoice = (): string => `DELETE FROM invoices WHERE id = ${8_000_000 + serial++}`

/** Both requests leave before either is answered. */
const together = (id: string, briefing: string, ...votes: readonly (readonly ['maria' | 'omar' | 'zoe', 'approve' | 'reject'])[]) =>
  Promise.all(votes.map(([who, choice]) => world.api(who, `/holds/${id}/decisions`, { choice, briefing })))

describe('two decisions at the same instant', () => {
  it('approve and reject: one wins, the other gets 409, and the command does what the winner said', async () => {
    for (let round = 0; round < 6; round++) {
      const client = await world.client()
      const sql = invoice()
      const query = client.query(sql).then(() => 'ran', () => 'refused')
      const [hold] = await world.pending()
      for (const who of ['maria', 'omar'] as const) await world.hold(hold!.id, who)
      const votes = round % 2 === 0 ? [['maria', 'approve'], ['omar', 'reject']] as const : [['omar', 'reject'], ['maria', 'approve']] as const
      const answers = await together(hold!.id, hold!.briefing_digest, ...votes)
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      const winner = votes[answers.findIndex(({ status }) => status === 200)]![1]
      expect(await query).toBe(winner === 'approve' ? 'ran' : 'refused')
      expect(await world.ran(sql)).toBe(winner === 'approve' ? 1 : 0)
      await client.end()
    }
  })

  it('approve and approve, from two people or twice from one: the command runs once', async () => {
    for (const second of ['omar', 'maria'] as const) {
      const client = await world.client()
      const sql = invoice()
      const query = client.query(sql)
      const [hold] = await world.pending()
      for (const who of ['maria', 'omar'] as const) await world.hold(hold!.id, who)
      const answers = await together(hold!.id, hold!.briefing_digest, ['maria', 'approve'], [second, 'approve'])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      expect((await query).rowCount).toBe(1)
      expect(await world.ran(sql)).toBe(1)
      await client.end()
    }
  })
})

describe('a decision is refused', () => {
  it('with 409 when it comes late, and the state stays', async () => {
    const client = await world.client()
    const sql = invoice()
    const query = failure(client.query(sql))
    const hold = await world.reviewNext('maria', 'reject', 'no')
    expect((await query).code).toBe('42501')
    const late = await world.decide('omar', hold.id, 'approve')
    expect(late.status).toBe(409)
    expect(late.body['error']).toMatchObject({ code: 'hold_settled' })
    expect(await world.hold(hold.id)).toMatchObject({ state: 'rejected' })
    expect(await world.ran(sql)).toBe(0)
    expect((await journal(world)).some(({ kind, body }) => kind === 'review' && body['event'] === 'decision_refused' && body['hold'] === hold.id)).toBe(true)
    await client.end()
  })

  it('with 409 on a briefing that is not the one in force, or that this person was never given', async () => {
    const client = await world.client()
    const query = failure(client.query(invoice()))
    const [hold] = await world.pending()
    await world.hold(hold!.id, 'maria')
    const other = await world.api('maria', `/holds/${hold!.id}/decisions`, { choice: 'approve', briefing: 'a'.repeat(64) })
    expect([other.status, (other.body['error'] as { code: string }).code]).toEqual([409, 'briefing_stale'])
    const unread = await world.api('omar', `/holds/${hold!.id}/decisions`, { choice: 'approve', briefing: hold!.briefing_digest })
    expect([unread.status, (unread.body['error'] as { code: string }).code]).toEqual([409, 'briefing_stale'])
    expect(await world.hold(hold!.id)).toMatchObject({ state: 'pending' })
    await world.decide('maria', hold!.id, 'reject')
    await query
    await client.end()
  })

  it('with 403 from people outside the groups, from auditors and from every program', async () => {
    const client = await world.client()
    const query = failure(client.query(invoice()))
    const [hold] = await world.pending()
    for (const who of ['zoe', 'ana', 'billing-bot', 'deploy-bot'] as const) {
      const answer = await world.api(who, `/holds/${hold!.id}/decisions`, { choice: 'approve', briefing: hold!.briefing_digest })
      expect([who, answer.status]).toEqual([who, 403])
    }
    expect(await world.hold(hold!.id)).toMatchObject({ state: 'pending', approved: 0 })
    await world.decide('maria', hold!.id, 'reject')
    await query
    await client.end()
  })

  it('with 403 when it is about one’s own command', async () => {
    const client = await world.client('maria')
    const sql = invoice()
    const query = client.query(sql)
    const [hold] = await world.pending()
    await world.hold(hold!.id, 'maria')
    const own = await world.api('maria', `/holds/${hold!.id}/decisions`, { choice: 'approve', briefing: hold!.briefing_digest })
    expect(own.status).toBe(403)
    expect(await world.ran(sql)).toBe(0)
    expect((await world.decide('omar', hold!.id, 'approve')).status).toBe(200)
    expect((await query).rowCount).toBe(1)
    await client.end()
  })
})

describe('a quorum of two', () => {
  it('counts two people and not one person twice', async () => {
    const client = await world.client()
    const sql = deleteLine()
    const notices: string[] = []
    client.on('notice', (notice) => notices.push(notice.message ?? ''))
    const query = client.query(sql)
    const [hold] = await world.pending()
    for (let i = 0; i < 2; i++) {
      const answer = await world.decide('maria', hold!.id, 'approve')
      expect([answer.status, answer.body['approved'], answer.body['decision']]).toEqual([200, 1, 'pending'])
    }
    expect(await world.ran(sql)).toBe(0)
    await until('the client is told of the first approval', () => (notices.some((notice) => notice.includes('1 of 2')) ? true : undefined))
    expect((await world.decide('zoe', hold!.id, 'approve')).body).toMatchObject({ approved: 2, decision: 'approved' })
    await query
    expect(await world.ran(sql)).toBe(1)
    expect(notices.at(-1)).toMatch(/approved by Maria.*Zoe/)
    await client.end()
  })

  it('is over at the first rejection', async () => {
    const client = await world.client()
    const sql = deleteLine()
    const query = failure(client.query(sql))
    const [hold] = await world.pending()
    await world.decide('maria', hold!.id, 'approve')
    await world.decide('zoe', hold!.id, 'reject', 'wrong rows')
    expect((await query).message).toContain('wrong rows')
    expect(await world.ran(sql)).toBe(0)
    await client.end()
  })
})

describe('a held command', () => {
  it('whose deadline passes is refused with 57014, never runs, and a decision then is late', async () => {
    const client = await world.client()
    const sql = deleteInvoice()
    const query = failure(client.query(sql))
    const [hold] = await world.pending()
    const error = await query
    expect([error.code, error.detail]).toEqual(['57014', expect.stringContaining(hold!.id)])
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
    expect(await world.hold(hold!.id)).toMatchObject({ state: 'expired' })
    expect(await world.ran(sql)).toBe(0)
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  it('that is cancelled is withdrawn, an approval then gets 409, and the connection goes on', async () => {
    const client = await world.client()
    const sql = invoice()
    const query = failure(client.query(sql))
    const [hold] = await world.pending()
    await cancel(client)
    expect((await query).code).toBe('57014')
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
    expect(await world.hold(hold!.id)).toMatchObject({ state: 'withdrawn' })
    expect(await world.ran(sql)).toBe(0)
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  it('that is cancelled in the very moment of its approval either runs once or not at all, and the approval is used up', async () => {
    const seen = new Set<string>()
    for (let round = 0; round < 12; round++) {
      const client = await world.client()
      const sql = invoice()
      const query = client.query(sql).then(() => 'ran', (error: { code: string }) => error.code)
      const [hold] = await world.pending()
      await world.hold(hold!.id)
      // Every round a little more time for the approval to get through first.
      const decided = world.api('maria', `/holds/${hold!.id}/decisions`, { choice: 'approve', briefing: hold!.briefing_digest })
      await new Promise((resolve) => setTimeout(resolve, round))
      await cancel(client)
      const [answer, { status }] = [await query, await decided]
      const after = await until('it came to an end', async () => {
        const now = await world.hold(hold!.id)
        return ['pending', 'running', 'approved'].includes(now.state) ? undefined : now
      })
      seen.add(`${answer} ${status} ${after.state}`)
      const ran = await world.ran(sql)
      expect([answer, ran, after.state, status]).toSatisfy(([told, times, state, http]) =>
        (told === 'ran' && times === 1 && state === 'succeeded' && http === 200)
        || (told === '57014' && times === 1 && state === 'failed' && http === 200)
        || (told === '57014' && times === 0 && state === 'withdrawn' && http === 409)
        || (told === '57014' && times === 0 && state === 'revoked' && http === 200))
      await client.end()
    }
    expect(seen.size).toBeGreaterThan(0)
  })

  it('whose client disconnects is withdrawn and never runs', async () => {
    const client = await world.client()
    const sql = invoice()
    const query = failure(client.query(sql))
    const [hold] = await world.pending()
    socketOf(client).destroy()
    await query
    await until('it is withdrawn', async () => ((await world.hold(hold!.id)).state === 'withdrawn' ? true : undefined))
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
    expect(await world.ran(sql)).toBe(0)
  })

  it('that survives its client runs once, for an identical retry by the same principal only', async () => {
    const first = await world.client()
    const sql = line()
    const query = failure(first.query(sql))
    const [hold] = await world.pending()
    socketOf(first).destroy()
    await query
    await until('it is detached', async () => ((await world.hold(hold!.id)).attachment === 'detached' ? true : undefined))
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(200)
    expect(await world.ran(sql)).toBe(0)
    // Another agent, and another statement, are other questions.
    const stranger = await world.client('deploy-bot')
    const held = failure(stranger.query(sql))
    const [foreign] = await world.pending()
    expect(foreign!.id).not.toBe(hold!.id)
    await world.decide('maria', foreign!.id, 'reject')
    await held
    await stranger.end()
    const client = await world.client()
    expect((await client.query(sql)).rowCount).toBe(1)
    expect(await world.hold(hold!.id)).toMatchObject({ state: 'succeeded' })
    const again = failure(client.query(sql))
    await world.reviewNext('omar', 'reject')
    expect((await again).code).toBe('42501')
    expect(await world.ran(sql)).toBe(1)
    await client.end()
  })

  it('that survives its client is taken up by an identical retry while it is still pending', async () => {
    const first = await world.client()
    const sql = line()
    const query = failure(first.query(sql))
    const [hold] = await world.pending()
    socketOf(first).destroy()
    await query
    await until('it is detached', async () => ((await world.hold(hold!.id)).attachment === 'detached' ? true : undefined))
    const client = await world.client()
    const retry = client.query(sql)
    await until('it is attached again', async () => ((await world.hold(hold!.id)).attachment === 'attached' ? true : undefined))
    expect(await world.pending()).toHaveLength(1)
    await world.decide('maria', hold!.id, 'approve')
    expect((await retry).rowCount).toBe(1)
    expect(await world.ran(sql)).toBe(1)
    await client.end()
  })
})

describe('a rule in poll mode', () => {
  it('answers ZP001 with one line of JSON, keeps one hold for many tries, and runs once after the approval', async () => {
    const client = await world.client()
    const sql = customer()
    const tries = [await failure(client.query(sql)), await failure(client.query(sql))]
    const details = tries.map(({ code, detail }) => {
      expect(code).toBe('ZP001')
      expect(detail).not.toContain('\n')
      return JSON.parse(detail ?? '') as Record<string, unknown>
    })
    expect(details[0]).toMatchObject({ state: 'pending', poll_url: `/api/v1/holds/${String(details[0]!['hold'])}` })
    expect(details[1]!['hold']).toBe(details[0]!['hold'])
    const polled = await world.api('billing-bot', `/holds/${String(details[0]!['hold'])}`)
    expect(polled.status).toBe(200)
    expect(await world.pending()).toHaveLength(1)
    await world.decide('maria', String(details[0]!['hold']), 'approve')
    expect(await world.ran(sql)).toBe(0)
    expect((await client.query(sql)).rowCount).toBe(1)
    const anew = JSON.parse((await failure(client.query(sql))).detail ?? '') as Record<string, unknown>
    expect(anew['hold']).not.toBe(details[0]!['hold'])
    expect(await world.ran(sql)).toBe(1)
    await world.decide('maria', String(anew['hold']), 'reject')
    await client.end()
  })

  it('lets two connections that redeem at the same moment run it once', async () => {
    const clients = [await world.client(), await world.client(), await world.client()]
    const sql = customer()
    const { detail } = await failure(clients[0]!.query(sql))
    const { hold } = JSON.parse(detail ?? '') as { readonly hold: string }
    await world.decide('maria', hold, 'approve')
    const answers = await Promise.all(clients.map((client) => client.query(sql).then(() => 'ran', (error: { code: string }) => error.code)))
    expect(answers.sort()).toEqual(['ZP001', 'ZP001', 'ran'])
    expect(await world.ran(sql)).toBe(1)
    await world.reviewNext('maria', 'reject')
    await Promise.all(clients.map((client) => client.end()))
  })
})

describe('what changes while a command is held', () => {
  it('a policy that now denies it: the approval does not run it', async () => {
    const client = await world.client()
    const sql = invoice()
    const query = failure(client.query(sql))
    const [hold] = await world.pending()
    await changePolicy(POLICY.replace("decision: hold, approval: owner }", 'decision: deny }'))
    try {
      expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(200)
      const error = await query
      expect([error.code, error.message]).toEqual(['42501', expect.stringContaining('denied by policy')])
      expect(await world.ran(sql)).toBe(0)
      await until('the approval is void', async () => ((await world.hold(hold!.id)).state === 'revoked' ? true : undefined))
    } finally {
      await changePolicy(POLICY)
    }
    await client.end()
  })

  it('a policy that now asks for more people: one approval is not enough any more', async () => {
    const client = await world.client()
    const sql = invoice()
    const query = failure(client.query(sql))
    const [hold] = await world.pending()
    await changePolicy(POLICY.replace("decision: hold, approval: owner }", 'decision: hold, approval: two }'))
    try {
      await world.decide('maria', hold!.id, 'approve')
      // Held anew under the stricter rule, or refused: in no case sent.
      const next = await Promise.race([query.then(() => undefined), world.pending().then(([one]) => one)])
      expect(await world.ran(sql)).toBe(0)
      if (next) {
        expect(next.needed).toBe(2)
        await world.decide('maria', next.id, 'reject')
        await query
      }
    } finally {
      await changePolicy(POLICY)
    }
    await client.end()
  })

  it('its principal is disabled: nobody can approve it, and it never runs', async () => {
    const client = await world.client('nightly')
    const idle = await world.client('nightly')
    const sql = invoice()
    const query = failure(client.query(sql))
    const [hold] = await world.pending()
    const principal = (hold as HoldView & { readonly principal: { readonly id: string } }).principal.id
    await withStore(world, (store) => store.disablePrincipal(principal, 'test', 'operator', Date.now()))
    try {
      expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
      expect((await query).code).toBe('42501')
      expect(await world.hold(hold!.id)).toMatchObject({ state: 'invalidated' })
      expect(await world.ran(sql)).toBe(0)
      // A session that was open before: refused at its next command.
      const refused = await failure(idle.query('SELECT 1'))
      expect([refused.code, refused.message]).toEqual(['42501', expect.stringContaining('disabled')])
      const connect = await failure(world.client('nightly'))
      expect(connect.code).toBe('28P01')
    } finally {
      await withStore(world, (store) => store.enablePrincipal(principal))
    }
    await client.end()
    await idle.end()
  })
})

it('after all of this every decision is in a journal that verifies', async () => {
  await stop()
  await expectVerified(world)
  await world.start()
})

async function changePolicy(text: string): Promise<void> {
  const version = async (): Promise<unknown> => (await world.api('maria', '/policy')).body['version']
  const before = await version()
  await copyFile(world.policyFile, `${world.policyFile}.before`)
  await writeFile(world.policyFile, text)
  if ((await readFile(`${world.policyFile}.before`, 'utf8')) === text) return
  await until('the policy is in force', async () => ((await version()) === before ? undefined : true))
}

type Wire = { readonly connection: { readonly stream: import('node:net').Socket }; readonly processID: number; readonly secretKey: number }
const socketOf = (client: unknown): import('node:net').Socket => (client as Wire).connection.stream

/** A CancelRequest on a connection of its own, as drivers send it. */
async function cancel(client: unknown): Promise<void> {
  const { processID, secretKey } = client as Wire
  const { connect } = await import('node:net')
  const packet = Buffer.alloc(16)
  packet.writeInt32BE(16, 0)
  packet.writeInt32BE(80_877_102, 4)
  packet.writeInt32BE(processID, 8)
  packet.writeInt32BE(secretKey, 12)
  await new Promise<void>((resolve, reject) => {
    const socket = connect(world.ports.postgres, '127.0.0.1', () => socket.end(packet))
    socket.once('close', () => resolve()).once('error', reject).resume()
  })
}
