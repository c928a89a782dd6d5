import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { stringify } from 'yaml'
import { createLog } from '../../src/log.ts'
import { createAuthority } from '../../src/quickstart/certificates.ts'
import { AGENTS, type AgentName, AUDIENCE, type Issuer, PEOPLE, type PersonName, startIssuer } from '../../src/quickstart/oidc.ts'
import { type PostgresServer, startPostgres } from '../../src/quickstart/postgres-server.ts'
import { type SeededDatabase, seedOrders } from '../../src/quickstart/seed.ts'
import { type Gateway, serve } from '../../src/serve.ts'

// A world for end-to-end tests: a real Postgres with the orders database, a real OpenID provider, and gateways in front
// of them, in this process or as a process of their own that can be killed.

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** `HOLDPOINT_TEST_POSTGRES`: the folder (with `bin/`) of another major version, to run these tests against it. */
const OTHER_POSTGRES = process.env['HOLDPOINT_TEST_POSTGRES'] === undefined ? {} : { binaries: process.env['HOLDPOINT_TEST_POSTGRES'] }

export interface WorldOptions {
  /** YAML of the policy, instead of the quickstart's. */
  readonly policy?: string
  /** Merged over the configuration's sections. */
  readonly config?: Readonly<Record<string, unknown>>
  /** More lines for the target's postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Running {
  readonly postgres: { readonly host: string; readonly port: number }
  readonly admin: { readonly url: string }
  stop(): Promise<void>
}

export interface Spawned extends Running {
  readonly child: ChildProcess
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
}

export interface HoldView {
  readonly id: string
  readonly state: string
  readonly decision: string
  readonly execution: string
  readonly attachment: string
  readonly text: string
  readonly approved: number
  readonly needed: number
  readonly briefing_digest: string
  readonly [key: string]: unknown
}

export class World {
  readonly directory: string
  readonly configFile: string
  readonly policyFile: string
  readonly caFile: string
  readonly target: PostgresServer
  readonly database: SeededDatabase
  readonly issuer: Issuer
  readonly ports: { readonly postgres: number; readonly admin: number }
  readonly tokens = new Map<string, string>()
  #running: Running[] = []

  constructor(parts: { readonly directory: string; readonly configFile: string; readonly policyFile: string; readonly caFile: string; readonly target: PostgresServer; readonly database: SeededDatabase; readonly issuer: Issuer; readonly ports: { readonly postgres: number; readonly admin: number } }) {
    this.directory = parts.directory
    this.configFile = parts.configFile
    this.policyFile = parts.policyFile
    this.caFile = parts.caFile
    this.target = parts.target
    this.database = parts.database
    this.issuer = parts.issuer
    this.ports = parts.ports
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${this.ports.admin}`
  }

  /** A gateway in this process. */
  async start(): Promise<Gateway> {
    const gateway = await serve(this.configFile, { log: createLog({ level: 'silent' }), drainTimeoutMs: 2_000 })
    this.#running.push(gateway)
    await this.signIn()
    return gateway
  }

