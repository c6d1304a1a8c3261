import type { Chats } from './chats.ts'
import { chatIdOf, formatted, threadOf } from './messages.ts'
import { integer, type Params, string } from './params.ts'
import type { Draft, Records } from './records.ts'
import { badRequest } from './refused.ts'

const DRAFT_SHOWN_MS = 30_000
/** A button's press can be answered this long. */
const CALLBACK_QUERY_MS = 150_000

const chatActions = new Set(
  (
    'typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker ' +
    'find_location record_video_note upload_video_note'
  ).split(' '),
)

type Deps = { chats: Chats; records: Records; onDraft: ((draft: Draft) => void) | undefined }

/** The methods that leave nothing behind: previews, "typing", the answer to a button. */
export function presenceMethods({ chats, records, onDraft }: Deps) {
  const shown = new Map<number, Draft>()
  const callbackQueries = new Map<string, number>()

  function sendMessageDraft(params: Params): true {
    const chat = chats.writable(chatIdOf(params))
    if (chat.info.type !== 'private') throw badRequest('TEXTDRAFT_PEER_INVALID')
    const draftId = integer(params, 'draft_id') ?? 0
    if (draftId === 0) throw badRequest('RANDOM_ID_INVALID')
    const { text } = formatted(params)
    const thread = threadOf(params, chat)
    const at = Date.now()
    hideDraft(chat.info.id, at)
    const draft: Draft = {
      chat: chat.info.id,
      ...(thread === undefined ? {} : { thread }),
      draftId,
      text,
      at,
      shownUntil: at + DRAFT_SHOWN_MS,
    }
    shown.set(draft.chat, draft)
    records.drafts.push(draft)
    onDraft?.(draft)
    return true
  }

  /** A new draft takes the place of the last one, and so does a message. */
  function hideDraft(chat: number, at: number): void {
    const draft = shown.get(chat)
    if (draft) draft.shownUntil = Math.min(draft.shownUntil, at)
    shown.delete(chat)
  }

  function sendChatAction(params: Params): true {
    const chat = chats.writable(chatIdOf(params))
    const action = string(params, 'action') ?? ''
    if (!chatActions.has(action)) throw badRequest('wrong parameter action in request')
    const thread = threadOf(params, chat)
    records.actions.push({ chat: chat.info.id, ...(thread === undefined ? {} : { thread }), action, at: Date.now() })
    return true
  }

  function answerCallbackQuery(params: Params): true {
    if ((string(params, 'text') ?? '').length > 200) throw badRequest('MESSAGE_TOO_LONG')
    const pressedAt = callbackQueries.get(string(params, 'callback_query_id') ?? '')
    if (pressedAt === undefined || Date.now() - pressedAt > CALLBACK_QUERY_MS)
      throw badRequest('query is too old and response timeout expired or query ID is invalid')
    return true
  }

  return {
    methods: { sendMessageDraft, sendChatAction, answerCallbackQuery },
    hideDraft,
    rememberCallbackQuery: (id: string) => void callbackQueries.set(id, Date.now()),
  }
}
