import type { Briefing, BriefingField, BriefingSection, BriefingValue } from './briefing.ts'
import { isList } from './briefing.ts'
import { terminalLine, visible, visibleLine } from './visible.ts'

/**
 * The briefing as plain text for a terminal, complete. Every foreign character goes through `visible`, so that the
 * only control character in the result is the line feed. Foreign lines are fenced with `| ` and claimed ones with
 * `? `, so that no text can pass for a heading of ours.
 */
export function renderBriefing(briefing: Briefing): string {
  const lines = [
    `Hold ${visibleLine(briefing.holdId)}   code ${visibleLine(briefing.code)}   decide before ${visibleLine(briefing.expiresAt)}`,
    ...briefing.warnings.map((warning) => `! ${terminalLine(warning.text)}`),
    ...briefing.sections.flatMap(renderSection),
    '',
    'If you approve, you say:',
    `  ${terminalLine(briefing.sentence)}`,
    `Briefing ${visibleLine(briefing.digest)}`,
  ]
  return `${lines.join('\n')}\n`
}

function renderSection(section: BriefingSection): string[] {
  return ['', visibleLine(section.title).toUpperCase(), ...section.fields.flatMap(renderField)]
}

function renderField(field: BriefingField): string[] {
  const label = `  ${visibleLine(field.label)} [${field.source}]`
  const fence = field.source === 'CLAIMED' ? '    ? ' : '    | '
  if (isShort(field.value) && field.source !== 'CLAIMED' && field.name !== 'statement') return [`${label}: ${inline(field.value)}`]
  return [`${label}:`, ...block(field.value).map((line) => fence + line)]
}

function isShort(value: BriefingValue): boolean {
  if (typeof value === 'string') return !value.includes('\n') && value.length <= 100
  if (value === null || typeof value === 'number') return true
  return isList(value) ? value.length === 0 || value.every((item) => typeof item === 'string' && item.length <= 40 && !item.includes('\n')) : Object.keys(value).length === 0
}

function inline(value: BriefingValue): string {
  if (value === null) return 'none'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return visibleLine(value)
  return isList(value) && value.length > 0 ? value.map(inline).join(', ') : 'none'
}

/** Nothing is cut: a long text has as many lines as it has. */
function block(value: BriefingValue): string[] {
  if (typeof value === 'string') return visible(value).text.split('\n')
  if (value === null) return ['NULL']
  if (typeof value === 'number') return [String(value)]
  if (isList(value)) return value.flatMap((item, index) => numbered(index + 1, block(item)))
  return Object.entries(value).flatMap(([key, member]) => {
    if (isShort(member)) return [`${visibleLine(key)}: ${inline(member)}`]
    return [`${visibleLine(key)}:`, ...block(member).map((line) => `  ${line}`)]
  })
}

function numbered(number: number, lines: readonly string[]): string[] {
  const mark = `${number}. `
  return lines.map((line, index) => (index === 0 ? mark : ' '.repeat(mark.length)) + line)
}
