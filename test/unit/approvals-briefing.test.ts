import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Briefing, BriefingContext } from '../../src/approvals/briefing.ts'
import { briefingIsIntact, buildBriefing, canonicalJson, MAX_REVIEWABLE_BYTES, substanceOf } from '../../src/approvals/briefing.ts'
import { renderBriefing } from '../../src/approvals/render.ts'
import { visible, visibleLine } from '../../src/approvals/visible.ts'
import type { Command, Facts } from '../../src/gateway/command.ts'
import { START, billingBot, command, deleteFacts, session, verdict } from '../support/approvals.ts'

const context: BriefingContext = {
  holdId: 'hd_1', code: '417', now: START, expiresAt: START + 600_000, runsBefore: START + 1_200_000,
  maskSecrets: (text) => text.replaceAll(/AKIA[A-Z0-9]{16}/g, '[cloud-key]'),
}
const brief = (one: Command, more: Partial<BriefingContext> = {}): Briefing => buildBriefing(one, verdict(), 'p1', { ...context, ...more })
const fieldOf = (briefing: Briefing, name: string) => briefing.sections.flatMap((section) => section.fields).find((field) => field.name === name)
const codes = (briefing: Briefing): string[] => briefing.warnings.map((warning) => warning.code)
const reading = (more: Partial<Facts>): Pick<Command, 'facts' | 'readings'> => ({ facts: { ...deleteFacts, ...more }, readings: [{ ...deleteFacts, ...more }] })

