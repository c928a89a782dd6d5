// A gateway process of its own: does what its argument says and, where it must, dies without a word.
import { createDecisionQueue } from '../../src/approvals/queue.ts'
import { openStore } from '../../src/store/sqlite.ts'
import { command, directory, lee, maria, memoryRecorder, omar, person, verdict, zoe } from '../support/approvals.ts'

interface Task {
  readonly path: string
  readonly gateway: string
  readonly role: 'crash' | 'decide'
  readonly dieAfter?: string
  readonly holdId?: string
  readonly reviewer?: string
  readonly choice?: 'approve' | 'reject'
}

const task = JSON.parse(process.argv[2] ?? '{}') as Task
const store = openStore(task.path)
const crowd = Array.from({ length: 8 }, (_, i) => person(`owner-${i}`, ['data-owners']))
const everyone = [maria, omar, lee, zoe, ...crowd]
const queue = createDecisionQueue({ store, recorder: memoryRecorder(), gatewayId: task.gateway, authority: directory(everyone), maskSecrets: (text) => text })

function die(step: string): void {
  if (task.dieAfter === step) process.kill(process.pid, 'SIGKILL')
}

if (task.role === 'crash') {
  // The steps of one command, each followed by the chance to die.
  const held = command()
  const hold = queue.open(held, verdict(), 'p1')
  process.stdout.write(`${hold.id}\n`)
  die('open')
  const briefingSeen = queue.view(hold.id, maria)?.briefingDigest ?? ''
  die('view')
  queue.decide({ holdId: hold.id, reviewer: maria, choice: 'approve', briefingSeen, at: new Date() })
  die('decide')
  queue.spend(hold.id, held)
  die('spend')
  queue.forwarding(hold.id)
  die('forwarding')
  queue.outcome(hold.id, { kind: 'completed', summary: 'DELETE 499' })
  die('outcome')
} else {
  const holdId = task.holdId ?? ''
  const reviewer = everyone.find((one) => one.name === task.reviewer) ?? maria
  const briefingSeen = queue.view(holdId, reviewer)?.briefingDigest ?? ''
  process.stdout.write('ready\n')
  // All children wait here for one byte, so that they decide at the same instant.
  process.stdin.once('data', () => {
    const result = queue.decide({ holdId, reviewer, choice: task.choice ?? 'approve', briefingSeen, at: new Date() })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    queue.stop()
    store.close()
    process.exit(0)
  })
}
