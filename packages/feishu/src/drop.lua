-- Forgets a token, unless another has taken its place.
-- KEYS 1 token
-- ARGV 1 the token to forget
-- → how many were forgotten
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
