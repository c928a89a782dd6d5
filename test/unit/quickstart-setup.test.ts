import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const repository = fileURLToPath(new URL('../..', import.meta.url))

describe('the set-up before npm scripts', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'holdpoint-setup-'))
    await mkdir(join(root, 'src', 'store'), { recursive: true })
    for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', 'src/setup.mjs', 'src/errors.ts']) await copyFile(join(repository, file), join(root, file))
    await writeFile(join(root, 'src', 'store', 'one.sql'), 'SELECT 1;\n')
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  function setup(env: Record<string, string> = {}): Promise<{ readonly code: number; readonly said: string }> {
    return new Promise((done) => {
      execFile(process.execPath, [join(root, 'src', 'setup.mjs')], { env: { ...process.env, ...env } }, (error, out, said) => done({ code: error ? Number(error.code) : 0, said: out + said }))
    })
  }
  const installed = (): Promise<void> => symlink(join(repository, 'node_modules'), join(root, 'node_modules'))

  it('takes packages that npm ci has just installed as they are, builds once, and is silent when all is current', async () => {
    await installed()
    const first = await setup()
    expect(first).toMatchObject({ code: 0 })
    expect(first.said).toMatch(/^holdpoint set-up: built in [\d.]+ s\n$/)
    expect(await readFile(join(root, 'dist', 'errors.js'), 'utf8')).toContain('class GatewayError')
    expect(await readFile(join(root, 'dist', 'store', 'one.sql'), 'utf8')).toBe('SELECT 1;\n')
    expect(await setup()).toEqual({ code: 0, said: '' })
    expect(existsSync(join(root, '.holdpoint', 'setup.lock'))).toBe(false)
  })

  it('builds anew after a change, and what lost its source leaves dist', async () => {
    await installed()
    await writeFile(join(root, 'src', 'extra.ts'), 'export const extra = 1\n')
    await setup()
    await appendFile(join(root, 'src', 'errors.ts'), 'export const added = true\n')
    await rm(join(root, 'src', 'extra.ts'))
    expect((await setup()).said).toContain('built in')
    expect(await readFile(join(root, 'dist', 'errors.js'), 'utf8')).toContain('added = true')
    expect([existsSync(join(root, 'dist', 'extra.js')), existsSync(join(root, 'dist', 'extra.js.map'))]).toEqual([false, false])
  })

  it('stops at sources that do not compile, every time', async () => {
    await installed()
    await setup()
    await appendFile(join(root, 'src', 'errors.ts'), 'export const wrong: number = "text"\n')
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, said } = await setup()
      expect(code).toBe(1)
      expect(said).toContain('error TS2322')
      expect(said.trimEnd()).toMatch(/holdpoint set-up: the sources do not compile; the compiler’s messages are above\.$/)
    }
  })

  it('says in one sentence that the package registry cannot be reached', async () => {
    const dependency = { version: '1.0.0', resolved: 'http://127.0.0.1:9/absent-1.0.0.tgz', integrity: `sha512-${'A'.repeat(86)}==` }
    await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'offline', version: '1.0.0', dependencies: { absent: '1.0.0' } }))
    await writeFile(join(root, 'package-lock.json'), JSON.stringify({
      name: 'offline', version: '1.0.0', lockfileVersion: 3, packages: { '': { name: 'offline', version: '1.0.0', dependencies: { absent: '1.0.0' } }, 'node_modules/absent': dependency },
    }))
    const { code, said } = await setup({ npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0', npm_config_cache: join(root, 'cache') })
    expect(code).toBe(1)
    expect(said.trimEnd().split('\n').at(-1)).toBe('holdpoint set-up: the package registry cannot be reached; connect this machine to the network (or set npm’s registry and proxy) and try again.')
  })

  it('says that a checkout without a lock file is not complete', async () => {
    await rm(join(root, 'package-lock.json'))
    expect(await setup()).toEqual({ code: 1, said: 'holdpoint set-up: package-lock.json is missing or unreadable; this is not a complete checkout.\n' })
  })
})
