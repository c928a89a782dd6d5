import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { guardBytes } from '../../src/protocols/postgres/byte-guard.ts'
import { createParserPool, type ParserOptions, type ParserPool } from '../../src/protocols/postgres/parser.ts'
import type { RawStatement } from '../../src/protocols/postgres/raw.ts'

const pools: ParserPool[] = []
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

describe('the parser pool', () => {
  it('answers from a worker first and from its cache, without a promise, after that', async () => {
    const pool = open()
    const first = pool.parse(bytes('SELECT a FROM t'))
    expect(first).toBeInstanceOf(Promise)
    const statements = await first
    expect(statements.map((one) => one.action)).toEqual(['select'])
    expect(pool.parse(bytes('SELECT a FROM t'))).toBe(statements)
    // Other bytes, other entry, even where they mean the same.
    expect(await isCached(pool, 'SELECT a FROM t ')).toBe(false)
  })

  it('keeps texts that differ in one byte apart, short or long', async () => {
    const pool = open()
    for (const padding of [0, 5_000]) {
      const blanks = ' '.repeat(padding)
      const drop = await pool.parse(bytes(`${blanks}DROP TABLE a`))
      const other = await pool.parse(bytes(`${blanks}DROP TABLE b`))
      expect([drop[0]?.relations[0]?.name, other[0]?.relations[0]?.name]).toEqual(['a', 'b'])
      expect(pool.parse(bytes(`${blanks}DROP TABLE a`))).toBe(drop)
    }
  })

  it('drops the least recently used text when the cache is full, by entries and by bytes', async () => {
    const few = open({ cacheEntries: 2 })
    await few.parse(bytes('SELECT 1'))
    await few.parse(bytes('SELECT 2'))
    await few.parse(bytes('SELECT 1'))
    await few.parse(bytes('SELECT 3'))
    expect(await isCached(few, 'SELECT 1')).toBe(true)
    expect(await isCached(few, 'SELECT 2')).toBe(false)
    const small = open({ cacheTotalBytes: 20 })
    await small.parse(bytes('SELECT 1, 2, 3'))
    await small.parse(bytes('SELECT 4, 5, 6'))
    expect(await isCached(small, 'SELECT 1, 2, 3')).toBe(false)
    const none = open({ cacheTextBytes: 4 })
    await none.parse(bytes('SELECT 1'))
    expect(await isCached(none, 'SELECT 1')).toBe(false)
  })

  it('finds no statement in blanks and comments', async () => {
    const pool = open()
    expect(await pool.parse(bytes(''))).toEqual([])
    expect(await pool.parse(bytes(' ;; -- x\n /* y */'))).toEqual([])
  })

  it('refuses what the grammar refuses, without quoting it, and goes on with the same thread', async () => {
    const pool = open()
    const error = await refusal(pool, "SELEC 'hunter2' FROM")
    expect(error.code).toBe('not_understood')
    expect(error.message).toContain('at character 1')
    expect(error.message).not.toContain('hunter2')
    expect(error.message).not.toContain('SELEC')
    expect(await actions(pool, 'SELECT 1')).toEqual(['select'])
    expect(pool.recycled).toEqual({})
  })

  it('replaces a thread whose parser overran its stack, and answers the next text', async () => {
    const pool = open({ maxTextBytes: 2 << 20, timeBoxMs: 10_000 })
    const error = await refusal(pool, `SELECT 1${'+1'.repeat(300_000)}`)
    expect(error.code).toBe('input_limit')
    expect(await actions(pool, 'DELETE FROM t')).toEqual(['delete'])
    expect(pool.recycled).toEqual({ RangeError: 1 })
    expect(pool.healthy).toBe(true)
  }, 30_000)

  it('survives a series of such texts with right answers in between', async () => {
    const pool = open({ timeBoxMs: 10_000 })
    for (let round = 0; round < 3; round++) {
      expect((await refusal(pool, `SELECT 1${'+1'.repeat(250_000 + round)}`)).code).toBe('input_limit')
      expect(await actions(pool, `TRUNCATE t${round}`)).toEqual(['truncate'])
    }
  }, 60_000)

  it('refuses what is nested deeper than it follows, and keeps the thread', async () => {
    const pool = open({ timeBoxMs: 10_000 })
    expect((await refusal(pool, `SELECT 1${'+1'.repeat(5_000)}`)).code).toBe('input_limit')
    expect(pool.recycled).toEqual({})
    expect(await actions(pool, `SELECT 1${'+1'.repeat(1_000)}`)).toEqual(['select'])
  })

  it('ends a text that takes longer than its time box, and answers the next one', async () => {
    const pool = open({ timeBoxMs: 60 })
    const error = await refusal(pool, `INSERT INTO t VALUES ${'(1, 2, 3),'.repeat(100_000)}(1, 2, 3)`)
    expect(error.code).toBe('input_limit')
    expect(error.message).toContain('60 ms')
    expect(pool.recycled['timeout']).toBe(1)
    expect(await actions(pool, 'SELECT 1')).toEqual(['select'])
  }, 30_000)

  it('answers more texts than it has threads, each with its own facts', async () => {
    const pool = open()
    const answers = await Promise.all(Array.from({ length: 200 }, async (_, index) => pool.parse(bytes(`DELETE FROM t${index}`))))
    expect(answers.map((statements) => statements[0]?.relations[0]?.name)).toEqual(Array.from({ length: 200 }, (_, index) => `t${index}`))
  })

  it('replaces a thread after so many texts', async () => {
    const pool = open({ workers: 1, recycleAfter: 3 })
    for (let index = 0; index < 7; index++) expect(await actions(pool, `SELECT ${index}`)).toEqual(['select'])
    expect(pool.recycled).toEqual({ age: 2 })
  })

  it('refuses more waiting text than its bound', async () => {
    const pool = open({ maxQueuedBytes: 20 })
    const waiting = pool.parse(bytes('SELECT 1'))
    expect(thrown(() => pool.parse(bytes('SELECT 2, 3, 4, 5'))).code).toBe('parser_unavailable')
    await waiting
    expect(await actions(pool, 'SELECT 2, 3, 4, 5')).toEqual(['select'])
  })

  it('refuses at once while no thread can start, and recovers when one can', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'holdpoint-parser-'))
    try {
      const file = join(directory, 'worker.mjs')
      await writeFile(file, 'process.exit(1)')
      const pool = open({ workerFile: pathToFileURL(file) })
      expect((await refusal(pool, 'SELECT 1')).code).toBe('parser_unavailable')
      expect(pool.healthy).toBe(false)
      expect((await refusal(pool, 'SELECT 1')).code).toBe('parser_unavailable')
      await writeFile(file, `import ${JSON.stringify(new URL('../../src/protocols/postgres/parse-worker.ts', import.meta.url).href)}`)
      await vi.waitUntil(() => pool.healthy, { timeout: 20_000 })
      expect(await actions(pool, 'SELECT 1')).toEqual(['select'])
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }, 30_000)

  it('refuses the text whose thread dies under it, and answers the next one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'holdpoint-parser-'))
    try {
      // The real worker, which ends itself when it meets one word.
      const file = join(directory, 'worker.mjs')
      const real = new URL('../../src/protocols/postgres/parse-worker.ts', import.meta.url).href
      await writeFile(file, `import { parentPort } from 'node:worker_threads'\nparentPort.on('message', (m) => { if (m.text.includes('die')) process.exit(1) })\nawait import(${JSON.stringify(real)})`)
      const pool = open({ workerFile: pathToFileURL(file) })
      expect(await actions(pool, 'SELECT 1')).toEqual(['select'])
      expect((await refusal(pool, 'SELECT die')).code).toBe('parser_unavailable')
      expect(await actions(pool, 'SELECT 2')).toEqual(['select'])
      expect(pool.recycled).toEqual({ exit: 1 })
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }, 30_000)

  it('is healthy while a thread stands ready, and refuses everything once closed', async () => {
    const pool = open()
    await pool.parse(bytes('SELECT 1'))
    expect(pool.healthy).toBe(true)
    const waiting = Promise.resolve(pool.parse(bytes('SELECT 2')))
    const outcome = waiting.then(() => 'answered', (error: GatewayError) => error.code)
    await pool.close()
    expect(await outcome).toBe('parser_unavailable')
    expect(pool.healthy).toBe(false)
    expect(thrown(() => pool.parse(bytes('SELECT 3'))).code).toBe('parser_unavailable')
  })
})

