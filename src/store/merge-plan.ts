/**
 * Decides which neighbouring blocks of the log become one. Pure; block-log.ts does the merging.
 * Appends a few messages long leave small blocks, and a thousand small records read ten times slower than a few large ones. A run of
 * small neighbours is merged when it adds up to a block, or when a block of full size ends it: so a message is rewritten once, hardly ever twice.
 * The plan is not stored. An open that adds the newest blocks again goes on where it stopped; a run that a crash cut off
 * earlier stays small, which costs speed only.
 */

export interface MergePlan {
  /** A block at the end of the log: its key, and its size in bytes. */
  add (firstEvent: number, bytes: number): void
  /** The keys, ascending, of neighbouring blocks that should become one; undefined when none should. Forgets them: they are the caller's now. */
  takeDue (): readonly number[] | undefined
}

/** `blockBytes` is what a merged block should have at least. */
export function createMergePlan (blockBytes: number): MergePlan {
  // A run adds up to less than `blockBytes`, and no block is empty, so it is bounded; `due` is emptied before the next append.
  let run: number[] = []
  let runBytes = 0
  const due: (readonly number[])[] = []

  function endRun (): void {
    if (run.length > 1) due.push(run)
    run = []
    runBytes = 0
  }

  return {
    add (firstEvent, bytes) {
      // Half a block is large enough to stay: merging it would write its bytes again for little.
      if (bytes >= blockBytes / 2) {
        endRun()
        return
      }
      run.push(firstEvent)
      runBytes += bytes
      if (runBytes >= blockBytes) endRun()
    },
    takeDue: () => due.shift()
  }
}
