import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadCorpus, loadHarmless, maskedValues, type SqlCase, setUpCorpus, textOf } from '../support/corpus.ts'
import { mutated, numbers, Statements } from '../support/statement-fuzz.ts'
import { type Answer, fe, WireClient } from '../support/wire.ts'
import { createWorld, type World } from '../support/world.ts'

// Random and bent statements through a gateway with the policy of the quickstart, beside the server itself: what the gateway let pass
// without asking anybody must be what the server, too, takes for a read. Nothing that is held is ever approved.

/** `HOLDPOINT_FUZZ_SECONDS=600` for a long run. */
const SECONDS = Number(process.env['HOLDPOINT_FUZZ_SECONDS'] ?? 35)
const SEED = Number(process.env['HOLDPOINT_SEED'] ?? 20_261_120)
const BATCH = 150
const LANES = 3

let world: World
let behind: pg.Client
let secrets: ReadonlySet<string>
beforeAll(async () => {
  world = await createWorld()
  behind = await world.behind()
  await setUpCorpus(behind, world.database.user)
  secrets = new Set(await maskedValues(behind))
  await behind.query("ALTER SYSTEM SET log_statement = 'none'")
  await behind.query('SELECT pg_reload_conf()')
  await world.start()
}, 90_000)
afterAll(async () => {
  await behind?.end()
  await world?.stop()
})

const CORPUS = [...loadCorpus<SqlCase>('section3'), ...loadCorpus<SqlCase>('ours'), ...loadHarmless()].filter((one) => one.repeat === undefined).flatMap((one) => [...(one.session ?? []), textOf(one)])

const counts = { texts: 0, allowed: 0, held: 0, denied: 0, refused: 0, failed: 0, compared: 0, lost: 0 }
const findings: string[] = []

it(`what passes without a question is a read for the server too (${SECONDS} s, seed ${SEED})`, { timeout: SECONDS * 2_000 + 120_000 }, async () => {
  const before = await digest()
  const deadline = Date.now() + SECONDS * 1_000
  const random = numbers(SEED)
  for (let batch = 0; Date.now() < deadline; batch++) {
    const texts = Array.from({ length: BATCH * LANES }, (_, at) => ((at + batch) % 2 === 0 ? new Statements(random).statement() : mutated(CORPUS, random))).filter((text) => !text.includes('\0') && text.length < 20_000)
    await Promise.all(Array.from({ length: LANES }, async (_, lane) => {
      const judge = await Judge.open()
      for (const [at, text] of texts.entries()) {
        if (at % LANES !== lane || Date.now() > deadline) continue
        await judge.put(text)
      }
      await judge.close()
    }))
    const after = await digest()
    expect(changed(before, after), `seed ${SEED}, batch ${batch}: one of these changed the database:\n${passed.join('\n')}`).toEqual([])
    passed.splice(0)
    expect(findings, `seed ${SEED}`).toEqual([])
  }
  console.log(`seed ${SEED}: ${JSON.stringify(counts)}`)
  expect(counts.allowed).toBeGreaterThan(SECONDS)
  expect(counts.held).toBeGreaterThan(0)
  expect(counts.denied).toBeGreaterThan(0)
})

/** Texts of this batch that somebody let pass. */
const passed: string[] = []

/** One session at the gateway and one at the server. */
class Judge {
  #client: WireClient
  readonly #direct: pg.Client

  private constructor(client: WireClient, direct: pg.Client) {
    this.#client = client
    this.#direct = direct
  }

  static async open(): Promise<Judge> {
    const direct = await world.behind()
    await direct.query(`SET SESSION AUTHORIZATION ${world.database.user}`)
    return new Judge(await signIn(), direct)
  }

  async put(text: string): Promise<void> {
    counts.texts++
    const answers = await this.#ask(text)
    if (answers === null) return
    const error = answers.find(({ type }) => type === 'E')?.fields
    const shown = Buffer.concat(answers.filter(({ type }) => 'DEdT'.includes(type)).map(({ bytes }) => bytes)).toString('latin1')
    for (const [value] of shown.matchAll(/[\w.+-]+@[\w.-]+\w|\+?\d[\d -]{8,}\d|[A-Z]{2}\d{2}[A-Z0-9 ]{8,}/g)) if (secrets.has(value.trim())) findings.push(`a masked value was shown: ${text}`)
    if (/^(denied by policy|rejected)/.test(error?.['M'] ?? '')) counts.denied++
    else if (error?.['C'] === '57014') counts.held++
    else if (error !== undefined && answers.every(({ type }) => 'EZ'.includes(type))) {
      // By the gateway, by the target's analysis, or by what it ran into: nothing of it stayed.
      counts.refused++
    } else {
      counts.allowed++
      if (error !== undefined) counts.failed++
      passed.push(text)
      await this.#compare(text)
    }
    if (answers.at(-1)?.toString() !== 'Z:I') await this.#client.send(fe.query('ROLLBACK')).through('Z')
    if (/prepare|declare|set|reset|hold/i.test(text)) await this.#client.send(fe.query('DISCARD ALL')).through('Z')
  }

