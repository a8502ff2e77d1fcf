package dev.heddle.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.PathNormalizer.EscapedSlashes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathNormalizerTest {
    @ParameterizedTest
    @CsvSource({
        "/a/b,            /a/b",
        "/a/./b,          /a/b",
        "/a/../b,         /b",
        "/a/b/..,         /a/",
        "/a/b/.,          /a/b/",
        "/a/.hidden/..x,  /a/.hidden/..x",
        "/a/%2e%2E/b,     /b",
        "/%41%7e%2D,      /A~-",
        "/%20%c3%a4,      /%20%c3%a4",
        "/a\\b,           /a/b",
        "/a//b,           /a//b",
        "/a/../b?x=/../y, /b?x=/../y",
        "/a%2Fb,          /a%2Fb",
        "/..,             /",
        "/a/../../b,      /b",
        "/%2e%2e/x,       /x",
    })
    void pathsBecomeCanonical(String path, String normal) {
        var paths = new PathNormalizer(true, false, EscapedSlashes.KEEP);
        assertThat(paths.normalize(path)).isEqualTo(normal);
        assertThat(paths.normalize(normal)).isEqualTo(normal);
    }

    @ParameterizedTest
    @CsvSource({"/%", "/%4", "/%zz", "/%00"})
    void pathsThatMeanNothingAreRefused(String path) {
        assertThat(new PathNormalizer(true, false, EscapedSlashes.KEEP).normalize(path)).isNull();
    }

    @Test
    void slashesAreMergedWhereThatIsAskedFor() {
        var paths = new PathNormalizer(false, true, EscapedSlashes.KEEP);
        assertThat(paths.normalize("//a///b/?x=//y")).isEqualTo("/a/b/?x=//y");
        assertThat(paths.normalize("/a/../b")).isEqualTo("/a/../b");
    }

    @Test
    void escapedSlashesAreRefusedOrMeanSlashes() {
        assertThat(new PathNormalizer(false, false, EscapedSlashes.REJECT).normalize("/a%2fb"))
                .isNull();
        var unescaping = new PathNormalizer(true, true, EscapedSlashes.UNESCAPE);
        assertThat(unescaping.normalize("/a%2f..%5Cb?%2F")).isEqualTo("/b?%2F");
    }
}
