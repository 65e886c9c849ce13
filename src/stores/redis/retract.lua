-- Takes back an attempt and its guess, once: what it counted no longer counts, and it can no longer be consumed.
-- KEYS[1]  identity
-- KEYS[2]  guess count of the identity
-- ARGV[2]  name of the record
-- ARGV[3]  id of the attempt
-- Returns  1, or 0 when there is no such attempt

local identity = load_identity(KEYS[1])
local attempt = take_attempt(identity, ARGV[3])
if not attempt then return 0 end
local record = find_record(identity, ARGV[2], read_fence())
-- Not another one that has replaced it.
if record and record[ENDS_AT] == attempt[RECORD_ENDS_AT] then
  record[ATTEMPTS_LEFT] = record[ATTEMPTS_LEFT] + 1
end
for i, at in ipairs(identity[VERIFIES]) do
  if at == attempt[ATTEMPTED_AT] then
    table.remove(identity[VERIFIES], i)
    break
  end
end
save_identity(KEYS[1], identity)
take_guess_back(KEYS[2], attempt)
return 1
