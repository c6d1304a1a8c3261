import { z } from 'zod'

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** An address that what is secret may be sent to: `https://`, or `http://` on this machine, for simulators. */
export const safeUrl = (error: string) =>
  z.string(error).refine(address => {
    const url = URL.parse(address)
    return url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.test(url.hostname))
  }, error)
