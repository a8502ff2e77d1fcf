package dev.heddle.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;

/// Signs people of a [LoginProvider] in to a console, as its page and a browser do.
public final class SignIn implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final String issuer;
    private final String page;

    /// @param page where browsers find the console, as the provider knows it
    public SignIn(LoginProvider provider, String page) {
        issuer = provider.issuer();
        this.page = page;
    }

    @Override
    public void close() {
        client.close();
    }

    /// Sends a request.
    public HttpResponse<String> sent(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /// Posts JSON to the API.
    ///
    /// @param path as in `login/begin`
    /// @param token as in `Bearer x`; empty for nobody's
    public HttpResponse<String> post(String path, String body, String token)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(page + "/api/v1/" + path))
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        return sent(token.isEmpty() ? request : request.header("authorization", token));
    }

    /// A text that an answer of the API has.
    public static String said(HttpResponse<String> answer, String name) {
        Node node = ((Node.Mapping) Json.parse(answer.body())).get(name).orElseThrow();
        return ((Node.Text) node).value();
    }

    /// The cookie of somebody who logs in at the provider.
    public String atProvider(String user) throws IOException, InterruptedException {
        HttpResponse<String> login =
                sent(
                        HttpRequest.newBuilder(URI.create(issuer + "/login"))
                                .header("content-type", "application/x-www-form-urlencoded")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "username=" + user + "&password=secret")));
        return login.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
    }

    /// Where the provider leads to.
    public URI led(String url, String session) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                sent(HttpRequest.newBuilder(URI.create(url)).header("cookie", session));
        return URI.create(answer.headers().firstValue("location").orElseThrow());
    }

    private static Map<String, String> query(URI uri) {
        var query = new TreeMap<String, String>();
        for (String pair : uri.getRawQuery().split("&", -1)) {
            String[] both = pair.split("=", 2);
            query.put(both[0], URLDecoder.decode(both[1], UTF_8));
        }
        return query;
    }

    /// Goes there and back; what the API says at the end.
    ///
    /// @param session at the provider
    public HttpResponse<String> signIn(String session) throws IOException, InterruptedException {
        HttpResponse<String> begun = post("login/begin", "{\"to\": \"/rules\"}", "");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        URI back = led(said(begun, "url"), session);
        assertThat(back.toString()).startsWith(page + "/signed-in?");
        return post(
                "login/end",
                "{\"state\": %s, \"secret\": %s, \"code\": %s}"
                        .formatted(
                                Json.quote(query(back).getOrDefault("state", "")),
                                Json.quote(said(begun, "secret")),
                                Json.quote(query(back).getOrDefault("code", ""))),
                "");
    }
}
