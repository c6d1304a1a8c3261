/** One tag around a stretch of text. Two stretches share it where they have the same object. */
export type Style = { tag: 'a' | 'b' | 'blockquote' | 'code' | 'i' | 'pre' | 's'; open: string; close: string }

/** Text, and the tags around it from the outermost in. */
export type Run = { text: string; styles: readonly Style[] }

/** A text as people will see it, with its formatting. */
export type Page = {
  runs: Run[]
  /** The best places to cut: where a block begins, in UTF-16 units from the start. */
  breaks: number[]
}

/** Where something is written: inside which tags, and how far a new line is moved in. */
export type Place = { writer: Writer; styles: readonly Style[]; indent: string }

type Writer = ReturnType<typeof createWriter>

export function createWriter() {
  const page: Page = { runs: [], breaks: [] }
  let length = 0
  let gap: { run: Run; isBreak: boolean } | undefined

  const add = (run: Run) => {
    page.runs.push(run)
    length += run.text.length
  }

  return {
    page,
    write(text: string, styles: readonly Style[]): void {
      if (text === '') return
      if (gap) add(gap.run)
      if (gap?.isBreak) page.breaks.push(length)
      gap = undefined
      add({ text, styles })
    },
    /** Sets apart what was written from what will be, if anything is on either side. The last gap before a text wins. */
    setApart(by: string, styles: readonly Style[], isBreak = false): void {
      if (length > 0) gap = { run: { text: by, styles }, isBreak }
    },
  }
}
