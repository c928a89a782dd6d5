// Appends with many callers at once and tells its parent on stdout what was acknowledged, until it is killed.
import { writeSync } from 'node:fs'
import { createRecorder } from '../../src/recording/recorder.ts'

const [directory, callers] = [process.argv[2]!, Number(process.argv[3])]
const recorder = await createRecorder({ directory, maskText: (text) => text, limits: { rotateBytes: 64 * 1024 } })
const claims = { principal: { id: 'p', name: 'p', kind: 'agent', issuer: 'i', subject: 'p', groups: [], claims: {}, expiresAt: new Date() } } as const
const run = `${process.pid}-${Date.now()}`

await Promise.all(
  Array.from({ length: callers }, async (_, caller) => {
    const session = { id: `s-${run}-${caller}`, ...claims, target: { name: 't', protocol: 'p', labels: {} }, openedAt: new Date(), ended: new AbortController().signal, claimed: {}, peer: '' }
    recorder.open(session)
    for (let n = 0; ; n++) {
      const command = { id: `c-${run}-${caller}-${n}`, session } as never
      const token = `${run}-${caller}-${n}`
      const sequence = recorder.append({ session: session.id, kind: 'permit', body: { command: `c-${token}`, token } })
      await recorder.durable(sequence)
      // Synchronous: what the parent reads was acknowledged, whatever happens to this process next.
      writeSync(1, `${sequence} ${token}\n`)
      await recorder.tap(command, 'output', Buffer.from(`answer ${token} `.repeat(1 + (n % 50))))
      recorder.append({ session: session.id, kind: 'outcome', body: { command: `c-${token}` } })
    }
  }),
)
