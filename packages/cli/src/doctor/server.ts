import type { Env } from '@waystation/runtime'
import { z } from 'zod'
import type { Terminal } from '../command.ts'
import { asInside } from '../given.ts'
import { inside } from '../inside.ts'
import { Wrong } from '../wrong.ts'
import { clock } from './clock.ts'
import { configChecks } from './config.ts'
import { containerChecks, runs, stackHere } from './containers.ts'
import { lookAt, otherClocks } from './examine.ts'
import { feishuChecks } from './feishu.ts'
import { fileChecks } from './files.ts'
import { type Finding, red, worstOf, yellow } from './finding.ts'
import { frontChecks } from './front.ts'
import { hostChecks } from './host.ts'
import { disk, memory, node } from './machine.ts'
import { nginxCheck } from './nginx.ts'
import { frontPorts, publishedPorts } from './ports.ts'
import { telegramChecks } from './telegram.ts'
import { type Told, tell, toldSchema } from './told.ts'

/** A server with Compose: what is found in its containers, which get `variables` to read, and what only this machine shows. */
export async function examineServer(
  env: Env,
  variables: string,
  fix: boolean | undefined,
  terminal: Terminal,
): Promise<Told[]> {
  const heard = await hear(env, variables, fix)
  const seen = await tell(() => lookAround(env, heard === undefined), fix, env, terminal)
  const ill = new Set(seen.filter(({ colour }) => colour !== 'green').map(({ name }) => name))
  // A container that is not well tells why nobody works in it.
  const isKnown = ({ name }: Told) => name.startsWith('workers.') && ill.has(name.replace('workers', 'containers'))
  const all = [...seen, ...(heard ?? []).filter(one => !isKnown(one))]
  return [...Map.groupBy(all, ({ name }) => name).values()].flatMap(worstOf)
}

/** `undefined` where none of them answers. */
async function hear(env: Env, variables: string, fix: boolean | undefined): Promise<Told[] | undefined> {
  const words = ['doctor', '--json', '--variables', '-', ...(fix ? ['--fix'] : [])]
  try {
    const { stdout } = await inside('inference', env, words, { stdin: variables })
    return z.array(toldSchema).parse(JSON.parse(stdout))
  } catch (error) {
    if (error instanceof Wrong || error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}

/** `isAlone`: nothing is heard from the containers, so that all is looked at which can be from here. */
function lookAround(env: Env, isAlone: boolean): Promise<Finding[]> {
  const groups = {
    machine: async () => [node(), memory(), await disk('.')],
    files: () => fileChecks(env),
    containers: () => containers(env, isAlone),
    host: () => hostChecks(env),
  }
  if (!isAlone) return lookAt(groups)
  const all = asInside(env)
  return lookAt({
    ...groups,
    clock: async () => {
      const others = await otherClocks(all, undefined)
      return others.length > 0 ? [clock(others)] : []
    },
    config: async () => configChecks(all),
    telegram: () => telegramChecks(all, false),
    feishu: () => feishuChecks(all, false),
    front: () => frontChecks(all),
  })
}

async function containers(env: Env, isAlone: boolean): Promise<Finding[]> {
  try {
    const stack = await stackHere()
    return [
      ...containerChecks(stack),
      ...publishedPorts(stack),
      ...(runs(stack, 'nginx') ? [await nginxCheck()] : await frontPorts(env)),
      ...(isAlone && runs(stack, 'inference') ? [UNHEARD] : []),
    ]
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    return [red('containers', { finding: error.words, cure: THEN })]
  }
}

const UNHEARD = yellow('containers.doctor', {
  finding: { en: 'the doctor in the container gave no answer', zh: '容器里的 doctor 没有给出结果' },
  cure: {
    en: 'It may be of another version: `docker compose build`, `deploy/upgrade.sh`.',
    zh: '可能版本不同：`docker compose build`、`deploy/upgrade.sh`。',
  },
})

const THEN = {
  en: 'Redis, workers, queues and models are looked at once containers run.',
  zh: '容器运行后才能检查 Redis、进程、队列和模型。',
}
