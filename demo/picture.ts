/**
 * The picture at the head of the README: `npm run picture`. The real program on a kernel in memory, so
 * that it says what it says, and the same every time.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CliRig, withRig } from '../test/cli/rig.ts'
import { projectFolder } from '../test/project.ts'
import { terminalSvg } from './terminal.ts'

export const pictureFile: string = join(projectFolder, 'docs/slb.svg')

const config = (backends: string, weight: string): string => `[service.web]
vip      = "192.0.2.10"
port     = 80
backends = [${backends}{ address = "10.0.0.12:8080", ${weight} }]
`

/** What the picture shows, as SVG. */
export async function picture(): Promise<string> {
  const lines: string[] = []
  const files = { 'web.toml': config('"10.0.0.11:8080", ', 'weight = 1') }
  await withRig(files, 'sysctl net.ipv4.ip_forward = 0\n', async rig => {
    rig.colour = true
    await type(rig, lines, 'apply -c web.toml')

    rig.connections.set('tcp 192.0.2.10:80 -> 10.0.0.11:8080', {
      active: 12,
      inactive: 0,
      persistent: 0,
    })
    save(rig, config('', 'weight = 5'))
    say(lines, '# one backend goes, the other gets more weight')
    await type(rig, lines, 'plan -c web.toml')

    save(rig, config('', 'wieght = 5').replace('= 80', '= 80800'))
    say(lines, '# a bad file changes nothing')
    await type(rig, lines, 'apply -c web.toml')
  })
  return terminalSvg('slb apply, slb plan, and a bad file', lines)
}

function save(rig: CliRig, text: string): void {
  writeFileSync(join(rig.directory, 'web.toml'), text)
}

function say(lines: string[], text: string): void {
  lines.push('', `\u001b[2m${text}\u001b[22m`)
}

async function type(rig: CliRig, lines: string[], command: string): Promise<void> {
  const { out, err } = await rig.slb(...command.split(' '))
  // It takes no time in memory; a figure that is none would say the wrong thing.
  const shown = `${out}${err}`.trimEnd().replace(/^Applied in .*$/m, 'Applied.')
  lines.push(`\u001b[1m$ slb ${command}\u001b[22m`, ...shown.split('\n'))
}

if (process.argv.includes('--write')) writeFileSync(pictureFile, await picture())
