import { expect, test } from 'vitest'
import { builtInResponder } from './responder.ts'

async function ask(question: string): Promise<string> {
  let answer = ''
  for await (const { text } of builtInResponder.complete(
    [{ role: 'user', content: question }],
    { maxTokens: 400, temperature: 0.5 },
    new AbortController().signal,
  )) {
    answer = text
  }
  return answer
}

test.each([
  ['help', /not a language model/],
  ['你是谁？', /不是语言模型/],
  ['What time is it?', /\d\d:\d\d/],
  ['现在几点', /\d/],
  ['How do I connect a model?', /LOCAL_MODEL_BASE_URL/],
  ['如何连接模型', /LOCAL_MODEL_BASE_URL/],
  ['what is configured?', /No model is connected/],
])('%s is answered', async (question, answer) => {
  expect(await ask(question)).toMatch(answer)
})

test.each(['hello', 'time flies like an arrow', 'it helps', '👋🏽 你好', 'a\n\nb'])(
  'anything else is repeated: %s',
  async text => {
    expect(await ask(text)).toBe(`re: ${text}`)
  },
)
