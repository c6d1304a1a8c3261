import { z } from 'zod'
import { compose, linesOf } from '../compose.ts'
import type { Words } from '../language.ts'
import { Wrong } from '../wrong.ts'
import { type Cure, type Finding, green, red, yellow } from './finding.ts'

const containerSchema = z.object({
  Service: z.string(),
  State: z.string(),
  Health: z.string(),
  ExitCode: z.int(),
  Labels: z.string(),
  Publishers: z.array(z.object({ URL: z.string(), PublishedPort: z.int() })).nullable(),
})
export type Container = z.infer<typeof containerSchema>

/** The services of this folder, and their containers. */
export type Stack = { services: string[]; containers: Container[] }

/** It sets up what others need, and ends. */
const ENDS = 'logs-setup'

/** Throws `Wrong` without Docker, or where Compose cannot read its files. */
export async function stackHere(): Promise<Stack> {
  const [services, listed] = await Promise.all([
    compose(['config', '--services']),
    compose(['ps', '--all', '--format', 'json']),
  ])
  if (services.code !== 0 || listed.code !== 0) throw new Wrong(UNREADABLE)
  const containers = linesOf(listed.stdout).map(line => containerSchema.parse(JSON.parse(line)))
  return {
    services: linesOf(services.stdout),
    // What `docker compose run` left behind is nobody's service.
    containers: containers.filter(({ Labels }) => !Labels.includes('com.docker.compose.oneoff=True')),
  }
}

/** Its own words may quote what stands there. */
const UNREADABLE = {
  en: 'Compose cannot read its files: `docker compose config --quiet` says why.',
  zh: 'Compose 读不了它的文件：`docker compose config --quiet` 会说明原因。',
}

export const runs = ({ containers }: Stack, service: string): boolean =>
  containers.some(({ Service, State }) => Service === service && State === 'running')

/** Who does not run, ends again and again, or is not well. */
export function containerChecks({ services, containers }: Stack): Finding[] {
  const running = containers.filter(({ State }) => State === 'running').length
  if (running === 0) return [red('containers', DOWN)]
  const ill = services.flatMap(service =>
    judge(
      service,
      containers.filter(({ Service }) => Service === service),
    ),
  )
  return ill.length > 0 ? ill : [green('containers', { en: `all are well: ${running}`, zh: `都正常：${running} 个` })]
}

const DOWN = {
  finding: { en: 'none runs: the station is down', zh: '没有在运行的：站点已停' },
  cure: {
    en: '`docker compose up -d --build --wait` starts it.',
    zh: '用 `docker compose up -d --build --wait` 启动。',
  },
}

function judge(service: string, those: readonly Container[]): Finding[] {
  const name = `containers.${service}`
  const cure: Cure = {
    en: at => `${at.logs(service)} says why; once that is mended, ${at.start(service)}.`,
    zh: at => `${at.logs(service)} 说明原因；处理后 ${at.start(service)}。`,
  }
  if (those.length === 0) return [red(name, { finding: { en: 'there is none', zh: '没有容器' }, cure })]
  for (const { colour, isSo, words } of troubles) {
    const one = those.find(isSo)
    if (one) return [colour(name, { finding: words(one), cure })]
  }
  return []
}

type Judgement = {
  colour: typeof red
  isSo(container: Container): boolean
  words(container: Container): Words
}

/** The worst first. */
const troubles: readonly Judgement[] = [
  {
    colour: red,
    isSo: ({ State }) => State === 'restarting',
    words: () => ({ en: 'ends again and again', zh: '反复退出' }),
  },
  {
    colour: red,
    isSo: ({ State, Service, ExitCode }) => State !== 'running' && !(Service === ENDS && ExitCode === 0),
    words: ({ State, ExitCode }) => ({
      en: `does not run: ${State} (${ExitCode})`,
      zh: `没有运行：${State}（${ExitCode}）`,
    }),
  },
  {
    colour: red,
    isSo: ({ Health }) => Health === 'unhealthy',
    words: () => ({ en: 'runs, and is unhealthy', zh: '在运行，但不健康' }),
  },
  {
    colour: yellow,
    isSo: ({ Health }) => Health === 'starting',
    words: () => ({ en: 'starts, and is not healthy yet', zh: '正在启动，还不健康' }),
  },
]
