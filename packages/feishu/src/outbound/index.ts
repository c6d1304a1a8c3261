export { appsOf, feishuConfig } from '../config.ts'
export { feishuMessenger } from './messenger.ts'
