import { type Present, type Redis, whoIsThere } from '@waystation/redis'

/** Three times as long as a process is silent while it lives. */
const GONE_MS = 15_000
export type Seen = Present & { silentMs: number }

export const whoIsAtWork = async (redis: Redis): Promise<Seen[]> => (await whoIsThere(redis)).filter(isThere)

export const isThere = ({ silentMs }: Seen): boolean => silentMs < GONE_MS

/** Of which version each is, as people read it. */
export const byVersion = (there: readonly Seen[]): Map<string, Seen[]> => Map.groupBy(there, versionOf)

/** Of a commit seven digits are enough. */
export const versionOf = ({ version, revision }: Pick<Present, 'revision' | 'version'>): string =>
  revision === 'unknown' ? version : `${version} (${revision.replace(/^([\da-f]{7})[\da-f]+/, '$1')})`
