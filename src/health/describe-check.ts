/** Checks in words. */
import type { Check } from '../model/check.ts'
import { endpoint } from '../model/ip.ts'
import { questionWord } from '../model/make-check.ts'
import { duration } from '../plan/impact.ts'

/** A check on one line, as status shows it: `http 10.0.0.11:8080/healthz every 2s`. */
export function describeCheck(check: Check): string {
  const { question, rules, through } = check
  const way = through === undefined ? '' : ` through ${through}`
  return `${questionWord(question)} ${asked(check)}${way} every ${duration(rules.interval)}`
}

function asked({ question, address, port }: Check): string {
  const target = endpoint(address, port)
  switch (question.type) {
    case 'icmp':
      return address
    case 'http':
      return `${target}${question.path}`
    case 'dns':
      return `${target} ${question.record} ${question.name}`
    case 'grpc':
      return question.service === '' ? target : `${target} ${question.service}`
    case 'exec':
      return `${question.command[0]} for ${target}`
    default:
      return target
  }
}
