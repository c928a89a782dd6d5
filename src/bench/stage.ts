import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { stringify } from 'yaml'
import { createAuthority } from '../quickstart/certificates.ts'
import { AUDIENCE, startIssuer } from '../quickstart/oidc.ts'
import { freePort, startPostgres } from '../quickstart/postgres-server.ts'
import { complete, end, findProgram, run } from './tools.ts'

// The stage of the Postgres benchmark: one real Postgres, and in front of it PgBouncer and a gateway as processes of
// their own, all on loopback and in one temporary folder.

/** Where a client connects: libpq's environment, and the process in between whose CPU is counted. */
export interface Route {
  readonly environment: Readonly<Record<string, string>>
  readonly relayPid: number | undefined
}

export type Way = 'plain' | 'tls' | 'masked'
/** `before`: the gateway of another checkout, where one is named. */
export type Variant = 'direct' | 'pgbouncer' | 'before' | 'holdpoint'

export interface Stage {
  readonly directory: string
  readonly gatewayPid: number
  /** The server's first process: what it starts from now on runs where it runs. */
  readonly targetPid: number
  /** Undefined where the variant is missing, or has no such way. */
  route(variant: Variant, way: Way): Route | undefined
  stop(): Promise<void>
}

export interface StageOptions {
  readonly pgbench: string
  readonly pgbouncer: string | undefined
  /** Node's own options for the gateway's process, such as --cpu-prof. */
  readonly nodeOptions: readonly string[]
  /** The main file of another checkout, to compare with. */
  readonly before: string | undefined
}

const ROWS = 100_000
const DATABASE = 'bench'
const ROLE = 'bench'
// As docs/postgres-analysis.md sets it up.
const ANALYSIS_ROLE = 'bench_analysis'

