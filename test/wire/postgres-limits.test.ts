import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { parse, stringify } from 'yaml'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fe, msg, WireClient } from '../support/wire.ts'
import { createWorld, type Spawned, until, type World } from '../support/world.ts'

// Memory is that of the gateway's own process, as the kernel counts it.

const MIB = 1 << 20
let world: World
let gateway: Spawned
const silent = createServer(() => undefined)
const clients: WireClient[] = []
beforeAll(async () => {
  world = await createWorld({ config: { limits: { max_row_bytes: 8 * MIB, max_message_bytes: 4 * MIB, hold_heartbeats_s: [1, 2], connect_timeout_ms: 400, held_spool_bytes: 65_536 } } })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()))
  const config = parse(await readFile(world.configFile, 'utf8')) as { targets: { name: string; postgres: Record<string, unknown> }[] }
  const [target] = config.targets
  config.targets.push({ ...target!, name: 'silent', postgres: { ...target!.postgres, port: (silent.address() as { port: number }).port } })
  await writeFile(world.configFile, stringify(config))
  await appendFile(world.policyFile, '\n  - id: silent\n    on: { protocol: postgres, target: silent, verbs: [show] }\n    decision: allow\n')
  gateway = await world.spawn()
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
})
afterAll(async () => {
  await world.stop()
  silent.close()
})

async function open(): Promise<WireClient> {
  const client = new WireClient(world.ports.postgres)
  clients.push(client)
  return client.signIn(world.token('billing-bot'))
}

const usable = async (client: WireClient): Promise<void> => expect(await client.send(fe.query('SELECT 1')).reply()).toBe('T D C:SELECT 1 Z:I')

