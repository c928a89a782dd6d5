import { defineConfig } from 'vitest/config'
import type { Reporter, TestModule } from 'vitest/node'

const isCi = Boolean(process.env['CI'])
const reportFile = process.env['HOLDPOINT_TEST_REPORT']

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
    include: ['test/**/*.test.ts'],
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
