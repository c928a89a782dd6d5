import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/sqlite.ts'
import type { NewHold, Store } from '../../src/store/store.ts'
import { START, billingBot, maria } from '../support/approvals.ts'

let folder: string
let path: string
let store: Store
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-store-'))
  path = join(folder, 'store.db')
  store = openStore(path)
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const row: NewHold = {
  id: 'hd_1', code: '123', createdAt: START, expiresAt: START + 1_000, termMs: 1_000, decision: 'pending', attachment: 'attached', execution: 'none', round: 1,
  gateway: 'gw', epoch: 1, sessionId: 'se_1', commandId: 'cm_1', principalId: billingBot.id, principalJson: '{}', target: 'orders', protocol: 'postgres',
  fingerprint: 'f', digest: 'd', action: 'delete', rule: 'r', reason: '', mode: 'wait', survivesDisconnect: true, slotsJson: '[]', policyVersion: 'p',
  briefingJson: '{}', briefingDigest: 'b', briefingSubstance: 's', ceilingJson: null,
}

describe('the file', () => {
  it('is readable by its owner only, with its companions', () => {
    store.insertHold(row)
    for (const name of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(name).mode & 0o777).toBe(0o600)
  })

  it('is synced at every commit and keeps references', () => {
    const other = new Database(path, { readonly: true })
    expect(other.pragma('journal_mode', { simple: true })).toBe('wal')
    other.close()
    expect(() => store.addPermit({ id: 'p', holdId: 'hd_none', fingerprint: 'f', notAfter: 1, madeAt: 1 })).toThrow(expect.objectContaining({ code: 'store_unavailable' }))
  })

  it('opens again with what it held, and is not migrated twice', () => {
    store.insertHold(row)
    store.close()
    store = openStore(path)
    expect(store.hold('hd_1')).toMatchObject({ ...row, cause: null, outcomeJson: null })
  })

  it('is refused when it belongs to another program or to a newer one', () => {
    const foreign = join(folder, 'foreign.db')
    new Database(foreign).exec('CREATE TABLE notes (text)').close()
    expect(() => openStore(foreign)).toThrow(expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(/another program/) }))
    store.close()
    const raw = new Database(path)
    raw.pragma('user_version = 99')
    raw.close()
    expect(() => openStore(path)).toThrow(expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(/newer/) }))
  })

  it('is refused when it is damaged, without a word of its content', () => {
    store.close()
    const bytes = readFileSync(path)
    bytes.fill(0x41, 4_096, 12_288)
    writeFileSync(path, bytes)
    expect(() => openStore(path)).toThrow(expect.objectContaining({ code: 'store_unavailable' }))
    const junk = join(folder, 'junk.db')
    writeFileSync(junk, 'no database at all, only text that goes on for a while'.repeat(40))
    expect(() => openStore(junk)).toThrow(expect.objectContaining({ code: 'store_unavailable' }))
    store = openStore(join(folder, 'fresh.db'))
  })

  it('can be copied while it is open', async () => {
    store.insertHold(row)
    const copy = join(folder, 'copy.db')
    await store.backup(copy)
    const other = openStore(copy)
    expect(other.hold('hd_1')?.id).toBe('hd_1')
    other.close()
  })
})

describe('health', () => {
  it('falls with a failed write and rises with the next good one', () => {
    const blocker = new Database(path)
    store.close()
    store = openStore(path, { busyTimeoutMs: 10 })
    blocker.exec('BEGIN IMMEDIATE')
    expect(() => store.insertHold(row)).toThrow(expect.objectContaining({ code: 'store_unavailable', message: expect.not.stringContaining('hd_1') }))
    expect(store.healthy).toBe(false)
    expect(store.hold('hd_1')).toBeNull()
    expect(store.healthy).toBe(false)
    blocker.exec('COMMIT')
    blocker.close()
    store.probe()
    expect(store.healthy).toBe(true)
  })

  it('recovers by itself, because nothing else would write while it is down', async () => {
    const blocker = new Database(path)
    store.close()
    store = openStore(path, { busyTimeoutMs: 10 })
    blocker.exec('BEGIN IMMEDIATE')
    expect(() => store.probe()).toThrow()
    blocker.exec('COMMIT')
    blocker.close()
    await expect.poll(() => store.healthy, { timeout: 5_000 }).toBe(true)
  })

  it('is down for good once closed', () => {
    store.close()
    expect(store.healthy).toBe(false)
    expect(() => store.hold('x')).toThrow(expect.objectContaining({ code: 'store_unavailable' }))
  })

  it('a refused row does not make the store unhealthy', () => {
    store.insertHold(row)
    expect(() => store.insertHold(row)).toThrow(expect.objectContaining({ code: 'store_unavailable' }))
    expect(store.healthy).toBe(true)
  })

  it('a read-only file refuses writes and says so', () => {
    store.close()
    chmodSync(path, 0o400)
    // Root may write anyway; then there is nothing to see here.
    if (process.getuid?.() !== 0) expect(() => openStore(path)).toThrow(expect.objectContaining({ code: 'store_unavailable' }))
    chmodSync(path, 0o600)
    store = openStore(path)
    expect(existsSync(path)).toBe(true)
  })
})

