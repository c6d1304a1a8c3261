import { randomBytes } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { isDeepStrictEqual, parseEnv } from 'node:util'
import { settings } from '@waystation/inference/settings'
import { type Env, readSettings, readVariable, textOf } from '@waystation/runtime'
import { Document, isNode, parseDocument } from 'yaml'
import { type Target, targetHere } from '../target.ts'
import { Wrong } from '../wrong.ts'
import { setVariable } from './env-file.ts'
import type { NewFile } from './write.ts'

const NEW_ENV = '# For npm start. What each one means: README.md, "Variables". What is set in the environment wins.\n'
/** Where Compose has `site/config/waystation.yaml` in its containers. */
const IN_CONTAINER = '/etc/waystation/waystation.yaml'
const SCHEMA = { start: './docs/waystation.schema.json', compose: '../../docs/waystation.schema.json' }

/** What is set up in this folder, and what is to become of it. */
export type Setup = ReturnType<typeof openSetup>

/**
 * Reads `.env` and the settings. Throws `ConfigError` for settings that are at fault, `Wrong` for a folder that is not
 * for `target`.
 */
export function openSetup(target: Target, env: Env) {
  if ((targetHere() ?? target) !== target) throw new Wrong(target === 'start' ? OF_COMPOSE : OF_START)
  const envText = textOf('.env')
  const envBefore = envText ?? (target === 'start' ? NEW_ENV : exampleOfCompose())
  let variables = envBefore
  const path = target === 'start' ? settingsPath(variables, env) : 'site/config/waystation.yaml'
  const settingsText = textOf(path)
  if (settingsText !== undefined) readSettings(settings, path)
  const document = settingsText?.trim() ? parseDocument(settingsText) : emptyDocument(SCHEMA[target])
  let isChanged = false

  const setup = {
    target,
    /** What a variable will be, or is in this environment; of a file that `<name>_FILE` names, what it holds. */
    get: (name: string): string | undefined => readVariable(parseEnv(variables), name) ?? readVariable(env, name),
    /** `undefined` for off. Throws `Wrong` for what no line can hold. */
    set(name: string, value: string | undefined): void {
      const written = parseEnv(variables)
      if (readVariable(written, name) === (value || undefined)) return
      if (written[`${name}_FILE`]) variables = setVariable(variables, `${name}_FILE`, '')
      if ((written[name] ?? '') !== (value ?? '')) variables = setVariable(variables, name, value ?? '')
    },
    setting(...path: string[]): unknown {
      const node = document.getIn(path, true)
      return isNode(node) ? node.toJS(document) : node
    },
    /** `undefined` for what stands no longer there. Comments stay. */
    change(path: readonly string[], value: unknown): void {
      if (isDeepStrictEqual(setup.setting(...path), value)) return
      isChanged = true
      if (value === undefined) document.deleteIn(path)
      else document.setIn(path, value)
    },
    /** The variables that will be others in `.env`. */
    changed(): string[] {
      const [before, after] = [parseEnv(envBefore), parseEnv(variables)]
      return Object.keys(after).filter(name => (before[name] ?? '') !== after[name])
    },
    /** What will be written. */
    files(): NewFile[] {
      const settingsAfter = isChanged ? document.toString({ lineWidth: 0 }) : (settingsText ?? '')
      if (target === 'compose' && settingsAfter !== '') setup.set('WAYSTATION_CONFIG', IN_CONTAINER)
      // Its dashboards come along with the alerts.
      const isAlerting = setup.changed().includes('ALERT_SMTP') && setup.get('ALERT_SMTP') !== undefined
      if (isAlerting && setup.get('GRAFANA_ADMIN_PASSWORD') === undefined)
        setup.set('GRAFANA_ADMIN_PASSWORD', randomBytes(16).toString('hex'))
      return [
        {
          path,
          isNew: settingsText === undefined,
          before: settingsText ?? '',
          after: settingsAfter,
          mode: modeOf(path),
        },
        { path: '.env', isNew: envText === undefined, before: envBefore, after: variables, mode: 0o600 },
      ].filter(({ before, after }) => before !== after)
    },
  }
  if (target === 'compose' && !setup.get('REDIS_PASSWORD')) setup.set('REDIS_PASSWORD', randomBytes(32).toString('hex'))
  return setup
}

const settingsPath = (variables: string, env: Env): string =>
  env.WAYSTATION_CONFIG || parseEnv(variables).WAYSTATION_CONFIG || 'waystation.yaml'

function exampleOfCompose(): string {
  const text = textOf('.env.example')
  if (text === undefined) throw new Wrong(NO_EXAMPLE)
  return text
}

function emptyDocument(schema: string): Document {
  const document = new Document({})
  document.commentBefore = ` yaml-language-server: $schema=${schema}`
  return document
}

/** A new one is read by containers, whose user is another. */
const modeOf = (path: string): number => (existsSync(path) ? statSync(path).mode & 0o777 : 0o644)

const OF_COMPOSE = {
  en: '.env is of Docker Compose, and not for `npm start`: move it away first.',
  zh: '.env 属于 Docker Compose，不能用于 `npm start`：请先移走。',
}
const OF_START = {
  en: '.env is for `npm start`, and not of Docker Compose: move it away first.',
  zh: '.env 用于 `npm start`，不属于 Docker Compose：请先移走。',
}
const NO_EXAMPLE = {
  en: '.env.example is not here: go to the folder of docker-compose.yml.',
  zh: '这里没有 .env.example：请到 docker-compose.yml 所在的目录。',
}
