import { createHash, createHmac, randomUUID } from 'node:crypto'
import { Rejected, Unavailable } from '@waystation/domain'
import { createClient } from '@waystation/http'
import { z } from 'zod'
import type { ConfigOf } from '../config.ts'
import { checkStatus, reasonOf } from './answers.ts'
import type { Relay } from './relay.ts'
import { fillWords, PER_MINUTE, shortWordsOf } from './words.ts'

/** https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms */
const [ACTION, VERSION] = ['SendSms', '2017-05-25']
const ALGORITHM = 'ACS3-HMAC-SHA256'
/** Too many calls, or too many messages to this phone; or it is their fault. */
const later = /^(Throttling|isv\.BUSINESS_LIMIT_CONTROL$|ServiceUnavailable|InternalError|isp\.)/
/** To one phone it lets through one message a minute, and names no time. */
const LATER_MS = 60_000

const answerSchema = z.object({ Code: z.string() })

/** Alibaba Cloud's SMS: a template that was applied for there, to one phone. */
export function createAliyun(name: string, config: ConfigOf<'aliyun'>): Relay {
  const { origin, host } = new URL(config.url)
  const client = createClient(origin)
  return {
    limits: [PER_MINUTE],
    async send(notice) {
      const query = queryOf({
        PhoneNumbers: config.to,
        SignName: config.signName,
        TemplateCode: config.templateCode,
        TemplateParam: JSON.stringify(fillWords(config.params, shortWordsOf(notice))),
        OutId: notice.id,
      })
      const date = new Date().toISOString().replace(/\.\d+/, '')
      const headers = sign({ ...config, host, query, action: ACTION, version: VERSION, date, nonce: randomUUID() })
      const answer = await client.call({ name, method: 'POST', path: `/?${query}`, headers })
      const code = answerSchema.safeParse(answer.body).data?.Code
      if (code !== undefined && later.test(code))
        throw new Unavailable(`${name}: ${reasonOf('aliyun', code)}`, LATER_MS)
      if (code !== undefined && code !== 'OK') throw new Rejected(reasonOf('aliyun', code))
      checkStatus(name, answer)
      answerSchema.parse(answer.body)
    },
    close: () => client.close(),
  }
}

/** Sorted, and encoded as RFC 3986 has it. */
function queryOf(parameters: Readonly<Record<string, string>>): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return Object.keys(parameters)
    .toSorted()
    .map(key => `${encode(key)}=${encode(parameters[key] ?? '')}`)
    .join('&')
}

type Signed = {
  accessKeyId: string
  accessKeySecret: string
  host: string
  query: string
  action: string
  version: string
  date: string
  nonce: string
}

/**
 * The headers of a POST to `/` without a body, signed by version 3:
 * https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
 */
export function sign({ accessKeyId, accessKeySecret, host, query, action, version, date, nonce }: Signed) {
  const bodyHash = sha256('')
  const headers = {
    'x-acs-action': action,
    'x-acs-content-sha256': bodyHash,
    'x-acs-date': date,
    'x-acs-signature-nonce': nonce,
    'x-acs-version': version,
  }
  const lines = Object.entries({ host, ...headers }).map(([key, value]) => `${key}:${value}\n`)
  const names = ['host', ...Object.keys(headers)].join(';')
  const request = ['POST', '/', query, lines.join(''), names, bodyHash].join('\n')
  const signature = createHmac('sha256', accessKeySecret)
    .update(`${ALGORITHM}\n${sha256(request)}`)
    .digest('hex')
  return {
    ...headers,
    authorization: `${ALGORITHM} Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`,
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
