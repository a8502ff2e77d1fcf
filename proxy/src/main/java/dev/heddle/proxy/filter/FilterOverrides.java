package dev.heddle.proxy.filter;

import dev.heddle.proxy.route.FilterOverride;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds what counts of all that is said of filters.
public final class FilterOverrides {
    private FilterOverrides() {}

    /// Of each filter what is said closest to the route, and where its kind has it so, together
    /// with what is said further away.
    ///
    /// @param closestFirst of route, virtual host and table
    public static List<FilterOverride> merged(List<List<FilterOverride>> closestFirst) {
        var all = new ArrayList<FilterOverride>();
        for (List<FilterOverride> scope : closestFirst) {
            for (FilterOverride further : scope) {
                FilterOverride closer = find(all, further.name());
                if (closer == null) {
                    all.add(further);
                } else if (closer instanceof FilterSpec<?> one
                        && further instanceof FilterSpec<?> other) {
                    all.set(all.indexOf(closer), over(one, other));
                }
            }
        }
        return List.copyOf(all);
    }

    /// What is said of that filter; null for nothing.
    static @Nullable FilterOverride find(List<FilterOverride> overrides, String name) {
        for (FilterOverride each : overrides) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked") // two configurations of one kind are of one class
    private static <C> FilterSpec<C> over(FilterSpec<C> closer, FilterSpec<?> further) {
        if (!closer.type().typeUrl().equals(further.type().typeUrl())) {
            return closer;
        }
        return new FilterSpec<>(
                closer.name(),
                closer.type(),
                closer.type()
                        .over(closer.config().orElseThrow(), (C) further.config().orElseThrow()));
    }
}
