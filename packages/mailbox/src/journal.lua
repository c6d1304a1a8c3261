-- What happened to the messages and replies of a conversation within a day, or as much of that as is kept of a lively one.
-- `id`: of the message or the reply; `detail`: JSON, or '{}'
local MOST, KEPT_S = 700, 86400
local function journal(key, event, id, detail)
  local day_ago = string.format('%d000', redis.call('TIME')[1] - KEPT_S)
  redis.call('XADD', key, 'MINID', '~', day_ago, '*', 'event', event, 'id', id, 'detail', detail)
  if redis.call('XLEN', key) > MOST then redis.call('XTRIM', key, 'MAXLEN', '~', MOST) end
  redis.call('EXPIRE', key, KEPT_S)
end

