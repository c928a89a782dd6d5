import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { continuePermit, digestOf, isRefusal, type Permit, spendAnalysisPermit, spendPermit } from '../../src/enforcement/permit.ts'
import * as permitModule from '../../src/enforcement/permit.ts'
import { Framer, frontend } from '../../src/protocols/postgres/codec.ts'
import { analysisMessages } from '../../src/protocols/postgres/upstream.ts'
import { considered, createGate, type Gate, OWN_WORD, read } from '../support/enforcement.ts'

const BYTES = Buffer.from('Q\0\0\0\u000eSELECT 1\0')

let gate: Gate
beforeEach(async () => { gate = await createGate() })
afterEach(() => gate.close())

/** A permit as the corridor gets it: from a policy that allows the command. */
function genuine(input: 'complete' | 'streaming' = 'complete', bytes: Uint8Array = BYTES): Permit {
  const admission = considered(gate, read('SELECT 1', { digest: digestOf(bytes), input })).admit()
  if (admission instanceof Promise || isRefusal(admission)) throw new Error('a plain read is admitted at once')
  return admission
}

type Constructor = new (...values: unknown[]) => Permit
const constructorOf = (permit: Permit): Constructor => Object.getPrototypeOf(permit).constructor as Constructor
const grant = { commandId: 'cm_1', digest: digestOf(BYTES), obligations: [], auditSequence: 1, streaming: true, holdId: undefined }

/** Throws for both gates, whatever state it is in. */
function expectUseless(forged: Permit): void {
  expect(() => spendPermit(forged, BYTES)).toThrow(TypeError)
  expect(() => continuePermit(forged)).toThrow(TypeError)
}

describe('a genuine permit', () => {
  it('is spent once, on exactly its bytes', () => {
    const permit = genuine()
    spendPermit(permit, Buffer.from(BYTES))
    expect(() => spendPermit(permit, BYTES)).toThrow('spent before')
  })

  it('is not for other bytes, and is not used up by being offered them', () => {
    const permit = genuine()
    for (const other of [Buffer.from('Q\0\0\0\u000eSELECT 2\0'), BYTES.subarray(1), Buffer.concat([BYTES, Buffer.of(0)]), Buffer.alloc(0)]) expect(() => spendPermit(permit, other)).toThrow('not the bytes')
    spendPermit(permit, BYTES)
  })

  it('lets input follow only after its command, and only where it is for streaming', () => {
    const streaming = genuine('streaming')
    expect(() => continuePermit(streaming)).toThrow('comes before its input')
    spendPermit(streaming, BYTES)
    continuePermit(streaming)
    continuePermit(streaming)
    const complete = genuine()
    spendPermit(complete, BYTES)
    expect(() => continuePermit(complete)).toThrow('not for streaming')
  })

  it('cannot be changed', () => {
    const permit = genuine()
    expect(() => Object.assign(permit, { commandId: 'cm_other' })).toThrow(TypeError)
    expect(() => Object.assign(permit, { spent: false })).toThrow(TypeError)
    expect(() => Object.setPrototypeOf(permit, {})).toThrow(TypeError)
  })

  it('is for one of the registered words, or there is none', () => {
    expect(() => gate.point.own(null, 'test/other')).toThrow(expect.objectContaining({ code: 'permit_refused' }))
    expect(() => spendPermit(gate.point.own(null, OWN_WORD), Buffer.from('hello, and more'))).toThrow('not the bytes')
    spendPermit(gate.point.own(null, OWN_WORD), Buffer.from('hello'))
  })
})

