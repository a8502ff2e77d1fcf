package dev.heddle.samples.bookinfo;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The page that people look at, and an API with the same content.
///
/// | path | answer |
/// |---|---|
/// | `/`, `/index.html` | a page with a link to the book |
/// | `/productpage` | the book with details and reviews |
/// | `POST /login` | remembers the form's `username` in a cookie; any password will do |
/// | `/logout` | forgets it |
/// | `/static/…` | the page's style |
/// | `/api/v1/products` | all books |
/// | `/api/v1/products/ID` | the details of one, and its `/reviews` and `/ratings` |
///
/// @param pod who answers
public record ProductPage(String pod, Peers peers) implements BookService {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final String USER_COOKIE = "user";
    private static final int MAX_USER_LENGTH = 64;

    @Override
    public Reply health() {
        return Reply.text(200, "text/html; charset=utf-8", "Product page is healthy");
    }

    @Override
    public Reply answer(Call call) {
        return switch (call.path()) {
            case "/", "/index.html" -> html(200, Page.index());
            case "/productpage" -> productPage(call);
            case "/login" ->
                    call.method().equals("POST")
                            ? login(call.body())
                            : Reply.error(405, "only POST is understood here");
            case "/logout" -> backToPage(USER_COOKIE + "=; Path=/; Max-Age=0");
            case "/api/v1/products" -> Reply.json(200, Json.array(Book.ONLY.toJson()));
            case String path when path.startsWith("/api/v1/products/") -> api(call);
            case String path when path.startsWith("/static/") -> file(path);
            case String path -> Reply.error(404, "no such page: " + path);
        };
    }

    private Reply productPage(Call call) {
        var headers = forwarded(call);
        var details = details(0, headers);
        var reviews = reviews(0, headers);
        String page = Page.book(Book.ONLY, new Page.Part(pod, details, reviews), user(call));
        return html(200, page).with("cache-control", "no-store");
    }

    private Reply api(Call call) {
        var segments = call.segments(); // api, v1, products, ID[, reviews|ratings]
        int id;
        try {
            id = Integer.parseInt(segments.get(3));
        } catch (NumberFormatException _) {
            return Reply.error(400, "please provide numeric product id");
        }
        var headers = forwarded(call);
        var part = segments.size() > 4 ? segments.get(4) : "";
        return switch (part) {
            case "" -> passOn(details(id, headers), "details");
            case "reviews" -> passOn(reviews(id, headers), "reviews");
            case "ratings" ->
                    passOn(peers.get("ratings", "/ratings/" + id, headers, PATIENCE), "ratings");
            default -> Reply.error(404, "no such part of a product: " + part);
        };
    }

    private static Reply passOn(Peers.Answer answer, String what) {
        return answer.json()
                .map(body -> Reply.json(200, body))
                .orElseGet(() ->
                        Reply.error(
                                answer.status() == 0 || answer.status() == 200
                                        ? 500
                                        : answer.status(),
                                Page.apology(what)));
    }

    private Peers.Answer details(int id, Map<String, String> headers) {
        return peers.get("details", "/details/" + id, headers, PATIENCE);
    }

    /// Asks twice before giving up, as Istio's sample does: its fault injection task counts on it.
    private Peers.Answer reviews(int id, Map<String, String> headers) {
        var first = peers.get("reviews", "/reviews/" + id, headers, PATIENCE);
        return first.status() == 200
                ? first
                : peers.get("reviews", "/reviews/" + id, headers, PATIENCE);
    }

    /// What goes on to the other services: tracing headers, and who is logged in.
    private static Map<String, String> forwarded(Call call) {
        var headers = new TreeMap<>(call.propagated());
        user(call).ifPresent(name -> headers.put("end-user", name));
        return headers;
    }

    /// Who is logged in, from the cookie.
    private static Optional<String> user(Call call) {
        for (String cookie : call.header("cookie").orElse("").split("; *", -1)) {
            if (cookie.startsWith(USER_COOKIE + "=")) {
                return userName(decode(cookie.substring(USER_COOKIE.length() + 1)));
            }
        }
        return Optional.empty();
    }

    /// A name that can stand in a header as it is.
    private static Optional<String> userName(String name) {
        boolean fits =
                !name.isEmpty()
                        && name.length() <= MAX_USER_LENGTH
                        && name.chars().allMatch(c -> c > ' ' && c < 0x7f);
        return fits ? Optional.of(name) : Optional.empty();
    }

    private static Reply login(String form) {
        for (String field : form.split("&", -1)) {
            if (field.startsWith("username=")) {
                return userName(decode(field.substring("username=".length())))
                        .map(name -> URLEncoder.encode(name, StandardCharsets.UTF_8))
                        .map(name -> backToPage(USER_COOKIE + "=" + name + "; Path=/; HttpOnly"))
                        .orElseGet(() -> Reply.error(400, "username: (expected: one word)"));
            }
        }
        return Reply.error(400, "username: (expected: a form field of that name)");
    }

    private static String decode(String encoded) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    private static Reply backToPage(String cookie) {
        return Reply.text(302, "text/plain", "")
                .with("location", "/productpage")
                .with("set-cookie", cookie);
    }

    private static Reply html(int status, String page) {
        return Reply.text(status, "text/html; charset=utf-8", page);
    }

    /// The one file that there is; a longer list of files would be a directory of resources.
    private static Reply file(String path) {
        if (!path.equals("/static/bookinfo.css")) {
            return Reply.error(404, "no such file: " + path);
        }
        try (InputStream css = ProductPage.class.getResourceAsStream("bookinfo.css")) {
            if (css == null) {
                throw new IllegalStateException("bookinfo.css is not in the jar");
            }
            return Reply.text(
                            200, "text/css", new String(css.readAllBytes(), StandardCharsets.UTF_8))
                    .with("cache-control", "max-age=60");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
