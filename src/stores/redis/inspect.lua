-- Shows what is held about an identity, including codes that have expired. Changes nothing.
-- KEYS[1]  budget
-- KEYS[2]  guess counts of the budget
-- KEYS[3]  sign-out of the identity
-- ARGV[2]  tag of the identity, '' if the budget is named after it: only its records are shown
-- SETTINGS period of the limits in seconds
-- Returns  { records, counts of the unknown side, counts of the known side, second up to which sign-ins have ended or -1 };
--          counts are { sends, refused sends, verifies, guesses, ms until they are forgotten, units of a day, ms until the
--          first is forgotten }, the first three as ms since each, oldest first; a record is { name, number of the channel,
--          digits, attempts left, mute, ms until it expires, id of the last send, ms since then, note about it }

local period = SETTINGS[3] * 1000000
local fence = read_record_fence()
local budget = load_budget(KEYS[1])

local function list_ages(log)
  local ages = {}
  for _, at in ipairs(log) do
    if at + period > now then table.insert(ages, math.floor(math.max(0, now - at) / 1000)) end
  end
  return ages
end

local records = {}
for _, record in ipairs(budget[RECORDS]) do
  local life = record[ENDS_AT] - now
  local is_held = record[FENCE] == fence and life <= MAX_LIFE_SECONDS * 1000000 and budget[EXPIRES_AT] > now
  if record[OWNER] == ARGV[2] and is_held then
    local send, note = unpack(record[LAST_SEND])
    table.insert(records, {
      record[NAME], record[CHANNEL], record[DIGITS], record[ATTEMPTS_LEFT], record[MUTE] and 1 or 0,
      math.floor(life / 1000), string.format('%.0f', send), math.floor((now - send) / 1000), note or ''
    })
  end
end
local guesses = load_guesses(KEYS[2])
local day = budget[DAY_SENDS]
local function inspect_counts(side)
  local units = 0
  for _, send in ipairs(day[side]) do units = units + send[UNITS] end
  local first = day[side][1]
  local counts = budget[side]
  local count, ends_at = index_guesses(side)
  return {
    list_ages(counts[SENDS]), list_ages(counts[REFUSALS]), list_ages(counts[VERIFIES]), guesses[count],
    guesses[count] > 0 and to_ms(guesses[ends_at] - now) or 0, units,
    first and to_ms(first[SENT_AT] + DAY - now) or 0
  }
end
local sign_out = load_sign_out(KEYS[3])
return { records, inspect_counts(UNKNOWN), inspect_counts(KNOWN), sign_out and sign_out[ENDED_SECONDS] or -1 }
