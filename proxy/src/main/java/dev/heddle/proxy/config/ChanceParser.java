package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.route.Chance;
import envoy.config.core.v3.RuntimeFractionalPercent;
import envoy.type.v3.FractionalPercent;
import java.util.Set;

/// Reads shares of requests.
final class ChanceParser {
    private final Findings findings;

    ChanceParser(Findings findings) {
        this.findings = findings;
    }

    /// One of which the runtime may say another one.
    Chance runtime(String path, RuntimeFractionalPercent fraction) {
        findings.fields(path, fraction, Set.of("default_value", "runtime_key"));
        return percent(join(path, "default_value"), fraction.getDefaultValue())
                .by(fraction.getRuntimeKey());
    }

    Chance percent(String path, FractionalPercent percent) {
        findings.fields(path, percent, Set.of("numerator", "denominator"));
        long numerator = Integer.toUnsignedLong(percent.getNumerator());
        int denominator =
                switch (percent.getDenominator()) {
                    case HUNDRED -> 100;
                    case TEN_THOUSAND -> 10_000;
                    case MILLION -> 1_000_000;
                    case UNRECOGNIZED -> {
                        findings.reject(join(path, "denominator"), "is unknown");
                        yield 100;
                    }
                };
        return new Chance((int) Math.min(numerator, denominator), denominator);
    }
}
