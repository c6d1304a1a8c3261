import { existsSync } from 'node:fs'
import { type Env, envHere } from '@waystation/runtime'
import { type Answer, EXIT, type Terminal } from '../command.ts'
import { inBoth, type Words } from '../language.ts'
import { connected } from '../station.ts'
import { type Target, targetHere } from '../target.ts'
import { failureOf, gaveUp, picture, question, sendTrial } from '../trial/road.ts'
import { Wrong } from '../wrong.ts'
import { openSetup, type Setup } from './setup.ts'
import { ROAD, SENDING, type Started, startStation, startWords } from './start.ts'
import { askAccess } from './steps/access.ts'
import { askAlerts } from './steps/alerts.ts'
import { askChannels } from './steps/channels.ts'
import { askLanguage } from './steps/language.ts'
import { askModels } from './steps/models.ts'
import { askServer } from './steps/server.ts'
import { askStyle } from './steps/style.ts'
import { createTalk, Interrupted, type Talk } from './talk.ts'
import { DRY, diffOf, SAME, writeFiles } from './write.ts'

const steps = [askModels, askStyle, askChannels, askAccess, askAlerts]

/** Asks a person, step by step. Files change once, at the end, when the person has seen how. */
export async function setUpAsked(terminal: Terminal, env: Env, isDry: boolean): Promise<Answer> {
  const talk = createTalk(terminal.language, terminal.signal)
  let written: Target | undefined
  try {
    talk.begin({ en: 'Waystation 驿站', zh: '驿站 Waystation' })
    await askLanguage(talk)
    const setup = openSetup(targetHere() ?? (await askTarget(talk)), env)
    for (const ask of steps) await ask(talk, setup)
    const left = await write(talk, setup, env, isDry)
    if (left) return end(talk, left)
    written = setup.target
    if (written === 'compose') {
      const { words, code = EXIT.done } = await askServer(talk, setup, terminal.signal)
      return { ...end(talk, words), code }
    }
    return end(talk, (await talk.yes(START_NOW)) ? await start(talk, env, terminal.signal) : startWords.start)
  } catch (error) {
    if (error instanceof Wrong && written) return { ...end(talk, butWritten(error, written)), code: EXIT.failed }
    if (!(error instanceof Interrupted)) throw error
    return { ...end(talk, written ? leftWritten(written) : LEFT), code: EXIT.interrupted }
  }
}

const end = (talk: Talk, words: Words): Answer => ({ text: talk.say(words), json: undefined })

/** Where there is no `.env` that says it. */
async function askTarget(talk: Talk): Promise<Target> {
  if (!existsSync('docker-compose.yml')) return 'start'
  return await talk.choose<Target>({ en: 'How will it run?', zh: '怎样运行？' }, [
    { value: 'start', words: { en: 'npm start, in one process', zh: 'npm start，单个进程' }, hint: TRY },
    { value: 'compose', words: { en: 'Docker Compose, on a server', zh: '服务器上的 Docker Compose' } },
  ])
}

/** Why nothing was written; nothing where it was. */
async function write(talk: Talk, setup: Setup, env: Env, isDry: boolean): Promise<Words | undefined> {
  const files = setup.files()
  if (files.length === 0) talk.tell(SAME)
  for (const file of files) talk.show(diffOf(file), file.isNew ? NEW : CHANGED)
  if (isDry) return DRY
  if (files.length > 0 && !(await talk.yes(files.every(({ isNew }) => isNew) ? WRITE : OVERWRITE))) return LEFT
  writeFiles(files)
  const outshone = setup.changed().filter(name => env[name] !== undefined && env[name] !== setup.get(name))
  if (outshone.length > 0) talk.warn(wins(outshone))
  return undefined
}

/** Starts the station, sends a message through it, and leaves it to the person until Ctrl-C. */
async function start(talk: Talk, env: Env, signal: AbortSignal): Promise<Words> {
  const starting = startStation(env, signal)
  try {
    const started = await talk.look(STARTING, starting)
    talk.show(started.said.join('\n'), { en: 'It runs', zh: '已在运行' })
    await talk.look(SENDING, sendMessage(talk, started, env, signal))
    talk.good(RUNS)
    started.handOver()
    await started.ended
    return startWords.start
  } catch (error) {
    // Nobody is left to stop it.
    await starting.then(
      ({ stop }) => stop(),
      () => {},
    )
    throw error
  }
}

async function sendMessage(talk: Talk, { origin }: Started, env: Env, signal: AbortSignal): Promise<void> {
  try {
    await using station = await connected(envHere(env))
    const life = await sendTrial(origin, station, talk.say(question()), signal)
    talk.show(picture(life, talk.say), ROAD)
    const code = failureOf(life)
    if (code !== undefined) talk.warn(gaveUp(code))
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    talk.warn(error.words)
  }
}

const TRY = { en: 'to try it out, or for a small team', zh: '试用，或小团队' }
const NEW = { en: 'New file', zh: '新文件' }
const CHANGED = { en: 'Changes', zh: '改动' }
const WRITE = { en: 'Write this?', zh: '写入？' }
const OVERWRITE = { en: 'Write this into the files that are there?', zh: '写入现有文件？' }
const START_NOW = {
  en: 'Start it now, and send a message through it? (Your model answers one short question.)',
  zh: '现在启动，并发送一条测试消息？（模型会回答一个简短的问题。）',
}
const STARTING = { en: 'Starting', zh: '正在启动' }
const RUNS = { en: 'It runs until Ctrl-C.', zh: '运行中，按 Ctrl-C 停止。' }
const LEFT = { en: 'Nothing was written.', zh: '没有写入任何文件。' }
const leftWritten = (target: Target): Words => ({
  en: `The files are written. ${startWords[target].en}`,
  zh: `文件已写入。${startWords[target].zh}`,
})
const butWritten = ({ words }: Wrong, target: Target): Words =>
  inBoth(language => `${words[language]}\n${leftWritten(target)[language]}`)
const wins = (names: readonly string[]) => ({
  en: `${names.join(', ')}: set in this shell to something else, which wins over .env.`,
  zh: `${names.join('、')}：当前 shell 里设置了不同的值，会覆盖 .env。`,
})
