package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/// Resources of a rejected response that are not known to be bad, in groups to be sent again by
/// themselves.
///
/// Envoy stops at the first route table or load assignment that it cannot take and leaves those
/// behind it as they were. Where its words tell which one it was, the others are sent once more;
/// where they don't, halves are, until one is left. So a bad resource holds back no other, at the
/// price of two responses for each halving.
@Confined("xds stream")
final class Suspects {
    private final Deque<List<String>> groups = new ArrayDeque<>();

    /// Finds what is bad in a rejected response.
    ///
    /// @param names of the response
    /// @param named those that the rejection speaks of; all of them when of none
    /// @return the names that are bad for certain; the others will be sent again
    List<String> sift(List<String> names, List<String> named) {
        if (names.size() <= 1) {
            return names;
        }
        if (named.size() < names.size()) {
            groups.add(names.stream().filter(name -> !named.contains(name)).toList());
            return named;
        }
        int half = names.size() / 2;
        groups.add(names.subList(0, half));
        groups.add(names.subList(half, names.size()));
        return List.of();
    }

    /// Whether a group is to be sent.
    ///
    /// @param isThere whether a name still is of interest; others are dropped
    boolean isAny(Predicate<String> isThere) {
        while (!groups.isEmpty()) {
            List<String> group = groups.remove().stream().filter(isThere).toList();
            if (!group.isEmpty()) {
                groups.addFirst(group);
                return true;
            }
        }
        return false;
    }

    /// The next group. Only after [#isAny].
    List<String> take() {
        return groups.remove();
    }
}
