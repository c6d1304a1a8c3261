-- Gives a turn back for a later attempt, saying how this one ended.
-- KEYS 1 turn, 2 journal
-- ARGV 1 fence, 2 'failures' or 'postponed', 3 reply id, 4 detail for the journal
-- → 1, or 0: a newer attempt runs
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('HINCRBY', KEYS[1], ARGV[2], 1)
journal(KEYS[2], 'put_off', ARGV[3], ARGV[4])
return 1