async function memory(field: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${gateway.child.pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024
}

/** How much more the gateway held at its highest during this than before it. */
async function growth(work: () => Promise<void>): Promise<number> {
  // 5: the peak is counted from now on.
  await writeFile(`/proc/${gateway.child.pid}/clear_refs`, '5')
  const before = await memory('VmRSS')
  await work()
  return (await memory('VmHWM')) - before
}

/** What may wait to be collected; what is sent in one go here is more. */
const BOUND = 192 * MIB

/** One message of so many MiB, never whole in this process either. */
function huge(client: WireClient, type: string, head: Buffer, mebibytes: number): void {
  const first = msg(type, head)
  first.writeInt32BE(4 + head.length + mebibytes * MIB, 1)
  client.socket.write(first)
  for (let i = 0; i < mebibytes; i++) client.socket.write(PIECE)
}

const PIECE = Buffer.alloc(MIB, 0x78)

describe.skipIf(process.platform !== 'linux')('memory stays bounded', { timeout: 60_000 }, () => {
  it('for a Query of 256 MiB, and a Parse and a Bind of 64 MiB, each refused in its place', async () => {
    const client = await open()
    const grown = await growth(async () => {
      huge(client, 'Q', Buffer.alloc(0), 256)
      expect(await client.reply()).toBe('E:54000 Z:I')
      client.send(fe.parse('SELECT 1'))
      huge(client, 'P', Buffer.from([0]), 64)
      client.send(fe.sync())
      expect(await client.reply()).toBe('1 E:54000 Z:I')
      huge(client, 'B', Buffer.from([0]), 64)
      client.send(fe.execute(), fe.sync())
      expect(await client.reply()).toBe('E:54000 Z:I')
    })
    await usable(client)
    expect(grown).toBeLessThan(BOUND)
  })

  it('for a row of 1,000 MiB, which is cut off, while one of 7 MiB passes', async () => {
    const client = await open()
    client.send(fe.query(`SELECT repeat('x', ${7 * MIB})`))
    const row = (await client.through('Z')).find(({ type }) => type === 'D')
    expect(row?.bytes.length).toBeGreaterThan(7 * MIB)
    const grown = await growth(async () => {
      client.send(fe.query(`SELECT repeat('x', ${1000 * MIB})`))
      expect(await client.reply()).toBe('T E:54000 Z:I')
    })
    await usable(client)
    // Through TLS the pieces are many and small, and are collected late: 250 to 460 MiB were seen for rows of 256 MiB as of 512 MiB.
    expect(grown).toBeLessThan(640 * MIB)
  })

  it('for a result of 300 MB that nobody reads; read on, all of it arrives', async () => {
    const client = await open()
    const grown = await growth(async () => {
      client.socket.pause()
      client.send(fe.query("SELECT repeat('slow reader ', 1000) FROM generate_series(1, 25000)"))
      const behind = await world.behind()
      await until('the target waits for us', async () => {
        const { rows } = await behind.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'ClientWrite' AND query LIKE '%slow reader%' AND pid <> pg_backend_pid()")
        return rows.length > 0 ? true : undefined
      })
      await behind.end()
    })
    client.socket.resume()
    const answers = await client.through('Z')
    expect(answers.filter(({ type }) => type === 'D')).toHaveLength(25_000)
    expect(answers.at(-2)?.toString()).toBe('C:SELECT 25000')
    expect(grown).toBeLessThan(BOUND)
  })

  it('for a client that goes on sending, and stops reading, while held; its end is noticed', async () => {
    const more = fe.query(`SELECT '${'y'.repeat(8000)}'`)
    const grown = await growth(async () => {
      const client = await open()
      client.send(fe.query('DELETE FROM invoice_lines WHERE id = 80'))
      const [hold] = await world.pending()
      client.socket.pause()
      for (let i = 0; i < 4000; i++) client.socket.write(more)
      await until('heartbeats went by unread', () => (client.socket.writableLength > 0 && client.socket.readableLength > 600 ? true : undefined))
      expect((await world.hold(hold!.id)).decision).toBe('pending')
      client.socket.destroy()
      await until('withdrawn', async () => ((await world.hold(hold!.id)).decision !== 'pending' ? true : undefined))
    })
    expect(grown).toBeLessThan(BOUND)
    expect(await world.ran('yyyyyyyy')).toBe(0)
  })

  it('for 20,000 Sync in one go, each answered', async () => {
    const client = await open()
    const grown = await growth(async () => {
      const before = client.received
      client.send(Buffer.concat(Array.from({ length: 20_000 }, () => fe.sync())))
      await until('all answers', () => (client.received - before >= 20_000 * 6 ? true : undefined))
    })
    expect(grown).toBeLessThan(BOUND)
  })

  it('for 100,000 Close without a Sync, each answered', async () => {
    const client = await open()
    const grown = await growth(async () => {
      const before = client.received
      client.send(Buffer.concat([...Array.from({ length: 100_000 }, () => fe.close('S', 'none')), fe.flush()]))
      await until('all answers', () => (client.received - before >= 100_000 * 5 ? true : undefined))
    })
    expect(grown).toBeLessThan(BOUND)
  })

  it('for names: texts of more than the bound together are refused', async () => {
    const client = await open()
    const text = `SELECT '${'z'.repeat(900_000)}'`
    let refused = 0
    for (let i = 0; i < 12; i++) if ((await client.send(fe.parse(text, `n${i}`), fe.sync()).reply()).startsWith('E:54000')) refused++
    expect(refused).toBeGreaterThan(0)
    expect(await client.send(fe.close('S', 'n0'), fe.sync()).reply()).toBe('3 Z:I')
    await usable(client)
  })
})

describe('an answer that is cut off', () => {
  it('leaves what follows it in its batch as the target did it: a name defined there is judged by its new text', async () => {
    const client = await open()
    expect(await client.send(fe.parse('SELECT 1', 's'), fe.sync()).reply()).toBe('1 Z:I')
    client.send(fe.parse(`SELECT repeat('x', ${9 * MIB})`), fe.bind(), fe.execute(), fe.close('S', 's'), fe.parse('DELETE FROM invoice_lines WHERE id = 81', 's'), fe.sync())
    expect(await client.reply()).toBe('1 2 E:54000 Z:I')
    client.send(fe.bind({ statement: 's' }), fe.execute(), fe.sync())
    // Cancelled in time the target still has SELECT 1 under this name; too late, and it has the DELETE, which is then held.
    let outcome: string | undefined
    void client.reply().then((reply) => { outcome = reply })
    await until('the answer', async () => {
      if (outcome !== undefined) return true
      const [hold] = (await world.api('maria', '/holds?state=pending')).body['holds'] as readonly { readonly id: string }[]
      if (hold) await world.decide('maria', hold.id, 'reject')
      return undefined
    })
    expect(['2 D C:SELECT 1 Z:I', 'E:42501 Z:I', 'E:0A000 Z:I']).toContain(outcome)
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 81')).toBe(0)
    await usable(client)
  })
})

describe('options of the configuration', () => {
  it('hold_heartbeats_s: a held client is told again, and the last interval repeats', async () => {
    const client = await open()
    client.send(fe.query('DELETE FROM invoice_lines WHERE id = 82'))
    const [hold] = await world.pending()
    await until('three notices', async () => {
      await client.notice('held for approval')
      return client.notices.filter((one) => one.fields['M']?.includes(hold!.id)).length >= 3 ? true : undefined
    })
    await world.decide('maria', hold!.id, 'reject')
    expect(await client.reply()).toBe('E:42501 Z:I')
  })

  it('connect_timeout_ms: a target that accepts and says nothing is given up, and named', async () => {
    const client = new WireClient(world.ports.postgres)
    clients.push(client)
    const began = performance.now()
    await expect(client.signIn(world.token('billing-bot'), { database: 'silent' })).rejects.toThrow(/^(08001|57P03)/)
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  it('max_message_bytes: CopyData over it fails the COPY and nothing else', async () => {
    const client = await open()
    client.send(fe.query('COPY invoice_lines FROM STDIN'))
    await world.reviewNext('maria')
    while ((await client.next()).type !== 'G');
    client.send(fe.copyData(Buffer.alloc(5 * MIB, 0x78)), fe.copyDone())
    expect(await client.reply()).toBe('E:57014 Z:I')
    await usable(client)
  })
})
