import { readKnocks } from '@waystation/gateway'
import type { Redis } from '@waystation/redis'
import { inBoth, type Words } from '../language.ts'
import { duration } from '../text.ts'
import { type Cure, type Finding, green, red, yellow } from './finding.ts'

/** What was refused longer ago says little of how it is now. */
const LATELY_MS = 60 * 60_000

type Refusal = {
  why: Words
  cure: Cure
  /** Hardly anybody but the platform sends what is refused so. */
  isPlatform: boolean
}

const encryptKey: Cure = {
  en: at =>
    `Copy the Encrypt Key again, from *Events & Callbacks → Encryption Strategy* to FEISHU_ENCRYPT_KEY; then ${at.apply}.`,
  zh: at => `从“事件与回调 → 加密策略”重新复制 Encrypt Key 到 FEISHU_ENCRYPT_KEY；然后 ${at.apply}。`,
}
const page = {
  en: 'If it is not somebody else who knocks: see “Nothing comes” in docs/channels/feishu.md.',
  zh: '如果不是别人在试探：见 docs/channels/feishu.zh-CN.md 的“收不到消息”。',
}

/** By the reasons of packages/feishu and packages/telegram. */
const refusals: Readonly<Record<string, Refusal>> = {
  bad_signature: {
    why: { en: 'signed with another Encrypt Key', zh: '签名用的是另一个 Encrypt Key' },
    cure: encryptKey,
    isPlatform: true,
  },
  undecryptable: {
    why: { en: 'encrypted with another Encrypt Key', zh: '加密用的是另一个 Encrypt Key' },
    cure: encryptKey,
    isPlatform: true,
  },
  stale: {
    why: { en: 'signed long ago, or in our future', zh: '签名时间太旧，或晚于本机时间' },
    cure: { en: 'Set the clock: `timedatectl set-ntp true`.', zh: '校准时钟：`timedatectl set-ntp true`。' },
    isPlatform: true,
  },
  not_encrypted: {
    why: { en: 'in the clear, though an Encrypt Key is set here', zh: '明文，而这里设置了 Encrypt Key' },
    cure: page,
    isPlatform: false,
  },
  unsigned: { why: { en: 'encrypted, but not signed', zh: '加密了但没有签名' }, cure: page, isPlatform: false },
  wrong_token: {
    why: { en: 'with another Verification Token', zh: 'Verification Token 不符' },
    cure: page,
    isPlatform: false,
  },
  wrong_app: { why: { en: 'meant for another app', zh: '属于另一个应用' }, cure: page, isPlatform: false },
  unauthenticated: {
    why: { en: 'without the webhook’s secret', zh: '没有 webhook 的密钥' },
    cure: {
      en: at =>
        `If telegram.webhook is well, somebody else knocks; else ${at.restart('gateway-telegram')} tells Telegram its secret.`,
      zh: at =>
        `如果 telegram.webhook 正常，是别人在试探；否则 ${at.restart('gateway-telegram')} 会把密钥告诉 Telegram。`,
    },
    isPlatform: false,
  },
}

/** Whether what comes to a channel's gateways is believed: where all is refused, a secret is wrong. */
export async function door(redis: Redis, channel: 'feishu' | 'telegram'): Promise<Finding[]> {
  const knocks = await readKnocks(redis, channel)
  const acceptedMs = knocks.get('accepted')
  const [refused] = [...knocks]
    .filter(([outcome, agoMs]) => outcome in refusals && agoMs < LATELY_MS)
    .toSorted(([, one], [, other]) => one - other)
  const name = `${channel}.door`
  if (!refused) return acceptedMs === undefined ? [] : [green(name, accepted(acceptedMs))]
  const [reason, refusedMs] = refused
  const { why, cure, isPlatform } = refusals[reason] as Refusal
  const ago = inBoth(language => duration(refusedMs, language))
  const finding = {
    en: `refused ${ago.en} ago: ${why.en} (${reason})`,
    zh: `${ago.zh} 前拒绝了请求：${why.zh}（${reason}）`,
  }
  // Only what was accepted after it shows that the platform is believed.
  if (acceptedMs !== undefined && acceptedMs < refusedMs) {
    const last = accepted(acceptedMs)
    return [green(name, { en: `${last.en}; ${finding.en}`, zh: `${last.zh}；${finding.zh}` })]
  }
  return [(isPlatform ? red : yellow)(name, { finding, cure })]
}

function accepted(agoMs: number): Words {
  const ago = inBoth(language => duration(agoMs, language))
  return { en: `accepted something ${ago.en} ago`, zh: `${ago.zh} 前接收过` }
}
