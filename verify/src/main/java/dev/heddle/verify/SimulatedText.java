package dev.heddle.verify;

import dev.heddle.compiler.explain.FeatureText;
import dev.heddle.verify.sim.Measured;
import java.util.Locale;
import java.util.stream.Collectors;

/// What a simulation measured, for people.
final class SimulatedText {
    private SimulatedText() {}

    static String of(Measured measured) {
        if (measured.requests() == 0) {
            return "";
        }
        return """
        requests       %d
        success        %s
        statuses       %s
        p99            %s
        attempts       %s
        ejected        %s
        answers        %s
        """
                .formatted(
                        measured.requests(),
                        percent(measured.success()),
                        measured.statuses().entrySet().stream()
                                .map(it ->
                                        it.getValue()
                                                + " x "
                                                + (it.getKey() == 0 ? "no answer" : it.getKey()))
                                .collect(Collectors.joining(", ")),
                        FeatureText.of(measured.p99()),
                        ratio(measured.attemptsPerRequest()),
                        ejected(measured),
                        measured.answers().keySet().stream()
                                .map(it -> percent(measured.share(it)) + " " + it)
                                .collect(Collectors.joining(", ")));
    }

    static String ejected(Measured measured) {
        return measured.ejected().isEmpty() ? "nobody" : String.join(", ", measured.ejected());
    }

    static String percent(double value) {
        return number(value, "%.2f") + " %";
    }

    static String ratio(double value) {
        return number(value, "%.3f");
    }

    private static String number(double value, String format) {
        return value == Math.rint(value)
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, format, value);
    }
}
