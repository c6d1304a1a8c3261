import {
  type Channel,
  type ConversationId,
  conversationOf,
  errorCode,
  type InboundMessage,
  type Inquiry,
  type Recall,
  type Reply,
  type Route,
  type Turn,
  type Usage,
  type Vote,
} from '@waystation/domain'
import type { Span } from '@waystation/runtime'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { createMetrics } from './metrics.ts'
import { createSpans } from './spans.ts'

export type Events = ReturnType<typeof createEvents>

type TurnOutcome = 'answered' | 'command' | 'failed' | 'refused' | 'stopped'
type Stage = 'taken' | 'first_token' | 'committed' | 'delivered'
type Refusal = { channel: Channel; reason: string }
type Asked = Pick<Inquiry, 'conversation' | 'traceId' | 'turn'>
type AskedEndpoint = Pick<Route, 'model' | 'tier'> & { name: string }

const about = (turn: Turn) => ({
  conversation: turn.conversation,
  traceId: turn.messages[0].traceId,
  replyId: turn.replyId,
  attempt: turn.attempt,
})
const aboutReply = (reply: Reply) => ({ conversation: reply.conversation, traceId: reply.traceId, replyId: reply.id })
const seconds = (fromMs: number, toMs = Date.now()) => Math.max(0, toMs - fromMs) / 1000

/** The services of one process share its metrics. */
const metricsOf = new WeakMap<Registry, ReturnType<typeof createMetrics>>()

/**
 * One function per business event: it moves the counter and writes the line, so the two cannot drift apart; and the span, where
 * somebody collects spans.
 */
