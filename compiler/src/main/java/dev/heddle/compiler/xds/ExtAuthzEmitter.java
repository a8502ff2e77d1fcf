package dev.heddle.compiler.xds;

import com.google.protobuf.Any;
import dev.heddle.compiler.ir.Access.Text;
import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.compiler.ir.Authorizer.Protocol;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.BufferSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.CheckSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import java.util.List;
import java.util.TreeMap;

/// Emits whom to ask whether something may be done.
final class ExtAuthzEmitter {
    static final String HTTP = "envoy.filters.http.ext_authz";
    static final String NETWORK = "envoy.filters.network.ext_authz";

    private static final Any AWAKE =
            Protos.pack(
                    ExtAuthzPerRoute.newBuilder()
                            .setCheckSettings(CheckSettings.getDefaultInstance())
                            .build());

    private ExtAuthzEmitter() {}

    /// The filter that asks where a route wakes it.
    static HttpFilter asleep(Authorizer authorizer) {
        return HttpFilter.newBuilder()
                .setName(name(authorizer))
                .setTypedConfig(Protos.pack(http(authorizer).build()))
                .setDisabled(true)
                .build();
    }

    /// Wakes it for a route.
    static void wake(Authorizer authorizer, Route.Builder out) {
        out.putTypedPerFilterConfig(name(authorizer), AWAKE);
    }

    private static String name(Authorizer authorizer) {
        return HTTP + "/" + authorizer.name();
    }

    /// About requests.
    static ExtAuthz.Builder http(Authorizer authorizer) {
        ExtAuthz.Builder out =
                ExtAuthz.newBuilder()
                        .setTransportApiVersion(ApiVersion.V3)
                        .setFailureModeAllow(authorizer.failsOpen())
                        .setClearRouteCache(authorizer.clearsRoute());
        if (authorizer.statusOnError() != 0) {
            out.setStatusOnError(HttpStatus.newBuilder().setCodeValue(authorizer.statusOnError()));
        }
        authorizer
                .body()
                .ifPresent(body ->
                        out.setWithRequestBody(
                                BufferSettings.newBuilder()
                                        .setMaxRequestBytes(body.mostBytes())
                                        .setAllowPartialMessage(body.isPartEnough())
                                        .setPackAsBytes(body.asBytes())));
        switch (authorizer.protocol()) {
            case Protocol.Grpc(List<Text> told) -> {
                out.setGrpcService(grpc(authorizer));
                names(told, out::setAllowedHeaders);
            }
            case Protocol.Http http -> {
                out.setHttpService(http(authorizer, http));
                names(http.told(), out::setAllowedHeaders);
            }
        }
        return out;
    }

    /// About connections.
    static io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz.Builder network(
            Authorizer authorizer, String statPrefix) {
        return io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz.newBuilder()
                .setStatPrefix(statPrefix)
                .setTransportApiVersion(ApiVersion.V3)
                .setFailureModeAllow(authorizer.failsOpen())
                .setGrpcService(grpc(authorizer));
    }

    private static GrpcService grpc(Authorizer authorizer) {
        return GrpcService.newBuilder()
                .setEnvoyGrpc(
                        GrpcService.EnvoyGrpc.newBuilder()
                                .setClusterName(authorizer.cluster())
                                .setAuthority(authorizer.host()))
                .setTimeout(Protos.duration(authorizer.timeout()))
                .build();
    }

    private static HttpService http(Authorizer authorizer, Protocol.Http http) {
        HttpService.Builder out =
                HttpService.newBuilder()
                        .setPathPrefix(http.pathPrefix())
                        .setServerUri(
                                HttpUri.newBuilder()
                                        .setUri("http://" + authorizer.host())
                                        .setCluster(authorizer.cluster())
                                        .setTimeout(Protos.duration(authorizer.timeout())));
        if (!http.added().isEmpty()) {
            var request = AuthorizationRequest.newBuilder();
            new TreeMap<>(http.added())
                    .forEach((name, value) ->
                            request.addHeadersToAdd(
                                    HeaderValue.newBuilder().setKey(name).setValue(value)));
            out.setAuthorizationRequest(request);
        }
        var response = AuthorizationResponse.newBuilder();
        names(http.toUpstream(), response::setAllowedUpstreamHeaders);
        names(http.toClientOnDeny(), response::setAllowedClientHeaders);
        names(http.toClientOnAllow(), response::setAllowedClientHeadersOnSuccess);
        if (!response.build().equals(AuthorizationResponse.getDefaultInstance())) {
            out.setAuthorizationResponse(response);
        }
        return out.build();
    }

    private static void names(
            List<Text> names, java.util.function.Consumer<ListStringMatcher> into) {
        if (!names.isEmpty()) {
            into.accept(
                    ListStringMatcher.newBuilder()
                            .addAllPatterns(names.stream().map(AccessEmitter::text).toList())
                            .build());
        }
    }
}
