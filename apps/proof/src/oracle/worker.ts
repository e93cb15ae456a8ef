import { parentPort, workerData } from 'node:worker_threads'
import { type Share, tally } from './tally.ts'

/* Compares the share that it is started with, and says what came of it. */

parentPort?.postMessage(tally(workerData as Share))
