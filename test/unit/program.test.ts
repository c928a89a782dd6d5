import { afterEach, describe, expect, it, vi } from 'vitest'
import { run } from '../../src/program.ts'

describe('the command line', () => {
  afterEach(() => void vi.restoreAllMocks())

  it.each(['abc', '-1', '70000', '1.5', ''])('refuses the port %j as wrong usage, and starts nothing', async (port) => {
    const complained = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
    expect(await run(['node', 'holdpoint', 'demo', '--postgres-port', port])).toBe(2)
    expect(complained.mock.calls.flat().join('')).toContain('a port is a number from 0 to 65535')
  })
})
