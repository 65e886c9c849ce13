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

-- The expiry in the value decides; the expiry of the key only frees memory.
local function save(key, value, expires_at)
  local ttl = math.max(1, math.ceil((expires_at - now) / 1000))
  redis.call('SET', key, cmsgpack.pack(value), 'PX', string.format('%d', ttl))
end

local function to_ms(microseconds)
  return math.ceil(microseconds / 1000)
end

-- Whose budget pays: that of strangers, or that of known browsers. Indexes of what counts against each.
local UNKNOWN, KNOWN = 1, 2
-- What counts against one side: the times of sends, of refused sends and of verifies, oldest first.
local SENDS, REFUSALS, VERIFIES = 1, 2, 3
-- Everything held about the identities that share a budget: what counts against each side; when the last of all this expires;
-- the pending records; and the attempts on them. One value, since each further key costs more memory than its content.
local EXPIRES_AT, RECORDS, ATTEMPTS = 3, 4, 5

local function load_budget(key)
  return load(key) or { { {}, {}, {} }, { {}, {}, {} }, 0, {}, {} }
end

local function save_budget(key, budget, expires_at)
  budget[EXPIRES_AT] = math.max(budget[EXPIRES_AT], expires_at or 0)
  save(key, budget, budget[EXPIRES_AT])
end

-- A pending record. NAME holds the purpose, and the challenge when it is bound; OWNER the tag of exactly this identity, '' if it
-- is the one that the budget is named after; SIDE whose budget pays for guesses. EARLIER_CHANNELS are those that the code was
-- sent over before CHANNEL; LAST_SEND: its id, which is its time, and how it fared. SHORT: guesses at it are counted; TRIED how
-- many of those in PERIOD were not given back, PERIOD when their count ends, 0 before the first.
local NAME, CHALLENGE, KEY_ID, WINDOW, ENDS_AT, DIGITS, CHANNEL, ATTEMPTS_LEFT, TIMES_SENT, FENCE, MUTE, EARLIER_CHANNELS,
  LAST_SEND, OWNER, SIDE, SHORT, TRIED, PERIOD = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18

-- Records with another fence count as absent. No code lives longer than the maximum, even if the server's clock is set back.
local function is_live(record, fence)
  local life = record[ENDS_AT] - now
  return record[FENCE] == fence and life > 0 and life <= MAX_LIFE_SECONDS * 1000000
end

-- The live record of this name and its index, or nil.
local function find_record(budget, name, fence)
  for i, record in ipairs(budget[RECORDS]) do
    if record[NAME] == name and is_live(record, fence) then return record, i end
  end
  return nil
end

local function set_channel(record, channel)
  if record[CHANNEL] == channel then return end
  local earlier = { record[CHANNEL] }
  for _, other in ipairs(record[EARLIER_CHANNELS]) do
    if other ~= channel and other ~= record[CHANNEL] then table.insert(earlier, other) end
  end
  record[EARLIER_CHANNELS] = earlier
  record[CHANNEL] = channel
end

-- All channels of a record, comma-separated, the last one used first.
local function join_channels(record)
  return table.concat({ record[CHANNEL], unpack(record[EARLIER_CHANNELS]) }, ',')
end

-- Adds a record and drops those that are not live, so that none can come back to life.
local function add_record(budget, record, fence)
  local kept = { record }
  for _, other in ipairs(budget[RECORDS]) do
    if is_live(other, fence) then table.insert(kept, other) end
  end
  budget[RECORDS] = kept
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

-- The guess counts: how many on the unknown side and when they are forgotten, then the same of the known side. Earlier versions
-- know only the first two.
local function load_guesses(key)
  local guesses = load(key) or { 0, 0 }
  guesses[3], guesses[4] = guesses[3] or 0, guesses[4] or 0
  for i = 1, 3, 2 do
    if guesses[i + 1] <= now then guesses[i], guesses[i + 1] = 0, 0 end
  end
  return guesses
end

-- The indexes of one side: its count, and when it is forgotten.
local function index_guesses(side)
  return 2 * side - 1, 2 * side
end

local function save_guesses(key, guesses)
  if guesses[1] + guesses[3] > 0 then
    save(key, guesses, math.max(guesses[2], guesses[4]))
  else
    redis.call('DEL', key)
  end
end

-- An attempt that was neither consumed nor taken back: { id, time, ENDS_AT of its record, when the count of its guess ends or 0,
-- the side that paid for it }.
local ATTEMPT_ID, ATTEMPTED_AT, RECORD_ENDS_AT, GUESS_ENDS_AT, PAID_BY = 1, 2, 3, 4, 5

-- Drops those that have outlived every code.
local function add_attempt(budget, attempt)
  local kept = {}
  for _, other in ipairs(budget[ATTEMPTS]) do
    if other[ATTEMPTED_AT] + MAX_LIFE_SECONDS * 1000000 > now then table.insert(kept, other) end
  end
  table.insert(kept, attempt)
  budget[ATTEMPTS] = kept
end

-- Removes the attempt of this id and returns it, or nil.
local function take_attempt(budget, id)
  for i, attempt in ipairs(budget[ATTEMPTS]) do
    if attempt[ATTEMPT_ID] == id then return table.remove(budget[ATTEMPTS], i) end
  end
  return nil
end

-- Takes guesses of a side back from the count of this period; false if that is over.
local function take_guesses_back(key, side, period, times)
  if times == 0 or period == 0 then return false end
  local guesses = load_guesses(key)
  local count, ends_at = index_guesses(side)
  if guesses[ends_at] ~= period then return false end
  guesses[count] = math.max(0, guesses[count] - times)
  save_guesses(key, guesses)
  return true
end

local function includes_key(key_ids, record)
  for _, id in ipairs(key_ids) do
    if id == record[KEY_ID] then return true end
  end
  return false
end

-- A sign-out of an identity: sign-ins up to ENDED_SECONDS have ended. LATEST_SECONDS is the time of the latest sign-in since.
local ENDED_SECONDS, LATEST_SECONDS, SIGN_OUT_EXPIRES_AT = 1, 2, 3

local function load_sign_out(key)
  local sign_out = load(key)
  return sign_out and sign_out[SIGN_OUT_EXPIRES_AT] > now and sign_out or nil
end
