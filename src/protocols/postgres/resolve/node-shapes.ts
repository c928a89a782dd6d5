// Which nodes and fields a query tree can have, by major version. What is not written here is not known, and what is not
// known is never passed over. Sources: the servers themselves (test/corpus/postgres/trees, every field of every tree
// there), and src/include/nodes/{parsenodes,primnodes}.h.

/**
 * What the reader does with a field. `plain`: a number, a name, or a list of those, that says nothing about what is read,
 * written or run; a node in it is not known. `type`: oid or oids of types. `walk`: nodes. `aliases`: expressions that stand
 * for columns and matter only where something names them.
 */
export type FieldRole = 'plain' | 'type' | 'walk' | 'aliases'

export interface FieldShape {
  readonly role: FieldRole
  /** The values that are known, where the reading depends on them. */
  readonly values?: ReadonlySet<string>
}

export type NodeShape = ReadonlyMap<string, FieldShape>

export const MAJORS = [14, 15, 16, 17, 18] as const

/** Null: a major version whose trees nobody has looked at. */
export function shapesOf(major: number): ReadonlyMap<string, NodeShape> | null {
  return SHAPES.get(major) ?? null
}

const RANGE_TABLE_ENTRY = `
  alias:walk eref:walk rtekind=0-6,8 rtekind@18=0-6,8,9 lateral inh inFromCl securityQuals:walk
  relid relkind rellockmode tablesample:walk perminfoindex@16-
  requiredPerms@14-15 checkAsUser@14-15 selectedCols@14-15 insertedCols@14-15 updatedCols@14-15 extraUpdatedCols@14-15
  subquery:walk security_barrier jointype=0-3 joinmergedcols joinaliasvars:aliases joinleftcols joinrightcols join_using_alias:walk
  functions:walk funcordinality tablefunc:walk values_lists:walk ctename ctelevelsup self_reference
  coltypes:type coltypmods colcollations groupexprs@18:aliases`

const CASE_WHEN = 'expr:walk result:walk location'
const ARRAY = 'array_typeid:type array_collid element_typeid:type elements:walk multidims location list_start@18 list_end@18'
const CASE = 'casetype:type casecollid arg:walk args:walk defresult:walk location'
const COALESCE = 'coalescetype:type coalescecollid args:walk location'
const COLLATE = 'arg:walk collOid location'
const MIN_MAX = 'minmaxtype:type minmaxcollid inputcollid op args:walk location'
const ROW = 'args:walk row_typeid:type row_format colnames location'
const ROW_COMPARE = 'rctype@14-17 cmptype@18 opnos opfamilies inputcollids largs:walk rargs:walk'
const OPERATION = 'opno opfuncid opresulttype:type opretset opcollid inputcollid args:walk location'

/**
 * `field[@majors][:role][=values]`; majors `17-`, `14-15`, `18`. A field with two entries has the later one where its majors
 * fit. The names of some nodes changed with 15.
 */
