-- Takes a notice out of the box, delivered or given up, and remembers its id for a while.
-- KEYS 1 waiting, 2 notices, 3 settled, 4 delivery, 5 sent
-- ARGV 1 attempt, 2 id, 3 how long it is remembered, in ms
-- → 1, or -1: a newer attempt runs
if redis.call('HGET', KEYS[4], 'attempt') ~= ARGV[1] then return -1 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('LREM', KEYS[1], 1, ARGV[2])
redis.call('HDEL', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], now, ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
-- It reached the receiver by now, whose limits count from there.
redis.call('ZADD', KEYS[5], 'XX', now, ARGV[1])
-- The attempts are counted on, or an old one could pass for one at the next notice.
redis.call('HDEL', KEYS[4], 'tries', 'failures', 'sending')
return 1
