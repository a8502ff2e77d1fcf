package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What is done with requests, or with their answers. Exactly that component is there which the
/// type is the name of: the check sees to it.
public record HttpRouteFilter(
        @Required FilterType type,
        Optional<HeaderModifier> requestHeaderModifier,
        Optional<HeaderModifier> responseHeaderModifier,
        Optional<RequestMirror> requestMirror,
        Optional<RequestRedirect> requestRedirect,
        Optional<UrlRewrite> urlRewrite,
        Optional<Cors> cors,
        Optional<ExternalAuth> externalAuth,
        Optional<ExtensionReference> extensionRef)
        implements RouteFilter {

    /// What a filter does.
    public enum FilterType {
        /// Changes headers of requests.
        RequestHeaderModifier,
        /// Changes headers of responses.
        ResponseHeaderModifier,
        /// Sends copies elsewhere.
        RequestMirror,
        /// Answers with another place.
        RequestRedirect,
        /// Changes host and path.
        URLRewrite,
        /// Answers browsers that ask what other sites' pages may do.
        CORS,
        /// Asks somebody else whether a request may pass.
        ExternalAuth,
        /// What another resource says.
        ExtensionRef
    }

    /// Answers with another place.
    ///
    /// @param scheme `http` or `https`; the request's when absent
    /// @param hostname the request's when absent
    /// @param port when absent that of the scheme if this is said, else that of the listener
    /// @param statusCode 301, 302, 303, 307 or 308; 302 when absent
    public record RequestRedirect(
            Optional<Scheme> scheme,
            Optional<String> hostname,
            Optional<PathModifier> path,
            OptionalInt port,
            OptionalInt statusCode) {

        /// The status in force.
        public int statusOrFound() {
            return statusCode.orElse(302);
        }
    }

    /// A scheme of a redirect.
    public enum Scheme {
        /// As named.
        http,
        /// As named.
        https
    }

    /// Changes host and path.
    public record UrlRewrite(Optional<String> hostname, Optional<PathModifier> path) {}

    /// Changes a path: that of its two components is there which the type is the name of.
    ///
    /// @param replacePrefixMatch in the place of the prefix that the rule's only match names
    public record PathModifier(
            @Required PathModifierType type,
            Optional<String> replaceFullPath,
            Optional<String> replacePrefixMatch) {}

    /// What of a path is changed.
    public enum PathModifierType {
        /// All.
        ReplaceFullPath,
        /// The prefix that the rule matched.
        ReplacePrefixMatch
    }

    /// What other sites' pages may do. `*` in a list is any, and stands alone.
    ///
    /// @param allowOrigins as `https://example.com`, `https://*.example.com:8443`, or `*`
    /// @param maxAge seconds for which browsers remember the answer; 5 when absent
    public record Cors(
            List<String> allowOrigins,
            boolean allowCredentials,
            List<String> allowMethods,
            List<String> allowHeaders,
            List<String> exposeHeaders,
            OptionalInt maxAge) {
        public Cors {
            allowOrigins = List.copyOf(allowOrigins);
            allowMethods = List.copyOf(allowMethods);
            allowHeaders = List.copyOf(allowHeaders);
            exposeHeaders = List.copyOf(exposeHeaders);
        }

        /// The age in force.
        public int maxAgeOrFive() {
            return maxAge.orElse(5);
        }
    }

    /// Asks somebody else whether a request may pass (GEP-1494).
    ///
    /// @param backendRef whom
    /// @param grpc with GRPC
    /// @param http with HTTP
    /// @param forwardBody with the body; without when absent
    public record ExternalAuth(
            @Required AuthProtocol protocol,
            @Required Optional<BackendReference> backendRef,
            Optional<GrpcAuth> grpc,
            Optional<HttpAuth> http,
            Optional<ForwardBody> forwardBody) {}

    /// How somebody is asked.
    public enum AuthProtocol {
        /// By a request; 200 is yes.
        HTTP,
        /// By Envoy's `ext_authz`.
        GRPC
    }

    /// A call of Envoy's `ext_authz`.
    ///
    /// @param allowedHeaders that are told; all of them when empty
    public record GrpcAuth(List<String> allowedHeaders) {
        public GrpcAuth {
            allowedHeaders = List.copyOf(allowedHeaders);
        }
    }

    /// A request.
    ///
    /// @param path in front of the request's own; none when absent
    /// @param allowedHeaders that are told, beside `Host`, `Method`, `Path`, `Content-Length` and
    ///   `Authorization`
    /// @param allowedResponseHeaders of the answer that the backend is told; all of them when empty
    public record HttpAuth(
            Optional<String> path,
            List<String> allowedHeaders,
            List<String> allowedResponseHeaders) {
        public HttpAuth {
            allowedHeaders = List.copyOf(allowedHeaders);
            allowedResponseHeaders = List.copyOf(allowedResponseHeaders);
        }
    }

    /// A body that goes along.
    ///
    /// @param maxSize bytes at most; 0 for none
    public record ForwardBody(int maxSize) {}
}
