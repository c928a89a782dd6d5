import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import { journalFolder } from '../../src/recording/files.ts'
import { openJournal } from '../../src/recording/journal.ts'
import { createRecorder } from '../../src/recording/recorder.ts'
import { verifyJournal } from '../../src/recording/verify.ts'

const cleanUp: (() => void)[] = []

afterEach(() => {
  for (const step of cleanUp.splice(0).reverse()) step()
})

function newRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'holdpoint-crash-'))
  cleanUp.push(() => rmSync(root, { recursive: true, force: true }))
  return root
}

/** Runs the child until it has acknowledged `acknowledgements` records, kills it with SIGKILL and returns all it acknowledged. */
async function runAndKill(root: string, callers: number, acknowledgements: number): Promise<Map<number, string>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'journal-child.ts'), root, String(callers)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (text) => { complaint += text })
  const gone = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_code, signal) => resolve(signal)))
  const acknowledged = new Map<number, string>()
  for await (const line of createInterface({ input: child.stdout })) {
    const [sequence, token] = line.split(' ')
    acknowledged.set(Number(sequence), token!)
    if (acknowledged.size === acknowledgements) child.kill('SIGKILL')
  }
  expect(await gone, complaint).toBe('SIGKILL')
  return acknowledged
}

function tokensOf(root: string): Map<number, unknown> {
  const folder = journalFolder(root)
  const names = readdirSync(folder).filter((name) => name.endsWith('.ndjson')).sort()
  const lines = names.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
  return new Map(lines.map((line) => JSON.parse(line)).map((record) => [record.seq, record.body.token]))
}

describe('kill -9', () => {
  it('loses no acknowledged record, at whatever point it strikes, and the chain goes on after each', { timeout: 120_000 }, async () => {
    const root = newRoot()
    const acknowledged = new Map<number, string>()
    for (let round = 0; round < 8; round++) {
      const callers = round % 2 === 0 ? 1 : 16
      // Not the same point each time; the exact byte at which the kill strikes is the scheduler's choice.
      const count = 1 + Math.floor(Math.random() * 400)
      for (const [sequence, token] of await runAndKill(root, callers, count)) {
        expect(acknowledged.has(sequence), `record ${sequence} was given out twice`).toBe(false)
        acknowledged.set(sequence, token)
      }
      // A line cut in the middle, as a power cut leaves it: the next start cuts it off.
      if (round % 3 === 0) {
        const folder = journalFolder(root)
        appendFileSync(join(folder, readdirSync(folder).filter((name) => name.endsWith('.ndjson')).sort().at(-1)!), '{"seq":')
      }
      const result = await verifyJournal(root)
      expect(result, JSON.stringify(result)).toMatchObject({ ok: true })
      const tokens = tokensOf(root)
      for (const [sequence, token] of acknowledged) expect(tokens.get(sequence), `record ${sequence}`).toBe(token)
    }
    const journal = await openJournal({ folder: journalFolder(root) })
    await journal.stop()
    expect(await verifyJournal(root)).toMatchObject({ ok: true, torn_bytes: 0 })
  })
})

/** Mounts a real file system of that size, or returns undefined where mounting is not permitted. */
function smallDisk(size: string): string | undefined {
  const folder = newRoot()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch {
    return undefined
  }
  cleanUp.push(() => { execFileSync('umount', [folder]) })
  return folder
}

function canMount(): boolean {
  const disk = smallDisk('64k')
  for (const step of cleanUp.splice(0).reverse()) step()
  if (disk === undefined) {
    if (process.env['CI'] === 'true') throw new Error('the disk-full tests need the right to mount a tmpfs')
    console.warn('SKIPPED: the disk-full tests need the right to mount a tmpfs (run as root)')
  }
  return disk !== undefined
}

/** Takes every free byte of the disk with one file, which the caller removes to free it. */
function fill(disk: string): string {
  const ballast = join(disk, 'ballast')
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(ballast, Buffer.alloc(bavail * bsize))
  expect(statfsSync(disk).bavail).toBe(0)
  return ballast
}

