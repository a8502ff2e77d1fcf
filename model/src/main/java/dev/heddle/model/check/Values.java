package dev.heddle.model.check;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.Percent;
import dev.heddle.model.match.RegexProgram;
import dev.heddle.model.match.StringMatch;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// Values that many kinds have in common.
final class Values {
    private static final int MAX_REGEX = 1024;
    private static final double LEAST_PERCENT = 0.0001;
    private static final java.util.regex.Pattern HEADER =
            java.util.regex.Pattern.compile("[-!#$%&'*+.^_`|~A-Za-z0-9]+");

    /// Kubernetes takes no others for the headers of a probe.
    private static final java.util.regex.Pattern PROBE_HEADER =
            java.util.regex.Pattern.compile("[-_A-Za-z0-9]+");

    private static final java.util.regex.Pattern CONTROL =
            java.util.regex.Pattern.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f]");
    private static final java.util.regex.Pattern VARIABLES =
            java.util.regex.Pattern.compile(
                    "(?:[^%]|%%|%[A-Z][A-Z0-9_]*(?:\\([^)]*\\))?" + "(?::\\d+)?%)*+");

    private Values() {}

    static void checkPort(int port, FieldPath path, Findings findings) {
        if (port < 1 || port > 65535) {
            findings.invalid(path, port, "a port from 1 to 65535");
        }
    }

    static void checkPort(OptionalInt port, FieldPath path, Findings findings) {
        port.ifPresent(number -> checkPort(number, path, findings));
    }

    static void checkNotNegative(OptionalInt value, FieldPath path, Findings findings) {
        if (value.orElse(0) < 0) {
            findings.invalid(path, value.getAsInt(), ">= 0");
        }
    }

    static void checkPercent(double value, FieldPath path, Findings findings) {
        if (value < 0 || value > 100) {
            findings.invalid(path, value, "0 to 100");
        }
    }

    static void checkPercent(Optional<Percent> percent, FieldPath path, Findings findings) {
        percent.ifPresent(p -> {
            FieldPath at = path.field("value");
            checkPercent(p.value(), at, findings);
            // Proxies count in millionths.
            if (p.value() > 0 && p.value() < LEAST_PERCENT) {
                findings.invalid(at, p.value(), "0, or at least " + LEAST_PERCENT);
            }
        });
    }

    /// A share in percent, of which proxies count millionths.
    static void checkShare(OptionalDouble share, FieldPath path, Findings findings) {
        if (!(share.orElse(1) >= LEAST_PERCENT && share.orElse(1) <= 100)) {
            findings.invalid(path, share.getAsDouble(), "0.0001 to 100");
        }
    }

    /// At least a millisecond, and whole ones.
    static void checkDuration(Optional<Duration> duration, FieldPath path, Findings findings) {
        duration.ifPresent(d -> {
            if (d.compareTo(Duration.ofMillis(1)) < 0) {
                findings.invalid(path, shown(d), "at least 1ms");
            } else if (d.toNanosPart() % 1_000_000 != 0) {
                findings.invalid(path, shown(d), "whole milliseconds");
            }
        });
    }

    /// As [#checkDuration], or zero for no limit.
    static void checkLimit(Optional<Duration> duration, FieldPath path, Findings findings) {
        checkDuration(duration.filter(d -> !d.isZero()), path, findings);
    }

    private static String shown(Duration duration) {
        return duration.toNanosPart() % 1_000_000 == 0
                ? duration.toMillis() + "ms"
                : duration.toNanos() + "ns";
    }

    static void checkMatch(StringMatch match, FieldPath path, Findings findings) {
        switch (match) {
            case StringMatch.Prefix(String prefix) -> {
                if (prefix.isEmpty()) {
                    findings.invalid(path.field("prefix"), prefix, "not empty");
                }
            }
            case StringMatch.Regex(String regex) ->
                    checkRegex(regex, path.field("regex"), findings);
            case StringMatch.Exact _, StringMatch.Present _ -> {}
        }
    }

    static void checkMatch(Optional<StringMatch> match, FieldPath path, Findings findings) {
        match.ifPresent(m -> checkMatch(m, path, findings));
    }

    /// RE2's syntax, because Envoy has no other.
    static void checkRegex(String regex, FieldPath path, Findings findings) {
        if (regex.isEmpty()) {
            findings.invalid(path, regex, "an expression");
        } else if (regex.length() > MAX_REGEX) {
            findings.error(
                    path, regex.length() + " characters (expected: at most " + MAX_REGEX + ")");
        } else {
            try {
                long size = RegexProgram.size(Pattern.compile(regex));
                if (size > RegexProgram.MOST) {
                    findings.error(
                            path,
                            "its program may have "
                                    + size
                                    + " instructions (expected: at most "
                                    + RegexProgram.MOST
                                    + ", as proxies take; say less often how often something is"
                                    + " repeated)");
                }
            } catch (PatternSyntaxException e) {
                String reason = e.getDescription();
                findings.error(
                        DiagnosticCode.INVALID_VALUE,
                        path,
                        "'" + regex + "' is no expression: " + reason,
                        "RE2 knows no look-around and no references: see"
                                + " https://github.com/google/re2/wiki/Syntax.");
            }
        }
    }

    /// Whether it is a token of HTTP.
    static boolean isHeaderName(String name) {
        return HEADER.matcher(name).matches();
    }

    static boolean isProbeHeaderName(String name) {
        return PROBE_HEADER.matcher(name).matches();
    }

    static boolean isAuthority(String header) {
        return header.equalsIgnoreCase(":authority") || header.equalsIgnoreCase("host");
    }

    /// A value that a header gets: no control characters, and `%` only around Envoy's variables or
    /// doubled.
    static void checkHeaderValue(String value, FieldPath path, Findings findings) {
        if (CONTROL.matcher(value).find()) {
            findings.error(path, "control characters (expected: none)");
        } else if (!VARIABLES.matcher(value).matches()) {
            findings.invalid(path, value, "%VARIABLE%, and %% for a percent sign");
        }
    }
}
