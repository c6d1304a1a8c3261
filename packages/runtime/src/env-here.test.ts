import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ConfigError } from './config.ts'
import { envHere } from './env-here.ts'

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'here-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('what is set wins over what .env says, in whichever way it is set', () => {
  const folder = folderWith({ '.env': 'A=file\nB=\'{"x": 1}\'\nC=file\nD_FILE=/file\nE=\n# F=file\n' })
  expect(envHere({ A: '', C_FILE: '/real', D: 'real' }, folder)).toEqual({
    A: '',
    B: '{"x": 1}',
    C_FILE: '/real',
    D: 'real',
    E: '',
  })
})

test('a waystation.yaml beside it is the settings, where no other is named', () => {
  const folder = folderWith({ 'waystation.yaml': '' })
  const here = join(folder, 'waystation.yaml')
  expect(envHere({}, folder)).toEqual({ WAYSTATION_CONFIG: here })
  expect(envHere({ WAYSTATION_CONFIG: '' }, folder)).toEqual({ WAYSTATION_CONFIG: here })
  expect(envHere({ WAYSTATION_CONFIG: '/other.yaml' }, folder)).toEqual({ WAYSTATION_CONFIG: '/other.yaml' })
  expect(envHere({ WAYSTATION_CONFIG_FILE: '/secret' }, folder)).toEqual({ WAYSTATION_CONFIG_FILE: '/secret' })
})

test('a .env that cannot be read is told, and without one there is nothing to read', () => {
  expect(envHere({ A: 'real' }, folderWith({}))).toEqual({ A: 'real' })
  // A folder can be read by nobody, root included.
  const folder = folderWith({})
  mkdirSync(join(folder, '.env'))
  expect(() => envHere({}, folder)).toThrow(ConfigError)
  const endless = folderWith({})
  symlinkSync('/dev/zero', join(endless, '.env'))
  expect(() => envHere({}, endless)).toThrow('.env: a file that this process may read (EFBIG)')
})
