import { readFile, writeFile } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parse, stringify } from 'yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLog } from '../../src/log.ts'
import { type Gateway, serve } from '../../src/serve.ts'
import { metric } from '../support/checks.ts'
import { fe, int32, msg, WireClient } from '../support/wire.ts'
import { digestOf, PermitReader, Spy, type Taken, unpermitted, unpermittedOwn } from '../support/wire-spy.ts'
import { createWorld, until, type World } from '../support/world.ts'

// Conversations that are right, then bent: messages in other orders, with other bytes, other types, other lengths, in pieces of any
// size, from clients that stay, leave or break off. Whatever they are: nothing in the gateway breaks, nothing stays behind, and
// every byte that arrives at the target is one that the record has a permit for.

/** `HOLDPOINT_FUZZ_MESSAGES=1000000` for the long run. */
const MESSAGES = Number(process.env['HOLDPOINT_FUZZ_MESSAGES'] ?? 200_000)
const SEED = Number(process.env['HOLDPOINT_SEED'] ?? 20_261_120)
const ROUND = 15_000
const CONNECTIONS = 6

const POLICY = `
version: 1
approvals:
  owner: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m }
rules:
  - { id: mask, on: { protocol: postgres, target: orders }, mask: [{ column: public.customers.email, style: partial }] }
  - { id: read, on: { protocol: postgres, target: orders, verbs: [select, copy_out], effects: [read] }, decision: allow }
  - { id: session, on: { protocol: postgres, target: orders, verbs: [begin, commit, rollback, savepoint, release, rollback_to, declare, fetch, close, prepare, execute, deallocate, show, empty] }, decision: allow }
  - { id: sink, on: { protocol: postgres, target: orders, verbs: [copy_in], relations: [public.sink], access: write }, decision: allow }
  - { id: change, reason: asked, on: { protocol: postgres, target: orders, verbs: [update], relations: [public.sink], access: write }, decision: hold, approval: owner }
`
const DENIED = ['DROP TABLE never', 'DELETE FROM never', "COPY never FROM PROGRAM 'never'", 'SET search_path = never', "SELECT pg_read_file('never')", 'SELECT never(1)', 'SELEC never', 'INSERT INTO sink VALUES (1)', 'TRUNCATE sink']
const ALLOWED = ['SELECT 1', "SELECT 'x' FROM generate_series(1, 3)", 'SELECT id, email FROM customers WHERE id < 4', 'BEGIN', 'COMMIT', 'ROLLBACK', 'SAVEPOINT s', 'ROLLBACK TO SAVEPOINT s', 'SELECT 1/0', '', 'DEALLOCATE ALL', 'CLOSE ALL', 'SHOW statement_timeout', 'SELECT 1; SELECT 2', 'COPY (SELECT 1) TO STDOUT', 'DECLARE c CURSOR FOR SELECT id FROM invoices', 'FETCH 2 FROM c', "PREPARE b AS SELECT 'b'", 'EXECUTE b', 'SELECT pg_sleep(0)']
const NAMES = ['', 'a', 'b', 'c', 'd']

let world: World
let spy: Spy
let gateway: Gateway
let collect: () => void
const faults: string[] = []
beforeAll(async () => {
  world = await createWorld({ policy: POLICY })
  spy = await Spy.start(world.target)
  const config = parse(await readFile(world.configFile, 'utf8')) as { targets: { postgres: Record<string, unknown> }[] }
  Object.assign(config.targets[0]!.postgres, { host: '127.0.0.1', port: spy.port, tls: { mode: 'disable' } })
  await writeFile(world.configFile, stringify(config))
  const behind = await world.behind()
  await behind.query(`ALTER SYSTEM SET log_statement = 'none'; `)
  await behind.query(`CREATE TABLE sink (id int, note text); INSERT INTO sink VALUES (1, 'one'); ALTER TABLE sink OWNER TO ${world.database.user}`)
  await behind.query('SELECT pg_reload_conf()')
  await behind.end()
  gateway = await serve(world.configFile, { log: createLog({ level: 'warn', destination: { write: (line) => void faults.push(line) } }), drainTimeoutMs: 2_000 })
  await world.signIn()
  setFlagsFromString('--expose-gc')
  collect = runInNewContext('gc') as () => void
})
afterAll(async () => {
  await gateway?.stop()
  await world?.stop()
  await spy?.stop()
})

