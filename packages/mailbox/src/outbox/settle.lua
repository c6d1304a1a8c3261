-- Removes a reply from the outbox.
-- KEYS 1 outbox, 2 reply, 3 dead, 4 journal
-- ARGV 1 attempt, 2 reply id, 3 dead letter (JSON; '' for none), 4 detail for the journal
-- → how many replies wait now, or -1: a newer attempt runs
if redis.call('HGET', KEYS[2], 'attempt') ~= ARGV[1] then return -1 end
redis.call('LREM', KEYS[1], 1, ARGV[2])
redis.call('DEL', KEYS[2])
if ARGV[3] ~= '' then redis.call('RPUSH', KEYS[3], ARGV[3]) end
journal(KEYS[4], 'settled', ARGV[2], ARGV[4])
return redis.call('LLEN', KEYS[1])
