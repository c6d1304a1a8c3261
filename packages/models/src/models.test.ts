import { startModel } from '@waystation/testing'
import { expect, test } from 'vitest'
import { modelConfig } from './config.ts'
import { createModels } from './models.ts'

async function answerOf(env: Record<string, string>) {
  const { model, state } = await createModels(modelConfig.parse(env))
  for await (const { route } of model.complete([{ role: 'user', content: 'x' }], new AbortController().signal)) {
    return { state, route }
  }
  return expect.unreachable()
}

test('the local model comes first where both are configured, and neither its address nor a key is shown whole', async () => {
  await using local = await startModel({ model: 'little' })
  await using commercial = await startModel({ model: 'large' })
  const { state, route } = await answerOf({
    LOCAL_MODEL_BASE_URL: local.baseUrl,
    LOCAL_MODEL: 'little',
    COMMERCIAL_MODEL_BASE_URL: commercial.baseUrl,
    COMMERCIAL_MODEL: 'large',
    COMMERCIAL_MODEL_API_KEY: 'secret-canary',
  })
  expect(route).toEqual({ tier: 'local', model: 'little', reason: 'default' })
  expect(state).toMatch(/^little \(local, 127\.0\.0\.1:\d+\), then large \(commercial, /)
  expect(state).not.toContain('canary')
})

test('every half of a configuration is asked for its other half', () => {
  const faults = (env: Record<string, string>) => modelConfig.safeParse(env).error?.issues.map(issue => issue.path[0])
  expect(faults({ LOCAL_MODEL: 'x' })).toEqual(['LOCAL_MODEL_BASE_URL'])
  expect(faults({ LOCAL_MODEL_BASE_URL: 'http://localhost:1/v1' })).toEqual(['LOCAL_MODEL'])
  expect(faults({ COMMERCIAL_MODEL: 'x' })).toEqual(['COMMERCIAL_MODEL_API_KEY'])
  expect(faults({ COMMERCIAL_MODEL_API_KEY: 'x' })).toEqual(['COMMERCIAL_MODEL'])
  expect(faults({ LOCAL_MODEL: 'x', LOCAL_MODEL_BASE_URL: 'nonsense' })).toContain('LOCAL_MODEL_BASE_URL')
})
