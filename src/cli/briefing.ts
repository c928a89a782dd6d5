import type { BriefingJson } from '../admin/hold-json.ts'
import { coloured, printable, printableLines } from './terminal.ts'

/**
 * The briefing for a terminal, complete: nothing is cut, and every foreign line stands behind a fence (`|`, or `?` for
 * what the agent claims), so that no text can pass for a heading of ours or for the question under it.
 */
export function briefingText(briefing: BriefingJson, stream: NodeJS.WriteStream): string {
  const lines = [
    coloured('bold', `Hold ${printable(briefing.hold_id)}   code ${printable(briefing.code)}   decide before ${printable(briefing.expires_at)}`, stream),
    ...briefing.warnings.map((warning) => coloured('yellow', `! ${printable(warning.text)}`, stream)),
    ...briefing.sections.flatMap((section) => ['', coloured('bold', printable(section.title).toUpperCase(), stream), ...section.fields.flatMap(fieldLines)]),
    '',
    'If you approve, you say:',
    `  ${coloured('bold', printable(briefing.sentence), stream)}`,
    coloured('dim', `Briefing ${printable(briefing.digest)}`, stream),
  ]
  return lines.join('\n')
}

type Field = BriefingJson['sections'][number]['fields'][number]

function fieldLines(field: Field): readonly string[] {
  const value = field.visible ?? field.value
  const label = `  ${printable(field.label)} [${printable(field.source)}]`
  const fence = field.source === 'CLAIMED' ? '    ? ' : '    | '
  const short = field.source === 'CLAIMED' || field.name === 'statement' ? undefined : oneLine(value)
  return short === undefined ? [`${label}:`, ...block(value).map((line) => fence + line)] : [`${label}: ${short}`]
}

function oneLine(value: unknown): string | undefined {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return value.length <= 100 && !value.includes('\n') ? printable(value) : undefined
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none'
    const words = value.map((one: unknown) => (typeof one === 'string' && one.length <= 40 && !one.includes('\n') ? printable(one) : undefined))
    return words.includes(undefined) ? undefined : words.join(', ')
  }
  return Object.keys(value).length === 0 ? 'none' : undefined
}

function block(value: unknown): readonly string[] {
  if (value === null || value === undefined) return ['NULL']
  if (typeof value === 'string') return value === '' ? ["''"] : printableLines(value)
  if (typeof value !== 'object') return [String(value)]
  if (Array.isArray(value)) return value.flatMap((one: unknown, index) => labelled(String(index + 1), one))
  return Object.entries(value).flatMap(([name, one]) => labelled(printable(name), one))
}

function labelled(name: string, value: unknown): readonly string[] {
  const short = oneLine(value)
  return short === undefined ? [`${name}:`, ...block(value).map((line) => `  ${line}`)] : [`${name}: ${short}`]
}
