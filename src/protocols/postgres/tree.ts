// Small readers over libpg_query's JSON. None of them throws: a shape that is not there reads as empty, and the walker's
// table is what reports shapes that should not be.

export type Tree = Readonly<Record<string, unknown>>

const EMPTY: Tree = {}

export function treeOf(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : EMPTY
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** `SelectStmt` of `{"SelectStmt": {..}}`; undefined for anything that is not one wrapped node. */
export function nodeName(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const keys = Object.keys(value)
  const name = keys[0]
  return keys.length === 1 && name !== undefined && /^[A-Z]/.test(name) ? name : undefined
}

/** The text of a String node; an empty one is written without its field. */
export function stringOf(value: unknown): string | undefined {
  if (nodeName(value) !== 'String') return undefined
  const text = treeOf(treeOf(value)['String'])['sval']
  return typeof text === 'string' ? text : ''
}

export function stringsOf(value: unknown): string[] {
  const out: string[] = []
  for (const item of listOf(value)) {
    const text = stringOf(item)
    if (text !== undefined) out.push(text)
  }
  return out
}

/** A plain constant (A_Const, or the bare value nodes DefElem uses) as text; null for anything else and for NULL. */
export function constantOf(value: unknown): string | null {
  const name = nodeName(value)
  if (name === undefined) return null
  const inner = treeOf(treeOf(value)[name])
  switch (name) {
    case 'A_Const':
      if (inner['isnull'] === true) return null
      for (const [field, type] of CONSTANTS) if (inner[field] !== undefined) return constantOf({ [type]: inner[field] })
      return null
    case 'String':
      return typeof inner['sval'] === 'string' ? inner['sval'] : ''
    case 'Integer':
      return String(inner['ival'] ?? 0)
    case 'Float':
      return String(inner['fval'] ?? '0')
    case 'Boolean':
      return inner['boolval'] === true ? 'true' : 'false'
    case 'BitString':
      return String(inner['bsval'] ?? '')
    case 'TypeName':
      return stringsOf(inner['names']).at(-1) ?? null
    default:
      return null
  }
}

const CONSTANTS = [['sval', 'String'], ['ival', 'Integer'], ['fval', 'Float'], ['boolval', 'Boolean'], ['bsval', 'BitString']] as const

export function isPlainValue(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** Options as `{name: DefElem}`, lower case; the last of a repeated one. */
export function optionsOf(value: unknown): Map<string, Tree> {
  const out = new Map<string, Tree>()
  for (const item of listOf(value)) {
    const element = treeOf(treeOf(item)['DefElem'])
    if (typeof element['defname'] === 'string') out.set(element['defname'].toLowerCase(), element)
  }
  return out
}

/** A yes/no option: present without a value means yes. */
export function isOn(option: Tree | undefined): boolean {
  if (option === undefined) return false
  const value = option['arg'] === undefined ? 'true' : constantOf(option['arg'])
  return value === null || !/^(false|off|no|0)$/i.test(value)
}
