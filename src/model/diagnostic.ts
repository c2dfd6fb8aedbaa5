/** A fault in the user's text, with its place: data, not an exception. */

/** Where in a text: line and column count from 1, in characters. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** Stable and machine-readable: `toml-syntax`, `unknown-key`, `duplicate-service`, ... */
  readonly code: string
  readonly message: string
  /** Absent only when there is no text, as for a missing file. */
  readonly place?: Place
  /** The text of the line that the place is in. */
  readonly line?: string
  /** How many characters the caret underlines; 1 unless told. */
  readonly length?: number
  /** `did you mean "rr"?`, or what to write instead. */
  readonly suggestion?: string
  /** A second place that the message speaks of, as for duplicates. */
  readonly related?: Place
}
