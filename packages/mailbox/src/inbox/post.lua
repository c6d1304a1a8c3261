-- Puts a message into the inbox, once.
-- KEYS 1 seen, 2 inbox, 3 turn, 4 journal, 5 blocked
-- ARGV 1 message id, 2 message (JSON), 3 now (ms), 4 how long an id is remembered (ms), 5 '1' when it is a /stop,
--      6 detail for the journal
-- → 1 posted, 0 seen before, -1 the conversation is blocked
local seen, inbox, turn = KEYS[1], KEYS[2], KEYS[3]
local id, message, now, memory, stop = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]

-- What was posted before it was blocked comes again as it would otherwise.
if redis.call('EXISTS', KEYS[5]) == 1 and not redis.call('ZSCORE', seen, id) then return -1 end

redis.call('ZREMRANGEBYSCORE', seen, '-inf', now - memory)
if redis.call('ZADD', seen, 'NX', now, id) == 0 then
  journal(KEYS[4], 'repeated', id, ARGV[6])
  return 0
end
redis.call('PEXPIRE', seen, memory)

if stop == '1' then
  -- Ends the turn that runs, and takes back the questions that wait behind it.
  local taken = tonumber(redis.call('HGET', turn, 'count') or 0)
  if taken > 0 then
    redis.call('HSET', turn, 'stopped', 1)
    redis.call('LTRIM', inbox, 0, taken - 1)
  else
    redis.call('DEL', inbox)
  end
end

redis.call('RPUSH', inbox, message)
journal(KEYS[4], 'posted', id, ARGV[6])
return 1
