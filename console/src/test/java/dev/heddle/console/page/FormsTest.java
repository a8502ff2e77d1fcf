package dev.heddle.console.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The page's forms offer what the control plane reads: each field, each with a value of its type.
class FormsTest {
    private static final Map<String, List<String>> VALUES =
            Map.of(
                    "text", List.of("\"a\""),
                    "host", List.of("\"a\""),
                    "number", List.of("1"),
                    "duration", List.of("\"1s\""),
                    "flag", List.of("true", "false"),
                    "texts", List.of("[\"a\", \"b\"]"),
                    "pairs", List.of("{\"a\": \"b\"}"),
                    "match", matches("%s"),
                    "matches", matches("{\"x\": %s}"));

    /// What the reader says of a value of another type; of one that has no sense here, others do.
    private static final Pattern OF_TYPE =
            Pattern.compile(
                    "expected: (a mapping|a list|a whole number|a number|one of"
                            + "|a duration|a text|text|true or false)");

    private final Node.Mapping types;

    FormsTest() throws IOException {
        types =
                (Node.Mapping)
                        Json.parse(
                                Files.readString(
                                        Repository.root()
                                                .resolve(
                                                        "console/ui/src/features/rules/form/"
                                                                + "forms.json")));
    }

    private static List<String> matches(String around) {
        return Stream.of("exact", "prefix", "regex")
                .map(how -> around.formatted("{\"%s\": \"a\"}".formatted(how)))
                .toList();
    }

    @Test
    void everyFieldIsReadAndTakesWhatTheFormPutsThere() {
        for (String kind : List.of("VirtualService", "DestinationRule")) {
            List<String> specs = specs(kind);
            assertThat(specs).as(kind).hasSizeGreaterThan(50);
            assertThat(specs.stream().flatMap(spec -> mistakes(kind, spec).stream()))
                    .as(kind)
                    .isEmpty();
        }
    }

    @Test
    void aFieldThatIsNoneAndAValueOfAnotherTypeAreFound() {
        assertThat(codes("VirtualService", "{\"http\": [{\"retry\": {}}]}"))
                .containsExactly(DiagnosticCode.UNKNOWN_FIELD);
        assertThat(codes("VirtualService", "{\"http\": [{\"timeout\": \"a\"}]}"))
                .containsExactly(DiagnosticCode.INVALID_VALUE);
    }

    private static List<DiagnosticCode> codes(String kind, String spec) {
        return mistakes(kind, spec).stream().map(Diagnostic::code).toList();
    }

    private static List<Diagnostic> mistakes(String kind, String spec) {
        // Without hosts it is one that others delegate to, for which not all fields are.
        String whole =
                kind.equals("VirtualService") && !spec.startsWith("{\"hosts\"")
                        ? "{\"hosts\": [\"a\", \"b\"], " + spec.substring(1)
                        : spec;
        String text =
                """
                {"apiVersion": "networking.istio.io/v1", "kind": "%s", "metadata": {"name": "a"},
                 "spec": %s}
                """
                        .formatted(kind, whole);
        return ResourceReader.read("form.yaml", text).diagnostics().stream()
                .filter(it ->
                        it.code() == DiagnosticCode.UNKNOWN_FIELD
                                || (it.code() != DiagnosticCode.MISSING_FIELD
                                        && OF_TYPE.matcher(it.message()).find()))
                .toList();
    }

    /// One value for each field of a type and of what is in it, each with what leads there only.
    private List<String> specs(String type) {
        var all = new ArrayList<String>();
        for (Node.Entry field : ((Node.Mapping) types.get(type).orElseThrow()).entries()) {
            String[] path = field.key().replace("!", "").split("\\.", -1);
            for (String value : values(((Node.Text) field.value()).value())) {
                String inside = value;
                for (int i = path.length - 1; i >= 0; i--) {
                    inside = "{\"%s\": %s}".formatted(path[i], inside);
                }
                all.add(inside);
            }
        }
        return all;
    }

    private List<String> values(String said) {
        if (said.contains(" | ")) {
            return Stream.of(said.split(" \\| ", -1)).map("\"%s\""::formatted).toList();
        }
        if (VALUES.containsKey(said)) {
            return VALUES.get(said);
        }
        boolean isList = said.startsWith("[");
        Function<String, String> around = isList ? "[%s]"::formatted : Function.identity();
        return specs(isList ? said.substring(1, said.length() - 1) : said).stream()
                .map(around)
                .toList();
    }
}
