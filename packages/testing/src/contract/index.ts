export { type MessengerBench, messengerContract } from './messenger.ts'
export { type ReceiverBench, receiverContract, tracesRequests } from './receiver.ts'
