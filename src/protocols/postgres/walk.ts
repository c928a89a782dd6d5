import { NODES } from './nodes.ts'
import type { Depth, RawAccess, RawColumn, RawFunction, RawName, RawPlace, RawRelation, RawSetting, RawStatement } from './raw.ts'
import { ANALYSED, type StatementTexts } from './statement-texts.ts'
import { isPlainValue, listOf, nodeName, stringOf, stringsOf, treeOf, type Tree } from './tree.ts'
import { STATEMENTS, type StatementKind } from './statements.ts'
import { SHORT_LIST, withShortLists } from './value-lists.ts'
import { readDetails } from './walk-statements.ts'

/** Deepest nesting of nodes we follow: it fits a thread's stack with room to spare. Lists (AND, OR, IN, VALUES) are flat. */
const MAX_DEPTH = 1_500

/** The tree is deeper than MAX_DEPTH. */
export class TooDeep extends Error {}

// CTE names in sight; the nearest wins. A name with a schema is never a CTE.
export interface Scope {
  readonly names: ReadonlySet<string>
  readonly parent: Scope | null
}

/** One statement while it is being read. Sets keep the facts small where a text repeats itself. */
export interface Draft {
  kind: StatementKind
  readonly node: string
  readonly depth: Depth
  readonly executes: 'now' | 'later'
  readonly place: { readonly index: number; readonly of: number; readonly byteStart: number; readonly byteLength: number }
  readonly budget: Budget
  sql: string | null
  whole?: string
  readonly relations: Mutable<RawRelation>[]
  readonly columns: Map<string, RawColumn>
  readonly fieldSelections: Set<string>
  readonly derived: Set<string>
  readonly functions: Map<string, RawFunction>
  readonly operators: Map<string, RawName>
  readonly types: Map<string, RawName>
  readonly nested: RawStatement[]
  readonly unknown: Set<string>
  readonly locking: Set<string>
  readonly roles: Set<string>
  readonly settings: RawSetting[]
  readonly details: Mutable<
    Pick<
      RawStatement,
      | 'star' | 'starDecides' | 'hasWhere' | 'whereConstantTrue' | 'hasLimit' | 'onConflict' | 'returning' | 'currentOf' | 'parameters' | 'reference' | 'transaction'
      | 'copy' | 'explainAnalyze' | 'channel' | 'lockMode' | 'object' | 'language'
    >
  >
}
/** Shared by all statements of one text: how deep the walk is, and where their texts come from (null: nobody asks for them). */
export interface Budget {
  level: number
  readonly texts: StatementTexts | null
}
export type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export interface Context {
  readonly draft: Draft
  readonly scope: Scope | null
  /** What happens to a relation met now. */
  readonly access: RawAccess
  /** Relations of the FROM list being read: what a bare `*` stands for. */
  readonly level: Mutable<RawRelation>[]
  /** What a column met now is for. */
  readonly places: readonly RawPlace[]
}

/**
 * Facts of every statement of a parse result (libpg_query's JSON: `{version, stmts: [{stmt, stmt_location, stmt_len}]}`,
 * locations in UTF-8 bytes). `textBytes` is the length of the text. Never throws for what it does not know: that becomes
 * a reason in `unknown`. Throws TooDeep, and what writing a statement's text throws. Without `texts` no statement has a `sql`.
 */
export function walkParseResult(result: unknown, textBytes: number, texts: StatementTexts | null = null): RawStatement[] {
  const statements = listOf(treeOf(result)['stmts'])
  return statements.map((item, index) => {
    const raw = treeOf(item)
    const byteStart = typeof raw['stmt_location'] === 'number' ? raw['stmt_location'] : 0
    const byteLength = typeof raw['stmt_len'] === 'number' && raw['stmt_len'] > 0 ? raw['stmt_len'] : textBytes - byteStart
    return walkStatement(raw['stmt'], 'top', 'now', null, { index, of: statements.length, byteStart, byteLength }, { level: 0, texts })
  })
}

/** One statement node (with its wrapper) as a statement of its own. */
export function walkStatement(wrapped: unknown, depth: Depth, executes: 'now' | 'later', scope: Scope | null, place: Draft['place'], budget: Budget, written: unknown = wrapped): RawStatement {
  const node = nodeName(wrapped)
  const kind = node === undefined ? undefined : STATEMENTS.get(node)
  const draft = newDraft(node ?? 'none', kind ?? { class: 'unknown', action: 'unparsed', effect: 'unknown' }, depth, executes, place, budget)
  const context: Context = { draft, scope, access: 'select', level: [], places: ['shown'] }
  if (node === undefined || kind === undefined) draft.unknown.add(`a statement of kind ${node ?? 'none'} is not understood`)
  else {
    const value = treeOf(treeOf(wrapped)[node])
    if (readDetails(node, value, context) === 'rest') visitFields(node, value, context)
    draft.sql = textOf(draft, written)
  }
  return finish(draft)
}

