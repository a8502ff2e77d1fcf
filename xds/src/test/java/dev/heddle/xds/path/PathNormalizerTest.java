package dev.heddle.xds.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.path.PathNormalizer.EscapedSlashes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        "/a/..;x=y/b,     /b",
        "/.;/a;x/b,       /a;x/b",
        "/a\"<>^`{}|,    /a%22%3C%3E%5E%60%7B%7D%7C",
        "/%252e%252e/a,   /%252e%252e/a",
        "/%c0%ae/a,       /%c0%ae/a",
    })
    void pathsBecomeCanonical(String path, String normal) {
        var paths = new PathNormalizer(true, false, EscapedSlashes.KEEP);
        assertThat(paths.normalize(path)).isEqualTo(normal);
        assertThat(paths.normalize(normal)).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%00",
                "/a/%00/../b",
                "/a%00.html",
                "/%",
                "/%4",
                "/%zz/../a",
                "/%u0041",
                "/%%32f",
                "/%2%46",
                "/%2%45/%2%46"
            })
    void pathsWithNulOrAPercentSignForNothingAreRefused(String path) {
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
