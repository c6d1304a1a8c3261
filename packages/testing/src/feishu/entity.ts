import { BadCard, checkCard, elementsById, isShared, type Json, parseCard } from './card.ts'
import { cardRefused } from './content.ts'
import type { Body } from './endpoint.ts'
import { invalidForCard, Refused } from './refused.ts'

const LARGEST_CARD_BYTES = 30 * 1024

/** The card in a request to CardKit. Throws `Refused`. */
export function entityFrom({ type, data }: Body): Json {
  // Cards of the building tool (`template`) are left out: nothing here sends them.
  if (type !== 'card_json' || typeof data !== 'string') throw invalidForCard('type must be card_json and data a string')
  if (Buffer.byteLength(data) > LARGEST_CARD_BYTES) throw tooLarge()
  const card = asRefused(() => parseCard(data))
  if (card.schema !== '2.0') throw new Refused(200220, 'ErrMsg: only schema 2.0 is supported; ')
  return card
}

/** What an entity may not become. Throws `Refused`. */
export function checkEntity(card: Json): void {
  if (Buffer.byteLength(JSON.stringify(card)) > LARGEST_CARD_BYTES) throw tooLarge()
  if (!isShared(card)) throw new Refused(300302, 'ErrMsg: update_multi property is false; ')
  asRefused(() => {
    checkCard(card)
    for (const id of elementsById(card).keys())
      if (!/^[A-Za-z]\w{0,19}$/.test(id)) throw new BadCard(200621, `element_id ${id} is invalid`)
  })
}

const tooLarge = (): Refused => new Refused(200860, 'ErrMsg: card content exceeds limit; ')

/** Too many tables are refused as in a message; the other faults have their own codes here. */
function asRefused<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof BadCard)) throw error
    if (error.code === 11310) throw cardRefused(error)
    throw new Refused(error.code === 200621 ? 200220 : error.code, `ErrMsg: ${error.message}; `)
  }
}
