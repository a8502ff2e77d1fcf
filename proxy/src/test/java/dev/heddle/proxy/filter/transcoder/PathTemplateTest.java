package dev.heddle.proxy.filter.transcoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.heddle.proxy.filter.transcoder.PathTemplate.Variable;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathTemplateTest {
    @Test
    void variablesAreSegments() {
        assertThat(PathTemplate.parse("/v1/{name=shelves/*}/books/{book.id}:read"))
                .isEqualTo(
                        new PathTemplate(
                                List.of("v1", "shelves", "*", "books", "*"),
                                "read",
                                List.of(
                                        new Variable(List.of("name"), 1, 3),
                                        new Variable(List.of("book", "id"), 4, 5))));
    }

    @Test
    void anyNumberOfSegmentsIsCountedFromTheEnd() {
        assertThat(PathTemplate.parse("/v1/{name=a/**}/end").variables())
                .containsExactly(new Variable(List.of("name"), 1, -2));
        assertThat(PathTemplate.parse("/v1/{name=**}").variables())
                .containsExactly(new Variable(List.of("name"), 1, -1));
    }

    @Test
    void theRootHasNone() {
        assertThat(PathTemplate.parse("/")).isEqualTo(new PathTemplate(List.of(), "", List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a | character 0 (expected: a slash)",
                "'' | character 0 (expected: a slash)",
                "/a/ | character 3 (expected: a segment)",
                "/{} | character 2 (expected: the name of a field)",
                "/{a..b} | character 4 (expected: the name of a field)",
                "/{a | character 3 (expected: })",
                "/{a=b | character 5 (expected: })",
                "/{a={b}} | character 4 (expected: no variable in a variable)",
                "/a: | character 3 (expected: a segment)",
                "/a:b/c | character 4 (expected: its end)",
                "/**/* | character 5 (expected: no wildcard behind **)",
                "/a}b | character 2 (expected: its end)"
            })
    void whatIsNoneIsRefused(String template, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PathTemplate.parse(template))
                .withMessage("path '" + template + "', " + message);
    }
}
