import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { GENESIS, journalFolder, lineHash } from '../../src/recording/files.ts'
import { type Journal, type JournalOptions, openJournal } from '../../src/recording/journal.ts'
import { verifyJournal } from '../../src/recording/verify.ts'

const roots: string[] = []
const journals = new Set<Journal>()

afterEach(async () => {
  for (const journal of journals) await journal.stop()
  journals.clear()
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

function newRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'holdpoint-journal-'))
  roots.push(root)
  return root
}

async function start(root: string, more: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = await openJournal({ folder: journalFolder(root), ...more })
  journals.add(journal)
  return journal
}

async function stop(journal: Journal): Promise<void> {
  journals.delete(journal)
  await journal.stop()
}

/** A stopped journal with `count` records in it. */
async function filled(count: number, more: Partial<JournalOptions> = {}): Promise<{ root: string; file: string }> {
  const root = newRoot()
  const journal = await start(root, more)
  for (let n = 1; n <= count; n++) {
    await journal.durable(journal.append({ session: 's1', kind: 'command', body: { command: `c${n}`, text: `SELECT ${n}` } }).sequence)
  }
  await stop(journal)
  return { root, file: join(journalFolder(root), 'journal-000001.ndjson') }
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1)
}

function rewrite(file: string, change: (lines: string[]) => string[]): void {
  writeFileSync(file, change(linesOf(file)).map((line) => `${line}\n`).join(''))
}

describe('the chain', () => {
  it('starts at the genesis hash and ties each line to the bytes of the one before', async () => {
    const { file } = await filled(3, { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) })
    const lines = linesOf(file)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toBe(`{"seq":1,"at":"2026-01-02T03:04:05.006Z","session":"s1","kind":"command","body":{"command":"c1","text":"SELECT 1"},"prev":"${GENESIS}"}`)
    expect(JSON.parse(lines[2]!).prev).toBe(lineHash(Buffer.from(lines[1]!)))
  })

  it('hashes what is on disk also for text outside ASCII and lone surrogates', async () => {
    const root = newRoot()
    const journal = await start(root)
    for (const text of ['Zoë 日本 🦀', '\ud800 alone', 'line\nbreak\u2028']) await journal.durable(journal.append({ session: 's', kind: 'command', body: { text } }).sequence)
    expect(await verifyJournal(root)).toMatchObject({ ok: true, records: 3 })
  })

  it('goes on across a restart and across files', async () => {
    const { root } = await filled(20, { rotateBytes: 1000 })
    const journal = await start(root, { rotateBytes: 1000 })
    expect(journal.append({ session: 's2', kind: 'command', body: { n: 21 } }).sequence).toBe(21)
    await stop(journal)
    const files = readdirSync(journalFolder(root)).filter((name) => name.endsWith('.ndjson'))
    expect(files.length).toBeGreaterThan(3)
    for (const name of files) expect(statSync(join(journalFolder(root), name)).size).toBeLessThanOrEqual(1000)
    expect(await verifyJournal(root)).toMatchObject({ ok: true, records: 21 })
  })

  it('goes on when a crash left the next file empty', async () => {
    const { root } = await filled(3)
    writeFileSync(join(journalFolder(root), 'journal-000002.ndjson'), '')
    const journal = await start(root)
    await journal.durable(journal.append({ session: 's', kind: 'command', body: {} }).sequence)
    expect(linesOf(join(journalFolder(root), 'journal-000002.ndjson'))).toHaveLength(1)
    expect(await verifyJournal(root)).toMatchObject({ ok: true, records: 4 })
  })

  it('resolves durable() only when the line is in the file, for every one of many callers', async () => {
    const root = newRoot()
    const journal = await start(root)
    const file = join(journalFolder(root), 'journal-000001.ndjson')
    await Promise.all(
      Array.from({ length: 16 }, async (_, caller) => {
        for (let n = 0; n < 20; n++) {
          const { sequence, line } = journal.append({ session: `s${caller}`, kind: 'permit', body: { n } })
          await journal.durable(sequence)
          expect(linesOf(file)[sequence - 1]).toBe(line)
        }
      }),
    )
    expect(journal.head.sequence).toBe(320)
  })

  it('writes behind what nobody waits for', async () => {
    const root = newRoot()
    const journal = await start(root)
    journal.append({ session: 's', kind: 'command', body: {} })
    await expect.poll(() => journal.head.sequence, { interval: 1 }).toBe(1)
    expect(linesOf(join(journalFolder(root), 'journal-000001.ndjson'))).toHaveLength(1)
  })

  it('keeps what was taken when it stops', async () => {
    const root = newRoot()
    const journal = await start(root)
    for (let n = 0; n < 1000; n++) journal.append({ session: 's', kind: 'command', body: { n } })
    await stop(journal)
    expect(await verifyJournal(root)).toMatchObject({ ok: true, records: 1000 })
    expect(() => journal.append({ session: 's', kind: 'command', body: {} })).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
  })
})

