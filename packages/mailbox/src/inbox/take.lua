-- Takes what waits as a turn, or takes the current turn up again.
-- KEYS 1 inbox, 2 turn, 3 journal
-- ARGV 1 reply id for a new turn, 2 now (ms), 3 most messages in one turn, 4 who takes it
-- → nil when nothing waits, else { replyId, attempt, failures, postponed, startedAt, message… }
local inbox, turn = KEYS[1], KEYS[2]

local function start()
  local waiting = redis.call('LRANGE', inbox, 0, ARGV[3] - 1)
  -- A command is a turn of its own: what was asked before it is answered first.
  local count, ids = 0, {}
  for position, message in ipairs(waiting) do
    -- What cannot be read is found out by whoever takes it.
    local _, read = pcall(cjson.decode, message)
    local command = type(read) == 'table' and read.command
    if command and position > 1 then break end
    count = position
    table.insert(ids, type(read) == 'table' and read.id or '')
    if command then break end
  end
  if count > 0 then
    journal(KEYS[3], 'started', ARGV[1], cjson.encode({ messages = ids }))
    redis.call('HSET', turn, 'replyId', ARGV[1], 'count', count, 'attempt', 0, 'failures', 0, 'postponed', 0,
      'startedAt', ARGV[2], 'stopped', 0)
  end
  return count
end

local count = tonumber(redis.call('HGET', turn, 'count') or start())
if count == 0 then return nil end
redis.call('HINCRBY', turn, 'attempt', 1)
local taken = redis.call('HMGET', turn, 'replyId', 'attempt', 'failures', 'postponed', 'startedAt')
redis.call('HSET', turn, 'fence', taken[1] .. '/' .. taken[2])
journal(KEYS[3], 'taken', taken[1], cjson.encode({ by = ARGV[4], attempt = tonumber(taken[2]) }))
for _, message in ipairs(redis.call('LRANGE', inbox, 0, count - 1)) do
  table.insert(taken, message)
end
return taken
