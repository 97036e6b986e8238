-- Charges all windows and returns 0, or charges none and returns the milliseconds to wait.
-- KEYS: windows. ARGV: length in milliseconds, limit and amount of each window.
--
-- A window is a list: the sum of its amounts, then its entries, each `TIME AMOUNT`, in the order of their times. No stretch of its
-- length, both ends included, contains more than the limit.
local MAX_ENTRIES = 2048
local SLICES = 1024
local PAGE = 64

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function text(number)
    return string.format('%.0f', number)
end

local function parse(entry)
    local at = string.find(entry, ' ', 1, true)
    return tonumber(string.sub(entry, 1, at - 1)), tonumber(string.sub(entry, at + 1))
end

-- Removes entries that have left the window. Returns the sum of the others.
local function expire(key, length)
    local used = tonumber(redis.call('LINDEX', key, 0) or 0)
    -- Entries ahead by more than the length were made before the server's clock was set back. They count as made now.
    local ahead = 0
    while true do
        local last = redis.call('LINDEX', key, -1)
        if not last or not string.find(last, ' ', 1, true) then break end
        local taken, amount = parse(last)
        if taken <= now + length then break end
        ahead = ahead + amount
        redis.call('RPOP', key)
    end
    if ahead > 0 then
        local last = redis.call('LINDEX', key, -1)
        local at = now
        if string.find(last, ' ', 1, true) then
            at = math.max(now, (parse(last)))
        end
        redis.call('RPUSH', key, text(at) .. ' ' .. text(ahead))
    end
    local gone = 0
    local has_more = true
    while has_more do
        local page = redis.call('LRANGE', key, 1 + gone, gone + PAGE)
        has_more = #page == PAGE
        for _, entry in ipairs(page) do
            local taken, amount = parse(entry)
            if taken >= now - length then
                has_more = false
                break
            end
            used = used - amount
            gone = gone + 1
        end
    end
    if gone > 0 then
        redis.call('LTRIM', key, 1 + gone, -1)
        if redis.call('EXISTS', key) == 1 then
            redis.call('LPUSH', key, text(used))
        end
    elseif redis.call('LLEN', key) == 1 then
        redis.call('DEL', key)
    elseif redis.call('EXISTS', key) == 1 then
        redis.call('LSET', key, 0, text(used))
    end
    if redis.call('EXISTS', key) == 0 then
        return 0
    end
    return used
end

-- Milliseconds until an amount fits.
local function wait_of(key, length, limit, amount, used)
    if amount == 0 or used == 0 or used + amount <= limit then
        return 0
    end
    local excess = math.min(used, used + amount - limit)
    local at = 1
    while true do
        local page = redis.call('LRANGE', key, at, at + PAGE - 1)
        for _, entry in ipairs(page) do
            local taken, of_entry = parse(entry)
            excess = excess - of_entry
            if excess <= 0 then
                return math.max(1, taken + length + 1 - now)
            end
        end
        if #page < PAGE then
            return 1
        end
        at = at + PAGE
    end
end

local function take(key, length, amount, used)
    if amount == 0 then
        return
    end
    local taken = now
    if redis.call('EXISTS', key) == 0 then
        redis.call('RPUSH', key, text(amount), text(taken) .. ' ' .. text(amount))
    else
        local last, of_last = parse(redis.call('LINDEX', key, -1))
        -- Entries stay in order when the clock was set back a little; they leave late, and never early.
        taken = math.max(now, last)
        local slice = math.max(1, math.ceil(length / SLICES))
        local is_merged = taken == last
            or (redis.call('LLEN', key) > MAX_ENTRIES and math.floor(taken / slice) == math.floor(last / slice))
        if is_merged then
            redis.call('LSET', key, -1, text(taken) .. ' ' .. text(of_last + amount))
        else
            redis.call('RPUSH', key, text(taken) .. ' ' .. text(amount))
        end
        redis.call('LSET', key, 0, text(used + amount))
    end
    redis.call('PEXPIRE', key, text(taken - now + length + 1000))
end

local sums = {}
local wait = 0
for at, key in ipairs(KEYS) do
    local length, limit, amount = tonumber(ARGV[3 * at - 2]), tonumber(ARGV[3 * at - 1]), tonumber(ARGV[3 * at])
    sums[at] = expire(key, length)
    wait = math.max(wait, wait_of(key, length, limit, amount, sums[at]))
end
if wait == 0 then
    for at, key in ipairs(KEYS) do
        take(key, tonumber(ARGV[3 * at - 2]), tonumber(ARGV[3 * at]), sums[at])
    end
end
return wait
