import { type Answer, EXIT } from '../../command.ts'
import { alike, inBoth, type Words } from '../../language.ts'
import { NOT_ALLOWED } from '../../trial/road.ts'
import { Wrong } from '../../wrong.ts'
import { bringUp, containersHere, sendThere } from '../server.ts'
import type { Setup } from '../setup.ts'
import { ROAD, SENDING, startWords } from '../start.ts'
import { Interrupted, type Talk } from '../talk.ts'
import { sendTrialMail } from '../trial-mail.ts'

type Ending = { words: Words; code?: Answer['code'] }

/** Compose brings the station up, a message goes through it, and a mail where alerts are mailed. All of it may be skipped. */
export async function askServer(talk: Talk, setup: Setup, signal: AbortSignal): Promise<Ending> {
  const there = await countThere(talk)
  if (there === undefined || !(await talk.yes(there > 0 ? TAKE_OVER : START_NOW))) return { words: startWords.compose }
  try {
    await talk.follow(STARTING, onLine => bringUp(onLine, signal))
    const isAnswered = await sendMessage(talk, setup, signal)
    const isMailed = await askTrialMail(talk, setup, signal)
    return { words: runs(setup), code: isAnswered && isMailed ? EXIT.done : EXIT.failed }
  } catch (error) {
    if (error instanceof Interrupted) return { words: leftAt(await containersHere()), code: EXIT.interrupted }
    if (error instanceof Wrong) return { words: failed(error, await containersHere()), code: EXIT.failed }
    throw error
  }
}

/** `undefined`, having said why, where Compose does not answer. */
async function countThere(talk: Talk): Promise<number | undefined> {
  try {
    return await containersHere()
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    talk.warn(error.words)
    return undefined
  }
}

async function sendMessage(talk: Talk, setup: Setup, signal: AbortSignal): Promise<boolean> {
  if (setup.setting('access', 'allow') !== undefined) {
    talk.tell(NOT_ALLOWED)
    return true
  }
  const { code, stdout, stderr } = await talk.look(SENDING, sendThere({ LANG: talk.language() }, signal))
  talk.show((stdout || stderr).trimEnd(), ROAD)
  return code === EXIT.done
}

async function askTrialMail(talk: Talk, setup: Setup, signal: AbortSignal): Promise<boolean> {
  const to = setup.get('ALERT_MAIL_TO')
  if (setup.get('ALERT_SMTP') === undefined || !(await talk.yes(mail(to ?? '')))) return true
  try {
    await talk.look(MAILING, sendTrialMail(signal))
    talk.good(MAILED)
    return true
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    talk.warn(error.words)
    return false
  }
}

const START_NOW = {
  en: 'Start it now, and send a message through it? (The first time an image is built, which takes minutes. Your model answers one short question.)',
  zh: '现在启动，并发送一条测试消息？（第一次要构建镜像，需几分钟。模型会回答一个简短的问题。）',
}
const TAKE_OVER = {
  en: 'It runs already. Have it take over what changed, and send a message through it? (Only what changed is started anew.)',
  zh: '它已在运行。应用改动，并发送一条测试消息？（只重启有改动的部分。）',
}
const STARTING = alike('docker compose up -d --build --wait')
const mail = (to: string) => ({
  en: `Have Alertmanager send a trial mail to ${to}?`,
  zh: `让 Alertmanager 给 ${to} 发一封测试邮件？`,
})
const MAILING = { en: 'Waiting until the mail server has taken it', zh: '等待邮件服务器接受' }
const MAILED = { en: 'The mail server has taken it: look into the mailbox.', zh: '邮件服务器已接受：请查看邮箱。' }
const runs = (setup: Setup): Words => {
  const address = setup.get('PUBLIC_URL')
  return {
    en: `It runs${address ? ` at ${address}` : ''}, and is there again after a restart of this server. \`docker compose down\` stops it.`,
    zh: `已在运行${address ? `：${address}` : ''}，服务器重启后会自动恢复。用 \`docker compose down\` 停止。`,
  }
}
const leftAt = (containers: number): Words => ({
  en: `The files are written, and ${stands(containers).en} \`docker compose up -d --build --wait\` goes on.`,
  zh: `文件已写入，${stands(containers).zh}用 \`docker compose up -d --build --wait\` 继续。`,
})
const failed = ({ words }: Wrong, containers: number): Words =>
  inBoth(language => `${words[language]}\n${leftAt(containers)[language]}`)
const stands = (containers: number): Words =>
  containers === 0
    ? { en: 'no container runs.', zh: '没有容器在运行。' }
    : {
        en: `${containers} containers run, which \`docker compose down\` stops.`,
        zh: `${containers} 个容器在运行，可用 \`docker compose down\` 停止。`,
      }
