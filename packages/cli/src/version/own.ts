import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Present } from '@waystation/redis'
import { type Env, VERSION } from '@waystation/runtime'

const exec = promisify(execFile)
const CHECKOUT = fileURLToPath(new URL('../../../../', import.meta.url))
const PATIENCE_MS = 5_000

/** What an image or a unit says of itself; in a checkout, what package.json does. */
export const ownVersion = ({ WAYSTATION_VERSION }: Env): string => WAYSTATION_VERSION || VERSION

export const own = async (env: Env): Promise<Pick<Present, 'revision' | 'version'>> => ({
  version: ownVersion(env),
  revision: env.WAYSTATION_REVISION || (await revisionOfCheckout()) || 'unknown',
})

/** The commit, with `-dirty` where files differ from it. Nothing where there is no git, or no repository of our own. */
async function revisionOfCheckout(): Promise<string | undefined> {
  const repository = ['--git-dir', `${CHECKOUT}.git`, '--work-tree', CHECKOUT]
  const describe = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude', '*']
  try {
    const { stdout } = await exec('git', ['--no-optional-locks', ...repository, ...describe], { timeout: PATIENCE_MS })
    return stdout.trim()
  } catch {
    return undefined
  }
}
