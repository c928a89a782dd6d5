import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type pg from 'pg'
import { expect } from 'vitest'
import { parse, stringify } from 'yaml'
import { AUDIENCE } from '../../src/quickstart/oidc.ts'
import { journalFile, journalFolder, journalIndexes, type JournalRecord, parseRecord, readLines } from '../../src/recording/files.ts'
import { verifyJournal, type VerifyResult } from '../../src/recording/verify.ts'
import { openStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import type { HoldView, World } from './world.ts'

// What tests of the whole gateway ask of its record, its store and its failures.

/** Every way of holding under one roof: which one applies is chosen by verb and table. */
export const POLICY = `
version: 1
approvals:
  owner: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m }
  survivor: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m, survives_disconnect: true }
  poll: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 15m, mode: poll }
  brief: { slots: [{ groups: [data-owners], quorum: 1 }], expires: 1s }
  two: { slots: [{ groups: [data-owners, managers], quorum: 2 }], expires: 15m }
rules:
  - id: mask
    on: { protocol: postgres, target: orders }
    mask:
      - { column: public.customers.email, style: partial }
      - { column: public.customers.phone, style: partial }
      - { column: public.customers.iban, style: last4 }
      - { column: public.customers.card_number, style: last4 }
  - { id: read, on: { protocol: postgres, target: orders, verbs: [select, copy_out] }, decision: allow, record: full }
  - { id: session, on: { protocol: postgres, target: orders, verbs: [begin, commit, rollback, declare, fetch, close, prepare, execute, deallocate, show, empty] }, decision: allow }
  - { id: append, on: { protocol: postgres, target: orders, verbs: [insert, copy_in], relations: [public.*], access: write }, decision: allow }
  - { id: update-invoices, reason: one owner, on: { protocol: postgres, target: orders, verbs: [update], relations: [public.invoices], access: write }, decision: hold, approval: owner }
  - { id: update-lines, reason: survives, on: { protocol: postgres, target: orders, verbs: [update], relations: [public.invoice_lines], access: write }, decision: hold, approval: survivor }
  - { id: update-customers, reason: asked again, on: { protocol: postgres, target: orders, verbs: [update], relations: [public.customers], access: write }, decision: hold, approval: poll }
  - { id: delete-invoices, reason: short, on: { protocol: postgres, target: orders, verbs: [delete], relations: [public.invoices], access: write }, decision: hold, approval: brief }
  - { id: delete-lines, reason: two people, on: { protocol: postgres, target: orders, verbs: [delete], relations: [public.invoice_lines], access: write }, decision: hold, approval: two }
`

export const recordingsOf = (world: World): string => join(world.directory, 'recordings')

/** Every whole line of the journal, as it lies on disk now. */
export async function journal(world: World): Promise<readonly JournalRecord[]> {
  const folder = journalFolder(recordingsOf(world))
  const entries: JournalRecord[] = []
  for (const index of await journalIndexes(folder)) {
    for await (const { bytes, terminated } of readLines(join(folder, journalFile(index)))) {
      const record = terminated ? parseRecord(bytes) : undefined
      if (record !== undefined) entries.push(record)
    }
  }
  return entries
}

/** The chain and every recording fit; says where they do not. */
export async function expectVerified(world: World): Promise<VerifyResult> {
  const result = await verifyJournal(recordingsOf(world))
  expect({ ok: result.ok, bad: result.bad, recordings: result.bad_recordings }).toEqual({ ok: true, bad: undefined, recordings: [] })
  return result
}

/** The error a query ended with; fails when it succeeded. */
export function failure(promise: Promise<unknown>): Promise<pg.DatabaseError> {
  return promise.then(() => { throw new Error('it succeeded') }, (error: pg.DatabaseError) => error)
}

/** A second connection to the gateway's store, as an operator's tool has one. */
export async function withStore<T>(world: World, work: (store: Store) => T): Promise<T> {
  const store = openStore(join(world.directory, 'holdpoint.db'))
  try {
    return work(store)
  } finally {
    store.close()
  }
}

/** Every hold of the store, oldest first, as somebody who may see all of them. */
export async function allHolds(world: World): Promise<readonly HoldView[]> {
  const holds: HoldView[] = []
  let cursor = ''
  do {
    const { body } = await world.api('maria', `/holds?limit=200${cursor}`)
    holds.push(...(body['holds'] as HoldView[]))
    cursor = body['next_cursor'] === null ? '' : `&cursor=${String(body['next_cursor'])}`
  } while (cursor !== '')
  return holds.reverse()
}

export async function readiness(world: World): Promise<{ readonly status: number; readonly failing: readonly string[] }> {
  const response = await fetch(`${world.adminUrl}/readyz`)
  const { parts } = (await response.json()) as { readonly parts: readonly { readonly part: string; readonly ok: boolean }[] }
  return { status: response.status, failing: parts.filter((part) => !part.ok).map(({ part }) => part) }
}

/** One sample of /metrics by its full name with labels; undefined where there is none. */
export async function metric(world: World, sample: string): Promise<number | undefined> {
  const text = await (await fetch(`${world.adminUrl}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `))
  return line === undefined ? undefined : Number(line.slice(sample.length + 1))
}

export interface LocalIssuer {
  /** A JWT with these claims. */
  sign(claims: Readonly<Record<string, unknown>> & { readonly sub: string }, lifetime?: string): Promise<string>
}

/** Before the start: a further trusted issuer whose tokens the test makes itself, for claims that the provider does not give. */
export async function addLocalIssuer(world: World): Promise<LocalIssuer> {
  const issuer = 'https://local.test'
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  await writeFile(join(world.directory, 'local.jwks'), JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'local', alg: 'ES256', use: 'sig' }] }))
  await amend(world, (config) => (config['trust'] as unknown[]).push({
    name: 'local', issuer, audience: AUDIENCE, jwks: { file: 'local.jwks' }, algorithms: ['ES256'], kind: { claim: 'kind', map: { agent: 'agent', human: 'human' } },
    name_claim: 'name', groups_claim: 'groups', owner_claim: 'owner', owner_trust: 'test',
  }))
  return {
    sign: (claims, lifetime = '10m') => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'local' }).setIssuer(issuer).setAudience(AUDIENCE).setIssuedAt().setExpirationTime(lifetime).sign(privateKey),
  }
}

