/** A file-system image that the kernel unpacks before anything else: cpio, format `newc`. */

/** A file of the image; a folder if it has no content. */
export interface Entry {
  readonly path: string
  readonly content?: Buffer
}

/** Write the image. See Documentation/driver-api/early-userspace/buffer-format.rst of the kernel. */
export function initramfs(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = []
  const put = (path: string, mode: number, content: Buffer, inode: number): void => {
    const name = Buffer.from(`${path}\0`)
    const numbers = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0]
    const header = `070701${numbers.map(number => number.toString(16).padStart(8, '0')).join('')}`
    parts.push(pad(Buffer.concat([Buffer.from(header), name])), pad(content))
  }
  for (const [index, { path, content }] of entries.entries()) {
    const mode = content === undefined ? 0o040755 : 0o100755
    put(path, mode, content ?? Buffer.alloc(0), index + 1)
  }
  put('TRAILER!!!', 0, Buffer.alloc(0), 0)
  return Buffer.concat(parts)
}

function pad(part: Buffer): Buffer {
  return Buffer.concat([part, Buffer.alloc((4 - (part.length % 4)) % 4)])
}
