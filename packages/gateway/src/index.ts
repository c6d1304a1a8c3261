export { readBody } from './body.ts'
export { createDoor, type Door } from './door.ts'
export { createGateway, type Gateway } from './gateway.ts'
export { webhook } from './webhook.ts'
