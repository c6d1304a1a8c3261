import { chmod, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Env } from '@waystation/runtime'
import { knownVariables } from '../config/services.ts'
import { alike } from '../language.ts'
import { isSecret } from '../secret.ts'
import { type Finding, green, red } from './finding.ts'

/** Read by Compose, in the folder where one works. */
const OURS = ['.env', '.env.models']
/** nginx, in its container, reads it by its group. */
export const TLS_KEY = 'site/tls/privkey.pem'
export const LET_NGINX_READ = `\`chgrp 101 ${TLS_KEY} && chmod 440 ${TLS_KEY}\``
/** What Docker and Kubernetes put there is for this container alone. */
const MOUNTED = '/run/secrets/'
const BY_OTHERS = 0o004
const THROUGH_BY_OTHERS = 0o001

/** Whether other users of this machine can read what is secret. Of a file that `X_FILE` names the variable is told, not the path. */
export async function fileChecks(env: Env): Promise<Finding[]> {
  const named = knownVariables(env).flatMap(({ name }) => {
    const path = env[`${name}_FILE`]
    return isSecret(name) && path && !path.startsWith(MOUNTED) ? [{ name: `files.${name}_FILE`, path }] : []
  })
  const ours = OURS.map(path => ({ name: `files${path}`, path }))
  const files = [...ours, { name: 'files.tls_key', path: TLS_KEY }, ...named]
  const looked = await Promise.all(files.map(async file => ({ ...file, isOpen: await isOpenToOthers(file.path) })))
  return looked.flatMap(({ name, path, isOpen }) => {
    if (isOpen === undefined) return []
    return [isOpen ? tooOpen(name, path) : green(name, { en: 'others cannot read it', zh: '他人不可读' })]
  })
}

/** `undefined`: there is none, or not for us. Others must get through each folder above it. */
async function isOpenToOthers(path: string): Promise<boolean | undefined> {
  try {
    const { mode } = await stat(path)
    if (!(mode & BY_OTHERS)) return false
    for (let folder = dirname(resolve(path)); folder !== '/'; folder = dirname(folder))
      if (!((await stat(folder)).mode & THROUGH_BY_OTHERS)) return false
    return true
  } catch {
    return undefined
  }
}

function tooOpen(name: string, path: string): Finding {
  const trouble = {
    finding: { en: 'every user of this machine can read it', zh: '这台机器的所有用户都能读' },
    cure: { en: 'chmod 600, by whom it belongs to', zh: '由所有者 chmod 600' },
  }
  if (path === TLS_KEY) return red(name, { ...trouble, cure: FOR_NGINX })
  // Who reads another may not be its owner.
  if (!OURS.includes(path)) return red(name, trouble)
  const fix = async () => {
    await chmod(path, 0o600)
    return alike(`chmod 600 ${path}`)
  }
  return red(name, { ...trouble, fix })
}

const FOR_NGINX = {
  en: `${LET_NGINX_READ}: nginx is of this group in its container.`,
  zh: `${LET_NGINX_READ}：容器里的 nginx 属于这个组。`,
}
