package dev.heddle.compiler.lower.alike;

import dev.heddle.compiler.ir.Portion;
import dev.heddle.model.istio.Percent;
import java.util.Optional;

/// What Istio makes of percents: 10,000 of a million each.
public final class Portions {
    private static final int PER_PERCENT = 10_000;

    private Portions() {}

    /// Empty for none; more than all is all.
    public static Optional<Portion> lower(Percent percent) {
        double share = Math.clamp(percent.value(), 0, 100) * PER_PERCENT;
        // As Istio, what is less than a millionth is nothing.
        int perMillion = (int) share;
        return perMillion < 1 ? Optional.empty() : Optional.of(new Portion(perMillion));
    }

    /// Empty for none.
    public static Optional<Portion> lower(int percent) {
        return lower(new Percent(percent));
    }
}
