/** Weights that checks are told. */

/** IPVS keeps a weight as a 32-bit integer; slb configures 0 to 65535. */
const most = 65_535

/** What a weight has to be, in words. */
export const weightWords: string = `a weight from 0 to ${most}`

/** The weight in a text, which may stand between blanks; undefined if it is none. */
export function readWeight(text: string): number | undefined {
  const plain = text.trim()
  const weight = Number(plain)
  return /^\d{1,9}$/.test(plain) && weight <= most ? weight : undefined
}
