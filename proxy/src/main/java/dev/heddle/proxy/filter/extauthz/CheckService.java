package dev.heddle.proxy.filter.extauthz;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.telemetry.AccessLogFormat;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/// Who is asked.
public sealed interface CheckService {
    /// Its name among the clusters.
    String cluster();

    /// How long it may take.
    Duration timeout();

    /// Headers that the question has beside those that it always has.
    List<Added> added();

    /// A header of the question, in the place of one of that name.
    ///
    /// @param value may speak of the request
    record Added(HeaderName name, AccessLogFormat value) {}

    /// A service of gRPC (`envoy.service.auth.v3.Authorization`).
    ///
    /// @param authority under which it is asked
    /// @param saysWhence whether the question says that it comes from inside, and from where
    record Grpc(
            String cluster,
            String authority,
            Duration timeout,
            List<Added> added,
            boolean saysWhence)
            implements CheckService {
        public Grpc {
            added = List.copyOf(added);
        }
    }

    /// One that is asked with the request's own head.
    ///
    /// @param pathPrefix in front of the request's path; may be empty
    /// @param answers what is taken over from its answers
    record Http(
            String cluster, Duration timeout, String pathPrefix, List<Added> added, Answers answers)
            implements CheckService {
        public Http {
            added = List.copyOf(added);
        }
    }

    /// Which headers of an answer are taken over, by their names.
    ///
    /// @param toUpstream into the request, in the place of those that it has
    /// @param toUpstreamBeside into the request, beside those that it has
    /// @param toClientOnDeny into the refusal
    /// @param toClientOnAllow into the response to a request that may pass
    /// @param toMetadata into what filters behind and logs are told
    record Answers(
            Predicate<String> toUpstream,
            Predicate<String> toUpstreamBeside,
            Predicate<String> toClientOnDeny,
            Predicate<String> toClientOnAllow,
            Predicate<String> toMetadata) {}
}
