/** What Commander has in English alone. */
const TITLES: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Options:': '选项：',
  'Commands:': '命令：',
  'Arguments:': '参数：',
}

/** Arguments may hold line breaks. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/^error: missing required argument '(.*)'/s, '缺少参数 $1'],
  [/^error: option '(.*)' argument missing/s, '选项 $1 缺少值'],
  [/^error: option '(.*)' argument '(.*)' is invalid\. Allowed choices are (.*)\./s, '选项 $1 不能是 $2，可选：$3'],
  [/^error: too many arguments.* Expected (\d+) arguments? but got (\d+): .*\./s, '参数太多：应有 $1 个，实有 $2 个'],
  [/^error: unknown option '(.*)'/s, '没有选项 $1'],
  [/^error: unknown command '(.*)'/s, '没有命令 $1'],
  [/\(Did you mean (?:one of )?(.*)\?\)/, '（是否应为 $1？）'],
]

export const titleInChinese = (title: string): string => TITLES[title] ?? title

export const optionInChinese = (words: string): string =>
  words.replace('choices: ', '可选：').replace('default: ', '默认：')

export const refusalInChinese = (words: string): string =>
  REFUSALS.reduce((told, [english, chinese]) => told.replace(english, chinese), words)
