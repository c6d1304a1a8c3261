-- Somebody knocked at a channel's door. By Redis' clock: those of the machines may differ.
-- KEYS: when that last came to pass, in seconds since 1970, by what came of it. ARGV: what came of it, how long it is kept (s).
redis.call('HSET', KEYS[1], ARGV[1], redis.call('TIME')[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
