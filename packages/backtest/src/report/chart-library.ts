import { readFileSync } from 'node:fs'
import { CcError } from '@cc/models'

/** Script and style sheet of uPlot and its licence, as its package ships them: the page holds them, since it asks no network. */
export type ChartLibrary = { script: string; style: string; licence: string }

/**
 * Reads uPlot from where it is installed.
 *
 * @throws CcError `backtest/no-chart-library` when it is not.
 */
export function readChartLibrary(): ChartLibrary {
  return {
    script: read('uplot/dist/uPlot.iife.min.js'),
    style: read('uplot/dist/uPlot.min.css'),
    licence: read('uplot/LICENSE'),
  }
}

function read(file: string): string {
  try {
    return readFileSync(new URL(import.meta.resolve(file)), 'utf8')
  } catch (cause) {
    throw new CcError(`The report draws its charts with ${file}, which could not be read.`, {
      code: 'backtest/no-chart-library',
      recovery: 'skip',
      facts: { file },
      cause,
    })
  }
}
