-- Releases a refused send, once per id, unless as many have been. A record none of whose sends stands counts as deleted; it is
-- kept for operators, who see what became of it.
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
local index
for i, send in ipairs(sends) do
  if send == id then index = i end
end
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

local returned
local day = budget[DAY_SENDS][side]
for i, send in ipairs(day) do
  if send[SENT_AT] == id and send[SENT_RECORD] ~= '' then
    returned = {}
    list_send(returned, send, send[UNITS])
    table.remove(day, i)
    break
  end
end
save_budget(KEYS[1], budget, now + longest * 1000000)
return returned and answer(returned)
