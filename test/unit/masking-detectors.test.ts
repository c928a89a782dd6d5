import fc from 'fast-check'
import { createHash, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createDetectors } from '../../src/masking/detectors.ts'
import { maskJson } from '../../src/masking/json.ts'
import { nextCandidate } from '../../src/masking/scan.ts'

const detectors = createDetectors()

// Assembled, so that no scanner of repositories takes a test for a leak.
const letters = (count: number): string => 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7'.repeat(12).slice(0, count)
const FINDS: readonly (readonly [string, string, string])[] = [
  ['an address', 'maria.lopez+x@mail.example.co.uk', '‹email›'],
  ['an address of other letters', 'jürgen@bücher.example', '‹email›'],
  ['a card without separators', '4111111111111111', '‹card›'],
  ['a card in groups', '5555 5555 5555 4444', '‹card›'],
  ['a card with dashes', '4012-8888-8888-1881', '‹card›'],
  ['an American Express card', '3782 822463 10005', '‹card›'],
  ['a card of 13 digits', '4222222222222', '‹card›'],
  ['a card of 19 digits', '6212345678901234569', '‹card›'],
  ['a German IBAN', 'DE89370400440532013000', '‹iban›'],
  ['an IBAN in groups', 'DE89 3704 0044 0532 0130 00', '‹iban›'],
  ['a Dutch IBAN', 'NL91ABNA0417164300', '‹iban›'],
  ['a British IBAN', 'GB29 NWBK 6016 1331 9268 19', '‹iban›'],
  ['a Maltese IBAN', 'MT84MALT011000012345MTLCAST001S', '‹iban›'],
  ['a social security number', '219-09-9999', '‹ssn›'],
  ['an international number', '+49 30 901820-55', '‹phone›'],
  ['an E.164 number', '+14155552671', '‹phone›'],
  ['a North American number', '(415) 555-2671', '‹phone›'],
  ['a North American number with dashes', '415-555-2671', '‹phone›'],
  ['a North American number with dots', '415.555.2671', '‹phone›'],
  ['a French number', '06 12 34 56 78', '‹phone›'],
  ['a British number', '020 7946 0958', '‹phone›'],
  ['a British mobile number', '07700 900123', '‹phone›'],
  ['a JWT', `eyJ${letters(20)}.eyJ${letters(40)}.${letters(43)}`, '‹secret:jwt›'],
  ['an AWS key', 'AKIA' + 'IOSFODNN7EXAMPLE', '‹secret:aws›'],
  ['a Google key', 'AIza' + letters(35), '‹secret:gcp›'],
  ['a Google token', 'ya29.' + letters(60), '‹secret:gcp›'],
  ['a GitHub token', 'ghp_' + letters(36), '‹secret:github›'],
  ['a fine-grained GitHub token', 'github_pat_' + letters(22) + '_' + letters(59), '‹secret:github›'],
  ['a GitLab token', 'glpat-' + letters(20), '‹secret:gitlab›'],
  ['an npm token', 'npm_' + letters(36), '‹secret:npm›'],
  ['a Slack token', 'xoxb-' + letters(12) + '-' + letters(24), '‹secret:slack›'],
  ['a Stripe key', 'sk_live_' + letters(24), '‹secret:stripe›'],
  ['an OpenAI key', 'sk-' + letters(48), '‹secret:openai›'],
  ['an OpenAI project key', 'sk-proj-' + letters(60), '‹secret:openai›'],
  ['an Anthropic key', 'sk-ant-api03-' + letters(80), '‹secret:anthropic›'],
  ['a token of ours', 'hp_' + letters(47), '‹secret:holdpoint›'],
  ['a private key', `-----BEGIN RSA PRIVATE KEY-----\n${letters(200)}\n-----END RSA PRIVATE KEY-----`, '‹secret:private-key›'],
]