/** Small and repeatable (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

type Random = (below: number) => number
const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T

/** One thing a client might do, as its messages. */
function unit(random: Random): Buffer[] {
  const name = (): string => pick(random, NAMES)
  const sql = (): string => (random(4) === 0 ? pick(random, DENIED) : pick(random, ALLOWED))
  switch (random(12)) {
    case 0: case 1: case 2: return [fe.query(sql())]
    case 3: return [fe.parse(sql()), fe.bind(), fe.describe('P'), fe.execute(), fe.sync()]
    case 4: return [fe.parse('SELECT $1::int, $2::text', name()), fe.sync()]
    case 5: return [fe.bind({ statement: name(), portal: name(), values: ['1', 'x'], formats: pick(random, [[], [0], [0, 0]]), results: pick(random, [[], [0], [1]]) }), fe.execute(name(), random(3)), fe.sync()]
    case 6: return [fe.query('COPY sink FROM STDIN'), ...Array.from({ length: random(4) }, (_, i) => fe.copyData(`${i}\tnever in a log\n`)), pick(random, [fe.copyDone(), fe.copyFail('no')])]
    case 7: return Array.from({ length: 1 + random(5) }, () => pick(random, [() => fe.close('S', name()), () => fe.close('P', name()), () => fe.describe('S', name()), () => fe.describe('P', name()), () => fe.flush(), () => fe.execute(name(), random(4)), () => fe.parse(sql(), name())])()).concat(fe.sync())
    case 8: return [fe.copyData('stray'), fe.sync(), fe.flush()]
    case 9: return random(40) === 0 ? [fe.query(`UPDATE sink SET note = 'seen' WHERE id = ${random(9)}`)] : [fe.sync()]
    case 10: return Array.from({ length: 1 + random(4) }, () => [fe.parse(sql()), fe.bind(), fe.execute('', random(2))]).flat().concat(fe.sync())
    default: return [fe.parse('SELECT id FROM invoices ORDER BY id', name()), fe.bind({ statement: name(), portal: name() }), fe.execute(name(), 1), fe.execute(name(), 1), fe.sync()]
  }
}

/** Bends messages in place. `frames`: also their lengths and types, after which nobody knows where the next one begins. */
function bend(messages: Buffer[], random: Random, frames: boolean): Buffer[] {
  for (let times = random(4); times > 0 && messages.length > 1; times--) {
    const at = random(messages.length)
    const message = Buffer.from(messages[at] as Buffer)
    if (message.length < 5) continue
    switch (random(frames ? 9 : 5)) {
      case 0: messages.splice(at, 1); continue
      case 1: messages.splice(at, 0, messages[at] as Buffer); continue
      case 2: messages.splice(random(messages.length), 0, ...messages.splice(at, 1)); continue
      // A byte of the body, but no NUL: the fields keep their ends.
      case 3: case 4: {
        const body = message.subarray(5)
        const place = random(Math.max(1, body.length))
        if (body.length > 0 && body[place] !== 0 && message[0] !== 0x42) body[place] = 0x20 + random(0x5f)
        messages[at] = message
        continue
      }
      case 5: message[0] = random(256); break
      case 6: message.writeInt32BE(pick(random, [0, 3, 4, 5, -1, 0x7fffffff, message.length - 2, message.length, message.length + 40]), 1); break
      case 7: messages[at] = message.subarray(0, random(message.length)); continue
      case 8: messages[at] = pick(random, [Buffer.from([random(256), random(256), random(256)]), msg('F', int32(3826)), msg('Q', Buffer.from([0xc0, 0x27, 0])), msg('B', Buffer.from(Array.from({ length: random(40) }, () => random(256)))), msg('d', Buffer.alloc(random(9_000), 0x31))]); continue
    }
    messages[at] = message
  }
  return messages
}

let talks = 0
type Ending = 'stays' | 'leaves' | 'breaks off'

