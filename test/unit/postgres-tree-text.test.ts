import { describe, expect, it } from 'vitest'
import { readNodeTree, unfold, type Value } from '../../src/protocols/postgres/resolve/node-tree.ts'

/** format_node_dump of src/backend/nodes/print.c, over bytes. */
function fold(text: string): string {
  const dump = Buffer.from(text)
  const lines: string[] = []
  let at = 0
  for (;;) {
    let end = Math.min(78, dump.length - at)
    const line = dump.subarray(at, at + end)
    at += end
    if (at >= dump.length) {
      lines.push(line.toString('latin1'))
      return Buffer.from(`${lines.join('\n')}\n`, 'latin1').toString()
    }
    if (dump[at] === 32) at++
    else {
      const blank = line.lastIndexOf(32)
      if (blank > 0) {
        at -= end - blank - 1
        end = blank
      }
    }
    lines.push(line.subarray(0, end).toString('latin1'))
  }
}

const entry = (name: string): string => `({QUERY :commandType 1 :targetList ({TARGETENTRY :resno 1 :resname ${name} :resjunk false} {TARGETENTRY :resno 2 :resname b :resjunk false})})`

function namesIn(text: string): unknown {
  const [query] = readNodeTree(text) as unknown as readonly { fields: Map<string, readonly { fields: Map<string, Value> }[]> }[]
  return query?.fields.get('targetList')?.map(({ fields }) => fields.get('resname'))
}

describe('the text of a query tree', () => {
  it('is nodes, lists, null and words', () => {
    expect(readNodeTree('({A :x 1 :y <> :z (i 1 2) :w ("p" "q") :v {B}} (o) (b 8 9) <> "")')).toEqual([
      { type: 'A', fields: new Map<string, unknown>([['x', '1'], ['y', null], ['z', ['1', '2']], ['w', ['p', 'q']], ['v', { type: 'B', fields: new Map() }]]) },
      [], ['8', '9'], null, '',
    ])
  })

  it('keeps a list of names whose first is a letter that could say what the list is of', () => {
    expect(readNodeTree('("i" "o")')).toEqual(['i', 'o'])
    expect(readNodeTree('(index 1)')).toEqual(['index', '1'])
  })

  it('takes escapes out of names, and never takes what they hide for structure', () => {
    expect(readNodeTree('{A :x a\\ b :y \\(\\)\\{\\} :z \\<> :w "c\\ d" :v \\"e" :u f\\\\g}')).toEqual({
      type: 'A',
      fields: new Map([['x', 'a b'], ['y', '(){}'], ['z', '<>'], ['w', 'c d'], ['v', '"e"'], ['u', 'f\\g']]),
    })
  })

  it('keeps a quote in a name in a list, which the server does not escape', () => {
    expect(readNodeTree('("a"b" "c")')).toEqual(['a"b', 'c'])
  })

  it('keeps the bytes of a constant as their text', () => {
    expect(readNodeTree('{CONST :constvalue 4 [ 1 0  -1 0 ] :location 3}')).toEqual({ type: 'CONST', fields: new Map([['constvalue', '4 [ 1 0 -1 0 ]'], ['location', '3']]) })
  })

  it.each(['', ' ', '{', '(', '{A', '{A :x', '{A :x 1', '{A x 1}', '{A :x}', ')', '}', '(}', '{A :x )}', '1 2', '{A} {B}', '{A :x 1 :x 2}', '{A :constvalue 4 [ 1 0', '{A :constvalue 4 [ {B} ]}', '(a\\', '{}'])('is refused when it is %j', (text) => {
    expect(() => readNodeTree(text)).toThrow(/query tree could not be read/)
  })

  it('is refused when it is nested too deeply, or too long', () => {
    expect(() => readNodeTree('('.repeat(100_000) + ')'.repeat(100_000))).toThrow(/nested too deeply/)
    expect(() => readNodeTree('(x)'.padEnd((4 << 20) + 1))).toThrow(/longer than/)
  })
})

describe('the lines of a query tree', () => {
  it.each([
    ['short names', entry('a')],
    ['blanks in names, wherever the line ends', ...Array.from({ length: 80 }, (_, at) => entry(`${'x\\ '.repeat(at % 20)}${'y'.repeat(at % 7)}`))],
    ['names of many bytes', entry('é€😀'.repeat(8)), entry('é'.repeat(31))],
    ['a line that is full to its end', ...Array.from({ length: 79 }, (_, at) => entry('z'.repeat(at % 63 || 1)))],
  ])('become one again: %s', (_, ...texts) => {
    for (const text of texts) expect(unfold(fold(text))).toBe(text)
  })

  it('are never another text than the one they were made of', () => {
    // A fixed sequence of names that are made to mislead, from a small generator.
    let state = 7
    const next = (below: number): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % below
    const pieces = ['\\(', '\\)', '\\\n', '\\ ', 'a', '\\\\', '\\{', '\\}', 'é', ':b', '\\\n\\ :resno\\ 3']
    let read = 0
    for (let turn = 0; turn < 5_000; turn++) {
      const name = Array.from({ length: 1 + next(1 + next(63)) }, () => pieces[next(pieces.length)]).join('')
      const text = entry(`"${name}"`)
      let names: unknown
      try {
        names = namesIn(unfold(fold(text)))
      } catch {
        continue
      }
      read++
      // A newline in a name may be read as a blank, in the same place.
      expect(names).toEqual([name.replace(/\\([\s\S])/g, '$1').replaceAll('\n', ' '), 'b'])
    }
    expect(read).toBeGreaterThan(500)
  })

  it('are refused where a name holds a newline that ends no line of the server', () => {
    expect(() => unfold(fold(entry('a\\\nb')))).toThrow(/where its words end/)
  })

  it('are refused where a word is longer than a line, for a cut and a blank look the same', () => {
    expect(() => unfold(fold(entry('\\('.repeat(63))))).toThrow(/where its words end/)
  })
})