describe.skipIf(!canMount())('a full disk', () => {
  const unavailable = expect.objectContaining({ code: 'recording_unavailable' })

  it('refuses visibly, keeps what it took, recovers by itself, and the chain says what was late', { timeout: 30_000 }, async () => {
    const disk = smallDisk('256k')!
    const health: string[] = []
    const journal = await openJournal({ folder: journalFolder(disk), retryMs: 10, onHealth: (healthy, why) => health.push(`${healthy} ${why}`) })
    cleanUp.push(() => void journal.stop().catch(() => {}))
    const pad = 'x'.repeat(1500)
    for (let n = 0; n < 5; n++) await journal.durable(journal.append({ session: 's', kind: 'permit', body: { n, pad } }).sequence)
    const before = journal.head.sequence
    const ballast = fill(disk)

    // Several at once, so that some wait for the write that fails and some for the one after it.
    const late: number[] = []
    const waits: Promise<unknown>[] = []
    for (let n = 0; n < 10; n++) {
      const { sequence } = journal.append({ session: 's', kind: 'permit', body: { n, pad } })
      late.push(sequence)
      waits.push(journal.durable(sequence).then(() => 'durable', (error) => error.code))
    }
    // A page that is partly used may still take the first bytes of them; no line of the batch counts before all of it is there.
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['recording_unavailable']))
    expect(journal.healthy).toBe(false)
    expect(journal.head.sequence).toBe(before)
    expect(() => journal.append({ session: 's', kind: 'permit', body: {} })).toThrow(unavailable)
    await expect(journal.durable(late[0]!)).rejects.toEqual(unavailable)
    const outcome = journal.append({ session: 's', kind: 'outcome', body: { command: 'ran before' } }).sequence

    rmSync(ballast)
    await expect.poll(() => journal.healthy, { interval: 2, timeout: 10_000 }).toBe(true)
    const after = journal.append({ session: 's', kind: 'permit', body: { after: true } }).sequence
    await journal.durable(after)
    await journal.stop()

    expect(health).toEqual(['false ENOSPC', 'true the journal is written again'])
    expect(await verifyJournal(disk)).toMatchObject({ ok: true, records: after })
    const lines = readFileSync(join(journalFolder(disk), 'journal-000001.ndjson'), 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line))
    expect(lines.find((line) => line.kind === 'gateway')).toMatchObject({
      seq: outcome + 1,
      body: { event: 'recording_recovered', part: 'journal', cause: 'ENOSPC', late_from: before + 1, late_to: outcome },
    })
  })

  it('stops with an error that counts what it could not write, and the next start goes on from what it acknowledged', { timeout: 30_000 }, async () => {
    const disk = smallDisk('256k')!
    const journal = await openJournal({ folder: journalFolder(disk), retryMs: 10 })
    const pad = 'x'.repeat(8000)
    await journal.durable(journal.append({ session: 's', kind: 'permit', body: { pad } }).sequence)
    const ballast = fill(disk)
    const { sequence } = journal.append({ session: 's', kind: 'permit', body: { pad } })
    await expect(journal.durable(sequence)).rejects.toEqual(unavailable)
    await expect(journal.stop()).rejects.toMatchObject({ code: 'recording_unavailable', message: expect.stringContaining('1 record') })
    rmSync(ballast)
    const next = await openJournal({ folder: journalFolder(disk) })
    await next.durable(next.append({ session: 's', kind: 'permit', body: {} }).sequence)
    await next.stop()
    expect(await verifyJournal(disk)).toMatchObject({ ok: true })
  })

  it('is a refusal for the whole recorder, with recordings that are complete once there is room', { timeout: 30_000 }, async () => {
    const disk = smallDisk('512k')!
    mkdirSync(join(disk, 'data'))
    const recorder = await createRecorder({ directory: join(disk, 'data'), maskText: (text) => text, limits: { retryMs: 10, sessionHighWaterBytes: 16 * 1024 } })
    cleanUp.push(() => void recorder.stop().catch(() => {}))
    const principal = { id: 'p', name: 'p', kind: 'agent', issuer: 'i', subject: 'p', groups: [], claims: {}, expiresAt: new Date() } as const
    const session = { id: 's1', principal, target: { name: 't', protocol: 'p', labels: {} }, openedAt: new Date(), ended: new AbortController().signal, claimed: {}, peer: '' }
    recorder.open(session)
    await recorder.durable(recorder.append({ session: 's1', kind: 'permit', body: { command: 'c1' } }))
    await expect.poll(() => recorder.stats().recordings_unwritten_bytes, { interval: 1 }).toBe(0)
    const ballast = fill(disk)

    // The command runs; its answer meets the full disk. Its reader is made to wait, not to drop.
    const command = { id: 'c1', session } as never
    let wait: void | Promise<void>
    for (let n = 0; n < 8; n++) wait = recorder.tap(command, 'output', Buffer.alloc(8 * 1024, n))
    expect(wait!).toBeInstanceOf(Promise)
    await expect.poll(() => recorder.healthy, { interval: 1 }).toBe(false)
    expect(() => recorder.append({ session: 's1', kind: 'permit', body: {} })).toThrow(unavailable)
    expect(() => recorder.open({ ...session, id: 's2' })).toThrow(unavailable)
    recorder.append({ session: 's1', kind: 'outcome', body: { command: 'c1' } })

    rmSync(ballast)
    await wait!
    await expect.poll(() => recorder.healthy, { interval: 2, timeout: 10_000 }).toBe(true)
    recorder.close('s1')
    await recorder.stop()
    expect(await verifyJournal(join(disk, 'data'))).toMatchObject({ ok: true, recordings: 1, unfinished: [], bad_recordings: [] })
  })
})

