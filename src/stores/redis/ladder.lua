-- Precedes the scripts that count sends; see src/core/ladder.ts.
-- Figures are { max, max for a network without sends, max of one network, sends of all from which that holds }, in units.

-- Whether that much more fits: nil, or what has no room, the row as a whole ('all') or the part of the network ('network').
-- `of_network` is nil where networks do not count.
local function find_refusal(figures, used, of_network, units)
  if used + units > (of_network == 0 and figures[2] or figures[1]) then return 'all' end
  if of_network and used >= figures[4] and of_network + units > figures[3] then return 'network' end
  return nil
end
