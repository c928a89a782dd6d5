import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from 'node:tls'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from '../../src/quickstart/certificates.ts'
import { startPostgres } from '../../src/quickstart/postgres-server.ts'
import { DEPARTED_CONTRACTOR } from '../../src/quickstart/seed-data.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(20)) if (await condition()) return
  throw new Error(`waited in vain until ${what}`)
}

describe('the quickstart database', () => {
  let server: TestPostgres
  let client: pg.Client
  beforeAll(async () => {
    server = await startTestPostgres({ seed: true })
    const { user, password, database } = server.orders!
    client = new pg.Client({ host: 'localhost', port: server.port, user, password, database, ssl: { ca: server.certificate.ca } })
    await client.connect()
  })
  afterAll(async () => {
    await client?.end()
    await server?.stop()
  })
  const one = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>> => (await client.query(sql, values)).rows[0]

  it('is a real Postgres 18 reached over verified TLS', async () => {
    expect(await one('SELECT ssl, current_setting($1)::int / 10000 AS major FROM pg_stat_ssl WHERE pid = pg_backend_pid()', ['server_version_num'])).toEqual({ ssl: true, major: 18 })
  })

  it('holds the rows the documentation promises', async () => {
    expect(await one('SELECT (SELECT count(*)::int FROM customers) c, (SELECT count(*)::int FROM invoices) i')).toEqual({ c: 2_000, i: 6_012 })
    expect(await one('SELECT count(DISTINCT i.id)::int i, count(l.id)::int l FROM invoices i LEFT JOIN invoice_lines l ON l.invoice_id = i.id WHERE i.id < 500')).toEqual({ i: 499, l: 1_204 })
    expect(await one('SELECT count(*)::int n FROM invoices i WHERE total <> (SELECT sum(quantity * price) FROM invoice_lines WHERE invoice_id = i.id)')).toEqual({ n: 0 })
    expect(await one('SELECT count(*)::int n FROM invoices WHERE NOT EXISTS (SELECT FROM invoice_lines WHERE invoice_id = invoices.id)')).toEqual({ n: 0 })
  })

  it('has eleven grants of a departed contractor in four systems, one of them elevated', async () => {
    expect(await one('SELECT count(*)::int n, count(DISTINCT system)::int s, count(*) FILTER (WHERE elevated)::int e FROM access_grants WHERE subject = $1', [DEPARTED_CONTRACTOR])).toEqual({ n: 11, s: 4, e: 1 })
    expect(Number((await one('SELECT count(*) n FROM access_grants'))['n'])).toBeGreaterThan(60)
  })

  it('has IBANs with right check digits and cards that pass Luhn', async () => {
    const { rows } = await client.query<{ iban: string; card_number: string }>('SELECT iban, card_number FROM customers')
    for (const { iban, card_number } of rows) {
      const number = [...`${iban.slice(4)}${iban.slice(0, 4)}`].map((character) => Number.parseInt(character, 36)).join('')
      expect(BigInt(number) % 97n).toBe(1n)
      const sum = [...card_number].reverse().reduce((total, digit, at) => total + [...String(Number(digit) * (1 + (at % 2)))].reduce((a, b) => a + Number(b), 0), 0)
      expect(sum % 10).toBe(0)
    }
  })

  it('has notes that hide an e-mail address or a telephone number', async () => {
    expect(Number((await one(`SELECT count(*) n FROM customers WHERE note LIKE '%@%'`))['n'])).toBeGreaterThan(100)
    expect(Number((await one(`SELECT count(*) n FROM customers WHERE note LIKE '%+%' AND note NOT LIKE '%@%'`))['n'])).toBeGreaterThan(100)
  })

  it('would let the gateway’s role drop a table, so that a refusal is the gateway’s', async () => {
    await client.query('BEGIN; DROP TABLE invoice_lines; TRUNCATE access_grants; CREATE TABLE t (); ROLLBACK')
    await client.query(`INSERT INTO invoices (customer_id, total, status, issued_on) VALUES (1, 1, 'draft', now())`)
    await client.query('DELETE FROM invoices WHERE id = 6013')
  })

  it('logs every statement of the target and no secret or row of the seed', async () => {
    await client.query('SELECT 4711 AS marker')
    await until(async () => (await readFile(server.logFile, 'utf8')).includes('SELECT 4711 AS marker'), 'the statement is in the log')
    const log = await readFile(server.logFile, 'utf8')
    expect(log).toContain('holdpoint_orders@orders')
    for (const secret of [server.superPassword, server.orders!.password, 'SCRAM-SHA-256$', '@example.com']) expect(log).not.toContain(secret)
  })

  it('refuses a wrong password', async () => {
    const stranger = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'holdpoint_orders', password: 'wrong', database: 'orders' })
    stranger.on('error', () => undefined)
    await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' })
  })
})

