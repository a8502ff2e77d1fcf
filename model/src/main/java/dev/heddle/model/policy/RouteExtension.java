package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What is done with requests of a rule where the Gateway API has no filter for it (kind
/// `HTTPRouteFilter`, named by a rule's, or a backend's, filter `ExtensionRef`). Each section
/// stands for itself.
///
/// @param directResponse an answer of the proxy's own; empty: requests go where the rule says
/// @param urlRewrite changes path or host; empty: not by this
/// @param fault a share of the requests fails on purpose; empty for none
public record RouteExtension(
        Optional<DirectResponse> directResponse,
        Optional<UrlRewrite> urlRewrite,
        Optional<Fault> fault) {
    /// Nothing.
    public static final RouteExtension NONE =
            new RouteExtension(Optional.empty(), Optional.empty(), Optional.empty());

    /// This, and of the other one the sections that this has not.
    public RouteExtension or(RouteExtension other) {
        return new RouteExtension(
                directResponse.or(other::directResponse),
                UrlRewrite.or(urlRewrite, other.urlRewrite),
                fault.or(other::fault));
    }

    /// An answer of the proxy's own.
    ///
    /// @param statusCode 200 to 599; 200 when absent
    /// @param contentType what the body is; `text/plain` when empty
    /// @param body at most 64 KiB; empty for none
    public record DirectResponse(OptionalInt statusCode, String contentType, String body) {
        /// The status in force.
        public int statusOrOk() {
            return statusCode.orElse(200);
        }
    }

    /// Changes path or host.
    public record UrlRewrite(Optional<PathRewrite> path, Optional<HostRewrite> hostname) {
        private static Optional<UrlRewrite> or(
                Optional<UrlRewrite> one, Optional<UrlRewrite> other) {
            return one.isEmpty() || other.isEmpty()
                    ? one.or(() -> other)
                    : Optional.of(
                            new UrlRewrite(
                                    one.get().path.or(() -> other.get().path),
                                    one.get().hostname.or(() -> other.get().hostname)));
        }
    }

    /// Changes a path.
    ///
    /// @param replaceRegexMatch with the only type that there is
    public record PathRewrite(
            @Required PathRewriteType type, Optional<RegexMatch> replaceRegexMatch) {}

    /// What of a path is changed. What the Gateway API can do is no business of this kind.
    public enum PathRewriteType {
        /// Every match of an expression.
        ReplaceRegexMatch
    }

    /// What is put in the place of every match. The query is left alone.
    ///
    /// @param pattern in RE2's syntax
    /// @param substitution `\1` for the first group, `\0` for the whole match, `\\` for `\`
    public record RegexMatch(@Required String pattern, @Required String substitution) {}

    /// Changes the host.
    ///
    /// @param header with the only type that there is; a request without it keeps its host
    public record HostRewrite(@Required HostRewriteType type, Optional<String> header) {}

    /// Where the host comes from.
    public enum HostRewriteType {
        /// A header of the request.
        Header
    }

    /// A share of the requests fails on purpose; an abort comes after a delay.
    public record Fault(Optional<Delay> delay, Optional<Abort> abort) {}

    /// A share of the requests waits.
    ///
    /// @param fixedDelay at least 1 ms
    /// @param percentage 0.0001 to 100; all of them when absent
    public record Delay(@Required Duration fixedDelay, OptionalDouble percentage) {}

    /// A share of the requests is answered with an error: exactly one of the two.
    ///
    /// @param httpStatus 200 to 599
    /// @param grpcStatus as in `UNAVAILABLE`
    /// @param percentage 0.0001 to 100; all of them when absent
    public record Abort(
            OptionalInt httpStatus, Optional<String> grpcStatus, OptionalDouble percentage) {}
}
