import { type Access, settings } from '@waystation/conversations'
import { readSettings, watchSettings } from '@waystation/runtime'
import type { Events } from '@waystation/telemetry'

export type CurrentAccess = { current(): Access; close(): void }

/** Who may use the bots, as the file at `path` says now. Throws `ConfigError` for a file that is wrong from the start. */
export function watchAccess(
  path: string | undefined,
  events: Pick<Events, 'settingsRead' | 'settingsRefused'>,
): CurrentAccess {
  let { access } = readSettings(settings, path)
  const close = watchSettings(settings, path, {
    use(changed) {
      access = changed.access
      events.settingsRead()
    },
    keep: events.settingsRefused,
  })
  return { current: () => access, close }
}
