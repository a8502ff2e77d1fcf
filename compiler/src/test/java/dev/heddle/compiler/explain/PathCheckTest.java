package dev.heddle.compiler.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.HttpOptions.EscapedSlashes;
import dev.heddle.compiler.ir.HttpOptions.Paths;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathCheckTest {
    private static PathCheck check(Paths paths, String path) {
        return PathCheck.of(paths, Request.of("GET", "http://h" + path, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, KEPT, /a/../b//c, /a/../b//c",
        "true, false, KEPT, /a/%2e./b//c%2Fd, /b//c%2Fd",
        "true, true, KEPT, /a/../b//c%2Fd, /b/c%2Fd",
        "true, true, DECODED, /a%2F..%5Cb//c, /b/c",
    })
    void aPathIsReadAsTheProxyReadsIt(
            boolean normalized, boolean merged, EscapedSlashes escaped, String sent, String read) {
        PathCheck check = check(new Paths(normalized, merged, escaped), sent);

        assertThat(check.reply()).isEmpty();
        assertThat(check.request().path()).isEqualTo(read);
        assertThat(check.tried()).hasSize(sent.equals(read) ? 0 : 1);
    }

    @Test
    void whatIsNotTakenIsAnswered() {
        assertThat(check(Paths.BASE, "/a%00").reply().orElseThrow().status()).isEqualTo(400);
        assertThat(check(new Paths(true, true, EscapedSlashes.REJECTED), "/a%2fb").reply())
                .isPresent();
        assertThat(check(new Paths(true, true, EscapedSlashes.REDIRECTED), "/a%2fb?c").reply())
                .hasValue(new Explanation.Reply(307, "", "/a/b?c"));
    }
}
