-- Releases a refused send, once per id. Refused sends have a separate limit. The last send of a code that someone has
-- guessed at stays counted: it paid for the guesses.
-- KEYS[1]  budget
-- ARGV[2]  name of the record
-- ARGV[3]  challenge of the record that was opened
-- ARGV[4]  id of the send
-- SETTINGS side of the caller; reuse, rotate or refuse: under refuse, a record without any accepted send is deleted; period of the limit on
--          refused sends in seconds
-- Returns  nil

local side, resend, period_seconds = unpack(SETTINGS, 3)
local budget = load_budget(KEYS[1])
local sends = budget[side][SENDS]
local id = tonumber(ARGV[4])
local index
for i, send in ipairs(sends) do
  if send == id then index = i end
end
local record, place = find_record(budget, ARGV[2], read_fence())
-- Nobody knows any more whether a code that is gone was guessed at.
if not index or not record or record[CHALLENGE] ~= ARGV[3] then return nil end
if record[TRIED] and record[TIMES_SENT] <= 1 then return nil end
table.remove(sends, index)
table.insert(budget[side][REFUSALS], now)
record[TIMES_SENT] = record[TIMES_SENT] - 1
if resend == 'refuse' and record[TIMES_SENT] <= 0 then table.remove(budget[RECORDS], place) end
save_budget(KEYS[1], budget, now + period_seconds * 1000000)
return nil
