import type { Setup } from '../setup.ts'
import type { Talk } from '../talk.ts'

const DEFAULTS = { MODEL_MAX_TOKENS: '400', MODEL_TEMPERATURE: '0.5' }

/** How long answers may be, how free, and who gives them. */
export async function askStyle(talk: Talk, setup: Setup): Promise<void> {
  const tokens = setup.get('MODEL_MAX_TOKENS') ?? DEFAULTS.MODEL_MAX_TOKENS
  const length = await talk.text(LENGTH, { initial: tokens, check: isCount })
  if (Number(length) < 200 || Number(length) > 500) talk.warn(LENGTH_UNUSUAL)
  const now = setup.get('MODEL_TEMPERATURE') ?? DEFAULTS.MODEL_TEMPERATURE
  const temperature = await talk.text(TEMPERATURE, { initial: now, check: isTemperature })
  if (Number(temperature) < 0.3 || Number(temperature) > 0.7) talk.warn(TEMPERATURE_UNUSUAL)
  setUnlessDefault(setup, 'MODEL_MAX_TOKENS', length)
  setUnlessDefault(setup, 'MODEL_TEMPERATURE', temperature)
  await askPersona(talk, setup)
}

function setUnlessDefault(setup: Setup, name: keyof typeof DEFAULTS, value: string): void {
  if (value !== (setup.get(name) ?? DEFAULTS[name])) setup.set(name, value)
}

async function askPersona(talk: Talk, setup: Setup): Promise<void> {
  const known = setup.setting('persona')
  if (typeof known === 'string') {
    talk.show(known.trim(), { en: 'Persona', zh: '人设' })
    if (await talk.yes({ en: 'Keep this persona?', zh: '保留这个人设？' })) return
  }
  const name = await talk.text(NAME, { initial: 'Waystation' })
  setup.change(['persona'], await talk.text(PROMPT, { initial: talk.say(promptOf(name)) }))
}

const promptOf = (name: string) => ({
  en: `You are ${name}, an assistant in a chat. Answer in the language of the question, briefly and to the point. Markdown is rendered. Say so when you do not know.`,
  zh: `你是${name}，聊天中的助手。用提问的语言回答，简短、切题。可以使用 Markdown。不知道就说不知道。`,
})

const isCount = (value: string) =>
  /^[1-9]\d{0,6}$/.test(value) ? undefined : { en: 'A whole number, such as 400.', zh: '一个整数，例如 400。' }
const isTemperature = (value: string) =>
  /^\d(\.\d+)?$/.test(value) && Number(value) <= 2
    ? undefined
    : { en: 'A number from 0 to 2, such as 0.5.', zh: '0 到 2 之间的数，例如 0.5。' }

const LENGTH = {
  en: 'Longest answer, in tokens (200 to 500 do well in a chat)',
  zh: '最长回答的 token 数（聊天建议 200–500）',
}
const LENGTH_UNUSUAL = {
  en: 'Shorter ones are cut off in the middle, longer ones are seldom read in a chat. It stays as you wrote it.',
  zh: '太短会被截断，太长在聊天里很少有人读完。按您所写保留。',
}
const TEMPERATURE = { en: 'Temperature (0.3 to 0.7; higher is more surprising)', zh: '温度（0.3–0.7；越高越出人意料）' }
const TEMPERATURE_UNUSUAL = {
  en: 'Answers become dull below 0.3 and unreliable above 0.7. It stays as you wrote it.',
  zh: '低于 0.3 会呆板，高于 0.7 会不可靠。按您所写保留。',
}
const NAME = { en: 'Name of the assistant', zh: '助手的名字' }
const PROMPT = { en: 'Who it is: its system prompt', zh: '它是谁：系统提示词' }
