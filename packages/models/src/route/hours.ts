type Day = 'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat'

const names: string[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] satisfies Day[]

type Hours = { hours?: string | undefined; days?: Day[] | undefined; timezone?: string | undefined }

/** Whether a time (ms since 1970) is within hours (`HH:MM-HH:MM`, the end outside; maybe over midnight) on days. */
export function createHours({ hours = '00:00-24:00', days: on, timezone }: Hours): (now: number) => boolean {
  const clock = createClock(timezone)
  const from = minutesOf(hours.slice(0, 5))
  const to = minutesOf(hours.slice(6))
  const isOn = (index: number) => !on || on.some(day => day === names[(index + 7) % 7])
  return now => {
    const { day, minute } = clock(now)
    if (from < to) return isOn(day) && from <= minute && minute < to
    return (isOn(day) && from <= minute) || (isOn(day - 1) && minute < to)
  }
}

/** The day of the week (0 is Sunday) and the minute of the day that clocks show there. */
function createClock(timeZone: string | undefined): (now: number) => { day: number; minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return now => {
    const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]))
    const weekday = parts.weekday?.toLowerCase()
    return {
      day: names.indexOf(weekday ?? ''),
      minute: minutesOf(`${parts.hour}:${parts.minute}`),
    }
  }
}

function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}
