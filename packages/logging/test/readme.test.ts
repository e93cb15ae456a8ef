import { fileURLToPath } from 'node:url'
import { describeReadmeExample } from '../../../vitest.readme.ts'

describeReadmeExample(fileURLToPath(new URL('..', import.meta.url)))
