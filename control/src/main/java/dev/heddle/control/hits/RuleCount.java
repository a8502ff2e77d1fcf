package dev.heddle.control.hits;

import dev.heddle.model.Origin;
import java.time.Instant;
import java.util.Optional;

/// How often a rule in force was chosen.
///
/// @param origin where it stands now
/// @param id its name, by which proxies count it
/// @param hits since it is in force
/// @param last when the last one was; empty when there was none
/// @param since when it came in force, as it is
public record RuleCount(
        Origin origin, String id, long hits, Optional<Instant> last, Instant since) {}
