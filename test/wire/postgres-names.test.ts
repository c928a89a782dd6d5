import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fe, WireClient } from '../support/wire.ts'
import { createWorld, type World } from '../support/world.ts'

let world: World
const clients: WireClient[] = []
beforeAll(async () => {
  world = await createWorld()
  await world.start()
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
})
afterAll(() => world.stop())

async function open(): Promise<WireClient> {
  const client = new WireClient(world.ports.postgres)
  clients.push(client)
  return client.signIn(world.token('billing-bot'))
}

async function ask(client: WireClient, ...messages: readonly Buffer[]): Promise<string> {
  client.send(...messages)
  return client.reply()
}

describe('a verdict belongs to what runs', () => {
  it('an Execute of an approved portal carries no other Bind along (the approval of one does not free the other)', async () => {
    const client = await open()
    await ask(client, fe.query('BEGIN'))
    client.send(fe.parse('UPDATE invoices SET status = status WHERE id = 11', 'a'), fe.bind({ portal: 'pa', statement: 'a' }), fe.sync())
    await world.reviewNext('maria')
    expect(await client.reply()).toBe('1 2 Z:T')
    expect(await ask(client, fe.parse('DELETE FROM access_grants WHERE id = 1', 'b'), fe.sync())).toBe('1 Z:T')
    client.send(fe.bind({ portal: 'pb', statement: 'b' }), fe.execute('pa'), fe.sync())
    const [hold] = await world.pending()
    expect(hold?.text).toContain('access_grants')
    await world.decide('maria', hold!.id, 'reject')
    expect(await client.reply()).toBe('E:42501 Z:E')
    expect(await world.ran('DELETE FROM access_grants WHERE id = 1')).toBe(0)
  })

  it('names that the target would cut to the same 63 bytes are refused, so one cannot stand for the other', async () => {
    const client = await open()
    const long = 'x'.repeat(63)
    expect(await ask(client, fe.parse('SELECT 1', long), fe.sync())).toBe('1 Z:I')
    for (const message of [fe.parse('DELETE FROM invoices', `${long}b`), fe.close('S', `${long}b`), fe.describe('S', `${long}b`), fe.bind({ statement: `${long}b` }), fe.execute(`${long}b`)]) {
      expect(await ask(client, message, fe.sync())).toMatch(/^E:(54000|0A000|26000|34000) Z:I$/)
    }
    expect(await ask(client, fe.bind({ statement: long }), fe.execute(), fe.sync())).toBe('2 D C:SELECT 1 Z:I')
  })

  it('a long SQL name is the name the grammar cuts it to (W14, W15)', async () => {
    const client = await open()
    const long = 'y'.repeat(70)
    expect(await ask(client, fe.query(`PREPARE ${long} AS SELECT 7`))).toBe('C:PREPARE Z:I')
    expect(await ask(client, fe.bind({ statement: 'y'.repeat(63) }), fe.execute(), fe.sync())).toBe('2 D C:SELECT 1 Z:I')
  })

  it('Close and Parse give a name a new meaning at once, and a verdict follows it (W12)', async () => {
    const client = await open()
    await ask(client, fe.parse('SELECT 1', 's'), fe.sync())
    client.send(fe.close('S', 's'), fe.parse('DELETE FROM invoice_lines WHERE id = 12', 's'), fe.bind({ statement: 's' }), fe.execute(), fe.sync())
    await world.reviewNext('omar', 'reject')
    expect(await client.reply()).toBe('E:42501 Z:I')
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 12')).toBe(0)
  })

  it('of two unnamed Parse the second is what Bind means (W13)', async () => {
    const client = await open()
    client.send(fe.parse('SELECT 1'), fe.parse('DELETE FROM invoice_lines WHERE id = 13'), fe.bind(), fe.execute(), fe.sync())
    const hold = await world.reviewNext('omar', 'reject')
    expect(hold.text).toContain('DELETE')
    expect(await client.reply()).toBe('1 E:42501 Z:I')
    expect(await world.ran('DELETE FROM invoice_lines WHERE id = 13')).toBe(0)
  })

  it('a Parse that fails at the target leaves the old statement standing, and its verdict with it', async () => {
    const client = await open()
    await ask(client, fe.parse('SELECT 2', 'keep'), fe.sync())
    expect(await ask(client, fe.parse('DELETE FROM invoices WHERE id = 1', 'keep'), fe.sync())).toBe('E:42P05 Z:I')
    expect(await ask(client, fe.bind({ statement: 'keep' }), fe.execute(), fe.sync())).toBe('2 D C:SELECT 1 Z:I')
  })

  it('EXECUTE of a protocol statement is judged by its text (W14), EXPLAIN and CREATE TABLE AS of it too', async () => {
    const client = await open()
    await ask(client, fe.parse('DELETE FROM invoice_lines WHERE id = 14', 'n2'), fe.sync())
    for (const sql of ['EXECUTE n2', 'EXPLAIN ANALYZE EXECUTE n2']) {
      client.send(fe.query(sql))
      await world.reviewNext('omar', 'reject')
      expect(await client.reply()).toBe('E:42501 Z:I')
    }
    expect(await ask(client, fe.query('CREATE TEMP TABLE x AS EXECUTE n2'))).toBe('E:42501 Z:I')
    expect(await world.ran('EXECUTE n2')).toBe(0)
  })

  it('a name from SQL PREPARE is known to Bind, and an unknown one is refused (W15)', async () => {
    const client = await open()
    await ask(client, fe.query('PREPARE n3 AS SELECT 3'))
    expect(await ask(client, fe.bind({ statement: 'n3' }), fe.execute(), fe.sync())).toBe('2 D C:SELECT 1 Z:I')
    expect(await ask(client, fe.bind({ statement: 'nobody' }), fe.execute(), fe.sync())).toBe('E:26000 Z:I')
    await ask(client, fe.query('DEALLOCATE n3'))
    expect(await ask(client, fe.bind({ statement: 'n3' }), fe.execute(), fe.sync())).toBe('E:26000 Z:I')
  })

  it('SQL PREPARE through the extended protocol defines the name for the next batch, and not for the rest of its own', async () => {
    const client = await open()
    expect(await ask(client, fe.parse('PREPARE n4 AS SELECT 4'), fe.bind(), fe.execute(), fe.bind({ statement: 'n4' }), fe.sync())).toBe('1 2 C:PREPARE E:26000 Z:I')
    expect(await ask(client, fe.bind({ statement: 'n4' }), fe.execute(), fe.sync())).toBe('2 D C:SELECT 1 Z:I')
  })

  it('pipelined: a name that an unanswered batch defines is waited for', async () => {
    const client = await open()
    client.send(fe.query('PREPARE n5 AS SELECT 5'), fe.bind({ statement: 'n5' }), fe.execute(), fe.sync(), fe.query('DEALLOCATE n5'), fe.parse('SELECT 6', 'n5'), fe.sync(), fe.bind({ statement: 'n5' }), fe.execute(), fe.sync())
    expect(await client.reply()).toBe('C:PREPARE Z:I')
    expect(await client.reply()).toBe('2 D C:SELECT 1 Z:I')
    expect(await client.reply()).toBe('C:DEALLOCATE Z:I')
    expect(await client.reply()).toBe('1 Z:I')
    const last = await client.through('Z')
    expect(last.find(({ type }) => type === 'D')?.cells).toEqual(['6'])
  })

  it('names that our own words rely on cannot be taken', async () => {
    const client = await open()
    expect(await ask(client, fe.query('BEGIN; DECLARE "holdpoint/refused" CURSOR FOR SELECT 1'))).toBe('E:0A000 Z:I')
    expect(await ask(client, fe.parse('SELECT 1'), fe.bind({ portal: 'holdpoint/refused' }), fe.sync())).toBe('E:0A000 Z:I')
  })

  it('more names than the bound are refused, and the connection stays usable', async () => {
    const client = await open()
    const batch: Buffer[] = []
    for (let i = 0; i < 4100; i++) batch.push(fe.parse('SELECT 1', `many${i}`), fe.sync())
    client.send(...batch)
    let refused = 0
    for (let i = 0; i < 4100; i++) if ((await client.reply()).startsWith('E:54000')) refused++
    expect(refused).toBe(4)
    expect(await ask(client, fe.close('S', 'many0'), fe.sync())).toBe('3 Z:I')
    expect(await ask(client, fe.parse('SELECT 1', 'one more'), fe.sync())).toBe('1 Z:I')
  })
})

