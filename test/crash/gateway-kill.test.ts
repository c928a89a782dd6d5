import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { allHolds, expectVerified, journal, POLICY } from '../support/checks.ts'
import { createWorld, type Spawned, until, type World } from '../support/world.ts'

// The gateway as a process of its own, killed where it hurts. What must hold afterwards: nothing ran twice, nothing
// that a client was told happened is missing from the record, the record verifies, and every state tells the truth.

// Whole processes start and stop here, on machines that do other things too.
vi.setConfig({ testTimeout: 90_000 })

let world: World
let gateway: Spawned
beforeEach(async () => {
  world = await createWorld({ policy: POLICY })
  gateway = await world.spawn()
})
afterEach(() => world.stop())

const add = (id: number, mark = ''): string => `UPDATE invoice_lines SET quantity = quantity + 1 WHERE id = ${id}${mark === '' ? '' : ` /* ${mark} */`}`
const ended = (query: Promise<unknown>): Promise<'answered' | 'lost'> => query.then(() => 'answered' as const, () => 'lost' as const)

async function restart(): Promise<void> {
  gateway = await world.spawn()
  // Authority comes from a sign-in that this life of the gateway has seen.
  for (const person of ['maria', 'omar', 'zoe'] as const) await world.api(person, '/me')
}

/** Whether the recording of the only session names this. */
async function recordingShows(text: string): Promise<boolean> {
  const [session] = (await world.api('ana', '/sessions')).body['sessions'] as readonly { readonly id: string }[]
  const told = await fetch(`${world.adminUrl}/api/v1/sessions/${session!.id}/recording`, { headers: { authorization: `Bearer ${world.token('ana')}` } })
  expect(told.status).toBe(200)
  return (await told.text()).includes(text)
}

async function quantity(behind: pg.Client, id: number): Promise<number> {
  return Number((await behind.query<{ quantity: number }>('SELECT quantity FROM invoice_lines WHERE id = $1', [id])).rows[0]?.quantity)
}

