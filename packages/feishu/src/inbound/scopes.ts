import { z } from 'zod'
import type { FeishuApi } from '../api.ts'

/** What an app needs: the scope that we ask for, others that allow it too, and whether nobody is answered without. */
const needed = [
  { scope: 'im:message.p2p_msg:readonly', or: ['im:message.p2p_msg'], isVital: true },
  {
    scope: 'im:message.group_at_msg:readonly',
    or: ['im:message.group_at_msg', 'im:message.group_msg', 'im:message.group_msg:readonly'],
    isVital: true,
  },
  { scope: 'im:message:send_as_bot', or: ['im:message', 'im:message:send'], isVital: true },
  { scope: 'im:message.reactions:write_only', or: ['im:message'], isVital: false },
  { scope: 'cardkit:card:write', or: [], isVital: false },
] as const

const GRANTED = 1

const scopesSchema = z.object({
  data: z.object({
    scopes: z.array(z.object({ scope_name: z.string(), grant_status: z.int(), scope_type: z.string().optional() })),
  }),
})

/**
 * The scopes that an app lacks in its published version. Needs none itself
 * (open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/application-v6/scope/list). Throws as `FeishuApi` says.
 */
export async function missingScopes(api: FeishuApi): Promise<{ scope: string; isVital: boolean }[]> {
  const path = '/open-apis/application/v6/scopes'
  const { data } = await api.call({ name: 'scopes', method: 'GET', path }, scopesSchema)
  const granted = new Set(
    data.scopes
      .filter(({ grant_status, scope_type = 'tenant' }) => grant_status === GRANTED && scope_type === 'tenant')
      .map(({ scope_name }) => scope_name),
  )
  return needed.filter(({ scope, or }) => ![scope, ...or].some(one => granted.has(one)))
}
