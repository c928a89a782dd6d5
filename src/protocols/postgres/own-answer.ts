import { type AnswerRow, readRow } from './answers.ts'
import { backend, type Message, readErrorFields } from './codec.ts'
import { parseRowDescription } from './masking.ts'

/** Of one answer together; what is longer is read past. */
const MAX_BYTES = 16 << 20

/**
 * The answer to a word of ours in an agent's session, up to its ReadyForQuery. Nothing of it is for the client, so the relay
 * hands every message here instead. Bounded: what is too much is dropped and said so.
 */
export class OwnAnswer {
  /** Resolves with the answer when it is complete; `lost` then tells whether the connection ended first. */
  readonly done: Promise<OwnAnswer>
  readonly #settle: (answer: OwnAnswer) => void
  readonly notices: ReadonlyMap<string, string>[] = []
  readonly errors: ReadonlyMap<string, string>[] = []
  /** Rows of each statement, in order; empty for those that return none. */
  readonly results: (readonly AnswerRow[])[] = []
  tooLong = false
  lost = false
  #names: readonly string[] = []
  #rows: AnswerRow[] = []
  #bytes = 0

  constructor() {
    let settle: (answer: OwnAnswer) => void = () => undefined
    this.done = new Promise((resolve) => { settle = resolve })
    this.#settle = settle
  }

  /** False: no message that can be part of it. */
  add({ type, bytes, oversize }: Message): boolean {
    this.#bytes += bytes.length
    if (oversize !== undefined || this.#bytes > MAX_BYTES) {
      this.tooLong = true
      return true
    }
    switch (type) {
      case backend.notice: this.notices.push(readErrorFields(bytes)); return true
      case backend.error: this.errors.push(readErrorFields(bytes)); return true
      case backend.rowDescription: this.#names = parseRowDescription(bytes).map((field) => field.name); return true
      case backend.dataRow: this.#rows.push(readRow(bytes, this.#names)); return true
      case backend.commandComplete:
      case backend.emptyQuery:
        this.results.push(this.#rows)
        this.#rows = []
        return true
      case backend.parseComplete:
      case backend.bindComplete:
      case backend.closeComplete:
      case backend.noData:
        return true
      default:
        return false
    }
  }

  /** ReadyForQuery came, or (`lost`) never will. */
  end(lost: boolean): void {
    this.lost = lost
    this.#settle(this)
  }
}
