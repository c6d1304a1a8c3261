import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import GithubSlugger from 'github-slugger'
import { lexer, type Token, walkTokens } from 'marked'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT })

test.each(documents)('every link of %s leads to something', document => {
  const dead = linksOf(document).filter(link => !leadsSomewhere(document, link))
  expect(dead).toEqual([])
})

/** Those within the project. */
function linksOf(document: string): string[] {
  const links: string[] = []
  walk(document, token => {
    if (token.type === 'link' && !/^(https?|mailto):/.test(token.href)) links.push(token.href)
  })
  return links
}

function leadsSomewhere(document: string, link: string): boolean {
  const [path = '', anchor] = decodeURI(link).split('#')
  const target = path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path))
  if (!existsSync(join(ROOT, target))) return false
  return anchor === undefined || anchorsOf(target).includes(anchor)
}

/** As GitHub gives them to headings. */
function anchorsOf(document: string): string[] {
  if (!statSync(join(ROOT, document)).isFile()) return []
  const slugger = new GithubSlugger()
  const anchors: string[] = []
  walk(document, token => {
    if (token.type === 'heading') anchors.push(slugger.slug(token.text.replaceAll('`', '')))
  })
  return anchors
}

function walk(document: string, look: (token: Token) => void): void {
  walkTokens(lexer(readFileSync(join(ROOT, document), 'utf8')), look)
}
