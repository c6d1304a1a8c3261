import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Large files are begun first, so that nobody waits for a long one at the end. The drill is short, and waits for minutes. */
class DrillFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isDrill = ({ moduleId }: TestSpecification) => moduleId.endsWith('/drill.test.ts')
    const bySize = await super.sort(files)
    return [...bySize.filter(isDrill), ...bySize.filter(file => !isDrill(file))]
  }
}

export default defineConfig({
  test: {
    include: ['{packages,services,bench,drill,deploy}/**/*.test.ts', 'tests/*.test.ts'],
    globalSetup: './tests/setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Three at a time for CI's two cores: most tests start processes of their own, and mostly wait for them.
    maxWorkers: 3,
    sequence: { sequencer: DrillFirst },
  },
})
