// Runs before `npm start`, `npm test`, `npm run agent` and `npm run bench`, under whatever Node called npm: everything here
// is from Node itself and works on Node 20. It brings node_modules (with the Node 24 that the rest runs on) and dist up to
// date, and is done in a few milliseconds when they are.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const LEAST_NODE = [22, 19]
const LOCK_WAIT_MS = 15 * 60_000
const root = dirname(dirname(fileURLToPath(import.meta.url)))
class SetupProblem extends Error {}
const at = (...parts) => join(root, ...parts)

try {
  await main()
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error
  console.error(`holdpoint set-up: ${error.message}`)
  process.exitCode = 1
}

async function main() {
  if (isInstalled() && isBuilt()) return
  checkPlatform()
  const release = await takeLock()
  try {
    // Whoever held the lock before us may have done it all.
    if (!isInstalled()) await install()
    checkNode()
    if (!isBuilt()) build()
  } finally {
    release()
  }
}

function checkPlatform() {
  const bringsItsOwn = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
  if (bringsItsOwn || isRecent(process.versions.node)) return
  throw new SetupProblem(
    `Node ${LEAST_NODE.join('.')} or newer is needed and this is ${process.versions.node}; for ${process.platform}-${process.arch} none comes with the packages, so please install Node 24.`,
  )
}

/** What `npm ci` left behind is compared by content: times say nothing after a clone, a copy or a branch switch. */
function isInstalled() {
  const wanted = readJson(at('package-lock.json'))?.packages
  const found = readJson(at('node_modules', '.package-lock.json'))?.packages
  if (!wanted) throw new SetupProblem('package-lock.json is missing or unreadable; this is not a complete checkout.')
  if (!found) return false
  for (const [path, { version, integrity }] of Object.entries(found)) {
    if (wanted[path]?.version !== version || wanted[path]?.integrity !== integrity || !existsSync(at(path))) return false
  }
  const isComplete = Object.entries(wanted).every(([path, entry]) => path === '' || found[path] || mayBeAbsent(entry))
  // An optional package that npm could not install here will not come by trying again at every start.
  return isComplete || readText(at('node_modules', '.holdpoint-installed')) === digest(readText(at('package-lock.json')))
}

function mayBeAbsent({ optional, devOptional, os, cpu, libc }) {
  if (!optional && !devOptional) return false
  // What names no platform is there for the sake of an optional package that does.
  if (!os && !cpu) return true
  const fits = (names, value) => {
    const list = [names ?? []].flat()
    return list.includes(value) || (list.every((name) => name.startsWith('!')) && !list.includes(`!${value}`))
  }
  return Boolean(libc) || !fits(os, process.platform) || !fits(cpu, process.arch)
}

async function install() {
  console.error('holdpoint set-up: installing packages (once, about a minute) ...')
  const npm = process.env.npm_execpath
  const [command, ...first] = npm && /^npm-cli\.c?js$/.test(basename(npm)) ? [process.execPath, npm] : ['npm']
  // Errors only: on Node 20 npm warns of every package that wants a newer one, and gets it (see checkNode).
  // Includes in full, because NODE_ENV=production or a user's omit= would leave out what building and testing need.
  const args = [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev', '--include=optional']
  const { code, said } = await run(command, args)
  if (code !== 0) throw new SetupProblem(explainNpm(said))
  writeFileSync(at('node_modules', '.holdpoint-installed'), digest(readText(at('package-lock.json'))))
}

function explainNpm(said) {
  if (/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/.test(said)) {
    return 'the package registry cannot be reached; connect this machine to the network (or set npm’s registry and proxy) and try again.'
  }
  if (/\bEBADENGINE\b/.test(said)) return 'npm refuses this Node because engine-strict is set; use Node 24, or run again with npm_config_engine_strict=false.'
  if (/\bENOSPC\b/.test(said)) return 'the disk is full; the packages need about 600 MB.'
  if (/\b(EACCES|EPERM|EROFS)\b/.test(said)) return `the packages cannot be written to ${at('node_modules')}; check who owns that folder.`
  return '`npm ci` failed; what it said is above.'
}

/** The scripts after us run `node` from node_modules/.bin where there is one. */
function checkNode() {
  const own = at('node_modules', '.bin', 'node')
  const version = existsSync(own) ? (spawnSync(own, ['--version'], { encoding: 'utf8' }).stdout ?? '').trim().replace(/^v/, '') : process.versions.node
  if (isRecent(version)) return
  throw new SetupProblem(
    version === ''
      ? 'the Node that came with the packages does not run on this system (it needs glibc); please install Node 24.'
      : `Node ${LEAST_NODE.join('.')} or newer is needed and this is ${version}; please install Node 24.`,
  )
}

function isBuilt() {
  return readText(at('dist', '.built')) === sourceDigest() && (existsSync(at('dist', 'main.js')) || !existsSync(at('src', 'main.ts')))
}

function build() {
  const started = Date.now()
  const before = sourceDigest()
  const tsc = realpathSync(at('node_modules', '.bin', 'tsc'))
  rmSync(at('dist', '.built'), { force: true })
  const { status } = spawnSync(process.execPath, [tsc, '-p', at('tsconfig.json')], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new SetupProblem('the sources do not compile; the compiler’s messages are above.')
  copyWhatIsNotCode()
  removeLeftovers()
  writeFileSync(at('dist', '.built'), before)
  console.error(`holdpoint set-up: built in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

/** SQL, pages and styles are read at run time from where the code lies. */
function copyWhatIsNotCode() {
  for (const file of files(at('src'))) {
    if (isCode(file)) continue
    const copy = at('dist', relative(at('src'), file))
    mkdirSync(dirname(copy), { recursive: true })
    copyFileSync(file, copy)
  }
}

/** A module whose source is gone must not be found in dist by an import that should fail. */
function removeLeftovers() {
  for (const file of files(at('dist'))) {
    const path = relative(at('dist'), file)
    const source = at('src', path.replace(/\.js(\.map)?$/, '.ts'))
    if (!existsSync(source) && !existsSync(at('src', path))) rmSync(file)
  }
}

function isCode(file) {
  return ['.ts', '.mjs', '.md'].includes(extname(file))
}

/** Of names, sizes and times, not contents: it runs before every start. */
function sourceDigest() {
  const seen = [...files(at('src')), at('tsconfig.json'), at('package-lock.json')].map((file) => {
    const { size, mtimeMs } = statSync(file)
    return `${relative(root, file)}:${size}:${mtimeMs}`
  })
  return digest(seen.sort().join('\n'))
}

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* files(path)
    else if (entry.isFile()) yield path
  }
}

/** `npm start` and `npm test` at the same time on a fresh clone must not install over each other. */
async function takeLock() {
  const file = at('.holdpoint', 'setup.lock')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  for (const deadline = Date.now() + LOCK_WAIT_MS; ; await new Promise((done) => setTimeout(done, 200))) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw new SetupProblem(`nothing can be written to ${root} (${error.code}); check who owns that folder.`)
    }
    const holder = Number(readText(file))
    if (holder > 0 && !isAlive(holder)) rmSync(file, { force: true })
    if (Date.now() > deadline) throw new SetupProblem(`another set-up (process ${holder}) does not end; stop it, or remove ${file}.`)
  }
}

function run(command, args) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => {
      process.stderr.write(chunk)
      said = (said + chunk).slice(-65_536)
    })
    child.once('error', (error) => done({ code: 1, said: said + error.message }))
    child.once('close', (code) => done({ code, said }))
  })
}

function isRecent(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function readJson(file) {
  try {
    return JSON.parse(readText(file))
  } catch {
    return undefined
  }
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex')
}


