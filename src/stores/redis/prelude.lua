-- Stands before every script.
-- ARGV[1]  offset in microseconds, added to the server's clock: 0, except in tests
-- ARGV[2]  '1' to fence records by the identity of the master, '0' not to
-- Values are MessagePack arrays; times are microseconds since 1970 by the server's clock.

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2] + ARGV[1]

-- What changes whenever the memory may have gone back in time: a restart, a failover, a failing back. It is read
-- on each call, since a connection can outlive all of these.
local function read_fence()
  if ARGV[2] == '0' then return '' end
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

-- A pending record: fields of the array.
local CHALLENGE, KEY_ID, WINDOW, EXPIRES_AT, DIGITS, CHANNEL, ATTEMPTS_LEFT, SENDS, FENCE, MUTE = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

-- No code lives longer, whatever happens to the server's clock.
local MAX_LIFE = 600 * 1000000

-- The live record, or nil: one with another fence is absent.
local function load_record(key, fence)
  local record = load(key)
  if not record or record[FENCE] ~= fence then return nil end
  local life = record[EXPIRES_AT] - now
  if life > 0 and life <= MAX_LIFE then return record end
  return nil
end

-- What counts against an identity: times of sends, of refused tries and of verifies, oldest first, and the expiry.
local LOG_SENDS, LOG_REFUSALS, LOG_VERIFIES, LOG_EXPIRES_AT = 1, 2, 3, 4

local function load_limits(key)
  return load(key) or { {}, {}, {}, 0 }
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

local function includes_key(record, first)
  for i = first, #ARGV do
    if ARGV[i] == record[KEY_ID] then return true end
  end
  return false
end
