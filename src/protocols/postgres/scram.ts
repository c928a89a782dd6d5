import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { GatewayError } from '../../errors.ts'

// SCRAM-SHA-256 as a client (RFC 5802, RFC 7677), the gateway's own login at the target. Channel binding is not used:
// the target's identity is proved by TLS verify-full before the first of these bytes.

const derive = promisify(pbkdf2)
const MAX_ITERATIONS = 1_000_000

interface Keys { readonly clientKey: Buffer; readonly serverKey: Buffer }

/** Salted keys by salt and iteration count; PBKDF2 is about 1 ms per login, and the salt changes only with the password. */
export type KeyCache = Map<string, Keys>

export interface ScramClient {
  readonly first: string
  /** Answers the server's first message; throws `target_unavailable` when it is not a proper continuation. */
  final(serverFirst: string): Promise<string>
  /** Throws unless the server proved that it knows the password too. */
  verify(serverFinal: string): void
}

export function scramClient(password: string, cache: KeyCache): ScramClient {
  const nonce = randomBytes(18).toString('base64')
  const firstBare = `n=,r=${nonce}`
  let serverSignature: Buffer | undefined
  return {
    first: `n,,${firstBare}`,
    async final(serverFirst) {
      const fields = attributes(serverFirst)
      const serverNonce = fields.get('r') ?? ''
      const salt = fields.get('s') ?? ''
      const iterations = Number(fields.get('i'))
      if (!serverNonce.startsWith(nonce) || serverNonce.length === nonce.length) throw fault('its nonce does not continue ours')
      if (salt === '' || !Number.isInteger(iterations) || iterations < 1 || iterations > MAX_ITERATIONS) throw fault('salt or iteration count is not usable')
      const keys = await saltedKeys(password, salt, iterations, cache)
      const withoutProof = `c=biws,r=${serverNonce}`
      const authMessage = `${firstBare},${serverFirst},${withoutProof}`
      const storedKey = createHash('sha256').update(keys.clientKey).digest()
      const signature = hmac(storedKey, authMessage)
      const proof = Buffer.from(keys.clientKey.map((byte, i) => byte ^ (signature[i] as number)))
      serverSignature = hmac(keys.serverKey, authMessage)
      return `${withoutProof},p=${proof.toString('base64')}`
    },
    verify(serverFinal) {
      const fields = attributes(serverFinal)
      const given = Buffer.from(fields.get('v') ?? '', 'base64')
      if (serverSignature === undefined || given.length !== serverSignature.length || !timingSafeEqual(given, serverSignature)) {
        throw fault('it could not prove that it knows the password')
      }
    },
  }
}

async function saltedKeys(password: string, salt: string, iterations: number, cache: KeyCache): Promise<Keys> {
  const key = `${iterations} ${salt}`
  const cached = cache.get(key)
  if (cached !== undefined) return cached
  const salted = await derive(password.normalize('NFKC'), Buffer.from(salt, 'base64'), iterations, 32, 'sha256')
  const keys = { clientKey: hmac(salted, 'Client Key'), serverKey: hmac(salted, 'Server Key') }
  if (cache.size >= 8) cache.clear()
  cache.set(key, keys)
  return keys
}

function attributes(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}

const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const fault = (why: string): GatewayError => new GatewayError('target_unavailable', `SCRAM with the target failed: ${why}`)
