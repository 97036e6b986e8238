-- Leases each key that is free, expired, or the owner's.
-- KEYS: leases. ARGV: owner, duration in milliseconds. Returns 1 or 0 for each key.
local granted = {}
for at, key in ipairs(KEYS) do
    local owner = redis.call('GET', key)
    if not owner or owner == ARGV[1] then
        redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
        granted[at] = 1
    else
        granted[at] = 0
    end
end
return granted
