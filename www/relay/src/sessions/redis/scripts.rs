//! The scripts that change what is kept in Redis, each in one step.
//!
//! Their keys are, in this order: the session, its events, and of its user the live sessions, the ended
//! ones and all ids. What other programs may have put there is answered with the error `FOREIGN`, before
//! anything is changed.

use std::sync::LazyLock;

use redis::Script;

/// Before each script.
const CHECKS: &str = r"
local kinds = { 'hash', 'stream', 'set', 'list', 'zset' }
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' and kind ~= kinds[i] then
    return redis.error_reply('FOREIGN a key for a ' .. kinds[i] .. ' holds a ' .. kind)
  end
end
for _, name in ipairs({ 'user', 'state', 'owner', 'next', 'tokens', 'started', 'size', 'seal' }) do
  if redis.call('HSTRLEN', KEYS[1], name) > 512 then
    return redis.error_reply('FOREIGN the field ' .. name .. ' is too long')
  end
end
local function whole(text)
  local number = tonumber(text)
  if number and number >= 0 and number < 9007199254740992 and number == math.floor(number) then
    return number
  end
end
";

/// The bytes that Redis and the signature need beside each frame, about.
pub const OVERHEAD: usize = 64;

fn script(code: &str) -> Script {
    Script::new(&format!("{CHECKS}\nlocal OVERHEAD = {OVERHEAD}\n{code}"))
}

/// Claims an id. ARGV: id, user, replica, chat, start, prefix of sessions, of replicas, live sessions of a
/// user at most, milliseconds to keep, signatures of the session and of the chat, ids of a user at most,
/// milliseconds for which they are promised.
pub static OPEN: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
local user, state = unpack(redis.call('HMGET', KEYS[1], 'user', 'state'))
if user and (state == 'live' or user ~= ARGV[2]) then return 'taken' end
-- Of a script's writes, a Redis that is full refuses the first one only, and not if that takes no memory.
-- The loop takes it back.
redis.call('SADD', KEYS[3], ARGV[1])
local live = 0
for _, id in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  local row = redis.pcall('HMGET', ARGV[6] .. id, 'state', 'owner', 'user')
  if row.err or row[1] ~= 'live' or row[3] ~= ARGV[2] then redis.call('SREM', KEYS[3], id)
  elseif row[2] and redis.call('EXISTS', ARGV[7] .. row[2]) == 1 then live = live + 1 end
end
if live >= tonumber(ARGV[8]) then return 'user-full' end
local now = tonumber(redis.call('TIME')[1]) * 1000
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now - tonumber(ARGV[13]))
if not user and redis.call('ZCARD', KEYS[5]) >= tonumber(ARGV[12]) then return 'user-full' end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'user', ARGV[2], 'owner', ARGV[3], 'chat', ARGV[4], 'started', ARGV[5],
  'state', 'live', 'next', 0, 'tokens', 0, 'size', 0, 'seal', ARGV[10], 'asked', ARGV[11])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('LREM', KEYS[4], 0, ARGV[1])
redis.call('ZADD', KEYS[5], string.format('%d', now), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[9])
redis.call('PEXPIRE', KEYS[3], ARGV[9])
redis.call('PEXPIRE', KEYS[5], ARGV[13])
return 'opened'",
    )
});

/// Takes a claim back. ARGV: replica, start, id.
pub static DISCARD: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
local owner, started = unpack(redis.call('HMGET', KEYS[1], 'owner', 'started'))
if owner == ARGV[1] and started == ARGV[2] then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('SREM', KEYS[3], ARGV[3])
  redis.call('ZREM', KEYS[5], ARGV[3])
end",
    )
});

/// Adds frames, and drops what is too much: of the session's, those that were read; once it has ended, of
/// the user's ended sessions the oldest. ARGV: replica, first id, tokens, state, milliseconds to keep,
/// milliseconds for which an id is promised, id, prefix of sessions, of events, the id that was read to,
/// bytes of a session at most, of a user, ended sessions of a user at most; then frames, each with its
/// signature.
pub static APPEND: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
local user, owner, next, cancel, size =
  unpack(redis.call('HMGET', KEYS[1], 'user', 'owner', 'next', 'cancel', 'size'))
if not owner then return 'missing' end
if owner ~= ARGV[1] then return 'lost' end
next, size = whole(next), whole(size)
if not next or not size then return redis.error_reply('FOREIGN a number is none') end
local id = tonumber(ARGV[2])
for i = 14, #ARGV, 2 do
  if id >= next then
    local added = redis.pcall('XADD', KEYS[2], string.format('%d-0', id + 1), 'f', ARGV[i], 's', ARGV[i + 1])
    if type(added) == 'table' and added.err then
      -- Redis is full, or takes no writes.
      if string.sub(added.err, 1, 4) ~= 'ERR ' then return added end
      -- Something else has written to the stream.
      return 'missing'
    end
    size = size + #ARGV[i] + OVERHEAD
  end
  id = id + 1
end

