-- Keeps what became of the last send of a record, even if the record has expired, instead of what was kept before. A send that
-- another one has followed is ignored.
-- KEYS[1]  budget
-- ARGV[2]  name of the record
-- ARGV[3]  challenge of the record that was opened
-- ARGV[4]  id of the send
-- ARGV[5]  the note
-- SETTINGS seconds for which it is kept
-- Returns  nil

local budget = load_budget(KEYS[1])
local send = tonumber(ARGV[4])
local record = find(budget[RECORDS], function(one)
  return one[NAME] == ARGV[2] and one[CHALLENGE] == ARGV[3] and one[LAST_SEND][1] == send
end)
if record then
  record[LAST_SEND] = { send, ARGV[5] }
  save_budget(KEYS[1], budget, now + SETTINGS[3] * 1000000)
end
