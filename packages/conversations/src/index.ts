export { forget, type HistoryChange, historySettings, MAX_ENTRIES, recall, remember } from './history.ts'
export { apology, commandReply, languageOf } from './phrases.ts'
export { buildPrompt, DEFAULT_PERSONA, questionOf } from './prompt.ts'