  /** A gateway as a process of its own, from the sources. */
  async spawn(environment: Readonly<Record<string, string>> = {}): Promise<Spawned> {
    const child = spawn(process.execPath, [join(ROOT, 'src/main.ts'), 'serve', '--config', this.configFile], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => { errors = (errors + chunk.toString()).slice(-4_000) })
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const ready = new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => { if (line.startsWith('holdpoint:')) resolve() })
      void gone.then(() => reject(new Error(`the gateway ended: ${errors}`)))
    })
    await ready
    const spawned: Spawned = {
      child,
      postgres: { host: '127.0.0.1', port: this.ports.postgres },
      admin: { url: this.adminUrl },
      stop: async () => {
        child.kill('SIGTERM')
        await gone
      },
      kill: async () => {
        child.kill('SIGKILL')
        await gone
      },
    }
    this.#running.push(spawned)
    await this.signIn()
    return spawned
  }

  /** Exchanges fresh JWTs for tokens of everybody; once per store is enough, since tokens outlive restarts. */
  async signIn(): Promise<void> {
    if (this.tokens.size > 0) return
    for (const name of AGENTS) this.tokens.set(name, await this.exchange(await this.issuer.tokenForAgent(name)))
    for (const name of Object.keys(PEOPLE) as PersonName[]) this.tokens.set(name, await this.exchange(await this.issuer.tokenForPerson(name)))
  }

  token(name: AgentName | PersonName): string {
    const token = this.tokens.get(name)
    if (token === undefined) throw new Error(`${name} has not signed in`)
    return token
  }

  async exchange(jwt: string): Promise<string> {
    const response = await fetch(`${this.adminUrl}/api/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: jwt, subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' }),
    })
    const answer = (await response.json()) as { readonly access_token?: string }
    if (answer.access_token === undefined) throw new Error(`no token: HTTP ${response.status} ${JSON.stringify(answer)}`)
    return answer.access_token
  }

  /** One request of the admin API as somebody; the parsed answer with its status. */
  async api(who: AgentName | PersonName, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
    const response = await fetch(`${this.adminUrl}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${this.token(who)}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? {} : text.startsWith('{') ? JSON.parse(text) : { text }) as Record<string, unknown> }
  }

  /** The pending holds, once there are as many as asked for. */
  async pending(count = 1): Promise<readonly HoldView[]> {
    return until(`${count} pending hold(s)`, async () => {
      const holds = (await this.api('maria', '/holds?state=pending')).body['holds'] as readonly HoldView[]
      return holds.length >= count ? holds : undefined
    })
  }

  async hold(id: string, who: PersonName = 'maria'): Promise<HoldView> {
    const { body } = await this.api(who, `/holds/${id}`)
    return body as unknown as HoldView
  }

  /** Reads the briefing as this person and decides on it. */
  async decide(who: AgentName | PersonName, id: string, choice: 'approve' | 'reject', reason?: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
    const { body } = await this.api(who, `/holds/${id}`)
    const seen = body as Partial<HoldView>
    return this.api(who, `/holds/${id}/decisions`, { choice, briefing: seen.briefing_digest ?? '0'.repeat(64), ...(reason === undefined ? {} : { reason }) })
  }

  /** Waits for the next pending hold and decides on it; what a reviewer in another terminal does. */
  async reviewNext(who: PersonName, choice: 'approve' | 'reject' = 'approve', reason?: string): Promise<HoldView> {
    const [hold] = await this.pending()
    const answer = await this.decide(who, (hold as HoldView).id, choice, reason)
    if (answer.status !== 200) throw new Error(`${who} could not ${choice}: HTTP ${answer.status} ${JSON.stringify(answer.body)}`)
    return hold as HoldView
  }

  /** node-postgres against the gateway. */
  async client(agent: AgentName | PersonName = 'billing-bot', options: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ host: '127.0.0.1', port: this.ports.postgres, database: 'orders', user: agent, password: this.token(agent), ssl: { ca: await readFile(this.caFile, 'utf8') }, ...options })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  /** node-postgres against the target itself, as its superuser. */
  async behind(): Promise<pg.Client> {
    const client = new pg.Client({ host: this.target.host, port: this.target.port, database: this.database.database, user: this.target.superuser, password: this.target.superPassword })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  /** How often a piece of SQL stands in the target's own log as a statement it was given to run; what the gateway counts before it asks people is none. */
  async ran(sql: string): Promise<number> {
    const log = await readFile(this.target.logFile, 'utf8')
    return log.split('\n').filter((line) => /LOG: {2}(statement|execute [^:]*):/.test(line) && !line.includes(' holdpoint measure LOG: ') && line.includes(sql)).length
  }

  /** libpq's environment for the gateway. */
  libpq(agent: AgentName = 'billing-bot'): Record<string, string> {
    return { PGHOST: '127.0.0.1', PGPORT: String(this.ports.postgres), PGDATABASE: 'orders', PGUSER: agent, PGPASSWORD: this.token(agent), PGSSLMODE: 'verify-full', PGSSLROOTCERT: this.caFile }
  }

  async stop(): Promise<void> {
    for (const running of this.#running.reverse()) await running.stop().catch(() => undefined)
    await this.issuer.stop()
    await this.target.stop()
    await rm(this.directory, { recursive: true, force: true })
  }
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'holdpoint-test-'))
  if (process.getuid?.() === 0) await chmod(directory, 0o711)
  const authority = await createAuthority()
  const local = { dns: ['localhost'], ip: ['127.0.0.1', '::1'] }
  const target = await startPostgres({ directory: join(directory, 'target'), port: 0, ...OTHER_POSTGRES, ...(options.settings === undefined ? {} : { settings: options.settings }), ssl: await authority.issue({ commonName: 'target', ...local }), removeWhenOrphaned: [directory] })
  const database = await seedOrders(target)
  const issuer = await startIssuer({ port: 0 })
  const certificate = await authority.issue({ commonName: 'holdpoint', ...local })
  const ports = { postgres: await lastingPort(), admin: await lastingPort() }
  const caFile = join(directory, 'ca.crt')
  const policyFile = join(directory, 'policies', 'policy.yaml')
  await mkdir(dirname(policyFile))
  if (options.policy === undefined) await copyFile(join(ROOT, 'policies', 'quickstart.yaml'), policyFile)
  else await writeFile(policyFile, options.policy)
  for (const [name, content] of [['ca.crt', authority.ca], ['gateway.crt', certificate.cert], ['gateway.key', certificate.key], ['password', database.password], ['analysis-password', database.analysis.password], ['masking', '0123456789abcdef'.repeat(4)]] as const) {
    await writeFile(join(directory, name), content, { mode: 0o600 })
  }
  const configFile = join(directory, 'holdpoint.yaml')
  const config = {
    version: 1,
    listen: { postgres: `127.0.0.1:${ports.postgres}`, admin: `127.0.0.1:${ports.admin}` },
    tls: { cert: 'gateway.crt', key: 'gateway.key' },
    store: 'sqlite:holdpoint.db',
    recordings: 'file:recordings',
    policies: 'policies',
    trust: [{ name: 'test', issuer: issuer.issuer, audience: AUDIENCE, algorithms: ['ES256'], kind: { claim: 'kind', map: { agent: 'agent', human: 'human' } }, name_claim: 'name', groups_claim: 'groups' }],
    reviewers: { groups: Object.fromEntries(['data-owners', 'managers', 'auditors'].map((group) => [group, { claim_values: [group] }])) },
    targets: [{ name: 'orders', protocol: 'postgres', labels: { env: 'test' }, postgres: { host: 'localhost', port: target.port, database: database.database, user: database.user, password: { file: 'password' }, tls: { mode: 'verify-full', ca: 'ca.crt', server_name: 'localhost' }, analysis: { user: database.analysis.user, password: { file: 'analysis-password' }, method: 'print' } } }],
    masking: { key: { file: 'masking' } },
    ...options.config,
  }
  await writeFile(configFile, stringify(config))
  return new World({ directory, configFile, policyFile, caFile, target, database, issuer, ports })
}

/** A free port that stays ours across restarts: below the range from which the system gives outgoing connections theirs. */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)))
    if (!isFree) continue
    await new Promise<void>((resolve) => server.close(() => resolve()))
    return port
  }
}

/** Asks again until the answer is not undefined; fails loudly after 15 s. Waiting for a condition, not for time. */
export async function until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`waited 15 s for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
