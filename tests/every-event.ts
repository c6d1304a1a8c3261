import { type InboundMessage, type Reply, type Turn, Unavailable } from '@waystation/domain'
import type { AlertEvents, Events } from '@waystation/telemetry'

const conversation = 'telegram.1.2'
const now = Date.now()
const message: InboundMessage = {
  id: '7',
  conversation,
  sender: { id: '2' },
  text: 'hello',
  attachments: [],
  mentions: [],
  addressed: 'direct',
  sentAt: now,
  receivedAt: now,
  traceId: 'trace',
}
const turn: Turn = {
  replyId: 'reply',
  conversation,
  messages: [message],
  attempt: 1,
  failures: 0,
  crashes: 0,
  startedAt: now,
}
const route = { tier: 'local', model: 'qwen3', reason: 'default', isPrivate: true } as const
const reply: Reply = {
  id: 'reply',
  conversation,
  inReplyTo: '7',
  state: 'final',
  text: 'hello',
  route,
  usage: { promptTokens: 3, completionTokens: 4 },
  traceId: 'trace',
  receivedAt: now,
}
const endpoint = { name: 'office', tier: 'local', model: 'qwen3' } as const
const refusal = { channel: 'telegram', reason: 'not_json', hint: 'look there' } as const

/** Foreign words are in its message and in that of its cause. */
const quoting = new Unavailable('canary', undefined, { cause: new TypeError('canary') })

/** Has each event told once, with all that it can tell. */
export const everyEvent: Record<keyof Events, (events: Events) => void> = {
  received: events => events.received(message),
  duplicated: events => events.duplicated(message),
  amended: events => events.amended(message, 'too_late'),
  recalled: events => events.recalled({ conversation, messageId: '7' }, 'recalled'),
  voted: events => events.voted({ conversation, replyId: 'reply', vote: 'up', voter: '2' }),
  rejected: events => events.rejected(refusal),
  ignored: events => events.ignored(refusal),
  taken: events => events.taken(turn),
  routed: events => events.routed(turn.messages[0], route),
  cacheAsked: events => events.cacheAsked(true),
  modelAnswered: events => events.modelAnswered(message, endpoint, now),
  modelFailed: events => events.modelFailed(message, endpoint, now, quoting),
  charged: events => events.charged(endpoint, 0.01),
  breakerOpened: events => events.breakerOpened(endpoint, quoting, true),
  breakerClosed: events => events.breakerClosed(endpoint),
  firstToken: events => events.firstToken(turn, now),
  committed: events => events.committed(turn, now, 'answered', reply),
  turnPutOff: events => events.turnPutOff(turn, now, quoting, 'failures', 1000),
  folded: events => events.folded(conversation, 'folded'),
  turnSuperseded: events => events.turnSuperseded(turn, now),
  deliverySuperseded: events => events.deliverySuperseded(conversation),
  partSent: events => events.partSent({ channel: 'telegram' }, 'sent'),
  delivered: events => events.delivered(reply, now, 2),
  deliveryPutOff: events => events.deliveryPutOff(reply, now, quoting, 1000),
  turnDied: events => events.turnDied(reply, quoting),
  replyDied: events => events.replyDied(reply, now, quoting),
  settingsRead: events => events.settingsRead(),
  settingsRefused: events =>
    events.settingsRefused(Object.assign(new Error('line 3: there is no such setting'), { name: 'ConfigError' })),
  failed: events => events.failed('here', quoting),
}

const notice = { id: 'notice', status: 'firing', alerts: 2, receivedAt: now }

export const everyAlertEvent: Record<keyof AlertEvents, (events: AlertEvents) => void> = {
  posted: events => events.posted('wecom', notice),
  duplicated: events => events.duplicated('wecom', notice),
  delivered: events => events.delivered('wecom', notice),
  doubtful: events => events.doubtful('wecom', notice),
  putOff: events => events.putOff('wecom', notice, new Unavailable('45009'), 1000),
  died: events => events.died('wecom', notice, 'too_old'),
  rejected: events => events.rejected('unauthenticated', 'look there'),
}
