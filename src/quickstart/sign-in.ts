import {
  allowInsecureRequests, authorizationCodeGrant, buildAuthorizationUrl, calculatePKCECodeChallenge, discovery, None, randomNonce, randomPKCECodeVerifier, randomState,
} from 'openid-client'

export interface SignIn {
  readonly issuer: string
  readonly clientId: string
  readonly redirectUri: string
  readonly scope: string
  readonly resource: string
  readonly user: string
  readonly password: string
}

const MAX_STEPS = 10
const STEP_TIMEOUT_MS = 10_000

/** Authorization code with PKCE (RFC 7636), walked through as a browser would, cookies and form included. Yields the access token. */
export async function signIn(options: SignIn): Promise<string> {
  const server = await discovery(new URL(options.issuer), options.clientId, { id_token_signed_response_alg: 'ES256' }, None(), { execute: [allowInsecureRequests] })
  const checks = { pkceCodeVerifier: randomPKCECodeVerifier(), expectedState: randomState(), expectedNonce: randomNonce() }
  const start = buildAuthorizationUrl(server, {
    redirect_uri: options.redirectUri,
    scope: options.scope,
    resource: options.resource,
    code_challenge: await calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  })
  const back = await walk(start, options)
  return (await authorizationCodeGrant(server, back, checks, { resource: options.resource })).access_token
}

/** Follows redirects, fills the form in once, and ends where the provider sends the browser back to us. */
async function walk(start: URL, options: SignIn): Promise<URL> {
  const cookies = new Map<string, string>()
  let at = start
  let form: string | undefined
  let hasFilledForm = false
  for (let step = 0; step < MAX_STEPS; step++) {
    const response = await fetch(at, {
      redirect: 'manual',
      signal: AbortSignal.timeout(STEP_TIMEOUT_MS),
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    })
    await response.arrayBuffer()
    for (const cookie of response.headers.getSetCookie()) keep(cookies, cookie)
    form = undefined
    const next = response.headers.get('location')
    if (next !== null) {
      at = new URL(next, at)
      // A password goes to the issuer only, wherever a redirect points.
      if (at.href.startsWith(`${options.redirectUri}?`)) return at
      if (at.origin !== new URL(options.issuer).origin) throw new Error('the identity provider sent us to another place')
    } else if (response.status === 200 && !hasFilledForm) {
      form = new URLSearchParams({ user: options.user, password: options.password }).toString()
      hasFilledForm = true
    } else {
      throw new Error(`the identity provider did not let ${options.user} in (HTTP ${response.status})`)
    }
  }
  throw new Error('the identity provider keeps redirecting')
}

function keep(cookies: Map<string, string>, header: string): void {
  const [pair = '', ...attributes] = header.split(';')
  const at = pair.indexOf('=')
  const isCleared = attributes.some((attribute) => /^\s*(?:max-age=0|expires=thu, 01 jan 1970)/i.test(attribute))
  if (isCleared) cookies.delete(pair.slice(0, at))
  else cookies.set(pair.slice(0, at), pair.slice(at + 1))
}
