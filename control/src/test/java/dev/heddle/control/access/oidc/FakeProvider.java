package dev.heddle.control.access.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heddle.testkit.TokenSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/// A provider of OpenID Connect that signs whatever a test wants. It gives a token to whoever shows
/// the client's secret and the verifier of the challenge that [#code] was made for.
final class FakeProvider implements AutoCloseable {
    static final String CLIENT = "heddle";
    static final String SECRET = "hush hush+%";

    /// One for all tests, as such keys take long to make.
    private static final TokenSigner SIGNER = TokenSigner.of("RS256", "one");

    /// What it signs by, and what it says its keys are.
    final AtomicReference<TokenSigner> signer = new AtomicReference<>(SIGNER);

    final AtomicReference<String> keys = new AtomicReference<>(signer.get().keySet());

    /// What it makes of claims that would be right.
    final AtomicReference<UnaryOperator<Map<String, String>>> claims =
            new AtomicReference<>(it -> it);

    /// What it makes of a token that would be right.
    final AtomicReference<UnaryOperator<String>> token = new AtomicReference<>(it -> it);

    /// An answer in place of tokens; empty for tokens.
    final AtomicReference<String> refusal = new AtomicReference<>("");

    final AtomicReference<UnaryOperator<String>> discovery = new AtomicReference<>(it -> it);

    /// What it says of somebody besides; empty for a place that lets nobody in.
    final AtomicReference<String> info = new AtomicReference<>("{\"sub\": \"17\"}");

    /// What it answers who asks with a code of a device; empty once somebody has typed the code.
    final AtomicReference<String> pending = new AtomicReference<>("authorization_pending");

    /// Paths that were asked for.
    final List<String> asked = new CopyOnWriteArrayList<>();

    private final Map<String, Map<String, String>> begun = new LinkedHashMap<>();
    private final HttpServer server;

    FakeProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        on("/.well-known/openid-configuration", it -> reply(it, 200, described()));
        on("/keys", it -> reply(it, 200, keys.get()));
        on("/token", this::exchange);
        on("/device", this::device);
        on("/userinfo", this::userInfo);
        on("/elsewhere", it -> reply(it, 200, "{\"id_token\": \"stolen\"}"));
        server.start();
    }

    private interface Page {
        void show(HttpExchange exchange) throws IOException;
    }

    private void on(String path, Page page) {
        server.createContext(
                path,
                exchange -> {
                    try (exchange) {
                        asked.add(exchange.getRequestURI().getPath());
                        page.show(exchange);
                    }
                });
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private String described() {
        String said =
                """
                {"issuer": "%1$s", "authorization_endpoint": "%1$s/authorize?tenant=a",
                 "token_endpoint": "%1$s/token", "jwks_uri": "%1$s/keys",
                 "end_session_endpoint": "%1$s/leave",
                 "userinfo_endpoint": "%1$s/userinfo",
                 "device_authorization_endpoint": "%1$s/device",
                 "token_endpoint_auth_methods_supported": ["client_secret_basic"]}
                """
                        .formatted(issuer());
        return discovery.get().apply(said);
    }

    /// What somebody is sent back with who is known here and came by that address.
    String code(URI authorization) {
        Map<String, String> query = form(authorization.getRawQuery());
        String code = "code-" + begun.size();
        begun.put(code, query);
        return code;
    }

    static Map<String, String> form(String text) {
        var form = new LinkedHashMap<String, String>();
        for (String pair : text.split("&", -1)) {
            String[] both = pair.split("=", 2);
            form.put(both[0], URLDecoder.decode(both[1], UTF_8));
        }
        return form;
    }

    private void device(HttpExchange exchange) throws IOException {
        Map<String, String> form =
                form(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        boolean isRight = isOurs(exchange, form) && "openid profile".equals(form.get("scope"));
        reply(
                exchange,
                isRight ? 200 : 401,
                isRight
                        ? """
                        {"device_code": "d-17", "user_code": "WDJB-MJHT", "expires_in": 300,
                         "verification_uri": "%1$s/device-login", "interval": 2,
                         "verification_uri_complete": "%1$s/device-login?user_code=WDJB-MJHT"}
                        """
                                .formatted(issuer())
                        : "{\"error\": \"invalid_client\"}");
    }

    private void userInfo(HttpExchange exchange) {
        boolean isAllowed =
                "Bearer at-17".equals(exchange.getRequestHeaders().getFirst("Authorization"));
        boolean isThere = isAllowed && !info.get().isEmpty();
        reply(exchange, isThere ? 200 : 401, isThere ? info.get() : "{}");
    }

    private void exchange(HttpExchange exchange) throws IOException {
        Map<String, String> form =
                form(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        if (!refusal.get().isEmpty()) {
            String[] parts = refusal.get().split(" ", 2);
            if (parts[0].equals("302")) {
                exchange.getResponseHeaders().add("Location", issuer() + "/elsewhere");
            }
            reply(exchange, Integer.parseInt(parts[0]), parts[1]);
            return;
        }
        if ("d-17".equals(form.get("device_code"))) {
            boolean isRight = isOurs(exchange, form) && pending.get().isEmpty();
            String why = isRight ? "" : pending.get();
            reply(
                    exchange,
                    isRight ? 200 : 400,
                    isRight ? tokens("") : "{\"error\": \"" + why + "\"}");
            return;
        }
        // A code is good once.
        Map<String, String> login = begun.remove(form.getOrDefault("code", ""));
        if (login == null || !isOurs(exchange, form) || !isSame(login, form)) {
            reply(exchange, 400, "{\"error\": \"invalid_grant\"}");
            return;
        }
        reply(exchange, 200, tokens(login.getOrDefault("nonce", "")));
    }

    private String tokens(String nonce) {
        return "{\"access_token\": \"at-17\", \"id_token\": \"" + signed(nonce) + "\"}";
    }

    private static boolean isOurs(HttpExchange exchange, Map<String, String> form) {
        String said = exchange.getRequestHeaders().getFirst("Authorization");
        if (said == null) {
            return CLIENT.equals(form.get("client_id")) && SECRET.equals(form.get("client_secret"));
        }
        byte[] both = Base64.getDecoder().decode(said.substring("Basic ".length()));
        String[] parts = new String(both, UTF_8).split(":", 2);
        return URLDecoder.decode(parts[0], UTF_8).equals(CLIENT)
                && URLDecoder.decode(parts[1], UTF_8).equals(SECRET)
                && !form.containsKey("client_secret");
    }

    private static boolean isSame(Map<String, String> login, Map<String, String> form) {
        return challenge(form.getOrDefault("code_verifier", "")).equals(login.get("code_challenge"))
                && "S256".equals(login.get("code_challenge_method"))
                && form.getOrDefault("redirect_uri", "").equals(login.get("redirect_uri"));
    }

    private static String challenge(String verifier) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(sha.digest(verifier.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private String signed(String nonce) {
        var said = new LinkedHashMap<String, String>();
        said.put("iss", text(issuer()));
        said.put("sub", text("17"));
        said.put("aud", text(CLIENT));
        said.put("exp", "2000000300");
        said.put("iat", "2000000000");
        said.put("nonce", text(nonce));
        said.put("preferred_username", text("Ann"));
        said.put("groups", "[\"mesh\", 7, \"others\"]");
        var json = new StringBuilder();
        claims.get()
                .apply(said)
                .forEach((name, value) ->
                        json.append(json.isEmpty() ? "{" : ",")
                                .append(text(name))
                                .append(':')
                                .append(value));
        return token.get().apply(signer.get().token(json + "}"));
    }

    /// As JSON.
    static String text(String text) {
        return "\"" + text + "\"";
    }

    private static void reply(HttpExchange exchange, int status, String body) {
        try {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
