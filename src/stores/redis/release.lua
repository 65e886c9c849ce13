-- Gives a refused send back, once for each id; the refused try counts against a cap of its own.
-- KEYS[1]  record
-- KEYS[2]  limits of the identity
-- ARGV[3]  challenge of the record that was opened
-- ARGV[4]  id of the send
-- ARGV[5]  reuse, rotate or refuse: under refuse, a record none of whose sends stands is deleted
-- ARGV[6]  seconds for which refused tries stay counted
-- Returns  nil

local limits = load(KEYS[2])
local id = tonumber(ARGV[4])
local index
for i, send in ipairs(limits and limits[LOG_SENDS] or {}) do
  if send == id then index = i end
end
if not index then return nil end
table.remove(limits[LOG_SENDS], index)
table.insert(limits[LOG_REFUSALS], now)
limits[LOG_EXPIRES_AT] = math.max(limits[LOG_EXPIRES_AT], now + ARGV[6] * 1000000)
save(KEYS[2], limits, limits[LOG_EXPIRES_AT])

local record = load_record(KEYS[1], read_fence())
if not record or record[CHALLENGE] ~= ARGV[3] then return nil end
record[SENDS] = record[SENDS] - 1
if ARGV[5] == 'refuse' and record[SENDS] <= 0 then
  redis.call('DEL', KEYS[1])
else
  save(KEYS[1], record, record[EXPIRES_AT])
end
return nil
