/** Passwords of sessions, read where the configuration says they are, each time one is needed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PasswordSource } from '../model/announcement.ts'
import { SlbError } from '../model/error.ts'

/** Reads a password. What it throws is an SlbError that says what is wrong without saying any of it. */
export type ReadPassword = (source: PasswordSource) => Promise<Uint8Array>

/** Signatures take no more (linux/tcp.h, TCP_MD5SIG_MAXKEYLEN). */
const longest = 80

/** The password of a source; line ends behind it are no part of it. */
export async function readPassword(
  source: PasswordSource,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Uint8Array> {
  const { text, where } = await textOf(source, environment)
  const bytes = Buffer.from(text.replace(/[\r\n]+$/, ''))
  if (bytes.length === 0) throw new SlbError('invalid', `the password in ${where} is empty`)
  if (bytes.length > longest)
    throw new SlbError('invalid', `the password in ${where} is longer than ${longest} bytes`)
  return bytes
}

interface Found {
  readonly text: string
  /** The place in words. */
  readonly where: string
}

async function textOf(
  source: PasswordSource,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Found> {
  if ('env' in source) {
    const where = `the environment variable ${source.env}`
    const text = environment[source.env]
    if (text === undefined)
      throw new SlbError('missing', `there is no password: ${where} is not set`)
    return { text, where }
  }
  if ('file' in source) return { text: await fileText(source.file), where: source.file }
  const directory = environment['CREDENTIALS_DIRECTORY']
  if (directory === undefined)
    throw new SlbError('missing', 'there is no password: no credentials have been passed', {
      hint: `start slb by a systemd unit with LoadCredential=${source.credential}:PATH`,
    })
  return {
    text: await fileText(join(directory, source.credential)),
    where: `the credential ${source.credential}`,
  }
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? `${error.code}` : 'it cannot be read'
    throw new SlbError('io', `there is no password: ${path}: ${code}`, { errno: code })
  }
}
