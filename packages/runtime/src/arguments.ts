const HELP = `Waystation takes no arguments and needs no settings. What you set, you set as environment variables:

  npm start
  TELEGRAM_BOT_TOKEN=123456789:AAE… npm start

npm start also reads those of a file .env in this folder, which npm run onboard writes with you.
README.md lists them all; docs/configuration.md says what goes into the file that WAYSTATION_CONFIG names.
`

/** Explains and ends the process where it was called with arguments: code 0 for `--help`, 2 for anything else. */
export function readArguments(): void {
  const words = process.argv.slice(2)
  if (words.length === 0) return
  const wanted = words.some(word => word === '--help' || word === '-h')
  process[wanted ? 'stdout' : 'stderr'].write(wanted ? HELP : `There is no ${words.join(' ')}.\n\n${HELP}`)
  process.exit(wanted ? 0 : 2)
}
