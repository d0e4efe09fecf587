"""The atomic steps of the hand-off, and of what goes with it, in Lua, run by the bus itself. Called from `stores` only.

The bus is sent each whole once, and by its digest from then on (`stores.script_digests`).
A step is never undone: a server that is full refuses the first command that needs room, so that command comes before any removal.
`FENCE` refuses what an incarnation that has been replaced still sends.
"""

from __future__ import annotations

from ifmem.stores.script_parts import COUNT, FENCE, NEWEST, STRANGE

# KEYS: query, queue, reply, journal, limit. ARGV: id, body, a day, into the journal (1/0), most that may ever wait.
# A question is either stored, queued and recorded, or refused. One that is known already is put again, however long the queue is.
ASK = """
local ahead = redis.call('LLEN', KEYS[2])
local most = math.min(tonumber(ARGV[5]), tonumber(redis.call('GET', KEYS[5]) or ARGV[5]))
if ahead >= most and redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('RPUSH', KEYS[3], '{"kind":"busy","body":' .. ahead .. '}')
  redis.call('EXPIRE', KEYS[3], 60)
  return {'busy', ahead}
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
redis.call('RPUSH', KEYS[2], ARGV[1])
if ARGV[4] == '1' then redis.call('XADD', KEYS[4], '*', 'kind', 'question', 'body', ARGV[2]) end
return {'put', ahead}
"""

# KEYS: query, answer, queue. ARGV: id, body, a day. Puts a question that the bus has lost; it was recorded when it was put first.
# Whoever works on it still, and has lost its claim with the bus, gets that back by claiming it once more.
PUT_AGAIN = """
if redis.call('EXISTS', KEYS[2]) == 1 or redis.call('LPOS', KEYS[3], ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'NX', 'EX', ARGV[3])
redis.call('RPUSH', KEYS[3], ARGV[1])
return 1
"""

# KEYS: incarnations, queue, claims. ARGV: name, incarnation, label, most, query prefix, attempts prefix, ids already held …
# Returns id, body, earlier attempts for everything claimed and not yet held. A question that has already cost a process its life
# is a suspect and is taken alone, so that the next crash can be blamed on it and on nothing else.
CLAIM = (
    FENCE
    + """
if stale then
  while redis.call('LMOVE', KEYS[3], KEYS[2], 'RIGHT', 'LEFT') do end
  return 'stale'
end
local lost = {}
local function attempts(id)
  lost[id] = lost[id] or tonumber(redis.call('HGET', ARGV[6] .. id, ARGV[3]) or 0) or 0
  return lost[id]
end
local held = {}
for i = 7, #ARGV do held[ARGV[i]] = true end
local fresh = {}
for _, id in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
  if not held[id] then fresh[#fresh + 1] = id; held[id] = true end
end
local alone = #fresh > 0 and attempts(fresh[1]) > 0
while not alone and #fresh < tonumber(ARGV[4]) do
  local id = redis.call('LINDEX', KEYS[2], 0)
  if not id or attempts(id) > 0 then break end
  redis.call('LMOVE', KEYS[2], KEYS[3], 'LEFT', 'RIGHT')
  if not held[id] then fresh[#fresh + 1] = id; held[id] = true end
end
local claims = {}
for _, id in ipairs(fresh) do
  claims[#claims + 1] = id
  claims[#claims + 1] = redis.call('GET', ARGV[5] .. id) or ''
  claims[#claims + 1] = attempts(id)
end
return claims
"""
)

# KEYS: incarnations, claims, gather, finding, reply, journal, findings.
# ARGV: name, incarnation, query id, finding id, finding, channel, durable (1/0), a day, an hour, findings kept on the bus, inbox prefix.
FINISH = (
    FENCE
    + NEWEST
    + STRANGE
    + """
if stale then return 'stale' end
local durable = ARGV[7] == '1'
local wrong = strange({'', 'list', '', '', '', durable and 'stream' or '', durable and 'list' or ''})
if wrong then return wrong end
local reply = redis.call('HGET', KEYS[3], 'reply_to') or KEYS[5]
if is_strange(reply, 'list') then return redis.error_reply('WRONGTYPE ' .. reply) end
local first = redis.call('HSETNX', KEYS[3], ARGV[1], ARGV[4]) == 1
redis.call('LREM', KEYS[2], 0, ARGV[3])
if not first then return 'repeat' end
redis.call('EXPIRE', KEYS[3], ARGV[8])
redis.call('SET', KEYS[4], ARGV[5], 'EX', ARGV[8])
redis.call('RPUSH', reply, '{"kind":"finding","body":' .. ARGV[5] .. '}')
redis.call('EXPIRE', reply, ARGV[9])
if durable then
  newest(KEYS[7], ARGV[4], ARGV[10], {prefix_of(KEYS[4], ARGV[4])}, ARGV[9])
  redis.call('XADD', KEYS[6], '*', 'kind', 'finding', 'body', ARGV[5])
  redis.call('PUBLISH', ARGV[6], ARGV[5])
end
return 'stored'
"""
)

