import { Unavailable } from '@waystation/domain'
import { createClient, safeUrl } from '@waystation/http'
import type { Words } from '../../language.ts'

const PATIENCE_MS = 5_000

/** What is wrong with the address that platforms post to, if anything. */
export function faultOfPublicUrl(value: string): Words | undefined {
  if (safeUrl('').safeParse(value).success) return undefined
  return {
    en: 'https:// and the name of this server, such as https://bot.example.com.',
    zh: 'https:// 加服务器域名，例如 https://bot.example.com。',
  }
}

/** Whether somebody is there already, as seen from here. */
export async function lookAtPublicUrl(publicUrl: string): Promise<Words> {
  const client = createClient(publicUrl)
  try {
    const { status } = await client.call({ name: 'it', method: 'GET', path: '/healthz', timeLimitMs: PATIENCE_MS })
    return {
      en: `${publicUrl} is reached from here (${status}).`,
      zh: `从这里可以访问 ${publicUrl}（${status}）。`,
    }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    return {
      en: `Nothing answers at ${publicUrl} yet (${error.message}): by the start it needs DNS, a certificate and nginx, docs/install.md#tls.`,
      zh: `${publicUrl} 还没有应答（${error.message}）：启动前需要 DNS、证书和 nginx，见 docs/install.zh-CN.md。`,
    }
  } finally {
    await client.close()
  }
}
