-- Notes that a notice was not delivered.
-- KEYS 1 delivery, 2 sent
-- ARGV 1 attempt, 2 '1' where it may have arrived all the same, 3 how many failures this is
-- → 1, or -1: a newer attempt runs
if redis.call('HGET', KEYS[1], 'attempt') ~= ARGV[1] then return -1 end
local time = redis.call('TIME')
-- It reached the receiver by now, whose limits count from there.
redis.call('ZADD', KEYS[2], 'XX', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
redis.call('HINCRBY', KEYS[1], 'failures', ARGV[3])
if ARGV[2] ~= '1' then redis.call('HDEL', KEYS[1], 'sending') end
return 1
