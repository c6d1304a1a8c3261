import manifest from '../package.json' with { type: 'json' }
import type { Env } from './service.ts'

/** Which Waystation this is, where WAYSTATION_VERSION does not say. */
export const VERSION = manifest.version

/** What an image or a unit says of itself; in a checkout, what package.json does. */
export const ownVersion = ({ WAYSTATION_VERSION }: Env): string => WAYSTATION_VERSION || VERSION
