-- Gives back what sends counted, never below zero.
-- KEYS     of each send, for each row its counts, those of the network if it counts, and the sign-ins if it grows; then the
--          places, if there are any
-- ARGV[2…] place of each send
-- SETTINGS of each send { ms when it was counted, units, whether it was a sign-in, rows, period of the places in seconds or 0 };
--          a row is { period in seconds, whether networks count, whether it grows }
-- Returns  nil; or the positions from 0 of the sends with a key that cannot be changed, comma-separated, and the first error. What
--          other keys counted has been given back. When that holds for every send, the error is raised.

local take_key = create_key_reader(1)

local function take_from(key, period, units, at)
  local counts = trim_counts(load(key) or {}, period)
  take_units(counts, period, units, at)
  save_counts(key, counts, period)
end

local function note_sign_in(key)
  local days = load_days(key)
  add_to_part(today, days, 1)
  save(key, days, (today + VERIFIED_DAYS) * DAY)
end

local function take_from_place(key, name, period, units, at)
  local places = load_places(key, period)
  local place, rank = find_place(places, name)
  if not place then return end
  take_units(place[2], period, units, at)
  if #place[2] == 0 then table.remove(places, rank) end
  save_places(key, places, period)
end

local failed, first_error = {}, nil

-- One broken key must not keep the rest from being given back.
local function try(send, change, ...)
  local is_done, problem = pcall(change, ...)
  if is_done then return end
  first_error = first_error or problem
  if failed[#failed] ~= send then table.insert(failed, send) end
end

for i = 3, #SETTINGS do
  local at_ms, units, is_sign_in, rows, place_seconds = unpack(SETTINGS[i])
  local at, send = at_ms * 1000, i - 3
  for _, row in ipairs(rows) do
    local period, by_network, grows = unpack(row)
    try(send, take_from, take_key(), period, units, at)
    if by_network then try(send, take_from, take_key(), period, units, at) end
    if grows then
      local key = take_key()
      if is_sign_in then try(send, note_sign_in, key) end
    end
  end
  if place_seconds > 0 then try(send, take_from_place, take_key(), ARGV[i - 1], place_seconds, units, at) end
end
if #failed == 0 then return nil end
if #failed == #SETTINGS - 2 then error(first_error, 0) end
return answer({ table.concat(failed, ','), type(first_error) == 'table' and first_error.err or tostring(first_error) })
