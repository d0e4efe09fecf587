"""The atomic steps of the ledger, in Lua, run by the bus itself. Called from `stores.ledger` only.

The clock is the server's. A day and an hour are named by the epoch second in which they began, so their keys are made here from the
prefixes given. Amounts are whole nano-dollars, exact in Lua's numbers up to nine million dollars.
"""

from __future__ import annotations

_NOW = """
local now = tonumber(ARGV[1]) or tonumber(redis.call('TIME')[1])
local day, hour = string.format('%d', now - now % 86400), string.format('%d', now - now % 3600)
local function amount(key) return tonumber(redis.call('GET', key) or 0) end
"""

# KEYS: open, refused, day prefix, hour prefix, question prefix, unsettled prefix.
# ARGV: now ('' for the server's clock), call id, most, query id ('' for none), seconds to keep, limits of day, hour, question.
# All counters are raised, or none. A call that has its reservation already gets it again.
RESERVE = (
    _NOW
    + """
if redis.call('EXISTS', KEYS[1]) == 0 then return {'closed'} end
local unsettled = KEYS[6] .. day
if redis.call('HEXISTS', unsettled, ARGV[2]) == 1 then return {'reserved', now} end
local names, starts = {'day', 'hour', 'question'}, {day, hour}
local counters = {KEYS[3] .. day, KEYS[4] .. hour}
if ARGV[4] ~= '' then counters[3] = KEYS[5] .. ARGV[4] end
for i, counter in ipairs(counters) do
  local spent = amount(counter)
  if spent + tonumber(ARGV[3]) > tonumber(ARGV[5 + i]) then
    if starts[i] then redis.call('HSET', KEYS[2], names[i], starts[i]) end
    return {'refused', now, names[i], spent}
  end
end
for _, counter in ipairs(counters) do
  redis.call('INCRBY', counter, ARGV[3])
  redis.call('EXPIRE', counter, ARGV[5])
end
redis.call('HSET', unsettled, ARGV[2], ARGV[3])
redis.call('EXPIRE', unsettled, ARGV[5])
redis.call('DEL', KEYS[2])
return {'reserved', now}
"""
)

# KEYS: settled, unsettled, journal, the counters. ARGV: call id, charged, payment, an hour, seconds to keep.
# A reservation that the bus has lost counts nothing any more: what was charged is then added whole.
SETTLE = """
if not redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[4]) then return 'repeat' end
local change = tonumber(ARGV[2]) - tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
redis.call('HDEL', KEYS[2], ARGV[1])
for i = 4, #KEYS do
  redis.call('INCRBY', KEYS[i], string.format('%.0f', change))
  redis.call('EXPIRE', KEYS[i], ARGV[5])
end
redis.call('XADD', KEYS[3], '*', 'kind', 'call', 'body', ARGV[3])
return 'settled'
"""

# KEYS: open, day, hour, refused. ARGV: what the archive knows of that day and of that hour, seconds to keep.
# A bus that kept its counters knows at least as much as the archive; on one that lost them, what has been settled since is not in
# the archive yet. What was refused before may have been so by other limits.
OPEN = """
local lost = redis.call('EXISTS', KEYS[1]) == 0
for i = 1, 2 do
  local spent, known = tonumber(redis.call('GET', KEYS[1 + i]) or 0), tonumber(ARGV[i])
  local counted = lost and spent + known or math.max(spent, known)
  if counted > spent then redis.call('SET', KEYS[1 + i], string.format('%.0f', counted), 'EX', ARGV[3]) end
end
redis.call('SET', KEYS[1], 1)
redis.call('DEL', KEYS[4])
return lost and 1 or 0
"""

# KEYS: refused, day prefix, hour prefix, unsettled prefix. ARGV: now ('' for the server's clock).
STANDING = (
    _NOW
    + """
local unsettled = 0
for _, most in ipairs(redis.call('HVALS', KEYS[4] .. day)) do unsettled = unsettled + tonumber(most) end
local reached = ''
if redis.call('HGET', KEYS[1], 'hour') == hour then reached = 'hour' end
if redis.call('HGET', KEYS[1], 'day') == day then reached = 'day' end
return {now, amount(KEYS[2] .. day), amount(KEYS[3] .. hour), unsettled, reached}
"""
)
