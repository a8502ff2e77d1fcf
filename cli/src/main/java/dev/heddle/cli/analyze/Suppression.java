package dev.heddle.cli.analyze;

import dev.heddle.cli.text.Failure;
import dev.heddle.model.DiagnosticCode;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A code that is of no interest for some resources, in istioctl's words: `IST0103=Pod *.testing`.
///
/// @param code of findings
/// @param resources as in `DestinationRule reviews.default`, or `Namespace shop`
public record Suppression(String code, Pattern resources) {
    private static final Pattern CODE = Pattern.compile("IST[0-9]{4}");

    /// Reads one.
    ///
    /// @param text with `*` for any letters
    /// @throws Failure when it is none
    public static Suppression parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw Failure.usage(
                    "--suppress: '%s' (expected: as in 'IST0103=Pod *.testing')".formatted(text),
                    "");
        }
        String code = text.substring(0, equals);
        boolean isKnown =
                CODE.matcher(code).matches()
                        || Arrays.stream(DiagnosticCode.values())
                                .anyMatch(c -> c.id().equals(code));
        if (!isKnown) {
            throw Failure.usage(
                    "--suppress: there is no code '%s'".formatted(code),
                    "docs/features/analyze.md lists them");
        }
        return new Suppression(code, glob(text.substring(equals + 1)));
    }

    private static Pattern glob(String text) {
        return Pattern.compile(
                Arrays.stream(text.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")));
    }
}
