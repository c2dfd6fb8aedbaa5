/**
 * Debian's own kernel in QEMU, for what User-Mode Linux lacks (nftables' source NAT) and to see
 * an older kernel. By emulation (TCG): slow, but a /dev/kvm that is there may still not work, and
 * some machines have none. The root file system is the
 * host's, over 9p.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { projectFolder } from '../../project.ts'
import type { Kernel } from './boot.ts'
import { cached } from './cache.ts'
import { initramfs } from './initramfs.ts'
import { ensureTools, hostSuite, withMirror } from './packages.ts'
import { runCommand } from './run-command.ts'

/** Fetch it if the cache does not have it yet. */
export async function qemuKernel(say: (line: string) => void): Promise<Kernel> {
  if (process.arch !== 'x64') throw new Error('the QEMU lane is for x86-64 only')
  await ensureTools(
    [
      ['qemu-system-x86_64', 'qemu-system-x86'],
      ['modprobe', 'kmod'],
      ['xz', 'xz-utils'],
      ['nft', 'nftables'],
    ],
    say,
  )
  const suite = await hostSuite()
  const folder = await cached(`qemu-1-${suite}`, part => fetchKernel(part, suite, say))
  const [release = ''] = await readdir(join(folder, 'lib', 'modules'))
  const init = join(projectFolder, 'test/lab/kernel/init.sh')
  return {
    label: `QEMU with Debian’s kernel ${release}`,
    atOnce: 1,
    argv: (job, { memory }) => [
      'qemu-system-x86_64',
      ...['-machine', 'pc,accel=tcg', '-cpu', 'max', '-m', String(memory)],
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio', '-no-reboot'],
      ...['-kernel', join(folder, 'vmlinux'), '-initrd', join(folder, 'initramfs')],
      ...share('host', '/'),
      ...share('job', job),
      '-append',
      `console=ttyS0 quiet panic=-1 mitigations=off SLB_INIT=${init} SLB_JOB=${job} SLB_MODULES=${folder}`,
    ],
  }
}

function share(tag: string, path: string): readonly string[] {
  return ['-virtfs', `local,path=${path},mount_tag=${tag},security_model=none,multidevs=remap`]
}

/** The order to load them in, so that the root file system can be mounted. */
const bootModules = [
  'virtio',
  'virtio_ring',
  'virtio_pci_modern_dev',
  'virtio_pci_legacy_dev',
  'virtio_pci',
  'netfs',
  'fscache',
  '9pnet',
  '9pnet_virtio',
  '9p',
]

const bootScript = `#!/bin/busybox sh
for module in ${bootModules.join(' ')}; do
  [ ! -e /modules/$module.ko ] || /bin/busybox insmod /modules/$module.ko
done
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose host /root
exec /bin/busybox switch_root /root "$SLB_INIT"
`

async function fetchKernel(
  part: string,
  suite: string,
  say: (line: string) => void,
): Promise<void> {
  say(`fetching Debian’s kernel (${suite})`)
  const unpacked = join(part, 'unpacked')
  await mkdir(unpacked)
  await withMirror(unpacked, [suite], async mirror => {
    const needs = await mirror.dependencies('linux-image-amd64')
    const image = needs.find(name => name.startsWith('linux-image-'))
    if (image === undefined) throw new Error('linux-image-amd64 names no kernel')
    await mirror.unpack([image, 'busybox-static'])
  })
  const [release = ''] = await readdir(merged(unpacked, 'lib/modules'))
  const modules = merged(unpacked, `lib/modules/${release}/kernel`)
  const kept = join(part, 'lib/modules', release)
  await mkdir(join(kept, 'kernel/drivers'), { recursive: true })
  for (const name of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']) {
    await rename(join(dirname(modules), name), join(kept, name))
  }
  for (const name of ['net', 'lib', 'crypto', 'fs', 'arch', 'drivers/net', 'drivers/virtio']) {
    await cp(join(modules, name), join(kept, 'kernel', name), { recursive: true })
  }
  await runCommand('depmod', ['-b', part, release])
  await unpackKernel(join(unpacked, `boot/vmlinuz-${release}`), join(part, 'vmlinux'))
  await writeFile(join(part, 'initramfs'), await bootImage(unpacked, modules))
  await rm(unpacked, { recursive: true })
}

/** Newer packages have in /usr what older ones have in /. */
function merged(folder: string, path: string): string {
  const file = join(folder, 'usr', path)
  return existsSync(file) ? file : join(folder, path)
}

async function bootImage(unpacked: string, modules: string): Promise<Buffer> {
  const found = new Map<string, string>()
  for (const file of await readdir(modules, { recursive: true })) {
    if (file.includes('.ko')) found.set(basename(file).replace(/\.ko.*$/, ''), join(modules, file))
  }
  const loaded = bootModules.flatMap(name => {
    const file = found.get(name)
    return file === undefined ? [] : [{ path: `modules/${name}.ko`, file }]
  })
  return initramfs([
    ...['bin', 'dev', 'modules', 'root'].map(path => ({ path })),
    { path: 'bin/busybox', content: await readFile(merged(unpacked, 'bin/busybox')) },
    { path: 'init', content: Buffer.from(bootScript) },
    ...(await Promise.all(
      loaded.map(async ({ path, file }) => ({ path, content: await moduleCode(file) })),
    )),
  ])
}

async function moduleCode(file: string): Promise<Buffer> {
  if (file.endsWith('.xz')) return execFileSync('xz', ['-dc', file], { maxBuffer: 64 << 20 })
  return readFile(file)
}

/** QEMU starts an unpacked kernel directly (PVH); unpacking inside would take longer than the boot. */
async function unpackKernel(image: string, target: string): Promise<void> {
  const content = await readFile(image)
  const start = content.indexOf(Buffer.from('fd377a585a00', 'hex'))
  await writeFile(target, start < 0 ? content : content.subarray(start))
  if (start < 0) return
  const input = openSync(target, 'r')
  const kernel = execFileSync('xz', ['-dc', '--single-stream'], {
    stdio: [input, 'pipe', 'inherit'],
    maxBuffer: 256 << 20,
  })
  closeSync(input)
  await writeFile(target, kernel)
}
