-- Precedes the scripts that read or change what is held for an identity.

-- The two sides of a budget: unknown browsers, and known ones.
local UNKNOWN, KNOWN = 1, 2
-- What counts against one side: the times of sends, of refused sends and of verifies, oldest first.
local SENDS, REFUSALS, VERIFIES = 1, 2, 3
-- Everything held about the identities that share a budget: what counts against each side; the pending records; the attempts at
-- them; when the last of these expires; and each side's sends of a day, which last longer. One value, since each further key
-- would cost more memory than its content.
local RECORDS, ATTEMPTS, EXPIRES_AT, DAY_SENDS = 3, 4, 5, 6

-- A pending record. NAME holds the purpose, and the challenge when it is bound. OWNER is the tag of this very identity, '' if the
-- budget is named after it. SIDE pays for guesses. Channels are numbers; EARLIER_CHANNELS are those that the code was sent over
-- before CHANNEL. LAST_SEND is { its id, which is its time; what became of it, if that is known }. When SHORT, guesses at it are
-- counted: TRIED is how many of those in PERIOD were not given back, PERIOD is when their count ends, 0 before the first.
local NAME, CHALLENGE, KEY_ID, WINDOW, ENDS_AT, DIGITS, CHANNEL, ATTEMPTS_LEFT, TIMES_SENT, FENCE, MUTE, EARLIER_CHANNELS,
  LAST_SEND, OWNER, SIDE, SHORT, TRIED, PERIOD = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18

-- An attempt that was neither consumed nor taken back: { id, time, ENDS_AT of its record, when the count of its guess ends or 0,
-- the side that paid for it }.
local ATTEMPT_ID, ATTEMPTED_AT, RECORD_ENDS_AT, GUESS_ENDS_AT, PAID_BY = 1, 2, 3, 4, 5

-- A send of a day: { time, which is also its id; units; record, '' once that was used; whether it was paid; network; receipt }.
-- Oldest first.
local SENT_AT, UNITS, SENT_RECORD, IS_PAID, NETWORK, RECEIPT = 1, 2, 3, 4, 5, 6

-- Moves every time in a budget but the ends of periods, which are far away.
local function move_times(budget, by)
  for side = UNKNOWN, KNOWN do
    for kind = SENDS, VERIFIES do
      local log = budget[side][kind]
      for i = 1, #log do log[i] = log[i] + by end
    end
    local day = budget[DAY_SENDS][side]
    for i = 1, #day do day[i][SENT_AT] = day[i][SENT_AT] + by end
  end
  local records, attempts = budget[RECORDS], budget[ATTEMPTS]
  for i = 1, #records do
    local record, send = records[i], records[i][LAST_SEND]
    record[ENDS_AT], send[1] = record[ENDS_AT] + by, send[1] + by
  end
  for i = 1, #attempts do
    local attempt = attempts[i]
    attempt[ATTEMPTED_AT] = attempt[ATTEMPTED_AT] + by
    attempt[RECORD_ENDS_AT] = attempt[RECORD_ENDS_AT] + by
  end
  budget[EXPIRES_AT] = budget[EXPIRES_AT] + by
end

-- In Redis, times count from the latest send, which is the last element: nearly all then take one to five bytes instead of nine.
local BASE = 7

local function drop_old_sends(day)
  for side = UNKNOWN, KNOWN do
    local first = day[side][1]
    if first and first[SENT_AT] + DAY <= now then
      day[side] = filter(day[side], function(send) return send[SENT_AT] + DAY > now end)
    end
  end
end

local function load_budget(key)
  local budget = load(key)
  if budget then move_times(budget, budget[BASE]) end
  local day = budget and budget[DAY_SENDS] or { {}, {} }
  drop_old_sends(day)
  if budget and budget[EXPIRES_AT] > now then return budget end
  return { { {}, {}, {} }, { {}, {}, {} }, {}, {}, 0, day }
end

-- Comes last: afterwards the times in it are no longer absolute.
local function save_budget(key, budget, expires_at)
  budget[EXPIRES_AT] = math.max(budget[EXPIRES_AT], expires_at or 0)
  local base, last = 0, budget[EXPIRES_AT]
  for side = UNKNOWN, KNOWN do
    local sends, day = budget[side][SENDS], budget[DAY_SENDS][side]
    base = math.max(base, sends[#sends] or 0)
    if #day > 0 then last = math.max(last, day[#day][SENT_AT] + DAY) end
  end
  budget[BASE] = base
  move_times(budget, -base)
  save(key, budget, last)
end

-- Enough of a challenge to tell the records of a day apart.
local function shorten(challenge)
  return string.sub(challenge, 1, 8)
end

-- What callers learn of a send of a day that gives these units back.
local function describe_send(send, units)
  return send[NETWORK], send[RECEIPT], units, write_ms(send[SENT_AT])
end

-- Records with another fence count as absent. No code lives longer than the maximum, even if the server's clock is set back.
local function is_live(record, fence)
  local life = record[ENDS_AT] - now
  return record[FENCE] == fence and life > 0 and life <= MAX_LIFE_SECONDS * 1000000
end

-- The live record of this name and its index; nil without one.
local function find_record(budget, name, fence)
  return find(budget[RECORDS], function(record) return record[NAME] == name and is_live(record, fence) end)
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
  budget[RECORDS] = filter(budget[RECORDS], function(other) return is_live(other, fence) end)
  table.insert(budget[RECORDS], 1, record)
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
  save(key, guesses, guesses[1] + guesses[3] > 0 and math.max(guesses[2], guesses[4]) or 0)
end

-- Adds an attempt and drops those that have outlived every code.
local function add_attempt(budget, attempt)
  local oldest = now - MAX_LIFE_SECONDS * 1000000
  budget[ATTEMPTS] = filter(budget[ATTEMPTS], function(other) return other[ATTEMPTED_AT] > oldest end)
  table.insert(budget[ATTEMPTS], attempt)
end

-- Removes the attempt of this id and returns it; nil without one.
local function take_attempt(budget, id)
  local _, place = find(budget[ATTEMPTS], function(attempt) return attempt[ATTEMPT_ID] == id end)
  return place and table.remove(budget[ATTEMPTS], place)
end

-- Takes guesses of a side back from the count of this period; false if the period is over.
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
  return find(key_ids, function(id) return id == record[KEY_ID] end) ~= nil
end
