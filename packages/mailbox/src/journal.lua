-- What happened to the messages and replies of a conversation, kept for a day after the last of it.
-- `id`: of the message or the reply; `detail`: JSON, or '{}'
local MOST, KEEP_MS = 600, 86400000
local function journal(key, event, id, detail)
  redis.call('XADD', key, 'MAXLEN', '~', MOST, '*', 'event', event, 'id', id, 'detail', detail)
  redis.call('PEXPIRE', key, KEEP_MS)
end

