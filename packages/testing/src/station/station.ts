import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { close, connect, redisConfig, startTestRedis, type TestRedis } from '@waystation/redis'
import { readEnv } from '@waystation/runtime'
import { type FeishuOptions, type FeishuSimulator, startFeishu } from '../feishu/simulator.ts'
import { type ModelOptions, type ModelSimulator, startModel } from '../model/simulator.ts'
import { startTelegram, type TelegramOptions, type TelegramSimulator } from '../telegram/simulator.ts'
import { type Metrics, readMetrics } from './metrics.ts'
import { printIfTestFails } from './print.ts'
import { type StationProcess, startProcess } from './process.ts'
import { untilSettled } from './settled.ts'

const READY_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 25
/** Nothing is sent there: the simulator's front decides who receives what is posted to it. */
const PUBLIC_URL = 'https://station.test'
const FILE = 'waystation.yaml'

export type StationOptions = {
  /** `one`: everything in one process; else how many processes of which service. */
  processes?: 'one' | Readonly<Record<string, number>>
  /** Starts another than one Redis alone. */
  redis?: () => Promise<TestRedis>
  /** `none`: Telegram is not connected. */
  telegram?: (TelegramOptions & { mode?: 'webhook' | 'polling' }) | 'none'
  /** Feishu is connected where this is given. */
  feishu?: FeishuOptions & { mode?: 'webhook' | 'websocket' }
  /** `none`: no model is configured. */
  model?: ModelOptions | 'none'
  /** What waystation.yaml says. */
  settings?: object
  /** Added to the environment of every process, or in place of what is there. */
  env?: Readonly<Record<string, string>>
  /** `files`: each variable is a file, which `<name>_FILE` names. */
  variables?: 'files'
}

export type Station = AsyncDisposable & {
  /** These three throw where the station was started without. */
  telegram: TelegramSimulator
  feishu: FeishuSimulator
  model: ModelSimulator
  /** The variables of its processes. */
  env: Readonly<Record<string, string>>
  /** `kill` and `restart` it, or one of them, at will. */
  redis: TestRedis
  /** Those that were started, ended ones too. */
  processes: readonly StationProcess[]
  /** The running processes of one service. */
  of(service: string): StationProcess[]
  /** Starts another process of a service, where `env` is given with an environment that differs in this. */
  start(service: string, env?: Readonly<Record<string, string>>): Promise<StationProcess>
  /** Starts a process in place of one that ended, on its port. */
  replace(ended: StationProcess): Promise<StationProcess>
  /** The address of the web chat, without a slash at its end. */
  web: string
  /** Everything that all processes printed. */
  output: string
  /** Over all running processes. */
  metrics(): Promise<Metrics>
  /** Writes waystation.yaml anew, which the station was started with: settings, or the text as it stands. */
  configure(settings: object | string): void
  /** Resolves when nothing waits anywhere; rejects after `withinMs` (60 s) with what still does. */
  settled(withinMs?: number): Promise<void>
}