export function createEvents(registry: Registry, log: Logger, trace?: (span: Span) => void) {
  const metrics = metricsOf.get(registry) ?? createMetrics(registry)
  metricsOf.set(registry, metrics)
  const spans = trace && createSpans(trace)
  const channelOf = (conversation: ConversationId) => conversationOf(conversation).channel

  function passed(stage: Stage, value: number, traceId: string): void {
    metrics.stages.observe({ labels: { stage }, value, exemplarLabels: { trace_id: traceId } })
  }

  /** Given up and kept for replay. */
  function died(kind: 'turn' | 'reply', reply: Reply, error: unknown): void {
    metrics.deadLetters.inc({ kind, reason: errorCode(error) })
    log.error({ event: `${kind}.died`, ...aboutReply(reply), errorCode: errorCode(error), error })
  }

  return {
    /** A message waits in an inbox, and will be answered. */
    received(message: InboundMessage) {
      const { conversation, traceId, id, attachments, text } = message
      spans?.posted(message)
      metrics.received.inc({ channel: channelOf(conversation) })
      log.info({
        event: 'message.received',
        conversation,
        traceId,
        messageId: id,
        length: text.length,
        attachments: attachments.length,
      })
    },
    duplicated({ conversation, traceId, id }: InboundMessage) {
      metrics.duplicated.inc({ channel: channelOf(conversation) })
      log.info({ event: 'message.duplicated', conversation, traceId, messageId: id })
    },
    amended(message: InboundMessage, outcome: 'amended' | 'too_late') {
      const { conversation, traceId, id } = message
      if (outcome === 'amended') spans?.posted(message)
      metrics.amended.inc({ channel: channelOf(conversation), outcome })
      log.info({ event: 'message.amended', conversation, traceId, messageId: id, outcome })
    },
    recalled({ conversation, messageId }: Recall, outcome: 'recalled' | 'too_late') {
      metrics.recalled.inc({ channel: channelOf(conversation), outcome })
      log.info({ event: 'message.recalled', conversation, messageId, outcome })
    },
    voted({ conversation, replyId, vote }: Vote) {
      metrics.votes.inc({ channel: channelOf(conversation), vote })
      log.info({ event: 'reply.voted', conversation, replyId, vote })
    },
    /** A request or message was refused for good: 401, or understood and not wanted. `hint`: what an operator should check. */
    rejected({ channel, reason, hint }: Refusal & { hint?: string }) {
      metrics.rejected.inc({ channel, reason })
      log.warn({ event: 'message.rejected', channel, errorCode: reason, hint })
    },
    /** An update that asks for no answer: counted, acknowledged, forgotten. */
    ignored({ channel, reason }: Refusal) {
      metrics.ignored.inc({ channel, reason })
      log.debug({ event: 'update.ignored', channel, reason })
    },
    taken(turn: Turn) {
      for (const { receivedAt, traceId } of turn.messages) passed('taken', seconds(receivedAt), traceId)
    },
    /** Who is to answer was decided. */
    routed(
      { conversation, traceId }: Asked,
      { tier, reason, isPrivate }: Pick<Route, 'isPrivate' | 'reason' | 'tier'>,
    ) {
      metrics.routes.inc({ tier, reason })
      log.debug({ event: 'inquiry.routed', conversation, traceId, tier, reason, isPrivate })
    },
    cacheAsked(isHit: boolean) {
      metrics.cache.inc({ outcome: isHit ? 'hit' : 'miss' })
    },
    modelAnswered(asked: Asked, endpoint: AskedEndpoint, askedAt: number, usage?: Usage) {
      const labels = { tier: endpoint.tier, endpoint: endpoint.name }
      metrics.calls.inc({ ...labels, outcome: 'answered' })
      metrics.callSeconds.observe({ labels, value: seconds(askedAt), exemplarLabels: { trace_id: asked.traceId } })
      spans?.model(asked, endpoint, askedAt, { usage })
    },
    /** Another endpoint is asked, if there is one. */
    modelFailed(asked: Asked, endpoint: AskedEndpoint, askedAt: number, error: unknown) {
      const { conversation, traceId } = asked
      const { tier, name, model } = endpoint
      const code = errorCode(error)
      spans?.model(asked, endpoint, askedAt, { error })
      metrics.calls.inc({ tier, endpoint: name, outcome: code })
      log.warn({ event: 'model.failed', conversation, traceId, tier, model, endpoint: name, errorCode: code, error })
    },
    /** It was entered into the books, be the answer whole or broken off. */
    charged({ tier, model }: Pick<Route, 'model' | 'tier'>, cost: number) {
      metrics.cost.inc({ tier, model }, cost)
    },
    /** Nobody asks the endpoint for a while; `forGood`: until an operator has mended it. */
    breakerOpened({ tier, name, model }: AskedEndpoint, error: unknown, forGood: boolean) {
      metrics.breakers.inc({ endpoint: name, outcome: forGood ? 'opened_for_good' : 'opened' })
      const line = { event: 'breaker.opened', tier, model, endpoint: name, forGood, errorCode: errorCode(error) }
      if (forGood) log.error(line)
      else log.warn(line)
    },
    breakerClosed({ tier, name, model }: AskedEndpoint) {
      metrics.breakers.inc({ endpoint: name, outcome: 'closed' })
      log.info({ event: 'breaker.closed', tier, model, endpoint: name })
    },
    firstToken(turn: Turn, takenAt: number) {
      passed('first_token', seconds(takenAt), turn.messages[0].traceId)
      spans?.firstToken(turn, takenAt)
      log.debug({ event: 'turn.first_token', ...about(turn), durationMs: Date.now() - takenAt })
    },
    /** `error`: why it failed. */
    committed(turn: Turn, takenAt: number, outcome: TurnOutcome, reply?: Reply, error?: unknown) {
      metrics.turns.inc({ outcome })
      passed('committed', seconds(takenAt), turn.messages[0].traceId)
      const { route, usage } = reply ?? {}
      spans?.waits(turn)
      spans?.turn(turn, takenAt, { outcome, route, error })
      if (route && usage) {
        metrics.tokens.inc({ tier: route.tier, model: route.model, kind: 'prompt' }, usage.promptTokens)
        metrics.tokens.inc({ tier: route.tier, model: route.model, kind: 'completion' }, usage.completionTokens)
      }
      log.info({
        event: 'turn.committed',
        ...about(turn),
        outcome,
        messages: turn.messages.length,
        durationMs: Date.now() - takenAt,
        ...(route ? { tier: route.tier, model: route.model, reason: route.reason } : {}),
        ...usage,
      })
    },
    /** An attempt failed, and another will follow. */
    turnPutOff(turn: Turn, takenAt: number, error: unknown, outcome: 'failures' | 'postponed', afterMs: number) {
      metrics.turns.inc({ outcome: 'put_off' })
      spans?.turn(turn, takenAt, { outcome: 'put_off', error })
      metrics.retries.inc({ stage: 'turn', reason: outcome })
      log.warn({ event: 'turn.put_off', ...about(turn), outcome, afterMs, errorCode: errorCode(error), error })
    },
    /** What was said long ago became a summary, or not this time. */
    folded(conversation: ConversationId, outcome: 'failed' | 'folded' | 'outrun') {
      metrics.folds.inc({ outcome })
      log.debug({ event: 'history.folded', conversation, outcome })
    },
    turnSuperseded(turn: Turn, takenAt: number) {
      metrics.turns.inc({ outcome: 'superseded' })
      spans?.turn(turn, takenAt, { outcome: 'superseded' })
      log.warn({ event: 'turn.superseded', conversation: turn.conversation })
    },
    deliverySuperseded(conversation: ConversationId) {
      log.warn({ event: 'delivery.superseded', conversation })
    },
    partSent({ channel }: { channel: Channel }, outcome: 'sent' | 'edited' | 'drafted' | 'doubtful' | 'failed') {
      metrics.parts.inc({ channel, outcome })
    },
    delivered(reply: Reply, takenAt: number, parts: number) {
      const channel = channelOf(reply.conversation)
      // What answers nobody says nothing of how well and how fast people are answered.
      const isAnswer = reply.inReplyTo !== undefined
      metrics.replies.inc({ channel, outcome: isAnswer ? reply.state : 'told' })
      if (isAnswer) passed('delivered', seconds(reply.receivedAt), reply.traceId)
      spans?.delivery(reply, takenAt, { parts })
      const durationMs = Date.now() - reply.receivedAt
      log.info({ event: 'reply.delivered', ...aboutReply(reply), parts, durationMs })
    },
    deliveryPutOff(reply: Reply, takenAt: number, error: unknown, afterMs: number) {
      spans?.delivery(reply, takenAt, { error })
      metrics.retries.inc({ stage: 'delivery', reason: errorCode(error) })
      log.warn({ event: 'reply.put_off', ...aboutReply(reply), afterMs, errorCode: errorCode(error), error })
    },
    turnDied: (reply: Reply, error: unknown) => died('turn', reply, error),
    replyDied(reply: Reply, takenAt: number, error: unknown) {
      spans?.delivery(reply, takenAt, { error })
      died('reply', reply, error)
    },
    settingsRead() {
      metrics.settings.inc({ outcome: 'used' })
      log.info({ event: 'settings.read' })
    },
    /** What was read before stays. The message of a `ConfigError` is for a person, and quotes no secret. */
    settingsRefused(fault: unknown) {
      metrics.settings.inc({ outcome: 'refused' })
      const detail = fault instanceof Error && fault.name === 'ConfigError' ? fault.message : undefined
      log.error({ event: 'settings.refused', detail, errorCode: errorCode(fault), error: fault })
    },
    failed(where: string, error: unknown) {
      metrics.errors.inc({ where })
      log.error({ event: 'unexpected', where, errorCode: errorCode(error), error })
    },
  }
}
