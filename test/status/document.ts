/** What schema/status.schema.json says of a status. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { projectFolder } from '../project.ts'

const schema = JSON.parse(readFileSync(`${projectFolder}/schema/status.schema.json`, 'utf8'))
const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)
// The schema lets readers meet new keys; whoever adds one here must write it down.
const validate = new Ajv({ formats: { 'date-time': isDate } }).compile({
  ...schema,
  additionalProperties: false,
})

/** What is wrong with a document of `slb status -o json`; undefined = nothing. */
export function faultsOf(document: unknown): string | undefined {
  return validate(JSON.parse(JSON.stringify(document)))
    ? undefined
    : JSON.stringify(validate.errors)
}

/** The document around a status. */
export const documentOf = (status: object): object => ({
  format_version: 1,
  node: 'lb1',
  configuration: 'valid',
  trial: null,
  held: null,
  ...status,
})
