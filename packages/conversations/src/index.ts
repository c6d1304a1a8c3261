export { choiceOf, modelNamed } from './choice.ts'
export {
  adminsOnly,
  modelChosen,
  modelsToChoose,
  personaChosen,
  personasToChoose,
  systemChosen,
  unknownPersona,
} from './chosen.ts'
export { argumentOf, isAdmin } from './commands.ts'
export { type Folded, foldIfNeeded } from './fold.ts'
export { commandReply } from './help.ts'
export {
  type Entry,
  type Exchange,
  forget,
  type HistorySettings,
  inExchanges,
  lastExchange,
  readHistory,
  remember,
} from './history.ts'
export { type Choices, createMemory, type Memories, type Memory } from './memory.ts'
export { personaNamed, personaNames, personaOf } from './personas.ts'
export {
  apology,
  cutOff,
  goOn,
  type Language,
  languageOf,
  nothingToGoOn,
  nothingToRetry,
  onlyLocal,
  overBudget,
} from './phrases.ts'
export { promptBuilder } from './prompt.ts'
export { questionOf } from './question.ts'
export { type Access, type Settings, settings } from './settings.ts'
export { countTokens } from './tokens.ts'
export { type Spent, usage } from './usage.ts'
export { why } from './why.ts'
