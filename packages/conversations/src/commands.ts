import type { InboundMessage } from '@waystation/domain'
import type { Access } from './settings.ts'

/** What stands behind a command: `pirate` of `/persona pirate`; of a `/system` perhaps many lines. */
export const argumentOf = ({ text }: Pick<InboundMessage, 'text'>): string => text.replace(/^\s*\/\w+/, '').trim()

/** Whether somebody may use `/system`. */
export const isAdmin = ({ sender }: Pick<InboundMessage, 'sender'>, { admins = [] }: Pick<Access, 'admins'>): boolean =>
  admins.includes(sender.id)
