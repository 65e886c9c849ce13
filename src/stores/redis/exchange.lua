-- Starts, rotates or ends a token family.
-- KEYS[1]  family: { hash of the one valid token, expires_at, fence }
-- ARGV[2]  hash of the presented token; '' starts the family
-- ARGV[3]  hash of the token that replaces it; '' ends the family
-- SETTINGS life of a new family in seconds
-- Returns  'exchanged' | 'reused' | 'unknown'

local fence = read_fence()
if ARGV[2] == '' and ARGV[3] ~= '' then
  local expires_at = now + SETTINGS[3] * 1000000
  save(KEYS[1], { ARGV[3], expires_at, fence }, expires_at)
  return 'exchanged'
end
local family = load(KEYS[1])
if not family or family[3] ~= fence or family[2] <= now then return 'unknown' end
if ARGV[3] == '' then
  redis.call('DEL', KEYS[1])
  return 'exchanged'
end
if family[1] ~= ARGV[2] then
  redis.call('DEL', KEYS[1])
  return 'reused'
end
save(KEYS[1], { ARGV[3], family[2], fence }, family[2])
return 'exchanged'
