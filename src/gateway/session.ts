import { randomBytes } from 'node:crypto'
import { type EnforcementPoint, isRefusal, type Permit } from '../enforcement/permit.ts'
import type { Refusal } from '../enforcement/refusal.ts'
import type { Door } from '../protocols/adapter.ts'
import type { DecisionPoint } from '../policy/verdict.ts'
import type { Recorder } from '../recording/entry.ts'
import type { Principal, Session } from './command.ts'
import { runLane } from './corridor.ts'

export interface SessionIndex {
  opened(session: Session): void
  closed(session: Session): void
}

export interface DoorParts {
  readonly point: EnforcementPoint
  readonly recorder: Recorder
  readonly authenticate: (credential: string, peer: string) => Promise<Principal>
  readonly decisionPoint: () => DecisionPoint
  readonly index: SessionIndex
}

/** Ids sort by time of making (ms) and cannot be guessed: `<prefix>_<9 base36 digits><10 base36 digits>`. */
export function newId(prefix: string): string {
  const random = [...randomBytes(10)].map((byte) => (byte % 36).toString(36)).join('')
  return `${prefix}_${Date.now().toString(36).padStart(9, '0')}${random}`
}

/** What the corridor offers every protocol; the only way from an adapter to a decision. */
export function createDoor(parts: DoorParts): Door {
  return {
    authenticate: parts.authenticate,
    open(principal, target, about) {
      const session: Session = { id: newId('se'), principal, target, openedAt: new Date(), ended: about.ended, claimed: about.claimed, peer: about.peer }
      parts.recorder.open(session)
      try {
        parts.index.opened(session)
      } catch (error) {
        // Nobody will close what was never handed out.
        parts.recorder.close(session.id)
        throw error
      }
      return session
    },
    close(session) {
      parts.recorder.close(session.id)
      parts.index.closed(session)
    },
    run: (lane) => runLane(lane, parts.point),
    async ask(command): Promise<Permit | Refusal> {
      const admission = await parts.point.consider(command, () => undefined).admit()
      if (!isRefusal(admission)) parts.point.settle(command, admission, { kind: 'completed', summary: command.facts.action })
      return admission
    },
    own: (session, word) => parts.point.own(session, word),
    analysis: (session, bytes) => parts.point.analysis(session, bytes),
    measure: (session, bytes) => parts.point.measure(session, bytes),
    masks: (session) => parts.decisionPoint().masks(session.principal, session.target),
    record: (command, direction, bytes) => parts.recorder.tap(command, direction, bytes),
  }
}
