import { type Launch, serverConfig } from './server.ts'

const IMAGE = 'redis:8-alpine'
const PORT = 6379
const DATA = '/data'
const CONFIG = '/etc/redis.conf'

/**
 * Throws where no Docker engine, or one that speaks like it, answers. Its library is big: it is loaded when needed, and only
 * a development dependency, so that Waystation's own image has none.
 */
export async function containerLauncher(): Promise<Launch> {
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers')
  const engine = await getContainerRuntimeClient()

  return async (address, dataDir, leashed) => {
    const container = await new GenericContainer(IMAGE)
      .withExposedPorts({ container: PORT, host: address.port })
      .withBindMounts([{ source: dataDir, target: DATA }])
      .withWorkingDir(DATA)
      // The data stays ours to read and remove.
      .withUser(`${process.getuid?.()}:${process.getgid?.()}`)
      .withCopyContentToContainer([{ target: CONFIG, content: serverConfig(address) }])
      .withCommand(['redis-server', CONFIG])
      .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
      .withAutoCleanup(leashed)
      .start()
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    return {
      ended,
      async kill() {
        await engine.container
          .getById(container.getId())
          .kill()
          .catch(() => {})
        await container.stop().catch(() => {})
        end()
      },
    }
  }
}
