import { redisConfig } from '@waystation/redis'
import { ConfigError, type Env, readEnv } from '@waystation/runtime'
import { type Answer, EXIT, type Terminal } from '../command.ts'
import { isModel } from '../doctor/models.ts'
import type { Say } from '../language.ts'
import { NOT_ALLOWED } from '../trial/road.ts'
import { faultsIn } from '../variables.ts'
import { Wrong } from '../wrong.ts'
import { environments, readAnswers } from './answers.ts'
import { checkFeishu, scopesPage } from './checks/feishu.ts'
import { asHere, listModels } from './checks/models.ts'
import { checkTelegram } from './checks/telegram.ts'
import { bringUp, sendThere } from './server.ts'
import { openSetup, type Setup } from './setup.ts'
import { startWords } from './start.ts'
import { DRY, diffOf, SAME, writeFiles } from './write.ts'

type Options = { answers?: string; start?: boolean; dryRun?: boolean; json?: boolean }

/** The same as the questions, from a file: everything is checked first, and all faults are told at once. */
export async function setUpUnasked(terminal: Terminal, env: Env, options: Options): Promise<Answer> {
  const { say } = terminal
  const { answers, dryRun } = options
  const { target, variables, settings } = readAnswers(answers, env)
  if (options.start && target === 'start') throw new Wrong(START_YOURSELF)
  const setup = openSetup(target, env)
  for (const [name, value] of Object.entries(variables)) setup.set(name, value)
  for (const [key, value] of Object.entries(settings)) setup.change([key], value)
  const looks = [lookAtModels(setup), lookAtTelegram(setup), lookAtFeishu(setup), lookAtAlerts(setup)]
  const seen = await Promise.allSettled(looks)
  const faults = seen.flatMap(result => (result.status === 'rejected' ? faultsOf(result.reason, say) : []))
  if (faults.length > 0)
    return { text: [say(NOTHING), ...faults.map(fault => `  ${fault}`)].join('\n'), json: { faults }, code: EXIT.usage }
  const files = setup.files()
  const diffs = files.map(file => ({ path: file.path, diff: diffOf(file) }))
  if (!dryRun) writeFiles(files)
  const found = Object.assign({}, ...seen.map(result => (result.status === 'fulfilled' ? result.value : {})))
  const json = { target, written: !dryRun && files.length > 0, files: diffs, ...found }
  const told = (...ends: string[]) => [...diffs.map(({ diff }) => diff), ...ends].join('\n\n')
  if (dryRun || !options.start) {
    const end = files.length === 0 ? say(SAME) : dryRun ? say(DRY) : `${say(WRITTEN)} ${say(startWords[target])}`
    return { text: told(end), json }
  }
  const begun = await begin(terminal, setup, env, options)
  return {
    text: told(say(files.length === 0 ? SAME : WRITTEN), begun.text),
    json: { ...json, ...begun.json },
    code: begun.code,
  }
}

/** Starts it by Compose, and sends a message where one is let in. */
async function begin({ say, progress, signal }: Terminal, setup: Setup, env: Env, { json: isJson }: Options) {
  try {
    await bringUp(progress, signal)
    if (setup.setting('access', 'allow') !== undefined)
      return { text: say(NOT_ALLOWED), json: { started: true }, code: EXIT.done }
    const { code, stdout, stderr } = await sendThere(env, signal, ...(isJson ? ['--json'] : []))
    const trial = isJson && stdout !== '' ? JSON.parse(stdout) : { failed: stderr }
    const text = (stdout || stderr).trimEnd()
    return { text, json: { started: true, trial }, code: code === EXIT.done ? EXIT.done : EXIT.failed }
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    return { text: say(error.words), json: { started: false, failed: error.words.en }, code: EXIT.failed }
  }
}

async function lookAtModels(setup: Setup) {
  const config = readEnv(environments.models, envOf(setup, environments.models))
  const asked = [
    { tier: 'local', url: config.LOCAL_MODEL_BASE_URL, model: config.LOCAL_MODEL, key: config.LOCAL_MODEL_API_KEY },
    {
      tier: 'commercial',
      url: config.COMMERCIAL_MODEL_BASE_URL,
      model: config.COMMERCIAL_MODEL,
      key: config.COMMERCIAL_MODEL_API_KEY,
    },
  ]
  const looks = asked.map(async ({ url, model, key }) => {
    const here = url && asHere(url)
    if (here === undefined || model === undefined) return
    const listed = await listModels(here, key)
    if (listed && !listed.some(id => isModel(id, model))) throw new Wrong(unknown(model, listed))
  })
  const refused = (await Promise.allSettled(looks)).filter(result => result.status === 'rejected')
  if (refused.length > 0) throw new AggregateError(refused.map(({ reason }) => reason))
  return { models: Object.fromEntries(asked.flatMap(({ tier, model }) => (model ? [[tier, model]] : []))) }
}

async function lookAtTelegram(setup: Setup) {
  const token = setup.get('TELEGRAM_BOT_TOKEN')
  if (token === undefined) return {}
  const config = readEnv(environments.telegram, envOf(setup, environments.telegram))
  return { telegram: await checkTelegram(config.TELEGRAM_API_ROOT, token) }
}

async function lookAtFeishu(setup: Setup) {
  const [appId, appSecret] = [setup.get('FEISHU_APP_ID'), setup.get('FEISHU_APP_SECRET')]
  if (appId === undefined) return {}
  const { FEISHU_BASE_URL: baseUrl } = readEnv(environments.feishu, envOf(setup, environments.feishu))
  const app = { appId, appSecret: appSecret ?? '', baseUrl }
  const known = await checkFeishu(app)
  return { feishu: { ...known, ...(known.missing.length > 0 ? { addThemAt: scopesPage(app, known) } : {}) } }
}

async function lookAtAlerts(setup: Setup) {
  if (setup.get('ALERTS_RECEIVERS') === undefined && setup.get('ALERT_SMTP') === undefined) return {}
  readEnv(environments.alerts, envOf(setup, environments.alerts))
  return {}
}

/** What a service would be told of its variables. Where Redis is, nobody is asked. */
const envOf = (setup: Setup, { shape }: { shape: object }): Env => ({
  ...Object.fromEntries(
    Object.keys(shape).map(name => [name, name in redisConfig.shape ? undefined : setup.get(name)]),
  ),
  REDIS_URL: 'redis://redis',
})

function faultsOf(reason: unknown, say: Say): string[] {
  if (reason instanceof AggregateError) return reason.errors.flatMap(one => faultsOf(one, say))
  if (reason instanceof Wrong) return [say(reason.words)]
  if (reason instanceof ConfigError) return faultsIn(reason)
  throw reason
}

const unknown = (model: string, listed: readonly string[]) => ({
  en: `The server has no model ${model}; it has ${listed.join(', ') || 'none'}.`,
  zh: `服务器上没有模型 ${model}；有 ${listed.join('、') || '空列表'}。`,
})
const NOTHING = { en: 'Nothing was written. Please correct:', zh: '没有写入任何文件。请更正：' }
const START_YOURSELF = {
  en: '--start is of Docker Compose; `npm start` runs for as long as its terminal, and is started there.',
  zh: '--start 只用于 Docker Compose；`npm start` 随终端运行，请在终端里启动。',
}
const WRITTEN = { en: 'Written.', zh: '已写入。' }
