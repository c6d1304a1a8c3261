-- Takes a message back, because its sender did.
-- KEYS 1 seen, 2 inbox, 3 turn, 4 journal
-- ARGV 1 message id, 2 prefix of the keys of replies, 3 now (ms), 4 how long an id is remembered (ms; 0: not at all)
-- → 'waiting' or 'taken' (where it stood), or 'gone': it was answered, or never came and now never will
local seen, inbox, turn = KEYS[1], KEYS[2], KEYS[3]

local function positionOf(id)
  for position, message in ipairs(redis.call('LRANGE', inbox, 0, -1)) do
    local _, read = pcall(cjson.decode, message)
    if type(read) == 'table' and read.id == id then return position, message end
  end
end

local position, message = positionOf(ARGV[1])
if not position then
  if ARGV[4] ~= '0' then
    redis.call('ZADD', seen, 'NX', ARGV[3], ARGV[1])
    redis.call('PEXPIRE', seen, ARGV[4])
  end
  return 'gone'
end

redis.call('LREM', inbox, 1, message)
journal(KEYS[4], 'recalled', ARGV[1], '{}')
local current = redis.call('HMGET', turn, 'count', 'replyId')
local count = tonumber(current[1] or 0)
if position > count then return 'waiting' end

if count > 1 then
  -- The attempt that runs holds the fence no more; the next one answers what is left. It is no crash.
  redis.call('HSET', turn, 'count', count - 1, 'fence', '')
  redis.call('HINCRBY', turn, 'postponed', 1)
else
  redis.call('DEL', turn)
  local reply = ARGV[2] .. current[2]
  if redis.call('EXISTS', reply) == 1 then redis.call('HSET', reply, 'withdrawn', 1) end
end
return 'taken'