describe('detectors', () => {
  for (const [what, value, label] of FINDS) {
    it(`hides ${what}, alone and in a sentence, and leaves the sentence`, () => {
      expect(detectors.maskText(value)).toBe(label)
      expect(detectors.maskText(`see ${value}, thanks`)).toBe(`see ${label}, thanks`)
      expect(detectors.maskText(`("${value}")`)).toBe(`("${label}")`)
      expect(detectors.maskText(`über\t${value}\n`)).toBe(`über\t${label}\n`)
    })
  }

  it('hides passwords in connection strings and leaves the rest of them', () => {
    expect(detectors.maskText('postgres://app:s3cr%40t@db.example.com:5432/orders')).toBe('postgres://app:‹secret:password›@db.example.com:5432/orders')
    expect(detectors.maskText('redis://app:p@ss@db/0')).toBe('redis://app:‹secret:password›@db/0')
    expect(detectors.maskText('host=db password=hunter22 user=app')).toBe('host=db password=‹secret:password› user=app')
    expect(detectors.maskText("Server=db;Pwd='a;b''c';Database=x")).toBe("Server=db;Pwd='‹secret:password›';Database=x")
    expect(detectors.maskText(`AccountName=x;AccountKey=${letters(86)}==;EndpointSuffix=core`)).toBe('AccountName=x;AccountKey=‹secret:password›;EndpointSuffix=core')
    expect(detectors.maskText(`aws_secret_access_key = ${letters(40)}`)).toBe('aws_secret_access_key = ‹secret:password›')
  })

  it('returns the same string when nothing is found', () => {
    for (const text of ['', 'x', 'hello world', '日本語', 'password = $1']) expect(detectors.maskText(text)).toBe(text)
  })

  it('hides the value of PASSWORD in SQL, however it is quoted, for the record and for reviewers', () => {
    const { maskText, maskSecretsOnly } = createDetectors()
    for (const value of ["'ki''wi'", "E'ki\\'wi'", '$$kiwi$$', '$q$ki$$wi$q$', "'kiwi that never ends"]) {
      for (const mask of [maskText, maskSecretsOnly]) {
        const masked = mask(`CREATE ROLE thief LOGIN password ${value}`)
        expect(masked).toMatch(/^CREATE ROLE thief LOGIN password .*‹secret:password›/)
        expect(masked).not.toContain('wi')
      }
    }
    expect(maskText("SELECT password FROM t WHERE a = 'kiwi'")).toBe("SELECT password FROM t WHERE a = 'kiwi'")
  })

  it('leaves identifiers, times, amounts, hashes, versions and code alone', () => {
    const harmless = [
      '2026-11-20 12:08:31.123456+10:30',
      '2026-11-20T12:08:31+1000 2026-11-21 1208',
      '1763640511000',
      '1763640511000123',
      '1234567890123456789',
      '4006381333931',
      '4111111111111112',
      '4111111111111111.25',
      '0.4111111111111111',
      'order_4111111111111111',
      '192.168.100.200:5432',
      '+1234567.89',
      '12 24 36 48 60 72 84 96',
      '100 200 300 400',
      'node@24.21.0 and pkg@1.2.3',
      '@scope/package',
      'v1.2.3-rc.4',
      'months_between(a, b)',
      'task-abcdefghijklmnopqrstuvwxyzabcdefghij',
      'hp_printer_configuration_defaults',
      'test_live_status',
      'DE89370400440532013001',
      'AKIAIOSFODNN7EXAMPLEX',
      'SKU-1234-5678-9012',
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
      '52.520008,13.404954',
      'https://example.com:8080/path@2',
      '\\x89504e470d0a1a0a4111',
      '666-12-3456',
      'p-abcdefghijklmnop@masked.invalid',
    ]
    for (const text of harmless) expect(detectors.maskText(text)).toBe(text)
  })

  it('leaves ten thousand uuids and hashes alone', () => {
    for (let i = 0; i < 5000; i++) {
      const uuid = randomUUID()
      const hash = createHash(i % 2 === 0 ? 'md5' : 'sha256').update(String(i)).digest('hex')
      expect(detectors.maskText(`${uuid}\t${hash}`)).toBe(`${uuid}\t${hash}`)
    }
  })

  it('hides secrets only, where persons may stay', () => {
    const text = `mail ann@example.com, key ghp_${letters(36)}`
    expect(detectors.maskSecretsOnly(text)).toBe('mail ann@example.com, key ‹secret:github›')
    expect(createDetectors({ classes: ['email'] }).maskText(text)).toBe(`mail ‹email›, key ghp_${letters(36)}`)
    expect(createDetectors({ classes: [] }).maskText(text)).toBe(text)
  })

  it('never lets the byte scan pass what the detectors would mask, wherever it stands', () => {
    const piece = fc.oneof(fc.constantFrom(...FINDS.map(([, value]) => value)), fc.string({ maxLength: 12 }), fc.constantFrom(' ', '-', '.', '\0', '\0\0\0\x10', '12', '@', 'é'))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const bytes = Buffer.from(pieces.join(''), 'utf8')
        if (detectors.maskBytes(bytes, 0, bytes.length) !== null) expect(detectors.scanBytes(bytes, 0, bytes.length)).toBe(true)
      }),
      { numRuns: 2000 },
    )
    // The bytes around a cell (lengths, type bytes) must not hide it: they may look like digits, letters or anything.
    fc.assert(
      fc.property(fc.constantFrom(...FINDS.map(([, value]) => value)), fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ maxLength: 6 }), (value, before, after) => {
        const bytes = Buffer.concat([before, Buffer.from([0, 0, 0, 0x35]), Buffer.from(value, 'utf8'), after])
        expect(detectors.scanBytes(bytes, 0, bytes.length)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('masks what it has masked no further', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...FINDS.map(([, value]) => value)), fc.string()), { maxLength: 5 }), (pieces) => {
        const once = detectors.maskText(pieces.join(' '))
        expect(detectors.maskText(once)).toBe(once)
      }),
    )
  })

  it('takes time in proportion to the text, whatever the text', () => {
    const size = 400_000
    for (const unit of ['@', 'a@', 'eyJ', 'eyJa.', 'ghp_', 'sk-', '-----BEGIN ', '1', '1 ', '4111 ', '+1', '://a:', 'password=', 'a:a@a.', "password='", '-', 'AKIA', 'DE12', '12-34-5678 ', '0.', 'hp_', 'a.b.']) {
      const text = unit.repeat(Math.ceil(size / unit.length))
      const began = process.cpuUsage().user
      detectors.maskText(text)
      // Quadratic would be minutes; a busy machine is far from this.
      expect(process.cpuUsage().user - began, unit).toBeLessThan(4_000_000)
    }
  })

  it('keeps bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0x20]), Buffer.from('a@example.com'), Buffer.from([0x20, 0xfe])])
    expect(detectors.maskBytes(bytes, 0, bytes.length)).toEqual(Buffer.concat([Buffer.from([0xff, 0x20]), Buffer.from('‹email›'), Buffer.from([0x20, 0xfe])]))
  })
})

