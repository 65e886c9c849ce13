-- Precedes the scripts that count over a day.
-- Counts are { part of the period, units, part, units … }, oldest first. Parts are numbered from 1970 on.

local function part_length(period_seconds)
  return period_seconds * 1000000 / BUCKETS_PER_PERIOD
end

-- The number of the part that this time is in.
local function part_of(time, period_seconds)
  return math.floor(time / part_length(period_seconds))
end

-- When the units of this part no longer count.
local function end_of(part, period_seconds)
  return (part + 1) * part_length(period_seconds) + period_seconds * 1000000
end

-- The counts from this part on, and their sum.
local function drop_parts_before(first, counts)
  local kept, sum = {}, 0
  for i = 1, #counts, 2 do
    if counts[i] >= first then
      table.insert(kept, counts[i])
      table.insert(kept, counts[i + 1])
      sum = sum + counts[i + 1]
    end
  end
  return kept, sum
end

-- Adds units to this part. If the clock was set back, the last part may be a later one, and takes them.
local function add_to_part(part, counts, units)
  local last = #counts - 1
  if last > 0 and counts[last] >= part then
    counts[last + 1] = counts[last + 1] + units
  else
    table.insert(counts, part)
    table.insert(counts, units)
  end
end

-- Returns the counts without what has left the period, and their sum.
local function trim_counts(counts, period_seconds)
  return drop_parts_before(part_of(now, period_seconds) - BUCKETS_PER_PERIOD, counts)
end

local function add_units(counts, period_seconds, units)
  add_to_part(part_of(now, period_seconds), counts, units)
end

-- Takes units back from the part that this time is in, as far as it has them.
local function take_units(counts, period_seconds, units, at)
  local part = part_of(at, period_seconds)
  for i = 1, #counts, 2 do
    if counts[i] == part then
      counts[i + 1] = counts[i + 1] - units
      if counts[i + 1] <= 0 then
        table.remove(counts, i)
        table.remove(counts, i)
      end
      return
    end
  end
end

-- When the last of them no longer counts.
local function find_end(counts, period_seconds)
  return end_of(counts[#counts - 1], period_seconds)
end

local function save_counts(key, counts, period_seconds)
  save(key, counts, #counts > 0 and find_end(counts, period_seconds) or 0)
end

-- Microseconds until no more than `most` of the units still count.
local function wait_for_units(counts, period_seconds, most)
  local _, used = trim_counts(counts, period_seconds)
  local wait = part_length(period_seconds)
  for i = 1, #counts, 2 do
    if used <= most then break end
    used = used - counts[i + 1]
    wait = end_of(counts[i], period_seconds) - now
  end
  return wait
end

-- Places are { { place, counts }, … } in the order of their first sends that still count.
local function load_places(key, period_seconds)
  local kept = {}
  for _, place in ipairs(load(key) or {}) do
    local counts = trim_counts(place[2], period_seconds)
    if #counts > 0 then table.insert(kept, { place[1], counts }) end
  end
  return kept
end

local function save_places(key, places, period_seconds)
  local expires_at = 0
  for _, place in ipairs(places) do expires_at = math.max(expires_at, find_end(place[2], period_seconds)) end
  save(key, places, expires_at)
end

-- The place of this name and its rank; nil and the rank that it would get, if it is new.
local function find_place(places, name)
  local place, rank = find(places, function(one) return one[1] == name end)
  return place, rank or #places + 1
end

-- Sign-ins are counts too, { day, count, day, count … }. Days are numbered from 1970 on.
local today = math.floor(now / DAY)

local function load_days(key)
  return (drop_parts_before(today - VERIFIED_DAYS + 1, load(key) or {}))
end

local function best_day(days)
  local best = 0
  for i = 2, #days, 2 do best = math.max(best, days[i]) end
  return best
end

-- Returns a function that gives KEYS[first], then the one after it, and so on.
local function create_key_reader(first)
  local next_key = first - 1
  return function()
    next_key = next_key + 1
    return KEYS[next_key]
  end
end
