import { ConfigError, type Env, readEnv, readVariable } from '@waystation/runtime'
import type { z } from 'zod'

/** What is configured; `undefined` where any of it is wrong. */
export const wanted = <Schema extends z.ZodObject>(schema: Schema, env: Env): z.infer<Schema> | undefined =>
  unlessWrong(() => readEnv(schema, env))

/** One variable, or what its file holds; `undefined` where it is not set, or not to be read. */
export const variable = (env: Env, name: string): string | undefined => unlessWrong(() => readVariable(env, name))

export function unlessWrong<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

/** One for each line behind the first, which names the source. Without values, which may be secrets. */
export function faultsIn({ message }: ConfigError): string[] {
  const [first = '', ...faults] = message.split('\n').map(line => line.trim())
  return faults.length > 0 ? faults : [first]
}

/** Whether a channel's bots are named here. */
export const isOnTelegram = (env: Env): boolean => variable(env, 'TELEGRAM_BOT_TOKEN') !== undefined
export const isOnFeishu = (env: Env): boolean => Boolean(variable(env, 'FEISHU_APP_ID') ?? variable(env, 'FEISHU_APPS'))