/** Before the start: changes the configuration file. */
export async function amend(world: World, change: (config: Record<string, unknown>) => void): Promise<void> {
  const config = parse(await readFile(world.configFile, 'utf8')) as Record<string, unknown>
  change(config)
  await writeFile(world.configFile, stringify(config))
}

/** Mounts a small file system of memory at this (new) folder. */
export function mountTmpfs(folder: string, size: string): { fill(): void; free(): void; unmount(): void } {
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' })
  const filler = join(folder, 'filler')
  return {
    fill() {
      const file = openSync(filler, 'a')
      try {
        for (const bytes of [64 * 1024, 4096, 1]) {
          try {
            for (;;) writeSync(file, Buffer.alloc(bytes))
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
          }
        }
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }),
  }
}

/** Whether this machine lets us mount; says so loudly where not, and fails where CI promised it. */
export function canMount(): boolean {
  const folder = join(tmpdir(), `holdpoint-mount-${process.pid}`)
  try {
    mountTmpfs(folder, '64k').unmount()
    return true
  } catch {
    if (process.env['CI']) throw new Error('the disk-full tests need the right to mount a tmpfs')
    console.warn('SKIPPED: the disk-full tests need the right to mount a tmpfs (run as root)')
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Cable {
  readonly port: number
  /** Closes what is open by a reset and takes no more connections. */
  cut(): Promise<void>
  /** Resets what is open and goes on accepting. */
  reset(): void
  /** Takes connections again. */
  restore(): Promise<void>
  /** Nothing passes in either direction, and nothing is closed. */
  stall(on: boolean): void
  close(): Promise<void>
}

/** A wire between gateway and target that can be cut, reset and stalled. */
export async function startCable(target: { readonly host: string; readonly port: number }): Promise<Cable> {
  const open = new Set<Socket>()
  let stalled = false
  const accept = (client: Socket): void => {
    const server = connect(target.port, target.host)
    for (const [socket, other] of [[client, server], [server, client]] as const) {
      open.add(socket)
      socket.on('data', (chunk) => void other.write(chunk)).on('error', () => other.destroy()).on('end', () => other.end()).on('close', () => {
        open.delete(socket)
        other.destroy()
      })
      if (stalled) socket.pause()
    }
  }
  let server: Server = createServer({ allowHalfOpen: true }, accept)
  const listen = (port: number): Promise<void> => new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const reset = (): void => { for (const socket of open) socket.resetAndDestroy() }
  const cut = (): Promise<void> => new Promise((resolve) => {
    server.close(() => resolve())
    reset()
  })
  return {
    port,
    cut,
    reset,
    async restore() {
      server = createServer({ allowHalfOpen: true }, accept)
      await listen(port)
    },
    stall(on) {
      stalled = on
      for (const socket of open) on ? socket.pause() : socket.resume()
    },
    close: () => (server.listening ? cut() : Promise.resolve()),
  }
}
