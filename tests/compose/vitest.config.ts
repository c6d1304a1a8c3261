import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/compose/*.test.ts'],
    // Containers are built, started and stopped one after the other.
    testTimeout: 600_000,
    hookTimeout: 1_200_000,
    bail: 1,
  },
})
