package dev.heddle.proxy.route;

import com.google.re2j.Pattern;
import dev.heddle.proxy.http.HeaderName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What of a request is hashed, for clusters that choose hosts by it
/// (`envoy.config.route.v3.RouteAction.HashPolicy`).
///
/// @param parts that are there count all; a terminal one ends it where there is a hash by then
public record HashPolicy(List<Part> parts) {
    /// Nothing: each request goes anywhere.
    public static final HashPolicy NONE = new HashPolicy(List.of());

    public HashPolicy {
        parts = List.copyOf(parts);
    }

    /// Whether anything is hashed.
    public boolean isPresent() {
        return !parts.isEmpty();
    }

    /// @param isTerminal whether what follows counts only where there is no hash yet
    public record Part(Key key, boolean isTerminal) {}

    /// A part of a request.
    public sealed interface Key {
        /// A header, of which all values count, in whatever order they come.
        record Header(HeaderName name, Optional<Rewrite> rewrite) implements Key {}

        /// What HTTP/2 says in front of the headers.
        ///
        /// @param name `:path`, `:authority`, `:method` or `:scheme`
        record Pseudo(String name, Optional<Rewrite> rewrite) implements Key {}

        /// A cookie.
        ///
        /// @param made how it is made where a request has none; empty for not at all
        record Cookie(String name, Optional<NewCookie> made) implements Key {}

        /// The client's IP address, as far as trusted headers tell.
        record SourceIp() implements Key {}

        /// A parameter of the query, as it was sent.
        record QueryParameter(String name) implements Key {}
    }

    /// What is hashed instead of a header's value: that with every match replaced.
    ///
    /// @param substitution with `\1` for the first group
    public record Rewrite(Pattern pattern, String substitution) {
        public String apply(String text) {
            return new Substitution(pattern, substitution).apply(text);
        }
    }

    /// A cookie that is made for the client.
    ///
    /// @param ttl in whole seconds; zero for as long as the browser runs
    /// @param path empty for none
    /// @param attributes written behind, in order
    public record NewCookie(Duration ttl, String path, List<Attribute> attributes) {
        public NewCookie {
            attributes = List.copyOf(attributes);
        }

        /// @param value empty for none
        public record Attribute(String name, String value) {}

        /// The `set-cookie` that makes it.
        public String text(String name, String value) {
            var out = new StringBuilder(name).append("=\"").append(value).append('"');
            if (ttl.toSeconds() != 0) {
                out.append("; Max-Age=").append(ttl.toSeconds());
            }
            if (!path.isEmpty()) {
                out.append("; Path=").append(path);
            }
            for (Attribute attribute : attributes) {
                out.append("; ").append(attribute.name());
                if (!attribute.value().isEmpty()) {
                    out.append('=').append(attribute.value());
                }
            }
            return out.append("; HttpOnly").toString();
        }
    }
}
