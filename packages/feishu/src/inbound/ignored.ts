import type { Received } from '@waystation/domain'

/** Events that ask for no answer, and the word each is counted under. */
export const unansweredEvents = new Map([
  ['im.message.message_read_v1', 'message_read'],
  ['im.message.reaction.created_v1', 'reaction_created'],
  ['im.message.reaction.deleted_v1', 'reaction_deleted'],
  ['im.chat.updated_v1', 'chat_updated'],
  ['im.chat.disbanded_v1', 'chat_disbanded'],
  ['im.chat.member.bot.deleted_v1', 'bot_deleted'],
  ['im.chat.member.user.added_v1', 'user_added'],
  ['im.chat.member.user.deleted_v1', 'user_deleted'],
  ['im.chat.member.user.withdrawn_v1', 'user_withdrawn'],
  ['application.bot.menu_v6', 'bot_menu'],
  ['application.application.app_version.audit_v6', 'app_version'],
  ['application.application.app_version.publish_apply_v6', 'app_version'],
  ['application.application.app_version.publish_revoke_v6', 'app_version'],
  ['application.application.visibility.added_v6', 'app_visibility'],
  ['card.action.trigger_v1', 'card_action_v1'],
  ['url.preview.get', 'url_preview'],
  ['profile.view.get', 'profile_view'],
])

/** Types of message that say nothing to a bot, in the platform's words. */
export const unansweredContent = [
  'calendar',
  'general_calendar',
  'hongbao',
  'share_calendar_event',
  'share_chat',
  'system',
  'todo',
  'video_chat',
  'vote',
]

export const ignore = (reason: string): Received => ({ messages: [], ignored: [reason] })
