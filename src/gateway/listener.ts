import { createServer, type Server, type Socket } from 'node:net'
import type { Door, ProtocolAdapter } from '../protocols/adapter.ts'

export interface Listener {
  readonly host: string
  readonly port: number
  /** Stops accepting, gives open connections `graceMs` to finish, then closes them. */
  drain(graceMs: number): Promise<void>
}

export interface ListenerOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly maxConnections: number
  readonly onFault: (error: unknown) => void
}

/** One TCP listener for one adapter. A connection over the limit is closed at once, before a byte of it is read. */
export async function listen(adapter: ProtocolAdapter, door: Door, options: ListenerOptions): Promise<Listener> {
  const open = new Set<Socket>()
  const server: Server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    if (open.size >= options.maxConnections) {
      socket.destroy()
      return
    }
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    adapter.accept(socket, door).catch((error: unknown) => {
      options.onFault(error)
      socket.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP listener has an address')
  return {
    host: options.host,
    port: address.port,
    async drain(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const timer = setTimeout(() => { for (const socket of open) socket.destroy() }, graceMs)
      await closed
      clearTimeout(timer)
    },
  }
}