/** Depths whose query the server analyses only when it is sent by itself. */
const BY_ITSELF: ReadonlySet<Depth> = new Set(['explain', 'prepare', 'declare', 'copy', 'ctas'])

/** See RawStatement.sql. SELECT INTO counts as DDL by now: what it reads is nested. */
function textOf(draft: Draft, written: unknown): string | null {
  const { budget: { texts }, depth, place } = draft
  if (texts === null || !ANALYSED.has(draft.node) || draft.kind.class === 'ddl') return null
  if (depth === 'top') return shortText(draft, written, texts)
  if (!BY_ITSELF.has(depth)) return null
  const text = texts.write(place.byteLength < LONG ? written : withShortLists(written) ?? written)
  if (text === null) draft.unknown.add('the query inside cannot be written out by itself, so the target cannot be asked what it means')
  return text
}

/** Bytes. Shorter texts have no long list of rows. */
const LONG = 4 * SHORT_LIST

function shortText(draft: Draft, written: unknown, texts: StatementTexts): string {
  const { place: { byteStart, byteLength } } = draft
  const whole = texts.slice(byteStart, byteLength)
  const short = byteLength < LONG ? null : withShortLists(written)
  const text = short === null ? null : texts.write(short)
  if (text === null) return whole
  draft.whole = whole
  return text
}

/** A statement inside the one being read. `written`: what its text is made from, where that is not the statement as it stands. */
export function nest(wrapped: unknown, depth: Depth, context: Context, executes: 'now' | 'later' = context.draft.executes, written: unknown = wrapped): void {
  const { draft } = context
  draft.nested.push(walkStatement(wrapped, depth, executes, context.scope, draft.place, draft.budget, written))
}

/** Every node below `value` (a wrapped node, a list, or the empty object that stands for NULL in a list). */
export function visit(value: unknown, context: Context): void {
  if (value === undefined || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) visit(item, context)
    return
  }
  const name = nodeName(value)
  if (name !== undefined) visitNode(name, treeOf(treeOf(value)[name]), context)
  else if (typeof value !== 'object' || Object.keys(value).length > 0) context.draft.unknown.add('a part of the statement has a shape that is not understood')
}

export function visitNode(name: string, value: Tree, context: Context): void {
  const { draft } = context
  if (++draft.budget.level > MAX_DEPTH) throw new TooDeep()
  const handler = HANDLERS[name]
  if (handler !== undefined) handler(value, context)
  // A statement where an expression was expected belongs to a utility statement: read it as one of its own.
  else if (STATEMENTS.has(name)) nest({ [name]: value }, 'part', context, 'later')
  else visitFields(name, value, context)
  draft.budget.level--
}

/** All fields of a node by the table; what the table lacks is a reason not to understand. */
export function visitFields(name: string, value: Tree, context: Context, except: readonly string[] = []): void {
  const shape = NODES.get(name)
  if (shape === undefined) {
    context.draft.unknown.add(`the grammar's node ${name} is not understood`)
    return
  }
  for (const field in value) {
    if (except.includes(field)) continue
    const kind = shape.get(field)
    const content = value[field]
    if (kind === undefined) context.draft.unknown.add(`the field ${field} of the grammar's node ${name} is not understood`)
    else if (kind === 'node') visit(content, DECIDING.has(field) ? { ...context, places: ['decides'] } : context)
    else if (kind !== 'value') visitNode(kind.node, treeOf(content), name === 'OnConflictClause' && field === 'infer' ? { ...context, places: ['decides'] } : context)
    else if (!isPlainValue(content)) context.draft.unknown.add(`the field ${field} of the grammar's node ${name} is not a plain value`)
  }
}

/** Fields whose columns pick, count, group or order rows, in whatever node they stand. */
const DECIDING: ReadonlySet<string> = new Set([
  'whereClause', 'havingClause', 'groupClause', 'sortClause', 'distinctClause', 'limitOffset', 'limitCount', 'windowClause', 'quals', 'joinCondition', 'condition',
])

