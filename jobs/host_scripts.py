"""The budget's scripts: each is one step in Redis, whoever else takes one at that moment.

Keys: what the host told, points of the last minute, content of the last minute and hour, requests
under way. Moments are milliseconds since 1970. A window is counted in 60 slots; a slot counts
until its last moment has left the window, so that no window of the host's ever holds more.
"""

KEPT = 7_200_000  # milliseconds for which an account that asks nothing is remembered

SPEND = f"""
local now, points, creates, share = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local most = {{points = tonumber(ARGV[5]), minute = tonumber(ARGV[6]), hour = tonumber(ARGV[7])}}

local function free_at(key, slot, cost, limit)
  local held, first, sum, live = redis.call('HGETALL', key), math.floor(now / slot) - 60, cost, {{}}
  for i = 1, #held, 2 do
    local at = tonumber(held[i])
    if at < first then
      redis.call('HDEL', key, held[i])
    else
      sum = sum + tonumber(held[i + 1])
      live[#live + 1] = {{at, tonumber(held[i + 1])}}
    end
  end
  table.sort(live, function(a, b) return a[1] < b[1] end)
  for _, one in ipairs(live) do
    if sum <= limit then break end
    sum = sum - one[2]
    if sum <= limit then return (one[1] + 61) * slot end
  end
  return 0
end

local function add(key, slot, cost)
  redis.call('HINCRBY', key, string.format('%d', math.floor(now / slot)), cost)
  redis.call('PEXPIRE', key, slot * 62)
end

local told = redis.call('HMGET', KEYS[1], 'limit', 'remaining', 'reset', 'closed')
local limit, remaining = tonumber(told[1]), tonumber(told[2])
local reset, closed = (tonumber(told[3]) or 0) * 1000, tonumber(told[4]) or 0
local wait = 0
if closed > now then wait = closed end
local is_counted = limit and reset > now
if is_counted and remaining - 1 < limit - math.floor(limit * share) then
  wait = math.max(wait, reset)
end
wait = math.max(wait, free_at(KEYS[2], 1000, points, most.points))
if creates == '1' then
  wait = math.max(wait, free_at(KEYS[3], 1000, 1, most.minute))
  wait = math.max(wait, free_at(KEYS[4], 60000, 1, most.hour))
end
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now)
if redis.call('ZCARD', KEYS[5]) >= tonumber(ARGV[8]) then wait = math.max(wait, now + 1000) end
if wait > 0 then return string.format('%d', wait) end

if is_counted then redis.call('HINCRBY', KEYS[1], 'remaining', -1) end
add(KEYS[2], 1000, points)
if creates == '1' then
  add(KEYS[3], 1000, 1)
  add(KEYS[4], 60000, 1)
end
redis.call('ZADD', KEYS[5], ARGV[10], ARGV[9])
redis.call('PEXPIRE', KEYS[5], {KEPT})
return '0'
"""
"""0 when it was taken, else when it may be asked for again."""

SETTLE = f"""
local now, was_free, limit = tonumber(ARGV[1]), ARGV[3], tonumber(ARGV[4])
local remaining, reset = tonumber(ARGV[5]), tonumber(ARGV[6])
redis.call('ZREM', KEYS[5], ARGV[2])
local held = redis.call('HMGET', KEYS[1], 'remaining', 'reset')
local left, until_reset = tonumber(held[1]), tonumber(held[2]) or 0
if was_free == '1' then
  if left and until_reset * 1000 > now then redis.call('HINCRBY', KEYS[1], 'remaining', 1) end
  return '0'
end
if limit < 0 or reset < until_reset then return '0' end
if left and reset == until_reset then remaining = math.min(left, remaining) end
redis.call('HSET', KEYS[1], 'limit', limit, 'remaining', remaining, 'reset', reset)
redis.call('PEXPIRE', KEYS[1], {KEPT})
return '0'
"""
"""An answer that was overtaken tells more than is left; the least that was told counts."""

PUT_OFF = f"""
local now, till = tonumber(ARGV[1]), tonumber(ARGV[2])
local first, longest = tonumber(ARGV[4]), tonumber(ARGV[5])
local held = redis.call('HMGET', KEYS[1], 'closed', 'strikes', 'struck')
local closed, strikes = tonumber(held[1]) or 0, tonumber(held[2]) or 0
local struck = tonumber(held[3]) or 0
if ARGV[3] == '0' and now >= closed then
  if now - struck > 2 * longest then strikes = 0 end
  till = math.max(till, now + math.min(longest, first * 2 ^ strikes))
  redis.call('HSET', KEYS[1], 'strikes', strikes + 1, 'struck', string.format('%d', now))
end
till = math.max(till, closed)
redis.call('HSET', KEYS[1], 'closed', string.format('%d', till))
redis.call('PEXPIRE', KEYS[1], {KEPT})
return string.format('%d', till)
"""
"""When the account is open again. Who was refused while it was closed adds no strike."""