local user_most = tonumber(ARGV[12]) / 2
local most = math.min(tonumber(ARGV[11]), user_most / math.max(redis.call('SCARD', KEYS[3]), 1))
local is_full = size > most
while is_full do
  local entries = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 64)
  local dropped = 0
  for _, entry in ipairs(entries) do
    is_full = size > most / 2 and tonumber(string.match(entry[1], '^%d+')) <= tonumber(ARGV[10])
    if not is_full then break end
    size = math.max(size - #entry[2][2] - OVERHEAD, 0)
    dropped = dropped + 1
  end
  if dropped == 0 then break end
  redis.call('XTRIM', KEYS[2], 'MAXLEN', redis.call('XLEN', KEYS[2]) - dropped)
end

redis.call('HSET', KEYS[1], 'next', string.format('%d', math.max(id, next)), 'tokens', ARGV[3],
  'state', ARGV[4], 'size', string.format('%d', size))
redis.call('PEXPIRE', KEYS[2], ARGV[5])
if ARGV[4] == 'live' then
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  redis.call('PEXPIRE', KEYS[3], ARGV[5])
else
  redis.call('HDEL', KEYS[1], 'chat', 'asked')
  redis.call('SREM', KEYS[3], ARGV[7])
  redis.call('LREM', KEYS[4], 0, ARGV[7])
  redis.call('LPUSH', KEYS[4], ARGV[7])
  local sum = 0
  for i, ended in ipairs(redis.call('LRANGE', KEYS[4], 0, -1)) do
    local row = redis.pcall('HMGET', ARGV[8] .. ended, 'user', 'state', 'size')
    if not row.err and row[1] == user and row[2] ~= 'live' then
      sum = sum + (whole(row[3]) or 0)
      if i > tonumber(ARGV[13]) or i > 1 and sum > user_most then
        redis.call('DEL', ARGV[9] .. ended)
        redis.call('HSET', ARGV[8] .. ended, 'size', 0)
      end
    end
  end
  redis.call('LTRIM', KEYS[4], 0, tonumber(ARGV[13]) - 1)
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  redis.call('PEXPIRE', KEYS[4], ARGV[6])
end
if cancel then return 'cancel' end
return 'stored'",
    )
});

/// Makes Redis know a live session again. ARGV: id, user, replica, chat, start, first id, milliseconds to
/// keep, signatures of the session and of the chat.
pub static RESTORE: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner and owner ~= ARGV[3] then return 0 end
-- First, so that a Redis that is full refuses it.
redis.call('HSET', KEYS[1], 'user', ARGV[2], 'owner', ARGV[3], 'chat', ARGV[4], 'started', ARGV[5],
  'state', 'live', 'next', ARGV[6], 'tokens', 0, 'size', 0, 'seal', ARGV[8], 'asked', ARGV[9])
redis.call('DEL', KEYS[2])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('PEXPIRE', KEYS[3], ARGV[7])
return 1",
    )
});

/// Reads a session. ARGV: prefix of replicas, where to begin, how many frames at most, how many bytes of
/// them, how many of one.
pub static READ: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
local user, state, owner, next, tokens, started, seal =
  unpack(redis.call('HMGET', KEYS[1], 'user', 'state', 'owner', 'next', 'tokens', 'started', 'seal'))
if not user then return false end
if not owner or not whole(next) then return redis.error_reply('FOREIGN a field is missing') end
local alive = redis.call('EXISTS', ARGV[1] .. owner)
local frames, size = {}, 0
if tonumber(ARGV[3]) > 0 then
  for _, entry in ipairs(redis.call('XRANGE', KEYS[2], ARGV[2], '+', 'COUNT', ARGV[3])) do
    local frame, signature = entry[2][2], entry[2][4] or ''
    if #frame > tonumber(ARGV[5]) or #signature > 512 then frame, signature = '', '' end
    size = size + #frame
    if #frames > 0 and size > tonumber(ARGV[4]) then break end
    frames[#frames + 1] = { entry[1], frame, signature }
  end
end
return { user, state, owner, alive, next, tokens, started, seal or '', frames }",
    )
});

/// Makes a replica the owner of a live session whose owner is gone. ARGV: owner, replica, prefix of
/// replicas, bytes of a chat at most.
pub static TAKE_OVER: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
local state, owner, next = unpack(redis.call('HMGET', KEYS[1], 'state', 'owner', 'next'))
if state ~= 'live' or owner ~= ARGV[1] or redis.call('EXISTS', ARGV[3] .. owner) == 1 then return false end
if not whole(next) then return redis.error_reply('FOREIGN a number is none') end
if redis.call('HSTRLEN', KEYS[1], 'chat') > tonumber(ARGV[4]) then redis.call('HDEL', KEYS[1], 'chat') end
redis.call('HSET', KEYS[1], 'owner', ARGV[2])
local chat, started, asked = unpack(redis.call('HMGET', KEYS[1], 'chat', 'started', 'asked'))
return { chat or '', started, next, asked or '' }",
    )
});

/// Hands a session over. ARGV: replica.
pub static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then redis.call('HSET', KEYS[1], 'owner', '') end",
    )
});

/// Notes that a session is to stop. ARGV: user, prefix of replicas.
pub static CANCEL: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
local user, state, owner, tokens, started, seal =
  unpack(redis.call('HMGET', KEYS[1], 'user', 'state', 'owner', 'tokens', 'started', 'seal'))
if not user then return false end
if not owner then return redis.error_reply('FOREIGN a field is missing') end
if user == ARGV[1] and state == 'live' then redis.call('HSET', KEYS[1], 'cancel', 1) end
return { user, state, owner, redis.call('EXISTS', ARGV[2] .. owner), tokens, started, seal or '' }",
    )
});
