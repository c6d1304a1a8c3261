-- What is known of a conversation; what was chosen lives as long as what was said.
-- KEYS 1 history, 2 choices
-- ARGV 1 how long choices are kept from now on (ms)
-- → { lines of the history, { persona, system, choice } }
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return { redis.call('LRANGE', KEYS[1], 0, -1), redis.call('HMGET', KEYS[2], 'persona', 'system', 'choice') }
