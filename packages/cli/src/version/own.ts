import { fileURLToPath } from 'node:url'
import type { Present } from '@waystation/redis'
import { type Env, ownVersion } from '@waystation/runtime'
import { printed } from '../printed.ts'

const CHECKOUT = fileURLToPath(new URL('../../../../', import.meta.url))

export const own = async (env: Env): Promise<Pick<Present, 'revision' | 'version'>> => ({
  version: ownVersion(env),
  revision: env.WAYSTATION_REVISION || (await revisionOfCheckout()) || 'unknown',
})

/** The commit, with `-dirty` where files differ from it. Nothing where there is no git, or no repository of our own. */
function revisionOfCheckout(): Promise<string> {
  const repository = ['--git-dir', `${CHECKOUT}.git`, '--work-tree', CHECKOUT]
  const describe = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude', '*']
  return printed('git', '--no-optional-locks', ...repository, ...describe)
}
