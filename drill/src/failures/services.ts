import { type Failure, leavesLate } from '../failure.ts'
import { talk } from '../talk.ts'

export const serviceFailures: Failure[] = [
  {
    what: 'a gateway is frozen',
    tells: { TargetDown: ['wecom', 'sms', 'mail'] },
    async cause({ station }) {
      const [gateway] = station.of('gateway-web')
      if (!gateway) throw new Error('no gateway-web runs')
      process.kill(gateway.pid, 'SIGSTOP')
      return () => void process.kill(gateway.pid, 'SIGCONT')
    },
  },
  {
    what: 'the only sender is killed while people write',
    tells: { ServiceMissing: ['wecom', 'sms', 'mail'] },
    mayTell: leavesLate,
    async cause(site) {
      const { station } = site
      const hush = talk(site, 1)
      await Promise.all(station.of('sender').map(sender => sender.kill()))
      return async () => {
        hush()
        await station.start('sender')
        await station.settled()
      }
    },
  },
  {
    what: 'a worker of another version runs beside the others',
    tells: { VersionsDiffer: ['wecom'] },
    mayTell: leavesLate,
    async cause({ station }) {
      const newer = await station.start('inference', { WAYSTATION_VERSION: 'another' })
      return async () => void (await newer.kill())
    },
  },
]
