import type { Command } from 'commander'
import { journalFolder, journalIndexes } from '../recording/files.ts'
import { type VerifyResult, verifyJournal } from '../recording/verify.ts'

/**
 * `holdpoint audit verify --directory DIR [--head HASH] [--json]`: reads the files themselves, needs no gateway.
 * Exit code 0 when everything fits, 1 at the first thing that does not.
 */
export function verifyVerb(program: Command): void {
  const audit = program.commands.find((command) => command.name() === 'audit') ?? program.command('audit').description('the tamper-evident record')
  audit
    .command('verify')
    .description('check the journal and the recordings offline; names the first record that does not fit')
    .requiredOption('--directory <dir>', 'the folder that holds journal/ and recordings/')
    .option('--head <hash>', 'a head noted earlier; detects a tail that was cut off or a chain written anew')
    .option('--json', 'the result as one JSON object')
    .action(async (options: { readonly directory: string; readonly head?: string; readonly json?: boolean }) => {
      if (options.head !== undefined && !/^[0-9a-f]{64}$/.test(options.head)) {
        process.stderr.write('--head wants 64 lower-case hexadecimal digits\n')
        process.exitCode = 2
        return
      }
      // A folder that was mistyped must not read as one in which everything fits.
      if ((await journalIndexes(journalFolder(options.directory))).length === 0) {
        process.stderr.write(`${options.directory} holds no journal: name the folder that holds journal/ and recordings/\n`)
        process.exitCode = 1
        return
      }
      const result = await verifyJournal(options.directory, options.head === undefined ? {} : { noted: options.head })
      process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : describe(result))
      if (!result.ok) process.exitCode = 1
    })
}

function describe(result: VerifyResult): string {
  const lines: string[] = []
  if (result.bad !== undefined) {
    const { file, line, seq, why } = result.bad
    lines.push(`BROKEN  ${file}${line === undefined ? '' : ` line ${line}`}${seq === undefined ? '' : ` (record ${seq})`}: ${why}`)
    lines.push(`        ${result.head.sequence} records before it fit; recordings were not checked`)
  }
  for (const { file, offset, seq, why } of result.bad_recordings) {
    lines.push(`BROKEN  recording ${file}${offset === undefined ? '' : ` byte ${offset}`}${seq === undefined ? '' : ` (record ${seq})`}: ${why}`)
  }
  if (result.ok) lines.push(`OK      ${result.records} records, ${result.recordings} recordings`)
  for (const session of result.unfinished) lines.push(`note    session ${session} never closed; its recording ends early`)
  if (result.torn_bytes > 0) lines.push(`note    ${result.torn_bytes} bytes of an unfinished last line, never acknowledged`)
  lines.push(`head    ${result.head.hash} (record ${result.head.sequence})`)
  return `${lines.join('\n')}\n`
}
