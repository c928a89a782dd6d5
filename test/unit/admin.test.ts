import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Slot } from '../../src/policy/verdict.ts'
import { OWNERS, startAdmin } from '../support/admin.ts'
import type { AdminBench } from '../support/admin.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape; what matters of them is asserted
  readonly body: any
}

describe('the admin API', () => {
  let bench: AdminBench
  const tokens: Record<string, string> = {}
  beforeAll(async () => {
    bench = await startAdmin()
    for (const name of ['billing-bot', 'nightly', 'maria', 'omar', 'ana', 'gus']) tokens[name] = await bench.token(name)
  })
  afterAll(() => bench.stop())

  async function call(who: string | null, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${bench.url}${path}`, {
      method,
      headers: { ...(who === null ? {} : { authorization: `Bearer ${tokens[who]}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text.startsWith('{') && !text.includes('}\n') ? JSON.parse(text) : text }
  }
  const get = (who: string | null, path: string) => call(who, 'GET', `/api/v1${path}`)
  const decide = (who: string, id: string, body: unknown, headers = {}) => call(who, 'POST', `/api/v1/holds/${id}/decisions`, body, headers)
  async function read(who: string, id: string): Promise<string> {
    return (await get(who, `/holds/${id}`)).body.briefing.digest
  }

  it('shows a reviewer the briefing, takes their approval and settles the hold of the waiting client', async () => {
    const { hold } = await bench.hold('billing-bot')
    const { status, body } = await get('maria', `/holds/${hold.id}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: hold.id, state: 'pending', code: hold.code, text: 'DELETE FROM invoices WHERE id = 7', target: 'orders', may_decide: true, approved: 0, needed: 1 })
    expect(body.briefing).toMatchObject({ hold_id: hold.id, digest: body.briefing_digest })
    const answer = await decide('maria', hold.id, { choice: 'approve', briefing: body.briefing_digest, reason: 'checked' })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ decision: 'approved', approved: 1, needed: 1, hold: { state: 'approved', reviews: [{ reviewer: 'Maria', choice: 'approve', note: 'checked' }] } })
    expect(await hold.settled).toBe('approved')
  })

  it('rejects when a reviewer rejects', async () => {
    const { hold } = await bench.hold('billing-bot')
    const answer = await decide('maria', hold.id, { choice: 'reject', briefing: await read('maria', hold.id), reason: 'wrong month' })
    expect(answer.body.decision).toBe('rejected')
    expect(await hold.settled).toBe('rejected')
    expect(hold.note()).toBe('wrong month')
  })

  it('refuses agents on the deciding route, whatever they send, and tells them nothing of others', async () => {
    const { hold } = await bench.hold('billing-bot')
    const digest = await read('maria', hold.id)
    for (const agent of ['billing-bot', 'nightly']) {
      expect((await decide(agent, hold.id, { choice: 'approve', briefing: digest })).status).toBe(403)
      expect((await decide(agent, 'no-such-hold', 'not json at all')).status).toBe(403)
    }
    expect(bench.queue.get(hold.id)?.decision).toBe('pending')
    const own = await get('billing-bot', `/holds/${hold.id}`)
    expect(own.body).toMatchObject({ state: 'pending', may_decide: false })
    expect(own.body.briefing).toBeUndefined()
    expect((await get('nightly', `/holds/${hold.id}`)).status).toBe(404)
    expect((await get('nightly', '/holds')).body.holds).toEqual([])
    expect((await get('nightly', '/policy')).status).toBe(403)
  })

  it('refuses auditors, people of no group and the owner of the agent, and says why', async () => {
    const { hold } = await bench.hold('billing-bot')
    const digest = await read('maria', hold.id)
    const auditor = await decide('ana', hold.id, { choice: 'approve', briefing: digest })
    expect(auditor).toMatchObject({ status: 403, body: { error: { code: 'not_a_reviewer', message: expect.stringContaining('auditors') } } })
    const guest = await decide('gus', hold.id, { choice: 'approve', briefing: digest })
    expect(guest).toMatchObject({ status: 403, body: { error: { code: 'not_a_reviewer' } } })
    expect(guest.body.error.details).toBeUndefined()
    const owner = await decide('omar', hold.id, { choice: 'approve', briefing: await read('omar', hold.id) })
    expect(owner).toMatchObject({ status: 403, body: { error: { code: 'not_a_reviewer', message: expect.stringContaining('acts for them') } } })
    expect(bench.queue.get(hold.id)?.decision).toBe('pending')
  })

  it('lets auditors see everything and people without a group nothing', async () => {
    const { hold, session } = await bench.hold('nightly')
    expect((await get('ana', `/holds/${hold.id}`)).body.may_decide).toBe(false)
    expect((await get('ana', `/sessions/${session.id}`)).status).toBe(200)
    expect((await get('gus', '/holds')).body).toEqual({ holds: [], next_cursor: null })
    expect((await get('gus', `/holds/${hold.id}`)).status).toBe(404)
    expect((await get('gus', '/sessions')).body.sessions).toEqual([])
    expect((await get('gus', `/sessions/${session.id}`)).status).toBe(404)
    expect((await get('billing-bot', `/sessions/${session.id}`)).status).toBe(404)
    expect((await get('nightly', `/sessions/${session.id}`)).body.session).toMatchObject({ id: session.id, target: 'orders' })
  })

  it('answers 409 with the state as it is to a stale briefing, an unread one and a late decision', async () => {
    const { hold } = await bench.hold('nightly')
    const unread = await decide('omar', hold.id, { choice: 'approve', briefing: bench.queue.get(hold.id)!.briefingDigest })
    expect(unread).toMatchObject({ status: 409, body: { error: { code: 'briefing_stale', details: { hold: { state: 'pending' } } } } })
    const digest = await read('maria', hold.id)
    const stale = await decide('maria', hold.id, { choice: 'approve', briefing: '0'.repeat(64) })
    expect(stale.body.error).toMatchObject({ code: 'briefing_stale', details: { current: digest } })
    await decide('maria', hold.id, { choice: 'reject', briefing: digest })
    const late = await decide('omar', hold.id, { choice: 'approve', briefing: await read('omar', hold.id) })
    expect(late).toMatchObject({ status: 409, body: { error: { code: 'hold_settled', details: { hold: { state: 'rejected' } } } } })
  })

  it('answers a repeated Idempotency-Key with the first answer, and refuses it for another decision', async () => {
    const both: Slot = { ...OWNERS, quorum: 2 }
    const { hold } = await bench.hold('nightly', { slots: [both] })
    const body = { choice: 'approve', briefing: await read('maria', hold.id) }
    const first = await decide('maria', hold.id, body, { 'idempotency-key': 'k1' })
    expect(first.body).toMatchObject({ decision: 'pending', approved: 1, needed: 2 })
    const again = await decide('maria', hold.id, body, { 'idempotency-key': 'k1' })
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await decide('maria', hold.id, { ...body, choice: 'reject' }, { 'idempotency-key': 'k1' })).body.error.code).toBe('idempotency_conflict')
    // Somebody else's key of the same name is another key.
    const second = await decide('omar', hold.id, { ...body, briefing: await read('omar', hold.id) }, { 'idempotency-key': 'k1' })
    expect(second.body).toMatchObject({ decision: 'approved', approved: 2 })
  })

  it('answers one shape to every error', async () => {
    const { hold } = await bench.hold('nightly')
    const cases: readonly [Promise<Answer>, number, string][] = [
      [get(null, '/holds'), 401, 'credential_invalid'],
      [call(null, 'GET', '/api/v1/me', undefined, { authorization: 'Bearer hp_nonsense' }), 401, 'credential_invalid'],
      [get('maria', '/holds/unknown'), 404, 'not_found'],
      [get('maria', '/nowhere'), 404, 'not_found'],
      [get('maria', '/holds?state=odd'), 400, 'bad_request'],
      [get('maria', '/holds?surprise=1'), 400, 'bad_request'],
      [get('maria', '/holds?cursor=x'), 400, 'bad_request'],
      [decide('maria', hold.id, '{"choice":'), 400, 'bad_request'],
      [decide('maria', hold.id, { choice: 'maybe', briefing: 'x' }), 400, 'bad_request'],
      [decide('maria', hold.id, { choice: 'approve', briefing: '0'.repeat(64), extra: 1 }), 400, 'bad_request'],
      [decide('maria', 'unknown', { choice: 'approve', briefing: '0'.repeat(64) }), 404, 'not_found'],
      [decide('maria', hold.id, { choice: 'approve', briefing: '0'.repeat(64), reason: 'x'.repeat(70_000) }), 413, 'input_limit'],
    ]
    for (const [answer, status, code] of cases) {
      const { status: got, body } = await answer
      expect([got, body.error?.code, typeof body.error?.message]).toEqual([status, code, 'string'])
    }
    expect(bench.queue.get(hold.id)?.decision).toBe('pending')
  })

  it('names the field that is wrong', async () => {
    const { body } = await decide('maria', 'x', { choice: 'approve', briefing: 'short' })
    expect(body.error.details).toEqual([{ path: '/briefing', message: 'expected the digest of the briefing that was read' }])
  })

  it('pages through holds with a cursor and filters by state', async () => {
    for (let i = 0; i < 3; i += 1) await bench.hold('nightly', { text: `DELETE FROM invoices WHERE id = ${100 + i}` })
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: Answer = await get('nightly', `/holds?limit=2&state=pending${cursor === null ? '' : `&cursor=${cursor}`}`)
      expect(page.body.holds.length).toBeLessThanOrEqual(2)
      seen.push(...page.body.holds.map((hold: { id: string }) => hold.id))
      cursor = page.body.next_cursor
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThanOrEqual(3)
    expect((await get('nightly', '/holds?state=rejected')).body.holds.every((hold: { state: string }) => hold.state === 'rejected')).toBe(true)
  })

  it('keeps a long poll open until the hold is settled', async () => {
    const { hold } = await bench.hold('billing-bot')
    const waiting = get('billing-bot', `/holds/${hold.id}?wait=30`)
    const early = await Promise.race([waiting.then(() => 'answered'), read('maria', hold.id).then(() => 'still waiting')])
    expect(early).toBe('still waiting')
    await decide('maria', hold.id, { choice: 'approve', briefing: await read('maria', hold.id) })
    expect((await waiting).body.state).toBe('approved')
  })

  it('sends changes as server-sent events to those they concern, and resumes after Last-Event-ID', async () => {
    const start = bench.queue.lastChange()
    const { hold } = await bench.hold('billing-bot')
    const live = await openEvents('maria')
    const unconcerned = await openEvents('nightly')
    await decide('maria', hold.id, { choice: 'reject', briefing: await read('maria', hold.id) })
    const event = await live.until((one) => one.data?.hold?.id === hold.id && one.data.hold.state === 'rejected')
    expect(event.event).toBe('hold')
    live.close()

    const { hold: other } = await bench.hold('nightly')
    await unconcerned.until((one) => one.data?.hold?.id === other.id)
    expect(unconcerned.seen.some((one) => one.data?.hold?.id === hold.id)).toBe(false)
    unconcerned.close()

    const resumed = await openEvents('maria', { 'last-event-id': String(start) })
    await resumed.until((one) => one.data?.hold?.id === hold.id)
    const ids = resumed.seen.map((one) => Number(one.id))
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(Math.min(...ids)).toBeGreaterThan(start)
    resumed.close()
  })

  it('ends the stream of somebody who was disabled', async () => {
    const principal = await bench.principal('gus')
    const stream = await openEvents('gus')
    bench.store.disablePrincipal(principal.id, 'left', 'operator', Date.now())
    await bench.hold('nightly', { text: 'DELETE FROM invoices WHERE id = 55' })
    await stream.ended
    expect((await get('gus', '/me')).status).toBe(401)
    bench.store.enablePrincipal(principal.id)
  })

  it('streams a recording as lines, filters it, and notes who read it', async () => {
    const { session } = await bench.hold('nightly', { text: 'DELETE FROM invoices WHERE id = 77' })
    const sequence = bench.recorder.append({ session: session.id, kind: 'gateway', body: { note: 'Needle in the hay' } })
    await bench.recorder.durable(sequence)
    bench.recorder.close(session.id)
    // Recordings are written behind the journal: what was just appended may take some milliseconds to be readable.
    const { status, headers, body } = await vi.waitUntil(async () => {
      const answer = await get('maria', `/sessions/${session.id}/recording`)
      return String(answer.body).includes('closed') ? answer : undefined
    }, { timeout: 10_000 })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toContain('application/x-ndjson')
    const lines = String(body).trim().split('\n').map((line) => JSON.parse(line))
    expect(lines.map((line) => line.kind)).toContain('hold')
    const found = await get('ana', `/sessions/${session.id}/recording?search=NEEDLE`)
    const hits = (typeof found.body === 'string' ? found.body.trim().split('\n').map((line) => JSON.parse(line)) : [found.body]) as { kind: string }[]
    expect(hits.map((hit) => hit.kind)).toEqual(['gateway'])
    expect((await get('gus', `/sessions/${session.id}/recording`)).status).toBe(404)
    expect((await get('nightly', '/sessions/ses_unknown/recording')).status).toBe(404)
  })

  it('exchanges a JWT by form and by JSON as RFC 8693 says, and nothing else', async () => {
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: await bench.idp.token('nightly'),
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    })
    const response = await fetch(`${bench.url}/api/v1/token`, { method: 'POST', body: form })
    expect(response.status).toBe(200)
    const issued = (await response.json()) as Record<string, unknown>
    expect(issued).toMatchObject({ token_type: 'Bearer', issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' })
    expect(issued['expires_in']).toBeLessThanOrEqual(600)
    const me = await call(null, 'GET', '/api/v1/me', undefined, { authorization: `Bearer ${issued['access_token']}` })
    expect(me.body).toMatchObject({ kind: 'agent', name: 'nightly', is_auditor: false })
    const bad = await call(null, 'POST', '/api/v1/token', { ...Object.fromEntries(form), subject_token: tokens['maria'] })
    expect(bad).toMatchObject({ status: 401, body: { error: { code: 'credential_invalid' } } })
    expect(JSON.stringify(bad.body)).not.toContain(tokens['maria'])
    expect((await call(null, 'POST', '/api/v1/token', { grant_type: 'password' })).status).toBe(400)
  })

  it('turns browsers of other sites away and sends no CORS header', async () => {
    const { hold } = await bench.hold('nightly')
    const body = { choice: 'reject', briefing: await read('maria', hold.id) }
    // fetch does not let us set these two, a raw request does.
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }, { origin: 'null' }]) {
      expect(await raw(`/api/v1/holds/${hold.id}/decisions`, 'POST', headers, body)).toBe(403)
    }
    expect(bench.queue.get(hold.id)?.decision).toBe('pending')
    expect(await raw(`/api/v1/holds/${hold.id}/decisions`, 'POST', { origin: bench.url, 'sec-fetch-site': 'same-origin' }, body)).toBe(200)
    const { headers } = await get('maria', '/me')
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('describes itself as OpenAPI 3.1 with every route', async () => {
    const { body } = await get(null, '/openapi.json')
    expect(body.openapi).toMatch(/^3\.1/)
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/api/v1/holds', '/api/v1/holds/{id}', '/api/v1/holds/{id}/decisions', '/api/v1/sessions/{id}/recording', '/api/v1/events', '/api/v1/targets', '/api/v1/policy', '/api/v1/token', '/api/v1/me', '/healthz', '/readyz', '/metrics']),
    )
    expect(body.components.schemas).toHaveProperty('Hold')
  })

  it('shows targets without their addresses, the policy, health and metrics', async () => {
    expect((await get('nightly', '/targets')).body).toEqual({ targets: [{ name: 'orders', protocol: 'postgres', labels: { env: 'test' } }] })
    expect((await get('maria', '/policy')).body.rules[0]).toEqual({ id: 'hold-deletes', decision: 'hold', reason: 'deletes', file: 'orders.yaml', line: 3 })
    expect((await call(null, 'GET', '/healthz')).body).toEqual({ ok: true })
    expect((await call(null, 'GET', '/readyz')).status).toBe(200)
    bench.readiness = [{ part: 'store', ok: true }, { part: 'parser', ok: false, detail: 'no worker answers' }]
    const notReady = await call(null, 'GET', '/readyz')
    expect(notReady).toMatchObject({ status: 503, body: { ready: false, parts: [{ part: 'store' }, { part: 'parser', ok: false, detail: 'no worker answers' }] } })
    bench.readiness = [{ part: 'store', ok: true }]
    const metrics = await (await fetch(`${bench.url}/metrics`)).text()
    expect(metrics).toMatch(/^holdpoint_holds_open \d+$/m)
    expect(metrics).toMatch(/^holdpoint_sign_ins_refused_total [1-9]/m)
  })

  it('has logged no credential and no statement', () => {
    const all = bench.logged.join('')
    expect(all).toContain('token.issued')
    expect(all).not.toContain('admin.failed')
    for (const secret of [...Object.values(tokens), 'DELETE FROM', 'Needle']) expect(all).not.toContain(secret)
  })

  function raw(path: string, method: string, headers: Record<string, string>, body: unknown): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(`${bench.url}${path}`, { method, headers: { authorization: `Bearer ${tokens['maria']}`, 'content-type': 'application/json', ...headers } }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      sent.on('error', reject)
      sent.end(JSON.stringify(body))
    })
  }

  interface StreamEvent {
    readonly id?: string
    readonly event?: string
    // biome-ignore lint/suspicious/noExplicitAny: as above
    readonly data?: any
  }

  async function openEvents(who: string, headers: Record<string, string> = {}) {
    const stop = new AbortController()
    const response = await fetch(`${bench.url}/api/v1/events`, { headers: { authorization: `Bearer ${tokens[who]}`, ...headers }, signal: stop.signal })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const seen: StreamEvent[] = []
    const watchers = new Set<() => void>()
    const ended = (async () => {
      let text = ''
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) {
          const fields = Object.fromEntries(block.split('\n').filter((line) => /^\w+: /.test(line)).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]))
          if (fields['event'] !== undefined) seen.push({ ...fields, data: JSON.parse(fields['data'] ?? 'null') })
        }
        for (const watcher of watchers) watcher()
      }
    })().catch(() => {})
    return {
      seen,
      ended,
      close: () => stop.abort(),
      until: (wanted: (event: StreamEvent) => boolean) =>
        new Promise<StreamEvent>((resolve) => {
          const look = () => {
            const hit = seen.find(wanted)
            if (hit) resolve(hit)
          }
          watchers.add(look)
          look()
        }),
    }
  }
})