/** A whole Waystation: its services as processes of their own, a private Redis, and simulators at the far ends. */
export async function startStation(options: StationOptions = {}): Promise<Station> {
  await using started = new AsyncDisposableStack()
  const redis = started.use(await (options.redis ?? startTestRedis)())
  const telegram = options.telegram === 'none' ? undefined : started.use(await startTelegram(options.telegram))
  const feishu = options.feishu && started.use(await startFeishu(options.feishu))
  const model = options.model === 'none' ? undefined : started.use(await startModel(options.model))
  const file = options.settings && join(started.use(await temporaryFolder()).path, FILE)
  const telegramMode = (options.telegram !== 'none' && options.telegram?.mode) || 'webhook'
  const feishuMode = options.feishu?.mode ?? 'webhook'
  const ownRedis = started.adopt(await connect(readEnv(redisConfig, redis.env), 'commands'), close)
  const processes: StationProcess[] = []
  started.defer(async () => {
    await Promise.all(processes.map(running => running.kill()))
  })

  function configure(settings: object | string): void {
    if (file === undefined) throw new Error('this station was started without settings')
    // What is JSON is YAML.
    writeFileSync(file, typeof settings === 'string' ? settings : JSON.stringify(settings, null, 2))
  }
  if (options.settings) configure(options.settings)

  let output = ''
  await printIfTestFails(() => output)

  const variables = {
    ...redis.env,
    ...(telegram ? telegramEnv(telegram, telegramMode) : {}),
    ...(feishu ? feishuEnv(feishu, feishuMode) : {}),
    ...(model ? { LOCAL_MODEL_BASE_URL: model.baseUrl, LOCAL_MODEL: model.model } : {}),
    ...(file === undefined ? {} : { WAYSTATION_CONFIG: file }),
    ...options.env,
  }
  const usual = options.variables ? inFiles(variables, started.use(await temporaryFolder()).path) : variables

  async function start(service: string, { port = 0, env = {} } = {}): Promise<StationProcess> {
    const running = await startProcess({
      service,
      env: { ...usual, ...env },
      port,
      onOutput: text => {
        output += text
      },
    })
    processes.push(running)
    telegram?.setFront(frontOf('gateway-telegram'))
    feishu?.setFront(frontOf('gateway-feishu'))
    await until(`${service} is ready`, () => isReady(running))
    return running
  }

  const of = (service: string) => processes.filter(one => one.service === service && one.isRunning())
  const frontOf = (gateway: string) => [...of('all'), ...of(gateway)].map(({ origin }) => origin)

  async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + READY_WITHIN_MS; !(await isSo()); await sleep(LOOK_EVERY_MS))
      if (Date.now() > deadline) throw new Error(`it does not come about that ${what}:\n${output}`)
  }

  const wanted = options.processes === undefined || options.processes === 'one' ? { all: 1 } : options.processes
  const services = Object.entries(wanted).flatMap(([service, count]) => Array<string>(count).fill(service))
  const failure = (await Promise.allSettled(services.map(service => start(service)))).find(isFailure)
  if (failure) throw failure.reason
  const hello = telegramMode === 'webhook' ? 'setWebhook' : 'getUpdates'
  if (telegram && frontOf('gateway-telegram').length > 0)
    await until('Telegram is connected', () => telegram.calls.some(({ method }) => method === hello))
  if (feishu && feishuMode === 'websocket' && frontOf('gateway-feishu').length > 0)
    await until('Feishu is connected', () => feishu.apps.every(({ appId }) => feishu.connections(appId) > 0))

  const end = started.move()
  return {
    get telegram() {
      return given(telegram, 'Telegram')
    },
    get feishu() {
      return given(feishu, 'Feishu')
    },
    get model() {
      return given(model, 'model')
    },
    env: usual,
    redis,
    processes,
    of,
    start: (service, env = {}) => start(service, { env }),
    replace: ended => start(ended.service, { port: ended.port }),
    get web() {
      const [gateway] = [...of('all'), ...of('gateway-web')]
      if (!gateway) throw new Error('this station has no web chat that runs')
      return gateway.origin
    },
    get output() {
      return output
    },
    metrics: async () => readMetrics(await Promise.all(processes.filter(one => one.isRunning()).map(metricsPage))),
    configure,
    settled: (withinMs = 60_000) => untilSettled({ redis: ownRedis, telegram, feishu, model }, withinMs),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}

function given<Simulator>(simulator: Simulator | undefined, what: string): Simulator {
  if (!simulator) throw new Error(`this station has no ${what}`)
  return simulator
}

const telegramEnv = ({ token, apiRoot }: TelegramSimulator, mode: 'webhook' | 'polling') => ({
  TELEGRAM_BOT_TOKEN: token,
  TELEGRAM_WEBHOOK_SECRET: randomBytes(16).toString('hex'),
  TELEGRAM_API_ROOT: apiRoot,
  ...(mode === 'webhook' ? { PUBLIC_URL } : {}),
})

const feishuEnv = ({ apps, baseUrl }: FeishuSimulator, mode: 'webhook' | 'websocket') => ({
  FEISHU_APPS: JSON.stringify(
    apps.map(({ appId, appSecret, verificationToken, encryptKey }) => ({
      appId,
      appSecret,
      verificationToken,
      encryptKey,
    })),
  ),
  FEISHU_BASE_URL: baseUrl,
  FEISHU_MODE: mode,
})

const temporaryFolder = () => mkdtempDisposable(join(tmpdir(), 'station-'))

/** With a line break at the end, as editors leave it. */
function inFiles(variables: Readonly<Record<string, string>>, folder: string): Record<string, string> {
  for (const [name, value] of Object.entries(variables)) writeFileSync(join(folder, name), `${value}\n`)
  return Object.fromEntries(Object.keys(variables).map(name => [`${name}_FILE`, join(folder, name)]))
}

const isFailure = (result: PromiseSettledResult<unknown>) => result.status === 'rejected'

async function isReady({ service, origin, isRunning }: StationProcess): Promise<boolean> {
  if (!isRunning()) throw new Error(`${service} ended before it was ready`)
  const answer = await fetch(`${origin}/readyz`).catch(() => undefined)
  return answer?.ok === true
}

const metricsPage = async ({ origin }: StationProcess): Promise<string> => (await fetch(`${origin}/metrics`)).text()
