package dev.heddle.console.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageTest {
    private static final Page PAGE = Page.load();
    private static final Pattern ASSET = Pattern.compile("/(assets/[^\"]+)\"");
    private static final Pattern INLINE =
            Pattern.compile("<style|style=|<script(?![^>]*\\bsrc=)|\\son[a-z]+=|javascript:");

    /// Packed, and before what is loaded when it is needed.
    private static final int MOST_BYTES = 400_000;

    private static Optional<PageAnswer> get(String path, String accept, String encodings) {
        return PAGE.answer(segments(path), accept, encodings, "");
    }

    private static List<String> segments(String path) {
        return Stream.of(path.split("/")).filter(s -> !s.isEmpty()).toList();
    }

    private static PageAnswer file(String path) {
        return get(path, "*/*", "").orElseThrow();
    }

    private static String text(PageAnswer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    /// The files that the first view cannot do without.
    private static List<String> first() {
        List<String> assets =
                ASSET.matcher(text(file("/"))).results().map(m -> m.group(1)).toList();
        assumeThat(assets).as("this build has a page: it was made with Node and npm").isNotEmpty();
        return assets;
    }

    @Test
    void thePageIsHtmlWithNothingInlineAndNothingFromElsewhere() {
        PageAnswer page = file("/");
        assertThat(page.headers())
                .containsEntry("Content-Type", "text/html; charset=utf-8")
                .containsEntry("Cache-Control", "no-cache");
        assertThat(text(page)).contains("<title>Heddle</title>").doesNotContain("//");
        assertThat(INLINE.matcher(text(page)).find()).as(text(page)).isFalse();
        assertThat(first()).allSatisfy(it -> assertThat(get(it, "*/*", "")).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/services",
                "/services/reviews.default.svc.cluster.local",
                "/rules/virtualservices/default/shop",
                "/no/such/place",
                "/assets/gone.js"
            })
    void whoWantsHtmlGetsThePageAtEachOfItsPlaces(String path) {
        assertThat(get(path, "text/html,*/*;q=0.8", "")).isPresent();
        assertThat(text(get(path, "text/html", "").orElseThrow())).isEqualTo(text(file("/")));
        assertThat(get(path, "*/*", "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/nothing", "/api", "/metrics", "/healthz"})
    void whatIsOfTheApiIsNeverThePage(String path) {
        assertThat(get(path, "text/html", "")).isEmpty();
    }

    @Test
    void namesWithAHashAreKeptForGoodAndKnownFilesAreNotSentAgain() {
        String script = first().getFirst();
        PageAnswer answer = file(script);
        assertThat(answer.headers())
                .containsEntry("Content-Type", "text/javascript; charset=utf-8")
                .containsEntry("Cache-Control", "public, max-age=31536000, immutable")
                .containsEntry("Vary", "Accept-Encoding");
        String tag = answer.headers().getOrDefault("ETag", "");
        PageAnswer again = PAGE.answer(segments(script), "*/*", "", tag).orElseThrow();
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.headers()).containsEntry("ETag", tag);
        assertThat(PAGE.answer(segments(script), "*/*", "", "\"other\"").orElseThrow().status())
                .isEqualTo(200);
        assertThat(PAGE.answer(segments(script), "*/*", "gzip", tag).orElseThrow().status())
                .as("the packed one is another")
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip|true",
                "deflate, gzip;q=1.0, br|true",
                "GZIP|true",
                "*|true",
                "br|false",
                "gzip;q=0|false",
                "gzip; q=0.0, br|false",
                "x-gzip-like|false",
                "''|false",
            })
    void whoTakesGzipGetsTheSameInLess(String encodings, boolean packed) {
        String script = first().getFirst();
        PageAnswer answer = get(script, "*/*", encodings).orElseThrow();
        assertThat(answer.headers().containsKey("Content-Encoding")).isEqualTo(packed);
        byte[] whole = packed ? unpacked(answer.body()) : answer.body();
        assertThat(whole).isEqualTo(file(script).body());
        assertThat(packed).isEqualTo(answer.body().length < whole.length);
    }

    private static byte[] unpacked(byte[] bytes) {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theFirstViewIsSmall() {
        int bytes =
                first().stream()
                        .mapToInt(it -> get(it, "*/*", "gzip").orElseThrow().body().length)
                        .sum();
        assertThat(bytes).isBetween(10_000, MOST_BYTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../index.html", "/files.txt", "/Page.class", "/assets/"})
    void nothingElseOfTheJarIsServed(String path) {
        assertThat(get(path, "*/*", "")).isEmpty();
    }
}
