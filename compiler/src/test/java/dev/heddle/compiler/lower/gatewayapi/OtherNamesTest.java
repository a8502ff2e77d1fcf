package dev.heddle.compiler.lower.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.heddle.compiler.ir.Access.Text;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OtherNamesTest {
    private static final Set<String> NAMES =
            Set.of("te", "trailer", "transfer-encoding", "content-length", "content-type", "host");

    private final List<Text> others = OtherNames.than(NAMES);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "te",
                "trailer",
                "transfer-encoding",
                "content-length",
                "content-type",
                "host",
                ":status"
            })
    void exceptionsMatchNothing(String name) {
        assertThat(others).noneMatch(text -> matches(text, name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-user",
                "t",
                "tea",
                "tr",
                "trail",
                "trailers",
                "transfer-encodin",
                "transfer_x",
                "content",
                "content-",
                "content-lengths",
                "content-typ",
                "hosts",
                "ho",
                "authorization"
            })
    void allOthersMatchSomething(String name) {
        assertThat(others).anyMatch(text -> matches(text, name));
    }

    /// Each character of a followed exception is a way to go on, and one to be something else.
    @Test
    void noExpressionIsTooLongForEnvoy() {
        assertThat(others)
                .allSatisfy(text ->
                        assertThat(((Text.Regex) text).regex().split("\\[\\^", -1))
                                .hasSizeLessThan(15));
    }

    private static boolean matches(Text text, String name) {
        return Pattern.matches(((Text.Regex) text).regex(), name);
    }
}