// All rules that a statement of the benchmark could meet, and some it does not: masks are loaded, nothing is switched off.
const POLICY = {
  version: 1,
  approvals: { bench: { slots: [{ groups: ['data-owners'], quorum: 1 }], expires: '15m' } },
  rules: [
    { id: 'mask-customers', on: { protocol: 'postgres' }, mask: [{ column: 'public.customers.email', style: 'partial' }, { column: 'public.customers.iban', style: 'last4' }] },
    { id: 'mask-one-column', on: { protocol: 'postgres', target: 'masked' }, mask: [{ column: 'public.bulk.name', style: 'partial' }] },
    { id: 'read', on: { protocol: 'postgres', verbs: ['select', 'copy_out'], effects: ['read'], relations: ['public.*', 'pg_catalog.*'] }, decision: 'allow' },
    { id: 'session', on: { protocol: 'postgres', verbs: ['begin', 'commit', 'rollback', 'savepoint', 'release', 'rollback_to', 'prepare', 'execute', 'deallocate', 'discard', 'empty'] }, decision: 'allow' },
    { id: 'pgbench-writes', on: { protocol: 'postgres', verbs: ['insert', 'update'], relations: ['public.pgbench_*'] }, decision: 'allow' },
    { id: 'deletes-wait', on: { protocol: 'postgres', verbs: ['delete'], relations: ['public.held'] }, decision: 'hold', approval: 'bench', reason: 'a delete waits for a person' },
    { id: 'structure', on: { protocol: 'postgres', verbs: ['create', 'alter', 'drop', 'truncate'] }, decision: 'deny', reason: 'the benchmark changes no structure' },
  ],
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const undo: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step().catch((error: unknown) => process.stderr.write(`stopping: ${String(error)}\n`))
  }
  try {
    return await build(options, undo, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function build(options: StageOptions, undo: (() => Promise<unknown>)[], stop: () => Promise<void>): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'holdpoint-bench-'))
  undo.push(() => rm(directory, { recursive: true, force: true }))
  if (process.getuid?.() === 0) await chmod(directory, 0o711)
  const authority = await createAuthority('Holdpoint benchmark CA')
  const local = { dns: ['localhost'], ip: ['127.0.0.1', '::1'] }
  const caFile = join(directory, 'ca.crt')
  await writeFile(caFile, authority.ca)

  const target = await startPostgres({
    directory: join(directory, 'target'),
    port: 0,
    ssl: await authority.issue({ commonName: 'target', ...local }),
    removeWhenOrphaned: [directory],
    // Its log and its disk are the same for everybody and not what is measured.
    settings: { log_statement: 'none', synchronous_commit: 'off', shared_buffers: '256MB', max_wal_size: '4GB', max_connections: '500', autovacuum: 'off', checkpoint_timeout: '1h' },
  })
  undo.push(() => target.stop())
  const password = target.superPassword
  const direct = { PGHOST: '127.0.0.1', PGPORT: String(target.port), PGDATABASE: DATABASE, PGUSER: ROLE, PGPASSWORD: password, PGSSLROOTCERT: caFile }
  await fill(target, password, options.pgbench, { ...direct, PGSSLMODE: 'disable' })

  const issuer = await startIssuer({ port: 0 })
  undo.push(() => issuer.stop())
  const certificate = await authority.issue({ commonName: 'relay', ...local })
  const shared = { certificate, targetPort: target.port, password, issuer: issuer.issuer }
  const open = async (name: string, main: string, nodeOptions: readonly string[], analysis = true): Promise<{ readonly pid: number; readonly port: number; readonly token: string }> => {
    const gateway = await startGateway({ ...shared, home: join(directory, name), main, nodeOptions, analysis })
    undo.push(() => end(gateway.child))
    return { pid: gateway.child.pid as number, port: gateway.port, token: await exchange(gateway.adminUrl, await issuer.tokenForAgent('billing-bot')) }
  }
  const gateway = await open('gateway', fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url)), options.nodeOptions)
  // An older one may not know the section about analysis.
  const before = options.before === undefined ? undefined : await open('before', options.before, []).catch(() => open('before-plain', options.before as string, [], false))

  const bouncers = new Map<Way, { readonly pid: number; readonly port: number }>()
  if (options.pgbouncer !== undefined) {
    for (const way of ['plain', 'tls'] as const) {
      const bouncer = await startBouncer(options.pgbouncer, { directory: join(directory, `pgbouncer-${way}`), way, certificate, ca: authority.ca, targetPort: target.port, password })
      undo.push(() => end(bouncer.child, 'SIGINT'))
      bouncers.set(way, { pid: bouncer.child.pid as number, port: bouncer.port })
    }
  }
  return {
    directory,
    gatewayPid: gateway.pid,
    targetPid: target.pid,
    route(variant, way) {
      const tls = { PGSSLMODE: way === 'tls' ? 'verify-ca' : 'disable' }
      if (variant === 'direct') return way === 'masked' ? undefined : { environment: { ...direct, ...tls }, relayPid: undefined }
      if (variant === 'holdpoint' || variant === 'before') {
        const ours = variant === 'before' ? before : gateway
        return ours && { environment: { ...direct, ...tls, PGPORT: String(ours.port), PGDATABASE: way, PGUSER: 'billing-bot', PGPASSWORD: ours.token }, relayPid: ours.pid }
      }
      const bouncer = bouncers.get(way)
      return bouncer && { environment: { ...direct, ...tls, PGPORT: String(bouncer.port) }, relayPid: bouncer.pid }
    },
    stop,
  }
}

