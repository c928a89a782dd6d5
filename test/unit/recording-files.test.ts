import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MAGIC } from '../../src/recording/frames.ts'
import { SessionFiles } from '../../src/recording/session-files.ts'

it('goes on writing after a round that found everything written already', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-'))
  // The journal as the recordings see it: which record it has, and when it has one more.
  let head = 0
  let waits: ((arrived: boolean) => void) | undefined
  const files = new SessionFiles(
    folder,
    { sessionHighWaterBytes: 1 << 20, totalHighWaterBytes: 1 << 20, maxOpenFiles: 8, writeBehindMs: 1, retryMs: 10 },
    { has: (sequence) => sequence <= head, reaches: () => new Promise((resolve) => { waits = resolve }) },
    () => undefined,
  )
  try {
    const file = files.create('one')
    files.add(file, Buffer.from('first '), 1)
    while (waits === undefined) await new Promise((resolve) => setImmediate(resolve))
    // Queued while the round waits for the journal: it goes along, and the file stays marked although nothing is left to write.
    files.add(file, Buffer.from('second '), 2)
    head = 2
    waits(true)
    expect(await files.flushed(file)).toBe(true)
    // The round of the marked file is over once this one is written by a later one.
    await new Promise((resolve) => setTimeout(resolve, 20))
    files.add(file, Buffer.from('third'), 2)
    expect(await files.flushed(file)).toBe(true)
    expect((await readFile(join(folder, 'one'))).subarray(MAGIC.length).toString()).toBe('first second third')
  } finally {
    await files.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
