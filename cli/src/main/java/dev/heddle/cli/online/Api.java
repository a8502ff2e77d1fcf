package dev.heddle.cli.online;

import dev.heddle.cli.text.Failure;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/// The control plane's API.
///
/// @param base as in `http://127.0.0.1:15080`
/// @param token that says who calls; empty for nobody
/// @param tls with whom it believes; empty for the roots of the Java runtime
public record Api(String base, Optional<String> token, Optional<SSLContext> tls) {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// One that believes the roots of the Java runtime.
    public Api(String base, Optional<String> token) {
        this(base, token, Optional.empty());
    }

    /// @throws Failure when the address is none
    public Api {
        try {
            URI uri = URI.create(base.contains("://") ? base : "http://" + base);
            if (uri.getHost() == null) {
                throw new IllegalArgumentException("no host");
            }
            base = uri.toString().replaceAll("/+$", "");
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "--api: '%s' (expected: as in http://127.0.0.1:15080)".formatted(base), "");
        }
    }

    /// What came back.
    ///
    /// @param body as it came
    record Reply(int status, String body) {
        Answer answer() {
            try {
                return new Answer(Json.parse(body));
            } catch (IllegalArgumentException _) {
                throw Failure.of(
                        "what answers there is no control plane: status %d without JSON"
                                .formatted(status),
                        "'./heddle demo' prints the address as 'console'; name it with --api URL"
                                + " or the variable HEDDLE_API");
            }
        }
    }

    /// Reads.
    ///
    /// @param path under `/api/v1/`, encoded
    /// @throws Failure when it cannot be read
    Reply get(String path) {
        return expectGood(ask(path));
    }

    /// Reads, and leaves it to the caller what a refusal means.
    Reply ask(String path) {
        return send(request(path).GET());
    }

    /// Reads lines of JSON as they come, until they end.
    ///
    /// @param path under `/api/v1/`, encoded
    /// @throws Failure when it cannot be read, or ends in the middle
    void stream(String path, Consumer<Answer> each) {
        try (var client = client().build()) {
            HttpResponse<Stream<String>> response =
                    client.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                if (response.statusCode() != 200) {
                    throw failure(
                            new Reply(
                                    response.statusCode(),
                                    lines.collect(Collectors.joining("\n"))));
                }
                lines.forEach(line -> each.accept(new Answer(Json.parse(line))));
            } catch (UncheckedIOException e) {
                throw Failure.of(
                        "the connection to the control plane broke (%s)"
                                .formatted(reason(Objects.requireNonNull(e.getCause()))),
                        "ask again");
            }
        } catch (IOException e) {
            throw unanswered(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw Failure.of("interrupted", "");
        }
    }

    /// Reads a page beside the API, as in `metrics`.
    Reply page(String path) {
        return send(authorized(URI.create(base + "/" + path)).GET());
    }

    /// Changes resources, as a JSON document says. A refusal because of what it says or of what is
    /// there is a reply too.
    Reply change(String path, Node body) {
        Reply reply = sent("POST", path, body);
        return reply.status() == 422 || reply.status() == 409 || reply.status() == 404
                ? reply
                : expectGood(reply);
    }

    /// Deletes a resource.
    Reply delete(String plural, String namespace, String name, boolean dryRun) {
        String path = path("resources", plural, namespace, name) + "?dryRun=" + dryRun;
        return send(request(path).header("X-Heddle", "cli").DELETE());
    }

    /// Sends a JSON document with that method.
    Reply send(String method, String path, Node body) {
        return expectGood(sent(method, path, body));
    }

    private Reply sent(String method, String path, Node body) {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(Json.compact(body))));
    }

    /// Deletes what is there.
    Reply delete(String path) {
        return expectGood(send(request(path).header("X-Heddle", "cli").DELETE()));
    }

    /// The token is for nobody to read.
    @Override
    public String toString() {
        return base;
    }

    /// Path segments, encoded.
    static String path(String... segments) {
        return List.of(segments).stream().map(Api::encode).collect(Collectors.joining("/"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        return authorized(URI.create(base + "/api/v1/" + path));
    }

    private HttpRequest.Builder authorized(URI uri) {
        var request = HttpRequest.newBuilder(uri).timeout(PATIENCE);
        token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
        return request;
    }

    private Reply send(HttpRequest.Builder request) {
        try (var client = client().build()) {
            var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body());
        } catch (IOException e) {
            throw unanswered(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw Failure.of("interrupted", "");
        }
    }

    private HttpClient.Builder client() {
        var builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5));
        tls.ifPresent(builder::sslContext);
        return builder;
    }

    private Failure unanswered(IOException e) {
        return ApiRoots.failure(base, e)
                .orElseGet(() ->
                        Failure.of(
                                "no control plane answers at %s (%s)".formatted(base, reason(e)),
                                "start one ('./heddle demo' or './heddle control'), or name another"
                                        + " one with --api URL or the variable HEDDLE_API"));
    }

    private static String reason(IOException e) {
        return switch (e) {
            case ConnectException refused
                    when refused.getCause() instanceof ConnectException inner
                            && inner.getCause() instanceof UnresolvedAddressException ->
                    "there is no such host";
            case ConnectException _ -> "connection refused";
            default -> e.toString();
        };
    }

    /// A refusal as a failure with the control plane's own words.
    static Failure failure(Reply reply) {
        Answer error = reply.answer().at("error");
        String where = error.at("where").text();
        return Failure.of(
                error.isAbsent()
                        ? "the control plane answered with status " + reply.status()
                        : error.at("what").text() + (where.isEmpty() ? "" : " (" + where + ")"),
                error.at("next").text());
    }

    private static Reply expectGood(Reply reply) {
        if (reply.status() != 200) {
            throw failure(reply);
        }
        return reply;
    }
}
