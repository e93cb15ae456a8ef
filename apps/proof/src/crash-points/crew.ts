import { Worker } from 'node:worker_threads'
import type { Answer, Task } from './worker.ts'

/** Young generation of a worker, MB: a world is garbage as soon as it is over. */
const YOUNG_MB = 64

/** Has workers live through stories, and answers in the order in which they were given. */
export type Crew = {
  livesThrough(tasks: readonly Task[], onProgress?: (done: number) => void): Promise<Answer[]>
  end(): Promise<void>
}

/** @param bundle of {@link ./worker.ts} */
export function createCrew(bundle: string, size: number): Crew {
  const limits = { maxYoungGenerationSizeMb: YOUNG_MB }
  const workers = Array.from({ length: size }, () => new Worker(bundle, { resourceLimits: limits }))

  function ask(worker: Worker, task: Task): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const forget = () => worker.off('message', answered).off('error', failed)
      const answered = (answer: Answer) => {
        forget()
        resolve(answer)
      }
      const failed = (error: unknown) => {
        forget()
        reject(error)
      }
      worker.on('message', answered).on('error', failed)
      worker.postMessage(task)
    })
  }

  return {
    async livesThrough(tasks, onProgress = () => {}) {
      const answers: Answer[] = []
      let next = 0
      let done = 0
      async function work(worker: Worker): Promise<void> {
        while (next < tasks.length) {
          const place = next
          next += 1
          answers[place] = await ask(worker, tasks[place] as Task)
          done += 1
          onProgress(done)
        }
      }
      await Promise.all(workers.map(work))
      return answers
    },
    async end() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}