const WRITTEN: Readonly<Record<string, string>> = {
  QUERY: `
    commandType@14=1-6 commandType@15-=1-7 querySource=0-4 canSetTag utilityStmt resultRelation
    hasAggs hasWindowFuncs hasTargetSRFs hasSubLinks hasDistinctOn hasRecursive hasModifyingCTE hasForUpdate hasRowSecurity hasGroupRTE@18 isReturn
    cteList:walk rtable:walk rteperminfos@16-:walk jointree:walk
    mergeActionList@15-:walk mergeUseOuterJoin@15-16 mergeTargetRelation@17- mergeJoinCondition@17-:walk
    targetList:walk override onConflict:walk returningOldAlias@18 returningNewAlias@18 returningList:walk
    groupClause:walk groupDistinct groupingSets:walk havingQual:walk windowClause:walk distinctClause:walk sortClause:walk
    limitOffset:walk limitCount:walk limitOption rowMarks:walk setOperations:walk constraintDeps withCheckOptions:walk stmt_location stmt_len`,
  'RTE@14': RANGE_TABLE_ENTRY,
  'RANGETBLENTRY@15-': RANGE_TABLE_ENTRY,
  'RTEPERMISSIONINFO@16-': 'relid inh requiredPerms checkAsUser selectedCols insertedCols updatedCols',
  ALIAS: 'aliasname colnames',
  TABLESAMPLECLAUSE: 'tsmhandler args:walk repeatable:walk',
  RANGETBLFUNCTION: 'funcexpr:walk funccolcount funccolnames funccoltypes:type funccoltypmods funccolcollations funcparams',
  TABLEFUNC: `
    functype@17-=0-1 ns_uris:walk ns_names docexpr:walk rowexpr:walk colnames coltypes:type coltypmods colcollations colexprs:walk coldefexprs:walk
    colvalexprs@17-:walk passingvalexprs@17-:walk notnulls plan@17-:walk ordinalitycol location`,
  FROMEXPR: 'fromlist:walk quals:walk',
  JOINEXPR: 'jointype=0-3 isNatural larg:walk rarg:walk usingClause join_using_alias:walk quals:walk alias:walk rtindex',
  RANGETBLREF: 'rtindex',
  TARGETENTRY: 'expr:walk resno resname ressortgroupref resorigtbl resorigcol resjunk',
  COMMONTABLEEXPR: `
    ctename aliascolnames ctematerialized ctequery:walk search_clause:walk cycle_clause:walk location cterecursive cterefcount
    ctecolnames ctecoltypes:type ctecoltypmods ctecolcollations`,
  CTESEARCHCLAUSE: 'search_col_list search_breadth_first search_seq_column location',
  CTECYCLECLAUSE: `
    cycle_col_list cycle_mark_column cycle_mark_value:walk cycle_mark_default:walk cycle_path_column location
    cycle_mark_type:type cycle_mark_typmod cycle_mark_collation cycle_mark_neop`,
  SETOPERATIONSTMT: 'op=1-3 all larg:walk rarg:walk colTypes:type colTypmods colCollations groupClauses:walk',
  SORTGROUPCLAUSE: 'tleSortGroupRef eqop sortop reverse_sort@18 nulls_first hashable',
  GROUPINGSET: 'kind content:walk location',
  WINDOWCLAUSE: `
    name refname partitionClause:walk orderClause:walk frameOptions startOffset:walk endOffset:walk runCondition@15-16:walk startInRangeFunc
    endInRangeFunc inRangeColl inRangeAsc inRangeNullsFirst winref copiedOrder`,
  ROWMARKCLAUSE: 'rti strength waitPolicy pushedDown',
  ONCONFLICTEXPR: 'action=1-2 arbiterElems:walk arbiterWhere:walk constraint onConflictSet:walk onConflictWhere:walk exclRelIndex exclRelTlist:aliases',
  INFERENCEELEM: 'expr:walk infercollid inferopclass',
  WITHCHECKOPTION: 'kind=0-5 relname polname qual:walk cascaded',
  'MERGEACTION@15-': 'matched@15-16 matchKind@17-=0-2 commandType=2-7 override qual:walk targetList:walk updateColnos',

  VAR: 'varno varattno vartype:type vartypmod varcollid varnullingrels@16- varlevelsup varreturningtype@18=0-2 varnosyn varattnosyn location',
  CONST: 'consttype:type consttypmod constcollid constlen constbyval constisnull location constvalue',
  PARAM: 'paramkind=0,2,3 paramid paramtype:type paramtypmod paramcollid location',
  AGGREF: `
    aggfnoid aggtype:type aggcollid inputcollid aggtranstype aggargtypes:type aggdirectargs:walk args:walk aggorder:walk aggdistinct:walk
    aggfilter:walk aggstar aggvariadic aggkind aggpresorted@16- agglevelsup aggsplit aggno aggtransno location`,
  GROUPINGFUNC: 'args:walk refs cols agglevelsup location',
  WINDOWFUNC: 'winfnoid wintype:type wincollid inputcollid args:walk aggfilter:walk runCondition@17-:walk winref winstar winagg location',
  SUBSCRIPTINGREF: `
    refcontainertype:type refelemtype:type refrestype:type reftypmod refcollid refupperindexpr:walk reflowerindexpr:walk refexpr:walk refassgnexpr:walk`,
  FUNCEXPR: 'funcid funcresulttype:type funcretset funcvariadic funcformat=0-3 funccollid inputcollid args:walk location',
  NAMEDARGEXPR: 'arg:walk name argnumber location',
  OPEXPR: OPERATION,
  DISTINCTEXPR: OPERATION,
  NULLIFEXPR: OPERATION,
  SCALARARRAYOPEXPR: 'opno opfuncid hashfuncid negfuncid@15- useOr inputcollid args:walk location',
  BOOLEXPR: 'boolop args:walk location',
  SUBLINK: 'subLinkType=0-6 subLinkId testexpr:walk operName subselect:walk location',
  FIELDSELECT: 'arg:walk fieldnum resulttype:type resulttypmod resultcollid',
  FIELDSTORE: 'arg:walk newvals:walk fieldnums resulttype:type',
  RELABELTYPE: 'arg:walk resulttype:type resulttypmod resultcollid relabelformat location',
  COERCEVIAIO: 'arg:walk resulttype:type resultcollid coerceformat location',
  ARRAYCOERCEEXPR: 'arg:walk elemexpr:walk resulttype:type resulttypmod resultcollid coerceformat location',
  CONVERTROWTYPEEXPR: 'arg:walk resulttype:type convertformat location',
  COERCETODOMAIN: 'arg:walk resulttype:type resulttypmod resultcollid coercionformat location',
  COERCETODOMAINVALUE: 'typeId:type typeMod collation location',
  SETTODEFAULT: 'typeId:type typeMod collation location',
  CURRENTOFEXPR: 'cvarno cursor_name cursor_param',
  NEXTVALUEEXPR: 'seqid typeId:type',
  CASETESTEXPR: 'typeId:type typeMod collation',
  NULLTEST: 'arg:walk nulltesttype argisrow location',
  BOOLEANTEST: 'arg:walk booltesttype location',
  SQLVALUEFUNCTION: 'op=0-14 type:type typmod location',
  XMLEXPR: 'op=0-7 name named_args:walk arg_names args:walk xmloption indent@16- type:type typmod location',
  'MERGESUPPORTFUNC@17-': 'msftype:type msfcollid location',
  'RETURNINGEXPR@18': 'retlevelsup retold retexpr:walk',

  'ARRAY@14': ARRAY,
  'ARRAYEXPR@15-': ARRAY,
  'CASE@14': CASE,
  'CASEEXPR@15-': CASE,
  'WHEN@14': CASE_WHEN,
  'CASEWHEN@15-': CASE_WHEN,
  'COALESCE@14': COALESCE,
  'COALESCEEXPR@15-': COALESCE,
  'COLLATE@14': COLLATE,
  'COLLATEEXPR@15-': COLLATE,
  'MINMAX@14': MIN_MAX,
  'MINMAXEXPR@15-': MIN_MAX,
  'ROW@14': ROW,
  'ROWEXPR@15-': ROW,
  'ROWCOMPARE@14': ROW_COMPARE,
  'ROWCOMPAREEXPR@15-': ROW_COMPARE,

  'JSONFORMAT@16-': 'format_type encoding location',
  'JSONRETURNING@16-': 'format:walk typid:type typmod',
  'JSONVALUEEXPR@16-': 'raw_expr:walk formatted_expr:walk format:walk',
  'JSONCONSTRUCTOREXPR@16-': 'type args:walk func:walk coercion:walk returning:walk absent_on_null unique location',
  'JSONISPREDICATE@16-': 'expr:walk format:walk item_type unique_keys location',
  'JSONEXPR@17-': `
    op=0-3 column_name formatted_expr:walk format:walk path_spec:walk returning:walk passing_names passing_values:walk on_empty:walk on_error:walk
    use_io_coercion use_json_coercion wrapper omit_quotes collation location`,
  'JSONBEHAVIOR@17-': 'btype expr:walk coerce location',
  'JSONTABLEPATH@17-': 'value:walk name',
  'JSONTABLEPATHSCAN@17-': 'path:walk errorOnError child:walk colMin colMax',
  'JSONTABLESIBLINGJOIN@17-': 'lplan:walk rplan:walk',
}

