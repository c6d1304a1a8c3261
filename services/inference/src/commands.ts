import {
  adminsOnly,
  argumentOf,
  commandReply,
  isAdmin,
  languageOf,
  lastExchange,
  type Memories,
  type Memory,
  modelChosen,
  modelNamed,
  modelsToChoose,
  nothingToGoOn,
  nothingToRetry,
  personaChosen,
  personaNamed,
  personaNames,
  personaOf,
  personasToChoose,
  systemChosen,
  unknownPersona,
  usage,
  why,
} from '@waystation/conversations'
import { type Command, conversationOf, type InboundMessage } from '@waystation/domain'
import type { Models } from '@waystation/models'
import type { Settings } from './settings.ts'

export type CommandDeps = { memory: Memories; usageOf: Models['usageOf']; settings: Settings }

/** Does what a command says, and returns what is said to it. Doing it twice changes nothing. */
export async function obey(
  command: Command,
  message: InboundMessage,
  known: Memory,
  { memory, usageOf, settings }: CommandDeps,
): Promise<string> {
  const { conversation, sender } = message
  const language = languageOf(message)
  const argument = argumentOf(message)

  switch (command) {
    case 'model': {
      const named = modelNamed(argument)
      if (named === undefined) return modelsToChoose(known.choice ?? 'auto', language)
      await memory.choose(conversation, 'choice', named === 'auto' ? null : named, settings.history)
      return modelChosen(named, language)
    }
    case 'persona': {
      const names = personaNames(settings)
      if (argument === '') return personasToChoose(personaOf(known, settings).name, names, language)
      const name = personaNamed(argument, settings)
      if (name === undefined) return unknownPersona(names, language)
      await memory.choose(conversation, 'persona', name, settings.history)
      return personaChosen(name, language)
    }
    case 'system':
      if (!isAdmin(message, settings.access)) return adminsOnly(language)
      await memory.choose(conversation, 'system', argument === '' ? null : argument, settings.history)
      return systemChosen(argument, language)
    case 'usage': {
      const whose = { channel: conversationOf(conversation).channel, sender: sender.id }
      const [today, month] = await Promise.all([usageOf(whose, 'day'), usageOf(whose, 'month')])
      return usage({ today, month }, language)
    }
    case 'why':
      return why(lastExchange(known.entries)?.last.route, language)
    case 'retry':
      return nothingToRetry(language)
    case 'more':
      return nothingToGoOn(language)
    default:
      return commandReply(command, language)
  }
}
