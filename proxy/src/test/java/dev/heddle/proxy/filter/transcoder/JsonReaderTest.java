package dev.heddle.proxy.filter.transcoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// JSON, wherever it is split.
class JsonReaderTest {
    private static final class Told implements JsonEvents {
        private final List<String> events = new ArrayList<>();

        @Override
        public void startObject(String name) {
            events.add(name + "{");
        }

        @Override
        public void endObject() {
            events.add("}");
        }

        @Override
        public void startList(String name) {
            events.add(name + "[");
        }

        @Override
        public void endList() {
            events.add("]");
        }

        @Override
        public void value(String name, JsonValue value) {
            events.add(name + "=" + value);
        }
    }

    private static List<String> read(byte[]... pieces) throws BadMessage {
        var told = new Told();
        var reader = new JsonReader(told);
        for (byte[] piece : pieces) {
            reader.read(piece);
        }
        reader.end();
        return told.events;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " [ ] ",
                "{\"a\":{\"b\":[1,-2,3.5e1,true,false,null,\"x\"]},'c':'d',e:\"f\",}",
                "{\"a\\u00e9\\ud83d\\ude00\\n\\\\\\\"\":\"ü😀\\u0041\"}",
                "123",
                "-0",
                "18446744073709551615",
                "\"long text that is longer than twenty bytes, which is the context\"",
                "[[[[]]],{\"\":[]}]",
                "{true_:1,nullable:2,falsehood:3}"
            })
    void aDocumentIsTheSameWhereverItIsSplit(String json) throws BadMessage {
        byte[] bytes = utf8(json);
        List<String> whole = read(bytes);
        assertThat(whole).isNotEmpty();
        for (int one = 0; one <= bytes.length; one++) {
            for (int other = one; other <= bytes.length; other++) {
                assertThat(
                                read(
                                        Arrays.copyOfRange(bytes, 0, one),
                                        Arrays.copyOfRange(bytes, one, other),
                                        Arrays.copyOfRange(bytes, other, bytes.length)))
                        .as("split at " + one + " and " + other)
                        .isEqualTo(whole);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "[1",
                "tru",
                "nul",
                "\"a",
                "\"\\",
                "\"\\u00",
                "-",
                "1.e+",
                "00",
                "{]",
                "[}",
                "{\"a\" 1}",
                "{1:2}",
                "[1 2]",
                "{} {}",
                "[],",
                "\"\\ud800\"",
                "{null:1}"
            })
    void whatIsNoneIsRefusedWhereverItIsSplit(String json) {
        byte[] bytes = utf8(json);
        for (int split = 0; split <= bytes.length; split++) {
            byte[] first = Arrays.copyOfRange(bytes, 0, split);
            byte[] second = Arrays.copyOfRange(bytes, split, bytes.length);
            assertThatExceptionOfType(BadMessage.class)
                    .as("split at " + split)
                    .isThrownBy(() -> read(first, second));
        }
    }

    @Test
    void anErrorShowsWhereItIs() {
        assertThatExceptionOfType(BadMessage.class)
                .isThrownBy(() -> read(utf8("{\"int32\":1,\"text\" 2,\"more\":\"and more\"}")))
                .withMessage(
                        """
                        Expected : between key:value pair.
                        {"int32":1,"text" 2,"more":"and more"}
                                          ^\
                        """);
    }

    @Test
    void bytesThatAreNoUtf8AreRefusedAtTheEnd() {
        byte[] bytes = {'{', '"', 'a', '"', ':', '"', (byte) 0xc3, '"', '}'};
        assertThatExceptionOfType(BadMessage.class)
                .isThrownBy(() -> read(bytes))
                .withMessageStartingWith("Encountered non UTF-8 code points.");
    }

    @Test
    void nestingIsLimitedAndGrowsNoStack() throws BadMessage {
        assertThat(read(utf8("[".repeat(100) + "]".repeat(100)))).hasSize(200);
        assertThatExceptionOfType(BadMessage.class)
                .isThrownBy(() -> read(utf8("[".repeat(1_000_000))))
                .withMessage("Message too deep. Max recursion depth reached in array");
        assertThatExceptionOfType(BadMessage.class)
                .isThrownBy(() -> read(utf8("{\"a\":".repeat(200_000))))
                .withMessage("Message too deep. Max recursion depth reached for key 'a'");
    }

    @Test
    void whateverComesIsReadOrRefused() {
        var random = new Random(7);
        String some = "{}[]:,\"'\\u0dbtrfalsn1.-e+x \t\n\u00c3\u00a9\u00ff";
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(24)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = (byte) some.charAt(random.nextInt(some.length()));
            }
            try {
                read(bytes);
            } catch (BadMessage _) {
                refused++;
            }
        }
        assertThat(refused).isBetween(15_000, 19_990);
    }
}
