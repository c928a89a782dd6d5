import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Config, loadConfig } from '../../src/config.ts'
import type { Principal } from '../../src/gateway/command.ts'
import { createAuthenticator } from '../../src/identity/principal.ts'
import { loadPolicies } from '../../src/policy/load.ts'
import { runAgent } from '../../src/quickstart/agent.ts'
import { type DemoOptions, runDemo, type Serve } from '../../src/quickstart/demo.ts'
import { readState } from '../../src/quickstart/state.ts'
import { openStore } from '../../src/store/sqlite.ts'

// The corridor itself has its own end-to-end tests. Here everything around it is real: Postgres, issuer, configuration,
// policy, store and authenticator; only the two listeners are reduced to what a start of the quickstart asks of them.
interface Started {
  readonly config: Config
  readonly principals: readonly Principal[]
  readonly stopped: () => boolean
}

function reducedGateway(onStart: (started: Started) => void): Serve {
  return async (configFile) => {
    const config = loadConfig(configFile)
    loadPolicies(config.policies, { targets: config.targets, groups: config.reviewers.map(({ name }) => name) })
    const store = openStore(config.store.path)
    const authenticator = createAuthenticator({ trust: config.trust, reviewers: config.reviewers, store, tokenTtlMs: config.tokens.ttlMs })
    const principals: Principal[] = []
    let asked = 0
    const server = createServer((request, response) => {
      void (async () => {
        if (request.url === '/readyz') return response.writeHead(++asked < 3 ? 503 : 200).end('{}')
        const chunks: Buffer[] = []
        for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
        const body = JSON.parse(Buffer.concat(chunks).toString()) as { subject_token: string }
        const { token, principal } = await authenticator.exchange(body.subject_token, '127.0.0.1:1')
        principals.push(principal)
        response.end(JSON.stringify({ access_token: token }))
      })()
    })
    await listen(server, config.listen.admin.port)
    let isStopped = false
    onStart({ config, principals, stopped: () => isStopped })
    return {
      postgres: config.listen.postgres,
      admin: { url: `http://127.0.0.1:${config.listen.admin.port}` },
      async stop() {
        isStopped = true
        server.close()
        server.closeAllConnections()
        store.close()
      },
    }
  }
}

