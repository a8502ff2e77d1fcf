package dev.heddle.signals.prometheus;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Asks a Prometheus (its HTTP API, version 1), or who answers as one: Thanos, Mimir,
/// VictoriaMetrics. Callable from any thread; waits for the answer.
final class PrometheusClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long MOST_BYTES = 32L << 20;
    private static final int MOST_LETTERS = 300;

    private final URI url;
    private final URI query;
    private final PrometheusServer server;
    private final HttpClient client;

    PrometheusClient(PrometheusServer server) {
        this.server = server;
        this.url = server.url();
        HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(PATIENCE);
        server.trust().ifPresent(client::sslContext);
        this.client = client.build();
        this.query = URI.create(url.toString().replaceAll("/+$", "") + "/api/v1/query");
    }

    /// A series of an answer.
    record Sample(Map<String, String> labels, double value) {
        Sample {
            labels = Map.copyOf(labels);
        }
    }

    /// What an expression came to at a time; series that are no number are left out.
    ///
    /// @param second since 1970
    /// @throws UncheckedIOException when there is no answer; the message says why
    List<Sample> ask(String expression, long second) {
        String form =
                "query=%s&time=%d&timeout=%ds"
                        .formatted(
                                URLEncoder.encode(expression, StandardCharsets.UTF_8),
                                second,
                                PATIENCE.toSeconds());
        HttpRequest.Builder request =
                HttpRequest.newBuilder(query)
                        .timeout(PATIENCE)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form));
        try {
            server.pass().authorization().ifPresent(it -> request.header("Authorization", it));
            HttpResponse<String> answer =
                    client.send(
                            request.build(),
                            HttpResponse.BodyHandlers.limiting(
                                    HttpResponse.BodyHandlers.ofString(), MOST_BYTES));
            return samples(answer.statusCode(), answer.body());
        } catch (IOException e) {
            throw failure(String.valueOf(e.getMessage() == null ? e : e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("interrupted", new IOException(e));
        }
    }

    private List<Sample> samples(int status, String body) {
        try {
            JsonObject said = JsonParser.parseString(body).getAsJsonObject();
            if (!said.has("status") || !said.get("status").getAsString().equals("success")) {
                String why = said.has("error") ? said.get("error").getAsString() : "no success";
                throw failure(status + ": " + cut(why), new IOException(cut(why)));
            }
            var samples = new ArrayList<Sample>();
            for (JsonElement each : said.getAsJsonObject("data").getAsJsonArray("result")) {
                JsonObject series = each.getAsJsonObject();
                double value = series.getAsJsonArray("value").get(1).getAsDouble();
                if (!Double.isNaN(value) && !Double.isInfinite(value)) {
                    var labels = new HashMap<String, String>();
                    series.getAsJsonObject("metric")
                            .entrySet()
                            .forEach(it -> labels.put(it.getKey(), it.getValue().getAsString()));
                    samples.add(new Sample(labels, value));
                }
            }
            return samples;
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | IndexOutOfBoundsException
                | NumberFormatException e) {
            throw failure(
                    status + ", and what it says is no answer of a Prometheus: " + cut(body),
                    new IOException(e));
        }
    }

    private static String cut(String text) {
        return text.length() <= MOST_LETTERS ? text : text.substring(0, MOST_LETTERS) + "…";
    }

    private UncheckedIOException failure(String why, IOException cause) {
        return new UncheckedIOException("Prometheus at " + url + ": " + why, cause);
    }

    @Override
    public void close() {
        client.close();
    }
}
