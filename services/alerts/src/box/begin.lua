-- Notes that a notice is being sent, as soon as the receiver's limits allow it.
-- KEYS 1 delivery, 2 sent
-- ARGV 1 attempt, then for each limit: calls, in how many ms
-- → 0: go on; the ms to wait for; or -1: a newer attempt runs
if redis.call('HGET', KEYS[1], 'attempt') ~= ARGV[1] then return -1 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait, longest = 0, 0
for i = 2, #ARGV, 2 do
  local calls, per = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local last = redis.call('ZREVRANGE', KEYS[2], calls - 1, calls - 1, 'WITHSCORES')
  if last[2] then wait = math.max(wait, tonumber(last[2]) + per - now) end
  longest = math.max(longest, per)
end
if wait > 0 then return wait end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - longest)
-- The attempt makes it the only one of its name.
redis.call('ZADD', KEYS[2], now, ARGV[1])
-- A call takes 10 s at most.
redis.call('PEXPIRE', KEYS[2], longest + 10000)
redis.call('HINCRBY', KEYS[1], 'tries', 1)
redis.call('HSET', KEYS[1], 'sending', '1')
return 0