type Handler = (value: Tree, context: Context) => void

const HANDLERS: Readonly<Record<string, Handler>> = {
  SelectStmt: (value, context) => visitSelect(value, context),
  RangeVar: (value, context) => void addRelation(value, context),
  ColumnRef: onColumnRef,
  FuncCall(value, context) {
    const name = nameOf(value['funcname'])
    const count = listOf(value['args']).length
    context.draft.functions.set(JSON.stringify([name.schema, name.name, count]), { ...name, arguments: count })
    visitFields('FuncCall', value, context, ['funcname'])
  },
  A_Expr(value, context) {
    for (const operator of operatorsOf(value)) addOperator(operator, context)
    visitFields('A_Expr', value, context, ['name'])
  },
  // How many rows it gives hangs on its arguments.
  RangeFunction: (value, context) => visitFields('RangeFunction', value, alsoDeciding(context)),
  SubLink(value, context) {
    // IN (SELECT ..) is written without an operator and means `=`.
    if (value['operName'] !== undefined) addOperator(nameOf(value['operName']), context)
    else if (value['subLinkType'] === 'ANY_SUBLINK') addOperator({ name: '=' }, context)
    visitFields('SubLink', value, context, ['operName'])
  },
  CaseExpr(value, context) {
    if (value['arg'] !== undefined) addOperator({ name: '=' }, context)
    visitFields('CaseExpr', value, context)
  },
  SortBy(value, context) {
    if (value['useOp'] !== undefined) addOperator(nameOf(value['useOp']), context)
    visitFields('SortBy', value, context, ['useOp'])
  },
  TypeName(value, context) {
    const name = nameOf(value['names'])
    if (value['pct_type'] === true) context.draft.unknown.add('a type taken from a column (%TYPE) is not understood')
    else context.draft.types.set(JSON.stringify([name.schema, name.name]), name)
    visitFields('TypeName', value, context, ['names'])
  },
  A_Indirection(value, context) {
    for (const item of listOf(value['indirection'])) {
      const name = stringOf(item)
      if (name !== undefined) context.draft.fieldSelections.add(name)
      if (nodeName(item) === 'A_Star') markStar(context, '*')
    }
    visitFields('A_Indirection', value, context)
  },
  JoinExpr(value, context) {
    for (const name of stringsOf(value['usingClause'])) addColumn({ qualifier: [], name }, { ...context, places: ['decides'] })
    if (value['usingClause'] !== undefined || value['isNatural'] === true) addOperator({ name: '=' }, context)
    visitFields('JoinExpr', value, context)
    // Common columns of a NATURAL join and renamed columns of an aliased one are not spelt: any may be meant.
    if (value['isNatural'] === true || value['alias'] !== undefined) for (const relation of context.level) relation.star = true
  },
  Alias(value, context) {
    if (typeof value['aliasname'] === 'string') context.draft.derived.add(value['aliasname'])
    visitFields('Alias', value, context)
  },
  RangeTableSample(value, context) {
    const method = nameOf(value['method'])
    if (!['bernoulli', 'system'].includes(method.name) || (method.schema ?? 'pg_catalog') !== 'pg_catalog') context.draft.unknown.add(`the sampling method "${method.name}" is not built in`)
    visitFields('RangeTableSample', value, context)
  },
  LockingClause(value, context) {
    // The relations named here are aliases of the FROM list, not relations of their own.
    context.draft.locking.add(LOCK_STRENGTHS[String(value['strength'])] ?? 'update')
  },
  CurrentOfExpr(value, context) {
    context.draft.details.currentOf = String(value['cursor_name'] ?? '')
    visitFields('CurrentOfExpr', value, context)
  },
  ParamRef(value, context) {
    context.draft.details.parameters = Math.max(context.draft.details.parameters, Number(value['number'] ?? 0))
    visitFields('ParamRef', value, context)
  },
  RoleSpec(value, context) {
    const { rolename, roletype } = value
    context.draft.roles.add(typeof rolename === 'string' ? rolename : String(roletype).replace('ROLESPEC_', '').toLowerCase())
    visitFields('RoleSpec', value, context)
  },
  WithClause(_, context) {
    context.draft.unknown.add('a WITH clause stands where it is not understood')
  },
  IntoClause(value, context) {
    // A top statement's INTO is taken apart in walk-statements.ts; the server refuses it anywhere else.
    context.draft.unknown.add('INTO stands where it is not understood')
    visitFields('IntoClause', value, { ...context, access: 'ddl' })
  },
}

