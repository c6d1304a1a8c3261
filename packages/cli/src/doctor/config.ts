import type { Env } from '@waystation/runtime'
import { faultsOfFile, faultsOfVariables, keysMissing } from '../config/faults.ts'
import { alike } from '../language.ts'
import { variable } from '../variables.ts'
import { type Cure, type Finding, green, red, WITH_VARIABLES, yellow } from './finding.ts'

/** Of all services at once: each fault of their variables and of waystation.yaml. */
export function configChecks(env: Env): Finding[] {
  return [environment(env), ...file(env)]
}

function environment(env: Env): Finding {
  const faults = faultsOfVariables(env)
  if (faults.length === 0) return green('config.environment', { en: 'every variable is well', zh: '变量都正确' })
  return red('config.environment', { finding: alike(faults.join('; ')), cure: CORRECT })
}

function file(env: Env): Finding[] {
  const path = variable(env, 'WAYSTATION_CONFIG')
  if (path === undefined) return []
  const name = 'config.file'
  const faults = faultsOfFile(path)
  if (faults.length > 0) return [red(name, { finding: alike(faults.join('; ')), cure: CORRECT })]
  const missing = keysMissing(env, path)
  if (missing.length === 0) return [green(name, { en: `${path} is well`, zh: `${path} 正确` })]
  return [yellow(name, { finding: alike(missing.join('; ')), cure: WITH_VARIABLES })]
}

const CORRECT: Cure = {
  en: at => `Correct them (README.md#variables, docs/configuration.md) and start again what has them: ${at.apply}.`,
  zh: at => `改正（README.zh-CN.md 的变量表、docs/configuration.md）后重新启动：${at.apply}。`,
}
