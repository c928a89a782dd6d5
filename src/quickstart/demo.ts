import { randomBytes } from 'node:crypto'
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stringify } from 'yaml'
import { createAuthority } from './certificates.ts'
import { AGENTS, AUDIENCE, type Issuer, PEOPLE, type PersonName, startIssuer } from './oidc.ts'
import { freePort, type PostgresServer, startPostgres } from './postgres-server.ts'
import { type SeededDatabase, seedOrders } from './seed.ts'
import { ownStateFilePath, PACKAGE_ROOT, type QuickstartState, removeOwn, stateFilePath, writePrivately } from './state.ts'

export interface DemoOptions {
  /** Written, whole, once everything answers: what automation needs to know. Removed at the end. */
  readonly readyFile?: string
  /** A new or empty folder to keep database, recordings and journal in; a temporary one, removed at the end, where absent. */
  readonly directory?: string
  /** 0: any free one. Absent: 7432 and 7080, or any free one where those are taken. */
  readonly postgresPort?: number
  readonly adminPort?: number
  /** Where lines for people go; standard output where absent. */
  readonly print?: (text: string) => void
  /** Ends the quickstart like Ctrl-C. With it, signals of the process are the caller's matter. */
  readonly until?: AbortSignal
}

/** The gateway as `main.ts` starts it from a configuration file. Resolves when both listeners accept. */
export type Serve = (configFile: string) => Promise<{
  readonly postgres: { readonly host: string; readonly port: number }
  readonly admin: { readonly url: string }
  stop(): Promise<void>
}>

const TARGET = 'orders'
const DEFAULT_PORTS = { postgres: 7432, admin: 7080 } as const
const TOKEN_TTL_S = 12 * 3_600
const ANSWERS_WITHIN_MS = 30_000
// Ctrl-C in a terminal reaches us twice when npm passes on what the terminal has sent to everybody.
const SAME_SIGNAL_MS = 1_000
const PARENT_CHECK_MS = 250

/**
 * Everything a newcomer needs on one machine: a real Postgres, an identity provider, and the gateway in front. Resolves with
 * the exit code after Ctrl-C (0) or a failed start (1), when all of it is stopped, in reverse order, and its files are gone.
 */