describe('bounds', () => {
  it('refuses more unwritten bytes than it may hold, takes nothing of the refused, and takes again once written', async () => {
    const journal = await start(newRoot(), { maxBufferBytes: 20_000 })
    let taken = 0
    const fill = () => { for (;;) { journal.append({ session: 's', kind: 'command', body: { pad: 'x'.repeat(500) } }); taken++ } }
    expect(fill).toThrow(expect.objectContaining({ code: 'recording_unavailable' }))
    expect(journal.bufferedBytes).toBeLessThan(21_000)
    await journal.durable(taken)
    expect(journal.append({ session: 's', kind: 'command', body: {} }).sequence).toBe(taken + 1)
  })

  it('refuses an entry over the limit and one that is not an object, without taking a place', async () => {
    const journal = await start(newRoot(), { maxEntryBytes: 1000 })
    expect(() => journal.append({ session: 's', kind: 'command', body: { text: 'ü'.repeat(450) } })).toThrow(expect.objectContaining({ code: 'input_limit' }))
    expect(() => journal.append({ session: 's', kind: 'command', body: [] as never })).toThrow(TypeError)
    expect(journal.append({ session: 's', kind: 'command', body: {} }).sequence).toBe(1)
  })

  it('refuses to wait for a record that was never appended', async () => {
    const journal = await start(newRoot())
    await expect(journal.durable(7)).rejects.toThrow(RangeError)
  })
})

describe('the lock', () => {
  it('lets one writer in at a time, and the next one once it is gone', async () => {
    const root = newRoot()
    const first = await start(root)
    await expect(openJournal({ folder: journalFolder(root) })).rejects.toMatchObject({ code: 'recording_unavailable', message: expect.stringContaining('another process') })
    const script = `import { openJournal } from ${JSON.stringify(join(import.meta.dirname, '../../src/recording/journal.ts'))}
      await openJournal({ folder: ${JSON.stringify(journalFolder(root))} }).then(() => console.log('in'), (e) => console.log(e.code))`
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim()).toBe('recording_unavailable')
    await stop(first)
    await start(root)
  })
})

describe('at start', () => {
  it('cuts a torn last line, says so in the chain, and goes on', async () => {
    const { root, file } = await filled(3)
    appendFileSync(file, '{"seq":4,"at":"2026-')
    const journal = await start(root)
    expect(journal.head.sequence).toBe(4)
    const cut = JSON.parse(linesOf(file)[3]!)
    expect(cut).toMatchObject({ seq: 4, kind: 'gateway', body: { event: 'journal_tail_cut', bytes: 20, sha256: lineHash(Buffer.from('{"seq":4,"at":"2026-')) } })
    expect(await verifyJournal(root)).toMatchObject({ ok: true, records: 4, torn_bytes: 0 })
  })

  it('refuses a chain that is broken before its end, and says where', async () => {
    const { root, file } = await filled(5)
    rewrite(file, (lines) => lines.map((line, at) => (at === 2 ? line.replace('SELECT 3', 'SELECT 9') : line)))
    await expect(start(root)).rejects.toMatchObject({ code: 'recording_unavailable', message: expect.stringContaining('journal-000001.ndjson line 4') })
  })

  it('refuses a last file that does not continue the one before, and a file that is missing', async () => {
    const { root } = await filled(30, { rotateBytes: 1000 })
    const folder = journalFolder(root)
    rewrite(join(folder, 'journal-000001.ndjson'), (lines) => lines)
    const before = readdirSync(folder).filter((name) => name.endsWith('.ndjson')).at(-2)!
    const kept = readFileSync(join(folder, before))
    rewrite(join(folder, before), (lines) => lines.slice(0, -1))
    await expect(start(root)).rejects.toMatchObject({ code: 'recording_unavailable' })
    writeFileSync(join(folder, before), kept)
    rmSync(join(folder, 'journal-000002.ndjson'))
    await expect(start(root)).rejects.toMatchObject({ message: expect.stringContaining('journal-000002.ndjson') })
  })
})

