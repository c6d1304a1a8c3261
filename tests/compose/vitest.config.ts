import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/compose/*.test.ts'],
    // A server at a time.
    fileParallelism: false,
    // Containers are built, started and stopped one after the other.
    testTimeout: 600_000,
    hookTimeout: 1_200_000,
    bail: 1,
  },
})