async function listen(server: Server | ReturnType<typeof createTcpServer>, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Waits until the file is there, and fails with what the quickstart said if it ends before. */
async function appears(file: string, { done, said }: { readonly done: Promise<number>; readonly said: readonly string[] }): Promise<void> {
  const ended = done.then((code) => {
    throw new Error(`the quickstart ended with ${code}: ${said.join('\n')}`)
  })
  ended.catch(() => undefined)
  for (const deadline = Date.now() + 25_000; Date.now() < deadline; await Promise.race([delay(20), ended])) if (existsSync(file)) return
  throw new Error(`${file} did not appear`)
}

describe('the quickstart', () => {
  let folder: string
  let stateFile: string
  let temporary: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdpoint-demo-test-'))
    stateFile = join(folder, 'state', 'quickstart.json')
    temporary = join(folder, 'tmp')
    await mkdir(temporary)
    vi.stubEnv('HOLDPOINT_STATE', stateFile)
    vi.stubEnv('TMPDIR', temporary)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
  })

  function demo(options: DemoOptions, serve?: Serve): { readonly end: AbortController; readonly done: Promise<number>; readonly said: string[]; readonly started: Promise<Started> } {
    const end = new AbortController()
    const said: string[] = []
    const { promise: started, resolve } = Promise.withResolvers<Started>()
    const done = runDemo({ postgresPort: 0, adminPort: 0, ...options, until: end.signal, print: (text) => said.push(text) }, serve ?? reducedGateway(resolve))
    return { end, done, said, started }
  }

  it('tells automation all it needs, in a private file that appears whole, and takes everything with it at the end', async () => {
    const readyFile = join(folder, 'ready.json')
    await writeFile(readyFile, 'left over by one that was killed')
    let wasThere: boolean | undefined
    const { promise, resolve } = Promise.withResolvers<Started>()
    const running = { ...demo({ readyFile }, (configFile) => {
      wasThere = existsSync(readyFile)
      return reducedGateway(resolve)(configFile)
    }), started: promise }
    const { end, done, said, started } = running
    await appears(stateFile, running)
    await appears(readyFile, running)
    const ready = JSON.parse(await readFile(readyFile, 'utf8'))
    expect(wasThere).toBe(false)
    expect((await stat(readyFile)).mode & 0o777).toBe(0o600)
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600)
    expect(Object.keys(ready)).toEqual(['admin', 'postgres', 'agents', 'reviewers', 'auditors', 'behind'])
    expect([Object.keys(ready.agents), Object.keys(ready.reviewers), Object.keys(ready.auditors)]).toEqual([['billing-bot', 'deploy-bot', 'nightly'], ['maria', 'omar', 'zoe'], ['ana']])
    expect(ready.postgres).toMatchObject({ host: 'localhost', dbname: 'orders', user: 'billing-bot', password: ready.agents['billing-bot'].token })

    const { config, principals, stopped } = await started
    expect(principals.map(({ subject, kind, groups }) => [subject, kind, groups])).toEqual([
      ['billing-bot', 'agent', []], ['deploy-bot', 'agent', []], ['nightly', 'agent', []],
      ['maria', 'human', ['data-owners']], ['omar', 'human', ['data-owners']], ['zoe', 'human', ['managers']], ['ana', 'human', ['auditors']],
    ])
    for (const { expiresAt } of principals) expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(11.9 * 3_600_000)
    expect(config.targets[0]?.postgres.tls).toMatchObject({ mode: 'verify-full', serverName: 'localhost' })
    expect(said.join('\n')).toContain(`PGPASSWORD=${ready.postgres.password} psql "host=localhost port=${config.listen.postgres.port} dbname=orders user=billing-bot sslmode=verify-full`)
    expect(readState().people['maria']?.token).toBe(ready.reviewers.maria.token)

    const { host, port, user, password, dbname, log_file: logFile } = ready.behind.postgres
    const client = new pg.Client({ host, port, user, password, database: dbname })
    await client.connect()
    await client.query('SELECT 815 AS marker')
    await client.end()
    expect(await readFile(logFile, 'utf8')).toContain('SELECT 815 AS marker')
    const gatewaysOwn = new pg.Client({ host: 'localhost', port, user: config.targets[0]!.postgres.user, password: config.targets[0]!.postgres.password, database: dbname })
    await gatewaysOwn.connect()
    await gatewaysOwn.end()

    end.abort()
    expect(await done).toBe(0)
    expect(stopped()).toBe(true)
    expect(said.join('\n')).not.toContain('unexpectedly')
    expect([existsSync(readyFile), existsSync(stateFile), await readdir(temporary)]).toEqual([false, false, []])
    await expect(new pg.Client({ host, port, user, password, database: dbname }).connect()).rejects.toThrow('ECONNREFUSED')
  })

  it('leaves the state of another quickstart alone, and says how to mean its own', async () => {
    const own = join(dirname(stateFile), `quickstart-${process.pid}.json`)
    const others = JSON.stringify({ pid: process.ppid, admin: { url: 'http://127.0.0.1:1' }, postgres: { host: 'localhost', port: 1, dbname: 'orders', user: 'x', password: 'y', sslrootcert: 'z' }, people: {}, agents: {} })
    await mkdir(dirname(stateFile))
    await writeFile(stateFile, others)
    const running = demo({})
    await appears(own, running)
    await vi.waitUntil(() => running.said.join('\n').includes(`HOLDPOINT_STATE=${own} npm run -s holdpoint -- holds list --as maria`))
    running.end.abort()
    expect(await running.done).toBe(0)
    expect([existsSync(own), await readFile(stateFile, 'utf8')]).toEqual([false, others])
  })

  it('cleans up after a gateway that does not start, and says why', async () => {
    const { done, said } = demo({}, async () => {
      throw new Error('no such thing')
    })
    expect(await done).toBe(1)
    expect(said.at(-1)).toBe('The quickstart could not start: no such thing')
    expect(await readdir(temporary)).toEqual([])
  })

  it('can be interrupted half-way through its start', async () => {
    const { end, done } = demo({}, async () => {
      end.abort()
      return { postgres: { host: '127.0.0.1', port: 1 }, admin: { url: 'http://127.0.0.1:1' }, stop: async () => undefined }
    })
    expect(await done).toBe(0)
    expect([await readdir(temporary), existsSync(stateFile)]).toEqual([[], false])
  })

  it('refuses a port that was asked for and is taken, and a folder that is not empty', async () => {
    const other = createTcpServer()
    const taken = await listen(other, 0)
    const first = demo({ postgresPort: taken })
    expect(await first.done).toBe(1)
    expect(first.said.at(-1)).toContain(`Port ${taken} on 127.0.0.1 is taken`)
    other.close()
    const second = demo({ directory: dirname(temporary) })
    expect(await second.done).toBe(1)
    expect(second.said.at(-1)).toContain('is not empty')
    expect(existsSync(temporary)).toBe(true)
  })

  it('keeps a folder that was named', async () => {
    const directory = join(folder, 'kept')
    const running = demo({ directory })
    const { end, done } = running
    await appears(stateFile, running)
    end.abort()
    expect(await done).toBe(0)
    expect(await readdir(directory)).toEqual(expect.arrayContaining(['ca.crt', 'holdpoint.yaml', 'policies', 'secrets', 'target']))
    expect((await stat(join(directory, 'holdpoint.yaml'))).mode & 0o777).toBe(0o600)
  })

  // A process of its own, with listeners that answer just enough: signals are what is looked at here.
  function demoProcess(how: 'directly' | 'as npm does' = 'directly'): { readonly child: ChildProcess; readonly ended: Promise<number | NodeJS.Signals | null>; readonly running: Promise<void>; said(): string } {
    const program = `
      import { createServer } from 'node:http'
      import { runDemo } from ${JSON.stringify(new URL('../../src/quickstart/demo.ts', import.meta.url).href)}
      process.exitCode = await runDemo({ postgresPort: 0, adminPort: 0, readyFile: ${JSON.stringify(join(folder, 'ready.json'))} }, async () => {
        const server = createServer((request, response) => response.end('{"access_token":"hp_x"}')).listen(0, '127.0.0.1')
        await new Promise((done) => server.once('listening', done))
        const stop = async () => {
          if (process.env.STUCK) await new Promise(() => undefined)
          server.close()
          server.closeAllConnections()
        }
        return { postgres: { host: '127.0.0.1', port: 1 }, admin: { url: 'http://127.0.0.1:' + server.address().port }, stop }
      })`
    const node = [process.execPath, '--input-type=module', '-e', program]
    const [command, ...args] = how === 'directly' ? node : ['/bin/sh', '-c', '"$0" "$@"; exit $?', ...node]
    const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, npm_lifecycle_event: how === 'directly' ? undefined : 'start' } })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null)
    const done = ended.then(() => 1)
    return { child, ended, running: appears(join(folder, 'ready.json'), { done, said: [text] }), said: () => text }
  }

  async function isGone(path: string): Promise<void> {
    for (const deadline = Date.now() + 20_000; existsSync(path); await delay(20)) if (Date.now() > deadline) throw new Error(`${path} is still there`)
  }

  it('ends with 0 on Ctrl-C, even when npm passes the signal on a second time', async () => {
    const { child, ended, running, said } = demoProcess()
    await running
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(said()).toContain('Stopping ...')
    expect([await readdir(temporary), existsSync(stateFile), existsSync(join(folder, 'ready.json'))]).toEqual([[], false, false])
  })

  it('ends when the shell that npm put between us is killed', async () => {
    const { child, ended, running } = demoProcess('as npm does')
    await running
    child.kill('SIGTERM')
    expect(await ended).toBe('SIGTERM')
    for (const name of await readdir(temporary)) await isGone(join(temporary, name))
    for (const file of [stateFile, join(folder, 'ready.json')]) await isGone(file)
  })

  it.each(['SIGKILL', 'a second Ctrl-C'] as const)('leaves neither a server nor a file behind after %s', async (how) => {
    if (how !== 'SIGKILL') vi.stubEnv('STUCK', '1')
    const { child, ended, running, said } = demoProcess()
    await running
    const { behind } = JSON.parse(await readFile(join(folder, 'ready.json'), 'utf8'))
    if (how === 'SIGKILL') {
      child.kill('SIGKILL')
      expect(await ended).toBe('SIGKILL')
    } else {
      child.kill('SIGINT')
      // Signals are only taken for two when a second lies between them; until then repeating changes nothing.
      for (let isOver = false; !isOver; isOver = await Promise.race([ended.then(() => true), delay(100, false)])) child.kill('SIGINT')
      expect(await ended).toBe(130)
      expect(said()).toContain('Stopping ...')
    }
    for (const name of await readdir(temporary)) await isGone(join(temporary, name))
    await isGone(stateFile)
    await isGone(join(folder, 'ready.json'))
    const { host, port, user, password, dbname } = behind.postgres
    await expect(new pg.Client({ host, port, user, password, database: dbname }).connect()).rejects.toThrow('ECONNREFUSED')
  })

  it('gives the agent one sentence when nothing is running', async () => {
    await expect(runAgent()).rejects.toThrow('No quickstart is running here; start one in another terminal with `npm start`.')
  })
})
