import { existsSync } from 'node:fs'
import { compose } from '../compose.ts'
import { alike } from '../language.ts'
import { LET_NGINX_READ, TLS_KEY } from './files.ts'
import { type Finding, green, red } from './finding.ts'

/** What nginx would start with now: its files and certificate, which need not be those that it started with. */
const CHECK = `
export RUNTIME_DIRECTORY=$(mktemp -d)
trap 'rm -r "$RUNTIME_DIRECTORY"' EXIT
/etc/nginx/waystation/prepare.sh && nginx -t -q -e stderr -p "$RUNTIME_DIRECTORY" -c nginx.conf`

/** In its container, which runs. */
export async function nginxCheck(): Promise<Finding> {
  const name = 'front.config'
  const { code, stderr } = await compose(['exec', '-T', 'nginx', 'sh', '-c', CHECK])
  if (code !== 0) {
    const faults = [...stderr.matchAll(/\[emerg\] \d+#\d+: (.*)/g)].map(([, fault = '']) => fault)
    const finding = alike((faults.join('; ') || stderr.trim()).replaceAll(/\/tmp\/tmp\.\w+\//g, ''))
    const cure = {
      en: 'nginx goes on with what it has, and would not start again with this: mend nginx/ or site/tls.',
      zh: 'nginx 目前仍用旧的，但用这些文件无法再启动：修正 nginx/ 或 site/tls。',
    }
    return red(name, { finding, cure })
  }
  if (stderr.includes('self-signed') && existsSync(TLS_KEY))
    return red(name, {
      finding: { en: 'nginx cannot read the certificate in site/tls', zh: 'nginx 读不到 site/tls 里的证书' },
      cure: {
        en: `${LET_NGINX_READ}, with fullchain.pem beside it for all: chmod 444.`,
        zh: `${LET_NGINX_READ}，旁边的 fullchain.pem 所有人可读：chmod 444。`,
      },
    })
  return green(name, { en: 'nginx -t finds no fault', zh: 'nginx -t 没有发现问题' })
}
