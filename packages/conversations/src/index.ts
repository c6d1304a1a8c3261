export { forget, type HistorySettings, MAX_ENTRIES, recall, remember } from './history.ts'
export { apology, commandReply, languageOf } from './phrases.ts'
export { buildPrompt, questionOf } from './prompt.ts'
export { type Access, settings } from './settings.ts'
