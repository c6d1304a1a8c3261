-- A service says that it is there. By Redis' clock: those of the machines may differ.
-- KEYS: who is there, by when they last said so. ARGV: one who is, for how many seconds who says nothing is remembered.
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[2])
