-- Precedes the scripts that know what is held for an identity.

-- Whose budget pays: that of strangers, or that of known browsers. Indexes of what counts against each.
local UNKNOWN, KNOWN = 1, 2
-- What counts against one side: the times of sends, of refused sends and of verifies, oldest first.
local SENDS, REFUSALS, VERIFIES = 1, 2, 3
-- Everything held about the identities that share a budget: what counts against each side; the pending records; the attempts on
-- them; when the last of all this expires; and the sends of a day of each side, which last longer. One value, since each further
-- key costs more memory than its content.
local RECORDS, ATTEMPTS, EXPIRES_AT, DAY_SENDS = 3, 4, 5, 6

-- A pending record. NAME holds the purpose, and the challenge when it is bound; OWNER the tag of exactly this identity, '' if it
-- is the one that the budget is named after; SIDE whose budget pays for guesses. Channels are numbers; EARLIER_CHANNELS are those
-- that the code was sent over before CHANNEL. LAST_SEND is { its id, which is its time, how it fared if that is known }. SHORT:
-- guesses at it are counted; TRIED how many of those in PERIOD were not given back, PERIOD when their count ends, 0 before the
-- first.
local NAME, CHALLENGE, KEY_ID, WINDOW, ENDS_AT, DIGITS, CHANNEL, ATTEMPTS_LEFT, TIMES_SENT, FENCE, MUTE, EARLIER_CHANNELS,
  LAST_SEND, OWNER, SIDE, SHORT, TRIED, PERIOD = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18

-- An attempt that was neither consumed nor taken back: { id, time, ENDS_AT of its record, when the count of its guess ends or 0,
-- the side that paid for it }.
local ATTEMPT_ID, ATTEMPTED_AT, RECORD_ENDS_AT, GUESS_ENDS_AT, PAID_BY = 1, 2, 3, 4, 5

-- A send of a day: { time, which is also the id; units; record, '' once it was used; whether it cost something; network;
-- receipt }. Oldest first.
local SENT_AT, UNITS, SENT_RECORD, IS_PAID, NETWORK, RECEIPT = 1, 2, 3, 4, 5, 6
local DAY_LENGTH = DAY_SECONDS * 1000000

local function shift(times, by)
  local shifted = {}
  for i, time in ipairs(times) do shifted[i] = time + by end
  return shifted
end

-- Copies of these, with the times at two indexes shifted.
local function shift_all(entries, by, one, other)
  local shifted = {}
  for i, entry in ipairs(entries) do
    local copy = { unpack(entry) }
    copy[one] = copy[one] + by
    if other then copy[other] = copy[other] + by end
    shifted[i] = copy
  end
  return shifted
end

-- A copy of a budget, with all times shifted but the ends of periods, which are far away.
local function shift_budget(budget, by)
  local copy = {}
  for side = UNKNOWN, KNOWN do
    copy[side] = {}
    for i, log in ipairs(budget[side]) do copy[side][i] = shift(log, by) end
  end
  copy[RECORDS] = shift_all(budget[RECORDS], by, ENDS_AT)
  for _, record in ipairs(copy[RECORDS]) do
    record[LAST_SEND] = { record[LAST_SEND][1] + by, record[LAST_SEND][2] }
  end
  copy[ATTEMPTS] = shift_all(budget[ATTEMPTS], by, ATTEMPTED_AT, RECORD_ENDS_AT)
  copy[EXPIRES_AT] = budget[EXPIRES_AT] + by
  copy[DAY_SENDS] = {}
  for side = UNKNOWN, KNOWN do copy[DAY_SENDS][side] = shift_all(budget[DAY_SENDS][side], by, SENT_AT) end
  return copy
end

-- In the value times count from the latest send, which is its last element: nearly all then take one to five bytes, not nine.
local BASE = 7

local function drop_old_sends(day)
  for side = UNKNOWN, KNOWN do
    local first = day[side][1]
    if first and first[SENT_AT] + DAY_LENGTH <= now then
      local kept = {}
      for _, send in ipairs(day[side]) do
        if send[SENT_AT] + DAY_LENGTH > now then table.insert(kept, send) end
      end
      day[side] = kept
    end
  end
end

local function load_budget(key)
  local packed = load(key)
  local budget = packed and shift_budget(packed, packed[BASE])
  local day = budget and budget[DAY_SENDS] or { {}, {} }
  drop_old_sends(day)
  if budget and budget[EXPIRES_AT] > now then return budget end
  return { { {}, {}, {} }, { {}, {}, {} }, {}, {}, 0, day }
end

local function save_budget(key, budget, expires_at)
  budget[EXPIRES_AT] = math.max(budget[EXPIRES_AT], expires_at or 0)
  local base, last = 0, budget[EXPIRES_AT]
  for side = UNKNOWN, KNOWN do
    local sends, day = budget[side][SENDS], budget[DAY_SENDS][side]
    base = math.max(base, sends[#sends] or 0)
    if #day > 0 then last = math.max(last, day[#day][SENT_AT] + DAY_LENGTH) end
  end
  if last <= now then
    redis.call('DEL', key)
    return
  end
  local packed = shift_budget(budget, -base)
  packed[BASE] = base
  save(key, packed, last)
end

-- Enough of a challenge to tell the records of a day apart.
local function shorten(challenge)
  return string.sub(challenge, 1, 8)
end

-- Adds what callers learn of a send of a day to this list.
local function list_send(list, send, units)
  table.insert(list, send[NETWORK])
  table.insert(list, send[RECEIPT])
  table.insert(list, units)
  table.insert(list, string.format('%.0f', math.floor(send[SENT_AT] / 1000)))
end

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

-- The numbers of all channels of a record, comma-separated, the last one used first.
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

