-- Removes keys of expired answers from the index and from the ends.
-- KEYS: index, ends. ARGV: beginning of the names of answers, maximum number of keys.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGE', KEYS[2], '-inf', string.format('%.0f', now), 'BYSCORE', 'LIMIT', 0, ARGV[2])
local removed = 0
for _, key in ipairs(due) do
    -- An end may be some milliseconds early, and the answer still exist.
    if redis.call('EXISTS', ARGV[1] .. key) == 0 then
        redis.call('ZREM', KEYS[1], key)
        redis.call('ZREM', KEYS[2], key)
        removed = removed + 1
    end
end
return removed
