// Names are matched with `*` only, by a matcher that is linear in practice and never builds a regular expression.

/**
 * A test for one glob. With `withinSegment`, `*` stops at a dot: an allow for `public.*` must not cover `public.a.b`, which
 * could be table `b` of a schema called `public.a`. Denials and holds let `*` run over dots, so the same name is caught there.
 */
export function compileGlob(pattern: string, withinSegment: boolean): (name: string) => boolean {
  if (!pattern.includes('*')) return (name) => name === pattern
  if (pattern === '*' && !withinSegment) return () => true
  return (name) => matches(pattern, name, withinSegment)
}

/**
 * How a list reads names: `plain` names have no parts (targets, principals, labels). Of names with parts (`schema.table`) an allow
 * must `cover` and a hold or denial must `catch`; the two read doubtful dots in opposite ways, so that the strict answer comes out.
 */
export type GlobMode = 'plain' | 'cover' | 'catch'

/** A test for a list: some glob matches and no `!glob` does. */
export function compileGlobs(patterns: readonly string[], mode: GlobMode): (name: string) => boolean {
  const negative = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => compileGlob(pattern.slice(1), mode === 'catch'))
  const exact = new Set(patterns.filter((pattern) => !pattern.startsWith('!') && !pattern.includes('*')))
  const positive = patterns
    .filter((pattern) => !pattern.startsWith('!') && pattern.includes('*'))
    .map((pattern) => compileGlob(pattern, mode === 'cover'))
  return (name) => {
    for (const test of negative) if (test(name)) return false
    if (exact.has(name)) return true
    for (const test of positive) if (test(name)) return true
    return false
  }
}

function matches(pattern: string, name: string, withinSegment: boolean): boolean {
  let p = 0
  let n = 0
  let star = -1
  let resume = 0
  while (n < name.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++
      resume = n
    } else if (p < pattern.length && pattern[p] === name[n]) {
      p++
      n++
    } else if (star >= 0 && !(withinSegment && name[resume] === '.')) {
      p = star + 1
      n = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
