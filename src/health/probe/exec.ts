/** What does a command say? */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Check } from '../../model/check.ts'
import type { Answer, Probe } from '../probe.ts'
import { type Account, accountOf } from './account.ts'
import { type Attempt, attempt, questionOf, type Release } from './attempt.ts'
import { codeOf, messageOf, oneLine, ownFault } from './fault.ts'
import { distrust } from './trusted.ts'
import { readWeight, weightWords } from './weight.ts'

/** As much as is taken of what a command writes; one that writes more is held up, and so overdue. */
export const outputLimit: number = 64 * 1024

/**
 * Good if the command ends with status 0. It runs without environment and input, in / and in a
 * process group of its own, which is killed as a whole when the check is over.
 *
 * What root runs, only root may change: see `distrust`.
 */
export const exec: Probe = (check, signal) => {
  const question = questionOf(check, 'exec')
  return attempt(check, signal, it => {
    it.waitsFor = 'end of the command'
    const [file = '', ...rest] = question.command
    const command = { file, args: rest.map(text => filled(text, check)), weight: question.weight }
    const bad = distrust(file)
    if (bad !== undefined) {
      it.tell(ownFault(bad))
      return () => {}
    }
    if (question.user === undefined) return start(it, command)
    let stop: Release | undefined
    accountOf(question.user).then(
      it.guard(account => {
        stop = start(it, command, account)
      }),
      error => it.fail(error),
    )
    return () => stop?.()
  })
}

function filled(text: string, { address, port }: Check): string {
  return text.replaceAll('{address}', address).replaceAll('{port}', String(port))
}

interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly weight: boolean
}

function start(it: Attempt, command: Command, account?: Account): Release {
  const child = spawn(command.file, command.args, {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['ignore', command.weight ? 'pipe' : 'ignore', 'pipe'],
    ...(account === undefined ? {} : account),
  })
  const out = gather(it, child.stdout)
  const err = gather(it, child.stderr)
  child.once('error', error => it.tell(ownFault(cannotStart(command.file, error))))
  child.once('exit', (status, killed) => {
    const answer = (): Answer => judge(command, { status, killed, out: out(), err: err() })
    // What it left behind is killed, so that its output ends; what fled from the group is not waited for.
    kill(child)
    it.silence = answer()
    child.once('close', () => it.tell(answer()))
  })
  return () => {
    kill(child)
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
}

function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left in the group (ESRCH).
  }
}

/** Collects what a command writes; the result gives the first line so far. */
function gather(it: Attempt, stream: ChildProcess['stdout']): () => string {
  const chunks: Buffer[] = []
  let length = 0
  stream?.on('error', () => {})
  stream?.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    if (length < outputLimit) return
    it.waitsFor = 'end of the command, which writes more than 64 KiB,'
    stream.pause()
  })
  return () => oneLine(Buffer.concat(chunks).toString('utf8').trimStart().split('\n')[0] ?? '')
}

interface End {
  readonly status: number | null
  readonly killed: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

function judge({ weight }: Command, { status, killed, out, err }: End): Answer {
  if (status !== 0) {
    const how = status === null ? `killed by ${killed}` : `exit status ${status}`
    return { ok: false, why: err === '' ? how : `${how}: ${err}` }
  }
  if (!weight) return { ok: true }
  const value = readWeight(out)
  if (value !== undefined) return { ok: true, weight: value }
  return { ok: true, warning: `the command says "${oneLine(out, 40)}", not ${weightWords}` }
}

function cannotStart(file: string, error: Error): string {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'it, or the interpreter that it names, does not exist',
    EACCES: 'it is not executable for its user',
    EPERM: 'not permitted to run it as this user',
    ENOEXEC: 'it is no program, and has no #! line',
  }
  const code = codeOf(error)
  return `cannot start ${file}: ${reasons[code] ?? messageOf(error)}${code === '' ? '' : ` (${code})`}`
}