  /** Null: the connection ended, and another one was opened. */
  async #ask(text: string): Promise<readonly Answer[] | null> {
    const client = this.#client
    client.send(fe.query(text))
    try {
      const all = client.through('Z')
      let isOver = false
      void all.then(() => { isOver = true }, () => { isOver = true })
      // Nobody is asked: what would be held is taken back by its own client.
      void client.notice('held for approval').then(() => { if (!isOver) cancel(client) }, () => undefined)
      const answers = await all
      client.notices.splice(0)
      return answers
    } catch (error) {
      if (!client.socket.destroyed) findings.push(`no answer to ${text}: ${String(error)}`)
      else {
        counts.lost++
        findings.push(`the connection was lost over ${text}: ${String(error)}`)
      }
      client.socket.destroy()
      this.#client = await signIn()
      return null
    }
  }

  /** What the server says of a text that passed: read only, and in a transaction that is taken back. */
  async #compare(text: string): Promise<void> {
    // Words of transactions would end ours; for these there are the digests.
    if (ENDS.test(text)) return
    counts.compared++
    const direct = this.#direct
    await direct.query('BEGIN READ ONLY; SET LOCAL statement_timeout = 3000')
    const refused = await direct.query(text).then(() => undefined, (error: pg.DatabaseError) => error.code)
    await direct.query('ROLLBACK')
    if (refused === '25006') findings.push(`passed, and the server says that it writes: ${text}`)
    await direct.query('BEGIN; SET LOCAL statement_timeout = 3000')
    const failed = await direct.query(text).then(() => false, () => true)
    const state = failed ? undefined : (await direct.query("SELECT pg_current_xact_id_if_assigned()::text AS xid, (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int FROM pg_stat_xact_all_tables) AS written")).rows[0] as { readonly xid: string | null; readonly written: number }
    await direct.query('ROLLBACK')
    await direct.query(`SET SESSION AUTHORIZATION DEFAULT; DISCARD ALL; SET SESSION AUTHORIZATION ${world.database.user}`).catch(() => direct.query('DISCARD ALL'))
    if (state !== undefined && (state.xid !== null || state.written > 0)) findings.push(`passed, and wrote (xid ${state.xid}, ${state.written} rows): ${text}`)
  }

  async close(): Promise<void> {
    await this.#client.end()
    await this.#direct.end()
  }
}

const ENDS = /\b(begin|start|commit|end|rollback|abort|savepoint|release|transaction|discard|role|authorization)\b/i

function cancel(client: WireClient): void {
  const socket = new WireClient(world.ports.postgres)
  socket.send(fe.cancel(client.processId, client.secret))
  socket.closed().then(() => undefined, () => undefined)
}

const signIn = (): Promise<WireClient> => new WireClient(world.ports.postgres).signIn(world.token('billing-bot'), { statement_timeout: '3000' })

/** Every row, sequence, object, right and setting, in short. */
async function digest(): Promise<Readonly<Record<string, string>>> {
  const { rows: tables } = await behind.query<{ readonly name: string }>("SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace ORDER BY 1")
  const found: Record<string, string> = {}
  for (const { name } of tables) found[name] = await one(`SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS x FROM ONLY ${name} t`).catch(() => one(`SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS x FROM ${name} t`))
  found['sequences'] = await one("SELECT md5(string_agg(concat(schemaname, sequencename, last_value), '|' ORDER BY 1)) AS x FROM (SELECT * FROM pg_sequences ORDER BY sequencename) s")
  for (const catalog of ['pg_proc', 'pg_roles', 'pg_db_role_setting', 'pg_description', 'pg_trigger', 'pg_rewrite', 'pg_policy', 'pg_namespace', 'pg_type', 'pg_prepared_xacts', 'pg_largeobject_metadata', 'pg_replication_slots', 'pg_database', 'pg_attrdef', 'pg_constraint']) found[catalog] = await one(`SELECT count(*)::text AS x FROM ${catalog}`)
  found['relations'] = await one("SELECT md5(string_agg(concat(relname, relowner, relacl::text, relnatts, relrowsecurity), '|' ORDER BY relname)) AS x FROM pg_class WHERE relnamespace = 'public'::regnamespace")
  return found
}

const one = async (sql: string): Promise<string> => String(((await behind.query(sql)).rows[0] as { readonly x: unknown }).x)

const changed = (before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name])
