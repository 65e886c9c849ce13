-- Counts one send against all of these rows or none. A refused call changes nothing but the rolling limits, which come first.
-- KEYS     logs of the rolling limits; then for each row its counts, those of the network if it counts, and the sign-ins if it
--          grows; then the places, if there are any
-- ARGV[2]  place
-- SETTINGS units to count; whether the second step holds; whether rows refuse; period of the rolling limits in seconds; their maxima; rows, each
--          { period in seconds, figures, figures of the second step, whether networks count, whether it grows }; places without
--          a check and their period in seconds
-- Returns  { 0, ms of now, number of the row that would have refused or 0 }
--          { number of what refuses, ms until it fits, whether the second step has room }; -1: a rolling limit,
--          one more than there are rows: the places

local units, second, enforced, hit_seconds, hit_maxima, rows, max_places, place_seconds = unpack(SETTINGS, 3)

local logs = {}
for i, max in ipairs(hit_maxima) do
  logs[i] = load(KEYS[i]) or {}
  local wait = wait_for_room(logs[i], max, hit_seconds)
  if wait > 0 then return { -1, to_ms(wait), 0 } end
end
for i, log in ipairs(logs) do
  table.insert(log, now)
  save(KEYS[i], log, now + hit_seconds * 1000000)
end

local next_key = #hit_maxima
local function take_key()
  next_key = next_key + 1
  return KEYS[next_key]
end

local function grow(figures, growth)
  if growth <= 1 then return figures end
  local grown = {}
  for i, figure in ipairs(figures) do grown[i] = figure * growth end
  return grown
end

local found, refused_by, wait, helped = {}, 0, 0, not second
for i, row in ipairs(rows) do
  local period, free, checked, by_network, grows = unpack(row)
  local one = { key = take_key(), period = period }
  local used, of_network
  one.counts, used = trim_counts(load(one.key) or {}, period)
  if by_network then
    one.network_key = take_key()
    one.network_counts, of_network = trim_counts(load(one.network_key) or {}, period)
  end
  local growth = grows and best_day(load(take_key()) or {}) * UNITS_PER_SEND / free[1] or 1
  local figures = grow(second and checked or free, growth)
  local part = find_refusal(figures, used, of_network, units)
  if part and refused_by == 0 then
    refused_by = i
    if part == 'network' then
      wait = wait_for_units(one.network_counts, period, figures[3] - units)
    else
      local max = of_network == 0 and figures[2] or figures[1]
      wait = wait_for_units(one.counts, period, max - units)
    end
  end
  if part and helped and find_refusal(grow(checked, growth), used, of_network, units) then helped = false end
  found[i] = one
end

local places_key, places = max_places > 0 and take_key()
if places_key then
  places = load_places(places_key, place_seconds)
  local _, rank = find_place(places, ARGV[2])
  if not second and rank > max_places and refused_by == 0 then
    refused_by = #rows + 1
    wait = find_end(places[1][2], place_seconds) - now
    for _, place in ipairs(places) do wait = math.min(wait, find_end(place[2], place_seconds) - now) end
  end
end

if refused_by > 0 and enforced then return { refused_by, to_ms(wait), helped and 1 or 0 } end

for _, one in ipairs(found) do
  add_units(one.counts, one.period, units)
  save_counts(one.key, one.counts, one.period)
  if one.network_key then
    add_units(one.network_counts, one.period, units)
    save_counts(one.network_key, one.network_counts, one.period)
  end
end
if places_key then
  local place = find_place(places, ARGV[2])
  if not place then
    place = { ARGV[2], {} }
    table.insert(places, place)
  end
  add_units(place[2], place_seconds, units)
  save_places(places_key, places, place_seconds)
end
return { 0, string.format('%.0f', math.floor(now / 1000)), refused_by }
