import { createHash, randomUUID } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command as Program } from 'commander'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Command, Facts, Session } from '../../src/gateway/command.ts'
import { verifyVerb } from '../../src/offline/verify.ts'
import { findRecording, journalFolder, recordingsFolder } from '../../src/recording/files.ts'
import { type Frame, readFrames } from '../../src/recording/frames.ts'
import { createRecorder, type RecorderOptions, type RecorderService } from '../../src/recording/recorder.ts'
import { listRecordings, readRecording, type ReplayEvent, sessionSummary } from '../../src/recording/replay.ts'
import { verifyJournal } from '../../src/recording/verify.ts'

const roots: string[] = []
const running = new Set<RecorderService>()

afterEach(async () => {
  for (const recorder of running) await recorder.stop()
  running.clear()
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

function newRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'holdpoint-recording-'))
  roots.push(root)
  return root
}

async function start(directory: string, more: Partial<RecorderOptions> = {}): Promise<RecorderService> {
  const recorder = await createRecorder({ directory, maskText: (text) => text.replaceAll('secret', '***'), ...more })
  running.add(recorder)
  return recorder
}

async function stop(recorder: RecorderService): Promise<void> {
  running.delete(recorder)
  await recorder.stop()
}

function newSession(id: string = randomUUID()): Session {
  const principal = { id: 'iss#billing-bot', name: 'billing-bot', kind: 'agent', issuer: 'iss', subject: 'billing-bot', groups: ['bots'], claims: { private: 'claim' }, expiresAt: new Date(Date.now() + 3_600_000) } as const
  const target = { name: 'orders', protocol: 'postgres', labels: { env: 'test' } }
  return { id, principal, target, openedAt: new Date(), ended: new AbortController().signal, claimed: { reason: 'secret clean-up' }, peer: '127.0.0.1:5000' }
}

const FACTS: Facts = { action: 'select', effect: 'read', resources: [], unknown: [], attributes: {} }

function newCommand(session: Session, text = 'SELECT 1', id: string = randomUUID()): Command {
  return {
    id, session, at: new Date(), phase: 'execute', text, parameters: [], digest: '', fingerprint: '', facts: FACTS, readings: [FACTS], parts: [FACTS],
    input: 'complete', context: {}, withdrawn: new AbortController().signal,
  }
}

/** One command as the corridor records it. Returns the sequence of its outcome. */
async function run(recorder: RecorderService, command: Command, output: readonly string[], input: readonly string[] = []): Promise<number> {
  recorder.append({ session: command.session.id, kind: 'permit', body: { command: command.id, text: command.text, verdict: 'allow', rule: 'reads' } })
  for (const bytes of input) await recorder.tap(command, 'input', Buffer.from(bytes))
  for (const bytes of output) await recorder.tap(command, 'output', Buffer.from(bytes))
  return recorder.append({ session: command.session.id, kind: 'outcome', body: { command: command.id, outcome: { kind: 'completed', summary: 'SELECT 1' } } })
}

async function framesOf(directory: string, sessionId: string): Promise<Frame[]> {
  return collect(readFrames((await findRecording(directory, sessionId))!))
}

async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of from) all.push(one)
  return all
}

