package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One call of the matrix, and whether it met what the row says.
///
/// @param made makes a request over HTTP/1.1 or HTTP/2
record MatrixCall(MatrixRow row, MatrixRow.Call call, Requests made) {

    /// Who makes requests.
    interface Requests {
        /// @throws UncheckedIOException if there is no answer
        Answer make(boolean isHttp2, String method, String url, Map<String, String> headers);
    }

    /// Makes the call.
    void check() {
        if (name(call.check()).equals("check.Error()")) {
            assertThat(isAnswered()).isFalse();
            return;
        }
        Answer answer = answer(url());
        JsonObject http = MatrixRow.object(call.options(), "HTTP");
        if (http.has("FollowRedirects") && answer.status() / 100 == 3) {
            answer = answer(answer.header("location").orElseThrow());
        }
        check(call.check(), answer);
    }

    private boolean isAnswered() {
        try {
            answer(url());
            return true;
        } catch (UncheckedIOException | AssertionError _) {
            return false;
        }
    }

    private Answer answer(String url) {
        JsonObject http = MatrixRow.object(call.options(), "HTTP");
        String method = MatrixRow.text(http, "Method");
        return made.make(
                http.has("HTTP2"),
                method.isEmpty() ? "GET" : method,
                url,
                headers(MatrixRow.object(http, "Headers")));
    }

    private Map<String, String> headers(JsonObject said) {
        var headers = new LinkedHashMap<String, String>();
        said.entrySet()
                .forEach(header -> {
                    JsonElement value = header.getValue();
                    headers.put(
                            header.getKey(),
                            value.isJsonArray()
                                    ? value.getAsJsonArray().get(0).getAsString()
                                    : value.getAsString());
                });
        headers.remove("Host");
        if (row.function().equals("jwtClaimRoute")) {
            headers.put("host", MatrixRow.TARGET + ".foo.bar");
        } else if (row.isAtGateway()) {
            headers.putIfAbsent("host", MatrixRow.FULL_TARGET);
        }
        return headers;
    }

    private String url() {
        int port = call.port(row.isAtGateway());
        String path = MatrixRow.text(MatrixRow.object(call.options(), "HTTP"), "Path");
        String host =
                row.isAtGateway()
                        ? MatrixRow.FULL_TARGET
                        : row.rules().contains("\n  host: c\n") ? "c" : MatrixRow.TARGET;
        return (port == 443 ? "https" : "http")
                + "://"
                + host
                + (port == 80 && !row.isAtGateway() ? "" : ":" + port)
                + (path.isEmpty() ? "/" : path);
    }

    private void check(JsonElement check, Answer answer) {
        String name = name(check);
        List<String> with = arguments(check);
        switch (name) {
            case "check.And" -> args(check).forEach(each -> check(each, answer));
            case "check.OK", "check.OK()" -> assertThat(answer.status()).as(said()).isEqualTo(200);
            case "check.Status" ->
                    assertThat(answer.status())
                            .as(said())
                            .isEqualTo((int) Double.parseDouble(with.getFirst()));
            case "check.RequestHeader" ->
                    assertThat(
                                    answer.seen(
                                                    "header:"
                                                            + with.getFirst()
                                                                    .toLowerCase(Locale.ROOT))
                                            .orElse(""))
                            .as(said())
                            .isEqualTo(with.get(1));
            case "check.Host" ->
                    assertThat(answer.seen("authority"))
                            .as(said())
                            .hasValue(
                                    with.getFirst().equals("opts.GetHost()")
                                            ? MatrixRow.TARGET
                                            : with.getFirst());
            case "check.URL" ->
                    assertThat(answer.seen("path")).as(said()).hasValue(with.getFirst());
            case "check.Protocol" ->
                    assertThat(answer.header(EchoReply.PROTOCOL))
                            .as(said())
                            .hasValue(with.getFirst().replace("HTTP/2.0", "HTTP/2"));
            default -> throw new IllegalArgumentException(check + ": unknown check");
        }
    }

    private String said() {
        return row.name() + " " + call.name();
    }

    private static String name(JsonElement check) {
        return check.isJsonPrimitive()
                ? check.getAsString()
                : MatrixRow.text(check.getAsJsonObject(), "call");
    }

    private static List<JsonElement> args(JsonElement check) {
        if (!check.isJsonObject()) {
            return List.of();
        }
        JsonElement all = check.getAsJsonObject().get("args");
        return all instanceof JsonArray array ? array.asList() : List.of();
    }

    private static List<String> arguments(JsonElement check) {
        return args(check).stream()
                .filter(JsonElement::isJsonPrimitive)
                .map(JsonElement::getAsString)
                .toList();
    }
}