export async function runDemo(options: DemoOptions, serve: Serve): Promise<number> {
  const print = options.print ?? ((text) => void process.stdout.write(`${text}\n`))
  const ending = endOf(options.until, print)
  const undo: (() => Promise<unknown>)[] = []
  let exitCode = 0
  try {
    await start(options, serve, print, ending.signal, undo)
    await ending.reached
  } catch (error) {
    if (!ending.signal.aborted) {
      exitCode = 1
      print(`The quickstart could not start: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  for (const step of undo.reverse()) {
    await step().catch((error: unknown) => {
      exitCode = 1
      print(`Stopping went wrong: ${error instanceof Error ? error.message : String(error)}`)
    })
  }
  ending.dispose()
  return exitCode
}

async function start(options: DemoOptions, serve: Serve, print: (text: string) => void, ending: AbortSignal, undo: (() => Promise<unknown>)[]): Promise<void> {
  const stateFile = ownStateFilePath()
  const readyFile = options.readyFile === undefined ? undefined : resolve(options.readyFile)
  // Whoever waits for the file must not find the one of a quickstart that was killed.
  if (readyFile !== undefined) await rm(readyFile, { force: true })
  const step = async <T>(work: () => Promise<T>, stop: (result: T) => Promise<unknown>): Promise<T> => {
    ending.throwIfAborted()
    const result = await work()
    undo.push(() => stop(result))
    ending.throwIfAborted()
    return result
  }

  const directory = await step(() => makeDirectory(options.directory), async (made) => {
    if (options.directory === undefined) await rm(made, { recursive: true, force: true })
  })
  const ports = {
    postgres: await choosePort(options.postgresPort, DEFAULT_PORTS.postgres, 'Postgres clients', print),
    admin: await choosePort(options.adminPort, DEFAULT_PORTS.admin, 'reviewers', print),
  }
  const authority = await createAuthority()
  const local = { dns: ['localhost'], ip: ['127.0.0.1', '::1'] }
  let isStopping = false
  const target = await step(
    async () => startPostgres({
      directory: join(directory, 'target'),
      port: 0,
      ssl: await authority.issue({ commonName: 'orders target', ...local }),
      removeWhenOrphaned: [...(options.directory === undefined ? [directory] : []), stateFile, ...(readyFile === undefined ? [] : [readyFile])],
    }),
    (server) => {
      isStopping = true
      return server.stop()
    },
  )
  void target.ended.then(() => {
    if (!isStopping) print(`The Postgres behind the gateway has ended unexpectedly; its log is ${target.logFile}.`)
  })
  const database = await seedOrders(target)
  const issuer = await step(() => startIssuer({ port: 0 }), (started) => started.stop())
  const gatewayCertificate = await authority.issue({ commonName: 'holdpoint', ...local })
  const caFile = join(directory, 'ca.crt')
  await writeFile(caFile, authority.ca)
  const configFile = await writeConfig(directory, { ports, target, database, issuer, caFile, certificate: gatewayCertificate })

  const gateway = await step(() => serve(configFile), (running) => running.stop())
  await untilReady(gateway.admin.url, ending)
  const tokens = await exchangeAll(gateway.admin.url, issuer)
  const postgres = { host: 'localhost', port: gateway.postgres.port, dbname: TARGET, user: AGENTS[0], password: tokens.agents[AGENTS[0]]!.token, sslrootcert: caFile }
  const state: QuickstartState = { pid: process.pid, admin: { url: gateway.admin.url }, postgres, people: tokens.people, agents: tokens.agents }
  await step(() => writePrivately(stateFile, state), () => removeOwn(stateFile, state))
  // Before the ready file, which tells automation that all has been said.
  print(instructions(state, directory, stateFile === stateFilePath() ? '' : `HOLDPOINT_STATE=${stateFile} `))
  if (readyFile !== undefined) {
    const ready = readyContent(state, target, database)
    await step(() => writePrivately(readyFile, ready), () => removeOwn(readyFile, ready))
  }
}

/** Root's folder lets others through by name (Postgres runs as nobody) but lists nothing; what lies in it is private. */
async function makeDirectory(given: string | undefined): Promise<string> {
  const directory = given === undefined ? await mkdtemp(join(tmpdir(), 'holdpoint-')) : resolve(given)
  if (given !== undefined) {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    if ((await readdir(directory)).length > 0) throw new Error(`${directory} is not empty; name a new folder with --dir.`)
  }
  await chmod(directory, process.getuid?.() === 0 ? 0o711 : 0o700)
  return directory
}

async function choosePort(given: number | undefined, standard: number, who: string, print: (text: string) => void): Promise<number> {
  if (given === 0) return freePort()
  const port = given ?? standard
  if (await isFree(port)) return port
  if (given !== undefined) throw new Error(`Port ${port} on 127.0.0.1 is taken; choose another one, or 0 for any.`)
  const other = await freePort()
  print(`Port ${port} is taken, so ${who} connect to ${other} this time.`)
  return other
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', () => done(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
  })
}

interface Parts {
  readonly ports: { readonly postgres: number; readonly admin: number }
  readonly target: PostgresServer
  readonly database: SeededDatabase
  readonly issuer: Issuer
  readonly caFile: string
  readonly certificate: { readonly cert: string; readonly key: string }
}

/** The same file an operator would write, secrets in files of their own. */
async function writeConfig(directory: string, { ports, target, database, issuer, caFile, certificate }: Parts): Promise<string> {
  const secret = async (name: string, content: string): Promise<string> => {
    const file = join(directory, 'secrets', name)
    await writeFile(file, content, { mode: 0o600, flag: 'wx' })
    return file
  }
  await mkdir(join(directory, 'secrets'), { mode: 0o700 })
  await copyPolicies(join(directory, 'policies'))
  await writeFile(join(directory, 'gateway.crt'), certificate.cert)
  const config = {
    version: 1,
    listen: { postgres: `127.0.0.1:${ports.postgres}`, admin: `127.0.0.1:${ports.admin}` },
    tls: { cert: 'gateway.crt', key: await secret('gateway.key', certificate.key) },
    store: `sqlite:${join(directory, 'holdpoint.db')}`,
    recordings: `file:${join(directory, 'recordings')}`,
    policies: 'policies',
    trust: [{
      name: 'quickstart',
      issuer: issuer.issuer,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      kind: { claim: 'kind', map: { agent: 'agent', human: 'human' } },
      name_claim: 'name',
      groups_claim: 'groups',
    }],
    reviewers: { groups: Object.fromEntries(['data-owners', 'managers', 'auditors'].map((group) => [group, { claim_values: [group] }])) },
    tokens: { ttl_s: TOKEN_TTL_S },
    targets: [{
      name: TARGET,
      protocol: 'postgres',
      labels: { env: 'quickstart' },
      postgres: {
        host: target.host,
        port: target.port,
        database: database.database,
        user: database.user,
        password: { file: await secret('target-password', database.password) },
        tls: { mode: 'verify-full', ca: caFile, server_name: 'localhost' },
        analysis: { user: database.analysis.user, password: { file: await secret('analysis-password', database.analysis.password) }, method: 'print' },
      },
    }],
    masking: { key: { file: await secret('masking-key', randomBytes(32).toString('hex')) } },
  }
  const file = join(directory, 'holdpoint.yaml')
  await writeFile(file, stringify(config), { mode: 0o600 })
  return file
}

/** Only the quickstart's: the other policies we ship name targets and groups that are not here. */
async function copyPolicies(folder: string): Promise<void> {
  const shipped = join(PACKAGE_ROOT, 'policies')
  await mkdir(folder, { mode: 0o700 })
  const names = (await readdir(shipped)).filter((name) => name.startsWith('quickstart') && name.endsWith('.yaml'))
  if (names.length === 0) throw new Error(`There is no quickstart policy in ${shipped}.`)
  for (const name of names) await copyFile(join(shipped, name), join(folder, name))
}

async function untilReady(url: string, ending: AbortSignal): Promise<void> {
  let answer = 'nothing'
  for (const deadline = Date.now() + ANSWERS_WITHIN_MS; Date.now() < deadline; await delay(50, undefined, { signal: ending })) {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.any([ending, AbortSignal.timeout(5_000)]) }).catch(() => undefined)
    if (response?.ok) return void (await response.arrayBuffer())
    ending.throwIfAborted()
    if (response) answer = `HTTP ${response.status} ${(await response.text()).slice(0, 500)}`
  }
  throw new Error(`The gateway is not ready after ${ANSWERS_WITHIN_MS / 1_000} s: ${url}/readyz says ${answer}.`)
}

type Tokens = Record<string, { token: string }>

async function exchangeAll(url: string, issuer: Issuer): Promise<{ readonly agents: Tokens; readonly people: Tokens }> {
  const agents: Tokens = {}
  const people: Tokens = {}
  for (const name of AGENTS) agents[name] = { token: await exchange(url, await issuer.tokenForAgent(name)) }
  for (const name of Object.keys(PEOPLE) as PersonName[]) people[name] = { token: await exchange(url, await issuer.tokenForPerson(name)) }
  return { agents, people }
}

/** Token exchange, RFC 8693: a JWT of the issuer for a short opaque token of the gateway. */
async function exchange(url: string, jwt: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: jwt,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    }),
    signal: AbortSignal.timeout(10_000),
  })
  const answer = (await response.json().catch(() => ({}))) as { readonly access_token?: unknown; readonly error?: { readonly message?: unknown } }
  if (!response.ok || typeof answer.access_token !== 'string') {
    throw new Error(`The gateway gave no token (HTTP ${response.status}): ${String(answer.error?.message ?? 'no reason given')}`)
  }
  return answer.access_token
}

function readyContent(state: QuickstartState, target: PostgresServer, database: SeededDatabase): unknown {
  const named = (keep: (groups: readonly string[]) => boolean): Tokens =>
    Object.fromEntries(Object.entries(state.people).filter(([name]) => keep(PEOPLE[name as PersonName].groups)))
  return {
    admin: state.admin,
    postgres: state.postgres,
    agents: state.agents,
    reviewers: named((groups) => !groups.includes('auditors')),
    auditors: named((groups) => groups.includes('auditors')),
    behind: {
      postgres: {
        host: target.host,
        port: target.port,
        user: target.superuser,
        password: target.superPassword,
        dbname: database.database,
        log_file: target.logFile,
      },
    },
  }
}

/** `which` stands before the commands when this is not the only quickstart here. */
function instructions({ postgres, admin }: QuickstartState, directory: string, which: string): string {
  const { host, port, dbname, user, password, sslrootcert } = postgres
  return `
Holdpoint stands in front of a real Postgres with the database "orders". Open two more terminals in this folder.

  1. Be the agent ${user}:
       PGPASSWORD=${password} psql "host=${host} port=${port} dbname=${dbname} user=${user} sslmode=verify-full sslrootcert=${sslrootcert}"
     and try
       SELECT full_name, email, iban, card_number FROM customers LIMIT 3;
       DROP TABLE invoices;
       DELETE FROM invoices WHERE id < 500;
     Without psql, the same by an ordinary driver:
       ${which}npm run agent

  2. Be the reviewer maria; the DELETE waits for her:
       ${which}npm run -s holdpoint -- holds list --as maria
       ${which}npm run -s holdpoint -- holds approve ID --as maria

  3. Be the auditor ana, and see what happened:
       ${which}npm run -s holdpoint -- sessions list --as ana
       ${which}npm run -s holdpoint -- sessions replay ID --as ana

API and health: ${admin.url}   Configuration, policy and recordings: ${directory}
Ctrl-C stops all of it.
`
}

interface Ending {
  readonly signal: AbortSignal
  readonly reached: Promise<void>
  dispose(): void
}

/** Ctrl-C, a kill, or the caller's signal. A second Ctrl-C leaves at once; Postgres notices and stops by itself. */
function endOf(until: AbortSignal | undefined, print: (text: string) => void): Ending {
  const controller = new AbortController()
  const { promise: reached, resolve: settle } = Promise.withResolvers<void>()
  const end = (): void => {
    controller.abort(new Error('stopped'))
    settle()
  }
  if (until !== undefined) {
    if (until.aborted) end()
    until.addEventListener('abort', end, { once: true })
    return { signal: controller.signal, reached, dispose: () => until.removeEventListener('abort', end) }
  }
  let firstAt = 0
  const onSignal = (): void => {
    if (firstAt !== 0 && Date.now() - firstAt > SAME_SIGNAL_MS) process.exit(130)
    if (firstAt !== 0) return
    firstAt = Date.now()
    print('\nStopping ...')
    end()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  // npm runs scripts through a shell and passes a signal on to that shell only, which dies of it without telling us.
  const parent = process.ppid
  const watch = process.env['npm_lifecycle_event'] === undefined ? undefined : setInterval(() => {
    if (process.ppid !== parent && firstAt === 0) onSignal()
  }, PARENT_CHECK_MS)
  return {
    signal: controller.signal,
    reached,
    dispose() {
      clearInterval(watch)
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}
