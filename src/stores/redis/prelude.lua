-- Stands before every script. What callers chose comes as it is; what is configured or ours comes in one JSON array,
-- since each argument costs the caller more than what stands in it.
-- ARGV[1]  JSON: offset in microseconds, added to the server's clock (0, except in tests); whether records are fenced by
--          the identity of the master; and what the script itself lists as SETTINGS
-- Values are MessagePack arrays; times are microseconds since 1970 by the server's clock.

local SETTINGS = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2] + SETTINGS[1]

-- What changes whenever the memory may have gone back in time: a restart, a failover, a failing back. It is read
-- on each call, since a connection can outlive all of these.
local function read_fence()
  if not SETTINGS[2] then return '' end
  local info = redis.call('INFO', 'replication')
  local id = string.match(info, 'master_replid:(%x+)')
  if not id or not string.find(info, 'role:master', 1, true) then
    error('UNFENCED: this server is not a master, or hides master_replid')
  end
  return string.sub(id, 1, 16)
end

local function load(key)
  local value = redis.call('GET', key)
  return value and cmsgpack.unpack(value)
end

-- Expiry stands in the value, for the logic, and on the key, for the memory.
local function save(key, value, expires_at)
  local ttl = math.max(1, math.ceil((expires_at - now) / 1000))
  redis.call('SET', key, cmsgpack.pack(value), 'PX', string.format('%d', ttl))
end

local function to_ms(microseconds)
  return math.ceil(microseconds / 1000)
end

-- What the store holds of an identity: the times of sends, of refused tries and of verifies, oldest first, when the last
-- of all this ends, and the pending records. In one value, since each key costs more than what stands in it.
local SENDS, REFUSALS, VERIFIES, EXPIRES_AT, RECORDS = 1, 2, 3, 4, 5

local function load_identity(key)
  return load(key) or { {}, {}, {}, 0, {} }
end

local function save_identity(key, identity, expires_at)
  identity[EXPIRES_AT] = math.max(identity[EXPIRES_AT], expires_at or 0)
  save(key, identity, identity[EXPIRES_AT])
end

-- A pending record. NAME says of which purpose, and of which challenge when it is bound.
-- EARLIER_CHANNELS lists those that the code was sent over before CHANNEL; without any it is absent.
local NAME, CHALLENGE, KEY_ID, WINDOW, ENDS_AT, DIGITS, CHANNEL, ATTEMPTS_LEFT, TIMES_SENT, FENCE, MUTE, EARLIER_CHANNELS =
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12

-- No code lives longer, whatever happens to the server's clock.
local MAX_LIFE = 600 * 1000000

-- One with another fence is absent.
local function is_live(record, fence)
  local life = record[ENDS_AT] - now
  return record[FENCE] == fence and life > 0 and life <= MAX_LIFE
end

-- The live record of this name and where it stands, or nil.
local function find_record(identity, name, fence)
  for i, record in ipairs(identity[RECORDS]) do
    if record[NAME] == name and is_live(record, fence) then return record, i end
  end
  return nil
end

local function set_channel(record, channel)
  if record[CHANNEL] == channel then return end
  local earlier = { record[CHANNEL] }
  for _, other in ipairs(record[EARLIER_CHANNELS] or {}) do
    if other ~= channel and other ~= record[CHANNEL] then table.insert(earlier, other) end
  end
  record[EARLIER_CHANNELS] = earlier
  record[CHANNEL] = channel
end

-- All channels of a record, with commas between them; the last one used comes first.
local function join_channels(record)
  return table.concat({ record[CHANNEL], unpack(record[EARLIER_CHANNELS] or {}) }, ',')
end

-- Adds a record and forgets those that are not live, so that none of them can ever come back beside it.
local function add_record(identity, record, fence)
  local kept = { record }
  for _, other in ipairs(identity[RECORDS]) do
    if is_live(other, fence) then table.insert(kept, other) end
  end
  identity[RECORDS] = kept
end

-- Forgets what has left the rolling period, then returns microseconds until one more fits; 0 is now.
local function wait_for_room(log, max, period_seconds)
  local period = period_seconds * 1000000
  local kept, size = 0, #log
  for i = 1, size do
    -- When the server's clock has been set back, what seems to come is as good as now.
    local at = math.min(log[i], now)
    if at + period > now then
      kept = kept + 1
      log[kept] = at
    end
  end
  for i = kept + 1, size do log[i] = nil end
  if kept < max then return 0 end
  -- With more in the log than fit (a lowered limit), the wait is for the one that makes room.
  return log[kept - max + 1] + period - now
end

-- The guess count: { count, expires_at }.
local function load_guesses(key)
  local guesses = load(key)
  if guesses and guesses[2] > now then return guesses end
  return { 0, 0 }
end

local function includes_key(key_ids, record)
  for _, id in ipairs(key_ids) do
    if id == record[KEY_ID] then return true end
  end
  return false
end
