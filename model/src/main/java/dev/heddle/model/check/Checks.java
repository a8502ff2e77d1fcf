package dev.heddle.model.check;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resource;
import java.util.List;

/// Every check of every kind.
public final class Checks {
    private Checks() {}

    /// What is wrong with a resource.
    public static List<Diagnostic> check(Resource<?> resource) {
        return List.of();
    }
}
