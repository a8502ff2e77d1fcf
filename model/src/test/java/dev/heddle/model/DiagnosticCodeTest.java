package dev.heddle.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class DiagnosticCodeTest {

    @Test
    void theTableForUsersIsMadeOfTheCodes() throws IOException {
        List<String> expected =
                Arrays.stream(DiagnosticCode.values()).map(DiagnosticCodeTest::row).toList();
        List<String> page =
                Files.readAllLines(Repository.root().resolve("docs/features/analyze.md"));
        List<String> table =
                page.subList(page.indexOf("## Codes"), page.size()).stream()
                        .filter(line -> line.startsWith("| `HED") || line.startsWith("| `IST"))
                        .toList();
        assertThat(table).containsExactlyElementsOf(expected);
    }

    @Test
    void everyCodeIsThereOnce() {
        assertThat(DiagnosticCode.values()).extracting(DiagnosticCode::id).doesNotHaveDuplicates();
    }

    @Test
    void whatIsWrongWithAResourceByItselfGoesByIstiosCodesToo() {
        assertThat(DiagnosticCode.UNKNOWN_FIELD.goesBy("IST0106", Severity.ERROR)).isTrue();
        assertThat(DiagnosticCode.UNKNOWN_FIELD.goesBy("HED0004", Severity.ERROR)).isTrue();
        assertThat(DiagnosticCode.WEIGHTS.goesBy("IST0133", Severity.WARNING)).isTrue();
        assertThat(DiagnosticCode.WEIGHTS.goesBy("IST0106", Severity.WARNING)).isFalse();
        assertThat(DiagnosticCode.CONFLICT.goesBy("IST0106", Severity.ERROR)).isFalse();
    }

    private static String row(DiagnosticCode code) {
        return "| `%s` | %s | %s | %s | %s |"
                .formatted(
                        code.id(),
                        code.severity().name().toLowerCase(Locale.ROOT),
                        code.when(),
                        code.why(),
                        code.remedy());
    }
}
