import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { accessSync, constants } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

// What every benchmark needs of the machine: programs that may be missing, one CPU for everybody, and what a process used of it.

export const run = promisify(execFile)

/** Where a program is, in PATH or in one of the folders it is known to live in; undefined where it is missing. */
export function findProgram(name: string, more: readonly string[] = []): string | undefined {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...more]) {
    if (folder === '') continue
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // Not here.
    }
  }
  return undefined
}

/**
 * Puts this process, and with it everything it starts from now on, on the CPU that is least busy just now: client,
 * relay and target share it, so that a ratio is the ratio of all the work done, and not of who waited for whom.
 * Undefined where it cannot be done.
 */
export async function pinToOneCpu(taskset: string | undefined): Promise<number | undefined> {
  if (taskset === undefined) return undefined
  const before = busyTicks()
  await delay(300)
  const after = busyTicks()
  let best: { readonly cpu: number; readonly busy: number } | undefined
  for (const [cpu, ticks] of after) {
    const busy = ticks - (before.get(cpu) ?? ticks)
    if (best === undefined || busy < best.busy) best = { cpu, busy }
  }
  if (best === undefined) return undefined
  try {
    await run(taskset, ['-acp', String(best.cpu), String(process.pid)])
    return best.cpu
  } catch {
    return undefined
  }
}

/** Moves a process, and what it starts from now on. False where that cannot be done. */
export async function pin(taskset: string, pid: number, cpu: number): Promise<boolean> {
  return run(taskset, ['-acp', String(cpu), String(pid)]).then(() => true, () => false)
}

function busyTicks(): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  try {
    for (const line of readFileSync('/proc/stat', 'utf8').split('\n')) {
      const [name = '', user, nice, system] = line.split(/\s+/)
      if (/^cpu\d+$/.test(name)) found.set(Number(name.slice(3)), Number(user) + Number(nice) + Number(system))
    }
  } catch {
    // No Linux: the caller says that nothing is pinned.
  }
  return found
}

/** Microseconds in which a process's main thread was ready and had to wait for a CPU; undefined where /proc does not tell. */
export function waitedMicroseconds(pid: number): number | undefined {
  try {
    const nanoseconds = Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1])
    return Number.isNaN(nanoseconds) ? undefined : nanoseconds / 1_000
  } catch {
    return undefined
  }
}

/** Microseconds of CPU a process has used, all its threads; undefined where /proc does not tell. */
export function cpuMicroseconds(pid: number): number | undefined {
  try {
    let nanoseconds = 0
    for (const task of readdirSync(`/proc/${pid}/task`)) nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
    if (nanoseconds > 0) return nanoseconds / 1_000
  } catch {
    // Older kernels keep no schedstat; the ticks of stat are 10 ms each.
  }
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * 10_000
  } catch {
    return undefined
  }
}

/** Kilobytes a process has resident; undefined where /proc does not tell. */
export function residentKilobytes(pid: number): number | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m)
    return line === null ? undefined : Number(line[1])
  } catch {
    return undefined
  }
}

/** Ends a process we started, by its id, and resolves when it is gone; one that does not listen within 5 s is killed. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await gone
  clearTimeout(timer)
}

/** Runs a program to its end; throws with the end of what it said on stderr when it fails. */
export async function complete(program: string, args: readonly string[], environment: Readonly<Record<string, string>>, out: 'keep' | 'drop' = 'keep'): Promise<string> {
  const child = spawn(program, args, { env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...environment }, stdio: ['ignore', out === 'keep' ? 'pipe' : 'ignore', 'pipe'] })
  let text = ''
  let errors = ''
  child.stdout?.on('data', (chunk: Buffer) => { text += chunk.toString() })
  child.stderr?.on('data', (chunk: Buffer) => { errors = (errors + chunk.toString()).slice(-2_000) })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0 || /\bERROR:/.test(errors)) throw new Error(`${program} failed: ${errors.trim()}`)
  return text
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length === 0 ? Number.NaN : sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
