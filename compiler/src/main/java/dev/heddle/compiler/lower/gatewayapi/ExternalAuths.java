package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.Backend;
import dev.heddle.compiler.ir.Access.Text;
import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.compiler.ir.Authorizer.Protocol;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.select.ContentHash;
import dev.heddle.model.gatewayapi.HttpRouteFilter.ExternalAuth;
import dev.heddle.model.gatewayapi.HttpRouteFilter.ForwardBody;
import dev.heddle.model.gatewayapi.HttpRouteFilter.GrpcAuth;
import dev.heddle.model.gatewayapi.HttpRouteFilter.HttpAuth;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Lowers whom a filter of a route has asked (GEP-1494).
final class ExternalAuths {
    /// The API has no field for it. Who does not answer for so long is not there.
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int NAME_BYTES = 8;

    /// Headers of an answer that no request gets where it is not said which ones it gets: whose
    /// host it is, where the message ends, and what is in the answer's own body.
    private static final Set<String> ANSWERS_OWN =
            Set.of(
                    "connection",
                    "content-encoding",
                    "content-length",
                    "content-type",
                    "host",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    private static final List<Text> REST = OtherNames.than(ANSWERS_OWN);

    private ExternalAuths() {}

    /// Whom to ask, and how. Filters that want the same of the same service give the same name, so
    /// that a proxy has one filter for all of them.
    static Authorizer lower(ExternalAuth said, Backend.To to) {
        Optional<Authorizer.Body> body =
                said.forwardBody()
                        .map(ForwardBody::maxSize)
                        .filter(size -> size > 0)
                        .map(size -> new Authorizer.Body(size, false, true));
        Protocol protocol =
                switch (said.protocol()) {
                    case HTTP -> http(said.http());
                    case GRPC ->
                            new Protocol.Grpc(names(said.grpc().map(GrpcAuth::allowedHeaders)));
                };
        String host = to.host().name();
        return new Authorizer(
                host + ":" + to.port() + "/" + ContentHash.of(protocol + " " + body, NAME_BYTES),
                ClusterName.outbound(to.port(), "", host),
                host,
                TIMEOUT,
                false,
                false,
                0,
                body,
                protocol);
    }

    private static Protocol http(Optional<HttpAuth> said) {
        List<Text> taken = names(said.map(HttpAuth::allowedResponseHeaders));
        return new Protocol.Http(
                prefix(said.flatMap(HttpAuth::path).orElse("")),
                names(said.map(HttpAuth::allowedHeaders)),
                Map.of(),
                taken.isEmpty() ? REST : taken,
                List.of(),
                List.of());
    }

    /// A request's path comes behind it, with its own slash.
    private static String prefix(String path) {
        String prefix = Paths.withoutSlash(path);
        return prefix.isEmpty() || prefix.startsWith("/") ? prefix : "/" + prefix;
    }

    private static List<Text> names(Optional<List<String>> said) {
        return said.orElse(List.of()).stream()
                .sorted()
                .<Text>map(name -> new Text.Exact(name, true))
                .toList();
    }
}
