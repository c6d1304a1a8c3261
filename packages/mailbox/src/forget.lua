-- Takes a conversation off an index, unless its box was filled again since it was found empty.
-- KEYS 1 index
-- ARGV 1 conversation, 2 when the box was last filled, as it was read
-- → 1 taken off, 0 filled again
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