describe('the byte guard', () => {
  const guard = (input: string | Uint8Array, max = 1 << 20): string => guardBytes(typeof input === 'string' ? bytes(input) : input, max)

  it.each([
    ['a zero byte', bytes('SELECT 1\0; DROP TABLE x'), 'not_understood'],
    ['bytes that are not UTF-8', Uint8Array.of(0x53, 0xc0, 0x27), 'not_understood'],
    ['half a character at the end', Uint8Array.of(0x27, 0xe2, 0x82), 'not_understood'],
    ['an encoded surrogate', Uint8Array.of(0xed, 0xa0, 0x80), 'not_understood'],
    ['too many brackets', bytes('('.repeat(5_001)), 'input_limit'],
    ['too many comments', bytes('/*'.repeat(1_001)), 'input_limit'],
  ])('refuses %s', (_, input, code) => {
    expect(thrown(() => guard(input)).code).toBe(code)
  })

  it('refuses a text over its size, and takes one at it', () => {
    expect(thrown(() => guard('x'.repeat(11), 10)).code).toBe('input_limit')
    expect(guard('x'.repeat(10), 10)).toHaveLength(10)
  })

  it('takes ordinary brackets and comments, and keeps a byte order mark', () => {
    expect(guard('(1)'.repeat(20_000))).toHaveLength(60_000)
    expect(guard('/* a */ '.repeat(900))).toHaveLength(7_200)
    expect(guard('\uFEFFSELECT 1')).toBe('\uFEFFSELECT 1')
  })

  it('gives back exactly what was written, or refuses it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (input) => {
        try {
          return Buffer.from(guard(input)).equals(input)
        } catch (error) {
          return error instanceof GatewayError
        }
      }),
    )
  })
})

function open(options: ParserOptions = {}): ParserPool {
  // One thread and its spare: starting more only costs the tests time.
  const pool = createParserPool({ workers: 1, ...options })
  pools.push(pool)
  return pool
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text)
}

/** Parses the text, and says whether it was known before. */
async function isCached(pool: ParserPool, text: string): Promise<boolean> {
  const answer = pool.parse(bytes(text))
  await answer
  return !(answer instanceof Promise)
}

async function actions(pool: ParserPool, text: string): Promise<string[]> {
  return [...((await pool.parse(bytes(text))) as readonly RawStatement[])].map((one) => one.action)
}

async function refusal(pool: ParserPool, text: string): Promise<GatewayError> {
  try {
    await pool.parse(bytes(text))
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('the text was accepted')
}

function thrown(work: () => unknown): GatewayError {
  try {
    work()
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
