import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint } from './endpoint.ts'

/** So that a person sees what a streamed answer looks like. */
const WORD_MS = 15

const connecting = `To connect a model, set these and start again:

- **Ollama** on this machine: just run it (\`ollama run qwen3\`); it is found on port 11434.
- **Any OpenAI-compatible server** (vLLM, llama.cpp): \`LOCAL_MODEL_BASE_URL=http://host:8000/v1\` and \`LOCAL_MODEL=name\`
- **A commercial API**: \`COMMERCIAL_MODEL_BASE_URL\`, \`COMMERCIAL_MODEL\`, \`COMMERCIAL_MODEL_API_KEY\``

const connectingChinese = `连接模型：设置以下变量后重新启动。

- 本机的 **Ollama**：直接运行即可（\`ollama run qwen3\`），会在 11434 端口被发现。
- **任何兼容 OpenAI 的服务**（vLLM、llama.cpp）：\`LOCAL_MODEL_BASE_URL=http://host:8000/v1\` 与 \`LOCAL_MODEL=名称\`
- **商业 API**：\`COMMERCIAL_MODEL_BASE_URL\`、\`COMMERCIAL_MODEL\`、\`COMMERCIAL_MODEL_API_KEY\``

const topics: [RegExp, (language: 'en' | 'zh') => string][] = [
  [
    /^(help|帮助|who are you|what are you|你是谁)\W*$/i,
    language =>
      language === 'zh'
        ? '我是驿站内置的应答器，不是语言模型：还没有连接任何模型。您可以问我：**时间**、**如何连接模型**、**配置**。其他的话我会原样重复。'
        : 'I am the responder built into Waystation, not a language model: no model is connected yet. You can ask me for the **time**, **how to connect a model**, and **what is configured**. Anything else I repeat.',
  ],
  [
    /^((what|tell me)\b.*\b)?time( is it)?( now)?\W*$|^(现在)?(几点|时间)/i,
    language => `${new Date().toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', { timeZoneName: 'short' })}`,
  ],
  [/\bconnect\b.*\bmodel|连接.*模型/i, language => (language === 'zh' ? connectingChinese : connecting)],
  [
    /\bwhat\b.*\bconfigured\b|^config(uration)?\W*$|配置/i,
    language =>
      language === 'zh'
        ? `没有连接任何模型：\`LOCAL_MODEL_*\` 与 \`COMMERCIAL_MODEL_*\` 未设置，11434 端口上也没有 Ollama。\n\n${connectingChinese}`
        : `No model is connected: \`LOCAL_MODEL_*\` and \`COMMERCIAL_MODEL_*\` are not set, and no Ollama answered on port 11434.\n\n${connecting}`,
  ],
]

/** Answers while no model is connected, and says so; what it does not know it repeats. */
export const builtInResponder: Endpoint = {
  name: 'built-in',
  id: 'built-in',
  tier: 'local',
  model: 'built-in',
  weight: 1,
  contextTokens: 32_768,
  thinkingTokens: 0,
  isReady: async () => true,
  async *complete(prompt, _parameters, signal) {
    const question = prompt.at(-1)?.content ?? ''
    const language = /\p{Script=Han}/u.test(question) ? 'zh' : 'en'
    const topic = topics.find(([pattern]) => pattern.test(question.trim()))
    const answer = topic ? topic[1](language) : `re: ${question}`
    const words = answer.match(/\s*\S+/g)?.slice(0, 60) ?? []
    let text = ''
    for (const word of words) {
      text += word
      yield { text }
      await sleep(WORD_MS, undefined, { signal })
    }
    yield { text: answer }
  },
}
