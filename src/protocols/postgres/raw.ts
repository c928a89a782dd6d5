import type { Facts } from '../../gateway/command.ts'
import type { StatementClass } from './statements.ts'

// What the text alone says about a statement: a pure function of its bytes, so it is cached by them. Nothing here is
// resolved; names stand as written (folded and unescaped by the grammar). facts.ts places them in a catalogue.

export type RawAccess = 'select' | 'insert' | 'update' | 'delete' | 'truncate' | 'merge' | 'lock' | 'ddl'

export interface RawRelation {
  readonly catalog?: string
  readonly schema?: string
  readonly name: string
  readonly alias?: string
  readonly access: RawAccess
  /** ONLY: inheritance children are not meant. */
  readonly only: boolean
  /** CREATE names it: it need not exist. */
  readonly creates: boolean
  readonly temporary: boolean
  /** Named for writing (INSERT columns, SET targets) or, for COPY, its column list. Null: all of them. */
  readonly written: readonly string[] | null
  /** `*`, a column alias list or a NATURAL join: any of its columns may be read. */
  readonly star: boolean
}

/** `u.email` is `{qualifier: ['u'], name: 'email'}`; `u.*` has the name `*`. */
export interface RawColumn {
  readonly qualifier: readonly string[]
  readonly name: string
  /** Everywhere it stands. Errs towards `decides`, which a column that is shown by a query inside another may be too. */
  readonly places: readonly RawPlace[]
}

/** `shown`: its value goes on, to the client or into what is written. `decides`: it picks, counts, groups or orders rows. `returned`: RETURNING. */
export type RawPlace = 'shown' | 'decides' | 'returned'

export interface RawName {
  readonly schema?: string
  readonly name: string
}

export interface RawFunction extends RawName {
  readonly arguments: number
}

export interface RawSetting {
  readonly op: 'set' | 'set_local' | 'reset' | 'reset_all' | 'show'
  readonly name: string
  /** Null: DEFAULT, RESET or a value that is not a plain constant. */
  readonly value: string | null
}

/**
 * Where a statement stands: `top`, or inside another: a data-modifying CTE, the target of EXPLAIN, a PREPARE or DECLARE,
 * the query of COPY or CREATE TABLE AS, a view, a rule, a function's body, an element of CREATE SCHEMA, or (after
 * resolving) what EXECUTE or FETCH runs. `part`: a statement node that another utility statement embeds.
 */
export type Depth =
  | 'top' | 'cte' | 'explain' | 'prepare' | 'declare' | 'copy' | 'ctas' | 'view' | 'rule' | 'function_body' | 'schema' | 'part' | 'execute' | 'fetch'

export interface RawStatement {
  readonly node: string
  readonly class: StatementClass
  readonly action: string
  readonly effect: Facts['effect']
  readonly depth: Depth
  /** `later`: it only stores this for somebody else to run. */
  readonly executes: 'now' | 'later'
  /** Which statement of how many in the text; nested ones carry their top statement's. */
  readonly index: number
  readonly of: number
  /** UTF-8 bytes into the text. */
  readonly byteStart: number
  readonly byteLength: number
  /**
   * The text of just this statement, to be analysed by the target: a slice for a top statement; written anew for the query
   * of EXPLAIN, PREPARE (parameters cast to the declared types), DECLARE, COPY, CREATE TABLE AS and SELECT INTO. Null: the
   * server analyses nothing of it, it is part of the text around it, or (then `unknown` says so) it cannot be written out.
   * What is written anew may use the newest grammar's spelling, so an older server's syntax error about it is not the client's.
   * Its plain literals may be those of an earlier text of the same shape: ParserPool.exact gives those of the very text.
   */
  readonly sql: string | null
  /** The slice of a top statement whose `sql` is written anew with its long lists of VALUES made short (value-lists.ts): an error is about this one. */
  readonly whole?: string
  readonly relations: readonly RawRelation[]
  readonly columns: readonly RawColumn[]
  /** Names after a dot on an expression, `(u).email`: a column, or a function in attribute notation. */
  readonly fieldSelections: readonly string[]
  readonly star: boolean
  /** A `*` stands where its columns decide something: DISTINCT, UNION, a query inside one that filters or sorts. */
  readonly starDecides: boolean
  /** Aliases of what is not a relation: subqueries, CTE references, functions, joins. */
  readonly derived: readonly string[]
  readonly functions: readonly RawFunction[]
  readonly operators: readonly RawName[]
  readonly types: readonly RawName[]
  readonly nested: readonly RawStatement[]
  readonly unknown: readonly string[]
  readonly hasWhere: boolean
  /** The condition does not depend on the row (or is true for every row as far as its shape shows). */
  readonly whereConstantTrue: boolean
  readonly hasLimit: boolean
  readonly onConflict: 'none' | 'nothing' | 'update'
  readonly returning: boolean
  /** Strengths of FOR UPDATE and its kin, weakest name kept as written: `update`, `no_key_update`, `share`, `key_share`. */
  readonly locking: readonly string[]
  readonly currentOf: string | null
  /** Highest $n. */
  readonly parameters: number
  /** Name of the prepared statement or cursor; null in `reference` stands for ALL. */
  readonly reference?: { readonly name: string | null; readonly hold: boolean }
  readonly settings: readonly RawSetting[]
  readonly transaction?: { readonly op: string; readonly name: string | null; readonly chain: boolean; readonly options: readonly string[] }
  readonly copy?: {
    readonly direction: 'in' | 'out'
    readonly channel: 'client' | 'file' | 'program'
    readonly format: string
    readonly options: Readonly<Record<string, string>>
    readonly path: string | null
    readonly query: boolean
  }
  readonly explainAnalyze: boolean
  readonly channel: string | null
  readonly lockMode: number | null
  readonly roles: readonly string[]
  readonly object: { readonly type: string; readonly names: readonly string[]; readonly cascade: boolean }
  readonly language: string | null
}
