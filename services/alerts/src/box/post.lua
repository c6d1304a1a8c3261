-- Keeps a notice, unless the same waits or was delivered lately.
-- KEYS 1 waiting, 2 notices, 3 settled
-- ARGV 1 id, 2 notice (JSON), 3 how long a settled one is remembered, in ms, 4 how many may wait
-- → 'posted', 'duplicated' or 'full'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 'duplicated' end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[3])
if redis.call('ZSCORE', KEYS[3], ARGV[1]) then return 'duplicated' end
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[4]) then return 'full' end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('RPUSH', KEYS[1], ARGV[1])
return 'posted'
