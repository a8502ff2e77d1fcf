package dev.heddle.e2e;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What a caller got back.
///
/// @param headers by lower-case name, in order of arrival
public record Answer(int status, Map<String, List<String>> headers, String body) {
    public Optional<String> header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream().findFirst();
    }

    /// Which echo backend answered, as in `reviews/v2`; empty for a proxy's own reply.
    public Optional<String> destination() {
        return header(EchoReply.DESTINATION);
    }

    /// What the backend saw of the request under that name: `path`, `authority`, `method` or
    /// `header:x-name`.
    public Optional<String> seen(String what) {
        return body.lines()
                .filter(line -> line.startsWith(what + "="))
                .map(line -> line.substring(what.length() + 1))
                .findFirst();
    }
}
