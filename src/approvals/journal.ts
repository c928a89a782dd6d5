import type { Entry, Recorder } from '../recording/entry.ts'
import type { Store } from '../store/store.ts'

export interface Journal {
  /** Runs `work` in a store transaction; what it noted is appended before the commit. Throws and undoes everything when a strict note cannot be. */
  transaction<T>(work: () => T): T
  /** Strict: no record, no change. Otherwise (changes that only refuse or close) the entry is kept until it can be written. */
  note(entry: Entry, isStrict: boolean): void
  /** Appends what could not be written before. */
  catchUp(): void
}

/** Keeps rows and journal together. An entry of a transaction that then failed to commit is followed by one that says so. */
export function createJournal(store: Store, recorder: Pick<Recorder, 'append'>): Journal {
  let noted: { readonly entry: Entry; readonly isStrict: boolean }[] = []
  // At most one entry for each open hold: while the recorder is down nothing new is opened or admitted.
  let overdue: Entry[] = []

  const appendNoted = (appended: number[], late: Entry[]): void => {
    for (const { entry, isStrict } of noted) {
      try {
        appended.push(recorder.append(entry))
      } catch (error) {
        if (isStrict) throw error
        late.push(entry)
      }
    }
  }

  const catchUp = (): void => {
    while (overdue[0] !== undefined) {
      try {
        recorder.append(overdue[0])
      } catch {
        return
      }
      overdue = overdue.slice(1)
    }
  }

  return {
    transaction(work) {
      const appended: number[] = []
      const late: Entry[] = []
      noted = []
      try {
        const result = store.transaction(() => {
          const value = work()
          appendNoted(appended, late)
          return value
        })
        overdue.push(...late)
        return result
      } catch (error) {
        if (appended.length > 0) {
          overdue.push({ session: '', kind: 'gateway', body: { event: 'not_committed', entries: appended } })
          catchUp()
        }
        throw error
      } finally {
        noted = []
      }
    },
    note(entry, isStrict) {
      noted.push({ entry, isStrict })
    },
    catchUp,
  }
}
