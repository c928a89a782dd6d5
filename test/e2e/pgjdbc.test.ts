import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { allowSleep, CLIENTS, endPrograms, hasPgjdbc, PGJDBC, Program, type Told } from '../support/clients.ts'
import { createWorld, until, type World } from '../support/world.ts'

describe.skipIf(!hasPgjdbc())('pgJDBC', () => {
  let world: World
  let folder: string
  let secrets: readonly string[]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdpoint-jdbc-'))
    const built = spawnSync('javac', ['-cp', PGJDBC, '-d', folder, join(CLIENTS, 'jdbc', 'Client.java')], { encoding: 'utf8' })
    if (built.status !== 0) throw new Error(`javac: ${built.stderr}`)
    world = await createWorld()
    await allowSleep(world)
    await world.start()
    const behind = await world.behind()
    secrets = Object.values((await behind.query('SELECT email, phone, iban, card_number FROM customers WHERE id = 7')).rows[0] as Record<string, string>)
    await behind.end()
  }, 120_000)
  afterEach(async () => {
    await endPrograms()
    expect((await world.api('maria', '/holds?state=pending')).body['holds']).toEqual([])
  })
  afterAll(async () => {
    await world.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const run = (scenario: string, ...args: string[]): Program => new Program('java', ['-cp', [folder, PGJDBC].join(delimiter), 'Client', scenario, ...args], world.libpq(), null)
  const values = (told: readonly Told[], name: string): readonly unknown[] => told.filter(({ event }) => event === name).map(({ value }) => value)

  it('gets the same masked rows in each of its query modes, in text and binary, and reads the structure', async () => {
    const told = await run('masked').all()
    const rows = values(told, 'rows') as string[][][]
    expect(rows.length).toBe(12)
    const [shown = []] = rows[0] ?? []
    expect(shown.length).toBe(4)
    for (const [i, value] of shown.entries()) expect(value).not.toBe(secrets[i])
    for (const one of rows) expect(one).toEqual([shown])
    expect(values(told, 'columns')).toEqual(['email', 'email', 'email', 'email'])
    expect([values(told, 'tables'), values(told, 'described'), values(told, 'keys')]).toEqual([[4], [7], [1]])
  })

  it('goes on after a refused DROP, finds its transaction failed, and recovers with savepoints and autosave', async () => {
    const told = await run('denied').all()
    expect(values(told, 'drop')).toEqual(Array(7).fill('error 42501'))
    expect(values(told, 'after')).toEqual(Array(7).fill([[1]]))
    expect(values(told, 'aborted')).toEqual(['error 25P02', 'error 25P02'])
    expect(await world.ran('DROP TABLE')).toBe(0)
  })

  it('has each execution of a server-prepared statement held by itself, in a transaction too', async () => {
    const client = run('held')
    for (const [id, choice] of [[11, 'approve'], [12, 'reject'], [13, 'approve'], [14, 'approve']] as const) {
      const [hold] = await world.pending()
      expect(JSON.stringify((await world.api('maria', `/holds/${hold!.id}`)).body)).toContain(`"${id}"`)
      await world.decide('maria', hold!.id, choice)
      await until('the hold to be over', async () => ((await world.hold(hold!.id)).state === 'pending' ? undefined : true))
    }
    const told = await client.all()
    expect(values(told, 'deleted')).toEqual([1, 'error 42501', 1, 1])
    expect(values(told, 'left')).toEqual([[[12], [14]]])
    expect(values(told, 'notice').join()).toContain('approved by Maria Lopes')
  })

  it('sends batches whose entries are held one by one; with a denied entry nothing of a batch stays', async () => {
    const client = run('batch')
    for (let i = 0; i < 3; i++) await world.reviewNext('maria')
    const first = await until('the batch that is not all allowed', async () => {
      const holds = (await world.api('maria', '/holds?state=pending')).body['holds'] as readonly { readonly id: string; readonly text: string }[]
      return holds.find(({ text }) => text.endsWith('31'))
    })
    await world.decide('maria', first.id, 'approve')
    const told = await client.all()
    expect(values(told, 'batch')).toEqual([[1, 1, 1], 'error 42501'])
    expect(values(told, 'after')).toEqual([[[1]]])
    expect(await world.ran('WHERE id = 32')).toBe(0)
  })

  it('fetches in pieces, masked; a held change that is fetched in pieces is approved once', async () => {
    const client = run('fetch')
    await world.reviewNext('maria')
    const told = await client.all()
    const [fetched = []] = values(told, 'fetched') as [number, string][][]
    expect(fetched.length).toBe(2_000)
    expect(fetched[6]?.[1]).not.toBe(secrets[0])
    expect(JSON.stringify(fetched)).not.toContain(secrets[0])
    expect(values(told, 'returned')).toEqual([10])
  })

  it('withdraws what is held with Statement.cancel()', async () => {
    const client = run('cancel', 'DELETE FROM invoice_lines WHERE id = 51')
    const [hold] = await world.pending()
    client.child.stdin?.end('\n')
    const told = await client.all()
    expect(values(told, 'ended')).toEqual(['error 57014'])
    expect(values(told, 'after')).toEqual([[[1]]])
    expect((await world.hold(hold!.id)).state).toBe('withdrawn')
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 51')).toBe(0)
  })

  it('stops what runs with Statement.cancel()', async () => {
    const client = run('cancel', 'SELECT pg_sleep(62)')
    await until('the target to sleep', async () => ((await world.ran('pg_sleep(62)')) > 0 ? true : undefined))
    client.child.stdin?.end('\n')
    const told = await client.all()
    expect(values(told, 'ended')).toEqual(['error 57014'])
    expect(values(told, 'after')).toEqual([[[1]]])
  })

  it('copies in, held, and out, masked; rejected and broken copies leave no row', async () => {
    const client = run('copies')
    await world.reviewNext('maria')
    await world.reviewNext('maria', 'reject')
    await world.reviewNext('maria')
    const told = await client.all()
    expect(values(told, 'copied')).toEqual([20_000, 'error 42501'])
    expect(values(told, 'broken')).toEqual(['error 22P02'])
    expect(values(told, 'count')).toEqual([[[20_000]]])
    expect(values(told, 'lines')).toEqual([2_000])
    const [out] = values(told, 'out')
    for (const secret of secrets) expect(out).not.toContain(secret)
  })
})