describe('a permit of one purpose', () => {
  it('is none for another, whatever the compiler was told', () => {
    const bytes = analysisMessages('SELECT 1', [])
    expect(() => spendPermit(gate.point.analysis(null, bytes) as never, bytes)).toThrow('this permit is not for this: it is for analysis')
    expect(() => continuePermit(gate.point.analysis(null, bytes) as never)).toThrow(TypeError)
    expect(() => spendAnalysisPermit(gate.point.own(null, OWN_WORD) as never, Buffer.from('hello'))).toThrow('this permit is not for this: it is for run')
    const permit = gate.point.analysis(null, bytes)
    expect(() => Object.assign(permit, { purpose: 'run' })).toThrow(TypeError)
    expect(() => spendPermit(new Proxy(permit, { get: () => 'run' }) as never, bytes)).toThrow(TypeError)
    spendAnalysisPermit(permit, bytes)
    expect(() => spendAnalysisPermit(permit, bytes)).toThrow('spent before')
  })

  it('is recorded with the digest of what it shows the target, and cannot be had while nothing can be recorded', async () => {
    const bytes = analysisMessages('SELECT 2', [23])
    const { auditSequence } = gate.point.analysis(null, bytes)
    await gate.recorder.durable(auditSequence)
    expect(gate.journal('permit').find(({ seq }) => seq === auditSequence)?.body).toMatchObject({ command: 'own:analysis', rule: 'builtin/analysis', verdict: 'allow', digest: digestOf(bytes) })
  })

  it('for analysis carries Parse, Close and Sync, and nothing that runs', () => {
    const framer = new Framer(1 << 20)
    framer.push(analysisMessages('DELETE FROM t', [23, 0]))
    const types: number[] = []
    for (let message = framer.next(); message !== null; message = framer.next()) types.push(message.type)
    expect(types).toEqual([frontend.parse, frontend.close, frontend.sync])
  })
})

describe('a forged permit throws', () => {
  it.each<[string, (permit: Permit) => unknown]>([
    ['an object literal', () => ({ ...grant })],
    ['null', () => null],
    ['undefined', () => undefined],
    ['a function', () => () => undefined],
    ['a copy of all that can be seen', (permit) => ({ ...permit })],
    ['a structured clone', (permit) => structuredClone({ ...permit })],
    ['an object with the prototype of a permit', (permit) => Object.create(Object.getPrototypeOf(permit) as object)],
    ['an object whose prototype is a permit', (permit) => Object.create(permit)],
    ['a proxy around a permit', (permit) => new Proxy(permit, {})],
    ['what JSON makes of a permit', (permit) => JSON.parse(JSON.stringify(permit))],
    ['a literal with the descriptors of a permit', (permit) => Object.create(Object.getPrototypeOf(permit) as object, Object.getOwnPropertyDescriptors(permit))],
  ])('%s', (_what, forge) => {
    const permit = genuine('streaming')
    const before = forge(permit) as Permit
    expectUseless(before)
    spendPermit(permit, BYTES)
    expectUseless(forge(permit) as Permit)
  })

  it('a clone of the permit itself cannot even be made into one', () => {
    expectUseless(structuredClone(genuine()))
  })

  it.each<[string, (Class: Constructor) => unknown]>([
    ['new', (Class) => new Class(Symbol('mint'), grant)],
    ['new without a key', (Class) => new Class()],
    ['Reflect.construct', (Class) => Reflect.construct(Class, [Symbol('mint'), grant])],
    ['Reflect.construct with another target', (Class) => Reflect.construct(Class, [Symbol.for('mint'), grant], Object)],
    ['a subclass', (Class) => { class Sub extends Class {} return new Sub(Symbol('mint'), grant) }],
    ['its own static', (Class) => (Class as unknown as { mint(key: symbol, of: unknown): unknown }).mint(Symbol('mint'), grant)],
  ])('the constructor found through a permit: %s', (_what, construct) => {
    expect(() => construct(constructorOf(genuine()))).toThrow('minted by the enforcement point only')
  })

  it('the gates found through a permit cannot be replaced', () => {
    const Class = constructorOf(genuine()) as unknown as Record<string, unknown>
    for (const name of ['spend', 'continueInput', 'mint']) {
      expect(() => { Class[name] = () => undefined }).toThrow(TypeError)
    }
    expect(() => Object.defineProperty(Class['prototype'], 'digest', { value: '' })).toThrow(TypeError)
    expectUseless({} as Permit)
  })

  it('no key is to be found: not in the module, not on the class, not on a permit', () => {
    const permit = genuine()
    const Class = constructorOf(permit)
    expect(Object.keys(permitModule).sort()).toEqual(['continuePermit', 'createEnforcementPoint', 'digestOf', 'isRefusal', 'spendAnalysisPermit', 'spendMeasurePermit', 'spendPermit'])
    expect([permit, Class, Class.prototype].flatMap((one) => Object.getOwnPropertySymbols(one))).toEqual([])
    expect(Object.keys(permit).sort()).toEqual(['auditSequence', 'ceiling', 'commandId', 'holdId', 'obligations', 'purpose'])
  })
})
