-- Gives back what one send counted, never below zero.
-- KEYS     for each row its counts, those of the network if it counts, and the sign-ins if it grows; then the places, if there
--          are any
-- ARGV[2]  place
-- SETTINGS ms when it was counted; units; whether it was a sign-in; rows, see spending.lua; period of the places in seconds, or 0
-- Returns  nil

local at_ms, units, is_sign_in, rows, place_seconds = unpack(SETTINGS, 3)
local at = at_ms * 1000

local take_key = create_key_reader(1)

local function take_from(key, period)
  local counts = trim_counts(load(key) or {}, period)
  take_units(counts, period, units, at)
  save_counts(key, counts, period)
end

local function note_sign_in(key)
  local days = load_days(key)
  add_to_part(today, days, 1)
  save(key, days, (today + VERIFIED_DAYS) * DAY)
end

for _, row in ipairs(rows) do
  local period, _, _, by_network, grows = unpack(row)
  take_from(take_key(), period)
  if by_network then take_from(take_key(), period) end
  if grows then
    local key = take_key()
    if is_sign_in then note_sign_in(key) end
  end
end
if place_seconds > 0 then
  local key = take_key()
  local places = load_places(key, place_seconds)
  local place, rank = find_place(places, ARGV[2])
  if place then
    take_units(place[2], place_seconds, units, at)
    if #place[2] == 0 then table.remove(places, rank) end
    save_places(key, places, place_seconds)
  end
end
