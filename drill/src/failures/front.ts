import type { Failure } from '../failure.ts'

export const frontFailures: Failure[] = [
  {
    what: 'the public front does not answer',
    tells: { FrontDown: ['wecom', 'sms'] },
    async cause({ front }) {
      await front.close()
      return () => front.listen()
    },
  },
  {
    what: "the public front's certificate has two days left",
    tells: { CertificateExpires: ['wecom', 'sms'] },
    async cause({ front }) {
      await front.certify(2)
      return () => front.certify()
    },
  },
]
