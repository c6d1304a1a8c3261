export { modelConfig } from './config.ts'
export { createModels } from './models.ts'
