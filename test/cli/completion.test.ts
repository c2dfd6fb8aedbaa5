import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { slb } from './slb.ts'

const script = slb(['completion', 'bash']).out

/** What bash offers at the end of a command line. */
function offered(line: string): string[] {
  const words = line.split(' ')
  const call = `${script}
COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_slb
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', call], { encoding: 'utf8' })
  assert.is(stderr, '')
  return stdout.split('\n').filter(word => word !== '')
}

test('bash completes commands, their options, and the values of options', () => {
  assert.equal(offered('slb pl'), ['plan'])
  assert.equal(offered('slb plan --ag'), ['--against'])
  assert.equal(offered('slb -c /etc plan --det'), ['--detailed-exitcode'])
  assert.equal(offered('slb config '), [...new Set(offered('slb config '))])
  assert.ok(offered('slb config ').includes('show'))
  assert.equal(offered('slb plan -o '), ['text', 'json', 'yaml'])
  assert.equal(offered('slb apply -c /etc/host').includes('/etc/hostname'), true)
  assert.equal(offered('slb apply --wait '), [])
  assert.ok(offered('slb ').includes('rollback'))
})

test('zsh takes the same script; fish has its own, without an error', () => {
  assert.is(
    slb(['completion', 'zsh']).out,
    `autoload -U +X bashcompinit && bashcompinit\n${script}`,
  )
  const fish = slb(['completion', 'fish']).out
  assert.match(fish, /^complete -c slb -f -n __fish_use_subcommand -a plan -d '/m)
  assert.match(fish, /^complete -c slb -n '__fish_seen_subcommand_from plan' -l against -r -d '/m)
  assert.is(slb(['completion', 'tcsh']).status, 64)
})

test.run()
