-- Gives a refused send back, once for each id; the refused try counts against a cap of its own.
-- KEYS[1]  identity
-- ARGV[3]  tag of the record, ARGV[4] its challenge, '' for the unbound one
-- ARGV[5]  challenge of the record that was opened
-- ARGV[6]  id of the send
-- ARGV[7]  reuse, rotate or refuse: under refuse, a record none of whose sends stands is deleted
-- ARGV[8]  seconds for which refused tries stay counted
-- Returns  nil

local identity = load_identity(KEYS[1])
local id = tonumber(ARGV[6])
local index
for i, send in ipairs(identity[SENDS]) do
  if send == id then index = i end
end
if not index then return nil end
table.remove(identity[SENDS], index)
table.insert(identity[REFUSALS], now)

local record, place = find_record(identity, ARGV[3], ARGV[4], read_fence())
if record and record[CHALLENGE] == ARGV[5] then
  record[TIMES_SENT] = record[TIMES_SENT] - 1
  if ARGV[7] == 'refuse' and record[TIMES_SENT] <= 0 then table.remove(identity[RECORDS], place) end
end
save_identity(KEYS[1], identity, now + ARGV[8] * 1000000)
return nil
