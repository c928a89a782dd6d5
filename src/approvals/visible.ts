// What a reviewer reads must be what the bytes say. Everything that a screen would hide, reorder or draw like
// something else is written as `\u{HEX}`; a backslash that would read like such an escape is itself escaped, so
// the visible form stands for one text only.

// Line feeds stay: they are the text's own lines. Cf, Zs and the like cover bidi marks, zero-width characters, blanks
// that are not a space, and tag characters; Default_Ignorable adds fillers and variation selectors that draw nothing.
const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|[^\P{Zs} ]/gu
const HIDDEN_OR_ESCAPE = new RegExp(`${HIDDEN.source}|\\\\(?=u\\{)`, 'gu')
const WORD = /[\p{L}\p{N}\p{M}_$]+/gu
const ASCII_LETTER = /[A-Za-z]/
const NOT_ASCII_LETTER = /[^\p{ASCII}\P{L}]/gu
const NOT_LATIN_LETTER = /[^\P{L}\p{Script=Latin}]/u

// Letters of Cyrillic, Greek, Armenian, Cherokee and IPA Latin that fonts draw (nearly) like an ASCII letter.
const LOOK_ALIKES = new Set(
  'аеорсухіјѕԁһӏԛԝАВЕЅІЈКМНОРСТУХԌԚԜҮүοανρτυικχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳսօհոռցզ' + 'ɑɡıɩᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᏒᏚᎢᏙᏔᏃᴀᴄᴇᴏᴜᴠᴡᴢ',
)

export interface Visible {
  readonly text: string
  /** Characters no reader would see or would take for others' order. Tabs are escaped but not counted. */
  readonly hidden: number
  /** Words that mix scripts or consist of look-alikes. */
  readonly suspects: number
}

/** The one form in which foreign text reaches a person or a terminal. Holds no control character but line feed. */
export function visible(text: string): Visible {
  let suspects = 0
  let hidden = 0
  const revealed = text.replace(HIDDEN_OR_ESCAPE, (character) => {
    if (character !== '\t' && character !== '\\' && character !== '\r') hidden += 1
    return escaped(character)
  })
  // Escapes are ASCII, so this second pass cannot touch them.
  const shown = revealed.replace(WORD, (word) => {
    if (!isSuspect(word)) return word
    suspects += 1
    return word.replace(NOT_ASCII_LETTER, escaped)
  })
  return { text: shown, hidden, suspects }
}

/** On one line, for labels, names and log-like output. */
export function visibleLine(text: string): string {
  return visible(text).text.replaceAll('\n', escaped('\n'))
}

/** For a line that is in visible form already: escapes what must never reach a terminal, and leaves escapes alone. */
export function terminalLine(text: string): string {
  return text.replace(HIDDEN, escaped).replaceAll('\n', escaped('\n'))
}

function isSuspect(word: string): boolean {
  const foreign = word.match(NOT_ASCII_LETTER)
  if (foreign === null) return false
  if (ASCII_LETTER.test(word) && NOT_LATIN_LETTER.test(word)) return true
  // Full-width, mathematical and other styled letters are ASCII in disguise.
  if (foreign.some((letter) => /^[A-Za-z]+$/.test(letter.normalize('NFKC')))) return true
  if (foreign.every((letter) => LOOK_ALIKES.has(letter))) return true
  return ASCII_LETTER.test(word) && foreign.some((letter) => LOOK_ALIKES.has(letter))
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`
}

/** A run of blanks long enough to push what follows out of sight. */
export function hasLongBlank(text: string): boolean {
  return /[^\S\n]{40}|(?:[^\S\n]*\n){10}/u.test(text)
}
