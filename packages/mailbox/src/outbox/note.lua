-- Notes how far the delivery of a reply is.
-- KEYS 1 reply, 2 journal
-- ARGV 1 attempt, 2 field, 3 value, 4 event for the journal, 5 reply id, 6 detail
-- → 1, or 0: a newer attempt runs
if redis.call('HGET', KEYS[1], 'attempt') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
journal(KEYS[2], ARGV[4], ARGV[5], ARGV[6])
return 1
