#!/usr/bin/env node
// better-sqlite3 13 ends a Node 20 process without a word, so the version is looked at before anything is imported.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`holdpoint needs Node 22.19 or newer, and this is ${process.versions.node}; in a checkout, npm start brings its own.\n`)
  process.exit(1)
}
const { run } = await import('./program.ts')
process.exitCode = await run(process.argv)

export {}
