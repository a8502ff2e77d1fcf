package dev.heddle.control.stage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// A change in stages as others see it.
///
/// @param version of the change
/// @param who began it
/// @param message why
/// @param stages as in `1%,25%,100%`
/// @param state `waiting`, `holding`, `promoting`, `promoted` or `reverted`
/// @param stage which one, from 1; the last when it is over
/// @param share of it, as in `25%`
/// @param proxies ids of those that have the change; none when it is over
/// @param missing those of them that must acknowledge and did not yet
/// @param hold how long a stage is watched
/// @param since when the state began
/// @param reason why it was reverted; empty for anything else
public record StageView(
        long version,
        String who,
        String message,
        String stages,
        String state,
        int stage,
        String share,
        List<String> proxies,
        List<String> missing,
        Duration hold,
        Instant since,
        String reason) {
    public StageView {
        proxies = List.copyOf(proxies);
        missing = List.copyOf(missing);
    }

    /// Whether it goes on.
    public boolean isUnderWay() {
        return !state.equals("promoted") && !state.equals("reverted");
    }
}