async function fill(target: { readonly port: number; readonly superuser: string; readonly superPassword: string }, password: string, pgbench: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const connect = async (database: string): Promise<pg.Client> => {
    const client = new pg.Client({ host: '127.0.0.1', port: target.port, database, user: target.superuser, password: target.superPassword })
    await client.connect()
    return client
  }
  const admin = await connect('postgres')
  await admin.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${password}'`)
  // So that the target may be asked what statements mean without its log being written to; nobody's errors are logged then.
  await admin.query(`ALTER ROLE ${ROLE} SET log_min_messages = 'panic'`)
  await admin.query(`CREATE ROLE ${ANALYSIS_ROLE} LOGIN NOINHERIT PASSWORD '${password}'; GRANT ${ROLE} TO ${ANALYSIS_ROLE}; ALTER ROLE ${ANALYSIS_ROLE} SET log_min_messages = 'panic'`)
  await admin.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLE}`)
  await admin.end()
  await complete(pgbench, ['-i', '-q', '-s', '5'], environment)
  const owner = await connect(DATABASE)
  await owner.query(`CREATE TABLE bulk AS SELECT i AS id, 'Person number ' || i AS name, md5(i::text) AS token, 'a street, house ' || (i % 900) AS street, now() - (i || ' seconds')::interval AS seen FROM generate_series(1, ${ROWS}) i`)
  await owner.query('CREATE TABLE customers (id int PRIMARY KEY, email text, iban text)')
  await owner.query('CREATE TABLE held (id int PRIMARY KEY)')
  await owner.query('INSERT INTO held SELECT generate_series(1, 1000)')
  for (const table of ['bulk', 'customers', 'held']) await owner.query(`ALTER TABLE ${table} OWNER TO ${ROLE}`)
  await owner.query('VACUUM ANALYZE')
  await owner.query('CHECKPOINT')
  await owner.end()
}

/** Size of the bulk table in COPY's text form, in bytes: what the throughput of bulk cases is counted in. */
export async function bulkBytes(psql: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const text = await complete(psql, ['-Atqc', "SELECT sum(octet_length(id::text) + octet_length(name) + octet_length(token) + octet_length(street) + octet_length(seen::text) + 5) FROM bulk"], environment)
  return Number(text)
}

interface GatewayParts {
  readonly home: string
  readonly main: string
  readonly certificate: { readonly cert: string; readonly key: string }
  readonly targetPort: number
  readonly password: string
  readonly issuer: string
  readonly nodeOptions: readonly string[]
  readonly analysis: boolean
}

async function startGateway(parts: GatewayParts): Promise<{ readonly child: ChildProcess; readonly port: number; readonly adminUrl: string }> {
  const { home, main } = parts
  await mkdir(join(home, 'policies'), { recursive: true, mode: 0o700 })
  const [port, admin] = [await freePort(), await freePort()]
  const target = (name: Way): unknown => ({
    name,
    protocol: 'postgres',
    postgres: {
      host: '127.0.0.1', port: parts.targetPort, database: DATABASE, user: ROLE, password: { file: 'password' },
      ...(parts.analysis ? { analysis: { user: ANALYSIS_ROLE, password: { file: 'password' }, method: 'print' } } : {}),
      tls: name === 'tls' ? { mode: 'verify-full', ca: '../ca.crt', server_name: 'localhost' } : { mode: 'disable' },
    },
  })
  const config = {
    version: 1,
    listen: { postgres: `127.0.0.1:${port}`, admin: `127.0.0.1:${admin}` },
    tls: { cert: 'gateway.crt', key: 'gateway.key' },
    store: 'sqlite:holdpoint.db',
    recordings: 'file:recordings',
    policies: 'policies',
    trust: [{ name: 'bench', issuer: parts.issuer, audience: AUDIENCE, algorithms: ['ES256'], kind: { claim: 'kind', map: { agent: 'agent', human: 'human' } } }],
    reviewers: { groups: { 'data-owners': { claim_values: ['data-owners'] } } },
    tokens: { ttl_s: 7_200 },
    targets: [target('plain'), target('tls'), target('masked')],
    limits: { max_connections: 1_000, max_connections_per_principal: 1_000 },
    masking: { key: { file: 'masking' } },
  }
  const files = { 'holdpoint.yaml': stringify(config), 'policies/bench.yaml': stringify(POLICY), 'gateway.crt': parts.certificate.cert, 'gateway.key': parts.certificate.key, password: parts.password, masking: '0123456789abcdef'.repeat(4) }
  for (const [name, content] of Object.entries(files)) await writeFile(join(home, name), content, { mode: 0o600 })
  const child = spawn(process.execPath, ['--liftoff-only', ...parts.nodeOptions, main, 'serve', '--config', join(home, 'holdpoint.yaml')], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-4_000) })
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the gateway did not start: ${said}`)))
    createInterface({ input: child.stdout }).on('line', (line) => { if (line.startsWith('holdpoint:')) resolve() })
  })
  return { child, port, adminUrl: `http://127.0.0.1:${admin}` }
}

