-- Notes how far the delivery of a reply is.
-- KEYS 1 reply
-- ARGV 1 attempt, 2 field, 3 value
-- → 1, or 0: a newer attempt runs
if redis.call('HGET', KEYS[1], 'attempt') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 1
