import { z } from 'zod'

/**
 * What is known of one part. `waiting`: the platform refused it, and it is to be tried again. `sending`: it was handed to
 * the platform and no answer is noted, so whether it arrived is in doubt. `shown`: a message of this part exists and will
 * be edited. `sent`: it reads as it should. `receipt`: the platform's id of the message.
 */
export const partSchema = z.discriminatedUnion('state', [
  z.object({ state: z.enum(['waiting', 'sending']) }),
  z.object({ state: z.enum(['shown', 'sent']), receipt: z.string() }),
])

export type Part = z.infer<typeof partSchema>
