import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { allowSleep, CLIENTS, endPrograms, hasGo, Program, type Told } from '../support/clients.ts'
import { createWorld, until, type World } from '../support/world.ts'

describe.skipIf(!hasGo())('pgx', () => {
  let world: World
  let folder: string
  let secrets: readonly string[]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdpoint-pgx-'))
    const built = spawnSync('go', ['build', '-o', join(folder, 'client'), '.'], { cwd: join(CLIENTS, 'pgx'), encoding: 'utf8' })
    if (built.status !== 0) throw new Error(`go build: ${built.stderr}`)
    world = await createWorld()
    await allowSleep(world)
    await world.start()
    const behind = await world.behind()
    secrets = Object.values((await behind.query('SELECT email, phone, iban, card_number FROM customers WHERE id = 7')).rows[0] as Record<string, string>)
    await behind.end()
  }, 300_000)
  afterEach(async () => {
    await endPrograms()
    expect((await world.api('maria', '/holds?state=pending')).body['holds']).toEqual([])
  })
  afterAll(async () => {
    await world.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const run = (scenario: string, ...args: string[]): Program => new Program(join(folder, 'client'), [scenario, ...args], world.libpq(), null)
  const named = (told: readonly Told[], name: string): readonly Told[] => told.filter(({ event }) => event === name)

  it('gets the same masked rows in each of its query modes, and without a Describe', async () => {
    const told = await run('masked').all()
    const rows = named(told, 'rows')
    expect(rows.length).toBe(10)
    const [shown = []] = (rows[0]?.['rows'] ?? []) as string[][]
    expect(shown.length).toBe(4)
    for (const [i, value] of shown.entries()) expect(value).not.toBe(secrets[i])
    for (const one of rows) expect(one['rows'], String(one['mode'])).toEqual([shown])
    expect(named(told, 'raw').map(({ row }) => row)).toEqual([shown.join('|'), shown.join('|')])
  })

  it('goes on after a refused DROP in each mode, and finds an open transaction failed', async () => {
    const told = await run('denied').all()
    expect(named(told, 'drop').map(({ code }) => code)).toEqual(Array(7).fill('42501'))
    expect(named(told, 'after').map(({ rows }) => rows)).toEqual(Array(5).fill([[1]]))
    expect(named(told, 'aborted')).toMatchObject([{ code: '25P02' }])
    expect(named(told, 'commit')).toMatchObject([{ error: 'commit unexpectedly resulted in rollback' }])
    expect(named(told, 'status').map(({ now }) => now)).toEqual(['E', 'T', 'I'])
    expect(await world.ran('DROP TABLE')).toBe(0)
  })

  it('has each execution of its cached statement held by itself', async () => {
    const client = run('held')
    for (const [id, choice] of [[11, 'approve'], [12, 'reject'], [13, 'approve']] as const) {
      const [hold] = await world.pending()
      expect(JSON.stringify((await world.api('maria', `/holds/${hold!.id}`)).body)).toContain(`"${id}"`)
      await until('the notice', () => (client.out.includes(hold!.id) ? true : undefined))
      await world.decide('maria', hold!.id, choice)
    }
    expect(named(await client.all(), 'deleted').map(({ count, code }) => code === '' ? count : code)).toEqual([1, '42501', 1])
  })

  it('sends batches with a held and with a denied middle; what a batch did before a refusal is taken back', async () => {
    const client = run('batch')
    await world.reviewNext('maria')
    await world.reviewNext('maria', 'reject')
    const told = await client.all()
    const [approved, rejected, denied] = named(told, 'batch') as [Told, Told, Told]
    expect(approved).toMatchObject({ answers: [1, 21, 3], closed: '', status: 'I' })
    expect((rejected['answers'] as unknown[]).slice(0, 2)).toEqual([4, '42501'])
    expect((rejected['answers'] as unknown[])[2]).not.toBe(5)
    expect((denied['answers'] as unknown[]).includes('42501')).toBe(true)
    expect((denied['answers'] as unknown[]).includes(7)).toBe(false)
    expect(named(told, 'after').map(({ rows }) => rows)).toEqual([[[1]], [[1]], [[1]]])
    const behind = await world.behind()
    expect((await behind.query('SELECT id FROM invoice_lines WHERE id IN (21, 22)')).rows).toEqual([{ id: 22 }])
    await behind.end()
  })

  it('pipelines with syncs of its own around a rejected command, and every answer stands in its place', async () => {
    const client = run('pipeline')
    await world.reviewNext('maria', 'reject')
    expect(named(await client.all(), 'pipeline')).toMatchObject([{ answers: ['1', 'sync', '42501', 'sync', '3', 'sync'] }])
  })

  it('cancels what is held with a cancel request', async () => {
    const client = run('cancel', 'DELETE FROM invoice_lines WHERE id = 40')
    const [hold] = await world.pending()
    client.child.stdin?.end('\n')
    const told = await client.all()
    expect(named(told, 'ended')).toMatchObject([{ code: '57014' }])
    expect(named(told, 'after')).toMatchObject([{ rows: [[1]] }])
    expect((await world.hold(hold!.id)).state).toBe('withdrawn')
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 40')).toBe(0)
  })

  it('cancels what runs with a cancel request', async () => {
    const client = run('cancel', 'SELECT pg_sleep(61)')
    await until('the target to sleep', async () => ((await world.ran('pg_sleep(61)')) > 0 ? true : undefined))
    client.child.stdin?.end('\n')
    const told = await client.all()
    expect(named(told, 'ended')).toMatchObject([{ code: '57014' }])
    expect(named(told, 'after')).toMatchObject([{ rows: [[1]] }])
  })

  it('that lets its context end while held takes the hold with it', async () => {
    const client = run('context')
    const [hold] = await world.pending()
    client.child.stdin?.end('\n')
    expect(named(await client.all(), 'ended')).toMatchObject([{ cancelled: true, closed: true }])
    await until('the hold to close', async () => ((await world.hold(hold!.id)).state === 'withdrawn' ? true : undefined))
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 41')).toBe(0)
  })

  it('copies in binary, held, and out, masked; a rejected copy leaves no row', async () => {
    const client = run('copies')
    await world.reviewNext('maria')
    await world.reviewNext('maria', 'reject')
    const told = await client.all()
    expect(named(told, 'copied')).toMatchObject([{ count: 5_000, code: '' }, { code: '42501' }])
    expect(named(told, 'count')).toMatchObject([{ rows: [[5_000]] }])
    const outputs = named(told, 'out').map(({ hex }) => Buffer.from(String(hex), 'hex').toString('latin1'))
    expect(outputs.length).toBe(3)
    for (const text of outputs) {
      expect(text.length).toBeGreaterThan(100_000)
      for (const secret of secrets) expect(text).not.toContain(secret)
    }
  })

  it('sends five megabytes of unicode and gets them back', async () => {
    const told = await run('large').all()
    expect(named(told, 'sent')).toMatchObject([{ same: true }])
    expect(named(told, 'back')).toMatchObject([{ same: true }])
  })
})
