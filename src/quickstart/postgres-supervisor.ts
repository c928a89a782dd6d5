import { spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'

/** What `startPostgres` hands over as the only argument, as JSON. Ids are absent when we run as an ordinary user. */
export interface SupervisorOrder {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
  readonly logFile: string
  /** Removed when the server has stopped and nobody is left to do it. */
  readonly removeWhenOrphaned: readonly string[]
}

const FAST_SHUTDOWN_MS = 15_000
const IMMEDIATE_SHUTDOWN_MS = 5_000

// A process of its own, because a server must not outlive its gateway and a gateway killed with -9 cannot say goodbye:
// the kernel closes the pipe on our standard input, and that is the signal. It leads its own session, so that a Ctrl-C
// in the terminal reaches the gateway only, which stops things in order.
function supervise(order: SupervisorOrder): void {
  const log = openSync(order.logFile, 'a', 0o600)
  const server = spawn(order.command, order.args, {
    cwd: order.cwd,
    env: { ...order.env },
    stdio: ['ignore', log, log],
    ...(order.uid === undefined || order.gid === undefined ? {} : { uid: order.uid, gid: order.gid }),
  })
  closeSync(log)

  let isOrphan = false
  let isStopping = false
  const stop = (): void => {
    if (isStopping) return
    isStopping = true
    // SIGINT is Postgres' fast shutdown, SIGQUIT the immediate one ("Shutting Down the Server", section 18.5).
    server.kill('SIGINT')
    setTimeout(() => {
      server.kill('SIGQUIT')
      setTimeout(() => server.kill('SIGKILL'), IMMEDIATE_SHUTDOWN_MS)
    }, FAST_SHUTDOWN_MS)
  }

  server.once('error', () => process.exit(1))
  server.once('spawn', () => tell({ pid: server.pid }))
  server.once('exit', (code, signal) => {
    tell({ exit: code ?? signal })
    if (isOrphan) for (const path of order.removeWhenOrphaned) rmSync(path, { recursive: true, force: true })
    process.exit(code ?? 1)
  })

  process.stdin.on('data', stop)
  process.stdin.on('end', () => {
    isOrphan = !isStopping
    stop()
  })
  process.stdin.on('error', stop)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
}

// The reader may be gone already, and that must not end us before the server has stopped.
process.stdout.on('error', () => undefined)
function tell(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

supervise(JSON.parse(process.argv[2] ?? '') as SupervisorOrder)
