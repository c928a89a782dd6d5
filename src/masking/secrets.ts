import type { DetectorClass } from './detectors.ts'

/**
 * Tokens that say by their first characters whose they are; the forms are those their issuers document. `anchor` is the
 * offset of the character in `prefix` at which the byte scan (scan.ts) stops. Every repetition is bounded.
 */
export interface TokenRule {
  readonly prefix: string
  readonly anchor: number
  readonly pattern: RegExp
  /** The token does not begin after such a character: it is then the middle of a longer word. */
  readonly notAfter: RegExp
  readonly label: string
  readonly detector: DetectorClass
}

const WORD = /[A-Za-z0-9]/
// Also what a token itself is made of, so that `eyJeyJeyJ…` is read once and not once per `eyJ`.
const TOKEN = /[A-Za-z0-9_-]/

export const TOKEN_RULES: readonly TokenRule[] = [
  // RFC 7519 in compact form: a JSON header, a payload, a signature that may be empty.
  { prefix: 'eyJ', anchor: 2, pattern: /eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,65536}(?:\.[A-Za-z0-9_-]{0,4096}){0,3}/y, notAfter: TOKEN, label: '‹secret:jwt›', detector: 'jwt' },
  ...['AKIA', 'ASIA', 'ABIA'].map((prefix) => rule(prefix, 2, '[A-Z0-9]{16}(?![A-Za-z0-9])', 'aws', 'cloud-key')),
  rule('AIza', 1, '[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])', 'gcp', 'cloud-key'),
  rule('GOCSPX-', 6, '[A-Za-z0-9_-]{20,64}', 'gcp', 'cloud-key'),
  rule('ya29.', 3, '[A-Za-z0-9_-]{20,2048}', 'gcp', 'cloud-key'),
  // Entra ID client secrets: three characters, a digit, `Q~`.
  { prefix: 'Q~', anchor: 1, pattern: /Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/y, notAfter: /\D/, label: '‹secret:azure›', detector: 'cloud-key' },
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => rule(prefix, 3, '[A-Za-z0-9]{36,255}', 'github', 'forge-token')),
  rule('github_pat_', 10, '[A-Za-z0-9_]{22,255}', 'github', 'forge-token'),
  ...['glpat-', 'glptt-', 'gldt-', 'glrt-', 'glft-'].map((prefix) => rule(prefix, prefix.length - 1, '[A-Za-z0-9_.-]{20,255}', 'gitlab', 'forge-token')),
  rule('npm_', 3, '[A-Za-z0-9]{36,64}', 'npm', 'forge-token'),
  ...['a', 'b', 'e', 'o', 'p', 'r', 's'].map((kind) => rule(`xox${kind}-`, 4, '[A-Za-z0-9-]{10,250}', 'slack', 'api-key')),
  rule('xapp-', 4, '[A-Za-z0-9-]{20,250}', 'slack', 'api-key'),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'].map((prefix) => rule(prefix, 7, '[A-Za-z0-9]{10,247}', 'stripe', 'api-key')),
  rule('whsec_', 5, '[A-Za-z0-9+/]{24,128}', 'stripe', 'api-key'),
  rule('sk-ant-', 2, '[A-Za-z0-9_-]{20,255}', 'anthropic', 'api-key'),
  ...['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'].map((prefix) => rule(prefix, 2, '[A-Za-z0-9_-]{20,255}', 'openai', 'api-key')),
  rule('sk-', 2, '(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{32,255}', 'openai', 'api-key'),
  rule('hp_', 2, '(?=[A-Za-z_-]{0,60}[0-9])[A-Za-z0-9_-]{24,255}', 'holdpoint', 'holdpoint-token'),
]

function rule(prefix: string, anchor: number, rest: string, name: string, detector: DetectorClass): TokenRule {
  return { prefix, anchor, pattern: new RegExp(prefix.replace('.', '\\.') + rest, 'y'), notAfter: WORD, label: `‹secret:${name}›`, detector }
}
