import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { type Answered, type Asked, startPlatform } from './platform.ts'
import { readSignature } from './signature.ts'

const ALGORITHM = 'TC3-HMAC-SHA256'
const SIGNED_WITHIN_S = 300

const bodySchema = z.strictObject({
  PhoneNumberSet: z.tuple([z.string().regex(/^\+\d+$/)]),
  SmsSdkAppId: z.string().min(1),
  SignName: z.string().min(1),
  TemplateId: z.string().min(1),
  TemplateParamSet: z.array(z.string()),
  SessionContext: z.string(),
})

const refuse = (Code: string): Answered => ({ body: { Response: { Error: { Code, Message: Code }, RequestId: 'R' } } })

/** Tencent Cloud's SendSms, which answers everything with 200. */
export async function startTencentSms({ secretId = 'id', secretKey = 'secret' } = {}) {
  const messages: { to: string; params: string[] }[] = []

  function refusalOf(asked: Asked): Answered | undefined {
    const signature = readSignature(ALGORITHM, asked)
    const timestamp = Number(asked.headers['x-tc-timestamp'])
    if (!signature || Number.isNaN(timestamp)) return refuse('AuthFailure.InvalidAuthorization')
    if (Math.abs(timestamp - Date.now() / 1000) > SIGNED_WITHIN_S) return refuse('AuthFailure.SignatureExpire')
    const date = new Date(timestamp * 1000).toISOString().slice(0, 10)
    const scope = `${date}/sms/tc3_request`
    if (signature.credential !== `${secretId}/${scope}`) return refuse('AuthFailure.SecretIdNotFound')
    const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest()
    const key = hmac(hmac(hmac(`TC3${secretKey}`, date), 'sms'), 'tc3_request')
    const right = hmac(key, `${ALGORITHM}\n${timestamp}\n${scope}\n${signature.requestHash}`).toString('hex')
    const isWhole = ['content-type', 'host'].every(name => signature.names.includes(name))
    if (signature.signature !== right || !isWhole) return refuse('AuthFailure.SignatureFailure')
    if (asked.headers['x-tc-action'] !== 'SendSms' || asked.headers['x-tc-version'] !== '2021-01-11')
      return refuse('InvalidAction')
    return asked.headers['x-tc-region'] ? undefined : refuse('MissingParameter')
  }

  const platform = await startPlatform(asked => {
    const refusal = refusalOf(asked)
    if (refusal) return refusal
    const { data } = bodySchema.safeParse(asked.body)
    if (!data) return refuse('InvalidParameterValue.IncorrectPhoneNumber')
    messages.push({ to: data.PhoneNumberSet[0], params: data.TemplateParamSet })
    const SendStatusSet = [{ Code: 'Ok', Message: 'send success', SerialNo: 'S', Fee: 1 }]
    return { body: { Response: { SendStatusSet, RequestId: 'R' } } }
  })
  return { ...platform, url: platform.origin, messages }
}