const SHAPES: ReadonlyMap<number, ReadonlyMap<string, NodeShape>> = new Map(MAJORS.map((major) => [major, compile(major)]))

function compile(major: number): ReadonlyMap<string, NodeShape> {
  const out = new Map<string, NodeShape>()
  for (const [key, text] of Object.entries(WRITTEN)) {
    const [type = '', majors] = key.split('@')
    if (!holds(majors, major)) continue
    const shape = new Map<string, FieldShape>()
    for (const written of text.trim().split(/\s+/)) {
      const [, name = '', only, role = 'plain', values] = /^(\w+)(?:@([\d-]+))?(?::(\w+))?(?:=([\d,-]+))?$/.exec(written) ?? []
      if (name === '') throw new Error(`not a field: ${written}`)
      if (holds(only, major)) shape.set(name, { role: role as FieldRole, ...(values === undefined ? {} : { values: valuesOf(values) }) })
    }
    out.set(type, shape)
  }
  return out
}

function holds(majors: string | undefined, major: number): boolean {
  if (majors === undefined) return true
  const [first, last] = majors.split('-')
  return major >= Number(first) && major <= (last === undefined ? Number(first) : last === '' ? Number.POSITIVE_INFINITY : Number(last))
}

function valuesOf(text: string): ReadonlySet<string> {
  const out = new Set<string>()
  for (const range of text.split(',')) {
    const [first, last = first] = range.split('-').map(Number)
    for (let value = first as number; value <= (last as number); value++) out.add(String(value))
  }
  return out
}
