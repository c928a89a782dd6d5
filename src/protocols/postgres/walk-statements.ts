import { isRowIndependent } from './condition.ts'
import { settingEffect, TRANSACTION_ACTIONS } from './statements.ts'
import { withDeclaredTypes } from './statement-texts.ts'
import { constantOf, isOn, listOf, nodeName, optionsOf, stringOf, stringsOf, treeOf, type Tree } from './tree.ts'
import { addColumn, addRelation, type Context, type Draft, nest, visit, visitFields, visitNode, visitSelect, walkStatement, withClause } from './walk.ts'

type Reader = (value: Tree, context: Context) => 'done' | 'rest'

/** Reads what is particular to a statement. `rest`: its fields are still to be visited by the table, relations as DDL. */
export function readDetails(node: string, value: Tree, context: Context): 'done' | 'rest' {
  const reader = READERS[node]
  if (reader !== undefined) {
    if (reader(value, context) === 'done') return 'done'
  } else if (context.draft.kind.class === 'ddl' || context.draft.kind.class === 'dcl') readObject(value, context)
  visitFields(node, value, { ...context, access: 'ddl' })
  return 'done'
}

const READERS: Readonly<Record<string, Reader>> = {
  SelectStmt(value, context) {
    const { draft } = context
    const into = leftmostInto(value)
    if (into !== undefined) {
      // SELECT INTO is CREATE TABLE AS in other words; the target sits unwrapped in the leftmost arm.
      draft.kind = { class: 'ddl', action: 'create', effect: 'admin' }
      createTarget(into, context)
      draft.nested.push(walkStatement({ SelectStmt: withoutInto(value) }, 'ctas', draft.executes, context.scope, draft.place, draft.budget))
      return 'done'
    }
    draft.details.hasLimit = value['limitCount'] !== undefined && !isNull(value['limitCount'])
    readWhere(value['whereClause'], draft)
    visitSelect(value, context)
    return 'done'
  },
  ReturnStmt(value, context) {
    visitFields('ReturnStmt', value, context)
    return 'done'
  },
  InsertStmt(value, context) {
    const { draft } = context
    const inner = { ...context, scope: withClause(value['withClause'], context) }
    const columns = listOf(value['cols']).map((item) => String(treeOf(treeOf(item)['ResTarget'])['name'] ?? ''))
    const target = addRelation(treeOf(value['relation']), { ...inner, access: 'insert' }, { written: columns.length === 0 ? null : columns })
    visit(value['cols'], inner)
    visit(value['selectStmt'], { ...inner, level: [] })
    const conflict = value['onConflictClause'] === undefined ? undefined : treeOf(value['onConflictClause'])
    if (conflict !== undefined) {
      draft.details.onConflict = conflict['action'] === 'ONCONFLICT_UPDATE' ? 'update' : 'nothing'
      if (target !== null && target.written !== null) target.written = [...target.written, ...targetNames(conflict['targetList'])]
      visitNode('OnConflictClause', conflict, inner)
    }
    readReturning(value, inner)
    visitFields('InsertStmt', value, inner, ['withClause', 'relation', 'cols', 'selectStmt', 'onConflictClause', 'returningClause'])
    return 'done'
  },
  UpdateStmt(value, context) {
    const inner = { ...context, scope: withClause(value['withClause'], context) }
    addRelation(treeOf(value['relation']), { ...inner, access: 'update' }, { written: targetNames(value['targetList']) })
    visit(value['fromClause'], inner)
    readWhere(value['whereClause'], context.draft)
    readReturning(value, inner)
    visitFields('UpdateStmt', value, inner, ['withClause', 'relation', 'fromClause', 'returningClause'])
    return 'done'
  },
  DeleteStmt(value, context) {
    const inner = { ...context, scope: withClause(value['withClause'], context) }
    addRelation(treeOf(value['relation']), { ...inner, access: 'delete' })
    visit(value['usingClause'], inner)
    readWhere(value['whereClause'], context.draft)
    readReturning(value, inner)
    visitFields('DeleteStmt', value, inner, ['withClause', 'relation', 'usingClause', 'returningClause'])
    return 'done'
  },
  MergeStmt(value, context) {
    const { draft } = context
    const inner = { ...context, scope: withClause(value['withClause'], context) }
    const clauses = listOf(value['mergeWhenClauses']).map((item) => treeOf(treeOf(item)['MergeWhenClause']))
    const inserts = clauses.some((clause) => clause['commandType'] === 'CMD_INSERT' && clause['targetList'] === undefined)
    const written = clauses.flatMap((clause) => targetNames(clause['targetList']))
    addRelation(treeOf(value['relation']), { ...inner, access: 'merge' }, { written: inserts ? null : written })
    visit(value['sourceRelation'], inner)
    draft.details.hasWhere = true
    // NOT MATCHED BY SOURCE acts on the rows the join leaves out, so the join does not bound it.
    draft.details.whereConstantTrue =
      isRowIndependent(value['joinCondition']) ||
      clauses.some((clause) => clause['matchKind'] === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' && changesRows(clause) && isRowIndependent(clause['condition']))
    if (clauses.some((clause) => clause['commandType'] === 'CMD_DELETE')) draft.kind = { ...draft.kind, effect: 'destroy' }
    readReturning(value, inner)
    visitFields('MergeStmt', value, inner, ['withClause', 'relation', 'sourceRelation', 'returningClause'])
    return 'done'
  },
  TruncateStmt(value, context) {
    for (const item of listOf(value['relations'])) addRelation(treeOf(treeOf(item)['RangeVar']), { ...context, access: 'truncate' })
    context.draft.details.object = { type: 'table', names: [], cascade: value['behavior'] === 'DROP_CASCADE' }
    visitFields('TruncateStmt', value, context, ['relations'])
    return 'done'
  },
  LockStmt(value, context) {
    for (const item of listOf(value['relations'])) addRelation(treeOf(treeOf(item)['RangeVar']), { ...context, access: 'lock' })
    context.draft.details.lockMode = Number(value['mode'] ?? 0)
    visitFields('LockStmt', value, context, ['relations'])
    return 'done'
  },
  CopyStmt: readCopy,
  TransactionStmt(value, context) {
    const { draft } = context
    const op = String(value['kind'])
    const action = TRANSACTION_ACTIONS.get(op)
    if (action === undefined) draft.unknown.add('this kind of transaction statement is not understood')
    else draft.kind = { class: 'tx', action, effect: action === 'prepare_transaction' ? 'admin' : 'read' }
    const name = value['savepoint_name'] ?? value['gid']
    draft.details.transaction = {
      op: op.replace('TRANS_STMT_', '').toLowerCase(),
      name: typeof name === 'string' ? name : null,
      chain: value['chain'] === true,
      options: [...optionsOf(value['options']).keys()],
    }
    return 'rest'
  },
  VariableSetStmt: readSet,
  VariableShowStmt(value, { draft }) {
    draft.settings.push({ op: 'show', name: String(value['name'] ?? ''), value: null })
    return 'rest'
  },
  ConstraintsSetStmt(_, { draft }) {
    draft.settings.push({ op: 'set', name: 'constraints', value: null })
    return 'rest'
  },
  DiscardStmt(value, { draft }) {
    const target = String(value['target'] ?? 'DISCARD_ALL').replace('DISCARD_', '').toLowerCase()
    draft.details.object = { type: target, names: [], cascade: false }
    // DISCARD ALL resets every setting and the role, ours included.
    if (target === 'all') {
      draft.kind = { ...draft.kind, effect: 'admin' }
      draft.settings.push({ op: 'reset_all', name: 'all', value: null })
    }
    return 'rest'
  },
  PrepareStmt(value, context) {
    reference(context, value['name'])
    nest(value['query'], 'prepare', context, 'later', withDeclaredTypes(value['query'], value['argtypes']))
    visitFields('PrepareStmt', value, context, ['query'])
    return 'done'
  },
  ExecuteStmt(value, context) {
    reference(context, value['name'])
    visitFields('ExecuteStmt', value, context)
    return 'done'
  },
  DeallocateStmt(value, context) {
    reference(context, value['isall'] === true ? null : value['name'])
    return 'rest'
  },
  DeclareCursorStmt(value, context) {
    // CURSOR_OPT_HOLD (parsenodes.h): the cursor outlives its transaction.
    reference(context, value['portalname'], (Number(value['options'] ?? 0) & 0x20) !== 0)
    nest(value['query'], 'declare', context)
    visitFields('DeclareCursorStmt', value, context, ['query'])
    return 'done'
  },
  FetchStmt(value, context) {
    if (value['ismove'] === true) context.draft.kind = { ...context.draft.kind, action: 'move' }
    reference(context, value['portalname'])
    return 'rest'
  },
  ClosePortalStmt(value, context) {
    reference(context, value['portalname'] ?? null)
    return 'rest'
  },
  ExplainStmt(value, context) {
    const analyze = isOn(optionsOf(value['options']).get('analyze'))
    context.draft.details.explainAnalyze = analyze
    nest(value['query'], 'explain', context)
    visitFields('ExplainStmt', value, context, ['query'])
    return 'done'
  },
  DoStmt(value, { draft }) {
    const language = optionsOf(value['args']).get('language')
    draft.details.language = (language === undefined ? undefined : stringOf(language['arg'])) ?? 'plpgsql'
    draft.unknown.add('what a DO block runs is not resolved')
    return 'rest'
  },
  CallStmt(value, context) {
    visitFields('CallStmt', value, context)
    context.draft.unknown.add('what a procedure runs is not resolved')
    return 'done'
  },
  ListenStmt: onChannel,
  UnlistenStmt: onChannel,
  NotifyStmt: onChannel,
  AlterSystemStmt(value, { draft }) {
    const set = treeOf(value['setstmt'])
    draft.settings.push({ op: 'set', name: String(set['name'] ?? 'all'), value: valueOfSet(set) })
    visitSetArguments(set, draft)
    return 'done'
  },
  AlterRoleSetStmt: onStoredSetting,
  AlterDatabaseSetStmt: onStoredSetting,
  GrantStmt: onGrant,
  GrantRoleStmt(value, context) {
    for (const item of listOf(value['granted_roles'])) {
      const name = treeOf(treeOf(item)['AccessPriv'])['priv_name']
      if (typeof name === 'string') context.draft.roles.add(name)
    }
    return onGrant(value, context)
  },
  AlterDefaultPrivilegesStmt(value, context) {
    if (treeOf(value['action'])['is_grant'] !== true) context.draft.kind = { ...context.draft.kind, action: 'revoke' }
    return 'rest'
  },
  CreateRoleStmt(value, { draft }) {
    if (typeof value['role'] === 'string') draft.roles.add(value['role'])
    return 'rest'
  },
  CreateStmt(value, context) {
    createTarget({ rel: value['relation'] }, context)
    visitFields('CreateStmt', value, { ...context, access: 'ddl' }, ['relation'])
    return 'done'
  },
  CreateSeqStmt(value, context) {
    createTarget({ rel: value['sequence'] }, context)
    visitFields('CreateSeqStmt', value, { ...context, access: 'ddl' }, ['sequence'])
    return 'done'
  },
  CompositeTypeStmt(value, context) {
    visitFields('CompositeTypeStmt', value, { ...context, access: 'ddl' }, ['typevar'])
    return 'done'
  },
  CreateTableAsStmt(value, context) {
    createTarget(treeOf(value['into']), context)
    nest(value['query'], 'ctas', context)
    visitFields('CreateTableAsStmt', value, context, ['into', 'query'])
    return 'done'
  },
  ViewStmt(value, context) {
    createTarget({ rel: value['view'] }, context)
    nest(value['query'], 'view', context, 'later')
    visitFields('ViewStmt', value, { ...context, access: 'ddl' }, ['view', 'query'])
    return 'done'
  },
  RuleStmt(value, context) {
    // OLD and NEW stand for the table of the rule.
    context.draft.derived.add('old').add('new')
    for (const action of listOf(value['actions'])) nest(action, 'rule', context, 'later')
    visitFields('RuleStmt', value, { ...context, access: 'ddl' }, ['actions'])
    return 'done'
  },
  CreateFunctionStmt(value, context) {
    const options = optionsOf(value['options'])
    const language = options.get('language')
    context.draft.details.language = (language === undefined ? undefined : stringOf(language['arg'])) ?? 'sql'
    for (const statement of bodyStatements(value['sql_body'])) nest(statement, 'function_body', context, 'later')
    visitFields('CreateFunctionStmt', value, { ...context, access: 'ddl' }, ['sql_body'])
    return 'done'
  },
  CreateSchemaStmt(value, context) {
    for (const element of listOf(value['schemaElts'])) nest(element, 'schema', context)
    visitFields('CreateSchemaStmt', value, { ...context, access: 'ddl' }, ['schemaElts'])
    return 'done'
  },
  VacuumStmt(value, { draft }) {
    if (value['is_vacuumcmd'] !== true) draft.kind = { ...draft.kind, action: 'analyze' }
    return 'rest'
  },
  LoadStmt(value, { draft }) {
    draft.details.object = { type: 'file', names: [String(value['filename'] ?? '')], cascade: false }
    return 'rest'
  },
}

function readWhere(where: unknown, draft: Draft): void {
  draft.details.hasWhere = where !== undefined
  draft.details.whereConstantTrue = where !== undefined && isRowIndependent(where)
}

function readReturning(value: Tree, context: Context): void {
  const clause = value['returningClause']
  if (clause === undefined) return
  context.draft.details.returning = true
  for (const option of listOf(treeOf(clause)['options'])) {
    const name = treeOf(treeOf(option)['ReturningOption'])['value']
    if (typeof name === 'string') context.draft.derived.add(name)
  }
  visitNode('ReturningClause', treeOf(clause), { ...context, places: ['returned'] })
}

function targetNames(list: unknown): string[] {
  return listOf(list).map((item) => String(treeOf(treeOf(item)['ResTarget'])['name'] ?? ''))
}

function changesRows(clause: Tree): boolean {
  return clause['commandType'] === 'CMD_UPDATE' || clause['commandType'] === 'CMD_DELETE'
}

function isNull(value: unknown): boolean {
  return nodeName(value) === 'A_Const' && treeOf(treeOf(value)['A_Const'])['isnull'] === true
}

function leftmostInto(select: Tree): Tree | undefined {
  let at = select
  while (at['larg'] !== undefined) at = treeOf(at['larg'])
  return at['intoClause'] === undefined ? undefined : treeOf(at['intoClause'])
}

function withoutInto(select: Tree): Tree {
  if (select['larg'] !== undefined) return { ...select, larg: withoutInto(treeOf(select['larg'])) }
  const { intoClause: _, ...rest } = select
  return rest
}

function createTarget(into: Tree, context: Context): void {
  addRelation(treeOf(into['rel']), { ...context, access: 'ddl', level: [] }, { creates: true })
  visitFields('IntoClause', into, context, ['rel'])
}

function reference(context: Context, name: unknown, hold = false): void {
  context.draft.details.reference = { name: typeof name === 'string' ? name : null, hold }
}

function readCopy(value: Tree, context: Context): 'done' {
  const { draft } = context
  const isFrom = value['is_from'] === true
  const path = typeof value['filename'] === 'string' ? value['filename'] : null
  const channel = value['is_program'] === true ? 'program' : path !== null ? 'file' : 'client'
  const options = optionsOf(value['options'])
  const texts: Record<string, string> = {}
  for (const [name, option] of options) texts[name] = option['arg'] === undefined ? 'true' : (constantOf(option['arg']) ?? '')
  draft.details.copy = { direction: isFrom ? 'in' : 'out', channel, format: (texts['format'] ?? 'text').toLowerCase(), options: texts, path, query: value['query'] !== undefined }
  if (channel === 'program') draft.kind = { class: 'copy', action: 'copy_program', effect: 'admin' }
  else if (channel === 'file') draft.kind = { class: 'copy', action: 'copy_file', effect: 'admin' }
  else draft.kind = isFrom ? { class: 'copy', action: 'copy_in', effect: 'write' } : { class: 'copy', action: 'copy_out', effect: 'read' }
  const columns = value['attlist'] === undefined ? null : stringsOf(value['attlist'])
  if (value['relation'] !== undefined) {
    const relation = addRelation(treeOf(value['relation']), { ...context, access: isFrom ? 'insert' : 'select', scope: null })
    if (relation !== null && isFrom) relation.written = columns
    if (relation !== null && !isFrom && columns === null) {
      relation.star = true
      draft.details.star = true
    }
    if (!isFrom) for (const name of columns ?? []) addColumn({ qualifier: [], name }, context)
  }
  if (value['query'] !== undefined) nest(value['query'], 'copy', context)
  readWhere(value['whereClause'], draft)
  visitFields('CopyStmt', value, context, ['relation', 'query'])
  return 'done'
}

function readSet(value: Tree, { draft }: Context): 'done' {
  const kind = String(value['kind'])
  const name = String(value['name'] ?? 'all')
  const isLocal = value['is_local'] === true
  const isReset = kind === 'VAR_RESET' || kind === 'VAR_RESET_ALL'
  const set = (setting: string, text: string | null): void => {
    draft.settings.push({ op: kind === 'VAR_RESET_ALL' ? 'reset_all' : isReset ? 'reset' : isLocal ? 'set_local' : 'set', name: setting, value: text })
  }
  if (kind === 'VAR_SET_MULTI') {
    const prefix = name === 'SESSION CHARACTERISTICS' ? 'default_' : ''
    if (name === 'TRANSACTION SNAPSHOT') set('transaction_snapshot', null)
    else for (const [option, element] of optionsOf(value['args'])) set(prefix + option, constantOf(element['arg']))
  } else set(name, kind === 'VAR_SET_VALUE' ? valueOfSet(value) : null)
  visitSetArguments(value, draft)
  const isRole = name === 'role' || name === 'session_authorization'
  if (isRole) {
    const role = valueOfSet(value)
    if (role !== null) draft.roles.add(role)
    draft.kind = { class: 'session', action: 'set_role', effect: 'admin' }
    return 'done'
  }
  if (draft.settings.length === 0) draft.unknown.add('what this SET changes is not understood')
  const effect = draft.settings.every((one) => settingEffect(one.name, one.value) === 'read') ? 'read' : 'admin'
  draft.kind = { class: 'session', action: isReset ? 'reset' : 'set', effect: kind === 'VAR_RESET_ALL' ? 'admin' : effect }
  return 'done'
}

function valueOfSet(set: Tree): string | null {
  const values = listOf(set['args']).map(constantOf)
  return values.length === 0 || values.some((value) => value === null) ? null : values.join(', ')
}

/** SET takes constants only; anything else in its place is not understood. */
function visitSetArguments(set: Tree, draft: Draft): void {
  for (const argument of listOf(set['args'])) {
    const isCast = nodeName(argument) === 'TypeCast' && constantOf(treeOf(treeOf(argument)['TypeCast'])['arg']) !== null
    const isOption = nodeName(argument) === 'DefElem'
    if (constantOf(argument) === null && !isCast && !isOption) draft.unknown.add('a value of this SET is not a plain constant')
  }
}

function onStoredSetting(value: Tree, context: Context): 'done' {
  const set = treeOf(value['setstmt'])
  context.draft.settings.push({ op: 'set', name: String(set['name'] ?? 'all'), value: valueOfSet(set) })
  visitSetArguments(set, context.draft)
  visit(value['role'] === undefined ? undefined : { RoleSpec: value['role'] }, context)
  return 'done'
}

function onChannel(value: Tree, { draft }: Context): 'rest' {
  draft.details.channel = typeof value['conditionname'] === 'string' ? value['conditionname'] : '*'
  return 'rest'
}

function onGrant(value: Tree, context: Context): 'rest' {
  if (value['is_grant'] !== true) context.draft.kind = { ...context.draft.kind, action: 'revoke' }
  context.draft.details.object = { type: objectType(value['objtype']), names: [], cascade: value['behavior'] === 'DROP_CASCADE' }
  return 'rest'
}

/** DROP, COMMENT, RENAME and their kin name objects by lists of names; those that are relations become relations. */
function readObject(value: Tree, context: Context): void {
  const type = objectType(value['removeType'] ?? value['objtype'] ?? value['renameType'] ?? value['objectType'] ?? value['kind'])
  const objects = value['objects'] === undefined ? [value['object']] : listOf(value['objects'])
  const names: string[] = []
  for (const object of objects) {
    const parts = nodeName(object) === 'List' ? stringsOf(treeOf(treeOf(object)['List'])['items']) : []
    const single = stringOf(object)
    if (single !== undefined) parts.push(single)
    if (parts.length === 0) continue
    names.push(parts.join('.'))
    const relation = RELATION_OBJECTS.has(type) ? parts : PARTS_OF_RELATIONS.has(type) ? parts.slice(0, -1) : []
    if (relation.length > 0 && relation.length <= 3) addNamedRelation(relation, context)
  }
  context.draft.details.object = { type, names, cascade: value['behavior'] === 'DROP_CASCADE' }
}

const RELATION_OBJECTS: ReadonlySet<string> = new Set(['table', 'view', 'matview', 'sequence', 'foreign_table', 'index'])
const PARTS_OF_RELATIONS: ReadonlySet<string> = new Set(['column', 'rule', 'trigger', 'policy', 'tabconstraint'])

function addNamedRelation(parts: readonly string[], context: Context): void {
  const [relname, schemaname, catalogname] = [...parts].reverse()
  const range = { ...(catalogname === undefined ? {} : { catalogname }), ...(schemaname === undefined ? {} : { schemaname }), relname, inh: true, relpersistence: 'p' }
  addRelation(range, { ...context, access: 'ddl' })
}

function objectType(value: unknown): string {
  return typeof value === 'string' ? value.replace('OBJECT_', '').toLowerCase() : ''
}

/** The statements of BEGIN ATOMIC .. END (a list in a list), or the one of RETURN. */
function bodyStatements(body: unknown): unknown[] {
  if (body === undefined) return []
  if (nodeName(body) !== 'List') return [body]
  return listOf(treeOf(treeOf(body)['List'])['items']).flatMap(bodyStatements)
}

