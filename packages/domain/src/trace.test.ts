import { expect, test } from 'vitest'
import { traceIdOf } from './trace.ts'

const idFor = (requestId: string) => traceIdOf({ headers: { 'x-request-id': requestId }, body: Buffer.alloc(0) })

test("a request's id is the trace id where it is one", () => {
  const id = '0000000000000000000000000000000a'
  expect(idFor(id)).toBe(id)
  for (const none of ['0'.repeat(32), 'A'.repeat(32), `${id}0`]) expect(idFor(none)).toMatch(/^(?!0{32})[\da-f]{32}$/)
  expect(idFor('0'.repeat(32))).not.toBe('0'.repeat(32))
})
