-- Keeps how the last send of a record fared, even if the record has expired. What was kept of it before is replaced; a send
-- that another one has followed is ignored.
-- KEYS[1]  budget
-- ARGV[2]  name of the record
-- ARGV[3]  challenge of the record that was opened
-- ARGV[4]  id of the send
-- ARGV[5]  the note
-- SETTINGS seconds for which it is kept
-- Returns  nil

local budget = load_budget(KEYS[1])
local send = tonumber(ARGV[4])
for _, record in ipairs(budget[RECORDS]) do
  local last = record[LAST_SEND]
  if record[NAME] == ARGV[2] and record[CHALLENGE] == ARGV[3] and last[1] == send then
    record[LAST_SEND] = { send, ARGV[5] }
    save_budget(KEYS[1], budget, now + SETTINGS[3] * 1000000)
  end
end
return nil
