package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A service that is asked whether something may be done.
///
/// @param name as the mesh calls it
/// @param cluster through which it is asked
/// @param host under which it is asked
/// @param failsOpen whether what it is asked about passes where it does not answer
/// @param clearsRoute whether the route is looked for again, if its answer changes the request
/// @param statusOnError of the refusal where it does not answer; 0 for 403
/// @param body how much of it the service is told; empty for nothing
public record Authorizer(
        String name,
        String cluster,
        String host,
        Duration timeout,
        boolean failsOpen,
        boolean clearsRoute,
        int statusOnError,
        Optional<Body> body,
        Protocol protocol) {
    /// What the names of rules begin with that say what is asked about, as Istio has it.
    public static final String RULES = "istio-ext-authz-";

    /// @param mostBytes at least 1
    /// @param isPartEnough whether the beginning will do
    /// @param asBytes whether it is told as bytes, and not as text
    public record Body(int mostBytes, boolean isPartEnough, boolean asBytes) {}

    /// How it is asked.
    public sealed interface Protocol {
        /// In gRPC.
        ///
        /// @param told headers that it is told; none means all
        record Grpc(List<Access.Text> told) implements Protocol {
            public Grpc {
                told = List.copyOf(told);
            }
        }

        /// In HTTP.
        ///
        /// @param pathPrefix in front of the request's path; may be empty
        /// @param told headers that it is told beside those that it always is
        /// @param added headers that it is told besides
        /// @param toUpstream headers of its answer that the request gets
        /// @param toClientOnDeny those that the refusal gets; none means all
        /// @param toClientOnAllow those that the response gets
        record Http(
                String pathPrefix,
                List<Access.Text> told,
                Map<String, String> added,
                List<Access.Text> toUpstream,
                List<Access.Text> toClientOnDeny,
                List<Access.Text> toClientOnAllow)
                implements Protocol {
            public Http {
                told = List.copyOf(told);
                toUpstream = List.copyOf(toUpstream);
                toClientOnDeny = List.copyOf(toClientOnDeny);
                toClientOnAllow = List.copyOf(toClientOnAllow);
            }
        }
    }
}
