import { GatewayError } from '../../errors.ts'

/** A definition whose message is on its way: other batches must wait until the target has answered it. */
export const UNSETTLED = Symbol('unsettled')

const MAX_NAMES = 4096
/** Stands for every name; cannot be one, because names have no NUL. */
const ALL = '\0'

/**
 * Names of prepared statements or portals as the target has them. The protocol and SQL (PREPARE, DECLARE) share them.
 * A definition counts only once the target confirmed it: a Parse that failed leaves the old statement standing, and a
 * verdict on the new text must never let the old one run. Inside one batch an unconfirmed definition may be used,
 * because when it fails the target skips the rest of that batch.
 */
export class Names<T extends object> {
  readonly #settled = new Map<string, T>()
  readonly #inFlight = new Map<string, { readonly value: T | null; readonly batch: number }>()
  readonly #busy = new Map<string, number[]>()

  lookup(name: string, batch: number): T | null | typeof UNSETTLED {
    const busy = this.#busy.get(name) ?? this.#busy.get(ALL)
    // Inside its own batch no answer comes before Sync, so waiting would be for ever: then the name is unknown.
    if (busy !== undefined) return busy.includes(batch) ? null : UNSETTLED
    const coming = this.#inFlight.get(name)
    if (coming === undefined) return this.#settled.get(name) ?? null
    return coming.batch === batch ? coming.value : UNSETTLED
  }

  /** The message that defines (or, with null, closes) the name is about to be sent. */
  expect(name: string, value: T | null, batch: number): void {
    if (this.#settled.size + this.#inFlight.size >= MAX_NAMES) throw new GatewayError('input_limit', `more than ${MAX_NAMES} prepared statements or portals in one session`)
    this.#inFlight.set(name, { value, batch })
  }

  /** The target confirmed it. */
  settle(name: string, value: T | null): void {
    if (value === null) this.#settled.delete(name)
    else this.#settled.set(name, value)
    this.abandon(name, value)
  }

  /** The target did not take it (or a later definition has replaced it already). */
  abandon(name: string, value: T | null): void {
    if (this.#inFlight.get(name)?.value === value) this.#inFlight.delete(name)
  }

  /** A statement that may define or close the name (null: any name) by SQL has been handed on, and nobody knows yet whether it did. */
  occupy(name: string | null, batch: number): void {
    const key = name ?? ALL
    this.#busy.set(key, [...(this.#busy.get(key) ?? []), batch])
  }

  vacate(name: string | null, batch: number): void {
    const key = name ?? ALL
    const rest = [...(this.#busy.get(key) ?? [])]
    rest.splice(rest.indexOf(batch), 1)
    if (rest.length === 0) this.#busy.delete(key)
    else this.#busy.set(key, rest)
  }

  /** Removes all settled names, or those the test picks. */
  clear(test: (value: T) => boolean = () => true): void {
    for (const [name, value] of this.#settled) if (test(value)) this.#settled.delete(name)
  }
}
