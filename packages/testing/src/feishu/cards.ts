import { type FeishuApp, hexOf } from './apps.ts'
import {
  BadCard,
  type CardFace,
  configOf,
  elementsById,
  faceOf,
  isObject,
  isText,
  type Json,
  tryParse,
} from './card.ts'
import { cardRefused } from './content.ts'
import type { Endpoint, Request } from './endpoint.ts'
import { checkEntity, entityFrom } from './entity.ts'
import { change, type FeishuCard, type Records, type SentFeishuMessage } from './records.ts'
import { invalidForCard, Refused } from './refused.ts'

const LIFE_MS = 14 * 24 * 60 * 60 * 1000
const LONGEST_CONTENT = 100_000
const LONGEST_UUID = 64
const LARGEST_SEQUENCE = 2 ** 31 - 1

type Entity = {
  record: FeishuCard
  json: Json
  expiresAt: number
  /** When streaming ends by itself. */
  streamingUntil: number
  sent?: SentFeishuMessage
  /** What each `uuid` was used for. */
  uuids: Map<string, string>
}

type Deps = {
  records: Records
  streamingLifeMs: number
  onCard: ((message: SentFeishuMessage, card: FeishuCard) => void) | undefined
}

export type CardKit = ReturnType<typeof createCardKit>

/** The card entities: made first, sent once by reference, and then written into. */
export function createCardKit({ records, streamingLifeMs, onCard }: Deps) {
  const entities = new Map<string, Entity>()
  let lastId = 7_355_000_000_000_000_000n

  function create({ app, body }: Request): object {
    const json = entityFrom(body)
    const cardId = String(++lastId)
    const entity: Entity = {
      record: recordOf(cardId, app, faceOf(json)),
      json,
      expiresAt: Date.now() + LIFE_MS,
      streamingUntil: 0,
      uuids: new Map(),
    }
    set(entity, json)
    entities.set(cardId, entity)
    records.cards.push(entity.record)
    return { card_id: cardId }
  }

  function recordOf(cardId: string, { appId: app }: FeishuApp, { text, buttons }: CardFace): FeishuCard {
    return {
      cardId,
      app,
      get streaming() {
        return isStreaming(entities.get(cardId))
      },
      sequence: 0,
      text,
      buttons: buttons.map(({ label }) => label),
      updates: [],
    }
  }

  const update = (request: Request) =>
    operate('update', request, entity => set(entity, entityFrom(isObject(request.body.card) ? request.body.card : {})))

  const settings = (request: Request) =>
    operate('settings', request, entity => {
      const given = tryParse(String(request.body.settings))
      if (!isObject(given) || !isObject(given.config)) throw invalidForCard('settings is invalid')
      set(entity, { ...entity.json, config: { ...configOf(entity.json), ...given.config } })
    })

  const updateElement = (request: Request) =>
    operate('element', request, entity => {
      const { content } = request.body
      if (typeof content !== 'string' || content === '' || content.length > LONGEST_CONTENT)
        throw invalidForCard('content must have 1 to 100000 characters')
      if (!isStreaming(entity)) throw new Refused(300309, 'ErrMsg: streaming mode is closed; ')
      const json = structuredClone(entity.json)
      const element = elementsById(json).get(request.path.element_id ?? '')
      if (!element) throw new Refused(300313, 'ErrMsg: not find element; ')
      if (!isText(element)) throw new Refused(300310, 'ErrMsg: only text elements can be streamed; ')
      element.content = content
      checkEntity(json)
      show(entity, json)
    })

  /** Every operation on an entity: known, in its sequence, and once for each uuid. */
  function operate(name: string, request: Request, run: (entity: Entity) => void): object {
    const entity = find(request.path.card_id ?? '', request.app)
    const { sequence, uuid, ...rest } = request.body
    if (!Number.isInteger(sequence) || Number(sequence) < 1 || Number(sequence) > LARGEST_SEQUENCE)
      throw invalidForCard('sequence must be a positive int32')
    if (uuid !== undefined && (typeof uuid !== 'string' || uuid === '' || uuid.length > LONGEST_UUID))
      throw invalidForCard('uuid must have 1 to 64 characters')
    const print = hexOf(JSON.stringify([name, request.path, rest]))
    const used = uuid === undefined ? undefined : entity.uuids.get(uuid)
    if (used === print) return {}
    if (used !== undefined) throw new Refused(200770, 'ErrMsg: uuid conflict; ')
    if (Number(sequence) <= entity.record.sequence)
      throw new Refused(300317, 'ErrMsg: sequence number compare failed; ')
    run(entity)
    entity.record.sequence = Number(sequence)
    if (uuid !== undefined) entity.uuids.set(uuid, print)
    return {}
  }

  function find(cardId: string, app: FeishuApp): Entity {
    if (cardId.length > 20) throw invalidForCard('card_id must have 1 to 20 characters')
    const entity = entities.get(cardId)
    if (!entity) throw new Refused(200740, 'ErrMsg: card entity does not exist; ')
    if (entity.record.app !== app.appId) throw new Refused(300311, 'ErrMsg: no permission to operate the card; ')
    if (Date.now() >= entity.expiresAt) throw new Refused(200750, 'ErrMsg: card entity has expired; ')
    return entity
  }

  /** The whole card, and with its `streaming_mode` ten minutes more or none. */
  function set(entity: Entity, json: Json): void {
    checkEntity(json)
    entity.streamingUntil = configOf(json).streaming_mode === true ? Date.now() + streamingLifeMs : 0
    show(entity, json)
  }

  function show(entity: Entity, json: Json): void {
    entity.json = json
    const { text, buttons } = faceOf(json)
    const labels = buttons.map(({ label }) => label)
    const { record, sent } = entity
    if (text !== record.text) record.updates.push({ text, at: Date.now() })
    Object.assign(record, { text, buttons: labels })
    if (sent && (text !== sent.text || String(labels) !== String(sent.buttons))) change(sent, text, labels)
    if (sent) onCard?.(sent, record)
  }

  /** For the one message that may show the card. Throws `Refused`. */
  function take(cardId: string, app: FeishuApp) {
    const entity = find(cardId, app)
    if (entity.sent) throw cardRefused(new BadCard(200780, 'card entity has been sent, it can only be sent once'))
    return {
      face: (): CardFace => faceOf(entity.json),
      show: (sent: SentFeishuMessage): void => {
        entity.sent = sent
        Object.assign(entity.record, { chat: sent.chat, messageId: sent.messageId })
        onCard?.(sent, entity.record)
      },
    }
  }

  const chatOf = ({ path }: Request) => entities.get(path.card_id ?? '')?.sent?.chat
  const scopes = ['cardkit:card:write']
  return {
    endpoints: {
      createCard: { run: create, scopes },
      updateCard: { run: update, scopes, chatOf },
      cardSettings: { run: settings, scopes, chatOf },
      updateElement: { run: updateElement, scopes, chatOf },
    } satisfies Record<string, Endpoint>,
    take,
    /** What people see of an entity now. */
    faceOf: (cardId: string): CardFace | undefined => {
      const entity = entities.get(cardId)
      return entity && faceOf(entity.json)
    },
    isStreaming: (cardId: string): boolean => isStreaming(entities.get(cardId)),
    expire: (cardId: string): void => {
      const entity = entities.get(cardId)
      if (!entity) throw new Error(`no card ${cardId}`)
      entity.expiresAt = 0
    },
  }
}

const isStreaming = (entity: Entity | undefined): boolean => entity !== undefined && Date.now() < entity.streamingUntil