describe('rows are masked by what they are', () => {
  const shown = async (client: WireClient): Promise<readonly (string | null)[]> => (await client.through('Z')).filter(({ type }) => type === 'D').flatMap(({ cells }) => [...cells])

  it('FETCH through a statement described for another cursor is masked by the cursor of now', async () => {
    const client = await open()
    await ask(client, fe.query("BEGIN; DECLARE c CURSOR FOR SELECT note FROM customers WHERE note IS NOT NULL"))
    await ask(client, fe.parse('FETCH 1 FROM c', 'f'), fe.describe('S', 'f'), fe.sync())
    await ask(client, fe.query('CLOSE c; DECLARE c CURSOR FOR SELECT phone AS note FROM customers WHERE id = 1'))
    client.send(fe.bind({ statement: 'f' }), fe.execute(), fe.sync())
    const [cell] = await shown(client)
    const behind = await world.behind()
    const { rows } = await behind.query('SELECT phone FROM customers WHERE id = 1')
    await behind.end()
    expect(cell).toBeTypeOf('string')
    expect(cell).not.toBe(rows[0].phone)
  })

  it('Execute of an SQL cursor, FETCH from a portal and a suspended portal keep their masks (W16, W17, W18)', async () => {
    const client = await open()
    const plain = new Set<string>()
    const behind = await world.behind()
    for (const row of (await behind.query('SELECT email FROM customers ORDER BY id LIMIT 8')).rows) plain.add(row.email)
    await behind.end()
    await ask(client, fe.query('BEGIN; DECLARE c1 CURSOR FOR SELECT email FROM customers ORDER BY id'))
    client.send(fe.execute('c1', 2), fe.sync())
    const sql = await shown(client)
    await ask(client, fe.parse('SELECT email FROM customers ORDER BY id', 'p'), fe.bind({ portal: 'prt', statement: 'p' }), fe.sync())
    client.send(fe.query('FETCH 2 FROM prt'))
    const fetched = await shown(client)
    client.send(fe.execute('prt', 2), fe.execute('prt', 2), fe.sync())
    const answers = await client.through('Z')
    expect(answers.join(' ')).toBe('D D s D D s Z:T')
    const suspended = answers.filter(({ type }) => type === 'D').flatMap(({ cells }) => [...cells])
    expect([...sql, ...fetched, ...suspended]).toHaveLength(8)
    for (const cell of [...sql, ...fetched, ...suspended]) expect(plain.has(cell ?? '')).toBe(false)
  })

  it.each([[[]], [[0]], [[1]], [[0, 1]], [[1, 0]]])('result formats %j: text columns are masked in each (W39)', async (results) => {
    const client = await open()
    client.send(fe.parse('SELECT email, id FROM customers WHERE id = 1', 'w39'), fe.describe('S', 'w39'), fe.bind({ statement: 'w39', results }), fe.execute(), fe.close('S', 'w39'), fe.sync())
    const [email] = await shown(client)
    expect(email).toMatch(/\*|•|…|x/)
    const behind = await world.behind()
    expect(email).not.toBe((await behind.query('SELECT email FROM customers WHERE id = 1')).rows[0].email)
    await behind.end()
  })

  it('a Describe that the target skipped does not count: the next Execute asks again', async () => {
    const client = await open()
    await ask(client, fe.parse('SELECT email FROM customers WHERE id = 1', 'd'), fe.sync())
    client.send(fe.parse('SELEC', ''), fe.describe('S', 'd'), fe.sync(), fe.bind({ statement: 'd' }), fe.execute(), fe.sync())
    expect(await client.reply()).toBe('E:42601 Z:I')
    expect(await client.reply()).toBe('2 D C:SELECT 1 Z:I')
    client.send(fe.execute('nowhere'), fe.describe('S', 'd'), fe.sync(), fe.bind({ statement: 'd' }), fe.execute(), fe.sync())
    expect(await client.reply()).toBe('E:34000 Z:I')
    expect(await client.reply()).toBe('2 D C:SELECT 1 Z:I')
  })

  it('several result sets in one Query are masked each by its own description', async () => {
    const client = await open()
    client.send(fe.query('SELECT id FROM customers WHERE id = 1; SELECT email, id FROM customers WHERE id = 1; SELECT 1'))
    const cells = await shown(client)
    expect(cells).toHaveLength(4)
    expect(cells[0]).toBe('1')
    expect(cells[1]).toContain('*')
    expect(cells[2]).toBe('1')
  })
})

