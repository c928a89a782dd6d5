import { readFile, writeFile } from 'node:fs/promises'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, until, type World } from '../support/world.ts'

let world: World
let behind: pg.Client
beforeAll(async () => {
  world = await createWorld()
  behind = await world.behind()
  // A table for each test: what one changes is noticed before the next begins, or not.
  for (const name of ['swapped', 'viewed', 'triggered', 'calm', 'letters', 'again', 'other']) {
    await behind.query(`CREATE TABLE ${name} (id int); INSERT INTO ${name} VALUES (1), (2), (3); GRANT ALL ON ${name} TO PUBLIC`)
  }
  await world.start()
})
afterAll(async () => {
  await behind.end()
  await world.stop()
})

const told = (query: Promise<pg.QueryResult>): Promise<string> =>
  query.then((result) => `${result.command} ${result.rowCount}`, (error: { readonly code: string; readonly message: string }) => `${error.code} ${error.message}`)

describe('an approval for a command whose names come to stand for something else while it is held', () => {
  it.each([
    ['swapped', 'another table takes the name', 'BEGIN; ALTER TABLE swapped RENAME TO gone; ALTER TABLE letters RENAME TO swapped; COMMIT'],
    ['viewed', 'a view takes the name', 'BEGIN; ALTER TABLE viewed RENAME TO hidden; CREATE VIEW viewed AS SELECT * FROM hidden; GRANT ALL ON viewed TO PUBLIC; COMMIT'],
    ['triggered', 'the table gets a trigger', 'CREATE TRIGGER t BEFORE DELETE ON triggered FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()'],
  ])('is void, at once and not seconds later: %s (%s)', async (name, _what, change) => {
    const client = await world.client()
    const running = told(client.query(`DELETE FROM ${name} WHERE id = 1`))
    const hold = (await world.pending())[0]!
    await behind.query(change)
    expect((await world.decide('maria', hold.id, 'approve')).status).toBe(200)
    expect(await running).toMatch(/^57014 .*the names in it stand for has changed/)
    expect(await world.ran(`DELETE FROM ${name}`)).toBe(0)
    expect((await world.hold(hold.id)).execution).toBe('none')
    expect((await client.query('SELECT 1')).rowCount).toBe(1)
    await client.end()
  })

  it('is not void because of a change that is none of its business', async () => {
    const client = await world.client()
    const running = told(client.query('DELETE FROM calm WHERE id = $1', [2]))
    const hold = (await world.pending())[0]!
    await behind.query('CREATE TABLE elsewhere (id int); CREATE INDEX ON calm (id)')
    await world.decide('maria', hold.id, 'approve')
    expect(await running).toBe('DELETE 1')
    await client.end()
  })

  it('is not redeemed: the identical text, sent again, is a new command', async () => {
    const version = async (): Promise<unknown> => (await world.api('ana', '/policy')).body['version']
    const before = await version()
    await writeFile(world.policyFile, (await readFile(world.policyFile, 'utf8')).replaceAll(/(expires: 15m)/g, '$1\n    mode: poll'))
    const client = await world.client()
    await until('the policy that has people asked again is in force', async () => ((await version()) === before ? undefined : true))
    expect(await told(client.query('DELETE FROM again WHERE id = 3'))).toMatch(/^ZP001 /)
    const hold = (await world.pending()).find((one) => one.text.includes('again'))!
    expect((await world.decide('maria', hold.id, 'approve')).status).toBe(200)
    await behind.query('BEGIN; ALTER TABLE again RENAME TO before; ALTER TABLE other RENAME TO again; COMMIT')
    // The catalogue is looked at every few seconds, and an approval is used only after another look.
    expect(await told(client.query('DELETE FROM again WHERE id = 3'))).toMatch(/^(57014 .*has changed|ZP001 )/)
    expect(await told(client.query('DELETE FROM again WHERE id = 3'))).toMatch(/^ZP001 /)
    expect(await world.ran('DELETE FROM again')).toBe(0)
    await client.end()
  })
})
