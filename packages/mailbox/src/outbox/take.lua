-- Takes the oldest reply for delivery.
-- KEYS 1 outbox
-- ARGV 1 prefix of the keys of replies
-- → nil when the outbox is empty, else { field, value, … } of the reply's hash:
--   reply (JSON), withdrawn, attempt, failures, part:0, part:1 …
local id = redis.call('LINDEX', KEYS[1], 0)
if not id then return nil end
local reply = ARGV[1] .. id
redis.call('HINCRBY', reply, 'attempt', 1)
return redis.call('HGETALL', reply)
