package dev.heddle.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.trace.v3.ClientConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.config.trace.v3.SkyWalkingConfig;
import io.envoyproxy.envoy.config.trace.v3.Tracing;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.Credential;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.KeySource;
import io.envoyproxy.envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import org.junit.jupiter.api.Test;

class RedactionTest {
    @Test
    void whoMayPassIsInNoPrintHoweverDeepItIsPacked() throws Exception {
        RouteConfiguration routes =
                RouteConfiguration.newBuilder()
                        .addVirtualHosts(
                                VirtualHost.newBuilder()
                                        .addRoutes(
                                                Route.newBuilder()
                                                        .putTypedPerFilterConfig(
                                                                "basic", Any.pack(users()))
                                                        .putTypedPerFilterConfig(
                                                                "key", Any.pack(keys()))))
                        .build();
        HttpConnectionManager manager =
                HttpConnectionManager.newBuilder().setRouteConfig(routes).build();
        Listener listener =
                Listener.newBuilder()
                        .addFilterChains(
                                FilterChain.newBuilder()
                                        .addFilters(
                                                Filter.newBuilder()
                                                        .setTypedConfig(Any.pack(manager))))
                        .build();

        String printed =
                JsonFormat.printer()
                        .usingTypeRegistry(EnvoyTypes.registry())
                        .print(Redaction.of(Any.pack(listener)));

        assertThat(printed)
                .contains("[redacted]", "x-api-key")
                .doesNotContain("aHash", "aKey", "aClient");
    }

    @Test
    void tokensInHeadersAndKeysOfIssuersAreInNoPrint() throws Exception {
        var collector =
                OpenTelemetryConfig.newBuilder()
                        .setGrpcService(
                                GrpcService.newBuilder()
                                        .addInitialMetadata(header("x-collector", "aCollector")))
                        .build();
        var skywalking =
                SkyWalkingConfig.newBuilder()
                        .setClientConfig(ClientConfig.newBuilder().setBackendToken("aBackend"))
                        .build();
        var jwt =
                JwtAuthentication.newBuilder()
                        .putProviders(
                                "me",
                                JwtProvider.newBuilder()
                                        .setLocalJwks(
                                                DataSource.newBuilder()
                                                        .setInlineString(
                                                                "{\"keys\":[{\"kty\":\"oct\","
                                                                        + "\"k\": \"aSymmetric\","
                                                                        + "\"kid\":\"one\"}]}"))
                                        .build())
                        .build();
        var route =
                Route.newBuilder()
                        .addRequestHeadersToAdd(
                                HeaderValueOption.newBuilder()
                                        .setHeader(header("Authorization", "Bearer aBearer")))
                        .addRequestHeadersToAdd(
                                HeaderValueOption.newBuilder().setHeader(header("x-env", "prod")))
                        .build();
        var manager =
                HttpConnectionManager.newBuilder()
                        .setRouteConfig(
                                RouteConfiguration.newBuilder()
                                        .addVirtualHosts(VirtualHost.newBuilder().addRoutes(route)))
                        .setTracing(
                                HttpConnectionManager.Tracing.newBuilder()
                                        .setProvider(
                                                Tracing.Http.newBuilder()
                                                        .setTypedConfig(Any.pack(collector))))
                        .addHttpFilters(HttpFilter.newBuilder().setTypedConfig(Any.pack(jwt)))
                        .addHttpFilters(
                                HttpFilter.newBuilder().setTypedConfig(Any.pack(skywalking)))
                        .build();

        String printed =
                JsonFormat.printer()
                        .usingTypeRegistry(EnvoyTypes.registry())
                        .print(Redaction.of(Any.pack(manager)));

        assertThat(printed)
                .contains("x-collector", "Authorization", "x-env", "prod", "kid", "one")
                .doesNotContain("aCollector", "aBackend", "aSymmetric", "aBearer");
    }

    private static HeaderValue header(String name, String value) {
        return HeaderValue.newBuilder().setKey(name).setValue(value).build();
    }

    private static BasicAuthPerRoute users() {
        return BasicAuthPerRoute.newBuilder()
                .setUsers(DataSource.newBuilder().setInlineString("ann:{SHA}aHash"))
                .build();
    }

    private static ApiKeyAuthPerRoute keys() {
        return ApiKeyAuthPerRoute.newBuilder()
                .addCredentials(Credential.newBuilder().setKey("aKey").setClient("aClient"))
                .addKeySources(KeySource.newBuilder().setHeader("x-api-key"))
                .build();
    }
}