describe('detectors on JSON', () => {
  const masked = (text: string): string | undefined => {
    const bytes = Buffer.from(`xx${text}yy`, 'utf8')
    return maskJson(bytes, 2, bytes.length - 2, detectors)?.toString('utf8')
  }

  it('masks strings, keys and numbers and stays JSON', () => {
    expect(masked('{"a@example.com": 1.50, "n":"\\nb@example.com", "c":4111111111111111}')).toBe('{"‹email›": 1.50, "n":"\\n‹email›", "c":"‹card›"}')
    expect(masked('{"a": 1e400, "b": "x"}')).toBeUndefined()
  })

  it('masks a document that cannot be read whole', () => {
    expect(JSON.parse(masked('{"a": "b@example.com') ?? '')).toBe('‹masked›')
  })

  it('gives valid JSON for any JSON', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom(...FINDS.map(([, value]) => value)), fc.constantFrom('\\"a@example.com', '"b@example.com"'))
    fc.assert(
      fc.property(fc.jsonValue(), word, word, (value, key, text) => {
        const out = masked(JSON.stringify({ value, [key]: [text, { [text]: key }] }))
        if (out !== undefined) expect(() => JSON.parse(out)).not.toThrow()
      }),
    )
  })
})

describe('the byte scan', () => {
  const piece = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...'0123456789 -.+') }, fc.constantFrom('GB82', 'ya29.', 'x', '--', '(', ')', '@', '~', 'Q~', '_', '=', 'I', 'J'), fc.constantFrom(...FINDS.map(([, value]) => value)))
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join('')))

  it('never answers with what lies before the place it is asked from', () => {
    fc.assert(fc.property(text, (bytes) => {
      for (let from = 0; from <= bytes.length; from++) {
        const found = nextCandidate(bytes, from, 0, bytes.length)
        expect(found === -1 || (found >= from && found < bytes.length)).toBe(true)
      }
    }), { numRuns: 2_000 })
  })

  it('stops where it would have stopped, however often it is asked on the way', () => {
    fc.assert(fc.property(text, fc.nat(300), (bytes, at) => {
      const first = nextCandidate(bytes, 0, 0, bytes.length)
      const from = Math.min(at, Math.max(0, first))
      // A separator is looked at together with the digits behind it, so the question may not part the two.
      if (first !== -1 && from + 1 < first) expect(nextCandidate(bytes, from, 0, bytes.length)).toBe(first)
    }), { numRuns: 2_000 })
  })
})
