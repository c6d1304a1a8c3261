import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,services,bench,drill,deploy}/**/*.test.ts', 'tests/*.test.ts'],
    globalSetup: './tests/setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Three at a time for CI's two cores: most tests start processes of their own, and mostly wait for them.
    maxWorkers: 3,
  },
})
