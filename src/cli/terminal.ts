import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]

// What a terminal would obey, hide or reorder. Everything a server or an agent wrote goes through here, whatever the
// server has already done about it: the terminal is ours to protect.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/gu

/** Foreign text on one line, without a control character. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped)
}

/** Foreign text whose own lines stay lines. */
export function printableLines(text: string): readonly string[] {
  return text.split('\n').map(printable)
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`
}

/** JSON in which nothing reaches the terminal raw; any JSON reader gets the same value. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\u007f-\u009f\u{e0000}-\u{e0fff}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()].map((unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`).join(''),
  )
}

/** Coloured only where the stream is a terminal that wants it (NO_COLOR and the like are honoured). */
export function coloured(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream })
}

export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

export function warn(line: string): void {
  process.stderr.write(`${line}\n`)
}

export interface Cell {
  readonly text: string
  readonly style?: Style
}

/** Columns as wide as their content; the last one ends where it ends. */
export function table(headers: readonly string[], rows: readonly (readonly (string | Cell)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: printable(cell) } : { ...cell, text: printable(cell.text) })))
  const widths = headers.map((header, column) => Math.max(widthOf(header), ...cells.map((row) => widthOf(row[column]?.text ?? ''))))
  const line = (row: readonly Cell[]): string =>
    row
      .map(({ text, style }, column) => {
        const padded = column === row.length - 1 ? text : text + ' '.repeat((widths[column] ?? 0) - widthOf(text))
        return style === undefined ? padded : coloured(style, padded)
      })
      .join('  ')
      .trimEnd()
  return [line(headers.map((text) => ({ text, style: 'bold' as const }))), ...cells.map(line)].join('\n')
}

// Close enough for columns: CJK and emoji take two places.
function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(character) ? 2 : 1
  return width
}

/** `3m 20s`, for people. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`
  return `${Math.floor(seconds / 3_600)}h ${Math.floor((seconds % 3_600) / 60)}m`
}

export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

export async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}
