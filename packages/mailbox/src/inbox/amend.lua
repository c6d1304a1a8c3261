-- Replaces the text of a message that still waits, because the person edited it.
-- KEYS 1 inbox, 2 turn, 3 blocked
-- ARGV 1 id of the message to replace, 2 the message as it reads now (JSON)
-- → 1 replaced, 0 it does not wait any more, -1 the conversation is blocked
if redis.call('EXISTS', KEYS[3]) == 1 then return -1 end
local taken = tonumber(redis.call('HGET', KEYS[2], 'count') or 0)
local waiting = redis.call('LRANGE', KEYS[1], taken, -1)
for offset, message in ipairs(waiting) do
  local _, read = pcall(cjson.decode, message)
  if type(read) == 'table' and read.id == ARGV[1] then
    redis.call('LSET', KEYS[1], taken + offset - 1, ARGV[2])
    return 1
  end
end
return 0
