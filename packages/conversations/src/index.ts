export { type Exchange, forget, type HistorySettings, lastExchange, MAX_ENTRIES, recall, remember } from './history.ts'
export { apology, commandReply, languageOf, nothingToRetry } from './phrases.ts'
export { buildPrompt, questionOf } from './prompt.ts'
export { type Access, settings } from './settings.ts'
