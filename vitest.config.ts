import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import type { Reporter, TestModule } from 'vitest/node'

const isCi = Boolean(process.env['CI'])
const reportFile = process.env['HOLDPOINT_TEST_REPORT']
const majors = process.env['HOLDPOINT_TEST_POSTGRES_MAJORS']

const EVERYTHING = ['test/**/*.test.ts']
// Everything runs against the Postgres that comes with the package; these also against each other major version there is.
const OF_EACH_MAJOR = ['held', 'transparent', 'corners', 'psql', 'analysis', 'resolver', 'resolution', 'masking-lineage', 'impact', 'corpus'].map((name) => `test/e2e/${name}.test.ts`)

// On a developer's machine a missing psql or JDK skips its tests loudly. In CI everything is installed, so a skip there
// means a test that nobody has seen pass.
const skipsAreFailures: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')].map((test) => test.fullName))
    if (skipped.length === 0) return
    console.error(`${skipped.length} skipped, which CI counts as failed:\n  ${skipped.join('\n  ')}`)
    process.exitCode = 1
  },
}

export default defineConfig({
  test: {
    environment: 'node',
    ...(majors === undefined ? { include: EVERYTHING } : {
      projects: [
        { extends: true as const, test: { name: 'postgres-18', include: EVERYTHING } },
        ...['14', '15', '16', '17'].map((major) => ({ extends: true as const, test: { name: `postgres-${major}`, include: [...OF_EACH_MAJOR, 'test/wire/postgres-messages.test.ts'], env: { HOLDPOINT_TEST_POSTGRES: join(majors, major, 'native') } } })),
      ],
    }),
    // Processes, not threads: tests change the environment, kill children and load a native module.
    pool: 'forks',
    // Real servers share the machine with the tests; more workers only make every one of them slower.
    maxWorkers: isCi ? 2 : '50%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    allowOnly: !isCi,
    reporters: ['default', ...(isCi ? [skipsAreFailures] : []), ...(reportFile ? [['json', { outputFile: reportFile }] as ['json', { outputFile: string }]] : [])],
  },
})
