package dev.heddle.compiler.convert;

import com.google.re2j.Pattern;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.model.gatewayapi.HttpRoute.PathMatch;
import dev.heddle.model.gatewayapi.HttpRoute.PathType;
import java.util.Optional;

/// What the path of a request must be, with the prefixes of both APIs: letters at Istio, whole
/// elements in the Gateway API.
sealed interface PathForm {
    /// This path.
    record Exact(String path) implements PathForm {}

    /// Paths that begin with these letters, so `/foo` takes `/foobar`, too.
    record Letters(String prefix) implements PathForm {}

    /// Paths that begin with these elements, so `/foo` takes `/foo/bar` and not `/foobar`.
    ///
    /// @param prefix without a slash at its end; empty for every path
    record Segments(String prefix) implements PathForm {
        /// Every path.
        static final Segments ANY = new Segments("");

        private boolean takes(String path) {
            return path.startsWith(prefix)
                    && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
        }
    }

    /// Paths that match as a whole, in RE2's syntax.
    record Regex(String regex) implements PathForm {}

    /// As the Gateway API has it. Letters have no form of their own there, so that they are an
    /// expression.
    default PathMatch match() {
        return switch (this) {
            case Exact(String path) -> new PathMatch(PathType.Exact, Optional.of(path));
            case Segments(String prefix) ->
                    new PathMatch(
                            PathType.PathPrefix, Optional.of(prefix.isEmpty() ? "/" : prefix));
            case Letters(String prefix) ->
                    new PathMatch(
                            PathType.RegularExpression,
                            Optional.of(EnvoySyntax.quoted(prefix) + ".*"));
            case Regex(String regex) ->
                    new PathMatch(PathType.RegularExpression, Optional.of(regex));
        };
    }

    /// The paths that both take.
    default Meeting<PathForm> meet(PathForm other) {
        if (equals(other) || other.equals(Segments.ANY)) {
            return new Meeting.Both<>(this);
        }
        if (equals(Segments.ANY)) {
            return new Meeting.Both<>(other);
        }
        if (other instanceof Exact(String path)) {
            return takes(path) ? new Meeting.Both<>(other) : new Meeting.Nothing<>();
        }
        if (this instanceof Exact) {
            return other.meet(this);
        }
        return switch (this) {
            case Letters(String prefix) when other instanceof Letters(String longer) ->
                    nested(prefix, longer, other);
            case Letters(String prefix) when other instanceof Segments(String elements) ->
                    withElements(prefix, elements, other);
            case Segments(String elements) when other instanceof Letters ->
                    other.meet(new Segments(elements));
            case Segments segments when other instanceof Segments(String longer) ->
                    segments.takes(longer)
                            ? new Meeting.Both<>(other)
                            : ((Segments) other).takes(segments.prefix())
                                    ? new Meeting.Both<>(this)
                                    : new Meeting.Nothing<>();
            case Letters _, Segments _, Regex _, Exact _ -> new Meeting.Unknown<>();
        };
    }

    private Meeting<PathForm> nested(String prefix, String longer, PathForm other) {
        return longer.startsWith(prefix)
                ? new Meeting.Both<>(other)
                : prefix.startsWith(longer) ? new Meeting.Both<>(this) : new Meeting.Nothing<>();
    }

    private Meeting<PathForm> withElements(String prefix, String elements, PathForm other) {
        return elements.startsWith(prefix)
                ? new Meeting.Both<>(other)
                : prefix.startsWith(elements + "/")
                        ? new Meeting.Both<>(this)
                        : new Meeting.Nothing<>();
    }

    private boolean takes(String path) {
        return switch (this) {
            case Exact(String exact) -> path.equals(exact);
            case Letters(String prefix) -> path.startsWith(prefix);
            case Segments segments -> segments.takes(path);
            case Regex(String regex) -> Pattern.matches(regex, path);
        };
    }
}
