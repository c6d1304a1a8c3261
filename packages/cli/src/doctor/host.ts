import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Env } from '@waystation/runtime'
import { alike } from '../language.ts'
import { size } from '../text.ts'
import { variable } from '../variables.ts'
import { type Finding, green, red } from './finding.ts'

const exec = promisify(execFile)
const PATIENCE_MS = 10_000
const MODELS = 'site/models'

/** What a model's server on this machine has: its cards, and the file that llama.cpp reads. */
export async function hostChecks(env: Env): Promise<Finding[]> {
  return [...(await cards()), ...(await modelFile(variable(env, 'LOCAL_MODEL_FILE')))]
}

async function cards(): Promise<Finding[]> {
  const query = ['--query-gpu=name,driver_version,memory.used,memory.total', '--format=csv,noheader']
  try {
    const { stdout } = await exec('nvidia-smi', query, { timeout: PATIENCE_MS })
    return [green('host.gpu', alike(stdout.trim().replaceAll('\n', '; ')))]
  } catch (error) {
    // No program, no driver: most machines, and every container of ours.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    return [
      red('host.gpu', {
        finding: { en: 'nvidia-smi is there, and finds no card', zh: '有 nvidia-smi，但找不到显卡' },
        cure: {
          en: 'Its driver: `dmesg | grep -i nvrm`; after an update of the kernel or the driver, start the machine again.',
          zh: '检查驱动：`dmesg | grep -i nvrm`；内核或驱动更新后重启机器。',
        },
      }),
    ]
  }
}

/** Every file that llama.cpp reads begins so. */
const MAGIC = 'GGUF'
const SMALLEST = 2 ** 20

/** Where there is no such folder, as in a container, it cannot be told. */
async function modelFile(name: string | undefined): Promise<Finding[]> {
  if (name === undefined || !existsSync(MODELS)) return []
  const path = join(MODELS, name)
  const about = 'host.model_file'
  const file = await headOf(path)
  if (!file)
    return [
      red(about, {
        finding: { en: `there is no ${path}, or not for us to read`, zh: `没有 ${path}，或我们读不到` },
        cure: { en: 'Put it there, readable for all: chmod 644.', zh: '放到那里，所有人可读：chmod 644。' },
      }),
    ]
  if (file.head !== MAGIC || file.bytes < SMALLEST)
    return [
      red(about, {
        finding: {
          en: `${path} is no GGUF file (${size(file.bytes)})`,
          zh: `${path} 不是 GGUF 文件（${size(file.bytes)}）`,
        },
        cure: { en: 'Load it again: it is a page, or broke off.', zh: '重新下载：它是网页，或下载中断了。' },
      }),
    ]
  return [green(about, alike(`${path}, ${size(file.bytes)}`))]
}

async function headOf(path: string): Promise<{ head: string; bytes: number } | undefined> {
  try {
    await using file = await open(path)
    const { buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0)
    return { head: buffer.toString('latin1'), bytes: (await file.stat()).size }
  } catch {
    return undefined
  }
}
