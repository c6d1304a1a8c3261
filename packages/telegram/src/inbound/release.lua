-- Ends the lease KEYS[1] if it is still owner ARGV[1]'s.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 1
