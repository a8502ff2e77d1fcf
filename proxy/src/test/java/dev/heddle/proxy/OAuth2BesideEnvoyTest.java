package dev.heddle.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same browsers to our proxy and to stock Envoy, which have the same key, in front of an
/// authorization server that may say anything: where browsers are sent, what they keep, what
/// services see and what is logged is the same of both, and a login of one is good with the other.
///
/// This file is long because one browser and one server that says anything serve all its tests.
@Timeout(60)
class OAuth2BesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.filters.";

    /// What hosts say beside what all say.
    private static final Map<String, String> HOSTS =
            Map.of(
                    "plain.test", "",
                    "forward.test",
                            "forward_bearer_token: true, forward_id_token: {header: x-id}, resources:"
                                    + " ['https://a.test/b c', d],",
                    "kept.test",
                            "preserve_authorization_header: true, disable_token_encryption: true,"
                                    + " auth_type: BASIC_AUTH, forward_id_token: {header: x-id},",
                    "named.test",
                            "cookie_configs: {bearer_token_cookie_config: {same_site: STRICT, path:"
                                    + " /a}, oauth_hmac_cookie_config: {same_site: LAX},"
                                    + " oauth_nonce_cookie_config: {same_site: NONE, partitioned:"
                                    + " true}}, disable_id_token_set_cookie: true,"
                                    + " csrf_token_expires_in: 60s, code_verifier_token_expires_in:"
                                    + " 90s,",
                    "picky.test",
                            "pass_through_matcher: [{name: x-pass, string_match: {exact: 'yes'}}],"
                                    + " deny_redirect_matcher: [{name: x-ajax, present_match: true}],"
                                    + " allow_failed_matcher: [{name: x-fail, present_match: true}],",
                    "fresh.test", "use_refresh_token: false, default_expires_in: 77s,",
                    "only.test", "allowed_redirect_domains: [only.test],",
                    "out.test", "end_session_endpoint: 'https://idp.test/end',",
                    "quiet.test",
                            "end_session_endpoint: 'https://idp.test/end',"
                                    + " post_logout_redirect_uri: {disabled: true},");

    /// Answers to a code.
    private static final Map<String, String> ANSWERS = answers();

    private static Map<String, String> answers() {
        var answers = new TreeMap<String, String>();
        String said = "{\"access_token\":\"access\",\"refresh_token\":\"refresh\",";
        answers.put("good", json(said + "\"id_token\":\"identity\",\"expires_in\":3600}"));
        answers.put("short", json(said + "\"expires_in\":60}"));
        answers.put("bare", json("{\"access_token\":\"access\",\"expires_in\":\"60\"}"));
        answers.put("mute", json("{\"access_token\":\"access\",\"expires_in\":0}"));
        answers.put("endless", json("{\"access_token\":\"access\"}"));
        answers.put("empty", json("{}"));
        answers.put("nojson", json("<html>"));
        answers.put("list", json("[1]"));
        answers.put("no", "HTTP/1.1 400 Bad\r\ncontent-length: 2\r\n\r\n{}");
        answers.put("down", "");
        answers.put("cut", "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"access");
        return answers;
    }

    @TempDir static Path directory = Path.of("");

    private static final CountDownLatch OVER = new CountDownLatch(1);
    private static final ConcurrentLinkedQueue<String> ASKED = new ConcurrentLinkedQueue<>();
    private static final List<AutoCloseable> PARTS = new ArrayList<>();
    private static final List<Plane> PLANES = new ArrayList<>();

    private static String json(String body) {
        return HttpEcho.ok("content-type: application/json\r\n", body);
    }

    @BeforeAll
    static void start() throws Exception {
        var upstream = HttpEcho.ofRequests();
        var server = new HttpEcho(OAuth2BesideEnvoyTest::answer);
        PARTS.add(upstream);
        PARTS.add(server);
        var planes =
                DataPlanes.start(
                        directory, 1, ports -> bootstrap(ports, upstream.port(), server.port()));
        PARTS.add(planes);
        PLANES.addAll(planes.all());
    }

    @AfterAll
    static void stop() throws Exception {
        OVER.countDown();
        for (AutoCloseable part : PARTS.reversed()) {
            part.close();
        }
    }

    private static String answer(String request) {
        ASKED.add(request);
        String code = request.replaceAll("(?s).*[&\\s]code=([a-z]*).*", "$1");
        if (request.contains("refresh_token=refresh")) {
            return json("{\"access_token\":\"newer\",\"id_token\":\"newid\",\"expires_in\":3600}");
        }
        if (code.equals("slow")) {
            try {
                OVER.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "";
        }
        if (code.equals("huge")) {
            return json("{\"access_token\":\"" + "a".repeat(1 << 21) + "\",\"expires_in\":60}");
        }
        return ANSWERS.getOrDefault(code, "HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n");
    }

    private static String bootstrap(List<Integer> ports, int upstream, int server) {
        var hosts = new StringBuilder();
        new TreeMap<>(HOSTS)
                .forEach((host, said) ->
                        hosts.append(
                                """
                                            - name: %1$s
                                              domains: ['%1$s']
                                              routes:
                                              - match: {prefix: /}
                                                route: {cluster: up}
                                                typed_per_filter_config:
                                                  login:
                                                    '@type': %2$shttp.oauth2.v3.OAuth2PerRoute
                                                    config: {%3$s token_endpoint: {cluster: idp, uri: 'http://idp.test/token', timeout: 1s}, authorization_endpoint: 'https://idp.test/auth?tenant=a%%20b', credentials: {client_id: the-shop, token_secret: {name: client}, hmac_secret: {name: seal}, cookie_domain: '%4$s'}, redirect_uri: '%%REQ(x-forwarded-proto)%%://%%REQ(:authority)%%/back', redirect_path_matcher: {path: {exact: /back}}, signout_path: {path: {exact: /out}}, auth_scopes: [openid, email]}
                                """
                                        .formatted(
                                                host,
                                                TYPE,
                                                said,
                                                host.equals("named.test") ? "test" : "")));
        return """
        static_resources:
          secrets:
          - {name: client, generic_secret: {secret: {inline_string: 'pa&s?'}}}
          - {name: seal, generic_secret: {secret: {inline_string: 'nobody-guesses-this'}}}
          listeners:
          - name: http
            address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  '@type': %2$snetwork.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  delayed_close_timeout: 0.01s
                  access_log:
                  - name: file
                    typed_config:
                      '@type': type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                      path: %3$s
                      log_format: {text_format_source: {inline_string: "%%REQ(x-call)%% %%RESPONSE_CODE%% %%RESPONSE_FLAGS%% %%RESPONSE_CODE_DETAILS%%\\n"}}
                  http_filters:
                  - name: login
                    disabled: true
                    typed_config: {'@type': %2$shttp.oauth2.v3.OAuth2}
                  - name: router
                    typed_config: {'@type': %2$shttp.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
        %4$s\
          clusters:
          - {name: up, type: STATIC, connect_timeout: 5s, load_assignment: {cluster_name: up, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %5$d}}}}]}]}}
          - {name: idp, type: STATIC, connect_timeout: 5s, load_assignment: {cluster_name: idp, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %6$d}}}}]}]}}
        """
                .formatted(ports.getFirst(), TYPE, log(ports), hosts, upstream, server);
    }

    private static Path log(List<Integer> ports) {
        return directory.resolve(ports.getFirst() + ".log");
    }

    /// A browser: what it asks is written down with the answer.
    private static final class Browser {
        private final Map<String, String> cookies = new TreeMap<>();
        private final List<String> seen = new ArrayList<>();
        private final String host;

        Browser(String host) {
            this.host = host;
        }

        String get(Plane plane, String path, String... headers) throws IOException {
            try (var socket =
                    new Socket(InetAddress.getLoopbackAddress(), plane.ports().getFirst())) {
                String cookie =
                        cookies.isEmpty()
                                ? ""
                                : "cookie: "
                                        + cookies.entrySet().stream()
                                                .map(it -> it.getKey() + "=" + it.getValue())
                                                .collect(Collectors.joining("; "))
                                        + "\r\n";
                socket.getOutputStream()
                        .write(
                                ("GET "
                                                + path
                                                + " HTTP/1.1\r\nhost: "
                                                + host
                                                + "\r\nconnection: close\r\n"
                                                + cookie
                                                + String.join(
                                                        "",
                                                        List.of(headers).stream()
                                                                .map(it -> it + "\r\n")
                                                                .toList())
                                                + "\r\n")
                                        .getBytes(ISO_8859_1));
                String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
                answer.lines()
                        .takeWhile(line -> !line.isEmpty())
                        .filter(line -> line.startsWith("set-cookie: "))
                        .forEach(line -> keep(line.substring(12)));
                seen.add(shown(answer));
                return answer;
            }
        }

        private void keep(String cookie) {
            String name = cookie.substring(0, cookie.indexOf('='));
            String value = cookie.substring(name.length() + 1).replaceFirst(";.*", "");
            if (value.equals("deleted")) {
                cookies.remove(name);
            } else {
                cookies.put(name, value);
            }
        }

        /// Goes to the server and comes back with a code.
        void login(Plane there, Plane back, String code) throws IOException {
            String state = header(get(there, "/page?a=b"), "location", "state");
            get(back, "/back?code=" + code + "&state=" + state);
        }
    }

    /// The value of a parameter of a header.
    private static String header(String answer, String name, String parameter) {
        return answer.lines()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.replaceAll(".*[?&]" + parameter + "=([^&]*).*", "$1"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(answer));
    }

    /// An answer without what is different each time.
    private static String shown(String answer) {
        return answer.lines()
                .filter(line -> !line.startsWith("date: "))
                .filter(line -> !line.startsWith("x-envoy-upstream-service-time"))
                .map(line -> line.replaceFirst("x-request-id: .*", "x-request-id"))
                .map(OAuth2BesideEnvoyTest::state)
                .map(line -> line.replaceAll("code_challenge=[\\w-]{43}", "code_challenge=C"))
                .map(line -> line.replaceAll("(Nonce|Verifier)\\.[0-9a-f]{16}=", "$1.F="))
                .map(line -> line.replaceFirst("(OauthHMAC|OauthNonce(.F)?)=[\\w+/.]+=;", "$1=S;"))
                .map(line ->
                        line.replaceFirst(
                                "(BearerToken|IdToken|RefreshToken|CodeVerifier(.F)?)=(gcm.)?[\\w-]{43,};",
                                "$1=E;"))
                .map(line -> line.replaceFirst("OauthExpires=\\d{10};", "OauthExpires=T;"))
                .map(OAuth2BesideEnvoyTest::cookie)
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    private static String state(String line) {
        if (!line.startsWith("location: ") || !line.contains("state=")) {
            return line;
        }
        String state = line.replaceAll(".*[?&]state=([^&]*).*", "$1");
        String read = new String(Base64.getUrlDecoder().decode(state), ISO_8859_1);
        return line.replace(state, read)
                .replaceAll("csrf_token\":\"[0-9a-f]{16}\\.[\\w+/]{43}=", "csrf_token\":\"T")
                .replaceAll("flow_id\":\"[0-9a-f]{16}", "flow_id\":\"F");
    }

    /// Envoy writes cookies in an order of its own.
    private static String cookie(String line) {
        return line.startsWith("cookie: ")
                ? "cookie: "
                        + List.of(line.substring(8).split("; ", -1)).stream()
                                .sorted()
                                .collect(Collectors.joining("; "))
                : line;
    }

    /// What browsers do.
    private interface Doing {
        void with(Plane plane, Plane other, Browser browser) throws IOException;
    }

    /// Has both planes be asked the same, and compares.
    private static void isSame(Map<String, Doing> all) throws IOException {
        var others = new LinkedHashMap<String, String>();
        for (var each : all.entrySet()) {
            String host = each.getKey().substring(0, each.getKey().indexOf(' '));
            var seen = new ArrayList<String>();
            for (int i = 0; i < 2; i++) {
                ASKED.clear();
                var browser = new Browser(host);
                each.getValue().with(PLANES.get(i), PLANES.get(1 - i), browser);
                ASKED.stream()
                        .map(OAuth2BesideEnvoyTest::asked)
                        .forEach(text -> browser.seen.add("asked: " + text));
                seen.add(String.join("\n---\n", browser.seen));
            }
            if (!seen.getFirst().equals(seen.getLast())) {
                others.put(
                        each.getKey(),
                        "\n" + seen.getFirst() + "\n(Envoy:)\n" + seen.getLast() + "\n");
            }
        }
        assertThat(others).as("what is not as with Envoy").isEmpty();
    }

    /// A request for tokens, without what Envoy adds of itself, and with its form in order.
    private static String asked(String request) {
        List<String> lines = request.lines().toList();
        String body = lines.getLast();
        String head =
                lines.stream()
                        .takeWhile(line -> !line.isEmpty())
                        .filter(line -> !line.matches("x-.*|content-length.*|user-agent.*"))
                        .sorted()
                        .collect(Collectors.joining("\n"));
        return head
                + "\n"
                + List.of(body.split("&", -1)).stream()
                        .map(it -> it.replaceFirst("code_verifier=.{43}$", "code_verifier=V"))
                        .sorted()
                        .collect(Collectors.joining("&"));
    }

    @Test
    void peopleAreSentAwayAndComeBackAsWithEnvoy() throws IOException {
        var all = new LinkedHashMap<String, Doing>();
        for (String host : new TreeMap<>(HOSTS).keySet()) {
            all.put(
                    host + " logs in and out",
                    (plane, other, browser) -> {
                        browser.login(plane, other, "good");
                        browser.get(plane, "/page?a=b", "authorization: Bearer mine", "x-id: m");
                        browser.get(other, "/page");
                        browser.get(plane, "/out");
                        browser.get(plane, "/page");
                    });
            all.put(
                    host + " logs in for a moment",
                    (plane, other, browser) -> {
                        browser.login(other, plane, "short");
                        browser.cookies.replaceAll((name, value) ->
                                name.equals("OauthExpires") ? "1700000000" : value);
                        browser.get(plane, "/page?a=b", "authorization: Bearer mine");
                        browser.get(other, "/page");
                    });
            for (String headers :
                    List.of("x-pass: yes", "x-pass: no", "x-ajax: 1", "x-fail: 1", "a: b")) {
                all.put(
                        host + " is asked with " + headers,
                        (plane, _, browser) ->
                                browser.get(
                                        plane,
                                        "/page?a=b",
                                        headers,
                                        "authorization: Bearer mine",
                                        "x-id: mine",
                                        "x-envoy-oauth-status: mine",
                                        "cookie: BearerToken=stolen; OauthHMAC=guessed; a=b"));
            }
        }
        isSame(all);
    }

    @Test
    void serversMaySayAnything() throws IOException {
        var all = new LinkedHashMap<String, Doing>();
        var codes = new ArrayList<>(ANSWERS.keySet());
        codes.addAll(List.of("slow", "unknown", ""));
        for (String code : codes) {
            String host = code.equals("endless") ? "fresh.test" : "plain.test";
            all.put(
                    host + " code " + code,
                    (plane, other, browser) -> {
                        browser.login(plane, plane, code);
                        browser.get(other, "/page");
                    });
        }
        isSame(all);
        var browser = new Browser("plain.test");
        browser.login(PLANES.getFirst(), PLANES.getFirst(), "huge");
        assertThat(browser.seen.getLast()).contains("401 Unauthorized");
    }

    @Test
    void whatIsTamperedWithIsNoLogin() throws IOException {
        var all = new LinkedHashMap<String, Doing>();
        var someone = new Browser("fresh.test");
        someone.login(PLANES.getFirst(), PLANES.getLast(), "good");
        var good = new TreeMap<>(someone.cookies);
        for (String name :
                List.of("OauthHMAC", "OauthExpires", "BearerToken", "IdToken", "RefreshToken")) {
            for (String value : List.of("", "9999999999", "A".repeat(64))) {
                all.put(
                        "fresh.test " + name + " " + value,
                        (plane, other, browser) -> {
                            browser.cookies.putAll(good);
                            browser.cookies.put(name, value);
                            browser.get(plane, "/page");
                        });
            }
        }
        isSame(all);
        for (Plane plane : PLANES) {
            assertThat(someone.get(plane, "/page")).contains("200 OK");
            var other = new Browser("plain.test");
            other.cookies.putAll(good);
            assertThat(other.get(plane, "/page")).contains("302 Found");
        }
    }

    @Test
    void whoComesBackFromElsewhereIsRefused() throws IOException {
        var all = new LinkedHashMap<String, Doing>();
        for (String query :
                List.of(
                        "",
                        "?",
                        "?code=good",
                        "?code=good&state=",
                        "?code=good&state=e30",
                        "?code=good&state=%%%",
                        "?error=access_denied",
                        "?error=access_denied&state=STATE",
                        "?state=STATE",
                        "?code=good&state=OTHER",
                        "?code=good&state=STATEx",
                        "?code=good&code=no&state=STATE")) {
            all.put(
                    "plain.test back" + query,
                    (plane, other, browser) -> {
                        String elsewhere =
                                header(
                                        new Browser("plain.test").get(other, "/page"),
                                        "location",
                                        "state");
                        String state = header(browser.get(plane, "/page"), "location", "state");
                        browser.get(
                                plane,
                                "/back"
                                        + query.replace("STATE", state)
                                                .replace("OTHER", elsewhere));
                    });
        }
        for (String name : List.of("OauthNonce", "CodeVerifier")) {
            all.put(
                    "plain.test without " + name,
                    (plane, _, browser) -> {
                        String state = header(browser.get(plane, "/page"), "location", "state");
                        browser.cookies.keySet().removeIf(it -> it.startsWith(name));
                        browser.get(plane, "/back?code=good&state=" + state);
                    });
            all.put(
                    "plain.test with other " + name,
                    (plane, _, browser) -> {
                        String state = header(browser.get(plane, "/page"), "location", "state");
                        browser.cookies.replaceAll(
                                (it, value) -> it.startsWith(name) ? "AAAA" : value);
                        browser.get(plane, "/back?code=good&state=" + state);
                    });
        }
        all.put(
                "plain.test twice",
                (plane, other, browser) -> {
                    String state = header(browser.get(plane, "/page"), "location", "state");
                    browser.login(other, plane, "good");
                    var again = new TreeMap<>(browser.cookies);
                    String second =
                            header(new Browser("plain.test").get(plane, "/"), "location", "state");
                    browser.get(plane, "/back?code=good&state=" + second);
                    browser.cookies.putAll(again);
                    browser.get(plane, "/back?code=good&state=" + state);
                });
        isSame(all);
    }

    /// A state that somebody else made could send people anywhere: hosts without these cookies are
    /// none of ours. Envoy asks for a list of hosts, and else sends people there.
    @Test
    void nobodyIsSentToAnotherHost() throws IOException {
        for (Plane plane : PLANES) {
            var browser = new Browser("only.test");
            String state = header(browser.get(plane, "/page"), "location", "state");
            assertThat(browser.get(plane, "/back?code=good&state=" + elsewhere(state)))
                    .as("%s", plane)
                    .contains("401 Unauthorized");
        }
        var browser = new Browser("plain.test");
        String state = header(browser.get(PLANES.getFirst(), "/page"), "location", "state");
        assertThat(browser.get(PLANES.getFirst(), "/back?code=good&state=" + elsewhere(state)))
                .contains("401 Unauthorized");
    }

    private static String elsewhere(String state) {
        String text = new String(Base64.getUrlDecoder().decode(state), ISO_8859_1);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                        text.replaceFirst("://[a-z]+\\.test/", "://evil.example/")
                                .getBytes(ISO_8859_1));
    }

    /// Details are Envoy's, as far as they are not what a stranger wrote.
    @Test
    void whatIsLoggedIsAsWithEnvoy() throws Exception {
        for (Plane plane : PLANES) {
            var browser = new Browser("plain.test");
            browser.get(plane, "/page", "x-call: away");
            browser.login(plane, plane, "good");
            browser.get(plane, "/back?code=a&state=b", "x-call: again");
            browser.get(plane, "/out", "x-call: out");
            new Browser("plain.test").get(plane, "/back?code=a&state=e30", "x-call: wrong");
            new Browser("picky.test").get(plane, "/page", "x-ajax: 1", "x-call: ajax");
        }
        var logs = new ArrayList<List<String>>();
        for (Plane plane : PLANES) {
            List<String> lines = List.of();
            while (lines.size() < 5) {
                Thread.sleep(20);
                lines =
                        Files.readAllLines(log(plane.ports())).stream()
                                .filter(line -> !line.startsWith("-"))
                                .map(line -> line.replaceFirst("[:_].*", ""))
                                .toList();
            }
            logs.add(lines);
        }
        assertThat(logs.getFirst())
                .isEqualTo(logs.getLast())
                .contains(
                        "away 302 - oauth.missing",
                        "out 302 - oauth.sign",
                        "wrong 401 - State",
                        "ajax 401 - Unauthorized,");
    }
}
