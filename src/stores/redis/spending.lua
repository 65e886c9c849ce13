-- Precedes the scripts that count sends over a day; see src/core/ladder.ts.
-- Figures are { max, max for a network without sends, max of one network, sends of all from which that holds }, in units.

-- Whether that much more fits: nil, or what has no room, the row as a whole ('all') or the part of the network ('network').
-- `of_network` is nil where networks do not count.
local function find_refusal(figures, used, of_network, units)
  if used + units > (of_network == 0 and figures[2] or figures[1]) then return 'all' end
  if of_network and used >= figures[4] and of_network + units > figures[3] then return 'network' end
  return nil
end

-- Counts a hit against the rolling limits, and decides about the rows.
-- Of KEYS from `first` on: logs of the rolling limits; then for each row its counts, those of the network if it counts, and the
-- sign-ins if it grows; then the places, if there are any
-- Settings: units to count; whether the second step holds; whether rows refuse; period of the rolling limits in seconds; their
-- maxima; rows, each { period in seconds, figures, figures of the second step, whether networks count, whether it grows };
-- places without a check and their period in seconds
-- Returns { number of what refuses, ms until it fits, whether the second step has room }; -1: a rolling limit, one more than there
-- are rows: the places. Or nil, a function that counts the send, and the number of the row that would have refused or 0
local function prepare_spending(settings, first, place_name)
  local units, second, enforced, hit_seconds, hit_maxima, rows, max_places, place_seconds = unpack(settings)

  local hit_wait = take_hits(first, hit_maxima, hit_seconds)
  if hit_wait > 0 then return { -1, hit_wait, 0 } end

  local take_key = create_key_reader(first + #hit_maxima)
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
    local growth = grows and best_day(load_days(take_key())) * UNITS_PER_SEND / free[1] or 1
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
    local _, rank = find_place(places, place_name)
    if not second and rank > max_places and refused_by == 0 then
      refused_by = #rows + 1
      wait = find_end(places[1][2], place_seconds) - now
      for _, place in ipairs(places) do wait = math.min(wait, find_end(place[2], place_seconds) - now) end
    end
  end

  if refused_by > 0 and enforced then return { refused_by, to_ms(wait), helped and 1 or 0 } end

  local function count()
    for _, one in ipairs(found) do
      add_units(one.counts, one.period, units)
      save_counts(one.key, one.counts, one.period)
      if one.network_key then
        add_units(one.network_counts, one.period, units)
        save_counts(one.network_key, one.network_counts, one.period)
      end
    end
    if places_key then
      local place = find_place(places, place_name)
      if not place then
        place = { place_name, {} }
        table.insert(places, place)
      end
      add_units(place[2], place_seconds, units)
      save_places(places_key, places, place_seconds)
    end
  end
  return nil, count, refused_by
end
