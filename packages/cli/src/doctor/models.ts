import { Unavailable } from '@waystation/domain'
import { createClient } from '@waystation/http'
import { type EndpointSettings, findOllama, modelConfig, namedEndpoints } from '@waystation/models'
import type { Env } from '@waystation/runtime'
import { endpointsOfFile } from '../config/services.ts'
import { variable, wanted } from '../variables.ts'
import { type Finding, green, red, WITH_VARIABLES, yellow } from './finding.ts'

const PATIENCE_MS = 10_000
const SHOWN = 5

/** Whether each endpoint is there, takes its key and has its model: by its list of models, which costs nothing. */
export async function modelChecks(env: Env): Promise<Finding[]> {
  const config = wanted(modelConfig, env)
  // What is wrong with it, config.environment tells, and config.file of the file.
  if (!config) return []
  const endpoints = namedEndpoints(config, endpointsOfFile(env))
  if (endpoints.length > 0) return Promise.all(endpoints.map(endpoint => look(endpoint, keyOf(env, endpoint))))
  const ollama = await findOllama()
  if (ollama)
    return [green('models.ollama', { en: `${ollama.model}, found on this machine`, zh: `本机上的 ${ollama.model}` })]
  return [
    yellow('models', {
      finding: { en: 'no model is named here', zh: '这里没有配置模型' },
      cure: {
        en: 'Without one the built-in responder answers: docs/models.md. Of the containers, inference alone is told of them.',
        zh: '没有模型时由内置应答器回答：见 docs/models.zh-CN.md。容器之中，只有 inference 知道模型的配置。',
      },
    }),
  ]
}

const keyOf = (env: Env, { apiKeyEnv }: EndpointSettings): string | undefined =>
  apiKeyEnv === undefined ? undefined : variable(env, apiKeyEnv)

async function look(endpoint: EndpointSettings, key: string | undefined): Promise<Finding> {
  const { name, apiKeyEnv, baseUrl } = endpoint
  // Only that of the variables may do without.
  if (apiKeyEnv !== undefined && key === undefined && apiKeyEnv !== 'LOCAL_MODEL_API_KEY')
    return yellow(`models.${name}`, {
      finding: { en: `not looked at: ${apiKeyEnv} is not set here`, zh: `未检查：这里没有设置 ${apiKeyEnv}` },
      cure: WITH_VARIABLES,
    })
  const client = createClient(baseUrl)
  try {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const call = { name: 'models', method: 'GET', path: '/models', headers, timeLimitMs: PATIENCE_MS } as const
    const { status, body } = await client.call(call)
    return judge(endpoint, status, body)
  } catch (error) {
    return unreached(endpoint, error)
  } finally {
    await client.close()
  }
}

function judge(endpoint: EndpointSettings, status: number, body: unknown): Finding {
  const { name, model, apiKeyEnv, tier, baseUrl } = endpoint
  const { host } = new URL(baseUrl)
  if (status === 401 || status === 403)
    return red(`models.${name}`, {
      finding: { en: `${host} refuses the key (${status})`, zh: `${host} 不接受密钥（${status}）` },
      cure: {
        en: `Copy ${apiKeyEnv ?? 'the key'} again from the vendor's page, and see that it is of this address.`,
        zh: `从供应商页面重新复制 ${apiKeyEnv ?? '密钥'}，并确认属于这个地址。`,
      },
    })
  const listed = status === 200 ? listOf(body) : undefined
  if (!listed) return unlisted(endpoint, status)
  if (listed.some(({ id }) => isModel(id, model)) || isOneModelServer(listed))
    return green(`models.${name}`, { en: `${model} at ${host} (${tier})`, zh: `${host} 的 ${model}（${tier}）` })
  const others = listed.slice(0, SHOWN).map(({ id }) => id)
  return red(`models.${name}`, {
    finding: {
      en: `${host} has no model ${model}; it has ${others.join(', ') || 'none'}`,
      zh: `${host} 没有模型 ${model}；有 ${others.join('、') || '空列表'}`,
    },
    cure: {
      en: 'Name one of these, or have the server load it: `ollama pull`, vLLM’s `--served-model-name`.',
      zh: '改用其中之一，或让服务器加载它：`ollama pull`、vLLM 的 `--served-model-name`。',
    },
  })
}

function unlisted({ name, model, baseUrl }: EndpointSettings, status: number): Finding {
  const { host } = new URL(baseUrl)
  const finding = {
    en: `${host} is there, but lists no models (${status})`,
    zh: `${host} 可以访问，但没有列出模型（${status}）`,
  }
  if (status < 500)
    return yellow(`models.${name}`, {
      finding,
      cure: {
        en: `Some do not. If ${model} does not answer, see whether the address ends with what its API wants, mostly /v1.`,
        zh: `有的服务器不提供列表。如果 ${model} 不回答，检查地址末尾是否符合它的 API，通常是 /v1。`,
      },
    })
  return red(`models.${name}`, {
    finding,
    cure: {
      en: '503: it still loads its model, wait. Else its own log says why.',
      zh: '503：仍在加载模型，请等待；其他情况看它自己的日志。',
    },
  })
}

/** The client's errors are ours, and quote no key. */
function unreached({ name, tier, baseUrl }: EndpointSettings, error: unknown): Finding {
  if (!(error instanceof Unavailable)) throw error
  const { host, origin, pathname } = new URL(baseUrl)
  const cures = {
    local: {
      en: `Start it, let it listen on more than 127.0.0.1 (\`ss -ltn\`), and let Docker's networks through the firewall; try \`curl ${origin}${pathname}/models\`.`,
      zh: `启动它，让它监听 127.0.0.1 以外的地址（\`ss -ltn\`），防火墙放行 Docker 网络；试试 \`curl ${origin}${pathname}/models\`。`,
    },
    commercial: {
      en: `A way out to ${host} is needed: firewall, DNS, proxy; or see the vendor's status page.`,
      zh: `需要能访问 ${host}：检查防火墙、DNS、代理，或供应商的状态页。`,
    },
  }
  return red(`models.${name}`, {
    finding: { en: `${host} does not answer (${error.message})`, zh: `${host} 没有应答（${error.message}）` },
    cure: cures[tier],
  })
}

type Listed = { id: string; owned_by?: unknown }

function listOf(body: unknown): Listed[] | undefined {
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined
  return Array.isArray(data) ? data.filter((one): one is Listed => typeof one?.id === 'string') : undefined
}

/** Ollama takes a name without a tag for its latest; some vendors write `models/` before it. */
export const isModel = (id: string, model: string): boolean =>
  [model, `${model}:latest`, `models/${model}`].includes(id)

/** llama.cpp answers under any name. */
const isOneModelServer = ([first]: readonly Listed[]): boolean => first?.owned_by === 'llamacpp'