# KEYS: incarnations, claims, answer, reply, journal, counts, answers.
# ARGV: name, incarnation, query id, answer, durable (1/0), a day, an hour, counter of today, answers kept on the bus, query prefix,
# gather prefix. With an answer that falls off the list of the newest all that belongs to its question leaves the bus within the hour.
ANSWER = (
    FENCE
    + COUNT
    + NEWEST
    + STRANGE
    + """
if stale then return 'stale' end
local durable = ARGV[5] == '1'
local wrong = strange({'', 'list', '', 'list', durable and 'stream' or '', durable and 'hash' or '', durable and 'list' or ''})
if wrong then return wrong end
local first = redis.call('SET', KEYS[3], ARGV[4], 'NX', 'EX', ARGV[6])
redis.call('LREM', KEYS[2], 0, ARGV[3])
if not first then return 'repeat' end
redis.call('RPUSH', KEYS[4], '{"kind":"answer","body":' .. ARGV[4] .. '}')
redis.call('EXPIRE', KEYS[4], ARGV[7])
if durable then
  redis.call('XADD', KEYS[5], '*', 'kind', 'answer', 'body', ARGV[4])
  count(KEYS[6], ARGV[8])
  newest(KEYS[7], ARGV[3], ARGV[9], {prefix_of(KEYS[3], ARGV[3]), ARGV[10], ARGV[11]}, ARGV[7])
end
return 'stored'
"""
)

# KEYS: incarnations. ARGV: name, incarnation. Never lowers what counts.
COUNT_AT_LEAST = """
local known = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0) or 0
if known < tonumber(ARGV[2]) then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
"""

# KEYS: incarnations. ARGV: name, incarnation. Another one counts from now on, later than that and than any known.
NEXT_INCARNATION = """
local known = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0) or 0
local incarnation = math.max(known, tonumber(ARGV[2])) + 1
redis.call('HSET', KEYS[1], ARGV[1], incarnation)
return incarnation
"""

# KEYS: claims, queue. ARGV: blame (1/0), most attempts, label, attempts prefix, a day.
# What a process held goes back to the head of its queue in its old order. What has cost too many lives stays claimed until its asker
# has been told (BURY): a step whose reply was lost is repeated and finds it here again.
HAND_BACK = (
    COUNT
    + STRANGE
    + """
local wrong = strange({'list', 'list'})
if wrong then return wrong end
local back, dead, seen = {}, {}, {}
local held = redis.call('LRANGE', KEYS[1], 0, -1)
for i = #held, 1, -1 do
  local id, lost = held[i], 0
  if not seen[id] then
    seen[id] = true
    if ARGV[1] == '1' then
      lost = count(ARGV[4] .. id, ARGV[3])
      redis.call('EXPIRE', ARGV[4] .. id, ARGV[5])
    end
    if lost >= tonumber(ARGV[2]) then
      table.insert(dead, 1, id)
    else
      redis.call('LPUSH', KEYS[2], id)
      redis.call('LREM', KEYS[1], 0, id)
      table.insert(back, 1, id)
    end
  end
end
return {back, dead}
"""
)

# KEYS: claims, dead. ARGV: id.
BURY = """
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('LREM', KEYS[1], 0, ARGV[1])
"""

# KEYS: dead, query, queue, journal. ARGV: id of the dead question, id, body, a day. Puts a dead question again, under a new id.
RETRY = (
    STRANGE
    + """
local wrong = strange({'list', '', 'list', 'stream'})
if wrong then return wrong end
if not redis.call('LPOS', KEYS[1], ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
redis.call('RPUSH', KEYS[3], ARGV[2])
redis.call('XADD', KEYS[4], '*', 'kind', 'question', 'body', ARGV[3])
redis.call('LREM', KEYS[1], 0, ARGV[1])
return 1
"""
)

# KEYS: journal, finding, findings. ARGV: id, body, channel, a day, an hour, findings kept on the bus. Again changes nothing.
CONTRIBUTE = (
    NEWEST
    + """
redis.call('XADD', KEYS[1], '*', 'kind', 'finding', 'body', ARGV[2])
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[4])
redis.call('LREM', KEYS[3], 0, ARGV[1])
newest(KEYS[3], ARGV[1], ARGV[6], {prefix_of(KEYS[2], ARGV[1])}, ARGV[5])
redis.call('PUBLISH', ARGV[3], ARGV[2])
"""
)

# KEYS: page. ARGV: its bytes, a day. Kept out of the append-only file: megabytes that can be made again at any time.
SHARE_PAGE = """
redis.set_repl(redis.REPL_NONE)
return redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
"""

# KEYS: host. ARGV: owner, the next owner, status, time, TTL. One machine at a time serves a remote shard.
OCCUPY = """
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner and owner ~= '' and owner ~= ARGV[1] then return owner end
redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'said', ARGV[3], 'at', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return ''
"""
