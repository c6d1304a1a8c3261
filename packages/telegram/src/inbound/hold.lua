-- Takes or prolongs the lease KEYS[1] for owner ARGV[1] by ARGV[2] ms. 1: it is his; 0: it is another's.
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
