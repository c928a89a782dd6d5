import { FIRST_USER_OID } from '../catalog.ts'
import { listOf, numberOf } from './lineage-fields.ts'
import type { Node, Value } from './node-tree.ts'
import type { ResolvedCall } from './resolution.ts'

const NONE: readonly ResolvedCall[] = []
/** nextval(regclass), which fills an identity column. */
const NEXTVAL = 1574

/**
 * What a node itself runs, without the nodes in it. A function of 0: the tree names only the operator. Equality and order of
 * GROUP BY, ORDER BY, DISTINCT, UNION and the like are `support`, and only where the operator is somebody's own: those that came
 * with the server run nothing else, unless the type is somebody's, and types are in `userTypes`. So are the functions that
 * COERCEVIAIO and COERCETODOMAIN run: they belong to the type and stand in no tree.
 */
export function callsOf(node: Node): readonly ResolvedCall[] {
  switch (node.type) {
    case 'FUNCEXPR':
      return [{ function: numberOf(node, 'funcid'), via: isCast(node) ? 'cast' : 'call' }]
    case 'OPEXPR':
    case 'DISTINCTEXPR':
    case 'NULLIFEXPR':
    case 'SCALARARRAYOPEXPR':
      return [{ function: numberOf(node, 'opfuncid'), via: 'operator', operator: numberOf(node, 'opno') }]
    case 'AGGREF':
      return [{ function: numberOf(node, 'aggfnoid'), via: 'aggregate' }]
    case 'WINDOWFUNC':
      return [{ function: numberOf(node, 'winfnoid'), via: 'window' }]
    case 'NEXTVALUEEXPR':
      return [{ function: NEXTVAL, via: 'sequence' }]
    case 'TABLESAMPLECLAUSE':
      return [{ function: numberOf(node, 'tsmhandler'), via: 'sample' }]
    case 'WINDOWCLAUSE':
      return ['startInRangeFunc', 'endInRangeFunc'].flatMap((field) => (numberOf(node, field) === 0 ? NONE : [{ function: numberOf(node, field), via: 'support' as const }]))
    case 'ROWCOMPARE':
    case 'ROWCOMPAREEXPR':
      return listOf(node, 'opnos').flatMap(support)
    case 'SORTGROUPCLAUSE':
      return numberOf(node, 'eqop') < FIRST_USER_OID && numberOf(node, 'sortop') < FIRST_USER_OID ? NONE : [node.fields.get('eqop'), node.fields.get('sortop')].flatMap(support)
    case 'CTECYCLECLAUSE':
      return support(node.fields.get('cycle_mark_neop'))
    default:
      return NONE
  }
}

/** CoercionForm: 1 is a cast that is written, 2 one that is not. */
function isCast(node: Node): boolean {
  const form = node.fields.get('funcformat')
  return form === '1' || form === '2'
}

function support(operator: Value | undefined): readonly ResolvedCall[] {
  const oid = Number(operator)
  return oid >= FIRST_USER_OID ? [{ function: 0, via: 'support', operator: oid }] : NONE
}