const LOCK_STRENGTHS: Readonly<Record<string, string>> = {
  LCS_FORUPDATE: 'update',
  LCS_FORNOKEYUPDATE: 'no_key_update',
  LCS_FORSHARE: 'share',
  LCS_FORKEYSHARE: 'key_share',
}

/** A query, read into the statement around it. FROM goes first: it says what a bare `*` in the target list stands for. */
export function visitSelect(value: Tree, context: Context, except: readonly string[] = []): void {
  const joins = listOf(value['fromClause'])
  // What a query inside shows may decide here, under whatever name it has by then.
  const decides = DECIDERS.some((field) => value[field] !== undefined) || joins.length > 1 || nodeName(joins[0]) === 'JoinExpr'
  const below: Context = decides ? alsoDeciding(context) : context
  const inner: Context = { ...context, access: 'select', level: [], scope: withClause(value['withClause'], below) }
  visit(value['fromClause'], { ...inner, places: below.places })
  // All its columns tell equal rows apart; names and numbers in ORDER BY and GROUP BY stand for them.
  const isDistinct = value['distinctClause'] !== undefined || (value['op'] !== undefined && value['op'] !== 'SETOP_NONE' && value['all'] !== true)
  const output = isDistinct || namesOutput(value) ? alsoDeciding(inner) : inner
  visit(value['targetList'], output)
  for (const arm of ['larg', 'rarg']) if (value[arm] !== undefined) visitNode('SelectStmt', treeOf(value[arm]), output)
  visitFields('SelectStmt', value, inner, ['withClause', 'fromClause', 'targetList', 'larg', 'rarg', ...except])
}

function alsoDeciding(context: Context): Context {
  return context.places.includes('decides') ? context : { ...context, places: [...context.places, 'decides'] }
}

const DECIDERS = ['whereClause', 'havingClause', 'groupClause', 'sortClause', 'distinctClause', 'limitOffset', 'limitCount']

/** ORDER BY or GROUP BY by what stands in the target list: its number, or the name it gets there. */
function namesOutput(select: Tree): boolean {
  const items = [...listOf(select['groupClause']), ...listOf(select['sortClause']).map((item) => treeOf(treeOf(item)['SortBy'])['node'])]
  if (items.length === 0) return false
  const names = new Set<unknown>(listOf(select['targetList']).map((item) => treeOf(treeOf(item)['ResTarget'])['name']).filter((name) => typeof name === 'string'))
  return items.some((item) => {
    if (nodeName(item) === 'A_Const') return true
    const fields = listOf(treeOf(treeOf(item)['ColumnRef'])['fields'])
    return fields.length === 1 && names.has(stringOf(fields[0]))
  })
}

/** The scope after a WITH clause. Its queries are read into this statement, its INSERT, UPDATE, DELETE and MERGE nest. */
export function withClause(value: unknown, context: Context): Scope | null {
  if (value === undefined) return context.scope
  const clause = treeOf(value)
  const names = new Set<string>()
  const scope: Scope = { names, parent: context.scope }
  const expressions = listOf(clause['ctes']).map((item) => treeOf(treeOf(item)['CommonTableExpr']))
  const nameOfCte = (cte: Tree): string => String(cte['ctename'] ?? '')
  if (clause['recursive'] === true) for (const cte of expressions) names.add(nameOfCte(cte))
  for (const cte of expressions) {
    const inner: Context = { ...context, scope: { names: new Set(names), parent: context.scope }, level: [], access: 'select' }
    const query = nodeName(cte['ctequery'])
    if (query === 'SelectStmt') visit(cte['ctequery'], inner)
    else nest(cte['ctequery'], 'cte', inner)
    visitFields('CommonTableExpr', cte, inner, ['ctequery'])
    names.add(nameOfCte(cte))
  }
  visitFields('WithClause', clause, context, ['ctes'])
  return scope
}

