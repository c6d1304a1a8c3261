import manifest from '../package.json' with { type: 'json' }

/** Which Waystation this is, where WAYSTATION_VERSION does not say. */
export const VERSION = manifest.version
