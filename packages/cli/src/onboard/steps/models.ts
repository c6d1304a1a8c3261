import { asHere, asInContainers, type Found, findServers, KeyWanted, listModels } from '../checks/models.ts'
import type { Setup } from '../setup.ts'
import type { Talk } from '../talk.ts'

type Kinds = 'local' | 'commercial' | 'both'

/** Which models answer, each proved by its list of models. */
export async function askModels(talk: Talk, setup: Setup): Promise<void> {
  const now = [setup.get('LOCAL_MODEL'), setup.get('COMMERCIAL_MODEL')].filter(name => name !== undefined)
  const stay = now.length > 0 ? { en: `Keep ${now.join(', ')}`, zh: `保留 ${now.join('、')}` } : NONE
  const kinds = await talk.choose<Kinds | 'stay'>(
    WHICH,
    [
      ...(now.length > 0 ? [{ value: 'stay' as const, words: stay }] : []),
      { value: 'local', words: { en: 'Open-source, in the house', zh: '开源模型，自己部署' }, hint: LOCAL },
      { value: 'commercial', words: { en: 'Commercial API', zh: '商业 API' }, hint: COMMERCIAL },
      { value: 'both', words: { en: 'Both: rules choose for each question', zh: '两者都用：按规则逐条选择' } },
      ...(now.length > 0 ? [] : [{ value: 'stay' as const, words: stay }]),
    ],
    now.length > 0 ? 'stay' : 'local',
  )
  if (kinds === 'stay') return
  if (kinds === 'commercial') for (const name of LOCAL_VARIABLES) setup.set(name, undefined)
  else await askLocal(talk, setup)
  if (kinds === 'local') for (const name of COMMERCIAL_VARIABLES) setup.set(name, undefined)
  else await askCommercial(talk, setup)
}

const LOCAL_VARIABLES = ['LOCAL_MODEL_BASE_URL', 'LOCAL_MODEL', 'LOCAL_MODEL_API_KEY']
const COMMERCIAL_VARIABLES = ['COMMERCIAL_MODEL_BASE_URL', 'COMMERCIAL_MODEL', 'COMMERCIAL_MODEL_API_KEY']

async function askLocal(talk: Talk, setup: Setup): Promise<void> {
  const near = await chooseNear(talk, await talk.look(NEARBY, findServers()))
  let baseUrl = near?.baseUrl ?? setup.get('LOCAL_MODEL_BASE_URL') ?? ''
  const { key, models } = near
    ? { key: undefined, models: near.models }
    : await talk.untilRight(async () => {
        baseUrl = await askAddress(talk, baseUrl)
        return await askKeyIfWanted(talk, baseUrl)
      })
  setup.set('LOCAL_MODEL_BASE_URL', setup.target === 'compose' ? toldAsInContainers(talk, baseUrl) : baseUrl)
  setup.set('LOCAL_MODEL_API_KEY', key)
  setup.set('LOCAL_MODEL', await askModel(talk, models, setup.get('LOCAL_MODEL')))
}

async function chooseNear(talk: Talk, found: readonly Found[]): Promise<Found | undefined> {
  if (found.length === 0) return undefined
  const choices = found.map((one, index) => {
    const words = `${one.name}, ${one.baseUrl}`
    return { value: index, words: { en: words, zh: words }, hint: countOf(one.models) }
  })
  const other = { value: -1, words: { en: 'Another address', zh: '其他地址' } }
  return found[await talk.choose(FOUND, [...choices, other])]
}

const askAddress = async (talk: Talk, initial: string): Promise<string> =>
  (await talk.text(ADDRESS, { initial, hint: 'http://10.0.0.5:8000/v1', check: address })).replace(/\/$/, '')

async function askKeyIfWanted(talk: Talk, baseUrl: string) {
  const here = asHere(baseUrl)
  if (here === undefined) return { key: undefined, models: undefined }
  try {
    return { key: undefined, models: await talk.look(LISTING, listModels(here, undefined)) }
  } catch (error) {
    if (!(error instanceof KeyWanted)) throw error
    talk.warn(error.words)
    return await askKey(talk, here)
  }
}

async function askKey(talk: Talk, baseUrl: string) {
  const key = await talk.secret(KEY)
  return { key, models: await talk.look(LISTING, listModels(baseUrl, key)) }
}

