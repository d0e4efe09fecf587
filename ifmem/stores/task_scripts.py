"""The atomic steps of tasks, in Lua, beside those of questions in `scripts`. Called from `stores.tasks` only."""

from __future__ import annotations

from ifmem.stores.script_parts import FENCE, NEWEST, STRANGE

# KEYS: task, journal, newest tasks, what was handed back, high, medium, low.
# ARGV: id, body, a day, its queue among KEYS, most that may wait, tasks listed.
# A task that is known is put no second time; only its body (its new deadline) is taken over.
PUT = (
    STRANGE
    + """
local wrong = strange({'', 'stream', 'list', 'list', 'list', 'list', 'list'})
if wrong then return wrong end
local known, ahead = redis.call('EXISTS', KEYS[1]) == 1, 0
for i = 4, 7 do ahead = ahead + redis.call('LLEN', KEYS[i]) end
if not known and ahead >= tonumber(ARGV[5]) then return {'busy', ahead} end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
if known then return {'known', ahead} end
redis.call('RPUSH', KEYS[tonumber(ARGV[4])], ARGV[1])
redis.call('LPUSH', KEYS[3], ARGV[1])
redis.call('LTRIM', KEYS[3], 0, ARGV[6] - 1)
redis.call('XADD', KEYS[2], '*', 'kind', 'task', 'body', ARGV[2])
return {'put', ahead}
"""
)

# KEYS: incarnations, claims, what was handed back, high, medium, low. ARGV: name, incarnation, task prefix, attempts prefix, label.
# One task: the one held already if the reply to an earlier claim was lost; else what was handed back, else the first of the highest
# priority. Returns id, body, earlier attempts; nothing if none waits.
CLAIM = (
    FENCE
    + """
if stale then return 'stale' end
local id = redis.call('LINDEX', KEYS[2], 0)
for i = 3, 6 do
  if id then break end
  id = redis.call('LMOVE', KEYS[i], KEYS[2], 'LEFT', 'RIGHT')
end
if not id then return {} end
return {id, redis.call('GET', ARGV[3] .. id) or '', tonumber(redis.call('HGET', ARGV[4] .. id, ARGV[5]) or 0) or 0}
"""
)

# KEYS: incarnations, claims, gather, finding, reply, journal, findings.
# ARGV: name, incarnation, task id, finding id, finding, channel, a day, an hour, findings kept on the bus.
# One finding a task, whoever found it, and only from the worker that holds the task.
FINISH = (
    FENCE
    + NEWEST
    + STRANGE
    + """
if stale then return 'stale' end
local wrong = strange({'hash', 'list', 'hash', '', 'list', 'stream', 'list'})
if wrong then return wrong end
if redis.call('HEXISTS', KEYS[3], 'task') == 0 and not redis.call('LPOS', KEYS[2], ARGV[3]) then return 'stale' end
local first = redis.call('HSETNX', KEYS[3], 'task', ARGV[4]) == 1
redis.call('EXPIRE', KEYS[3], ARGV[7])
if not first then
  redis.call('LREM', KEYS[2], 0, ARGV[3])
  return 'repeat'
end
redis.call('SET', KEYS[4], ARGV[5], 'EX', ARGV[7])
redis.call('RPUSH', KEYS[5], '{"kind":"finding","body":' .. ARGV[5] .. '}')
redis.call('EXPIRE', KEYS[5], ARGV[8])
newest(KEYS[7], ARGV[4], ARGV[9], {prefix_of(KEYS[4], ARGV[4])}, ARGV[8])
redis.call('XADD', KEYS[6], '*', 'kind', 'finding', 'body', ARGV[5])
redis.call('LREM', KEYS[2], 0, ARGV[3])
redis.call('PUBLISH', ARGV[6], ARGV[5])
return 'stored'
"""
)

# KEYS: dead, task, its queue, journal, newest tasks. ARGV: id of the dead task, id, body, a day. Puts a dead task again, under a new id.
RETRY = (
    STRANGE
    + """
local wrong = strange({'list', '', 'list', 'stream', 'list'})
if wrong then return wrong end
if not redis.call('LPOS', KEYS[1], ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
redis.call('RPUSH', KEYS[3], ARGV[2])
redis.call('LPUSH', KEYS[5], ARGV[2])
redis.call('XADD', KEYS[4], '*', 'kind', 'task', 'body', ARGV[3])
redis.call('LREM', KEYS[1], 0, ARGV[1])
return 1
"""
)
