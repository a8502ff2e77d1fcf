package dev.heddle.proxy.filter.extauthz;

import dev.heddle.proxy.route.Chance;
import dev.heddle.proxy.tuning.RuntimeValues;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who is asked about requests, when, and what happens where nobody answers
/// (`envoy.extensions.filters.http.ext_authz.v3.ExtAuthz`).
///
/// @param statPrefix in front of the names of its counters, with a dot behind; may be empty
public record ExtAuthzConfig(
        CheckService service,
        Enabling enabling,
        Failing failing,
        Told told,
        Optional<BodyLimit> body,
        Taken taken,
        String statPrefix) {

    /// Of which requests the service is asked (`filter_enabled`, `filter_enabled_metadata`,
    /// `deny_at_disable`).
    ///
    /// @param share of them
    /// @param ofMetadata what filters before must have found out; null stands for nothing at all
    /// @param deniesOthers whether the others are refused
    /// @param denialKey by which the runtime may say otherwise; empty for none
    public record Enabling(
            Chance share,
            Predicate<@Nullable Map<String, Object>> ofMetadata,
            boolean deniesOthers,
            String denialKey) {
        boolean deniesOthers(RuntimeValues values) {
            return values.truth(denialKey, deniesOthers);
        }
    }

    /// What happens where there is no answer (`failure_mode_allow`,
    /// `failure_mode_allow_header_add`, `status_on_error`).
    ///
    /// @param allows whether the request passes all the same
    /// @param tells whether such a request says so, in `x-envoy-auth-failure-mode-allowed`
    /// @param status of the refusal otherwise
    public record Failing(boolean allows, boolean tells, int status) {}

    /// What the service is told beside what it always is.
    ///
    /// @param headers names, as `:path` or `cookie`, of the headers that it is told
    /// @param areRaw whether each is told by itself, as bytes (`encode_raw_headers`)
    /// @param namespaces of what filters before found out (`metadata_context_namespaces`)
    /// @param certificate whether the client's certificate
    /// @param tlsSession whether the name that the client's hello asks for
    public record Told(
            Predicate<String> headers,
            boolean areRaw,
            List<String> namespaces,
            boolean certificate,
            boolean tlsSession) {
        public Told {
            namespaces = List.copyOf(namespaces);
        }
    }

    /// How much of a request's body the service is told (`with_request_body`).
    ///
    /// @param mostBytes at least 1
    /// @param isPartEnough whether the beginning will do; a longer body is refused otherwise
    /// @param asBytes whether it is told as bytes, and not as text
    public record BodyLimit(int mostBytes, boolean isPartEnough, boolean asBytes) {
        public BodyLimit {
            if (mostBytes < 1) {
                throw new IllegalArgumentException("mostBytes: " + mostBytes + " (expected: >= 1)");
            }
        }
    }

    /// What is made of a good answer.
    ///
    /// @param clearsRoute whether the route is looked for again, if the answer changes the request
    /// @param metadata whether filters behind and logs are told what the service found out
    public record Taken(boolean clearsRoute, boolean metadata) {}

    /// What a route says of a filter (`ExtAuthzPerRoute`).
    ///
    /// @param isOff whether nobody is asked
    /// @param extensions that the service is told (`context_extensions`)
    /// @param skipsBody whether the service is told nothing of bodies
    /// @param body in the place of what the filter says
    public record Route(
            boolean isOff,
            Map<String, String> extensions,
            boolean skipsBody,
            Optional<BodyLimit> body) {
        /// Nothing.
        public static final Route NOTHING = new Route(false, Map.of(), false, Optional.empty());

        public Route {
            extensions = Map.copyOf(extensions);
        }
    }

    /// How much of a body the service is told on such a route.
    Optional<BodyLimit> body(Route route) {
        if (route.skipsBody()) {
            return Optional.empty();
        }
        return route.body().isPresent() ? route.body() : body;
    }
}
