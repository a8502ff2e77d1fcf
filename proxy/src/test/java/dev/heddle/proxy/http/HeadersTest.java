package dev.heddle.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HeadersTest {
    private static final HeaderName A = HeaderName.of("X-A");
    private static final HeaderName B = HeaderName.of("x-b");
    private static final HeaderName C = HeaderName.of("x-c");

    private static String written(Headers headers) {
        ByteBuf out = Unpooled.buffer();
        headers.writeTo(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    /// Fields as they come over the wire.
    private static Headers received(String fields) {
        var headers = new Headers();
        var reader = new HeadReader(null, Limits.ENVOY, false);
        reader.begin(headers);
        ByteBuf in = Unpooled.copiedBuffer(fields + "\r\n", StandardCharsets.ISO_8859_1);
        assertThat(reader.read(in)).isEqualTo(HeadReader.Progress.DONE);
        in.release();
        return headers;
    }

    @Test
    void receivedFieldsAreWrittenAsTheyCameWithNamesInLowerCase() {
        Headers headers = received("X-A: 1\r\nx-B:2\r\nX-C:  3 \r\nX-A:\r\n");
        assertThat(written(headers)).isEqualTo("x-a: 1\r\nx-b: 2\r\nx-c: 3\r\nx-a: \r\n");
        assertThat(headers.getAll(A)).containsExactly("1", "");
        assertThat(headers.get(C)).isEqualTo("3");
        headers.clear();
        assertThat(headers.size()).isZero();
    }

    @Test
    void editsLieOverWhatWasReceived() {
        Headers headers = received("X-A: 1\r\nX-B: 2\r\nX-A: 3\r\nX-C: 4\r\n");
        assertThat(headers.is(A, "1")).isTrue();
        headers.set(A, "one");
        assertThat(headers.is(A, "one")).isTrue();
        assertThat(headers.is(A, "1")).isFalse();
        assertThat(headers.remove(B)).isTrue();
        assertThat(headers.remove(B)).isFalse();
        headers.add(C, "5");
        assertThat(written(headers)).isEqualTo("x-a: one\r\nx-c: 4\r\nx-c: 5\r\n");
        assertThat(headers.contains(B)).isFalse();
        assertThat(headers.size()).isEqualTo(3);
        headers.clear();
    }

    @Test
    void moreFieldsThanThereWasRoomForArePutAtTheEnd() {
        for (int received = 0; received < 40; received++) {
            Headers headers = received("X-A: 1\r\n".repeat(received));
            headers.add(B, "2");
            headers.set(C, "3");
            assertThat(written(headers))
                    .isEqualTo("x-a: 1\r\n".repeat(received) + "x-b: 2\r\nx-c: 3\r\n");
            headers.clear();
        }
    }

    @Test
    void aValueCannotEndItsLine() {
        var headers = new Headers();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> headers.set(A, "x\r\nevil: 1"))
                .withMessageContaining("x-a");
        assertThatIllegalArgumentException().isThrownBy(() -> HeaderName.of("x a"));
        assertThatIllegalArgumentException().isThrownBy(() -> HeaderName.of(""));
    }

    /// Against a list, for many small random histories.
    @Test
    void anyHistoryOfEditsAgreesWithAList() {
        var random = new SplittableRandom(42);
        for (int history = 0; history < 2000; history++) {
            var model = new ArrayList<Map.Entry<HeaderName, String>>();
            var fields = new StringBuilder();
            for (int i = random.nextInt(6); i > 0; i--) {
                HeaderName name = List.of(A, B, C).get(random.nextInt(3));
                model.add(Map.entry(name, "v" + i));
                fields.append(name).append(random.nextBoolean() ? ":" : ": ").append('v');
                fields.append(i).append("\r\n");
            }
            Headers headers = received(fields.toString());
            for (int i = 0; i < 5; i++) {
                HeaderName name = List.of(A, B, C).get(random.nextInt(3));
                edit(headers, model, name, "e" + i, random.nextInt(3));
            }
            var expected = new StringBuilder();
            model.forEach(e -> expected.append(e.getKey() + ": " + e.getValue() + "\r\n"));
            assertThat(written(headers)).as("history %d", history).isEqualTo(expected.toString());
            assertThat(headers.size()).isEqualTo(model.size());
            headers.clear();
        }
    }

    private static void edit(
            Headers headers,
            List<Map.Entry<HeaderName, String>> model,
            HeaderName name,
            String value,
            int kind) {
        int first = model.stream().map(Map.Entry::getKey).toList().indexOf(name);
        switch (kind) {
            case 0 -> {
                headers.add(name, value);
                model.add(Map.entry(name, value));
            }
            case 1 -> {
                headers.remove(name);
                model.removeIf(e -> e.getKey().equals(name));
            }
            default -> {
                headers.set(name, value);
                if (first < 0) {
                    model.add(Map.entry(name, value));
                } else {
                    model.set(first, Map.entry(name, value));
                    for (int i = model.size() - 1; i > first; i--) {
                        if (model.get(i).getKey().equals(name)) {
                            model.remove(i);
                        }
                    }
                }
            }
        }
    }
}