describe('a briefing', () => {
  it('says in this order: what, how much, who, undo, why, exact bytes', () => {
    const names = brief(command()).sections.map((section) => section.name)
    expect(names).toEqual(['what_will_happen', 'how_much', 'who', 'undo', 'why', 'exact_bytes'])
  })

  it('states what is signed, with the last moment at which it could run', () => {
    expect(brief(command()).sentence).toBe('I allow billing-bot to run exactly this DELETE on orders, once, before 12:20:00Z.')
    expect(brief(command(), { runsBefore: START + 86_400_000 }).sentence).toContain('before 2026-11-21 12:00:00Z.')
  })

  it('says in words what is not known', () => {
    const briefing = brief(command())
    expect(fieldOf(briefing, 'rows')?.value).toBe('not measured')
    expect(fieldOf(briefing, 'undo')?.value).toBe('not offered yet')
  })

  it('marks what the agent says as claimed, and nothing else', () => {
    const briefing = brief(command(undefined, { session: session({ claimed: { reason: 'retention job' } }) }))
    const claimed = briefing.sections.flatMap((section) => section.fields.filter((field) => field.source === 'CLAIMED').map((field) => [section.name, field.value]))
    expect(claimed).toEqual([['why', 'retention job']])
  })

  it('has a digest that changes with any of it', () => {
    const one = command()
    const briefing = brief(one)
    expect(briefing.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(briefingIsIntact(briefing)).toBe(true)
    expect(briefingIsIntact(JSON.parse(JSON.stringify(briefing)) as Briefing)).toBe(true)
    expect(briefingIsIntact({ ...briefing, sentence: briefing.sentence.replace('once', 'twice') })).toBe(false)
    expect(brief({ ...one, parameters: ['1'] }).digest).not.toBe(briefing.digest)
    expect(brief(one, { code: '418' }).digest).not.toBe(briefing.digest)
  })

  it('has a substance that an honest retry shares and other evidence does not', () => {
    const substance = substanceOf(brief(command()))
    expect(substanceOf(brief(command(undefined, { session: session({ peer: '10.0.0.9:1', claimed: { reason: 'again' } }), digest: 'd'.repeat(64) }), { now: START + 5_000 }))).toBe(substance)
    expect(substanceOf(brief(command('DELETE FROM invoices WHERE id < 501')))).not.toBe(substance)
    expect(substanceOf(brief(command(undefined, { context: { in_transaction: true } })))).not.toBe(substance)
    expect(substanceOf(brief(command(undefined, reading({ effect: 'admin' }))))).not.toBe(substance)
    expect(substanceOf(buildBriefing(command(), verdict({ slots: [] }), 'p1', context))).not.toBe(substance)
  })

  it('keeps the statement exact and complete, with a visible form only where it differs', () => {
    const text = `DELETE FROM invoices\n WHERE note = '${'x'.repeat(20_000)}'`
    expect(fieldOf(brief(command(text)), 'statement')).toMatchObject({ value: text })
    expect(fieldOf(brief(command(text)), 'statement')).not.toHaveProperty('visible')
    const bidi = 'DELETE FROM a\u202Eb'
    expect(fieldOf(brief(command(bidi)), 'statement')).toMatchObject({ value: bidi, visible: 'DELETE FROM a\\u{202E}b' })
  })

  it('refuses what is too large to be read whole', () => {
    const half = 'x'.repeat(MAX_REVIEWABLE_BYTES / 2)
    expect(() => brief(command(half, { parameters: [half] }))).not.toThrow()
    expect(() => brief(command(half, { parameters: [`${half}x`] }))).toThrow(expect.objectContaining({ code: 'input_limit' }))
  })

  it('masks secrets in text, parameters and claims, and says so', () => {
    const secret = 'AKIAABCDEFGHIJKLMNOP'
    const briefing = brief(command(`SELECT '${secret}'`, { parameters: [secret], session: session({ claimed: { reason: secret } }) }))
    expect(JSON.stringify(briefing) + renderBriefing(briefing)).not.toContain(secret)
    expect(codes(briefing)).toContain('secret_masked')
    expect(codes(brief(command()))).not.toContain('secret_masked')
  })

  it.each<[string, Partial<Command>, string]>([
    ['hidden characters in the text', { text: 'DELETE FROM a\u200Bb' }, 'hidden_characters'],
    ['hidden characters in a parameter', { parameters: ['a\u00A0b'] }, 'hidden_characters'],
    ['hidden characters in a name', reading({ resources: [{ kind: 'relation', name: 'a\u{E0041}', access: 'write' }] }), 'hidden_characters'],
    ['a name of mixed scripts', { text: 'DELETE FROM \u0430ccounts' }, 'look_alike_letters'],
    ['a long run of blanks', { text: `SELECT 1${' '.repeat(60)}; DROP TABLE a` }, 'long_blank'],
    ['many empty lines', { text: `SELECT 1${'\n'.repeat(12)}; DROP TABLE a` }, 'long_blank'],
    ['several statements', { readings: [deleteFacts, deleteFacts] }, 'several_statements'],
    ['a transaction', { context: { in_transaction: true } }, 'in_transaction'],
    ['what cannot be inspected', reading({ unknown: ['function f() cannot be placed'] }), 'unknown_part'],
    ['an unknown effect', reading({ effect: 'unknown' }), 'unknown_part'],
    ['no condition', reading({ attributes: { has_where: false } }), 'unbounded'],
    ['a condition that is always true', reading({ attributes: { has_where: true, where_constant_true: true } }), 'unbounded'],
    ['a TRUNCATE', reading({ action: 'truncate' }), 'unbounded'],
    ['what a rule adds', { readings: [deleteFacts, { ...deleteFacts, attributes: { depth: 'rule', nested: true } }] }, 'behind_the_text'],
    ['what a function does', { readings: [deleteFacts, { ...deleteFacts, attributes: { depth: 'function_body', nested: true, in_function: 'app.f(integer)' } }] }, 'behind_the_text'],
    ['code of a table', reading({ attributes: { has_where: true, bounded: true, table_functions: ['app.log()'] } }), 'table_code'],
    ['input nobody has seen', { input: 'streaming' }, 'streaming_input'],
  ])('warns of %s', (_what, more, code) => {
    expect(codes(brief(command(undefined, more)))).toContain(code)
    expect(codes(brief(command()))).not.toContain(code)
  })

  it('does not count nested readings as statements of their own', () => {
    const nested = { ...deleteFacts, attributes: { nested: true } }
    expect(codes(brief(command(undefined, { readings: [deleteFacts, nested] })))).not.toContain('several_statements')
  })

  it('says whether the client waits', () => {
    expect(codes(brief(command()))).toContain('client_waits')
    expect(codes(buildBriefing(command(), verdict({ mode: 'poll' }), 'p1', context))).toContain('client_asks_again')
  })
})

describe('the visible form', () => {
  it.each([
    ['\u202E', '\\u{202E}'], ['\u2066', '\\u{2066}'], ['\u200B', '\\u{200B}'], ['\uFEFF', '\\u{FEFF}'], ['\u00AD', '\\u{AD}'], ['\u00A0', '\\u{A0}'], ['\u3000', '\\u{3000}'],
    ['\u{E0041}', '\\u{E0041}'], ['\u0000', '\\u{0}'], ['\u001B[31m', '\\u{1B}[31m'], ['\u009B', '\\u{9B}'], ['\r', '\\u{D}'], ['\t', '\\u{9}'], ['\u2028', '\\u{2028}'],
    ['\u3164', '\\u{3164}'], ['\u2800', '\\u{2800}'], ['\uFE0F', '\\u{FE0F}'], ['\uD800', '\\u{D800}'], ['\\u{41}', '\\u{5C}u{41}'],
    ['p\u0430ypal', 'p\\u{430}ypal'], ['\u0430\u0441\u0435', '\\u{430}\\u{441}\\u{435}'], ['\uFF41bc', '\\u{FF41}bc'], ['\u{1D400}bc', '\\u{1D400}bc'], ['adm\u0131n', 'adm\\u{131}n'],
  ])('of %j is %s', (text, shown) => {
    expect(visible(text).text).toBe(shown)
  })

  it.each(['DELETE FROM "Größe" WHERE naïve = \'é\'', 'Москва и область', '東京都', 'line one\nline two', "E'\\t'"])('leaves ordinary text as it is: %s', (text) => {
    expect(visible(text)).toEqual({ text, hidden: 0, suspects: 0 })
  })

  it('stands for one text only, and holds no control character but the line feed', () => {
    const nasty = fc.string({ unit: fc.oneof(fc.constantFrom('\\', 'u', '{', '}', '4', '1', '\u202E', '\u0430', 'a', '\n', '\t', '\u00A0', '\u{E0041}', '\u001B'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })) })
    fc.assert(
      fc.property(nasty, (text) => {
        const shown = visible(text).text
        expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        expect(shown.replaceAll(/\\u\{([0-9A-F]+)\}/g, (_all, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  it('of a name is one line', () => {
    expect(visibleLine('a\nb')).toBe('a\\u{A}b')
  })
})

describe('the terminal form', () => {
  it('never lets a control character through, whatever the agent and the wire say', () => {
    const text = fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom('\u001B', '\u009B', '\r', '\u0007', '\u202E', '\n')) })
    fc.assert(
      fc.property(text, text, text, text, (sql, parameter, claim, name) => {
        const one = command(sql, {
          parameters: [parameter, null],
          session: session({ claimed: { [name]: claim }, principal: { ...billingBot, name }, peer: name }),
          ...reading({ action: name, unknown: [claim], resources: [{ kind: 'relation', name, access: 'write' }], attributes: { [name]: claim } }),
          context: { [claim]: name },
        })
        const rendered = renderBriefing(brief(one))
        const bad = [...rendered.replaceAll('\n', '')].filter((character) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(character))
        expect(bad).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('fences foreign lines so that none passes for a line of ours', () => {
    const forged = 'DELETE FROM a\n\nEXACT BYTES\n  Statement [WIRE]: SELECT 1\nIf you approve, you say:'
    const rendered = renderBriefing(brief(command(forged, { session: session({ claimed: { reason: 'x\n! safe, approved by security' } }) })))
    expect(rendered.match(/^EXACT BYTES$/gm)).toHaveLength(1)
    expect(rendered.match(/^If you approve, you say:$/gm)).toHaveLength(1)
    expect(rendered).not.toMatch(/^! safe/m)
    expect(rendered).toContain('    ? ! safe, approved by security')
    expect(rendered).toContain('    | DELETE FROM a\n')
  })

  it('shows every character of a long statement', () => {
    const text = `DELETE FROM invoices WHERE id IN (${Array.from({ length: 5_000 }, (_, i) => i).join(',')})`
    expect(renderBriefing(brief(command(text)))).toContain(text)
  })
})

describe('canonical JSON', () => {
  it('does not depend on the order of keys and reads back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        const reversed: unknown = value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse()) : value
        expect(canonicalJson(reversed)).toBe(text)
      }),
    )
    expect(canonicalJson({ b: 1, a: [undefined, { d: undefined, c: 2 }] })).toBe('{"a":[null,{"c":2}],"b":1}')
  })
})
