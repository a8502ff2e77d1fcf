package dev.heddle.compiler.ir;

import java.math.BigDecimal;

/// A portion of the requests, each of which is taken by chance.
///
/// @param perMillion 1 to 1,000,000
public record Portion(int perMillion) {
    private static final int WHOLE = 1_000_000;

    /// Every request.
    public static final Portion ALL = new Portion(WHOLE);

    public Portion {
        if (perMillion < 1 || perMillion > WHOLE) {
            throw new IllegalArgumentException(
                    "perMillion: " + perMillion + " (expected: 1 to 1000000)");
        }
    }

    public boolean isAll() {
        return perMillion == WHOLE;
    }

    /// As in `12.5 %`.
    @Override
    public String toString() {
        return BigDecimal.valueOf(perMillion, 4).stripTrailingZeros().toPlainString() + " %";
    }
}