describe('verification', () => {
  it('accepts an untouched journal and an empty folder', async () => {
    const { root } = await filled(10)
    const result = await verifyJournal(root)
    expect(result).toMatchObject({ ok: true, records: 10, head: { sequence: 10 } })
    expect(await verifyJournal(root, { noted: result.head.hash })).toMatchObject({ ok: true })
    expect(await verifyJournal(newRoot())).toMatchObject({ ok: true, records: 0, head: { sequence: 0, hash: GENESIS } })
  })

  const edits: readonly (readonly [string, (lines: string[]) => string[], { line: number; seq: number; why?: RegExp }])[] = [
    ['an edited body', (l) => l.with(4, l[4]!.replace('SELECT 5', 'SELECT 6')), { line: 5, seq: 5, why: /changed/ }],
    ['an edited time', (l) => l.with(4, l[4]!.replace(/"at":"..../, '"at":"1999')), { line: 5, seq: 5, why: /changed/ }],
    ['an edited prev', (l) => l.with(4, l[4]!.replace(/"prev":"./, '"prev":"x')), { line: 5, seq: 5, why: /changed/ }],
    ['an added blank', (l) => l.with(4, l[4]!.replace('{"seq"', '{ "seq"')), { line: 5, seq: 5, why: /changed/ }],
    ['a removed line', (l) => l.toSpliced(4, 1), { line: 5, seq: 5, why: /missing/ }],
    ['a removed first line', (l) => l.slice(1), { line: 1, seq: 1, why: /missing/ }],
    ['two lines swapped', (l) => l.with(4, l[5]!).with(5, l[4]!), { line: 5, seq: 5, why: /missing/ }],
    ['a line twice', (l) => l.toSpliced(5, 0, l[4]!), { line: 6, seq: 5, why: /second time/ }],
    ['a line that is no record', (l) => l.with(4, '{"nothing":1}'), { line: 5, seq: 5, why: /not a record/ }],
    ['an empty line', (l) => l.toSpliced(4, 0, ''), { line: 5, seq: 5, why: /not a record/ }],
  ]
  for (const [name, change, expected] of edits) {
    it(`names the first bad record: ${name}`, async () => {
      const { root, file } = await filled(10)
      rewrite(file, change)
      const { ok, bad } = await verifyJournal(root)
      expect(ok).toBe(false)
      expect(bad).toMatchObject({ file: 'journal-000001.ndjson', line: expected.line, seq: expected.seq, why: expect.stringMatching(expected.why ?? /./) })
    })
  }

  it('finds an edit of the last line, a cut tail and a chain written anew only by a noted head', async () => {
    const { root, file } = await filled(10)
    const { head } = await verifyJournal(root)
    const kept = readFileSync(file)

    rewrite(file, (lines) => lines.slice(0, 8))
    expect(await verifyJournal(root)).toMatchObject({ ok: true, records: 8 })
    expect(await verifyJournal(root, { noted: head.hash })).toMatchObject({ ok: false, bad: { seq: 9, why: expect.stringContaining('noted head') } })

    writeFileSync(file, kept)
    rewrite(file, (lines) => lines.with(9, lines[9]!.replace('SELECT 10', 'SELECT 11')))
    expect(await verifyJournal(root)).toMatchObject({ ok: true })
    expect(await verifyJournal(root, { noted: head.hash })).toMatchObject({ ok: false })
  })

  it('accepts a noted head that the chain has long continued', async () => {
    const { root } = await filled(10)
    const { head } = await verifyJournal(root)
    const journal = await start(root)
    await journal.durable(journal.append({ session: 's', kind: 'command', body: {} }).sequence)
    expect(await verifyJournal(root, { noted: head.hash })).toMatchObject({ ok: true, records: 11 })
  })

  it('finds a missing file and a file cut between two lines', async () => {
    const { root } = await filled(30, { rotateBytes: 1000 })
    const second = join(journalFolder(root), 'journal-000002.ndjson')
    const kept = readFileSync(second)
    rewrite(second, (lines) => lines.slice(0, -1))
    expect(await verifyJournal(root)).toMatchObject({ ok: false, bad: { file: 'journal-000003.ndjson', line: 1, why: expect.stringContaining('missing') } })
    rmSync(second)
    expect(await verifyJournal(root)).toMatchObject({ ok: false, bad: { file: 'journal-000002.ndjson' } })
    writeFileSync(second, kept)
    expect(await verifyJournal(root)).toMatchObject({ ok: true, records: 30 })
  })

  it('reports an unfinished last line without calling it tampering', async () => {
    const { root, file } = await filled(5)
    truncateSync(file, statSync(file).size - 10)
    const result = await verifyJournal(root)
    expect(result).toMatchObject({ ok: true, records: 4 })
    expect(result.torn_bytes).toBeGreaterThan(50)
  })
})
