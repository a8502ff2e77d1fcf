package dev.heddle.compiler.xds;

import com.google.protobuf.Message;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.KeyPlace;
import dev.heddle.compiler.ir.Logins;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.Credential;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.Forwarding;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.KeySource;
import io.envoyproxy.envoy.extensions.filters.http.basic_auth.v3.BasicAuth;
import io.envoyproxy.envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.oauth2.v3.OAuth2;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;

/// Emits what callers must show: filters that are asleep, and configurations of routes that wake
/// them. Who may pass stands in the routes, so a password that changes ends no connection.
final class LoginEmitter {
    private static final String KEY = "envoy.filters.http.api_key_auth";
    private static final String BASIC = "envoy.filters.http.basic_auth";

    /// A comment: nobody. Envoy takes no empty text.
    private static final String NOBODY = "#";

    private LoginEmitter() {}

    /// In Envoy Gateway's order.
    static void filters(Logins logins, HttpConnectionManager.Builder out) {
        if (logins.apiKeys()) {
            out.addHttpFilters(asleep(KEY, ApiKeyAuth.getDefaultInstance()));
        }
        for (String header : logins.userHeaders()) {
            out.addHttpFilters(
                    asleep(
                            basic(header),
                            BasicAuth.newBuilder()
                                    .setUsers(users(""))
                                    .setForwardUsernameHeader(header)
                                    .build()));
        }
        if (logins.oidc()) {
            out.addHttpFilters(asleep(OidcEmitter.FILTER, OAuth2.getDefaultInstance()));
        }
    }

    private static HttpFilter asleep(String name, Message config) {
        return HttpFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.pack(config))
                .setDisabled(true)
                .build();
    }

    /// The filter that tells names in that header: routes cannot say which.
    private static String basic(String header) {
        return header.isEmpty() ? BASIC : BASIC + "/" + header;
    }

    static void emit(HttpFeature.BasicAuth basic, Route.Builder out) {
        out.putTypedPerFilterConfig(
                basic(basic.userHeader()),
                Protos.pack(
                        BasicAuthPerRoute.newBuilder()
                                .setUsers(users(basic.users().htpasswd()))
                                .build()));
    }

    /// Without any credential, that of the filter counts, which has none: nobody passes.
    static void emit(HttpFeature.ApiKeyAuth said, Route.Builder out) {
        ApiKeyAuthPerRoute.Builder config =
                ApiKeyAuthPerRoute.newBuilder()
                        .setForwarding(
                                Forwarding.newBuilder()
                                        .setHeader(said.clientHeader())
                                        .setHideCredentials(said.hidesKey()));
        said.keys()
                .clients()
                .forEach((key, client) ->
                        config.addCredentials(
                                Credential.newBuilder().setKey(key).setClient(client)));
        said.from().forEach(place -> config.addKeySources(source(place)));
        out.putTypedPerFilterConfig(KEY, Protos.pack(config.build()));
    }

    private static KeySource.Builder source(KeyPlace place) {
        return switch (place) {
            case KeyPlace.Header(String name) -> KeySource.newBuilder().setHeader(name);
            case KeyPlace.Parameter(String name) -> KeySource.newBuilder().setQuery(name);
            case KeyPlace.Cookie(String name) -> KeySource.newBuilder().setCookie(name);
        };
    }

    private static DataSource.Builder users(String htpasswd) {
        return DataSource.newBuilder().setInlineString(htpasswd.isEmpty() ? NOBODY : htpasswd);
    }
}
