/** A definition whose message is on its way: other batches must wait until the target has answered it. */
export const UNSETTLED = Symbol('unsettled')

const MAX_NAMES = 4096
/** Bytes of the texts and parameters that all names of one session may keep here. */
const MAX_BYTES = 32 << 20
/** The target keeps names in a table whose keys end at NAMEDATALEN - 1 bytes: longer ones that begin alike are one name there. */
const MAX_NAME_BYTES = 63
/** Stands for every name; cannot be one, because names have no NUL. */
const ALL = '\0'
const TOO_MUCH = `prepared statements and portals of one session together are larger than ${MAX_BYTES} bytes`

export function isTooLong(name: string): boolean {
  return Buffer.byteLength(name) > MAX_NAME_BYTES
}

/**
 * Names of prepared statements or portals as the target has them. The protocol and SQL (PREPARE, DECLARE) share them.
 * A definition counts only once the target confirmed it: a Parse that failed leaves the old statement standing, and a
 * verdict on the new text must never let the old one run. Inside one batch an unconfirmed definition may be used,
 * because when it fails the target skips the rest of that batch.
 */
export class Names<T extends object> {
  readonly #weigh: (value: T) => number
  readonly #settled = new Map<string, T>()
  readonly #inFlight = new Map<string, { readonly value: T | null; readonly batch: number }>()
  readonly #busy = new Map<string, number[]>()
  /** What all of them weigh. */
  #bytes = 0

  constructor(weigh: (value: T) => number) {
    this.#weigh = weigh
  }

  /** Why this definition cannot be kept here, and so must not be made at the target; null: it can. */
  obstacle(name: string, value: T): string | null {
    if (isTooLong(name)) return `names are at most ${MAX_NAME_BYTES} bytes long`
    const isNew = !this.#settled.has(name) && !this.#inFlight.has(name)
    if (isNew && this.#settled.size + this.#inFlight.size >= MAX_NAMES) return `more than ${MAX_NAMES} prepared statements or portals in one session`
    return this.#bytes - this.#of(this.#settled.get(name)) + this.#weigh(value) > MAX_BYTES ? TOO_MUCH : null
  }

  #of(value: T | null | undefined): number {
    return value ? this.#weigh(value) : 0
  }

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
    this.#bytes += this.#of(value) - this.#of(this.#inFlight.get(name)?.value)
    this.#inFlight.set(name, { value, batch })
  }

  /** The target confirmed it. What SQL defines beyond our bounds is not kept: a name we do not know is refused. */
  settle(name: string, value: T | null): void {
    this.abandon(name, value)
    const kept = value !== null && (this.#settled.has(name) || this.#settled.size < MAX_NAMES) && this.#bytes + this.#weigh(value) <= 2 * MAX_BYTES ? value : null
    this.#bytes += this.#of(kept) - this.#of(this.#settled.get(name))
    if (kept === null) this.#settled.delete(name)
    else this.#settled.set(name, kept)
  }

  /** The target did not take it (or a later definition has replaced it already). */
  abandon(name: string, value: T | null): void {
    if (this.#inFlight.get(name)?.value !== value) return
    this.#bytes -= this.#of(value)
    this.#inFlight.delete(name)
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
    for (const [name, value] of this.#settled) {
      if (!test(value)) continue
      this.#bytes -= this.#weigh(value)
      this.#settled.delete(name)
    }
  }
}
