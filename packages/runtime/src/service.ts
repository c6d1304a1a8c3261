import type Router from '@koa/router'
import type { Registry } from 'prom-client'
import type { Log } from './log.ts'
import type { Span } from './traces.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** What a process has one of, lent to each of its services. */
export type Process = {
  env: Env
  log: Log
  registry: Registry
  /** Tells a collector of work that is over; `undefined` where nobody collects. */
  trace: ((span: Span) => void) | undefined
}

export type Service = {
  name: string
  /** Reads its configuration and connects. Throws `ConfigError` with every fault of it. */
  create(process: Process): Promise<Running>
}

export type Running = {
  /** One line for a person, such as `telegram: polling as @my_bot`; `port` is where the process listens. */
  state?(port: number): string
  routes?: Router
  /** Begins to take work. */
  start(): Promise<void>
  /** Rejects while work could not be done, with what is missing. Never calls a platform or a paid model. */
  ready(): Promise<void>
  /** Stops taking and finishes what was taken. When `deadline` aborts, it leaves the rest to others. */
  stop(deadline: AbortSignal): Promise<void>
  /** Lets go of its connections. By then no request is under way any more. */
  close(): Promise<void>
}
