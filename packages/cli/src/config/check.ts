import type { Env } from '@waystation/runtime'
import { type Answer, EXIT, type Terminal } from '../command.ts'
import type { Say } from '../language.ts'
import { variable } from '../variables.ts'
import { faultsOfFile, faultsOfVariables, keysMissing } from './faults.ts'
import { misspelt } from './misspelt.ts'
import { asServicesAre } from './services.ts'

/** What was found in the environment, or in the file that is named. With faults, a service would not start. */
export type Checked = { source: string; faults: string[]; warnings: string[] }

/** `waystation config check`. `file`: looked at in place of the waystation.yaml that is in use. */
export function check({ say }: Terminal, env: Env, file: string | undefined): Answer {
  const checked = look(file === undefined ? env : { ...env, WAYSTATION_CONFIG: file, WAYSTATION_CONFIG_FILE: '' }, say)
  return { text: report(checked, say), json: checked, code: isWell(checked) ? EXIT.done : EXIT.usage }
}

export const isWell = (checked: readonly Checked[]): boolean => checked.every(({ faults }) => faults.length === 0)

export function look(env: Env, say: Say): Checked[] {
  const told = asServicesAre(env)
  const path = variable(told, 'WAYSTATION_CONFIG')
  const unknown = misspelt(told).map(({ name, meant }) =>
    say({
      en: `${name}: no service reads it; is ${meant.join(' or ')} meant?`,
      zh: `${name}：没有服务读取它；是否应为 ${meant.join(' 或 ')}？`,
    }),
  )
  return [
    { source: say({ en: 'environment', zh: '环境变量' }), faults: faultsOfVariables(told), warnings: unknown },
    ...(path === undefined ? [] : [lookAtFile(told, path, say)]),
  ]
}

function lookAtFile(env: Env, path: string, say: Say): Checked {
  const faults = faultsOfFile(path)
  const missing = faults.length > 0 ? [] : keysMissing(env, path)
  const warnings = missing.map(key =>
    say({
      en: `${key}: with what is set here, inference would not start`,
      zh: `${key}：按这里的变量，inference 无法启动`,
    }),
  )
  return { source: path, faults, warnings }
}

export function report(checked: readonly Checked[], say: Say): string {
  const warning = say({ en: 'warning: ', zh: '警告：' })
  return checked
    .flatMap(({ source, faults, warnings }) => [
      `${source}: ${faults.length === 0 ? say(WELL) : say(CORRECT)}`,
      ...faults.map(fault => `  ${fault}`),
      ...warnings.map(one => `  ${warning}${one}`),
    ])
    .join('\n')
}

const WELL = { en: 'well', zh: '正确' }
const CORRECT = { en: 'please correct', zh: '请改正' }
