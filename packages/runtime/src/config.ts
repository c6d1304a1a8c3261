import type { z } from 'zod'
import { readText } from './read-text.ts'
import type { Env } from './service.ts'

/** Every fault of a configuration in one message: the variable's name, and what it should look like. Never its value. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Reads the schema's variables, each as `readVariable` does. Throws `ConfigError` with every fault of them. */
export function readEnv<Schema extends z.ZodObject>(schema: Schema, env: Env): z.infer<Schema> {
  const variables = Object.keys(schema.shape).map(name => ({ name, ...tryRead(env, name) }))
  const result = schema.safeParse(Object.fromEntries(variables.map(({ name, value }) => [name, value])))
  const unread = variables.filter(({ fault }) => fault !== undefined)
  if (result.success && unread.length === 0) return result.data
  // One that could not be read is not told to be missing as well.
  const issues = (result.error?.issues ?? []).filter(({ path: [first] }) => !unread.some(({ name }) => name === first))
  const faults = [
    ...unread.map(({ fault }) => fault),
    ...issues.map(({ path, message }) => `${path.join('.') || '(top)'}: ${message}`),
  ]
  throw new ConfigError(`Please correct in the environment:\n${faults.map(fault => `  ${fault}`).join('\n')}`)
}

/**
 * What a variable is set to, or what the file holds that `<name>_FILE` names, without line breaks at its end. Set to nothing
 * counts as unset. Throws `ConfigError`.
 */
export function readVariable(env: Env, name: string): string | undefined {
  const { value, fault } = tryRead(env, name)
  if (fault !== undefined) throw new ConfigError(fault)
  return value
}

/** Whether a variable is given, by itself or as a file; what it holds is not looked at. */
export const isSet = (env: Env, name: string): boolean => Boolean(env[name] || env[`${name}_FILE`])

/** The path is not told: a secret may have been written in its place. */
function tryRead(env: Env, name: string): { value?: string | undefined; fault?: string } {
  const [value, file] = [env[name] || undefined, env[`${name}_FILE`]]
  if (!file) return { value }
  if (value !== undefined) return { fault: `${name}: is set, and so is ${name}_FILE; unset one of them` }
  try {
    const content = readText(file).replace(/[\r\n]+$/, '')
    return content === ''
      ? { fault: `${name}_FILE: the file is empty; write the value of ${name} into it` }
      : { value: content }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { fault: `${name}_FILE: the path of a file that this process may read (${code})` }
  }
}
