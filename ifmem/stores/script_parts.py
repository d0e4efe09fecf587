"""What several of the scripts begin with, in Lua."""

from __future__ import annotations

# One more, of something that somebody may have overwritten with what is no number.
COUNT = """
local function count(key, field)
  local counted = redis.pcall('HINCRBY', key, field, 1)
  if type(counted) == 'number' then return counted end
  redis.call('HSET', key, field, 1)
  return 1
end
"""

# Puts an id in front of a list of the newest. What falls off it leaves the bus within `left_s`, when nobody can be waiting for it any
# more; `prefixes` are how the keys begin that go by such an id.
NEWEST = """
local function newest(list, id, most, prefixes, left_s)
  redis.call('LPUSH', list, id)
  for _, old in ipairs(redis.call('LRANGE', list, most, -1)) do
    for _, prefix in ipairs(prefixes) do redis.call('EXPIRE', prefix .. old, left_s, 'LT') end
  end
  redis.call('LTRIM', list, 0, most - 1)
end
local function prefix_of(key, id) return string.sub(key, 1, -#id - 1) end
"""

# In the steps of processes KEYS[1] is always set:incarnations, ARGV[1] the process's name, ARGV[2] its incarnation.
FENCE = """
local current = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '')
local stale = current and current > tonumber(ARGV[2])
"""

# Nothing is done where something of another type is in the way: half a step would pass for a whole one when it is repeated.
# `kinds` are those of KEYS; '' for what is overwritten, stays as it is, or is read before anything is written, which fails as well.
STRANGE = """
local function is_strange(key, kind)
  local found = redis.call('TYPE', key).ok
  return found ~= 'none' and found ~= kind
end
local function strange(kinds)
  for i, kind in ipairs(kinds) do
    if kind ~= '' and is_strange(KEYS[i], kind) then return redis.error_reply('WRONGTYPE ' .. KEYS[i]) end
  end
end
"""
