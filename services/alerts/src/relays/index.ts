import type { ConfigOf, ReceiverConfig } from '../config.ts'
import { createAliyun } from './aliyun.ts'
import { type Chats, createChat } from './chat.ts'
import { createFeishu } from './feishu.ts'
import type { Relay } from './relay.ts'
import { createTemplate } from './template.ts'
import { createTencent } from './tencent.ts'
import { createWecom } from './wecom.ts'

/** The way to each receiver, by its name. */
export const createRelays = (receivers: ReadonlyMap<string, ReceiverConfig>, chats: Chats): Map<string, Relay> =>
  new Map(
    [...receivers].map(([name, config]) => [
      name,
      config.kind === 'chat' ? createChat(name, config, chats) : createRelay(name, config),
    ]),
  )

/** The way to one that is no chat of ours. */
export function createRelay(name: string, config: Exclude<ReceiverConfig, ConfigOf<'chat'>>): Relay {
  if (config.kind === 'wecom') return createWecom(name, config)
  if (config.kind === 'feishu') return createFeishu(name, config)
  if (config.kind === 'aliyun') return createAliyun(name, config)
  if (config.kind === 'tencent') return createTencent(name, config)
  return createTemplate(name, config)
}
