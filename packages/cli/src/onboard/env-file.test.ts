import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { masked, setVariable } from './env-file.ts'

test('a variable is set in its line, and every other line stays', () => {
  const text = '# mine\nA=1 \n#B=old\n\nexport C="x y"\nLAST=1'
  expect(setVariable(text, 'A', '2')).toBe('# mine\nA=2\n#B=old\n\nexport C="x y"\nLAST=1')
  expect(setVariable(text, 'C', '')).toBe('# mine\nA=1 \n#B=old\n\nC=\nLAST=1')
  expect(setVariable(text, 'B', 'new')).toBe('# mine\nA=1 \n#B=old\n\nexport C="x y"\nLAST=1\nB=new\n')
  expect(setVariable('A=1\nA=2\n', 'A', '3')).toBe('A=1\nA=3\n')
})

test('whatever is set is read as it was, or refused', () => {
  for (const value of ['plain', 'a b', '{"x":"$y #z"}', 'back\\slash', '"quoted"', '`tick`'])
    expect(parseEnv(setVariable('A=1\n', 'NEW', value))).toEqual({ A: '1', NEW: value })
  expect(() => setVariable('', 'NEW', "it's")).toThrow("NEW: it may have neither ' nor a line break")
  expect(() => setVariable('', 'NEW', 'a\nb')).toThrow('NEW')
  expect(() => setVariable("A='1\n2'\nB=1\n", 'A', '3')).toThrow('A stands there over several lines')
})

test('what Compose makes its profiles of stands above them', () => {
  const example = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8')
  const lines = setVariable(example, 'FEISHU_APPS', '[]').split('\n')
  expect(lines.indexOf('FEISHU_APPS=[]')).toBe(-1)
  expect(lines.indexOf("FEISHU_APPS='[]'")).toBeLessThan(lines.findIndex(line => line.startsWith('COMPOSE_PROFILES=')))
  expect(setVariable('COMPOSE_PROFILES=x\n', 'A', '1')).toBe('A=1\n\nCOMPOSE_PROFILES=x\n')
  expect(setVariable('A=1\n\n# why\nCOMPOSE_PROFILES=x\n', 'B', '2')).toBe('A=1\nB=2\n\n# why\nCOMPOSE_PROFILES=x\n')
})

test('no value is shown that could be a secret, but that it is new', () => {
  const before = 'TELEGRAM_BOT_TOKEN=canary\nOFFICE_KEY=canary\n# OLD_KEY=canary\nLOCAL_MODEL=qwen3\n# why\ncanary\n'
  expect(masked(before.replace('TOKEN=canary', 'TOKEN=canary2'), before)).toBe(
    'TELEGRAM_BOT_TOKEN=•••••••• (new)\nOFFICE_KEY=••••••••\n# OLD_KEY=••••••••\nLOCAL_MODEL=qwen3\n# why\n••••••••\n',
  )
  expect(masked('LOCAL_MODEL_BASE_URL=http://me:canary@host/v1', '')).not.toContain('canary')
})