/** The relation a RangeVar names, or null when it is a CTE in sight. */
export function addRelation(value: Tree, context: Context, more: Partial<RawRelation> = {}): Mutable<RawRelation> | null {
  const name = String(value['relname'] ?? '')
  const alias = value['alias'] === undefined ? undefined : treeOf(value['alias'])
  const aliasName = alias === undefined ? undefined : String(alias['aliasname'] ?? '')
  visitFields('RangeVar', value, context, ['alias'])
  if (value['schemaname'] === undefined && value['catalogname'] === undefined && context.access === 'select' && isCte(name, context.scope)) {
    context.draft.derived.add(aliasName ?? name)
    return null
  }
  const relation: Mutable<RawRelation> = {
    ...(typeof value['catalogname'] === 'string' ? { catalog: value['catalogname'] } : {}),
    ...(typeof value['schemaname'] === 'string' ? { schema: value['schemaname'] } : {}),
    name,
    ...(aliasName === undefined ? {} : { alias: aliasName }),
    access: context.access,
    only: value['inh'] !== true,
    creates: false,
    temporary: value['relpersistence'] === 't',
    written: [],
    // `users u(a, b)` renames columns, so a later `a` may be any of them.
    star: alias !== undefined && listOf(alias['colnames']).length > 0,
    ...more,
  }
  context.draft.relations.push(relation)
  context.level.push(relation)
  return relation
}

function isCte(name: string, scope: Scope | null): boolean {
  for (let at = scope; at !== null; at = at.parent) if (at.names.has(name)) return true
  return false
}

function onColumnRef(value: Tree, context: Context): void {
  const fields = listOf(value['fields'])
  const names: string[] = []
  for (const field of fields) {
    const name = stringOf(field)
    if (name !== undefined) names.push(name)
    else if (nodeName(field) === 'A_Star') names.push('*')
    else context.draft.unknown.add('a column reference has a shape that is not understood')
  }
  visitFields('ColumnRef', value, context, ['fields'])
  const name = names.pop()
  if (name === undefined) return
  if (name === '*' && nodeName(fields.at(-1)) === 'A_Star') markStar(context, '*', names)
  else addColumn({ qualifier: names, name }, context)
}

function markStar(context: Context, name: '*', qualifier: readonly string[] = []): void {
  context.draft.details.star = true
  if (context.places.includes('decides')) context.draft.details.starDecides = true
  if (qualifier.length > 0) addColumn({ qualifier, name }, context)
  else for (const relation of context.level) relation.star = true
}

export function addColumn({ qualifier, name }: Omit<RawColumn, 'places'>, context: Context): void {
  const key = JSON.stringify([qualifier, name])
  const known = context.draft.columns.get(key)?.places ?? []
  context.draft.columns.set(key, { qualifier, name, places: [...new Set([...known, ...context.places])] })
}

function addOperator(name: RawName, context: Context): void {
  context.draft.operators.set(JSON.stringify([name.schema, name.name]), name)
}

/** The operators an A_Expr really uses; BETWEEN and its kin carry a keyword in the place of the name. */
function operatorsOf(value: Tree): readonly RawName[] {
  const name = nameOf(value['name'])
  if (String(value['kind']).includes('BETWEEN')) return [{ name: '<=' }, { name: '>=' }, { name: '<' }, { name: '>' }]
  return [name]
}

/** The last one or two of a list of names; more (a database in front) keeps the last two. */
export function nameOf(value: unknown): RawName {
  const names = stringsOf(value)
  const schema = names.at(-2)
  return { ...(schema === undefined ? {} : { schema }), name: names.at(-1) ?? '' }
}

function newDraft(node: string, kind: StatementKind, depth: Depth, executes: 'now' | 'later', place: Draft['place'], budget: Budget): Draft {
  return {
    kind, node, depth, executes, place, budget, sql: null,
    relations: [], columns: new Map(), fieldSelections: new Set(), derived: new Set(), functions: new Map(), operators: new Map(), types: new Map(),
    nested: [], unknown: new Set(), locking: new Set(), roles: new Set(), settings: [],
    details: {
      star: false, starDecides: false, hasWhere: false, whereConstantTrue: false, hasLimit: false, onConflict: 'none', returning: false, currentOf: null, parameters: 0,
      explainAnalyze: false, channel: null, lockMode: null, object: { type: '', names: [], cascade: false }, language: null,
    },
  }
}

function finish(draft: Draft): RawStatement {
  const { node, kind, depth, executes, place, sql, relations, nested, settings, details } = draft
  return {
    node, ...kind, depth, executes, ...place, sql, ...(draft.whole === undefined ? {} : { whole: draft.whole }), relations, nested, settings, ...details,
    columns: [...draft.columns.values()],
    fieldSelections: [...draft.fieldSelections],
    derived: [...draft.derived],
    functions: [...draft.functions.values()],
    operators: [...draft.operators.values()],
    types: [...draft.types.values()],
    unknown: [...draft.unknown],
    locking: [...draft.locking],
    roles: [...draft.roles],
  }
}
