import type { Station, StationOptions } from '@waystation/testing'

/** What people can read from now on: a message, a preview of one, or what a message reads after a change. */
export type Text = { chat: string; message: string; text: string; isWhole: boolean }
export type OnText = (text: Text) => void

/** One attempt to hand a message over to the webhook: `status` 0 stands for no answer. `at` is in ms since 1970. */
type Attempt = { status: number; at: number; durationMs: number }

/** A simulated platform, as far as load and measure need it. */
export type Platform = {
  openChat(): { id: string; say(text: string): void }
  attempts: readonly Attempt[]
}

export type Model = { baseUrl: string; model: string; pid: number }

/** The smallest honest bot, in a process of its own, and the platform that it talks to. */
type Baseline = AsyncDisposable & { platform: Platform; pid: number }

/** A platform that a station can be measured on. */
export type Channel = {
  /** As people call it. */
  name: string
  gateway: string
  /** Of a station that is connected to this platform alone. */
  stationOptions(onText: OnText): Pick<StationOptions, 'telegram' | 'feishu'>
  platformOf(station: Station): Platform
  startBaseline(model: Model, onText: OnText): Promise<Baseline>
}
