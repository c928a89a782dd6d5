import type { FunctionClass } from '../functions.ts'

// What the target itself made of a statement: its own analysed and rewritten tree, read. The other files of this folder
// make these, facts.ts, sight.ts and the impact reader use them.

/** A column of a relation, by oid and attnum. Attnum 0 is the whole row, negative ones are system columns (ctid). */
export interface BaseColumn {
  readonly relation: number
  readonly attribute: number
}

/** How a query uses one relation. Views appear as themselves (`kind` v) and, beside that, by what they read. */
export interface ResolvedRelation {
  readonly oid: number
  /** pg_class.relkind. */
  readonly kind: string
  readonly access: 'read' | 'insert' | 'update' | 'delete' | 'merge' | 'lock'
  /** Attnums read: in the output, in conditions, anywhere. 0: the whole row. */
  readonly read: readonly number[]
  /** Attnums that the text writes to, not those that defaults fill; empty for a delete. */
  readonly written: readonly number[]
  /** Oids of the views through which it is reached, outermost first; empty: the text names it. */
  readonly via: readonly number[]
  /** False: ONLY, or the target of an INSERT, which puts rows into one table (a partitioned one hands them on: true). */
  readonly withChildren: boolean
  /** Role (oid) whose rights count there, where it is not the session's: the owner of a view. 0: the session's. */
  readonly checkedAs: number
  /** Conditions that row security, or a security barrier, added to it. */
  readonly rowSecurity: boolean
}

/**
 * A function that the statement runs, by whatever notation. Equality and order of GROUP BY, ORDER BY, DISTINCT, set operations and
 * row comparisons are `support`, and are there only where the operator did not come with the server. What COERCEVIAIO and
 * COERCETODOMAIN run stands in no tree: it belongs to the types, and those are in `userTypes`.
 */
export interface ResolvedCall {
  readonly function: number
  /** `type_io`: an input or output function that a cast runs. `constraint`: what a domain checks. `sample`: a TABLESAMPLE method. */
  readonly via: 'call' | 'operator' | 'cast' | 'aggregate' | 'window' | 'type_io' | 'constraint' | 'sample' | 'sequence' | 'support'
  /** Oid of the operator, for `operator`. */
  readonly operator?: number
}

/** Where a value comes from. `opaque` says why it may come from anywhere; then `from` is only what is known. */
export interface Origin {
  readonly from: readonly BaseColumn[]
  readonly opaque: string | null
}

export interface OutputColumn extends Origin {
  readonly name: string
  readonly type: number
  /** The one column whose stored value it is, unchanged; absent: it is made of its origins, or put together from several. */
  readonly plain?: BaseColumn
}

/** A value written to a column that is there (SELECT INTO and CREATE TABLE AS make new ones: by output). The bodies of SQL functions that are called count too. */
export interface WriteFlow extends Origin {
  readonly into: BaseColumn
}

/**
 * What of the rows goes into a function that keeps or sends it (set_config, pg_notify, lo_from_bytea, one that nobody could read).
 * Calls with constants and parameters only are not here.
 */
export interface CallFlow extends Origin {
  readonly function: number
}

/** One data-reading or data-changing query: the statement itself, a data-changing CTE in it, or what a rule made of it. */
export interface ResolvedQuery {
  readonly command: 'select' | 'insert' | 'update' | 'delete' | 'merge' | 'nothing'
  /** `text`: the statement's own query. `cte`: a data-changing WITH part, in the order they are written. `rule`: added by a rewrite rule. */
  readonly origin: 'text' | 'cte' | 'rule'
  readonly relations: readonly ResolvedRelation[]
  readonly calls: readonly ResolvedCall[]
  /** Types (oids) of casts, constants and columns that did not come with the server. */
  readonly userTypes: readonly number[]
  /** What it sends back, junk columns left out: SELECT's list or RETURNING. Null: nothing. */
  readonly output: readonly OutputColumn[] | null
  /**
   * Columns that decide which rows, how many or in what order, shown or not: WHERE, JOIN, GROUP BY, HAVING, ORDER BY, DISTINCT,
   * LIMIT, windows, sublinks, arguments of sets, and conditions of CASE and FILTER (these are in the value's origin too).
   * Left out: what a view asks of its rows by itself, and what row security adds.
   */
  readonly influence: readonly BaseColumn[]
  readonly influenceOpaque: string | null
  readonly flows: readonly WriteFlow[]
  readonly callFlows: readonly CallFlow[]
  /**
   * What decides whether it fails, beside `influence`: columns that go into arithmetic, casts that read a text, code of users and
   * all else that may be an error for some values and not for others. Absent: nothing in it is such. What a view computes by
   * itself is left out, and so is what a table asks of the rows written to it.
   */
  readonly fails?: Origin
  /** No condition of its own, or one in which no column of its rows stands; for update, delete and merge. */
  readonly boundless: boolean
  /** FOR UPDATE and its kin. */
  readonly locks: boolean
  /** Types of the parameters it uses, by number ($1 is 1). */
  readonly parameters: ReadonlyMap<number, number>
  /** What the reader does not know how to read: the reading is then not complete. */
  readonly unknown: readonly string[]
}

/** The target took the text: what it means. */
export interface Resolved {
  readonly kind: 'resolved'
  /** The statement's own query first. Empty: a utility statement, which the server does not analyse. */
  readonly queries: readonly ResolvedQuery[]
  /** sha256 (hex) of the tree without positions and plain constants: equal exactly when names, columns and functions mean the same. */
  readonly digest: string
  /** `print`: rewritten by the server. `function`: BEGIN ATOMIC, expanded here. */
  readonly by: 'print' | 'function'
  /**
   * SQL functions whose bodies could be read, by oid: those the queries call, and those these call. Facts make readings of them.
   * A user's function that is not in it is opaque.
   */
  readonly functions: ReadonlyMap<number, ExpandedFunction>
}

/** The target refuses the text as it stands: the client gets its words. */
export interface Rejected {
  readonly kind: 'rejected'
  /** Fields of its ErrorResponse by letter (protocol 3.0, section 54.8). */
  readonly fields: ReadonlyMap<string, string>
}

/** It could not be asked, or its answer not be read. */
export interface Unresolved {
  readonly kind: 'unresolved'
  readonly reason: string
}

export type Resolution = Resolved | Rejected | Unresolved

/** What the tree reader must know beyond the tree. */
export interface TreeKnowledge {
  /** PostgreSQL's major version, 14 to 18. */
  readonly major: number
  /** What a user function written in SQL does, when its body could be read; null: opaque. Built-in ones are not asked for. */
  expanded(functionOid: number): ExpandedFunction | null
  /** pg_proc facts of a function, for those that did not come with the server and those that did. */
  isBuiltin(functionOid: number): boolean
  /** What calling it may do (../functions.ts); `opaque` for one that is not known. */
  classOf(functionOid: number): FunctionClass
  /** For a generated column: the columns of its row that it is computed from (0 is the whole row); empty for any other. */
  derivedFrom(relation: number, attribute: number): readonly number[]
  /** pg_operator.oprcode, for operators that stand in a tree without their function (GROUP BY and the like, CYCLE); 0: not known. */
  functionOfOperator?(operatorOid: number): number
}

/** A SQL-language function, read: what its body reads, writes and calls. */
export interface ExpandedFunction {
  readonly queries: readonly ResolvedQuery[]
}