async function askCommercial(talk: Talk, setup: Setup): Promise<void> {
  talk.tell(LEAVES)
  let baseUrl = setup.get('COMMERCIAL_MODEL_BASE_URL')
  const { key, models } = await talk.untilRight(async () => {
    baseUrl = await chooseVendor(talk, baseUrl)
    return await askKey(talk, baseUrl)
  })
  setup.set('COMMERCIAL_MODEL_BASE_URL', baseUrl)
  setup.set('COMMERCIAL_MODEL_API_KEY', key)
  setup.set('COMMERCIAL_MODEL', await askModel(talk, models, setup.get('COMMERCIAL_MODEL')))
}

async function chooseVendor(talk: Talk, now: string | undefined): Promise<string> {
  const own = now === undefined || vendors.some(({ baseUrl }) => baseUrl === now) ? [] : [{ name: now, baseUrl: now }]
  const choices = [...own, ...vendors].map(({ name, baseUrl }) => ({ value: baseUrl, words: { en: name, zh: name } }))
  const other = { value: '', words: { en: 'Another address', zh: '其他地址' } }
  return (await talk.choose(VENDOR, [...choices, other], now)) || (await askAddress(talk, ''))
}

async function askModel(talk: Talk, models: readonly string[] | undefined, now: string | undefined): Promise<string> {
  if (models?.length) return await talk.chooseName(MODEL, models, now)
  talk.warn(models ? EMPTY : UNLISTED)
  return await talk.text(MODEL_NAME, now === undefined ? {} : { initial: now })
}

function toldAsInContainers(talk: Talk, baseUrl: string): string {
  const told = asInContainers(baseUrl)
  const { host } = new URL(told)
  if (told !== baseUrl)
    talk.warn({
      en: `From its container it is reached as ${host}: it must listen on more than 127.0.0.1 (Ollama: OLLAMA_HOST=0.0.0.0), and the firewall keep others out.`,
      zh: `容器里要用 ${host} 访问它：它必须监听 127.0.0.1 以外的地址（Ollama：OLLAMA_HOST=0.0.0.0），并用防火墙挡住其他人。`,
    })
  return told
}

function address(value: string) {
  const url = URL.parse(value)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return undefined
  return { en: 'An address begins with http:// or https://.', zh: '地址以 http:// 或 https:// 开头。' }
}

const vendors = [
  { name: 'OpenAI', baseUrl: 'https://api.openai.com/v1' },
  { name: 'DeepSeek', baseUrl: 'https://api.deepseek.com' },
  { name: 'Qwen (DashScope)', baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1' },
  { name: 'Moonshot', baseUrl: 'https://api.moonshot.cn/v1' },
]

const countOf = (models: readonly string[]) => ({ en: models.join(', '), zh: models.join('、') })

const WHICH = { en: 'Which models answer?', zh: '用哪些模型回答？' }
const NONE = { en: 'None yet: a built-in responder repeats what one writes', zh: '暂不连接：由内置应答器重复所写内容' }
const LOCAL = { en: 'Ollama, vLLM, llama.cpp: nothing leaves the house', zh: 'Ollama、vLLM、llama.cpp：内容不出内网' }
const COMMERCIAL = { en: 'OpenAI, DeepSeek, Qwen, Moonshot …', zh: 'OpenAI、DeepSeek、通义千问、Moonshot……' }
const NEARBY = {
  en: 'Looking for Ollama (11434), vLLM (8000) and llama.cpp (8080) on this machine',
  zh: '正在本机寻找 Ollama（11434）、vLLM（8000）和 llama.cpp（8080）',
}
const FOUND = { en: 'Found on this machine', zh: '在本机找到' }
const ADDRESS = { en: 'Address of its OpenAI-compatible API', zh: '兼容 OpenAI 的 API 地址' }
const VENDOR = { en: 'Whose API?', zh: '哪一家的 API？' }
const LEAVES = {
  en: 'What people ask leaves the house with it, but for what rules mark as private: docs/models.md.',
  zh: '使用商业 API 时，提问内容会离开公司；规则标为私密的除外：docs/models.zh-CN.md。',
}
const KEY = { en: 'API key', zh: 'API 密钥' }
const LISTING = { en: 'Asking for its list of models, which costs nothing', zh: '正在读取模型列表（不产生费用）' }
const MODEL = { en: 'Model', zh: '模型' }
const MODEL_NAME = { en: 'Name of the model', zh: '模型名称' }
const EMPTY = {
  en: 'The server has no model yet. Name the one it will have (Ollama: `ollama pull`).',
  zh: '服务器上还没有模型。请写出将要使用的名称（Ollama：`ollama pull`）。',
}
const UNLISTED = { en: 'Its models cannot be listed from here.', zh: '这里读不到它的模型列表。' }