/** A disk that hangs: a real ext4 whose writes the kernel stops until thawed. Undefined where that is not permitted. */
function freezableDisk(): { folder: string; freeze(): void; thaw(): void } | undefined {
  const root = newRoot()
  const [image, folder] = [join(root, 'image'), join(root, 'disk')]
  mkdirSync(folder)
  writeFileSync(image, Buffer.alloc(8 * 1024 * 1024))
  try {
    execFileSync('mkfs.ext4', ['-q', image], { stdio: 'pipe' })
    execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'pipe' })
  } catch {
    return undefined
  }
  cleanUp.push(() => { execFileSync('umount', [folder]) })
  let frozen = false
  const thaw = () => {
    if (frozen) execFileSync('fsfreeze', ['-u', folder])
    frozen = false
  }
  cleanUp.push(thaw)
  return { folder, thaw, freeze: () => { execFileSync('fsfreeze', ['-f', folder], { stdio: 'pipe' }); frozen = true } }
}

function canFreeze(): boolean {
  let can = false
  try {
    const disk = freezableDisk()
    disk?.freeze()
    can = disk !== undefined
  } catch {
    // Answered below.
  }
  for (const step of cleanUp.splice(0).reverse()) step()
  if (!can) console.warn('SKIPPED: the hanging-disk test needs loop mounts and fsfreeze (run as root)')
  return can
}

describe.skipIf(!canFreeze())('a disk that hangs', () => {
  it('is reported to those who wait within the bound, and what they waited for is written once it answers', { timeout: 30_000 }, async () => {
    const disk = freezableDisk()!
    const journal = await openJournal({ folder: journalFolder(disk.folder), stallAfterMs: 100 })
    await journal.durable(journal.append({ session: 's', kind: 'permit', body: {} }).sequence)
    disk.freeze()
    const { sequence } = journal.append({ session: 's', kind: 'permit', body: { waits: true } })
    const first = journal.durable(sequence)
    await expect(first).rejects.toMatchObject({ code: 'recording_unavailable', message: expect.stringContaining('does not answer') })
    expect(journal.healthy).toBe(false)
    expect(() => journal.append({ session: 's', kind: 'permit', body: {} })).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
    expect(journal.head.sequence).toBe(1)
    disk.thaw()
    await expect.poll(() => journal.healthy, { interval: 2, timeout: 10_000 }).toBe(true)
    await journal.stop()
    expect(await verifyJournal(disk.folder)).toMatchObject({ ok: true, records: 3 })
  })
})
