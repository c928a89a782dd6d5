import { hash } from 'node:crypto'
import type { Obligation } from '../policy/verdict.ts'

// The one place a Permit is made. Everything that writes to a target asks for one, so it is this file, and not the
// care of its callers, that keeps an undecided command from leaving. Do not export the key.
const MINT = Symbol('mint')

class PermitClass {
  readonly commandId: string
  readonly obligations: readonly Obligation[]
  /** Sequence of the journal entry that was written before this permit existed. */
  readonly auditSequence: number
  readonly holdId: string | undefined
  readonly #digest: string
  readonly #streaming: boolean
  #spent = false

  private constructor(key: symbol, grant: Grant) {
    if (key !== MINT) throw new TypeError('a Permit is minted by the enforcement point only')
    this.commandId = grant.commandId
    this.obligations = grant.obligations
    this.auditSequence = grant.auditSequence
    this.holdId = grant.holdId
    this.#digest = grant.digest
    this.#streaming = grant.streaming
    Object.freeze(this)
  }

  static mint(key: symbol, grant: Grant): PermitClass {
    return new PermitClass(key, grant)
  }

  /** Private fields exist on genuine permits only: a literal, clone, proxy or `Object.create` throws here. */
  static spend(permit: PermitClass, bytes: Uint8Array): void {
    if (permit.#spent) throw new TypeError('this permit was spent before')
    if (permit.#digest !== digestOf(bytes)) throw new TypeError('these are not the bytes this permit is for')
    permit.#spent = true
  }

  static continueInput(permit: PermitClass): void {
    if (!permit.#spent) throw new TypeError('this permit has not been spent: its command comes before its input')
    if (!permit.#streaming) throw new TypeError('this permit is not for streaming input')
  }
}

interface Grant {
  readonly commandId: string
  readonly digest: string
  readonly obligations: readonly Obligation[]
  readonly auditSequence: number
  readonly streaming: boolean
  readonly holdId: string | undefined
}

export type Permit = PermitClass

/** sha256 (hex) of the bytes as they are about to be sent. */
export function digestOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

/** The gate every writer calls with the bytes it is about to send. Throws unless the permit is genuine, unspent and for exactly these bytes. */
export function spendPermit(permit: Permit, bytes: Uint8Array): void {
  PermitClass.spend(permit, bytes)
}

/** For input that follows its command (COPY data). Throws unless the permit is genuine, was spent on its command and allows streaming. */
export function continuePermit(permit: Permit): void {
  PermitClass.continueInput(permit)
}
