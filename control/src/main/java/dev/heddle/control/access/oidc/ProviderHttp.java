package dev.heddle.control.access.oidc;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/// Calls a provider. Follows no redirect, as secrets would go along, and takes no answer that is
/// longer than 1 MiB or comes later than its patience.
record ProviderHttp(HttpClient client, Duration patience) {
    private static final long MOST_BYTES = 1 << 20;

    /// @param tls with whom it believes; empty for whom the Java runtime believes
    static ProviderHttp of(Optional<SSLContext> tls, Duration patience) {
        HttpClient.Builder client =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(patience);
        tls.ifPresent(client::sslContext);
        return new ProviderHttp(client.build(), patience);
    }

    /// What it answered.
    record Reply(int status, String body) {}

    Reply get(URI place) throws IOException {
        return send(request(place).GET().build());
    }

    /// Asks with a token.
    Reply get(URI place, String bearer) throws IOException {
        return send(request(place).header("Authorization", "Bearer " + bearer).GET().build());
    }

    /// Sends a form.
    ///
    /// @param authorization the header of that name; empty for none
    Reply post(URI place, Map<String, String> form, Optional<String> authorization)
            throws IOException {
        HttpRequest.Builder request =
                request(place)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(encoded(form)));
        authorization.ifPresent(it -> request.header("Authorization", it));
        return send(request.build());
    }

    /// Parameters as forms and queries have them.
    static String encoded(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(it -> encoded(it.getKey()) + "=" + encoded(it.getValue()))
                .collect(Collectors.joining("&"));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static HttpRequest.Builder request(URI place) {
        return HttpRequest.newBuilder(place).header("Accept", "application/json");
    }

    /// The client's own timeout ends with the answer's head.
    private Reply send(HttpRequest request) throws IOException {
        var body = HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8);
        var coming =
                client.sendAsync(request, HttpResponse.BodyHandlers.limiting(body, MOST_BYTES));
        try {
            HttpResponse<String> answer = coming.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return new Reply(answer.statusCode(), answer.body());
        } catch (ExecutionException e) {
            throw new IOException(said(e), e);
        } catch (TimeoutException e) {
            coming.cancel(true);
            throw new IOException("no answer within %d ms".formatted(patience.toMillis()), e);
        } catch (InterruptedException e) {
            coming.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// Some of what goes wrong has no words of its own.
    private static String said(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
