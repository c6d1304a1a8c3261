export { telegramConfig } from '../config.ts'
export { telegramMessenger } from './messenger.ts'
