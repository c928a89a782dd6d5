import { isNode, type Node, type Value } from './node-tree.ts'

/** The oid of an expression's type, as the tree states it. 0: not stated (an ARRAY sublink), or a node that is not known. */
export function typeOf(node: Value | undefined): number {
  if (!isNode(node)) return 0
  const field = TYPE_FIELDS[node.type]
  if (field !== undefined) return Number(node.fields.get(field) ?? 0)
  const fixed = FIXED[node.type]
  if (fixed !== undefined) return fixed
  const inner = WRAPPERS[node.type]
  if (inner !== undefined) return typeOf(node.fields.get(inner))
  switch (node.type) {
    case 'SUBLINK':
      return sublinkType(node)
    case 'XMLEXPR':
      return xmlType(node)
    case 'JSONCONSTRUCTOREXPR':
    case 'JSONEXPR':
      return typeOf(node.fields.get('returning'))
    case 'JSONVALUEEXPR':
      return typeOf(node.fields.get('formatted_expr')) || typeOf(node.fields.get('raw_expr'))
    default:
      return 0
  }
}

const BOOL = 16
const TEXT = 25
const INT4 = 23
const XML = 142

// The names differ between majors: CASE became CASEEXPR in 15, and so on.
const TYPE_FIELDS: Readonly<Record<string, string>> = {
  VAR: 'vartype', CONST: 'consttype', PARAM: 'paramtype', AGGREF: 'aggtype', WINDOWFUNC: 'wintype', FUNCEXPR: 'funcresulttype',
  OPEXPR: 'opresulttype', DISTINCTEXPR: 'opresulttype', NULLIFEXPR: 'opresulttype', SUBSCRIPTINGREF: 'refrestype', FIELDSELECT: 'resulttype',
  FIELDSTORE: 'resulttype', RELABELTYPE: 'resulttype', COERCEVIAIO: 'resulttype', ARRAYCOERCEEXPR: 'resulttype', CONVERTROWTYPEEXPR: 'resulttype',
  COERCETODOMAIN: 'resulttype', CASE: 'casetype', CASEEXPR: 'casetype', CASETESTEXPR: 'typeId', ARRAY: 'array_typeid', ARRAYEXPR: 'array_typeid',
  ROW: 'row_typeid', ROWEXPR: 'row_typeid', COALESCE: 'coalescetype', COALESCEEXPR: 'coalescetype', MINMAX: 'minmaxtype', MINMAXEXPR: 'minmaxtype',
  SQLVALUEFUNCTION: 'type', NEXTVALUEEXPR: 'typeId', SETTODEFAULT: 'typeId', COERCETODOMAINVALUE: 'typeId', MERGESUPPORTFUNC: 'msftype', JSONRETURNING: 'typid',
}

const FIXED: Readonly<Record<string, number>> = {
  BOOLEXPR: BOOL, NULLTEST: BOOL, BOOLEANTEST: BOOL, SCALARARRAYOPEXPR: BOOL, ROWCOMPARE: BOOL, ROWCOMPAREEXPR: BOOL, CURRENTOFEXPR: BOOL, JSONISPREDICATE: BOOL,
  GROUPINGFUNC: INT4,
}

const WRAPPERS: Readonly<Record<string, string>> = { COLLATE: 'arg', COLLATEEXPR: 'arg', RETURNINGEXPR: 'retexpr', TARGETENTRY: 'expr' }

function sublinkType(node: Node): number {
  const kind = node.fields.get('subLinkType')
  // EXPR and MULTIEXPR have the type of their first column; ARRAY an array of it, which only the catalogue knows.
  if (kind !== '4' && kind !== '5') return kind === '6' ? 0 : BOOL
  const query = node.fields.get('subselect')
  const list = isNode(query) ? query.fields.get('targetList') : null
  return Array.isArray(list) ? typeOf(list[0]) : 0
}

/** XmlExprOp: 6 is XMLSERIALIZE (older trees), 7 IS DOCUMENT. */
function xmlType(node: Node): number {
  const op = node.fields.get('op')
  return op === '7' ? BOOL : op === '6' ? Number(node.fields.get('type') ?? TEXT) : XML
}
