import { randomUUID } from 'node:crypto'
import { environment } from '@waystation/alerts/config'
import { createRelay } from '@waystation/alerts/relays'
import { errorCode } from '@waystation/domain'
import { Wrong } from '../../wrong.ts'

/** As ALERTS_RECEIVERS has it. */
export type Receiver = { kind: 'wecom' | 'sms' | 'ticket'; url: string } & Record<string, unknown>

/** Sends a trial message on the very way that alerts will go. Throws `Wrong`. */
export async function tryReceiver(receiver: Receiver): Promise<void> {
  const config = environment.shape.ALERTS_RECEIVERS.safeParse(JSON.stringify({ trial: receiver })).data?.get('trial')
  if (!config || config.kind === 'chat') throw new Wrong(SHAPE)
  const relay = createRelay(config.kind, config)
  try {
    const [id, receivedAt] = [randomUUID().replaceAll('-', ''), Date.now()]
    const told = {
      title: '[FIRING] Trial (info)',
      text: '● waystation onboard: a trial. Nothing is wrong.\n● 驿站：这是一条测试，没有故障。',
    }
    await relay.send({ id, group: id, status: 'firing', alerts: 1, ...told, receivedAt })
  } catch (error) {
    throw new Wrong(failed(errorCode(error)))
  } finally {
    await relay.close()
  }
}

const SHAPE = {
  en: 'That is no https:// address, or the body is no JSON object. docs/alerts.md has an example of each kind.',
  zh: '地址不是 https://，或者正文不是 JSON 对象。docs/alerts.md 里有每一种的例子。',
}
const failed = (code: string) => ({
  en: `The trial message was not taken (${code}). wecom_93000: the key is wrong; http_401 or http_403: the key or token; else see docs/alerts.md.`,
  zh: `测试消息没有被接受（${code}）。wecom_93000：key 不对；http_401 或 http_403：密钥不对；其他见 docs/alerts.md。`,
})
