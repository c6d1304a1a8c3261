-- Takes a slot of an endpoint, if one is free. Redis' own clock decides what has ended: those of workers differ.
-- KEYS 1 slots: sorted set of those taken, by when their lease ends (ms since 1970)
-- ARGV 1 id of the slot, 2 how many there are, 3 lease (ms)
-- → 1 taken, 0 none is free
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
-- A connection that broke repeats its last commands: it may be taken already.
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
-- The set ends with its last lease.
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
