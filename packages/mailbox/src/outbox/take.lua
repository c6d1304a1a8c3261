-- Takes the oldest reply for delivery.
-- KEYS 1 outbox, 2 journal
-- ARGV 1 prefix of the keys of replies, 2 who takes it
-- → nil when the outbox is empty, else { field, value, … } of the reply's hash:
--   reply (JSON), withdrawn, attempt, failures, part:0, part:1 …
local id = redis.call('LINDEX', KEYS[1], 0)
if not id then return nil end
local reply = ARGV[1] .. id
local attempt = redis.call('HINCRBY', reply, 'attempt', 1)
journal(KEYS[2], 'delivering', id, cjson.encode({ by = ARGV[2], attempt = attempt }))
return redis.call('HGETALL', reply)
