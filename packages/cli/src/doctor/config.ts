import { environment as alerts } from '@waystation/alerts/config'
import { environment as gatewayFeishu } from '@waystation/gateway-feishu/config'
import { environment as gatewayTelegram } from '@waystation/gateway-telegram/config'
import { webConfig as gatewayWeb } from '@waystation/gateway-web/config'
import { environment as inference } from '@waystation/inference/config'
import { settings, settingsWith } from '@waystation/inference/settings'
import { modelConfig } from '@waystation/models'
import { ConfigError, type Env, isSet, processConfig, readEnv, readSettings } from '@waystation/runtime'
import { environment as sender } from '@waystation/sender/config'
import type { z } from 'zod'
import { alike, type Cure, type Finding, green, red, yellow } from './finding.ts'
import { variable, WITH_VARIABLES } from './variables.ts'

const always = [processConfig, sender, inference, modelConfig, gatewayWeb]
/** Each is asked for only where one of its own variables is set. */
const sometimes: readonly [string[], z.ZodObject][] = [
  [['TELEGRAM_BOT_TOKEN'], gatewayTelegram],
  [['FEISHU_APP_ID', 'FEISHU_APPS'], gatewayFeishu],
  [['ALERTS_TOKEN', 'ALERTS_RECEIVERS'], alerts],
]

/** Of all services at once: each fault of their variables and of waystation.yaml. */
export function configChecks(env: Env): Finding[] {
  return [environment(env), ...file(env)]
}

function environment(env: Env): Finding {
  const schemas = [
    ...always,
    ...sometimes.filter(([names]) => names.some(name => isSet(env, name))).map(([, schema]) => schema),
  ]
  const faults = [...new Set(schemas.flatMap(schema => faultsOf(() => readEnv(schema, env))))]
  if (faults.length === 0) return green('config.environment', { en: 'every variable is well', zh: '变量都正确' })
  return red('config.environment', { finding: alike(faults.join('; ')), cure: CORRECT })
}

/** The variables that it names for keys are with inference alone. */
function file(env: Env): Finding[] {
  const path = variable(env, 'WAYSTATION_CONFIG')
  if (path === undefined) return []
  const name = 'config.file'
  const faults = faultsOf(() => readSettings(settings, path))
  if (faults.length > 0) return [red(name, { finding: alike(faults.join('; ')), cure: CORRECT })]
  const unset = faultsOf(() => readSettings(settingsWith(env), path))
  if (unset.length === 0) return [green(name, { en: `${path} is well`, zh: `${path} 正确` })]
  return [yellow(name, { finding: alike(unset.join('; ')), cure: WITH_VARIABLES })]
}

/** One for each line behind the first, which names the source. Without values, which may be secrets. */
function faultsOf(read: () => unknown): string[] {
  try {
    read()
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const [first = '', ...faults] = error.message.split('\n').map(line => line.trim())
    return faults.length > 0 ? faults : [first]
  }
}

const CORRECT: Cure = {
  en: at => `Correct them (README.md#variables, docs/configuration.md) and start again what has them: ${at.apply}.`,
  zh: at => `改正（README.zh-CN.md 的变量表、docs/configuration.md）后重新启动：${at.apply}。`,
}
