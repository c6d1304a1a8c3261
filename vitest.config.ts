import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,services,bench}/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: './tests/setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two at a time: most tests start processes of their own, and CI has two cores.
    maxWorkers: 2,
  },
})
