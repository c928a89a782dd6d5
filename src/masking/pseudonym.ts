import { createCipheriv, createHmac, createSecretKey } from 'node:crypto'

/**
 * What stands for a value in one domain, under one key. `int32` and `int16` are permutations: two numbers never get the
 * same pseudonym, so joins on them stay exact; where that is not possible, a digest is cut to what the type holds.
 */
export interface Pseudonymizer {
  /** A permutation of all signed 32-bit numbers. */
  int32(value: number): number
  /** A permutation of all signed 16-bit numbers. */
  int16(value: number): number
  /** 32 bytes for one value, written in one way per value; `kind` keeps kinds of values apart. */
  digest(kind: string, canonical: string): Buffer
}

const ROUNDS = 8

/** At most so many domains have their tables in memory (1 MiB each). */
const MAX_DOMAINS = 32
const holders = new WeakMap<Buffer, Map<string, Pseudonymizer>>()

/** The same object for the same key and domain, as long as few are in use. Throws TypeError for an empty key. */
export function pseudonymizer(key: Buffer, domain: string): Pseudonymizer {
  let domains = holders.get(key)
  if (domains === undefined) holders.set(key, (domains = new Map()))
  let known = domains.get(domain)
  if (known === undefined) {
    if (domains.size >= MAX_DOMAINS) domains.clear()
    domains.set(domain, (known = createPseudonymizer(key, domain)))
  }
  return known
}

function createPseudonymizer(key: Buffer, domain: string): Pseudonymizer {
  if (key.length === 0) throw new TypeError('masking needs a key that is not empty')
  const secret = createSecretKey(key)
  const mac = (text: string): Buffer => createHmac('sha256', secret).update(text, 'utf8').digest()
  // Tables of truly independent entries make each round a random function: a Feistel network of such is a permutation
  // nobody can tell from a random one without about as many pairs as its halves have values.
  let wide: Uint16Array | undefined
  let narrow: Uint8Array | undefined
  const stream = (width: number, bytes: number): Buffer => createCipheriv('aes-256-ctr', mac(`permutation\0${width}\0${domain}`), Buffer.alloc(16)).update(Buffer.alloc(bytes))
  return {
    int32(value) {
      if (wide === undefined) {
        const bytes = stream(32, ROUNDS * 65_536 * 2)
        wide = new Uint16Array(ROUNDS * 65_536)
        for (let i = 0; i < wide.length; i++) wide[i] = bytes.readUInt16LE(2 * i)
      }
      let left = (value >>> 16) & 0xffff
      let right = value & 0xffff
      for (let round = 0; round < ROUNDS; round++) {
        const next = left ^ (wide[round * 65_536 + right] as number)
        left = right
        right = next
      }
      return (left << 16) | right
    },
    int16(value) {
      narrow ??= stream(16, ROUNDS * 256)
      let left = (value >>> 8) & 0xff
      let right = value & 0xff
      for (let round = 0; round < ROUNDS; round++) {
        const next = left ^ (narrow[round * 256 + right] as number)
        left = right
        right = next
      }
      return (((left << 8) | right) << 16) >> 16
    },
    digest: (kind, canonical) => mac(`${kind}\0${domain}\0${canonical}`),
  }
}
