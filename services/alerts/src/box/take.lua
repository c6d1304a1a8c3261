-- Takes the oldest notice for delivery.
-- KEYS 1 waiting, 2 notices, 3 delivery
-- → nil when the box is empty, else { id, notice (JSON), attempt, tries, failures, sending ('1' or '') }
local id = redis.call('LINDEX', KEYS[1], 0)
if not id then return nil end
local attempt = redis.call('HINCRBY', KEYS[3], 'attempt', 1)
local known = redis.call('HMGET', KEYS[3], 'tries', 'failures', 'sending')
return { id, redis.call('HGET', KEYS[2], id) or '', attempt, known[1] or '0', known[2] or '0', known[3] or '' }
