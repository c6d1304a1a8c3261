import { setTimeout as sleep } from 'node:timers/promises'
import { compose } from '../compose.ts'
import { Wrong } from '../wrong.ts'

/** A mail server that is not reached makes Alertmanager wait for longer. */
const PATIENCE_MS = 60_000
const LOOK_EVERY_MS = 500
/** Its route in alertmanager.yml waits for nothing, and each trial is a group of its own by `at`. */
const ALERT = 'TrialMail'

/** Has Alertmanager write a mail, and waits until the mail server has taken it. Throws `Wrong` with why it did not. */
export async function sendTrialMail(signal: AbortSignal): Promise<void> {
  const { stdout } = await compose(['port', 'alertmanager', '9093'])
  const origin = `http://${stdout.trim()}`
  const before = await countMails(origin, signal)
  const labels = { alertname: ALERT, at: new Date().toISOString() }
  const annotations = { summary: 'A trial of Waystation: the mail of its alerts arrives.' }
  await ask(`${origin}/api/v2/alerts`, signal, JSON.stringify([{ labels, annotations }]))
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    const now = await countMails(origin, signal)
    if (now.failed > before.failed) throw new Wrong(notTaken(await complaint()))
    if (now.tried > before.tried) return
    await sleep(LOOK_EVERY_MS, undefined, { signal })
  }
  throw new Wrong(SLOW)
}

/** How often Alertmanager has called the mail server, and how often in vain. */
async function countMails(origin: string, signal: AbortSignal): Promise<{ tried: number; failed: number }> {
  const page = await ask(`${origin}/metrics`, signal)
  const sum = (name: string) => {
    const lines = page.matchAll(new RegExp(`^alertmanager_${name}{[^}]*integration="email"[^}]*} (\\S+)$`, 'gm'))
    return [...lines].reduce((total, [, count]) => total + Number(count), 0)
  }
  return { tried: sum('notification_requests_total'), failed: sum('notification_requests_failed_total') }
}

async function ask(url: string, signal: AbortSignal, body?: string): Promise<string> {
  try {
    const post = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    const answer = await fetch(url, { ...post, signal })
    if (answer.ok) return await answer.text()
  } catch {
    signal.throwIfAborted()
  }
  throw new Wrong(AWAY)
}

async function complaint(): Promise<string> {
  const { stdout } = await compose(['logs', '--no-log-prefix', '--no-color', '--tail', '50', 'alertmanager'])
  const [, why = ''] = [...stdout.matchAll(/integration=email.*\berr="((?:[^"\\]|\\.)*)"/g)].at(-1) ?? []
  return why.replaceAll('\\"', '"')
}

const notTaken = (why: string) => ({
  en: `The mail server did not take it: ${why}\nCorrect ALERT_SMTP and its like by another \`npm run onboard\`.`,
  zh: `邮件服务器没有接受：${why}\n请再次 \`npm run onboard\`，更正邮件服务器的设置。`,
})
const SLOW = {
  en: `The mail server has not answered within ${PATIENCE_MS / 1000} s. Is its port open from here? Clouds often shut 25; 587 and 465 mostly work.`,
  zh: `邮件服务器在 ${PATIENCE_MS / 1000} 秒内没有应答。从这里能访问它的端口吗？云厂商常封 25 端口；587 和 465 一般可用。`,
}
const AWAY = {
  en: 'Alertmanager does not answer: docker compose logs --tail 20 alertmanager',
  zh: 'Alertmanager 没有应答：docker compose logs --tail 20 alertmanager',
}
