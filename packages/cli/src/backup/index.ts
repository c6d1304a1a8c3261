import type { Env } from '@waystation/runtime'
import type { Command } from 'commander'
import { answers } from '../command.ts'
import { speakerOf } from '../language.ts'
import { type BackupOptions, backup } from './backup.ts'
import { type RestoreOptions, restore } from './restore.ts'

/** `waystation backup` and `waystation restore`: a copy of what must not be lost, and the way back. */
export function addBackup(program: Command, env: Env): void {
  const say = speakerOf(env)
  const keeps = program
    .command('backup')
    .description(
      say({
        en: 'copies what is in Redis, .env and the settings, while the station runs or not',
        zh: '备份 Redis 里的数据、.env 和设置，站点运行与否均可',
      }),
    )
    .option(
      '--to <folder>',
      say({
        en: 'where it is put; by default backups/, of Compose /var/backups/waystation',
        zh: '存放目录；默认 backups/，Compose 为 /var/backups/waystation',
      }),
    )
    .option('--keep <n>', say({ en: 'how many are kept; the oldest go', zh: '保留几份，删去最旧的' }), '14')
  answers(keeps, env, (terminal, options: BackupOptions) => backup(terminal, env, options))
  const brings = program
    .command('restore')
    .description(
      say({ en: 'puts back what a backup holds, where no station runs', zh: '恢复备份里的内容；须先停止站点' }),
    )
    .argument('<archive>', say({ en: 'waystation-<date>.tar.gz', zh: 'waystation-<日期>.tar.gz' }))
    .option('--replace', say({ en: 'what Redis holds already is put aside', zh: 'Redis 里已有的数据移到一旁' }))
  answers(brings, env, (terminal, archive: string, options: RestoreOptions) => restore(terminal, env, archive, options))
}
