package dev.heddle.compiler.select;

import dev.heddle.model.Resource;
import java.time.Instant;
import java.util.Comparator;

/// Who was first. Istio's order of resources that claim the same thing.
public final class Age {
    private Age() {}

    /// By the time of creation, then name, then namespace. What has no such time is taken for the
    /// oldest.
    public static <S> Comparator<Resource<S>> oldestFirst() {
        return Comparator.comparing((Resource<S> r) -> r.metadata().created().orElse(Instant.MIN))
                .thenComparing(r -> r.metadata().name())
                .thenComparing(r -> r.metadata().namespace());
    }
}
