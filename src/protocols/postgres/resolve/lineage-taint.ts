import type { BaseColumn, Origin } from './resolution.ts'

/** Attnums run from -7 (system columns) to 1600; oids fill 32 bits: both fit one number that a Set compares by value. */
const ATTRIBUTES = 4096
const LOWEST = 16

/** What a value was made of, while it is being found out: it only grows. */
export class Taint {
  readonly #columns = new Set<number>()
  #opaque: string | null = null
  /** The one column it is a copy of, where nothing was made of it. Adding does not carry it over. */
  plain: BaseColumn | null = null
  /** Making it may be an error: by these columns, or by others. */
  mayFail = false
  /** Roughly how many columns, constants and parameters its text may be as long as together. */
  weight = 1

  static of(origin: Origin): Taint {
    const taint = new Taint()
    for (const { relation, attribute } of origin.from) taint.column(relation, attribute)
    if (origin.opaque !== null) taint.unknown(origin.opaque)
    return taint
  }

  static unknown(why: string): Taint {
    const taint = new Taint()
    taint.unknown(why)
    return taint
  }

  get size(): number {
    return this.#columns.size
  }

  get opaque(): string | null {
    return this.#opaque
  }

  /** No row went into it: constants and parameters only. */
  get isEmpty(): boolean {
    return this.#columns.size === 0 && this.#opaque === null
  }

  column(relation: number, attribute: number): void {
    this.#columns.add(relation * ATTRIBUTES + attribute + LOWEST)
  }

  /** It may come from anywhere. The first reason is kept. */
  unknown(why: string): void {
    this.#opaque ??= why
  }

  add(other: Taint): void {
    if (other === this) return
    for (const key of other.#columns) this.#columns.add(key)
    this.#opaque ??= other.#opaque
    if (other.mayFail) this.mayFail = true
    if (other.weight > this.weight) this.weight = other.weight
  }

  /** Columns in order of relation and attnum, so that the same tree gives the same list. */
  origin(): Origin {
    return { from: this.columns(), opaque: this.#opaque }
  }

  columns(): readonly BaseColumn[] {
    return [...this.#columns].sort((a, b) => a - b).map((key) => {
      const relation = Math.floor(key / ATTRIBUTES)
      return { relation, attribute: key - relation * ATTRIBUTES - LOWEST }
    })
  }
}
