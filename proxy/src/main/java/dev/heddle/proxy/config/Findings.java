package dev.heddle.proxy.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.telemetry.NodeText;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Message;
import envoy.config.core.v3.DataSource;
import envoy.type.matcher.v3.RegexMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/// What the parsers find in one resource, in the order in which they find it.
///
/// A parser goes on after a finding, with any value, so that one answer names every mistake; the
/// value is thrown away when there is a rejection.
final class Findings {

    private static final Duration LONGEST = Duration.ofDays(3_650);

    /// Istio's limit; patterns cost memory in proportion to their length.
    private static final int LONGEST_REGEX = 1_024;

    private final NodeText node;
    private final List<String> rejections = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /// In something that the proxy's node has no part in.
    Findings() {
        this(NodeText.SILENT);
    }

    /// @param node of the proxy, which formats may ask
    Findings(NodeText node) {
        this.node = node;
    }

    /// What formats find out of the proxy's node.
    NodeText node() {
        return node;
    }

    /// Something cannot be run. The reason says the value and what is expected.
    void reject(String path, String reason) {
        rejections.add(path.isEmpty() ? reason : path + ": " + reason);
    }

    /// The field is set and this proxy does not do what it asks for.
    void notImplemented(String path) {
        reject(path, "is not implemented");
    }

    /// A value of a field that this proxy does not do.
    void notImplemented(String path, Object value) {
        reject(path, value + " is not implemented");
    }

    /// A field is left out, which changes no request.
    void note(String path) {
        notes.add(path);
    }

    /// Says what becomes of each field that is set in a message: those read by the caller, those
    /// that mean nothing to a request (and are noted), and the rest, which is rejected. So a field
    /// that a later version of the API adds is found, not lost.
    ///
    /// @param read that the caller looks at
    /// @param noted that are left out
    void fields(String path, Message message, Set<String> read, Set<String> noted) {
        for (int number : message.numbers()) {
            String field = message.fieldName(number);
            if (field.isEmpty()) {
                reject(join(path, "field " + number), "is unknown");
            } else if (noted.contains(field)) {
                note(join(path, field));
            } else if (!read.contains(field)) {
                notImplemented(join(path, field));
            }
        }
    }

    /// As [#fields(String, Message, Set, Set)] when nothing may be left out.
    void fields(String path, Message message, Set<String> read) {
        fields(path, message, read, Set.of());
    }

    /// A number that must lie between bounds, both included.
    void range(String path, long value, long least, long greatest) {
        if (value < least || value > greatest) {
            reject(path, value + " (expected: from " + least + " to " + greatest + ")");
        }
    }

    /// A text that must not be empty.
    void required(String path, String value) {
        if (value.isEmpty()) {
            reject(path, "'' (expected: not empty)");
        }
    }

    /// A duration, which must not be negative.
    Duration duration(String path, google.protobuf.Duration value) {
        Duration duration = Duration.ofSeconds(value.getSeconds(), value.getNanos());
        if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
            reject(path, duration + " (expected: from 0s to 10 years)");
            return Duration.ZERO;
        }
        return duration;
    }

    /// A regular expression of RE2, as Envoy takes it.
    Pattern regex(String path, RegexMatcher matcher) {
        fields(path, matcher, Set.of("regex"), Set.of("google_re2"));
        String regex = matcher.getRegex();
        if (regex.isEmpty() || regex.length() > LONGEST_REGEX) {
            reject(
                    join(path, "regex"),
                    regex.length() + " characters (expected: from 1 to " + LONGEST_REGEX + ")");
            return Pattern.compile("");
        }
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            reject(
                    join(path, "regex"),
                    "'" + regex + "' (expected: RE2 syntax; " + e.getDescription() + ")");
            return Pattern.compile("");
        }
    }

    /// A name and its value of a header, free of what would break a message apart.
    void headerValue(String path, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                reject(
                        path,
                        "character "
                                + i
                                + " is 0x"
                                + Integer.toHexString(c)
                                + " (expected: no control character, nothing above 0xff)");
                return;
            }
        }
    }

    /// A text that is part of the configuration.
    ///
    /// @param largest so many characters it may have
    String inline(String path, DataSource source, int largest) {
        fields(path, source, Set.of("inline_string", "inline_bytes"));
        String text =
                switch (source.getSpecifierCase()) {
                    case INLINE_STRING -> source.getInlineString();
                    case INLINE_BYTES -> source.getInlineBytes().toStringUtf8();
                    case FILENAME, ENVIRONMENT_VARIABLE, SPECIFIER_NOT_SET -> "";
                };
        if (text.length() > largest) {
            reject(path, text.length() + " bytes (expected: at most " + largest + ")");
        }
        return text;
    }

    /// The value, if nothing was found that forbids it.
    <T> Parsed<T> of(T value) {
        return rejections.isEmpty()
                ? new Parsed.Accepted<>(value, notes)
                : new Parsed.Rejected<>(rejections);
    }

    /// The value, if nothing was found that forbids it.
    ///
    /// @throws IllegalArgumentException with everything that does
    <T> T accepted(T value) {
        if (rejected()) {
            throw new IllegalArgumentException(String.join("; ", rejections));
        }
        return value;
    }

    /// Reads what a filter is configured by.
    ///
    /// @param type an instance of the message that it is, which whoever found the filter saw to
    /// @param reading says in the findings what is wrong with it
    /// @throws IllegalArgumentException when it cannot be run, with every mistake
    static <M extends Message, C> C read(Any config, M type, BiFunction<M, Findings, C> reading) {
        var findings = new Findings();
        @SuppressWarnings("unchecked") // an M reads an M
        M message = (M) type.read(config.getValue());
        return findings.accepted(reading.apply(message, findings));
    }

    boolean rejected() {
        return !rejections.isEmpty();
    }

    /// `a` and `b` make `a.b`.
    static String join(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }
}
