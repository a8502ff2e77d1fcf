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
    /// @param names of the response, as far as they still count
    /// @param named those that the rejection speaks of; none where it does not tell which of
    ///   several it is about
    /// @return the names that are bad for certain; the others will be sent again
    List<String> sift(List<String> names, List<String> named) {
        if (!named.isEmpty() || names.size() <= 1) {
            return again(names.stream().filter(name -> !named.contains(name)).toList(), named);
        }
        int half = names.size() / 2;
        groups.add(names.subList(0, half));
        groups.add(names.subList(half, names.size()));
        return List.of();
    }

    /// Has all of a response sent again: what was bad may be what nobody wants any more.
    List<String> again(List<String> names) {
        return again(names, List.of());
    }

    private List<String> again(List<String> names, List<String> bad) {
        if (!names.isEmpty()) {
            groups.add(names);
        }
        return bad;
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
