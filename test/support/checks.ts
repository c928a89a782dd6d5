import { readFile, writeFile } from 'node:fs/promises'
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
  const config = parse(await readFile(world.configFile, 'utf8')) as { trust: unknown[] }
  config.trust.push({
    name: 'local', issuer, audience: AUDIENCE, jwks: { file: 'local.jwks' }, algorithms: ['ES256'], kind: { claim: 'kind', map: { agent: 'agent', human: 'human' } },
    name_claim: 'name', groups_claim: 'groups', owner_claim: 'owner', owner_trust: 'test',
  })
  await writeFile(world.configFile, stringify(config))
  return {
    sign: (claims, lifetime = '10m') => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'local' }).setIssuer(issuer).setAudience(AUDIENCE).setIssuedAt().setExpirationTime(lifetime).sign(privateKey),
  }
}