describe('the Postgres starter', () => {
  it('leaves nothing running and no folder after stop', async () => {
    const server = await startTestPostgres()
    expect(isAlive(server.pid)).toBe(true)
    await server.stop()
    await server.stop()
    expect(isAlive(server.pid)).toBe(false)
    expect(existsSync(server.logFile)).toBe(false)
  })

  it('works in a folder that the account of the server cannot reach', async () => {
    const locked = await mkdtemp(join(tmpdir(), 'holdpoint-locked-'))
    await chmod(locked, 0o700)
    const server = await startPostgres({ directory: join(locked, 'inside'), port: 0, settings: { fsync: 'off' } })
    try {
      expect(isAlive(server.pid)).toBe(true)
      expect(server.logFile.startsWith(locked)).toBe(true)
    } finally {
      await server.stop()
      await rm(locked, { recursive: true })
    }
  })

  it('says in one sentence that a port is taken, and starts nothing', async () => {
    const first = await startTestPostgres()
    const directory = await mkdtemp(join(tmpdir(), 'holdpoint-taken-'))
    try {
      await expect(startPostgres({ directory, port: first.port })).rejects.toThrow(/did not start on port \d+:[\s\S]*Address already in use/)
      expect(isAlive(first.pid)).toBe(true)
    } finally {
      await first.stop()
      await rm(directory, { recursive: true })
    }
  })

  it('stops the server when its parent is killed with SIGKILL', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'holdpoint-orphan-'))
    const program = `
      const { startPostgres } = await import(${JSON.stringify(new URL('../../src/quickstart/postgres-server.ts', import.meta.url).href)})
      const server = await startPostgres({ directory: ${JSON.stringify(directory)}, port: 0 })
      console.log(server.pid)
      setInterval(() => undefined, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    parent.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await until(() => said.includes('\n'), 'the server runs')
    const pid = Number(said)
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await until(() => !isAlive(pid), 'the server is gone')
    await rm(directory, { recursive: true, force: true })
  })
})

describe('the quickstart authority', () => {
  it('issues certificates that a TLS client verifies by name and by address', async () => {
    const authority = await createAuthority()
    const { cert, key, ca } = await authority.issue({ commonName: 'gateway', dns: ['localhost'], ip: ['127.0.0.1', '::1'] })
    const read = new X509Certificate(cert)
    expect(read.verify(new X509Certificate(ca).publicKey)).toBe(true)
    expect(read.checkIssued(new X509Certificate(ca))).toBe(true)
    expect(new X509Certificate(ca).ca).toBe(true)
    expect(read.ca).toBe(false)
    expect([read.checkHost('localhost'), read.checkIP('127.0.0.1'), read.checkIP('::1')]).toEqual(['localhost', '127.0.0.1', '::1'])
    expect(read.checkHost('other.example')).toBeUndefined()

    const { createServer } = await import('node:tls')
    const server = createServer({ cert, key }, (socket) => socket.end('hello'))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as { port: number }
    const attempt = (trusted: string): Promise<string> =>
      new Promise((done, failed) => {
        const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: trusted }, () => done('verified'))
        socket.on('error', failed)
        socket.resume()
      })
    expect(await attempt(ca)).toBe('verified')
    await expect(attempt((await createAuthority()).ca)).rejects.toThrow(/unable to verify|signature|issuer/)
    await new Promise((done) => server.close(done))
  })
})
