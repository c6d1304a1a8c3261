import { type Env, envHere, readVariable } from '@waystation/runtime'
import type { Command } from 'commander'
import { type Answer, asks, type Context, EXIT, Misused, orWhyNot } from '../command.ts'
import { speakerOf } from '../language.ts'
import { failureOf, gaveUp, picture, question, sendTrial, stepsOf } from './road.ts'

/** `waystation trial`: a message goes the whole road. */
export function addTrial(program: Command, env: Env): void {
  const say = speakerOf(env)
  const command = program
    .command('trial')
    .description(
      say({
        en: 'sends a message through the web chat, and times each step',
        zh: '通过网页聊天发一条测试消息，并显示每一步的用时',
      }),
    )
    .argument('[address]', say({ en: 'of the web chat, if not on this machine', zh: '网页聊天的地址，默认为本机' }))
  asks<[string | undefined]>(
    command,
    env,
    (context, address = `http://127.0.0.1:${readVariable(envHere(env), 'PORT') ?? 3000}`) => trial(context, address),
    'gateway-web',
  )
}

async function trial({ station, say, signal }: Context, address: string): Promise<Answer> {
  if (!/^https?:$/.test(URL.parse(address)?.protocol ?? '')) throw new Misused(say(ADDRESS))
  return await orWhyNot({ say }, async () => {
    const life = await sendTrial(address, station, say(question()), signal)
    const failed = failureOf(life)
    const { conversation, traceId } = life
    const json = { conversation, traceId, steps: stepsOf(life), failed }
    if (failed === undefined) return { text: picture(life, say), json }
    return { text: `${picture(life, say)}\n\n${say(gaveUp(failed))}`, json, code: EXIT.failed }
  })
}

const ADDRESS = { en: 'An address begins with http:// or https://.', zh: '地址以 http:// 或 https:// 开头。' }
