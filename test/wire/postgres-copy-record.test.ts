import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fe, WireClient } from '../support/wire.ts'
import { createWorld, until, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.start()
})
afterAll(() => world.stop())

describe('what a client copies in', () => {
  it('is recorded as its rows, without the framing, and masked where a value is cut by two messages', async () => {
    const client = await new WireClient(world.ports.postgres).signIn(world.token('billing-bot'))
    client.send(fe.query('COPY access_grants (subject, system, role) FROM STDIN'))
    await (async () => {
      const hold = (await world.pending())[0]!
      for (const who of ['maria', 'zoe'] as const) await world.decide(who, hold.id, 'approve')
    })()
    client.send(fe.copyData('split.in.two@exam'), fe.copyData('ple.org\tbilling\tre'), fe.copyData('ader\n'), fe.copyDone())
    expect(await client.reply()).toMatch(/G C:COPY 1 Z:I$/)
    await client.end()
    const recording = await until('the recording to be closed', async () => {
      const { sessions } = (await world.api('ana', '/sessions?limit=1')).body as { readonly sessions: readonly { readonly id: string }[] }
      const answer = await fetch(`${world.adminUrl}/api/v1/sessions/${sessions[0]!.id}/recording`, { headers: { authorization: `Bearer ${world.token('ana')}` } })
      const text = await answer.text()
      return text.includes('"closed"') ? text : undefined
    })
    const events = recording.trim().split('\n').map((line) => JSON.parse(line) as { readonly direction?: string; readonly text?: string })
    expect(events.filter(({ direction }) => direction === 'input').map(({ text }) => text).join('')).toBe('‹email›\tbilling\treader\n')
    expect(recording).not.toContain('split.in.two')
    const behind = await world.behind()
    expect((await behind.query("SELECT count(*)::int AS n FROM access_grants WHERE subject = 'split.in.two@example.org'")).rows[0].n).toBe(1)
    await behind.end()
  })
})
