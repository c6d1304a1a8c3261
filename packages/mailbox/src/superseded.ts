/** A newer attempt at the same turn or delivery runs, so this one must change nothing more. */
export class Superseded extends Error {
  override name = 'Superseded'
}
