export { readBody } from './body.ts'
export { createGateway, type Gateway } from './gateway.ts'
export { webhook } from './webhook.ts'