function journalOf(directory: string): { seq: number; kind: string; session: string; body: Record<string, unknown> }[] {
  return readFileSync(join(journalFolder(directory), 'journal-000001.ndjson'), 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

describe('a recording', () => {
  it('holds the journal lines and the bytes in order, and closes only when all of it is on disk', async () => {
    const root = newRoot()
    const recorder = await start(root)
    const session = newSession()
    recorder.open(session)
    const command = newCommand(session)
    await run(recorder, command, ['row 1', 'row 2'], ['copy data'])
    recorder.close(session.id)
    await stop(recorder)

    const frames = await framesOf(root, session.id)
    expect(frames.map((frame) => frame.kind)).toEqual(['entry', 'entry', 'input', 'output', 'output', 'entry', 'entry'])
    const lines = readFileSync(join(journalFolder(root), 'journal-000001.ndjson'), 'utf8').split('\n')
    const entries = frames.filter((frame) => frame.kind === 'entry').map((frame) => frame.line.toString())
    expect(entries).toEqual(lines.slice(0, -1))
    const [opened, , outcome, closed] = journalOf(root)
    expect(opened).toMatchObject({ kind: 'session', body: { event: 'opened', principal: { id: 'iss#billing-bot' }, target: { name: 'orders' }, claimed: { reason: '*** clean-up' } } })
    expect(JSON.stringify(opened)).not.toContain('private')
    expect(outcome!.body).toMatchObject({ output_sha256: sha256('row 1row 2'), output_bytes: 10, input_sha256: sha256('copy data'), input_bytes: 9 })
    expect(closed).toMatchObject({ kind: 'session', body: { event: 'closed', recording_bytes: frames.at(-1)!.kind === 'entry' ? (frames.at(-1) as { offset: number }).offset : 0 } })
    expect(await verifyJournal(root)).toMatchObject({ ok: true, recordings: 1, unfinished: [], bad_recordings: [] })
  })

  it('copies what it is given, so that the caller may reuse its buffer at once', async () => {
    const root = newRoot()
    const recorder = await start(root)
    const session = newSession()
    recorder.open(session)
    const command = newCommand(session)
    const reused = Buffer.from('AAAA')
    void recorder.tap(command, 'output', reused)
    reused.fill('B')
    void recorder.tap(command, 'output', reused)
    reused.fill('C')
    recorder.append({ session: session.id, kind: 'outcome', body: { command: command.id } })
    await stop(recorder)
    const bytes = (await framesOf(root, session.id)).flatMap((frame) => (frame.kind === 'output' ? [frame.bytes.toString()] : []))
    expect(bytes.join('')).toBe('AAAABBBB')
    expect(await verifyJournal(root)).toMatchObject({ ok: true })
  })

  it('binds bytes of commands without an outcome at the close, also when there are many', async () => {
    const root = newRoot()
    const recorder = await start(root)
    const session = newSession()
    recorder.open(session)
    const commands = Array.from({ length: 100 }, () => newCommand(session))
    for (const command of commands) void recorder.tap(command, 'output', Buffer.from(`refused ${command.id}`))
    void recorder.tap(commands[0]!, 'output', Buffer.from('more, after it was bound early'))
    await stop(recorder)
    const bound = journalOf(root).filter((record) => record.kind === 'output')
    expect(bound).toHaveLength(101)
    expect(bound[0]!.body).toMatchObject({ command: commands[0]!.id, event: 'bound_without_outcome', output_sha256: sha256(`refused ${commands[0]!.id}`) })
    expect(await verifyJournal(root)).toMatchObject({ ok: true })
  })

  it('refuses bytes for a session that is not open, an id that is not a file name, and the same session twice', async () => {
    const recorder = await start(newRoot())
    const session = newSession()
    expect(() => recorder.tap(newCommand(session), 'output', Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
    expect(() => recorder.open(newSession('../../etc/passwd'))).toThrow(RangeError)
    recorder.open(session)
    expect(() => recorder.open(session)).toThrow(RangeError)
    recorder.close(session.id)
    expect(() => recorder.tap(newCommand(session), 'output', Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
  })

  it('takes entries of a closed session and of no session into the journal only', async () => {
    const root = newRoot()
    const recorder = await start(root)
    const session = newSession()
    recorder.open(session)
    recorder.close(session.id)
    recorder.append({ session: session.id, kind: 'review', body: { hold: 'h1' } })
    recorder.append({ session: 'gateway', kind: 'gateway', body: { event: 'policy_loaded' } })
    await stop(recorder)
    expect(journalOf(root).map((record) => record.kind).sort()).toEqual(['gateway', 'review', 'session', 'session'])
    expect(await framesOf(root, session.id)).toHaveLength(2)
    expect(await verifyJournal(root)).toMatchObject({ ok: true })
  })
})

describe('bounded memory', () => {
  it('asks a fast session to wait above its high water mark and lets it go on once drained', async () => {
    const root = newRoot()
    const recorder = await start(root)
    const session = newSession()
    recorder.open(session)
    const command = newCommand(session)
    const piece = Buffer.alloc(64 * 1024, 'x')
    const sum = createHash('sha256')
    let waits = 0
    let most = 0
    for (let n = 0; n < 320; n++) {
      piece.writeUInt32BE(n, 0)
      sum.update(piece)
      const wait = recorder.tap(command, 'output', piece)
      most = Math.max(most, recorder.stats().recordings_unwritten_bytes)
      if (wait !== undefined) {
        waits++
        await wait
        expect(recorder.stats().recordings_unwritten_bytes).toBeLessThanOrEqual(1024 * 1024)
      }
    }
    recorder.append({ session: session.id, kind: 'outcome', body: { command: command.id } })
    expect(waits).toBeGreaterThan(5)
    expect(most).toBeLessThan(1024 * 1024 + 100 * 1024)
    await stop(recorder)
    expect(journalOf(root).find((record) => record.kind === 'outcome')!.body).toMatchObject({ output_sha256: sum.digest('hex'), output_bytes: 320 * 64 * 1024 })
    expect(await verifyJournal(root)).toMatchObject({ ok: true })
  })

  it('throws for a caller that does not wait', async () => {
    const recorder = await start(newRoot(), { limits: { sessionHardBytes: 2 * 1024 * 1024 } })
    const session = newSession()
    recorder.open(session)
    const command = newCommand(session)
    const flood = () => { for (let n = 0; n < 1000; n++) void recorder.tap(command, 'output', Buffer.alloc(64 * 1024)) }
    expect(flood).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
    expect(recorder.stats().recordings_unwritten_bytes).toBeLessThan(2.2 * 1024 * 1024)
  })

  it('keeps few files open, whatever the number of sessions', async () => {
    const root = newRoot()
    const recorder = await start(root, { limits: { maxOpenFiles: 3, writeBehindMs: 1 } })
    const sessions = Array.from({ length: 12 }, () => newSession())
    for (const session of sessions) recorder.open(session)
    for (let round = 0; round < 3; round++) {
      for (const session of sessions) await run(recorder, newCommand(session), [`round ${round}`])
      await expect.poll(() => recorder.stats().recordings_unwritten_bytes, { interval: 1 }).toBe(0)
      expect(recorder.stats().open_files).toBeLessThanOrEqual(3)
    }
    await stop(recorder)
    expect(await verifyJournal(root)).toMatchObject({ ok: true, recordings: 12, unfinished: [] })
  })
})

describe('a recording that cannot be written', () => {
  it('makes the recorder unhealthy, refuses commands, and loses nothing once it can be written again', async () => {
    const root = newRoot()
    const health: boolean[] = []
    const recorder = await start(root, { limits: { retryMs: 5 }, onHealth: (healthy) => health.push(healthy) })
    const session = newSession()
    // A file where the folder of that day should be: the real mkdir fails, as on a damaged disk.
    const day = join(recordingsFolder(root), session.openedAt.toISOString().slice(0, 10))
    writeFileSync(day, '')
    recorder.open(session)
    await expect.poll(() => recorder.healthy, { interval: 1 }).toBe(false)
    expect(() => recorder.append({ session: session.id, kind: 'permit', body: {} })).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
    expect(() => recorder.open(newSession())).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
    // What has run already is still told.
    const outcome = recorder.append({ session: session.id, kind: 'outcome', body: { command: 'c' } })
    rmSync(day)
    await expect.poll(() => recorder.healthy, { interval: 1 }).toBe(true)
    await recorder.durable(outcome)
    expect(health).toEqual([false, true])
    await stop(recorder)
    expect(journalOf(root).some(({ body }) => body['event'] === 'recording_recovered' && body['part'] === 'recordings')).toBe(true)
    expect(await verifyJournal(root)).toMatchObject({ ok: true, unfinished: [] })
  })
})

describe('verification of recordings', () => {
  async function recorded(): Promise<{ root: string; session: Session; path: string }> {
    const root = newRoot()
    const recorder = await start(root)
    const session = newSession()
    recorder.open(session)
    await run(recorder, newCommand(session), ['first answer'])
    await run(recorder, newCommand(session), ['second answer'])
    await stop(recorder)
    return { root, session, path: (await findRecording(root, session.id))! }
  }

  function patch(path: string, from: string, to: string): void {
    const bytes = readFileSync(path)
    const at = bytes.indexOf(from)
    expect(at).toBeGreaterThan(0)
    bytes.write(to, at)
    writeFileSync(path, bytes)
  }

  it('finds one changed byte of output', async () => {
    const { root, path } = await recorded()
    patch(path, 'second answer', 'second ansWer')
    const { ok, bad_recordings } = await verifyJournal(root)
    expect(ok).toBe(false)
    expect(bad_recordings).toMatchObject([{ seq: 5, why: expect.stringContaining('recorded output') }])
  })

  it('finds a changed entry, a cut end, added bytes, a missing and an unknown recording', async () => {
    const { root, session, path } = await recorded()
    const kept = readFileSync(path)
    const why = async () => (await verifyJournal(root)).bad_recordings.map((bad) => bad.why)

    patch(path, '"verdict":"allow"', '"verdict":"never"')
    expect(await why()).toEqual([expect.stringContaining('not the one in the journal')])

    writeFileSync(path, kept)
    truncateSync(path, statSync(path).size - 400)
    expect(await why()).toHaveLength(1)

    writeFileSync(path, kept)
    const first = (await framesOf(root, session.id)).find((frame) => frame.kind === 'output')!
    appendFileSync(path, kept.subarray(first.offset, first.offset + 60))
    expect(await why()).toEqual([expect.stringMatching(/added|middle/)])

    writeFileSync(path, kept)
    renameSync(path, path.replace(session.id, 'other'))
    expect(await why()).toEqual(['the recording is missing', 'no session of the journal has this recording'])

    renameSync(path.replace(session.id, 'other'), path)
    expect(await why()).toEqual([])
  })

  it('may run beside the gateway at any moment', async () => {
    const root = newRoot()
    const recorder = await start(root, { limits: { rotateBytes: 32 * 1024 } })
    const sessions = Array.from({ length: 8 }, () => newSession())
    let writing = sessions.length
    const writers = sessions.map(async (session) => {
      recorder.open(session)
      for (let n = 0; n < 150; n++) await recorder.durable(await run(recorder, newCommand(session), ['answer']))
      recorder.close(session.id)
      writing--
    })
    while (writing > 0) {
      const result = await verifyJournal(root)
      expect(result, JSON.stringify(result)).toMatchObject({ ok: true })
    }
    await Promise.all(writers)
    await stop(recorder)
    expect(await verifyJournal(root)).toMatchObject({ ok: true, recordings: 8, unfinished: [], torn_bytes: 0 })
  })

  it('is what `audit verify` prints, with the exit code', async () => {
    const { root, path } = await recorded()
    const exitCode = process.exitCode
    const written = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
    const verb = async (...more: string[]): Promise<string> => {
      written.mockClear()
      process.exitCode = 0
      const program = new Program()
      verifyVerb(program)
      await program.parseAsync(['node', 'holdpoint', 'audit', 'verify', '--directory', root, ...more])
      return written.mock.calls.map(([text]) => text).join('')
    }
    try {
      const result = JSON.parse(await verb('--json'))
      expect(result).toMatchObject({ ok: true, records: 6, recordings: 1 })
      expect(process.exitCode).toBe(0)
      expect(await verb('--head', result.head.hash)).toContain(`head    ${result.head.hash} (record 6)`)
      expect(await verb('--head', '0'.repeat(63) + '1')).toContain('BROKEN')
      expect(process.exitCode).toBe(1)
      patch(path, 'first answer', 'First answer')
      expect(await verb()).toMatch(/BROKEN {2}recording .*\(record 3\)/)
      expect(process.exitCode).toBe(1)
      const complained = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
      expect(await verb('--directory', `${root}-mistyped`)).toBe('')
      expect(complained.mock.calls.flat().join('')).toContain('holds no journal')
      complained.mockRestore()
      expect(process.exitCode).toBe(1)
    } finally {
      written.mockRestore()
      process.exitCode = exitCode
    }
  })
})

describe('replay', () => {
  const transcribe = (_direction: string, bytes: Uint8Array) => [{ kind: 'data', text: Buffer.from(bytes).toString() }] as const

  it('gives entries and transcribed bytes on one time axis', async () => {
    const root = newRoot()
    let clock = Date.now()
    const recorder = await start(root, { now: () => clock })
    const session = { ...newSession(), openedAt: new Date(clock) }
    recorder.open(session)
    clock += 40
    const command = newCommand(session, 'DELETE FROM invoices WHERE id = 7')
    recorder.append({ session: session.id, kind: 'hold', body: { command: command.id, hold: 'h1', rule: 'writes' } })
    clock += 60_000
    recorder.append({ session: session.id, kind: 'review', body: { hold: 'h1', reviewer: 'maria', choice: 'approve' } })
    await run(recorder, command, ['DELETE 1'])
    await stop(recorder)

    const events: ReplayEvent[] = await collect(readRecording(root, session.id, transcribe))
    expect(events.map((event) => [event.at_ms, event.kind])).toEqual([[0, 'session'], [40, 'hold'], [60040, 'review'], [60040, 'permit'], [60040, 'data'], [60040, 'outcome'], [60040, 'session']])
    expect(events[4]).toEqual({ at_ms: 60040, kind: 'data', text: 'DELETE 1', command: command.id, direction: 'output' })
    expect(events[3]).toMatchObject({ command: command.id, body: { text: 'DELETE FROM invoices WHERE id = 7' } })
    expect(await sessionSummary(root, session.id)).toMatchObject({
      session: session.id, principal: { name: 'billing-bot' }, target: { name: 'orders' }, commands: 1, holds: 1, refusals: 0, output_bytes: 8, input_bytes: 0, duration_ms: 60040,
      closed_at: new Date(clock).toISOString(),
    })
  })

  it('ends with what can be read of a recording that was cut', async () => {
    const root = newRoot()
    const recorder = await start(root)
    const session = newSession()
    recorder.open(session)
    await run(recorder, newCommand(session), ['answer'])
    await stop(recorder)
    const path = (await findRecording(root, session.id))!
    const whole = await collect(readRecording(root, session.id, transcribe))
    const bytes = readFileSync(path)
    for (const size of [3, 4, 9, 100, bytes.length - 1]) {
      writeFileSync(path, bytes.subarray(0, size))
      const events = await collect(readRecording(root, session.id, transcribe))
      const last = events.pop()
      expect(events).toEqual(whole.slice(0, events.length))
      if (size !== 4) expect(last).toMatchObject({ kind: 'damaged' })
    }
    writeFileSync(path, 'not a recording at all')
    expect(await collect(readRecording(root, session.id, transcribe))).toMatchObject([{ kind: 'damaged' }])
  })

  it('says not_found for an unknown session, also one that looks like a path', async () => {
    const root = newRoot()
    await start(root)
    for (const id of ['nobody', '../journal/journal-000001', '']) {
      await expect(sessionSummary(root, id)).rejects.toMatchObject({ code: 'not_found' })
      await expect(readRecording(root, id, transcribe).next()).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  it('lists recordings page by page without missing or repeating one', async () => {
    const root = newRoot()
    const recorder = await start(root)
    const ids = Array.from({ length: 7 }, () => randomUUID())
    for (const id of ids) {
      recorder.open(newSession(id))
      recorder.close(id)
    }
    await stop(recorder)
    const seen: string[] = []
    for (;;) {
      const before = seen.at(-1)
      const page = await listRecordings(root, { limit: 3, ...(before === undefined ? {} : { before }) })
      seen.push(...page.map((recording) => recording.session))
      if (page.length < 3) break
    }
    expect(seen.toSorted()).toEqual(ids.toSorted())
  })
})
