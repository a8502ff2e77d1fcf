package dev.heddle.compiler.convert;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Has the same rule decide as before.
///
/// At Istio the first rule that takes a request decides; in the Gateway API the one that matches
/// most specifically does, wherever it stands. Where an earlier match would lose a request to a
/// later one, the earlier rule gets one more match, which says both conditions: it is at least as
/// specific as the later one, and of two equal ones the earlier rule counts. Where no condition
/// says both, as with two regular expressions, nothing helps, and whoever asks is told.
final class Precedence {
    /// More matches than a route may have; beyond them order cannot be said.
    private static final int MOST = 128;

    private Precedence() {}

    /// A match of a rule.
    ///
    /// @param rule its place in the original's order
    /// @param own the path that the rule itself asks for, by which it rewrites
    record Placed(int rule, MatchForm form, PathForm own) {
        Placed with(MatchForm other) {
            return new Placed(rule, other, own);
        }
    }

    /// What comes of it.
    ///
    /// @param matches in the original's order
    /// @param lost pairs of an earlier match and a later one that takes requests from it
    record Kept(List<Placed> matches, List<Lost> lost) {
        Kept {
            matches = List.copyOf(matches);
            lost = List.copyOf(lost);
        }
    }

    /// Requests that the earlier match took, and the later one takes now.
    record Lost(Placed earlier, Placed later) {}

    /// The matches by which the same rules decide, whatever their order.
    static Kept keep(List<Placed> original) {
        var all = new ArrayList<>(original);
        var lost = new LinkedHashSet<Lost>();
        int later = 0;
        while (later < all.size()) {
            later = settle(all, later, lost);
        }
        return new Kept(all, List.copyOf(lost));
    }

    /// Settles one match with those before it.
    ///
    /// @return the place to go on from
    private static int settle(List<Placed> all, int later, Set<Lost> lost) {
        Placed here = all.get(later);
        for (int i = 0; i < later; i++) {
            Placed earlier = all.get(i);
            if (earlier.rule() == here.rule()) {
                continue;
            }
            if (earlier.form().covers(here.form())) {
                // No request ever came so far.
                all.remove(later);
                return later;
            }
            if (here.form().rank().compareTo(earlier.form().rank()) >= 0) {
                continue;
            }
            switch (earlier.form().meet(here.form())) {
                case Meeting.Nothing<MatchForm> _ -> {}
                case Meeting.Unknown<MatchForm> _ -> lost.add(new Lost(earlier, here));
                case Meeting.Both<MatchForm>(MatchForm both) -> {
                    if (all.size() >= MOST) {
                        lost.add(new Lost(earlier, here));
                    } else if (!isTaken(all, i, here, both)) {
                        all.add(i + 1, earlier.with(both));
                        return i + 1;
                    }
                }
            }
        }
        return later + 1;
    }

    /// Whether a match before the earlier one takes all of it, or one of the same rule does that
    /// goes before the later one.
    private static boolean isTaken(List<Placed> all, int earlier, Placed later, MatchForm both) {
        for (int i = 0; !all.get(i).equals(later); i++) {
            Placed one = all.get(i);
            boolean isNext =
                    one.rule() == all.get(earlier).rule()
                            && one.form().rank().compareTo(later.form().rank()) <= 0;
            if ((i < earlier || isNext) && one.form().covers(both)) {
                return true;
            }
        }
        return false;
    }

    /// Requests that matches of one route lose to those of another one that was behind it.
    ///
    /// @param wins whether the other route counts where both are equally specific
    static List<Lost> between(List<Placed> first, List<Placed> second, boolean wins) {
        var lost = new ArrayList<Lost>();
        for (Placed earlier : first) {
            for (Placed later : second) {
                int order = later.form().rank().compareTo(earlier.form().rank());
                if ((order < 0 || (order == 0 && wins))
                        && !(earlier.form().meet(later.form()) instanceof Meeting.Nothing)
                        && first.stream()
                                .noneMatch(other -> isInstead(other, earlier, later, wins))) {
                    lost.add(new Lost(earlier, later));
                }
            }
        }
        return lost;
    }

    /// Whether another match of the first route takes what both take, before the second does.
    private static boolean isInstead(Placed other, Placed earlier, Placed later, boolean wins) {
        int order = other.form().rank().compareTo(later.form().rank());
        return (order < 0 || (order == 0 && !wins))
                && earlier.form().meet(later.form())
                        instanceof Meeting.Both<MatchForm>(MatchForm both)
                && other.form().covers(both);
    }
}