describe('in a failed transaction', () => {
  it('a portal whose statement is gone is not executed: PostgreSQL 18 can crash over it', async () => {
    for (let i = 0; i < 10; i++) {
      const client = await open()
      await ask(client, fe.query('BEGIN'))
      expect(await ask(client, fe.parse(`SELECT '${'freed '.repeat(5000)}'`), fe.bind(), fe.sync())).toBe('1 2 Z:T')
      expect(await ask(client, fe.query('SELECT nothing_there'))).toBe('E:42703 Z:E')
      client.send(fe.parse('SELECT 2'), fe.sync(), fe.query('SELECT 3'), fe.execute(), fe.sync())
      expect(await client.reply()).toBe('E:25P02 Z:E')
      expect(await client.reply()).toBe('E:25P02 Z:E')
      expect(await client.reply()).toBe('E:25P02 Z:E')
      expect(await ask(client, fe.query('ROLLBACK'))).toBe('C:ROLLBACK Z:I')
    }
  })

  it.each([
    ['a Close in front of it', [fe.close('P', 'another')]],
    ['a Close and a Flush in front of it', [fe.close('P', 'another'), fe.flush()]],
    ['a Flush in front of it', [fe.flush()]],
  ])('nor with %s in its batch', async (_, before) => {
    for (let i = 0; i < 10; i++) {
      const client = await open()
      await ask(client, fe.query('BEGIN'))
      expect(await ask(client, fe.parse(`SELECT '${'freed '.repeat(5000)}'`), fe.bind(), fe.sync())).toBe('1 2 Z:T')
      expect(await ask(client, fe.query('SELECT nothing_there'))).toBe('E:42703 Z:E')
      client.send(fe.parse('SELECT 2'), fe.sync(), fe.query('SELECT 3'), ...before, fe.execute(), fe.sync())
      expect(await client.reply()).toBe('E:25P02 Z:E')
      expect(await client.reply()).toBe('E:25P02 Z:E')
      expect(await client.reply()).toMatch(/E:25P02 Z:E$/)
      expect(await ask(client, fe.query('ROLLBACK'))).toBe('C:ROLLBACK Z:I')
      expect(await ask(client, fe.query('SELECT 1'))).toBe('T D C:SELECT 1 Z:I')
    }
  })
})
