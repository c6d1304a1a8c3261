import { existsSync } from 'node:fs'
import type { Env } from '@waystation/runtime'
import type { Language, Say } from '../language.ts'
import { targetHere } from '../target.ts'

/** What an operator types where the station runs, for the sentences of cures. */
export type Place = {
  /** What a service said; with `event`, the lines of one. */
  logs(service: string, event?: string): string
  start(service: string): string
  restart(service: string): string
  /** Who runs, and who ended. */
  status: string
  /** After a change of variables. */
  apply: string
  /** After a change of the version. */
  upgrade: string
  /** A whole sentence: how variables are looked at that are not set here. */
  variables: string
  /** A whole sentence: how there is a new certificate. */
  certificate: string
}

/** docs/systemd.md puts it there. */
const UNITS = '/etc/systemd/system/waystation.target'

/** What runs the station that is asked from here. */
export function runnerOf(env: Env, units = UNITS): keyof typeof places {
  if (env.KUBERNETES_SERVICE_HOST) return 'kubernetes'
  // Our image alone says what it was built from: whoever asks in a container types on the machine around it.
  if (targetHere() === 'compose' || env.WAYSTATION_REVISION) return 'compose'
  return existsSync(units) ? 'systemd' : 'start'
}

export const placeOf = (env: Env, language: Language, units?: string): Place =>
  places[runnerOf(env, units)](words => words[language])

const compose = (say: Say): Place => ({
  logs: (service, event) =>
    event === undefined
      ? `\`docker compose logs --tail 50 ${service}\``
      : `\`docker compose logs ${service} | grep ${event}\``,
  start: service => `\`docker compose up -d --wait ${service}\``,
  restart: service => `\`docker compose restart ${service}\``,
  status: '`docker compose ps -a`',
  apply: '`docker compose up -d --wait`',
  upgrade: '`deploy/upgrade.sh`',
  variables: say({
    en: '`npx waystation doctor` in the folder of .env looks at it, and so does `docker compose exec -T inference waystation doctor --variables - <.env`.',
    zh: '在 .env 所在目录运行 `npx waystation doctor`，或 `docker compose exec -T inference waystation doctor --variables - <.env`，就会检查。',
  }),
  certificate: say({
    en: '`docker compose logs certbot` says why it is not renewed, `docker compose restart certbot` tries again; else put a new one into site/tls.',
    zh: '`docker compose logs certbot` 说明为什么没有续期，`docker compose restart certbot` 再试一次；或把新证书放进 site/tls。',
  }),
})

const kubernetes = (say: Say): Place => ({
  logs: (service, event) =>
    event === undefined
      ? `\`kubectl logs deploy/${service} --tail 50\``
      : `\`kubectl logs deploy/${service} | grep ${event}\``,
  start: service => `\`kubectl scale deploy/${service} --replicas 1\``,
  restart: service => `\`kubectl rollout restart deploy/${service}\``,
  status: '`kubectl get pods`',
  apply: say({
    en: '`kubectl apply -k deploy/kubernetes/site` (a secret: docs/kubernetes.md)',
    zh: '`kubectl apply -k deploy/kubernetes/site`（secret 见 docs/kubernetes.md）',
  }),
  upgrade: '`kubectl rollout status deployment`',
  variables: say({
    en: '`kubectl exec deploy/inference -- waystation doctor` knows the models, and in `deploy/sender` the bots.',
    zh: '`kubectl exec deploy/inference -- waystation doctor` 知道模型，在 `deploy/sender` 里则知道机器人。',
  }),
  certificate: say({
    en: '`kubectl describe certificate` where cert-manager keeps it; else make the secret waystation-tls anew: docs/kubernetes.md.',
    zh: '用 cert-manager 的看 `kubectl describe certificate`；否则重建 secret waystation-tls：见 docs/kubernetes.md。',
  }),
})

const systemd = (say: Say): Place => ({
  logs: (service, event) =>
    `\`journalctl -u ${unitOf(service)} -o cat ${event === undefined ? '-n 50' : `| grep ${event}`}\``,
  start: () => '`systemctl start waystation.target`',
  restart: service => `\`systemctl restart ${unitOf(service)}\``,
  status: "`systemctl list-units --all 'waystation*'`",
  apply: "`systemctl restart 'waystation-*'`",
  upgrade: "`systemctl restart 'waystation-*'`",
  variables: say({
    en: 'As root, `npx waystation doctor --variables /etc/waystation/waystation.env` looks at it.',
    zh: '用 root 运行 `npx waystation doctor --variables /etc/waystation/waystation.env` 就会检查。',
  }),
  certificate: say(RENEW),
})

const unitOf = (service: string): string => `'waystation-${service}@*'`

const start = (say: Say): Place => {
  const again = say({ en: 'a new `npm start`', zh: '重新 `npm start`' })
  const output = say({ en: 'what `npm start` prints', zh: '`npm start` 的输出' })
  return {
    logs: (_, event) =>
      event === undefined ? output : say({ en: `${event} in ${output}`, zh: `${output}里的 ${event}` }),
    start: () => '`npm start`',
    restart: () => again,
    status: say({ en: 'see whether `npm start` runs', zh: '看 `npm start` 是否在运行' }),
    apply: again,
    upgrade: again,
    variables: say({ en: 'If it is wanted, set it in .env here.', zh: '需要的话，写入这里的 .env。' }),
    certificate: say(RENEW),
  }
}

const RENEW = {
  en: '`certbot renew`, or as whoever keeps it says: docs/install.md#tls.',
  zh: '`certbot renew`，或按证书的管理方式：见 docs/install.zh-CN.md。',
}

const places = { kubernetes, compose, systemd, start }
