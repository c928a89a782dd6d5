import { open, readFile } from 'node:fs/promises'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { journal } from '../support/checks.ts'
import { loadCorpus, loadHarmless, loggedUpTo, maskedValues, type SqlCase, setUpCorpus, statementsIn, textOf, type WireCase, type WireMessage, type WireStep } from '../support/corpus.ts'
import { type Answer, fe, int32, WireClient } from '../support/wire.ts'
import { createWorld, until, type World } from '../support/world.ts'

// Every case goes through a real gateway with the policy of the quickstart to a real Postgres. What ran is what the target's own
// log says of this very session; what leaked is looked for in the bytes that the client got.

let world: World
let behind: pg.Client
let secrets: readonly string[]
let major: number
let logAt = 0
const clients: WireClient[] = []

beforeAll(async () => {
  world = await createWorld()
  behind = await world.behind()
  await setUpCorpus(behind, world.database.user)
  secrets = await maskedValues(behind)
  major = Math.floor(Number((await behind.query('SHOW server_version_num')).rows[0].server_version_num) / 10_000)
  await world.start()
}, 90_000)
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
})
afterAll(async () => {
  await behind?.end()
  await world?.stop()
})

describe.each(['section3', 'ours'])('the corpus of %s', (file) => {
  it.each(loadCorpus<SqlCase>(file).map((one) => [`${one.id}: ${textOf(one).slice(0, 100)}`, one] as const))('%s', (_, one) => judged(one))
})

describe('what looks dangerous and is not', () => {
  it.each(loadHarmless().map((one) => [`${one.id}: ${textOf(one).slice(0, 100)}`, one] as const))('%s', (_, one) => judged(one))
})

describe('the corpus of the wire', () => {
  it.each(loadCorpus<WireCase>('section3-wire').map((one) => [one.id, one] as const))('%s', (_, one) => said(one))
})

async function judged(one: SqlCase): Promise<void> {
  await logFromHere()
  const client = new WireClient(world.ports.postgres)
  const bytes: Buffer[] = []
  client.socket.on('data', (chunk: Buffer) => bytes.push(chunk))
  clients.push(client)
  await client.signIn(world.token('billing-bot'), { application_name: one.id })
  for (const sql of one.session ?? []) expect(await client.send(fe.query(sql)).reply(), sql).not.toMatch(/E:/)
  const text = textOf(one)
  const isBefore = one.since !== undefined && one.since > major
  const expected: SqlCase = !isBefore ? one : one.before === undefined ? { ...one, verdict: 'reject', code: '42601' } : { ...one, fails: one.before }
  let seen: Seen = { said: 'allow', code: '', message: '' }
  for (let time = 0; time < (one.often ?? 1); time++) {
    client.send(fe.query(text))
    seen = await outcome(client, one.approve === true)
  }
  const { verdict } = expected
  const code = (verdict === 'allow' || verdict === 'hold' ? expected.fails : expected.code) ?? ''
  expect(`${seen.said} ${seen.code} ${seen.message}`).toMatch(new RegExp(`^${verdict === 'reject' || (verdict === 'allow' && code !== '') ? 'error' : verdict} ${code === '' && verdict !== 'deny' ? ' ' : code}`))
  const ran = statementsIn(await logSince(), one.id).filter((statement) => !isOurs(statement))
  const mayRun = verdict === 'allow' || (verdict === 'hold' && one.approve === true)
  // Once approved it runs in a transaction that the gateway takes back where more is changed than was approved.
  const inTransaction = one.approve === true && verdict === 'hold' && !(one.session ?? []).includes('BEGIN')
  expect(inTransaction ? ran.filter((statement) => !/^(BEGIN|COMMIT|ROLLBACK)$/.test(statement)) : ran).toEqual([...(one.session ?? []), ...(mayRun ? Array.from({ length: one.often ?? 1 }, () => text) : [])])
  const shown = Buffer.concat(bytes).toString('latin1')
  expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
  if (one.not_recorded !== undefined) {
    const recorded = JSON.stringify(await journal(world))
    expect(recorded).toContain(seen.message.slice(0, 20))
    for (const word of one.not_recorded) expect(recorded).not.toContain(word)
  }
}

async function said(one: WireCase): Promise<void> {
  await logFromHere()
  const client = new WireClient(world.ports.postgres)
  const bytes: Buffer[] = []
  client.socket.on('data', (chunk: Buffer) => bytes.push(chunk))
  clients.push(client)
  if (one.bare !== true) {
    const signedIn = await client.signIn(world.token('billing-bot'), { application_name: one.id, ...one.startup }, one.version).then(() => '', (error: Error) => error.message.slice(0, 5))
    if (one.refused === undefined) expect(signedIn).toBe('')
    else expect(signedIn).toMatch(pattern(one.refused))
  }
  for (const step of one.script ?? []) await take(client, step)
  const ran = statementsIn(await logSince(), one.id).join('\n')
  for (const part of one.ran ?? []) expect(ran).toContain(part)
  for (const part of one.not_ran ?? []) expect(ran).not.toContain(part)
  if (one.refused !== undefined) expect(ran).toBe('')
  const shown = Buffer.concat(bytes).toString('latin1')
  expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
}

