/** `slb metrics`: the status as metrics, in the text format of Prometheus. */
import { Gauge, Registry } from 'prom-client'
import type { StatusDocument } from '../../status/document.ts'
import { type Metric, metricsOf } from '../../status/metrics.ts'
import type { Context, Run } from '../context.ts'
import { exit } from '../exit.ts'
import { outletOf } from '../sink.ts'
import { statusNow } from '../status-document.ts'
import { packageVersion } from './version.ts'

/**
 * Ends with 0 also where files are faulty: a collector that keeps the output only of what succeeds
 * would lose just the sample that says so.
 */
export const run: Run<object> = async context => {
  let told = ''
  const { io, options } = context
  // Made into text here and not there: a daemon has better things to do, again and again.
  const status = await io.process?.askDaemon({
    argv: ['status', '--output', 'json'],
    options,
    changes: false,
    attached: {},
    outlet: {
      ...outletOf(io),
      out: async text => {
        told += text
      },
    },
  })
  if (status !== undefined && told === '') return status
  const document =
    status === undefined ? await ofHere(context) : (JSON.parse(told) as StatusDocument)
  await io.out.text(await textOf(metricsOf(document, packageVersion())))
  return exit.done
}

async function ofHere(context: Context): Promise<StatusDocument> {
  const host = await context.io.openHost(context.options)
  try {
    return (await statusNow(context, host)).document
  } finally {
    host.close()
  }
}

/** In the text format of Prometheus, version 0.0.4. */
function textOf(metrics: readonly Metric[]): Promise<string> {
  const registry = new Registry()
  for (const { name, help, labels, samples } of metrics) {
    const gauge = new Gauge({ name, help, labelNames: labels, registers: [registry] })
    for (const [at, value] of samples) gauge.set(at, value)
  }
  return registry.metrics()
}
