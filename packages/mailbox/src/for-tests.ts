import type { InboundMessage } from '@waystation/domain'

export const conversation = 'telegram.1.42'

/** A message of it, by its id. */
export const message = (id: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  id,
  conversation,
  sender: { id: '7' },
  text: `text of ${id}`,
  attachments: [],
  mentions: [],
  addressed: 'direct',
  sentAt: 1,
  receivedAt: 2,
  traceId: `trace-${id}`,
  ...more,
})
