-- Puts a complete reply into the outbox, once.
-- KEYS 1 outbox, 2 reply, 3 told, 4 journal
-- ARGV 1 reply id, 2 reply (JSON), 3 how long it is remembered that it was put in (ms),
--      4 detail for the journal
-- → 1 put in, 0 was put in before
if not redis.call('SET', KEYS[3], 1, 'NX', 'PX', ARGV[3]) then return 0 end
redis.call('HSET', KEYS[2], 'reply', ARGV[2])
redis.call('RPUSH', KEYS[1], ARGV[1])
journal(KEYS[4], 'put', ARGV[1], ARGV[4])
return 1
