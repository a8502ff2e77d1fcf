package dev.heddle.compiler.lower.alike;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvoySyntaxTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "100%%", "%REQ(:path)%", "a-%START_TIME%-b", "%REQ(x):12%"})
    void envoyTakesTheseAsValues(String value) {
        assertThat(EnvoySyntax.isHeaderFormat(value)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"100%", "%", "%req%", "a\nb", "%REQ[x"})
    void envoyWouldRefuseTheseValues(String value) {
        assertThat(EnvoySyntax.isHeaderFormat(value)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[z-a]", "a(?!b)", "*a"})
    void theseAreNoExpressionsOfRe2(String regex) {
        assertThat(EnvoySyntax.problemOfRegex(regex)).isPresent();
    }
}
