import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import type { RawSecret } from './config-schema.ts'

const MAX_SECRET_BYTES = 64 * 1024
const EXEC_TIMEOUT_MS = 10_000

/**
 * Reads a secret from where the configuration says it is; one trailing newline is not part of it. Throws an `Error`
 * whose message names the source and never carries what was read, nor what a program printed.
 */
export function readSecret(source: RawSecret, pathOf: (path: string) => string): string {
  const value = withoutNewline('env' in source ? fromEnvironment(source.env) : 'file' in source ? fromFile(pathOf(source.file)) : fromProgram(source.exec))
  if (value === '') throw new Error(`${describe(source)} is empty`)
  return value
}

function fromEnvironment(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`environment variable ${name} is not set`)
  return value
}

function fromFile(path: string): string {
  try {
    if (statSync(path).size > MAX_SECRET_BYTES) throw new Error('it is larger than 64 KiB')
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`secret file ${path} cannot be read: ${reasonOf(error)}`)
  }
}

function fromProgram([program, ...rest]: readonly string[]): string {
  try {
    // No shell: what is in the list is what runs. stderr is dropped, it may repeat the secret.
    return execFileSync(program ?? '', rest, { encoding: 'utf8', timeout: EXEC_TIMEOUT_MS, maxBuffer: MAX_SECRET_BYTES, stdio: ['ignore', 'pipe', 'ignore'] })
  } catch (error) {
    const { status, code, signal } = error as { status?: number | null; code?: string; signal?: string | null }
    const why = code ?? (signal ? `ended by ${signal}` : `exit code ${status ?? 'unknown'}`)
    throw new Error(`secret program ${program ?? ''} failed: ${why}`)
  }
}

function describe(source: RawSecret): string {
  return 'env' in source ? `environment variable ${source.env}` : 'file' in source ? `secret file ${source.file}` : `output of secret program ${source.exec[0] ?? ''}`
}

function withoutNewline(value: string): string {
  return value.replace(/\r?\n$/, '')
}

/** The system's code where there is one: messages of node repeat paths and sometimes content. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  return code ?? (error instanceof Error ? error.message : 'unknown error')
}
