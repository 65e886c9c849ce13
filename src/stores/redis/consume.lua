-- Single use: deletes the record and returns the time of the sign-in to exactly one caller, ever. The winner also clears the
-- verify limit, and takes back every guess at a bound record. At an unbound one, each caller's guess was right and is taken
-- back.
-- KEYS[1]  budget
-- KEYS[2]  guess counts of the budget
-- KEYS[3]  sign-out of the identity
-- ARGV[2]  name of the record
-- ARGV[3]  challenge of the record that was attempted
-- ARGV[4]  id of the attempt, or ''
-- SETTINGS side of the caller; whether the record is bound; units that a send gives back, and units that a paid one does
-- Returns  { seconds }, later than the last sign-out, even within the same second, followed by { network, receipt, units, ms
--          of the send } of each send of the record that was counted over a day; 0 for every other caller

local side, bound, free_units, paid_units = unpack(SETTINGS, 3)
local budget = load_budget(KEYS[1])
local attempt
if ARGV[4] ~= '' then
  attempt = take_attempt(budget, ARGV[4])
  if not attempt then return 0 end -- it has been taken back
end
local record, place = find_record(budget, ARGV[2], read_record_fence())
local won = record and record[CHALLENGE] == ARGV[3]

-- Takes back what the sends of the record counted over a day, and returns it.
local function return_sends()
  local returned, day = {}, budget[DAY_SENDS]
  for side = UNKNOWN, KNOWN do
    day[side] = filter(day[side], function(send)
      if send[SENT_RECORD] == shorten(ARGV[3]) then
        local units = send[IS_PAID] and paid_units or free_units
        for _, field in ipairs({ describe_send(send, units) }) do table.insert(returned, field) end
        send[UNITS], send[SENT_RECORD] = send[UNITS] - units, ''
      end
      return send[UNITS] > 0
    end)
  end
  return returned
end

local returned
if won then
  table.remove(budget[RECORDS], place)
  budget[side][VERIFIES] = {}
  returned = return_sends()
end
-- Before any guess is given back, so that a failure in between leaves no code that works.
if won or attempt then save_budget(KEYS[1], budget) end
if bound then
  if won then take_guesses_back(KEYS[2], record[SIDE], record[PERIOD], record[TRIED]) end
elseif attempt then
  take_guesses_back(KEYS[2], attempt[PAID_BY], attempt[GUESS_ENDS_AT], 1)
elseif won then
  take_guesses_back(KEYS[2], record[SIDE], record[PERIOD], 1)
end
if not won then return 0 end

local seconds = math.floor(now / 1000000)
local sign_out = load_sign_out(KEYS[3])
if sign_out then
  seconds = math.max(seconds, sign_out[ENDED_SECONDS] + 1)
  sign_out[LATEST_SECONDS] = math.max(sign_out[LATEST_SECONDS], seconds)
  save(KEYS[3], sign_out, sign_out[SIGN_OUT_EXPIRES_AT])
end
return answer({ seconds, unpack(returned) })
