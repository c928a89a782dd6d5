import { parentPort } from 'node:worker_threads'
import { hasSqlDetails, loadModule, parseSync } from 'libpg-query'
import { type FreeLiteral, freeLiterals } from './free-literals.ts'
import { questionsOf, type RowsQuestion } from './impact/rewrite.ts'
import type { RawStatement } from './raw.ts'
import { textsOf, writeStatement } from './statement-texts.ts'
import { listOf, treeOf } from './tree.ts'
import { TooDeep, walkParseResult } from './walk.ts'

// Runs the real grammar and reads the facts off its tree here, so that only compact facts cross the thread and a broken
// wasm instance dies with its thread. Everything but a clean answer makes the pool throw this thread away.

export interface ParseRequest {
  readonly id: number
  readonly text: string
  readonly bytes: number
  /** Whether the answer says which literals are free. */
  readonly literals: boolean
  /** How many rows it changes is asked for, and not its facts. */
  readonly counting?: true
}

/** `cpuMs`: CPU this thread has used so far. `syntax`: the grammar refused the text, at that character (from 0; -1 unknown), in these words of the server's own (null: for another reason than its syntax). `deep`: more nested than we follow. `broken`: do not use this thread again. */
export type ParseAnswer = { readonly cpuMs: number | null } & (
  | { readonly kind: 'ready' }
  | { readonly kind: 'facts'; readonly id: number; readonly statements: readonly RawStatement[]; readonly free: readonly FreeLiteral[] }
  | { readonly kind: 'questions'; readonly id: number; readonly questions: readonly (readonly RowsQuestion[])[] }
  | { readonly kind: 'syntax'; readonly id: number; readonly position: number; readonly said: string | null }
  | { readonly kind: 'deep'; readonly id: number }
  | { readonly kind: 'broken'; readonly id: number; readonly cause: string }
)

/** Beyond it the words of the grammar, which quote the text, are not worth their way. Characters. */
const MAX_SAID = 4_096

const port = parentPort
if (port === null) throw new Error('parse-worker runs as a worker thread only')

port.on('message', (request: ParseRequest) => {
  port.postMessage({ ...answer(request), cpuMs: cpuMs() } satisfies ParseAnswer)
})
await loadModule()
port.postMessage({ kind: 'ready', cpuMs: cpuMs() } satisfies ParseAnswer)

function answer({ id, text, bytes, literals, counting }: ParseRequest) {
  try {
    const result = parseSync(text)
    if (counting) return { kind: 'questions' as const, id, questions: listOf(treeOf(result)['stmts']).map((item) => questionsOf(treeOf(item)['stmt'], writeStatement)) }
    const statements = walkParseResult(result, bytes, textsOf(text, bytes))
    return { kind: 'facts' as const, id, statements, free: literals ? freeLiterals(result) : [] }
  } catch (error) {
    if (hasSqlDetails(error)) return { kind: 'syntax' as const, id, position: error.sqlDetails?.cursorPosition ?? -1, said: error.sqlDetails?.functionName === 'scanner_yyerror' && error.message.length <= MAX_SAID ? error.message : null }
    if (error instanceof TooDeep) return { kind: 'deep' as const, id }
    // The name alone: a message may quote the text.
    return { kind: 'broken' as const, id, cause: error instanceof Error ? error.name : 'unknown' }
  }
}

/** Null before Node 23.9, which cannot tell one thread's share. */
function cpuMs(): number | null {
  if (typeof process.threadCpuUsage !== 'function') return null
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
