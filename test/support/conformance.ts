import { amend } from './checks.ts'
import { createWorld, type World } from './world.ts'

// The gateway and the server behind it, side by side: everything is allowed, and all the same read, asked about and recorded.

/** Allows everything there is, and still has it parsed, resolved and recorded in full. */
export const ALLOW_ALL = `
version: 1
rules:
  - id: everything
    on:
      protocol: postgres
      unknown: true
      function_classes: [pure, catalog, time, sequence, sideeffect, file, net, dynamic_sql, admin, lo, lock, guc, notify, opaque]
    decision: allow
    record: full
`

/** Databases come in pairs whose names are equally long, so that tables that show them are equally wide. */
export const THROUGH = 'through'
export const WITHOUT = 'without'
const pairOf = (name: string): readonly string[] => [`${THROUGH}_${name}`, `${WITHOUT}_${name}`]

export interface Conformance {
  readonly world: World
  /** libpq's environment for a database of this name through the gateway, and for its twin at the server itself. */
  through(name: string): Record<string, string>
  without(name: string): Record<string, string>
  stop(): Promise<void>
}

/** Every role, database and file there is to the gateway's role: what a script may do is up to the server alone. */
export async function startConformance(names: readonly string[]): Promise<Conformance> {
  const world = await createWorld({
    policy: ALLOW_ALL,
    settings: {
      max_connections: '200', max_prepared_transactions: '8', wal_level: 'logical',
      fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', log_statement: 'none',
    },
    config: { limits: { max_connections_per_principal: 64 } },
  })
  const { user, password } = world.database
  const behind = await world.behind()
  await behind.query(`ALTER ROLE ${user} SUPERUSER`)
  for (const name of names.flatMap(pairOf)) await behind.query(`CREATE DATABASE ${name} TEMPLATE template0`)
  await behind.end()
  await amend(world, (config) => {
    const targets = config['targets'] as { name: string; postgres: object }[]
    // A target each, named like its database: drivers have tests that compare the two, and some that go to `postgres`.
    const [orders] = targets
    const databases = ['postgres', ...names.map((name) => `${THROUGH}_${name}`)]
    if (orders !== undefined) for (const database of databases) targets.push({ ...orders, name: database, postgres: { ...orders.postgres, database } })
  })
  await world.start()
  return {
    world,
    through: (name) => ({ ...world.libpq(), PGDATABASE: `${THROUGH}_${name}` }),
    without: (name) => ({ PGHOST: world.target.host, PGPORT: String(world.target.port), PGDATABASE: `${WITHOUT}_${name}`, PGUSER: user, PGPASSWORD: password, PGSSLMODE: 'verify-full', PGSSLROOTCERT: world.caFile, PGOPTIONS: '-c search_path="public"' }),
    stop: () => world.stop(),
  }
}