describe('holds', () => {
  it('change only where the whole guard fits', () => {
    store.insertHold(row)
    expect(store.changeHold('hd_1', { decision: 'pending', expiresAfter: START + 1_000 }, { decision: 'approved' })).toBe(false)
    expect(store.changeHold('hd_1', { decision: ['approved', 'pending'], gateway: 'gw', epoch: 2 }, { decision: 'approved' })).toBe(false)
    expect(store.changeHold('hd_1', { decision: 'pending', expiresAfter: START + 999 }, { decision: 'approved' })).toBe(true)
    expect(store.hold('hd_1')?.decision).toBe('approved')
  })

  it.each(['rejected', 'expired', 'withdrawn', 'invalidated'] as const)('the database itself keeps %s final', (decision) => {
    store.insertHold(row)
    store.changeHold('hd_1', {}, { decision })
    expect(() => store.changeHold('hd_1', {}, { decision: 'approved' })).toThrow(expect.objectContaining({ code: 'store_unavailable' }))
    expect(() => store.changeHold('hd_1', {}, { execution: 'claimed' })).toThrow(expect.objectContaining({ code: 'store_unavailable' }))
    expect(store.hold('hd_1')).toMatchObject({ decision, execution: 'none' })
  })

  it('the database itself keeps an execution from going back, and a second live permit from existing', () => {
    store.insertHold({ ...row, decision: 'approved' })
    for (const execution of ['claimed', 'forwarded', 'succeeded'] as const) store.changeHold('hd_1', {}, { execution })
    expect(() => store.changeHold('hd_1', {}, { execution: 'none' })).toThrow()
    expect(() => store.changeHold('hd_1', {}, { execution: 'claimed' })).toThrow()
    const permit = { id: 'p1', holdId: 'hd_1', fingerprint: 'f', notAfter: START + 10, madeAt: START }
    store.addPermit(permit)
    expect(() => store.addPermit({ ...permit, id: 'p2' })).toThrow()
    expect(store.consumePermit('hd_1', 'other', START, 'gw')).toBe(false)
    expect(store.consumePermit('hd_1', 'f', START + 10, 'gw')).toBe(false)
    expect(store.consumePermit('hd_1', 'f', START, 'gw')).toBe(true)
    expect(store.consumePermit('hd_1', 'f', START, 'gw')).toBe(false)
  })

  it('a transaction that throws leaves nothing behind', () => {
    expect(() =>
      store.transaction(() => {
        store.insertHold(row)
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(store.hold('hd_1')).toBeNull()
  })

  it('numbers of changes go on after old ones were removed', () => {
    for (let i = 0; i < 5; i++) store.addChange('hd_1', 'x', START)
    store.pruneChanges(2)
    expect(store.changesSince(0, 10).map((change) => change.sequence)).toEqual([4, 5])
    store.pruneChanges(0)
    expect(store.lastChange()).toBe(5)
    store.addChange('hd_1', 'y', START)
    expect(store.lastChange()).toBe(6)
  })

  it('each life of a gateway has its own number, and an old one is told', () => {
    expect(store.beginEpoch('gw', START)).toBe(1)
    expect(store.beginEpoch('gw', START)).toBe(2)
    expect(store.seen('gw', 1, START)).toBe(false)
    expect(store.seen('gw', 2, START)).toBe(true)
  })
})

describe('tokens', () => {
  const bearer = { ...billingBot, expiresAt: new Date(START + 1_000) }

  it('prove their principal until they expire or are disabled, and are kept as a hash only', () => {
    const { id, token } = store.createToken(bearer, 'ci', START)
    expect(token).toMatch(/^hp_[A-Za-z0-9_-]{43}$/)
    expect(store.checkToken(token, START)).toEqual({ kind: 'valid', tokenId: id, principal: bearer })
    expect(store.checkToken(token, START + 1_000)).toEqual({ kind: 'expired' })
    expect(store.checkToken(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, START)).toEqual({ kind: 'unknown' })
    expect(store.checkToken('hp_', START)).toEqual({ kind: 'unknown' })
    const files = [path, `${path}-wal`].map((name) => readFileSync(name))
    expect(files.some((bytes) => bytes.includes('billing-bot'))).toBe(true)
    expect(files.some((bytes) => bytes.includes(token.slice(3)))).toBe(false)
    expect(store.disableToken(id, START)).toBe(true)
    expect(store.disableToken(id, START)).toBe(false)
    expect(store.checkToken(token, START)).toEqual({ kind: 'disabled' })
  })

  it('are worth nothing while their principal is disabled', () => {
    const { token } = store.createToken(bearer, 'ci', START)
    store.disablePrincipal(bearer.id, 'incident', maria.id, START)
    expect(store.checkToken(token, START)).toEqual({ kind: 'principal_disabled' })
    expect(store.enablePrincipal(bearer.id)).toBe(true)
    expect(store.checkToken(token, START)).toMatchObject({ kind: 'valid' })
    expect(store.listTokens(bearer.id)).toMatchObject([{ label: 'ci', disabledAt: null }])
    expect(store.listTokens('nobody')).toEqual([])
  })
  it('a principal disabled after it was looked up is disabled at the very next look', () => {
    expect(store.isDisabled(bearer.id)).toBe(false)
    store.disablePrincipal(bearer.id, 'incident', maria.id, START)
    expect(store.isDisabled(bearer.id)).toBe(true)
    expect(store.enablePrincipal(bearer.id)).toBe(true)
    expect(store.isDisabled(bearer.id)).toBe(false)
  })
})

describe('sessions and repeated requests', () => {
  const opened = { id: 'se_1', principalId: 'p', principalName: 'bot', target: 'orders', protocol: 'postgres', peer: '127.0.0.1:1', claimed: { plan: 'x' }, openedAt: START }

  it('lists sessions newest first with their counts, also those not written yet', () => {
    store.openSession(opened)
    store.openSession({ ...opened, id: 'se_2', target: 'other' })
    store.countInSession('se_1', 'commands')
    store.countInSession('se_1', 'commands')
    store.countInSession('se_1', 'holds')
    expect(store.session('se_1')).toMatchObject({ commands: 2, holds: 1, claimed: { plan: 'x' }, closedAt: null })
    store.closeSession('se_1', START + 5)
    expect(store.session('se_1')).toMatchObject({ commands: 2, holds: 1, closedAt: START + 5 })
    const [first] = store.listSessions({ limit: 1 })
    expect(first?.id).toBe('se_2')
    expect(store.listSessions({ limit: 9, cursor: first?.seq ?? 0 }).map((one) => one.id)).toEqual(['se_1'])
    expect(store.listSessions({ limit: 9, target: 'other' }).map((one) => one.id)).toEqual(['se_2'])
  })

  it('writes the counts of open sessions when it closes', () => {
    store.openSession(opened)
    store.countInSession('se_1', 'commands')
    store.close()
    store = openStore(path)
    expect(store.session('se_1')).toMatchObject({ commands: 1, closedAt: null })
  })

  it('shows the end of a session at once, and has it on disk when it closes', () => {
    store.openSession(opened)
    store.countInSession('se_1', 'commands')
    store.closeSession('se_1', START + 5)
    store.closeSession('se_1', START + 9)
    expect(store.listSessions({ limit: 1 })).toMatchObject([{ closedAt: START + 5, commands: 1 }])
    store.close()
    store = openStore(path)
    expect(store.session('se_1')).toMatchObject({ closedAt: START + 5, commands: 1 })
  })

  it('gives the first answer again, tells another request apart, and forgets in time', () => {
    expect(store.recall('decide', 'k', 'r1', START)).toBeNull()
    store.remember('decide', 'k', 'r1', '{"a":1}', START + 10, START)
    store.remember('decide', 'k', 'r1', '{"a":2}', START + 10, START)
    expect(store.recall('decide', 'k', 'r1', START)).toEqual({ responseJson: '{"a":1}' })
    expect(store.recall('decide', 'k', 'r2', START)).toBe('conflict')
    expect(store.recall('other', 'k', 'r1', START)).toBeNull()
    expect(store.recall('decide', 'k', 'r1', START + 10)).toBeNull()
    store.remember('decide', 'k', 'r2', '{"a":3}', START + 30, START + 10)
    expect(store.recall('decide', 'k', 'r2', START + 20)).toEqual({ responseJson: '{"a":3}' })
  })
})
