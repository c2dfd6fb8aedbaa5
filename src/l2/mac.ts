/** Hardware addresses of Ethernet as text: `02:42:ac:11:00:02`. */

declare const brand: unique symbol

/** Six octets in lower case with colons. */
export type Mac = string & { readonly [brand]: 'Mac' }

/** How many octets it has. */
export const macLength = 6

/** To all that are on the link. */
export const broadcastMac = 'ff:ff:ff:ff:ff:ff' as Mac

/** Nobody: where a field has to be filled in and says nothing. */
export const zeroMac = '00:00:00:00:00:00' as Mac

/** The six octets that start at `at`. */
export function readMac(bytes: Uint8Array, at: number): Mac {
  const octets: string[] = []
  for (let i = 0; i < macLength; i++)
    octets.push((bytes[at + i] ?? 0).toString(16).padStart(2, '0'))
  return octets.join(':') as Mac
}

/** Writes the six octets to `at`. */
export function writeMac(mac: Mac, into: Uint8Array, at: number): void {
  for (let i = 0; i < macLength; i++)
    into[at + i] = Number.parseInt(mac.slice(i * 3, i * 3 + 2), 16)
}
