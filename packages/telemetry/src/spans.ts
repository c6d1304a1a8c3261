import {
  type ConversationId,
  conversationOf,
  errorCode,
  type InboundMessage,
  type Inquiry,
  newTraceId,
  type Reply,
  type Route,
  type Turn,
  type Usage,
} from '@waystation/domain'
import type { Span } from '@waystation/runtime'

type Asked = Pick<Inquiry, 'traceId' | 'turn'>
type AskedEndpoint = Pick<Route, 'model' | 'tier'> & { name: string }
/** How an attempt at a turn ended, a call of a model, an attempt at a delivery. */
type Ended = { outcome: string; route?: Route | undefined; error?: unknown }
type Answered = { usage?: Usage | undefined; error?: unknown }
type Delivered = { parts?: number; error?: unknown }

/**
 * What a trace has of one message, each span written when it is over, by the process that knows both its times. `post` is
 * the first, so that a trace has one whatever becomes of the message; what follows is later than it, and names it as its
 * parent by an id that every process makes out of the trace id.
 */
export function createSpans(trace: (span: Span) => void) {
  function write(span: Omit<Span, 'endedAt' | 'id'> & Partial<Pick<Span, 'endedAt' | 'id'>>): void {
    trace({ id: newSpanId(), endedAt: Date.now(), ...span })
  }

  return {
    /** From the arrival of a message until it was in its inbox. */
    posted({ traceId, receivedAt, conversation, id }: InboundMessage): void {
      const attributes = { ...about('post', 'send', 'inbox', conversation), 'messaging.message.id': id }
      write({ traceId, id: rootIdOf(traceId), name: 'post', kind: 'producer', startedAt: receivedAt, attributes })
    },

    firstToken(turn: Turn, takenAt: number): void {
      const [{ traceId }] = turn.messages
      write({
        traceId,
        parentId: turnIdOf(turn),
        name: 'first_token',
        kind: 'internal',
        startedAt: takenAt,
        attributes: {},
      })
    },

    /** One attempt at a turn, in the trace of its first message. */
    turn(turn: Turn, takenAt: number, { outcome, route, error }: Ended): void {
      const [{ traceId }, ...others] = turn.messages
      write({
        traceId,
        id: turnIdOf(turn),
        parentId: rootIdOf(traceId),
        name: 'turn',
        kind: 'consumer',
        startedAt: takenAt,
        attributes: {
          ...about('turn', 'process', 'inbox', turn.conversation),
          'messaging.batch.message_count': turn.messages.length,
          'gen_ai.request.model': route?.model,
          'waystation.tier': route?.tier,
          'waystation.reason': route?.reason,
          'waystation.reply.id': turn.replyId,
          'waystation.attempt': turn.attempt,
          'waystation.outcome': outcome,
        },
        links: others.map(other => ({ traceId: other.traceId, id: rootIdOf(other.traceId) })),
        error: wordFor(error),
      })
    },

    /** How long each message of a turn waited for its first attempt; those of other traces lead to the turn. */
    waits(turn: Turn): void {
      const [first] = turn.messages
      for (const message of turn.messages)
        write({
          traceId: message.traceId,
          parentId: rootIdOf(message.traceId),
          name: 'wait',
          kind: 'internal',
          startedAt: message.receivedAt,
          endedAt: turn.startedAt,
          attributes: {},
          links: message === first ? [] : [{ traceId: first.traceId, id: turnIdOf(turn) }],
        })
    },

    /** One call of a model, below the attempt that asked. What nobody waits for, a summary, is a trace of its own. */
    model(
      { traceId, turn }: Asked,
      { name, tier, model }: AskedEndpoint,
      askedAt: number,
      { usage, error }: Answered,
    ): void {
      write({
        traceId,
        parentId: turn && turnIdOf(turn),
        name: 'model',
        kind: 'client',
        startedAt: askedAt,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': model,
          'gen_ai.usage.input_tokens': usage?.promptTokens,
          'gen_ai.usage.output_tokens': usage?.completionTokens,
          'waystation.endpoint': name,
          'waystation.tier': tier,
        },
        error: wordFor(error),
      })
    },

    /** One attempt to bring a reply to its chat; it begins before the turn ends where the reply is shown while it grows. */
    delivery(reply: Reply, takenAt: number, { parts, error }: Delivered): void {
      const { traceId, conversation, id, state, inReplyTo } = reply
      // It answers nobody, and no trace has begun.
      if (inReplyTo === undefined) return
      write({
        traceId,
        parentId: rootIdOf(traceId),
        name: 'deliver',
        kind: 'consumer',
        startedAt: takenAt,
        attributes: {
          ...about('deliver', 'process', 'outbox', conversation),
          'waystation.reply.id': id,
          'waystation.reply.state': state,
          'waystation.parts': parts,
        },
        error: wordFor(error),
      })
    },
  }
}

/** As OpenTelemetry's conventions for messaging name it. */
const about = (verb: string, type: 'process' | 'send', box: 'inbox' | 'outbox', conversation: ConversationId) => ({
  'messaging.system': 'waystation',
  'messaging.operation.name': verb,
  'messaging.operation.type': type,
  'messaging.destination.name': box,
  'messaging.message.conversation_id': conversation,
  'waystation.channel': conversationOf(conversation).channel,
})

const wordFor = (error: unknown): string | undefined => (error === undefined ? undefined : errorCode(error))

/** A UUID has digits in its first half that are never all zeros. */
const newSpanId = (): string => newTraceId().slice(0, 16)

function rootIdOf(traceId: string): string {
  const half = traceId.slice(0, 16)
  return /[^0]/.test(half) ? half : traceId.slice(16)
}

/** Known to whoever knows the attempt: the reply's id is a UUID, of whose digits the first twelve are drawn by lot. */
const turnIdOf = ({ replyId, attempt }: Pick<Turn, 'attempt' | 'replyId'>): string =>
  replyId.replaceAll('-', '').slice(0, 12) + attempt.toString(16).padStart(4, '0').slice(-4)
