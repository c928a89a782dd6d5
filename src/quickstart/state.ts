import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { GatewayError } from '../errors.ts'

// The package's root, from src/quickstart as well as from dist/quickstart.
export const PACKAGE_ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const holder = z.object({ token: z.string().min(1) })

const stateSchema = z.object({
  pid: z.number(),
  admin: z.object({ url: z.string(), ca_file: z.string().optional() }),
  postgres: z.object({ host: z.string(), port: z.number(), dbname: z.string(), user: z.string(), password: z.string(), sslrootcert: z.string() }),
  people: z.record(z.string(), holder),
  agents: z.record(z.string(), holder),
})

/** What a running quickstart leaves for the CLI's `--as NAME` and for `npm run agent`. Holds tokens: readable by the owner only. */
export type QuickstartState = z.output<typeof stateSchema>

/** `HOLDPOINT_STATE`, or `.holdpoint/quickstart.json` in the package's root. */
export function stateFilePath(): string {
  const given = process.env['HOLDPOINT_STATE']
  return given ? resolve(given) : join(PACKAGE_ROOT, '.holdpoint', 'quickstart.json')
}

/** Where a new quickstart leaves its state: the usual file, or one of its own while another quickstart's stands there. */
export function ownStateFilePath(): string {
  const usual = stateFilePath()
  try {
    process.kill(readState(usual).pid, 0)
  } catch (error) {
    // Nobody's, or that of a quickstart that is gone. One of another account is alive although it may not be asked.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return usual
  }
  return join(dirname(usual), `quickstart-${process.pid}.json`)
}

/** Throws `not_found` with one sentence when no quickstart has left its state there. */
export function readState(file: string = stateFilePath()): QuickstartState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new GatewayError('not_found', 'No quickstart is running here; start one in another terminal with `npm start`.', { cause: error })
  }
}

/** Whole or not at all, and never readable by others, so that whoever waits for the file can read it at once. */
export async function writePrivately(file: string, content: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Removes what `writePrivately` wrote, unless another process has put its own there since. */
export async function removeOwn(file: string, content: unknown): Promise<void> {
  const found = await readFile(file, 'utf8').catch(() => '')
  if (found === `${JSON.stringify(content, null, 2)}\n`) await rm(file, { force: true })
}
