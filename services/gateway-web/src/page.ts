import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { Context } from 'koa'

/** All there is to fetch, by its path; nothing else of the disk can be asked for. */
const files: Record<string, URL> = {
  '/': page('index.html'),
  '/answer.js': page('answer.js'),
  '/composer.css': page('composer.css'),
  '/composer.js': page('composer.js'),
  '/connection.js': page('connection.js'),
  '/conversation.css': page('conversation.css'),
  '/dom.js': page('dom.js'),
  '/icon.svg': page('icon.svg'),
  '/main.js': page('main.js'),
  '/markdown.css': page('markdown.css'),
  '/markdown.js': page('markdown.js'),
  '/scroll.js': page('scroll.js'),
  '/strings.js': page('strings.js'),
  '/style.css': page('style.css'),
  '/transcript.js': page('transcript.js'),
  '/unsent.js': page('unsent.js'),
  '/vendor/marked.js': new URL(import.meta.resolve('marked')),
  '/vendor/purify.js': new URL(import.meta.resolve('dompurify')),
}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export const pagePaths = Object.keys(files)

/** Serves the page and its files, read once; a browser that has them asks only whether they changed. */
export function servePage(): (context: Context) => void {
  const pages = new Map(Object.entries(files).map(([path, file]) => [path, read(file)]))
  return context => {
    const found = pages.get(context.path)
    if (!found) return
    context.status = 200
    context.set({ 'Cache-Control': 'private, no-cache', 'Content-Type': found.type, ETag: found.etag })
    if (context.fresh) context.status = 304
    else context.body = found.body
  }
}

function page(name: string): URL {
  return new URL(`../page/${name}`, import.meta.url)
}

function read(file: URL): { body: Buffer; type: string; etag: string } {
  const body = readFileSync(file)
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  return { body, type: types[extname(file.pathname)] ?? 'application/octet-stream', etag }
}
