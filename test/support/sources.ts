import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

// The source files as text, and what they import. A careful pattern, not a parser: an import statement begins a line (or follows
// `;` or `}`), names its module in quotes, and holds no quote, backquote or semicolon before `from`. Whatever imports in any other
// way (a computed import(), require, process.getBuiltinModule) is reported as `opaque`, and a test refuses that.

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export interface Import {
  /** `node:net`, `pg-protocol`, or the path of our own file below src (`policy/verdict.ts`). */
  readonly module: string
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean
  /** Names taken by value; `*` for a namespace, a default or a side effect. */
  readonly names: readonly string[]
}

export interface Source {
  /** Below src, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  readonly opaque: readonly string[]
}

export function readSources(): readonly Source[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(ts|mjs|js|cjs|mts|cts)$/.test(path))
    .sort()
    .map((path) => sourceOf(path, readFileSync(join(ROOT, 'src', path), 'utf8')))
}

export function sourceOf(path: string, text: string): Source {
  return { path, text, imports: importsOf(path, text), opaque: opaqueImports(text) }
}

function importsOf(path: string, text: string): readonly Import[] {
  const found: Import[] = []
  const add = (module: string, typeOnly: boolean, names: readonly string[]): void => {
    found.push({ module: module.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), module)) : module.replace(/^(net|tls|http|https|http2|dgram|dns|child_process|module|worker_threads|vm)$/, 'node:$1'), typeOnly, names: typeOnly ? [] : names })
  }
  for (const [, clause = '', module = ''] of text.matchAll(/(?:^|[;}])[ \t]*(?:import|export)\b([^'"`;]*?)\bfrom\s*['"]([^'"\n]+)['"]/gm)) {
    const isType = /^\s*type\b(?!\s*,|\s+from)/.test(clause)
    const specifiers = (/\{([^}]*)\}/.exec(clause)?.[1] ?? '').split(',').map((one) => one.trim()).filter((one) => one !== '')
    const values = specifiers.filter((one) => !one.startsWith('type ')).map((one) => (one.split(/\s+as\s+/)[0] as string).trim())
    const whole = clause.replace(/\{[^}]*\}/, '').replace(/[,\s]/g, '') !== '' || specifiers.length === 0
    const names = [...values, ...(whole && !isType ? ['*'] : [])]
    add(module, isType || names.length === 0, names)
  }
  for (const [, module = ''] of text.matchAll(/(?:^|[;}])[ \t]*import\s*['"]([^'"\n]+)['"]/gm)) add(module, false, ['*'])
  for (const [, module = ''] of text.matchAll(/\bimport\s*\(\s*['"]([^'"\n]+)['"]/g)) add(module, false, ['*'])
  return found
}

/** `import()` of something computed, and every other way to a module that an import statement would have shown. */
function opaqueImports(text: string): readonly string[] {
  const code = text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  return [...code.matchAll(/\bimport\s*\(\s*(?!['"])[^)]*\)?|\brequire\s*\(|\bcreateRequire\b|\bgetBuiltinModule\b|\bprocess\.binding\b|\beval\s*\(|\bnew Function\b/g)].map((match) => match[0])
}
