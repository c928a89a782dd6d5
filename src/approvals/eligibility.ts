import type { Principal } from '../gateway/command.ts'
import type { Slot } from '../policy/verdict.ts'

/** What makes two principals the same person for four-eyes purposes. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly subject: string
}

/** The one who asks, as kept with the hold. */
export interface Requester extends Person {
  readonly kind: Principal['kind']
  readonly owner?: string
}

/** The directory as it is now; null: not known (any more), and then no approval of theirs counts. */
export interface Authority {
  current(principalId: string): { readonly groups: readonly string[]; readonly disabled: boolean } | null
}

export interface Approval {
  readonly person: Person
  readonly groups: readonly string[]
}

/**
 * Why this person may not decide this command, or null. There is no exception for administrators. Looks at identity
 * only as proven by the issuer; groups count where both the credential and the directory of today name them.
 */
export function whyNotEligible(reviewer: Principal, requester: Requester, slots: readonly Slot[], authority: Authority): string | null {
  if (reviewer.kind !== 'human') return 'only people review: this credential belongs to a program'
  if (isSamePerson(reviewer, requester)) return 'nobody reviews their own command'
  if (isOwner(reviewer, requester)) return 'nobody reviews a command of an agent that acts for them'
  const now = authority.current(reviewer.id)
  if (now === null) return 'the directory does not know this person'
  if (now.disabled) return 'this person is disabled'
  const groups = reviewer.groups.filter((group) => now.groups.includes(group))
  if (!slots.some((slot) => isInSlot(groups, slot))) return 'this person is in none of the groups that may review this'
  return null
}

/** Strict on purpose: a shared subject or a shared name at one issuer counts as the same person, and never as two. */
export function isSamePerson(a: Person, b: Person): boolean {
  return a.id === b.id || a.subject === b.subject || (a.issuer === b.issuer && a.name === b.name)
}

function isOwner(reviewer: Person, requester: Requester): boolean {
  const { owner } = requester
  return owner !== undefined && (owner === reviewer.id || owner === reviewer.subject || owner === reviewer.name)
}

/**
 * Fills the slots' seats with distinct people, as many as possible (maximum matching by augmenting paths, so that the
 * order of approvals does not matter). Returns who sits where, one list per slot.
 */
export function fillSlots(slots: readonly Slot[], approvals: readonly Approval[]): readonly (readonly Person[])[] {
  const people: Approval[] = []
  for (const approval of approvals) {
    if (!people.some((other) => isSamePerson(other.person, approval.person))) people.push(approval)
  }
  const seated: number[][] = slots.map(() => [])

  const seat = (person: number, tried: Set<number>): boolean => {
    for (const [index, slot] of slots.entries()) {
      const seats = seated[index]
      const candidate = people[person]
      if (seats === undefined || candidate === undefined || tried.has(index) || !isInSlot(candidate.groups, slot)) continue
      tried.add(index)
      if (seats.length < slot.quorum) {
        seats.push(person)
        return true
      }
      for (const [place, other] of seats.entries()) {
        if (seat(other, tried)) {
          seats[place] = person
          return true
        }
      }
    }
    return false
  }

  for (const index of people.keys()) seat(index, new Set())
  return seated.map((seats) => seats.flatMap((index) => people[index]?.person ?? []))
}

/** People needed in all; a requirement without seats, or with one that is no whole number, can never be met. */
export function seatsNeeded(slots: readonly Slot[]): number {
  if (slots.length === 0 || slots.some((slot) => !Number.isInteger(slot.quorum) || slot.quorum < 1)) return Number.POSITIVE_INFINITY
  return slots.reduce((sum, slot) => sum + slot.quorum, 0)
}

function isInSlot(groups: readonly string[], slot: Slot): boolean {
  return slot.groups.some((group) => groups.includes(group))
}