async function converse(random: Random, budget: number): Promise<number> {
  const frames = random(3) === 0
  const ending: Ending = frames ? pick(random, ['leaves', 'breaks off']) : pick(random, ['stays', 'stays', 'stays', 'leaves', 'breaks off'])
  const messages: Buffer[] = []
  const wanted = Math.min(budget, frames ? 20 + random(200) : 200 + random(800))
  while (messages.length < wanted) messages.push(...(random(5) === 0 ? bend(unit(random), random, frames && random(3) === 0) : unit(random)))
  // Wherever it stands by now, this brings it back to where a question is answered.
  if (ending === 'stays') messages.push(fe.copyFail('over'), fe.sync(), fe.query('ROLLBACK'), fe.query("SELECT 'the end'"))
  const client = await new WireClient(world.ports.postgres).signIn(world.token('billing-bot'), { application_name: `talk ${++talks}` })
  const all = Buffer.concat(messages)
  // A client that never reads would only test back-pressure.
  client.socket.resume()
  const writing = (async () => {
    for (let at = 0; at < all.length && !client.socket.destroyed; ) {
      const cut = random(5) === 0 ? 1 + random(7) : 1 + random(6_000)
      if (!client.socket.write(all.subarray(at, at + cut))) await new Promise<void>((resolve) => { client.socket.once('drain', resolve).once('close', resolve) })
      at += cut
      if (random(3) === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  if (ending === 'stays') {
    for (;;) {
      const answer = await client.next().catch(async (error: Error) => {
        if (client.socket.destroyed) return null
        throw error
      })
      if (answer === null || (answer.type === 'D' && answer.cells[0] === 'the end')) break
    }
    await writing
    await client.end()
  } else {
    await writing
    if (ending === 'breaks off') client.socket.resetAndDestroy()
    else {
      client.socket.end()
      await client.closed()
    }
    await client.end()
  }
  return messages.length
}

it(`${MESSAGES} messages, bent and in pieces, leave nothing behind and forward nothing without a permit (seed ${SEED})`, { timeout: Math.max(240_000, MESSAGES * 3) }, async () => {
  const permits = new PermitReader(world)
  const spent = new Map<string, number>()
  let sent = 0
  let arrived = 0
  let rounds = 0
  const heaps: number[] = []
  const kinds: ReadonlyMap<string, number>[] = []
  while (sent < MESSAGES) {
    let left = ROUND
    let isOver = false
    const reviewing = review(() => isOver)
    const started = await Promise.allSettled(Array.from({ length: CONNECTIONS }, async (_, share) => {
      const random = numbers(SEED + rounds * 1_000 + share)
      while (left > 0) {
        const done = await converse(random, left)
        left -= done
        sent += done
      }
    }))
    isOver = true
    await reviewing
    for (const one of started) if (one.status === 'rejected') throw new Error(`seed ${SEED}, round ${rounds}: ${String(one.reason)}`, { cause: one.reason })
    await patiently('all sessions to be over', async () => ((await metric(world, 'holdpoint_sessions_open')) === 0 ? true : undefined))
    await patiently('all holds to be settled', async () => ((await metric(world, 'holdpoint_holds_open')) === 0 ? true : undefined))
    // What was permitted is on disk a few milliseconds later.
    const taken = spy.take()
    let why: string | null = null
    const missing = await until<string>('a permit for every byte', async () => {
      await permits.readOn()
      const now = new Map(spent)
      why = firstUnpermitted(taken, permits, now)
      if (why !== null) return undefined
      for (const [digest, count] of now) spent.set(digest, count)
      return ''
    }).catch(() => `without a permit: ${why}`)
    expect(missing, `seed ${SEED}, round ${rounds}`).toBe('')
    permits.sessions.clear()
    permits.openedBy.clear()
    arrived += taken.reduce((sum, { messages }) => sum + messages.length, 0)
    rounds++
    collect()
    heaps.push(Math.round(process.memoryUsage().heapUsed / 1024 / 1024))
    kinds.push(resources())
    for (const { messages } of taken) for (const message of messages) if (message.includes('DROP TABLE never')) expect(message.toString('latin1')).toContain('holdpoint/analysis')
  }
  console.log(`${sent} messages in ${rounds} rounds, ${arrived} arrived at the target, heap ${heaps.join(' ')} MiB, seed ${SEED}`)
  expect(faults.filter((line) => /"kind":"\w*Error"|permit_refused/.test(line))).toEqual([])
  // Caches fill in the first rounds; from then on nothing grows with the number of messages.
  const settled = heaps[Math.min(heaps.length - 1, 3)] as number
  expect(heaps.at(-1)).toBeLessThan(settled * 1.5 + 40)
  for (const kind of ['TCPSocketWrap', 'Timeout']) expect(kinds.at(-1)?.get(kind) ?? 0, kind).toBeLessThanOrEqual((kinds[0]?.get(kind) ?? 0) + 6)
  const client = await world.client()
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await client.end()
})

function firstUnpermitted(taken: readonly Taken[], permits: PermitReader, spent: Map<string, number>): string | null {
  for (const { first, messages } of taken) {
    const opening = first === null ? null : digestOf(first)
    const session = opening === null ? undefined : permits.openedBy.get(opening)
    if (session === undefined && opening !== null) {
      if ((permits.all.get(opening) ?? 0) <= (spent.get(opening) ?? 0)) return `the start-up packet ${JSON.stringify(first?.toString('latin1'))}`
      spent.set(opening, (spent.get(opening) ?? 0) + 1)
    }
    const why = session === undefined ? unpermittedOwn(messages, permits.all, spent) : unpermitted(messages, (permits.sessions.get(session) ?? []).slice(1))
    if (why !== null) return why
  }
  return null
}

/** Answers of a target that are still to come are waited for 30 s, on a machine that may be busy. */
const patiently = <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => until(what, ask).catch(() => until(what, ask)).catch(() => until(what, ask))

function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** Says yes and no in turn to whatever is held, as long as the round lasts. */
async function review(isOver: () => boolean): Promise<void> {
  for (let turn = 0; !isOver(); turn++) {
    const holds = (await world.api('maria', '/holds?state=pending')).body['holds'] as readonly { readonly id: string }[]
    for (const { id } of holds) await world.decide('maria', id, turn % 2 === 0 ? 'approve' : 'reject')
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}
