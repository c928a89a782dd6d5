import { hasSqlDetails, parseSync } from 'libpg-query'
import { Deparser } from 'pgsql-deparser'
import { listOf, nodeName, stringsOf, treeOf, type Tree } from './tree.ts'

// The texts of single statements, for the target to analyse: a slice for one that stands by itself, written anew from the
// grammar's tree for one inside another. What is written anew is parsed again and must be the same tree, or it is not used.

/** What the server analyses when it is sent alone. */
export const ANALYSED: ReadonlySet<string> = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

export interface StatementTexts {
  /** The statement at these UTF-8 bytes of the text, as it stands there. */
  slice(byteStart: number, byteLength: number): string
  /** A statement node (with its wrapper) as text. Null: it cannot be written so that the grammar reads the same tree. */
  write(wrapped: unknown): string | null
}

export function textsOf(text: string, bytes: number): StatementTexts {
  // Offsets count bytes: a text of one byte per character is cut as it is, another one is encoded once.
  let encoded: Buffer | undefined
  return {
    slice(byteStart, byteLength) {
      if (text.length === bytes) return text.slice(byteStart, byteStart + byteLength)
      encoded ??= Buffer.from(text)
      return encoded.toString('utf8', byteStart, byteStart + byteLength)
    },
    write: writeStatement,
  }
}

/** See StatementTexts.write. Throws what the grammar throws for reasons other than syntax: the wasm instance is then broken. */
export function writeStatement(wrapped: unknown): string | null {
  let text: string
  try {
    text = Deparser.deparse(wrapped as Parameters<typeof Deparser.deparse>[0], { pretty: false })
  } catch {
    // A node it does not know, or a tree deeper than its recursion.
    return null
  }
  try {
    const statements = listOf(treeOf(parseSync(text))['stmts'])
    return statements.length === 1 && isSameTree(treeOf(statements[0])['stmt'], wrapped) ? text : null
  } catch (error) {
    if (hasSqlDetails(error)) return null
    throw error
  }
}

/**
 * The query of a PREPARE, its parameters cast to the types that were declared: sent alone, `$1::int` makes a parameter of
 * type int just as `PREPARE p(int)` does. A length (`varchar(3)`) is dropped, as PREPARE drops it.
 */
export function withDeclaredTypes(query: unknown, types: unknown): unknown {
  const declared = listOf(types).map((type) => treeOf(treeOf(type)['TypeName']))
  if (declared.length === 0) return query
  const cast = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(cast)
    if (typeof value !== 'object' || value === null) return value
    if (nodeName(value) === 'ParamRef') {
      const type = declared[Number(treeOf(treeOf(value)['ParamRef'])['number'] ?? 0) - 1]
      // `unknown` is how PREPARE is told to find out by itself.
      if (type === undefined || stringsOf(type['names']).at(-1) === 'unknown') return value
      const { typmods: _, ...bare } = type
      return { TypeCast: { arg: value, typeName: bare } }
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cast(part)]))
  }
  return cast(query)
}

/** Where something stood in its text says nothing about what it means. */
const PLACES: ReadonlySet<string> = new Set([
  'location', 'name_location', 'stmt_location', 'stmt_len', 'list_start', 'list_end', 'rexpr_list_start', 'rexpr_list_end',
])

function isSameTree(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return one === other
  if (Array.isArray(one) || Array.isArray(other)) {
    return Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((item, index) => isSameTree(item, other[index]))
  }
  const left = fieldsOf(one as Tree)
  const right = fieldsOf(other as Tree)
  return left.length === right.length && left.every((name) => Object.hasOwn(other, name) && isSameTree((one as Tree)[name], (other as Tree)[name]))
}

function fieldsOf(node: Tree): string[] {
  return Object.keys(node).filter((name) => !PLACES.has(name) && node[name] !== undefined)
}
