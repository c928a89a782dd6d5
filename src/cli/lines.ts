import type { IncomingMessage } from 'node:http'
import { CliError } from './client.ts'

const MAX_LINE_LENGTH = 64 * 1024 * 1024

/** The lines of an answer as they arrive, without their ends. Throws CliError when one is beyond reason or the answer breaks off. */
export async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8')
  let rest = ''
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_LINE_LENGTH) throw new CliError('a line of the answer is larger than 64 MiB')
      yield* lines
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError('the gateway closed the connection half-way')
  }
  if (rest !== '') yield rest
}
