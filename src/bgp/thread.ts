/** The speaking thread of `slb run`: the only file here that knows it is one. */
import { parentPort, workerData } from 'node:worker_threads'
import { openSpeaker } from './speaker.ts'
import { serveSpeaker } from './station.ts'

if (parentPort !== null) serveSpeaker(parentPort, openSpeaker, workerData)
