import { primariesOf, type Redis, readInfo } from '@waystation/redis'
import { type Env, envHere } from '@waystation/runtime'
import type { Command } from 'commander'
import { byVersion, type Seen, versionOf, whoIsAtWork } from '../at-work.ts'
import { type Answer, answers, EXIT, type Terminal } from '../command.ts'
import { callInside } from '../inside.ts'
import { speakerOf } from '../language.ts'
import { reach } from '../station.ts'
import { isInContainers } from '../target.ts'
import { table } from '../text.ts'
import { own } from './own.ts'

/** `waystation version`: which Waystation this is, and which are at work. */
export function addVersion(program: Command, env: Env): void {
  const command = program.command('version').description(speakerOf(env)(WHAT))
  answers(command, env, async terminal =>
    isInContainers(env) ? { code: await callInside('inference', env) } : version(terminal, envHere(env)),
  )
}

const WHAT = { en: 'which Waystation this is, and which are at work', zh: '这是哪个版本，运行中的又是哪些版本' }

async function version(terminal: Terminal, env: Env): Promise<Answer> {
  const me = { ...(await own(env)), node: process.versions.node }
  const mine = `Waystation ${versionOf(me)}\nNode ${me.node}`
  const { station, why } = await reach(env)
  if (!station) {
    const unreached = terminal.say(why)
    return { text: `${mine}\n\n${unreached}\n${terminal.say(ALONE)}`, json: { ...me, unreached } }
  }
  await using _ = station
  const redis = await versionsOfRedis(station.redis)
  const { text, json, code } = compare(await whoIsAtWork(station.redis), terminal)
  return { text: `${mine}\nRedis ${redis}\n\n${text}`, json: { ...me, redis, ...json }, code }
}

/** Of a Cluster all that its primaries have. */
async function versionsOfRedis(redis: Redis): Promise<string> {
  const infos = await Promise.all(primariesOf(redis).map(server => server.info('server')))
  return [...new Set(infos.map(info => readInfo(info, 'redis_version')))].join(', ')
}

function compare(there: readonly Seen[], { say }: Terminal) {
  const versions = byVersion(there)
  const isSame = versions.size < 2
  const alike = Map.groupBy(there, one => `${one.service} ${versionOf(one)}`)
  const atWork = [...alike.values()]
    .flatMap(([first, ...others]) => (first ? [countOf(first, 1 + others.length)] : []))
    .toSorted((one, other) => one.service.localeCompare(other.service))
  const rows = atWork.map(one => [one.service, String(one.processes), versionOf(one)])
  const verdict = say(versions.size === 0 ? NOBODY : isSame ? SAME : DIFFERENT)
  return {
    text: rows.length === 0 ? verdict : `${table(['service', 'processes', 'version'], rows)}\n\n${verdict}`,
    json: { atWork, isSame },
    code: isSame ? EXIT.done : EXIT.failed,
  }
}

const countOf = ({ service, version, revision }: Seen, processes: number) => ({ service, processes, version, revision })

const ALONE = { en: 'So it is not known who is at work.', zh: '因此不知道有哪些进程在运行。' }
const NOBODY = { en: 'Nobody is at work.', zh: '没有运行中的进程。' }
const SAME = { en: 'All at work are of one version.', zh: '运行中的版本一致。' }
const DIFFERENT = {
  en: 'Not all at work are of one version: an upgrade is under way, or was broken off.',
  zh: '运行中的版本不一致：升级正在进行，或中断了。',
}
