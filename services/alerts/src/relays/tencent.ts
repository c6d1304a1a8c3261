import { createHash, createHmac } from 'node:crypto'
import { Rejected, Unavailable } from '@waystation/domain'
import { createClient } from '@waystation/http'
import { z } from 'zod'
import type { ConfigOf } from '../config.ts'
import { checkStatus, reasonOf } from './answers.ts'
import type { Relay } from './relay.ts'
import { fillWords, PER_MINUTE, shortWordsOf } from './words.ts'

/** https://cloud.tencent.com/document/api/382/55981 */
const [SERVICE, ACTION, VERSION] = ['sms', 'SendSms', '2021-01-11']
const ALGORITHM = 'TC3-HMAC-SHA256'
const CONTENT_TYPE = 'application/json; charset=utf-8'
/** Too many calls, or too many messages to this phone; or it is their fault. */
const later = /^(RequestLimitExceeded|LimitExceeded|InternalError|ServiceUnavailable)/
/** To one phone it lets through one message in 30 s as it is set at first, and names no time. */
const LATER_MS = 60_000

const answerSchema = z.object({
  Response: z.union([
    z.object({ Error: z.object({ Code: z.string() }) }).transform(({ Error: { Code } }) => Code),
    z
      .object({ SendStatusSet: z.tuple([z.object({ Code: z.string() })]) })
      .transform(({ SendStatusSet: [{ Code }] }) => Code),
  ]),
})

/** Tencent Cloud's SMS: a template that was applied for there, to one phone. */
export function createTencent(name: string, config: ConfigOf<'tencent'>): Relay {
  const { origin, host } = new URL(config.url)
  const client = createClient(origin)
  return {
    limits: [PER_MINUTE],
    async send(notice) {
      const body = {
        PhoneNumberSet: [config.to],
        SmsSdkAppId: config.sdkAppId,
        SignName: config.signName,
        TemplateId: config.templateId,
        TemplateParamSet: fillWords(config.params, shortWordsOf(notice)),
        SessionContext: notice.id,
      }
      const timestamp = Math.floor(Date.now() / 1000)
      const headers = {
        'x-tc-action': ACTION,
        'x-tc-version': VERSION,
        'x-tc-region': config.region,
        'x-tc-timestamp': String(timestamp),
        // What is signed is what the client sends.
        authorization: sign({ ...config, service: SERVICE, host, timestamp, body: JSON.stringify(body) }),
      }
      const answer = await client.call({ name, method: 'POST', path: '/', headers, body })
      checkStatus(name, answer)
      const code = answerSchema.parse(answer.body).Response
      if (later.test(code)) throw new Unavailable(`${name}: ${reasonOf('tencent', code)}`, LATER_MS)
      if (code !== 'Ok') throw new Rejected(reasonOf('tencent', code))
    },
    close: () => client.close(),
  }
}

type Signed = { secretId: string; secretKey: string; service: string; host: string; timestamp: number; body: string }

/** The header `Authorization` of a POST of JSON to `/`: https://cloud.tencent.com/document/api/382/52071 */
export function sign({ secretId, secretKey, service, host, timestamp, body }: Signed): string {
  const names = 'content-type;host'
  const lines = `content-type:${CONTENT_TYPE}\nhost:${host}\n`
  const request = ['POST', '/', '', lines, names, sha256(body)].join('\n')
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10)
  const scope = `${date}/${service}/tc3_request`
  const toSign = [ALGORITHM, timestamp, scope, sha256(request)].join('\n')
  const key = [date, service, 'tc3_request'].reduce<Buffer | string>(hmac, `TC3${secretKey}`)
  const signature = hmac(key, toSign).toString('hex')
  return `${ALGORITHM} Credential=${secretId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
