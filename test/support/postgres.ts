import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority, type ServerCertificate } from '../../src/quickstart/certificates.ts'
import { type PostgresServer, startPostgres } from '../../src/quickstart/postgres-server.ts'
import { type SeededDatabase, seedOrders } from '../../src/quickstart/seed.ts'

export interface TestPostgres extends PostgresServer {
  /** The gateway's own credential for `orders`; absent without `seed`. */
  readonly orders?: SeededDatabase
  /** The server's certificate (localhost, 127.0.0.1, ::1) and who signed it; it always speaks TLS. */
  readonly certificate: ServerCertificate
}

export interface TestPostgresOptions {
  /** Fill the `orders` database of the quickstart. */
  readonly seed?: boolean
  readonly settings?: Readonly<Record<string, string>>
  /** A Postgres installation other than the embedded one. */
  readonly binaries?: string
  readonly port?: number
}

/** A real Postgres 18 in a folder of its own, on a free port. `stop()` ends it and removes the folder. Call it once per file, in `beforeAll`. */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'holdpoint-test-'))
  const removeDirectory = (): Promise<void> => rm(directory, { recursive: true, force: true })
  let server: PostgresServer | undefined
  try {
    const certificate = await (await createAuthority('Holdpoint test CA')).issue({ commonName: 'target', dns: ['localhost'], ip: ['127.0.0.1', '::1'] })
    const running = await startPostgres({
      directory,
      port: options.port ?? 0,
      ssl: certificate,
      ...(options.binaries === undefined ? {} : { binaries: options.binaries }),
      // Nothing here outlives the test, so nothing has to survive a power cut.
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '60', ...options.settings },
    })
    server = running
    const orders = options.seed ? await seedOrders(running) : undefined
    return {
      ...running,
      certificate,
      ...(orders === undefined ? {} : { orders }),
      async stop() {
        await running.stop()
        await removeDirectory()
      },
    }
  } catch (error) {
    await server?.stop()
    await removeDirectory()
    throw error
  }
}
