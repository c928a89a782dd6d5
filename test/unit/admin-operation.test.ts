import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createLog } from '../../src/log.ts'
import type { LogFields } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createClient } from '../../src/cli/client.ts'
import { createAuthority } from '../../src/quickstart/certificates.ts'
import { startAdmin } from '../support/admin.ts'

describe('the log', () => {
  function capture() {
    const lines: string[] = []
    return { log: createLog({ destination: { write: (line) => void lines.push(line) } }), lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
  }

  it('writes listed fields and drops every other, at any depth', () => {
    const { log, lines, last } = capture()
    log.event('hold.opened', { hold: 'hd_1', approved: 1, ok: true, text: 'SELECT secret', token: 'hp_secret', target: { deep: 'secret' } } as unknown as LogFields)
    expect(last()).toMatchObject({ event: 'hold.opened', hold: 'hd_1', approved: 1, ok: true, level: 'info' })
    expect(lines.join('')).not.toContain('secret')
  })

  it('keeps an event on one line and within bounds', () => {
    const { log, lines, last } = capture()
    log.event('x', { target: `a\n{"event":"forged"}\u001b[2J${'b'.repeat(10_000)}` })
    expect(lines).toHaveLength(1)
    expect(String(last()['target']).length).toBeLessThanOrEqual(256)
    expect(String(last()['target'])).not.toMatch(/[\n\u001b]/)
  })

  it('tells of a fault what it is and where, never its message', () => {
    const { log, lines, last } = capture()
    const error = Object.assign(new TypeError('invalid input: "secret value"\nsecond secret line'), { code: '22P02' })
    log.fault('target.failed', error, { target: 'orders' })
    expect(last()).toMatchObject({ level: 'error', fault: 'TypeError', code: '22P02', target: 'orders' })
    expect(String(last()['at'])).toContain('admin-operation.test.ts')
    expect(lines.join('')).not.toContain('secret')
  })
})

describe('the metrics', () => {
  it('count what was decided and show what is open at the moment of asking', async () => {
    let open = 2
    const metrics = createMetrics({ openHolds: () => open, openSessions: () => 1, parserRecycles: () => ({ timeout: 1 }), withoutProcess: true })
    metrics.command('postgres', 'hold')
    metrics.refusal('postgres', 'policy_denied')
    metrics.decided('approved', 12)
    metrics.journalDurable(0.002)
    metrics.bytesOut('postgres', 100)
    metrics.unhealthy('parser', true)
    const text = await metrics.registry.metrics()
    for (const line of [
      'holdpoint_commands_total{protocol="postgres",verdict="hold"} 1',
      'holdpoint_refusals_total{protocol="postgres",code="policy_denied"} 1',
      'holdpoint_time_to_decision_seconds_bucket{le="15",decision="approved"} 1',
      'holdpoint_journal_durable_seconds_count 1',
      'holdpoint_bytes_out_total{protocol="postgres"} 100',
      'holdpoint_parser_recycles_total{why="timeout"} 1',
      'holdpoint_unhealthy{part="parser"} 1',
      'holdpoint_unhealthy{part="store"} 0',
      'holdpoint_holds_open 2',
    ]) {
      expect(text).toContain(line)
    }
    open = 3
    expect(await metrics.registry.metrics()).toContain('holdpoint_holds_open 3')
  })

  it('are still given when the store is down', async () => {
    const metrics = createMetrics({ openHolds: () => { throw new Error('store down') }, openSessions: () => 1, parserRecycles: () => ({ timeout: 1 }), withoutProcess: true })
    const text = await metrics.registry.metrics()
    expect(text).toContain('holdpoint_holds_open Nan')
    expect(text).toContain('holdpoint_sessions_open 1')
  })
})

describe('the admin listener with TLS', () => {
  it('is reached by the CLI with the right authority and by no other way', async () => {
    const authority = await createAuthority()
    const bench = await startAdmin({ tls: await authority.issue({ commonName: 'admin', dns: ['localhost'], ip: ['127.0.0.1'] }) })
    try {
      const caFile = join(bench.directory, 'ca.pem')
      writeFileSync(caFile, authority.ca)
      const token = await bench.token('maria')
      expect(bench.url).toMatch(/^https:/)
      expect(await createClient({ url: bench.url, token, caFile }).get('/me')).toMatchObject({ name: 'Maria' })
      await expect(createClient({ url: bench.url, token }).get('/me')).rejects.toThrow(/cannot reach .*(CERT|UNABLE_TO)/)
      await expect(createClient({ url: bench.url.replace('https', 'http'), token }).get('/me')).rejects.toThrow(/cannot reach/)
    } finally {
      await bench.stop()
    }
  })
})

describe('stopping the admin listener', () => {
  it('ends event streams and answers long polls at once', async () => {
    const bench = await startAdmin()
    const { hold } = await bench.hold('nightly')
    const headers = { authorization: `Bearer ${await bench.token('maria')}` }
    const stream = await fetch(`${bench.url}/api/v1/events`, { headers })
    const reader = stream.body!.getReader()
    await reader.read()
    // Answered only because the server stops: nobody decides, and thirty seconds are longer than the test.
    const poll = fetch(`${bench.url}/api/v1/holds/${hold.id}?wait=30`, { headers }).then((response) => response.json())
    await expect.poll(() => bench.waiting()).toBe(2)
    const started = performance.now()
    await bench.stop()
    expect(performance.now() - started).toBeLessThan(4_000)
    expect(await poll).toMatchObject({ id: hold.id, state: 'pending' })
    for (let step = await reader.read(); !step.done; ) step = await reader.read()
  })
})
