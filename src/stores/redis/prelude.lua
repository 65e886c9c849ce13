-- Precedes every script. Configuration comes in one JSON array, since each further argument costs more than its content;
-- only what callers chose is passed separately.
-- ARGV[1]  JSON: offset in microseconds, added to the server's clock (0, except in tests); whether records are fenced by
--          the replication id of the master; then what each script lists as SETTINGS
-- Constants in capitals that are not defined here are defined before it.
-- Values are MessagePack arrays; times are microseconds since 1970 by the server's clock.

local SETTINGS = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2] + SETTINGS[1]

-- Fencing token: changes whenever the data may have gone back in time (restart, failover, failback). Read on each call,
-- since a connection can outlive all of these.
local function read_fence()
  if not SETTINGS[2] then return '' end
  local info = redis.call('INFO', 'replication')
  -- A pattern that may begin anywhere is tried everywhere, which takes five times as long.
  local _, label_end = string.find(info, 'master_replid:', 1, true)
  local id = label_end and string.match(info, '^%x+', label_end + 1)
  if not id or not string.find(info, 'role:master', 1, true) then
    error('UNFENCED: this server is not a master, or hides master_replid')
  end
  return string.sub(id, 1, 16)
end

-- As records hold it: the 52 bits of it that a number can hold exactly, in half the bytes of the text.
local function read_record_fence()
  return tonumber(string.sub(read_fence(), 1, 13), 16) or 0
end

local function load(key)
  local value = redis.call('GET', key)
  return value and cmsgpack.unpack(value)
end

-- The expiry in the value decides; the expiry of the key only frees memory. Deletes what has expired already.
local function save(key, value, expires_at)
  local ttl = math.ceil((expires_at - now) / 1000)
  if ttl > 0 then
    redis.call('SET', key, cmsgpack.pack(value), 'PX', string.format('%d', ttl))
  else
    redis.call('DEL', key)
  end
end

-- The first entry that passes and its index; nil without one.
local function find(entries, passes)
  for i = 1, #entries do
    if passes(entries[i]) then return entries[i], i end
  end
end

-- The entries that pass, in the same order.
local function filter(entries, passes)
  local kept = {}
  for i = 1, #entries do
    if passes(entries[i]) then kept[#kept + 1] = entries[i] end
  end
  return kept
end

local function to_ms(microseconds)
  return math.ceil(microseconds / 1000)
end

-- A time in ms, as text: Lua would write so large a number in scientific notation.
local function write_ms(time)
  return string.format('%.0f', math.floor(time / 1000))
end

-- Drops what has left the rolling period, then returns the microseconds until one more fits; 0: now.
local function wait_for_room(log, max, period_seconds)
  local period = period_seconds * 1000000
  local kept, size = 0, #log
  for i = 1, size do
    -- A time in the future means that the server's clock was set back: treat it as now.
    local at = math.min(log[i], now)
    if at + period > now then
      kept = kept + 1
      log[kept] = at
    end
  end
  for i = kept + 1, size do log[i] = nil end
  if kept < max then return 0 end
  -- The log may hold more than fit, after the limit was lowered.
  return log[kept - max + 1] + period - now
end

-- Counts one hit in each of these logs or in none: KEYS[first] and those after it, one for each maximum. Returns 0, or the ms
-- until it fits.
local function take_hits(first, maxima, period_seconds)
  local logs = {}
  for i, max in ipairs(maxima) do
    logs[i] = load(KEYS[first + i - 1]) or {}
    local wait = wait_for_room(logs[i], max, period_seconds)
    if wait > 0 then return to_ms(wait) end
  end
  for i, log in ipairs(logs) do
    table.insert(log, now)
    save(KEYS[first + i - 1], log, now + period_seconds * 1000000)
  end
  return 0
end

-- An answer is one string: clients parse it several times faster than a list.
local function answer(fields)
  return table.concat(fields, '\t')
end

-- A sign-out of an identity: sign-ins up to ENDED_SECONDS have ended. LATEST_SECONDS is the time of the latest sign-in since.
local ENDED_SECONDS, LATEST_SECONDS, SIGN_OUT_EXPIRES_AT = 1, 2, 3

local function load_sign_out(key)
  local sign_out = load(key)
  return sign_out and sign_out[SIGN_OUT_EXPIRES_AT] > now and sign_out or nil
end
