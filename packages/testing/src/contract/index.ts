export { type MessengerBench, messengerContract } from './messenger.ts'
export { type ReceiverBench, receiverContract } from './receiver.ts'
