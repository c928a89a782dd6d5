import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until, type World } from './world.ts'

// Clients that are programs of their own: psql, and small programs in other languages under test/e2e/clients. Those tell
// what happens to them as one JSON object per line on stdout, so that a test can act while they wait.

export const CLIENTS = join(dirname(dirname(fileURLToPath(import.meta.url))), 'e2e', 'clients')

export interface Finished {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

export type Told = Readonly<Record<string, unknown>> & { readonly event: string }

const running = new Set<Program>()

/** Ends what a failed test left waiting, so that it cannot get in the way of the next one. */
export async function endPrograms(): Promise<void> {
  for (const program of running) program.child.kill('SIGKILL')
  await Promise.allSettled([...running].map(({ finished }) => finished))
}

export class Program {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  out = ''
  err = ''

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>>, stdin: string | null = '') {
    this.child = spawn(command, args, { env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', LC_ALL: 'C.UTF-8', ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => { this.out += chunk })
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => { this.err += chunk })
    // A program that ends without reading its input is no fault of the test.
    this.child.stdin?.on('error', () => undefined)
    if (stdin !== null) this.child.stdin?.end(stdin)
    this.finished = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('close', (status) => resolve({ status, out: this.out, err: this.err }))
    })
    running.add(this)
    const over = (): void => { running.delete(this) }
    this.finished.then(over, over)
  }

  /** Every line told so far that is a whole JSON object. */
  told(): readonly Told[] {
    return this.out.split('\n').slice(0, -1).filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Told)
  }

  /** The first line about this event, once it is told. */
  async event(name: string): Promise<Told> {
    let over: Finished | undefined
    void this.finished.then((finished) => { over = finished }, () => undefined)
    return until(`"${name}" from the client program`, () => {
      const found = this.told().find((told) => told.event === name)
      if (found === undefined && over !== undefined) throw new Error(`the client program ended with ${over.status} before "${name}":\n${over.err}\n${over.out}`)
      return found
    })
  }

  /** Everything told, once the program ended well. */
  async all(): Promise<readonly Told[]> {
    const { status, err } = await this.finished
    if (status !== 0) throw new Error(`the client program ended with ${status}:\n${err}\n${this.out}`)
    return this.told()
  }
}

/** psql against the gateway, or against whatever `env` says; reads `script` unless commands are given with -c. */
export function psql(world: World, script: string | null, options: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {}): Program {
  return new Program('psql', ['-X', '-A', '-t', ...(options.args ?? [])], { ...world.libpq(), ...options.env }, script)
}

/** libpq's environment for the target itself, as its superuser. */
export function direct(world: World): Record<string, string> {
  return { PGHOST: world.target.host, PGPORT: String(world.target.port), PGDATABASE: world.database.database, PGUSER: world.target.superuser, PGPASSWORD: world.target.superPassword, PGSSLMODE: 'prefer', PGSSLROOTCERT: world.caFile }
}

/** Whether the tool is there; says so on stderr when not. CI counts the skipped tests as failed. */
export function tool(name: string, command: string, args: readonly string[], files: readonly string[] = [], cwd?: string): boolean {
  const missing = files.find((file) => !existsSync(file))
  const works = missing === undefined && spawnSync(command, args, { stdio: 'ignore', ...(cwd === undefined ? {} : { cwd }) }).status === 0
  if (!works) console.error(`SKIPPED: the tests with ${name}, because ${missing ?? command} is missing or does not work`)
  return works
}

export const hasPsql = (): boolean => tool('psql', 'psql', ['--version'])

// Debian's own Python has Debian's psycopg; another one that comes first on PATH does not.
export const PYTHON = process.env['HOLDPOINT_TEST_PYTHON'] ?? '/usr/bin/python3'
export const hasPsycopg = (): boolean => tool('psycopg 3', PYTHON, ['-c', 'import psycopg'])

export const PGJDBC = process.env['HOLDPOINT_TEST_PGJDBC'] ?? '/usr/share/java/postgresql.jar'
export const hasPgjdbc = (): boolean => tool('pgJDBC', 'javac', ['--version'], [PGJDBC])

/** Go, and pgx from its module cache or the network. */
export const hasGo = (): boolean => tool('pgx', 'go', ['version']) && tool('pgx', 'go', ['mod', 'download'], [], join(CLIENTS, 'pgx'))

/** Runs a piece of Python with `connect`, `tell` and the like (clients/prelude.py) in scope. */
export function python(world: World, script: string, env: Readonly<Record<string, string>> = {}, stdin: string | null = ''): Program {
  return new Program(PYTHON, ['-c', `exec(open(${JSON.stringify(join(CLIENTS, 'prelude.py'))}).read())\n${script}`], { ...world.libpq(), PYTHONUNBUFFERED: '1', ...env }, stdin)
}

/** Changes the world's policy before its gateway starts, so that pg_sleep may be called: something to cancel while it runs. */
export async function allowSleep(world: World): Promise<void> {
  const policy = await readFile(world.policyFile, 'utf8')
  const locks = policy.replace(/(id: orders-no-side-effects[\s\S]*?function_classes: \[[^\]]*?)lock, /, '$1')
  if (locks === policy) throw new Error('the policy has no class of locks to take out')
  const rule = '  - id: test-sleep\n    on: { protocol: postgres, target: orders, verbs: [select], functions: [pg_catalog.pg_sleep] }\n    decision: allow\n'
  await writeFile(world.policyFile, `${locks}\n${rule}`)
}
