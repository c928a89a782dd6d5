import type { RawStatement } from '../raw.ts'

/** Statements whose run can be taken back when it changed too much. */
const GUARDED: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'delete', 'merge', 'values', 'show'])

/** They change no rows, and run inside a transaction as outside. */
const SETTINGS: ReadonlySet<string> = new Set(['VariableSetStmt', 'VariableShowStmt', 'ConstraintsSetStmt'])

/**
 * Why a ceiling cannot be held on the run of these statements; null: it can. Outside a transaction the gateway begins one
 * around them, so they must be able to run inside one and must not end it. `known`: what the names in it stand for is seen.
 */
export function whyUnenforceable(statements: readonly RawStatement[]): string | null {
  if (statements.length === 0) return 'there is no statement to guard'
  for (const statement of statements) {
    const why = whyNot(statement)
    if (why !== null) return why
  }
  return null
}

function whyNot(statement: RawStatement): string | null {
  const { action, node } = statement
  const upper = action.toUpperCase()
  if (statement.class === 'tx') return `${upper} in the text begins or ends transactions by itself`
  if (node === 'VacuumStmt') return `${upper} cannot run inside a transaction`
  if (node === 'DoStmt' || node === 'CallStmt') return `${upper} runs code that may end transactions by itself`
  if (node === 'TruncateStmt') return 'TRUNCATE does not count the rows it removes'
  if (node === 'CopyStmt') return statement.copy?.direction === 'in' ? 'the rows of COPY come behind the command' : 'rows leave while they are read'
  if (statement.class === 'ddl' || statement.class === 'dcl' || statement.class === 'utility') {
    if (action === 'explain') return statement.nested.map(whyNot).find((why) => why !== null) ?? null
    return `${upper} changes definitions or storage, not rows that are counted`
  }
  if (action === 'execute' || SETTINGS.has(node)) return null
  return GUARDED.has(action) ? null : `${upper} is not counted in rows`
}