describe('a gateway killed with SIGKILL', () => {
  it('while a command is held withdraws it, and a later decision gets 409 and runs nothing', async () => {
    const client = await world.client()
    const query = ended(client.query("UPDATE invoices SET status = 'killed' WHERE id = 1"))
    const [hold] = await world.pending()
    // Recordings are written a few milliseconds behind the journal.
    await until('the recording shows it', async () => ((await recordingShows(hold!.id)) ? true : undefined))
    await gateway.kill()
    expect(await query).toBe('lost')
    await restart()
    expect(await world.hold(hold!.id)).toMatchObject({ state: 'withdrawn', execution: 'none' })
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(409)
    expect(await world.ran("status = 'killed'")).toBe(0)
    // What was recorded of that session until then can still be told.
    expect(await recordingShows(hold!.id)).toBe(true)
    const sessions = (await world.api('ana', '/sessions')).body['sessions'] as readonly { readonly closed_at?: string }[]
    expect(sessions.map(({ closed_at }) => typeof closed_at)).toEqual(['string'])
    await expectVerified(world)
  })

  it('keeps a hold whose rule survives it: approved afterwards, one identical retry runs it, a second one is held anew', async () => {
    const behind = await world.behind()
    const before = await quantity(behind, 1)
    const first = await world.client()
    const query = ended(first.query(add(1)))
    const [hold] = await world.pending()
    await gateway.kill()
    expect(await query).toBe('lost')
    await restart()
    expect(await world.hold(hold!.id)).toMatchObject({ state: 'pending', attachment: 'detached' })
    expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(200)
    expect(await world.ran(add(1))).toBe(0)
    const second = await world.client()
    expect((await second.query(add(1))).rowCount).toBe(1)
    expect(await quantity(behind, 1)).toBe(before + 1)
    const again = ended(second.query(add(1)))
    const [anew] = await world.pending()
    expect(anew!.id).not.toBe(hold!.id)
    expect(await world.ran(add(1))).toBe(1)
    await second.end()
    expect(await again).toBe('lost')
    await behind.end()
    await gateway.stop()
    await expectVerified(world)
  })

  it('while its approved command runs at the target calls it unknown, leaves nothing of it, and never sends it again', async () => {
    const behind = await world.behind()
    const before = await quantity(behind, 2)
    await behind.query('BEGIN')
    await behind.query('SELECT 1 FROM invoice_lines WHERE id = 2 FOR UPDATE')
    const client = await world.client()
    const query = ended(client.query(add(2)))
    const hold = await world.reviewNext('maria')
    await until('the target has it', async () => ((await world.ran(add(2))) === 1 ? true : undefined))
    await gateway.kill()
    expect(await query).toBe('lost')
    await restart()
    expect(await world.hold(hold.id)).toMatchObject({ state: 'unknown', decision: 'approved', execution: 'unknown' })
    await behind.query('COMMIT')
    // It ran to its end in a transaction that nobody was left to commit: its ceiling had not been looked at.
    await until('the target ended it', async () => ((await behind.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'holdpoint' AND query LIKE '%id = 2%'")).rowCount === 0 ? true : undefined))
    expect(await quantity(behind, 2)).toBe(before)
    // The identical statement is a new question to people, not a continuation of what nobody knows the end of.
    const retry = await world.client()
    const held = ended(retry.query(add(2)))
    const [anew] = await world.pending()
    expect(anew!.id).not.toBe(hold.id)
    expect(await world.ran(add(2))).toBe(1)
    await retry.end()
    await held
    await behind.end()
    const said = await journal(world)
    expect(said.some(({ kind, body }) => kind === 'outcome' && body['hold'] === hold.id && body['event'] === 'unknown')).toBe(true)
    await expectVerified(world)
  })

  it('while the target is frozen with the bytes in its socket calls it unknown, although the target then runs it', async () => {
    const behind = await world.behind()
    const before = await quantity(behind, 3)
    const client = await world.client()
    const query = ended(client.query(add(3)))
    const [hold] = await world.pending()
    const { rows } = await behind.query<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE usename = $1 AND application_name = 'holdpoint' ORDER BY backend_start DESC LIMIT 1", [world.database.user])
    for (const { pid } of rows) process.kill(pid, 'SIGSTOP')
    try {
      expect((await world.decide('maria', hold!.id, 'approve')).status).toBe(200)
      await until('it is on its way', async () => ((await world.hold(hold!.id)).execution === 'forwarded' ? true : undefined))
      expect(await world.ran(add(3))).toBe(0)
      await gateway.kill()
    } finally {
      for (const { pid } of rows) process.kill(pid, 'SIGCONT')
    }
    expect(await query).toBe('lost')
    await until('the target ran it or found its client gone', async () => ((await quantity(behind, 3)) === before + 1 || (await gone(behind, rows)) ? true : undefined))
    await restart()
    expect(await world.hold(hold!.id)).toMatchObject({ state: 'unknown', execution: 'unknown' })
    expect(await quantity(behind, 3) - before).toBe(await world.ran(add(3)))
    await behind.end()
    await expectVerified(world)
  })

  it('during a COPY in leaves no row of it behind, and the record says that it was permitted', async () => {
    const behind = await world.behind()
    const client = await world.client()
    // The driver has no COPY of its own: the text begins it, and the data never comes to an end.
    const query = ended(client.query("COPY invoices (id, customer_id, total, status, issued_on) FROM STDIN"))
    await until('the target waits for data', async () => ((await behind.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'ClientRead' AND query LIKE 'COPY invoices%'")).rowCount === 1 ? true : undefined))
    const socket = (client as unknown as { connection: { stream: import('node:net').Socket } }).connection.stream
    const line = Buffer.from("9000001\t1\t1.00\topen\t2026-01-01\n")
    const message = Buffer.alloc(5 + line.length)
    message[0] = 0x64
    message.writeInt32BE(4 + line.length, 1)
    line.copy(message, 5)
    socket.write(message)
    await gateway.kill()
    await query
    await until('the target gave it up', async () => ((await behind.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY invoices%' AND state = 'active'")).rowCount === 0 ? true : undefined))
    expect((await behind.query('SELECT 1 FROM invoices WHERE id = 9000001')).rowCount).toBe(0)
    await restart()
    const permits = (await journal(world)).filter(({ kind, body }) => kind === 'permit' && String(body['text']).startsWith('COPY invoices'))
    expect(permits).toHaveLength(1)
    await behind.end()
    await expectVerified(world)
  })
})

describe('a gateway killed under load', () => {
  it('has on record whatever it let through, has acknowledged nothing that is not there, and sends nothing again', async () => {
    const behind = await world.behind()
    const clients = await Promise.all(Array.from({ length: 8 }, () => world.client()))
    const told = new Set<string>()
    let serial = 0
    const enough = Promise.withResolvers<void>()
    const loops = clients.map(async (client) => {
      for (;;) {
        const sku = `L-${serial++}-`
        const answer = await ended(client.query(`INSERT INTO invoice_lines (invoice_id, sku, quantity, price) VALUES (1, '${sku}', 1, 1)`))
        if (answer === 'lost') return
        told.add(sku)
        if (told.size === 150) enough.resolve()
      }
    })
    await enough.promise
    await gateway.kill()
    await Promise.all(loops)
    await until('the target is idle', async () => ((await behind.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'holdpoint' AND state = 'active'")).rowCount === 0 ? true : undefined))
    const skus = async (): Promise<readonly string[]> => (await behind.query<{ sku: string }>("SELECT sku FROM invoice_lines WHERE sku LIKE 'L-%' ORDER BY id")).rows.map(({ sku }) => sku)
    const rows = await skus()
    expect(new Set(rows).size).toBe(rows.length)
    expect([...told].filter((sku) => !rows.includes(sku))).toEqual([])
    await restart()
    const permitted = new Set((await journal(world)).filter(({ kind }) => kind === 'permit').map(({ body }) => /'(L-\d+-)'/.exec(String(body['text']))?.[1]))
    expect(rows.filter((sku) => !permitted.has(sku))).toEqual([])
    expect(await skus()).toEqual(rows)
    await behind.end()
    await gateway.stop()
    await expectVerified(world)
  })
})

describe('a gateway killed at a random moment around many approvals', () => {
  it.each([0, 10, 25, 60])('%i ms after the first decision: nothing runs twice, and approvals that were not used run once on a retry', async (delayMs) => {
    const count = 12
    const behind = await world.behind()
    await behind.query('UPDATE invoice_lines SET quantity = 1 WHERE id <= $1', [count])
    const ids = Array.from({ length: count }, (_, i) => i + 1)
    const clients = await Promise.all(ids.map(() => world.client()))
    const queries = ids.map((id, i) => ended(clients[i]!.query(add(id, 'race'))))
    const holds = await world.pending(count)
    const views = await Promise.all(holds.map((hold) => world.hold(hold.id)))
    const decisions = views.map((view) => world.api('maria', `/holds/${view.id}/decisions`, { choice: 'approve', briefing: view.briefing_digest }).then(({ status }) => status, () => 0))
    await Promise.race(decisions)
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    await gateway.kill()
    const answers = await Promise.all(queries)
    const statuses = await Promise.all(decisions)
    await restart()
    const idOf = (text: string): number => Number(/id = (\d+)/.exec(text)?.[1])

    // The target may still be busy with what was sent: wait until it is not.
    await until('the target is idle', async () => ((await behind.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'holdpoint' AND state = 'active'")).rowCount === 0 ? true : undefined))
    const permits = new Map((await journal(world)).filter(({ kind, body }) => kind === 'permit' && typeof body['text'] === 'string').map(({ body }) => [body['text'] as string, body]))
    for (const hold of await allHolds(world)) {
      const id = idOf(hold.text)
      const ran = await world.ran(add(id, 'race'))
      expect(ran, hold.text).toBeLessThanOrEqual(1)
      // What ran was committed, or its gateway was gone before it could be.
      const committed = (await quantity(behind, id)) - 1
      expect(committed, hold.text).toBeLessThanOrEqual(ran)
      if (hold.execution === 'succeeded') expect(committed, hold.text).toBe(1)
      if (answers[id - 1] === 'answered') expect([ran, committed, hold.execution === 'succeeded' || hold.execution === 'unknown']).toEqual([1, 1, true])
      // Record first, forward second: what ran has its permit on disk.
      if (ran === 1) expect(permits.get(add(id, 'race')), hold.text).toMatchObject({ hold: hold.id })
      if (ran === 1) expect(['succeeded', 'unknown']).toContain(hold.execution)
      expect(['none', 'succeeded', 'unknown'], hold.text).toContain(hold.execution)
      // A decision that was acknowledged is not lost.
      const asked = views.findIndex((view) => view.id === hold.id)
      if (statuses[asked] === 200) expect(hold.decision).toBe('approved')
    }
    // Whatever is still unused is used once by a retry; what is pending still waits.
    const retry = await world.client()
    for (const hold of await allHolds(world)) {
      if (hold.decision !== 'approved' || hold.execution !== 'none') continue
      const id = idOf(hold.text)
      expect((await retry.query(add(id, 'race'))).rowCount).toBe(1)
      expect(await world.ran(add(id, 'race'))).toBe(1)
      expect(await quantity(behind, id)).toBe(2)
      expect(await world.hold(hold.id)).toMatchObject({ execution: 'succeeded' })
    }
    await retry.end()
    await behind.end()
    await gateway.stop()
    await expectVerified(world)
  })
})

async function gone(behind: pg.Client, rows: readonly { readonly pid: number }[]): Promise<boolean> {
  return (await behind.query('SELECT 1 FROM pg_stat_activity WHERE pid = ANY($1)', [rows.map(({ pid }) => pid)])).rowCount === 0
}
