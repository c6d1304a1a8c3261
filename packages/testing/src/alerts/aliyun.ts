import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import { type Answered, type Asked, startPlatform } from './platform.ts'
import { readSignature } from './signature.ts'

const ALGORITHM = 'ACS3-HMAC-SHA256'
const SIGNED_WITHIN_MS = 15 * 60 * 1000
const signedHeaders = [
  'host',
  'x-acs-action',
  'x-acs-content-sha256',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-version',
]

const querySchema = z.object({
  PhoneNumbers: z.string().regex(/^\+?\d+$/),
  SignName: z.string().min(1),
  TemplateCode: z.string().startsWith('SMS_'),
  TemplateParam: z.string(),
})

const refuse = (status: number, Code: string): Answered => ({ status, body: { Code, Message: Code, RequestId: 'R' } })

/** Alibaba Cloud's SendSms: a wrong signature is answered with 400 or 404, a message that it does not want with 200. */
export async function startAliyunSms({ accessKeyId = 'id', accessKeySecret = 'secret' } = {}) {
  const messages: { to: string; params: unknown }[] = []
  const nonces = new Set<string>()

  function refusalOf(asked: Asked): Answered | undefined {
    const signature = readSignature(ALGORITHM, asked)
    if (!signature || signature.credential !== accessKeyId) return refuse(404, 'InvalidAccessKeyId.NotFound')
    const header = (name: string) => String(asked.headers[name] ?? '')
    const right = createHmac('sha256', accessKeySecret).update(`${ALGORITHM}\n${signature.requestHash}`).digest('hex')
    const isSigned = signature.signature === right && signedHeaders.every(name => signature.names.includes(name))
    const isTheBody = header('x-acs-content-sha256') === createHash('sha256').update(asked.text).digest('hex')
    if (!isSigned || !isTheBody) return refuse(400, 'SignatureDoesNotMatch')
    if (Math.abs(Date.parse(header('x-acs-date')) - Date.now()) > SIGNED_WITHIN_MS)
      return refuse(400, 'InvalidTimeStamp.Expired')
    if (nonces.has(header('x-acs-signature-nonce'))) return refuse(400, 'SignatureNonceUsed')
    nonces.add(header('x-acs-signature-nonce'))
    if (header('x-acs-action') !== 'SendSms' || header('x-acs-version') !== '2017-05-25')
      return refuse(404, 'InvalidAction.NotFound')
    return undefined
  }

  const platform = await startPlatform(asked => {
    const refusal = refusalOf(asked)
    if (refusal) return refusal
    const { searchParams } = new URL(asked.path, 'http://host')
    const { data } = querySchema.safeParse(Object.fromEntries(searchParams))
    if (!data) return refuse(200, 'isv.INVALID_PARAMETERS')
    messages.push({ to: data.PhoneNumbers, params: JSON.parse(data.TemplateParam) })
    return { body: { Code: 'OK', Message: 'OK', BizId: 'B', RequestId: 'R' } }
  })
  return { ...platform, url: platform.origin, messages }
}
