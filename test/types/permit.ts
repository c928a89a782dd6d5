import { type AnalysisPermit, continuePermit, isRefusal, type Permit, spendAnalysisPermit, spendPermit } from '../../src/enforcement/permit.ts'
import type { Admission } from '../../src/enforcement/permit.ts'
import type { Refusal } from '../../src/enforcement/refusal.ts'
import { analyse, cancel, connect, send, sendInput, type Upstream, type UpstreamTarget } from '../../src/protocols/postgres/upstream.ts'

// Ways round a permit, each of which must not compile. Nothing here runs: test/unit/permit-types.test.ts lets the compiler read it,
// and reads it again without each expectation, so that none of them can be true for another reason.

declare const upstream: Upstream
declare const target: UpstreamTarget
declare const bytes: Buffer
declare const refused: Refusal
declare const admission: Admission
declare const genuine: Permit
declare const forAnalysis: AnalysisPermit

const shape = { purpose: 'run', commandId: 'cm_1', obligations: [], auditSequence: 1, holdId: undefined }

// @ts-expect-error an object literal has no private fields
export const literal: Permit = { purpose: 'run', commandId: 'cm_1', obligations: [], auditSequence: 1, holdId: undefined }

// @ts-expect-error a copy of every public field is no permit
export const copied: Permit = { ...genuine }

// @ts-expect-error nor is an object of the same shape
spendPermit(shape, bytes)

// @ts-expect-error Permit is a type only: there is nothing to construct
export const constructed = new Permit(Symbol('mint'), shape)

// @ts-expect-error nor to extend
export class Sub extends Permit {}

// @ts-expect-error a class with the same fields is another class
export class Lookalike implements Permit { purpose = 'run' as const; commandId = 'cm_1'; obligations = []; auditSequence = 1; holdId = undefined }

// @ts-expect-error a literal with a field too few cannot even be asserted
export const asserted = { commandId: 'cm_1', spent: false } as Permit

// @ts-expect-error the static way in is not reachable from a permit
export const minted = genuine.constructor.mint(Symbol('mint'), shape)

// @ts-expect-error a permit cannot be changed
genuine.commandId = 'cm_2'

// @ts-expect-error its private state cannot be named
export const digest = genuine.digest

// @ts-expect-error sending takes a permit
void send(upstream, bytes)

// @ts-expect-error and not a refusal
void send(refused, upstream, bytes)

// @ts-expect-error nor an answer nobody looked at
void send(admission, upstream, bytes)

// @ts-expect-error nor nothing
void send(undefined, upstream, bytes)

// @ts-expect-error input of a COPY takes the permit of its command
void sendInput(upstream, bytes)

// @ts-expect-error dialling takes one
void connect(target, bytes)

// @ts-expect-error so does cancelling
void cancel(target, bytes)

// @ts-expect-error continuing takes one
continuePermit(undefined)

// @ts-expect-error what may be shown to the target may not be sent to it
void send(forAnalysis, upstream, bytes)

// @ts-expect-error nor open a connection
void connect(forAnalysis, target, bytes, { connectTimeoutMs: 1, maxMessageBytes: 1 })

// @ts-expect-error nor have input behind it
continuePermit(forAnalysis)

// @ts-expect-error nor be spent as if it could
spendPermit(forAnalysis, bytes)

// @ts-expect-error a permit to run is none to analyse
spendAnalysisPermit(genuine, bytes)

// @ts-expect-error not even a text that may be run
void analyse(genuine, upstream, 'SELECT 1', [])

// @ts-expect-error what is analysed is a text: its bytes are made behind the gate
void analyse(forAnalysis, upstream, bytes, [])

// @ts-expect-error the connection itself cannot be written to
upstream.socket.write(bytes)

// @ts-expect-error not even by ending it with something to say
upstream.socket.end(bytes)

// @ts-expect-error nor behind a listener
upstream.socket.on('error', () => undefined).write(bytes)

// The way that is meant, so that the file fails if sending itself no longer compiles.
if (!isRefusal(admission)) void send(admission, upstream, bytes)
void analyse(forAnalysis, upstream, 'SELECT 1', [])
