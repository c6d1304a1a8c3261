import type { Settings } from '@waystation/inference/settings'
import { type Env, isSet, readEnvFile } from '@waystation/runtime'
import { stringify } from 'yaml'
import { type Answer, EXIT, type Terminal } from '../command.ts'
import { given } from '../given.ts'
import { DOTS, seen, withoutLogin } from '../secret.ts'
import { table } from '../text.ts'
import { variable } from '../variables.ts'
import { isWell, look, report } from './check.ts'
import { type Known, knownVariables, ofServices, SERVICES, settingsOf } from './services.ts'

type Source = 'environment' | '.env' | '.env.models' | '--variables' | 'X_FILE' | 'default' | 'unset'

/** `waystation config show`: what every service would run with. */
export function show({ say }: Terminal, env: Env, path: string | undefined): Answer {
  const told = ofServices(given(env, path))
  const from = sourceIn(env, told)
  const variables = knownVariables(told).map(known => ({
    variable: known.name,
    from: from(known),
    services: known.services,
    ...describe(known, told),
  }))
  const file = variable(told, 'WAYSTATION_CONFIG')
  const inEffect = settingsOf(told)
  const checked = look(told, say)
  const rows = variables.map(({ variable, from, services, value }) => [variable, from, who(services), value ?? ''])
  return {
    text: [
      table(['variable', 'from', 'for', 'value'], rows),
      ...(inEffect ? [say(titleOf(file)), stringify(withoutLogins(inEffect), { lineWidth: 0 }).trimEnd()] : []),
      ...(isWell(checked) ? [] : [report(checked, say)]),
    ].join('\n\n'),
    json: { variables, file, settings: inEffect && withoutLogins(inEffect), checked },
    code: isWell(checked) ? EXIT.done : EXIT.usage,
  }
}

const who = (services: readonly string[]): string => (services.length === SERVICES ? 'all' : services.join(', '))

/** Where a variable comes from, of all that is `told` here; `env`: the environment alone. */
function sourceIn(env: Env, told: Env): (known: Known) => Source {
  const here = given(env)
  const files = (['.env', '.env.models'] as const).map(path => ({ path, written: readEnvFile(path) }))
  return ({ name, schema }) => {
    if (!isSet(told, name)) return schema?.safeParse(undefined).data === undefined ? 'unset' : 'default'
    if (told[`${name}_FILE`]) return 'X_FILE'
    if (isSet(env, name)) return 'environment'
    const file = files.find(({ written }) => isSet(written, name))
    // `npm start` finds waystation.yaml by itself, and Compose has its Redis.
    return file?.path ?? (isSet(here, name) ? 'default' : '--variables')
  }
}

/** What is at fault may be a secret in the wrong place. */
function describe({ name, schema }: Known, told: Env): { value?: string } {
  const value = variable(told, name)
  if (value !== undefined) return { value: schema?.safeParse(value).success === false ? DOTS : seen(name, value) }
  const usual = schema?.safeParse(undefined).data
  return usual === undefined ? {} : { value: String(usual) }
}

const withoutLogins = ({ models, ...others }: Settings): Settings => ({
  ...others,
  models: { endpoints: models.endpoints.map(one => ({ ...one, baseUrl: withoutLogin(one.baseUrl) })) },
})

const titleOf = (file: string | undefined) =>
  file === undefined
    ? { en: 'No waystation.yaml is named here. In effect:', zh: '这里没有指定 waystation.yaml。生效的设置：' }
    : { en: `${file}, with the defaults of what it leaves out:`, zh: `${file}，未写的按默认值：` }
