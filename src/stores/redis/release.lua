-- Releases a refused send, once per id, unless too many have been. A record without any other send counts as deleted, but is kept
-- for operators, who see what became of it.
-- KEYS[1]  budget
-- ARGV[2]  name of the record
-- ARGV[3]  challenge of the record that was opened
-- ARGV[4]  id of the send
-- SETTINGS side of the caller; limits of refused sends, each a maximum and its period in seconds
-- Returns  { network, receipt, units, ms of the send } of a send that was counted over a day, or nil

local side, limits = unpack(SETTINGS, 3)
local budget = load_budget(KEYS[1])
local sends, refusals = budget[side][SENDS], budget[side][REFUSALS]
local id = tonumber(ARGV[4])
local _, index = find(sends, function(send) return send == id end)
if not index then return nil end
local longest = 0
for _, limit in ipairs(limits) do
  local max, period_seconds = unpack(limit)
  local earliest = refusals[#refusals - max + 1]
  if earliest and earliest + period_seconds * 1000000 > now then return nil end
  longest = math.max(longest, period_seconds)
end
wait_for_room(refusals, 1, longest)
table.insert(refusals, now)
table.remove(sends, index)
local record = find_record(budget, ARGV[2], read_record_fence())
if record and record[CHALLENGE] == ARGV[3] then record[TIMES_SENT] = record[TIMES_SENT] - 1 end

local day = budget[DAY_SENDS][side]
local send, place = find(day, function(one) return one[SENT_AT] == id and one[SENT_RECORD] ~= '' end)
if send then table.remove(day, place) end
save_budget(KEYS[1], budget, now + longest * 1000000)
return send and answer({ describe_send(send, send[UNITS]) })