async function take(client: WireClient, step: WireStep): Promise<void> {
  if (step.send !== undefined) client.send(...step.send.map(toBytes))
  if (step.held !== undefined) {
    await client.notice('held')
    if (step.held !== 'wait') {
      const hold = await until('the hold', async () => (await world.pending())[0])
      await world.decide('maria', hold.id, step.held)
    }
  }
  if (step.cancel !== undefined) {
    const socket = new WireClient(world.ports.postgres)
    socket.send(fe.cancel(client.processId, step.cancel === 'own' ? client.secret : int32(7)))
    await socket.closed()
  }
  if (step.byte !== undefined) expect(await client.oneByte()).toBe(step.byte)
  for (const reply of typeof step.reply === 'string' ? [step.reply] : (step.reply ?? [])) {
    // CopyInResponse is the one answer without a ReadyForQuery behind it.
    const answer = reply === 'G' ? (await client.through('G')).join(' ') : await client.reply()
    expect(answer).toMatch(pattern(reply))
  }
  if (step.ends !== undefined) expect((await client.closed()).filter(({ type }) => type === 'E').map(({ fields }) => fields['C']).at(-1) ?? '').toMatch(new RegExp(`^${step.ends === '' ? '' : `${step.ends}$`}`))
}

const pattern = (text: string): RegExp => (text.startsWith('/') ? new RegExp(text.slice(1, text.lastIndexOf('/'))) : new RegExp(`^${text.replaceAll(/[.*+?^$|()[\]{}\\]/g, '\\$&')}$`))

function toBytes(message: WireMessage): Buffer {
  const [kind, value] = Object.entries(message)[0] as [string, never]
  const given = (value ?? {}) as { readonly sql?: string; readonly name?: string; readonly portal?: string; readonly rows?: number }
  switch (kind) {
    case 'query': return fe.query(value)
    case 'parse': return fe.parse(given.sql ?? '', given.name)
    case 'bind': return fe.bind(value ?? {})
    case 'describe_s': return fe.describe('S', value)
    case 'describe_p': return fe.describe('P', value)
    case 'execute': return fe.execute(given.portal, given.rows)
    case 'close_s': return fe.close('S', value)
    case 'close_p': return fe.close('P', value)
    case 'flush': return fe.flush()
    case 'sync': return fe.sync()
    case 'terminate': return fe.terminate()
    case 'copy_data': return fe.copyData(value)
    case 'copy_done': return fe.copyDone()
    case 'copy_fail': return fe.copyFail(value)
    case 'function_call': return fe.functionCall(value)
    case 'raw': return Buffer.from(String(value), 'hex')
    default: throw new TypeError(`no message is called ${kind}`)
  }
}

interface Seen {
  /** `error`: of the target, when it ran or before; the log tells which. */
  readonly said: 'allow' | 'hold' | 'deny' | 'error'
  readonly code: string
  readonly message: string
}

/** What became of the last Query: by the answer, and by whether a hold was opened for it. */
async function outcome(client: WireClient, approve: boolean): Promise<Seen> {
  const answers: Answer[] = []
  const pump = client.through('Z').then((all) => void answers.push(...all))
  const held = await Promise.race([pump.then(() => null), client.notice('held').then((notice) => notice.fields['M'] ?? '')])
  if (held !== null) {
    const hold = await until('the hold', async () => (await world.pending())[0])
    await world.decide('maria', hold.id, approve ? 'approve' : 'reject')
    if (approve && hold.needed > 1) await world.decide('omar', hold.id, 'approve')
  }
  await pump
  const { C: code = '', M: message = '', H: hint = '' } = answers.find(({ type }) => type === 'E')?.fields ?? {}
  if (held !== null) return { said: 'hold', code: approve ? code : '', message }
  if (/^denied by policy/.test(message)) return { said: 'deny', code, message: `${message} ${hint}` }
  return { said: code === '' ? 'allow' : 'error', code, message }
}

/** What the gateway says of its own in the session of a client. */
const isOurs = (statement: string): boolean => /^SELECT pg_catalog\.current_setting\('track_counts'\)/.test(statement)

async function logFromHere(): Promise<void> {
  logAt = (await readFile(world.target.logFile)).length
}

async function logSince(): Promise<string> {
  return loggedUpTo(world, behind, async () => {
    const file = await open(world.target.logFile)
    try {
      const { size } = await file.stat()
      const bytes = Buffer.alloc(size - logAt)
      await file.read(bytes, 0, bytes.length, logAt)
      return bytes.toString()
    } finally {
      await file.close()
    }
  })
}