async function exchange(adminUrl: string, jwt: string): Promise<string> {
  const response = await fetch(`${adminUrl}/api/v1/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: jwt, subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' }),
  })
  const answer = (await response.json()) as { readonly access_token?: string }
  if (answer.access_token === undefined) throw new Error(`the gateway gave no token: HTTP ${response.status}`)
  return answer.access_token
}

interface BouncerParts {
  readonly directory: string
  readonly way: 'plain' | 'tls'
  readonly certificate: { readonly cert: string; readonly key: string }
  readonly ca: string
  readonly targetPort: number
  readonly password: string
}

async function startBouncer(program: string, parts: BouncerParts): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const { directory, way } = parts
  await mkdir(directory, { mode: 0o700 })
  const port = await freePort()
  const file = (name: string): string => join(directory, name)
  const tls = way === 'tls'
    ? ['client_tls_sslmode = require', `client_tls_cert_file = ${file('tls.crt')}`, `client_tls_key_file = ${file('tls.key')}`, 'server_tls_sslmode = verify-ca', `server_tls_ca_file = ${file('ca.crt')}`]
    : ['client_tls_sslmode = disable', 'server_tls_sslmode = disable']
  const settings = [
    '[databases]', `${DATABASE} = host=127.0.0.1 port=${parts.targetPort} dbname=${DATABASE}`,
    '[pgbouncer]', 'listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'pool_mode = session', 'auth_type = scram-sha-256', `auth_file = ${file('users')}`,
    'max_client_conn = 400', 'default_pool_size = 200', 'ignore_startup_parameters = extra_float_digits', 'log_connections = 0', 'log_disconnections = 0', `logfile = ${file('log')}`, ...tls,
  ]
  const files = { 'pgbouncer.ini': `${settings.join('\n')}\n`, users: `"${ROLE}" "${parts.password}"\n`, 'tls.crt': parts.certificate.cert, 'tls.key': parts.certificate.key, 'ca.crt': parts.ca }
  for (const [name, content] of Object.entries(files)) await writeFile(file(name), content, { mode: 0o600 })
  // It refuses to run as root, as Postgres does.
  const account = process.getuid?.() === 0 ? await nobody() : undefined
  if (account) for (const path of [directory, ...Object.keys(files).map(file)]) await chown(path, account.uid, account.gid)
  const child = spawn(program, ['-q', file('pgbouncer.ini')], { stdio: ['ignore', 'ignore', 'pipe'], ...account })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-2_000) })
  const ended = new Promise<true>((resolve) => child.once('exit', () => resolve(true)).once('error', () => resolve(true)))
  const psql = findProgram('psql')
  for (let attempt = 0; attempt < 100; attempt++) {
    const environment = { PGHOST: '127.0.0.1', PGPORT: String(port), PGDATABASE: DATABASE, PGUSER: ROLE, PGPASSWORD: parts.password, PGSSLMODE: way === 'tls' ? 'require' : 'disable' }
    if (psql === undefined || (await complete(psql, ['-qAtc', 'SELECT 1'], environment).then(() => true, () => false))) return { child, port }
    if (await Promise.race([ended, delay(50)])) break
  }
  await end(child)
  throw new Error(`pgbouncer did not start: ${said}`)
}

async function nobody(): Promise<{ readonly uid: number; readonly gid: number }> {
  const ask = async (flag: string): Promise<number> => Number((await run('id', [flag, 'nobody'])).stdout.trim())
  return { uid: await ask('-u'), gid: await ask('-g') }
}
