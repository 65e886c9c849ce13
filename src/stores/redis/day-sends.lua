-- Precedes the scripts that know the sends of a day. DAY_SECONDS and UNITS_PER_SEND are defined before it.
-- The sends to the identities of a budget, of each side, oldest first: { time, which is also the id; units; record, '' once it was
-- used; whether it cost something; network; receipt }. A key of its own, since the budget is forgotten sooner.
local SENT_AT, UNITS, SENT_RECORD, IS_PAID, NETWORK, RECEIPT = 1, 2, 3, 4, 5, 6
local DAY_LENGTH = DAY_SECONDS * 1000000

-- Enough of a challenge to tell the records of a day apart.
local function shorten(challenge)
  return string.sub(challenge, 1, 8)
end

local function load_day(key)
  local day = load(key) or { {}, {} }
  for side = 1, 2 do
    local first = day[side][1]
    if first and first[SENT_AT] + DAY_LENGTH <= now then
      local kept = {}
      for _, send in ipairs(day[side]) do
        if send[SENT_AT] + DAY_LENGTH > now then table.insert(kept, send) end
      end
      day[side] = kept
    end
  end
  return day
end

local function save_day(key, day)
  local newest = 0
  for side = 1, 2 do
    local last = day[side][#day[side]]
    if last then newest = math.max(newest, last[SENT_AT]) end
  end
  if newest == 0 then
    redis.call('DEL', key)
  else
    save(key, day, newest + DAY_LENGTH)
  end
end
