export { webMessenger } from './messenger.ts'
