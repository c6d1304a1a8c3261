import { byVersion, isThere, type Seen } from '../at-work.ts'
import { alike, inBoth } from '../language.ts'
import { duration } from '../text.ts'
import { type Finding, green, red, yellow } from './finding.ts'

/** `services`: those without which nobody is answered. */
export function workerChecks(seen: readonly Seen[], services: readonly string[]): Finding[] {
  const there = seen.filter(isThere)
  const expected = [...new Set([...services, ...there.map(({ service }) => service)])]
  return [
    ...expected.map(service => workers(service, there.filter(one => one.service === service).length)),
    ...vanished(
      seen.filter(one => !isThere(one)),
      there,
    ),
    ...(there.length === 0 ? [] : [versions(there)]),
  ]
}

function workers(service: string, count: number): Finding {
  const name = `workers.${service}`
  if (count > 0) return green(name, { en: `${count} at work`, zh: `${count} 个在工作` })
  return red(name, {
    finding: { en: 'none is at work', zh: '没有在工作的' },
    cure: {
      en: at => `${at.start(service)}; if it ends again, ${at.logs(service)} says why.`,
      zh: at => `${at.start(service)}；如果又退出，${at.logs(service)} 说明原因。`,
    },
  })
}

/** Who is gone without having said so: killed, or without Redis. One that started again in its place is the same. */
function vanished(gone: readonly Seen[], there: readonly Seen[]): Finding[] {
  const missing = gone.filter(one => !there.some(({ host, pid }) => host === one.host && pid === one.pid))
  const [latest] = missing
  if (!latest) return []
  const who = [...new Set(missing.map(({ service }) => service))].join(', ')
  const ago = inBoth(language => duration(latest.silentMs, language))
  return [
    yellow('workers.vanished', {
      finding: {
        en: `${who}: gone without a word, the last one ${ago.en} ago (${latest.host}, process ${latest.pid})`,
        zh: `${who}：没有告别就不见了，最近一个在 ${ago.zh} 前（${latest.host}，进程 ${latest.pid}）`,
      },
      cure: {
        en: at =>
          `It was killed, or lost Redis: ${at.status}, \`dmesg | grep -i oom\`. It is forgotten after ten minutes.`,
        zh: at => `被杀死，或连不上 Redis：${at.status}、\`dmesg | grep -i oom\`。十分钟后不再提起。`,
      },
    }),
  ]
}

function versions(there: readonly Seen[]): Finding {
  const versions = byVersion(there)
  const [first, ...others] = versions.keys()
  if (others.length === 0) return green('workers.versions', alike(`${first}`))
  const told = [...versions].map(
    ([version, those]) => `${version}: ${[...new Set(those.map(({ service }) => service))].join(', ')}`,
  )
  return yellow('workers.versions', {
    finding: { en: `not all the same: ${told.join('; ')}`, zh: `版本不一致：${told.join('；')}` },
    cure: {
      en: at => `Well while an upgrade runs; if none does, one was broken off: ${at.upgrade}.`,
      zh: at => `升级进行中属正常；否则是升级中断了：${at.upgrade}。`,
    },
  })
}
